package atlas

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// provinceOf reads the province from the facts.
func provinceOf(data *sentra.Dataset, code sentra.RegionCode, day sentra.Date) sentra.RegionCode {
	for _, m := range data.Memberships {
		if m.Region == code && m.Validity.Contains(day) {
			return m.Province
		}
	}
	return ""
}

// regencyShapes returns the shapes of the regencies and cities, by code.
func regencyShapes(a *Atlas) []*Shape {
	var out []*Shape
	for i := range a.Data.Regions {
		if s := a.on(today).Shape(a.Data.Regions[i].Code); s != nil && s.Region.Level() == sentra.LevelRegency {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(x, y *Shape) int { return cmp.Compare(x.Region, y.Region) })
	return out
}

// TestAtAgainstAllBoundaries tests random points against all boundaries.
func TestAtAgainstAllBoundaries(t *testing.T) {
	a := anAtlas(t)
	shapes := regencyShapes(a)
	random := rand.New(rand.NewPCG(1, 2))
	land := 0
	for range 3000 {
		p := anyPoint(random)
		at := slices.IndexFunc(shapes, func(s *Shape) bool { return s.Bound.Contains(p) && geo.Contains(s.Boundary.Shape, p) })
		for _, day := range []sentra.Date{sentra.FirstDay, christmas, today} {
			place, err := a.on(day).At(p, 0)
			if err != nil {
				t.Fatal(err)
			}
			if at < 0 {
				if place.Regency != nil || place.Province != nil || place.Metres != 0 {
					t.Fatalf("%v on %s: got %+v at sea", p, day, place)
				}
				continue
			}
			land++
			want := shapes[at].Region
			if place.Regency == nil || place.Regency.Code != want || place.Metres != 0 || place.Province == nil || place.Province.Code != provinceOf(a.Data, want, day) {
				t.Fatalf("%v on %s: got %+v, want %s in %s", p, day, place, want, provinceOf(a.Data, want, day))
			}
		}
	}
	if land < 1500 {
		t.Errorf("only %d answers on land", land)
	}
}

// TestAtOverTime: Nabire belonged to Papua until Papua Tengah was created on
// 2022-07-25.
func TestAtOverTime(t *testing.T) {
	a := anAtlas(t)
	nabire := orb.Point{135.5, -3.4}
	for _, c := range []struct{ day, province string }{
		{"2014-07-23", "Papua"}, {"2017-12-25", "Papua"}, {"2022-07-24", "Papua"}, {"2022-07-25", "Papua Tengah"}, {"2026-11-24", "Papua Tengah"},
	} {
		place, err := a.on(sentra.MustDate(c.day)).At(nabire, 0)
		if err != nil || place.Regency == nil || place.Regency.Name != "Kabupaten Nabire" || place.Province.Name != c.province {
			t.Errorf("on %s: got %+v, %v, want %s", c.day, place, err, c.province)
		}
	}
	if _, err := a.On(sentra.MustDate("2014-07-22")); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("before the record: got %v", err)
	}
}

// TestAtOnSharedBorders takes the vertices that two regencies have in common: the
// lower code wins, whatever the order of the regions in the record.
func TestAtOnSharedBorders(t *testing.T) {
	data := copyOfRealData(t)
	random := rand.New(rand.NewPCG(3, 4))
	random.Shuffle(len(data.Regions), func(i, j int) { data.Regions[i], data.Regions[j] = data.Regions[j], data.Regions[i] })
	random.Shuffle(len(data.Boundaries), func(i, j int) {
		data.Boundaries[i], data.Boundaries[j] = data.Boundaries[j], data.Boundaries[i]
	})
	shuffled, a := must(New(data)), anAtlas(t)
	owners := make(map[orb.Point][]sentra.RegionCode)
	for _, b := range regencyShapes(a) {
		for _, polygon := range b.Boundary.Shape {
			for _, ring := range polygon {
				for _, p := range ring[1:] {
					if !slices.Contains(owners[p], b.Region) {
						owners[p] = append(owners[p], b.Region)
					}
				}
			}
		}
	}
	shared := 0
	for p, codes := range owners {
		if len(codes) < 2 {
			continue
		}
		shared++
		one, two := must(a.on(today).At(p, 0)), must(shuffled.on(today).At(p, 0))
		if one.Regency == nil || one.Regency.Code != two.Regency.Code || one.Regency.Code != slices.Min(codes) {
			t.Fatalf("%v is of %v: got %v and, shuffled, %v", p, codes, one.Regency, two.Regency)
		}
	}
	if shared < 10_000 {
		t.Errorf("only %d shared vertices tried", shared)
	}
}

