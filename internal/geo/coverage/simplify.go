package coverage

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/heap"
	"github.com/sentra-ikm/sentra/internal/geo/hilbert"
)

// never is the tolerance of what is never removed.
var never = float32(math.Inf(1))

// simplifier removes vertices one by one, the one with the least deviation first.
type simplifier struct {
	c          *Coverage
	prev, next []int32   // neighbours on the arc, of positions in c.line
	arc        []int32   // position to arc
	left       []int32   // arc to the vertices left between its ends; all of them on a ring
	scale      []float64 // position to the cosine of its latitude
	stamp      []int32   // position to the number of its last valid entry in the queue
	blocked    []int32   // position to the first of those that wait for its removal, or -1
	waiting    []int32   // position to the next that waits for the same, or -1
	index      *vertexIndex
	straight   map[[2]int32]int // pair of nodes to the number of straight arcs between
	queue      heap.Heap[entry]
	level      float32
}

// entry is a vertex, or a whole part of the border, in the queue.
type entry struct {
	metres float32
	at     int32 // a position in c.line, or a part counted from -1 downwards
	stamp  int32
}

func (e entry) before(f entry) bool {
	return e.metres < f.metres || e.metres == f.metres && e.at < f.at
}

// simplify computes the tolerances at which vertices and parts are removed; due has
// those of whole parts.
func (c *Coverage) simplify(due []float32) {
	n := len(c.line)
	s := &simplifier{c: c, prev: make([]int32, n), next: make([]int32, n), arc: make([]int32, n), left: make([]int32, len(c.arcs)),
		scale: make([]float64, n), stamp: make([]int32, n), blocked: make([]int32, n), waiting: make([]int32, n), straight: make(map[[2]int32]int)}
	var items []int32
	nodeSeen := make([]bool, len(c.first))
	for i := range c.arcs {
		from, to := c.start[i], c.start[i+1]
		node := c.node[2*i]
		s.left[i] = to - from
		for at := from; at < to; at++ {
			s.prev[at], s.next[at], s.arc[at] = at-1, at+1, int32(i)
			s.scale[at] = math.Cos(float64(c.line[at].y) * (math.Pi / 180 / unitsPerDegree))
			s.blocked[at], s.waiting[at] = -1, -1
			c.goes[at] = never
		}
		if node < 0 {
			s.prev[from], s.next[to-1] = to-1, from
		} else {
			s.left[i] -= 2
			if s.left[i] == 0 {
				s.straight[s.ends(int32(i))]++
			}
		}
		for at := from; at < to; at++ {
			if !s.isEnd(at) {
				items = append(items, at)
				continue
			}
			n := c.node[2*i]
			if at != from {
				n = c.node[2*i+1]
			}
			if !nodeSeen[n] {
				nodeSeen[n] = true
				items = append(items, at)
			}
		}
	}
	s.index, s.queue.Before = newVertexIndex(c.line, items), entry.before
	for part, metres := range due {
		if metres < never {
			s.queue.Items = append(s.queue.Items, entry{metres: metres, at: int32(-1 - part)})
		}
		c.gone[part] = never
	}
	for at := range int32(n) {
		if !s.isEnd(at) {
			s.queue.Items = append(s.queue.Items, entry{metres: s.missed(at), at: at})
		}
	}
	s.queue.Init()
	byPart := s.positionsByPart()
	for len(s.queue.Items) > 0 {
		e := s.queue.Pop()
		if e.at < 0 {
			part := -1 - e.at
			s.level = max(s.level, e.metres)
			c.gone[part] = s.level
			for _, at := range byPart[part] {
				if c.goes[at] == never {
					s.stamp[at] = -1
					c.goes[at] = s.level
					s.drop(at)
				}
			}
			continue
		}
		if s.stamp[e.at] != e.stamp || c.goes[e.at] < never {
			continue
		}
		s.take(e)
	}
}

