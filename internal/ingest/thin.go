package ingest

import (
	"context"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"
)

const (
	// thinAbove is the number of positions of one boundary, and thinTotal that of all,
	// above which positions that make no difference are dropped. The public source's
	// longest boundary has 16,442, all of them 273,780.
	thinAbove = 20_000
	thinTotal = 500_000
	// thinDegrees is the maximum distance in degrees of a dropped position from the line
	// without it: about one metre.
	thinDegrees = 1e-5
	// thinTogether is the number of positions that are simplified together, which limits
	// the time.
	thinTogether = 1000

	// maxPositions limits the positions of all boundaries of an import: building the
	// coverage takes about 300 bytes for each.
	maxPositions = 2_000_000
)

// positions counts the positions of a geometry.
func positions(g orb.Geometry) int {
	count := 0
	switch shape := g.(type) {
	case orb.Polygon:
		for _, ring := range shape {
			count += len(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range shape {
			count += positions(polygon)
		}
	case orb.Collection:
		for _, part := range shape {
			count += positions(part)
		}
	}
	return count
}

// thin drops the positions of a geometry's rings that are within about a metre of the
// line without them.
func thin(ctx context.Context, g orb.Geometry) (orb.Geometry, error) {
	switch shape := g.(type) {
	case orb.Polygon:
		for i, ring := range shape {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			shape[i] = thinRing(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range shape {
			if _, err := thin(ctx, polygon); err != nil {
				return nil, err
			}
		}
	case orb.Collection:
		for _, part := range shape {
			if _, err := thin(ctx, part); err != nil {
				return nil, err
			}
		}
	}
	return g, nil
}

func thinRing(ring orb.Ring) orb.Ring {
	if len(ring) <= 8 {
		return ring
	}
	by := simplify.DouglasPeucker(thinDegrees)
	out := make(orb.Ring, 0, len(ring)/8)
	for from := 0; from < len(ring)-1; from += thinTogether {
		part := by.LineString(append(orb.LineString(nil), ring[from:min(from+thinTogether+1, len(ring))]...))
		if from > 0 {
			part = part[1:]
		}
		out = append(out, part...)
	}
	if len(out) < 4 {
		return ring
	}
	return out
}
