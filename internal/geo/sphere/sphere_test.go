package sphere

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

// degree is the length of a degree of a great circle in metres: 2 pi 6378137 / 360.
const degree = 111319.49079327358

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-6+1e-9*math.Abs(want) }

func anywhere(random *rand.Rand) orb.Point {
	return orb.Point{random.Float64()*360 - 180, math.Asin(random.Float64()*2-1) * 180 / math.Pi}
}

func TestKnownDistances(t *testing.T) {
	for _, test := range []struct {
		name string
		a, b orb.Point
		want float64
	}{
		{"none", orb.Point{110, -7}, orb.Point{110, -7}, 0},
		{"a degree of the equator", orb.Point{110, 0}, orb.Point{111, 0}, degree},
		{"a degree of a meridian", orb.Point{110, -7}, orb.Point{110, -6}, degree},
		{"across the antimeridian", orb.Point{179.5, 0}, orb.Point{-179.5, 0}, degree},
		{"over the pole", orb.Point{0, 89.5}, orb.Point{180, 89.5}, degree},
		{"one pole, two longitudes", orb.Point{0, 90}, orb.Point{77, 90}, 0},
		{"antipodes", orb.Point{20, 30}, orb.Point{-160, -30}, 180 * degree},
		{"a tenth of a millimetre", orb.Point{110, 0}, orb.Point{110 + 1e-9, 0}, 1e-9 * degree},
	} {
		got := Metres(Between(FromPoint(test.a), FromPoint(test.b)))
		// Near the antipodes the chord hardly changes: the error is up to half a metre.
		if !near(got, test.want) && !(test.name == "antipodes" && math.Abs(got-test.want) < 0.5) {
			t.Errorf("%s: %v metres, want %v", test.name, got, test.want)
		}
	}
}

func TestBetweenAgainstHaversine(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a, b := anywhere(random), anywhere(random)
		got, want := Metres(Between(FromPoint(a), FromPoint(b))), orbgeo.DistanceHaversine(a, b)
		if want < 19_000_000 && math.Abs(got-want) > 1e-3 {
			t.Fatalf("%v to %v: %v metres, want %v", a, b, got, want)
		}
	}
}

func TestChord2IsTheInverseOfMetres(t *testing.T) {
	for _, metres := range []float64{0, 1e-3, 1, 1000, 5e5, 1e7, 2e7} {
		if got := Metres(Chord2(metres)); math.Abs(got-metres) > 1e-6+1e-7*metres {
			t.Errorf("%v metres became %v", metres, got)
		}
	}
	if !math.IsInf(Chord2(math.Pi*Radius), 1) || Chord2(-1) >= 0 {
		t.Error("a way around the earth must let everything in, a negative one nothing")
	}
}

// TestToArc walks along the arc in small steps and takes the nearest one.
func TestToArc(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 400 {
		a := FromPoint(anywhere(random))
		length := math.Pow(10, -4+random.Float64()*4) // 600 m to 150 degrees
		b := FromPoint(anywhere(random))
		if random.IntN(3) > 0 { // near a, else anywhere
			b = unit(Vec{a[0] + length*random.NormFloat64(), a[1] + length*random.NormFloat64(), a[2] + length*random.NormFloat64()})
		}
		p := FromPoint(anywhere(random))
		if random.IntN(2) > 0 {
			p = unit(Vec{a[0] + length*random.NormFloat64(), a[1] + length*random.NormFloat64(), a[2] + length*random.NormFloat64()})
		}
		const steps = 4000
		least := math.Inf(1)
		angle := 2 * math.Asin(math.Sqrt(Between(a, b))/2)
		for i := range steps + 1 {
			s := float64(i) / steps
			wa, wb := math.Sin((1-s)*angle)/math.Sin(angle), math.Sin(s*angle)/math.Sin(angle)
			least = min(least, Between(p, Vec{wa*a[0] + wb*b[0], wa*a[1] + wb*b[1], wa*a[2] + wb*b[2]}))
		}
		// The walk misses the nearest place by at most half a step.
		step := Radius * angle / steps
		got, want := Metres(ToArc(p, a, b)), Metres(least)
		if got > want+1e-3 || want > math.Hypot(got, step/2)*(1+1e-6)+step*1e-3+1e-3 {
			t.Fatalf("ToArc(%v, %v, %v) = %v metres, the walk found %v", p, a, b, got, want)
		}
	}
}

