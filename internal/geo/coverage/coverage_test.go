package coverage_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// regencies are the 514 real ones, repaired as in an import.
var regencies = boundarytest.Once(readRegencies)

func readRegencies(_, name string) (faces []coverage.Face, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	err = boundaryfile.Read(file, name, boundaryfile.Options{}, func(r boundaryfile.Record) error {
		shape, _, err := geo.Repair(r.Geometry)
		faces = append(faces, coverage.Face{Code: r.Code, Shape: shape})
		return err
	})
	return faces, err
}

var country = boundarytest.Once(func(provinces, regencies string) (*coverage.Coverage, error) {
	faces, err := readRegencies(provinces, regencies)
	if err != nil {
		return nil, err
	}
	return coverage.Build(context.Background(), faces, coverage.Options{})
})

// provincesOn returns the members of each province on a day.
func provincesOn(t *testing.T, c *coverage.Coverage, day string) map[string][]int {
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	members := make(map[string][]int)
	for _, m := range f.Memberships {
		if m.Validity.Contains(sentra.MustDate(day)) {
			face, ok := c.Face(string(m.Region))
			if !ok {
				t.Fatalf("%s is no face", m.Region)
			}
			name := string(m.Province) + " on " + day
			members[name] = append(members[name], face)
		}
	}
	return members
}

func TestRealLevels(t *testing.T) {
	c := country(t)
	if c.Len() != 514 || len(c.Report().Covered) != 0 {
		t.Fatalf("%d faces, covered %v", c.Len(), c.Report().Covered)
	}
	unions := provincesOn(t, c, "2026-11-24")
	older := provincesOn(t, c, "2017-12-25")
	if len(unions) != 38 || len(older) != 34 {
		t.Fatalf("%d and %d provinces", len(unions), len(older))
	}
	for name, members := range older {
		unions[name] = members
	}
	checkLevels(t, c, unions)
	for _, tolerance := range []float64{25, 800, 26_000} {
		checkDeviation(t, c, tolerance)
	}
}

// TestUnionOfFormerProvinces computes the areas of Papua and Papua Barat of 2017
// independently on a grid of a twentieth of a degree: a cell belongs to a province if
// its centre is in any member as drawn. Papua had 28 regencies and 1 city, Papua
// Barat 12 and 1.
func TestUnionOfFormerProvinces(t *testing.T) {
	c := country(t)
	provinces := provincesOn(t, c, "2017-12-25")
	for _, p := range []struct {
		code    string
		members int
	}{{"91", 29}, {"92", 13}} {
		faces := provinces[p.code+" on 2017-12-25"]
		if len(faces) != p.members {
			t.Fatalf("%s: %d members, want %d", p.code, len(faces), p.members)
		}
		var members []orb.MultiPolygon
		for _, f := range regencies(t) {
			if face, _ := c.Face(f.Code); slices.Contains(faces, face) {
				members = append(members, f.Shape)
			}
		}
		union := c.Shape(faces, 0)
		const step = 0.05
		counted := 0.0
		bound := union.Bound()
		for lon := bound.Min[0]; lon < bound.Max[0]; lon += step {
			for lat := bound.Min[1]; lat < bound.Max[1]; lat += step {
				p := orb.Point{lon, lat}
				if slices.ContainsFunc(members, func(m orb.MultiPolygon) bool { return m.Bound().Contains(p) && geo.Contains(m, p) }) {
					side := step * geo.MetresPerDegree / 1000
					counted += side * side * math.Cos(lat*math.Pi/180)
				}
			}
		}
		if got := geo.AreaKm2(union); math.Abs(got-counted)/counted > 0.01 {
			t.Errorf("%s: union %.0f km2, counted %.0f", p.code, got, counted)
		}
	}
}

