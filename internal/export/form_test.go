package export_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Rings have the requested direction. The default of TopoJSON is d3's, clockwise.
func TestWinding(t *testing.T) {
	a := countryside(t, "without a boundary", "with one")
	counterclockwise := `[[[[100,0.01],[100.01,0.01],[100.01,0.02],[100,0.02],[100,0.01]]]]`
	clockwise := `[[[[100,0.01],[100,0.02],[100.01,0.02],[100.01,0.01],[100,0.01]]]]`
	for query, want := range map[string]string{"": counterclockwise, "winding=rfc7946": counterclockwise, "winding=d3": clockwise} {
		for _, format := range []export.Format{export.GeoJSON, export.NDJSON} {
			if text := written(t, a, request(t, export.Regions, format, query)); !strings.Contains(text, want) {
				t.Errorf("%s?%s has no %s:\n%s", format, query, want, text)
			}
		}
	}
	// The shape that all exports share has not been reversed.
	if text := written(t, a, request(t, export.Regions, export.GeoJSON, "")); !strings.Contains(text, counterclockwise) {
		t.Errorf("the boundary was turned for good:\n%s", text)
	}
	for query, want := range map[string]orb.Orientation{"": orb.CW, "winding=d3": orb.CW, "winding=rfc7946": orb.CCW} {
		if got := ringOf(t, written(t, a, request(t, export.Regions, export.TopoJSON, query))).Orientation(); got != want {
			t.Errorf("topojson?%s: orientation %d, want %d", query, got, want)
		}
	}
}

// ringOf decodes the only ring of a topology, which is one arc.
func ringOf(t *testing.T, text string) orb.Ring {
	t.Helper()
	var topology struct {
		Objects struct {
			Regions struct{ Geometries []struct{ Arcs [][][]int } }
		}
		Arcs [][]orb.Point
	}
	if err := json.Unmarshal([]byte(text), &topology); err != nil {
		t.Fatal(err)
	}
	with := slices.IndexFunc(topology.Objects.Regions.Geometries, func(g struct{ Arcs [][][]int }) bool { return g.Arcs != nil })
	var ring orb.Ring
	var at orb.Point
	for _, step := range topology.Arcs[0] {
		at = orb.Point{at[0] + step[0], at[1] + step[1]}
		ring = append(ring, at)
	}
	if topology.Objects.Regions.Geometries[with].Arcs[0][0][0] == ^0 {
		ring.Reverse()
	}
	return ring
}

func TestColumnsAndDelimiter(t *testing.T) {
	a := countryside(t, "one; two", "three")
	for _, c := range []struct {
		query  string
		header []string
		second string
	}{
		{"columns=name,code", []string{"name", "code"}, "one; two|11.00"},
		{"columns=code,lon,lat&delimiter=comma", []string{"code", "lon", "lat"}, "11.00|-7.25|-7.5"},
		{"columns=code,name,lon,lat&delimiter=semicolon", []string{"code", "name", "lon", "lat"}, "11.00|one; two|-7,25|-7,5"},
		{"columns=narrow", export.NarrowColumns(export.Regions), "11.00|one; two|REGENCY|11|Province|NOT_COVERED||0|"},
		{"columns=narrow,datasetVersion", append(export.NarrowColumns(export.Regions), "datasetVersion"), "11.00|one; two|REGENCY|11|Province|NOT_COVERED||0||'=version"},
		{"columns=code&geometry=point&delimiter=semicolon", []string{"code", "wkt"}, "11.00|POINT(-7.25 -7.5)"},
	} {
		reader := csv.NewReader(strings.NewReader(written(t, a, request(t, export.Regions, export.CSV, c.query))))
		if strings.Contains(c.query, "semicolon") {
			reader.Comma = ';'
		}
		records, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(records[0], c.header) || strings.Join(records[2], "|") != c.second {
			t.Errorf("%s: %q, %q", c.query, records[0], records[2])
		}
	}
	for _, layer := range export.Layers() {
		request(t, layer, export.CSV, "columns=narrow")
	}
	_, err := export.New(context.Background(), a, request(t, export.Regions, export.CSV, "columns=code,distanceMetres"))
	var coded *sentra.Error
	if !errors.As(err, &coded) || strings.Join(coded.Path, ".") != "columns" || !strings.Contains(coded.Message, "only under a filter") {
		t.Errorf("a distance without a point: %v", err)
	}
}

