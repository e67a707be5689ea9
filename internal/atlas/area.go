package atlas

import (
	"context"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// part is what is known about part of an area: its boundary or, where none is loaded,
// its bounding box.
type part struct {
	shape orb.MultiPolygon
	bound orb.Bound
	exact bool
}

// partsOf returns the parts of a region without a boundary: the members of a
// province, or the region's own bounding box.
func (a View) partsOf(r *sentra.Region) []part {
	var out []part
	for _, member := range a.Members(r.Code) {
		if s := a.Shape(member.Code); s != nil {
			out = append(out, part{s.Boundary.Shape, s.Bound, true})
		} else {
			out = append(out, part{orb.MultiPolygon{member.Box.ToPolygon()}, member.Box, false})
		}
	}
	if len(out) == 0 {
		out = append(out, part{orb.MultiPolygon{r.Box.ToPolygon()}, r.Box, false})
	}
	return out
}

// meets reports whether a region intersects a box. Without a boundary, the answer is
// known only if the region's bounding box is inside the box or disjoint from it.
func (a View) meets(r *sentra.Region, box sentra.BBox) sentra.Truth {
	if s := a.Shape(r.Code); s != nil {
		p := part{s.Boundary.Shape, s.Bound, true}
		return p.meets(box)
	}
	any := sentra.False
	for _, p := range a.partsOf(r) {
		any = any.Or(p.meets(box))
	}
	return any
}

// meets checks the bounding box first, which usually decides.
func (p *part) meets(box sentra.BBox) sentra.Truth {
	near := false
	for _, bound := range geo.Bounds(box) {
		if bound.Contains(p.bound.Min) && bound.Contains(p.bound.Max) {
			return sentra.True
		}
		near = near || bound.Intersects(p.bound)
	}
	switch {
	case !near:
		return sentra.False
	case !p.exact:
		return sentra.Unknown
	}
	return sentra.TruthOf(geo.MeetsBBox(p.shape, box))
}

// overlayTest checks how much of a region is in a polygon, or how much of the polygon
// is in the region.
type overlayTest struct {
	ctx     context.Context
	polygon *readyPolygon
	// least is the share that is required.
	least float64
	// whole measures the region's share over all of its parts, ofPolygon the polygon's
	// share.
	whole, ofPolygon bool
}

// nearlyAll allows for small differences between two drawings of the same border.
const nearlyAll = 0.999

// overlaysOf returns the tests of a filter's own polygons.
func overlaysOf(ctx context.Context, f *sentra.RegionFilter) []overlayTest {
	var tests []overlayTest
	if f.Within != nil {
		tests = append(tests, overlayTest{ctx, polygonOf(ctx, f.Within), nearlyAll, true, false})
	}
	if f.Intersects != nil {
		tests = append(tests, overlayTest{ctx, polygonOf(ctx, f.Intersects), 1e-9, false, false})
	}
	if f.Contains != nil {
		tests = append(tests, overlayTest{ctx, polygonOf(ctx, f.Contains), nearlyAll, false, true})
	}
	return tests
}

// of returns the share of a region's area that is in the polygon, nil if no boundary
// is loaded, and reports whether the test holds.
func (t *overlayTest) of(a View, r *sentra.Region) (*float64, sentra.Truth, error) {
	if s := a.Shape(r.Code); s != nil {
		both, err := t.polygon.shares(t.ctx, &part{s.Boundary.Shape, s.Bound, true})
		if t.ofPolygon {
			return &both.ofArea, sentra.TruthOf(both.ofPolygon >= t.least), err
		}
		return &both.ofArea, sentra.TruthOf(both.ofArea >= t.least), err
	}
	parts := a.partsOf(r)
	if t.ofPolygon {
		// The true area is at least that of the loaded boundaries and at most that plus the
		// bounding boxes.
		least, most := 0.0, 0.0
		for i := range parts {
			both, err := t.polygon.shares(t.ctx, &parts[i])
			if err != nil {
				return nil, sentra.Unknown, err
			}
			if most += both.ofPolygon; parts[i].exact {
				least += both.ofPolygon
			}
		}
		if least >= t.least {
			return nil, sentra.True, nil
		}
		if most < t.least {
			return nil, sentra.False, nil
		}
		return nil, sentra.Unknown, nil
	}
	any, every := sentra.False, sentra.True
	for i := range parts {
		truth, err := t.ofPart(&parts[i])
		if err != nil {
			return nil, sentra.Unknown, err
		}
		any, every = any.Or(truth), every.And(truth)
	}
	switch {
	case !t.whole:
		return nil, any, nil
	case any == every:
		return nil, every, nil
	}
	// One part of the region is in the polygon and another is not: the share decides,
	// and it is not known.
	return nil, sentra.Unknown, nil
}

// allOfBox is the share of a box that counts as all of it, allowing for rounding.
const allOfBox = 1 - 1e-9

func (t *overlayTest) ofPart(p *part) (sentra.Truth, error) {
	both, err := t.polygon.shares(t.ctx, p)
	switch share := both.ofArea; {
	case err != nil:
		return sentra.Unknown, err
	case p.exact:
		return sentra.TruthOf(share >= t.least), nil
	case share == 0:
		return sentra.False, nil
	case share >= allOfBox:
		return sentra.True, nil
	}
	return sentra.Unknown, nil
}

// nearness says whether a region is in a circle, for certain or possibly.
type nearness struct {
	in, perhaps bool
	// metres is the distance to a region in the circle.
	metres float64
}

func (n *nearness) truth() sentra.Truth {
	switch {
	case n.in:
		return sentra.True
	case n.perhaps:
		return sentra.Unknown
	}
	return sentra.False
}

// within returns the regions of the day that are or may be in a circle, with their
// distances in metres: to the boundary, for a province to its nearest member's
// boundary, and to the representative point where no boundary is loaded. A region
// without a boundary is decided only if its bounding box is entirely inside or
// outside the circle.
func (a View) within(circle sentra.Near) map[sentra.RegionCode]nearness {
	g := a.generation
	out := make(map[sentra.RegionCode]nearness)
	add := func(code sentra.RegionCode, n nearness) {
		known := out[code]
		if n.in && (!known.in || n.metres < known.metres) {
			known.in, known.metres = true, n.metres
		}
		known.perhaps = known.perhaps || n.perhaps
		out[code] = known
	}
	byBox := func(r *sentra.Region) nearness {
		nearest, farthest := geo.BoxDistance(r.Box, circle.Point)
		return nearness{in: farthest <= circle.Radius, perhaps: nearest <= circle.Radius, metres: geo.Distance(r.Point, circle.Point)}
	}
	for _, hit := range g.index.Within(circle.Point, circle.Radius) {
		add(g.regions[hit.Face].Code, nearness{in: true, metres: hit.Metres})
	}
	for _, r := range g.bare {
		add(r.Code, byBox(r))
	}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if r.Kind != sentra.KindProvince || !r.Validity.Contains(a.Day) {
			continue
		}
		members := a.Members(r.Code)
		if s := a.Shape(r.Code); s != nil {
			if _, ok := a.facesOf(r, g); !ok {
				metres := geo.DistanceTo(s.Boundary.Shape, circle.Point)
				add(r.Code, nearness{in: metres <= circle.Radius, metres: metres})
				continue
			}
		} else if len(members) == 0 {
			add(r.Code, byBox(r))
			continue
		}
		for _, member := range members {
			add(r.Code, out[member.Code])
		}
	}
	return out
}
