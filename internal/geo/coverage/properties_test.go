package coverage_test

import (
	"cmp"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
)

// The checks here use only the exported API: they examine lines and shapes with exact
// rational arithmetic, simplefeatures and sums.

// micro returns a coordinate in millionths of a degree, which it must be.
func micro(t *testing.T, x float64) int64 {
	n := math.Round(x * 1e6)
	if n/1e6 != x {
		t.Fatalf("the coordinate %v has more than six decimals", x)
	}
	return int64(n)
}

type edge struct {
	ax, ay, bx, by int64
	arc            int
}

// turn is the sign of the turn at b on the way from a to c.
func turn(ax, ay, bx, by, cx, cy int64) int {
	left := big.NewInt((bx - ax))
	left.Mul(left, big.NewInt(cy-ay))
	right := big.NewInt((by - ay))
	right.Mul(right, big.NewInt(cx-ax))
	return left.Cmp(right)
}

// onEdge reports whether c, which is on the line of e, is inside e and not one of its
// ends.
func onEdge(e edge, cx, cy int64) bool {
	if cx == e.ax && cy == e.ay || cx == e.bx && cy == e.by {
		return false
	}
	return min(e.ax, e.bx) <= cx && cx <= max(e.ax, e.bx) && min(e.ay, e.by) <= cy && cy <= max(e.ay, e.by)
}

// meet reports whether two edges share more than a common end.
func meet(e, f edge) bool {
	c, d := turn(e.ax, e.ay, e.bx, e.by, f.ax, f.ay), turn(e.ax, e.ay, e.bx, e.by, f.bx, f.by)
	a, b := turn(f.ax, f.ay, f.bx, f.by, e.ax, e.ay), turn(f.ax, f.ay, f.bx, f.by, e.bx, e.by)
	switch {
	case c*d < 0 && a*b < 0:
		return true
	case c == 0 && onEdge(e, f.ax, f.ay), d == 0 && onEdge(e, f.bx, f.by), a == 0 && onEdge(f, e.ax, e.ay), b == 0 && onEdge(f, e.bx, e.by):
		return true
	}
	// The same edge twice, in either direction.
	return e.ax == f.ax && e.ay == f.ay && e.bx == f.bx && e.by == f.by || e.ax == f.bx && e.ay == f.by && e.bx == f.ax && e.by == f.ay
}

// checkPlanar checks that the lines at a level meet only at common ends.
func checkPlanar(t *testing.T, c *coverage.Coverage, tolerance float64) {
	t.Helper()
	var edges []edge
	for i := range c.Arcs() {
		line := c.Line(i, tolerance)
		if len(line) == 1 || line != nil && line[0] == line[len(line)-1] && len(line) < 4 {
			t.Errorf("tolerance %g: arc %d has collapsed to %v", tolerance, i, line)
		}
		for k := 1; k < len(line); k++ {
			e := edge{micro(t, line[k-1][0]), micro(t, line[k-1][1]), micro(t, line[k][0]), micro(t, line[k][1]), i}
			if e.ax > e.bx {
				e.ax, e.ay, e.bx, e.by = e.bx, e.by, e.ax, e.ay
			}
			edges = append(edges, e)
		}
	}
	slices.SortFunc(edges, func(e, f edge) int { return cmp.Compare(e.ax, f.ax) })
	var open []edge
	for _, e := range edges {
		kept := open[:0]
		for _, o := range open {
			if o.bx < e.ax {
				continue
			}
			kept = append(kept, o)
			if min(o.ay, o.by) <= max(e.ay, e.by) && min(e.ay, e.by) <= max(o.ay, o.by) && meet(o, e) {
				t.Errorf("tolerance %g: arcs %d and %d meet in more than a node: %v, %v", tolerance, o.arc, e.arc, o, e)
				return
			}
		}
		open = append(kept, e)
	}
}

func checkValid(t *testing.T, name string, shape orb.MultiPolygon) {
	t.Helper()
	data, err := wkb.Marshal(shape)
	if err != nil {
		t.Fatal(err)
	}
	g, err := geom.UnmarshalWKB(data, geom.NoValidate{})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(); err != nil {
		t.Errorf("%s is not valid: %v", name, err)
	}
	for _, polygon := range shape {
		for r, ring := range polygon {
			if (ring.Orientation() == orb.CCW) != (r == 0) {
				t.Errorf("%s: ring %d winds the wrong way", name, r)
			}
		}
	}
}

func area(shape orb.MultiPolygon) float64 { return math.Abs(orbgeo.Area(shape)) }

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-9*(1+math.Abs(a)+math.Abs(b)) }

func largest(shape orb.MultiPolygon) orb.Polygon {
	return slices.MaxFunc(shape, func(a, b orb.Polygon) int { return cmp.Compare(planar.Area(a), planar.Area(b)) })
}

