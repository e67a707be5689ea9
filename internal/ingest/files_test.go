package ingest_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/geopackage"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// heldRecord is a record in memory that records what is applied to it.
type heldRecord struct {
	data    *sentra.Dataset
	applied int
}

// held returns a record with the facts, BPS codes of a few regions, and a former
// code.
func held(t testing.TB) *heldRecord {
	t.Helper()
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	last := sentra.MustDate("2022-07-24")
	f.Codes = slices.DeleteFunc(f.Codes, func(c sentra.OfficialCode) bool { return c.System == sentra.SystemBPS })
	f.Codes = append(f.Codes,
		sentra.OfficialCode{Region: "31.74", System: sentra.SystemBPS, Value: "3171"},
		sentra.OfficialCode{Region: "31.71", System: sentra.SystemBPS, Value: "3173"},
		sentra.OfficialCode{Region: "94.06", System: sentra.SystemKemendagri, Value: "91.26", Validity: sentra.Period{To: &last}})
	return &heldRecord{data: &sentra.Dataset{Facts: *f}}
}

func (h *heldRecord) Load(context.Context) (*sentra.Dataset, error)              { return h.data, nil }
func (h *heldRecord) LoadWithoutShapes(context.Context) (*sentra.Dataset, error) { return h.data, nil }
func (h *heldRecord) Apply(context.Context, ...register.Command) (register.Outcome, error) {
	h.applied++
	return register.Outcome{}, nil
}

func (h *heldRecord) Preview(context.Context, ...register.Command) (register.Outcome, error) {
	return register.Outcome{}, nil
}

// today is the day of the tests.
var today = sentra.MustDate("2026-11-27")

// table imports a file of clusters and returns the report as CSV without its first
// line.
func table(t testing.TB, schema *ingest.Schema, data []byte, name string, options ingest.TableOptions) (string, *ingest.Report, error) {
	t.Helper()
	file, err := inputfile.FromBytes(t.Context(), data, name, inputfile.Options{})
	if err != nil {
		return "", nil, err
	}
	defer file.Close()
	if options.Today == 0 {
		options.Today = today
	}
	record := held(t)
	report, err := ingest.Table(t.Context(), record, schema, file, options)
	if record.applied > 0 && (options.DryRun || err != nil) {
		t.Errorf("the record was changed: dry run %v, %v", options.DryRun, err)
	}
	if report == nil {
		return "", nil, err
	}
	var out strings.Builder
	if err := report.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	_, rows, _ := strings.Cut(out.String(), "\n")
	return rows, report, err
}

func set(pairs ...string) map[string]string {
	out := make(map[string]string)
	for i := 0; i < len(pairs); i += 2 {
		out[pairs[i]] = pairs[i+1]
	}
	return out
}

// The inputs of the findings, each rejected with an explanation or accepted with its
// meaning.
func TestCases(t *testing.T) {
	for _, c := range []struct {
		file string
		opts ingest.TableOptions
		says []string // "" for a file that is accepted
	}{
		{"bidi.csv", ingest.TableOptions{}, []string{"line 2, column 8.name_en", "U+202E as character 3"}},
		{"elsewhere.csv", ingest.TableOptions{}, []string{"line 2, column 40.lon", "15016 km from Kabupaten Dogiyai (94.06)", "at most 10 km"}},
		{"formula.csv", ingest.TableOptions{}, []string{"line 2, column 1.key", "is not a key"}},
		{"latin1.csv", ingest.TableOptions{}, []string{"line 2, column 6.name_en", `byte E9`, "--encoding windows-1252", "Café"}},
		{"nul.csv", ingest.TableOptions{}, []string{"line 2, column 7.name_en", "U+0000"}},
		{"g_regnum1110.geojson", ingest.TableOptions{}, []string{"feature 1.regions", "11.1", "as a text"}},
		{"x.xlsx", ingest.TableOptions{}, []string{"damaged ZIP archive"}},
		{"s.shp", ingest.TableOptions{}, []string{"a Shapefile", "ogr2ogr"}},
		{"semicolon.csv", ingest.TableOptions{}, nil},
		{"utf16.csv", ingest.TableOptions{}, nil},
		{"latin1.csv", ingest.TableOptions{Options: encodedAs("windows-1252")}, nil},
	} {
		data, err := os.ReadFile("../tablefile/testdata/" + c.file)
		if err != nil {
			t.Fatal(err)
		}
		rows, report, err := table(t, ingest.ClusterSchema, data, c.file, c.opts)
		if c.says == nil {
			if err != nil || report.Counts[ingest.New] != 1 {
				t.Errorf("%s: %v\n%s", c.file, err, rows)
			}
			continue
		}
		if sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		for _, says := range c.says {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v\nlacks %q", c.file, err, says)
			}
		}
		clean(t, err.Error()+rows)
	}
}

