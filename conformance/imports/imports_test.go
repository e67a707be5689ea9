// Package imports tests imports with the programs that agencies use: GDAL makes the
// files, and if one is rejected, the test runs the command that the error names.
package imports

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

const boundaries = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"code":"11.10","name":"Kabupaten Pidie"},"geometry":{"type":"MultiPolygon","coordinates":[[[[95.5,4.5],[96.5,4.5],[96.5,5.5],[95.5,5.5],[95.5,4.5]],[[95.8,4.8],[95.8,5],[96,5],[96,4.8],[95.8,4.8]]],[[[97,5],[97.1,5],[97.1,5.1],[97,5]]]]}},
{"type":"Feature","properties":{"code":"94.06","name":"Kabupaten Dogiyai"},"geometry":{"type":"Polygon","coordinates":[[[135.3,-4.2],[135.8,-4.2],[135.8,-3.9],[135.3,-4.2]]]}}]}`

// areas are those of the boundaries in square kilometres, rounded, since GDAL's
// drivers for other formats may change them by a few metres.
func areas(t *testing.T, name, layer string) map[string]float64 {
	t.Helper()
	out := map[string]float64{}
	if err := read(name, layer, func(r boundaryfile.Record) error {
		shape, ok := r.Geometry.(orb.MultiPolygon)
		if polygon, single := r.Geometry.(orb.Polygon); single {
			shape, ok = orb.MultiPolygon{polygon}, true
		}
		if !ok {
			return fmt.Errorf("%s is a %T", r.Code, r.Geometry)
		}
		out[r.Code] = geo.AreaKm2(shape)
		return nil
	}); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return out
}

func read(name, layer string, each func(boundaryfile.Record) error) error {
	file, err := boundaryfile.Open(context.Background(), name)
	if err != nil {
		return err
	}
	defer file.Close()
	return boundaryfile.Read(file, name, boundaryfile.Options{Layer: layer}, each)
}

// run runs shell commands in the test's folder.
func run(t *testing.T, commands string) {
	t.Helper()
	if _, err := exec.LookPath("ogr2ogr"); err != nil {
		t.Fatal("ogr2ogr is missing; run `make setup-test`")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "bash", "-e", "-o", "pipefail", "-c", commands).CombinedOutput(); err != nil || strings.Contains(string(out), "ERROR") {
		t.Fatalf("%s: %v\n%.2000s", commands, err, out)
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Boundaries can be imported from GeoPackages as from GeoJSON, and from other formats
// of GIS departments after the command that the error names.
func TestBoundaries(t *testing.T) {
	for _, c := range []struct {
		file, made string
		// refused is part of the error; empty for a supported file.
		refused, layer string
	}{
		{file: "a.gpkg", made: "ogr2ogr -f GPKG a.gpkg b.geojson"},
		{file: "old.gpkg", made: "ogr2ogr -f GPKG -dsco VERSION=1.0 old.gpkg b.geojson -nln 'batas wilayah'"},
		{file: "packed.gpkg", made: "ogr2ogr -f GPKG packed.gpkg b.geojson; gzip -c packed.gpkg > p; mv p packed.gpkg"},
		{file: "no-index.gpkg", made: "ogr2ogr -f GPKG -lco SPATIAL_INDEX=NO -lco GEOMETRY_NAME=geometri -lco FID=id no-index.gpkg b.geojson"},
		{file: "two.gpkg", layer: "batas", made: "ogr2ogr -f GPKG two.gpkg b.geojson -nln batas; ogr2ogr -append -f GPKG two.gpkg b.geojson -nln lain"},
		{file: "utm.gpkg", made: "ogr2ogr -f GPKG -t_srs EPSG:32748 utm.gpkg b.geojson", refused: "the positions are in EPSG:32748 WGS 84 / UTM zone 48S"},
		{file: "mercator.gpkg", made: "ogr2ogr -f GPKG -t_srs EPSG:3857 mercator.gpkg b.geojson", refused: "the positions are in EPSG:3857"},
		{file: "high.gpkg", made: "ogr2ogr -f GPKG -dim XYZ high.gpkg b.geojson", refused: "heights or measures"},
		{file: "curves.gpkg", made: "ogr2ogr -f GPKG -nlt CONVERT_TO_CURVE curves.gpkg b.geojson", refused: "the geometry cannot be read"},
		{file: "batas.shp", made: "ogr2ogr batas.shp b.geojson", refused: "is a Shapefile"},
		{file: "utm.shp", made: "ogr2ogr -t_srs EPSG:32748 utm.shp b.geojson", refused: "is a Shapefile"},
		{file: "batas.zip", made: "ogr2ogr batas.shp b.geojson; python3 -m zipfile -c batas.zip batas.*; rm batas.shp", refused: "is a zipped Shapefile"},
		{file: "batas.kml", made: "ogr2ogr -f KML batas.kml b.geojson", refused: "is a KML file"},
		{file: "batas.kmz", made: "ogr2ogr -f KML doc.kml b.geojson; python3 -m zipfile -c batas.kmz doc.kml", refused: "is a zipped KML file (KMZ)"},
		{file: "batas.fgb", made: "ogr2ogr -f FlatGeobuf batas.fgb b.geojson", refused: "is a FlatGeobuf file"},
		{file: "batas.gml", made: "ogr2ogr -f GML batas.gml b.geojson", refused: "is a GML file"},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "b.geojson", boundaries)
			want := areas(t, "b.geojson", "")
			run(t, c.made)
			if c.layer != "" {
				if err := read(c.file, "", func(boundaryfile.Record) error { return nil }); err == nil || !strings.Contains(err.Error(), `"batas", "lain"; name one with --layer`) {
					t.Errorf("without a layer's name: %v", err)
				}
			}
			name := c.file
			if c.refused != "" {
				err := read(c.file, "", func(boundaryfile.Record) error { return nil })
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("got %v, want %s", err, c.refused)
				}
				command := regexp.MustCompile(`ogr2ogr .*$`).FindString(err.Error())
				run(t, command)
				name = regexp.MustCompile(`out\.\w+`).FindString(command)
			}
			got := areas(t, name, c.layer)
			if len(got) != 2 {
				t.Errorf("%s has %v", name, got)
			}
			for code, area := range want {
				if got[code] < area*0.999 || got[code] > area*1.001 {
					t.Errorf("%s of %s has %.1f km2, of GeoJSON %.1f", code, name, got[code], area)
				}
			}
		})
	}
}

// rows collects the rows of a table as strings.
type rows struct{ names, lines []string }

func (r *rows) Column(name, _ string) (int, error) {
	r.names = append(r.names, name)
	return len(r.names) - 1, nil
}
func (r *rows) Header() error { return nil }
func (r *rows) Row(row *tablefile.Row) error {
	if row.Fault != "" {
		return fmt.Errorf("%s", row.Fault)
	}
	cells := make([]string, len(row.Cells))
	for i, cell := range row.Cells {
		cells[i] = cell.Text
	}
	r.lines = append(r.lines, fmt.Sprint(strings.Join(cells, "|"), " ", *row.Point))
	return nil
}

// A layer of points is a table with the agency's own columns.
func TestTable(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "s.csv", "Nama Sentra,Kode Kab,Unit Usaha,Tahun,lon,lat\nTenun Troso,33.20,250,2016,110.67,-6.68\nBatik Bakaran,33.18,100,2015,111.15,-6.66\n")
	run(t, `ogr2ogr -f GPKG s.gpkg s.csv -nln sentra -s_srs EPSG:4326 -t_srs EPSG:4326 -oo X_POSSIBLE_NAMES=lon -oo Y_POSSIBLE_NAMES=lat -sql 'SELECT "Nama Sentra", "Kode Kab", CAST("Unit Usaha" AS integer) AS "Unit Usaha", CAST(Tahun AS integer) AS Tahun FROM s'`)
	file, err := inputfile.Open(context.Background(), "s.gpkg", inputfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var got rows
	if err := tablefile.Read(file, tablefile.Options{}, &got); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Nama Sentra", "Kode Kab", "Unit Usaha", "Tahun"}; !slices.Equal(got.names, want) {
		t.Errorf("the columns are %q, want %q", got.names, want)
	}
	if want := []string{"Tenun Troso|33.20|250|2016 [110.67 -6.68]", "Batik Bakaran|33.18|100|2015 [111.15 -6.66]"}; !slices.Equal(got.lines, want) {
		t.Errorf("the rows are %q, want %q", got.lines, want)
	}
}
