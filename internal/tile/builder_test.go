package tile

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var (
	country *atlas.Atlas
	today   = sentra.MustDate("2026-11-24")
	before  = sentra.MustDate("2017-12-25")
)

func TestMain(m *testing.M) {
	boundaries, err := boundarytest.Find()
	if err != nil {
		panic(err)
	}
	if boundaries == nil {
		os.Exit(boundarytest.LeaveOut(m))
	}
	loaded, err := facts.Load()
	if err != nil {
		panic(err)
	}
	record, err := register.NewMemory(context.Background(), loaded)
	if err != nil {
		panic(err)
	}
	if _, err := ingest.Boundaries(context.Background(), register.New(record, nil).Edit("test", "boundaries"),
		boundaries,
		ingest.BoundaryOptions{Source: sentra.Source{ID: facts.BoundarySource, Title: "boundaries"}}); err != nil {
		panic(err)
	}
	data, err := record.Load(context.Background())
	if err != nil {
		panic(err)
	}
	data.Version = "test"
	if country, err = atlas.New(data); err != nil {
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

// tilesOf returns the tiles of a zoom that meet the country's box.
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
		if err := builder.Prepare(today, zoom); err != nil {
			b.Fatal(err)
		}
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

// BenchmarkPrepare computes what the tiles of a zoom share.
func BenchmarkPrepare(b *testing.B) {
	for _, zoom := range []int{4, 7, 10, 14} {
		b.Run(fmt.Sprintf("z%d", zoom), func(b *testing.B) {
			for b.Loop() {
				if err := newBuilder(b).Prepare(today, zoom); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Concurrent builds return the same bytes as sequential ones.
func TestBuildAtOnce(t *testing.T) {
	var tiles []maptile.Tile
	for _, zoom := range []int{0, 3, 4, 6, 7} {
		tiles = append(tiles, tilesOf(zoom)...)
	}
	alone := newBuilder(t)
	want := make([][]byte, len(tiles))
	for i, at := range tiles {
		data, err := alone.Build(t.Context(), at, Query{Day: today})
		if err != nil {
			t.Fatal(err)
		}
		want[i] = data
	}
	together := newBuilder(t)
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for i := range tiles {
				at := (i + worker*len(tiles)/4) % len(tiles)
				day := today
				if worker == 0 {
					day = before
				}
				data, err := together.Build(t.Context(), tiles[at], Query{Day: day})
				if err != nil || worker > 0 && !bytes.Equal(data, want[at]) {
					t.Errorf("%v: %d bytes, want %d; %v", tiles[at], len(data), len(want[at]), err)
				}
			}
		})
	}
	group.Wait()
}

// A tile is the same on all days of an epoch, and Epoch returns the first of them.
func TestEpochs(t *testing.T) {
	b := newBuilder(t)
	at := maptile.At(orb.Point{137, -4}, 4)
	build := func(day sentra.Date) []byte {
		// With a new builder, so that no epoch is cached.
		data, err := newBuilder(t).Build(t.Context(), at, Query{Day: day})
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	for _, c := range []struct{ day, start string }{
		// From the facts: the list of disadvantaged regions of 2015-11-04 ends on
		// 2019-12-31, that of 2020-04-27 on 2024-12-31; border regions of a decree of 2015
		// and the disadvantaged ones of 2025 count from the end of the year; a phase begins
		// in 2017; provinces were created on 2022-07-25 and 2022-12-08; BPS's codes change
		// with 2023. The other days are those on which a cluster of sentra.csv becomes
		// known, by its first year or the date of its source.
		{"2015-11-03", "2015-06-10"}, {"2015-11-04", "2015-11-04"}, {"2016-12-31", "2016-12-31"}, {"2017-12-25", "2017-10-31"},
		{"2019-12-31", "2019-12-31"}, {"2020-04-26", "2020-04-01"}, {"2022-07-24", "2022-03-17"}, {"2022-12-07", "2022-11-30"},
		{"2024-12-31", "2024-12-31"}, {"2025-12-30", "2025-11-30"}, {"2026-11-24", "2026-02-28"},
	} {
		day := sentra.MustDate(c.day)
		start := b.Epoch(day)
		if start.String() != c.start {
			t.Errorf("the epoch of %s begins on %s, want %s", c.day, start, c.start)
		}
		if !bytes.Equal(build(start), build(day)) {
			t.Errorf("%s and %s are of one epoch, but the tile differs", start, c.day)
		}
	}
	if bytes.Equal(build(sentra.MustDate("2022-07-24")), build(sentra.MustDate("2022-07-25"))) {
		t.Error("three provinces were made on 2022-07-25, but the tile is the same")
	}
	if _, err := b.Build(t.Context(), at, Query{Day: sentra.MustDate("2000-01-01")}); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("before the record: %v", err)
	}
}

// The next atlas with the same boundaries reuses what was computed from them.
func TestNextBuilder(t *testing.T) {
	b := newBuilder(t)
	if err := b.Prepare(today, 5); err != nil {
		t.Fatal(err)
	}
	on, err := country.On(today)
	if err != nil {
		t.Fatal(err)
	}
	next, err := b.Next(country)
	if err != nil {
		t.Fatal(err)
	}
	if before, after := b.epoch(on).Must(), next.epoch(on).Must(); before.partition != after.partition || before == after {
		t.Error("the partition is made anew, or the epoch is not")
	}
}

func TestCacheIsBounded(t *testing.T) {
	kept, err := newCache(100_000)
	if err != nil {
		t.Fatal(err)
	}
	key := func(i int) cacheKey { return cacheKey{version: "v", tile: maptile.New(uint32(i), 0, 14)} }
	for i := range 1000 {
		kept.add(key(i), make([]byte, 1000))
		if _, ok := kept.get(key(0)); i < 50 && !ok {
			t.Fatalf("the first went after %d", i)
		}
	}
	if kept.bytes > 100_000 || kept.bytes < 90_000 || kept.entries.Len() != kept.bytes/(1000+entryOverhead) {
		t.Errorf("%d bytes in %d entries", kept.bytes, kept.entries.Len())
	}
	if _, ok := kept.get(key(999)); !ok {
		t.Error("the last is gone")
	}
	if _, ok := kept.get(key(500)); ok {
		t.Error("an old one is still there")
	}
}

// Cached tiles are those that were built, and only plain queries are cached.
func TestTiles(t *testing.T) {
	tiles, err := NewTiles(func() *atlas.Atlas { return country }, clusterID, DefaultCacheBytes)
	if err != nil {
		t.Fatal(err)
	}
	b, err := tiles.Builder()
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := tiles.Builder(); again != b {
		t.Error("the builder is made anew for the same atlas")
	}
	at := maptile.At(orb.Point{110, -7}, 6)
	yes := true
	for _, c := range []struct {
		name  string
		query Query
		kept  int
	}{
		{"plain", Query{Day: today}, 1},
		{"the same epoch", Query{Day: today - 1}, 1},
		{"another epoch", Query{Day: before}, 2},
		{"some layers", Query{Day: today, Layers: []string{LayerLabels}}, 3},
		{"a filter", Query{Day: today, Regions: &sentra.RegionFilter{HostsClusters: &yes}}, 3},
	} {
		built, err := b.Build(t.Context(), at, c.query)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			packed, err := tiles.Gzipped(t.Context(), b, at, c.query)
			if err != nil {
				t.Fatal(err)
			}
			reader, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, built) {
				t.Errorf("%s: %d bytes, want %d; %v", c.name, len(got), len(built), err)
			}
		}
		if got := tiles.kept.entries.Len(); got != c.kept {
			t.Errorf("%s: %d tiles are kept, want %d", c.name, got, c.kept)
		}
	}
	if empty, err := tiles.Gzipped(t.Context(), b, maptile.New(0, 0, 6), Query{Day: today}); err != nil || empty != nil {
		t.Errorf("an empty tile: %d bytes, %v", len(empty), err)
	}
}

func BenchmarkWarm(b *testing.B) {
	tiles, err := NewTiles(func() *atlas.Atlas { return country }, clusterID, DefaultCacheBytes)
	if err != nil {
		b.Fatal(err)
	}
	builder, err := tiles.Builder()
	if err != nil {
		b.Fatal(err)
	}
	all := tilesOf(6)
	for _, at := range all {
		if _, err := tiles.Gzipped(b.Context(), builder, at, Query{Day: today}); err != nil {
			b.Fatal(err)
		}
	}
	i := 0
	for b.Loop() {
		if _, err := tiles.Gzipped(b.Context(), builder, all[i%len(all)], Query{Day: today}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
