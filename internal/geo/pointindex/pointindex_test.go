package pointindex

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/geo/locate"
	"github.com/sentra-ikm/sentra/internal/geo/sphere"
)

// anywhere returns a point of the earth: often one returned before, and often at a
// pole or at the antimeridian, where an index is most likely to be wrong.
func anywhere(random *rand.Rand, before []orb.Point) orb.Point {
	switch random.IntN(12) {
	case 0:
		if len(before) > 0 {
			return before[random.IntN(len(before))]
		}
	case 1:
		return orb.Point{random.Float64()*360 - 180, 90 * float64(1-2*random.IntN(2))}
	case 2:
		return orb.Point{180 * float64(1-2*random.IntN(2)), random.Float64()*180 - 90}
	case 3:
		return orb.Point{float64(random.IntN(9)-4) * 45, float64(random.IntN(5)-2) * 45}
	}
	return orb.Point{random.Float64()*360 - 180, random.Float64()*180 - 90}
}

// drawn is an area with an independent test.
type drawn struct {
	Area
	name string
	has  func(orb.Point) bool
}

func draw(random *rand.Rand, points []orb.Point) drawn {
	switch random.IntN(5) {
	case 0:
		return drawn{Everywhere, "everywhere", func(orb.Point) bool { return true }}
	case 1, 2:
		a, b := anywhere(random, points), anywhere(random, points)
		south, north := min(a[1], b[1]), max(a[1], b[1])
		bounds := []orb.Bound{{Min: orb.Point{a[0], south}, Max: orb.Point{b[0], north}}}
		if a[0] > b[0] { // across the antimeridian
			bounds = []orb.Bound{{Min: orb.Point{a[0], south}, Max: orb.Point{180, north}}, {Min: orb.Point{-180, south}, Max: orb.Point{b[0], north}}}
		}
		return drawn{Boxes(bounds...), fmt.Sprint("boxes ", bounds), func(p orb.Point) bool {
			if p[1] < south || p[1] > north {
				return false
			}
			if a[0] > b[0] {
				return p[0] >= a[0] || p[0] <= b[0]
			}
			return p[0] >= a[0] && p[0] <= b[0]
		}}
	case 3:
		centre, metres := anywhere(random, points), math.Pow(10, 2+random.Float64()*5.4)
		return drawn{Circle(centre, metres), fmt.Sprintf("%g metres around %v", metres, centre), func(p orb.Point) bool { return metresBetween(centre, p) <= metres }}
	}
	a, b := draw(random, points), draw(random, points)
	return drawn{All(a.Area, b.Area), a.name + " and " + b.name, func(p orb.Point) bool { return a.has(p) && b.has(p) }}
}

func metresBetween(a, b orb.Point) float64 {
	return sphere.Metres(sphere.Between(sphere.FromPoint(a), sphere.FromPoint(b)))
}

func take[T any](n int, sequence func(yield func(T) bool)) []T {
	var out []T
	for item := range sequence {
		if len(out) == n {
			break
		}
		out = append(out, item)
	}
	return out
}

type hit struct {
	rank   int
	metres float64
}

func takeHits(n int, sequence func(yield func(int, float64) bool)) []hit {
	return take(n, func(yield func(hit) bool) {
		sequence(func(rank int, metres float64) bool { return yield(hit{rank, metres}) })
	})
}

