package pointindex

import (
	"cmp"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/sphere"
)

// Edited is an Index with a few points removed and a few inserted. Making it takes
// time in proportion to these few, and it answers like an Index of all its points
// with a little more work for each of them. Build a new Index when there are many.
//
// Its points have places instead of ranks: numbers in the same order, with gaps. Like
// an Index it is immutable.
type Edited struct {
	base *Index
	// gone has the removed ranks, ascending.
	gone []int32
	// added has the inserted points, by place.
	added []addedPoint
}

type addedPoint struct {
	place
	at int
}

// Added is a point to insert before that of a rank of the Index, or after all for its
// length.
type Added struct {
	Before int
	Point  orb.Point
}

// stride is the distance between the places of consecutive points of the Index. It is
// more than the number of points that can be inserted.
const stride = 1 << 24

// Edit removes the points of ranks, given in ascending order, and inserts others,
// given in their order. It keeps both slices, which must not be modified.
func (x *Index) Edit(gone []int32, added []Added) *Edited {
	e := &Edited{base: x, gone: gone, added: make([]addedPoint, len(added))}
	for i, a := range added {
		e.added[i] = addedPoint{place{a.Point, sphere.FromPoint(a.Point)}, a.Before*stride + 1 + i}
	}
	return e
}

// PlaceOf returns the place of the point of a rank of the Index.
func PlaceOf(rank int) int { return (rank + 1) * stride }

// PlaceOfAdded returns the place of inserted point i.
func (e *Edited) PlaceOfAdded(i int) int { return e.added[i].at }

// Origin returns what is at a place: a rank of the Index or, if added, the number of
// an inserted point.
func Origin(at int) (number int, added bool) {
	if rest := at % stride; rest > 0 {
		return rest - 1, true
	}
	return at/stride - 1, false
}

// Len is the number of points.
func (e *Edited) Len() int { return len(e.base.places) - len(e.gone) + len(e.added) }

// Last is a place after all points.
func (e *Edited) Last() int { return PlaceOf(len(e.base.places)) }

func (e *Edited) place(at int) *place {
	number, added := Origin(at)
	if added {
		return &e.added[number].place
	}
	return &e.base.places[e.base.at[number]]
}

// Has reports whether the point at a place is in an area.
func (e *Edited) Has(area Area, at int) bool { return area.has(e.place(at)) }

// Metres is the distance in metres from a point (degrees) to that at a place, the
// same as from Nearest.
func (e *Edited) Metres(p orb.Point, at int) float64 {
	return sphere.Metres(sphere.Between(sphere.FromPoint(p), e.place(at).vec))
}

// Count returns the number of points in an area.
func (e *Edited) Count(area Area) int {
	count := e.base.Count(area)
	for _, rank := range e.gone {
		if e.base.Has(area, int(rank)) {
			count--
		}
	}
	for i := range e.added {
		if area.has(&e.added[i].place) {
			count++
		}
	}
	return count
}

// isGone reports whether a rank is removed.
func (e *Edited) isGone(rank int) bool {
	_, gone := slices.BinarySearch(e.gone, int32(rank))
	return gone
}

// Ranks returns the places of all points in an area, ascending. Unlike Ascending it
// finds them all before it yields the first, which is faster if all are needed.
func (e *Edited) Ranks(area Area) iter.Seq[int] {
	return e.merged(e.base.Ranks(area), e.addedIn(area, 0, e.Last()), 1)
}

// Ascending returns the places of the points in an area, ascending from a place on.
func (e *Edited) Ascending(area Area, from int) iter.Seq[int] {
	// The first rank at or after the place.
	rank := max(0, (from+stride-1)/stride-1)
	return e.merged(e.base.Ascending(area, rank), e.addedIn(area, from, e.Last()), 1)
}

// Descending returns the places of the points in an area, descending from a place on.
func (e *Edited) Descending(area Area, from int) iter.Seq[int] {
	added := e.addedIn(area, 0, from)
	slices.Reverse(added)
	return e.merged(e.base.Descending(area, from/stride-1), added, -1)
}

// addedIn returns the places of the inserted points in an area and a range of places.
func (e *Edited) addedIn(area Area, from, to int) []int {
	var out []int
	for i := range e.added {
		if a := &e.added[i]; a.at >= from && a.at <= to && area.has(&a.place) {
			out = append(out, a.at)
		}
	}
	return out
}

// merged merges the places of ranks and of inserted points, both in the order of
// step.
func (e *Edited) merged(ranks iter.Seq[int], added []int, step int) iter.Seq[int] {
	return func(yield func(int) bool) {
		next := 0
		for rank := range ranks {
			if e.isGone(rank) {
				continue
			}
			at := PlaceOf(rank)
			for ; next < len(added) && step*added[next] < step*at; next++ {
				if !yield(added[next]) {
					return
				}
			}
			if !yield(at) {
				return
			}
		}
		for _, at := range added[next:] {
			if !yield(at) {
				return
			}
		}
	}
}

// Nearest returns the places of the points in an area and their distances in metres
// from a point (degrees), nearest first and equally near ones by place.
func (e *Edited) Nearest(p orb.Point, area Area) iter.Seq2[int, float64] {
	return e.nearest(p, area, e.base.Nearest(p, area), func(float64, int) bool { return true })
}

// NearestAfter is Nearest, starting after the point at a place, which need not be in
// the area.
func (e *Edited) NearestAfter(p orb.Point, area Area, at int) iter.Seq2[int, float64] {
	from := e.Metres(p, at)
	ranks := func(yield func(int, float64) bool) {
		// The rank at or before the place.
		e.base.nearest(p, area, way{metres: from, rank: int32(at/stride - 1)}, yield)
	}
	return e.nearest(p, area, ranks, func(metres float64, other int) bool { return metres > from || metres == from && other > at })
}

func (e *Edited) nearest(p orb.Point, area Area, ranks iter.Seq2[int, float64], behind func(metres float64, at int) bool) iter.Seq2[int, float64] {
	return func(yield func(int, float64) bool) {
		type hit struct {
			at     int
			metres float64
		}
		v := sphere.FromPoint(p)
		var added []hit
		for i := range e.added {
			a := &e.added[i]
			if metres := sphere.Metres(sphere.Between(v, a.vec)); area.has(&a.place) && behind(metres, a.at) {
				added = append(added, hit{a.at, metres})
			}
		}
		slices.SortFunc(added, func(a, b hit) int { return cmp.Or(cmp.Compare(a.metres, b.metres), cmp.Compare(a.at, b.at)) })
		for rank, metres := range ranks {
			if e.isGone(rank) {
				continue
			}
			at := PlaceOf(rank)
			for len(added) > 0 && (added[0].metres < metres || added[0].metres == metres && added[0].at < at) {
				if !yield(added[0].at, added[0].metres) {
					return
				}
				added = added[1:]
			}
			if !yield(at, metres) {
				return
			}
		}
		for _, a := range added {
			if !yield(a.at, a.metres) {
				return
			}
		}
	}
}
