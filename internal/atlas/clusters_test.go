package atlas

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// plainTest is a filter with its meaning written out.
type plainTest struct {
	filter *sentra.ClusterFilter
	holds  func(c *Cluster) bool
}

func drawFilter(random *rand.Rand, depth int) plainTest {
	f := &sentra.ClusterFilter{}
	var tests []func(c *Cluster) bool
	add := func(test func(c *Cluster) bool) { tests = append(tests, test) }
	if random.IntN(2) == 0 {
		a, b := anyPoint(random), anyPoint(random)
		box := &sentra.BBox{West: a[0], East: b[0], South: min(a[1], b[1]), North: max(a[1], b[1])}
		f.BBox = box
		add(func(c *Cluster) bool {
			lon, lat := c.Place[0], c.Place[1]
			inside := lon >= box.West && lon <= box.East
			if box.West > box.East {
				inside = lon >= box.West || lon <= box.East
			}
			return inside && lat >= box.South && lat <= box.North
		})
	}
	if random.IntN(3) == 0 {
		circle := &sentra.Near{Point: anyPoint(random), Radius: math.Pow(10, 4.5+random.Float64()*2)}
		f.Near = circle
		add(func(c *Cluster) bool { return orbgeo.DistanceHaversine(c.Place, circle.Point) <= circle.Radius })
	}
	if random.IntN(4) == 0 {
		centre, size := anyPoint(random), random.Float64()*20
		shape := orb.MultiPolygon{{orb.Ring{{centre[0], centre[1]}, {centre[0] + size, centre[1] - size/3}, {centre[0] + size/2, centre[1] + size/2}, {centre[0], centre[1]}}}}
		f.Within = shape
		add(func(c *Cluster) bool { return planar.MultiPolygonContains(shape, c.Place) })
	}
	if random.IntN(4) == 0 {
		f.Phase = []string{"2013-2016", "2017"}[random.IntN(2)]
		add(func(c *Cluster) bool { return slices.Contains(c.Phases, f.Phase) })
	}
	if depth > 0 {
		switch random.IntN(5) {
		case 0, 1:
			a, b := drawFilter(random, depth-1), drawFilter(random, depth-1)
			f.And = []*sentra.ClusterFilter{a.filter, b.filter}
			add(func(c *Cluster) bool { return a.holds(c) && b.holds(c) })
		case 2:
			a, b := drawFilter(random, depth-1), drawFilter(random, depth-1)
			f.Or = []*sentra.ClusterFilter{a.filter, b.filter}
			add(func(c *Cluster) bool { return a.holds(c) || b.holds(c) })
		case 3:
			a := drawFilter(random, depth-1)
			f.Not = a.filter
			add(func(c *Cluster) bool { return !a.holds(c) })
		}
	}
	return plainTest{f, func(c *Cluster) bool {
		return !slices.ContainsFunc(tests, func(test func(*Cluster) bool) bool { return !test(c) })
	}}
}

