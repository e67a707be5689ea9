package tile

import (
	"fmt"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Clusters of which only the regency is known are one mark of it, however many they
// are; those of the programme have their own mark, and those with their own location
// theirs.
func TestMarks(t *testing.T) {
	at := func(lon, lat float64) orb.Point { return orb.Point{lon, lat} }
	var clusters []*atlas.Cluster
	add := func(region sentra.RegionCode, place orb.Point, precision sentra.LocationPrecision, planned bool, phases ...string) {
		c := &sentra.Cluster{Key: fmt.Sprint(len(clusters)), Regions: []sentra.RegionCode{region}, Precision: precision, Phases: phases, Planned: planned}
		clusters = append(clusters, &atlas.Cluster{Cluster: c, Place: place})
	}
	for range 1000 {
		add("35.28", at(113.5, -7.1), sentra.PrecisionRegency, false)
	}
	add("35.28", at(113.5, -7.1), sentra.PrecisionRegency, true)
	add("35.28", at(113.5, -7.1), sentra.PrecisionRegency, false, "2017")
	add("35.28", at(113.6, -7.0), sentra.PrecisionPoint, false)
	add("35.28", at(113.6, -7.0), sentra.PrecisionPoint, false)
	add("35.27", at(113.2, -7.2), sentra.PrecisionPoint, false)
	label := func(code sentra.RegionCode) orb.Point { return at(113.5, -7.1) }

	type mark struct {
		count, nth int
		region     sentra.RegionCode
		class      markClass
	}
	existing, planned := markClass{status: sentra.ClusterExisting}, markClass{status: sentra.ClusterPlanned}
	programme := markClass{"2017", sentra.ClusterExisting}
	for _, c := range []struct {
		name     string
		regionOf func(*atlas.Cluster) sentra.RegionCode
		want     []mark
	}{
		{"near", nil, []mark{{1, 0, "35.28", programme}, {1000, 1, "35.28", existing}, {1, 2, "35.28", planned}, {1, 0, "35.27", existing}, {2, 0, "35.28", existing}}},
		{"by regency", func(c *atlas.Cluster) sentra.RegionCode { return c.Regions[0] }, []mark{{1, 0, "35.28", programme}, {1003, 1, "35.28", existing}, {1, 0, "35.27", existing}}},
		{"by province", func(*atlas.Cluster) sentra.RegionCode { return "35" }, []mark{{1, 0, "35", programme}, {1004, 1, "35", existing}}},
	} {
		index := newMarkIndex(clusters, c.regionOf, label)
		for _, zoom := range []maptile.Zoom{9, 12} {
			var got []mark
			seen := make(map[maptile.Tile]bool)
			for _, place := range []orb.Point{at(113.5, -7.1), at(113.6, -7.0), at(113.2, -7.2)} {
				tile := maptile.At(place, zoom)
				if seen[tile] {
					continue
				}
				seen[tile] = true
				for _, m := range index.in(tile) {
					if m.at.x < 0 || m.at.y < 0 || m.at.x >= Extent || m.at.y >= Extent {
						t.Errorf("%s, %v: a mark at %v", c.name, tile, m.at)
					}
					got = append(got, mark{len(m.clusters), m.nth, m.region, m.class})
				}
			}
			want := c.want
			if c.name == "near" && zoom > ClusterMaxZoom {
				want = slices.Concat(want[:4], []mark{{1, 0, "35.28", existing}, {1, 0, "35.28", existing}})
			}
			order := func(marks []mark) []string {
				var lines []string
				for _, m := range marks {
					lines = append(lines, fmt.Sprint(m))
				}
				slices.Sort(lines)
				return lines
			}
			if !slices.Equal(order(got), order(want)) {
				t.Errorf("%s at zoom %d: %v; want %v", c.name, zoom, order(got), order(want))
			}
		}
	}
}
