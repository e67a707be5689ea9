package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/download"
)

// The files made from the public source equal those in ../shared/boundaries, so that
// tests have the same results with either.
func TestFetchedEqualsShared(t *testing.T) {
	shared := boundarytest.Files(t)
	mirror := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(boundarytest.Dir(t), "source"))))
	defer mirror.Close()
	dir := t.TempDir()
	if err := fetch(t.Context(), download.Fetcher{Base: mirror.URL, CacheDir: filepath.Join(dir, "source")}, dir); err != nil {
		t.Fatal(err)
	}
	for _, path := range shared {
		want, got := read(t, path), read(t, filepath.Join(dir, filepath.Base(path)))
		if len(got) != len(want) {
			t.Fatalf("%s: %d areas, want %d", filepath.Base(path), len(got), len(want))
		}
		for i := range want {
			if got[i].Code != want[i].Code || got[i].Name != want[i].Name {
				t.Errorf("%s: area %d is %s %q, want %s %q", filepath.Base(path), i, got[i].Code, got[i].Name, want[i].Code, want[i].Name)
			} else if !reflect.DeepEqual(polygons(got[i].Geometry), polygons(want[i].Geometry)) {
				t.Errorf("%s: the shape of %s is another", filepath.Base(path), got[i].Code)
			}
		}
	}
}

func polygons(g orb.Geometry) orb.MultiPolygon {
	if polygon, ok := g.(orb.Polygon); ok {
		return orb.MultiPolygon{polygon}
	}
	return g.(orb.MultiPolygon)
}

func read(t *testing.T, path string) (records []boundaryfile.Record) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := boundaryfile.Read(file, path, boundaryfile.Options{}, func(r boundaryfile.Record) error {
		records = append(records, r)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return records
}
