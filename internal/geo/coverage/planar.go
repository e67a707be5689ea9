package coverage

import (
	"slices"
)

// planar is the plane cut up by edges that meet only in vertices. Half-edge 2e runs
// along edge e from its lesser to its greater vertex, 2e+1 back; both have a cell on
// their left.
type planar struct {
	at      []vertex // sorted, so that a lesser id is never farther east
	edges   [][2]int32
	out     []int32 // half-edges leaving the vertices, counter-clockwise from east
	first   []int32 // out[first[v]:first[v+1]] leave v
	place   []int32 // half-edge to its place in out
	cell    []int32 // half-edge to the cell on its left; cell 0 is the unbounded one
	ring    []int32 // half-edge to its boundary ring
	rings   []int32 // ring to one of its half-edges
	area    []int64 // ring to twice its signed area
	part    []int32 // vertex to its connected part
	parts   int
	inside  []int32 // part to the cell around it
	home    []int32 // cell to the part whose ring bounds it from outside; -1 for cell 0
	inOrder []int32 // parts from west to east: a part comes after the one around it
}

func (p *planar) origin(h int32) int32 { return p.edges[h>>1][h&1] }
func (p *planar) target(h int32) int32 { return p.edges[h>>1][1-h&1] }

// next is the half-edge that follows h around the cell on its left.
func (p *planar) next(h int32) int32 {
	v := p.target(h)
	lo, hi := p.first[v], p.first[v+1]
	i := p.place[h^1]
	if i == lo {
		i = hi
	}
	return p.out[i-1]
}

// newPlanar builds the cells from edges given as vertex ids, lesser first,
// sorted and without repeats. Every edge must lie on a closed chain.
func newPlanar(at []vertex, edges [][2]int32) *planar {
	p := &planar{at: at, edges: edges}
	p.sortAround()
	p.traceRings()
	p.connect()
	p.nest()
	return p
}

func (p *planar) sortAround() {
	halves := 2 * len(p.edges)
	p.first = make([]int32, len(p.at)+1)
	for h := range int32(halves) {
		p.first[p.origin(h)+1]++
	}
	for v := range p.at {
		p.first[v+1] += p.first[v]
	}
	p.out = make([]int32, halves)
	fill := slices.Clone(p.first)
	for h := range int32(halves) {
		v := p.origin(h)
		p.out[fill[v]] = h
		fill[v]++
	}
	p.place = make([]int32, halves)
	for v := range p.at {
		around := p.out[p.first[v]:p.first[v+1]]
		slices.SortFunc(around, func(g, h int32) int {
			if g == h {
				return 0
			}
			if angleLess(p.at[v], p.at[p.target(g)], p.at[p.target(h)]) {
				return -1
			}
			return 1
		})
		for i, h := range around {
			p.place[h] = p.first[v] + int32(i)
		}
	}
}

func (p *planar) traceRings() {
	p.ring = make([]int32, 2*len(p.edges))
	for i := range p.ring {
		p.ring[i] = -1
	}
	for start := range int32(len(p.ring)) {
		if p.ring[start] >= 0 {
			continue
		}
		id := int32(len(p.rings))
		o := p.at[p.origin(start)]
		var area int64
		for h := start; p.ring[h] < 0; h = p.next(h) {
			p.ring[h] = id
			area += cross(o, p.at[p.origin(h)], p.at[p.target(h)])
		}
		p.rings = append(p.rings, start)
		p.area = append(p.area, area)
	}
}

// connect finds the connected parts, numbered by their westmost vertex.
func (p *planar) connect() {
	p.part = make([]int32, len(p.at))
	for i := range p.part {
		p.part[i] = -1
	}
	var stack []int32
	for v := range int32(len(p.at)) {
		if p.part[v] >= 0 || p.first[v] == p.first[v+1] {
			continue
		}
		id := int32(p.parts)
		p.parts++
		p.part[v] = id
		stack = append(stack, v)
		for len(stack) > 0 {
			u := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			for _, h := range p.out[p.first[u]:p.first[u+1]] {
				if w := p.target(h); p.part[w] < 0 {
					p.part[w] = id
					stack = append(stack, w)
				}
			}
		}
	}
}

// nest finds the cell around each part and numbers the cells. Looking south from just
// west of the westmost vertex of a part, the nearest edge belongs to a part that
// starts farther west and so is known already.
func (p *planar) nest() {
	// The outer ring of a part is the one with negative area.
	ringCell := make([]int32, len(p.rings))
	outer := make([]int32, p.parts)
	p.home = append(p.home, -1)
	for r, h := range p.rings {
		part := p.part[p.origin(h)]
		if p.area[r] > 0 {
			ringCell[r] = int32(len(p.home))
			p.home = append(p.home, part)
		} else {
			outer[part] = int32(r)
		}
	}
	p.inside = make([]int32, p.parts)
	var active []int32
	e, known := 0, int32(0)
	for v := range int32(len(p.at)) {
		if p.part[v] != known {
			continue
		}
		part := known
		known++
		here := p.at[v]
		for e < len(p.edges) && p.at[p.edges[e][0]].x < here.x {
			active = append(active, int32(e))
			e++
		}
		kept := active[:0]
		below := int32(-1)
		for _, id := range active {
			a, b := p.at[p.edges[id][0]], p.at[p.edges[id][1]]
			if b.x < here.x {
				continue
			}
			kept = append(kept, id)
			if a.x == b.x || min(a.y, b.y) > here.y || cross(a, b, here) <= 0 {
				continue
			}
			if below >= 0 {
				c, d := p.at[p.edges[below][0]], p.at[p.edges[below][1]]
				if !higherAt(a, b, c, d, here.x) {
					continue
				}
			}
			below = id
		}
		active = kept
		if below >= 0 {
			p.inside[part] = ringCell[p.ring[2*below]]
		}
		ringCell[outer[part]] = p.inside[part]
		p.inOrder = append(p.inOrder, part)
	}
	p.cell = make([]int32, len(p.ring))
	for h, r := range p.ring {
		p.cell[h] = ringCell[r]
	}
}

// cells is the number of cells, the unbounded one included.
func (p *planar) cells() int { return len(p.home) }
