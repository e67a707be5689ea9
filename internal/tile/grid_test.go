package tile

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/maptile"
)

func TestCloseRing(t *testing.T) {
	a, b, c, d := point{0, 0}, point{4, 0}, point{4, 4}, point{0, 4}
	for _, k := range []struct {
		name     string
		in, want []point
	}{
		{"a square", []point{a, b, c, d, a}, []point{a, b, c, d, a}},
		{"repeated corners", []point{a, a, b, b, c, d, d, a, a}, []point{a, b, c, d, a}},
		{"a spike", []point{a, b, {9, 9}, b, c, d, a}, []point{a, b, c, d, a}},
		{"a spike of several steps", []point{a, b, {5, 5}, {9, 9}, {5, 5}, b, c, d, a}, []point{a, b, c, d, a}},
		{"a spike where it closes", []point{{9, 9}, a, b, c, d, a, {9, 9}}, []point{a, b, c, d, a}},
		{"a line", []point{a, b, c, b, a}, nil},
		{"a point", []point{a, a, a}, nil},
		{"no area", []point{a, b, {2, 0}, a}, nil},
		{"nothing", nil, nil},
	} {
		var line []point
		for _, p := range k.in {
			line = push(line, p)
		}
		if got := closeRing(line); !sameRing(got, k.want) {
			t.Errorf("%s: got %v, want %v", k.name, got, k.want)
		}
	}
}

// sameRing reports whether closed rings are equal except for their first point.
func sameRing(a, b []point) bool {
	if len(a) != len(b) || len(a) == 0 {
		return len(a) == len(b)
	}
	open := b[:len(b)-1]
	for range open {
		open = append(slices.Clone(open[1:]), open[0])
		if slices.Equal(a[:len(a)-1], open) {
			return true
		}
	}
	return false
}

// star returns a simple ring around a centre.
func star(random *rand.Rand, corners int, centre point, radius float64) []point {
	var ring []point
	for i := range corners {
		angle, r := 2*math.Pi*float64(i)/float64(corners), radius*(0.1+0.9*random.Float64())
		ring = push(ring, point{centre.x + int32(r*math.Cos(angle)), centre.y + int32(r*math.Sin(angle))})
	}
	return closeRing(ring)
}

// Leaving out what is far outside before clipping changes nothing: the area in the
// window is that of orb's clip of the whole ring.
func TestCutRing(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	at := maptile.New(5, 6, 4)
	c := newCutter(at, &workspace{})
	inside := 0
	for range 3000 {
		centre := point{c.corner.x + int32(random.IntN(12000)) - 4000, c.corner.y + int32(random.IntN(12000)) - 4000}
		ring := star(random, 3+random.IntN(200), centre, 10+random.Float64()*9000)
		if ring == nil {
			continue
		}
		whole := make(orb.Ring, len(ring))
		for i, p := range ring {
			whole[i] = orb.Point{float64(p.x - c.corner.x), float64(p.y - c.corner.y)}
		}
		var cut []point
		for _, p := range clip.Ring(c.bound, whole) {
			cut = push(cut, rounded(p))
		}
		want, got := area2(closeRing(cut)), area2(c.cutRing(ring))
		if got != want {
			t.Fatalf("ring %v: twice the area is %d, want %d", ring, got, want)
		}
		if got != 0 {
			inside++
		}
	}
	if inside < 1000 {
		t.Errorf("only %d rings reached the window", inside)
	}
}

func TestTooSmallForTheGrid(t *testing.T) {
	tiny := func(lon, lat, size float64) orb.Polygon {
		return orb.Polygon{{{lon, lat}, {lon + size, lat}, {lon + size, lat + size}, {lon, lat + size}, {lon, lat}}}
	}
	o := newOutline(orb.MultiPolygon{tiny(110, -7, 1e-4), tiny(120, -3, 2e-4)}, 3)
	if len(o.parts) != 1 || !o.parts[0].stub || area2(o.parts[0].rings[0]) != -2 {
		t.Fatalf("outline %+v", o)
	}
	// The larger of the two is the one that stays.
	if at := toGrid(orb.Point{120, -3}, 3); !o.bound.meets(box{at.x - 1, at.y - 1, at.x + 1, at.y + 1}) {
		t.Errorf("it stands at %+v, not at %+v", o.bound, at)
	}
	if borders := findBorders([]*outline{o}); len(borders) != 0 {
		t.Errorf("its square has borders: %+v", borders)
	}
}

// Three squares in a row, the middle one with an enclave.
func TestFindBorders(t *testing.T) {
	square := func(x, y, size int32) []point {
		// Counterclockwise on the screen, whose y grows downwards.
		return []point{{x, y}, {x, y + size}, {x + size, y + size}, {x + size, y}, {x, y}}
	}
	with := func(rings ...[]point) *outline {
		p := part{bound: emptyBox(), rings: rings}
		for _, corner := range rings[0] {
			p.bound.add(corner)
		}
		return &outline{bound: p.bound, parts: []part{p}}
	}
	hole := slices.Clone(square(14, 4, 2))
	slices.Reverse(hole)
	borders := findBorders([]*outline{with(square(0, 0, 10)), with(square(10, 0, 10), hole), with(square(20, 0, 10)), with(square(14, 4, 2))})
	length := make(map[[2]int32]float64)
	for _, b := range borders {
		for _, s := range b.stretches {
			for i := 1; i < len(s.line); i++ {
				length[[2]int32{b.left, b.right}] += math.Hypot(float64(s.line[i].x-s.line[i-1].x), float64(s.line[i].y-s.line[i-1].y))
			}
		}
		if len(b.stretches) > 2 {
			t.Errorf("%d and %d meet in %d stretches", b.left, b.right, len(b.stretches))
		}
	}
	want := map[[2]int32]float64{{0, none}: 30, {0, 1}: 10, {1, none}: 20, {1, 2}: 10, {2, none}: 30, {1, 3}: 8}
	if len(length) != len(want) {
		t.Errorf("borders %v", length)
	}
	for pair, metres := range want {
		if length[pair] != metres {
			t.Errorf("%v share %f, want %f", pair, length[pair], metres)
		}
	}
	// The lower number is on the left: going up the screen along x = 10 that is west.
	for _, b := range borders {
		if b.left == 0 && b.right == 1 && b.stretches[0].line[0].y < b.stretches[0].line[1].y {
			t.Errorf("the border runs %v", b.stretches[0].line)
		}
	}
}
