package exports

import (
	"context"
	"encoding/json"
	"image"
	_ "image/png" // what QGIS renders
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// QGIS itself, without a window, loads the provinces, clusters and supports of a day
// by OGC API Features and the vector tiles, and renders them.
// SENTRA_TEST_QGIS_PICTURE is a file name for the picture.
func TestQGIS(t *testing.T) {
	if _, err := os.Stat("/usr/lib/python3/dist-packages/qgis"); err != nil {
		t.Fatal("QGIS is missing; run `scripts/setup.sh qgis`")
	}
	picture := filepath.Join(t.TempDir(), "qgis.png")
	if kept := os.Getenv("SENTRA_TEST_QGIS_PICTURE"); kept != "" {
		picture = kept
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	// Debian's QGIS works only with Debian's Python.
	command := exec.CommandContext(ctx, "/usr/bin/python3", "render_qgis.py", server.URL, "2017-12-25", picture)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("python3 render_qgis.py: %v\n%.3000s", err, out)
	}
	type layer struct {
		Count, WithGeometry int
		Fields              map[string]string
		Codes               []string
		CRS                 string
	}
	var got struct {
		Version             string
		Provinces, Clusters layer
		Supports            layer
		InBox               []string
		Tiles               struct{ Valid bool }
		Errors              []string
		Picture             struct{ Sea, All, Colours int }
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v\n%.3000s", err, out)
	}
	p := got.Provinces
	if p.Count != 34 || p.WithGeometry != 34 || len(p.Codes) != 34 || p.Codes[33] != "92" || p.CRS != "EPSG:4326" || p.Fields["code"] != "String" || p.Fields["asOf"] != "Date" || p.Fields["clusterCount"] != "Integer" {
		t.Errorf("QGIS loads provinces %+v", p)
	}
	// The clusters of 2017 that are known on the day.
	if c := got.Clusters; c.Count != 168 || c.WithGeometry != 168 || c.Fields["key"] != "String" {
		t.Errorf("QGIS loads clusters %+v", c)
	}
	// Eight supports are for the whole country.
	if s := got.Supports; s.Count != 80 || s.WithGeometry != 72 || s.Fields["regionCode"] != "String" || s.Fields["year"] != "Integer" {
		t.Errorf("QGIS loads supports %+v", s)
	}
	// The box is around Dogiyai, which was in Papua.
	if !slices.Equal(got.InBox, []string{"91"}) || !got.Tiles.Valid || len(got.Errors) > 0 {
		t.Errorf("in the box %v, tiles %v, errors %v", got.InBox, got.Tiles, got.Errors)
	}
	// Most is sea, the land is filled by the tiles, and the layers have their own
	// colours.
	if share := float64(got.Picture.Sea) / float64(got.Picture.All); share < 0.5 || share > 0.9 || got.Picture.Colours < 50 {
		t.Errorf("the picture %+v", got.Picture)
	}
	file, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if config, _, err := image.DecodeConfig(file); err != nil || config.Width != 1200 || config.Height != 480 {
		t.Errorf("the picture is %+v, %v", config, err)
	}
	t.Logf("QGIS %s, %+v", got.Version, got.Picture)
}
