package geo

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// Overlay is a polygon prepared for measuring its overlap with many others. It is
// immutable.
//
// The common area is swept from south to north. Between two latitudes with vertices
// no edge begins or ends, so that each polygon is a row of trapezoids there, and the
// common width is a piecewise linear function of the latitude. Unlike an overlay that
// cuts edges at each other, the sum depends smoothly on the coordinates: edges that
// coincide, or nearly so, need no special treatment.
type Overlay struct {
	bound orb.Bound
	area  float64
	// rows has the edges, including level ones, that reach into each of equally high
	// rows of the box.
	rows [][]upright
}

// upright is an edge whose first end is not north of the second.
type upright struct{ south, north orb.Point }

// at returns the longitude of the edge at a latitude between those of its ends.
func (e upright) at(lat float64) float64 {
	return e.south[0] + (lat-e.south[1])/(e.north[1]-e.south[1])*(e.north[0]-e.south[0])
}

// NewOverlay prepares a polygon. Its parts must not overlap.
func NewOverlay(shape orb.MultiPolygon) *Overlay {
	o := &Overlay{bound: shape.Bound(), area: areaOf(shape)}
	edges, level := edgesOf(shape)
	reach := 0.0
	for _, e := range edges {
		reach += (e.north[1] - e.south[1]) / (o.bound.Max[1] - o.bound.Min[1])
	}
	// Use few rows if edges are long, so that not every edge is in all of them.
	const rowsEach = 8
	o.rows = make([][]upright, max(1, min(1024, len(edges)/8, int(rowsEach*float64(len(edges))/reach))))
	for _, e := range append(edges, level...) {
		for row := o.row(e.south[1]); row <= o.row(e.north[1]); row++ {
			o.rows[row] = append(o.rows[row], e)
		}
	}
	return o
}

// Bound is the bounding box of the polygon, in degrees.
func (o *Overlay) Bound() orb.Bound { return o.bound }

// edgesOf returns the edges of a shape, with those along a parallel separate.
func edgesOf(shape orb.MultiPolygon) (edges, level []upright) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i, b := range ring {
				switch a := ring[(i+len(ring)-1)%len(ring)]; {
				case a[1] < b[1]:
					edges = append(edges, upright{a, b})
				case a[1] > b[1]:
					edges = append(edges, upright{b, a})
				case a[0] != b[0]:
					level = append(level, upright{a, b})
				}
			}
		}
	}
	return edges, level
}

// areaOf returns the area in steradians, exact for edges that are straight in
// longitude and latitude, so that the areas of pieces add up to the whole.
func areaOf(shape orb.MultiPolygon) float64 {
	total := 0.0
	for _, polygon := range shape {
		for r, ring := range polygon {
			area := 0.0
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				// The integral of the sine of the latitude along the edge.
				middle, half := (a[1]+b[1])/2*radians, (b[1]-a[1])/2*radians
				mean := math.Sin(middle)
				if half != 0 {
					mean *= math.Sin(half) / half
				}
				area += (b[0] - a[0]) * radians * mean
			}
			if area = math.Abs(area); r > 0 {
				area = -area
			}
			total += area
		}
	}
	return total
}

const radians = math.Pi / 180

func (o *Overlay) row(lat float64) int {
	height := o.bound.Max[1] - o.bound.Min[1]
	if !(height > 0) {
		return 0
	}
	return max(0, min(len(o.rows)-1, int((lat-o.bound.Min[1])/height*float64(len(o.rows)))))
}

// strip is the part of the polygon that matters for a box: the edges clipped at the
// meridian west, which is a little west of the box, and where that meridian is inside
// the polygon.
type strip struct {
	edges []upright
	west  float64
	// crossings are the latitudes at which the meridian enters or leaves the polygon;
	// inside is its state at the latitude at.
	crossings []float64
	at        float64
	inside    bool
}

