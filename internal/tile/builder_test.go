package tile

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// memory is a record without a database: tiles are made of an atlas, whatever it
// was loaded from. Only what an import of boundaries asks for is there.
type memory struct {
	ingest.Record
	data sentra.Dataset
}

func (m *memory) Load(context.Context) (*sentra.Dataset, error) { return &m.data, nil }

func (m *memory) ReplaceBoundaries(_ context.Context, boundaries []sentra.Boundary, _ []sentra.Source, _ func(int)) (int, error) {
	m.data.Boundaries = boundaries
	return len(boundaries), nil
}

var (
	country *atlas.Atlas
	today   = sentra.MustDate("2026-11-24")
	before  = sentra.MustDate("2017-12-25")
)

func TestMain(m *testing.M) {
	loaded, err := facts.Load()
	if err != nil {
		panic(err)
	}
	record := &memory{data: sentra.Dataset{Facts: *loaded, Version: "test"}}
	if _, err := ingest.Boundaries(context.Background(), record, []string{"../../../shared/boundaries/provinces.geojson", "../../../shared/boundaries/regencies.geojson"},
		ingest.BoundaryOptions{Source: sentra.Source{ID: facts.BoundarySource}}); err != nil {
		panic(err)
	}
	if country, err = atlas.New(&record.data); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

func clusterID(key string) string { return "id of " + key }

func newBuilder(tb testing.TB) *Builder {
	tb.Helper()
	b, err := NewBuilder(country, clusterID)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// tilesOf gives the tiles of a zoom that meet the country's box.
func tilesOf(zoom int) []maptile.Tile {
	west, east := maptile.At(orb.Point{94.9, 6.1}, maptile.Zoom(zoom)), maptile.At(orb.Point{141.1, -11.1}, maptile.Zoom(zoom))
	var all []maptile.Tile
	for x := west.X; x <= east.X; x++ {
		for y := west.Y; y <= east.Y; y++ {
			all = append(all, maptile.New(x, y, maptile.Zoom(zoom)))
		}
	}
	return all
}

func BenchmarkCold(b *testing.B) {
	builder := newBuilder(b)
	for _, zoom := range []int{4, 5, 6, 7, 8, 9, 10} {
		builder.Prepare(today, zoom)
		var full []maptile.Tile
		bytes := 0
		for _, t := range tilesOf(zoom) {
			data, err := builder.Build(b.Context(), t, Query{Day: today})
			if err != nil {
				b.Fatal(err)
			}
			if data != nil {
				full = append(full, t)
				bytes += len(data)
			}
		}
		b.Run(fmt.Sprintf("z%d", zoom), func(b *testing.B) {
			b.ReportMetric(float64(bytes)/float64(len(full)), "B/tile")
			i := 0
			for b.Loop() {
				if _, err := builder.Build(b.Context(), full[i%len(full)], Query{Day: today}); err != nil {
					b.Fatal(err)
				}
				i++
			}
		})
	}
}

// BenchmarkPrepare makes what the tiles of a zoom share.
func BenchmarkPrepare(b *testing.B) {
	for _, zoom := range []int{4, 7, 10, 14} {
		b.Run(fmt.Sprintf("z%d", zoom), func(b *testing.B) {
			for b.Loop() {
				newBuilder(b).Prepare(today, zoom)
			}
		})
	}
}
