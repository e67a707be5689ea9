// Package locate finds the region of a point, and the regions near a point or
// near a region, among the faces of one level (say all regencies).
//
// Coordinates are degrees, longitude before latitude; distances are metres on
// the sphere (package sphere). An Index is immutable and safe for concurrent use.
//
// # Containment
//
// A polygon contains the points inside it by the even-odd rule over its rings,
// and those on its rings; edges are straight in longitude and latitude (RFC 7946).
// A face contains the points of all its polygons. If several faces contain a
// point, on a shared border or where the source overlaps, the one with the lowest
// index wins. All of it is exact: the result is the same as that of testing all
// edges in exact arithmetic.
//
// # Distance
//
// Distances are to the border of a face, and 0 inside. For distances edges are
// great circle arcs. An arc deviates from the line that is straight in longitude
// and latitude by about (length squared) x tan(latitude) / (8 x radius): less than
// a millimetre for 300 m at 10 degrees, 4 m for 30 km.
package locate

import (
	"unsafe"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/predicate"
)

// Face is one region: its code, and its polygons with finite coordinates. Rings need
// not be closed and may wind either way.
type Face struct {
	Code  string
	Shape orb.MultiPolygon
}

// Index finds faces. Points are located by a grid of two levels: a cell entirely in
// one face names it; other cells have, for each polygon with an edge in the cell,
// those edges and a summary of the polygon's other edges.
type Index struct {
	faces []string

	bound  orb.Bound // of all faces; the grid starts at its Min
	perDeg float64   // fine cells a degree
	nx, ny int       // blocks a row and column
	blocks []int32   // a cell value for each block of blockSide x blockSide cells
	cells  []int32   // a cell value for each cell of the blocks with different values
	starts []uint32  // mixed cell i has parts[starts[i]:starts[i+1]]
	parts  []cellPart
	edges  []edge

	borders
}

const (
	blockBits = 4
	blockSide = 1 << blockBits
	// A cell value is a face, nobody, or ^value-1 for a block or mixed cell.
	nobody = int32(-1)
)

// An edge points upwards, or to the right if it is level.
type edge struct{ a, b orb.Point }

// cellPart is one polygon as seen from a cell: a point of the cell is inside if the
// ray from it eastwards crosses an odd number of edges, including those outside the
// cell. odd and stand-ins (see build) preserve the parity of the latter.
type cellPart struct {
	face  int32
	first uint32 // in Index.edges
	count uint32
	odd   bool
}

// Len is the number of faces.
func (x *Index) Len() int { return len(x.faces) }

// Code is the code of a face.
func (x *Index) Code(face int) string { return x.faces[face] }

// Locate returns the face that contains the point (degrees), the one with the lowest
// index if there are several. ok is false if there is none, at sea or for a point
// that is not a place. It does not allocate.
func (x *Index) Locate(p orb.Point) (face int, ok bool) {
	value := x.cell(p)
	if value >= nobody {
		return int(value), value != nobody
	}
	mixed := ^value - 1
	for i := x.starts[mixed]; i < x.starts[mixed+1]; i++ {
		if part := &x.parts[i]; part.has(p, x.edges) {
			return int(part.face), true
		}
	}
	return int(nobody), false
}

// Covering appends to dst all the faces that contain the point, lowest first.
func (x *Index) Covering(p orb.Point, dst []int) []int {
	value := x.cell(p)
	if value >= nobody {
		if value != nobody {
			dst = append(dst, int(value))
		}
		return dst
	}
	mixed, last := ^value-1, nobody
	for i := x.starts[mixed]; i < x.starts[mixed+1]; i++ {
		if part := &x.parts[i]; part.face != last && part.has(p, x.edges) {
			dst, last = append(dst, int(part.face)), part.face
		}
	}
	return dst
}

// cell returns the value of the point's cell.
func (x *Index) cell(p orb.Point) int32 {
	// Written so that NaN fails.
	if !(p[0] >= x.bound.Min[0] && p[0] <= x.bound.Max[0] && p[1] >= x.bound.Min[1] && p[1] <= x.bound.Max[1]) {
		return nobody
	}
	column, row := int((p[0]-x.bound.Min[0])*x.perDeg), int((p[1]-x.bound.Min[1])*x.perDeg)
	value := x.blocks[(row>>blockBits)*x.nx+column>>blockBits]
	if value >= nobody {
		return value
	}
	return x.cells[int(^value-1)<<(2*blockBits)|(row&(blockSide-1))<<blockBits|column&(blockSide-1)]
}

// has reports whether the polygon contains a point of the cell.
func (c *cellPart) has(p orb.Point, edges []edge) bool {
	inside := c.odd
	for i := range edges[c.first : c.first+c.count] {
		e := &edges[int(c.first)+i]
		if p[1] < e.a[1] || p[1] > e.b[1] {
			continue
		}
		west, east := e.a[0], e.b[0]
		if west > east {
			west, east = east, west
		}
		if p[0] > east {
			continue
		}
		// An edge includes its lower end but not its upper one, so that a ray through a
		// vertex crosses once where the ring passes.
		if p[0] < west {
			if p[1] < e.b[1] {
				inside = !inside
			}
			continue
		}
		switch side := predicate.Orient(e.a, e.b, p); {
		case side == 0:
			return true
		case side > 0 && p[1] < e.b[1]:
			inside = !inside
		}
	}
	return inside
}

// Bytes is the memory size of the index, without the codes.
func (x *Index) Bytes() int {
	return 4*(len(x.blocks)+len(x.cells)+len(x.starts)) + len(x.parts)*int(unsafe.Sizeof(cellPart{})) +
		len(x.edges)*int(unsafe.Sizeof(edge{})) + x.borders.bytes()
}
