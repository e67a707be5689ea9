package atlas

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// RegionHit is a region of a list.
type RegionHit struct {
	*sentra.Region
	// Metres is the distance if there is a near filter, else nil.
	Metres *float64
	// Share is the share of the region's area that is in the polygon of a within,
	// intersects or contains filter, else nil.
	Share *float64
}

// RegionList is the complete result of a query for regions.
type RegionList struct {
	Hits []RegionHit
	// NotCovered has the regions that the filter could not decide, by code.
	NotCovered []*sentra.Region
}

// List returns the hits as a list for paging.
func (l *RegionList) List() *List[RegionHit] {
	list := listOf(l.Hits, func(hit RegionHit) string { return string(hit.Code) })
	return &list
}

type regionTest = func(r *sentra.Region) (sentra.Truth, error)

// Regions lists the regions of the day that match. An invalid filter is a
// BAD_USER_INPUT whose path begins with the filter.
func (a View) Regions(ctx context.Context, filter *sentra.RegionFilter, order sentra.RegionOrder) (*RegionList, error) {
	if filter == nil {
		filter = &sentra.RegionFilter{}
	}
	c := &compiler{View: a, ctx: ctx}
	// The circle of the top-level filter also provides the distances.
	var near func() (map[sentra.RegionCode]nearness, error)
	rest := *filter
	if filter.Near != nil {
		if err := geo.CheckNear(*filter.Near); err != nil {
			return nil, sentra.In("filter.near", err)
		}
		near, rest.Near = c.near(*filter.Near), nil
	}
	// Polygons are tested last, once for both the test and the share.
	polygons := overlaysOf(ctx, filter)
	rest.Within, rest.Intersects, rest.Contains = nil, nil, nil
	test, err := c.region(&rest)
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	if err := sentra.CheckOrder("RegionOrder", order, sentra.RegionOrders[:]); err != nil {
		return nil, sentra.In("orderBy", err)
	}
	if order == sentra.RegionsByDistance && filter.Near == nil {
		return nil, sentra.BadInput("orderBy", "an order by distance needs filter.near")
	}
	if order == "" && filter.Near != nil {
		order = sentra.RegionsByDistance
	}
	list := &RegionList{}
	for i := range a.Data.Regions {
		if err := sentra.Ended(ctx, "while the regions were filtered"); err != nil {
			return nil, err
		}
		r := &a.Data.Regions[i]
		if !r.Validity.Contains(a.Day) {
			continue
		}
		truth := sentra.True
		hit := RegionHit{Region: r}
		if near != nil {
			measured, err := near()
			if err != nil {
				return nil, err
			}
			at := measured[r.Code]
			truth, hit.Metres = at.truth(), &at.metres
		}
		if truth != sentra.False {
			t, err := test(r)
			if err != nil {
				return nil, err
			}
			truth = truth.And(t)
		}
		for i := range polygons {
			if truth == sentra.False {
				break
			}
			share, t, err := polygons[i].of(a, r)
			if err != nil {
				return nil, err
			}
			truth = truth.And(t)
			if i == 0 {
				hit.Share = share
			}
		}
		switch truth {
		case sentra.Unknown:
			list.NotCovered = append(list.NotCovered, r)
		case sentra.True:
			list.Hits = append(list.Hits, hit)
		}
	}
	a.sortRegions(list.Hits, order)
	return list, nil
}

func (a View) sortRegions(hits []RegionHit, order sentra.RegionOrder) {
	// Hits are already ordered by code, and the sorts are stable.
	switch order {
	case sentra.RegionsByName:
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(a.normalName(x.Code), a.normalName(y.Code)) })
	case sentra.RegionsByClusterCount:
		counts := make(map[sentra.RegionCode]int, len(hits))
		for _, hit := range hits {
			counts[hit.Code] = len(a.ClustersOf(hit.Code))
		}
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(counts[y.Code], counts[x.Code]) })
	case sentra.RegionsByArea:
		size := func(code sentra.RegionCode) float64 {
			if s := a.Shape(code); s != nil {
				return s.AreaKm2
			}
			return 0
		}
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(size(y.Code), size(x.Code)) })
	case sentra.RegionsByDistance:
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(*x.Metres, *y.Metres) })
	}
}

// compiler compiles filters into tests for one day. A test must be used by one
// goroutine only.
type compiler struct {
	View
	ctx context.Context
}

