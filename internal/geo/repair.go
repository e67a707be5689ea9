package geo

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Repairs counts the repairs of Repair.
type Repairs struct {
	RingsClosed     int
	RingsRewound    int
	RingsDropped    int
	PolygonsDropped int
	PointsDropped   int
	// RingsRegrouped counts rings that were holes outside their exterior; each became an
	// exterior.
	RingsRegrouped int
}

// Add adds the counts of another shape.
func (r *Repairs) Add(other Repairs) {
	r.RingsClosed += other.RingsClosed
	r.RingsRewound += other.RingsRewound
	r.RingsDropped += other.RingsDropped
	r.PolygonsDropped += other.PolygonsDropped
	r.PointsDropped += other.PointsDropped
	r.RingsRegrouped += other.RingsRegrouped
}

// Indonesia's waters with a margin, in degrees.
var country = orb.Bound{Min: orb.Point{90, -15}, Max: orb.Point{145, 12}}

// polygonsOf returns the polygons of a Polygon, MultiPolygon or collection of them.
func polygonsOf(g orb.Geometry) (orb.MultiPolygon, error) {
	switch shape := g.(type) {
	case orb.Polygon:
		return orb.MultiPolygon{shape}, nil
	case orb.MultiPolygon:
		return shape, nil
	case orb.Collection:
		var all orb.MultiPolygon
		for _, part := range shape {
			polygons, err := polygonsOf(part)
			if err != nil {
				return nil, err
			}
			all = append(all, polygons...)
		}
		return all, nil
	case nil:
		return nil, sentra.BadInput("", "there is no geometry")
	}
	return nil, sentra.BadInput("type", "a %s has no area; give a Polygon or MultiPolygon", g.GeoJSONType())
}

// Repair repairs the common faults of a boundary and counts the repairs: it closes
// open rings, winds rings as in RFC 7946 (exterior counterclockwise), drops repeated
// points and rings without an area, and makes holes outside their exterior exteriors.
// It rejects with BAD_USER_INPUT what it cannot repair: no polygon, a position that
// is not finite or out of range, swapped longitude and latitude, an empty result. The
// argument is not modified.
func Repair(g orb.Geometry) (orb.MultiPolygon, Repairs, error) {
	var did Repairs
	polygons, err := polygonsOf(g)
	if err != nil {
		return nil, did, err
	}
	var out orb.MultiPolygon
	for _, polygon := range polygons {
		var rings []orb.Ring
		for _, ring := range polygon {
			mended, err := repairRing(ring, &did)
			if err != nil {
				return nil, did, err
			}
			if mended != nil {
				rings = append(rings, mended)
			} else {
				did.RingsDropped++
			}
		}
		if len(rings) == 0 {
			did.PolygonsDropped++
			continue
		}
		out = append(out, group(rings, &did)...)
	}
	if len(out) == 0 {
		return nil, did, sentra.BadInput("", "no ring with an area is left")
	}
	if bound := out.Bound(); !country.Intersects(bound) && country.Intersects(orb.Bound{
		Min: orb.Point{bound.Min[1], bound.Min[0]}, Max: orb.Point{bound.Max[1], bound.Max[0]}}) {
		return nil, did, sentra.BadInput("coordinates", "longitude and latitude seem to be swapped: %g, %g lies outside the country, %g, %g inside",
			bound.Min[0], bound.Min[1], bound.Min[1], bound.Min[0])
	}
	return out, did, nil
}

// group makes polygons of the rings of one polygon: a ring inside a larger one is its
// hole, any other is an exterior.
func group(rings []orb.Ring, did *Repairs) orb.MultiPolygon {
	given := &rings[0][0]
	bySize := slices.Clone(rings)
	if len(rings) > 1 {
		slices.SortStableFunc(bySize, func(a, b orb.Ring) int {
			return cmp.Compare(math.Abs(planar.Area(b)), math.Abs(planar.Area(a)))
		})
	}
	var out orb.MultiPolygon
	for _, ring := range bySize {
		exterior := slices.IndexFunc(out, func(polygon orb.Polygon) bool { return liesIn(ring, polygon[0]) })
		regrouped := (exterior < 0) != (&ring[0] == given)
		if regrouped {
			did.RingsRegrouped++
		}
		if counterclockwise := planar.Area(ring) > 0; counterclockwise != (exterior < 0) {
			ring.Reverse()
			// A ring that becomes an exterior is always reversed; do not count that as a
			// second fault.
			if !regrouped {
				did.RingsRewound++
			}
		}
		if exterior < 0 {
			out = append(out, orb.Polygon{ring})
		} else {
			out[exterior] = append(out[exterior], ring)
		}
	}
	return out
}

