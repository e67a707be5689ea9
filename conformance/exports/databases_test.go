package exports

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
)

// GDAL reads the GeoPackages over HTTP: layers, counts, types, and the tables of
// sources and of the file's metadata.
func TestGDALReadsGeoPackages(t *testing.T) {
	for _, c := range []struct {
		path     string
		features string
		says     []string
	}{
		{"/regions.gpkg", "552", []string{"Geometry: Multi Polygon", "code: String", "asOf: Date", "areaKm2: Real", "clusterCount: Integer64", `ID["EPSG",4326]`, "Layer name: sources", "Layer name: about"}},
		{"/regions.gpkg?asOf=2017-12-25&geometry=point&columns=code,name", "548", []string{"Geometry: Point"}},
		{"/clusters.gpkg", "390", []string{"Geometry: Point", "initialTarget: Integer(Boolean)", "Layer name: sources"}},
		{"/clusters.gpkg?geometry=none", "390", []string{"Geometry: None"}},
	} {
		out := gdal(t, "ogrinfo", "-ro", "-so", "-al", "/vsicurl/"+server.URL+c.path)
		if found := featureCount.FindStringSubmatch(out); found == nil || found[1] != c.features {
			t.Errorf("%s: instead of %s features\n%.2000s", c.path, c.features, out)
		}
		for _, part := range c.says {
			if !strings.Contains(out, part) {
				t.Errorf("%s: GDAL does not tell %q:\n%.4000s", c.path, part, out)
			}
		}
	}
	out := gdal(t, "ogrinfo", "-ro", "-geom=SUMMARY", "-where", "code = '11.10'", "/vsicurl/"+server.URL+"/regions.gpkg?precision=3&zoom=5", "regions")
	if !strings.Contains(out, "name (String) = Kabupaten Bireuen\n") && !strings.Contains(out, "(String) = 11.10\n") || !strings.Contains(out, "asOf (Date) = 20") || !regexp.MustCompile(`MULTIPOLYGON : \d+ geometries|POLYGON`).MatchString(out) {
		t.Errorf("GDAL reads\n%.3000s", out)
	}
}

// An independent reader finds the rows of the Parquet files, their types, and the
// metadata that GeoParquet 1.1 requires: bounding boxes and ring directions match the
// geometries.
func TestGeoParquet(t *testing.T) {
	cases := []struct {
		path    string
		rows    int
		located int
		types   map[string]string
	}{
		{"/regions.parquet?zoom=6", 552, 552, map[string]string{"code": "STRING", "asOf": "DATE", "areaKm2": "DOUBLE", "clusterCount": "INTEGER", "clusters": "LIST", "sources": "LIST"}},
		{"/regions.parquet?asOf=2017-12-25&geometry=point", 548, 548, nil},
		{"/regions.parquet?geometry=none&columns=code,areaKm2", 552, 0, map[string]string{"code": "STRING", "areaKm2": "DOUBLE"}},
		{"/clusters.parquet", 390, 390, map[string]string{"initialTarget": "BOOLEAN", "regionCodes": "LIST", "firstYear": "INTEGER"}},
	}
	var urls []string
	for _, c := range cases {
		urls = append(urls, server.URL+c.path)
	}
	lines := strings.Split(strings.TrimSpace(string(node(t, "parquet.mjs", urls...))), "\n")
	if len(lines) != len(cases) {
		t.Fatalf("%d answers for %d files", len(lines), len(cases))
	}
	for i, c := range cases {
		var got struct {
			Rows, Located, Columns, Sources int
			AsOf                            string
			First                           map[string]any
			Types                           map[string]string
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Rows != c.rows || got.Located != c.located || got.Sources == 0 || strings.Contains(c.path, "asOf") && got.AsOf != "2017-12-25" {
			t.Errorf("%s: %+v", c.path, got)
		}
		for name, of := range c.types {
			if got.Types[name] != of {
				t.Errorf("%s: %s is of the type %s", c.path, name, got.Types[name])
			}
		}
		if strings.Contains(c.path, "columns=") && got.Columns != 2 {
			t.Errorf("%s: %d columns", c.path, got.Columns)
		}
		// Aceh is the first of the regions, and empty cells are null.
		if strings.HasPrefix(c.path, "/regions") && got.First["code"] != "11" || c.types["asOf"] != "" && (got.First["validTo"] != nil || got.First["parentCode"] != nil || got.First["isoCode"] != "ID-AC") {
			t.Errorf("%s: %+v", c.path, got.First)
		}
	}
}
