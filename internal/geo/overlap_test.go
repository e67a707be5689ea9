package geo

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/planar"
	"github.com/peterstace/simplefeatures/geom"

	"github.com/sentra-ikm/sentra/internal/geo/locate"
)

// star returns a jagged ring around a centre, wound either way.
func star(random *rand.Rand, centre orb.Point, size float64, corners int) orb.Ring {
	ring := make(orb.Ring, 0, corners+1)
	for i := range corners {
		angle := 2 * math.Pi * (float64(i) + random.Float64()*0.9) / float64(corners)
		reach := size * (0.3 + random.Float64())
		ring = append(ring, orb.Point{centre[0] + reach*math.Cos(angle), centre[1] + reach*math.Sin(angle)})
	}
	ring = append(ring, ring[0])
	if random.IntN(2) == 0 {
		ring.Reverse()
	}
	return ring
}

// intersected returns the common area by another library: simplefeatures intersects
// the parts one by one.
func intersected(t testing.TB, a, b orb.MultiPolygon) float64 {
	t.Helper()
	total := 0.0
	for _, p := range a {
		for _, q := range b {
			if !p.Bound().Intersects(q.Bound()) {
				continue
			}
			one, err := toSimple(orb.MultiPolygon{p})
			if err != nil {
				t.Fatal(err)
			}
			two, err := toSimple(orb.MultiPolygon{q})
			if err != nil {
				t.Fatal(err)
			}
			both, err := geom.Intersection(one, two)
			if err != nil {
				t.Fatal(err)
			}
			shape, err := wkb.Unmarshal(both.AsBinary())
			if err != nil {
				t.Fatal(err)
			}
			parts, ok := shape.(orb.Collection)
			if !ok {
				parts = orb.Collection{shape}
			}
			for _, part := range parts {
				// Where they only touch, the result has points and lines.
				if polygons, err := polygonsOf(part); err == nil {
					total += areaOf(polygons)
				}
			}
		}
	}
	return total
}

func TestOverlayAgainstSimplefeatures(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	common := 0
	for round := range 1500 {
		draw := func() orb.MultiPolygon {
			var shape orb.MultiPolygon
			for i := range 1 + random.IntN(3) {
				centre := orb.Point{110 + 3*float64(i) + random.Float64(), -5 + random.Float64()*3}
				polygon := orb.Polygon{star(random, centre, 1, 3+random.IntN(40))}
				if round%2 == 1 {
					// On a lattice, where edges are level, vertical or coincide.
					for i := range polygon[0] {
						polygon[0][i] = orb.Point{math.Round(polygon[0][i][0]*4) / 4, math.Round(polygon[0][i][1]*4) / 4}
					}
				}
				if random.IntN(3) == 0 {
					polygon = append(polygon, star(random, centre, 0.1, 3+random.IntN(8)))
				}
				valid, err := toSimple(orb.MultiPolygon{polygon})
				if err != nil || valid.Validate() != nil {
					continue
				}
				shape = append(shape, polygon)
			}
			return shape
		}
		a, b := draw(), draw()
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		want := intersected(t, a, b)
		if want > 0 {
			common++
		}
		ofA, ofB := NewOverlay(b).Shares(a)
		if math.Abs(ofA*areaOf(a)-want) > 1e-9*areaOf(a) || math.Abs(ofB*areaOf(b)-want) > 1e-9*areaOf(b) {
			t.Fatalf("round %d: shares %v and %v, want %v and %v\n%v\n%v", round, ofA, ofB, want/areaOf(a), want/areaOf(b), a, b)
		}
	}
	if common < 200 {
		t.Errorf("only %d pairs had anything in common", common)
	}
}

func band(west, south, east, north float64) orb.MultiPolygon {
	return orb.MultiPolygon{orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}.ToPolygon()}
}

