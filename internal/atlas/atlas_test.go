package atlas

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var (
	today     = sentra.MustDate("2026-11-24")
	christmas = sentra.MustDate("2017-12-25")
)

// realData returns the facts with the real boundaries of regencies and cities.
var realData = boundarytest.Once(readData)

func readData(_, name string) (*sentra.Dataset, error) {
	loaded, err := facts.Load()
	if err != nil {
		return nil, err
	}
	data := &sentra.Dataset{Facts: *loaded, Version: "test"}
	file, err := boundaryfile.Open(context.Background(), name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	first := sentra.FirstDay
	err = boundaryfile.Read(file, name, boundaryfile.Options{}, func(r boundaryfile.Record) error {
		shape, _, err := geo.Repair(r.Geometry)
		data.Boundaries = append(data.Boundaries, sentra.Boundary{Region: sentra.RegionCode(r.Code), Shape: shape,
			Validity: sentra.Period{From: &first}, Origin: sentra.OriginImported})
		return err
	})
	return data, err
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// copyOfRealData returns a dataset whose lists a test may modify.
func copyOfRealData(t testing.TB) *sentra.Dataset {
	t.Helper()
	data := realData(t)
	own := *data
	own.Regions, own.Boundaries = slices.Clone(data.Regions), slices.Clone(data.Boundaries)
	return &own
}

var anAtlas = boundarytest.Once(func(provinces, regencies string) (*Atlas, error) {
	data, err := readData(provinces, regencies)
	if err != nil {
		return nil, err
	}
	return New(data)
})

// withClusters returns an atlas with n more clusters at random points inside real
// regencies, equally many in each.
func withClusters(t testing.TB, n int) *Atlas {
	t.Helper()
	data := copyOfRealData(t)
	random := rand.New(rand.NewPCG(1, 2))
	g := anAtlas(t).on(today).generation
	products, phases := data.Products, data.Phases
	var bounds [][]orb.Bound
	for _, shape := range g.shapes {
		var parts []orb.Bound
		for _, polygon := range shape.Boundary.Shape {
			parts = append(parts, polygon.Bound())
		}
		bounds = append(bounds, parts)
	}
	clusters := data.Clusters.List()
	for i := range n {
		face := random.IntN(len(g.regions))
		region, parts := g.regions[face], bounds[face]
		var p orb.Point
		for {
			bound := parts[random.IntN(len(parts))]
			p = orb.Point{bound.Min[0] + random.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + random.Float64()*(bound.Max[1]-bound.Min[1])}
			if found, ok := g.index.Locate(p); ok && found == face {
				break
			}
		}
		product := products[random.IntN(len(products))]
		clusters = append(clusters, &sentra.Cluster{Key: fmt.Sprintf("synthetic-%d", i), NameEN: fmt.Sprintf("%s %d", product.NameEN, random.IntN(n)),
			Products: []string{product.Key}, Phases: []string{phases[random.IntN(len(phases))].Key},
			Regions: []sentra.RegionCode{region.Code}, Point: &p, Precision: sentra.PrecisionPoint})
	}
	data.Clusters = sentra.NewClusters(clusters...)
	return must(New(data))
}

func anyPoint(random *rand.Rand) orb.Point {
	return orb.Point{94 + random.Float64()*48, -12 + random.Float64()*19}
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-3+1e-9*math.Abs(a) }
