package locate

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/rtree"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/geo"
)

// realFaces returns the real boundaries of the regencies, without repairs.
var realFaces = boundarytest.Once(func(_, regencies string) ([]Face, error) {
	data, err := os.ReadFile(regencies)
	if err != nil {
		return nil, err
	}
	collection, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		return nil, err
	}
	var faces []Face
	for _, feature := range collection.Features {
		shape, ok := feature.Geometry.(orb.MultiPolygon)
		if !ok {
			shape = orb.MultiPolygon{feature.Geometry.(orb.Polygon)}
		}
		faces = append(faces, Face{Code: feature.ID.(string), Shape: shape})
	}
	if len(faces) != 514 {
		return nil, fmt.Errorf("%d regencies, want 514", len(faces))
	}
	return faces, nil
})

// plain is the definition of which face contains a point: it tests all edges, in
// rational arithmetic wherever float64 could be wrong.
type plain struct {
	faces  []Face
	whole  []orb.Bound
	bounds [][]orb.Bound // of each polygon
}

func plainOf(faces []Face) *plain {
	b := &plain{faces: faces}
	for _, face := range faces {
		var bounds []orb.Bound
		var whole orb.MultiPoint
		for _, polygon := range face.Shape {
			var all orb.MultiPoint
			for _, ring := range polygon {
				all = append(all, ring...)
			}
			bounds = append(bounds, all.Bound())
			whole = append(whole, all...)
		}
		b.bounds, b.whole = append(b.bounds, bounds), append(b.whole, whole.Bound())
	}
	return b
}

func (b *plain) covering(p orb.Point) []int {
	var found []int
	for f, face := range b.faces {
		if !b.whole[f].Contains(p) {
			continue
		}
		for i, polygon := range face.Shape {
			if b.bounds[f][i].Contains(p) && polygonHas(polygon, p) {
				found = append(found, f)
				break
			}
		}
	}
	return found
}

func polygonHas(polygon orb.Polygon, p orb.Point) bool {
	inside := false
	for _, ring := range polygon {
		for i := range ring {
			a, b := ring[i], ring[(i+1)%len(ring)]
			if a[1] > p[1] && b[1] > p[1] || a[1] < p[1] && b[1] < p[1] || a[0] < p[0] && b[0] < p[0] {
				continue
			}
			side := sideOf(a, b, p)
			if side == 0 && p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) {
				return true
			}
			if (a[1] <= p[1]) != (b[1] <= p[1]) && (side > 0) == (b[1] > a[1]) {
				inside = !inside
			}
		}
	}
	return inside
}

func sideOf(a, b, p orb.Point) int {
	left, right := (b[0]-a[0])*(p[1]-a[1]), (b[1]-a[1])*(p[0]-a[0])
	if det := left - right; math.Abs(det) > 1e-14*(math.Abs(left)+math.Abs(right)) {
		return int(math.Copysign(1, det))
	}
	rat := func(x float64) *big.Rat { return new(big.Rat).SetFloat64(x) }
	sub := func(x, y float64) *big.Rat { return new(big.Rat).Sub(rat(x), rat(y)) }
	l := new(big.Rat).Mul(sub(b[0], a[0]), sub(p[1], a[1]))
	return l.Cmp(new(big.Rat).Mul(sub(b[1], a[1]), sub(p[0], a[0])))
}

// sameAsPlain checks Locate and Covering at a point.
func sameAsPlain(t *testing.T, x *Index, brute *plain, p orb.Point) {
	t.Helper()
	want := brute.covering(p)
	if got := x.Covering(p, nil); !slices.Equal(got, want) {
		t.Fatalf("Covering(%v) = %v, want %v", p, got, want)
	}
	face, ok := x.Locate(p)
	if ok != (len(want) > 0) || ok && face != want[0] || !ok && face != -1 {
		t.Fatalf("Locate(%v) = %d, %v, want the first of %v", p, face, ok, want)
	}
}

