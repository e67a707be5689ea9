package coverage

import (
	"cmp"
	"errors"
	"slices"
)

// source is an input ring on the grid: open (its first vertex is not repeated),
// without consecutive equal vertices.
type source struct {
	polygon int32
	ring    []vertex
}

// segment is an edge while edges are being cut; from is less than to. Once it is cut,
// parts has its pieces in order and the edge itself is no longer used.
type segment struct {
	from, to vertex
	parts    []int32
	cuts     []vertex
	fresh    bool // not yet compared with the others
}

// noder cuts edges until they meet only in vertices.
type noder struct {
	segments []segment
	index    map[[2]vertex]int32
	live     []int32
}

// maxRounds limits the rounds of cutting. Every cut makes edges shorter, so that
// cutting ends; real borders take one or two rounds.
const maxRounds = 1000

var errNoding = errors.New("edges still cross after all rounds of cutting")

// mergeVertices returns the rings with every vertex replaced by a representative at
// most reach units away. The result depends on the set of vertices only, not on their
// order.
func mergeVertices(sources []source, reach float64) []source {
	count := 0
	for _, s := range sources {
		count += len(s.ring)
	}
	all := make([]vertex, 0, count)
	for _, s := range sources {
		all = append(all, s.ring...)
	}
	slices.SortFunc(all, compareVertices)
	all = slices.Compact(all)
	to := make(map[vertex]vertex)
	kept := all[:0] // the representatives so far, from west to east
	window := 0
	for _, v := range all {
		for window < len(kept) && float64(v.x-kept[window].x) > reach {
			window++
		}
		best, found := vertex{}, false
		nearest := reach * reach
		for _, w := range kept[window:] {
			dx, dy := float64(v.x-w.x), float64(v.y-w.y)
			if d := dx*dx + dy*dy; d <= nearest && (!found || d < nearest) {
				best, nearest, found = w, d, true
			}
		}
		if found {
			to[v] = best
		} else {
			kept = append(kept, v)
		}
	}
	out := make([]source, len(sources))
	for i, s := range sources {
		ring := slices.Clone(s.ring)
		for j, v := range ring {
			if w, moved := to[v]; moved {
				ring[j] = w
			}
		}
		out[i] = source{polygon: s.polygon, ring: withoutRepeats(ring)}
	}
	return out
}

// withoutRepeats drops vertices equal to their predecessor in a closed chain.
func withoutRepeats(ring []vertex) []vertex {
	ring = slices.Compact(ring)
	for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	return ring
}

// segment returns the index of the edge between two vertices, adding it if new.
func (n *noder) segment(a, b vertex) int32 {
	if b.less(a) {
		a, b = b, a
	}
	key := [2]vertex{a, b}
	if i, ok := n.index[key]; ok {
		return i
	}
	i := int32(len(n.segments))
	n.segments = append(n.segments, segment{from: a, to: b, fresh: true})
	n.index[key] = i
	n.live = append(n.live, i)
	return i
}

// node cuts the edges of all rings and returns the rings along the cut edges.
func node(sources []source, reach float64) ([]source, error) {
	n := &noder{index: make(map[[2]vertex]int32)}
	for _, s := range sources {
		for i, v := range s.ring {
			if w := s.ring[(i+1)%len(s.ring)]; w != v {
				n.segment(v, w)
			}
		}
	}
	if reach > 0 {
		// Only once, so that no edge moves farther than reach.
		n.round(reach)
		for _, i := range n.live {
			n.segments[i].fresh = true
		}
	}
	for round := 0; n.round(0); round++ {
		if round == maxRounds {
			return nil, errNoding
		}
	}
	noded := make([]source, 0, len(sources))
	for _, s := range sources {
		if len(s.ring) < 3 {
			continue
		}
		out := source{polygon: s.polygon, ring: make([]vertex, 0, len(s.ring))}
		for i, v := range s.ring {
			w := s.ring[(i+1)%len(s.ring)]
			out.ring = n.walk(out.ring, v, w)
		}
		noded = append(noded, out)
	}
	return noded, nil
}

