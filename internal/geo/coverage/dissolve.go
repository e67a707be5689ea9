package coverage

import (
	"math"
	"slices"
)

// dissolve drops the edges with one owner on both sides and chains the others
// into arcs.
func (b *builder) dissolve(c *Coverage) error {
	p := b.plane
	var edges [][2]int32
	var kept []int32
	for e, ends := range p.edges {
		if b.owner[p.cell[2*e]] != b.owner[p.cell[2*e+1]] {
			edges = append(edges, ends)
			kept = append(kept, int32(e))
		}
	}
	final := newPlanar(p.at, edges)
	owner := make([]int32, final.cells())
	owner[0] = -1
	for e, before := range kept {
		for side := range int32(2) {
			owner[final.cell[2*int32(e)+side]] = b.owner[p.cell[2*before+side]]
		}
	}
	b.final, b.finalOwner = final, owner
	c.chain(final, owner)
	b.due = b.whole(c)
	b.report.Faces, b.report.Arcs, b.report.Edges.After = len(c.codes), len(c.arcs), len(edges)
	for e := range edges {
		if owner[final.cell[2*e]] >= 0 && owner[final.cell[2*e+1]] >= 0 {
			b.report.SharedEdges.After++
		}
	}
	for f, halves := range c.byFace {
		if len(halves) == 0 {
			b.report.Covered = append(b.report.Covered, c.codes[f])
		}
	}
	return nil
}

// chain builds the arcs: first those between nodes, then the rings without a node.
func (c *Coverage) chain(p *planar, owner []int32) {
	isNode := func(v int32) bool { return p.first[v+1]-p.first[v] > 2 }
	done := make([]bool, len(p.edges))
	nodeID := make(map[int32]int32)
	var ends []int32 // half-arc to its first half-edge in the plane
	c.start = append(c.start, 0)
	follow := func(h int32) {
		first, start := h, p.origin(h)
		metres := 0.0
		last := h
		for {
			done[h>>1] = true
			metres += p.metres(h >> 1)
			c.line = append(c.line, p.at[p.origin(h)])
			last = h
			v := p.target(h)
			if v == start || isNode(v) {
				break
			}
			// Two half-edges leave v: take the one that does not lead back.
			out := p.out[p.first[v]:p.first[v+1]]
			h = out[0]
			if h == last^1 {
				h = out[1]
			}
		}
		if isNode(start) {
			c.line = append(c.line, p.at[p.target(last)])
			c.node = append(c.node, start, p.target(last))
		} else {
			c.node = append(c.node, -1, -1)
		}
		c.start = append(c.start, int32(len(c.line)))
		c.arcs = append(c.arcs, Arc{Left: owner[p.cell[first]], Right: owner[p.cell[first^1]]})
		c.cell = append(c.cell, p.cell[first], p.cell[first^1])
		c.metres = append(c.metres, float32(metres))
		c.part = append(c.part, p.part[start])
		ends = append(ends, first, last^1)
	}
	for v := range int32(len(p.at)) {
		if !isNode(v) {
			continue
		}
		nodeID[v] = int32(len(nodeID))
		for _, h := range p.out[p.first[v]:p.first[v+1]] {
			if !done[h>>1] {
				follow(h)
			}
		}
	}
	for e := range int32(len(p.edges)) {
		if !done[e] {
			follow(2 * e)
		}
	}
	c.line = slices.Clip(c.line)
	c.place = make([]int32, len(c.node))
	halfAt := make(map[int32]int32, len(ends))
	for h, first := range ends {
		if v := c.node[h]; v >= 0 {
			halfAt[first] = int32(h)
			c.node[h] = nodeID[v]
		}
	}
	c.first = append(c.first, 0)
	for v := range int32(len(p.at)) {
		if !isNode(v) {
			continue
		}
		for _, h := range p.out[p.first[v]:p.first[v+1]] {
			half := halfAt[h]
			c.place[half] = int32(len(c.spokes))
			c.spokes = append(c.spokes, half)
		}
		c.first = append(c.first, int32(len(c.spokes)))
	}
	c.byFace = make([][]int32, len(c.codes))
	for h := range int32(2 * len(c.arcs)) {
		if f := c.left(h); f >= 0 {
			c.byFace[f] = append(c.byFace[f], h)
		}
	}
}

// whole finds the tolerance at which each connected part of the border vanishes as a
// whole. That is the square root of its area for a part that is only an island or a
// lake. It is never for a part that bounds the largest area of a face, has a border
// between two faces, or surrounds such a part.
func (b *builder) whole(c *Coverage) []float32 {
	p, owner := b.final, b.finalOwner
	areas := p.areas()
	size := make([]float64, p.parts) // without what lies farther in
	keep := make([]bool, p.parts)
	due := make([]float32, p.parts)
	largest := make([]int32, len(c.codes))
	for cell := int32(1); cell < int32(p.cells()); cell++ {
		size[p.home[cell]] += areas[cell]
		if f := owner[cell]; f >= 0 && (largest[f] == 0 || areas[cell] > areas[largest[f]]) {
			largest[f] = cell
		}
	}
	for _, cell := range largest {
		if cell > 0 {
			keep[p.home[cell]] = true
		}
	}
	for i, arc := range c.arcs {
		if arc.Left >= 0 && arc.Right >= 0 {
			keep[c.part[i]] = true
		}
	}
	// A part comes after the one around it, so that reverse order visits the inner ones
	// first.
	for part := p.parts - 1; part >= 0; part-- {
		due[part] = roundUp(math.Sqrt(size[part]))
		if keep[part] {
			due[part] = never
		}
		if around := p.home[p.inside[part]]; around >= 0 {
			keep[around] = keep[around] || keep[part]
			size[around] += size[part]
		}
	}
	return due
}