func TestLocateIsExactOnRealRegencies(t *testing.T) {
	faces := realFaces(t)
	x, brute := New(faces), plainOf(faces)
	random := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		sameAsPlain(t, x, brute, orb.Point{94 + random.Float64()*48, -12 + random.Float64()*19})
	}
	var vertices []orb.Point
	for _, face := range faces {
		for _, polygon := range face.Shape {
			for _, ring := range polygon {
				for i := range ring {
					if random.IntN(3) > 0 {
						continue
					}
					a, b := ring[i], ring[(i+1)%len(ring)]
					vertices = append(vertices, a)
					sameAsPlain(t, x, brute, a)
					sameAsPlain(t, x, brute, orb.Point{(a[0] + b[0]) / 2, (a[1] + b[1]) / 2})
				}
			}
		}
	}
	if len(vertices) < 40_000 {
		t.Fatalf("only %d vertices tried", len(vertices))
	}
	for range 40_000 {
		// Level with one vertex and above another: rays through vertices.
		a, b := vertices[random.IntN(len(vertices))], vertices[random.IntN(len(vertices))]
		sameAsPlain(t, x, brute, orb.Point{b[0], a[1]})
		// Very near a vertex.
		sameAsPlain(t, x, brute, orb.Point{a[0] + random.NormFloat64()*1e-5, a[1] + random.NormFloat64()*1e-5})
	}
	// Borders of cells, and their corners.
	for range 20_000 {
		lon := x.bound.Min[0] + float64(random.IntN(2000))/x.perDeg
		lat := x.bound.Min[1] + float64(random.IntN(1000))/x.perDeg
		sameAsPlain(t, x, brute, orb.Point{lon, lat})
		sameAsPlain(t, x, brute, orb.Point{lon, vertices[random.IntN(len(vertices))][1]})
	}
}

func square(west, south, east, north float64) orb.Ring {
	return orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}
}

func TestLocate(t *testing.T) {
	faces := []Face{
		{Code: "hole", Shape: orb.MultiPolygon{{square(0, 0, 10, 10), square(4, 4, 6, 6)}}},
		{Code: "enclave", Shape: orb.MultiPolygon{{square(4, 4, 6, 6)}}},
		{Code: "beside", Shape: orb.MultiPolygon{{square(10, 0, 20, 10)}, {square(30, 0, 31, 1)}}},
		{Code: "over", Shape: orb.MultiPolygon{{square(19, 0, 22, 10)}}},
		{Code: "empty"},
		{Code: "line", Shape: orb.MultiPolygon{{orb.Ring{{40, 0}, {41, 1}, {40, 0}}}}},
	}
	x := New(faces)
	brute := plainOf(faces)
	for _, test := range []struct {
		name string
		p    orb.Point
		want int
	}{
		{"inside", orb.Point{1, 1}, 0},
		{"in the enclave", orb.Point{5, 5}, 1},
		{"on the enclave's border", orb.Point{4, 5}, 0},
		{"on the enclave's corner", orb.Point{6, 6}, 0},
		{"on the shared border", orb.Point{10, 5}, 0},
		{"a corner of both", orb.Point{10, 10}, 0},
		{"on the northern coast", orb.Point{15, 10}, 2},
		{"on the southern coast", orb.Point{15, 0}, 2},
		{"on the eastern coast", orb.Point{22, 5}, 3},
		{"level with horizontal edges", orb.Point{25, 10}, -1},
		{"in the overlap", orb.Point{19.5, 5}, 2},
		{"an island", orb.Point{30.5, 0.5}, 2},
		{"at sea", orb.Point{35, 5}, -1},
		{"a polygon without area has its line", orb.Point{40.5, 0.5}, 5},
		{"beside that line", orb.Point{40.5, 0.6}, -1},
		{"outside", orb.Point{-1, 5}, -1},
		{"NaN", orb.Point{math.NaN(), 5}, -1},
		{"NaN latitude", orb.Point{5, math.NaN()}, -1},
		{"infinite", orb.Point{math.Inf(1), math.Inf(-1)}, -1},
		{"out of range", orb.Point{1e300, 5}, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			face, ok := x.Locate(test.p)
			if face != test.want || ok != (test.want >= 0) {
				t.Errorf("Locate(%v) = %d, %v, want %d", test.p, face, ok, test.want)
			}
		})
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		sameAsPlain(t, x, brute, orb.Point{random.Float64()*44 - 1, random.Float64()*12 - 1})
		sameAsPlain(t, x, brute, orb.Point{float64(random.IntN(88))/2 - 1, float64(random.IntN(24))/2 - 1})
	}
}

