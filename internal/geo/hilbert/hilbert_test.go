package hilbert

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// The curve visits each cell once, and consecutive cells are neighbours. The test
// follows it cell by cell from the corner of the box where it starts, and compares
// with At.
func TestCurveStepsFromCellToNeighbour(t *testing.T) {
	const side = 256 // a quadrant of a quadrant ... in which the curve begins
	c := Over(orb.Bound{Max: orb.Point{65535, 65535}})
	at := make([]orb.Point, side*side)
	seen := make([]bool, side*side)
	for x := range side {
		for y := range side {
			p := orb.Point{float64(x) + 0.5, float64(y) + 0.5}
			d := c.At(p)
			if d >= side*side {
				t.Fatalf("At(%v) = %d, want less than %d", p, d, side*side)
			}
			if seen[d] {
				t.Fatalf("position %d is that of %v and of %v", d, at[d], p)
			}
			at[d], seen[d] = p, true
		}
	}
	for d := 1; d < len(at); d++ {
		if step := math.Abs(at[d][0]-at[d-1][0]) + math.Abs(at[d][1]-at[d-1][1]); step != 1 {
			t.Fatalf("from %d to %d the curve jumps from %v to %v", d-1, d, at[d-1], at[d])
		}
	}
}

func TestAtEdges(t *testing.T) {
	box := orb.Bound{Min: orb.Point{95, -11}, Max: orb.Point{141, 6}}
	c := Over(box)
	for _, test := range []struct {
		name          string
		outside, edge orb.Point
	}{
		{"west", orb.Point{-180, 0}, orb.Point{95, 0}},
		{"east", orb.Point{180, 0}, orb.Point{141, 0}},
		{"south", orb.Point{100, -90}, orb.Point{100, -11}},
		{"north", orb.Point{100, 90}, orb.Point{100, 6}},
	} {
		if got, want := c.At(test.outside), c.At(test.edge); got != want {
			t.Errorf("%s of the box: position %d, want the edge's %d", test.name, got, want)
		}
	}
	if start, end := c.At(box.Min), c.At(orb.Point{141, -11}); start != 0 || end != math.MaxUint32 {
		t.Errorf("the curve goes from %d to %d, want 0 to %d", start, end, uint32(math.MaxUint32))
	}
	if got := Over(orb.Bound{Min: orb.Point{5, 5}, Max: orb.Point{5, 5}}).At(orb.Point{5, 5}); got != 0 {
		t.Errorf("a box that is a point: position %d, want 0", got)
	}
}
