package locate

import (
	"math"
	"slices"

	"github.com/paulmach/orb"
)

const (
	// margin in degrees by which cells are enlarged, so that rounding never leaves out
	// an edge. It is far above the rounding of degrees (3e-14), and far below the
	// spacing of boundary data (1e-6).
	margin = 1e-9
	// cellsPerEdge trades memory for fewer edges to test in a cell.
	cellsPerEdge = 20
	maxCells     = 1 << 22
	// cellsAnEdge is the maximum average number of cells that an edge passes through.
	cellsAnEdge = 32
	// beyond is a longitude and a latitude outside all places.
	beyond = 1e6
)

// rings has the edges of all faces in the order of faces, polygons and rings. Edge e
// goes from points[e] to points[next[e]].
type rings struct {
	points     []orb.Point
	next, prev []int32
	part       []int32 // the polygon of an edge
	partFace   []int32 // the face of a polygon
	partFirst  []int32 // the first edge of a polygon; one more at the end
}

func ringsOf(faces []Face) *rings {
	r := &rings{}
	for f, face := range faces {
		for _, polygon := range face.Shape {
			part := int32(len(r.partFace))
			r.partFace = append(r.partFace, int32(f))
			r.partFirst = append(r.partFirst, int32(len(r.points)))
			for _, ring := range polygon {
				first := len(r.points)
				for i, p := range ring {
					if i == 0 || p != r.points[len(r.points)-1] {
						r.points = append(r.points, p)
					}
				}
				for len(r.points)-first > 1 && r.points[len(r.points)-1] == r.points[first] {
					r.points = r.points[:len(r.points)-1]
				}
				last := len(r.points) - 1
				for e := first; e <= last; e++ {
					r.next, r.prev, r.part = append(r.next, int32(e+1)), append(r.prev, int32(e-1)), append(r.part, part)
				}
				if last >= first {
					r.next[last], r.prev[first] = int32(first), int32(last)
				}
			}
		}
	}
	r.partFirst = append(r.partFirst, int32(len(r.points)))
	return r
}

func (r *rings) edge(e int32) edge {
	a, b := r.points[e], r.points[r.next[e]]
	if a[1] > b[1] || a[1] == b[1] && a[0] > b[0] {
		a, b = b, a
	}
	return edge{a, b}
}

// at returns the longitude at which the edge has a latitude between those of its
// ends.
func (e edge) at(lat float64) float64 {
	if e.a[1] == e.b[1] {
		return e.a[0]
	}
	return e.a[0] + (lat-e.a[1])/(e.b[1]-e.a[1])*(e.b[0]-e.a[0])
}

// crosses reports whether the edge counts for a ray along the latitude.
func (e edge) crosses(lat float64) bool { return e.a[1] <= lat && lat < e.b[1] }

// New builds an index of the faces. It keeps no reference to their shapes.
func New(faces []Face) *Index {
	x := &Index{faces: make([]string, len(faces))}
	for i, face := range faces {
		x.faces[i] = face.Code
	}
	r := ringsOf(faces)
	x.bound = orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}} // has no point
	if len(r.points) > 0 {
		b := builder{Index: x, rings: r}
		b.build()
	}
	x.borders = bordersOf(r, len(faces))
	return x
}

type builder struct {
	*Index
	*rings

	columns, rows int
	side          float64 // of a cell, degrees

	// Mixed cells so far, in order: cell i of them is number at[i] and has
	// views[viewStart[i]:viewStart[i+1]].
	at        []int32
	viewStart []int32
	views     []view
	number    []int32 // of a cell in at, or -1
	listed    []uint32
	full      []int32  // the lowest face that contains all of a cell, or nobody
	more      []uint64 // cell<<32|face for other such faces
}

// view is a polygon with edges in a cell: listed[first:end].
type view struct {
	part       int32
	first, end int32
	odd        bool // the ray from the cell's middle eastwards
}

func (b *builder) build() {
	b.bound = orb.MultiPoint(b.points).Bound()
	width, height := b.bound.Max[0]-b.bound.Min[0]+4*margin, b.bound.Max[1]-b.bound.Min[1]+4*margin
	want := float64(min(maxCells, max(1024, cellsPerEdge*len(b.points))))
	b.side = max(math.Sqrt(width*height/want), max(width, height)/(1<<16), b.reach()/float64(max(1<<17, cellsAnEdge*len(b.points))), 64*margin)
	b.perDeg = 1 / b.side
	b.nx, b.ny = int(width*b.perDeg)>>blockBits+1, int(height*b.perDeg)>>blockBits+1
	b.columns, b.rows = b.nx<<blockBits, b.ny<<blockBits

	b.listEdges()
	b.fill()
	b.assemble()
}

