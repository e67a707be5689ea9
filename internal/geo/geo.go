// Package geo does the geometry of Sentra over orb: it repairs, checks and
// compares shapes and measures them on the sphere. All coordinates are degrees
// (WGS 84), longitude before latitude; all distances are metres on the sphere.
package geo

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
	"github.com/paulmach/orb/simplify"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/sentra-ikm/sentra/internal/geo/sphere"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MaxRadius is half the length of the equator in metres, the greatest distance on
// earth.
const MaxRadius = 20_037_508.0

// CheckPoint rejects coordinates that are not on earth. The error is a BAD_USER_INPUT
// whose path is lon or lat.
func CheckPoint(p orb.Point) error {
	switch lon, lat := p.Lon(), p.Lat(); {
	case math.IsNaN(lon) || math.IsInf(lon, 0):
		return sentra.BadInput("lon", "the longitude is not a finite number")
	case math.IsNaN(lat) || math.IsInf(lat, 0):
		return sentra.BadInput("lat", "the latitude is not a finite number")
	case math.Abs(lat) > 90 && math.Abs(lat) <= 180 && math.Abs(lon) <= 90:
		return sentra.BadInput("lat", "latitude %g is out of range; longitude and latitude seem to be swapped", lat)
	case math.Abs(lon) > 180:
		return sentra.BadInput("lon", "longitude %g is out of range; it must lie between -180 and 180 degrees", lon)
	case math.Abs(lat) > 90:
		return sentra.BadInput("lat", "latitude %g is out of range; it must lie between -90 and 90 degrees", lat)
	}
	return nil
}

// CheckNear rejects an invalid centre or radius, with the path point or radius.
func CheckNear(n sentra.Near) error {
	if err := CheckPoint(n.Point); err != nil {
		return sentra.In("point", err)
	}
	if !(n.Radius > 0 && n.Radius <= MaxRadius) {
		return sentra.BadInput("radius", "a radius of %g metres is out of range; it must be more than 0 and at most %.0f", n.Radius, MaxRadius)
	}
	return nil
}

// CheckBBox rejects an invalid box; the path names the edge. West may be greater than
// east: such a box crosses the antimeridian.
func CheckBBox(b sentra.BBox) error {
	for _, edge := range []struct {
		name         string
		value, limit float64
	}{{"west", b.West, 180}, {"south", b.South, 90}, {"east", b.East, 180}, {"north", b.North, 90}} {
		if !(math.Abs(edge.value) <= edge.limit) {
			return sentra.BadInput(edge.name, "%s is %g; it must lie between -%g and %g degrees", edge.name, edge.value, edge.limit, edge.limit)
		}
	}
	if b.South > b.North {
		return sentra.BadInput("south", "south (%g) lies north of north (%g)", b.South, b.North)
	}
	return nil
}

// Bounds returns the box, or one on each side of the antimeridian.
func Bounds(b sentra.BBox) []orb.Bound {
	if b.West <= b.East {
		return []orb.Bound{{Min: orb.Point{b.West, b.South}, Max: orb.Point{b.East, b.North}}}
	}
	return []orb.Bound{
		{Min: orb.Point{b.West, b.South}, Max: orb.Point{180, b.North}},
		{Min: orb.Point{-180, b.South}, Max: orb.Point{b.East, b.North}},
	}
}

// InBBox reports whether the point is in the box or on its edge.
func InBBox(b sentra.BBox, p orb.Point) bool {
	for _, bound := range Bounds(b) {
		if bound.Contains(p) {
			return true
		}
	}
	return false
}

// MeetsBBox reports whether the shape shares a point with the box.
func MeetsBBox(shape orb.MultiPolygon, b sentra.BBox) bool {
	for _, bound := range Bounds(b) {
		if shape.Bound().Intersects(bound) && meetsBound(shape, bound) {
			return true
		}
	}
	return false
}

func meetsBound(shape orb.MultiPolygon, bound orb.Bound) bool {
	for _, polygon := range shape {
		if !polygon.Bound().Intersects(bound) {
			continue
		}
		if edgeMeets(orb.MultiPolygon{polygon}, bound) {
			return true
		}
		// No edge meets the box, which is entirely inside or outside the polygon.
		if planar.PolygonContains(polygon, bound.Min) {
			return true
		}
	}
	return false
}

