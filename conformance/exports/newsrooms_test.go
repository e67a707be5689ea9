package exports

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"io"
	"math"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// d3-geo, which takes the area on the right of a ring as the polygon, computes the
// same areas of provinces as Sentra, and finds no ring that contains the rest of the
// earth.
func TestD3(t *testing.T) {
	const provinces = "filter=%7B%22level%22:%22PROVINCE%22%7D"
	cases := []struct {
		query string
		// right means that the rings have the direction that d3-geo expects.
		right bool
		// tolerance is the maximum relative error of a simplified province's area.
		tolerance float64
	}{
		{"regions.topojson?" + provinces, true, 1e-4},
		{"regions.topojson?zoom=6&" + provinces, true, 0.05},
		{"regions.topojson?zoom=2&precision=2&" + provinces, true, 0.5},
		{"regions.geojson?winding=d3&zoom=6&" + provinces, true, 0.05},
		{"regions.geojson?winding=d3&zoom=6&asOf=2017-12-25&" + provinces, true, 0.05},
		{"regions.geojson?zoom=6&" + provinces, false, 0},
		{"regions.topojson?winding=rfc7946&zoom=6&" + provinces, false, 0},
	}
	arguments := []string{server.URL}
	for _, c := range cases {
		arguments = append(arguments, c.query)
	}
	lines := strings.Split(strings.TrimSpace(string(node(t, "d3.mjs", arguments...))), "\n")
	if len(lines) != len(cases) {
		t.Fatalf("%d answers for %d files", len(lines), len(cases))
	}
	for i, c := range cases {
		var got struct {
			Features, Rings          int
			Widest, All, Told, Worst float64
			Bounds                   [2][2]float64
			Jakarta                  []string
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d features, %d rings, the widest of %.4f sr; %.0f km², told %.0f, worst off by %.2g", c.query, got.Features, got.Rings, got.Widest, got.All, got.Told, got.Worst)
		if !c.right {
			// d3 takes each for all of the earth except the province.
			if got.Widest < 4*math.Pi-0.1 {
				t.Errorf("%s: the widest ring has %.3f steradians", c.query, got.Widest)
			}
			continue
		}
		// Indonesia has some 1.9 million km² of land; its part of the largest island has
		// 0.013 sr.
		if got.Widest > 0.02 || got.All < 1.7e6 || got.All > 2e6 || got.Worst > c.tolerance || got.Features < 34 ||
			got.Bounds[0][0] < 94 || got.Bounds[1][0] > 142 || !slices.Equal(got.Jakarta, []string{"31"}) {
			t.Errorf("%s: %+v", c.query, got)
		}
	}
}

// LibreOffice opens the workbook and finds codes as texts, days as days, numbers as
// numbers, and the sheets of columns and sources.
func TestLibreOfficeOpensWorkbooks(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Fatal("soffice is missing; run `make setup-test`")
	}
	dir := t.TempDir()
	for _, name := range []string{"regions", "clusters"} {
		response, err := http.Get(server.URL + "/" + name + ".xlsx?asOf=2017-12-25")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%d, %v", response.StatusCode, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".xlsx"), body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, office, "--headless", "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--convert-to", "fods",
		"--outdir", dir, filepath.Join(dir, "regions.xlsx"), filepath.Join(dir, "clusters.xlsx"))
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	for _, c := range []struct {
		file, sheet string
		rows        int
		// cells are some cells with LibreOffice's types.
		cells []string
	}{
		{"regions", "regions", 549, []string{"string 11.10", "string 94.06", "string Kabupaten Dogiyai", "date 2017-12-25", "string REGENCY"}},
		{"regions", "columns", 32, []string{"string code", "string YES; NO; NOT_COVERED"}},
		{"regions", "sources", 5, []string{"string wilayah-boundaries"}},
		{"regions", "about", 8, []string{"string totalCount", "float 548"}},
		{"clusters", "clusters", 12, []string{"date 2017-12-25", "float 98.728913", "string 12.17"}},
		{"clusters", "columns", 30, []string{"string key"}},
	} {
		sheet := sheetOf(t, filepath.Join(dir, c.file+".fods"), c.sheet)
		if len(sheet) < c.rows {
			t.Errorf("%s.%s: %d rows, want %d", c.file, c.sheet, len(sheet), c.rows)
		}
		cells := slices.Concat(sheet...)
		for _, want := range c.cells {
			if !slices.Contains(cells, want) {
				t.Errorf("%s.%s: there is no cell %q", c.file, c.sheet, want)
			}
		}
	}
	for _, row := range sheetOf(t, filepath.Join(dir, "regions.fods"), "regions")[1:] {
		if !strings.HasPrefix(row[0], "string ") || !strings.HasPrefix(row[len(row)-2], "float ") {
			t.Fatalf("a row with the code as %q and the latitude as %q", row[0], row[len(row)-2])
		}
	}
}

