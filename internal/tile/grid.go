package tile

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/maptile"
)

// point is a place on the grid of a zoom: Extent units per tile, x to the east and y
// to the south from the north-west corner of the map.
type point struct{ x, y int32 }

// toGrid returns the grid point of a place in degrees (lon, lat).
func toGrid(p orb.Point, zoom int) point {
	fraction := maptile.Fraction(p, maptile.Zoom(zoom+extentBits))
	return point{int32(fraction[0]), int32(fraction[1])}
}

// box is a box of the grid, including its edges.
type box struct{ minX, minY, maxX, maxY int32 }

func emptyBox() box { return box{minX: 1<<31 - 1, minY: 1<<31 - 1, maxX: -1 << 31, maxY: -1 << 31} }

// window is the box of a tile, enlarged by a margin in units.
func window(t maptile.Tile, margin int32) box {
	x, y := int32(t.X)<<extentBits, int32(t.Y)<<extentBits
	return box{x - margin, y - margin, x + Extent + margin, y + Extent + margin}
}

func (b *box) add(p point) {
	b.minX, b.minY = min(b.minX, p.x), min(b.minY, p.y)
	b.maxX, b.maxY = max(b.maxX, p.x), max(b.maxY, p.y)
}

func (b *box) join(other box) {
	b.minX, b.minY = min(b.minX, other.minX), min(b.minY, other.minY)
	b.maxX, b.maxY = max(b.maxX, other.maxX), max(b.maxY, other.maxY)
}

func (b box) meets(other box) bool {
	return b.minX <= other.maxX && other.minX <= b.maxX && b.minY <= other.maxY && other.minY <= b.maxY
}

func (b box) holds(other box) bool {
	return b.minX <= other.minX && other.maxX <= b.maxX && b.minY <= other.minY && other.maxY <= b.maxY
}

// side returns the edges of the box beyond which a point is, one bit per edge.
func (b box) side(p point) uint8 {
	var bits uint8
	if p.x < b.minX {
		bits = 1
	} else if p.x > b.maxX {
		bits = 2
	}
	if p.y < b.minY {
		bits |= 4
	} else if p.y > b.maxY {
		bits |= 8
	}
	return bits
}

// bound returns the box for orb, relative to an origin.
func (b box) bound(origin point) orb.Bound {
	return orb.Bound{Min: orb.Point{float64(b.minX - origin.x), float64(b.minY - origin.y)},
		Max: orb.Point{float64(b.maxX - origin.x), float64(b.maxY - origin.y)}}
}

// area2 is twice the area of a closed ring on the grid: positive if it is clockwise
// on the screen, since y grows downwards.
func area2(ring []point) int64 {
	var sum int64
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		// Relative to the first corner, to avoid overflow.
		ax, ay := int64(a.x-ring[0].x), int64(a.y-ring[0].y)
		bx, by := int64(b.x-ring[0].x), int64(b.y-ring[0].y)
		sum += ax*by - bx*ay
	}
	return sum
}

// quantise rounds a closed ring to the grid. It removes the repeated corners and
// spikes that result, and returns nil if no area is left.
func quantise(ring orb.Ring, zoom int) []point {
	out := make([]point, 0, len(ring))
	for _, p := range ring {
		out = push(out, toGrid(p, zoom))
	}
	// Rings are long-lived: reallocate those that lost many corners by rounding.
	if out = closeRing(out); len(out) < cap(out)*3/4 {
		return slices.Clone(out)
	}
	return out
}

// push appends a corner to a line without repeated corners or spikes.
func push(line []point, p point) []point {
	if n := len(line); n > 0 && line[n-1] == p {
		return line
	} else if n > 1 && line[n-2] == p {
		return line[:n-1]
	}
	return append(line, p)
}

// closeRing removes repeated corners and spikes across the ends of the line, closes
// it, and returns nil if it has no area.
func closeRing(ring []point) []point {
	for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	for len(ring) > 2 {
		n := len(ring)
		switch {
		case ring[0] == ring[n-1]:
			ring = ring[:n-1]
		case ring[1] == ring[n-1]:
			ring = ring[1:]
		case ring[0] == ring[n-2]:
			ring = ring[:n-1]
		default:
			ring = append(ring, ring[0])
			if area2(ring) == 0 {
				return nil
			}
			return ring
		}
	}
	return nil
}

// cutter clips rings and lines to the window of a tile and encodes them. It reuses
// its memory, so that its results are valid only until the next call.
type cutter struct {
	commands
	window box
	corner point
	bound  orb.Bound
	line   orb.LineString
	out    []point
}

func newCutter(t maptile.Tile, space *workspace) *cutter {
	c := &cutter{commands: commands{data: space.commands}, line: space.line, out: space.out, window: window(t, buffer), corner: point{int32(t.X) << extentBits, int32(t.Y) << extentBits}}
	c.bound = c.window.bound(c.corner)
	return c
}

// near returns the line without the points that cannot matter: of a section beyond
// one edge of the window it keeps only the ends. This removes most of a large ring
// before any arithmetic.
func (c *cutter) near(line []point) orb.LineString {
	out := c.line[:0]
	var beyond uint8
	var last point
	skipped := false
	keep := func(p point) {
		out = append(out, orb.Point{float64(p.x - c.corner.x), float64(p.y - c.corner.y)})
	}
	for i, p := range line {
		side := c.window.side(p)
		if i > 0 && beyond&side != 0 {
			beyond &= side
			last, skipped = p, true
			continue
		}
		if skipped {
			keep(last)
			skipped = false
		}
		keep(p)
		beyond = side
	}
	if skipped {
		keep(last)
	}
	c.line = out
	return out
}

// cutRing returns the part of a closed ring in the window, closed and relative to the
// tile's corner, or nil.
func (c *cutter) cutRing(ring []point) []point {
	near := c.near(ring)
	if len(near) < 4 {
		return nil
	}
	c.out = c.out[:0]
	for _, p := range clip.Ring(c.bound, orb.Ring(near)) {
		c.out = push(c.out, rounded(p))
	}
	return closeRing(c.out)
}

// cutLine encodes the parts of a line in the window.
func (c *cutter) cutLine(line []point) {
	for _, piece := range clip.LineString(c.bound, c.near(line)) {
		c.out = c.out[:0]
		for _, p := range piece {
			if at := rounded(p); len(c.out) == 0 || c.out[len(c.out)-1] != at {
				c.out = append(c.out, at)
			}
		}
		if len(c.out) > 1 {
			c.commands.line(c.out)
		}
	}
}

// rounded returns the nearest point of the grid; the ends of a clipped line may be
// between two.
func rounded(p orb.Point) point {
	return point{floor(p[0] + 0.5), floor(p[1] + 0.5)}
}

func floor(f float64) int32 {
	i := int32(f)
	if f < float64(i) {
		i--
	}
	return i
}
