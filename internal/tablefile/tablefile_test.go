package tablefile

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// collector records what it is given: columns in the order of the file.
type collector struct {
	names []string
	rows  []string // "place: a|b|c", faults in braces
	shown bool
}

func (c *collector) Column(name, _ string) (int, error) {
	c.names = append(c.names, name)
	return len(c.names) - 1, nil
}
func (c *collector) Header() error { return nil }
func (c *collector) Row(r *Row) error {
	var cells []string
	for i := range c.names {
		text := ""
		if i < len(r.Cells) {
			cell := r.Cells[i]
			text = cell.Text
			if c.shown {
				text = cell.Shown
			}
			if cell.Kind != Text {
				text += fmt.Sprintf("#%d", cell.Kind)
			}
			if cell.Fault != "" {
				text = "{" + r.Place(i) + ": " + cell.Fault + "}"
			}
		}
		cells = append(cells, text)
	}
	line := fmt.Sprintf("%d: %s", r.Number, strings.Join(cells, "|"))
	if r.Point != nil {
		line += fmt.Sprintf(" @%v", *r.Point)
	}
	if r.Fault != "" {
		line += " {" + r.Place(-1) + ": " + r.Fault + "}"
	}
	c.rows = append(c.rows, line)
	return nil
}

func readBytes(t testing.TB, data []byte, name string, options Options) (*collector, error) {
	t.Helper()
	c := &collector{}
	file, err := inputfile.FromBytes(t.Context(), data, name, inputfile.Options{})
	if err != nil {
		return c, err
	}
	defer file.Close()
	return c, Read(file, options, c)
}

func packed(data string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(data))
	z.Close()
	return b.String()
}