// TestAtSea compares with the distances to all boundaries.
func TestAtSea(t *testing.T) {
	a := anAtlas(t)
	random := rand.New(rand.NewPCG(5, 6))
	for tried := 0; tried < 25; {
		p := anyPoint(random)
		if must(a.on(today).At(p, 0)).Regency != nil {
			continue
		}
		tried++
		least := math.Inf(1)
		var nearest sentra.RegionCode
		for _, b := range regencyShapes(a) {
			if metres := geo.DistanceTo(b.Boundary.Shape, p); metres < least {
				least, nearest = metres, b.Region
			}
		}
		if least > 999_000 {
			continue
		}
		place := must(a.on(christmas).At(p, least+1))
		if place.Regency == nil || place.Regency.Code != nearest || !near(place.Metres, least) || place.Province.Code != provinceOf(a.Data, nearest, christmas) {
			t.Errorf("%v: got %+v, want %s at %v metres", p, place, nearest, least)
		}
		if place := must(a.on(today).At(p, least-1)); place.Regency != nil {
			t.Errorf("%v: %s answers beyond its tolerance", p, place.Regency.Code)
		}
	}
	for _, tolerance := range []float64{-1, 1_000_001, math.NaN(), math.Inf(1)} {
		if _, err := a.on(today).At(orb.Point{110, -7}, tolerance); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("tolerance %g: got %v", tolerance, err)
		}
	}
}

func box(west, south, east, north float64) orb.MultiPolygon {
	return orb.MultiPolygon{{orb.Ring{{west, south}, {east, south}, {east, north}, {west, north}, {west, south}}}}
}

func period(from, to string) sentra.Period {
	var p sentra.Period
	if from != "" {
		day := sentra.MustDate(from)
		p.From = &day
	}
	if to != "" {
		day := sentra.MustDate(to)
		p.To = &day
	}
	return p
}

// smallCountry has a province of two regencies that exchanged land on 2020-01-01, one
// of which ended with 2021, and a province that has a boundary but no members.
func smallCountry() *sentra.Dataset {
	all := period("2014-07-23", "")
	data := &sentra.Dataset{}
	data.Regions = []sentra.Region{
		{Code: "11", Kind: sentra.KindProvince, Name: "West", Validity: all, Point: orb.Point{102, 0}},
		{Code: "11.01", Kind: sentra.KindRegency, Name: "Kabupaten A", Validity: all, Point: orb.Point{101, 0}},
		{Code: "11.02", Kind: sentra.KindRegency, Name: "Kabupaten B", Validity: period("2014-07-23", "2021-12-31"), Point: orb.Point{103, 0}},
		{Code: "12", Kind: sentra.KindProvince, Name: "East", Validity: all, Point: orb.Point{111, 0}},
		{Code: "12.01", Kind: sentra.KindRegency, Name: "Kabupaten C", Validity: all, Point: orb.Point{115, 0}, Box: box(114.5, -0.5, 115.5, 0.5).Bound()},
	}
	data.Memberships = []sentra.Membership{
		{Region: "11.01", Province: "11", Validity: all}, {Region: "11.02", Province: "11", Validity: period("2014-07-23", "2021-12-31")},
		{Region: "12.01", Province: "12", Validity: all},
	}
	data.Boundaries = []sentra.Boundary{
		{Region: "11.01", Shape: box(100, -1, 102, 1), Validity: period("2014-07-23", "2019-12-31")},
		{Region: "11.01", Shape: box(100, -1, 103, 1), Validity: period("2020-01-01", "")},
		{Region: "11.02", Shape: box(102, -1, 104, 1), Validity: period("2014-07-23", "2019-12-31")},
		{Region: "11.02", Shape: box(103, -1, 104, 1), Validity: period("2020-01-01", "")},
		{Region: "12", Shape: box(110, -1, 112, 1), Validity: all},
	}
	return data
}

