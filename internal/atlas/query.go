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
	// Share is the share of the region's area in the polygon of a within or
	// intersects filter, else nil.
	Share *float64
}

// RegionList is the whole answer to a question for regions.
type RegionList struct {
	Hits []RegionHit
	// NotCovered are the regions the filter could not judge, by code.
	NotCovered []*sentra.Region
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
	test, err := a.compileRegion(filter, day)
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
	polygon := filter.Intersects
	if filter.Within != nil {
		polygon = filter.Within
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
		truth, err := test(r)
		if err != nil {
			return nil, err
		}
		switch truth {
		case sentra.Unknown:
			list.NotCovered = append(list.NotCovered, r)
		case sentra.True:
			hit := RegionHit{Region: r}
			if filter.Near != nil {
				metres := a.distance(r, filter.Near.Point, day)
				hit.Metres = &metres
			}
			if polygon != nil {
				share, err := geo.OverlapShare(a.area(r, day), polygon)
				if err != nil {
					return nil, err
				}
				hit.Share = &share
			}
			list.Hits = append(list.Hits, hit)
		}
	}
	a.sortRegions(list.Hits, order, day)
	return list, nil
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

// area gives the region's boundary, or its box where none is loaded.
func (a *Atlas) area(r *sentra.Region, day sentra.Date) orb.MultiPolygon {
	if s := a.Shape(r.Code, day); s != nil {
		return s.Boundary.Shape
	}
	return orb.MultiPolygon{r.Box.ToPolygon()}
}

// distance is that to the boundary, or to the representative point where none is loaded.
func (a *Atlas) distance(r *sentra.Region, p orb.Point, day sentra.Date) float64 {
	if s := a.Shape(r.Code, day); s != nil {
		return geo.DistanceTo(s.Boundary.Shape, p)
	}
	return geo.Distance(r.Point, p)
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
		plain(func(r *sentra.Region) bool { return geo.MeetsBBox(a.area(r, day), *f.BBox) })
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, sentra.In("near", err)
		}
		plain(func(r *sentra.Region) bool { return a.distance(r, f.Near.Point, day) <= f.Near.Radius })
	}
	for _, polygon := range []struct {
		shape orb.MultiPolygon
		least float64
	}{{f.Within, 0.999}, {f.Intersects, 1e-9}} {
		if polygon.shape == nil {
			continue
		}
		tests = append(tests, func(r *sentra.Region) (sentra.Truth, error) {
			share, err := geo.OverlapShare(a.area(r, day), polygon.shape)
			return sentra.TruthOf(share >= polygon.least), err
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

// ClusterHit is a cluster of a list.
type ClusterHit struct {
	*Cluster
	// Metres is the distance under a near filter, else nil.
	Metres *float64
}

// ClusterList is the whole answer to a question for clusters.
type ClusterList struct {
	Hits []ClusterHit
	// NotCovered counts the clusters the filter could not judge.
	NotCovered int
}

type clusterTest = func(c *Cluster) (sentra.Truth, error)

// Clusters lists the clusters that match, regions seen on the day. begun keeps
// only those whose phase had begun by the day. A wrong filter is a
// BAD_USER_INPUT whose path begins at the filter.
func (a *Atlas) Clusters(ctx context.Context, filter *sentra.ClusterFilter, order sentra.ClusterOrder, day sentra.Date, begun bool) (*ClusterList, error) {
	if err := a.CheckDay(day); err != nil {
		return nil, sentra.In("asOf", err)
	}
	candidates := a.clusterOrder
	if begun {
		candidates = a.ClustersWith(func(c *Cluster) bool { return c.Begins <= day })
	}
	return a.FilterClusters(ctx, candidates, filter, order, day)
}

// FilterClusters is Clusters over clusters given in the usual order.
func (a *Atlas) FilterClusters(ctx context.Context, candidates []*Cluster, filter *sentra.ClusterFilter, order sentra.ClusterOrder, day sentra.Date) (*ClusterList, error) {
	if filter == nil {
		filter = &sentra.ClusterFilter{}
	}
	test, err := a.compileCluster(filter, day)
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	if order != "" && !slices.Contains(sentra.ClusterOrders[:], order) {
		return nil, sentra.BadInput("orderBy", "%.40s is not a valid ClusterOrder", order)
	}
	if order == sentra.ClustersByDistance && filter.Near == nil {
		return nil, sentra.BadInput("orderBy", "an order by distance needs filter.near")
	}
	if order == "" && filter.Near != nil {
		order = sentra.ClustersByDistance
	}
	list := &ClusterList{}
	for i, c := range candidates {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, sentra.Wrap(sentra.CodeDeadlineExceeded, ctx.Err(), "the time allowed ran out while the clusters were filtered")
		}
		truth, err := test(c)
		if err != nil {
			return nil, err
		}
		switch truth {
		case sentra.Unknown:
			list.NotCovered++
		case sentra.True:
			hit := ClusterHit{Cluster: c}
			if filter.Near != nil {
				metres := geo.Distance(c.Place, filter.Near.Point)
				hit.Metres = &metres
			}
			list.Hits = append(list.Hits, hit)
		}
	}
	switch order {
	case sentra.ClustersByName:
		slices.SortStableFunc(list.Hits, func(x, y ClusterHit) int { return cmp.Compare(Normalise(x.NameEN), Normalise(y.NameEN)) })
	case sentra.ClustersByRegion:
		slices.SortStableFunc(list.Hits, func(x, y ClusterHit) int {
			return cmp.Or(slices.Compare(x.Regions, y.Regions), cmp.Compare(x.NameEN, y.NameEN))
		})
	case sentra.ClustersByDistance:
		slices.SortStableFunc(list.Hits, func(x, y ClusterHit) int { return cmp.Compare(*x.Metres, *y.Metres) })
	}
	return list, nil
}

// compareClusters is the usual order: by phase, first region, product.
func compareClusters(x, y *Cluster) int {
	return cmp.Or(slices.Compare(x.Phases, y.Phases), slices.Compare(x.Regions, y.Regions), slices.Compare(x.Products, y.Products), cmp.Compare(x.Key, y.Key))
}

// compileCluster checks a filter and gives its test.
func (a *Atlas) compileCluster(f *sentra.ClusterFilter, day sentra.Date) (clusterTest, error) {
	var tests []clusterTest
	plain := func(test func(c *Cluster) bool) {
		tests = append(tests, func(c *Cluster) (sentra.Truth, error) { return sentra.TruthOf(test(c)), nil })
	}
	if f.Phase != "" {
		if a.phases[f.Phase] == nil {
			keys := make([]string, len(a.Data.Phases))
			for i, p := range a.Data.Phases {
				keys[i] = p.Key
			}
			return nil, sentra.BadInput("phase", "there is no phase %.40q; the phases are %s", f.Phase, strings.Join(keys, ", "))
		}
		plain(func(c *Cluster) bool { return slices.Contains(c.Phases, f.Phase) })
	}
	if f.Product != "" {
		keys := a.productsNamed(f.Product)
		if len(keys) == 0 {
			return nil, sentra.BadInput("product", "there is no product %.40q; the field products lists them", f.Product)
		}
		plain(func(c *Cluster) bool {
			return slices.ContainsFunc(c.Products, func(key string) bool { return slices.Contains(keys, key) })
		})
	}
	if f.InitialTarget != nil {
		// Where the source names no initial targets, neither yes nor no is known.
		plain(func(c *Cluster) bool { return c.InitialTarget != nil && *c.InitialTarget == *f.InitialTarget })
	}
	if f.Region != "" {
		if a.regions[f.Region] == nil {
			return nil, sentra.BadInput("region", "no region has the code %s", f.Region)
		}
		plain(func(c *Cluster) bool {
			return slices.ContainsFunc(c.Regions, func(code sentra.RegionCode) bool {
				return code == f.Region || a.Province(code, day) == f.Region
			})
		})
	}
	if f.Regions != nil {
		test, err := a.compileRegion(f.Regions, day)
		if err != nil {
			return nil, sentra.In("regions", err)
		}
		tests = append(tests, func(c *Cluster) (sentra.Truth, error) {
			any := sentra.False
			for _, code := range c.Regions {
				for _, at := range []sentra.RegionCode{code, a.Province(code, day)} {
					r := a.Exists(at, day)
					if r == nil {
						continue
					}
					t, err := test(r)
					if err != nil {
						return t, err
					}
					any = any.Or(t)
				}
			}
			return any, nil
		})
	}
	if f.BBox != nil {
		if err := geo.CheckBBox(*f.BBox); err != nil {
			return nil, sentra.In("bbox", err)
		}
		plain(func(c *Cluster) bool { return geo.InBBox(*f.BBox, c.Place) })
	}
	if f.Within != nil {
		bound := f.Within.Bound()
		plain(func(c *Cluster) bool { return bound.Contains(c.Place) && geo.Contains(f.Within, c.Place) })
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, sentra.In("near", err)
		}
		plain(func(c *Cluster) bool { return geo.Distance(c.Place, f.Near.Point) <= f.Near.Radius })
	}
	combined, err := combine(f.And, f.Or, f.Not, func(inner *sentra.ClusterFilter) (clusterTest, error) { return a.compileCluster(inner, day) })
	if err != nil {
		return nil, err
	}
	return all(append(tests, combined...)), nil
}

// productsNamed gives the keys of the products that a key or a name means.
func (a *Atlas) productsNamed(text string) []string {
	if a.products[text] != nil {
		return []string{text}
	}
	name := Normalise(text)
	var keys []string
	for _, p := range a.Data.Products {
		if name != "" && (strings.Contains(Normalise(p.NameEN), name) || strings.Contains(Normalise(p.NameID), name)) {
			keys = append(keys, p.Key)
		}
	}
	return keys
}

// Place is what holds a point.
type Place struct {
	Point             orb.Point
	Province, Regency *sentra.Region
	// Metres is the distance to the regency or city; nil when none was found.
	Metres *float64
}

// At gives the province and the regency or city that hold the point on the day.
// Where several boundaries hold it, as on a shared border, the lowest code
// answers. With a tolerance in metres, the nearest one within it answers for a
// point that none holds. A wrong argument is a BAD_USER_INPUT.
func (a *Atlas) At(p orb.Point, tolerance float64, day sentra.Date) (Place, error) {
	place := Place{Point: p}
	if err := geo.CheckPoint(p); err != nil {
		return place, sentra.In("point", err)
	}
	if !(tolerance >= 0 && tolerance <= 1_000_000) {
		return place, sentra.BadInput("toleranceMetres", "a tolerance of %g metres is out of range; give 0 to 1,000,000", tolerance)
	}
	if err := a.CheckDay(day); err != nil {
		return place, sentra.In("asOf", err)
	}
	nearest := tolerance
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if r.Kind.Level() != sentra.LevelRegency || !r.Validity.Contains(day) {
			continue
		}
		shape := a.Shape(r.Code, day)
		if shape == nil {
			continue
		}
		if shape.Bound.Contains(p) && geo.Contains(shape.Boundary.Shape, p) {
			zero := 0.0
			place.Regency, place.Metres = r, &zero
			break
		}
		if tolerance > 0 {
			if metres := geo.DistanceTo(shape.Boundary.Shape, p); metres <= nearest && (place.Metres == nil || metres < *place.Metres) {
				place.Regency, place.Metres, nearest = r, &metres, metres
			}
		}
	}
	if place.Regency != nil {
		// The regency decides, so that both levels always agree.
		place.Province = a.Exists(a.Province(place.Regency.Code, day), day)
		return place, nil
	}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if r.Kind == sentra.KindProvince && r.Validity.Contains(day) {
			if shape := a.Shape(r.Code, day); shape != nil && shape.Bound.Contains(p) && geo.Contains(shape.Boundary.Shape, p) {
				place.Province = r
				break
			}
		}
	}
	return place, nil
}
