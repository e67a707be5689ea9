package atlas

import (
	"iter"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// A cluster is in the regencies and cities that its sources name. If they name only a
// province, it is in one of that province's regencies and cities, and nothing says
// which.

// below reports whether a region is below a province on the day.
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

// possibleRegions returns the regencies and cities that a cluster may be in of which
// only the province is known, and the province that contains them all on the day: the
// province itself or, before it was created, the one it was created from. That is ""
// if there are several.
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

// namesOneOf reports whether the sources also name a regency or city of a province,
// so that the province adds no information.
func namesOneOf(c *Cluster, regencies []*sentra.Region) bool {
	return len(c.Regions) > 1 && slices.ContainsFunc(regencies, func(r *sentra.Region) bool { return slices.Contains(c.Regions, r.Code) })
}

// agreed returns the result of a test if it is the same for all regions, else
// unknown.
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

// standsIn reports whether a cluster is in a region for which a test holds: in one of
// its regencies and cities or, if only the province is known, in the province or one
// of its members.
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
// known on the day. It leaves out clusters that are only planned or that may be
// elsewhere.
func (a View) ClustersOf(code sentra.RegionCode) []*Cluster {
	return a.knownIn(&a.existing, code)
}

// knownIn is ClustersOf for some of the clusters.
func (a View) knownIn(of *clustersByRegion, code sentra.RegionCode) []*Cluster {
	var out []*Cluster
	add := func(at sentra.RegionCode) {
		if first, any := of.firstBegun.lookup(at); !any || first > a.Day {
			return
		}
		for c := range of.lists.of(at).All {
			// Only a cluster in several regions can occur twice.
			if c.Begins <= a.Day && (len(c.Regions) == 1 || !slices.Contains(out, c)) {
				out = append(out, c)
			}
		}
	}
	add(code)
	for _, member := range a.Members(code) {
		add(member.Code)
	}
	for province := range of.provinces.all {
		if at, _ := a.possibleRegions(province); at == code && province != code {
			add(province)
		}
	}
	return out
}

// clustersIn yields some of the clusters of ClustersOf and, if planned is set, those
// of PlannedIn with True, and some of those that may be in the region with Unknown.
func (a View) clustersIn(of *clustersByRegion, code sentra.RegionCode, planned bool) iter.Seq2[*Cluster, sentra.Truth] {
	return func(yield func(*Cluster, sentra.Truth) bool) {
		for _, c := range a.knownIn(of, code) {
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
		for c := range a.perhapsIn(of, code) {
			if !yield(c, sentra.Unknown) {
				return
			}
		}
	}
}

// PerhapsIn counts the clusters known on the day that may be in a region, because
// only its province or a larger one is known.
func (a View) PerhapsIn(code sentra.RegionCode) (n int) {
	for range a.perhapsIn(&a.existing, code) {
		n++
	}
	return n
}

// perhapsIn returns some of the clusters known on the day of which only a province is
// known, where the province contains the region or was created from it and another.
func (a View) perhapsIn(of *clustersByRegion, code sentra.RegionCode) iter.Seq[*Cluster] {
	return func(yield func(*Cluster) bool) {
		for province, clusters := range of.provinces.all {
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

// hosts reports whether a region, or one below it, has a cluster on the day. The
// record does not hold all clusters, so without a known one the answer is unknown.
func (a View) hosts(code sentra.RegionCode) sentra.Truth {
	if first, any := a.existing.firstBegun.lookup(code); any && first <= a.Day {
		return sentra.True
	}
	for _, m := range a.members[code] {
		if first, any := a.existing.firstBegun.lookup(m.Region); any && first <= a.Day && m.Validity.Contains(a.Day) {
			return sentra.True
		}
	}
	for province := range a.existing.provinces.all {
		if at, _ := a.possibleRegions(province); at == code && a.existing.firstBegun.of(province) <= a.Day {
			return sentra.True
		}
	}
	return sentra.Unknown
}
