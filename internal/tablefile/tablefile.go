// Package tablefile reads tables from files in several formats: CSV, a worksheet of
// an Excel workbook (XLSX), GeoJSON with properties as columns, or a layer of a
// GeoPackage. It streams, holds one row at a time, and knows the place of each cell.
//
// It reads cells and validates their text; the meaning of columns is up to the
// caller.
package tablefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"golang.org/x/text/unicode/norm"

	"github.com/sentra-ikm/sentra/internal/geojsonfile"
	"github.com/sentra-ikm/sentra/internal/geopackagefile"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Reads names the supported formats, for error messages.
const Reads = "CSV, XLSX, GeoJSON or GeoPackage"

// MaxCell is the maximum size of a cell in bytes: Excel's maximum, in UTF-8.
const MaxCell = 4 * 32767

// maxColumns is the maximum number of columns of a table.
const maxColumns = 1000

// Options describe a file that does not describe itself.
type Options struct {
	// Delimiter separates the cells of a CSV file; 0 for the one of comma, semicolon and
	// tab that occurs most in its header.
	Delimiter rune
	// Encoding of a CSV file by its WHATWG name, "windows-1252"; "" for UTF-8, or UTF-16
	// with a byte order mark.
	Encoding string
	// Sheet of a workbook; "" if only one sheet has content.
	Sheet string
	// Layer of a GeoPackage; "" for the only one with geometries, else for the only one.
	Layer string
	// HeaderRow is the line or row with the names of the columns; 0 for the first
	// that is not empty.
	HeaderRow int
}

// Kind is the type of a cell.
type Kind uint8

const (
	// Text is text; everything in CSV is.
	Text Kind = iota
	// Number was a number in a workbook or GeoJSON.
	Number
	// Date was a date in a workbook; Text is YYYY-MM-DD, with the time if it has one.
	Date
	// Bool was a truth value in a workbook or GeoJSON; Text is true or false.
	Bool
)

// Cell is a cell of a row.
type Cell struct {
	// Text is trimmed, in Unicode's NFC, with each run of spaces and line breaks
	// collapsed to one space. A number is the shortest decimal without exponent, or the
	// decimal in GeoJSON: "1.10".
	Text string
	// Shown is a number with the decimals of its number format in the workbook, "11.10"
	// for 11.1 with "0.00"; otherwise it is the same as Text.
	Shown string
	Kind  Kind
	// Given means that a Feature has the property, even if it is null.
	Given bool
	// Fault describes what is wrong with the cell itself; empty if nothing is.
	Fault string

	place string // "cell C7", "column 9"
}

// Row is one row of a file; it is valid only until the sink returns.
type Row struct {
	// Number is the line of a CSV file, the row of a worksheet, or the number of a
	// Feature.
	Number int
	// Cells are at the indices that the sink returned for their columns; missing cells
	// are empty.
	Cells []Cell
	// Point is the geometry of a Feature, if it is a Point.
	Point *orb.Point
	// Fault describes what is wrong with the row itself; empty if nothing is.
	Fault string

	table, unit string // `data.xlsx, sheet "Data"`, "row"
}

// Place returns the place of the row or, with a column's index, of the cell:
// `data.xlsx, sheet "Data", cell C7`.
func (r *Row) Place(column int) string {
	place := ""
	if column >= 0 && column < len(r.Cells) {
		place = r.Cells[column].place
	}
	switch {
	case place == "":
		return fmt.Sprintf("%s, %s %d", r.table, r.unit, r.Number)
	case strings.HasPrefix(place, "cell "):
		return r.table + ", " + place
	}
	return fmt.Sprintf("%s, %s %d, %s", r.table, r.unit, r.Number, place)
}

// Unit is how rows are called: "line", "row" or "feature".
func (r *Row) Unit() string { return r.unit }

// Sink receives what is read.
type Sink interface {
	// Column is called for each column before the first row that has it, with its name
	// as written and its place. It returns the index of the column's cells in rows, or
	// -1 to skip the column.
	Column(name, place string) (int, error)
	// Header is called once all columns of the header are known; a Feature may still add
	// others.
	Header() error
	// Row receives a row.
	Row(*Row) error
}

