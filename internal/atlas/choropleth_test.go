package atlas

import (
	"context"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// A cluster in two regencies of one province counts in both, and once in the province
// and the total. A cluster of which only the province is known counts in the total
// and the province, and is unplaced among the regencies: it may be in any of them, so
// that none is known to have no more.
func TestChoroplethOfSpreadClusters(t *testing.T) {
	data := copyOfRealData(t)
	cluster := func(key string, precision sentra.LocationPrecision, regions ...sentra.RegionCode) *sentra.Cluster {
		return &sentra.Cluster{Key: key, NameEN: key, Products: []string{"coffee-processing"}, Phases: []string{"2013-2016", "2017"}, Regions: regions, Precision: precision, Point: &orb.Point{110, -7}}
	}
	data.Clusters = sentra.NewClusters(cluster("two", sentra.PrecisionPoint, "33.01", "33.02"), cluster("far", sentra.PrecisionPoint, "33.01", "35.01"),
		cluster("province", sentra.PrecisionProvince, "33"))
	a, err := New(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		day      sentra.Date
		question ChoroplethQuestion
		total    float64
		unplaced int
		want     map[string]float64
	}{
		{christmas, ChoroplethQuestion{By: sentra.ByRegion, Measure: sentra.ClusterCount}, 3, 1, map[string]float64{"33.01": 2, "33.02": 1, "35.01": 1}},
		{christmas, ChoroplethQuestion{By: sentra.ByRegion, Level: sentra.LevelProvince, Measure: sentra.ClusterCount}, 3, 0, map[string]float64{"33": 3, "35": 1}},
		{christmas, ChoroplethQuestion{By: sentra.ByRegion, Measure: sentra.ProductCount}, 1, 1, map[string]float64{"33.01": 1, "33.02": 1, "35.01": 1}},
		{christmas, ChoroplethQuestion{By: sentra.ByProduct, Measure: sentra.ClusterCount}, 3, 0, map[string]float64{"coffee-processing": 3}},
		{christmas, ChoroplethQuestion{By: sentra.ByPhase, Measure: sentra.ClusterCount}, 3, 0, map[string]float64{"2013-2016": 3, "2017": 3}},
		// A phase that has not begun counts nothing, although its clusters exist.
		{christmas - 400, ChoroplethQuestion{By: sentra.ByPhase, Measure: sentra.ClusterCount}, 3, 0, map[string]float64{"2013-2016": 3}},
	} {
		got, err := a.on(c.day).Choropleth(context.Background(), c.question)
		if err != nil {
			t.Fatal(err)
		}
		if *got.Total.Value != c.total || got.Unplaced != c.unplaced {
			t.Errorf("%+v: total %g, %d unplaced", c.question, *got.Total.Value, got.Unplaced)
		}
		for i := range got.Rows {
			row := &got.Rows[i]
			value, known := c.want[row.Key()]
			open := 0
			if row.Region != nil && c.unplaced == 1 && a.on(christmas).Province(row.Region.Code) == "33" {
				open = 1
			}
			if row.Region != nil && !known && open == 0 || row.Product != nil && !known {
				// There may be other clusters that the record does not hold.
				if row.Status != sentra.StatusNoData || row.Value != nil || row.NotCovered != 0 || len(row.Sources()) != 0 {
					t.Errorf("%+v: %s has %+v, want no data", c.question, row.Key(), row.Measured)
				}
				continue
			}
			if row.NotCovered != open || row.Value == nil && (known || open == 0) || row.Value != nil && (*row.Value != value || !known && open > 0) {
				t.Errorf("%+v: %s has %+v, want %g and %d open", c.question, row.Key(), row.Measured, value, open)
			}
		}
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.on(christmas).Choropleth(cancelled, ChoroplethQuestion{By: sentra.ByPhase, Measure: sentra.ClusterCount}); sentra.ErrorCode(err) != sentra.CodeCancelled {
		t.Errorf("got %v", err)
	}
}

func BenchmarkChoropleth(b *testing.B) {
	a := anAtlas(b)
	for b.Loop() {
		if _, err := a.on(christmas).Choropleth(context.Background(), ChoroplethQuestion{By: sentra.ByRegion, Measure: sentra.AffirmativeClusterCount}); err != nil {
			b.Fatal(err)
		}
	}
}
