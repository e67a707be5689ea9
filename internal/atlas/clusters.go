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
	// Metres is the distance under a near filter, else nil.
	Metres *float64
}

// ClusterList is the answer to a question for clusters.
type ClusterList struct {
	List[ClusterHit]
	// NotCovered counts the clusters the filter could not judge.
	NotCovered int
}

type clusterTest = func(c *Cluster) (sentra.Truth, error)

// clusterSequence is clusters in an order: many that several atlases share, but for
// a few that are gone, and a few more.
type clusterSequence struct {
	base []*Cluster
	// gone are the ranks in base of those that are no longer there, and added are those
	// that came, in order.
	gone  []int32
	added []addedCluster
}

// addedCluster stands before a rank.
type addedCluster struct {
	*Cluster
	before int
}

func (s *clusterSequence) len() int { return len(s.base) - len(s.gone) + len(s.added) }

// each gives the clusters in order.
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

// list returns the clusters in order, which must not be changed.
func (s *clusterSequence) list() []*Cluster {
	if len(s.gone)+len(s.added) == 0 {
		return s.base
	}
	return slices.AppendSeq(make([]*Cluster, 0, s.len()), s.each)
}

// replaced returns the sequence in which some clusters are replaced.
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

// many tells that what changed is too much to be kept beside the base.
func (s *clusterSequence) many() bool { return len(s.gone)+len(s.added) > few(len(s.base)) }

// clusterOrder is all clusters in an order, with an index of their places. The order
// of one atlas becomes that of the next by few edits.
type clusterOrder struct {
	clusterSequence
	compare func(x, y *Cluster) int
	// points are those of the base, and ranks its ranks by slot; other atlases share
	// both.
	points *pointindex.Index
	ranks  []int32
	// places of those that were added.
	places map[*Cluster]int
	index  *pointindex.Edited
}

// newClusterOrder indexes clusters that stand in an order.
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

// at returns the cluster at a place of the index.
func (o *clusterOrder) at(place int) *Cluster {
	number, added := pointindex.Origin(place)
	if added {
		return o.added[number].Cluster
	}
	return o.base[number]
}

// place returns the place of a cluster in the index.
func (o *clusterOrder) place(c *Cluster) int {
	if place, added := o.places[c]; added {
		return place
	}
	return pointindex.PlaceOf(int(o.ranks[c.slot]))
}

// replaced returns the order in which some clusters are replaced.
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

// clusterOrders are the orders of an atlas, each made when it is first asked for.
type clusterOrders map[sentra.ClusterOrder]*lazy.Value[*clusterOrder]

// compares are the orders of clusters. No two clusters are equal in them.
var compares = map[sentra.ClusterOrder]func(x, y *Cluster) int{
	sentra.ClustersByPhase: compareClusters,
	sentra.ClustersByName: func(x, y *Cluster) int {
		return cmp.Or(cmp.Compare(x.normalNames()[0], y.normalNames()[0]), compareClusters(x, y))
	},
	sentra.ClustersByRegion: func(x, y *Cluster) int {
		return cmp.Or(slices.Compare(x.Regions, y.Regions), cmp.Compare(x.NameEN, y.NameEN), compareClusters(x, y))
	},
}

// newClusterOrders returns the orders of clusters, which stand in the usual one.
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

// replaced returns the orders in which some clusters are replaced; usual are all of
// them. What was made of an order is edited.
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

// normalNames returns the names normalised, that in English first.
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

// whileFiltered is where a question for clusters ends with its context.
const whileFiltered = "while the clusters were filtered"

// clusterQuery is a question for clusters, checked and made ready.
type clusterQuery struct {
	// area has every cluster that matches, and tests judge those in it; without
	// tests all in it match.
	area  pointindex.Area
	tests []clusterTest
	// everywhere tells that the area is everything.
	everywhere bool
	// near, if not nil, is what distances are measured from.
	near *sentra.Near
	// byDistance or else by order.
	byDistance bool
	order      *clusterOrder
}

// prepareClusters checks a filter and an order. The error is a BAD_USER_INPUT
// whose path begins at the filter.
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

// splitArea takes out of a filter what an index can answer: boxes and circles,
// its own and those of the filters that must hold too. What is left of the filter
// must hold besides. An area around a polygon is taken, and the polygon left.
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

// Clusters lists the clusters that match, regions seen on the day. begun keeps
// only those known on the day. A wrong filter is a
// BAD_USER_INPUT whose path begins at the filter.
//
// A filter of boxes and circles alone costs no more than what is taken from the
// list; any other judges each cluster in its boxes, circles and polygons.
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
			// The farthest first: rarely asked for, and so all are listed.
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

// ClustersOfEach is Clusters for each of several regions: those of ListedIn that match,
// in the order of codes. The filter is checked and made ready once, and what it asks of a
// region or measures against a polygon is found once for all.
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

// among lists those of a few clusters that match.
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

// judge lists the clusters, given by ranks upwards, for which the tests hold.
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

// compareClusters is the usual order: by phase, those without one last, then by first
// region and product.
func compareClusters(x, y *Cluster) int {
	return cmp.Or(cmp.Compare(sentra.TruthOf(y.OfProgramme()), sentra.TruthOf(x.OfProgramme())), slices.Compare(x.Phases, y.Phases), slices.Compare(x.Regions, y.Regions), slices.Compare(x.Products, y.Products), cmp.Compare(x.Key, y.Key))
}

// cluster checks a filter and gives its test.
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

// once returns a test that judges each region once: many clusters stand in it.
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

// inCircle tells of clusters whether they lie in a circle. Few are measured; for many
// the index tells all that do.
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

// inPolygon tells of clusters whether they lie in a polygon or on its border.
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

// GroupOf returns the group of a cluster's products, as it is coloured on a map.
func (a *Atlas) GroupOf(c *Cluster) sentra.ProductGroup {
	products := make([]*sentra.Product, 0, 4)
	for _, key := range c.Products {
		if p := a.products[key]; p != nil {
			products = append(products, p)
		}
	}
	return sentra.GroupOf(products)
}

// ProductsNamed returns the keys of the products that a key or a name means.
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