func TestOverlayByHand(t *testing.T) {
	unit := orb.MultiPolygon{{square(0, 0, 1)}}
	for _, c := range []struct {
		name      string
		a, b      orb.MultiPolygon
		ofA, ofB  float64
		tolerance float64
	}{
		{"itself", unit, unit, 1, 1, 1e-12},
		{"apart", unit, orb.MultiPolygon{{square(5, 5, 1)}}, 0, 0, 0},
		{"side by side", unit, orb.MultiPolygon{{square(1, 0, 1)}}, 0, 0, 1e-12},
		{"corner to corner", unit, orb.MultiPolygon{{square(1, 1, 1)}}, 0, 0, 1e-12},
		{"one in the other", unit, orb.MultiPolygon{{square(-1, -1, 3)}}, 1, 1.0 / 9, 1e-3},
		{"the eastern half", unit, orb.MultiPolygon{{square(0.5, -1, 3)}}, 0.5, 1.0 / 18, 1e-3},
		{"the western half", unit, orb.MultiPolygon{{square(-2.5, -1, 3)}}, 0.5, 1.0 / 18, 1e-3},
		{"a band across", unit, band(-1, 0.25, 2, 0.75), 0.5, 1.0 / 3, 1e-3},
		{"a band across and far beyond", unit, band(-50, 0.25, 80, 0.75), 0.5, 0.5 / 65, 1e-3},
		{"a band from the west", unit, band(-1, 0.25, 0.5, 0.75), 0.25, 1.0 / 3, 1e-3},
		{"a band from the east", unit, band(0.5, 0.25, 2, 0.75), 0.25, 1.0 / 3, 1e-3},
		{"a band below the middle", unit, band(-1, 0.1, 2, 0.2), 0.1, 1.0 / 3, 1e-3},
		{"steps from the west", unit, orb.MultiPolygon{{orb.Ring{{-1, 0}, {0.5, 0}, {0.5, 0.5}, {-0.5, 0.5}, {-0.5, 0.75}, {1, 0.75}, {1, 1}, {-1, 1}, {-1, 0}}}}, 0.5, 0.5 / 1.375, 2e-3},
		{"in a hole", orb.MultiPolygon{{square(0.4, 0.4, 0.1)}}, orb.MultiPolygon{{square(0, 0, 1), square(0.3, 0.3, 0.3)}}, 0, 0, 0},
		{"filling a hole", orb.MultiPolygon{{square(0.25, 0.25, 0.5)}}, orb.MultiPolygon{{square(0, 0, 1), square(0.25, 0.25, 0.5)}}, 0, 0, 1e-12},
		{"around a hole", unit, orb.MultiPolygon{{square(-1, -1, 3), square(0.25, 0.25, 0.5)}}, 0.75, 0.75 / 8.75, 1e-3},
	} {
		ofA, ofB := NewOverlay(c.b).Shares(c.a)
		if math.Abs(ofA-c.ofA) > c.tolerance || math.Abs(ofB-c.ofB) > c.tolerance {
			t.Errorf("%s: shares %v and %v, want %v and %v", c.name, ofA, ofB, c.ofA, c.ofB)
		}
	}
	// From the equator to the pole the northern half of a band of longitude, north
	// of 30 degrees, has half of its area: the sine of 30 degrees is a half.
	band, north := orb.MultiPolygon{{square(0, 0, 90)}}, orb.MultiPolygon{{square(0, 30, 60), square(200, 31, 1)}}
	if ofBand, _ := NewOverlay(north[:1]).Shares(band); math.Abs(ofBand-0.5*60/90) > 1e-5 {
		t.Errorf("north of 30 degrees lies %v of the band, want a third", ofBand)
	}
}