func (s *simplifier) positionsByPart() map[int32][]int32 {
	out := make(map[int32][]int32)
	for _, e := range s.queue.Items {
		if e.at < 0 {
			out[-1-e.at] = nil
		}
	}
	for i := range s.c.arcs {
		if _, goes := out[s.c.part[i]]; goes {
			for at := s.c.start[i]; at < s.c.start[i+1]; at++ {
				out[s.c.part[i]] = append(out[s.c.part[i]], at)
			}
		}
	}
	return out
}

// isEnd reports whether a position is an end of an arc between nodes.
func (s *simplifier) isEnd(at int32) bool {
	i := s.arc[at]
	return s.c.node[2*i] >= 0 && (at == s.c.start[i] || at == s.c.start[i+1]-1)
}

// ends returns the nodes at both ends of an arc, lesser first.
func (s *simplifier) ends(arc int32) [2]int32 {
	from, to := s.c.node[2*arc], s.c.node[2*arc+1]
	return [2]int32{min(from, to), max(from, to)}
}

// needed reports whether an arc would collapse if it lost another vertex: a ring to
// less than a triangle, or an arc onto another straight one.
func (s *simplifier) needed(arc int32) bool {
	switch pair := s.ends(arc); {
	case pair[0] < 0:
		return s.left[arc] <= 3
	case pair[0] == pair[1]:
		return s.left[arc] <= 2
	default:
		return s.left[arc] == 1 && s.straight[pair] > 0
	}
}

// take removes a vertex, or postpones it until the vertex in its way is gone.
func (s *simplifier) take(e entry) {
	v := e.at
	arc := s.arc[v]
	if s.needed(arc) {
		// What blocks it is permanent, so this vertex stays.
		return
	}
	a, b := s.prev[v], s.next[v]
	if in := s.index.inTriangle(s.c.line[a], s.c.line[v], s.c.line[b]); in >= 0 {
		s.waiting[v] = s.blocked[in]
		s.blocked[in] = v
		return
	}
	s.level = max(s.level, e.metres)
	s.c.goes[v] = s.level
	s.next[a], s.prev[b] = b, a
	s.left[arc]--
	if s.left[arc] == 0 && s.c.node[2*arc] >= 0 {
		s.straight[s.ends(arc)]++
	}
	for _, w := range [2]int32{a, b} {
		if !s.isEnd(w) {
			s.push(w)
		}
	}
	s.drop(v)
}

// drop removes a vertex from the index and requeues those that waited for it.
func (s *simplifier) drop(v int32) {
	s.index.remove(v)
	for w := s.blocked[v]; w >= 0; {
		after := s.waiting[w]
		s.waiting[w] = -1
		if s.c.goes[w] == never {
			s.push(w)
		}
		w = after
	}
	s.blocked[v] = -1
}

func (s *simplifier) push(v int32) {
	s.stamp[v]++
	s.queue.Push(entry{metres: s.missed(v), at: v, stamp: s.stamp[v]})
}

// missed is the deviation in metres of the full line between the neighbours of a
// vertex from the straight edge that would replace it.
func (s *simplifier) missed(v int32) float32 {
	a, b := s.prev[v], s.next[v]
	line := s.c.line
	o := line[a]
	scale := s.scale[v]
	dx, dy := float64(line[b].x-o.x)*scale, float64(line[b].y-o.y)
	length := dx*dx + dy*dy
	from, to := s.c.start[s.arc[v]], s.c.start[s.arc[v]+1]
	worst := 0.0
	for at := a + 1; ; at++ {
		if at == to {
			at = from // wrap around a ring
		}
		if at == b {
			break
		}
		px, py := float64(line[at].x-o.x)*scale, float64(line[at].y-o.y)
		if length > 0 {
			t := max(0, min(1, (px*dx+py*dy)/length))
			px, py = px-t*dx, py-t*dy
		}
		worst = max(worst, px*px+py*py)
	}
	return roundUp(math.Sqrt(worst) * metresPerUnit)
}

// roundUp returns the least float32 that is not less than x.
func roundUp(x float64) float32 {
	y := float32(x)
	if float64(y) < x {
		y = math.Nextafter32(y, never)
	}
	return y
}