// A value of another type than its column's is not taken as if it were a text.
func TestKindsOfValues(t *testing.T) {
	feature := func(name, value string) string {
		properties := map[string]string{"key": `"k"`, "name_id": `"N"`, "product_id": `"P"`, "phase": `"2017"`, "regions": `"94.06"`, "source": `"s"`}
		properties[name] = value
		var members []string
		for name, value := range properties {
			members = append(members, `"`+name+`":`+value)
		}
		return `{"type":"Feature","geometry":null,"properties":{` + strings.Join(members, ",") + `}}`
	}
	for _, c := range []struct{ name, value, says string }{
		{"key", `1.10`, ""},
		{"key", `true`, "the boolean true"},
		{"name_id", `false`, "the boolean false"},
		{"product_id", `true`, "the boolean true"},
		{"region_note", `true`, "the boolean true"},
		{"initial_target", `true`, ""},
		{"phase", `2017`, ""},
		{"phase", `2017.0`, ""},
		{"regions", `94.06`, "the number 94.06"},
		{"regions", `11.10`, "the number 11.10"},
		{"source", `["s"]`, "an object or list"},
	} {
		rows, _, err := table(t, ingest.ClusterSchema, []byte(feature(c.name, c.value)), "data.geojson", ingest.TableOptions{DryRun: true})
		if c.says == "" && err != nil || c.says != "" && (sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s %s: got %v; want %q", c.name, c.value, err, c.says)
		}
		if c.value == "1.10" && !strings.Contains(rows, "1.10") {
			t.Errorf("the key 1.10 lost its zero:\n%s", rows)
		}
	}
}

// clean fails on characters that should not reach a terminal.
func clean(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r < ' ' && r != '\n' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == '\ufffd' {
			t.Fatalf("the message holds %q:\n%q", r, text)
		}
	}
}

// agency is a sheet as written by a dinas.
var agency = [][]any{
	{"No", "Nama Sentra", "Produk", "Kabupaten/Kota", "Provinsi", "Kecamatan", "Desa", "Unit Usaha", "Tenaga Kerja", "Tahun", "Lintang", "Bujur", "Sumber"},
	{1, "Sentra Logam Talang", "Logam", "Kab. Tegal", "Jawa Tengah", "Talang", "Kajen", 120, 1250, 2017, -6.9, 109.13, "Dinas Perindustrian Kab. Tegal, 2018"},
	{2, "Sentra Batik Kalinyamat", "Batik", "Kota Tegal", "Jawa Tengah", "Margadana", "Kalinyamat", 40, 90, 2017, nil, nil, "Dinas Perindustrian Kota Tegal, 2018"},
	{3, "Sentra Kopi Moanemani", "Kopi", "Dogiyai", "Papua", "Kamu", nil, 12, 30, 2017, nil, nil, "Dinas Perindustrian Papua, 2018"},
}

// asCSV writes the sheet with a delimiter, and with decimal commas unless the
// delimiter is a comma.
func asCSV(t testing.TB, rows [][]any, delimiter rune) string {
	t.Helper()
	var out strings.Builder
	w := csv.NewWriter(&out)
	w.Comma = delimiter
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if v != nil {
				cells[i] = fmt.Sprint(v)
			}
			if number, ok := v.(float64); ok && delimiter != ',' {
				cells[i] = strings.Replace(fmt.Sprint(number), ".", ",", 1)
			}
		}
		if err := w.Write(cells); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	return out.String()
}

