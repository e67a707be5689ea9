package atlas

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// TestFacetsAgainstOracle generates filters and expects for each value what the
// oracle counts, cluster by cluster, with the value in place of the filter's own
// condition on the facet.
func TestFacetsAgainstOracle(t *testing.T) {
	const filters = 42
	random := rand.New(rand.NewPCG(7, 2026))
	data := oracleCountry(t, random)
	a := must(New(data))
	maker := filterMaker{random, data}
	compared, counted := 0, 0
	for i := range filters {
		day := sentra.MustDate(oracleDays[i%len(oracleDays)])
		o := newOracle(data, day)
		f, begun := maker.cluster(i%3), random.IntN(3) == 0
		// Most also have conditions on some facets.
		for range random.IntN(3) {
			switch random.IntN(4) {
			case 0:
				f.Product = data.Clusters.List()[random.IntN(data.Clusters.Len())].Products[0]
			case 1:
				f.Region = maker.province()
			case 2:
				f.Regions = &sentra.RegionFilter{Designations: []sentra.DesignationKind{sentra.Disadvantaged}, Level: sentra.LevelRegency}
			case 3:
				f.Confidence = []sentra.Confidence{sentra.Listed}
			}
		}
		count := func(f *sentra.ClusterFilter) (matching, open int) {
			for c := range data.Clusters.All {
				v := o.cluster(f, c)
				if begun {
					v = both(v, o.begun(c))
				}
				switch v {
				case yes:
					matching++
				case unknown:
					open++
				}
			}
			return matching, open
		}
		got, err := a.on(day).ClusterFacets(t.Context(), f, begun)
		if err != nil {
			t.Fatal(err)
		}
		if matching, open := count(f); !o.close && (got.Total != matching || got.NotCovered != open) {
			t.Errorf("filter %d: %d and %d not covered, want %d and %d", i, got.Total, got.NotCovered, matching, open)
		}
		for _, facet := range got.Facets {
			told := map[string][2]int{}
			for _, v := range facet.Values {
				told[v.Value] = [2]int{v.Count, v.NotCovered}
			}
			for _, value := range facetValuesOf(data, day, facet.Facet) {
				matching, open := count(f.With(facet.Facet, value))
				if compared++; told[value] != [2]int{matching, open} && !o.close {
					t.Fatalf("filter %d, %+v on %s, %s %s: %v, want %d and %d", i, f, day, facet.Facet, value, told[value], matching, open)
				}
				counted += matching
				delete(told, value)
			}
			if len(told) > 0 {
				t.Errorf("%s has %v too", facet.Facet, told)
			}
		}
	}
	if compared < 1000 || counted < 1000 {
		t.Errorf("%d values compared, of %d clusters", compared, counted)
	}
}

func facetValuesOf(data *sentra.Dataset, day sentra.Date, facet sentra.Facet) (out []string) {
	switch facet {
	case sentra.FacetProduct:
		for _, p := range data.Products {
			out = append(out, p.Key)
		}
	case sentra.FacetProductGroup:
		out = []string{"TEXTILE", "FOOD", "WOOD", "METAL", "CLAY_STONE", "LEATHER", "OTHER"}
	case sentra.FacetProvince:
		for _, r := range data.Regions {
			if r.Kind == sentra.KindProvince && r.Validity.Contains(day) {
				out = append(out, string(r.Code))
			}
		}
	case sentra.FacetPhase:
		for _, p := range data.Phases {
			out = append(out, p.Key)
		}
	case sentra.FacetFund:
		out = []string{"APBN", "DECONCENTRATION", "DAK", "ANY"}
	case sentra.FacetAffirmative:
		out = []string{"DISADVANTAGED", "BORDER", "ANY", "NONE"}
	case sentra.FacetConfidence:
		out = []string{"LISTED", "INFERRED", "PARTIAL"}
	case sentra.FacetProgramme:
		out = []string{"true", "false"}
	case sentra.FacetStatus:
		out = []string{"EXISTING", "PLANNED"}
	}
	return out
}

