package ingest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// TableOptions are options for reading a table.
type TableOptions struct {
	tablefile.Options
	// Map maps headers to columns, as parsed by ParseMapping.
	Map map[string]string
	// Set has values for all rows of columns that the file does not have.
	Set map[string]string
	// AsOf is the day for names and codes of regions. nil means the last day of the
	// row's year, or today if it has none.
	AsOf *sentra.Date
	// Today is the current day in Jakarta.
	Today sentra.Date
	// DeleteMissing deletes stored entities of the kind that are not in the file, except
	// for those that the program ships.
	DeleteMissing bool
	// DryRun validates everything and writes nothing.
	DryRun bool
	// Progress is called with the number of rows read; it may be nil.
	Progress func(rows int)
}

// maxFaults is the number of faults that are kept; further ones are only counted.
const maxFaults = 1000

// Fault is one fault of a file.
type Fault struct {
	// Row is the line, row or feature, 0 for the file as a whole.
	Row int
	Err *sentra.Error
}

// Refusal is the error for a rejected file, with its faults up to a limit. Nothing of
// the file was written.
type Refusal struct {
	Faults []Fault
	// Total is the number of all faults, and Rows the number of rows with any.
	Total, Rows int
}

// tellFaults is the maximum number of faults in an error text.
const tellFaults = 20