func asXLSX(t testing.TB, rows [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", cell, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// An agency's sheet is accepted in whatever format it is saved, with its own headers
// and with the names of regions on the row's day.
func TestAgencySheet(t *testing.T) {
	text := asCSV(t, agency, ';')
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(asCSV(t, agency, '\t'))
	if err != nil {
		t.Fatal(err)
	}
	latin, err := charmap.Windows1252.NewEncoder().String(strings.Replace(text, "Kalinyamat", "Kalinyamât", 1))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data    []byte
		options ingest.TableOptions
	}{
		"XLSX": {asXLSX(t, agency), ingest.TableOptions{}}, "semicolons": {[]byte(text), ingest.TableOptions{}}, "commas": {[]byte(asCSV(t, agency, ',')), ingest.TableOptions{}},
		"UTF-16": {[]byte(utf16), ingest.TableOptions{}}, "byte order mark": {[]byte("\ufeff" + text), ingest.TableOptions{}},
		"Windows-1252": {[]byte(latin), ingest.TableOptions{Options: encodedAs("windows-1252")}},
	} {
		t.Run(name, func(t *testing.T) {
			c.options.Set, c.options.DryRun = set("phase", "2017"), true
			rows, report, err := table(t, ingest.ClusterSchema, c.data, "data", c.options)
			if err != nil {
				t.Fatal(err)
			}
			want := []string{"2,33.28-sentra-logam-talang,new,", "3,33.76-sentra-batik-kalinyam", "4,94.06-sentra-kopi-moanemani,new,"}
			for _, row := range want {
				if !strings.Contains(rows, row) {
					t.Errorf("got\n%slacks %q", rows, row)
				}
			}
			summary := report.Summary()
			for _, says := range []string{"3 new", "passed over: \"No\"", "dry run: nothing was written"} {
				if !strings.Contains(summary, says) {
					t.Errorf("%s\nlacks %q", summary, says)
				}
			}
		})
	}
}

// Headers are found by a mapping that ignores case, spaces and punctuation.
func TestHeaders(t *testing.T) {
	const row = "x;y;2017;33.28;s\n"
	for _, c := range []struct {
		name, header string
		options      ingest.TableOptions
		says         string // "" for one that is accepted
	}{
		{"own", "name_id;product_id;phase;regions;source", ingest.TableOptions{}, ""},
		{"Indonesian", "Nama Sentra;Produk;Fase;Kode Wilayah;Sumber", ingest.TableOptions{}, ""},
		{"case and blanks", "\ufeff NAMA  SENTRA ;produk;FASE;kode_wilayah;SUMBER DATA", ingest.TableOptions{}, ""},
		{"given", "Judul;Barang;Fase;Daerahnya;Sumber", ingest.TableOptions{Map: mapping(t, "Judul=name_id", "barang = product_id", "DAERAHNYA=regions")}, ""},
		{"given against the default", "Nama;Produk;Fase;Lokasi;Sumber", ingest.TableOptions{Map: mapping(t, "Lokasi=regions")}, ""},
		{"unknown", "Nama Sentra;Produc;Fase;Kode Wilayah;Sumber", ingest.TableOptions{}, `line 1, column 13."Produc": there is no such column; the nearest is "product" (product_en)`},
		{"twice", "Nama Sentra;Produk;Fase;Kode Wilayah;Produk", ingest.TableOptions{}, `product_id: the file has the column twice: "Produk"`},
		{"twice in other words", "Nama Sentra;Produk;Fase;Kode Wilayah;Komoditi", ingest.TableOptions{}, `the header "Komoditi" means the column product_id, as "Produk"`},
		{"missing", "Nama Sentra;Produk;Fase;Kode Wilayah;No", ingest.TableOptions{}, `the column source ("Sumber") is missing`},
		{"no region", "Nama Sentra;Produk;Fase;No;Sumber", ingest.TableOptions{}, "one of regions, kode_bps, region_name, province is missing"},
		{"set and there", "Nama Sentra;Produk;Fase;Kode Wilayah;Sumber", ingest.TableOptions{Set: set("phase", "2017")}, "--set"},
		{"set an invisible character", "Nama Sentra;Produk;Fase;Kode Wilayah", ingest.TableOptions{Set: set("source", "a\u202e")}, "the control or invisible character U+202E"},
		{"set bytes", "Nama Sentra;Produk;Fase;Kode Wilayah", ingest.TableOptions{Set: set("source", "caf\xe9")}, "is not UTF-8"},
		{"set what is no column", "Nama Sentra;Produk;Fase;Kode Wilayah;Sumber", ingest.TableOptions{Set: set("warna", "x")}, `no column "warna"`},
		{"mapped to what is no column", "Nama Sentra;Produk;Fase;Kode Wilayah;Sumber", ingest.TableOptions{Map: mapping(t, "Produk=barang")}, `no column "barang"`},
		{"no name", "Nama Sentra;Produk;;Kode Wilayah;Sumber", ingest.TableOptions{}, "give it a name"},
		{"kilobytes", strings.Repeat("Nama", 9999) + ";Produk;Fase;Kode Wilayah;Sumber", ingest.TableOptions{}, "no such column"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows, _, err := table(t, ingest.ClusterSchema, []byte(c.header+"\n"+row), "data.csv", c.options)
			if c.says == "" {
				if err != nil || !strings.HasPrefix(rows, "2,33.28-x,new") {
					t.Errorf("%v\n%s", err, rows)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 3000 {
				t.Errorf("got %v; want %q", err, c.says)
			}
		})
	}
}

func mapping(t testing.TB, pairs ...string) map[string]string {
	t.Helper()
	m, err := ingest.ParseMapping(pairs)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A row identifies its region by a code of any system or by its name on the day;
// nothing is guessed.
func TestRegionsOfRows(t *testing.T) {
	const head = "key;name_id;product_id;phase;source;"
	const start = "k;n;p;2017;s;"
	for _, c := range []struct {
		columns, cells, asOf string
		want                 string // region of the new key, or the message
	}{
		{"regions", "33.28", "", "33.28"},
		{"regions", "94.06;94.05", "", "94.06;94.05"},
		{"kode_bps", "3171", "", "31.74"},
		{"Kode BPS", "3173", "", "31.71"},
		{"regions;region_system", "3171;BPS", "", "31.74"},
		{"regions;region_system", "3171;bps", "", "31.74"},
		{"regions;region_system", "3171;XYZ", "", "not one of KEMENDAGRI, BPS, ISO_3166_2"},
		{"regions", "3171", "", "Jakarta Pusat (31.71)"},
		{"regions", "11.1", "", "a spreadsheet drops the zero at the end of 11.10"},
		{"regions", "36. 03", "", "36.03 would be Kabupaten Tangerang"},
		{"regions", "94,06", "", "94.06 would be Kabupaten Dogiyai"},
		{"regions", "9406", "", "has no dot"},
		{"regions", "94.06;94.06", "", "named twice"},
		{"regions", "91.26", "", "former code"},
		{"regions", "91.26", "2017-12-25", "94.06"},
		{"regions;year", "91.26;2017", "", "94.06"},
		{"region_name", "Kab. Tegal", "", "33.28"},
		{"region_name", "Kota Tegal", "", "33.76"},
		{"region_name", "Tegal", "", "Kabupaten Tegal (33.28, Jawa Tengah) or Kota Tegal (33.76, Jawa Tengah)"},
		{"region_name;province", "Dogiyai;Papua", "2017-12-25", "94.06"},
		{"region_name;province;year", "Dogiyai;Papua;2017", "", "94.06"},
		{"region_name;province;year", "Dogiyai;Papua;2023", "", "does not lie in Papua on 2023-12-31"},
		{"region_name;year", "Dogiyai;2010", "", "known from 2014-07-23"},
		{"region_name;year", "Dogiyai;2010", "2014-07-23", "94.06"},
		{"region_name;year", "Dogiyai;17", "", "between 1900 and 2100"},
		{"region_name;year", "Dogiyai;2.017", "", "is ambiguous"},
		{"province", "Bali", "", "51"},
		{"province", "Papua Tengah", "2017-12-25", "since 2022-07-25"},
		{"regions;region_name", "33.28;Kab. Tegal", "", "33.28"},
		{"regions;region_name", "33.28;Kota Tegal", "", "the column means Kota Tegal (33.76), but regions means Kabupaten Tegal (33.28)"},
		{"regions;province", "33.28;Jawa Barat", "", "Kabupaten Tegal (33.28) lies in Jawa Tengah"},
		{"regions;province", ";", "", "the region is missing"},
	} {
		options := ingest.TableOptions{DryRun: true}
		if c.asOf != "" {
			day := sentra.MustDate(c.asOf)
			options.AsOf = &day
		}
		cells := c.cells
		if strings.Count(c.columns, ";") == 0 && strings.Contains(cells, ";") {
			cells = `"` + cells + `"`
		}
		_, report, err := table(t, ingest.ClusterSchema, []byte(strings.TrimPrefix(head, "key;")+c.columns+"\n"+strings.TrimPrefix(start, "k;")+cells+"\n"), "data.csv", options)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			report.WriteCSV(&writer{&got})
		}
		if first, _, _ := strings.Cut(c.want, ";"); !strings.Contains(got, first) {
			t.Errorf("%s %s %s: got %s; want %q", c.columns, c.cells, c.asOf, got, c.want)
		}
	}
}

type writer struct{ text *string }

func (w *writer) Write(p []byte) (int, error) {
	*w.text += string(p)
	return len(p), nil
}

// Numbers are read as people write them, or rejected.
func TestNumbers(t *testing.T) {
	const head = "name_id;product_id;phase;source;regions;lat;lon;workers\n"
	for _, c := range []struct{ lat, lon, workers, says string }{
		{"-4.1", "136.1", "", ""},
		{"-4,1", "136,1", "1250", ""},
		{"-4,125", "136,125", "1.250,00", ""},
		{"-4.125", "136.125", "1.250.000", ""},
		{"-4,1", "136,1", "1.250", "may mean thousands or decimals"},
		{"-4,1", "136,1", "1,250", "may mean thousands or decimals"},
		{"-4,1", "136,1", "12,5", "not a whole number"},
		{"-4,1", "136,1", "-5", "between 0 and"},
		{"-4,1", "136,1", "sekitar 50", "not a whole number"},
		{"-4", "0x1p7", "", "is not a number of degrees"},
		{"1_0", "136.1", "", "is not a number of degrees"},
		{"-4", "1e2", "", "is not a number of degrees"},
		{"-4", "NaN", "", "is not a number of degrees"},
		{"-4", "Inf", "", "is not a number of degrees"},
		{"4°6' LS", "136.1", "", "is not a number of degrees"},
		{"−4", "136.1", "", "is not a number of degrees"},
		{"136.1", "-4.1", "", "swapped"},
		{"-400000", "9550000", "", "out of range"},
		{"4.1", "136.1", "", "km from Kabupaten Dogiyai"},
		{"-4.1", "", "", "missing"},
	} {
		_, _, err := table(t, ingest.ClusterSchema, []byte(head+"n;p;2017;s;94.06;"+c.lat+";"+c.lon+";"+c.workers+"\n"), "data.csv", ingest.TableOptions{DryRun: true})
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s, %s, %s: got %v; want %q", c.lat, c.lon, c.workers, err, c.says)
		}
	}
}

// A workbook's codes keep their zeros, or are rejected.
func TestCodesInWorkbooks(t *testing.T) {
	head := []any{"name_id", "product_id", "phase", "source", "regions"}
	for _, c := range []struct {
		name   string
		value  any
		format string
		says   string // part of the report or error
	}{
		{"text", "11.10", "", "2,11.10-n,new"},
		{"number that lost its zero", 11.1, "", "a spreadsheet drops the zero at the end of 11.10 of Kabupaten Aceh Singkil"},
		{"number that shows its zero", 11.1, "0.00", "2,11.10-n,new"},
		{"number without a zero", 94.06, "", "2,94.06-n,new"},
		{"province", 94, "", "2,94-n,new"},
		{"date", 45566, "dd/mm/yyyy", "has turned the code into the date 2024-10-01"},
		{"truth", true, "", "not a code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := excelize.NewFile()
			defer f.Close()
			row := []any{"n", "p", "2017", "s", c.value}
			if err := errors.Join(f.SetSheetRow("Sheet1", "A1", &head), f.SetSheetRow("Sheet1", "A2", &row)); err != nil {
				t.Fatal(err)
			}
			if c.format != "" {
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &c.format})
				if err := errors.Join(err, f.SetCellStyle("Sheet1", "E2", "E2", style)); err != nil {
					t.Fatal(err)
				}
			}
			b, err := f.WriteToBuffer()
			if err != nil {
				t.Fatal(err)
			}
			rows, report, err := table(t, ingest.ClusterSchema, b.Bytes(), "data.xlsx", ingest.TableOptions{DryRun: true})
			if all := fmt.Sprint(rows, err); !strings.Contains(all, c.says) {
				t.Errorf("got %s; want %q", all, c.says)
			}
			if c.format == "0.00" && !strings.Contains(report.Summary(), "1 code that were numbers are read as the workbook shows them") {
				t.Errorf("the repair is not counted:\n%s", report.Summary())
			}
			if err != nil && !strings.Contains(err.Error(), `sheet "Sheet1", cell E2`) {
				t.Errorf("%v does not name the cell", err)
			}
		})
	}
}

