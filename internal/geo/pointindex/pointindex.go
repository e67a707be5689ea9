// Package pointindex lists ordered points by area and by distance, in time that
// grows with the number of points taken from the list and not with the size of
// the index.
//
// Points are degrees, longitude before latitude, and must be finite; distances
// are metres on the sphere (package sphere), so that neither poles nor
// antimeridian are special. The rank of a point is its position in the order,
// from 0. An Index is immutable and safe for concurrent use.
//
// # How it works
//
// The points are packed along a Hilbert curve into a tree. Each node has its box
// and the sorted ranks of its points, which its position identifies. To list an
// area in order, the ranks of nodes inside are merged as sorted lists; a node that
// the area's edge crosses is opened only when its lowest rank is next. Since any
// rank can be looked up in a node, a list can begin anywhere. To count an area,
// nodes inside are not opened at all.
package pointindex

import (
	"cmp"
	"iter"
	mathbits "math/bits"
	"slices"
	"unsafe"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/heap"
	"github.com/sentra-ikm/sentra/internal/geo/hilbert"
	"github.com/sentra-ikm/sentra/internal/geo/sphere"
)

// Index holds points in an order.
type Index struct {
	// places in the order of the tree; within a leaf by rank.
	places []place
	// at[rank] is the index in places.
	at []int32
	// levels of the tree, leaves first, the root alone on the last.
	levels []level
}

type place struct {
	point orb.Point
	vec   sphere.Vec
}

// level has all nodes of the same height. Node i has the places from i*size to
// (i+1)*size, or to the end.
type level struct {
	size  int
	boxes []box
	// ranks of the nodes' places, sorted within each node.
	ranks []int32
}

// box bounds the places of a node, in degrees and in space.
type box struct {
	flat  orb.Bound
	space sphere.Box
}

const fanOut = 16

// New builds an index of points given in their order. The points are copied.
func New(points []orb.Point) *Index {
	x := &Index{places: make([]place, len(points)), at: make([]int32, len(points))}
	if len(points) == 0 {
		return x
	}
	curve := hilbert.Over(orb.MultiPoint(points).Bound())
	type keyed struct {
		key  uint32
		rank int32
	}
	order := make([]keyed, len(points))
	for rank, p := range points {
		order[rank] = keyed{curve.At(p), int32(rank)}
	}
	slices.SortFunc(order, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.rank, b.rank)) })
	ranks := make([]int32, len(points))
	for i, k := range order {
		ranks[i] = k.rank
	}
	for size := fanOut; ; size *= fanOut {
		ranks = slices.Clone(ranks)
		nodes := (len(points) + size - 1) / size
		for node := range nodes {
			slices.Sort(ranks[node*size : min((node+1)*size, len(ranks))])
		}
		x.levels = append(x.levels, level{size: size, ranks: ranks, boxes: make([]box, nodes)})
		if nodes == 1 {
			break
		}
	}
	for i, rank := range x.levels[0].ranks {
		x.places[i] = place{points[rank], sphere.FromPoint(points[rank])}
		x.at[rank] = int32(i)
	}
	for i, l := range x.levels {
		for node := range l.boxes {
			b := &l.boxes[node]
			b.space = sphere.EmptyBox()
			if i > 0 {
				children := x.levels[i-1].boxes[node*fanOut:]
				b.flat = children[0].flat
				for _, child := range children[:min(fanOut, len(children))] {
					b.flat = b.flat.Union(child.flat)
					b.space.AddBox(child.space)
				}
				continue
			}
			places := x.places[node*fanOut : min((node+1)*fanOut, len(x.places))]
			b.flat = places[0].point.Bound()
			for _, p := range places {
				b.flat = b.flat.Extend(p.point)
				b.space.Add(p.vec)
			}
		}
	}
	return x
}

// Len is the number of points.
func (x *Index) Len() int { return len(x.places) }

// Point is the point of a rank, in degrees.
func (x *Index) Point(rank int) orb.Point { return x.places[x.at[rank]].point }

// Has reports whether the point of a rank is in an area.
func (x *Index) Has(area Area, rank int) bool { return area.has(&x.places[x.at[rank]]) }

