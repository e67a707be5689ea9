package atlas

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strconv"

	"github.com/maypok86/otter/v2"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// geometry is the boundaries of the regencies and cities over a span of days on
// which they stay the same, as one planar coverage.
type geometry struct {
	validity sentra.Period
	coverage *coverage.Coverage
	// digest tells whether another atlas's boundaries are the same.
	digest [sha256.Size]byte
	// shapes are those of the regencies and cities, and of the provinces that are
	// unions of them; before those of the previous atlas with the same boundaries.
	shapes, before map[shapeKey]*Shape
	encodings      *encodings
}

// shapeKey tells the shapes of a geometry apart.
type shapeKey struct {
	region   sentra.RegionCode
	from, to sentra.Date
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
}

// newShape measures a boundary.
func newShape(b *sentra.Boundary, c *coverage.Coverage, faces []int, kept *encodings) (*Shape, error) {
	label, err := geo.LabelPoint(b.Shape)
	if err != nil {
		return nil, fmt.Errorf("find the label point of %s: %w", b.Region, err)
	}
	return &Shape{Boundary: b, Bound: b.Shape.Bound(), Label: label, AreaKm2: geo.AreaKm2(b.Shape), coverage: c, faces: faces, encodings: kept}, nil
}

// Simplified gives the shape with at most tolerance metres of deviation; 0 is
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

// Coverage gives the coverage of the boundaries of regencies and cities on the
// day; its faces bear their codes. nil where no boundary is loaded.
func (a *Atlas) Coverage(day sentra.Date) *coverage.Coverage {
	if g := a.geometry(day); g != nil {
		return g.coverage
	}
	return nil
}

// geometry gives the geometry of a day, nil where no boundary is loaded.
func (a *Atlas) geometry(day sentra.Date) *geometry {
	for _, g := range a.geometries {
		if g.validity.Contains(day) {
			return g
		}
	}
	return nil
}

