package atlas

import (
	"math"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The outcomes were worked out by hand from dak_ikm.csv, sentra.csv, programme.json and
// designations.csv.
func TestScreening(t *testing.T) {
	a := factsAtlas(t)
	const met, not, open = sentra.True, sentra.False, sentra.Unknown
	for _, c := range []struct {
		region, day, product string
		// APBN, deconcentration, DAK, clusters, linkage, disadvantaged, border.
		want         [7]sentra.Truth
		lower, upper float64
	}{
		// Lombok Tengah: a songket cluster since 2009, disadvantaged to 2019, DAK from 2019 on, a province without border.
		{"52.02", "2017-12-25", "", [7]sentra.Truth{open, open, open, met, open, met, not}, 2. / 7, 6. / 7},
		{"52.02", "2017-12-25", "songket", [7]sentra.Truth{open, open, open, met, open, met, not}, 2. / 7, 6. / 7},
		{"52.02", "2017-12-25", "batik", [7]sentra.Truth{open, open, open, open, open, met, not}, 1. / 7, 6. / 7},
		{"52.02", "2021-01-01", "", [7]sentra.Truth{open, open, met, met, open, not, not}, 2. / 7, 5. / 7},
		// Dogiyai: the border list of Papua is partial.
		{"94.06", "2017-12-25", "kopi", [7]sentra.Truth{open, open, open, met, open, met, open}, 2. / 7, 1},
		// Kota Semarang: DAK of no year by an article of 2022-11; a city is never disadvantaged.
		{"33.74", "2022-11-29", "", [7]sentra.Truth{open, open, met, met, open, not, not}, 2. / 7, 5. / 7},
		// Bangka had DAK of no year, told on 2023-07-21.
		{"19.01", "2023-07-20", "", [7]sentra.Truth{open, open, open, open, open, not, not}, 0, 5. / 7},
		{"19.01", "2023-07-21", "", [7]sentra.Truth{open, open, met, met, open, not, not}, 2. / 7, 5. / 7},
	} {
		code := sentra.RegionCode(c.region)
		got, err := a.Screen(t.Context(), ScreeningQuestion{Day: sentra.MustDate(c.day), Product: c.product, Filter: &sentra.RegionFilter{Codes: []sentra.RegionCode{code}}})
		if err != nil || len(got.Rows) != 1 {
			t.Fatalf("%s: %v, %v", c.region, got, err)
		}
		row := &got.Rows[0]
		for i, element := range sentra.ScreeningElements {
			if row.Outcomes.Of(element) != c.want[i] {
				t.Errorf("%s on %s, %s: %d, want %d", c.region, c.day, element, row.Outcomes.Of(element), c.want[i])
			}
			evidence := a.Evidence(got, row, element)
			if told := len(evidence.Supports)+len(evidence.Clusters)+len(evidence.Designations) > 0; told != (c.want[i] == met) {
				t.Errorf("%s on %s, %s: %+v", c.region, c.day, element, evidence)
			}
		}
		if math.Abs(row.Score.Lower-c.lower) > 1e-9 || math.Abs(row.Score.Upper-c.upper) > 1e-9 {
			t.Errorf("%s on %s: %+v, want %g to %g", c.region, c.day, row.Score, c.lower, c.upper)
		}
	}
}

// All 514 are screened, by the end of the score that is asked for; weights change it.
func TestScreeningOrder(t *testing.T) {
	a := factsAtlas(t)
	for _, order := range sentra.ScreeningOrders {
		got, err := a.Screen(t.Context(), ScreeningQuestion{Day: christmas, Order: order, Weights: sentra.Weights{sentra.ScreenLinkage: 0, sentra.ScreenDisadvantaged: 3}})
		if err != nil || len(got.Rows) != 514 {
			t.Fatal(len(got.Rows), err)
		}
		for i := 1; i < len(got.Rows); i++ {
			x, y := got.Rows[i-1], got.Rows[i]
			if order == sentra.ScreeningByLower && x.Score.Lower < y.Score.Lower || order == sentra.ScreeningByUpper && x.Score.Upper < y.Score.Upper ||
				order == sentra.ScreeningByCode && x.Region.Code >= y.Region.Code || y.Score.Lower > y.Score.Upper {
				t.Fatalf("by %s: %+v before %+v", order, x, y)
			}
		}
	}
	for path, q := range map[string]ScreeningQuestion{
		"weights.dak":  {Day: christmas, Weights: sentra.Weights{sentra.ScreenDAK: -1}},
		"product":      {Day: christmas, Product: "spaceship"},
		"asOf":         {Day: sentra.MustDate("2014-07-22")},
		"filter.codes": {Day: christmas, Filter: &sentra.RegionFilter{Codes: []sentra.RegionCode{"99"}}},
		"orderBy":      {Day: christmas, Order: "lower"},
	} {
		_, err := a.Screen(t.Context(), q)
		if coded, ok := err.(*sentra.Error); !ok || coded.Code != sentra.CodeBadUserInput || len(coded.Path) == 0 || coded.Path[0] != first(path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func first(path string) string {
	for i, r := range path {
		if r == '.' {
			return path[:i]
		}
	}
	return path
}

// The bar is 5 ms at p50 for all regencies and cities, with 100,000 clusters.
func BenchmarkScreening(b *testing.B) {
	a := withClusters(b, 100_000)
	for b.Loop() {
		got, err := a.Screen(b.Context(), ScreeningQuestion{Day: today, Product: "coffee-processing"})
		if err != nil || len(got.Rows) != 514 {
			b.Fatal(err)
		}
	}
}