// square returns a closed ring around a box, in degrees.
func square(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func polygon(rings ...orb.Ring) orb.MultiPolygon { return orb.MultiPolygon{rings} }

func build(t testing.TB, o coverage.Options, shapes ...orb.MultiPolygon) *coverage.Coverage {
	t.Helper()
	var faces []coverage.Face
	for i, shape := range shapes {
		faces = append(faces, coverage.Face{Code: string(rune('A' + i)), Shape: shape})
	}
	c, err := coverage.Build(t.Context(), faces, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// squareDegrees returns the flat area of a face.
func squareDegrees(c *coverage.Coverage, face int) float64 {
	sum := 0.0
	for _, p := range c.Shape([]int{face}, 0) {
		for r, ring := range p {
			if r == 0 {
				sum += math.Abs(planar.Area(ring))
			} else {
				sum -= math.Abs(planar.Area(ring))
			}
		}
	}
	return sum
}

func TestBuildSettles(t *testing.T) {
	for name, c := range map[string]struct {
		shapes []orb.MultiPolygon
		o      coverage.Options
		want   []float64 // flat areas in square degrees
		gaps   int
		waters int
		over   int
	}{
		"apart":           {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(2, 0, 3, 1))}, coverage.Options{}, []float64{1, 1}, 0, 0, 0},
		"common border":   {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(1, 0, 2, 1))}, coverage.Options{}, []float64{1, 1}, 0, 0, 0},
		"overlap":         {[]orb.MultiPolygon{polygon(square(0, 0, 2, 2)), polygon(square(1, 1, 2.5, 2))}, coverage.Options{}, []float64{3, 1.5}, 0, 0, 1},
		"enclave no hole": {[]orb.MultiPolygon{polygon(square(0, 0, 3, 3)), polygon(square(1, 1, 2, 2))}, coverage.Options{}, []float64{8, 1}, 0, 0, 1},
		"enclave in hole": {[]orb.MultiPolygon{polygon(square(0, 0, 3, 3), square(1, 1, 2, 2)), polygon(square(1, 1, 2, 2))}, coverage.Options{}, []float64{8, 1}, 0, 0, 0},
		"lake":            {[]orb.MultiPolygon{polygon(square(0, 0, 3, 3), square(1, 1, 2, 2))}, coverage.Options{}, []float64{8}, 0, 1, 0},
		"wound the other way": {[]orb.MultiPolygon{polygon(orb.Ring{{0, 0}, {0, 3}, {3, 3}, {3, 0}, {0, 0}}, square(1, 1, 2, 2))},
			coverage.Options{}, []float64{8}, 0, 1, 0},
		"the same twice": {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(0, 0, 1, 1))}, coverage.Options{}, []float64{1, 0}, 0, 0, 1},
		// 0.002 degrees are 222 m wide; the ends are closed by a third face.
		"gap": {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(1.002, 0, 2, 1)), polygon(square(0, 1, 2, 2), square(0.5, 1.2, 0.6, 1.3)), polygon(square(0, -1, 2, 0))},
			coverage.Options{}, []float64{1.002, 0.998, 1.99, 2}, 1, 1, 0},
		"gap left": {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(1.002, 0, 2, 1)), polygon(square(0, 1, 2, 2)), polygon(square(0, -1, 2, 0))},
			coverage.Options{GapMetres: 100}, []float64{1, 0.998, 2, 2}, 0, 1, 0},
		// Four millionths are 0.45 m: within the tolerance of a metre.
		"near border": {[]orb.MultiPolygon{polygon(square(0, 0, 1, 1)), polygon(square(1.000004, 0, 2, 1))}, coverage.Options{}, []float64{1, 1}, 0, 0, 0},
		"crossing ring": {[]orb.MultiPolygon{polygon(orb.Ring{{0, 0}, {2, 2}, {2, 0}, {0, 2.5}, {0, 0}})}, coverage.Options{}, []float64{
			// The lines x = y and y = 2.5 - 1.25x cross at 10/9: triangles over the sides x = 0 and x = 2.
			2.5*(10.0/9)/2 + 2*(2-10.0/9)/2}, 0, 0, 0},
		"no area": {[]orb.MultiPolygon{polygon(orb.Ring{{0, 0}, {1, 1}, {0, 0}}), nil}, coverage.Options{}, []float64{0, 0}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got := build(t, c.o, c.shapes...)
			for f, want := range c.want {
				if area := squareDegrees(got, f); math.Abs(area-want) > 1e-5 {
					t.Errorf("face %s has %.6f square degrees, want %.6f", got.Code(f), area, want)
				}
			}
			r := got.Report()
			if r.Gaps.Count != c.gaps || r.Waters.Count != c.waters || r.Overlaps.Count != c.over {
				t.Errorf("gaps %d, waters %d, overlaps %d; want %d, %d, %d", r.Gaps.Count, r.Waters.Count, r.Overlaps.Count, c.gaps, c.waters, c.over)
			}
			checkLevels(t, got, nil)
		})
	}
}

