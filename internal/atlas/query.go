package atlas

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// RegionHit is a region of a list.
type RegionHit struct {
	*sentra.Region
	// Metres is the distance under a near filter, else nil.
	Metres *float64
	// Share is the share of the region's area in the polygon of a within,
	// intersects or contains filter, else nil.
	Share *float64
}

// RegionList is the whole answer to a question for regions.
type RegionList struct {
	Hits []RegionHit
	// NotCovered are the regions the filter could not judge, by code.
	NotCovered []*sentra.Region
}

// List gives the hits as a list to take pages of.
func (l *RegionList) List() *List[RegionHit] {
	list := listOf(l.Hits, func(hit RegionHit) string { return string(hit.Code) })
	return &list
}

type regionTest = func(r *sentra.Region) (sentra.Truth, error)

// Regions lists the regions of the day that match. A wrong filter is a
// BAD_USER_INPUT whose path begins at the filter.
func (a *Atlas) Regions(ctx context.Context, filter *sentra.RegionFilter, order sentra.RegionOrder, day sentra.Date) (*RegionList, error) {
	if err := a.CheckDay(day); err != nil {
		return nil, sentra.In("asOf", err)
	}
	if filter == nil {
		filter = &sentra.RegionFilter{}
	}
	// The circle of the whole filter is asked of the index, for it gives the
	// distances too.
	var metres map[sentra.RegionCode]float64
	rest := *filter
	if filter.Near != nil {
		if err := geo.CheckNear(*filter.Near); err != nil {
			return nil, sentra.In("filter.near", err)
		}
		metres, rest.Near = a.within(*filter.Near, day), nil
	}
	// Its polygons are measured last, and once for the test and the share.
	polygons := overlaysOf(filter)
	rest.Within, rest.Intersects, rest.Contains = nil, nil, nil
	test, err := a.compileRegion(&rest, day)
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	// In a variable gqlparser takes the names of enums in any case.
	if order != "" && !slices.Contains(sentra.RegionOrders[:], order) {
		return nil, sentra.BadInput("orderBy", "%.40s is not a valid RegionOrder", order)
	}
	if order == sentra.RegionsByDistance && filter.Near == nil {
		return nil, sentra.BadInput("orderBy", "an order by distance needs filter.near")
	}
	if order == "" && filter.Near != nil {
		order = sentra.RegionsByDistance
	}
	list := &RegionList{}
	for i := range a.Data.Regions {
		if err := ctx.Err(); err != nil {
			return nil, sentra.Wrap(sentra.CodeDeadlineExceeded, err, "the time allowed ran out while the regions were filtered")
		}
		r := &a.Data.Regions[i]
		if !r.Validity.Contains(day) {
			continue
		}
		if _, near := metres[r.Code]; filter.Near != nil && !near {
			continue
		}
		truth, err := test(r)
		if err != nil {
			return nil, err
		}
		var share *float64
		for _, polygon := range polygons {
			if truth == sentra.False {
				break
			}
			of, holds := polygon.holds(a.area(r, day))
			if !holds {
				truth = sentra.False
			}
			if share == nil {
				share = &of
			}
		}
		switch truth {
		case sentra.Unknown:
			list.NotCovered = append(list.NotCovered, r)
		case sentra.True:
			hit := RegionHit{Region: r, Share: share}
			if filter.Near != nil {
				way := metres[r.Code]
				hit.Metres = &way
			}
			list.Hits = append(list.Hits, hit)
		}
	}
	a.sortRegions(list.Hits, order, day)
	return list, nil
}

// overlayTest asks how much of a region lies in a polygon, or how much of the
// polygon in the region.
type overlayTest struct {
	*geo.Overlay
	least float64
	// ofPolygon asks for the polygon's share.
	ofPolygon bool
}

// nearlyAll of an area is all of it, but for what borders drawn twice differ in.
const nearlyAll = 0.999

// overlaysOf gives the tests of a filter's own polygons.
func overlaysOf(f *sentra.RegionFilter) []overlayTest {
	var tests []overlayTest
	if f.Within != nil {
		tests = append(tests, overlayTest{geo.NewOverlay(f.Within), nearlyAll, false})
	}
	if f.Intersects != nil {
		tests = append(tests, overlayTest{geo.NewOverlay(f.Intersects), 1e-9, false})
	}
	if f.Contains != nil {
		tests = append(tests, overlayTest{geo.NewOverlay(f.Contains), nearlyAll, true})
	}
	return tests
}

// holds gives the share of a region's area that lies in the polygon, and tells
// whether the test holds.
func (t *overlayTest) holds(region orb.MultiPolygon, around orb.Bound) (share float64, holds bool) {
	if !t.Bound().Intersects(around) {
		return 0, false
	}
	share, ofPolygon := t.Shares(region)
	if t.ofPolygon {
		return share, ofPolygon >= t.least
	}
	return share, share >= t.least
}

