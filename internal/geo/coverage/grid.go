package coverage

import (
	"math"
	"math/bits"

	"github.com/paulmach/orb"
)

// unitsPerDegree is the grid: source coordinates come with six decimals.
const unitsPerDegree = 1e6

// metresPerUnit is the length of a grid unit along a meridian.
const metresPerUnit = orb.EarthRadius * math.Pi / 180 / unitsPerDegree

// vertex is a point of the grid, in millionths of a degree.
type vertex struct{ x, y int32 }

func (v vertex) point() orb.Point {
	return orb.Point{float64(v.x) / unitsPerDegree, float64(v.y) / unitsPerDegree}
}

func vertexOf(p orb.Point) vertex {
	return vertex{int32(math.Round(p[0] * unitsPerDegree)), int32(math.Round(p[1] * unitsPerDegree))}
}

func (v vertex) less(w vertex) bool { return v.x < w.x || v.x == w.x && v.y < w.y }

func compareVertices(v, w vertex) int {
	switch {
	case v == w:
		return 0
	case v.less(w):
		return -1
	}
	return 1
}

// cross is twice the signed area of the triangle abc: positive if c is left of the
// line from a to b. Coordinates stay below 2^28, so it cannot overflow.
func cross(a, b, c vertex) int64 {
	return int64(b.x-a.x)*int64(c.y-a.y) - int64(b.y-a.y)*int64(c.x-a.x)
}

func sign(n int64) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}

// between reports whether c, known to be on the line through a and b, is strictly
// inside the segment.
func between(a, b, c vertex) bool {
	if c == a || c == b {
		return false
	}
	return min(a.x, b.x) <= c.x && c.x <= max(a.x, b.x) && min(a.y, b.y) <= c.y && c.y <= max(a.y, b.y)
}

// crosses reports whether the segments ab and cd cross at a point inside both.
func crosses(a, b, c, d vertex) bool {
	return sign(cross(a, b, c))*sign(cross(a, b, d)) < 0 && sign(cross(c, d, a))*sign(cross(c, d, b)) < 0
}

// crossing returns the grid point nearest to where ab and cd cross.
func crossing(a, b, c, d vertex) vertex {
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	ex, ey := float64(d.x-c.x), float64(d.y-c.y)
	t := (float64(c.x-a.x)*ey - float64(c.y-a.y)*ex) / (dx*ey - dy*ex)
	return vertex{a.x + int32(math.Round(t*dx)), a.y + int32(math.Round(t*dy))}
}

// nearSegment reports whether c is beside the segment ab, with its foot strictly
// inside, at a distance of at most reach units.
func nearSegment(a, b, c vertex, reach float64) bool {
	dx, dy := float64(b.x-a.x), float64(b.y-a.y)
	px, py := float64(c.x-a.x), float64(c.y-a.y)
	length := dx*dx + dy*dy
	along := px*dx + py*dy
	if along <= 0 || along >= length {
		return false
	}
	off := px*dy - py*dx
	return off*off <= reach*reach*length
}

// twiceArea is twice the signed area of a closed chain of vertices (the first
// is not repeated), positive when counter-clockwise.
func twiceArea(ring []vertex) int64 {
	var sum int64
	for i := 2; i < len(ring); i++ {
		sum += cross(ring[0], ring[i-1], ring[i])
	}
	return sum
}

// angleLess orders the directions o to a and o to b counter-clockwise, from
// east. The directions must differ.
func angleLess(o, a, b vertex) bool {
	ha, hb := lowerHalf(o, a), lowerHalf(o, b)
	if ha != hb {
		return hb
	}
	return cross(o, a, b) > 0
}

func lowerHalf(o, a vertex) bool { return a.y < o.y || a.y == o.y && a.x < o.x }

// higherAt reports whether, just west of x, the line ab runs above the line cd.
// Both run west to east (a.x < b.x, c.x < d.x) and reach x.
func higherAt(a, b, c, d vertex, x int32) bool {
	// Compare a.y + (b.y-a.y)(x-a.x)/(b.x-a.x) with the same for cd, exactly.
	dab, dcd := int64(b.x-a.x), int64(d.x-c.x)
	nab := int64(a.y)*dab + int64(b.y-a.y)*int64(x-a.x)
	ncd := int64(c.y)*dcd + int64(d.y-c.y)*int64(x-c.x)
	if r := compareProducts(nab, dcd, ncd, dab); r != 0 {
		return r > 0
	}
	// They meet at x: to the west the flatter slope is above.
	return int64(b.y-a.y)*dcd < int64(d.y-c.y)*dab
}

// compareProducts compares a*b with c*d without overflow, for b, d > 0.
func compareProducts(a, b, c, d int64) int {
	if sa, sc := sign(a), sign(c); sa != sc {
		if sa < sc {
			return -1
		}
		return 1
	}
	magnitude := func(n int64) uint64 {
		if n < 0 {
			return uint64(-n)
		}
		return uint64(n)
	}
	h1, l1 := bits.Mul64(magnitude(a), uint64(b))
	h2, l2 := bits.Mul64(magnitude(c), uint64(d))
	r := 0
	switch {
	case h1 != h2:
		r = 1
		if h1 < h2 {
			r = -1
		}
	case l1 != l2:
		r = 1
		if l1 < l2 {
			r = -1
		}
	}
	if a < 0 {
		return -r
	}
	return r
}