func encoded(t *testing.T, text string, as interface {
	String(string) (string, error)
}) string {
	t.Helper()
	out, err := as.String(text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A table has the same rows in every format.
func TestForms(t *testing.T) {
	want := []string{"2: 11.10|Café, pusat|x", "3: 94|b|"}
	const commas = "kode,nama,c\n11.10,\"Café, pusat\",x\n94,b,\n"
	const tabs = "kode\tnama\tc\r\n11.10\tCafé, pusat\tx\r\n94\tb\t\r\n"
	const semicolons = "kode;nama;c\n11.10;Café, pusat;x\n94;b;\n"
	for _, c := range []struct {
		name, in string
		options  Options
		lines    int // the number of lines before
	}{
		{"commas", commas, Options{}, 0},
		{"semicolons", semicolons, Options{}, 0},
		{"tabs", tabs, Options{}, 0},
		{"Excel's own line", "sep=;\r\n" + semicolons, Options{}, 1},
		{"a delimiter that is named", "kode;na,ma;c,d,e\n11.10;Café, pusat;x\n94;b;\n", Options{Delimiter: ';'}, 0},
		{"a header further down", "Data Sentra IKM\n\"Dinas, 2024\"\n" + commas, Options{HeaderRow: 3}, 2},
		{"empty lines", "\n\n" + commas + "\n,,\n\n", Options{}, 2},
		{"byte order mark", "\ufeff" + commas, Options{}, 0},
		{"gzip", packed(commas), Options{}, 0},
		{"UTF-16, little end first", encoded(t, tabs, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()), Options{}, 0},
		{"UTF-16, big end first", encoded(t, tabs, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()), Options{}, 0},
		{"UTF-16 without a mark, named", encoded(t, tabs, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()), Options{Encoding: "utf-16le"}, 0},
		{"Windows-1252", encoded(t, semicolons, charmap.Windows1252.NewEncoder()), Options{Encoding: "Windows-1252"}, 0},
		{"Latin-1", encoded(t, semicolons, charmap.ISO8859_1.NewEncoder()), Options{Encoding: "latin1"}, 0},
		{"letter and accent apart", strings.ReplaceAll(commas, "é", "e\u0301"), Options{}, 0},
		{"blanks about and within", "kode , nama,c \n 11.10 ,\" Café,\u00a0 \n pusat\",x\n94,b,\n", Options{}, 0},
		{"empty columns at the end", "kode;nama;c;;\n11.10;Café, pusat;x;;\n94;b;;;\n", Options{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBytes(t, []byte(c.in), "data.csv", c.options)
			if err != nil {
				t.Fatal(err)
			}
			var moved []string
			for i, row := range got.rows {
				_, cells, _ := strings.Cut(row, ": ")
				moved = append(moved, fmt.Sprintf("%d: %s", i+2, cells))
			}
			if !slices.Equal(moved, want) {
				t.Errorf("got %q, want %q", got.rows, want)
			}
			if first := fmt.Sprintf("%d: ", 2+c.lines); !strings.HasPrefix(got.rows[0], first) {
				t.Errorf("the first row is %q; want it in line %s", got.rows[0], first)
			}
		})
	}
}

// Faults of a cell or row are reported with their place; the rest is read.
func TestFaults(t *testing.T) {
	for _, c := range []struct {
		name, in string
		options  Options
		says     []string
	}{
		{"Latin-1", "key,name\na,Caf\xe9 Kup\xe9\nb,ok\n", Options{}, []string{"data.csv, line 2, column 3", `"Caf\xe9 Kup\xe9" is not UTF-8: byte E9 as character 4`, `"Café Kupé"`, "--encoding windows-1252"}},
		{"another byte", "key,name\na,x\x81y\n", Options{}, []string{"byte 81", "name the encoding"}},
		{"UTF-8 taken for another", "key,name\na,Café\n", Options{Encoding: "windows-1252"}, []string{"is UTF-8", "leave out --encoding"}},
		{"NUL", "key,name\na,Na\x00me\n", Options{}, []string{"line 2, column 3", "U+0000 as character 3"}},
		{"escape", "key,name\na,Na\x1b[31mme\n", Options{}, []string{"U+001B as character 3", `\x1b`}},
		{"direction", "key,name\na,Na\u202eme\n", Options{}, []string{"U+202E as character 3"}},
		{"isolate", "key,name\na,\u2066x\u2069\n", Options{}, []string{"U+2066"}},
		{"zero width", "key,name\na\u200bb,x\n", Options{}, []string{"line 2, column 1", "U+200B"}},
		{"replaced before", "key,name\na,Caf\ufffd\n", Options{}, []string{"U+FFFD", "type it again"}},
		{"half a pair", encoded(t, "key,name\na,x", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()) + "\x00\xd8\n\x00", Options{}, []string{"U+FFFD"}},
		{"too long", "key,name\na," + strings.Repeat("x", MaxCell+1) + "\n", Options{}, []string{"are allowed", "…"}},
		{"too many cells", "key,name\na,b,c\n", Options{}, []string{"data.csv, line 2: the row has 3 cells and the header 2"}},
		{"too few cells", "key,name,x\na,b\n", Options{}, []string{"the row has 2 cells and the header 3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBytes(t, []byte(c.in), "data.csv", c.options)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(got.rows, "\n")
			for _, says := range c.says {
				if !strings.Contains(all, says) {
					t.Errorf("%s\nlacks %q", all, says)
				}
			}
			printable(t, all)
		})
	}
}

func printable(t *testing.T, text string) {
	t.Helper()
	for _, r := range text {
		if r != '\n' && !allowed(r) || r == '\ufffd' {
			t.Fatalf("the message holds %q", r)
		}
	}
	if len(text) > 2000 {
		t.Fatalf("the message has %d bytes", len(text))
	}
}

func zipped(entries ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		w, _ := z.Create(entries[i])
		w.Write([]byte(entries[i+1]))
	}
	z.Close()
	return b.String()
}

// A file that is not a table is rejected in one line that says what it is and what to
// do.
func TestWrongFiles(t *testing.T) {
	sample := func(name string) string {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for _, c := range []struct {
		name, in string
		options  Options
		says     string
	}{
		{"empty", "", Options{}, "is empty"},
		{"blank", "\n \n", Options{}, "is empty"},
		{"old Excel", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), Options{}, "an old Excel workbook (XLS)"},
		{"password", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600) + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00", Options{}, "a password"},
		{"GeoPackage", "SQLite format 3\x00" + strings.Repeat("\x01", 52) + "GPKG" + strings.Repeat("\x00", 99), Options{}, "a GeoPackage"},
		{"SQLite", "SQLite format 3\x00" + strings.Repeat("\x01", 99), Options{}, "an SQLite database"},
		{"shapefile", sample("s.shp"), Options{}, "ogr2ogr"},
		{"shapefile, zipped", zipped("a/b.shp", "x", "a/b.dbf", "y"), Options{}, "a zipped Shapefile"},
		{"DBF", "\x03\x7c\x0b\x1a" + "\x05\x00\x00\x00" + "\x61\x00\x20\x00" + strings.Repeat("\x00", 80), Options{}, "DBF"},
		{"ODS", zipped("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), Options{}, "ODS"},
		{"XLSB", zipped("[Content_Types].xml", "x", "xl/workbook.bin", "y"), Options{}, "XLSB"},
		{"Word", zipped("[Content_Types].xml", "x", "word/document.xml", "y"), Options{}, "Word"},
		{"KMZ", zipped("doc.kml", "x"), Options{}, "KMZ"},
		{"zipped CSV", zipped("data.csv", "x"), Options{}, "unpack it"},
		{"a stub of a workbook", sample("x.xlsx"), Options{}, "damaged ZIP archive (or workbook)"},
		{"half a workbook", zipped("xl/workbook.xml", "x")[:40], Options{}, "damaged"},
		{"a workbook of nothing", zipped("xl/workbook.xml", "<x/>"), Options{}, "damaged or not in the form that Excel writes"},
		{"KML", `<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2">`, Options{}, "a KML file"},
		{"GML", `<?xml version="1.0"?><gml:x xmlns:gml="http://www.opengis.net/gml">`, Options{}, "a GML file"},
		{"HTML", "<!DOCTYPE html><html><table>", Options{}, "an HTML page"},
		{"HTML that is named .xls", "\r\n<table border=1>", Options{}, "an HTML page"},
		{"XML of 2003", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">`, Options{}, "XML of 2003"},
		{"PDF", "%PDF-1.7\n", Options{}, "a PDF document"},
		{"Parquet", "PAR1\x15\x04", Options{}, "a Parquet file"},
		{"FlatGeobuf", "fgb\x03fgb\x00", Options{}, "a FlatGeobuf file"},
		{"picture", "\x89PNG\r\n\x1a\n", Options{}, "a picture"},
		{"xz", "\xfd7zXZ\x00", Options{}, "a compressed archive"},
		{"binary", strings.Repeat("\x01\x02\x80", 99), Options{}, "a binary file"},
		{"gzip that is cut", packed(strings.Repeat("a,b\n1,2\n", 1000))[:40], Options{}, "is damaged or cut short"},
		{"gzip with something after it", packed("a,b\n1,2\n") + "garbage", Options{}, "is damaged or cut short"},
		{"gzip with a wrong sum", strings.Replace(packed("a,b\n1,2\n"), "\x00\x00\x00", "\x00\x01\x00", 1)[:20] + "\x00\x00\x00\x00\x00\x00\x00\x00", Options{}, "is damaged or cut short"},
		{"UTF-16 without a mark", encoded(t, "key,name\na,b\n", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()), Options{}, "--encoding utf-16le"},
		{"TopoJSON", `{"type":"Topology","objects":{}}`, Options{}, "TopoJSON"},
		{"Esri JSON", `{"geometryType":"esriGeometryPoint","features":[]}`, Options{}, ""},
		{"another object", `{"a":1}`, Options{}, "not GeoJSON"},
		{"a list", `[{"a":1}]`, Options{}, "an object should begin here"},
		{"an empty collection", `{"type":"FeatureCollection","features":[]}`, Options{}, "no Feature"},
		{"no such encoding", "a,b\n1,2\n", Options{Encoding: "ebcdic-x"}, "is not supported"},
		{"mark and encoding contradict", "\xff\xfea\x00", Options{Encoding: "windows-1252"}, "byte order mark of utf-16le"},
		{"no such delimiter", "a,b\n", Options{Delimiter: 'x'}, "is not a delimiter"},
		{"Excel's own line with another byte", "sep=\x80", Options{}, "line 1 is \"sep=\" without a delimiter"},
		{"Excel's own line with a letter", "sep=x\na,b\n", Options{}, "line 1 is \"sep=\" without a delimiter"},
		{"Excel's own line with nothing", "sep=\na,b\n", Options{}, "line 1 is \"sep=\" without a delimiter"},
		{"no such header", "a,b\n", Options{HeaderRow: 9}, "no line 9"},
		{"a sheet of CSV", "a,b\n1,2\n", Options{Sheet: "Data"}, "sheet: data.bin is read as CSV, which has no sheet"},
		{"a layer of CSV", "a,b\n1,2\n", Options{Layer: "x"}, "layer: data.bin is read as CSV, which has no layer"},
		{"a sheet of GeoJSON", `{"type":"FeatureCollection","features":[]}`, Options{Sheet: "Data"}, "read as GeoJSON, which has no sheet"},
		{"a header of GeoJSON", `{"type":"FeatureCollection","features":[]}`, Options{HeaderRow: 2}, "read as GeoJSON, which has no header-row"},
		{"an encoding of GeoJSON", `{"type":"FeatureCollection","features":[]}`, Options{Encoding: "windows-1252"}, "read as GeoJSON, which has no encoding"},
		{"a delimiter of a workbook", sheetOf("<worksheet><sheetData/></worksheet>"), Options{Delimiter: ';'}, "read as XLSX, which has no delimiter"},
		{"lines of CR", "a,b\r1,2\r", Options{}, "CR alone"},
		{"an open quote", "a,b\n1,\"x\n2,y\n", Options{}, "quotation mark"},
		{"a quote within", "a,b\n1,x\"y\n", Options{}, "line 2, column 4"},
		{"a quote that never ends", "a,b\n1,\"" + strings.Repeat("x,y\n", 2<<20), Options{}, "line 2: the row that begins here has more than 4 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readBytes(t, []byte(c.in), "data.bin", c.options)
			if code := sentra.ErrorCode(err); code != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("got %v (%s); want it to say %q", err, code, c.says)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
			printable(t, err.Error())
		})
	}
}

func TestGeoJSON(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"properties", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[115.2,-8.6,12]},"properties":{"key":"a","n":11.10,"yes":true,"none":null}}]}`, "1: a|11.10#1|true#3| @[115.2 -8.6]"},
		{"zeros of a number", `{"type":"Feature","geometry":null,"properties":{"key":1.10,"whole":2017.0,"small":1.5e-3,"large":2e3}}`, "1: 1.10#1|2017#1|0.0015#1|2000#1"},
		{"lines", `{"type":"Feature","geometry":null,"properties":{"key":"a"}}` + "\n" + `{"type":"Feature","properties":{"other":"b","key":"c"}}`, "1: a;2: c|b"},
		{"digits that get lost", `{"type":"Feature","geometry":null,"properties":{"key":12345678901234567890,"k":1e19}}`, "more digits than a number can hold"},
		{"an object", `{"type":"Feature","geometry":null,"properties":{"key":{"a":[1,{}]}}}`, "an object or list"},
		{"an area", `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2],[3,4]]},"properties":{"key":"x"}}`, "LineString"},
		{"half a pair", `{"type":"Feature","geometry":null,"properties":{"key":"a\ud800b"}}`, "U+FFFD"},
		{"NUL", `{"type":"Feature","geometry":null,"properties":{"key":"a\u0000b"}}`, "U+0000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBytes(t, []byte(c.in), "a.geojson", Options{})
			if all := strings.Join(got.rows, ";"); err != nil || !strings.Contains(all, c.want) {
				t.Errorf("%q, %v; want %q", all, err, c.want)
			}
		})
	}
}

// book makes a workbook.
func book(t testing.TB, make func(*excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	make(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestWorkbook(t *testing.T) {
	data := book(t, func(f *excelize.File) {
		const s = "Sheet1"
		decimals := "0.00"
		two, err := f.NewStyle(&excelize.Style{CustomNumFmt: &decimals})
		must(t, err)
		date := "dd/mm/yyyy"
		day, err := f.NewStyle(&excelize.Style{CustomNumFmt: &date})
		must(t, err)
		builtin, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		thousands, err := f.NewStyle(&excelize.Style{NumFmt: 3})
		must(t, err)
		must(t, f.SetCellStr(s, "B1", "DATA SENTRA"),
			f.SetSheetRow(s, "A3", &[]any{"Kode", "Nama", "Nilai", "Tanggal"}),
			f.SetSheetRow(s, "A4", &[]any{"11.10", "Rasa & <b>\n dua", 1250, 43094}), f.SetCellStyle(s, "D4", "D4", day), f.SetCellStyle(s, "C4", "C4", thousands),
			f.SetSheetRow(s, "A5", &[]any{11.1, nil, 136.2, 43094.25}), f.SetCellStyle(s, "D5", "D5", builtin),
			f.SetSheetRow(s, "A6", &[]any{11.1, true, 0.3, 1e20}), f.SetCellStyle(s, "A6", "A6", two),
			f.SetCellFormula(s, "B8", "1+1"),
			f.SetSheetRow(s, "A9", &[]any{"x"}),
			f.MergeCell(s, "A1", "D1"),
		)
		_, err = f.NewSheet("Sheet2")
		must(t, err)
	})
	for name, c := range map[string]struct {
		options Options
		shown   bool
		want    []string
	}{
		"text": {Options{HeaderRow: 3}, false, []string{
			"4: 11.10|Rasa & <b> dua|1250#1|2017-12-25#2",
			"5: 11.1#1||136.2#1|2017-12-25T06:00:00#2",
			`6: 11.1#1|true#3|0.3#1|{data.xlsx, sheet "Sheet1", cell D6: the number "100000000000000000000" has more digits than a number can hold; write it as text}`,
			`8: |{data.xlsx, sheet "Sheet1", cell B8: the cell has a formula whose value is not stored; open the workbook in Excel or LibreOffice and save it, or enter the value itself}||`,
			"9: x|||"}},
		"as shown": {Options{HeaderRow: 3, Sheet: "sheet1"}, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := &collector{shown: c.shown}
			file, err := inputfile.FromBytes(t.Context(), data, "data.xlsx", inputfile.Options{})
			must(t, err)
			must(t, Read(file, c.options, c0))
			if c.shown {
				if c0.rows[2] == "" || !strings.HasPrefix(c0.rows[2], "6: 11.10#1|") || !strings.HasPrefix(c0.rows[1], "5: 11.1#1|") {
					t.Errorf("shown: %q", c0.rows)
				}
				return
			}
			if !slices.Equal(c0.rows, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(c0.rows, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestWrongWorkbooks(t *testing.T) {
	const s = "Sheet1"
	fill := func(f *excelize.File) {
		must(t, f.SetSheetRow(s, "A1", &[]any{"a", "b"}), f.SetSheetRow(s, "A2", &[]any{"1", "2"}), f.SetSheetRow(s, "A3", &[]any{"3"}))
	}
	for _, c := range []struct {
		name    string
		make    func(*excelize.File)
		options Options
		says    string
	}{
		{"merged down", func(f *excelize.File) { fill(f); must(t, f.MergeCell(s, "B2", "B3")) }, Options{}, `cell B2: the cells B2:B3 are merged`},
		{"merged header", func(f *excelize.File) { fill(f); must(t, f.MergeCell(s, "A1", "B1")) }, Options{}, "merged"},
		{"several sheets", func(f *excelize.File) {
			fill(f)
			_, err := f.NewSheet("Dua")
			must(t, err, f.SetCellStr("Dua", "A1", "x"))
		}, Options{}, `--sheet: "Sheet1", "Dua"`},
		{"no such sheet", fill, Options{Sheet: "Tiga"}, `no sheet "Tiga"; it has "Sheet1"`},
		{"nothing", func(*excelize.File) {}, Options{}, "no sheet that is shown has a cell"},
		{"beyond the header", func(f *excelize.File) { fill(f); must(t, f.SetCellStr(s, "D2", "x")) }, Options{}, "cell D2 is beyond"},
		{"a column without a name", func(f *excelize.File) {
			must(t, f.SetCellStr(s, "A1", "a"), f.SetCellStr(s, "C1", "c"), f.SetCellStr(s, "B2", "x"))
		}, Options{}, "cell B2 is in a column without a name"},
		{"an error", func(f *excelize.File) { fill(f); must(t, f.SetCellStr(s, "B2", "#N/A")) }, Options{}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBytes(t, book(t, c.make), "data.xlsx", c.options)
			if all := fmt.Sprint(got.rows, err); !strings.Contains(all, c.says) {
				t.Errorf("got %s; want %q", all, c.says)
			}
		})
	}
}

// sheetOf returns a workbook with the given sheet XML.
func sheetOf(sheet string) string {
	return zipped("xl/workbook.xml", `<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/s.xml"/></Relationships>`,
		"xl/worksheets/s.xml", sheet)
}

func TestSheetAsWritten(t *testing.T) {
	const head = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><r><t>b</t></r><rPh><t>x</t></rPh></is></c></row>`
	for _, c := range []struct{ name, sheet, want string }{
		{"no references", `<worksheet><sheetData><row><c t="str"><v>a</v></c><c t="str"><v>b</v></c></row><row><c><v>1</v></c><c><v>2.50</v></c></row></sheetData></worksheet>`, "2: 1#1|2.5#1"},
		{"escapes", head + `<row r="5"><c r="B5" t="inlineStr"><is><t>x_x000D_y</t></is></c></row></sheetData></worksheet>`, "5: |x y"},
		{"error", head + `<row r="5"><c r="B5" t="e"><v>#REF!</v></c></row></sheetData></worksheet>`, `cell B5: the cell has the error "#REF!"`},
		{"kept formula", head + `<row r="5"><c r="A5"><f>1+1</f><v>2</v></c></row></sheetData></worksheet>`, "5: 2#1|"},
		{"hexadecimal", head + `<row r="5"><c r="A5"><v>0x10</v></c></row></sheetData></worksheet>`, "is not a number"},
		{"no such text", head + `<row r="5"><c r="A5" t="s"><v>7</v></c></row></sheetData></worksheet>`, "the text \"7\""},
		{"cut", head + `<row r="5"><c r="A5"><v>1</v>`, "damaged"},
		{"cut between rows", head, "damaged"},
		{"rows out of order", head + `<row r="5"/><row r="3"/></sheetData></worksheet>`, "damaged"},
		{"cells out of order", head + `<row r="5"><c r="B5"><v>1</v></c><c r="A5"><v>1</v></c></row></sheetData></worksheet>`, "damaged"},
		{"a column beyond", head + `<row r="5"><c r="ZZZZ5"><v>1</v></c></row></sheetData></worksheet>`, "damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readBytes(t, []byte(sheetOf(c.sheet)), "data.xlsx", Options{})
			if all := fmt.Sprint(got.rows, err); !strings.Contains(all, c.want) {
				t.Errorf("got %s; want %q", all, c.want)
			}
		})
	}
}