func (o *Overlay) strip(b orb.Bound) strip {
	// An odd fraction makes it unlikely that a vertex is on this meridian or latitude.
	s := strip{west: b.Min[0] - 0.000123456789, at: b.Min[1] + 0.5123456789*(b.Max[1]-b.Min[1])}
	first, last := o.row(b.Min[1]), o.row(b.Max[1])
	for row := first; row <= last; row++ {
		for _, e := range o.rows[row] {
			// An edge is in several rows; take it in the first one visited.
			if row > first && row != o.row(e.south[1]) {
				continue
			}
			if e.south[1] <= s.at && s.at < e.north[1] && e.at(s.at) < s.west {
				s.inside = !s.inside
			}
			southWest, northWest := e.south[0] < s.west, e.north[0] < s.west
			if e.north[1] <= b.Min[1] || e.south[1] >= b.Max[1] || southWest && northWest || min(e.south[0], e.north[0]) > b.Max[0] {
				continue
			}
			if e.south[1] == e.north[1] {
				// It is not a side of a trapezoid, but it may cross the meridian.
				if southWest != northWest {
					s.crossings = append(s.crossings, e.south[1])
				}
				continue
			}
			if southWest != northWest {
				lat := e.south[1] + (s.west-e.south[0])/(e.north[0]-e.south[0])*(e.north[1]-e.south[1])
				s.crossings = append(s.crossings, lat)
				if southWest {
					e.south = orb.Point{s.west, lat}
				} else {
					e.north = orb.Point{s.west, lat}
				}
			}
			s.edges = append(s.edges, e)
		}
	}
	return s
}

// insideAt reports whether the meridian is in the polygon at a latitude.
func (s *strip) insideAt(lat float64) bool {
	inside := s.inside
	for _, crossing := range s.crossings {
		if (crossing > s.at) != (crossing > lat) {
			inside = !inside
		}
	}
	return inside
}

// Shares returns the share of a shape's area, 0 to 1, that is in the polygon, and the
// share of the polygon's area that is in the shape. The parts of the shape must not
// overlap.
func (o *Overlay) Shares(shape orb.MultiPolygon) (ofShape, ofPolygon float64) {
	ofShape, ofPolygon, _ = o.SharesUntil(shape, func(int) error { return nil })
	return ofShape, ofPolygon
}

// SharesUntil is Shares, but calls step from time to time with the number of edges
// visited since the last call, and ends with its error.
func (o *Overlay) SharesUntil(shape orb.MultiPolygon, step func(edges int) error) (ofShape, ofPolygon float64, err error) {
	common := 0.0
	for _, polygon := range shape {
		if bound := polygon.Bound(); bound.Intersects(o.bound) {
			part, err := o.common(polygon, bound, step)
			if err != nil {
				return 0, 0, err
			}
			common += part
		}
	}
	if common <= 0 {
		return 0, 0, nil
	}
	return min(1, common/areaOf(shape)), min(1, common/o.area), nil
}

// common returns the area that the polygon and a part have in common, in steradians.
func (o *Overlay) common(polygon orb.Polygon, bound orb.Bound, step func(edges int) error) (float64, error) {
	seen := o.strip(bound)
	gone := len(seen.edges)
	if len(seen.edges) == 0 && len(seen.crossings) == 0 {
		// No edge is near: the box is entirely inside or outside.
		if seen.inside {
			return areaOf(orb.MultiPolygon{polygon}), nil
		}
		return 0, nil
	}
	edges, _ := edgesOf(orb.MultiPolygon{polygon})
	lats := seen.crossings[:len(seen.crossings):len(seen.crossings)]
	for _, list := range [][]upright{edges, seen.edges} {
		for _, e := range list {
			lats = append(lats, e.south[1], e.north[1])
		}
	}
	slices.Sort(lats)
	lats = slices.Compact(lats)
	one, two := sweepOf(edges), sweepOf(seen.edges)
	total := 0.0
	for i := 1; i < len(lats); i++ {
		south, north := lats[i-1], lats[i]
		ours := one.between(south, north, nil)
		if len(ours) < 2 {
			two.skip(north)
			continue
		}
		var start []side
		if seen.insideAt((south + north) / 2) {
			start = []side{{seen.west, seen.west, seen.west}}
		}
		theirs := two.between(south, north, start)
		if gone += len(ours) + len(theirs); gone > 1<<12 {
			if err := step(gone); err != nil {
				return 0, err
			}
			gone = 0
		}
		if len(theirs)%2 == 1 {
			// The polygon extends beyond the box, where its edges were left out.
			far := bound.Max[0] + 1
			theirs = append(theirs, side{far, far, far})
		}
		// Both are ordered from west to east, so that the next of ours cannot meet anything
		// west of this one.
		for ; len(ours) > 1; ours = ours[2:] {
			for len(theirs) > 1 && max(theirs[1].south, theirs[1].north) <= min(ours[0].south, ours[0].north) {
				theirs = theirs[2:]
			}
			for i := 0; i+1 < len(theirs) && min(theirs[i].south, theirs[i].north) < max(ours[1].south, ours[1].north); i += 2 {
				total += commonOf(ours[0], ours[1], theirs[i], theirs[i+1], south, north)
			}
		}
	}
	return total, step(gone)
}

