package tile

import (
	"cmp"
	"hash/fnv"
	"slices"
	"sort"
	"strings"

	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// clusterIndex has clusters in Morton order of the grid of MaxZoom, in which any tile
// and any cell of any zoom is one run. With the prefix sums the count and mean of a
// cell take the same time however many clusters it has.
type clusterIndex struct {
	clusters []*atlas.Cluster
	points   []point
	morton   []uint64
	// sumX and sumY have one more element than there are clusters.
	sumX, sumY []int64
}

// cellBits is the size of the cells in which clusters are grouped: an eighth of a
// tile, 64 pixels of 512.
const cellBits = 3

// gridBits is the number of bits of a coordinate on the grid of MaxZoom.
const gridBits = MaxZoom + extentBits

func newClusterIndex(clusters []*atlas.Cluster) *clusterIndex {
	type entry struct {
		cluster *atlas.Cluster
		at      point
		morton  uint64
	}
	entries := make([]entry, len(clusters))
	for i, c := range clusters {
		at := toGrid(c.Place, MaxZoom)
		entries[i] = entry{c, at, morton(uint32(at.x), uint32(at.y))}
	}
	slices.SortFunc(entries, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.morton, y.morton), cmp.Compare(x.cluster.Key, y.cluster.Key))
	})
	index := &clusterIndex{sumX: make([]int64, 1, len(entries)+1), sumY: make([]int64, 1, len(entries)+1)}
	for i, e := range entries {
		index.clusters = append(index.clusters, e.cluster)
		index.points = append(index.points, e.at)
		index.morton = append(index.morton, e.morton)
		index.sumX = append(index.sumX, index.sumX[i]+int64(e.at.x))
		index.sumY = append(index.sumY, index.sumY[i]+int64(e.at.y))
	}
	return index
}

// morton interleaves the bits of x and y.
func morton(x, y uint32) uint64 {
	spread := func(v uint32) uint64 {
		s := uint64(v)
		s = (s | s<<16) & 0x0000ffff0000ffff
		s = (s | s<<8) & 0x00ff00ff00ff00ff
		s = (s | s<<4) & 0x0f0f0f0f0f0f0f0f
		s = (s | s<<2) & 0x3333333333333333
		return (s | s<<1) & 0x5555555555555555
	}
	return spread(x) | spread(y)<<1
}

// run returns the positions [from, to) of the clusters in a square of a zoom.
func (c *clusterIndex) run(x, y uint32, zoom int) (from, to int) {
	shift := 2 * (gridBits - zoom)
	first := morton(x, y) << shift
	last := first + 1<<shift - 1
	from = sort.Search(len(c.morton), func(i int) bool { return c.morton[i] >= first })
	to = from + sort.Search(len(c.morton)-from, func(i int) bool { return c.morton[from+i] > last })
	return from, to
}

// group is clusters shown as one point, relative to the tile's corner.
type group struct {
	at       point
	clusters []*atlas.Cluster
}

// in returns the groups of a tile: cells of the grid up to ClusterMaxZoom, single
// clusters at deeper zooms.
func (c *clusterIndex) in(t maptile.Tile) []group {
	from, to := c.run(t.X, t.Y, int(t.Z))
	if from == to {
		return nil
	}
	shift := MaxZoom - int(t.Z)
	origin := point{int32(t.X) << extentBits, int32(t.Y) << extentBits}
	relative := func(x, y int64) point { return point{int32(x>>shift) - origin.x, int32(y>>shift) - origin.y} }
	var groups []group
	if t.Z > ClusterMaxZoom {
		for i := from; i < to; i++ {
			groups = append(groups, group{relative(int64(c.points[i].x), int64(c.points[i].y)), c.clusters[i : i+1]})
		}
		return groups
	}
	// Cells are contiguous in Morton order: each begins where the last ended.
	cell := 2 * (gridBits - int(t.Z) - cellBits)
	for begin := from; begin < to; {
		last := (c.morton[begin]>>cell+1)<<cell - 1
		end := begin + sort.Search(to-begin, func(i int) bool { return c.morton[begin+i] > last })
		count := int64(end - begin)
		groups = append(groups, group{relative((c.sumX[end]-c.sumX[begin])/count, (c.sumY[end]-c.sumY[begin])/count), c.clusters[begin:end]})
		begin = end
	}
	return groups
}

// clusterValues returns the values of the layer's fields for a point.
func (b *Builder) clusterValues(g group, on atlas.View) (id uint64, values []value) {
	c := g.clusters[0]
	hash := fnv.New64a()
	hash.Write([]byte(c.Key))
	// JavaScript numbers are exact up to 53 bits.
	id = hash.Sum64() & (1<<53 - 1)
	if len(g.clusters) > 1 {
		return id, []value{number(int64(len(g.clusters)))}
	}
	products := make([]string, len(c.Products))
	for i, key := range c.Products {
		products[i] = b.atlas.Product(key).NameEN
	}
	regions := make([]string, len(c.Regions))
	for i, code := range c.Regions {
		regions[i] = string(code)
	}
	// told joins the values of the regions that have one.
	told := func(of func(sentra.RegionCode) string) value {
		var all []string
		for _, code := range c.Regions {
			if one := of(code); one != "" {
				all = append(all, one)
			}
		}
		return optional(strings.Join(all, ", "))
	}
	name := func(code sentra.RegionCode) string { return on.NameOn(b.atlas.Region(code)) }
	in := func(system sentra.CodeSystem) func(sentra.RegionCode) string {
		return func(code sentra.RegionCode) string { return on.CodeOn(code, system) }
	}
	province := func(code sentra.RegionCode) string { return on.CodeOn(on.Province(code), sentra.SystemISO) }
	target := value{}
	if c.InitialTarget != nil {
		target = boolean(*c.InitialTarget)
	}
	return id, []value{number(1), text(b.clusterID(c.Key)), text(c.Key), text(c.NameEN), text(c.NameID), text(strings.Join(products, ", ")),
		text(strings.Join(c.Phases, ", ")), text(strings.Join(regions, ", ")), text(string(c.Precision)), target, boolean(c.OfProgramme()), text(string(c.Status())), optional(string(c.Confidence)), text(string(b.atlas.GroupOf(c))),
		told(name), told(in(sentra.SystemBPS)), told(in(sentra.SystemPCode)), told(province)}
}