// TestAgainstBruteForce runs random queries on random points and computes each answer
// from all points.
func TestAgainstBruteForce(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 15, 16, 17, 255, 257, 3000, 5000} {
		var points []orb.Point
		for range n {
			points = append(points, anywhere(random, points))
		}
		x := New(points)
		if x.Len() != n {
			t.Fatalf("Len is %d, want %d", x.Len(), n)
		}
		for range 300 {
			area := draw(random, points)
			var ranks []int
			for rank, p := range points {
				if area.has(p) {
					ranks = append(ranks, rank)
				}
				if x.Has(area.Area, rank) != area.has(p) || x.Point(rank) != p {
					t.Fatalf("%s: Has(%d) is %v, Point %v", area.name, rank, !area.has(p), x.Point(rank))
				}
			}
			if got := x.Count(area.Area); got != len(ranks) {
				t.Fatalf("%s: %d of %d points, want %d", area.name, got, n, len(ranks))
			}
			if got := slices.Collect(x.Ranks(area.Area)); !slices.Equal(got, ranks) {
				t.Fatalf("%s: %v, want %v", area.name, got, ranks)
			}
			from, length := random.IntN(n+3)-1, random.IntN(60)
			at, _ := slices.BinarySearch(ranks, from)
			if got, want := take(length, x.Ascending(area.Area, from)), ranks[at:min(len(ranks), at+length)]; !slices.Equal(got, want) {
				t.Fatalf("%s: from %d upwards %v, want %v", area.name, from, got, want)
			}
			at, _ = slices.BinarySearch(ranks, from+1)
			want := slices.Clone(ranks[max(0, at-length):at])
			slices.Reverse(want)
			if got := take(length, x.Descending(area.Area, from)); !slices.Equal(got, want) {
				t.Fatalf("%s: from %d downwards %v, want %v", area.name, from, got, want)
			}

			p := anywhere(random, points)
			var hits []hit
			for _, rank := range ranks {
				hits = append(hits, hit{rank, metresBetween(p, points[rank])})
			}
			slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.metres, b.metres) })
			if got, want := takeHits(length, x.Nearest(p, area.Area)), hits[:min(length, len(hits))]; !slices.Equal(got, want) {
				t.Fatalf("%s: nearest to %v are %v, want %v", area.name, p, got, want)
			}
			if len(hits) > 0 {
				at := random.IntN(len(hits))
				if got, want := takeHits(length, x.NearestAfter(p, area.Area, hits[at].rank)), hits[at+1:min(len(hits), at+1+length)]; !slices.Equal(got, want) {
					t.Fatalf("%s: nearest to %v after %v are %v, want %v", area.name, p, hits[at], got, want)
				}
				if got := x.Metres(p, hits[at].rank); got != hits[at].metres {
					t.Fatalf("%d is %v metres from %v, want %v", hits[at].rank, got, p, hits[at].metres)
				}
			}
		}
	}
}

// TestByHand: six points around the antimeridian and the pole.
func TestByHand(t *testing.T) {
	x := New([]orb.Point{{179, 0}, {-179, 0}, {0, 89}, {180, 89}, {0, 0}, {-180, 0}})
	pacific := Boxes(orb.Bound{Min: orb.Point{170, -10}, Max: orb.Point{180, 10}}, orb.Bound{Min: orb.Point{-180, -10}, Max: orb.Point{-170, 10}})
	if got := take(9, x.Ascending(pacific, 0)); !slices.Equal(got, []int{0, 1, 5}) {
		t.Errorf("in the Pacific are %v", got)
	}
	if got := take(9, x.Ascending(pacific, 1)); !slices.Equal(got, []int{1, 5}) {
		t.Errorf("in the Pacific from 1 on are %v", got)
	}
	if got := take(9, x.Descending(pacific, 4)); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("in the Pacific from 4 down are %v", got)
	}
	// A degree is 111,319.49 m: the two points at the pole are one degree away, equally
	// far.
	got := takeHits(2, x.Nearest(orb.Point{77, 90}, Everywhere))
	if len(got) != 2 || got[0].rank+got[1].rank != 5 || math.Abs(got[0].metres-111319.4908) > 1e-3 || math.Abs(got[1].metres-111319.4908) > 1e-3 {
		t.Errorf("nearest to the pole are %v", got)
	}
	if got := x.Count(Circle(orb.Point{180, 0}, 111_320)); got != 3 {
		t.Errorf("%d points within a degree of 180 0, want 3", got)
	}
	if got := x.Count(Circle(orb.Point{180, 0}, 111_319)); got != 1 {
		t.Errorf("%d points within less than a degree of 180 0, want 1", got)
	}
}

func FuzzBoxes(f *testing.F) {
	f.Add(uint64(1), 170.0, -10.0, -170.0, 10.0, 3)
	f.Add(uint64(2), -180.0, -90.0, 180.0, 90.0, 0)
	f.Fuzz(func(t *testing.T, seed uint64, west, south, east, north float64, from int) {
		random := rand.New(rand.NewPCG(seed, 0))
		var points []orb.Point
		for range random.IntN(300) {
			points = append(points, anywhere(random, points))
		}
		x := New(points)
		bound := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
		var want []int
		count := 0
		for rank, p := range points {
			if p[0] >= west && p[0] <= east && p[1] >= south && p[1] <= north {
				count++
				if rank >= from {
					want = append(want, rank)
				}
			}
		}
		if got := take(len(points), x.Ascending(Boxes(bound), from)); !slices.Equal(got, want) {
			t.Errorf("from %d upwards %v, want %v", from, got, want)
		}
		if got := x.Count(Boxes(bound)); got != count {
			t.Errorf("%d points, want %d", got, count)
		}
	})
}

