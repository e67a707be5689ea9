package pointindex

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/sphere"
)

// Area is a set of points: Everywhere, or made by Boxes, Circle or All.
type Area interface {
	// relate classifies a box; crossing is always correct.
	relate(b *box) relation
	has(p *place) bool
}

type relation int8

const (
	outside relation = iota
	crossing
	inside
)

// Everywhere contains every point.
var Everywhere Area = everywhere{}

type everywhere struct{}

func (everywhere) relate(*box) relation { return inside }
func (everywhere) has(*place) bool      { return true }

// Boxes contains the points in any of the boxes (degrees) or on their edges. Pass a
// box across the antimeridian as two.
func Boxes(bounds ...orb.Bound) Area { return boxes(slices.Clone(bounds)) }

type boxes []orb.Bound

func (bs boxes) relate(b *box) relation {
	found := outside
	for _, bound := range bs {
		if bound.Contains(b.flat.Min) && bound.Contains(b.flat.Max) {
			return inside
		}
		if bound.Intersects(b.flat) {
			found = crossing
		}
	}
	return found
}

func (bs boxes) has(p *place) bool {
	for _, bound := range bs {
		if bound.Contains(p.point) {
			return true
		}
	}
	return false
}

// Circle contains the points within a distance in metres of a centre (degrees).
func Circle(centre orb.Point, metres float64) Area {
	return &circle{sphere.FromPoint(centre), metres, sphere.Chord2(metres)}
}

type circle struct {
	centre sphere.Vec
	metres float64
	chord2 float64
}

// slack exceeds the rounding of squared chords, so that a point near the circle is
// always measured itself.
const slack = 1e-12

func (c *circle) relate(b *box) relation {
	switch {
	case b.space.To(&c.centre) > c.chord2*(1+slack):
		return outside
	case b.space.Farthest(&c.centre) < c.chord2*(1-slack):
		return inside
	}
	return crossing
}

func (c *circle) has(p *place) bool {
	return sphere.Metres(sphere.Between(c.centre, p.vec)) <= c.metres
}

// All contains the points that are in all the areas; without any, every point.
func All(areas ...Area) Area {
	switch len(areas) {
	case 0:
		return Everywhere
	case 1:
		return areas[0]
	}
	return all(slices.Clone(areas))
}

type all []Area

func (as all) relate(b *box) relation {
	found := inside
	for _, area := range as {
		found = min(found, area.relate(b))
	}
	return found
}

func (as all) has(p *place) bool {
	for _, area := range as {
		if !area.has(p) {
			return false
		}
	}
	return true
}