// sheetOf reads the rows of a sheet of a flat OpenDocument file: each cell as its
// type and its displayed text, or the value of a truth value or day. Empty cells are
// left out.
func sheetOf(t *testing.T, path, name string) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type cell struct {
		Type    string   `xml:"value-type,attr"`
		Date    string   `xml:"date-value,attr"`
		Boolean string   `xml:"boolean-value,attr"`
		Text    []string `xml:"p"`
	}
	var book struct {
		Tables []struct {
			Name string `xml:"name,attr"`
			Rows []struct {
				Cells []cell `xml:"table-cell"`
			} `xml:"table-row"`
		} `xml:"body>spreadsheet>table"`
	}
	if err := xml.Unmarshal(text, &book); err != nil {
		t.Fatal(err)
	}
	for _, table := range book.Tables {
		if table.Name != name {
			continue
		}
		for _, row := range table.Rows {
			var cells []string
			for _, c := range row.Cells {
				if c.Type != "" {
					cells = append(cells, strings.TrimSpace(c.Type+" "+cmp.Or(c.Date, c.Boolean, strings.Join(c.Text, "\n"))))
				}
			}
			if cells != nil {
				rows = append(rows, cells)
			}
		}
	}
	return rows
}

// Frictionless's library finds the data package valid, and every cell of the CSVs has
// the declared type.
func TestDataPackage(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(node(t, "datapackage.mjs", server.URL, "", "asOf=2017-12-25&delimiter=semicolon"))), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d answers", len(lines))
	}
	for i, want := range []struct{ regions, clusters int }{{552, 390}, {548, 168}} {
		var got struct {
			Regions, Clusters, Columns int
			Code, Lon                  string
			AsOf                       bool
			Rows                       map[string]int
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Regions != want.regions || got.Clusters != want.clusters || got.Code != "11.10" || got.Lon != "number" || !got.AsOf || got.Columns < 30 {
			t.Errorf("got %+v", got)
		}
		// The counts of internal/facts/data.
		if r := got.Rows; r["supports"] != 80 || r["facilitators"] != 13 || r["candidates"] != 5 || r["names"] != 187 || r["codes"] < 1000 {
			t.Errorf("rows %v", r)
		}
	}
}

// A row of a fact has every key of its region; the rows are in dak_ikm.csv, the codes
// in bps_codes_2020.csv and pcodes.csv.
func TestSupportsAsCSV(t *testing.T) {
	query := url.Values{"filter": {`{"region":"13","fund":["DAK"],"fromYear":2019,"toYear":2019}`}, "columns": {"regionCode,regionName,bpsCode,isoCode,pCode,provinceCode,provinceName,fund,year,amount,amountExact,clusterKey"}}
	response, err := http.Get(server.URL + "/supports.csv?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := csv.NewReader(response.Body).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"13.01|Kabupaten Pesisir Selatan|1302||ID1302|13|Sumatera Barat|DAK|2019|32500000000|32500000000|sentra-ikm-perikanan-carocok-anau",
		"13.05|Kabupaten Padang Pariaman|1306||ID1306|13|Sumatera Barat|DAK|2019|15500000000|15500000000|sentra-ikm-cokelat-padang-pariaman",
		"13.10|Kabupaten Dharmasraya|1311||ID1311|13|Sumatera Barat|DAK|2019|28000000000|28000000000|sentra-ikm-logam-kampung-dondan",
	}
	if len(got) != len(want)+1 {
		t.Fatalf("%d rows: %v", len(got), got)
	}
	for i, row := range want {
		if strings.Join(got[i+1], "|") != row {
			t.Errorf("got  %s\nwant %s", strings.Join(got[i+1], "|"), row)
		}
	}
}

// The catalogue is valid DCAT, and everything that it links to exists.
func TestCatalogue(t *testing.T) {
	var got struct{ Quads, Asked int }
	if err := json.Unmarshal(node(t, "dcat.mjs", server.URL), &got); err != nil {
		t.Fatal(err)
	}
	// Nine files and three services.
	if got.Asked != 16 || got.Quads < 300 {
		t.Errorf("got %+v", got)
	}
}
