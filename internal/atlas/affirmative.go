package atlas

import "github.com/sentra-ikm/sentra/internal/sentra"

// AffirmativeWithin is what a region holds of affirmative regencies and cities on a
// day. A regency or city holds itself.
type AffirmativeWithin struct {
	// Contains reports whether it holds one, as the filter containsAffirmative judges.
	Contains sentra.Truth
	// Regions is the number of affirmative ones, NotCovered of those that nothing
	// loaded covers.
	Regions, NotCovered int
	// Clusters is the number of clusters in an affirmative one.
	Clusters sentra.Measured
}

// AffirmativeWithin tells what a region holds of affirmative regencies and cities.
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
