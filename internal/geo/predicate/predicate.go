// Package predicate has exact predicates of the plane: on which side of a line a
// point is, whether two segments meet. Coordinates are exact numbers; rounding never
// changes an answer.
package predicate

import (
	"math"

	"github.com/paulmach/orb"
)

// Orient returns the side of the line from a to b on which the point p is: 1 left, -1
// right, 0 exactly on it. It does not allocate. Coordinates must be finite and of
// ordinary size (degrees: products neither overflow nor underflow).
func Orient(a, b, p orb.Point) int {
	left := (b[0] - a[0]) * (p[1] - a[1])
	right := (b[1] - a[1]) * (p[0] - a[0])
	det := left - right
	// Shewchuk's bound on the rounding of det.
	bound := 3.3306690738754716e-16 * (math.Abs(left) + math.Abs(right))
	switch {
	case det > bound:
		return 1
	case det < -bound:
		return -1
	}
	return orientExact(a, b, p)
}

// orientExact sums the six products of the determinant without rounding, as an
// expansion of non-overlapping float64 numbers (Shewchuk 1997).
func orientExact(a, b, p orb.Point) int {
	var sum [12]float64
	n := 0
	add := func(x float64) {
		// Grow the expansion by x, dropping zeros.
		kept := 0
		for i := range n {
			total := x + sum[i]
			virtual := total - x
			rest := (x - (total - virtual)) + (sum[i] - virtual)
			x = total
			if rest != 0 {
				sum[kept] = rest
				kept++
			}
		}
		if x != 0 {
			sum[kept] = x
			kept++
		}
		n = kept
	}
	product := func(x, y float64) {
		high := x * y
		add(math.FMA(x, y, -high))
		add(high)
	}
	product(b[0], p[1])
	product(-b[0], a[1])
	product(-a[0], p[1])
	product(-b[1], p[0])
	product(b[1], a[0])
	product(a[1], p[0])
	switch {
	case n == 0:
		return 0
	case sum[n-1] > 0:
		return 1
	}
	return -1
}

// OnSegment reports whether p lies on the closed segment from a to b.
func OnSegment(a, b, p orb.Point) bool {
	return p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) &&
		p[1] >= min(a[1], b[1]) && p[1] <= max(a[1], b[1]) && Orient(a, b, p) == 0
}

// SegmentsMeet reports whether the closed segments from a to b and from c to d
// share a point.
func SegmentsMeet(a, b, c, d orb.Point) bool {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return false
	}
	// Each segment must reach both sides of the other's line. For collinear segments the
	// boxes above decide.
	return Orient(a, b, c)*Orient(a, b, d) <= 0 && Orient(c, d, a)*Orient(c, d, b) <= 0
}
