package coverage

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/panics"
)

// builder has the state that is needed only while a coverage is built.
type builder struct {
	faces     []Face
	reach     float64 // snapping, in grid units
	gapMetres float64
	report    *Report

	faceOf  []int32 // polygon to face
	sources []source
	size    []int64 // face to twice its area as drawn, in grid units

	toggles []toggle // which polygons begin or end at an edge, by edge
	first   []int32  // toggles[first[e]:first[e+1]] belong to edge e
	plane   *planar
	claims  [][]int32 // cell to the polygons that cover it
	owner   []int32   // cell to its face; -1 for none

	final      *planar
	finalOwner []int32
	due        []float32 // part of the border to the tolerance at which it vanishes as a whole
}

// read snaps the rings to the grid.
func (b *builder) read() error {
	b.size = make([]int64, len(b.faces))
	for f, face := range b.faces {
		for _, polygon := range face.Shape {
			id := int32(len(b.faceOf))
			b.faceOf = append(b.faceOf, int32(f))
			for r, ring := range polygon {
				chain := make([]vertex, 0, len(ring))
				for _, p := range ring {
					// Written so that NaN fails too.
					if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
						return fmt.Errorf("%s has the position %g, %g, which is no place on earth", face.Code, p[0], p[1])
					}
					chain = append(chain, vertexOf(p))
				}
				chain = withoutRepeats(chain)
				if len(chain) < 3 {
					b.report.RingsDropped++
					continue
				}
				area := twiceArea(chain)
				if (area < 0) == (r == 0) { // holes count against the face
					area = -area
				}
				b.size[f] += area
				b.sources = append(b.sources, source{polygon: id, ring: chain})
			}
		}
	}
	return nil
}

// node snaps nearby borders to each other and cuts them where they cross.
func (b *builder) node() error {
	var counting errgroup.Group
	before := b.sources
	counting.Go(func() error {
		return panics.Catch(func() error {
			b.report.Edges.Before, b.report.SharedEdges.Before = countEdges(before)
			return nil
		})
	})
	// Half the tolerance is for vertices and half for edges, so that together they stay
	// within it.
	noded, err := node(mergeVertices(b.sources, b.reach/2), b.reach/2)
	b.sources = noded
	return errors.Join(err, counting.Wait())
}

// countEdges returns the number of distinct edges and of those used more than once.
func countEdges(sources []source) (edges, shared int) {
	var all [][2]vertex
	for _, s := range sources {
		for i, v := range s.ring {
			w := s.ring[(i+1)%len(s.ring)]
			if w.less(v) {
				v, w = w, v
			}
			all = append(all, [2]vertex{v, w})
		}
	}
	slices.SortFunc(all, func(a, b [2]vertex) int { return cmp.Or(compareVertices(a[0], b[0]), compareVertices(a[1], b[1])) })
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && all[j] == all[i] {
			j++
		}
		edges++
		if j > i+1 {
			shared++
		}
		i = j
	}
	return edges, shared
}

// toggle records that one side of an edge is in a polygon and the other is not.
type toggle struct {
	edge    [2]int32
	polygon int32
}

// label builds the plane from the noded edges and finds the polygons that cover each
// cell. By the even-odd rule the winding of the rings does not matter.
func (b *builder) label() error {
	var at []vertex
	for _, s := range b.sources {
		at = append(at, s.ring...)
	}
	slices.SortFunc(at, compareVertices)
	at = slices.Compact(at)
	id := make(map[vertex]int32, len(at))
	for i, v := range at {
		id[v] = int32(i)
	}
	var passes []toggle
	for _, s := range b.sources {
		for i, v := range s.ring {
			from, to := id[v], id[s.ring[(i+1)%len(s.ring)]]
			passes = append(passes, toggle{[2]int32{min(from, to), max(from, to)}, s.polygon})
		}
	}
	slices.SortFunc(passes, func(s, t toggle) int {
		return cmp.Or(cmp.Compare(s.edge[0], t.edge[0]), cmp.Compare(s.edge[1], t.edge[1]), cmp.Compare(s.polygon, t.polygon))
	})
	var edges [][2]int32
	for i := 0; i < len(passes); {
		j := i + 1
		for j < len(passes) && passes[j] == passes[i] {
			j++
		}
		// An edge that a ring passes twice has the polygon on both sides or on neither.
		if (j-i)%2 == 1 {
			if t := passes[i]; len(edges) == 0 || edges[len(edges)-1] != t.edge {
				edges = append(edges, t.edge)
				b.first = append(b.first, int32(len(b.toggles)))
			}
			b.toggles = append(b.toggles, passes[i])
		}
		i = j
	}
	b.first = append(b.first, int32(len(b.toggles)))
	b.plane = newPlanar(at, edges)
	b.spread()
	return nil
}

// spread propagates the claims across the edges, from the unbounded cell, which has
// none.
func (b *builder) spread() {
	p := b.plane
	first, halves := p.byCell()
	b.claims = make([][]int32, p.cells())
	known := make([]bool, p.cells())
	known[0] = true
	queue := []int32{0}
	for len(queue) > 0 {
		c := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, h := range halves[first[c]:first[c+1]] {
			other := p.cell[h^1]
			if known[other] {
				continue
			}
			known[other] = true
			b.claims[other] = toggled(b.claims[c], b.toggles[b.first[h>>1]:b.first[h>>1+1]])
			queue = append(queue, other)
		}
	}
}