// region validates a filter and returns its test.
func (c *compiler) region(f *sentra.RegionFilter) (regionTest, error) {
	var tests []regionTest
	plain := func(test func(r *sentra.Region) bool) {
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) { return sentra.TruthOf(test(r)), nil })
	}
	truth := func(test func(r *sentra.Region) sentra.Truth) {
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) { return test(r), nil })
	}
	if f.Codes != nil {
		for i, code := range f.Codes {
			if c.regions[code] == nil {
				return nil, sentra.BadInput(fmt.Sprintf("codes.%d", i), "no region has the code %s", code)
			}
		}
		plain(func(r *sentra.Region) bool { return slices.Contains(f.Codes, r.Code) })
	}
	if f.Level != "" {
		plain(func(r *sentra.Region) bool { return r.Kind.Level() == f.Level })
	}
	if f.Kinds != nil {
		plain(func(r *sentra.Region) bool { return slices.Contains(f.Kinds, r.Kind) })
	}
	if f.Parent != "" {
		if c.regions[f.Parent] == nil {
			return nil, sentra.BadInput("parent", "no region has the code %s", f.Parent)
		}
		truth(func(r *sentra.Region) sentra.Truth { return c.below(r.Code, f.Parent) })
	}
	if f.Name != "" {
		name := Normalise(f.Name)
		if name == "" {
			return nil, sentra.BadInput("name", "%.40q has no letter or digit", f.Name)
		}
		plain(func(r *sentra.Region) bool { return strings.Contains(c.normalName(r.Code), name) })
	}
	if f.Designations != nil {
		truth(func(r *sentra.Region) sentra.Truth {
			any := sentra.False
			for _, kind := range f.Designations {
				any = any.Or(c.designated(r.Code, kind))
			}
			return any
		})
	}
	if f.Affirmative != nil {
		truth(func(r *sentra.Region) sentra.Truth { return c.affirmative(r.Code).Is(*f.Affirmative) })
	}
	if f.ContainsAffirmative != nil {
		truth(func(r *sentra.Region) sentra.Truth {
			return c.containsAffirmative(r.Code).Is(*f.ContainsAffirmative)
		})
	}
	if f.HostsClusters != nil {
		truth(func(r *sentra.Region) sentra.Truth { return c.hosts(r.Code).Is(*f.HostsClusters) })
	}
	if f.Clusters != nil {
		test, err := c.cluster(f.Clusters)
		if err != nil {
			return nil, sentra.In("clusters", err)
		}
		// Only the programme's list is complete: a region may have other clusters that the
		// record does not hold.
		none, of := sentra.Unknown, &c.existing
		if f.Clusters.OfProgramme() {
			none, of = sentra.False, &c.ofProgramme
		}
		planned := f.Clusters.NamesStatus()
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) {
			any := none
			for cluster, stands := range c.clustersIn(of, r.Code, planned) {
				t, err := test(cluster)
				if err != nil {
					return t, err
				}
				if any = any.Or(t.And(stands)); any == sentra.True {
					break
				}
			}
			return any, nil
		})
	}
	if f.Supports != nil {
		if err := f.Supports.Check(); err != nil {
			return nil, sentra.In("supports", err)
		}
		truth(func(r *sentra.Region) sentra.Truth {
			if f.Supports.Funds != nil && len(f.Supports.Funds) == 0 {
				return sentra.False
			}
			if slices.ContainsFunc(c.country.supports[r.Code], func(s *sentra.Support) bool { return f.Supports.Holds(s) && c.knownBy(s.Year, s.Sources) }) {
				return sentra.True
			}
			return sentra.Unknown
		})
	}
	if f.Facilitators != nil {
		if err := sentra.CheckWithin(f.Facilitators.Metres); err != nil {
			return nil, sentra.In("facilitators", err)
		}
		places := c.facilitatorPlaces(f.Facilitators.Kind)
		truth(func(r *sentra.Region) sentra.Truth {
			return places.known(r, f.Facilitators.Metres).Is(f.Facilitators.Known)
		})
	}
	if f.BBox != nil {
		if err := geo.CheckBBox(*f.BBox); err != nil {
			return nil, sentra.In("bbox", err)
		}
		truth(func(r *sentra.Region) sentra.Truth { return c.meets(r, *f.BBox) })
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, sentra.In("near", err)
		}
		near := c.near(*f.Near)
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) {
			measured, err := near()
			at := measured[r.Code]
			return at.truth(), err
		})
	}
	for _, polygon := range overlaysOf(c.ctx, f) {
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) {
			_, t, err := polygon.of(c.View, r)
			return t, err
		})
	}
	combined, err := combine(f.And, f.Or, f.Not, c.region)
	if err != nil {
		return nil, err
	}
	return all(append(tests, combined...)), nil
}

// near returns a function that measures all regions against a circle, once, on its
// first call.
func (c *compiler) near(circle sentra.Near) func() (map[sentra.RegionCode]nearness, error) {
	var measured map[sentra.RegionCode]nearness
	return func() (map[sentra.RegionCode]nearness, error) {
		if measured == nil {
			if err := sentra.Ended(c.ctx, "while distances were measured"); err != nil {
				return nil, err
			}
			measured = c.within(circle)
		}
		return measured, nil
	}
}

// all returns the conjunction of tests, which stops at the first that fails.
func all[T any](tests []func(T) (sentra.Truth, error)) func(T) (sentra.Truth, error) {
	return func(item T) (sentra.Truth, error) {
		result := sentra.True
		for _, test := range tests {
			t, err := test(item)
			if err != nil || t == sentra.False {
				return sentra.False, err
			}
			result = result.And(t)
		}
		return result, nil
	}
}

// combine compiles the and, or and not of a filter.
func combine[F any, T any](and, or []*F, not *F, compile func(*F) (func(T) (sentra.Truth, error), error)) ([]func(T) (sentra.Truth, error), error) {
	var tests []func(T) (sentra.Truth, error)
	for i, inner := range and {
		test, err := compile(inner)
		if err != nil {
			return nil, sentra.In(fmt.Sprintf("and.%d", i), err)
		}
		tests = append(tests, test)
	}
	if or != nil {
		var choices []func(T) (sentra.Truth, error)
		for i, inner := range or {
			test, err := compile(inner)
			if err != nil {
				return nil, sentra.In(fmt.Sprintf("or.%d", i), err)
			}
			choices = append(choices, test)
		}
		tests = append(tests, func(item T) (sentra.Truth, error) {
			result := sentra.False
			for _, test := range choices {
				t, err := test(item)
				if err != nil || t == sentra.True {
					return t, err
				}
				result = result.Or(t)
			}
			return result, nil
		})
	}
	if not != nil {
		test, err := compile(not)
		if err != nil {
			return nil, sentra.In("not", err)
		}
		tests = append(tests, func(item T) (sentra.Truth, error) {
			t, err := test(item)
			return t.Not(), err
		})
	}
	return tests, nil
}