// TestLocateStars: many jagged stars on top of each other, on a lattice so that
// vertices, edges and points often coincide.
func TestLocateStars(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 60 {
		var faces []Face
		for range 1 + random.IntN(6) {
			var shape orb.MultiPolygon
			for range 1 + random.IntN(3) {
				var ring orb.Ring
				for range 3 + random.IntN(30) {
					ring = append(ring, orb.Point{float64(random.IntN(20)) / 4, float64(random.IntN(20)) / 4})
				}
				shape = append(shape, orb.Polygon{ring})
			}
			faces = append(faces, Face{Shape: shape})
		}
		x, brute := New(faces), plainOf(faces)
		for range 500 {
			sameAsPlain(t, x, brute, orb.Point{float64(random.IntN(80))/16 - 0.1*float64(random.IntN(2)), float64(random.IntN(80)) / 16})
			sameAsPlain(t, x, brute, orb.Point{random.Float64() * 5, random.Float64() * 5})
		}
	}
}

func TestNoFaces(t *testing.T) {
	for _, x := range []*Index{New(nil), New([]Face{{}, {Shape: orb.MultiPolygon{{}}}})} {
		if _, ok := x.Locate(orb.Point{}); ok {
			t.Error("a point was located where there is no face")
		}
		if _, _, ok := x.Nearest(orb.Point{}, math.Inf(1)); ok {
			t.Error("a face was near where there is none")
		}
		if got := x.NearestN(orb.Point{}, 3, nil); len(got) > 0 {
			t.Errorf("NearestN gave %v where there is no face", got)
		}
	}
	if x := New([]Face{{}}); !math.IsInf(x.DistanceToFace(orb.Point{}, 0), 1) {
		t.Error("a face without edges has a distance")
	}
}