func (a *Atlas) sortRegions(hits []RegionHit, order sentra.RegionOrder, day sentra.Date) {
	// The list is by code already; the sorts are stable.
	switch order {
	case sentra.RegionsByName:
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(a.names[x.Code], a.names[y.Code]) })
	case sentra.RegionsByClusterCount:
		counts := make(map[sentra.RegionCode]int, len(hits))
		for _, hit := range hits {
			counts[hit.Code] = len(a.ClustersOf(hit.Code, day))
		}
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(counts[y.Code], counts[x.Code]) })
	case sentra.RegionsByArea:
		size := func(code sentra.RegionCode) float64 {
			if s := a.Shape(code, day); s != nil {
				return s.AreaKm2
			}
			return 0
		}
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(size(y.Code), size(x.Code)) })
	case sentra.RegionsByDistance:
		slices.SortStableFunc(hits, func(x, y RegionHit) int { return cmp.Compare(*x.Metres, *y.Metres) })
	}
}

// area gives the region's boundary, or its box where none is loaded, and the box
// around it.
func (a *Atlas) area(r *sentra.Region, day sentra.Date) (orb.MultiPolygon, orb.Bound) {
	if s := a.Shape(r.Code, day); s != nil {
		return s.Boundary.Shape, s.Bound
	}
	return orb.MultiPolygon{r.Box.ToPolygon()}, r.Box
}

// meets tells whether a region shares a point with a box. The box around the
// region mostly tells.
func (a *Atlas) meets(r *sentra.Region, box sentra.BBox, day sentra.Date) bool {
	shape, around := a.area(r, day)
	near := false
	for _, bound := range geo.Bounds(box) {
		if bound.Contains(around.Min) && bound.Contains(around.Max) {
			return true
		}
		near = near || bound.Intersects(around)
	}
	return near && geo.MeetsBBox(shape, box)
}

// compileRegion checks a filter and gives its test.
func (a *Atlas) compileRegion(f *sentra.RegionFilter, day sentra.Date) (regionTest, error) {
	var tests []regionTest
	plain := func(test func(r *sentra.Region) bool) {
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) { return sentra.TruthOf(test(r)), nil })
	}
	truth := func(test func(r *sentra.Region) sentra.Truth) {
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) { return test(r), nil })
	}
	wanted := func(want bool, t sentra.Truth) sentra.Truth {
		if want {
			return t
		}
		return t.Not()
	}
	if f.Codes != nil {
		for i, code := range f.Codes {
			if a.regions[code] == nil {
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
		if a.regions[f.Parent] == nil {
			return nil, sentra.BadInput("parent", "no region has the code %s", f.Parent)
		}
		plain(func(r *sentra.Region) bool { return r.Code != f.Parent && a.Province(r.Code, day) == f.Parent })
	}
	if f.Name != "" {
		name := Normalise(f.Name)
		if name == "" {
			return nil, sentra.BadInput("name", "%.40q has no letter or digit", f.Name)
		}
		plain(func(r *sentra.Region) bool { return strings.Contains(a.names[r.Code], name) })
	}
	if f.Designations != nil {
		truth(func(r *sentra.Region) sentra.Truth {
			any := sentra.False
			for _, kind := range f.Designations {
				any = any.Or(a.designated(r.Code, kind, day))
			}
			return any
		})
	}
	if f.Affirmative != nil {
		truth(func(r *sentra.Region) sentra.Truth {
			return wanted(*f.Affirmative, a.affirmative(r.Code, day))
		})
	}
	if f.ContainsAffirmative != nil {
		truth(func(r *sentra.Region) sentra.Truth {
			any := a.affirmative(r.Code, day)
			for _, member := range a.Members(r.Code, day) {
				any = any.Or(a.affirmative(member.Code, day))
			}
			return wanted(*f.ContainsAffirmative, any)
		})
	}
	if f.HostsClusters != nil {
		plain(func(r *sentra.Region) bool { return a.hosts(r.Code, day) == *f.HostsClusters })
	}
	if f.Clusters != nil {
		test, err := a.compileCluster(f.Clusters, day)
		if err != nil {
			return nil, sentra.In("clusters", err)
		}
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) {
			any := sentra.False
			for _, c := range a.ClustersOf(r.Code, day) {
				t, err := test(c)
				if err != nil {
					return t, err
				}
				any = any.Or(t)
			}
			return any, nil
		})
	}
	if f.BBox != nil {
		if err := geo.CheckBBox(*f.BBox); err != nil {
			return nil, sentra.In("bbox", err)
		}
		plain(func(r *sentra.Region) bool { return a.meets(r, *f.BBox, day) })
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, sentra.In("near", err)
		}
		metres := a.within(*f.Near, day)
		plain(func(r *sentra.Region) bool {
			_, near := metres[r.Code]
			return near
		})
	}
	for _, polygon := range overlaysOf(f) {
		plain(func(r *sentra.Region) bool {
			_, holds := polygon.holds(a.area(r, day))
			return holds
		})
	}
	combined, err := combine(f.And, f.Or, f.Not, func(inner *sentra.RegionFilter) (regionTest, error) { return a.compileRegion(inner, day) })
	if err != nil {
		return nil, err
	}
	return all(append(tests, combined...)), nil
}

// all gives the conjunction of tests, and stops at the first that fails.
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