func unit(v Vec) Vec {
	length := math.Sqrt(v[0]*v[0] + v[1]*v[1] + v[2]*v[2])
	return Vec{v[0] / length, v[1] / length, v[2] / length}
}

func TestToArcByHand(t *testing.T) {
	for _, test := range []struct {
		name    string
		p, a, b orb.Point
		want    float64
	}{
		{"north of the equator", orb.Point{0.3, 2}, orb.Point{0, 0}, orb.Point{1, 0}, 2 * degree},
		{"behind the end", orb.Point{3, 0}, orb.Point{0, 0}, orb.Point{1, 0}, 2 * degree},
		{"before the start", orb.Point{-3, 0}, orb.Point{0, 0}, orb.Point{1, 0}, 3 * degree},
		{"on it", orb.Point{0.5, 0}, orb.Point{0, 0}, orb.Point{1, 0}, 0},
		{"an arc without length", orb.Point{0, 1}, orb.Point{0, 0}, orb.Point{0, 0}, degree},
		{"over the pole", orb.Point{90, 89}, orb.Point{0, 80}, orb.Point{180, 80}, degree},
		{"across the antimeridian", orb.Point{180, 1}, orb.Point{179, 0}, orb.Point{-179, 0}, degree},
	} {
		if got := Metres(ToArc(FromPoint(test.p), FromPoint(test.a), FromPoint(test.b))); !near(got, test.want) {
			t.Errorf("%s: %v metres, want %v", test.name, got, test.want)
		}
	}
}

// TestBoxesBound: nothing in a box is nearer than its bound.
func TestBoxesBound(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		var boxes [2]Box
		var arcs [2][][2]Vec
		for k := range boxes {
			boxes[k] = EmptyBox()
			at := anywhere(random)
			for range 1 + random.IntN(5) {
				from := FromPoint(orb.Point{at[0] + random.NormFloat64()*5, max(-90, min(90, at[1]+random.NormFloat64()*5))})
				to := FromPoint(orb.Point{at[0] + random.NormFloat64()*20, max(-90, min(90, at[1]+random.NormFloat64()*20))})
				arcs[k] = append(arcs[k], [2]Vec{from, to})
				single := EmptyBox()
				single.AddArc(from, to)
				boxes[k].AddBox(single)
			}
		}
		p := FromPoint(anywhere(random))
		for _, arc := range arcs[0] {
			if low, way := boxes[0].To(&p), ToArc(p, arc[0], arc[1]); low > way {
				t.Fatalf("the box is %v away, an arc in it %v", low, way)
			}
			for s := 0.0; s <= 1; s += 0.125 {
				on := unit(Vec{arc[0][0]*(1-s) + arc[1][0]*s, arc[0][1]*(1-s) + arc[1][1]*s, arc[0][2]*(1-s) + arc[1][2]*s})
				if boxes[0].To(&on) > 0 {
					t.Fatalf("%v lies on an arc of the box and not in it", on)
				}
				if high, way := boxes[0].Farthest(&p), Between(p, on); high < way {
					t.Fatalf("all of the box is within %v, a place in it %v away", high, way)
				}
				for _, other := range arcs[1] {
					if low, way := boxes[0].ToBox(&boxes[1]), ToArc(on, other[0], other[1]); low > way {
						t.Fatalf("the boxes are %v apart, places in them %v", low, way)
					}
				}
			}
		}
	}
}