// drawn makes the shapes of all regions, with the geometries of the previous
// atlas wherever the boundaries are the same.
func (a *Atlas) drawn(ctx context.Context, previous *Atlas) error {
	var days []sentra.Date
	for i := range a.Data.Boundaries {
		if b := &a.Data.Boundaries[i]; b.Region.Level() == sentra.LevelRegency {
			days = append(days, changes(b.Validity)...)
		}
	}
	for _, span := range periodsBetween(days) {
		g := &geometry{validity: span}
		present := a.regenciesOn(*span.From)
		if len(present) == 0 {
			continue
		}
		g.digest = digestOf(present)
		if err := g.cover(ctx, present, previous); err != nil {
			return err
		}
		a.geometries = append(a.geometries, g)
	}
	wanted := a.wantedShapes()
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	made := make([]*Shape, len(wanted))
	kept := newEncodings()
	for i := range wanted {
		work.Go(func() error {
			var err error
			made[i], err = wanted[i].make(kept)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, w := range wanted {
		if w.geometry != nil {
			w.geometry.shapes[w.key] = made[i]
		}
		a.shapes[w.boundary.Region] = append(a.shapes[w.boundary.Region], made[i])
	}
	for _, g := range a.geometries {
		g.before = nil
	}
	return nil
}

// changes gives the days on which a period begins and on which it is over.
func changes(p sentra.Period) []sentra.Date {
	var days []sentra.Date
	if p.From != nil {
		days = append(days, *p.From)
	}
	if p.To != nil {
		days = append(days, *p.To+1)
	}
	return days
}

// periodsBetween gives the periods between days of change, the last one open.
func periodsBetween(days []sentra.Date) []sentra.Period {
	days = slices.Clone(days)
	slices.Sort(days)
	days = slices.Compact(days)
	out := make([]sentra.Period, len(days))
	for i := range days {
		out[i].From = &days[i]
		if i+1 < len(days) {
			last := days[i+1] - 1
			out[i].To = &last
		}
	}
	return out
}

// regenciesOn gives the stored boundaries of regencies and cities on a day, by code.
func (a *Atlas) regenciesOn(day sentra.Date) []*sentra.Boundary {
	var out []*sentra.Boundary
	for i := range a.Data.Boundaries {
		if b := &a.Data.Boundaries[i]; b.Region.Level() == sentra.LevelRegency && b.Validity.Contains(day) {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(x, y *sentra.Boundary) int { return cmp.Compare(x.Region, y.Region) })
	return out
}

// digestOf gives a digest of codes and coordinates.
func digestOf(boundaries []*sentra.Boundary) (digest [sha256.Size]byte) {
	hash := sha256.New()
	var buffer []byte
	number := func(n uint64) { buffer = binary.LittleEndian.AppendUint64(buffer, n) }
	for _, b := range boundaries {
		buffer = append(buffer[:0], b.Region...)
		number(uint64(len(b.Shape)))
		for _, polygon := range b.Shape {
			number(uint64(len(polygon)))
			for _, ring := range polygon {
				number(uint64(len(ring)))
				for _, p := range ring {
					number(math.Float64bits(p[0]))
					number(math.Float64bits(p[1]))
				}
			}
		}
		hash.Write(buffer)
	}
	hash.Sum(digest[:0])
	return digest
}

// cover makes the coverage, or takes it and its shapes from the previous atlas.
func (g *geometry) cover(ctx context.Context, present []*sentra.Boundary, previous *Atlas) error {
	g.shapes = make(map[shapeKey]*Shape)
	if previous != nil {
		for _, old := range previous.geometries {
			if old.digest == g.digest {
				g.coverage, g.before, g.encodings = old.coverage, old.shapes, old.encodings
				return nil
			}
		}
	}
	g.encodings = newEncodings()
	faces := make([]coverage.Face, len(present))
	for i, b := range present {
		faces[i] = coverage.Face{Code: string(b.Region), Shape: b.Shape}
	}
	made, err := coverage.Build(ctx, faces, coverage.Options{})
	if err != nil {
		return fmt.Errorf("cover the regencies and cities of %s: %w", *g.validity.From, err)
	}
	g.coverage = made
	return nil
}

// face gives the face of a region; none where nothing is left of it in the coverage.
func (g *geometry) face(code sentra.RegionCode) (int, bool) {
	face, ok := g.coverage.Face(string(code))
	return face, ok && !slices.Contains(g.coverage.Report().Covered, string(code))
}

// wantedShape is a shape to be made.
type wantedShape struct {
	boundary sentra.Boundary // without its area where it comes from the geometry
	geometry *geometry
	faces    []int
	key      shapeKey
	stored   *sentra.Boundary
}

// wantedShapes lists the shapes of all regions over time, oldest first.
func (a *Atlas) wantedShapes() []wantedShape {
	stored := make(map[sentra.RegionCode][]*sentra.Boundary)
	for i := range a.Data.Boundaries {
		b := &a.Data.Boundaries[i]
		stored[b.Region] = append(stored[b.Region], b)
	}
	var borders []sentra.Date // days on which geometries change
	for _, g := range a.geometries {
		borders = append(borders, changes(g.validity)...)
	}
	var out []wantedShape
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		days := slices.Clone(borders)
		for _, b := range stored[r.Code] {
			days = append(days, changes(b.Validity)...)
		}
		for _, m := range a.members[r.Code] {
			days = append(days, changes(m.Validity)...)
		}
		for _, span := range periodsBetween(days) {
			w := wantedShape{geometry: a.geometry(*span.From)}
			for _, b := range stored[r.Code] {
				if b.Validity.Contains(*span.From) {
					w.stored = b
				}
			}
			if !w.compose(a, r, span) && w.stored == nil {
				continue
			}
			if last := len(out) - 1; last >= 0 && out[last].boundary.Region == r.Code && out[last].continues(&w) {
				out[last].boundary.Validity.To = w.boundary.Validity.To
				out[last].key.to = w.key.to
				continue
			}
			out = append(out, w)
		}
	}
	return out
}

// compose finds the faces that make up a region from the first day of a span on,
// and tells whether there are any; else the stored boundary stands.
func (w *wantedShape) compose(a *Atlas, r *sentra.Region, span sentra.Period) bool {
	w.boundary = sentra.Boundary{Region: r.Code, Validity: span}
	if w.geometry == nil {
		w.settle()
		return false
	}
	if r.Kind.Level() == sentra.LevelRegency {
		if face, ok := w.geometry.face(r.Code); ok && w.stored != nil {
			w.faces = []int{face}
			w.boundary.Origin, w.boundary.Source = w.stored.Origin, w.stored.Source
		}
		w.settle()
		return len(w.faces) > 0
	}
	members := a.Members(r.Code, *span.From)
	for _, member := range members {
		face, ok := w.geometry.face(member.Code)
		if !ok {
			w.faces = nil
			break
		}
		w.faces = append(w.faces, face)
	}
	if len(w.faces) > 0 {
		w.boundary.Origin = sentra.OriginUnion
		for i := range a.Data.Boundaries {
			if b := &a.Data.Boundaries[i]; b.Region == members[0].Code && b.Validity.Contains(*span.From) {
				w.boundary.Source = b.Source
			}
		}
	}
	w.settle()
	return len(w.faces) > 0
}

// settle fills in the key, and the stored boundary where there are no faces.
func (w *wantedShape) settle() {
	if len(w.faces) == 0 {
		w.geometry = nil
		if w.stored != nil {
			w.boundary.Origin, w.boundary.Source = w.stored.Origin, w.stored.Source
		}
		return
	}
	w.key = shapeKey{region: w.boundary.Region, from: *w.boundary.Validity.From, source: w.boundary.Source}
	if w.boundary.Validity.To != nil {
		w.key.to = *w.boundary.Validity.To
	}
	var members []byte
	for _, face := range w.faces {
		members = binary.LittleEndian.AppendUint32(members, uint32(face))
	}
	w.key.members = string(members)
}

// continues tells whether w is the same shape on the days after.
func (before *wantedShape) continues(w *wantedShape) bool {
	return before.boundary.Validity.To != nil && *before.boundary.Validity.To+1 == *w.boundary.Validity.From &&
		before.geometry == w.geometry && before.key.members == w.key.members && before.boundary.Source == w.boundary.Source &&
		(w.geometry != nil || before.stored == w.stored)
}

// make makes the shape, or finds it among those of the previous atlas. kept is
// for stored boundaries.
func (w *wantedShape) make(kept *encodings) (*Shape, error) {
	g := w.geometry
	if g == nil {
		return newShape(w.stored, nil, nil, kept)
	}
	if known := g.before[w.key]; known != nil {
		return known, nil
	}
	b := w.boundary
	b.Shape = g.coverage.Shape(w.faces, 0)
	return newShape(&b, g.coverage, w.faces, g.encodings)
}

// encodings keeps boundaries as bytes, those asked for most.
type encodings = otter.Cache[encodingKey, []byte]

type encodingKey struct {
	shape     *Shape
	tolerance float64
	places    int
}

// maxEncodings bounds the encodings that are kept, in bytes. All zooms at six
// decimals take about half of it.
const maxEncodings = 96 << 20

func newEncodings() *encodings {
	return otter.Must(&otter.Options[encodingKey, []byte]{MaximumWeight: maxEncodings,
		// Beside its bytes an entry takes some hundred.
		Weigher: func(_ encodingKey, encoded []byte) uint32 { return uint32(len(encoded) + 128) }})
}

// EncodedBoundary gives a boundary as the bytes of a GeoJSON MultiPolygon,
// simplified by a tolerance in metres and rounded to decimal places. They are
// kept, since a map asks for them again and again, for as long as the boundary
// stays the same and others are not asked for more.
func (a *Atlas) EncodedBoundary(s *Shape, tolerance float64, places int) []byte {
	key := encodingKey{shape: s, tolerance: tolerance, places: places}
	if found, ok := s.encodings.GetIfPresent(key); ok {
		return found
	}
	out := encode(s.Simplified(tolerance), places)
	s.encodings.Set(key, out)
	return out
}

// encode writes a GeoJSON MultiPolygon.
func encode(shape orb.MultiPolygon, places int) []byte {
	out := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for p, polygon := range geo.Round(shape, places) {
		if p > 0 {
			out = append(out, ',')
		}
		out = append(out, '[')
		for r, ring := range polygon {
			if r > 0 {
				out = append(out, ',')
			}
			out = append(out, '[')
			for i, position := range ring {
				if i > 0 {
					out = append(out, ',')
				}
				out = append(out, '[')
				out = strconv.AppendFloat(out, position[0], 'f', -1, 64)
				out = append(out, ',')
				out = strconv.AppendFloat(out, position[1], 'f', -1, 64)
				out = append(out, ']')
			}
			out = append(out, ']')
		}
		out = append(out, ']')
	}
	return slices.Clip(append(out, "]}"...))
}

// Neighbour is a region that shares a border with another.
type Neighbour struct {
	*sentra.Region
	// Metres is the length of the shared border on the sphere, in full detail.
	Metres float64
}

// Neighbours gives the regions of the same level that share a border with a
// region on the day, the longest border first. ok is false where that is not
// known, since no boundary is loaded for the region or one of its members.
func (a *Atlas) Neighbours(r *sentra.Region, day sentra.Date) (neighbours []Neighbour, ok bool) {
	s, g := a.Shape(r.Code, day), a.geometry(day)
	if s == nil || s.coverage == nil || g == nil {
		return nil, false
	}
	metres := make(map[sentra.RegionCode]float64)
	for _, face := range s.faces {
		for _, border := range g.coverage.Neighbours(face) {
			code := sentra.RegionCode(g.coverage.Code(border.Face))
			if r.Kind == sentra.KindProvince {
				code = a.Province(code, day)
			}
			if code != r.Code && code != "" {
				metres[code] += border.Metres
			}
		}
	}
	for code, length := range metres {
		if other := a.Exists(code, day); other != nil {
			neighbours = append(neighbours, Neighbour{Region: other, Metres: length})
		}
	}
	slices.SortFunc(neighbours, func(x, y Neighbour) int {
		return cmp.Or(cmp.Compare(y.Metres, x.Metres), cmp.Compare(x.Code, y.Code))
	})
	return neighbours, true
}