// TestClustersAgainstBruteForce generates filters, applies their plain meaning to
// each cluster, sorts the rest, and expects the same lists when read from both ends
// and from the middle.
func TestClustersAgainstBruteForce(t *testing.T) {
	a := withClusters(t, 3000)
	random := rand.New(rand.NewPCG(11, 12))
	sizes := make(map[string]int)
	for range 400 {
		drawn := drawFilter(random, 2)
		orders := []sentra.ClusterOrder{"", sentra.ClustersByPhase, sentra.ClustersByName, sentra.ClustersByRegion}
		if drawn.filter.Near != nil {
			orders = append(orders, sentra.ClustersByDistance)
		}
		order := orders[random.IntN(len(orders))]
		begun, day := random.IntN(2) == 0, []sentra.Date{sentra.MustDate("2016-01-01"), today}[random.IntN(2)]

		var want []*Cluster
		open := 0
		for stored := range a.Data.Clusters.All {
			c := a.Cluster(stored.Key)
			switch {
			case !drawn.holds(c) || begun && c.Begins > day && len(c.Phases) > 0:
			case begun && c.Begins > day:
				open++
			default:
				want = append(want, c)
			}
		}
		metres := func(c *Cluster) float64 { return orbgeo.DistanceHaversine(c.Place, drawn.filter.Near.Point) }
		slices.SortFunc(want, func(x, y *Cluster) int {
			last := func(c *Cluster) int { return cmp.Compare(0, len(c.Phases)) }
			usual := cmp.Or(cmp.Compare(last(x), last(y)), slices.Compare(x.Phases, y.Phases), slices.Compare(x.Regions, y.Regions), slices.Compare(x.Products, y.Products), cmp.Compare(x.Key, y.Key))
			switch {
			case order == sentra.ClustersByDistance || order == "" && drawn.filter.Near != nil:
				return cmp.Or(cmp.Compare(metres(x), metres(y)), usual)
			case order == sentra.ClustersByName:
				return cmp.Or(cmp.Compare(Normalise(x.NameEN), Normalise(y.NameEN)), usual)
			case order == sentra.ClustersByRegion:
				return cmp.Or(slices.Compare(x.Regions, y.Regions), cmp.Compare(x.NameEN, y.NameEN), usual)
			}
			return usual
		})

		list, err := a.on(day).Clusters(t.Context(), drawn.filter, order, begun)
		if err != nil {
			t.Fatal(err)
		}
		some, err := filterClusters(t.Context(), a, want, drawn.filter, order, day)
		if err != nil {
			t.Fatal(err)
		}
		check := func(what string, got []ClusterHit, want []*Cluster) {
			t.Helper()
			if len(got) != len(want) {
				t.Fatalf("%+v by %q, %s: %d clusters, want %d", drawn.filter, order, what, len(got), len(want))
			}
			for i, hit := range got {
				if hit.Cluster != want[i] {
					t.Fatalf("%+v by %q, %s: %d is %s, want %s", drawn.filter, order, what, i, hit.Key, want[i].Key)
				}
				if (hit.Metres != nil) != (drawn.filter.Near != nil) || hit.Metres != nil && !near(*hit.Metres, metres(hit.Cluster)) {
					t.Fatalf("%s is %v metres away", hit.Key, hit.Metres)
				}
			}
		}
		if list.Len() != len(want) || list.NotCovered != open {
			t.Fatalf("%+v: %d clusters and %d not judged, want %d and %d", drawn.filter, list.Len(), list.NotCovered, len(want), open)
		}
		check("all", slices.Collect(list.All()), want)
		check("all of some", slices.Collect(some.All()), want)
		for _, l := range []*ClusterList{list, some} {
			backwards := hitsOf(l.Before(nil))
			slices.Reverse(backwards)
			check("backwards", backwards, want)
			if len(want) == 0 {
				continue
			}
			at := random.IntN(len(want))
			mark, ok := l.Find(want[at].Key)
			if !ok {
				t.Fatalf("%s is not found in its list", want[at].Key)
			}
			check("after one", hitsOf(l.After(&mark)), want[at+1:])
			backwards = hitsOf(l.Before(&mark))
			slices.Reverse(backwards)
			check("before one", backwards, want[:at])
		}
		for stored := range a.Data.Clusters.All {
			if c := a.Cluster(stored.Key); !slices.Contains(want, c) {
				if _, ok := list.Find(c.Key); ok {
					t.Fatalf("%s is found in a list that it is not in", c.Key)
				}
				break
			}
		}
		sizes[fmt.Sprint(min(1, len(want)))]++
	}
	if sizes["1"] < 100 {
		t.Errorf("only %d of 400 filters matched anything", sizes["1"])
	}
	list, err := a.on(today).Clusters(t.Context(), nil, "", false)
	if err != nil || list.Len() != a.Data.Clusters.Len() {
		t.Errorf("%d clusters without a filter, %v", list.Len(), err)
	}
	if _, ok := list.Find("no such key"); ok {
		t.Error("a key that no cluster has is found")
	}
}

func hitsOf(sequence func(yield func(Mark, ClusterHit) bool)) []ClusterHit {
	var out []ClusterHit
	for _, hit := range sequence {
		out = append(out, hit)
	}
	return out
}