func TestGenerations(t *testing.T) {
	a := must(New(smallCountry()))
	if len(a.generations) != 3 {
		t.Errorf("%d generations, want 3: from the first day, from 2020 and from 2022", len(a.generations))
	}
	for _, c := range []struct {
		day     string
		lon     float64
		regency sentra.RegionCode
		prov    sentra.RegionCode
	}{
		{"2019-12-31", 102.5, "11.02", "11"}, {"2020-01-01", 102.5, "11.01", "11"}, {"2021-12-31", 103.5, "11.02", "11"},
		{"2022-01-01", 103.5, "", ""}, {"2019-12-31", 102, "11.01", "11"}, {"2020-01-01", 111, "", "12"}, {"2020-01-01", 115, "", ""},
	} {
		place := must(a.on(sentra.MustDate(c.day)).At(orb.Point{c.lon, 0}, 0))
		var regency, province sentra.RegionCode
		if place.Regency != nil {
			regency = place.Regency.Code
		}
		if place.Province != nil {
			province = place.Province.Code
		}
		if regency != c.regency || province != c.prov {
			t.Errorf("%g on %s: got %q in %q, want %q in %q", c.lon, c.day, regency, province, c.regency, c.prov)
		}
	}
}

// The next atlas reuses the indexes of unchanged boundaries, and only those.
// Boundaries change together, since they share their borders.
func TestNextKeepsIndexes(t *testing.T) {
	a := must(New(smallCountry()))
	changed := smallCountry()
	changed.Boundaries[3].Shape = box(103, -1, 105, 1) // 11.02 from 2020 on
	next := must(a.Next(t.Context(), changed))
	for i, same := range []bool{true, false, false} {
		if got := next.generations[i].index == a.generations[i].index; got != same {
			t.Errorf("generation %d: index kept is %v, want %v", i, got, same)
		}
	}
	if place := must(next.on(sentra.MustDate("2020-01-01")).At(orb.Point{104.5, 0}, 0)); place.Regency == nil || place.Regency.Code != "11.02" {
		t.Errorf("in the new land: got %+v", place)
	}
}

// A degree of the equator is 111,319.49 metres. B extends from 103 to 104 degrees,
// province 12 from 110 to 112; C has only a point, at 115.
func TestRegionsWithoutBoundary(t *testing.T) {
	const degree = 111319.49079327358
	a := must(New(smallCountry()))
	day := sentra.MustDate("2021-01-01")
	list, err := a.on(day).Regions(t.Context(), &sentra.RegionFilter{Near: &sentra.Near{Point: orb.Point{105, 0}, Radius: 11 * degree}}, "")
	if err != nil {
		t.Fatal(err)
	}
	want := []RegionDistance{{a.Region("11"), degree}, {a.Region("11.02"), degree}, {a.Region("11.01"), 2 * degree}, {a.Region("12"), 5 * degree}, {a.Region("12.01"), 10 * degree}}
	if len(list.Hits) != len(want) {
		t.Fatalf("%d regions near, want %d", len(list.Hits), len(want))
	}
	// Of C only the bounding box is known, from 114.5 to 115.5: outside nine degrees,
	// and possibly within ten.
	for radius, notCovered := range map[float64]int{9: 0, 10: 1} {
		list, err := a.on(day).Regions(t.Context(), &sentra.RegionFilter{Near: &sentra.Near{Point: orb.Point{105, 0}, Radius: radius * degree}}, "")
		if err != nil || len(list.Hits) != 4 || len(list.NotCovered) != notCovered {
			t.Errorf("%g degrees: %d regions, %d not known, %v; want 4 and %d", radius, len(list.Hits), len(list.NotCovered), err, notCovered)
		}
	}
	for i, hit := range list.Hits {
		if hit.Region != want[i].Region || !near(*hit.Metres, want[i].Metres) {
			t.Errorf("hit %d is %s at %v, want %s at %v", i, hit.Code, *hit.Metres, want[i].Code, want[i].Metres)
		}
	}
	for _, c := range []struct {
		code  sentra.RegionCode
		level sentra.Level
		want  []RegionDistance
	}{
		// C has no boundary: its point is 11 degrees from B and 12 from A.
		{"11.02", sentra.LevelRegency, []RegionDistance{{a.Region("11.01"), 0}, {a.Region("12.01"), 11 * degree}}},
		{"12.01", sentra.LevelRegency, []RegionDistance{{a.Region("11.02"), 11 * degree}, {a.Region("11.01"), 12 * degree}}},
		{"12.01", sentra.LevelProvince, []RegionDistance{{a.Region("11"), 11 * degree}}},
		{"11", sentra.LevelRegency, []RegionDistance{{a.Region("12.01"), 11 * degree}}},
	} {
		got, _ := a.on(day).NearestRegions(t.Context(), a.Region(c.code), 5, c.level)
		if len(got) != len(c.want) {
			t.Errorf("nearest to %s: %d, want %d", c.code, len(got), len(c.want))
			continue
		}
		for i := range got {
			if got[i].Region != c.want[i].Region || !near(got[i].Metres, c.want[i].Metres) {
				t.Errorf("nearest to %s: %d is %s at %v, want %s at %v", c.code, i, got[i].Code, got[i].Metres, c.want[i].Code, c.want[i].Metres)
			}
		}
	}
}