// Error lists the first faults, one per line.
func (r *Refusal) Error() string {
	var lines []string
	for _, f := range r.Faults[:min(len(r.Faults), tellFaults)] {
		lines = append(lines, f.Err.Error())
	}
	if r.Total > len(lines) {
		lines = append(lines, fmt.Sprintf("and %d more", r.Total-len(lines)))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the first fault, which has the code.
func (r *Refusal) Unwrap() error { return r.Faults[0].Err }

// faults collects the faults of a file.
type faults struct {
	list        []Fault
	total, rows int
	lastRow     int
}

func (f *faults) add(row int, err *sentra.Error) {
	if last := len(f.list) - 1; last >= 0 && row > 0 && f.list[last].Row == row && f.list[last].Err.Error() == err.Error() {
		return // the cell was read twice
	}
	f.total++
	if row == 0 || row != f.lastRow {
		f.rows++
		f.lastRow = row
	}
	switch {
	case len(f.list) < maxFaults:
		f.list = append(f.list, Fault{row, err})
	case row == 0: // never drop a fault of the file as a whole
		f.list[maxFaults-1] = Fault{row, err}
	}
}

// refusal returns the error, or nil if there is no fault.
func (f *faults) refusal() error {
	if f.total == 0 {
		return nil
	}
	list := slices.Clone(f.list)
	slices.SortStableFunc(list, func(a, b Fault) int { return a.Row - b.Row })
	return &Refusal{Faults: list, Total: f.total, Rows: f.rows}
}

// table reads a file by a schema, row by row.
type table struct {
	*headers
	faults
	file    *inputfile.File
	options TableOptions
	numbers bool // whether codes may be numbers: in a workbook, not in GeoJSON
	each    func(*row)
	row     row
	rows    int
	begun   bool
	// shown is the number of codes that were numbers and are read as displayed by the
	// workbook.
	shown int
}

// readTable calls each for every row of a file. It collects the faults of the file
// and its rows, and returns an error that ends the import without a report, such as
// the context's.
func readTable(file *inputfile.File, schema *Schema, options TableOptions, each func(*row)) (*table, error) {
	h, err := newHeaders(schema, options)
	if err != nil {
		return nil, err
	}
	t := &table{headers: h, file: file, options: options, numbers: file.Format != inputfile.JSON, each: each}
	t.row.table = t
	t.row.geojson = file.Format == inputfile.JSON
	err = tablefile.Read(file, options.Options, t)
	t.each = nil // the report refers to the table, but not to the reader of its rows
	var coded *sentra.Error
	switch {
	case errors.Is(err, errHeader):
	case errors.As(err, &coded) && file.Context().Err() == nil:
		t.add(0, coded)
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", file.Name, err)
	case t.rows == 0 && t.total == 0:
		t.add(0, sentra.BadInput("", "%s has a header and no row: there is nothing to import", file.Name))
	}
	return t, nil
}

// errHeader stops reading after a header that makes the rows useless.
var errHeader = errors.New("the header is wrong")

// Column implements tablefile.Sink.
func (t *table) Column(name, place string) (int, error) {
	index, err := t.column(name, place)
	var coded *sentra.Error
	if errors.As(err, &coded) {
		t.add(0, coded)
		return -1, nil
	}
	return index, err
}

// Header implements tablefile.Sink.
func (t *table) Header() error {
	t.begun = true
	if !t.row.geojson {
		for _, column := range t.missing() {
			t.add(0, sentra.BadInput("", "the column %s is missing; add it, say which header means it with --map, or give all rows one value with --set", column))
		}
	}
	if t.total > 0 {
		return errHeader
	}
	return nil
}

// Row implements tablefile.Sink.
func (t *table) Row(r *tablefile.Row) error {
	t.rows++
	t.row.Row, t.row.failed = r, false
	if r.Fault != "" { // its cells may be in the wrong columns
		t.row.fault("", "%s", r.Fault)
		return nil
	}
	for i := range r.Cells {
		if fault := r.Cells[i].Fault; fault != "" {
			t.row.fault(t.schema.Columns[i].Name, "%s", fault)
		}
	}
	t.each(&t.row)
	if t.options.Progress != nil && t.rows%1000 == 0 {
		t.options.Progress(t.rows)
	}
	return nil
}

// refuse adds a fault of a row that was read before.
func (t *table) refuse(number int, place, column, format string, args ...any) {
	fault := sentra.BadInput("", format, args...)
	fault.Path = []string{place, t.header(column)}
	t.add(number, fault)
}

// row is one row, read by column name.
type row struct {
	*tablefile.Row
	table   *table
	failed  bool
	geojson bool
}

// fault adds a fault of the row's cell in a column.
func (r *row) fault(column, format string, args ...any) {
	r.fail(column, sentra.BadInput("", format, args...))
}

// fail adds an error about the row's cell in a column.
func (r *row) fail(column string, err error) {
	r.failed = true
	var coded *sentra.Error
	if !errors.As(err, &coded) {
		coded = sentra.Wrap(sentra.CodeInternal, err, "the cell cannot be checked")
	}
	index := -1
	if column != "" {
		index = r.table.schema.index[column]
	}
	placed := *coded
	placed.Path = []string{r.Place(index)}
	if column != "" {
		placed.Path = append(placed.Path, r.table.header(column))
	}
	r.table.add(r.Number, &placed)
}

// header returns a column's name in the file, with its own name.
func (t *table) header(column string) string {
	name := t.names[t.schema.index[column]]
	if name == "" || headerKey(name) == headerKey(column) {
		return column
	}
	return fmt.Sprintf("%s (%s)", column, tablefile.Quote(name))
}

// cell returns a cell, empty if the file has none.
func (r *row) cell(column string) tablefile.Cell {
	if index, known := r.table.schema.index[column]; known && index < len(r.Cells) {
		return r.Cells[index]
	}
	return tablefile.Cell{}
}

// text returns the text of a column, or the value set for all rows.
func (r *row) text(column string) string {
	if len(r.table.set) > 0 {
		if value, set := r.table.set[column]; set {
			return value
		}
	}
	return r.cell(column).Text
}

// says reports whether the row contains one of some columns, even if the cell is
// empty: a table has the column, or a Feature the property. What a row does not
// contain stays as stored.
func (r *row) says(columns ...string) bool {
	return slices.ContainsFunc(columns, func(column string) bool {
		if _, set := r.table.set[column]; set {
			return true
		}
		if r.geojson {
			return r.cell(column).Given
		}
		return r.table.has(column)
	})
}

// maxName is the maximum length of a name or title in characters, maxText of a longer
// text.
const (
	maxName = 300
	maxText = 5000
)

// bounded returns the text of a column and rejects one that is too long, and a truth
// value, which is not a name.
func (r *row) bounded(column string, most int) string {
	text := r.text(column)
	if r.cell(column).Kind == tablefile.Bool && text == r.cell(column).Text {
		r.fault(column, "the boolean %s is not text; write it as text", text)
	}
	if len(text) > most && len([]rune(text)) > most {
		r.fault(column, "%s has %d characters; at most %d are allowed", tablefile.Quote(text), len([]rune(text)), most)
	}
	return text
}

// need is bounded for a column that must have a value.
func (r *row) need(column string, most int) string {
	text := r.bounded(column, most)
	if text == "" && r.cell(column).Fault == "" {
		r.fault(column, "a value is missing")
	}
	return text
}

// oneOf returns a value that must be one of those allowed.
func (r *row) oneOf(column string, allowed ...string) string {
	text := r.text(column)
	if !slices.Contains(allowed, text) && r.cell(column).Fault == "" {
		r.fault(column, "%s is not one of %s", tablefile.Quote(text), strings.Join(allowed, ", "))
	}
	return text
}

// date reads a day; nil for an empty cell.
func (r *row) date(column string) *sentra.Date {
	text := r.text(column)
	if text == "" {
		return nil
	}
	day, err := sentra.ParseDate(text)
	if err != nil {
		r.fault(column, "%s is not a date; write YYYY-MM-DD, for example 2017-12-25", tablefile.Quote(text))
		return nil
	}
	return &day
}

// partialDate reads a day, month or year.
func (r *row) partialDate(column string) sentra.PartialDate {
	text := r.text(column)
	date, err := sentra.ParsePartialDate(text)
	if err != nil {
		r.fault(column, "%s is not a date; write YYYY, YYYY-MM or YYYY-MM-DD", tablefile.Quote(text))
	}
	return date
}

// day is the day for names and codes of the row's regions, and whether it was given.
func (r *row) day() (sentra.Date, bool) {
	if asOf := r.table.options.AsOf; asOf != nil {
		return *asOf, true
	}
	today := r.table.options.Today
	if _, has := r.table.schema.index["year"]; has {
		if year, given := r.whole("year", firstYear, lastYear); given && year > 0 {
			return min(sentra.DateOf(year, 12, 31), today), true
		}
	}
	return today, false
}

// at returns an error about a column at a place.
func at(place, column, format string, args ...any) error {
	path := []string{place}
	if column != "" {
		path = append(path, column)
	}
	return &sentra.Error{Code: sentra.CodeBadUserInput, Message: fmt.Sprintf(format, args...), Path: path}
}