// reach is the sum of the extents of edges in degrees, eastwards and northwards.
func (b *builder) reach() float64 {
	sum := 0.0
	for i, p := range b.points {
		to := b.points[b.next[i]]
		sum += math.Abs(to[0]-p[0]) + math.Abs(to[1]-p[1])
	}
	return sum
}

// clampColumn and clampRow return the cell of a coordinate.
func (b *builder) clampColumn(lon float64) int {
	return min(max(int((lon-b.bound.Min[0])*b.perDeg), 0), b.columns-1)
}

func (b *builder) clampRow(lat float64) int {
	return min(max(int((lat-b.bound.Min[1])*b.perDeg), 0), b.rows-1)
}

func (b *builder) middleLat(row int) float64 {
	return b.bound.Min[1] + (float64(row)+0.5)*b.side
}

func (b *builder) middleLon(column int) float64 {
	return b.bound.Min[0] + (float64(column)+0.5)*b.side
}

// listEdges finds the cells that each edge passes through.
func (b *builder) listEdges() {
	var pairs []uint64 // cell<<32 | edge
	for i := range b.points {
		e := b.edge(int32(i))
		for row := b.clampRow(e.a[1] - margin); row <= b.clampRow(e.b[1]+margin); row++ {
			south := b.bound.Min[1] + float64(row)*b.side - margin
			from, to := e.a[0], e.b[0]
			if e.a[1] < south {
				from = e.at(south)
			}
			if north := south + b.side + 2*margin; e.b[1] > north {
				to = e.at(north)
			}
			if from > to {
				from, to = to, from
			}
			for column := b.clampColumn(from - margin); column <= b.clampColumn(to+margin); column++ {
				pairs = append(pairs, uint64(row*b.columns+column)<<32|uint64(i))
			}
		}
	}
	slices.Sort(pairs)
	b.number = make([]int32, b.columns*b.rows)
	for i := range b.number {
		b.number[i] = -1
	}
	b.listed = make([]uint32, len(pairs))
	for i, pair := range pairs {
		cell, e := int32(pair>>32), uint32(pair)
		b.listed[i] = e
		fresh := len(b.at) == 0 || b.at[len(b.at)-1] != cell
		if fresh {
			b.number[cell] = int32(len(b.at))
			b.at = append(b.at, cell)
			b.viewStart = append(b.viewStart, int32(len(b.views)))
		}
		if fresh || b.views[len(b.views)-1].part != b.part[e] {
			b.views = append(b.views, view{part: b.part[e], first: int32(i)})
		}
		b.views[len(b.views)-1].end = int32(i + 1)
	}
	b.viewStart = append(b.viewStart, int32(len(b.views)))
}

// fill finds, along the middle of each row of cells, the cells whose middle is in
// each polygon. If the polygon has no edge in such a cell, it contains the whole
// cell.
func (b *builder) fill() {
	b.full = make([]int32, len(b.number))
	for i := range b.full {
		b.full[i] = nobody
	}
	type crossing struct {
		part int32
		lon  float64
	}
	count := make([]int32, b.rows+1)
	eachCrossing := func(do func(row int, edge int32, lon float64)) {
		for i := range b.points {
			e := b.edge(int32(i))
			for row := max(b.clampRow(e.a[1])-1, 0); row <= min(b.clampRow(e.b[1])+1, b.rows-1); row++ {
				if lat := b.middleLat(row); e.crosses(lat) {
					do(row, int32(i), e.at(lat))
				}
			}
		}
	}
	eachCrossing(func(row int, _ int32, _ float64) { count[row+1]++ })
	for row := range b.rows {
		count[row+1] += count[row]
	}
	crossings := make([]crossing, count[b.rows])
	next := slices.Clone(count)
	eachCrossing(func(row int, e int32, lon float64) {
		crossings[next[row]] = crossing{b.part[e], lon}
		next[row]++
	})
	var lons []float64
	for row := range b.rows {
		// Edges are in the order of polygons, so that those of one polygon are contiguous.
		for line := crossings[count[row]:count[row+1]]; len(line) > 0; {
			part, n := line[0].part, 0
			lons = lons[:0]
			for n < len(line) && line[n].part == part {
				lons = append(lons, line[n].lon)
				n++
			}
			line = line[n:]
			slices.Sort(lons)
			for i := 0; i+1 < len(lons); i += 2 {
				column := max(b.clampColumn(lons[i])-1, 0)
				for column < b.columns && b.middleLon(column) < lons[i] {
					column++
				}
				for ; column < b.columns && b.middleLon(column) < lons[i+1]; column++ {
					b.mark(row*b.columns+column, part)
				}
			}
		}
	}
	slices.Sort(b.more)
}

