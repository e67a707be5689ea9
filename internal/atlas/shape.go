package atlas

import (
	"encoding/binary"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// shapeKey identifies a shape in a geometry.
type shapeKey struct {
	region   sentra.RegionCode
	from, to sentra.Date
	origin   sentra.BoundaryOrigin
	source   sentra.SourceID
	// members has the faces that make up a province, four bytes each.
	members string
}

// Shape is a boundary with its measurements, made once.
type Shape struct {
	// Boundary has the area in full detail: as in the coverage, if there is one, else as
	// stored.
	*sentra.Boundary
	Bound   orb.Bound
	Label   orb.Point
	AreaKm2 float64

	// faces of the coverage that make up the shape. Without a coverage the shape stands
	// alone.
	coverage  *coverage.Coverage
	faces     []int
	encodings *encodings
	// counts caches the number of positions at each of countedTolerances; 0 if not
	// counted yet.
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

// Km2 is the area in square kilometres rounded to hundredths, which are hectares: no
// boundary is known more exactly.
func (s *Shape) Km2() float64 { return math.Round(s.AreaKm2*100) / 100 }

// Simplified returns the shape with at most tolerance metres of deviation; 0 is full
// detail. The result must not be modified. Shapes of one coverage share their borders
// at every tolerance, and each keeps its largest part.
func (s *Shape) Simplified(tolerance float64) orb.MultiPolygon {
	switch {
	case tolerance <= 0:
		return s.Boundary.Shape
	case s.coverage == nil:
		return geo.Simplify(s.Boundary.Shape, tolerance)
	}
	return s.coverage.Shape(s.faces, tolerance)
}

// shapePlan describes a shape to be built.
type shapePlan struct {
	boundary sentra.Boundary // without its area if that comes from the geometry
	geometry *geometry
	faces    []int
	key      shapeKey
	stored   *sentra.Boundary
}

// shapePlans lists the shapes of all regions over time, oldest first.
func (a *Atlas) shapePlans() []shapePlan {
	stored := make(map[sentra.RegionCode][]*sentra.Boundary)
	for i := range a.Data.Boundaries {
		// Earlier imports stored unions, which are computed here now.
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

// compose finds the faces that make up a region from the first day of a span on, and
// reports whether there are any. If not, the stored boundary is used.
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
		// A member that others cover completely adds nothing to the union.
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

// continues reports whether next is the same shape on the days after p.
func (p *shapePlan) continues(next *shapePlan) bool {
	return p.boundary.Validity.To != nil && *p.boundary.Validity.To+1 == *next.boundary.Validity.From &&
		p.geometry == next.geometry && p.key.members == next.key.members &&
		p.boundary.Origin == next.boundary.Origin && p.boundary.Source == next.boundary.Source &&
		(next.geometry != nil || p.stored == next.stored)
}

// make builds the shape, or takes it from the previous atlas. kept is for stored
// boundaries.
func (p *shapePlan) make(kept *encodings) (*Shape, error) {
	g := p.geometry
	if g == nil {
		// A stored boundary ends where a union of members takes over.
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

// Bound returns the bounding box of a region's boundary on the day, or the one from
// the source if no boundary is loaded.
func (a View) Bound(r *sentra.Region) orb.Bound {
	if s := a.Shape(r.Code); s != nil {
		return s.Bound
	}
	return r.Box
}

// LabelPoint returns a point inside the boundary of a region on the day, or the one
// from the source if no boundary is loaded.
func (a View) LabelPoint(r *sentra.Region) orb.Point {
	if s := a.Shape(r.Code); s != nil {
		return s.Label
	}
	return r.Point
}