// A workbook's cells have their types, texts are never formulas, and the same request
// gives the same bytes.
func TestWorkbook(t *testing.T) {
	a := countryside(t, "=1+1", "Kota é")
	text := written(t, a, request(t, export.Regions, export.XLSX, ""))
	if text != written(t, a, request(t, export.Regions, export.XLSX, "")) {
		t.Error("the same question gives other bytes")
	}
	book, err := excelize.OpenReader(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if got := book.GetSheetList(); !slices.Equal(got, []string{"regions", "columns", "sources", "about"}) {
		t.Errorf("sheets %v", got)
	}
	rows, err := book.GetRows("regions", excelize.Options{RawCellValue: true})
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, c := range []struct {
		column, value string
		of            excelize.CellType
	}{
		{"code", "11.00", excelize.CellTypeInlineString}, {"name", "=1+1", excelize.CellTypeInlineString}, {"asOf", "43094", excelize.CellTypeUnset},
		{"lon", "-7.25", excelize.CellTypeUnset}, {"clusterCount", "0", excelize.CellTypeUnset}, {"sources", "s", excelize.CellTypeInlineString}, {"validTo", "", excelize.CellTypeUnset},
	} {
		at, err := excelize.CoordinatesToCellName(slices.Index(rows[0], c.column)+1, 3)
		if err != nil {
			t.Fatal(err)
		}
		value, err := book.GetCellValue("regions", at, excelize.Options{RawCellValue: true})
		of, typeErr := book.GetCellType("regions", at)
		formula, _ := book.GetCellFormula("regions", at)
		if err != nil || typeErr != nil || value != c.value || of != c.of || formula != "" {
			t.Errorf("%s: %q of type %d, formula %q, %v, %v", c.column, value, of, formula, err, typeErr)
		}
	}
	columns, _ := book.GetRows("columns")
	if len(columns) != len(rows[0])+1 || columns[1][0] != "code" || !strings.Contains(columns[1][2], "11.10 is not 11.1") {
		t.Errorf("columns %q", columns)
	}
	sources, _ := book.GetRows("sources")
	if len(sources) != 2 || strings.Join(sources[1], "|") != `s|=SUM(A1:A9), a "list"|press||https://example.org/list|MIT` {
		t.Errorf("sources %q", sources)
	}
	about, _ := book.GetRows("about")
	if len(about) < 7 || strings.Join(about[1], "|") != "asOf|2017-12-25" || strings.Join(about[4], "|") != "totalCount|3" || !strings.Contains(about[6][1], "MIT") {
		t.Errorf("about %q", about)
	}
}

// A GeoPackage and a Parquet file preserve types and texts, and the same request
// gives the same bytes.
func TestDatabases(t *testing.T) {
	a := countryside(t, "=1+1", "Kota é")
	for _, format := range []export.Format{export.GeoPackage, export.Parquet} {
		first := written(t, a, request(t, export.Regions, format, ""))
		if again := written(t, a, request(t, export.Regions, format, "")); again != first {
			t.Errorf("%s: the same question gives other bytes", format)
		}
	}
	path := filepath.Join(t.TempDir(), "regions.gpkg")
	if err := os.WriteFile(path, []byte(written(t, a, request(t, export.Regions, export.GeoPackage, "geometry=point"))), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var code, name, asOf, head, about string
	var count, validTo any
	var lon float64
	err = db.QueryRow(`SELECT code, name, CAST(asOf AS TEXT), clusterCount, validTo, lon, hex(substr(geom, 1, 8)) FROM regions WHERE name = '=1+1'`).Scan(&code, &name, &asOf, &count, &validTo, &lon, &head)
	// GP, version 0, little-endian without an envelope, 4326.
	if err != nil || code != "11.00" || !strings.HasPrefix(asOf, "2017-12-25") || count != int64(0) || validTo != nil || lon != -7.25 || head != "47500001E6100000" {
		t.Errorf("%s %s %s %v %v %v %s, %v", code, name, asOf, count, validTo, lon, head, err)
	}
	if err := db.QueryRow(`SELECT value FROM about WHERE what = 'totalCount'`).Scan(&about); err != nil || about != "3" {
		t.Errorf("about %q, %v", about, err)
	}
	var broken string
	if err := db.QueryRow(`PRAGMA integrity_check`).Scan(&broken); err != nil || broken != "ok" {
		t.Errorf("the file is %s, %v", broken, err)
	}
	file := []byte(written(t, a, request(t, export.Regions, export.Parquet, "columns=code,name,asOf,validTo,lon,sources")))
	type region struct {
		Code    string   `parquet:"code"`
		Name    string   `parquet:"name"`
		AsOf    int32    `parquet:"asOf,date"`
		ValidTo *int32   `parquet:"validTo,date"`
		Lon     float64  `parquet:"lon"`
		Sources []string `parquet:"sources,list"`
	}
	rows, err := parquet.Read[region](bytes.NewReader(file), int64(len(file)))
	// 2017-12-25 is 17,525 days after 1970-01-01.
	if err != nil || len(rows) != 3 || rows[1].Code != "11.00" || rows[1].Name != "=1+1" || rows[1].AsOf != 17_525 || rows[1].ValidTo != nil || rows[1].Lon != -7.25 || !slices.Equal(rows[1].Sources, []string{"s"}) {
		t.Errorf("%+v, %v", rows, err)
	}
}

// BenchmarkTables writes 100,000 clusters as a workbook (the target is 6 s and 200
// MiB), a GeoPackage and a Parquet file.
func BenchmarkTables(b *testing.B) {
	const clusters = 100_000
	known := sentra.MustDate("2017-01-01")
	data := &sentra.Dataset{Version: "1", Facts: sentra.Facts{
		Sources:  []sentra.Source{{ID: "s", Title: "a list"}},
		Products: []sentra.Product{{Key: "batik", NameEN: "batik", NameID: "batik", Sources: []sentra.SourceID{"s"}}},
		Phases:   []sentra.Phase{{Key: "2017", From: sentra.PartialDate{First: known, Precision: sentra.PrecisionDay}, Sources: []sentra.SourceID{"s"}}},
		Regions: []sentra.Region{{Code: "11", Kind: sentra.KindProvince, Name: "Province", Validity: sentra.Period{From: &known}, Sources: []sentra.SourceID{"s"}},
			{Code: "11.10", Kind: sentra.KindRegency, Name: "Kabupaten", Validity: sentra.Period{From: &known}, Sources: []sentra.SourceID{"s"}}},
		Memberships: []sentra.Membership{{Region: "11.10", Province: "11", Validity: sentra.Period{From: &known}}},
	}}
	var many []*sentra.Cluster
	for i := range clusters {
		key := fmt.Sprint("cluster-", i)
		many = append(many, &sentra.Cluster{ID: key, Key: key, NameEN: fmt.Sprint("Batik ", i), NameID: fmt.Sprint("Batik ", i), Products: []string{"batik"},
			Phases: []string{"2017"}, Regions: []sentra.RegionCode{"11.10"}, Precision: sentra.PrecisionRegency, Sources: []sentra.SourceID{"s"}})
	}
	data.Clusters = sentra.NewClusters(many...)
	a, err := atlas.New(data)
	if err != nil {
		b.Fatal(err)
	}
	for _, format := range []export.Format{export.XLSX, export.GeoPackage, export.Parquet} {
		b.Run(string(format), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e, err := export.New(context.Background(), a, request(b, export.Clusters, format, ""))
				if err != nil {
					b.Fatal(err)
				}
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				peak := uint64(0)
				err = e.Write(context.Background(), io.Discard, func(done, _ int) {
					if done%1000 == 0 {
						runtime.ReadMemStats(&after)
						peak = max(peak, after.HeapAlloc-min(after.HeapAlloc, before.HeapAlloc))
					}
				})
				if err != nil || e.Count != clusters {
					b.Fatalf("%d clusters, %v", e.Count, err)
				}
				b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
			}
		})
	}
}
