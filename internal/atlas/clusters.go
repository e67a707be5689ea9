package atlas

import (
	"cmp"
	"context"
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/pointindex"
	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ClusterHit is a cluster of a list.
type ClusterHit struct {
	*Cluster
	// Metres is the distance if there is a near filter, else nil.
	Metres *float64
}

// ClusterList is the result of a query for clusters.
type ClusterList struct {
	List[ClusterHit]
	// NotCovered is the number of clusters that the filter could not decide.
	NotCovered int
}

type clusterTest = func(c *Cluster) (sentra.Truth, error)

// clusterSequence is an ordered list of clusters: a large base that several atlases
// share, with a few removals and additions.
type clusterSequence struct {
	base []*Cluster
	// gone has the indexes in base of removed clusters, and added the new ones, in
	// order.
	gone  []int32
	added []addedCluster
}

// addedCluster is inserted before an index of the base.
type addedCluster struct {
	*Cluster
	before int
}

func (s *clusterSequence) len() int { return len(s.base) - len(s.gone) + len(s.added) }

// each yields the clusters in order.
func (s *clusterSequence) each(yield func(*Cluster) bool) {
	gone, added := s.gone, s.added
	for rank := 0; rank <= len(s.base); rank++ {
		for ; len(added) > 0 && added[0].before == rank; added = added[1:] {
			if !yield(added[0].Cluster) {
				return
			}
		}
		switch {
		case len(gone) > 0 && int(gone[0]) == rank:
			gone = gone[1:]
		case rank < len(s.base) && !yield(s.base[rank]):
			return
		}
	}
}

// list returns the clusters in order. The slice must not be modified.
func (s *clusterSequence) list() []*Cluster {
	if len(s.gone)+len(s.added) == 0 {
		return s.base
	}
	return slices.AppendSeq(make([]*Cluster, 0, s.len()), s.each)
}

// replaced returns the sequence after replacing some clusters.
func (s *clusterSequence) replaced(gone, put []*Cluster, compare func(x, y *Cluster) int) clusterSequence {
	next := clusterSequence{s.base, slices.Clone(s.gone), slices.Clone(s.added)}
	for _, c := range gone {
		rank, _ := slices.BinarySearchFunc(s.base, c, compare)
		if rank == len(s.base) || s.base[rank] != c {
			next.added = slices.DeleteFunc(next.added, func(a addedCluster) bool { return a.Cluster == c })
			continue
		}
		at, _ := slices.BinarySearch(next.gone, int32(rank))
		next.gone = slices.Insert(next.gone, at, int32(rank))
	}
	for _, c := range put {
		before, _ := slices.BinarySearchFunc(s.base, c, compare)
		at, _ := slices.BinarySearchFunc(next.added, c, func(a addedCluster, c *Cluster) int {
			return cmp.Or(cmp.Compare(a.before, before), compare(a.Cluster, c))
		})
		next.added = slices.Insert(next.added, at, addedCluster{c, before})
	}
	if next.many() {
		return clusterSequence{base: next.list()}
	}
	return next
}

// many reports whether there are too many edits to keep beside the base.
func (s *clusterSequence) many() bool { return len(s.gone)+len(s.added) > few(len(s.base)) }

// clusterOrder is all clusters in one order, with an index of their locations. The
// next atlas reuses it with a few edits.
type clusterOrder struct {
	clusterSequence
	compare func(x, y *Cluster) int
	// points indexes the base, and ranks gives the ranks in it by slot. Other atlases
	// share both.
	points *pointindex.Index
	ranks  []int32
	// places of the added clusters.
	places map[*Cluster]int
	index  *pointindex.Edited
}

// newClusterOrder indexes clusters that are already in order.
func newClusterOrder(inOrder []*Cluster, slots int32, compare func(x, y *Cluster) int) *clusterOrder {
	o := &clusterOrder{clusterSequence: clusterSequence{base: inOrder}, compare: compare, ranks: make([]int32, slots)}
	points := make([]orb.Point, len(inOrder))
	for rank, c := range inOrder {
		o.ranks[c.slot], points[rank] = int32(rank), c.Place
	}
	o.points = pointindex.New(points)
	o.index = o.points.Edit(nil, nil)
	return o
}

// at returns the cluster at a place in the index.
func (o *clusterOrder) at(place int) *Cluster {
	number, added := pointindex.Origin(place)
	if added {
		return o.added[number].Cluster
	}
	return o.base[number]
}

// place returns a cluster's place in the index.
func (o *clusterOrder) place(c *Cluster) int {
	if place, added := o.places[c]; added {
		return place
	}
	return pointindex.PlaceOf(int(o.ranks[c.slot]))
}

// replaced returns the order after replacing some clusters.
func (o *clusterOrder) replaced(gone, put []*Cluster, slots int32) *clusterOrder {
	next := &clusterOrder{clusterSequence: o.clusterSequence.replaced(gone, put, o.compare), compare: o.compare, points: o.points, ranks: o.ranks}
	if !shared(next.base, o.base) {
		return newClusterOrder(next.base, slots, o.compare)
	}
	points := make([]pointindex.Added, len(next.added))
	for i, a := range next.added {
		points[i] = pointindex.Added{Before: a.before, Point: a.Place}
	}
	next.index, next.places = o.points.Edit(next.gone, points), make(map[*Cluster]int, len(next.added))
	for i, a := range next.added {
		next.places[a.Cluster] = next.index.PlaceOfAdded(i)
	}
	return next
}

// clusterOrders has the orders of an atlas, each built on first use.
type clusterOrders map[sentra.ClusterOrder]*lazy.Value[*clusterOrder]

// compares has the comparison of each order. No two clusters compare equal.
var compares = map[sentra.ClusterOrder]func(x, y *Cluster) int{
	sentra.ClustersByPhase: compareClusters,
	sentra.ClustersByName: func(x, y *Cluster) int {
		return cmp.Or(cmp.Compare(x.normalNames()[0], y.normalNames()[0]), compareClusters(x, y))
	},
	sentra.ClustersByRegion: func(x, y *Cluster) int {
		return cmp.Or(slices.Compare(x.Regions, y.Regions), cmp.Compare(x.NameEN, y.NameEN), compareClusters(x, y))
	},
}

// newClusterOrders returns the orders of clusters, given in the default order.
func newClusterOrders(usual *clusterSequence, slots int32) clusterOrders {
	orders := make(clusterOrders, len(compares))
	for name := range compares {
		orders[name] = newLazyOrder(name, usual, slots)
	}
	return orders
}

func newLazyOrder(name sentra.ClusterOrder, usual *clusterSequence, slots int32) *lazy.Value[*clusterOrder] {
	return lazy.New(func() *clusterOrder {
		inOrder := usual.list()
		if name != sentra.ClustersByPhase {
			inOrder = slices.Clone(inOrder)
			slices.SortFunc(inOrder, compares[name])
		}
		return newClusterOrder(inOrder, slots, compares[name])
	})
}

// replaced returns the orders after replacing some clusters; usual has all of them.
// Orders that were already built are edited.
func (orders clusterOrders) replaced(gone, put []*Cluster, usual *clusterSequence, slots int32) clusterOrders {
	next := make(clusterOrders, len(orders))
	for name, order := range orders {
		if made, ok := order.Made(); ok {
			next[name] = lazy.Of(made.replaced(gone, put, slots))
		} else {
			next[name] = newLazyOrder(name, usual, slots)
		}
	}
	return next
}

// normalNames returns the normalised names, the English one first.
func (c *Cluster) normalNames() *[2]string {
	if known := c.normal.Load(); known != nil {
		return known
	}
	names := &[2]string{Normalise(c.NameEN)}
	if names[1] = names[0]; c.NameID != c.NameEN {
		names[1] = Normalise(c.NameID)
	}
	c.normal.Store(names)
	return names
}

const whileFiltered = "while the clusters were filtered"

// clusterQuery is a validated and compiled query for clusters.
type clusterQuery struct {
	// area contains every cluster that matches, and tests decide those in it. Without
	// tests every cluster in the area matches.
	area  pointindex.Area
	tests []clusterTest
	// everywhere reports that the area is unbounded.
	everywhere bool
	// near, if not nil, is where distances are measured from.
	near *sentra.Near
	// Sort by distance, otherwise by order.
	byDistance bool
	order      *clusterOrder
}

// prepareClusters validates and compiles a filter and an order. The error is a
// BAD_USER_INPUT whose path begins with the filter.
func (a View) prepareClusters(ctx context.Context, filter *sentra.ClusterFilter, order sentra.ClusterOrder) (*clusterQuery, error) {
	if filter == nil {
		filter = &sentra.ClusterFilter{}
	}
	areas, rest, err := splitArea(filter)
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	q := &clusterQuery{area: pointindex.All(areas...), everywhere: len(areas) == 0, near: filter.Near}
	if !reflect.ValueOf(rest).IsZero() {
		test, err := (&compiler{View: a, ctx: ctx}).cluster(&rest)
		if err != nil {
			return nil, sentra.In("filter", err)
		}
		q.tests = append(q.tests, test)
	}
	if err := sentra.CheckOrder("ClusterOrder", order, sentra.ClusterOrders[:]); err != nil {
		return nil, sentra.In("orderBy", err)
	}
	if order == sentra.ClustersByDistance && filter.Near == nil {
		return nil, sentra.BadInput("orderBy", "an order by distance needs filter.near")
	}
	q.byDistance = filter.Near != nil && (order == "" || order == sentra.ClustersByDistance)
	if order == "" || q.byDistance {
		order = sentra.ClustersByPhase
	}
	q.order, err = a.orders[order].Get(ctx, whileFiltered)
	return q, err
}

// splitArea takes from a filter the conditions that an index can answer: boxes and
// circles, its own and those of the filters in its "and". Clusters must match the
// rest too. For a polygon the area around it is taken, and the polygon stays in the
// rest.
func splitArea(f *sentra.ClusterFilter) (areas []pointindex.Area, rest sentra.ClusterFilter, err error) {
	rest = *f
	if f.BBox != nil {
		if err := geo.CheckBBox(*f.BBox); err != nil {
			return nil, rest, sentra.In("bbox", err)
		}
		areas, rest.BBox = append(areas, pointindex.Boxes(geo.Bounds(*f.BBox)...)), nil
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, rest, sentra.In("near", err)
		}
		areas, rest.Near = append(areas, pointindex.Circle(f.Near.Point, f.Near.Radius)), nil
	}
	if f.Within != nil {
		areas = append(areas, pointindex.Boxes(f.Within.Bound()))
	}
	rest.And = nil
	for i, inner := range f.And {
		more, left, err := splitArea(inner)
		if err != nil {
			return nil, rest, sentra.In("and."+strconv.Itoa(i), err)
		}
		areas = append(areas, more...)
		if !reflect.ValueOf(left).IsZero() {
			rest.And = append(rest.And, &left)
		}
	}
	return areas, rest, nil
}