// pointSet has the positions of a polygon's exterior.
func pointSet(ring orb.Ring) map[orb.Point]bool {
	set := make(map[orb.Point]bool, len(ring))
	for _, p := range ring {
		set[p] = true
	}
	return set
}

// outline is what a level's shape must keep of the full one.
type outline struct {
	largest map[orb.Point]bool
	holes   []map[orb.Point]bool
}

func outlineOf(shape orb.MultiPolygon) outline {
	o := outline{largest: pointSet(largest(shape)[0])}
	for _, polygon := range shape {
		for _, ring := range polygon[1:] {
			o.holes = append(o.holes, pointSet(ring))
		}
	}
	return o
}

// within reports whether every position of the ring is in the set.
func within(ring orb.Ring, set map[orb.Point]bool) bool {
	return !slices.ContainsFunc(ring, func(p orb.Point) bool { return !set[p] })
}

// check reports what the shape of a level has lost or added.
func (o outline) check(t *testing.T, name string, shape orb.MultiPolygon) {
	t.Helper()
	if len(shape) == 0 || area(shape) == 0 {
		t.Errorf("%s has vanished", name)
		return
	}
	if !slices.ContainsFunc(shape, func(polygon orb.Polygon) bool { return within(polygon[0], o.largest) }) {
		t.Errorf("%s has lost its largest part", name)
	}
	for _, polygon := range shape {
		for _, ring := range polygon[1:] {
			if !slices.ContainsFunc(o.holes, func(set map[orb.Point]bool) bool { return within(ring, set) }) {
				t.Errorf("%s has a hole at %v that the full shape has not", name, ring[0])
			}
		}
	}
}

// levels are the tolerances to check.
func levels() []float64 {
	out := []float64{0, 1, 777, 100_000}
	for zoom := range 15 {
		out = append(out, coverage.ZoomTolerance(zoom))
	}
	return out
}

// checkLevels checks at every level that the arcs stay planar, that every face and
// union is valid and keeps its largest part, and that the areas of faces add up to
// that of their union, so that nothing overlaps and there are no gaps.
func checkLevels(t *testing.T, c *coverage.Coverage, unions map[string][]int) {
	t.Helper()
	groups := make(map[string][]int)
	var all []int
	for f := range c.Len() {
		if len(c.Shape([]int{f}, 0)) == 0 {
			if !slices.Contains(c.Report().Covered, c.Code(f)) {
				t.Errorf("%s has no area and is not reported", c.Code(f))
			}
			continue
		}
		groups[c.Code(f)] = []int{f}
		all = append(all, f)
	}
	if len(all) == 0 {
		return
	}
	for name, members := range unions {
		groups["union "+name] = members
	}
	groups["everything"] = all
	full := make(map[string]outline)
	for name, members := range groups {
		full[name] = outlineOf(c.Shape(members, 0))
	}
	for _, tolerance := range levels() {
		checkPlanar(t, c, tolerance)
		for name, members := range groups {
			shape := c.Shape(members, tolerance)
			full[name].check(t, name, shape)
			checkValid(t, name, shape)
			sum := 0.0
			for _, f := range members {
				sum += area(c.Shape([]int{f}, tolerance))
			}
			if got := area(shape); !close(got, sum) {
				t.Errorf("tolerance %g: %s has %.3f m2, its faces %.3f", tolerance, name, got, sum)
			}
		}
		if t.Failed() {
			t.Fatalf("at tolerance %g", tolerance)
		}
	}
}

// checkDeviation checks that every vertex of the full lines is within the tolerance
// of the simplified line.
func checkDeviation(t *testing.T, c *coverage.Coverage, tolerance float64) {
	t.Helper()
	const metres = orb.EarthRadius * math.Pi / 180
	for i := range c.Arcs() {
		line := c.Line(i, tolerance)
		if line == nil {
			continue
		}
		at := 1
		for _, p := range c.Line(i, 0) {
			scale := math.Cos(p[1] * math.Pi / 180)
			flat := func(q orb.Point) orb.Point { return orb.Point{(q[0] - p[0]) * scale * metres, (q[1] - p[1]) * metres} }
			// The vertex belongs to the current edge or begins the next. On a ring it may come
			// before the first remaining vertex.
			best := math.Inf(1)
			for k := range line[1:] {
				best = min(best, planar.DistanceFromSegment(flat(line[k]), flat(line[k+1]), orb.Point{}))
			}
			if best > tolerance*1.001+0.001 {
				t.Fatalf("tolerance %g: %v on arc %d lies %g m off (edge %d)", tolerance, p, i, best, at)
			}
		}
	}
}