// vertexIndex is a packed tree over the remaining vertices. The boxes are never
// shrunk; the counts show where nothing is left.
type vertexIndex struct {
	sorted []vertex // the vertices of the items
	items  []int32  // positions, in the order of the curve
	place  []int32  // position to its place in items, -1 for a node's other positions
	alive  []bool
	levels [][]indexBox // from the leaves up
}

type indexBox struct {
	minX, minY, maxX, maxY int32
	count                  int32
}

// fanOut is how many entries a box of the tree holds.
const fanOut = 8

func newVertexIndex(at []vertex, items []int32) *vertexIndex {
	x := &vertexIndex{sorted: make([]vertex, len(items)), items: items, alive: make([]bool, len(items)), place: make([]int32, len(at))}
	for i := range x.place {
		x.place[i] = -1
	}
	type keyed struct {
		key  uint32
		item int32
	}
	var bound orb.Bound
	for i, v := range at {
		if p := v.point(); i == 0 {
			bound = p.Bound()
		} else {
			bound = bound.Extend(p)
		}
	}
	curve := hilbert.Over(bound)
	order := make([]keyed, len(items))
	for i, item := range items {
		order[i] = keyed{curve.At(at[item].point()), item}
	}
	slices.SortFunc(order, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.item, b.item)) })
	for i, o := range order {
		items[i], x.sorted[i], x.alive[i], x.place[o.item] = o.item, at[o.item], true, int32(i)
	}
	boxes := make([]indexBox, len(items))
	for i, item := range items {
		v := at[item]
		boxes[i] = indexBox{v.x, v.y, v.x, v.y, 1}
	}
	for len(boxes) > 1 || len(x.levels) == 0 {
		up := make([]indexBox, 0, len(boxes)/fanOut+1)
		for i := 0; i < len(boxes); i += fanOut {
			box := boxes[i]
			for _, b := range boxes[i+1 : min(i+fanOut, len(boxes))] {
				box.minX, box.minY = min(box.minX, b.minX), min(box.minY, b.minY)
				box.maxX, box.maxY = max(box.maxX, b.maxX), max(box.maxY, b.maxY)
				box.count += b.count
			}
			up = append(up, box)
		}
		x.levels = append(x.levels, up)
		boxes = up
		if len(up) == 0 {
			break
		}
	}
	return x
}

func (x *vertexIndex) remove(item int32) {
	i := x.place[item]
	if i < 0 || !x.alive[i] {
		return
	}
	x.alive[i] = false
	for _, level := range x.levels {
		i /= fanOut
		level[i].count--
	}
}

// inTriangle returns a remaining vertex inside the triangle or on its edge that is
// not one of its corners, or -1.
func (x *vertexIndex) inTriangle(a, b, c vertex) int32 {
	turn := sign(cross(a, b, c))
	if turn < 0 {
		b, c = c, b
	}
	minX, maxX := min(a.x, b.x, c.x), max(a.x, b.x, c.x)
	minY, maxY := min(a.y, b.y, c.y), max(a.y, b.y, c.y)
	type step struct {
		level int
		box   int32
	}
	var room [64]step
	todo := append(room[:0], step{len(x.levels) - 1, 0})
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		box := &x.levels[at.level][at.box]
		if box.count == 0 || box.minX > maxX || box.maxX < minX || box.minY > maxY || box.maxY < minY {
			continue
		}
		if at.level > 0 {
			for k := min((at.box+1)*fanOut, int32(len(x.levels[at.level-1]))) - 1; k >= at.box*fanOut; k-- {
				todo = append(todo, step{at.level - 1, k})
			}
			continue
		}
		for k := at.box * fanOut; k < min((at.box+1)*fanOut, int32(len(x.items))); k++ {
			v := x.sorted[k]
			if v.x < minX || v.x > maxX || v.y < minY || v.y > maxY || !x.alive[k] || v == a || v == b || v == c {
				continue
			}
			if cross(a, b, v) >= 0 && cross(b, c, v) >= 0 && cross(c, a, v) >= 0 {
				return x.items[k]
			}
		}
	}
	return -1
}