// Every fault of a file is reported, in order, with what would happen to the other
// rows, and nothing is written.
func TestAllFaults(t *testing.T) {
	file := "key,name_en,name_id,product_en,product_id,phase,regions,precision,source\n" +
		"a,A,A,P,P,2017,51.03,REGENCY,s\n" +
		"b,,B,P,P,1999,11.1,REGENCY,\n" +
		"a,A,A,P,P,2017,51.03,REGENCY,s\n" +
		"c,C,C,P,P,2017,51.04,REGENCY,s\n" +
		"d,D,D,P,P,2017,51.04\n"
	rows, report, err := table(t, ingest.ClusterSchema, []byte(file), "data.csv", ingest.TableOptions{DryRun: true})
	var refusal *ingest.Refusal
	if !errors.As(err, &refusal) || refusal.Total != 6 || refusal.Rows != 3 {
		t.Fatalf("got %v", err)
	}
	want := []string{"2,a,new,", "3,,refused,\"line 3, column 3.name_en: a value is missing\"", "3,,refused,\"line 3, column 15.regions", "3,,refused,\"line 3, column 10.phase", "3,,refused,\"line 3, column 28.source",
		"4,,refused,\"line 4, column 1.key: the cluster a is in the file a second time, first in line 2", "5,c,new,", "6,,refused,line 6: the row has 7 cells and the header 9"}
	at := 0
	for _, line := range want {
		found := strings.Index(rows[at:], line)
		if found < 0 {
			t.Fatalf("%q is not in its place in\n%s", line, rows)
		}
		at += found
	}
	if report.Counts[ingest.New] != 2 || report.Counts[ingest.Refused] != 3 || !strings.Contains(report.Summary(), "nothing was written") {
		t.Errorf("counts %v\n%s", report.Counts, report.Summary())
	}
	var many strings.Builder
	many.WriteString("key,name_id,product_id,phase,regions,source\n")
	for i := range 5000 {
		fmt.Fprintf(&many, "k%d,N,P,2017,99.99,s\n", i)
	}
	cut := many.String() + "k,\"N\n"
	_, _, err = table(t, ingest.ClusterSchema, []byte(cut), "data.csv", ingest.TableOptions{})
	if !errors.As(err, &refusal) || refusal.Total != 5001 || refusal.Faults[0].Row != 0 || !strings.HasPrefix(err.Error(), "data.csv, line 5002, column 6: a quotation mark") {
		t.Errorf("what ended the reading is not told first: %v", err)
	}
	_, _, err = table(t, ingest.ClusterSchema, []byte(many.String()), "data.csv", ingest.TableOptions{})
	if !errors.As(err, &refusal) || refusal.Total != 5000 || refusal.Rows != 5000 || len(refusal.Faults) != 1000 || !strings.HasSuffix(err.Error(), "and 4980 more") {
		t.Errorf("%d faults, %d told: %v", refusal.Total, len(refusal.Faults), err)
	}
}

