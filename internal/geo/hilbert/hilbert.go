// Package hilbert orders places along a Hilbert curve, so that neighbours in the
// order are neighbours on the map. Packed trees are built in this order.
package hilbert

import "github.com/paulmach/orb"

// Curve covers a box of degrees.
type Curve struct {
	min            orb.Point
	scaleX, scaleY float64
}

// Over returns the curve over a box. Places outside are moved to its edge.
func Over(b orb.Bound) Curve {
	c := Curve{min: b.Min}
	if w := b.Max[0] - b.Min[0]; w > 0 {
		c.scaleX = 65535 / w
	}
	if h := b.Max[1] - b.Min[1]; h > 0 {
		c.scaleY = 65535 / h
	}
	return c
}

// At returns the position of a place along the curve, in cells of a 65,536th of the
// box on each side.
func (c Curve) At(p orb.Point) uint32 {
	x := uint32(max(0, min(65535, (p[0]-c.min[0])*c.scaleX)))
	y := uint32(max(0, min(65535, (p[1]-c.min[1])*c.scaleY)))
	var d uint32
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		// Rotate the quadrant, so that the curve within it starts at the right corner.
		if ry == 0 {
			if rx == 1 {
				x, y = 65535-x, 65535-y
			}
			x, y = y, x
		}
	}
	return d
}
