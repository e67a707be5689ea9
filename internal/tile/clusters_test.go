package tile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func scattered(number int) []*atlas.Cluster {
	random := rand.New(rand.NewPCG(8, 9))
	clusters := make([]*atlas.Cluster, number)
	for i := range clusters {
		at := orb.Point{95 + 46*random.Float64(), -11 + 17*random.Float64()}
		if i%10 == 0 && i > 0 {
			at = clusters[i-1].Place
		}
		clusters[i] = &atlas.Cluster{Cluster: &sentra.Cluster{Key: fmt.Sprint(i)}, Place: at}
	}
	return clusters
}

// Compared with a count of all clusters: each group of a tile is a cell with all its
// clusters, and its point is their mean.
func TestClusterGroups(t *testing.T) {
	clusters := scattered(5000)
	index := newClusterIndex(clusters)
	for _, zoom := range []maptile.Zoom{0, 3, 4, 6, 8, 10, 11, 14} {
		total := 0
		seen := make(map[maptile.Tile]bool)
		for _, c := range clusters {
			at := maptile.At(c.Place, zoom)
			if seen[at] {
				continue
			}
			seen[at] = true
			cells := make(map[maptile.Tile][]*atlas.Cluster)
			for _, other := range clusters {
				if maptile.At(other.Place, zoom) == at {
					cell := maptile.At(other.Place, zoom+cellBits)
					cells[cell] = append(cells[cell], other)
				}
			}
			groups := index.in(at)
			if zoom <= ClusterMaxZoom && len(groups) != len(cells) {
				t.Fatalf("%v: %d groups for %d cells", at, len(groups), len(cells))
			}
			for _, g := range groups {
				total += len(g.clusters)
				if g.at.x < 0 || g.at.y < 0 || g.at.x >= Extent || g.at.y >= Extent {
					t.Errorf("%v: a point at %v", at, g.at)
				}
				members := cells[maptile.At(g.clusters[0].Place, zoom+cellBits)]
				if zoom > ClusterMaxZoom {
					members = g.clusters[:1]
				}
				var x, y float64
				for _, m := range members {
					f := maptile.Fraction(m.Place, zoom)
					x, y = x+(f[0]-float64(at.X))*Extent/float64(len(members)), y+(f[1]-float64(at.Y))*Extent/float64(len(members))
				}
				if len(members) != len(g.clusters) || float64(g.at.x) < x-1.01 || float64(g.at.x) > x+0.01 || float64(g.at.y) < y-1.01 || float64(g.at.y) > y+0.01 {
					t.Errorf("%v: %d clusters at %v, want %d at %f, %f", at, len(g.clusters), g.at, len(members), x, y)
				}
			}
			if len(seen) == 300 {
				break
			}
		}
		if len(seen) < 300 && total != len(clusters) {
			t.Errorf("zoom %d: %d clusters of %d", zoom, total, len(clusters))
		}
	}
	if groups := newClusterIndex(nil).in(maptile.New(0, 0, 0)); groups != nil {
		t.Errorf("no clusters, yet %v", groups)
	}
}

func BenchmarkClusterGroups(b *testing.B) {
	for _, number := range []int{1_000, 100_000, 1_000_000} {
		index := newClusterIndex(scattered(number))
		b.Run(fmt.Sprintf("%d/z4", number), func(b *testing.B) {
			for b.Loop() {
				index.in(maptile.New(13, 8, 4))
			}
		})
	}
}
