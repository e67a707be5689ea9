// Package sphere measures distances between points and arcs on the sphere of
// WGS 84's equatorial radius, the one orb/geo measures on.
//
// Places are unit vectors and distances are squared chords (straight through
// the earth, in radii), which compare like distances along the surface, need
// no trigonometry and know neither poles nor antimeridian. Metres turns them
// into metres along the surface. Rounding costs less than a micrometre.
package sphere

import (
	"math"

	"github.com/paulmach/orb"
)

// Radius of the sphere in metres.
const Radius = orb.EarthRadius

// Vec is a place on the unit sphere: x towards 0°E 0°N, z towards the north pole.
type Vec [3]float64

// FromPoint converts a longitude and latitude in degrees.
func FromPoint(p orb.Point) Vec {
	sinLon, cosLon := math.Sincos(p[0] * (math.Pi / 180))
	sinLat, cosLat := math.Sincos(p[1] * (math.Pi / 180))
	return Vec{cosLat * cosLon, cosLat * sinLon, sinLat}
}

// Metres converts a squared chord to metres along the surface.
func Metres(chord2 float64) float64 {
	return 2 * Radius * math.Asin(min(1, math.Sqrt(chord2)/2))
}

// Chord2 converts metres along the surface to a squared chord. It is +Inf if nothing
// on earth is farther away, and negative for a negative distance.
func Chord2(metres float64) float64 {
	switch {
	case metres < 0:
		return -1
	case metres >= math.Pi*Radius:
		return math.Inf(1)
	}
	chord := 2 * math.Sin(metres/(2*Radius))
	return chord * chord
}

// Between is the squared chord between two places.
func Between(a, b Vec) float64 {
	x, y, z := a[0]-b[0], a[1]-b[1], a[2]-b[2]
	return x*x + y*y + z*z
}

// ToArc is the squared chord from p to the nearest place of the shorter great
// circle arc from a to b.
func ToArc(p, a, b Vec) float64 {
	d := Vec{b[0] - a[0], b[1] - a[1], b[2] - a[2]}
	u := Vec{p[0] - a[0], p[1] - a[1], p[2] - a[2]}
	w := Vec{p[0] - b[0], p[1] - b[1], p[2] - b[2]}
	uu, ww, dd := dot(u, u), dot(w, w), dot(d, d)
	// With unit vectors these are p times the tangents of the arc at a and at
	// b. Written with differences, so that short arcs keep their digits.
	if dot(u, d)-dd*uu/4 <= 0 || -dot(w, d)-dd*ww/4 <= 0 {
		return min(uu, ww)
	}
	// d x (a+b) is twice a x b, without its cancellation.
	s := Vec{a[0] + b[0], a[1] + b[1], a[2] + b[2]}
	n := Vec{d[1]*s[2] - d[2]*s[1], d[2]*s[0] - d[0]*s[2], d[0]*s[1] - d[1]*s[0]}
	nn := dot(n, n)
	if nn == 0 {
		return min(uu, ww)
	}
	un := dot(u, n)
	sine2 := min(1, un*un/nn)
	// The chord of the angle with this sine.
	return min(uu, ww, 2*sine2/(1+math.Sqrt(1-sine2)))
}

func dot(a, b Vec) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

// Box is an axis-aligned box in space around places or arcs.
type Box struct{ Min, Max Vec }

// EmptyBox returns an empty box to extend.
func EmptyBox() Box {
	inf := math.Inf(1)
	return Box{Min: Vec{inf, inf, inf}, Max: Vec{-inf, -inf, -inf}}
}

// Add extends the box to contain a place.
func (b *Box) Add(v Vec) {
	for i := range v {
		b.Min[i], b.Max[i] = min(b.Min[i], v[i]), max(b.Max[i], v[i])
	}
}

// AddArc extends the box to contain a great circle arc of less than 180 degrees.
func (b *Box) AddArc(from, to Vec) {
	// The arc bulges out of its chord by the sagitta and no more.
	sagitta := 1 - math.Sqrt(max(0, 1-Between(from, to)/4)) + 1e-15
	for i := range from {
		b.Min[i] = min(b.Min[i], from[i]-sagitta, to[i]-sagitta)
		b.Max[i] = max(b.Max[i], from[i]+sagitta, to[i]+sagitta)
	}
}

// AddBox extends the box to contain another.
func (b *Box) AddBox(other Box) {
	for i := range other.Min {
		b.Min[i], b.Max[i] = min(b.Min[i], other.Min[i]), max(b.Max[i], other.Max[i])
	}
}

// shrink lowers a bound by the rounding of Between and ToArc.
func shrink(chord2 float64) float64 { return chord2*(1-1e-12) - 1e-30 }

// To is a lower bound of the squared chord from v to anything in the box; it
// may be slightly negative.
func (b *Box) To(v *Vec) float64 {
	x := max(b.Min[0]-v[0], v[0]-b.Max[0], 0)
	y := max(b.Min[1]-v[1], v[1]-b.Max[1], 0)
	z := max(b.Min[2]-v[2], v[2]-b.Max[2], 0)
	return shrink(x*x + y*y + z*z)
}

// Farthest is an upper bound of the squared chord from v to anything in the box.
func (b *Box) Farthest(v *Vec) float64 {
	x := max(v[0]-b.Min[0], b.Max[0]-v[0])
	y := max(v[1]-b.Min[1], b.Max[1]-v[1])
	z := max(v[2]-b.Min[2], b.Max[2]-v[2])
	return (x*x+y*y+z*z)*(1+1e-12) + 1e-30
}

// ToBox is a lower bound of the squared chord between anything in the two
// boxes; it may be slightly negative.
func (b *Box) ToBox(o *Box) float64 {
	x := max(b.Min[0]-o.Max[0], o.Min[0]-b.Max[0], 0)
	y := max(b.Min[1]-o.Max[1], o.Min[1]-b.Max[1], 0)
	z := max(b.Min[2]-o.Max[2], o.Min[2]-b.Max[2], 0)
	return shrink(x*x + y*y + z*z)
}
