package coverage

import (
	"slices"

	"github.com/paulmach/orb"
)

// vertexStays reports whether a vertex remains at a tolerance, and partStays whether
// the part of the border that contains an arc does. At full detail everything
// remains, and the answer does not wait for the tolerances.
func (c *Coverage) vertexStays(at int32, tolerance float64) bool {
	return !(tolerance > 0) || float64(c.goes[at]) > tolerance
}

func (c *Coverage) partStays(arc int32, tolerance float64) bool {
	return !(tolerance > 0) || float64(c.gone[c.part[arc]]) > tolerance
}

// Line returns an arc, simplified by a tolerance in metres: no point of the full line
// is farther than that from it. 0 is the full line. A ring repeats its first point at
// the end. An arc that has vanished with its small island or lake is nil.
func (c *Coverage) Line(arc int, toleranceMetres float64) orb.LineString {
	if toleranceMetres > 0 {
		c.Simplified()
	}
	if !c.partStays(int32(arc), toleranceMetres) {
		return nil
	}
	line := c.appendArc(nil, int32(2*arc), toleranceMetres)
	if c.node[2*arc] >= 0 {
		return append(line, c.line[c.start[arc+1]-1].point())
	}
	return append(line, line[0])
}

// appendArc appends the remaining points of a half-arc, without its last node.
func (c *Coverage) appendArc(out []orb.Point, h int32, tolerance float64) []orb.Point {
	from, to := c.start[h>>1], c.start[h>>1+1]
	if h&1 == 0 {
		if c.node[h] >= 0 {
			to--
		}
		for at := from; at < to; at++ {
			if c.vertexStays(at, tolerance) {
				out = append(out, c.line[at].point())
			}
		}
		return out
	}
	if c.node[h] < 0 && c.vertexStays(from, tolerance) {
		out = append(out, c.line[from].point())
	}
	from++
	for at := to - 1; at >= from; at-- {
		if c.vertexStays(at, tolerance) {
			out = append(out, c.line[at].point())
		}
	}
	return out
}

// Shape returns the union of faces, simplified by a tolerance in metres (0 is full
// detail), wound as in RFC 7946. It is valid: rings are simple, and holes and parts
// meet others at most in single points.
func (c *Coverage) Shape(faces []int, toleranceMetres float64) orb.MultiPolygon {
	if toleranceMetres > 0 {
		c.Simplified()
	}
	u := union{c: c, tolerance: toleranceMetres, faces: make([]int32, 0, len(faces))}
	for _, f := range faces {
		u.faces = append(u.faces, int32(f))
	}
	slices.Sort(u.faces)
	u.faces = slices.Compact(u.faces)
	return u.trace()
}

// union traces the outline of faces.
type union struct {
	c         *Coverage
	tolerance float64
	faces     []int32         // sorted, without duplicates
	same      map[int32]int32 // cell to another cell of the same connected area
}

func (u *union) member(face int32) bool {
	if len(u.faces) == 1 {
		return face == u.faces[0]
	}
	_, found := slices.BinarySearch(u.faces, face)
	return found
}

// bounds reports whether a half-arc bounds the union, which is on its left.
func (u *union) bounds(h int32) bool {
	return u.member(u.c.left(h)) && !u.member(u.c.right(h)) && u.c.partStays(h>>1, u.tolerance)
}

// area returns the representative cell of the connected area that contains a cell.
func (u *union) area(cell int32) int32 {
	for {
		up, ok := u.same[cell]
		if !ok {
			return cell
		}
		cell = up
	}
}

func (u *union) trace() orb.MultiPolygon {
	c := u.c
	var outline []int32
	for _, f := range u.faces {
		for _, h := range c.byFace[f] {
			if u.bounds(h) {
				outline = append(outline, h)
			} else if u.member(c.right(h)) && c.partStays(h>>1, u.tolerance) {
				if a, b := u.area(c.cell[h]), u.area(c.cell[h^1]); a != b {
					if u.same == nil {
						u.same = make(map[int32]int32)
					}
					u.same[max(a, b)] = min(a, b)
				}
			}
		}
	}
	slices.Sort(outline)
	var out orb.MultiPolygon
	polygonOf := make(map[int32]int)
	type hole struct {
		area int32 // its connected area
		ring orb.Ring
	}
	var holes []hole
	add := func(halves []int32) {
		var ring orb.Ring
		for _, h := range halves {
			ring = c.appendArc(ring, h, u.tolerance)
		}
		ring = append(ring, ring[0])
		area := u.area(c.cell[halves[0]])
		if ring.Orientation() == orb.CCW {
			polygonOf[area] = len(out)
			out = append(out, orb.Polygon{ring})
		} else {
			holes = append(holes, hole{area, ring})
		}
	}
	seen := make(map[int32]bool)
	for _, start := range outline {
		if c.node[start] < 0 {
			add([]int32{start})
			continue
		}
		if seen[start] {
			continue
		}
		var chain []int32
		for h := start; !seen[h]; h = u.after(h) {
			seen[h] = true
			chain = append(chain, h)
		}
		c.split(chain, add)
	}
	for _, hole := range holes {
		i := polygonOf[hole.area]
		out[i] = append(out[i], hole.ring)
	}
	return out
}

// after returns the half-arc that follows along the outline.
func (u *union) after(h int32) int32 {
	c := u.c
	back := h ^ 1
	node := c.node[back]
	lo, hi := c.first[node], c.first[node+1]
	for i := c.place[back]; ; {
		if i == lo {
			i = hi
		}
		i--
		if next := c.spokes[i]; u.bounds(next) {
			return next
		}
	}
}

// split cuts a closed chain where it touches itself in a node, so that every ring is
// simple.
func (c *Coverage) split(chain []int32, add func([]int32)) {
	var open []int32
	for _, h := range chain {
		if i := slices.IndexFunc(open, func(g int32) bool { return c.node[g] == c.node[h] }); i >= 0 {
			add(slices.Clone(open[i:]))
			open = open[:i]
		}
		open = append(open, h)
	}
	add(open)
}