// A report lists new, changed and unchanged rows, and what changes.
func TestReport(t *testing.T) {
	store := newStore(t)
	const head = "key,name_en,name_id,product_en,product_id,phase,regions,precision,source\n"
	load := func(rows string, dry bool) string {
		t.Helper()
		file, err := inputfile.FromBytes(t.Context(), []byte(head+rows), "data.csv", inputfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		report, err := ingest.Table(t.Context(), store, ingest.ClusterSchema, file, ingest.TableOptions{DryRun: dry, Today: today})
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := report.WriteTable(&out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	before := version(t, store)
	if got := load("a,A,A,silk,sutra,2017,51.03,REGENCY,s\n", true); !strings.Contains(got, "new") || version(t, store) != before {
		t.Errorf("dry run: %s", got)
	}
	load("a,A,A,silk,sutra,2017,51.03,REGENCY,s\nb,B,B,silk,sutra,2017,51.03,REGENCY,s\n", false)
	stored := version(t, store)
	got := load("a,A,A,silk,sutra,2017,51.04,REGENCY,s\nb,B,B,silk,sutra,2017,51.03,REGENCY,s\n", true)
	if !strings.Contains(got, `regions: "51.03" -> "51.04"`) || !strings.Contains(got, "1 changed, 1 unchanged") || version(t, store) != stored {
		t.Errorf("got\n%s", got)
	}
}

// Boundaries that do not match their code are rejected, all of them.
func TestBoundaryCases(t *testing.T) {
	polygon := func(code, shape string) string {
		return `{"type":"Feature","properties":{"code":` + code + `},"geometry":` + shape + `}`
	}
	const aceh = `{"type":"Polygon","coordinates":[[[97,3],[97.1,3],[97.1,3.1],[97,3.1],[97,3]]]}`
	for _, c := range []struct {
		name, in string
		says     []string // empty for one that is accepted
	}{
		{"right", polygon(`"11.01"`, aceh), nil},
		{"with heights", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[97,3,5],[97.1,3,5],[97.1,3.1,5],[97,3.1,5],[97,3,5]]]}`), nil},
		{"crs of WGS 84", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[` + polygon(`"11.01"`, aceh) + `]}`, nil},
		{"crs EPSG:4326", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4326"}},"features":[` + polygon(`"11.01"`, aceh) + `]}`, nil},
		{"a number that programs give as id", strings.Replace(polygon(`"11.01"`, aceh), `"type":"Feature"`, `"type":"Feature","id":7`, 1), nil},
		{"crs UTM", `{"type":"FeatureCollection","features":[` + polygon(`"11.01"`, aceh) + `],"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::32748"}}}`, []string{"EPSG::32748", "ogr2ogr -t_srs EPSG:4326"}},
		{"crs Mercator in a Feature", `{"type":"Feature","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"properties":{"code":"11.01"},"geometry":` + aceh + `}`, []string{"EPSG:3857"}},
		{"code as number", polygon(`11.10`, aceh), []string{"feature 1", "the number 11.10", `"11.10"`}},
		{"id as number", `{"type":"Feature","id":11.01,"properties":{},"geometry":` + aceh + `}`, []string{"the number 11.01"}},
		{"code and id differ", strings.Replace(polygon(`"11.01"`, aceh), `"type":"Feature"`, `"type":"Feature","id":"11.02"`, 1), []string{`"11.01"`, `"11.02"`}},
		{"code and id as number", strings.Replace(polygon(`"11.01"`, aceh), `"type":"Feature"`, `"type":"Feature","id":11.02`, 1), []string{"11.02"}},
		{"lost zero", polygon(`"11.1"`, aceh), []string{"11.10"}},
		{"elsewhere", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}`), []string{"10675 km from Kabupaten Aceh Selatan"}},
		{"a neighbour's", polygon(`"94.06"`, `{"type":"Polygon","coordinates":[[[137.5,-4],[138,-4],[138,-3.5],[137.5,-4]]]}`), []string{"km from", "Kabupaten Dogiyai"}},
		{"its province's", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[95,2],[98.3,2],[98.3,6],[95,6],[95,2]]]}`), []string{"km beyond Kabupaten Aceh Selatan", "a larger region"}},
		{"the country's", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[95,-6],[141,-6],[141,6],[95,6],[95,-6]]]}`), []string{"km beyond Kabupaten Aceh Selatan"}},
		{"code as truth value", polygon(`true`, aceh), []string{"the boolean true, not a text"}},
		{"metres", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[500000,300000],[510000,300000],[510000,310000],[500000,300000]]]}`), []string{"out of range"}},
		{"swapped", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[3,97],[3.1,97],[3.1,97.1],[3,97]]]}`), []string{"swapped"}},
		{"not a number", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[NaN,3],[97.1,3],[97.1,3.1],[97,3]]]}`), []string{"not JSON"}},
		{"beyond numbers", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[1e999,3],[97.1,3],[97.1,3.1],[97,3]]]}`), []string{"no number of degrees"}},
		{"no position", polygon(`"11.01"`, `{"type":"Polygon","coordinates":[[[97],[97.1],[97.1],[97]]]}`), []string{"longitude and latitude"}},
		{"a point", polygon(`"11.01"`, `{"type":"Point","coordinates":[97,3]}`), []string{"no area"}},
		{"no shape", polygon(`"11.01"`, `null`), []string{"no geometry"}},
		{"empty", `{"type":"FeatureCollection","features":[]}`, []string{"no Feature"}},
		{"a member twice", `{"type":"Feature","properties":{"code":"11.01","code":"11.02"},"geometry":` + aceh + `}`, []string{`"code" occurs twice`}},
		{"not UTF-8", "{\"type\":\"Feature\",\"properties\":{\"code\":\"11.01\",\"name\":\"Caf\xe9\"},\"geometry\":" + aceh + "}", []string{"E9", "UTF-8", "line 1"}},
		{"cut", polygon(`"11.01"`, aceh)[:120], []string{"cut short"}},
		{"two faults", polygon(`11.01`, aceh) + "\n" + polygon(`"99.99"`, aceh), []string{"feature 1", "feature 2", "99.99"}},
		{"CSV", "code,name\n11.01,x\n", []string{"CSV or other text", "GeoJSON or GeoPackage is read here"}},
		{"TopoJSON", `{"type":"Topology","arcs":[]}`, []string{"TopoJSON"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "b.geojson")
			if err := os.WriteFile(file, []byte(c.in), 0o600); err != nil {
				t.Fatal(err)
			}
			record := held(t)
			_, err := ingest.Boundaries(t.Context(), record, []string{file}, ingest.BoundaryOptions{Source: source, DryRun: true})
			if c.says == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if sentra.ErrorCode(err) != sentra.CodeBadUserInput {
				t.Fatalf("got %v", err)
			}
			for _, says := range c.says {
				if !strings.Contains(err.Error(), says) {
					t.Errorf("got %v; lacks %q", err, says)
				}
			}
			clean(t, err.Error())
		})
	}
	for _, name := range []string{"b_codenum", "b_crs_ok_coords", "b_emptyfc", "b_wrongplace"} {
		_, err := ingest.Boundaries(t.Context(), held(t), []string{"testdata/" + name + ".geojson"}, ingest.BoundaryOptions{Source: source})
		if sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A boundary with very many positions is thinned, and that is counted.
func TestThinning(t *testing.T) {
	var ring strings.Builder
	const steps = 30_000
	for i := range steps {
		fmt.Fprintf(&ring, "[%.7f,3],", 97+0.5*float64(i)/steps)
	}
	ring.WriteString("[97.5,3],[97.5,3.4],[97,3.4],[97,3]")
	file := filepath.Join(t.TempDir(), "b.geojson")
	if err := os.WriteFile(file, []byte(`{"type":"Feature","id":"11.01","properties":{},"geometry":{"type":"Polygon","coordinates":[[`+ring.String()+`]]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := ingest.Boundaries(t.Context(), held(t), []string{file}, ingest.BoundaryOptions{Source: source, DryRun: true})
	if err != nil || report.Thinned != 1 || report.PositionsThinned < steps*9/10 || !strings.Contains(report.String(), "positions within a metre") {
		t.Errorf("%v\n%s", err, report)
	}
}

func encodedAs(encoding string) tablefile.Options { return tablefile.Options{Encoding: encoding} }

// FuzzTables reads any input as tables for a record with regions, so that rows can be
// accepted.
func FuzzTables(f *testing.F) {
	f.Add([]byte("region_code,kind,regulation,valid_from,confidence,source\n94.06,BORDER,Perpres 1/2030,2030,LISTED,s\n"))
	f.Add([]byte(`{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[136.1,-4]},"properties":{"key":"a","name_id":"N","product_id":"P","phase":"2017","regions":"94.06","source":"s"}}]}`))
	f.Add([]byte("system,value,region_code,source\nBPS,9408,94.06,s\n"))
	f.Add([]byte("key,source\n\"x"))
	f.Add([]byte("Nama Sentra;Produk;Fase;Kabupaten/Kota;Provinsi;Tahun;Lintang;Bujur;Sumber\nx;y;2017;Kab. Tegal;Jawa Tengah;2017;-6,9;109,1;s\n"))
	f.Add(asXLSX(f, [][]any{{"name_id", "product_id", "phase", "regions", "source"}, {"x", "y", "2017", 94.06, "s"}}))
	record := held(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, schema := range []*ingest.Schema{ingest.ClusterSchema, ingest.DesignationSchema, ingest.CoverageSchema, ingest.CodeSchema,
			ingest.SupportSchema, ingest.FacilitatorSchema, ingest.CandidateSchema} {
			file, err := inputfile.FromBytes(t.Context(), data, "fuzz", inputfile.Options{MaxBytes: 1 << 22})
			if err != nil {
				continue
			}
			report, err := ingest.Table(t.Context(), record, schema, file, ingest.TableOptions{Today: today})
			if err == nil && report.Counts[ingest.Refused] > 0 {
				t.Errorf("rows were refused without an error: %v", report.Counts)
			}
			if err != nil {
				clean(t, err.Error())
			}
			if report != nil {
				if err := report.WriteTable(io.Discard); err != nil {
					t.Error(err)
				}
			}
		}
	})
}