func TestNeighbours(t *testing.T) {
	// A and B share a side of one degree of latitude; C touches both in one point; D is
	// an island.
	c := build(t, coverage.Options{}, polygon(square(0, 0, 1, 1)), polygon(square(1, 0, 2, 1)), polygon(orb.Ring{{1, 1}, {2, 2}, {0, 2}, {1, 1}}), polygon(square(5, 5, 6, 6)))
	degree := orb.EarthRadius * math.Pi / 180
	for face, want := range map[int]int{0: 1, 1: 0} {
		got := c.Neighbours(face)
		if len(got) != 1 || got[0].Face != want || math.Abs(got[0].Metres-degree) > 1 {
			t.Errorf("neighbours of %d: %v; want %d over %.0f m", face, got, want, degree)
		}
	}
	for _, face := range []int{2, 3} {
		if got := c.Neighbours(face); len(got) != 0 {
			t.Errorf("neighbours of %d: %v; want none", face, got)
		}
	}
	if u := c.Shape([]int{0, 1, 2}, 0); len(u) != 2 {
		t.Errorf("A, B and C make %d polygons, want 2 that touch", len(u))
	}
	if got, ok := c.Face("C"); !ok || got != 2 || c.Code(2) != "C" {
		t.Errorf("the face C is %d, %v", got, ok)
	}
	if _, ok := c.Face("X"); ok {
		t.Error("a face X was found")
	}
}