// TestOverlayOfRealRegencies: the country's box contains all of every region, the
// shares in its two halves add up to 1, and a region's own boundary, all of whose
// edges coincide or nearly so, contains all of it.
func TestOverlayOfRealRegencies(t *testing.T) {
	box := func(west, east float64) *Overlay {
		return NewOverlay(orb.MultiPolygon{orb.Bound{Min: orb.Point{west, -15}, Max: orb.Point{east, 12}}.ToPolygon()})
	}
	random := rand.New(rand.NewPCG(3, 4))
	whole, nested := box(90, 145), 0
	for code, shape := range readRegencies(t) {
		if share, _ := whole.Shares(shape); math.Abs(share-1) > 1e-9 {
			t.Errorf("%s: %v of it lies in the country", code, share)
		}
		middle := shape.Bound().Center().Lon()
		west, _ := box(90, middle).Shares(shape)
		east, _ := box(middle, 145).Shares(shape)
		if math.Abs(west+east-1) > 1e-9 {
			t.Errorf("%s: halves %v and %v", code, west, east)
		}
		self, _ := NewOverlay(shape).Shares(shape)
		moved := shape.Clone()
		for _, polygon := range moved {
			for _, ring := range polygon {
				for i := range ring[1:] {
					ring[i+1][0] += random.Float64() * 1e-13
				}
				ring[0] = ring[len(ring)-1]
			}
		}
		nearly, _ := NewOverlay(moved).Shares(shape)
		// The source has parts within parts, in some regencies even the city that they
		// surround, which the polygon does not contain.
		inParts := partInPart(shape)
		if inParts {
			nested++
		}
		if math.Abs(self-nearly) > 1e-7 || !inParts && math.Abs(self-1) > 1e-9 {
			t.Errorf("%s: %v of it lies in itself, %v in itself moved by a hair", code, self, nearly)
		}
	}
	if nested > 150 {
		t.Errorf("%d regencies have parts in parts", nested)
	}
}

// partInPart reports whether a part is in another, which an Overlay does not support.
func partInPart(shape orb.MultiPolygon) bool {
	for i, outer := range shape {
		for j, inner := range shape {
			if i == j || !outer.Bound().Contains(inner.Bound().Min) {
				continue
			}
			if centre, _ := planar.CentroidArea(inner); planar.PolygonContains(outer, centre) && planar.PolygonContains(outer, inner[0][0]) {
				return true
			}
		}
	}
	return false
}

func BenchmarkOverlay(b *testing.B) {
	shapes := readRegencies(b)
	random := rand.New(rand.NewPCG(5, 6))
	var coast orb.Ring
	for i := range 5000 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 5000)
		reach := 0.9 + 0.1*random.Float64()
		coast = append(coast, orb.Point{118 + 15*reach*cos, -3 + 5*reach*sin})
	}
	coast = append(coast, coast[0])
	for _, c := range []struct {
		name  string
		query orb.MultiPolygon
	}{
		{"island", orb.MultiPolygon{{star(random, orb.Point{110, -7.3}, 4, 100)}}},
		{"coast of 5,000 corners", orb.MultiPolygon{{coast}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				o := NewOverlay(c.query)
				for _, shape := range shapes {
					o.Shares(shape)
				}
			}
		})
	}
	b.Run("island by simplefeatures", func(b *testing.B) {
		query := orb.MultiPolygon{{star(rand.New(rand.NewPCG(5, 6)), orb.Point{110, -7.3}, 4, 100)}}
		for b.Loop() {
			for code, shape := range shapes {
				if code[:2] != "35" && code[:2] != "33" {
					continue // Java's middle and east alone; elsewhere it refuses some rings
				}
				for _, polygon := range shape {
					if one, err := toSimple(orb.MultiPolygon{polygon}); err == nil && one.Validate() == nil {
						intersected(b, orb.MultiPolygon{polygon}, query)
					}
				}
			}
		}
	})
}

// TestLongEdgesTakeLittleMemory asserts that preparing a polygon of long edges side
// by side takes memory linear in their number.
func TestLongEdgesTakeLittleMemory(t *testing.T) {
	const n = 20_000
	var ring orb.Ring
	for i := range n {
		ring = append(ring, orb.Point{95 + 46*float64(i)/n, -10 + 15*float64(i%2)})
	}
	comb := orb.MultiPolygon{{append(ring, orb.Point{141.5, 5}, orb.Point{141.5, -11}, orb.Point{94.9, -11}, ring[0])}}
	for name, ready := range map[string]func(){
		"overlay": func() { NewOverlay(comb) },
		"index":   func() { locate.New([]locate.Face{{Shape: comb}}) },
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ready()
		runtime.ReadMemStats(&after)
		if each := (after.TotalAlloc - before.TotalAlloc) / n; each > 12<<10 {
			t.Errorf("%s: %d bytes for each edge", name, each)
		} else {
			t.Logf("%s: %d bytes for each edge", name, each)
		}
	}
}
