package geo

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/rtree"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// geojsonHead has the members of a GeoJSON object that are checked before its
// coordinates.
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

// checkCRS rejects any coordinate reference system but longitude and latitude on WGS
// 84. RFC 7946 allows no other; older GeoJSON named it in the member crs.
func (h *geojsonHead) checkCRS() error {
	if h == nil {
		return nil
	}
	if h.CRS != nil {
		switch name := strings.ToUpper(h.CRS.Properties.Name); {
		case strings.HasSuffix(name, "CRS84"), strings.HasPrefix(name, "EPSG") && strings.HasSuffix(name, ":4326"), strings.HasPrefix(name, "URN:OGC:DEF:CRS:EPSG:") && strings.HasSuffix(name, ":4326"):
		default:
			return sentra.BadInput("crs", "the coordinate reference system %.60q is not supported; give longitude and latitude on WGS 84 (RFC 7946)", h.CRS.Properties.Name)
		}
	}
	for i := range h.Features {
		if err := h.Features[i].checkCRS(); err != nil {
			return sentra.In(fmt.Sprintf("features.%d", i), err)
		}
	}
	return sentra.In("geometry", h.Geometry.checkCRS())
}

// checkAntimeridian rejects an edge that spans more than half of the earth, because
// it is meant to cross the antimeridian, where RFC 7946 (section 3.1.9) requires a
// polygon to be cut in two. An edge from -180 to 180 is accepted.
func checkAntimeridian(ring orb.Ring) error {
	for i := 1; i < len(ring); i++ {
		if from, to := ring[i-1][0], ring[i][0]; math.Abs(to-from) > 180 && math.Abs(to-from) < 360 {
			return sentra.BadInput("coordinates",
				"the edge from longitude %g to %g spans more than half the globe; cut a polygon that crosses the antimeridian in two there (RFC 7946, section 3.1.9)", from, to)
		}
	}
	return nil
}

// overlapping groups polygons whose boxes meet, directly or through others. The
// groups are in the order of their first polygons.
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