func TestBuildRefuses(t *testing.T) {
	one := polygon(square(0, 0, 1, 1))
	for name, c := range map[string]struct {
		faces []coverage.Face
		says  string
	}{
		"code twice":   {[]coverage.Face{{"A", one}, {"B", one}, {"A", one}}, `two faces have the code "A"`},
		"not a number": {[]coverage.Face{{"A", polygon(orb.Ring{{0, 0}, {math.NaN(), 1}, {1, 1}, {0, 0}})}}, "A has the position NaN"},
		"off the map":  {[]coverage.Face{{"A", polygon(square(0, 0, 181, 1))}}, "181"},
	} {
		if _, err := coverage.Build(t.Context(), c.faces, coverage.Options{}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := coverage.Build(ctx, nil, coverage.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestOrderOfFaces builds from the faces in reverse order.
func TestOrderOfFaces(t *testing.T) {
	backwards := slices.Clone(regencies(t))
	slices.Reverse(backwards)
	c, err := coverage.Build(t.Context(), backwards, coverage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c.Simplified()
	country(t).Simplified()
	if !reflect.DeepEqual(c, country(t)) {
		t.Error("the order of the faces changes the coverage")
	}
}

// TestSnappingMovesLittle checks that every vertex of the coverage is within the
// tolerance of a border as drawn.
func TestSnappingMovesLittle(t *testing.T) {
	c := country(t)
	segments := make(map[[2]int][][2]orb.Point)
	const cell = 0.01 // degrees
	for _, f := range regencies(t) {
		for _, p := range f.Shape {
			for _, ring := range p {
				for i := 1; i < len(ring); i++ {
					bound := orb.MultiPoint{ring[i-1], ring[i]}.Bound().Pad(1e-4)
					for x := int(math.Floor(bound.Min[0] / cell)); x <= int(math.Floor(bound.Max[0]/cell)); x++ {
						for y := int(math.Floor(bound.Min[1] / cell)); y <= int(math.Floor(bound.Max[1]/cell)); y++ {
							segments[[2]int{x, y}] = append(segments[[2]int{x, y}], [2]orb.Point{ring[i-1], ring[i]})
						}
					}
				}
			}
		}
	}
	worst := 0.0
	for i := range c.Arcs() {
		for _, p := range c.Line(i, 0) {
			best := math.Inf(1)
			for _, s := range segments[[2]int{int(math.Floor(p[0] / cell)), int(math.Floor(p[1] / cell))}] {
				best = min(best, planar.DistanceFromSegment(s[0], s[1], p))
			}
			worst = max(worst, best*geo.MetresPerDegree)
		}
	}
	// Cutting edges may add a grid unit, 0.11 m.
	if worst > coverage.DefaultToleranceMetres+0.2 {
		t.Errorf("a vertex lies %.2f m from every border as drawn", worst)
	}
	t.Logf("farthest vertex: %.3f m", worst)
}

// TestRandomCoverages checks the properties on small coverages with all kinds of
// faults: jittered borders, overlaps, enclaves, islands, spikes, duplicates.
func TestRandomCoverages(t *testing.T) {
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		var shapes []orb.MultiPolygon
		for x := range 4 {
			for y := range 4 {
				ring := orb.Ring{}
				corners := square(float64(x), float64(y), float64(x+1), float64(y+1))
				for i := range 4 {
					for step := range 6 {
						s := float64(step) / 6
						p := orb.Point{corners[i][0]*(1-s) + corners[i+1][0]*s, corners[i][1]*(1-s) + corners[i+1][1]*s}
						noise := []float64{0, 1e-6, 1e-5, 0.002, 0.05}[random.IntN(5)]
						ring = append(ring, orb.Point{p[0] + noise*(random.Float64()-0.5), p[1] + noise*(random.Float64()-0.5)})
					}
				}
				shape := orb.MultiPolygon{{append(ring, ring[0])}}
				for range random.IntN(4) {
					west, south, size := random.Float64()*6-1, random.Float64()*6-1, math.Pow(10, -random.Float64()*4)
					shape = append(shape, orb.Polygon{square(west, south, west+size, south+size)})
				}
				shapes = append(shapes, shape)
			}
		}
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			c := build(t, coverage.Options{}, shapes...)
			checkLevels(t, c, map[string][]int{"west": {0, 1, 2, 3}, "cross": {1, 4, 5, 6, 9}, "corners": {0, 3, 12, 15}})
		})
	}
}

// FuzzBuild draws rings between the points of a tiny grid, where everything touches,
// and compares the owner of each spot with the result of counting crossings.
func FuzzBuild(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9, 255, 4, 0, 12, 0, 12, 5})
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9, 254, 1, 1, 5, 1, 5, 5, 1, 5, 255, 0, 0, 9, 0, 9, 9})
	f.Add([]byte{3, 3, 3, 9, 9, 9, 254, 3, 3, 9, 3, 9, 9, 255, 3, 9, 9, 3, 0, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 120 {
			return
		}
		const unit = 0.001
		shapes := []orb.MultiPolygon{nil}
		var ring orb.Ring
		finish := func() {
			if len(ring) > 2 {
				last := len(shapes) - 1
				shapes[last] = append(shapes[last], orb.Polygon{append(ring, ring[0])})
			}
			ring = nil
		}
		for len(data) > 1 {
			switch data[0] {
			case 255:
				finish()
				shapes = append(shapes, nil)
				data = data[1:]
				continue
			case 254:
				finish()
				data = data[1:]
				continue
			}
			ring = append(ring, orb.Point{float64(data[0]%16) * unit, float64(data[1]%16) * unit})
			data = data[2:]
		}
		finish()
		if len(shapes) > 26 {
			return
		}
		// With a tolerance of more than a grid step much of it collapses.
		checkLevels(t, build(t, coverage.Options{ToleranceMetres: 150}, shapes...), nil)
		c := build(t, coverage.Options{ToleranceMetres: -1, GapMetres: -1}, shapes...)
		checkLevels(t, c, nil)
		size := func(shape orb.MultiPolygon) (sum float64) {
			for _, p := range shape {
				sum += math.Round(math.Abs(planar.Area(p[0])) * 2e6)
			}
			return sum
		}
		for x := 0.31; x < 16; x += 0.7 {
			for y := 0.17; y < 16; y += 0.9 {
				p := orb.Point{x * unit, y * unit}
				want := -1
				near := false
				for i, shape := range shapes {
					for _, polygon := range shape {
						for k := 1; k < len(polygon[0]); k++ {
							near = near || planar.DistanceFromSegment(polygon[0][k-1], polygon[0][k], p) < 5e-6
						}
					}
					if inside(shape, p) && (want < 0 || size(shape) < size(shapes[want])) {
						want = i
					}
				}
				if near {
					continue
				}
				got := -1
				for i := range shapes {
					if inside(c.Shape([]int{i}, 0), p) {
						if got >= 0 {
							t.Fatalf("%v lies in the faces %d and %d", p, got, i)
						}
						got = i
					}
				}
				if got != want {
					t.Fatalf("%v lies in face %d, want %d", p, got, want)
				}
			}
		}
	})
}