// hit returns the hit for a cluster.
func (q *clusterQuery) hit(c *Cluster) ClusterHit {
	hit := ClusterHit{Cluster: c}
	if q.near != nil {
		metres := geo.Distance(c.Place, q.near.Point)
		hit.Metres = &metres
	}
	return hit
}

// Clusters lists the clusters that match, with regions as of the day. begun restricts
// it to clusters known on the day. An invalid filter is a BAD_USER_INPUT whose path
// begins with the filter.
//
// A filter of only boxes and circles costs no more than the hits that the caller
// takes. Any other filter tests every cluster in its boxes, circles and polygons.
func (a View) Clusters(ctx context.Context, filter *sentra.ClusterFilter, order sentra.ClusterOrder, begun bool) (*ClusterList, error) {
	q, err := a.prepareClusters(ctx, filter, order)
	if err != nil {
		return nil, err
	}
	if begun && a.Day < a.allBegun {
		q.tests = append(q.tests, func(c *Cluster) (sentra.Truth, error) { return a.knows(c), nil })
	}
	index := q.order.index
	if len(q.tests) > 0 {
		return q.judge(ctx, index.Ranks(q.area))
	}
	list := List[ClusterHit]{total: index.Count(q.area)}
	mark := func(rank int) Mark {
		if q.byDistance {
			return Mark{index.Metres(q.near.Point, rank), rank}
		}
		return Mark{rank: rank}
	}
	list.find = func(key string) (Mark, bool) {
		c := a.Cluster(key)
		if c == nil || !index.Has(q.area, q.order.place(c)) {
			return Mark{}, false
		}
		return mark(q.order.place(c)), true
	}
	each := func(ranks iter.Seq[int]) iter.Seq2[Mark, ClusterHit] {
		return func(yield func(Mark, ClusterHit) bool) {
			for rank := range ranks {
				if !yield(mark(rank), q.hit(q.order.at(rank))) {
					return
				}
			}
		}
	}
	list.up = func(from *Mark) iter.Seq2[Mark, ClusterHit] {
		switch {
		case q.byDistance && from != nil:
			return each(firsts(index.NearestAfter(q.near.Point, q.area, from.rank)))
		case q.byDistance:
			return each(firsts(index.Nearest(q.near.Point, q.area)))
		case from != nil:
			return each(index.Ascending(q.area, from.rank+1))
		}
		return each(index.Ascending(q.area, 0))
	}
	list.down = func(from *Mark) iter.Seq2[Mark, ClusterHit] {
		switch {
		case q.byDistance:
			// Farthest first is rarely requested, so it simply collects all hits.
			ranks := slices.Collect(firsts(index.Nearest(q.near.Point, q.area)))
			if from != nil {
				ranks = ranks[:slices.Index(ranks, from.rank)]
			}
			slices.Reverse(ranks)
			return each(slices.Values(ranks))
		case from != nil:
			return each(index.Descending(q.area, from.rank-1))
		}
		return each(index.Descending(q.area, index.Last()))
	}
	return &ClusterList{List: list}, nil
}

