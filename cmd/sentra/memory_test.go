package main

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
)

// Everything that the server computes once and caches - encoded boundaries and tiles
// of every zoom, for each set of provinces of the record, and a full tile cache -
// fits in 400 MiB of resident memory.
func TestMemoryWithEverythingMade(t *testing.T) {
	r := start(t, tempDir(t), nil, "--boundaries", boundarytest.Dir(t))
	defer r.stop(t)
	loaded := r.residentMiB(t)
	fetch := func(path string) {
		response, err := http.Get(r.url + path)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNoContent {
			t.Fatalf("%s: %s", path, response.Status)
		}
	}
	// One day of each of the four sets of provinces since 2014.
	days := []string{"2017-12-25", "2022-08-01", "2023-01-01", "2025-06-01"}
	for zoom := range 15 {
		for _, day := range days {
			query := fmt.Sprintf(`{regions(first:1000,asOf:%q){nodes{boundary(zoom:%d)}}}`, day, zoom)
			fetch("/graphql?query=" + url.QueryEscape(query))
			// The tile of Jakarta, whose computation makes the outlines of the whole zoom.
			x, y := uint32(0.7967*float64(uint32(1)<<zoom)), uint32(0.5172*float64(uint32(1)<<zoom))
			fetch(fmt.Sprintf("/tiles/%d/%d/%d.mvt?asOf=%s", zoom, x, y, day))
		}
	}
	made := r.residentMiB(t)
	// The whole country to zoom 8, of which every tile is cached.
	for zoom := range 9 {
		width := float64(uint32(1) << zoom)
		for x := uint32(0.763 * width); x <= uint32(0.892*width); x++ {
			for y := uint32(0.483 * width); y <= uint32(0.531*width); y++ {
				fetch(fmt.Sprintf("/tiles/%d/%d/%d.mvt", zoom, x, y))
			}
		}
	}
	// The runtime returns freed memory after a while.
	time.Sleep(3 * time.Second)
	full := r.residentMiB(t)
	t.Logf("resident: %d MiB after load, %d MiB with every zoom made, %d MiB with the tiles of the country to zoom 8 kept", loaded, made, full)
	if most := max(made, full); most >= 400 {
		t.Errorf("%d MiB resident; the bar is 400", most)
	}
}