// sweep iterates over edges in order of their southern ends.
type sweep struct {
	edges  []upright
	active []upright
	sides  []side
}

func sweepOf(edges []upright) *sweep {
	slices.SortFunc(edges, func(a, b upright) int { return cmp.Compare(a.south[1], b.south[1]) })
	return &sweep{edges: edges}
}

// side is an edge between two latitudes: its longitudes at them.
type side struct{ south, north, middle float64 }

// skip moves the sweep up to a latitude.
func (s *sweep) skip(north float64) {
	for len(s.edges) > 0 && s.edges[0].south[1] < north {
		if s.edges[0].north[1] > north {
			s.active = append(s.active, s.edges[0])
		}
		s.edges = s.edges[1:]
	}
}

// between appends to start the edges that span two latitudes, from west to east.
func (s *sweep) between(south, north float64, start []side) []side {
	for len(s.edges) > 0 && s.edges[0].south[1] <= south {
		s.active = append(s.active, s.edges[0])
		s.edges = s.edges[1:]
	}
	s.active = slices.DeleteFunc(s.active, func(e upright) bool { return e.north[1] < north })
	s.sides = append(s.sides[:0], start...)
	first := len(start)
	for i, e := range s.active {
		a, b := e.at(south), e.at(north)
		next := side{a, b, (a + b) / 2}
		s.sides = append(s.sides, next)
		// The edges keep the order of the previous latitudes, which is nearly right.
		at := first + i
		for ; at > first && s.sides[at-1].middle > next.middle; at-- {
			s.sides[at], s.active[at-first] = s.sides[at-1], s.active[at-first-1]
		}
		s.sides[at], s.active[at-first] = next, e
	}
	return s.sides
}

// commonOf returns the area between two pairs of sides, in steradians.
func commonOf(left, right, otherLeft, otherRight side, south, north float64) float64 {
	// How far north, from 0 to 1, two sides meet: there the slope of the common width
	// changes.
	var bends [6]float64
	n := 1 // the first is 0
	for _, pair := range [4][2]side{{left, otherLeft}, {right, otherRight}, {left, otherRight}, {right, otherLeft}} {
		from, to := pair[0].south-pair[1].south, pair[0].north-pair[1].north
		if (from < 0) != (to < 0) && from != to {
			bends[n] = from / (from - to)
			n++
		}
	}
	bends[n] = 1
	n++
	slices.Sort(bends[:n])
	width := func(t float64) float64 {
		at := func(s side) float64 { return s.south + t*(s.north-s.south) }
		return max(0, min(at(right), at(otherRight))-max(at(left), at(otherLeft)))
	}
	// Gaussian quadrature with three points: the width is linear between bends, and the
	// cosine of the latitude nearly a parabola.
	const offset = 0.7745966692414834 / 2 // half of sqrt(3/5)
	total := 0.0
	for i := 1; i < n; i++ {
		from, length := bends[i-1], bends[i]-bends[i-1]
		if length <= 0 {
			continue
		}
		for _, node := range [3][2]float64{{0.5 - offset, 5.0 / 18}, {0.5, 8.0 / 18}, {0.5 + offset, 5.0 / 18}} {
			t := from + node[0]*length
			total += length * node[1] * width(t) * math.Cos((south+t*(north-south))*radians)
		}
	}
	return total * (north - south) * radians * radians
}