// liesIn reports whether most corners of a ring are in another; single corners may
// touch it.
func liesIn(ring, other orb.Ring) bool {
	if !other.Bound().Intersects(ring.Bound()) {
		return false
	}
	inside := 0
	for _, p := range ring {
		if planar.RingContains(other, p) {
			inside++
		}
	}
	return 2*inside > len(ring)
}

// repairRing closes a ring and drops repeated points; nil for one without an area.
func repairRing(ring orb.Ring, did *Repairs) (orb.Ring, error) {
	kept := make(orb.Ring, 0, len(ring)+1)
	for _, p := range ring {
		if err := CheckPoint(p); err != nil {
			return nil, sentra.In("coordinates", err)
		}
		if len(kept) > 0 && kept[len(kept)-1] == p {
			did.PointsDropped++
			continue
		}
		kept = append(kept, p)
	}
	if len(kept) > 2 && kept[0] != kept[len(kept)-1] {
		kept = append(kept, kept[0])
		did.RingsClosed++
	}
	if len(kept) < 4 || planar.Area(kept) == 0 {
		return nil, nil
	}
	return kept, nil
}

// MaxPositions is the maximum number of positions of a polygon in a query.
const MaxPositions = 100_000

// ParsePolygon reads the GeoJSON of a query: a Polygon, a MultiPolygon, or a Feature
// or FeatureCollection of these. Unlike Repair it corrects only the winding. An open
// ring, a position out of range, a ring that crosses itself or the antimeridian, or
// another coordinate reference system is a BAD_USER_INPUT with its path; too many
// positions, or too many edges side by side, are LIMIT_EXCEEDED.
func ParsePolygon(data []byte) (orb.MultiPolygon, error) {
	// A position takes at least five bytes: reject what is far too long without reading
	// it.
	if len(data) > MaxPositions*64 {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the GeoJSON has %d bytes; at most %d are read", len(data), MaxPositions*64)
	}
	polygons, err := decodePolygons(data)
	if err != nil {
		return nil, err
	}
	count := 0
	for _, polygon := range polygons {
		for _, ring := range polygon {
			count += len(ring)
		}
	}
	if count > MaxPositions {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the polygon has %d positions; at most %d are allowed", count, MaxPositions)
	}
	if len(polygons) == 0 {
		return nil, sentra.BadInput("coordinates", "the polygon is empty")
	}
	for p, polygon := range polygons {
		if len(polygon) == 0 {
			return nil, sentra.BadInput("coordinates", "polygon %d has no ring", p)
		}
		for r, ring := range polygon {
			for _, position := range ring {
				if err := CheckPoint(position); err != nil {
					return nil, sentra.In("coordinates", err)
				}
			}
			switch {
			case len(ring) < 4:
				return nil, sentra.BadInput("coordinates", "ring %d of polygon %d has %d positions; a closed ring needs 4 at least", r, p, len(ring))
			case ring[0] != ring[len(ring)-1]:
				return nil, sentra.BadInput("coordinates", "ring %d of polygon %d is open; its last position must repeat its first", r, p)
			case planar.Area(ring) == 0:
				return nil, sentra.BadInput("coordinates", "ring %d of polygon %d has no area", r, p)
			}
			if err := checkAntimeridian(ring); err != nil {
				return nil, err
			}
		}
	}
	if err := checkIntricacy(polygons); err != nil {
		return nil, err
	}
	for _, polygon := range polygons {
		g, err := toSimple(orb.MultiPolygon{polygon})
		if err != nil {
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the polygon cannot be read")
		}
		if fault := g.Validate(); fault != nil {
			return nil, &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{"coordinates"},
				Message: "the polygon is not valid: a ring crosses itself or another, or a hole lies outside", Err: fault}
		}
	}
	var out orb.MultiPolygon
	for _, together := range overlapping(polygons) {
		united := together
		var err error
		if len(together) > 1 {
			// Parts may overlap, so that a point or an area would count twice.
			united, err = unionOfParts(together)
		} else {
			united, _, err = Repair(together)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, united...)
	}
	return out, nil
}

