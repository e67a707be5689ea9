package coverage

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/panics"
)

// Face is a region as it was drawn, independent of its neighbours.
type Face struct {
	// Code identifies the region and is unique in the coverage.
	Code string
	// Shape is in degrees, lon before lat. Its rings may wind either way.
	Shape orb.MultiPolygon
}

const (
	// DefaultToleranceMetres is how far borders are snapped.
	DefaultToleranceMetres = 1
	// DefaultGapMetres is the maximum width of a gap between faces that is closed.
	DefaultGapMetres = 400
)

// Options for Build. Zero values mean the defaults.
type Options struct {
	// ToleranceMetres is the greatest distance by which snapping moves any point of a
	// border. 0 is DefaultToleranceMetres, and negative turns snapping off.
	ToleranceMetres float64
	// GapMetres is the mean width (twice the area divided by the perimeter) up to which
	// an unclaimed area enclosed by two or more faces is closed as a gap rather than
	// taken for a lake or lagoon. 0 is DefaultGapMetres, and negative closes none.
	GapMetres float64
}

// Arc is a part of a border between two nodes, or a whole ring. In its direction it
// has one face on the left and one on the right; -1 is no face (sea, a lake, or
// abroad).
type Arc struct{ Left, Right int32 }

// Coverage has faces that neither overlap nor leave gaps between them. It is
// immutable and safe for concurrent use.
type Coverage struct {
	codes  []string
	report Report

	arcs []Arc
	// line[start[i]:start[i+1]] are the vertices of arc i. An arc between nodes includes
	// both ends; a ring without a node does not repeat its first vertex.
	line   []vertex
	start  []int32
	goes   []float32 // the tolerance in metres from which a vertex is removed
	node   []int32   // half-arc to the node it leaves; -1 on a ring without nodes
	spokes []int32   // half-arcs leaving the nodes, counter-clockwise
	first  []int32   // spokes[first[n]:first[n+1]] leave node n
	place  []int32   // half-arc to its place in spokes
	cell   []int32   // half-arc to the connected area on its left
	metres []float32 // length of the arcs
	part   []int32   // arc to the connected part of the border it belongs to
	gone   []float32 // the tolerance in metres from which a whole part is removed
	byFace [][]int32 // the half-arcs with the face on their left

	// simplifying waits for goes and gone to be computed; fault is the error if that
	// fails.
	simplifying sync.WaitGroup
	fault       error
}

// Build builds the coverage of the faces. The result does not depend on their order:
// faces are numbered by code. It fails for a code that is used twice, for a position
// that is not on earth, and when ctx ends.
func Build(ctx context.Context, faces []Face, o Options) (*Coverage, error) {
	faces = slices.Clone(faces)
	slices.SortStableFunc(faces, func(a, b Face) int { return cmp.Compare(a.Code, b.Code) })
	c := &Coverage{codes: make([]string, len(faces))}
	for i, f := range faces {
		if i > 0 && faces[i-1].Code == f.Code {
			return nil, fmt.Errorf("build a coverage: two faces have the code %q", f.Code)
		}
		c.codes[i] = f.Code
	}
	b := &builder{faces: faces, report: &c.report}
	b.reach = orDefault(o.ToleranceMetres, DefaultToleranceMetres) / metresPerUnit
	b.gapMetres = orDefault(o.GapMetres, DefaultGapMetres)
	for _, step := range []struct {
		doing string
		do    func() error
	}{
		{"read the faces", b.read},
		{"node the borders", b.node},
		{"label the cells", b.label},
		{"settle overlaps and gaps", b.settle},
		{"dissolve the cells", func() error { return b.dissolve(c) }},
	} {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("build a coverage: %w", err)
		}
		if err := step.do(); err != nil {
			return nil, fmt.Errorf("build a coverage: %s: %w", step.doing, err)
		}
	}
	c.goes, c.gone = make([]float32, len(c.line)), make([]float32, len(b.due))
	c.simplifying.Go(func() {
		c.fault = panics.Catch(func() error {
			c.simplify(b.due)
			return nil
		})
	})
	return c, nil
}

// Simplified waits for the tolerances of vertices, which are computed in the
// background after Build returns: they are a third of the work, and full detail does
// not need them. Line and Shape wait by themselves. A panic in that work is raised
// here.
func (c *Coverage) Simplified() {
	c.simplifying.Wait()
	if c.fault != nil {
		panic(c.fault)
	}
}

func orDefault(given, fallback float64) float64 {
	switch {
	case given == 0:
		return fallback
	case given < 0:
		return 0
	}
	return given
}

// Report returns what was found and changed.
func (c *Coverage) Report() Report { return c.report }

// Len is the number of faces.
func (c *Coverage) Len() int { return len(c.codes) }

// Code returns the code of a face. Faces are numbered from 0 in the order of their codes.
func (c *Coverage) Code(face int) string { return c.codes[face] }

// Face returns the number of the face with a code.
func (c *Coverage) Face(code string) (int, bool) { return slices.BinarySearch(c.codes, code) }

// Arcs is the number of arcs.
func (c *Coverage) Arcs() int { return len(c.arcs) }

// Arc returns the faces beside an arc.
func (c *Coverage) Arc(i int) Arc { return c.arcs[i] }

// Border is the border shared with another face.
type Border struct {
	Face   int
	Metres float64
}

// Neighbours returns the faces that share arcs with a face, by number, with the
// length in metres on the sphere at full detail. Faces that only touch in points are
// not neighbours.
func (c *Coverage) Neighbours(face int) []Border {
	lengths := make(map[int]float64)
	for _, h := range c.byFace[face] {
		if other := c.right(h); other >= 0 {
			lengths[int(other)] += float64(c.metres[h>>1])
		}
	}
	borders := make([]Border, 0, len(lengths))
	for other, metres := range lengths {
		borders = append(borders, Border{Face: other, Metres: metres})
	}
	slices.SortFunc(borders, func(a, b Border) int { return cmp.Compare(a.Face, b.Face) })
	return borders
}

// left and right return the faces beside a half-arc, in its direction.
func (c *Coverage) left(h int32) int32 {
	if h&1 == 0 {
		return c.arcs[h>>1].Left
	}
	return c.arcs[h>>1].Right
}

func (c *Coverage) right(h int32) int32 { return c.left(h ^ 1) }

// Bytes is the approximate memory size of the coverage.
func (c *Coverage) Bytes() int {
	words := 2*len(c.line) + len(c.start) + len(c.goes) + len(c.node) + len(c.spokes) + len(c.first) + len(c.place) +
		len(c.cell) + len(c.metres) + len(c.part) + len(c.gone) + 2*len(c.arcs)
	for _, halves := range c.byFace {
		words += len(halves) + 6
	}
	bytes := 4 * words
	for _, code := range c.codes {
		bytes += len(code) + 16
	}
	return bytes
}

// ZoomTolerance is the tolerance in metres for a web map at a zoom: a third of a
// pixel of a 256-pixel tile at the equator.
func ZoomTolerance(zoom int) float64 {
	return 2 * math.Pi * orb.EarthRadius / 256 / math.Exp2(float64(zoom)) / 3
}
