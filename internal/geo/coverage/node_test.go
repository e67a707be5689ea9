package coverage

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestNodedRingsStayNear checks that snapped rings stay within the tolerance of the
// originals, in both directions, however dense the lines are.
func TestNodedRingsStayNear(t *testing.T) {
	const reach = 40.0 // grid units
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 2))
		var before []source
		for i := range int32(12) {
			var ring []vertex
			for range 12 {
				ring = append(ring, vertex{random.Int32N(1000), random.Int32N(1000)})
			}
			before = append(before, source{polygon: i, ring: withoutRepeats(ring)})
		}
		after, err := node(mergeVertices(before, reach/2), reach/2)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range after {
			for _, direction := range [2][2][]vertex{{s.ring, before[s.polygon].ring}, {before[s.polygon].ring, s.ring}} {
				for _, v := range direction[0] {
					// Cutting rounds to the grid, a few times at most.
					if off := distanceToRing(v, direction[1]); off > reach+3 {
						t.Fatalf("seed %d: %v lies %.1f units off, more than %g", seed, v, off, reach)
					}
				}
			}
		}
	}
}

func distanceToRing(v vertex, ring []vertex) float64 {
	best := math.Inf(1)
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		dx, dy := float64(b.x-a.x), float64(b.y-a.y)
		px, py := float64(v.x-a.x), float64(v.y-a.y)
		if length := dx*dx + dy*dy; length > 0 {
			s := max(0, min(1, (px*dx+py*dy)/length))
			px, py = px-s*dx, py-s*dy
		}
		best = min(best, math.Hypot(px, py))
	}
	return best
}
