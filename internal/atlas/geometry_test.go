package atlas_test

import (
	"encoding/json"
	"math"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var (
	day2017 = sentra.MustDate("2017-12-25")
	day2026 = sentra.MustDate("2026-11-24")
)

// record is the facts with the real boundaries of both levels, dated as by the
// importer; without the unions.
var record = boundarytest.Once(readRecord)

func readRecord(provinces, regencies string) (*sentra.Dataset, error) {
	loaded, err := facts.Load()
	if err != nil {
		return nil, err
	}
	data := &sentra.Dataset{Facts: *loaded, Version: "a"}
	first, split := sentra.FirstDay, sentra.MustDate("2022-12-08")
	for _, name := range []string{provinces, regencies} {
		file, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if err := boundaryfile.Read(file, name, boundaryfile.Options{}, func(r boundaryfile.Record) error {
			shape, _, err := geo.Repair(r.Geometry)
			b := sentra.Boundary{Region: sentra.RegionCode(r.Code), Shape: shape, Validity: sentra.Period{From: &first}, Origin: sentra.OriginImported, Source: "test"}
			if b.Region.Level() == sentra.LevelProvince {
				b.Validity.From = &split
			}
			data.Boundaries = append(data.Boundaries, b)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// aRecord returns the record with boundaries that a test may modify.
func aRecord(tb testing.TB) *sentra.Dataset {
	data := *record(tb)
	data.Boundaries = slices.Clone(data.Boundaries)
	return &data
}

var indonesia = boundarytest.Once(func(provinces, regencies string) (*atlas.Atlas, error) {
	data, err := readRecord(provinces, regencies)
	if err != nil {
		return nil, err
	}
	return atlas.New(data)
})

func on(a *atlas.Atlas, day sentra.Date) atlas.View {
	view, err := a.On(day)
	if err != nil {
		panic(err)
	}
	return view
}

func TestShapesComeFromTheCoverage(t *testing.T) {
	a := indonesia(t)
	for _, day := range []sentra.Date{day2017, day2026} {
		c := on(a, day).Coverage()
		if c == nil || c.Len() != 514 {
			t.Fatalf("on %s the coverage is %v", day, c)
		}
		total := 0.0
		regencies := 0.0
		for i := range a.Data.Regions {
			r := &a.Data.Regions[i]
			if !r.Validity.Contains(day) {
				continue
			}
			s := on(a, day).Shape(r.Code)
			if s == nil {
				t.Errorf("%s: no shape on %s", r.Code, day)
				continue
			}
			if !geo.Contains(s.Boundary.Shape, s.Label) || s.Bound != s.Boundary.Shape.Bound() {
				t.Errorf("%s: label %v, bound %v", r.Code, s.Label, s.Bound)
			}
			if r.Kind != sentra.KindProvince {
				regencies += s.AreaKm2
				if s.Origin != sentra.OriginImported || s.Source != "test" {
					t.Errorf("%s: %s of %s", r.Code, s.Origin, s.Source)
				}
				continue
			}
			total += s.AreaKm2
			if s.Origin != sentra.OriginUnion || s.Source != "test" {
				t.Errorf("%s: %s of %s", r.Code, s.Origin, s.Source)
			}
			members := 0.0
			for _, m := range on(a, day).Members(r.Code) {
				members += on(a, day).Shape(m.Code).AreaKm2
			}
			if math.Abs(members-s.AreaKm2) > 1e-6*members {
				t.Errorf("%s on %s has %.3f km2, its members %.3f", r.Code, day, s.AreaKm2, members)
			}
		}
		if math.Abs(total-regencies) > 1 {
			t.Errorf("on %s the provinces have %.1f km2, the regencies and cities %.1f", day, total, regencies)
		}
	}
}

func positions(shape orb.MultiPolygon) (n int) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

// TestStoredBoundariesStand leaves out a regency's boundary: the stored boundary of
// its province is used, and the others stay unions.
func TestStoredBoundariesStand(t *testing.T) {
	data := aRecord(t)
	data.Boundaries = slices.DeleteFunc(data.Boundaries, func(b sentra.Boundary) bool { return b.Region == "34.71" })
	stored := data.Boundaries[slices.IndexFunc(data.Boundaries, func(b sentra.Boundary) bool { return b.Region == "34" })]
	a, err := atlas.New(data)
	if err != nil {
		t.Fatal(err)
	}
	s := on(a, day2026).Shape("34")
	if s == nil || s.Origin != sentra.OriginImported || !orb.Equal(s.Boundary.Shape, stored.Shape) {
		t.Errorf("the stored boundary of 34 does not stand: %+v", s)
	}
	if simpler := s.Simplified(1000); len(simpler) == 0 || positions(simpler) >= positions(stored.Shape) {
		t.Error("the stored boundary is not simplified")
	}
	if _, known := on(a, day2026).Neighbours(a.Region("34")); known {
		t.Error("the neighbours of 34 are known without one of its members")
	}
	if before := on(a, day2017).Shape("34"); before != nil {
		t.Errorf("a boundary of 34 for %s came from nowhere", day2017)
	}
	if on(a, day2026).Shape("34.71") != nil {
		t.Error("34.71 has a shape without a boundary")
	}
	if _, known := on(a, day2026).Neighbours(a.Region("34.71")); known {
		t.Error("the neighbours of 34.71 are known without its boundary")
	}
	if other := on(a, day2026).Shape("33"); other.Origin != sentra.OriginUnion {
		t.Errorf("33 is %s", other.Origin)
	}
}

// box returns a square of a tenth of a degree.
func box(west, south float64) orb.MultiPolygon {
	return orb.MultiPolygon{orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + 0.1, south + 0.1}}.ToPolygon()}
}

// smallRecord has Aceh with two regencies, whose common border moves on 2020-01-01.
func smallRecord() *sentra.Dataset {
	first, moved, last := sentra.FirstDay, sentra.MustDate("2020-01-01"), sentra.MustDate("2019-12-31")
	always := sentra.Period{From: &first}
	region := func(code sentra.RegionCode, kind sentra.RegionKind) sentra.Region {
		return sentra.Region{Code: code, Kind: kind, Name: string(code), Validity: always}
	}
	wider := orb.MultiPolygon{orb.Bound{Min: orb.Point{95, 5}, Max: orb.Point{95.15, 5.1}}.ToPolygon()}
	narrower := orb.MultiPolygon{orb.Bound{Min: orb.Point{95.15, 5}, Max: orb.Point{95.2, 5.1}}.ToPolygon()}
	boundary := func(code sentra.RegionCode, validity sentra.Period, shape orb.MultiPolygon) sentra.Boundary {
		return sentra.Boundary{Region: code, Validity: validity, Shape: shape, Origin: sentra.OriginImported, Source: "test"}
	}
	return &sentra.Dataset{Facts: sentra.Facts{
		Regions: []sentra.Region{region("11", sentra.KindProvince), region("11.01", sentra.KindRegency), region("11.02", sentra.KindRegency), region("12", sentra.KindProvince), region("12.01", sentra.KindRegency)},
		Memberships: []sentra.Membership{{Region: "11.01", Province: "11", Validity: always}, {Region: "11.02", Province: "11", Validity: always},
			{Region: "12.01", Province: "12", Validity: always}},
	}, Boundaries: []sentra.Boundary{
		boundary("11.01", sentra.Period{From: &first, To: &last}, box(95, 5)), boundary("11.01", sentra.Period{From: &moved}, wider),
		boundary("11.02", sentra.Period{From: &first, To: &last}, box(95.1, 5)), boundary("11.02", sentra.Period{From: &moved}, narrower),
		boundary("12.01", always, box(95.2, 5)),
	}, Version: "a"}
}

func TestGenerations(t *testing.T) {
	a, err := atlas.New(smallRecord())
	if err != nil {
		t.Fatal(err)
	}
	before, after := sentra.MustDate("2019-12-31"), sentra.MustDate("2020-01-01")
	if on(a, before).Coverage() == on(a, after).Coverage() || on(a, before).Coverage() == nil {
		t.Fatal("the coverages do not follow the days")
	}
	square := on(a, after).Shape("12.01").AreaKm2
	// 6378.137² · π/1800 · (sin 5.1° − sin 5°) = 123.4392… km².
	if got := on(a, after).Shape("12.01").Km2(); got != 123.44 {
		t.Errorf("a square of a tenth of a degree has %v km²", got)
	}
	for _, c := range []struct {
		code sentra.RegionCode
		day  sentra.Date
		want float64 // squares of a tenth of a degree
	}{{"11.01", before, 1}, {"11.01", after, 1.5}, {"11.02", before, 1}, {"11.02", after, 0.5}, {"11", before, 2}, {"11", after, 2}, {"12", before, 1}, {"12", after, 1}} {
		if s := on(a, c.day).Shape(c.code); s == nil || math.Abs(s.AreaKm2-c.want*square) > 1e-6 || !s.Validity.Contains(c.day) {
			t.Errorf("%s on %s: %+v, want %g squares", c.code, c.day, s, c.want)
		}
	}
	neighbours, known := on(a, after).Neighbours(a.Region("12"))
	if !known || len(neighbours) != 1 || neighbours[0].Code != "11" || math.Abs(neighbours[0].Metres-0.1*geo.MetresPerDegree) > 0.1 {
		t.Errorf("neighbours of 12: %v, %v", neighbours, known)
	}
}

// TestNextReuses changes a cluster, then a boundary.
func TestNextReuses(t *testing.T) {
	a, err := atlas.New(smallRecord())
	if err != nil {
		t.Fatal(err)
	}
	day := sentra.MustDate("2021-01-01")
	encoded := a.EncodedBoundary(on(a, day).Shape("11"), 100, 6)

	same := smallRecord()
	same.Version = "b"
	b, err := a.Next(t.Context(), same)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []sentra.RegionCode{"11", "11.01", "11.02", "12", "12.01"} {
		if on(a, day).Shape(code) != on(b, day).Shape(code) {
			t.Errorf("the shape of %s was made anew", code)
		}
	}
	if again := b.EncodedBoundary(on(b, day).Shape("11"), 100, 6); &again[0] != &encoded[0] {
		t.Error("the boundary was encoded anew")
	}

	cited := smallRecord()
	for i := range cited.Boundaries {
		cited.Boundaries[i].Source = "another"
	}
	again, err := b.Next(t.Context(), cited)
	if err != nil {
		t.Fatal(err)
	}
	if s := on(again, day).Shape("11"); on(again, day).Coverage() != on(b, day).Coverage() || s.Source != "another" {
		t.Errorf("with another source: %s, coverage anew: %v", s.Source, on(again, day).Coverage() != on(b, day).Coverage())
	}

	other := smallRecord()
	other.Boundaries[4].Shape = box(95.2, 5.05)
	c, err := b.Next(t.Context(), other)
	if err != nil {
		t.Fatal(err)
	}
	if s := on(c, day).Shape("12.01"); !s.Boundary.Shape.Bound().Contains(orb.Point{95.25, 5.14}) {
		t.Errorf("12.01 is still where it was: %v", s.Bound)
	}
	if neighbours, _ := on(c, day).Neighbours(c.Region("12")); math.Abs(neighbours[0].Metres-0.05*geo.MetresPerDegree) > 0.1 {
		t.Errorf("neighbours of 12: %v", neighbours)
	}
}

var moreDecimals = regexp.MustCompile(`\.[0-9]{3}`)

func TestEncodedBoundary(t *testing.T) {
	a := indonesia(t)
	for _, code := range []sentra.RegionCode{"94.06", "94", "53.14"} {
		s := on(a, day2026).Shape(code)
		for _, zoom := range []int{0, 6, 14} {
			tolerance := coverage.ZoomTolerance(zoom)
			encoded := a.EncodedBoundary(s, tolerance, 6)
			var got geojson.Geometry
			if err := json.Unmarshal(encoded, &got); err != nil || !orb.Equal(got.Geometry(), s.Simplified(tolerance)) {
				t.Errorf("%s at zoom %d is another shape, %v", code, zoom, err)
			}
			if again := a.EncodedBoundary(s, tolerance, 6); &again[0] != &encoded[0] {
				t.Errorf("%s at zoom %d was encoded twice", code, zoom)
			}
		}
		if long := moreDecimals.Find(a.EncodedBoundary(s, 0, 2)); long != nil {
			t.Errorf("%s is not rounded to two decimals: %s", code, long)
		}
	}
}

// BenchmarkNew builds an atlas from scratch, and from one with the same boundaries.
func BenchmarkNew(b *testing.B) {
	data := aRecord(b)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			if _, err := atlas.New(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("next", func(b *testing.B) {
		a := indonesia(b)
		for b.Loop() {
			if _, err := a.Next(b.Context(), data); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkEncodedBoundary encodes the boundaries of all regions at a zoom without
// the cache.
func BenchmarkEncodedBoundary(b *testing.B) {
	a := indonesia(b)
	size, tolerance := 0, coverage.ZoomTolerance(6)
	for b.Loop() {
		// A nearly equal tolerance, whose encodings are not cached.
		size, tolerance = 0, math.Nextafter(tolerance, math.Inf(1))
		for i := range a.Data.Regions {
			if s := on(a, day2026).Shape(a.Data.Regions[i].Code); s != nil {
				size += len(a.EncodedBoundary(s, tolerance, 6))
			}
		}
	}
	b.ReportMetric(float64(size)/(1<<20), "MiB")
}