// segmentMeets clips the segment to the box (Liang and Barsky) and reports whether
// anything is left.
func segmentMeets(a, b orb.Point, bound orb.Bound) bool {
	from, to := 0.0, 1.0
	for axis := range 2 {
		delta := b[axis] - a[axis]
		if delta == 0 {
			if a[axis] < bound.Min[axis] || a[axis] > bound.Max[axis] {
				return false
			}
			continue
		}
		enter, leave := (bound.Min[axis]-a[axis])/delta, (bound.Max[axis]-a[axis])/delta
		if enter > leave {
			enter, leave = leave, enter
		}
		from, to = max(from, enter), min(to, leave)
		if from > to {
			return false
		}
	}
	return true
}

// Contains reports whether the point is in the shape or on its border.
func Contains(shape orb.MultiPolygon, p orb.Point) bool {
	return planar.MultiPolygonContains(shape, p)
}

// AreaKm2 is the area on the WGS 84 sphere (radius 6,378,137 m) in square kilometres.
func AreaKm2(shape orb.MultiPolygon) float64 {
	return math.Abs(orbgeo.Area(shape)) / 1e6
}

// Distance is the distance between two points in metres on the sphere.
func Distance(a, b orb.Point) float64 {
	return sphere.Metres(sphere.Between(sphere.FromPoint(a), sphere.FromPoint(b)))
}

// DistanceTo is the distance in metres on the sphere from the point to the
// shape: 0 inside it, else to the nearest great-circle edge.
func DistanceTo(shape orb.MultiPolygon, p orb.Point) float64 {
	if Contains(shape, p) {
		return 0
	}
	nearest := math.Inf(1)
	at := sphere.FromPoint(p)
	for _, polygon := range shape {
		for _, ring := range polygon {
			if len(ring) == 0 {
				continue
			}
			before := sphere.FromPoint(ring[0])
			for _, corner := range ring[1:] {
				next := sphere.FromPoint(corner)
				nearest = min(nearest, sphere.ToArc(at, before, next))
				before = next
			}
		}
	}
	return sphere.Metres(nearest)
}

// BoxDistance returns the distances in metres on the sphere from the point to the
// nearest and to the farthest point of a box of meridians and parallels. A farthest
// distance of more than a quarter of the earth's circumference is returned as half of
// it.
func BoxDistance(box orb.Bound, p orb.Point) (nearest, farthest float64) {
	for _, corner := range box.ToRing() {
		farthest = max(farthest, Distance(corner, p))
	}
	if farthest > MaxRadius/2 {
		farthest = MaxRadius
	}
	switch {
	case box.Contains(p):
		return 0, farthest
	case p.Lon() >= box.Min.Lon() && p.Lon() <= box.Max.Lon():
		// The edge is a parallel: its nearest point is on the same meridian.
		return max(box.Min.Lat()-p.Lat(), p.Lat()-box.Max.Lat()) * MetresPerDegree, farthest
	}
	return DistanceTo(orb.MultiPolygon{box.ToPolygon()}, p), farthest
}

// MetresPerDegree is the length of a degree of latitude on the sphere.
const MetresPerDegree = orb.EarthRadius * math.Pi / 180

// Simplify simplifies a shape that is not part of a coverage, with at most about
// tolerance metres of deviation (Douglas and Peucker). Parts that become smaller than
// the tolerance are dropped, but the largest part always stays, so that no region
// vanishes. The argument is not modified.
func Simplify(shape orb.MultiPolygon, tolerance float64) orb.MultiPolygon {
	if tolerance <= 0 || len(shape) == 0 {
		return shape
	}
	degrees := tolerance / MetresPerDegree
	peucker := simplify.DouglasPeucker(degrees)
	largest, largestArea := 0, -1.0
	for i, polygon := range shape {
		if area := math.Abs(planar.Area(polygon[0])); area > largestArea {
			largest, largestArea = i, area
		}
	}
	var out orb.MultiPolygon
	for i, polygon := range shape {
		kept := simplifyPolygon(polygon, peucker, degrees*degrees)
		if kept == nil && i == largest {
			kept = orb.Polygon{polygon[0].Clone()}
			// Too small for the tolerance: use as few corners as still give it an area.
			for try := degrees / 2; try > 1e-7; try /= 2 {
				if smaller := simplifyPolygon(orb.Polygon{polygon[0]}, simplify.DouglasPeucker(try), 0); smaller != nil {
					kept = smaller
					break
				}
			}
		}
		if kept != nil {
			out = append(out, kept)
		}
	}
	return out
}