// TestNearFilter measures every boundary; the distance to a province is that to its
// nearest member.
func TestNearFilter(t *testing.T) {
	a := anAtlas(t)
	random := rand.New(rand.NewPCG(7, 8))
	for range 6 {
		p, radius := anyPoint(random), math.Pow(10, 4+random.Float64()*2.3)
		want := make(map[sentra.RegionCode]float64)
		for _, b := range regencyShapes(a) {
			metres := geo.DistanceTo(b.Boundary.Shape, p)
			if metres > radius {
				continue
			}
			for _, code := range []sentra.RegionCode{b.Region, provinceOf(a.Data, b.Region, christmas)} {
				if known, ok := want[code]; !ok || metres < known {
					want[code] = metres
				}
			}
		}
		filter := &sentra.RegionFilter{Near: &sentra.Near{Point: p, Radius: radius}}
		for _, f := range []*sentra.RegionFilter{filter, {Near: filter.Near, And: []*sentra.RegionFilter{filter}}} {
			list, err := a.on(christmas).Regions(t.Context(), f, "")
			if err != nil {
				t.Fatal(err)
			}
			if len(list.Hits) != len(want) {
				t.Fatalf("%d regions within %g of %v, want %d", len(list.Hits), radius, p, len(want))
			}
			for i, hit := range list.Hits {
				if metres, ok := want[hit.Code]; !ok || !near(*hit.Metres, metres) || i > 0 && *hit.Metres < *list.Hits[i-1].Metres {
					t.Errorf("%s is %v metres from %v, want %v", hit.Code, *hit.Metres, p, metres)
				}
			}
		}
	}
}

// TestBoxFilters: a region meets a box if and only if their overlap has an area,
// which is measured by another algorithm, the sweep of an overlay.
func TestBoxFilters(t *testing.T) {
	a := anAtlas(t)
	random := rand.New(rand.NewPCG(9, 10))
	for range 60 {
		p, size := anyPoint(random), math.Pow(10, -1.5+random.Float64()*2.5)
		box := sentra.BBox{West: p[0], South: p[1], East: p[0] + size, North: p[1] + size/2}
		list, err := a.on(christmas).Regions(t.Context(), &sentra.RegionFilter{BBox: &box}, "")
		if err != nil {
			t.Fatal(err)
		}
		overlay := geo.NewOverlay(orb.MultiPolygon{geo.Bounds(box)[0].ToPolygon()})
		for i := range a.Data.Regions {
			r := &a.Data.Regions[i]
			if !r.Validity.Contains(christmas) {
				continue
			}
			share, _ := overlay.Shares(a.on(christmas).Shape(r.Code).Boundary.Shape)
			listed := slices.ContainsFunc(list.Hits, func(hit RegionHit) bool { return hit.Region == r })
			if listed != (share > 0) && (listed || share > 1e-12) {
				t.Errorf("%s in %+v: listed is %v, its share %v", r.Code, box, listed, share)
			}
		}
	}
}