// TestClusterFilterErrors: the index must not hide errors of a filter.
func TestClusterFilterErrors(t *testing.T) {
	a := anAtlas(t)
	upsideDown := &sentra.ClusterFilter{BBox: &sentra.BBox{West: 100, South: 5, East: 110, North: -5}}
	for _, c := range []struct {
		filter *sentra.ClusterFilter
		order  sentra.ClusterOrder
		want   []string
	}{
		{upsideDown, "", []string{"filter", "bbox", "south"}},
		{&sentra.ClusterFilter{And: []*sentra.ClusterFilter{{}, upsideDown}}, "", []string{"filter", "and", "1", "bbox", "south"}},
		{&sentra.ClusterFilter{Or: []*sentra.ClusterFilter{upsideDown}}, "", []string{"filter", "or", "0", "bbox", "south"}},
		{&sentra.ClusterFilter{Near: &sentra.Near{Radius: -1}}, "", []string{"filter", "near", "radius"}},
		{&sentra.ClusterFilter{And: []*sentra.ClusterFilter{{Phase: "1999"}}}, "", []string{"filter", "and", "0", "phase"}},
		{nil, sentra.ClustersByDistance, []string{"orderBy"}},
		{nil, "phase", []string{"orderBy"}},
	} {
		_, err := a.on(today).Clusters(t.Context(), c.filter, c.order, false)
		coded, ok := err.(*sentra.Error)
		if !ok || coded.Code != sentra.CodeBadUserInput || !slices.Equal(coded.Path, c.want) {
			t.Errorf("got %v, want a fault at %v", err, c.want)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.on(today).Clusters(ended, &sentra.ClusterFilter{Phase: "2017"}, "", false); sentra.ErrorCode(err) != sentra.CodeCancelled {
		t.Errorf("after the deadline: %v", err)
	}
}

// TestClustersNotCovered: clusters that a filter on regions cannot decide are
// counted, and only within the box.
func TestClustersNotCovered(t *testing.T) {
	a := anAtlas(t)
	yes := true
	filter := &sentra.ClusterFilter{Regions: &sentra.RegionFilter{Affirmative: &yes}, Programme: &yes}
	list, err := a.on(christmas).Clusters(t.Context(), filter, "", true)
	if err != nil || list.Len() != 1 || list.NotCovered != 3 {
		t.Fatalf("got %d and %d not judged, %v; want Dogiyai's, and Samosir's and Palu's two", list.Len(), list.NotCovered, err)
	}
	// Papua is east of 130 degrees, Samosir is in Sumatra.
	filter.BBox = &sentra.BBox{West: 130, South: -10, East: 142, North: 0}
	list, err = a.on(christmas).Clusters(t.Context(), filter, "", true)
	if err != nil || list.Len() != 1 || list.NotCovered != 0 {
		t.Errorf("in Papua: got %d and %d not judged, %v", list.Len(), list.NotCovered, err)
	}
}

// BenchmarkClusters answers typical queries of a map: the first 50 clusters in order
// in each of 1,000 viewports, and the 50 nearest to points, each with the total
// count.
func BenchmarkClusters(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		a := withClusters(b, n)
		random := rand.New(rand.NewPCG(13, 14))
		filters := map[string][]*sentra.ClusterFilter{}
		for range 1000 {
			centre := a.clusterOrder.list()[random.IntN(n)].Place
			width := math.Pow(10, -1.3+random.Float64()*3) // 0.05 to 50 degrees
			box := &sentra.BBox{West: max(-180, centre[0]-width/2), South: max(-90, centre[1]-width/4), East: min(180, centre[0]+width/2), North: min(90, centre[1]+width/4)}
			filters["viewport"] = append(filters["viewport"], &sentra.ClusterFilter{BBox: box})
			filters["viewport-phase"] = append(filters["viewport-phase"], &sentra.ClusterFilter{BBox: box, Phase: "2017"})
			filters["nearest"] = append(filters["nearest"], &sentra.ClusterFilter{Near: &sentra.Near{Point: anyPoint(random), Radius: 20_000_000}})
		}
		for _, name := range []string{"viewport", "nearest", "viewport-phase"} {
			b.Run(fmt.Sprintf("%s/clusters=%d", name, n), func(b *testing.B) {
				var took []time.Duration
				total := 0
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					list, err := a.on(today).Clusters(b.Context(), filters[name][i%1000], "", false)
					if err != nil {
						b.Fatal(err)
					}
					page := 0
					for range list.All() {
						if page++; page == 50 {
							break
						}
					}
					took = append(took, time.Since(start))
					total += list.Len()
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
				b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
				b.ReportMetric(float64(total)/float64(len(took)), "matches/op")
			})
		}
	}
}

// filterClusters lists the matching clusters of a few candidates.
func filterClusters(ctx context.Context, a *Atlas, candidates []*Cluster, filter *sentra.ClusterFilter, order sentra.ClusterOrder, day sentra.Date) (*ClusterList, error) {
	q, err := a.on(day).prepareClusters(ctx, filter, order)
	if err != nil {
		return nil, err
	}
	return q.among(ctx, candidates)
}

func eachRegion(a *Atlas, level sentra.Level) []sentra.RegionCode {
	var codes []sentra.RegionCode
	for i := range a.Data.Regions {
		if r := &a.Data.Regions[i]; r.Kind.Level() == level && r.Validity.Contains(today) {
			codes = append(codes, r.Code)
		}
	}
	return codes
}

// ofRegionsFilters are filters for the clusters of many regions.
func ofRegionsFilters() map[string]*sentra.ClusterFilter {
	yes := true
	java := orb.MultiPolygon{{{{105, -9}, {115, -9}, {115, -5}, {105, -5}, {105, -9}}}}
	return map[string]*sentra.ClusterFilter{
		"none":        nil,
		"phase":       {Phase: "2017"},
		"bbox":        {BBox: &sentra.BBox{West: 105, South: -9, East: 115, North: -5}},
		"near":        {Near: &sentra.Near{Point: orb.Point{110, -7}, Radius: 400_000}},
		"affirmative": {Regions: &sentra.RegionFilter{Affirmative: &yes}},
		"polygon":     {Regions: &sentra.RegionFilter{Intersects: java}},
	}
}

// TestClustersOfEach: the list of each region is the same as when it is queried
// alone, and as the part of the list of all clusters that is in the region.
func TestClustersOfEach(t *testing.T) {
	a := withClusters(t, 1000)
	codes := append(eachRegion(a, sentra.LevelProvince), eachRegion(a, sentra.LevelRegency)...)
	// A region may be requested twice.
	codes = append(codes, codes[3])
	for name, filter := range ofRegionsFilters() {
		for _, order := range []sentra.ClusterOrder{"", sentra.ClustersByName, sentra.ClustersByRegion} {
			lists, err := a.on(today).ClustersOfEach(t.Context(), codes, filter, order)
			if err != nil {
				t.Fatal(err)
			}
			whole := must(a.on(today).Clusters(t.Context(), filter, order, false)).Hits()
			for i, code := range codes {
				listed := make(map[string]bool)
				for _, c := range a.on(today).ListedIn(code) {
					listed[c.Key] = true
				}
				var want []string
				for _, hit := range whole {
					if listed[hit.Key] {
						want = append(want, hit.Key)
					}
				}
				alone := must(a.on(today).ClustersOfEach(t.Context(), codes[i:i+1], filter, order))[0]
				for of, list := range map[string]*ClusterList{"together": lists[i], "alone": alone} {
					var got []string
					for _, hit := range list.Hits() {
						got = append(got, hit.Key)
					}
					if !slices.Equal(got, want) || list.Len() != len(want) || list.NotCovered != alone.NotCovered {
						t.Fatalf("%s by %q, %s, %s: %v and %d not judged, want %v and %d", name, order, code, of, got, list.NotCovered, want, alone.NotCovered)
					}
				}
			}
		}
	}
	_, err := a.on(today).ClustersOfEach(t.Context(), codes, &sentra.ClusterFilter{Phase: "1999"}, "")
	if sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("a wrong filter: %v", err)
	}
}

// BenchmarkClustersOfEach lists the clusters of all regencies, in one call and in one
// call each.
func BenchmarkClustersOfEach(b *testing.B) {
	a := withClusters(b, 10_000)
	codes := eachRegion(a, sentra.LevelRegency)
	filters := ofRegionsFilters()
	for _, name := range slices.Sorted(maps.Keys(filters)) {
		// The first call builds what later ones share.
		must(a.on(today).ClustersOfEach(b.Context(), codes, filters[name], ""))
		for _, way := range []struct {
			name string
			size int
		}{{"together", len(codes)}, {"each", 1}} {
			b.Run(name+"/"+way.name, func(b *testing.B) {
				b.ReportAllocs()
				begun := processorTime(b)
				for b.Loop() {
					for some := range slices.Chunk(codes, way.size) {
						must(a.on(today).ClustersOfEach(WithPolygons(b.Context()), some, filters[name], ""))
					}
				}
				b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N), "cpu-ns/op")
			})
		}
	}
}

// processorTime is the CPU time that this process has used.
func processorTime(b *testing.B) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