// Check rejects unsupported formats, and options that do not apply to the file's
// format.
func Check(file *inputfile.File, options Options) error {
	const csv, geoJSON, workbook, geoPackage = "CSV", "GeoJSON", "XLSX", "GeoPackage"
	formats := map[inputfile.Format]string{inputfile.Text: csv, inputfile.JSON: geoJSON, inputfile.XLSX: workbook, inputfile.GeoPackage: geoPackage}
	if options.Encoding != "" {
		formats[inputfile.UTF16] = csv
	}
	format := formats[file.Format]
	if format == "" {
		return file.Format.Refusal(file.Name, Reads)
	}
	for _, option := range []struct {
		name  string
		given bool
		of    []string
	}{
		{"delimiter", options.Delimiter != 0, []string{csv}},
		{"encoding", options.Encoding != "", []string{csv}},
		{"sheet", options.Sheet != "", []string{workbook}},
		{"layer", options.Layer != "", []string{geoPackage}},
		{"header-row", options.HeaderRow != 0, []string{csv, workbook}},
	} {
		if option.given && !slices.Contains(option.of, format) {
			return sentra.BadInput(option.name, "%s is read as %s, which has no %s", file.Name, format, option.name)
		}
	}
	return nil
}

// Read reads a file into the sink. Errors are BAD_USER_INPUT with the place,
// LIMIT_EXCEEDED, the context's error, or the sink's.
func Read(file *inputfile.File, options Options, sink Sink) error {
	if err := Check(file, options); err != nil {
		return err
	}
	switch file.Format {
	case inputfile.JSON:
		text, _, err := file.Text("")
		if err != nil {
			return err
		}
		return geojsonfile.Read(text, file.Name, geojsonfile.Options{MaxPositions: maxPositions}, features(file, sink))
	case inputfile.GeoPackage:
		return geopackagefile.Read(file, geopackagefile.Options{Layer: options.Layer, MaxPositions: maxPositions}, features(file, sink))
	case inputfile.XLSX:
		return readXLSX(file, options, sink)
	}
	return readCSV(file, options, sink)
}

// checkColumns refuses too many columns.
func checkColumns(count int, place string) error {
	if count > maxColumns {
		return sentra.BadInput("", "%s: there are more than %d columns", place, maxColumns)
	}
	return nil
}

// cell returns a column's cell, and adds it if the row has none yet.
func (r *Row) cell(index int) *Cell {
	for len(r.Cells) <= index {
		r.Cells = append(r.Cells, Cell{})
	}
	return &r.Cells[index]
}

// reset clears the row for the next one.
func (r *Row) reset(number int) {
	clear(r.Cells)
	r.Number, r.Point, r.Fault = number, nil, ""
}

func (r *Row) blank() bool {
	for i := range r.Cells {
		if r.Cells[i].Text != "" || r.Cells[i].Fault != "" {
			return false
		}
	}
	return r.Point == nil
}

// setText sets the text of a cell and validates its characters.
func (c *Cell) setText(text string) {
	c.Text, c.Fault = clean(text)
	c.Shown = c.Text
}

// clean normalises a text for Cell.Text, and describes what is wrong with it.
func clean(text string) (cleaned, fault string) {
	if len(text) > MaxCell {
		return "", fmt.Sprintf("the cell has %d bytes; at most %d are allowed: %s", len(text), MaxCell, quote(text))
	}
	plain, blanks := true, true
	for i := 0; i < len(text); i++ {
		if b := text[i]; b < ' ' || b > '~' {
			plain = false
			break
		} else if b == ' ' && (i == 0 || text[i-1] == ' ' || i == len(text)-1) {
			blanks = false
		}
	}
	if plain {
		if blanks {
			return text, ""
		}
		return strings.Join(strings.Fields(text), " "), ""
	}
	position := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		position++
		if r == utf8.RuneError {
			if size == 1 {
				return "", fmt.Sprintf("%s is not UTF-8 (byte %02X as character %d)", quote(text), text[i], position)
			}
			return "", fmt.Sprintf("%s has U+FFFD as character %d, which stands for a letter that an earlier conversion has lost; type it again", quote(text), position)
		}
		if !allowed(r) {
			return "", fmt.Sprintf("%s has the control or invisible character U+%04X as character %d; delete it", quote(text), r, position)
		}
		i += size
	}
	return norm.NFC.String(strings.Join(strings.Fields(text), " ")), ""
}

// allowed reports whether a character may be in a cell. Control characters other than
// whitespace are not allowed, nor characters that are invisible, change the text
// direction, or are unassigned.
func allowed(r rune) bool {
	switch r {
	case '\t', '\n', '\r':
		return true
	case '\u2028', '\u2029':
		return false
	}
	return !unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) && r&0xfffe != 0xfffe && (r < 0xfdd0 || r > 0xfdef)
}

// Clean normalises a text as in Cell.Text, and describes what is wrong with it.
func Clean(text string) (cleaned, fault string) { return clean(text) }

// quote formats a value so that it is safe to show on a terminal: escaped and
// shortened.
func quote(text string) string {
	const most = 60
	end := ""
	if len(text) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, end = text[:cut], "…"
	}
	return strings.ReplaceAll(strconv.Quote(text), "\ufffd", `\ufffd`) + end
}

// Quote formats a value for a message: escaped and shortened.
func Quote(text string) string { return quote(text) }