// Worked out from sentra.csv: 55 batik, of which 5 are planned; the programme's are five
// of 2013-2016 and six of 2017.
func TestFacetsOfFacts(t *testing.T) {
	a := factsAtlas(t)
	facets := func(f *sentra.ClusterFilter) map[string]int {
		t.Helper()
		got, err := a.on(today).ClusterFacets(t.Context(), f, false)
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]int{"total": got.Total}
		for _, facet := range got.Facets {
			for _, v := range facet.Values {
				out[string(facet.Facet)+" "+v.Value] = v.Count
			}
		}
		return out
	}
	yes := true
	for _, c := range []struct {
		filter *sentra.ClusterFilter
		want   map[string]int
	}{
		{&sentra.ClusterFilter{Product: "batik", ProductGroups: []sentra.ProductGroup{sentra.ProductsFood}}, map[string]int{"total": 0, "PRODUCT_GROUP TEXTILE": 55, "PRODUCT_GROUP FOOD": 0}},
		{nil, map[string]int{"total": 390, "PRODUCT batik": 55, "STATUS PLANNED": 12, "STATUS EXISTING": 378, "PROGRAMME true": 11, "PROGRAMME false": 379, "CONFIDENCE LISTED": 302, "FUND ANY": 41}},
		// The product facet ignores the filter's product but not its programme, and vice
		// versa.
		{&sentra.ClusterFilter{Product: "coffee-processing", Programme: &yes}, map[string]int{"total": 1, "PRODUCT coffee-processing": 1, "PROGRAMME true": 1, "PROVINCE 94": 1, "AFFIRMATIVE ANY": 1, "AFFIRMATIVE DISADVANTAGED": 1, "PHASE 2017": 1}},
	} {
		got := facets(c.filter)
		for what, count := range c.want {
			if got[what] != count {
				t.Errorf("%+v: %s is %d, want %d", c.filter, what, got[what], count)
			}
		}
	}
	for path, f := range map[string]*sentra.ClusterFilter{"phase": {Phase: "1999"}, "regions": {Regions: &sentra.RegionFilter{Parent: "99"}}, "bbox": {BBox: &sentra.BBox{South: 1}}, "not": {Not: &sentra.ClusterFilter{Product: "spaceship"}}} {
		_, err := a.on(today).ClusterFacets(t.Context(), f, false)
		if coded, ok := err.(*sentra.Error); !ok || len(coded.Path) < 2 || coded.Path[0] != "filter" || coded.Path[1] != path {
			t.Errorf("%s: %v", path, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := a.on(today).ClusterFacets(ended, nil, false); sentra.ErrorCode(err) != sentra.CodeCancelled {
		t.Errorf("after the deadline: %v", err)
	}
}

// The target is 10 ms for any filter, with 100,000 clusters.
func BenchmarkFacets(b *testing.B) {
	a := withClusters(b, 100_000)
	yes := true
	java := orb.Ring{{105, -8.8}, {115, -8.8}, {115, -5.5}, {105, -5.5}, {105, -8.8}}
	filters := map[string]*sentra.ClusterFilter{
		"none":     nil,
		"own":      {Product: "batik", Region: "33", Programme: &yes, Confidence: []sentra.Confidence{sentra.Listed}, Regions: &sentra.RegionFilter{Affirmative: &yes}},
		"product":  {Product: "batik"},
		"province": {Region: "33"},
		"regions":  {Regions: &sentra.RegionFilter{Designations: []sentra.DesignationKind{sentra.Border}, Not: &sentra.RegionFilter{Parent: "94"}}},
		"near":     {Near: &sentra.Near{Point: orb.Point{117, -2}, Radius: 2_000_000}},
		"or near":  {Or: []*sentra.ClusterFilter{{Near: &sentra.Near{Point: orb.Point{117, -2}, Radius: 300_000}}, {Product: "batik"}}},
		"bbox":     {BBox: &sentra.BBox{West: 95, South: -11, East: 141, North: 6}},
		"polygon":  {Within: orb.MultiPolygon{{java}}},
		"not":      {Not: &sentra.ClusterFilter{Or: []*sentra.ClusterFilter{{Product: "batik"}, {Region: "35"}, {Confidence: []sentra.Confidence{sentra.Partial}}}}},
	}
	names := []string{}
	for name := range filters {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				if _, err := a.on(today).ClusterFacets(b.Context(), filters[name], false); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[0].Microseconds())/1000, "least-ms")
		})
	}
}
