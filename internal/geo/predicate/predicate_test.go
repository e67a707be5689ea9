package predicate

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// orientRational is the determinant's sign in rational arithmetic.
func orientRational(a, b, p orb.Point) int {
	sub := func(x, y float64) *big.Rat {
		return new(big.Rat).Sub(new(big.Rat).SetFloat64(x), new(big.Rat).SetFloat64(y))
	}
	left := new(big.Rat).Mul(sub(b[0], a[0]), sub(p[1], a[1]))
	return left.Cmp(new(big.Rat).Mul(sub(b[1], a[1]), sub(p[0], a[0])))
}

func TestOrient(t *testing.T) {
	for _, test := range []struct {
		name    string
		a, b, p orb.Point
		want    int
	}{
		{"left", orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, 1}, 1},
		{"right", orb.Point{0, 0}, orb.Point{1, 0}, orb.Point{0, -1}, -1},
		{"on", orb.Point{0, 0}, orb.Point{1, 1}, orb.Point{3, 3}, 0},
		{"a point for a line", orb.Point{1, 2}, orb.Point{1, 2}, orb.Point{5, 6}, 0},
		// 0.1+0.2 is not 0.3: the last place decides.
		{"a hair to the left", orb.Point{0, 0}, orb.Point{1, 1}, orb.Point{0.3, math.Nextafter(0.3, 1)}, 1},
		{"a hair to the right", orb.Point{0, 0}, orb.Point{1, 1}, orb.Point{math.Nextafter(0.3, 1), 0.3}, -1},
	} {
		if got := Orient(test.a, test.b, test.p); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

// TestOrientIsExact takes points that rounding moves off a line or onto it, a few
// units in the last place apart, where plain arithmetic is wrong.
func TestOrientIsExact(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	for range 100_000 {
		a := orb.Point{95 + random.Float64()*46, -11 + random.Float64()*17}
		length := []float64{1e-3, 1, 100}[random.IntN(3)]
		b := orb.Point{a[0] + random.NormFloat64()*length, a[1] + random.NormFloat64()*length}
		s := random.Float64()
		p := orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}
		for range random.IntN(3) {
			p[0] = math.Nextafter(p[0], 200)
		}
		want := orientRational(a, b, p)
		if got := Orient(a, b, p); got != want {
			t.Fatalf("Orient(%v, %v, %v) = %d, want %d", a, b, p, got, want)
		}
		if det := (b[0]-a[0])*(p[1]-a[1]) - (b[1]-a[1])*(p[0]-a[0]); det > 0 != (want > 0) || det < 0 != (want < 0) {
			wrong++
		}
	}
	if wrong == 0 {
		t.Error("plain arithmetic was never wrong: the points are too easy")
	}
}

func FuzzOrient(f *testing.F) {
	f.Add(0.0, 0.0, 1.0, 1.0, 0.3, 0.3)
	f.Add(95.317, -2.1, 141.02, 6.07, 118.1685, 1.985)
	f.Fuzz(func(t *testing.T, ax, ay, bx, by, px, py float64) {
		for _, x := range []float64{ax, ay, bx, by, px, py} {
			// The documented domain: degrees, without underflow.
			if !(math.Abs(x) <= 360) || x != 0 && math.Abs(x) < 1e-100 {
				return
			}
		}
		a, b, p := orb.Point{ax, ay}, orb.Point{bx, by}, orb.Point{px, py}
		want := orientRational(a, b, p)
		if got := Orient(a, b, p); got != want {
			t.Errorf("Orient(%v, %v, %v) = %d, want %d", a, b, p, got, want)
		}
		if got := Orient(b, a, p); got != -want {
			t.Errorf("Orient(%v, %v, %v) = %d, want %d", b, a, p, got, -want)
		}
	})
}

func TestSegments(t *testing.T) {
	a, b := orb.Point{0, 0}, orb.Point{4, 4}
	for _, test := range []struct {
		name string
		c, d orb.Point
		want bool
	}{
		{"crossing", orb.Point{0, 4}, orb.Point{4, 0}, true},
		{"touching with an end", orb.Point{2, 2}, orb.Point{4, 0}, true},
		{"a common end", orb.Point{4, 4}, orb.Point{5, 0}, true},
		{"along each other", orb.Point{1, 1}, orb.Point{2, 2}, true},
		{"overlapping on one line", orb.Point{3, 3}, orb.Point{9, 9}, true},
		{"apart on one line", orb.Point{5, 5}, orb.Point{9, 9}, false},
		{"parallel", orb.Point{0, 1}, orb.Point{4, 5}, false},
		{"boxes meet, segments do not", orb.Point{3, 0}, orb.Point{4, 1}, false},
		{"short of it", orb.Point{0, 4}, orb.Point{1.9, 2.05}, false},
		{"a point on it", orb.Point{1, 1}, orb.Point{1, 1}, true},
		{"a point beside it", orb.Point{1, 1.5}, orb.Point{1, 1.5}, false},
	} {
		for _, got := range []bool{SegmentsMeet(a, b, test.c, test.d), SegmentsMeet(test.c, test.d, b, a), SegmentsMeet(test.d, test.c, a, b)} {
			if got != test.want {
				t.Errorf("%s: %v, want %v", test.name, got, test.want)
			}
		}
	}
	for p, want := range map[orb.Point]bool{{2, 2}: true, {0, 0}: true, {4, 4}: true, {5, 5}: false, {2, 2.1}: false, {-1, -1}: false} {
		if got := OnSegment(a, b, p); got != want {
			t.Errorf("OnSegment(%v) = %v, want %v", p, got, want)
		}
	}
}

func TestOrientDoesNotAllocate(t *testing.T) {
	a, b := orb.Point{95.1, -2.3}, orb.Point{141.7, 6.1}
	p := orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2}
	if n := testing.AllocsPerRun(100, func() { Orient(a, b, p) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