func TestLocateDoesNotAllocate(t *testing.T) {
	x := New(realFaces(t))
	points := append(landPoints(t, 1000), orb.Point{100, -10}, orb.Point{math.NaN(), 0})
	for _, face := range realFaces(t) {
		points = append(points, face.Shape[0][0][0])
	}
	if n := testing.AllocsPerRun(3, func() {
		for _, p := range points {
			x.Locate(p)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
	if mib := float64(x.Bytes()) / (1 << 20); mib > 60 {
		t.Errorf("the index takes %.1f MiB, want less than 60", mib)
	}
}

// landPoints returns random points in regencies, the same every time.
func landPoints(t testing.TB, n int) []orb.Point {
	brute := plainOf(realFaces(t))
	random := rand.New(rand.NewPCG(7, 8))
	points := make([]orb.Point, 0, n)
	for len(points) < n {
		if p := (orb.Point{95 + random.Float64()*46.1, -11 + random.Float64()*17.1}); len(brute.covering(p)) > 0 {
			points = append(points, p)
		}
	}
	return points
}

// orbLoop is the obvious solution with orb: an R-tree of polygons by box, and
// planar.PolygonContains for those whose box contains the point. Like an Index it
// returns the lowest of several regions, so it skips polygons of higher ones.
type orbLoop struct {
	tree rtree.RTreeG[orbPolygon]
}

type orbPolygon struct {
	face    int
	polygon orb.Polygon
}

func orbLoopOf(faces []Face) *orbLoop {
	l := &orbLoop{}
	for f, face := range faces {
		for _, polygon := range face.Shape {
			bound := polygon.Bound()
			l.tree.Insert(bound.Min, bound.Max, orbPolygon{f, polygon})
		}
	}
	return l
}

func (l *orbLoop) locate(p orb.Point) (face int, ok bool) {
	l.tree.Search(p, p, func(_, _ [2]float64, candidate orbPolygon) bool {
		if (!ok || candidate.face < face) && planar.PolygonContains(candidate.polygon, p) {
			face, ok = candidate.face, true
		}
		return true
	})
	return face, ok
}

// importedFaces are the regencies after an import.
func importedFaces(t testing.TB) []Face {
	var faces []Face
	for _, face := range realFaces(t) {
		shape, _, err := geo.Repair(face.Shape)
		if err != nil {
			t.Fatalf("%s: %v", face.Code, err)
		}
		faces = append(faces, Face{face.Code, shape})
	}
	return faces
}

// BenchmarkPointToRegency finds the regencies of 10,000 random points on land with an
// Index and with the loop over orb, pass by pass in turn. An op is one point; the
// median is of points timed one by one, including the clock's own time.
func BenchmarkPointToRegency(b *testing.B) {
	faces, points := importedFaces(b), landPoints(b, 10_000)
	x, loop := New(faces), orbLoopOf(faces)
	differ := 0
	for _, p := range points {
		face, ok := x.Locate(p)
		if other, found := loop.locate(p); face != other || ok != found {
			differ++
		}
	}
	if differ > 0 {
		b.Fatalf("%d of %d points have another regency by the loop", differ, len(points))
	}
	median := func(locate func(orb.Point) (int, bool)) float64 {
		took := make([]time.Duration, len(points))
		for i, p := range points {
			start := time.Now()
			locate(p)
			took[i] = time.Since(start)
		}
		slices.Sort(took)
		return float64(took[len(took)/2])
	}
	if allocations := testing.AllocsPerRun(1, func() {
		for _, p := range points {
			x.Locate(p)
		}
	}); allocations != 0 {
		b.Fatalf("%v allocations, want 0", allocations)
	}
	var own, others time.Duration
	passes := 0
	b.ResetTimer()
	for n := 0; n < b.N; n += len(points) {
		start := time.Now()
		for _, p := range points {
			x.Locate(p)
		}
		middle := time.Now()
		for _, p := range points {
			loop.locate(p)
		}
		own, others = own+middle.Sub(start), others+time.Since(middle)
		passes++
	}
	each := float64(passes * len(points))
	b.ReportMetric(0, "ns/op") // of both together it would say nothing
	b.ReportMetric(float64(own)/each, "index-ns")
	b.ReportMetric(float64(others)/each, "orb-ns")
	b.ReportMetric(float64(others)/float64(own), "times-orb")
	b.ReportMetric(median(x.Locate), "index-median-ns")
	b.ReportMetric(median(loop.locate), "orb-median-ns")
	b.ReportMetric(float64(x.Bytes())/(1<<20), "index-MiB")
}

func BenchmarkNew(b *testing.B) {
	faces := realFaces(b)
	for b.Loop() {
		New(faces)
	}
}

func bruteDistance(p orb.Point, face Face) float64 {
	least := math.Inf(1)
	for _, polygon := range face.Shape {
		if polygonHas(polygon, p) {
			return 0
		}
		for _, ring := range polygon {
			for i := range ring {
				least = min(least, arcDistance(p, ring[i], ring[(i+1)%len(ring)]))
			}
		}
	}
	return least
}

// arcDistance uses the textbook's cross-track and along-track formulas with orb's
// haversines and bearings, an independent method.
func arcDistance(p, a, b orb.Point) float64 {
	ends := min(orbgeo.DistanceHaversine(p, a), orbgeo.DistanceHaversine(p, b))
	if a == b {
		return ends
	}
	const radius = orb.EarthRadius
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	way := func(from, to orb.Point, side float64) float64 { // across the arc if it lies along it
		d := orbgeo.DistanceHaversine(from, p) / radius
		turn := rad(orbgeo.Bearing(from, p) - orbgeo.Bearing(from, to))
		across := math.Asin(math.Sin(d) * math.Sin(turn))
		if along := math.Cos(turn); along <= 0 {
			return math.Inf(1)
		}
		return math.Abs(across) * radius
	}
	return min(ends, max(way(a, b, 1), way(b, a, -1)))
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-3+1e-9*math.Abs(a) }

func TestDistancesAgainstBruteForce(t *testing.T) {
	faces := realFaces(t)
	x := New(faces)
	random := rand.New(rand.NewPCG(9, 10))
	for round := range 60 {
		p := orb.Point{94 + random.Float64()*48, -12 + random.Float64()*19}
		if round == 0 {
			p = orb.Point{-60, 30} // the other side of the earth
		}
		all := make([]Hit, len(faces))
		for f, face := range faces {
			all[f] = Hit{f, bruteDistance(p, face)}
			if got := x.DistanceToFace(p, f); !near(got, all[f].Metres) {
				t.Fatalf("DistanceToFace(%v, %d) = %v, want %v", p, f, got, all[f].Metres)
			}
		}
		slices.SortStableFunc(all, func(a, b Hit) int { return int(math.Copysign(1, a.Metres-b.Metres)) * btoi(a.Metres != b.Metres) })
		check := func(what string, got, want []Hit) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%s at %v: %d faces, want %d", what, p, len(got), len(want))
			}
			for i := range got {
				if !near(got[i].Metres, want[i].Metres) || got[i].Face != want[i].Face && !near(x.DistanceToFace(p, got[i].Face), want[i].Metres) {
					t.Fatalf("%s at %v: hit %d is %v, want %v", what, p, i, got[i], want[i])
				}
			}
		}
		check("NearestN", x.NearestN(p, 20, nil), all[:20])
		var odd []Hit
		for _, hit := range all {
			if hit.Face%2 == 1 {
				odd = append(odd, hit)
			}
		}
		check("NearestN of odd faces", x.NearestN(p, 10, func(f int) bool { return f%2 == 1 }), odd[:10])
		face, metres, ok := x.Nearest(p, math.Inf(1))
		if !ok || !near(metres, all[0].Metres) {
			t.Fatalf("Nearest(%v) = %d, %v, %v, want %v", p, face, metres, ok, all[0])
		}
		check("Nearest", []Hit{{face, metres}}, all[:1])
		if all[0].Metres > 0.1 {
			if _, _, ok := x.Nearest(p, all[0].Metres-0.01); ok {
				t.Fatalf("Nearest(%v) answers beyond its tolerance", p)
			}
			if _, _, ok := x.Nearest(p, all[0].Metres+0.01); !ok {
				t.Fatalf("Nearest(%v) finds nothing within its tolerance", p)
			}
		}
		radius := (all[30].Metres + all[31].Metres) / 2
		if all[31].Metres-all[30].Metres > 1 {
			check("Within", x.Within(p, radius), all[:31])
		}
	}
	for _, p := range []orb.Point{{math.NaN(), 0}, {0, 91}, {math.Inf(1), 0}} {
		if _, _, ok := x.Nearest(p, math.Inf(1)); ok || x.NearestN(p, 1, nil) != nil || x.Within(p, 1e9) != nil || !math.IsNaN(x.DistanceToFace(p, 0)) {
			t.Errorf("%v has a distance", p)
		}
	}
	if _, _, ok := x.Nearest(orb.Point{110, -9.5}, math.NaN()); ok {
		t.Error("a tolerance of NaN finds a face")
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestDistanceBetweenFaces(t *testing.T) {
	faces := realFaces(t)
	x := New(faces)
	// Brute force over the vertices of distant islands: the least of their distances to
	// the other's borders, in both directions.
	brute := func(a, b int) float64 {
		least := math.Inf(1)
		for _, pair := range [][2]int{{a, b}, {b, a}} {
			for _, polygon := range faces[pair[0]].Shape {
				for _, ring := range polygon {
					for _, p := range ring {
						least = min(least, bruteDistance(p, faces[pair[1]]))
					}
				}
			}
		}
		return least
	}
	small := func() []int {
		var list []int
		for f, face := range faces {
			n := 0
			for _, polygon := range face.Shape {
				for _, ring := range polygon {
					n += len(ring)
				}
			}
			if n < 150 {
				list = append(list, f)
			}
		}
		return list
	}()
	random := rand.New(rand.NewPCG(11, 12))
	for range 40 {
		a, b := small[random.IntN(len(small))], small[random.IntN(len(small))]
		if a == b {
			continue
		}
		want := brute(a, b)
		if got := x.DistanceBetween(a, b); !near(got, want) || got != x.DistanceBetween(b, a) {
			t.Errorf("DistanceBetween(%s, %s) = %v and %v the other way, want %v", faces[a].Code, faces[b].Code, got, x.DistanceBetween(b, a), want)
		}
	}
	for range 8 {
		a := random.IntN(len(faces))
		var all []Hit
		for b := range faces {
			if b != a {
				all = append(all, Hit{b, x.DistanceBetween(a, b)})
			}
		}
		slices.SortStableFunc(all, func(a, b Hit) int { return int(math.Copysign(1, a.Metres-b.Metres)) * btoi(a.Metres != b.Metres) })
		if got := x.NearestFaces(a, 12, nil); !slices.Equal(got, all[:12]) {
			t.Errorf("NearestFaces(%s) = %v, want %v", faces[a].Code, got, all[:12])
		}
		// Provinces by the first two digits: the minimum over their regencies.
		province := func(f int) int {
			if faces[f].Code[:2] == faces[a].Code[:2] {
				return -1
			}
			number, _ := strconv.Atoi(faces[f].Code[:2])
			return number
		}
		var provinces []Hit
		for _, hit := range all {
			if p := province(hit.Face); p >= 0 && !slices.ContainsFunc(provinces, func(h Hit) bool { return h.Face == p }) {
				provinces = append(provinces, Hit{p, hit.Metres})
			}
		}
		slices.SortStableFunc(provinces, func(a, b Hit) int { return cmp.Or(cmp.Compare(a.Metres, b.Metres), cmp.Compare(a.Face, b.Face)) })
		if got, _ := x.NearestGroups(t.Context(), []int{a}, 9, province); !slices.Equal(got, provinces[:9]) {
			t.Errorf("the provinces nearest to %s are %v, want %v", faces[a].Code, got, provinces[:9])
		}
	}
}

// TestKnownDistances has answers worked out by hand: a degree along the equator or a
// meridian is 2 pi 6378137 / 360 = 111319.4908 metres.
func TestKnownDistances(t *testing.T) {
	const degree = 111319.49079327358
	x := New([]Face{
		{Shape: orb.MultiPolygon{{square(0, -1, 1, 1)}}},
		{Shape: orb.MultiPolygon{{square(3, -1, 4, 1)}}},
		{Shape: orb.MultiPolygon{{square(3.25, -0.5, 3.75, 0.5)}}}, // in the one before
		{Shape: orb.MultiPolygon{{square(178, -1, 179, 1)}}},
		{Shape: orb.MultiPolygon{{square(-179, -1, -178, 1)}}},
		{Shape: orb.MultiPolygon{{orb.Ring{{10, -1}, {11, 0}, {10, 1}}}}},
	})
	for _, test := range []struct {
		name      string
		got, want float64
	}{
		{"to a meridian along the equator", x.DistanceToFace(orb.Point{2, 0}, 0), degree},
		{"to a corner along the equator", x.DistanceToFace(orb.Point{13, 0}, 5), 2 * degree},
		{"inside", x.DistanceToFace(orb.Point{0.5, 0}, 0), 0},
		{"across the antimeridian", x.DistanceToFace(orb.Point{-179.5, 0}, 3), 1.5 * degree},
		{"between faces", x.DistanceBetween(1, 0), math.Asin(math.Cos(math.Pi/180)*math.Sin(math.Pi/180)) * 2 * orb.EarthRadius},
		{"one in the other", x.DistanceBetween(1, 2), 0},
		{"the other around the one", x.DistanceBetween(2, 1), 0},
		{"itself", x.DistanceBetween(2, 2), 0},
	} {
		if test.name == "between faces" {
			// The sides diverge towards the poles: nearest at the corners, 2 degrees of
			// longitude at 1 degree of latitude.
			test.want = orbgeo.DistanceHaversine(orb.Point{1, 1}, orb.Point{3, 1})
		}
		if !near(test.got, test.want) {
			t.Errorf("%s: %v metres, want %v", test.name, test.got, test.want)
		}
	}
}

func BenchmarkNearestAtSea(b *testing.B) {
	x := New(realFaces(b))
	random := rand.New(rand.NewPCG(13, 14))
	var points []orb.Point
	for len(points) < 1000 {
		p := orb.Point{95 + random.Float64()*46.1, -11 + random.Float64()*17.1}
		if _, ok := x.Locate(p); !ok {
			points = append(points, p)
		}
	}
	i := 0
	for b.Loop() {
		x.Nearest(points[i%len(points)], 1e6)
		i++
	}
}

// TestNearestGroups by hand: squares in a row, two groups and one left out.
func TestNearestGroups(t *testing.T) {
	var faces []Face
	for i := range 8 { // face i from 2i to 2i+1 degrees along the equator
		faces = append(faces, Face{Shape: orb.MultiPolygon{{orb.Ring{{2 * float64(i), 0}, {2*float64(i) + 1, 0}, {2 * float64(i), 0.1}}}}})
	}
	const degree = 111319.49079327358
	// From faces 3 and 4: group 1 begins with face 6, group 2 with face 0, and group 3
	// is far away.
	got, _ := New(faces).NearestGroups(t.Context(), []int{3, 4}, 2, func(face int) int { return []int{2, -1, -1, -1, -1, -1, 1, 3}[face] })
	if len(got) != 2 || got[0].Face != 1 || !near(got[0].Metres, 3*degree) || got[1].Face != 2 || !near(got[1].Metres, 5*degree) {
		t.Errorf("got %v, want group 1 at 3 degrees and group 2 at 5", got)
	}
}

func BenchmarkNearestFaces(b *testing.B) {
	x := New(realFaces(b))
	i := 0
	for b.Loop() {
		x.NearestFaces(i%x.Len(), 10, nil)
		i++
	}
}
