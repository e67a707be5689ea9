package geopackagefile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geojsonfile"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const head = `PRAGMA application_id = 0x47504B47;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT, organization_coordsys_id INTEGER, definition TEXT, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES ('WGS 84 geodetic', 4326, 'EPSG', 4326, '', ''), ('WGS 84 / UTM zone 48S', 32748, 'EPSG', 32748, '', ''), ('Undefined geographic SRS', 0, 'NONE', 0, '', '');
CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, data_type TEXT, identifier TEXT, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT, srs_id INTEGER, z TINYINT, m TINYINT);
`

// table makes a layer of points, without geometries if system is -1.
func table(name string, system int) string {
	out := fmt.Sprintf(`CREATE TABLE %[1]q (fid INTEGER PRIMARY KEY, code TEXT, geom BLOB, workers INTEGER, share REAL, checked BOOLEAN, seen DATE);
INSERT INTO gpkg_contents VALUES ('%[1]s', '%[2]s', '%[1]s', %[3]d);
`, name, map[bool]string{true: "attributes", false: "features"}[system < 0], system)
	if system >= 0 {
		out += fmt.Sprintf("INSERT INTO gpkg_geometry_columns VALUES ('%s', 'geom', 'POINT', %d, 0, 0);\n", name, system)
	}
	return out
}

// open makes a GeoPackage from SQL.
func open(t *testing.T, statements string) *inputfile.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.gpkg")
	db, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = db.Exec(statements)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := inputfile.FromBytes(context.Background(), data, "data.gpkg", inputfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// The header of a geometry in the standard: GP, version 0, flags, system.
const (
	// plain has no envelope and is little-endian, as is its WKB: the point 110.5 -7.25.
	plain = `X'4750000100000000` + `01` + `01000000` + `0000000000A05B40` + `0000000000001DC0'`
	// boxed has an envelope of four numbers.
	boxed = `X'4750000300000000` + `0000000000A05B40` + `0000000000A05B40` + `0000000000001DC0` + `0000000000001DC0` + `01` + `01000000` + `0000000000A05B40` + `0000000000001DC0'`
	// big is big-endian.
	big   = `X'4750000000000000` + `00` + `00000001` + `405BA00000000000` + `C01D000000000000'`
	empty = `X'4750001100000000` + `01` + `01000000` + `000000000000F87F` + `000000000000F87F'`
	high  = `X'4750000100000000` + `01` + `E9030000` + `0000000000A05B40` + `0000000000001DC0` + `0000000000000000'`
)

// Rows are read with their values and geometries, without the key.
func TestRead(t *testing.T) {
	file := open(t, head+table("sentra", 4326)+table("catatan", -1)+`INSERT INTO sentra (code, geom, workers, share, checked, seen) VALUES
		('11.10', `+plain+`, 12, 0.5, 1, '2017-12-25'), ('11.10', `+boxed+`, NULL, 11.1, 0, NULL), (NULL, `+big+`, 3, 2.0, NULL, NULL), ('x', `+empty+`, 1, 1e21, NULL, NULL), ('x', NULL, NULL, NULL, NULL, NULL);`)
	if file.Format != inputfile.GeoPackage {
		t.Fatalf("the format is %s", file.Format)
	}
	var got []string
	err := Read(file, Options{}, func(f *geojsonfile.Feature) error {
		line := fmt.Sprint(f.Number, " ", f.Place, " ", f.Geometry)
		for _, p := range f.Properties {
			line += fmt.Sprintf(" %s=%s:%s", p.Name, p.Value.Kind, p.Value.Text)
		}
		got = append(got, line)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) string { return fmt.Sprintf(`%d data.gpkg, layer "sentra", feature %d `, n, n) }
	want := []string{
		at(1) + "[110.5 -7.25] code=text:11.10 workers=number:12 share=number:0.5 checked=boolean:true seen=text:2017-12-25",
		at(2) + "[110.5 -7.25] code=text:11.10 workers=null: share=number:11.1 checked=boolean:false seen=null:",
		at(3) + "[110.5 -7.25] code=null: workers=number:3 share=number:2 checked=null: seen=null:",
		at(4) + "<nil> code=text:x workers=number:1 share=number:1000000000000000000000 checked=null: seen=null:",
		at(5) + "<nil> code=text:x workers=null: share=null: checked=null: seen=null:",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("read\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The choice of layer, and rejections with what to do.
func TestLayers(t *testing.T) {
	row := func(table, geometry string) string {
		return fmt.Sprintf("INSERT INTO %q (code, geom) VALUES ('94', %s);\n", table, geometry)
	}
	for _, c := range []struct {
		name, statements, layer, fails string
	}{
		{"the only one with geometries", head + table("a", -1) + table("b", 4326) + row("b", plain), "", ""},
		{"the only one", head + table("a", -1) + row("a", "NULL"), "", ""},
		{"by name", head + table("a", 4326) + table("b", 4326) + row("b", plain), "b", ""},
		{"without geometries, by name", head + table("a", -1) + row("a", "NULL") + table("b", 4326), "a", ""},
		{"one of several", head + table("a", 4326) + table("b", 4326), "", `has more than one layer: "a", "b"; name one with --layer`},
		{"no such", head + table("a", 4326) + table("b", 4326), "c", `has no layer "c"; its layers are "a", "b"`},
		{"a name with blanks", head + table("batas wilayah", 4326) + row("batas wilayah", plain) + table("b", 4326), "batas wilayah", ""},
		{"without rows", head + table("a", 4326), "", `layer "a" holds no feature`},
		{"no layer", head, "", "holds no layer with rows"},
		{"a view", head + `CREATE TABLE x (a); CREATE VIEW v AS SELECT * FROM x; INSERT INTO gpkg_contents VALUES ('v', 'features', 'v', 4326);`, "v", "holds no layer with rows"},
		{"another system", head + table("a", 32748) + row("a", plain), "", "the positions are in EPSG:32748 WGS 84 / UTM zone 48S, not in degrees on WGS 84 (EPSG:4326); convert it: ogr2ogr -t_srs EPSG:4326 -f GPKG out.gpkg data.gpkg a"},
		{"no system", head + table("a", 0) + row("a", plain), "", "the positions are in NONE:0 Undefined geographic SRS"},
		{"heights", head + table("a", 4326) + row("a", high), "", "positions have heights or measures; rewrite it without heights or curves: ogr2ogr -dim XY"},
		{"no geometry", head + table("a", 4326) + row("a", "X'01020304'"), "", "does not begin as a GeoPackage's does"},
		{"a geometry that ends early", head + table("a", 4326) + row("a", `X'475000010000000001010000000000'`), "", "the geometry cannot be read"},
		{"a text as geometry", head + table("a", 4326) + row("a", "'POINT(1 2)'"), "", "does not begin as a GeoPackage's does"},
		{"not a GeoPackage", `PRAGMA application_id = 0x47504B47; CREATE TABLE x (a);`, "", "cannot be read as a GeoPackage"},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := 0
			err := Read(open(t, c.statements), Options{Layer: c.layer}, func(*geojsonfile.Feature) error { count++; return nil })
			if c.fails == "" {
				if err != nil || count != 1 {
					t.Errorf("%d features, %v", count, err)
				}
				return
			}
			if sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("got %v, want %s", err, c.fails)
			}
		})
	}
}

// Errors of the callback end the reading and are returned, and a damaged file is
// rejected.
func TestEnds(t *testing.T) {
	statements := head + table("a", 4326) + "INSERT INTO a (code, geom) VALUES ('94', " + plain + "), ('94', " + plain + ");"
	stop := errors.New("stop")
	if err := Read(open(t, statements), Options{}, func(*geojsonfile.Feature) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if err := Read(open(t, statements), Options{MaxPositions: 1}, func(f *geojsonfile.Feature) error {
		if f.Geometry != (orb.Point{110.5, -7.25}) {
			return fmt.Errorf("the geometry is %v", f.Geometry)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	whole := open(t, statements)
	data := make([]byte, 4096)
	n, _ := whole.Read(data)
	for _, length := range []int{100, 512, n} {
		file, err := inputfile.FromBytes(context.Background(), data[:length], "data.gpkg", inputfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := Read(file, Options{}, func(*geojsonfile.Feature) error { return nil }); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("of %d bytes: %v", length, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	file, err := inputfile.FromBytes(ctx, data, "data.gpkg", inputfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := Read(file, Options{}, func(*geojsonfile.Feature) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context ended: %v", err)
	}
}
