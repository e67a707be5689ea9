package atlas

import (
	"encoding/binary"
	"fmt"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// shapeKey tells the shapes of a geometry apart.
type shapeKey struct {
	region   sentra.RegionCode
	from, to sentra.Date
	origin   sentra.BoundaryOrigin
	source   sentra.SourceID
	// members are the faces that make up a province, each in four bytes.
	members string
}

// Shape is a boundary with what is measured on it once.
type Shape struct {
	// Boundary holds the area in full detail: with a coverage, as it lies there,
	// else as stored.
	*sentra.Boundary
	Bound   orb.Bound
	Label   orb.Point
	AreaKm2 float64

	// faces of the coverage make up the shape; without a coverage it is on its own.
	coverage  *coverage.Coverage
	faces     []int
	encodings *encodings
	// counts of positions at the countedTolerances; 0 for one not counted yet.
	counts [len(countedTolerances)]atomic.Int32
}

// newShape measures a boundary.
func newShape(b *sentra.Boundary, c *coverage.Coverage, faces []int, kept *encodings) (*Shape, error) {
	label, err := geo.LabelPoint(b.Shape)
	if err != nil {
		return nil, fmt.Errorf("find the label point of %s: %w", b.Region, err)
	}
	return &Shape{Boundary: b, Bound: b.Shape.Bound(), Label: label, AreaKm2: geo.AreaKm2(b.Shape), coverage: c, faces: faces, encodings: kept}, nil
}

// Simplified returns the shape with at most tolerance metres of deviation; 0 is
// full detail. It must not be changed. Shapes of one coverage stay glued at every
// tolerance, and each keeps its largest part.
func (s *Shape) Simplified(tolerance float64) orb.MultiPolygon {
	switch {
	case tolerance <= 0:
		return s.Boundary.Shape
	case s.coverage == nil:
		return geo.Simplify(s.Boundary.Shape, tolerance)
	}
	return s.coverage.Shape(s.faces, tolerance)
}

// shapePlan is a shape to be made.
type shapePlan struct {
	boundary sentra.Boundary // without its area where it comes from the geometry
	geometry *geometry
	faces    []int
	key      shapeKey
	stored   *sentra.Boundary
}

// shapePlans lists the shapes of all regions over time, oldest first.
func (a *Atlas) shapePlans() []shapePlan {
	stored := make(map[sentra.RegionCode][]*sentra.Boundary)
	for i := range a.Data.Boundaries {
		// Earlier imports stored unions, which are made here.
		if b := &a.Data.Boundaries[i]; b.Origin != sentra.OriginUnion {
			stored[b.Region] = append(stored[b.Region], b)
		}
	}
	var out []shapePlan
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		var days sentra.ChangeDays
		for _, g := range a.geometries {
			days.NotePeriod(g.validity)
		}
		for _, b := range stored[r.Code] {
			days.NotePeriod(b.Validity)
		}
		for _, m := range a.members[r.Code] {
			days.NotePeriod(m.Validity)
		}
		for _, span := range days.Periods() {
			next := shapePlan{geometry: a.geometryOf(*span.From)}
			for _, b := range stored[r.Code] {
				if b.Validity.Contains(*span.From) {
					next.stored = b
				}
			}
			if !next.compose(a, r, span) && next.stored == nil {
				continue
			}
			if last := len(out) - 1; last >= 0 && out[last].boundary.Region == r.Code && out[last].continues(&next) {
				out[last].boundary.Validity.To = next.boundary.Validity.To
				out[last].key.to = next.key.to
				continue
			}
			out = append(out, next)
		}
	}
	return out
}

// compose finds the faces that make up a region from the first day of a span on,
// and reports whether there are any; else the stored boundary stands.
func (p *shapePlan) compose(a *Atlas, r *sentra.Region, span sentra.Period) bool {
	p.boundary = sentra.Boundary{Region: r.Code, Validity: span}
	parts := []*sentra.Region{r}
	p.boundary.Origin = sentra.OriginUnion
	if r.Kind.Level() == sentra.LevelProvince {
		parts = a.on(*span.From).Members(r.Code)
	} else if p.stored != nil {
		p.boundary.Origin = p.stored.Origin
	}
	left := false
	for _, part := range parts {
		face, ok := 0, false
		if p.geometry != nil {
			face, ok = p.geometry.coverage.Face(string(part.Code))
		}
		if !ok {
			left = false
			break
		}
		// A member that others cover whole takes nothing from the union.
		_, seen := p.geometry.face(part.Code)
		left = left || seen
		p.faces = append(p.faces, face)
	}
	if !left {
		p.geometry, p.faces = nil, nil
		return false
	}
	p.boundary.Source = p.geometry.sources[parts[0].Code]
	p.key = shapeKey{region: r.Code, from: *span.From, origin: p.boundary.Origin, source: p.boundary.Source}
	if span.To != nil {
		p.key.to = *span.To
	}
	var members []byte
	for _, face := range p.faces {
		members = binary.LittleEndian.AppendUint32(members, uint32(face))
	}
	p.key.members = string(members)
	return true
}

// continues reports whether next is the same shape on the days that follow.
func (p *shapePlan) continues(next *shapePlan) bool {
	return p.boundary.Validity.To != nil && *p.boundary.Validity.To+1 == *next.boundary.Validity.From &&
		p.geometry == next.geometry && p.key.members == next.key.members &&
		p.boundary.Origin == next.boundary.Origin && p.boundary.Source == next.boundary.Source &&
		(next.geometry != nil || p.stored == next.stored)
}

// make makes the shape, or finds it among those of the previous atlas. kept is
// for stored boundaries.
func (p *shapePlan) make(kept *encodings) (*Shape, error) {
	g := p.geometry
	if g == nil {
		// A stored boundary that goes on gives way where the members' make up the region.
		b := *p.stored
		b.Validity = p.boundary.Validity
		return newShape(&b, nil, nil, kept)
	}
	if known := g.before[p.key]; known != nil {
		return known, nil
	}
	b := p.boundary
	b.Shape = g.coverage.Shape(p.faces, 0)
	return newShape(&b, g.coverage, p.faces, g.encodings)
}

// Bound returns the box around the boundary of a region on the day, or the source's where
// none is loaded.
func (a View) Bound(r *sentra.Region) orb.Bound {
	if s := a.Shape(r.Code); s != nil {
		return s.Bound
	}
	return r.Box
}

// LabelPoint returns a point inside the boundary of a region on the day, or the source's
// where none is loaded.
func (a View) LabelPoint(r *sentra.Region) orb.Point {
	if s := a.Shape(r.Code); s != nil {
		return s.Label
	}
	return r.Point
}