// Bombs are rejected quickly, by their uncompressed size.
func TestBombs(t *testing.T) {
	bomb := func(head string, fill byte) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(head))
		block := bytes.Repeat([]byte{fill}, 1<<20)
		for range 72 {
			z.Write(block)
		}
		z.Close()
		return b.Bytes()
	}
	sheet := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		for name, head := range map[string]string{"xl/workbook.xml": "<workbook>", "xl/worksheets/sheet1.xml": "<worksheet><sheetData>"} {
			w, _ := z.Create(name)
			w.Write([]byte(head))
			block := bytes.Repeat([]byte{' '}, 1<<20)
			for range 72 {
				w.Write(block)
			}
		}
		z.Close()
		return b.Bytes()
	}()
	for name, data := range map[string][]byte{
		"blanks in JSON": bomb("{", ' '), "a text in JSON": bomb(`{"type":"`, 'a'), "a number in JSON": bomb(`{"a":`, '1'), "blanks in CSV": bomb("a,b\n", ' '),
		"rows in CSV": bomb("a,b\n", '\n'), "brackets": bomb("", '['), "workbook": sheet,
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			_, err := readBytes(t, data, "bomb", Options{})
			if code := sentra.ErrorCode(err); code != sentra.CodeLimitExceeded && code != sentra.CodeBadUserInput {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
	file, err := inputfile.FromBytes(t.Context(), []byte("a,b\n"+strings.Repeat("1,2\n", 1000)), "large.csv", inputfile.Options{MaxBytes: 100})
	if err == nil {
		err = Read(file, Options{}, &collector{})
	}
	if sentra.ErrorCode(err) != sentra.CodeLimitExceeded || !strings.Contains(err.Error(), "--max-size") {
		t.Errorf("beyond the limit: %v", err)
	}
}

// Reading stops once the context is done.
func TestCancelled(t *testing.T) {
	for name, data := range map[string][]byte{
		"CSV":     []byte("a,b\n" + strings.Repeat("1,2\n", 1<<20)),
		"GeoJSON": []byte(strings.Repeat(`{"type":"Feature","properties":{"a":"1"},"geometry":null}`+"\n", 1<<14)),
		"XLSX": book(t, func(f *excelize.File) {
			w, err := f.NewStreamWriter("Sheet1")
			must(t, err)
			for i := range 20_000 {
				must(t, w.SetRow(fmt.Sprintf("A%d", i+1), []any{"a", i}))
			}
			must(t, w.Flush())
		}),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		file, err := inputfile.FromBytes(ctx, data, name, inputfile.Options{})
		must(t, err)
		c := &cancelling{cancel: cancel}
		err = Read(file, Options{}, c)
		if !errors.Is(err, context.Canceled) || c.rows > 20_000 {
			t.Errorf("%s: %v after %d rows", name, err, c.rows)
		}
	}
}

type cancelling struct {
	collector
	cancel context.CancelFunc
	rows   int
}

func (c *cancelling) Row(*Row) error {
	c.rows++
	c.cancel()
	return nil
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "sep=;\na;b\n", "\ufeffa\tb\n\"x", `{"type":"Feature","properties":{"a":1}}`, "\xff\xfea\x00,\x00",
		sheetOf(`<worksheet><sheetData><row><c t="str"><v>a</v></c></row><row><c><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`), packed("a\n1\n")} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := inputfile.FromBytes(t.Context(), data, "fuzz", inputfile.Options{MaxBytes: 1 << 22})
		if err != nil {
			return
		}
		c := &collector{}
		err = Read(file, Options{}, c)
		if err != nil && !strings.Contains(err.Error(), "\n") {
			printable(t, err.Error())
		}
		for _, row := range c.rows {
			for _, r := range row {
				if !allowed(r) || r == '\ufffd' {
					t.Fatalf("%q holds %q", row, r)
				}
			}
		}
	})
}