// The guide lists every column and header.
func TestGuideListsTheColumns(t *testing.T) {
	guide, err := os.ReadFile("../../docs/importing.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, schema := range []*ingest.Schema{ingest.ClusterSchema, ingest.DesignationSchema, ingest.CoverageSchema, ingest.CodeSchema,
		ingest.SupportSchema, ingest.FacilitatorSchema, ingest.CandidateSchema} {
		for _, c := range schema.Columns {
			line := "| `" + c.Name + "` | " + strings.Join(c.Headers, ", ") + " | " + c.About
			if !strings.Contains(string(guide), line) {
				t.Errorf("docs/importing.md lacks the line\n%s |", line)
			}
		}
	}
}

// An import that is cancelled writes nothing.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	record := held(t)
	var rows strings.Builder
	rows.WriteString("key,name_id,product_id,phase,regions,source\n")
	for i := range 50_000 {
		fmt.Fprintf(&rows, "k%d,N,P,2017,51.03,s\n", i)
	}
	file, err := inputfile.FromBytes(ctx, []byte(rows.String()), "data.csv", inputfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	_, err = ingest.Table(ctx, record, ingest.ClusterSchema, file, ingest.TableOptions{Today: today, Progress: func(rows int) { seen = rows; cancel() }})
	if !errors.Is(err, context.Canceled) || seen > 10_000 || record.applied > 0 {
		t.Errorf("%v after %d rows, applied %d times", err, seen, record.applied)
	}
	shapes := filepath.Join(t.TempDir(), "b.geojson")
	if err := os.WriteFile(shapes, []byte(`{"type":"Feature","id":"11.01","properties":{},"geometry":null}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Boundaries(ctx, record, []string{shapes}, ingest.BoundaryOptions{Source: source}); !errors.Is(err, context.Canceled) || record.applied > 0 {
		t.Errorf("boundaries: %v", err)
	}
}

// BenchmarkWorkbook reads an agency's workbook of 100,000 rows as a dry run does. The
// target is 30 s and 1 GiB for the whole import.
func BenchmarkWorkbook(b *testing.B) {
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	if err := w.SetRow("A1", agency[0]); err != nil {
		b.Fatal(err)
	}
	const rows = 100_000
	for i := range rows {
		row := slices.Clone(agency[1+i%3])
		row[0], row[1] = i, fmt.Sprintf("%v %d", row[1], i)
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	data, err := f.WriteToBuffer()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		file, err := inputfile.FromBytes(b.Context(), data.Bytes(), "agency.xlsx", inputfile.Options{})
		if err != nil {
			b.Fatal(err)
		}
		report, err := ingest.Table(b.Context(), held(b), ingest.ClusterSchema, file, ingest.TableOptions{DryRun: true, Today: today, Set: set("phase", "2017")})
		if err != nil || report.Counts[ingest.New] != rows {
			b.Fatal(err, report.Counts)
		}
	}
}

// A layer of a GeoPackage is a table: its columns have the agency's headers, and its
// points are the locations. A code that the layer stores as a number is rejected as
// elsewhere.
func TestGeoPackage(t *testing.T) {
	for _, c := range []struct {
		name, kind string
		code       any
		place      orb.Geometry
		fails      string
	}{
		{"a code as text", "TEXT", "33.20", orb.Point{110.67, -6.62}, ""},
		{"a code as number", "DOUBLE", 33.2, orb.Point{110.67, -6.62}, "33.2"},
		{"a place far off", "TEXT", "33.20", orb.Point{106.8, -6.2}, "km"},
		{"an area as place", "TEXT", "33.20", orb.Polygon{{{110, -7}, {111, -7}, {111, -6}, {110, -7}}}, "a Polygon is not a place"},
		{"no place", "TEXT", "33.20", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var data bytes.Buffer
			if err := geopackage.Write(t.Context(), &data, time.Unix(0, 0), geopackage.Table{Name: "sentra", Geometry: "GEOMETRY",
				Columns: []geopackage.Column{{Name: "Nama Sentra", Type: "TEXT"}, {Name: "Kode Wilayah", Type: c.kind}, {Name: "Produk", Type: "TEXT"}, {Name: "Unit Usaha", Type: "INTEGER"}, {Name: "Tahun", Type: "INTEGER"}},
				Rows: func(yield func(orb.Geometry, []any) error) error {
					return yield(c.place, []any{"Sentra Tenun Troso", c.code, "Tenun", 250, 2016})
				}}); err != nil {
				t.Fatal(err)
			}
			_, report, err := table(t, ingest.ClusterSchema, data.Bytes(), "s.gpkg", ingest.TableOptions{Map: mapping(t, "Kode Wilayah=regions"), Set: set("source", "Dinas Perindustrian Jepara")})
			if c.fails == "" {
				if err != nil || report.Rows != 1 {
					t.Errorf("got %v", err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.fails) || !strings.Contains(err.Error(), "s.gpkg, feature 1") {
				t.Errorf("got %v, want %q with its place", err, c.fails)
			}
		})
	}
}