// toggled returns a sorted set of polygons after removing those in it that toggle and
// adding the others.
func toggled(set []int32, toggles []toggle) []int32 {
	out := make([]int32, 0, len(set)+len(toggles))
	for _, t := range toggles {
		for len(set) > 0 && set[0] < t.polygon {
			out = append(out, set[0])
			set = set[1:]
		}
		if len(set) > 0 && set[0] == t.polygon {
			set = set[1:]
		} else {
			out = append(out, t.polygon)
		}
	}
	return append(out, set...)
}

// settle assigns every cell to at most one face.
func (b *builder) settle() error {
	p := b.plane
	areas := p.areas()
	b.owner = make([]int32, p.cells())
	overlaps := make(map[[2]int32]float64)
	for c, polygons := range b.claims {
		b.owner[c] = -1
		var faces []int32
		for _, polygon := range polygons {
			if f := b.faceOf[polygon]; !slices.Contains(faces, f) {
				faces = append(faces, f)
			}
		}
		for i, f := range faces {
			if own := b.owner[c]; own < 0 || b.size[f] < b.size[own] || b.size[f] == b.size[own] && f < own {
				b.owner[c] = f
			}
			for _, g := range faces[:i] {
				overlaps[[2]int32{min(f, g), max(f, g)}] += areas[c]
			}
		}
		if len(faces) > 1 {
			b.report.Overlaps.add(areas[c])
		}
	}
	b.fillGaps(areas)
	for pair, area := range overlaps {
		b.report.OverlapPairs = append(b.report.OverlapPairs, Overlap{b.faces[pair[0]].Code, b.faces[pair[1]].Code, area / 1e6})
	}
	slices.SortFunc(b.report.OverlapPairs, func(x, y Overlap) int {
		return cmp.Or(cmp.Compare(y.Km2, x.Km2), cmp.Compare(x.Code, y.Code), cmp.Compare(x.Other, y.Other))
	})
	b.report.OverlapPairs = b.report.OverlapPairs[:min(len(b.report.OverlapPairs), largestPairs)]
	return nil
}

// fillGaps assigns narrow unclaimed cells to the face with which they share the
// longest border.
func (b *builder) fillGaps(areas []float64) {
	p := b.plane
	first, halves := p.byCell()
	lengths := make(map[int32]float64)
	for c := 1; c < p.cells(); c++ {
		if len(b.claims[c]) > 0 {
			continue
		}
		clear(lengths)
		perimeter := 0.0
		for _, h := range halves[first[c]:first[c+1]] {
			metres := p.metres(h >> 1)
			perimeter += metres
			lengths[b.owner[p.cell[h^1]]] += metres
		}
		if len(lengths) < 2 || 2*areas[c] > b.gapMetres*perimeter {
			b.report.Waters.add(areas[c])
			continue
		}
		b.report.Gaps.add(areas[c])
		best := int32(-1)
		for f, metres := range lengths {
			if best < 0 || metres > lengths[best] || metres == lengths[best] && f < best {
				best = f
			}
		}
		b.owner[c] = best
	}
}

// byCell lists the half-edges around each cell: halves[first[c]:first[c+1]].
func (p *planar) byCell() (first, halves []int32) {
	first = make([]int32, p.cells()+1)
	for _, c := range p.cell {
		first[c+1]++
	}
	for c := range p.cells() {
		first[c+1] += first[c]
	}
	halves = make([]int32, len(p.cell))
	fill := slices.Clone(first)
	for h, c := range p.cell {
		halves[fill[c]] = int32(h)
		fill[c]++
	}
	return first, halves
}

// areas returns the area of each cell in square metres on the sphere, by the same
// formula as orb/geo: the strip between every edge and the equator. The value of the
// unbounded cell is the remainder and not an area.
func (p *planar) areas() []float64 {
	out := make([]float64, p.cells())
	sines := make([]float64, len(p.at))
	for i, v := range p.at {
		sines[i] = math.Sin(float64(v.y) * (math.Pi / 180 / unitsPerDegree))
	}
	for e, ends := range p.edges {
		strip := float64(p.at[ends[1]].x-p.at[ends[0]].x) * (sines[ends[0]] + sines[ends[1]]) / 2 *
			(math.Pi / 180 / unitsPerDegree) * orb.EarthRadius * orb.EarthRadius
		// Along the edge the cell above lies on the left.
		out[p.cell[2*e]] -= strip
		out[p.cell[2*e+1]] += strip
	}
	return out
}

// metres is the length of an edge.
func (p *planar) metres(e int32) float64 {
	return metresBetween(p.at[p.edges[e][0]], p.at[p.edges[e][1]])
}

// metresBetween is the distance on the sphere. Edges are short enough for the flat
// formula at their middle latitude: over 100 km its error is less than 10 m.
func metresBetween(v, w vertex) float64 {
	middle := (float64(v.y) + float64(w.y)) / 2 * (math.Pi / 180 / unitsPerDegree)
	return metresPerUnit * math.Hypot(float64(w.x-v.x)*math.Cos(middle), float64(w.y-v.y))
}