func simplifyPolygon(polygon orb.Polygon, peucker *simplify.DouglasPeuckerSimplifier, smallest float64) orb.Polygon {
	var kept orb.Polygon
	for r, ring := range polygon {
		simpler := peucker.Ring(ring.Clone())
		fine := len(simpler) >= 4 && math.Abs(planar.Area(simpler)) > smallest
		if r == 0 && !fine {
			return nil
		}
		if fine {
			kept = append(kept, simpler)
		}
	}
	return kept
}

// toSimple converts a shape for simplefeatures, which has what orb lacks: union and
// overlay.
func toSimple(shape orb.MultiPolygon) (geom.Geometry, error) {
	data, err := wkb.Marshal(shape)
	if err != nil {
		return geom.Geometry{}, fmt.Errorf("encode a shape: %w", err)
	}
	g, err := geom.UnmarshalWKB(data, geom.NoValidate{})
	if err != nil {
		return geom.Geometry{}, fmt.Errorf("read a shape: %w", err)
	}
	return g, nil
}

func fromSimple(g geom.Geometry) (orb.MultiPolygon, error) {
	shape, err := wkb.Unmarshal(g.AsBinary())
	if err != nil {
		return nil, fmt.Errorf("read back a shape: %w", err)
	}
	repaired, _, err := Repair(shape)
	return repaired, err
}

// edgeMeets reports whether an edge of the shape meets the box.
func edgeMeets(shape orb.MultiPolygon, bound orb.Bound) bool {
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				if segmentMeets(ring[i-1], ring[i], bound) {
					return true
				}
			}
		}
	}
	return false
}

// LabelPoint is a point inside the shape's largest part, or a vertex if the part is
// so thin that no point inside is found. The error is a BAD_USER_INPUT for a shape
// without positions.
func LabelPoint(shape orb.MultiPolygon) (orb.Point, error) {
	largest, largestArea := -1, -1.0
	for i, polygon := range shape {
		if len(polygon) == 0 || len(polygon[0]) == 0 {
			continue
		}
		if area := math.Abs(planar.Area(polygon)); area > largestArea {
			largest, largestArea = i, area
		}
	}
	if largest < 0 {
		return orb.Point{}, sentra.BadInput("", "an empty shape has no label point")
	}
	if centre, _ := planar.CentroidArea(shape[largest]); planar.PolygonContains(shape[largest], centre) {
		return centre, nil
	}
	if best, found := widestPoint(shape[largest]); found {
		return best, nil
	}
	return shape[largest][0][0], nil
}

// widestPoint scans the polygon along parallels and returns the middle of the widest
// section inside.
func widestPoint(polygon orb.Polygon) (orb.Point, bool) {
	const lines = 31
	bound := polygon.Bound()
	var best orb.Point
	width := 0.0
	for line := 1; line <= lines; line++ {
		lat := bound.Min[1] + (bound.Max[1]-bound.Min[1])*float64(line)/(lines+1)
		var crossings []float64
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a[1] > lat) != (b[1] > lat) {
					crossings = append(crossings, a[0]+(lat-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
		slices.Sort(crossings)
		for i := 1; i < len(crossings); i += 2 {
			middle := orb.Point{(crossings[i-1] + crossings[i]) / 2, lat}
			if w := crossings[i] - crossings[i-1]; w > width && planar.PolygonContains(polygon, middle) {
				best, width = middle, w
			}
		}
	}
	return best, width > 0
}
