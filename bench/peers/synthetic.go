package main

import (
	"fmt"
	"math/rand/v2"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/peterstace/simplefeatures/rtree"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	syntheticPhase  = "2020"
	syntheticSource = sentra.SourceID("synthetic")
)

// loop finds the regency of a point with orb alone: a packed R-tree over the parts of
// all regencies, then planar.PolygonContains for the few whose boxes contain the
// point. It also generates the synthetic data.
type loop struct {
	codes []sentra.RegionCode
	bound orb.Bound
	parts []loopPart
	tree  *rtree.RTree
}

type loopPart struct {
	regency int
	polygon orb.Polygon
}

// newLoop takes the shapes that Sentra uses, so that all compare the same data.
func newLoop(a atlas.View) *loop {
	l := &loop{}
	var items []rtree.BulkItem
	for i := range a.Data.Regions {
		code := a.Data.Regions[i].Code
		shape := a.Shape(code)
		if code.Level() != sentra.LevelRegency || shape == nil {
			continue
		}
		for _, polygon := range shape.Boundary.Shape {
			bound := polygon.Bound()
			items = append(items, rtree.BulkItem{RecordID: len(l.parts),
				Box: rtree.Box{MinX: bound.Min[0], MinY: bound.Min[1], MaxX: bound.Max[0], MaxY: bound.Max[1]}})
			l.parts = append(l.parts, loopPart{len(l.codes), polygon})
			if len(items) == 1 {
				l.bound = bound
			}
			l.bound = l.bound.Union(bound)
		}
		l.codes = append(l.codes, code)
	}
	l.tree = rtree.BulkLoad(items)
	return l
}

// at returns the regency that contains a point, the one with the lowest code if there
// are several, or "".
func (l *loop) at(p orb.Point) sentra.RegionCode {
	found := len(l.codes)
	// The search returns only errors of the callback, which has none.
	_ = l.tree.RangeSearch(rtree.Box{MinX: p[0], MinY: p[1], MaxX: p[0], MaxY: p[1]}, func(id int) error {
		if part := &l.parts[id]; part.regency < found && planar.PolygonContains(part.polygon, p) {
			found = part.regency
		}
		return nil
	})
	if found == len(l.codes) {
		return ""
	}
	return l.codes[found]
}

// random returns a generator with the same numbers for the same purpose in every run.
func random(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(2017, purpose)) }

// landPoints returns random points on land, evenly spread over the area in degrees.
func (l *loop) landPoints(random *rand.Rand, n int) ([]orb.Point, []sentra.RegionCode) {
	points, codes := make([]orb.Point, 0, n), make([]sentra.RegionCode, 0, n)
	for len(points) < n {
		p := orb.Point{l.bound.Min[0] + random.Float64()*(l.bound.Max[0]-l.bound.Min[0]), l.bound.Min[1] + random.Float64()*(l.bound.Max[1]-l.bound.Min[1])}
		if code := l.at(p); code != "" {
			points, codes = append(points, p), append(codes, code)
		}
	}
	return points, codes
}

// syntheticClusters generates clusters at random places inside real regencies.
func syntheticClusters(l *loop, data *sentra.Dataset, n int) []sentra.Cluster {
	random := random(1)
	points, codes := l.landPoints(random, n)
	made := make([]sentra.Cluster, n)
	for i := range made {
		product := &data.Products[random.IntN(len(data.Products))]
		made[i] = sentra.Cluster{Key: fmt.Sprintf("synthetic-%07d", i), NameEN: fmt.Sprintf("%s %d", product.NameEN, i), NameID: fmt.Sprintf("%s %d", product.NameID, i),
			Products: []string{product.Key}, Phases: []string{syntheticPhase}, Regions: []sentra.RegionCode{codes[i]},
			Point: &points[i], Precision: sentra.PrecisionPoint, Sources: []sentra.SourceID{syntheticSource}}
	}
	return made
}