// Bytes is the memory size of the index.
func (x *Index) Bytes() int {
	bytes := len(x.places)*int(unsafe.Sizeof(place{})) + 4*len(x.at)
	for _, l := range x.levels {
		bytes += len(l.boxes)*int(unsafe.Sizeof(box{})) + 4*len(l.ranks)
	}
	return bytes
}

// end is the end of a node's places.
func (x *Index) end(l level, node int) int { return min((node+1)*l.size, len(x.places)) }

// Count returns the number of points in an area.
func (x *Index) Count(area Area) int {
	if len(x.places) == 0 {
		return 0
	}
	return x.count(area, len(x.levels)-1, 0)
}

func (x *Index) count(area Area, height, node int) int {
	l := x.levels[height]
	switch area.relate(&l.boxes[node]) {
	case outside:
		return 0
	case inside:
		return x.end(l, node) - node*l.size
	}
	count := 0
	if height == 0 {
		for i := node * l.size; i < x.end(l, node); i++ {
			if area.has(&x.places[i]) {
				count++
			}
		}
		return count
	}
	for child := node * fanOut; child < min((node+1)*fanOut, len(x.levels[height-1].boxes)); child++ {
		count += x.count(area, height-1, child)
	}
	return count
}

// Ranks returns the ranks of all points in an area, ascending. Unlike Ascending it
// finds them all before it yields the first, which is faster if all are needed.
func (x *Index) Ranks(area Area) iter.Seq[int] {
	return func(yield func(int) bool) {
		if len(x.places) == 0 {
			return
		}
		marked := make([]uint64, (len(x.places)+63)/64)
		x.mark(area, len(x.levels)-1, 0, marked)
		for word, bits := range marked {
			for ; bits != 0; bits &= bits - 1 {
				if !yield(word*64 + mathbits.TrailingZeros64(bits)) {
					return
				}
			}
		}
	}
}

// mark sets the bits of the ranks of a node's points in the area.
func (x *Index) mark(area Area, height, node int, marked []uint64) {
	l := x.levels[height]
	first, end := node*l.size, x.end(l, node)
	switch area.relate(&l.boxes[node]) {
	case outside:
	case inside:
		for _, rank := range l.ranks[first:end] {
			marked[rank/64] |= 1 << (rank % 64)
		}
	case crossing:
		if height > 0 {
			for child := node * fanOut; child < min((node+1)*fanOut, len(x.levels[height-1].boxes)); child++ {
				x.mark(area, height-1, child, marked)
			}
			return
		}
		for i, rank := range l.ranks[first:end] {
			if area.has(&x.places[first+i]) {
				marked[rank/64] |= 1 << (rank % 64)
			}
		}
	}
}

// Ascending returns the ranks of the points in an area, ascending from a rank on.
func (x *Index) Ascending(area Area, from int) iter.Seq[int] {
	return func(yield func(int) bool) { x.inOrder(area, max(from, 0), 1, yield) }
}

// Descending returns the ranks of the points in an area, descending from a rank on.
func (x *Index) Descending(area Area, from int) iter.Seq[int] {
	return func(yield func(int) bool) { x.inOrder(area, min(from, len(x.places)-1), -1, yield) }
}

// run is a node with its next rank, which is at index next of its level's ranks.
type run struct {
	rank         int32
	next         int32
	node         int32
	height       int8
	whollyInside bool
}

// before orders runs by rank. Only a node and its descendant can have the same rank,
// and they are never in a heap together.
func (r run) before(o run, step int32) bool { return step*r.rank < step*o.rank }