// TestNearestRegions computes the distances of islands from every vertex of one to
// every border of the other.
func TestNearestRegions(t *testing.T) {
	a := anAtlas(t)
	apart := func(x, y sentra.RegionCode) float64 {
		least := math.Inf(1)
		one, two := a.on(today).Shape(x).Boundary.Shape, a.on(today).Shape(y).Boundary.Shape
		for _, pair := range [][2]orb.MultiPolygon{{one, two}, {two, one}} {
			for _, polygon := range pair[0] {
				for _, p := range polygon[0] {
					least = min(least, geo.DistanceTo(pair[1], p))
				}
			}
		}
		return least
	}
	// Bali's regencies have few vertices. The province nearest to Bali is Jawa Timur
	// (35.10, Banyuwangi) across the strait, then that of Lombok (52).
	for _, code := range []sentra.RegionCode{"51.04", "51.07"} {
		got, _ := a.on(today).NearestRegions(t.Context(), a.Region(code), 9, sentra.LevelRegency)
		for i, d := range got {
			if d.Code == code || i > 0 && (d.Metres < got[i-1].Metres) {
				t.Errorf("%s: %d is %s at %v", code, i, d.Code, d.Metres)
			}
			if want := apart(code, d.Code); d.Metres > 0 && !near(d.Metres, want) {
				t.Errorf("%s to %s: %v metres, want %v", code, d.Code, d.Metres, want)
			}
		}
		for _, r := range a.on(today).Members("51") {
			if r.Code != code && !slices.ContainsFunc(got, func(d RegionDistance) bool { return d.Region == r }) && apart(code, r.Code) < got[len(got)-1].Metres-1e-3 {
				t.Errorf("%s is nearer to %s than the last one listed", r.Code, code)
			}
		}
	}
	for _, c := range []struct {
		code  sentra.RegionCode
		level sentra.Level
		want  []sentra.RegionCode
	}{
		{"51", sentra.LevelProvince, []sentra.RegionCode{"35", "52"}},
		{"51", sentra.LevelRegency, []sentra.RegionCode{"35.10"}},
		{"51.01", sentra.LevelProvince, []sentra.RegionCode{"35"}}, // Jembrana; not its own, Bali
	} {
		got, _ := a.on(today).NearestRegions(t.Context(), a.Region(c.code), len(c.want), c.level)
		var codes []sentra.RegionCode
		for _, d := range got {
			codes = append(codes, d.Code)
		}
		if !slices.Equal(codes, c.want) || got[0].Metres < 1500 || got[0].Metres > 10_000 {
			t.Errorf("nearest to %s: %v, the first at %v metres, want %v over Bali's strait", c.code, codes, got[0].Metres, c.want)
		}
	}
	// On the day Papua had only two provinces.
	all, _ := a.on(christmas).NearestRegions(t.Context(), a.Region("91"), 40, sentra.LevelProvince)
	for _, d := range all {
		if slices.Contains([]sentra.RegionCode{"91", "93", "94", "95", "96"}, d.Code) {
			t.Errorf("%s is near Papua on %s, when it was not", d.Code, christmas)
		}
	}
}

func BenchmarkAt(b *testing.B) {
	a := anAtlas(b)
	random := rand.New(rand.NewPCG(9, 10))
	var points []orb.Point
	for len(points) < 1000 {
		if p := anyPoint(random); must(a.on(today).At(p, 0)).Regency != nil {
			points = append(points, p)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		_, _ = a.on(today).At(points[i%len(points)], 0)
		i++
	}
}

func BenchmarkNearestRegions(b *testing.B) {
	a := anAtlas(b)
	for _, code := range []sentra.RegionCode{"51.01", "35", "94"} {
		b.Run(string(code), func(b *testing.B) {
			for b.Loop() {
				_, _ = a.on(today).NearestRegions(b.Context(), a.Region(code), 10, code.Level())
			}
		})
	}
}

// BenchmarkRegions lists regions by location.
func BenchmarkRegions(b *testing.B) {
	a := anAtlas(b)
	square := orb.Bound{Min: orb.Point{110, -8}, Max: orb.Point{110.5, -7.5}}
	for _, c := range []struct {
		name   string
		filter sentra.RegionFilter
	}{
		{"bbox", sentra.RegionFilter{BBox: &sentra.BBox{West: 110, South: -8, East: 110.5, North: -7.5}}},
		{"bbox of the country", sentra.RegionFilter{BBox: &sentra.BBox{West: 94, South: -12, East: 142, North: 7}}},
		{"near", sentra.RegionFilter{Near: &sentra.Near{Point: orb.Point{110, -7.5}, Radius: 100_000}}},
		{"near, 3,000 km", sentra.RegionFilter{Near: &sentra.Near{Point: orb.Point{110, -7.5}, Radius: 3_000_000}}},
		{"intersects", sentra.RegionFilter{Intersects: orb.MultiPolygon{square.ToPolygon()}}},
		{"contains", sentra.RegionFilter{Contains: orb.MultiPolygon{square.ToPolygon()}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			hits := 0
			for b.Loop() {
				list, err := a.on(today).Regions(b.Context(), &c.filter, "")
				if err != nil {
					b.Fatal(err)
				}
				hits = len(list.Hits)
			}
			b.ReportMetric(float64(hits), "regions")
		})
	}
}
