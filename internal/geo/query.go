package geo

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/rtree"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// geojsonHead is what is looked at of a GeoJSON object before its coordinates.
type geojsonHead struct {
	Type string `json:"type"`
	CRS  *struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	} `json:"crs"`
	Geometry *geojsonHead  `json:"geometry"`
	Features []geojsonHead `json:"features"`
}

// checkCRS refuses a coordinate reference system that is named and is not longitude
// and latitude on WGS 84. RFC 7946 knows no other; older GeoJSON named it as crs.
func (h *geojsonHead) checkCRS() error {
	if h == nil {
		return nil
	}
	if h.CRS != nil {
		switch name := strings.ToUpper(h.CRS.Properties.Name); {
		case strings.HasSuffix(name, "CRS84"), strings.HasPrefix(name, "EPSG") && strings.HasSuffix(name, ":4326"), strings.HasPrefix(name, "URN:OGC:DEF:CRS:EPSG:") && strings.HasSuffix(name, ":4326"):
		default:
			return sentra.BadInput("crs", "the coordinate reference system %.60q is not read; give longitude and latitude on WGS 84 (RFC 7946)", h.CRS.Properties.Name)
		}
	}
	for i := range h.Features {
		if err := h.Features[i].checkCRS(); err != nil {
			return sentra.In(fmt.Sprintf("features.%d", i), err)
		}
	}
	return sentra.In("geometry", h.Geometry.checkCRS())
}

// checkAntimeridian refuses an edge of more than half the way round the earth: it
// is meant to go the other way, across the antimeridian, where RFC 7946 (section
// 3.1.9) has a polygon cut in two. One all the way round, from -180 to 180, is taken.
func checkAntimeridian(ring orb.Ring) error {
	for i := 1; i < len(ring); i++ {
		if from, to := ring[i-1][0], ring[i][0]; math.Abs(to-from) > 180 && math.Abs(to-from) < 360 {
			return sentra.BadInput("coordinates",
				"the edge from longitude %g to %g goes more than half the way round the earth; cut a polygon that crosses the antimeridian in two there (RFC 7946, section 3.1.9)", from, to)
		}
	}
	return nil
}

// How many pairs of edges, of which one lies in the box around the other, a polygon
// may have: so many for each edge, and so many whatever there are. A coast has about
// three for each; teeth side by side may have as many as there are teeth.
const (
	edgePairsEach = 32
	edgePairs     = 1 << 20
)

// maxRingPairs bounds the positions of rings that lie in the box around another, each
// counted for every such pair.
const maxRingPairs = 5_000_000

var errTooMany = errors.New("too many")

// checkIntricacy refuses polygons that would take long to be checked and united,
// since that compares every two edges whose boxes meet.
func checkIntricacy(polygons orb.MultiPolygon) error {
	tooIntricate := func() error {
		return sentra.Errorf(sentra.CodeLimitExceeded, "the polygon has too many edges beside each other to be checked; simplify it")
	}
	var edges, rings []rtree.BulkItem
	var lengths []int
	for _, polygon := range polygons {
		for _, ring := range polygon {
			bound := ring.Bound()
			rings = append(rings, rtree.BulkItem{Box: rtree.Box{MinX: bound.Min[0], MinY: bound.Min[1], MaxX: bound.Max[0], MaxY: bound.Max[1]}, RecordID: len(rings)})
			lengths = append(lengths, len(ring))
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				edges = append(edges, rtree.BulkItem{RecordID: len(edges),
					Box: rtree.Box{MinX: min(a[0], b[0]), MinY: min(a[1], b[1]), MaxX: max(a[0], b[0]), MaxY: max(a[1], b[1])}})
			}
		}
	}
	count := func(items []rtree.BulkItem, limit int, weight func(a, b int) int) error {
		tree := rtree.BulkLoad(slices.Clone(items))
		total := 0
		for _, item := range items {
			err := tree.RangeSearch(item.Box, func(other int) error {
				if other <= item.RecordID {
					return nil
				}
				if total += weight(item.RecordID, other); total > limit {
					return errTooMany
				}
				return nil
			})
			if err != nil {
				return tooIntricate()
			}
		}
		return nil
	}
	if err := count(rings, maxRingPairs, func(a, b int) int { return lengths[a] + lengths[b] }); err != nil {
		return err
	}
	return count(edges, edgePairs+edgePairsEach*len(edges), func(int, int) int { return 1 })
}

// overlapping groups polygons whose boxes meet, directly or by others between them.
// The order of the first of each group is kept.
func overlapping(polygons orb.MultiPolygon) []orb.MultiPolygon {
	items := make([]rtree.BulkItem, len(polygons))
	parent := make([]int, len(polygons))
	for i, polygon := range polygons {
		bound := polygon.Bound()
		items[i] = rtree.BulkItem{Box: rtree.Box{MinX: bound.Min[0], MinY: bound.Min[1], MaxX: bound.Max[0], MaxY: bound.Max[1]}, RecordID: i}
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	tree := rtree.BulkLoad(slices.Clone(items))
	for _, item := range items {
		_ = tree.RangeSearch(item.Box, func(other int) error {
			if a, b := root(item.RecordID), root(other); a != b {
				parent[max(a, b)] = min(a, b)
			}
			return nil
		})
	}
	var out []orb.MultiPolygon
	places := make(map[int]int)
	for i, polygon := range polygons {
		at, known := places[root(i)]
		if !known {
			at = len(out)
			places[root(i)] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], polygon)
	}
	return out
}