// firsts drops the distances.
func firsts(hits iter.Seq2[int, float64]) iter.Seq[int] {
	return func(yield func(int) bool) {
		for rank := range hits {
			if !yield(rank) {
				return
			}
		}
	}
}

// ClustersOfEach is Clusters for each of several regions: the clusters of ListedIn
// that match, ordered by code. The filter is compiled once, and what it computes for
// a region or a polygon is computed once for all.
func (a View) ClustersOfEach(ctx context.Context, codes []sentra.RegionCode, filter *sentra.ClusterFilter, order sentra.ClusterOrder) ([]*ClusterList, error) {
	q, err := a.prepareClusters(ctx, filter, order)
	if err != nil {
		return nil, err
	}
	out := make([]*ClusterList, len(codes))
	for i, code := range codes {
		if out[i], err = q.among(ctx, a.ListedIn(code)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// among lists the matching clusters of a few candidates.
func (q *clusterQuery) among(ctx context.Context, candidates []*Cluster) (*ClusterList, error) {
	var ranks []int
	for _, c := range candidates {
		if rank := q.order.place(c); q.order.index.Has(q.area, rank) {
			ranks = append(ranks, rank)
		}
	}
	slices.Sort(ranks)
	return q.judge(ctx, slices.Values(ranks))
}

// judge lists the clusters, given by ascending ranks, for which the tests hold.
func (q *clusterQuery) judge(ctx context.Context, ranks iter.Seq[int]) (*ClusterList, error) {
	test := all(q.tests)
	var hits []ClusterHit
	notCovered, seen := 0, 0
	for rank := range ranks {
		if seen++; seen%256 == 1 {
			if err := sentra.Ended(ctx, whileFiltered); err != nil {
				return nil, err
			}
		}
		truth, err := test(q.order.at(rank))
		if err != nil {
			return nil, err
		}
		switch truth {
		case sentra.Unknown:
			notCovered++
		case sentra.True:
			hits = append(hits, q.hit(q.order.at(rank)))
		}
	}
	if q.byDistance {
		slices.SortStableFunc(hits, func(x, y ClusterHit) int { return cmp.Compare(*x.Metres, *y.Metres) })
	}
	return &ClusterList{listOf(hits, func(hit ClusterHit) string { return hit.Key }), notCovered}, nil
}

// compareClusters is the default order: by phase, those without one last, then by
// first region and product.
func compareClusters(x, y *Cluster) int {
	return cmp.Or(cmp.Compare(sentra.TruthOf(y.OfProgramme()), sentra.TruthOf(x.OfProgramme())), slices.Compare(x.Phases, y.Phases), slices.Compare(x.Regions, y.Regions), slices.Compare(x.Products, y.Products), cmp.Compare(x.Key, y.Key))
}

// cluster validates a filter and returns its test.
func (c *compiler) cluster(f *sentra.ClusterFilter) (clusterTest, error) {
	var tests []clusterTest
	plain := func(test func(c *Cluster) bool) {
		tests = append(tests, func(c *Cluster) (sentra.Truth, error) { return sentra.TruthOf(test(c)), nil })
	}
	ofTraits := func(test func(c *Cluster) sentra.Truth) {
		tests = append(tests, ofGroups(len(c.groups.traits.first), byTraits, func(c *Cluster) (sentra.Truth, error) { return test(c), nil }))
	}
	ofRegions := func(test clusterTest) {
		tests = append(tests, ofGroups(len(c.groups.regions.first), byRegions, test))
	}
	if f.Phase != "" {
		if c.phases[f.Phase] == nil {
			keys := make([]string, len(c.Data.Phases))
			for i, p := range c.Data.Phases {
				keys[i] = p.Key
			}
			return nil, sentra.BadInput("phase", "there is no phase %.40q; the phases are %s", f.Phase, strings.Join(keys, ", "))
		}
		ofTraits(func(c *Cluster) sentra.Truth { return sentra.TruthOf(slices.Contains(c.Phases, f.Phase)) })
	}
	if f.Product != "" {
		keys := c.ProductsNamed(f.Product)
		if len(keys) == 0 {
			return nil, sentra.BadInput("product", "there is no product %.40q; the field products lists them", f.Product)
		}
		tests = append(tests, ofGroups(len(c.groups.products.first), byProducts, func(c *Cluster) (sentra.Truth, error) {
			return sentra.TruthOf(slices.ContainsFunc(c.Products, func(key string) bool { return slices.Contains(keys, key) })), nil
		}))
	}
	if f.InitialTarget != nil {
		ofTraits(func(c *Cluster) sentra.Truth {
			switch {
			case !c.OfProgramme():
				return sentra.False
			case c.InitialTarget == nil:
				return sentra.Unknown
			}
			return sentra.TruthOf(*c.InitialTarget == *f.InitialTarget)
		})
	}
	if f.Programme != nil {
		ofTraits(func(c *Cluster) sentra.Truth { return sentra.TruthOf(c.OfProgramme() == *f.Programme) })
	}
	if f.Status != "" {
		ofTraits(func(c *Cluster) sentra.Truth { return sentra.TruthOf(c.Status() == f.Status) })
	}
	if f.ProductGroups != nil {
		tests = append(tests, ofGroups(len(c.groups.products.first), byProducts, func(cluster *Cluster) (sentra.Truth, error) {
			return sentra.TruthOf(slices.Contains(f.ProductGroups, c.GroupOf(cluster))), nil
		}))
	}
	if f.Confidence != nil {
		ofTraits(func(c *Cluster) sentra.Truth {
			if c.Confidence == "" && len(f.Confidence) > 0 {
				return sentra.Unknown
			}
			return sentra.TruthOf(slices.Contains(f.Confidence, c.Confidence))
		})
	}
	if f.Supported != nil {
		funds := c.fundsOf()
		tests = append(tests, func(c *Cluster) (sentra.Truth, error) { return funds.any(c, ^fundSet(0)).Is(*f.Supported), nil })
	}
	if f.Funds != nil {
		funds, wanted := c.fundsOf(), fundSetOf(f.Funds...)
		tests = append(tests, func(c *Cluster) (sentra.Truth, error) { return funds.any(c, wanted), nil })
	}
	if f.Region != "" {
		if c.regions[f.Region] == nil {
			return nil, sentra.BadInput("region", "no region has the code %s", f.Region)
		}
		test := once(func(r *sentra.Region) (sentra.Truth, error) {
			return sentra.TruthOf(r.Code == f.Region).Or(c.below(r.Code, f.Region)), nil
		})
		ofRegions(func(cluster *Cluster) (sentra.Truth, error) {
			if slices.Contains(cluster.Regions, f.Region) {
				return sentra.True, nil
			}
			return c.standsIn(cluster, test)
		})
	}
	if f.Regions != nil {
		test, err := c.region(f.Regions)
		if err != nil {
			return nil, sentra.In("regions", err)
		}
		test = once(test)
		ofRegions(func(cluster *Cluster) (sentra.Truth, error) { return c.standsIn(cluster, test) })
	}
	if f.BBox != nil {
		if err := geo.CheckBBox(*f.BBox); err != nil {
			return nil, sentra.In("bbox", err)
		}
		plain(func(c *Cluster) bool { return geo.InBBox(*f.BBox, c.Place) })
	}
	if f.Within != nil {
		test, err := c.inPolygon(f.Within)
		if err != nil {
			return nil, err
		}
		plain(test)
	}
	if f.Near != nil {
		if err := geo.CheckNear(*f.Near); err != nil {
			return nil, sentra.In("near", err)
		}
		tests = append(tests, c.inCircle(*f.Near))
	}
	combined, err := combine(f.And, f.Or, f.Not, c.cluster)
	if err != nil {
		return nil, err
	}
	return all(append(tests, combined...)), nil
}

// once returns a test that evaluates each region once, as many clusters share a
// region.
func once(test regionTest) regionTest {
	known := make(map[*sentra.Region]sentra.Truth)
	return func(r *sentra.Region) (sentra.Truth, error) {
		if truth, ok := known[r]; ok {
			return truth, nil
		}
		truth, err := test(r)
		if err == nil {
			known[r] = truth
		}
		return truth, err
	}
}

// inCircle returns a test for clusters in a circle. It measures a few clusters one by
// one, and for many it asks the index.
func (c *compiler) inCircle(circle sentra.Near) clusterTest {
	const few = 64
	asked := 0
	var within []bool
	return func(cluster *Cluster) (sentra.Truth, error) {
		if asked++; asked <= few {
			return sentra.TruthOf(geo.Distance(cluster.Place, circle.Point) <= circle.Radius), nil
		}
		if within == nil {
			usual, err := c.orders[sentra.ClustersByPhase].Get(c.ctx, whileFiltered)
			if err != nil {
				return sentra.Unknown, err
			}
			within = make([]bool, c.slots)
			for rank := range usual.index.Ranks(pointindex.Circle(circle.Point, circle.Radius)) {
				within[usual.at(rank).slot] = true
			}
		}
		return sentra.TruthOf(within[cluster.slot]), nil
	}
}

// inPolygon returns a test for clusters in a polygon or on its border.
func (c *compiler) inPolygon(shape orb.MultiPolygon) (func(c *Cluster) bool, error) {
	bound := shape.Bound()
	const few = 64
	usual, err := c.orders[sentra.ClustersByPhase].Get(c.ctx, whileFiltered)
	if err != nil {
		return nil, err
	}
	if usual.index.Count(pointindex.Boxes(bound)) <= few {
		return func(c *Cluster) bool { return bound.Contains(c.Place) && geo.Contains(shape, c.Place) }, nil
	}
	index, err := polygonOf(c.ctx, shape).index.Get(c.ctx, whileFiltered)
	if err != nil {
		return nil, err
	}
	return func(c *Cluster) bool {
		_, ok := index.Locate(c.Place)
		return ok
	}, nil
}

// GroupOf returns the group of a cluster's products that sets its colour on a map.
func (a *Atlas) GroupOf(c *Cluster) sentra.ProductGroup {
	products := make([]*sentra.Product, 0, 4)
	for _, key := range c.Products {
		if p := a.products[key]; p != nil {
			products = append(products, p)
		}
	}
	return sentra.GroupOf(products)
}

// ProductsNamed returns the keys of the products with a key or a name.
func (a *Atlas) ProductsNamed(text string) []string {
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
