package atlas

import "github.com/sentra-ikm/sentra/internal/sentra"

// AffirmativeWithin says which affirmative regencies and cities a region contains on
// a day. A regency or city contains itself.
type AffirmativeWithin struct {
	// Contains reports whether there is one, as the filter containsAffirmative decides
	// it.
	Contains sentra.Truth
	// Regions is the number of affirmative regencies and cities, NotCovered the number
	// of those that no loaded list covers.
	Regions, NotCovered int
	// Clusters is the number of clusters in an affirmative one.
	Clusters sentra.Measured
}

// AffirmativeWithin counts the affirmative regencies and cities of a region.
func (a View) AffirmativeWithin(code sentra.RegionCode) AffirmativeWithin {
	within := AffirmativeWithin{Contains: a.affirmative(code)}
	count := func(code sentra.RegionCode) {
		truth := a.affirmative(code)
		within.Contains = within.Contains.Or(truth)
		switch truth {
		case sentra.True:
			within.Regions++
		case sentra.Unknown:
			within.NotCovered++
		}
	}
	if code.Level() == sentra.LevelProvince {
		for _, member := range a.Members(code) {
			count(member.Code)
		}
	} else {
		count(code)
	}
	var tally sentra.Tally
	for _, c := range a.ClustersOf(code) {
		switch a.affirmativeIn(c, code) {
		case sentra.True:
			tally.Counted++
		case sentra.Unknown:
			tally.Open++
		}
	}
	within.Clusters = tally.Count()
	return within
}