// inside counts crossings to the east, polygon by polygon.
func inside(shape orb.MultiPolygon, p orb.Point) bool {
	for _, polygon := range shape {
		odd := false
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
					odd = !odd
				}
			}
		}
		if odd {
			return true
		}
	}
	return false
}

func BenchmarkBuild(b *testing.B) {
	faces := regencies(b)
	for b.Loop() {
		if _, err := coverage.Build(b.Context(), faces, coverage.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(country(b).Bytes())/(1<<20), "MiB")
}

// BenchmarkShape returns the shapes of all faces at a zoom.
func BenchmarkShape(b *testing.B) {
	c := country(b)
	for _, zoom := range []int{0, 6, 14} {
		b.Run(fmt.Sprintf("zoom=%d", zoom), func(b *testing.B) {
			for b.Loop() {
				for f := range c.Len() {
					c.Shape([]int{f}, coverage.ZoomTolerance(zoom))
				}
			}
		})
	}
}

// BenchmarkLine returns all arcs at a zoom.
func BenchmarkLine(b *testing.B) {
	c := country(b)
	for _, zoom := range []int{0, 6, 14} {
		b.Run(fmt.Sprintf("zoom=%d", zoom), func(b *testing.B) {
			for b.Loop() {
				for i := range c.Arcs() {
					c.Line(i, coverage.ZoomTolerance(zoom))
				}
			}
		})
	}
}

// TestSharedEdgesMakeNeighbours adds up the edges that two regencies have in common
// in the source. Such pairs must be neighbours with a border at least as long, except
// for what a third face gets.
func TestSharedEdgesMakeNeighbours(t *testing.T) {
	c := country(t)
	used := make(map[[2]orb.Point][]int)
	for _, f := range regencies(t) {
		face, _ := c.Face(f.Code)
		for _, p := range f.Shape {
			for _, ring := range p {
				for i := 1; i < len(ring); i++ {
					a, b := ring[i-1], ring[i]
					if a[0] > b[0] || a[0] == b[0] && a[1] > b[1] {
						a, b = b, a
					}
					used[[2]orb.Point{a, b}] = append(used[[2]orb.Point{a, b}], face)
				}
			}
		}
	}
	common := make(map[[2]int]float64)
	for edge, faces := range used {
		if len(faces) == 2 && faces[0] != faces[1] {
			common[[2]int{min(faces[0], faces[1]), max(faces[0], faces[1])}] += geo.Distance(edge[0], edge[1])
		}
	}
	if len(common) < 200 {
		t.Fatalf("only %d pairs have edges in common", len(common))
	}
	for pair, metres := range common {
		got := 0.0
		for _, b := range c.Neighbours(pair[0]) {
			if b.Face == pair[1] {
				got = b.Metres
			}
		}
		if got < 0.99*metres {
			t.Errorf("%s and %s share edges of %.0f m as drawn, but border over %.0f m", c.Code(pair[0]), c.Code(pair[1]), metres, got)
		}
	}
	t.Logf("%d pairs", len(common))
}