// mark records that the polygon contains the middle of the cell.
func (b *builder) mark(cell int, part int32) {
	if n := b.number[cell]; n >= 0 {
		views := b.views[b.viewStart[n]:b.viewStart[n+1]]
		i, found := slices.BinarySearchFunc(views, part, func(v view, part int32) int { return int(v.part) - int(part) })
		if found {
			views[i].odd = true
			return
		}
	}
	switch face := b.partFace[part]; b.full[cell] {
	case nobody:
		b.full[cell] = face
	case face:
	default: // faces come in order, so the first is the lowest
		b.more = append(b.more, uint64(cell)<<32|uint64(face))
	}
}

// assemble lays out blocks, cells and their parts.
func (b *builder) assemble() {
	b.blocks = make([]int32, b.nx*b.ny)
	b.starts = append(b.starts, 0)
	seen := make([]int32, len(b.points)) // the last view an edge was in, from 1
	var block [blockSide * blockSide]int32
	for by := range b.ny {
		for bx := range b.nx {
			uniform := true
			for i := range block {
				cell := (by<<blockBits+i>>blockBits)*b.columns + bx<<blockBits + i&(blockSide-1)
				block[i] = b.value(cell, seen)
				uniform = uniform && block[i] >= nobody && block[i] == block[0]
			}
			if uniform {
				b.blocks[by*b.nx+bx] = block[0]
				continue
			}
			b.blocks[by*b.nx+bx] = ^int32(len(b.cells)>>(2*blockBits) + 1)
			b.cells = append(b.cells, block[:]...)
		}
	}
	b.cells, b.starts = slices.Clip(b.cells), slices.Clip(b.starts)
	b.Index.parts, b.Index.edges = slices.Clip(b.Index.parts), slices.Clip(b.Index.edges)
}

// value returns a cell's value, laying out its parts if it is mixed.
func (b *builder) value(cell int, seen []int32) int32 {
	at, _ := slices.BinarySearch(b.more, uint64(cell)<<32)
	more := b.more[at:]
	isMore := len(more) > 0 && more[0]>>32 == uint64(cell)
	number := b.number[cell]
	if number < 0 && !isMore {
		return b.full[cell]
	}
	first := len(b.Index.parts)
	if b.full[cell] != nobody {
		b.Index.parts = append(b.Index.parts, cellPart{face: b.full[cell], odd: true})
	}
	for ; len(more) > 0 && more[0]>>32 == uint64(cell); more = more[1:] {
		b.Index.parts = append(b.Index.parts, cellPart{face: int32(uint32(more[0])), odd: true})
	}
	whole := b.Index.parts[first:]
	if number >= 0 {
		for v := b.viewStart[number]; v < b.viewStart[number+1]; v++ {
			face := b.partFace[b.views[v].part]
			if slices.ContainsFunc(whole, func(p cellPart) bool { return p.face == face }) {
				continue
			}
			b.Index.parts = append(b.Index.parts, b.look(cell, v, seen))
		}
	}
	slices.SortStableFunc(b.Index.parts[first:], func(p, q cellPart) int { return int(p.face) - int(q.face) })
	b.starts = append(b.starts, uint32(len(b.Index.parts)))
	return ^int32(len(b.starts) - 1)
}

// look computes how one polygon looks from a cell.
//
// Of the edges not in the cell only those to the east matter, and of these only their
// parity at the point's latitude. Following a ring up and down east of the cell, two
// of its edges meet in each vertex and the parity does not change, except at a vertex
// between an edge that is in the cell's list and one that is not. Each such vertex
// gets a stand-in: a vertical edge east of all places that starts at the vertex's
// latitude and ends north of all latitudes. The initial parity is that of the middle
// of the cell.
func (b *builder) look(cell int, v int32, seen []int32) cellPart {
	row, column := cell/b.columns, cell%b.columns
	lat, lon := b.middleLat(row), b.middleLon(column)
	south, north := lat-b.side/2-2*margin, lat+b.side/2+2*margin
	list := b.listed[b.views[v].first:b.views[v].end]
	part := cellPart{face: b.partFace[b.views[v].part], first: uint32(len(b.Index.edges)), odd: b.views[v].odd}
	for _, i := range list {
		seen[i] = v + 1
	}
	standIn := func(vertex orb.Point) {
		if vertex[0] <= lon || vertex[1] < south || vertex[1] > north {
			return
		}
		e := edge{orb.Point{beyond, vertex[1]}, orb.Point{beyond, beyond}}
		b.Index.edges = append(b.Index.edges, e)
		if e.crosses(lat) {
			part.odd = !part.odd
		}
	}
	for _, i := range list {
		e := b.edge(int32(i))
		b.Index.edges = append(b.Index.edges, e)
		// The same expression as for the middle of the cell, so that rounding cancels.
		if e.crosses(lat) && e.at(lat) > lon {
			part.odd = !part.odd
		}
		if seen[b.prev[i]] != v+1 {
			standIn(b.points[i])
		}
		if seen[b.next[i]] != v+1 {
			standIn(b.points[b.next[i]])
		}
	}
	part.count = uint32(len(b.Index.edges)) - part.first
	return part
}
