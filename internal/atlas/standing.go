package atlas

import (
	"iter"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// A cluster stands in the regencies and cities that its sources name. Where they
// name a province only, it stands in one of that province's regencies and cities,
// and nothing tells in which.

// below reports whether a region lies below a province on the day.
func (a View) below(code, province sentra.RegionCode) sentra.Truth {
	if code.Level() == sentra.LevelProvince || a.Exists(province) == nil {
		return sentra.False
	}
	at := a.Province(code)
	if at == "" && province.Level() == sentra.LevelProvince {
		return sentra.Unknown
	}
	return sentra.TruthOf(at == province)
}

// possibleRegions returns the regencies and cities in one of which a cluster stands
// that is known to a province only, and the province that holds them all on the
// day: itself or, before it was made, the one it was made out of; "" for several.
func (a View) possibleRegions(province sentra.RegionCode) (at sentra.RegionCode, regencies []*sentra.Region) {
	if a.Exists(province) != nil {
		return province, a.Members(province)
	}
	for _, m := range a.members[province] {
		if r := a.Exists(m.Region); r != nil && !slices.Contains(regencies, r) {
			regencies = append(regencies, r)
		}
	}
	for i, r := range regencies {
		if holder := a.Province(r.Code); i == 0 {
			at = holder
		} else if holder != at {
			return "", regencies
		}
	}
	return at, regencies
}

// namesOneOf reports whether the sources name a regency or city of a province too,
// so that the province says no more.
func namesOneOf(c *Cluster, regencies []*sentra.Region) bool {
	return len(c.Regions) > 1 && slices.ContainsFunc(regencies, func(r *sentra.Region) bool { return slices.Contains(c.Regions, r.Code) })
}

// agreed returns what a test says of all regions alike, else unknown.
func agreed(regions []*sentra.Region, test regionTest) (sentra.Truth, error) {
	result := sentra.Unknown
	for i, r := range regions {
		t, err := test(r)
		if err != nil || i > 0 && t != result || t == sentra.Unknown {
			return sentra.Unknown, err
		}
		result = t
	}
	return result, nil
}

// standsIn reports whether a cluster stands in a region for which a test holds: in
// one of its regencies and cities or, where only the province is known, in that
// or in one of its members.
func (a View) standsIn(c *Cluster, test regionTest) (sentra.Truth, error) {
	any := sentra.False
	for _, code := range c.Regions {
		if r := a.Exists(code); code.Level() == sentra.LevelRegency {
			t := sentra.Unknown
			if r != nil {
				var err error
				if t, err = test(r); err != nil {
					return t, err
				}
			}
			any = any.Or(t)
			continue
		}
		at, regencies := a.possibleRegions(code)
		if namesOneOf(c, regencies) {
			continue
		}
		t, err := agreed(regencies, test)
		if err != nil {
			return t, err
		}
		any = any.Or(t)
		if r := a.Exists(at); r != nil {
			if t, err = test(r); err != nil {
				return t, err
			}
			any = any.Or(t)
		}
	}
	return any, nil
}

// ClustersOf returns the clusters in a region, or in the regions below it, that are
// known on the day; not those that are only planned, and not those of which nothing
// reports whether they are there.
func (a View) ClustersOf(code sentra.RegionCode) []*Cluster {
	return a.knownIn(a.clustersAt, a.provinceOnly, code)
}

// knownIn is ClustersOf for clusters that are given by the regions they name and, of
// those that name a province, by that.
func (a View) knownIn(clusters, provinceOnly clusterLists[sentra.RegionCode], code sentra.RegionCode) []*Cluster {
	var out []*Cluster
	add := func(at sentra.RegionCode) {
		for c := range clusters.of(at).All {
			// Only one of several regions can be met a second time.
			if c.Begins <= a.Day && (len(c.Regions) == 1 || !slices.Contains(out, c)) {
				out = append(out, c)
			}
		}
	}
	add(code)
	for _, member := range a.Members(code) {
		add(member.Code)
	}
	for province := range provinceOnly.all {
		if at, _ := a.possibleRegions(province); at == code && province != code {
			add(province)
		}
	}
	return out
}

// clustersIn returns the clusters of ClustersOf, for which it is true that they
// stand in the region, if wanted the planned ones, and those of which it is unknown.
func (a View) clustersIn(code sentra.RegionCode, planned bool) iter.Seq2[*Cluster, sentra.Truth] {
	return func(yield func(*Cluster, sentra.Truth) bool) {
		for _, c := range a.ClustersOf(code) {
			if !yield(c, sentra.True) {
				return
			}
		}
		if planned {
			for _, c := range a.PlannedIn(code) {
				if !yield(c, sentra.True) {
					return
				}
			}
		}
		for c := range a.perhapsIn(code) {
			if !yield(c, sentra.Unknown) {
				return
			}
		}
	}
}

// PerhapsIn counts the clusters known on the day of which nothing reports whether they
// stand in a region, since only its province or a larger one is known.
func (a View) PerhapsIn(code sentra.RegionCode) (n int) {
	for range a.perhapsIn(code) {
		n++
	}
	return n
}

// perhapsIn returns the clusters known on the day of whose place only a province is known,
// of which the region is a part, or that was made out of the region and of another.
func (a View) perhapsIn(code sentra.RegionCode) iter.Seq[*Cluster] {
	return func(yield func(*Cluster) bool) {
		for province, clusters := range a.provinceOnly.all {
			at, regencies := a.possibleRegions(province)
			if at == code || !slices.ContainsFunc(regencies, func(r *sentra.Region) bool {
				return r.Code == code || a.Province(r.Code) == code
			}) {
				continue
			}
			for c := range clusters.All {
				if c.Begins <= a.Day && !namesOneOf(c, regencies) && !yield(c) {
					return
				}
			}
		}
	}
}

// hosts reports whether a region, or one below it, has a cluster on the day. The record
// does not hold all of the country's, so that where none is known it is unknown.
func (a View) hosts(code sentra.RegionCode) sentra.Truth {
	if first, any := a.firstBegun.lookup(code); any && first <= a.Day {
		return sentra.True
	}
	for _, m := range a.members[code] {
		if first, any := a.firstBegun.lookup(m.Region); any && first <= a.Day && m.Validity.Contains(a.Day) {
			return sentra.True
		}
	}
	for province := range a.provinceOnly.all {
		if at, _ := a.possibleRegions(province); at == code && a.firstBegun.of(province) <= a.Day {
			return sentra.True
		}
	}
	return sentra.Unknown
}
