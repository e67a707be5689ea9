// Command fetch prints the folder of the boundaries that tests use. Without
// ../shared/boundaries it downloads their pinned public source, or the mirror in
// SENTRA_BOUNDARIES_URL, to the user's cache folder. It fails if they are not
// available.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/download"
)

// patience is the timeout of the download.
const patience = 5 * time.Minute

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	dir, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "fetch the boundaries:", err)
		os.Exit(1)
	}
	fmt.Println(dir)
}

func run(ctx context.Context) (dir string, err error) {
	found, err := boundarytest.Find()
	if err != nil {
		return "", err
	}
	if found != nil {
		return filepath.Abs(filepath.Dir(found[0]))
	}
	if dir, err = boundarytest.CacheDir(); err != nil {
		return "", err
	}
	return dir, fetch(ctx, download.Fetcher{Base: os.Getenv("SENTRA_BOUNDARIES_URL"), CacheDir: filepath.Join(dir, "source")}, dir)
}

// fetch downloads the SQL files and writes the two GeoJSON files.
func fetch(ctx context.Context, fetcher download.Fetcher, dir string) error {
	if _, err := fetcher.Fetch(ctx, download.Pinned()); err != nil {
		return err
	}
	for folder, name := range map[string]string{"prov": "provinces.geojson", "kab": "regencies.geojson"} {
		if err := convert(ctx, filepath.Join(fetcher.CacheDir, folder), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

// parts turns each ring of a polygon into a polygon, as ../shared/boundaries does: in
// the source these rings are islands, not holes.
func parts(g orb.Geometry) orb.Geometry {
	polygon, ok := g.(orb.Polygon)
	if !ok || len(polygon) == 1 {
		return g
	}
	var out orb.MultiPolygon
	for _, ring := range polygon {
		out = append(out, orb.Polygon{ring})
	}
	return out
}

// convert writes the areas in a folder of SQL files as GeoJSON, ordered by code.
func convert(ctx context.Context, folder, name string) error {
	paths, err := boundaryfile.Files(folder)
	if err != nil {
		return err
	}
	var records []boundaryfile.Record
	for _, path := range paths {
		file, err := boundaryfile.Open(ctx, path)
		if err != nil {
			return err
		}
		err = boundaryfile.Read(file, filepath.Base(path), boundaryfile.Options{}, func(r boundaryfile.Record) error {
			records = append(records, r)
			return nil
		})
		file.Close()
		if err != nil {
			return err
		}
	}
	slices.SortFunc(records, func(a, b boundaryfile.Record) int { return cmp.Compare(a.Code, b.Code) })
	collection := geojson.NewFeatureCollection()
	for _, r := range records {
		feature := geojson.NewFeature(parts(r.Geometry))
		feature.ID = r.Code
		feature.Properties = geojson.Properties{"code": r.Code, "name": r.Name}
		collection.Append(feature)
	}
	data, err := json.Marshal(collection)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	// Rename only a complete file to its final name.
	if err := os.WriteFile(name+".part", data, 0o644); err != nil {
		return fmt.Errorf("write the boundaries: %w", err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		return fmt.Errorf("write the boundaries: %w", err)
	}
	return nil
}
