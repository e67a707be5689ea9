package inputfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"path"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Format is the format of a file, recognised by its first bytes.
type Format string

const (
	// Empty is a file without bytes.
	Empty Format = "empty"
	// Text is CSV, SQL or any other text.
	Text Format = "text"
	// JSON is text that begins with a brace or bracket.
	JSON Format = "JSON"
	// XLSX is an Excel workbook.
	XLSX Format = "XLSX"
	// GeoPackage is a SQLite file of layers.
	GeoPackage Format = "a GeoPackage"
	// UTF16 is text in UTF-16 without a byte order mark.
	UTF16 Format = "UTF-16 text without byte order mark"
)

// conversions say what other files may be, and how to convert them to a supported
// format. FILE is replaced by the file's name.
var conversions = map[Format]string{
	"an old Excel workbook (XLS)":       `open it in Excel or LibreOffice and save it as "Excel Workbook (.xlsx)" or "CSV UTF-8"`,
	"a binary Excel workbook (XLSB)":    `open it in Excel and save it as "Excel Workbook (.xlsx)" or "CSV UTF-8"`,
	"an Excel workbook as XML of 2003":  `open it in Excel and save it as "Excel Workbook (.xlsx)" or "CSV UTF-8"`,
	"an Excel workbook with a password": `remove the password in Excel (File, Info, Protect Workbook) and save it again`,
	"an OpenDocument spreadsheet (ODS)": `open it in LibreOffice and save it as "Excel 2007-365 (.xlsx)" or "Text CSV"`,
	"a Word document":                   `copy its table into a spreadsheet and save that as XLSX or CSV`,
	"an OpenDocument text":              `copy its table into a spreadsheet and save that as XLSX or CSV`,
	"an SQLite database":                `export its table: sqlite3 -header -csv FILE "SELECT * FROM the_table" > out.csv`,
	"a Shapefile":                       `convert it, its .dbf, .shx and .prj beside it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"a zipped Shapefile":                `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson /vsizip/FILE`,
	"the table of a Shapefile (DBF)":    `convert the .shp beside it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson NAME.shp`,
	"a KML file":                        `convert it: ogr2ogr -lco RFC7946=YES out.geojson FILE`,
	// Directly from a KMZ, GDAL loses the properties.
	"a zipped KML file (KMZ)":             `convert it: ogr2ogr -lco RFC7946=YES out.geojson /vsizip/FILE/doc.kml`,
	"a GML file":                          `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"a GPX file":                          `convert it: ogr2ogr -lco RFC7946=YES out.geojson FILE waypoints`,
	"a FlatGeobuf file":                   `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"a Parquet file":                      `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"an Arrow file":                       `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"a PDF document":                      `copy its table into a spreadsheet, check it, and save that as XLSX or CSV`,
	"an HTML page":                        `download the data itself, or open the page in a spreadsheet and save it as XLSX or CSV`,
	"an XML file":                         `save the data as XLSX, CSV or GeoJSON`,
	"an RTF document":                     `copy its table into a spreadsheet and save that as XLSX or CSV`,
	"a picture":                           `give the data itself as XLSX, CSV or GeoJSON`,
	"a ZIP archive":                       `unpack it and import the files in it`,
	"a damaged ZIP archive (or workbook)": `download or copy it again, or open it in Excel and save it anew`,
	"a compressed archive":                `unpack it first; only gzip is unpacked here`,
	"a workbook inside gzip":              `unpack it first: gunzip FILE`,
	UTF16:                                 `save it as "CSV UTF-8", or name the encoding: --encoding utf-16le or utf-16be`,
	"UTF-32 text":                         `save it as "CSV UTF-8"`,
	"a binary file of an unknown format":  `give XLSX, CSV or GeoJSON`,
	"TopoJSON":                            `convert it: ogr2ogr -lco RFC7946=YES out.geojson FILE`,
	"GeoJSON that is a geometry alone":    `wrap it in a Feature with its properties`,
	"JSON that is not GeoJSON":            `give a GeoJSON FeatureCollection, or Features one a line`,
	"an Esri JSON file":                   `convert it: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES out.geojson FILE`,
	"GeoJSON":                             `import a CSV file or a workbook`,
	"CSV or other text":                   `give GeoJSON or a GeoPackage`,
	"an Excel workbook (XLSX)":            `give GeoJSON or a GeoPackage`,
}

// Refusal is the one-line error for a file of an unsupported format; reads lists the
// supported ones.
func (f Format) Refusal(name, reads string) error {
	if f == Empty {
		return sentra.BadInput("", "%s is empty; give %s", name, reads)
	}
	what := string(f)
	switch f {
	case Text:
		what = "CSV or other text"
	case JSON:
		what = "JSON that is not GeoJSON"
	case XLSX:
		what = "an Excel workbook (XLSX)"
	}
	how := strings.NewReplacer("FILE", name, "NAME", strings.TrimSuffix(name, path.Ext(name))).Replace(conversions[Format(what)])
	return sentra.BadInput("", "%s is %s, and %s is read here: %s", name, what, reads, how)
}

var magics = []struct {
	offset int
	magic  string
	format Format
}{
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (XLS)"},
	{0, "\x09\x08\x10\x00\x00\x06\x05\x00", "an old Excel workbook (XLS)"},
	{68, "GPKG", GeoPackage},
	{68, "GP10", GeoPackage},
	{0, "SQLite format 3\x00", "an SQLite database"},
	{0, "\x00\x00\x27\x0a\x00\x00\x00\x00", "a Shapefile"},
	{0, "fgb\x03", "a FlatGeobuf file"},
	{0, "PAR1", "a Parquet file"},
	{0, "ARROW1", "an Arrow file"},
	{0, "%PDF-", "a PDF document"},
	{0, "{\\rtf", "an RTF document"},
	{0, "\x89PNG", "a picture"},
	{0, "\xff\xd8\xff", "a picture"},
	{0, "GIF8", "a picture"},
	{0, "II*\x00", "a picture"},
	{0, "MM\x00*", "a picture"},
	{0, "BZh", "a compressed archive"},
	{0, "\xfd7zXZ\x00", "a compressed archive"},
	{0, "\x28\xb5\x2f\xfd", "a compressed archive"},
	{0, "7z\xbc\xaf\x27\x1c", "a compressed archive"},
	{0, "Rar!", "a compressed archive"},
	{257, "ustar", "a compressed archive"},
	{0, "\x1f\x8b", "a compressed archive"},
	{0, "\xff\xfe\x00\x00", "UTF-32 text"},
	{0, "\x00\x00\xfe\xff", "UTF-32 text"},
}

// sniff returns the format by the first bytes. at gives access to an archive and may
// be nil.
func sniff(head []byte, at io.ReaderAt, size int64) Format {
	if len(head) == 0 {
		return Empty
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return sniffZip(at, size)
	}
	for _, m := range magics {
		if len(head) >= m.offset+len(m.magic) && string(head[m.offset:m.offset+len(m.magic)]) == m.magic {
			if m.magic == magics[0].magic && bytes.Contains(utf16Ascii(head), []byte("EncryptedPackage")) {
				return "an Excel workbook with a password"
			}
			return m.format
		}
	}
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		if text := bytes.TrimLeft(utf16Ascii(head[2:]), " \t\r\n"); len(text) > 0 && (text[0] == '{' || text[0] == '[') {
			return JSON
		}
		return Text
	}
	if isDBF(head) {
		return "the table of a Shapefile (DBF)"
	}
	if format, binary := sniffBinary(head); binary {
		return format
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n\x1e")
	if len(text) == 0 {
		if int64(len(head)) == size {
			return Empty
		}
		return Text
	}
	switch text[0] {
	case '{', '[':
		return JSON
	case '<':
		return sniffMarkup(strings.ToLower(string(text)))
	}
	return Text
}

func sniffMarkup(text string) Format {
	for _, m := range []struct {
		has    string
		format Format
	}{
		{"urn:schemas-microsoft-com:office:spreadsheet", "an Excel workbook as XML of 2003"},
		{"<kml", "a KML file"}, {"<gpx", "a GPX file"}, {"opengis.net/gml", "a GML file"},
		{"<!doctype html", "an HTML page"}, {"<html", "an HTML page"}, {"<table", "an HTML page"}, {"<meta", "an HTML page"},
	} {
		if strings.Contains(text, m.has) {
			return m.format
		}
	}
	return "an XML file"
}

// sniffBinary recognises UTF-16 without a mark, and other binary data.
func sniffBinary(head []byte) (Format, bool) {
	var zeros [2]int
	controls := 0
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != 0x1e {
			controls++
		}
	}
	half := len(head) / 2
	if half >= 8 && (zeros[0] == 0 && zeros[1]*10 >= half*7 || zeros[1] == 0 && zeros[0]*10 >= half*7) {
		return UTF16, true
	}
	return "a binary file of an unknown format", controls*10 > len(head)
}

func isDBF(head []byte) bool {
	if len(head) < 64 || !bytes.Contains([]byte{0x03, 0x04, 0x30, 0x43, 0x83, 0x8b}, head[:1]) {
		return false
	}
	month, day, header := head[2], head[3], binary.LittleEndian.Uint16(head[8:])
	return month >= 1 && month <= 12 && day >= 1 && day <= 31 && header >= 33 && header%32 <= 1
}

// utf16Ascii drops the zero bytes.
func utf16Ascii(data []byte) []byte { return bytes.ReplaceAll(data, []byte{0}, nil) }

// maxZipEntries is the maximum number of entries of an archive to examine.
const maxZipEntries = 10_000

func sniffZip(at io.ReaderAt, size int64) Format {
	if at == nil {
		return "a workbook inside gzip"
	}
	archive, err := zip.NewReader(at, size)
	if err != nil || len(archive.File) == 0 || len(archive.File) > maxZipEntries {
		return "a damaged ZIP archive (or workbook)"
	}
	workbook := false
	for _, entry := range archive.File {
		name := strings.ToLower(entry.Name)
		switch {
		case name == "xl/workbook.bin":
			return "a binary Excel workbook (XLSB)"
		case strings.HasPrefix(name, "xl/"):
			workbook = true
		case strings.HasPrefix(name, "word/"):
			return "a Word document"
		case name == "mimetype":
			return sniffOpenDocument(entry)
		}
	}
	if workbook {
		return XLSX
	}
	for _, entry := range archive.File {
		switch strings.ToLower(path.Ext(entry.Name)) {
		case ".shp":
			return "a zipped Shapefile"
		case ".kml":
			return "a zipped KML file (KMZ)"
		}
		if entry.Name == "[Content_Types].xml" {
			return "a damaged ZIP archive (or workbook)"
		}
	}
	return "a ZIP archive"
}

func sniffOpenDocument(entry *zip.File) Format {
	r, err := entry.Open()
	if err != nil {
		return "a damaged ZIP archive (or workbook)"
	}
	defer r.Close()
	kind, _ := io.ReadAll(io.LimitReader(r, 100))
	if strings.Contains(string(kind), "spreadsheet") {
		return "an OpenDocument spreadsheet (ODS)"
	}
	return "an OpenDocument text"
}
