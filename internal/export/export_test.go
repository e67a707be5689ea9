package export_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var day = sentra.MustDate("2017-12-25")

// square is a MultiPolygon of about one square kilometre, with corners at whole
// hundredths of a degree.
func square(lon, lat float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{lon, lat}, {lon + 0.01, lat}, {lon + 0.01, lat + 0.01}, {lon, lat + 0.01}, {lon, lat}}}}
}

// countryside is an atlas of one province with a regency for each name, each with a
// boundary.
func countryside(t testing.TB, names ...string) *atlas.Atlas {
	t.Helper()
	always := sentra.Period{From: &day}
	data := &sentra.Dataset{Version: "=version", Facts: sentra.Facts{
		Sources: []sentra.Source{{ID: "s", Title: "=SUM(A1:A9), a \"list\"", Publisher: "press", URL: "https://example.org/list", Licence: "MIT"}},
		Regions: []sentra.Region{{Code: "11", Kind: sentra.KindProvince, Name: "Province", Validity: always, Sources: []sentra.SourceID{"s"}}},
	}}
	for i, name := range names {
		code := sentra.RegionCode("11." + string(rune('0'+i/10%10)) + string(rune('0'+i%10)))
		data.Regions = append(data.Regions, sentra.Region{Code: code, Kind: sentra.KindRegency, Name: name, Point: orb.Point{-7.25, -7.5},
			Validity: always, Sources: []sentra.SourceID{"s"}})
		data.Memberships = append(data.Memberships, sentra.Membership{Region: code, Province: "11", Validity: always})
		if i > 0 {
			data.Boundaries = append(data.Boundaries, sentra.Boundary{Region: code, Validity: always, Shape: square(100, float64(i)/100), Origin: sentra.OriginImported})
		}
	}
	a, err := atlas.New(data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func none[T any](string) (*T, error) { return new(T), nil }

var filters = export.Filters{Regions: none[sentra.RegionFilter], Clusters: none[sentra.ClusterFilter]}

func request(t testing.TB, layer export.Layer, format export.Format, query string) *export.Request {
	t.Helper()
	parameters, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	r, err := export.Parse(layer, format, parameters, filters, day)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func written(t testing.TB, a *atlas.Atlas, r *export.Request) string {
	t.Helper()
	e, err := export.New(context.Background(), a, r)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := e.Write(context.Background(), &out, nil); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// A spreadsheet runs no cell of a text column, whatever it begins with; numbers stay
// numbers; quotes and line ends survive a round trip.
func TestCSVCells(t *testing.T) {
	names := []string{"=1+1", "+1", "-1", "@cmd", "\tx", "\rx", "a \"b\", c", "two\nlines", "plain=", "Kota é"}
	text := written(t, countryside(t, names...), request(t, export.Regions, export.CSV, "bom=true"))
	if !strings.HasPrefix(text, "\uFEFFcode,name,") {
		t.Errorf("begins with %.20q", text)
	}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(name string) int { return slices.Index(records[0], name) }
	want := []string{"Province", "'=1+1", "'+1", "'-1", "'@cmd", "'\tx", "'\rx", "a \"b\", c", "two\nlines", "plain=", "Kota é"}
	for i, record := range records[1:] {
		// A lone carriage return inside quotes is preserved by writer and reader.
		if record[column("name")] != want[i] {
			t.Errorf("row %d: name %q, want %q", i, record[column("name")], want[i])
		}
		if record[column("datasetVersion")] != "'=version" || !strings.HasPrefix(record[column("sources")], "'=SUM(A1:A9), a \"list\", press, https://example.org/list, licence MIT") {
			t.Errorf("row %d: %q", i, record)
		}
		if !strings.Contains(record[column("licence")], "MIT") {
			t.Errorf("row %d has no licence", i)
		}
	}
	if got := records[2][column("lon")] + " " + records[2][column("lat")]; got != "-7.25 -7.5" {
		t.Errorf("numbers became %q", got)
	}
	if strings.Contains(written(t, countryside(t, names...), request(t, export.Regions, export.CSV, "")), "\uFEFF") {
		t.Error("a byte order mark without having been asked for")
	}
}

func TestGeometries(t *testing.T) {
	a := countryside(t, "without a boundary", "with one")
	for _, c := range []struct {
		format export.Format
		query  string
		// want are the geometries of the regency without and of the one with a boundary.
		want [2]string
	}{
		{export.GeoJSON, "", [2]string{"null", `{"type":"MultiPolygon","coordinates":[[[[100,0.01],[100.01,0.01],[100.01,0.02],[100,0.02],[100,0.01]]]]}`}},
		{export.GeoJSON, "geometry=point", [2]string{`{"type":"Point","coordinates":[-7.25,-7.5]}`, `{"type":"Point","coordinates":[100.005,0.015]}`}},
		{export.GeoJSON, "geometry=point&precision=2", [2]string{`{"type":"Point","coordinates":[-7.25,-7.5]}`, `{"type":"Point","coordinates":[100.01,0.02]}`}},
		{export.GeoJSON, "geometry=none", [2]string{"null", "null"}},
		{export.CSV, "geometry=boundary", [2]string{"", "MULTIPOLYGON(((100 0.01,100.01 0.01,100.01 0.02,100 0.02,100 0.01)))"}},
		{export.CSV, "geometry=point", [2]string{"POINT(-7.25 -7.5)", "POINT(100.005 0.015)"}},
	} {
		text := written(t, a, request(t, export.Regions, c.format, c.query))
		var got [2]string
		if c.format == export.CSV {
			records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			if err != nil {
				t.Fatal(err)
			}
			at := slices.Index(records[0], "wkt")
			got = [2]string{records[2][at], records[3][at]}
		} else {
			var collection struct {
				Features []struct{ Geometry json.RawMessage }
			}
			if err := json.Unmarshal([]byte(text), &collection); err != nil {
				t.Fatal(err)
			}
			got = [2]string{string(collection.Features[1].Geometry), string(collection.Features[2].Geometry)}
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.format, c.query, got, c.want)
		}
	}
}

// Two squares, one above the other: three arcs, of which the middle one is stored
// once and used by both, by one of them backwards.
func TestTopoJSONSharesArcs(t *testing.T) {
	var topology struct {
		Transform struct{ Scale, Translate [2]float64 }
		Objects   struct {
			Regions struct {
				Geometries []struct {
					ID   string
					Type *string
					Arcs [][][]int
				}
			}
		}
		Arcs [][][2]int
	}
	if err := json.Unmarshal([]byte(written(t, countryside(t, "none", "south", "north"), request(t, export.Regions, export.TopoJSON, "precision=2"))), &topology); err != nil {
		t.Fatal(err)
	}
	geometries := topology.Objects.Regions.Geometries
	if len(geometries) != 4 || geometries[1].Type != nil || geometries[1].Arcs != nil || topology.Transform.Scale != [2]float64{0.01, 0.01} {
		t.Fatalf("got %+v", topology)
	}
	corners := func(id int) (out [][2]int) {
		for _, arc := range geometries[id].Arcs[0][0] {
			var line [][2]int
			at := [2]int{}
			for _, step := range topology.Arcs[max(arc, ^arc)] {
				at[0], at[1] = at[0]+step[0], at[1]+step[1]
				line = append(line, at)
			}
			if arc < 0 {
				slices.Reverse(line)
			}
			out = append(out, line[:len(line)-1]...)
		}
		least := slices.IndexFunc(out, func(p [2]int) bool {
			return p == slices.MinFunc(out, func(a, b [2]int) int { return slices.Compare(a[:], b[:]) })
		})
		return append(out[least:], out[:least]...)
	}
	for id, want := range map[int][][2]int{2: {{10000, 1}, {10000, 2}, {10001, 2}, {10001, 1}}, 3: {{10000, 2}, {10000, 3}, {10001, 3}, {10001, 2}}} {
		if got := corners(id); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", geometries[id].ID, got, want)
		}
	}
	south, north := geometries[2].Arcs[0][0], geometries[3].Arcs[0][0]
	shared := slices.ContainsFunc(south, func(arc int) bool { return slices.Contains(north, ^arc) })
	if len(topology.Arcs) != 3 || len(south) != 2 || len(north) != 2 || !shared {
		t.Errorf("arcs %v of %v and %v", topology.Arcs, south, north)
	}
}

// The rows of the three formats agree on Dogiyai, worked out by hand from the facts:
// inferred to be disadvantaged from totals, while Papua's border list is partial.
func TestFactsOfARegion(t *testing.T) {
	brought, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := atlas.New(&sentra.Dataset{Facts: *brought, Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	r := request(t, export.Regions, export.NDJSON, "asOf=2017-12-25")
	r.Regions = &sentra.RegionFilter{Codes: []sentra.RegionCode{"94.06"}}
	var feature struct {
		ID         string
		Geometry   any
		Properties map[string]any
	}
	if err := json.Unmarshal([]byte(written(t, a, r)), &feature); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"code": "94.06", "name": "Kabupaten Dogiyai", "kind": "REGENCY", "level": "REGENCY", "asOf": "2017-12-25", "parentCode": "91", "parentName": "Papua",
		"validFrom": "2014-07-23", "validTo": nil, "affirmative": "YES", "affirmativeConfidence": "INFERRED", "disadvantaged": "YES", "disadvantagedConfidence": "INFERRED",
		"disadvantagedRegulations": []any{"Perpres 131/2015"}, "border": "NOT_COVERED", "borderConfidence": nil, "borderRegulations": []any{},
		"containsAffirmative": "YES", "affirmativeRegionCount": 1.0, "affirmativeNotCoveredCount": 0.0, "affirmativeClusterCount": 1.0,
		"clusterCount": 1.0, "clusters": []any{"2017-94.06-coffee-processing"}, "areaKm2": nil, "boundaryOrigin": nil, "datasetVersion": "v"}
	for name, value := range want {
		if got := feature.Properties[name]; !reflect.DeepEqual(got, value) {
			t.Errorf("%s: got %v, want %v", name, got, value)
		}
	}
	titles := func(property string) (out []string) {
		for _, s := range feature.Properties[property].([]any) {
			out = append(out, s.(map[string]any)["title"].(string))
		}
		return out
	}
	if got := titles("disadvantagedSources"); !slices.Equal(got, []string{"totals only (tribunnews 2015-12-11: 26 in Papua; 7 in Papua Barat by subtraction)"}) {
		t.Errorf("sources of the designation: %q", got)
	}
	if got := titles("clusterSources"); !slices.Equal(got, []string{"Kemenperin-JICA Kembangkan Industri Kecil di Lima Provinsi"}) {
		t.Errorf("sources of the cluster: %q", got)
	}
	if feature.ID != "94.06" || feature.Geometry != nil || !strings.Contains(feature.Properties["licence"].(string), "MIT") {
		t.Errorf("got %+v", feature)
	}
	// Every answer has a source, whether it is YES, NO or the partial list that leaves
	// it open.
	for _, line := range strings.Split(strings.TrimSpace(written(t, a, request(t, export.Regions, export.NDJSON, "asOf=2018-01-01"))), "\n") {
		if err := json.Unmarshal([]byte(line), &feature); err != nil {
			t.Fatal(err)
		}
		for _, property := range []string{"sources", "disadvantagedSources", "borderSources"} {
			if len(titles(property)) == 0 && feature.Properties[strings.TrimSuffix(property, "Sources")] != "NOT_COVERED" {
				t.Errorf("%s: %s is empty", feature.ID, property)
			}
		}
	}
}

// A location that is a region's label point cites the source of the region.
func TestSourcesOfALocation(t *testing.T) {
	brought, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	clusters := brought.Clusters.List()
	moved := *clusters[0]
	moved.Point = &orb.Point{98.7, 2.5}
	clusters[0] = &moved
	brought.Clusters = sentra.NewClusters(clusters...)
	a, err := atlas.New(&sentra.Dataset{Facts: *brought})
	if err != nil {
		t.Fatal(err)
	}
	var collection struct {
		Features []struct {
			ID         string
			Properties struct{ Sources, LocationSources []sentra.SourceID }
		}
	}
	if err := json.Unmarshal([]byte(written(t, a, request(t, export.Clusters, export.GeoJSON, ""))), &collection); err != nil {
		t.Fatal(err)
	}
	for _, f := range collection.Features {
		want := []sentra.SourceID{facts.BoundarySource}
		if f.ID == moved.Key {
			want = f.Properties.Sources
		}
		if !slices.Equal(f.Properties.LocationSources, want) || len(want) == 0 {
			t.Errorf("%s: the location was read in %v, want %v", f.ID, f.Properties.LocationSources, want)
		}
	}
}

// A list has the number of rows that the filter cannot decide.
func TestNotCovered(t *testing.T) {
	brought, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := atlas.New(&sentra.Dataset{Facts: *brought})
	if err != nil {
		t.Fatal(err)
	}
	yes := true
	r := request(t, export.Regions, export.GeoJSON, "asOf=2017-12-25")
	r.Regions = &sentra.RegionFilter{Affirmative: &yes, Clusters: &sentra.ClusterFilter{Programme: &yes}}
	var head export.Head
	if err := json.Unmarshal([]byte(written(t, a, r)), &head); err != nil {
		t.Fatal(err)
	}
	// Samosir, Sumatera Utara, Palu, Sulawesi Tengah and Papua.
	if head.TotalCount != 1 || head.NotCoveredCount != 5 || head.AsOf != day || len(head.Licences) != 2 || len(head.Sources) == 0 {
		t.Errorf("got %+v", head)
	}
}

// The first bytes arrive before the first row is made, and a slow reader stops the
// rows: at most a chunk and a row are buffered.
func TestWriteStreams(t *testing.T) {
	names := make([]string, 100)
	for i := range names {
		names[i] = strings.Repeat("x", 5000)
	}
	a := countryside(t, names...)
	for _, format := range export.Formats(export.Regions) {
		switch format {
		case export.XLSX, export.GeoPackage, export.Parquet:
			// The rows of a workbook are one part of an archive, which is compressed once all
			// are there; the first page of a GeoPackage is written last; Parquet has groups of
			// rows.
			continue
		}
		e, err := export.New(context.Background(), a, request(t, export.Regions, format, ""))
		if err != nil {
			t.Fatal(err)
		}
		reader, writer := io.Pipe()
		done := make(chan int, 1)
		done <- 0
		go func() {
			writer.CloseWithError(e.Write(context.Background(), writer, func(rows, _ int) { <-done; done <- rows }))
		}()
		rows := func() int { n := <-done; done <- n; return n }
		read, buffer, all := 0, make([]byte, 4<<10), 0
		for {
			// While this holds, no row ends, so that the first byte must come before.
			holds := read == 0 && format != export.NDJSON
			late := time.AfterFunc(time.Minute, func() { _ = reader.CloseWithError(errors.New("no byte came before the first row")) })
			if holds {
				<-done
			}
			n, err := reader.Read(buffer)
			if holds {
				done <- 0
			}
			late.Stop()
			read += n
			// A row is its name of 5,000 bytes and its other columns.
			if ahead := rows()*5000 - read; ahead > 2*(32<<10) {
				t.Fatalf("%s: %d bytes ahead of the reader", format, ahead)
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			all++
		}
		if rows() != 101 || all < 100 {
			t.Errorf("%s: %d rows in %d pieces", format, rows(), all)
		}
	}
}

type failing struct{ after int }

func (f *failing) Write(data []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(data), nil
}

func TestWriteStops(t *testing.T) {
	names := make([]string, 50)
	for i := range names {
		names[i] = strings.Repeat("x", 5000)
	}
	a := countryside(t, names...)
	for _, format := range export.Formats(export.Regions) {
		e, err := export.New(context.Background(), a, request(t, export.Regions, format, ""))
		if err != nil {
			t.Fatal(err)
		}
		for after := range 3 {
			if (format == export.XLSX || format == export.Parquet) && after > 0 {
				// Compressed, it is only one piece.
				break
			}
			if err := e.Write(context.Background(), &failing{after}, nil); err == nil || !strings.Contains(err.Error(), "disk full") {
				t.Errorf("%s: %v", format, err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		rows := 0
		err = e.Write(ctx, io.Discard, func(done, _ int) {
			if rows = done; done == 3 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) || rows != 3 {
			t.Errorf("%s: %v after %d rows", format, err, rows)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	wrong := export.Filters{Regions: func(string) (*sentra.RegionFilter, error) { return nil, sentra.BadInput("filter.bbox.west", "wrong") }}
	for _, c := range []struct {
		layer             export.Layer
		format            export.Format
		query, path, says string
	}{
		{export.Regions, export.GeoJSON, "colour=red", "colour", "there is no parameter \"colour\" of regions.geojson; the parameters are filter, asOf,"},
		{export.Regions, export.GeoJSON, "bom=true", "bom", "no parameter"},
		{export.Clusters, export.GeoJSON, "zoom=3", "zoom", "no parameter"},
		{export.Regions, export.TopoJSON, "geometry=boundary", "geometry", "no parameter"},
		{export.Clusters, export.TopoJSON, "", "format", "the formats are geojson, ndjson, csv"},
		{export.Regions, "ods", "", "format", "no format"},
		{export.Regions, export.XLSX, "geometry=point", "geometry", "no parameter"},
		{export.Regions, export.CSV, "winding=d3", "winding", "no parameter"},
		{export.Clusters, export.GeoJSON, "winding=d3", "winding", "no parameter"},
		{export.Regions, export.GeoJSON, "winding=left", "winding", "give rfc7946, d3"},
		{export.Regions, export.GeoJSON, "winding=d3&geometry=point", "winding", "for boundaries"},
		{export.Regions, export.CSV, "delimiter=tab", "delimiter", "give comma, semicolon"},
		{export.Regions, export.XLSX, "delimiter=comma", "delimiter", "no parameter"},
		{export.Regions, export.GeoJSON, "columns=code", "columns", "no parameter"},
		{export.Regions, export.CSV, "columns=", "columns", "no column \"\""},
		{export.Regions, export.XLSX, "columns=code,colour", "columns", "no column \"colour\""},
		{export.Clusters, export.CSV, "columns=code", "columns", "names separated by commas: key, name"},
		{export.Regions, export.CSV, "columns=narrow,code", "columns", "named twice"},
		{export.Regions, export.GeoJSON, "asOf=yesterday", "asOf", "not a date"},
		{export.Regions, export.GeoJSON, "asOf=2017-01-01&asOf=2018-01-01", "asOf", "2 times"},
		{export.Regions, export.GeoJSON, "asOf=", "asOf", "not a date"},
		{export.Regions, export.GeoJSON, "orderBy=", "orderBy", "empty"},
		{export.Regions, export.GeoJSON, "zoom=15", "zoom", "0 to 14"},
		{export.Regions, export.GeoJSON, "zoom=3.5", "zoom", "not a whole number"},
		{export.Regions, export.GeoJSON, "zoom=3&toleranceMetres=3", "toleranceMetres", "both"},
		{export.Regions, export.GeoJSON, "toleranceMetres=NaN", "toleranceMetres", "out of range"},
		{export.Regions, export.GeoJSON, "toleranceMetres=x", "toleranceMetres", "not a number"},
		{export.Regions, export.GeoJSON, "precision=8", "precision", "0 to 7"},
		{export.Regions, export.GeoJSON, "geometry=point&zoom=3", "zoom", "for boundaries"},
		{export.Regions, export.CSV, "zoom=3", "zoom", "for boundaries"},
		{export.Regions, export.CSV, "bom=1", "bom", "neither true nor false"},
		{export.Clusters, export.CSV, "geometry=boundary", "geometry", "give none, point"},
		{export.Regions, export.CSV, "filter=x", "filter.bbox.west", "wrong"},
	} {
		parameters, err := url.ParseQuery(c.query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = export.Parse(c.layer, c.format, parameters, wrong, day)
		var coded *sentra.Error
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || strings.Join(coded.Path, ".") != c.path || !strings.Contains(coded.Message, c.says) {
			t.Errorf("%s.%s?%s: %v", c.layer, c.format, c.query, err)
		}
	}
}

// Any parameters are rejected with the name of one, or result in a file that can be
// parsed.
func FuzzParse(f *testing.F) {
	a := countryside(f, "one", "two")
	for _, query := range []string{"zoom=3&precision=2", "asOf=2017-12-25&geometry=point", "bom=true", "orderBy=NAME", "toleranceMetres=1e4", "filter={}", "a=b;c"} {
		f.Add(query, false)
		f.Add(query, true)
	}
	f.Fuzz(func(t *testing.T, query string, table bool) {
		parameters, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		format := export.GeoJSON
		if table {
			format = export.CSV
		}
		var coded *sentra.Error
		r, err := export.Parse(export.Regions, format, parameters, filters, day)
		if err == nil {
			var e *export.Export
			if e, err = export.New(context.Background(), a, r); err == nil {
				var out bytes.Buffer
				if err := e.Write(context.Background(), &out, nil); err != nil {
					t.Fatal(err)
				}
				if format == export.GeoJSON && !json.Valid(out.Bytes()) {
					t.Errorf("%q: not JSON: %s", query, out.Bytes())
				}
				if _, err := csv.NewReader(&out).ReadAll(); table && err != nil {
					t.Errorf("%q: not CSV: %v", query, err)
				}
				return
			}
		}
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || len(coded.Path) == 0 {
			t.Errorf("%q: %v", query, err)
		}
	})
}

// The affirmative regencies of a province, compared with the filter and the
// choropleth, on days with lists, after them and before the split of Papua.
func TestAffirmativeWithinAProvince(t *testing.T) {
	brought, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := atlas.New(&sentra.Dataset{Facts: *brought, Version: "v"})
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []string{"2014-07-23", "2016-06-30", "2017-12-25", "2021-06-01", "2026-11-24"} {
		day, err := sentra.ParseDate(on)
		if err != nil {
			t.Fatal(err)
		}
		present, err := a.On(day)
		if err != nil {
			t.Fatal(err)
		}
		provinces := sentra.RegionFilter{Level: sentra.LevelProvince}
		listed := func(contains bool) map[string]bool {
			filter := provinces
			filter.ContainsAffirmative = &contains
			list, err := present.Regions(t.Context(), &filter, "")
			if err != nil {
				t.Fatal(err)
			}
			codes := make(map[string]bool)
			for _, hit := range list.Hits {
				codes[string(hit.Code)] = true
			}
			return codes
		}
		yes, no := listed(true), listed(false)
		regencies, err := present.Regions(t.Context(), &sentra.RegionFilter{Level: sentra.LevelRegency}, "")
		if err != nil {
			t.Fatal(err)
		}
		type counts struct{ regions, notCovered, clusters, openClusters float64 }
		want := make(map[string]counts)
		for _, hit := range regencies.Hits {
			province := string(present.Province(hit.Code))
			c := want[province]
			clusters := float64(len(present.ClustersOf(hit.Code)))
			switch present.Affirmative(hit.Code).Answer {
			case sentra.Yes:
				c.regions++
				c.clusters += clusters
			case sentra.NotCovered:
				c.notCovered++
				c.openClusters += clusters
			}
			want[province] = c
		}
		r := request(t, export.Regions, export.NDJSON, "asOf="+on)
		r.Regions = &provinces
		for _, line := range strings.Split(strings.TrimSpace(written(t, a, r)), "\n") {
			var feature struct {
				ID         string
				Properties map[string]any
			}
			if err := json.Unmarshal([]byte(line), &feature); err != nil {
				t.Fatal(err)
			}
			answer := "NOT_COVERED"
			if yes[feature.ID] {
				answer = "YES"
			} else if no[feature.ID] {
				answer = "NO"
			}
			w := want[feature.ID]
			// Every cluster of the facts is in one regency.
			var clusters any = w.clusters
			if w.clusters == 0 && w.openClusters > 0 {
				clusters = nil
			}
			for name, value := range map[string]any{"containsAffirmative": answer, "affirmativeRegionCount": w.regions, "affirmativeNotCoveredCount": w.notCovered, "affirmativeClusterCount": clusters} {
				if got := feature.Properties[name]; got != value {
					t.Errorf("%s on %s, %s: got %v, want %v", feature.ID, on, name, got, value)
				}
			}
		}
	}
}
