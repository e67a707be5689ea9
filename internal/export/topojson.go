package export

import (
	"bufio"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// writeTopoJSON writes a Topology that stores every piece of border once; both
// neighbours, and their provinces, refer to it. The objects come first, since only
// they determine which arcs are needed.
func (e *Export) writeTopoJSON(out *bufio.Writer, rows eachRow) error {
	head, err := json.Marshal(e.head())
	if err != nil {
		return err
	}
	grid := grid{places: e.Request.Detail.Places}
	_, _ = out.WriteString(`{"type":"Topology",`)
	_, _ = out.Write(head[1 : len(head)-1])
	_, _ = out.WriteString(`,"transform":{"scale":[` + grid.scale() + `,` + grid.scale() + `],"translate":[0,0]},"objects":{"` + string(e.Request.Layer) +
		`":{"type":"GeometryCollection","geometries":[`)
	topology := newTopology(e.atlas.Coverage(), e.Request.Detail.Tolerance)
	topology.reversed = e.Request.Winding == D3
	cite := func(ids []sentra.SourceID) any { return ids }
	separator := "\n"
	var object []byte
	err = rows(func(r row) error {
		object = append(object[:0], separator...)
		separator = ",\n"
		if r.shape == nil {
			object = append(object, `{"type":null`...)
		} else {
			object = append(object, `{"type":"MultiPolygon","arcs":`...)
			object = topology.append(object, grid.left(r.shape.Simplified(e.Request.Detail.Tolerance)))
		}
		object = append(object, `,"id":`...)
		object = appendJSON(object, r.id)
		object = append(object, `,"properties":`...)
		object = e.appendProperties(object, r, cite, "")
		_, err := out.Write(append(object, '}'))
		return err
	})
	if err != nil {
		return err
	}
	_, _ = out.WriteString("\n]}},\"arcs\":[")
	separator = "\n"
	for _, line := range topology.lines {
		object = grid.append(append(object[:0], separator...), line())
		separator = ",\n"
		if _, err := out.Write(object); err != nil {
			return err
		}
	}
	_, err = out.WriteString("\n]}\n")
	return err
}

// grid is the integer grid of a number of decimal places.
type grid struct{ places int }

func (g grid) scale() string { return strconv.FormatFloat(math.Pow10(-g.places), 'f', -1, 64) }

// left returns the rings of a shape that still have an area on the grid, unrounded,
// or the largest part if none has.
func (g grid) left(shape orb.MultiPolygon) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, polygon := range shape {
		if _, ok := geo.RoundRing(polygon[0], g.places); !ok {
			continue
		}
		out = append(out, slices.DeleteFunc(slices.Clone(polygon), func(ring orb.Ring) bool {
			_, ok := geo.RoundRing(ring, g.places)
			return !ok
		}))
	}
	if out == nil {
		// Round keeps the largest part too.
		return geo.Round(shape, g.places)
	}
	return out
}

// append appends an arc: its first position, then the deltas to the next ones.
func (g grid) append(out []byte, line orb.LineString) []byte {
	factor := math.Pow10(g.places)
	var before [2]int64
	for i, p := range line {
		now := [2]int64{int64(math.Round(p[0] * factor)), int64(math.Round(p[1] * factor))}
		out = append(out, opening(i), '[')
		out = strconv.AppendInt(out, now[0]-before[0], 10)
		out = append(out, ',')
		out = strconv.AppendInt(out, now[1]-before[1], 10)
		out = append(out, ']')
		before = now
	}
	return append(out, ']')
}

// opening is the byte before an element of a list.
func opening(i int) byte {
	if i == 0 {
		return '['
	}
	return ','
}

// topology numbers the arcs of shapes in the order in which they occur.
type topology struct {
	// begins finds an arc by its first edge, in either direction: no two arcs of a
	// coverage begin with the same edge.
	begins map[[2]orb.Point]stretch
	number map[int]int
	lines  []func() orb.LineString
	// reversed reverses every ring.
	reversed bool
}

// stretch is an arc of the coverage in one direction.
type stretch struct {
	arc       int
	backwards bool
	// edges is the number of its edges.
	edges int
	line  func() orb.LineString
}

// newTopology returns the topology of a coverage at a tolerance in metres. Without a
// coverage every ring is an arc.
func newTopology(c *coverage.Coverage, tolerance float64) *topology {
	t := &topology{begins: make(map[[2]orb.Point]stretch), number: make(map[int]int)}
	if c == nil {
		return t
	}
	for arc := range c.Arcs() {
		line := c.Line(arc, tolerance)
		if line == nil {
			continue
		}
		last := len(line) - 1
		// Computed again when it is written, so that not all lines are held in memory.
		again := func() orb.LineString { return c.Line(arc, tolerance) }
		t.begins[[2]orb.Point{line[0], line[1]}] = stretch{arc, false, last, again}
		t.begins[[2]orb.Point{line[last], line[last-1]}] = stretch{arc, true, last, again}
	}
	return t
}

// append appends the rings of a shape as lists of arcs, each by its number, ~n
// for arc n backwards.
func (t *topology) append(out []byte, shape orb.MultiPolygon) []byte {
	for p, polygon := range shape {
		out = append(out, opening(p), '[')
		for r, ring := range polygon {
			if r > 0 {
				out = append(out, ',')
			}
			references := t.ring(ring)
			if t.reversed {
				slices.Reverse(references)
				for i := range references {
					references[i] = ^references[i]
				}
			}
			for i, reference := range references {
				out = append(out, opening(i))
				out = strconv.AppendInt(out, int64(reference), 10)
			}
			out = append(out, ']')
		}
		out = append(out, ']')
	}
	return append(out, ']')
}

// ring returns the arcs of a ring. A ring that does not consist of the coverage's
// arcs, such as one of a boundary outside it, becomes an arc itself.
func (t *topology) ring(ring orb.Ring) []int {
	met := t.stretches(ring)
	if met == nil {
		t.lines = append(t.lines, func() orb.LineString { return orb.LineString(ring) })
		return []int{len(t.lines) - 1}
	}
	out := make([]int, len(met))
	for i, s := range met {
		number, known := t.number[s.arc]
		if !known {
			number = len(t.lines)
			t.number[s.arc] = number
			t.lines = append(t.lines, s.line)
		}
		if out[i] = number; s.backwards {
			out[i] = ^number
		}
	}
	return out
}

// stretches finds the arcs that a ring consists of, in order; nil if it does not.
func (t *topology) stretches(ring orb.Ring) []stretch {
	edges := len(ring) - 1
	edge := func(i int) [2]orb.Point { return [2]orb.Point{ring[i%edges], ring[i%edges+1]} }
	start := 0
	for start < edges && t.begins[edge(start)].line == nil {
		start++
	}
	if start == edges {
		return nil
	}
	var met []stretch
	for at := start; at < start+edges; {
		found := t.begins[edge(at)]
		if found.line == nil || at+found.edges > start+edges {
			return nil
		}
		met = append(met, found)
		at += found.edges
	}
	return met
}
