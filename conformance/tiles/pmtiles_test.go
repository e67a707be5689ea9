package tiles

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// PMTiles' own library finds in the archive exactly the tiles that the server sends.
func TestPMTilesReadsTheArchive(t *testing.T) {
	tiles, err := tile.NewTiles(server.Holder.Atlas, func(key string) string { return key }, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "sentra.pmtiles")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	begun := time.Now()
	if err := tiles.WriteArchive(t.Context(), file, tile.Query{Day: sentra.MustDate("2017-12-25"), Layers: []string{"provinces", "regencies", "borders", "labels"}}, 8, nil); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	arguments := []string{path, server.URL}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		z := 3 + random.IntN(6)
		x, y := (95+46*random.Float64()+180)/360, 0.5-(-11+17*random.Float64())/360
		arguments = append(arguments, fmt.Sprintf("%d/%d/%d", z, int(x*float64(int(1)<<z)), int(y*float64(int(1)<<z))))
	}
	arguments = append(arguments, "0/0/0", "1/1/0", "1/1/1", "8/1/1")
	var got struct {
		Same, Empty, MinZoom, MaxZoom, Tiles, Leaves int
		Bounds                                       [4]float64
		Layers                                       []string
		AsOf, Attribution                            string
	}
	if err := json.Unmarshal(script(t, "", "pmtiles.mjs", arguments...), &got); err != nil {
		t.Fatal(err)
	}
	if got.Same < 30 || got.Same+got.Empty != 64 || got.Empty < 1 || got.MaxZoom != 8 || got.Tiles < 300 || got.Bounds[0] < 94 || got.Bounds[2] > 142 || len(got.Layers) != 4 || got.AsOf != "2017-12-25" || got.Attribution == "" {
		t.Errorf("got %+v", got)
	}
	t.Logf("%d tiles in %v; %+v", got.Tiles, took, got)
}

func BenchmarkPMTiles(b *testing.B) {
	for b.Loop() {
		tiles, err := tile.NewTiles(server.Holder.Atlas, func(key string) string { return key }, 1<<20)
		if err != nil {
			b.Fatal(err)
		}
		file, err := os.Create(filepath.Join(b.TempDir(), "sentra.pmtiles"))
		if err != nil {
			b.Fatal(err)
		}
		if err := tiles.WriteArchive(b.Context(), file, tile.Query{Day: today}, 10, nil); err != nil {
			b.Fatal(err)
		}
		info, err := file.Stat()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
		file.Close()
	}
}