func (x *Index) inOrder(area Area, from int, step int32, yield func(int) bool) {
	if from < 0 || from >= len(x.places) {
		return
	}
	runs := heap.Heap[run]{Before: func(a, b run) bool { return a.before(b, step) }}
	add := func(height, node int, whollyInside bool) {
		l := x.levels[height]
		if !whollyInside {
			switch area.relate(&l.boxes[node]) {
			case outside:
				return
			case inside:
				whollyInside = true
			}
		}
		first := node * l.size
		next, found := slices.BinarySearch(l.ranks[first:x.end(l, node)], int32(from))
		if step < 0 && !found {
			next--
		}
		r := run{next: int32(first+next) - step, node: int32(node), height: int8(height), whollyInside: whollyInside}
		if x.advance(&r, area, step) {
			runs.Push(r)
		}
	}
	add(len(x.levels)-1, 0, false)
	for len(runs.Items) > 0 {
		top := runs.Items[0]
		if top.height > 0 && !top.whollyInside {
			runs.Pop()
			for child := int(top.node) * fanOut; child < min((int(top.node)+1)*fanOut, len(x.levels[top.height-1].boxes)); child++ {
				add(int(top.height)-1, child, false)
			}
			continue
		}
		if !yield(int(top.rank)) {
			return
		}
		if x.advance(&top, area, step) {
			runs.Replace(top)
		} else {
			runs.Pop()
		}
	}
}

// advance moves a run to its next rank, or in a leaf that the area's edge crosses to
// the next whose point is in the area; false at the end.
func (x *Index) advance(r *run, area Area, step int32) bool {
	l := x.levels[r.height]
	for {
		r.next += step
		if int(r.next) < int(r.node)*l.size || int(r.next) >= x.end(l, int(r.node)) {
			return false
		}
		if r.height > 0 || r.whollyInside || area.has(&x.places[r.next]) {
			r.rank = l.ranks[r.next]
			return true
		}
	}
}

// Nearest returns the ranks of the points in an area and their distances in metres
// from a point (degrees), nearest first and equally near ones by rank.
func (x *Index) Nearest(p orb.Point, area Area) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) { x.nearest(p, area, way{metres: -1}, yield) }
}

// NearestAfter is Nearest, starting after the point of a rank, which need not be in
// the area.
func (x *Index) NearestAfter(p orb.Point, area Area, rank int) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		x.nearest(p, area, way{metres: x.Metres(p, rank), rank: int32(rank)}, yield)
	}
}

// Metres is the distance in metres from a point (degrees) to that of a rank, the same
// as from Nearest.
func (x *Index) Metres(p orb.Point, rank int) float64 {
	return sphere.Metres(sphere.Between(sphere.FromPoint(p), x.places[x.at[rank]].vec))
}

// way is the distance of a point, or a lower bound for a node.
type way struct {
	metres       float64
	rank         int32 // -1 for a node
	node         int32
	height       int8
	whollyInside bool
}

// before orders by distance, with nodes first because they may contain an equally
// near point of a lower rank.
func (w way) before(o way) bool {
	return w.metres < o.metres || w.metres == o.metres && w.rank < o.rank
}

func (x *Index) nearest(p orb.Point, area Area, start way, yield func(int, float64) bool) {
	if len(x.places) == 0 {
		return
	}
	v := sphere.FromPoint(p)
	ways := heap.Heap[way]{Before: way.before}
	add := func(height, node int, whollyInside bool) {
		b := &x.levels[height].boxes[node]
		if !whollyInside {
			switch area.relate(b) {
			case outside:
				return
			case inside:
				whollyInside = true
			}
		}
		if start.metres > 0 && sphere.Metres(b.space.Farthest(&v)) < start.metres {
			return
		}
		// The bound may be slightly negative.
		low := sphere.Metres(max(0, b.space.To(&v)))
		ways.Push(way{metres: low, rank: -1, node: int32(node), height: int8(height), whollyInside: whollyInside})
	}
	add(len(x.levels)-1, 0, false)
	for len(ways.Items) > 0 {
		top := ways.Pop()
		switch {
		case top.rank >= 0:
			if !yield(int(top.rank), top.metres) {
				return
			}
		case top.height > 0:
			for child := int(top.node) * fanOut; child < min((int(top.node)+1)*fanOut, len(x.levels[top.height-1].boxes)); child++ {
				add(int(top.height)-1, child, top.whollyInside)
			}
		default:
			l := x.levels[0]
			for i := int(top.node) * fanOut; i < x.end(l, int(top.node)); i++ {
				found := way{metres: sphere.Metres(sphere.Between(v, x.places[i].vec)), rank: l.ranks[i]}
				if start.before(found) && (top.whollyInside || area.has(&x.places[i])) {
					ways.Push(found)
				}
			}
		}
	}
}