// walk appends the vertices from a to b, without b, along the cut edges.
func (n *noder) walk(out []vertex, a, b vertex) []vertex {
	if a == b {
		return out
	}
	s := &n.segments[n.segment(a, b)]
	if len(s.parts) == 0 {
		return append(out, a)
	}
	parts, forward := s.parts, s.from == a
	at := a
	for k := range parts {
		part := parts[k]
		if !forward {
			part = parts[len(parts)-1-k]
		}
		p := &n.segments[part]
		next := p.to
		if next == at {
			next = p.from
		}
		out = n.walk(out, at, next)
		at = next
	}
	return out
}

// round compares all live edges once and cuts them; it reports whether any was cut.
func (n *noder) round(reach float64) bool {
	pad := int32(reach)
	if reach > 0 {
		pad++
	}
	slices.SortFunc(n.live, func(i, j int32) int {
		a, b := &n.segments[i], &n.segments[j]
		return cmp.Or(compareVertices(a.from, b.from), compareVertices(a.to, b.to))
	})
	type open struct {
		id          int32
		right       int32
		bottom, top int32
		fresh       bool
	}
	var active []open
	for _, id := range n.live {
		s := &n.segments[id]
		bottom, top := min(s.from.y, s.to.y)-pad, max(s.from.y, s.to.y)+pad
		kept := active[:0]
		for _, o := range active {
			if o.right+pad < s.from.x {
				continue
			}
			kept = append(kept, o)
			if (o.fresh || s.fresh) && o.bottom <= top && bottom <= o.top {
				n.compare(o.id, id, reach)
			}
		}
		active = append(kept, open{id, s.to.x, bottom + pad, top - pad, s.fresh})
	}
	cut := false
	live := n.live
	n.live = make([]int32, 0, len(live)+len(live)/4)
	for _, id := range live {
		n.segments[id].fresh = false
		if len(n.segments[id].cuts) == 0 {
			n.live = append(n.live, id)
		}
	}
	for _, id := range live {
		s := &n.segments[id]
		if len(s.cuts) == 0 {
			continue
		}
		from, to, cuts := s.from, s.to, s.cuts
		s.cuts = nil
		dx, dy := int64(to.x-from.x), int64(to.y-from.y)
		along := func(v vertex) int64 { return int64(v.x-from.x)*dx + int64(v.y-from.y)*dy }
		slices.SortFunc(cuts, func(v, w vertex) int {
			return cmp.Or(cmp.Compare(along(v), along(w)), compareVertices(v, w))
		})
		cuts = slices.Compact(cuts)
		chain := append(cuts, to)
		if !shorter(from, chain, squared(from, to)) {
			n.live = append(n.live, id)
			continue
		}
		cut = true
		parts := make([]int32, 0, len(chain))
		at := from
		for _, v := range chain {
			parts = append(parts, n.segment(at, v))
			at = v
		}
		n.segments[id].parts = parts
	}
	return cut
}

// shorter reports whether every step of the chain is shorter than the edge that it
// replaces. A rounded true crossing stays in the bounding box of its edge, so there
// it always holds. It may fail for a snap between close vertices, which is then
// skipped: otherwise two edges could cut each other forever.
func shorter(at vertex, chain []vertex, whole int64) bool {
	for _, v := range chain {
		if squared(at, v) >= whole {
			return false
		}
		at = v
	}
	return true
}

func squared(a, b vertex) int64 {
	dx, dy := int64(b.x-a.x), int64(b.y-a.y)
	return dx*dx + dy*dy
}

// compare records the cuts that two edges make in each other.
func (n *noder) compare(i, j int32, reach float64) {
	s, t := &n.segments[i], &n.segments[j]
	near := false
	note := func(on *segment, v vertex) {
		if v == on.from || v == on.to {
			return
		}
		var hit bool
		if reach > 0 {
			hit = nearSegment(on.from, on.to, v, reach)
		} else {
			hit = cross(on.from, on.to, v) == 0 && between(on.from, on.to, v)
		}
		if hit {
			on.cuts = append(on.cuts, v)
			near = true
		}
	}
	note(s, t.from)
	note(s, t.to)
	note(t, s.from)
	note(t, s.to)
	if near || !crosses(s.from, s.to, t.from, t.to) {
		return
	}
	v := crossing(s.from, s.to, t.from, t.to)
	if v != s.from && v != s.to {
		s.cuts = append(s.cuts, v)
	}
	if v != t.from && v != t.to {
		t.cuts = append(t.cuts, v)
	}
}