// regencies are the faces that synthetic clusters are put into.
var regencies = boundarytest.Once(func(_, path string) ([]locate.Face, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var collection geojson.FeatureCollection
	if err := json.Unmarshal(data, &collection); err != nil {
		return nil, err
	}
	var faces []locate.Face
	for _, feature := range collection.Features {
		shape, ok := feature.Geometry.(orb.MultiPolygon)
		if !ok {
			shape = orb.MultiPolygon{feature.Geometry.(orb.Polygon)}
		}
		faces = append(faces, locate.Face{Code: feature.ID.(string), Shape: shape})
	}
	return faces, nil
})

// clusters returns n random points inside real regencies, equally many in each, in no
// order; the same every time.
func clusters(b *testing.B, n int) []orb.Point {
	faces := regencies(b)
	x := locate.New(faces)
	random := rand.New(rand.NewPCG(1, 2))
	points := make([]orb.Point, n)
	var covering []int
	for i := range points {
		face := random.IntN(len(faces))
		for {
			polygon := faces[face].Shape[random.IntN(len(faces[face].Shape))]
			bound := polygon.Bound()
			points[i] = orb.Point{bound.Min[0] + random.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + random.Float64()*(bound.Max[1]-bound.Min[1])}
			if covering = x.Covering(points[i], covering[:0]); slices.Contains(covering, face) {
				break
			}
		}
	}
	return points
}

// viewports returns 1,000 boxes as maps show them, from a town to the country, around
// some of the points.
func viewports(points []orb.Point) []orb.Bound {
	random := rand.New(rand.NewPCG(3, 4))
	out := make([]orb.Bound, 1000)
	for i := range out {
		centre := points[random.IntN(len(points))]
		width := math.Pow(10, -1.3+random.Float64()*3) // 0.05 to 50 degrees
		out[i] = orb.Bound{Min: orb.Point{centre[0] - width/2, centre[1] - width/4}, Max: orb.Point{centre[0] + width/2, centre[1] + width/4}}
	}
	return out
}

// percentiles reports the median, the 99th percentile and the worst of timings.
func percentiles(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	micro := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }
	b.ReportMetric(micro(took[len(took)/2]), "p50-µs")
	b.ReportMetric(micro(took[len(took)*99/100]), "p99-µs")
	b.ReportMetric(micro(took[len(took)-1]), "max-µs")
}

var sizes = []int{1_000, 10_000, 100_000, 1_000_000}

// BenchmarkViewport lists the first 50 in order in each of 1,000 viewports, and
// counts them all. The op is one viewport.
func BenchmarkViewport(b *testing.B) {
	for _, n := range sizes {
		points := clusters(b, n)
		x, boxes := New(points), viewports(points)
		for _, c := range []struct {
			name string
			from int
		}{{"first", 0}, {"middle", n / 2}} {
			b.Run(fmt.Sprintf("page=%s/points=%d", c.name, n), func(b *testing.B) {
				var took []time.Duration
				found := 0
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					area := Boxes(boxes[i%len(boxes)])
					page := 0
					for range x.Ascending(area, c.from) {
						if page++; page == 50 {
							break
						}
					}
					found += x.Count(area)
					took = append(took, time.Since(start))
				}
				b.ReportMetric(float64(found)/float64(len(took)), "matches/op")
				b.ReportMetric(float64(x.Bytes())/float64(n), "B/point")
				percentiles(b, took)
			})
		}
	}
}

// BenchmarkNearest50 finds the 50 points nearest to random points.
func BenchmarkNearest50(b *testing.B) {
	for _, n := range sizes {
		points := clusters(b, n)
		x := New(points)
		random := rand.New(rand.NewPCG(5, 6))
		b.Run(fmt.Sprintf("points=%d", n), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				p := orb.Point{95 + random.Float64()*46, -11 + random.Float64()*17}
				start := time.Now()
				page := 0
				for range x.Nearest(p, Everywhere) {
					if page++; page == 50 {
						break
					}
				}
				took = append(took, time.Since(start))
			}
			percentiles(b, took)
		})
	}
}

func BenchmarkNew(b *testing.B) {
	points := clusters(b, 100_000)
	for b.Loop() {
		New(points)
	}
}