func unionOfParts(polygons orb.MultiPolygon) (orb.MultiPolygon, error) {
	parts := make([]geom.Geometry, len(polygons))
	for i, polygon := range polygons {
		g, err := toSimple(orb.MultiPolygon{polygon})
		if err != nil {
			return nil, err
		}
		parts[i] = g
	}
	united, err := geom.UnionMany(parts)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the union of the polygons cannot be computed")
	}
	return fromSimple(united)
}

func decodePolygons(data []byte) (orb.MultiPolygon, error) {
	unreadable := func(err error) error {
		return sentra.Wrap(sentra.CodeBadUserInput, err, "this is not GeoJSON; give a Polygon, a MultiPolygon, or a Feature or FeatureCollection of these")
	}
	var head geojsonHead
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, unreadable(err)
	}
	if err := head.checkCRS(); err != nil {
		return nil, err
	}
	switch head.Type {
	case "Feature":
		feature, err := geojson.UnmarshalFeature(data)
		if err != nil {
			return nil, unreadable(err)
		}
		return polygonsOf(feature.Geometry)
	case "FeatureCollection":
		collection, err := geojson.UnmarshalFeatureCollection(data)
		if err != nil {
			return nil, unreadable(err)
		}
		var all orb.MultiPolygon
		for _, feature := range collection.Features {
			polygons, err := polygonsOf(feature.Geometry)
			if err != nil {
				return nil, err
			}
			all = append(all, polygons...)
		}
		return all, nil
	}
	geometry, err := geojson.UnmarshalGeometry(data)
	if err != nil {
		return nil, unreadable(err)
	}
	return polygonsOf(geometry.Geometry())
}

// Round rounds the coordinates of the shape to decimal places in place. Points that
// become equal are merged and rings that lose their area dropped, but the largest
// part stays, unrounded if necessary.
func Round(shape orb.MultiPolygon, places int) orb.MultiPolygon {
	out := make(orb.MultiPolygon, 0, len(shape))
	for _, polygon := range shape {
		rounded := make(orb.Polygon, 0, len(polygon))
		for r, ring := range polygon {
			if kept, ok := RoundRing(ring, places); ok {
				rounded = append(rounded, kept)
			} else if r == 0 {
				break
			}
		}
		if len(rounded) > 0 {
			out = append(out, rounded)
		}
	}
	if len(out) == 0 && len(shape) > 0 {
		out = append(out, slices.MaxFunc(shape, func(p, q orb.Polygon) int {
			return cmp.Compare(math.Abs(planar.Area(p)), math.Abs(planar.Area(q)))
		}))
	}
	return out
}

// RoundRing returns a ring with its coordinates rounded to decimal places and equal
// points merged. ok reports whether it still has an area and the same winding.
func RoundRing(ring orb.Ring, places int) (rounded orb.Ring, ok bool) {
	factor := math.Pow10(places)
	rounded = make(orb.Ring, 0, len(ring))
	// Twice the area in integer units, so that zero is exact.
	var area int64
	var first, last [2]int64
	for _, p := range ring {
		now := [2]int64{int64(math.Round(p[0] * factor)), int64(math.Round(p[1] * factor))}
		if len(rounded) == 0 {
			first = now
		} else if now == last {
			continue
		} else {
			area += (last[0]-first[0])*(now[1]-first[1]) - (now[0]-first[0])*(last[1]-first[1])
		}
		rounded, last = append(rounded, orb.Point{float64(now[0]) / factor, float64(now[1]) / factor}), now
	}
	return rounded, len(rounded) >= 4 && area != 0 && (area > 0) == (ring.Orientation() == orb.CCW)
}
