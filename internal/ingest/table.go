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

// TableOptions say how to read a table.
type TableOptions struct {
	tablefile.Options
	// Map gives headers, as ParseMapping reads them, the columns that they mean.
	Map map[string]string
	// Set gives columns that the file does not have one value for all rows.
	Set map[string]string
	// AsOf is the day that names and codes of regions are of; nil for the last day
	// of the row's year, where it has one, else today.
	AsOf *sentra.Date
	// Today is the day it is in Jakarta.
	Today sentra.Date
	// DeleteMissing deletes what is stored of the kind and not in the file, but for
	// what the program ships.
	DeleteMissing bool
	// DryRun checks everything and writes nothing.
	DryRun bool
	// Progress is called with the number of rows read; may be nil.
	Progress func(rows int)
}

// maxFaults is the most faults that are collected; the others are only counted.
const maxFaults = 1000

// Fault is one thing that is wrong with a file.
type Fault struct {
	// Row is the line, row or feature, 0 for the file as a whole.
	Row int
	Err *sentra.Error
}

// Refusal is the error for a file that was refused: all that is wrong with it, up
// to a bound. Nothing of the file was written.
type Refusal struct {
	Faults []Fault
	// Total counts all faults, and Rows the rows that have any.
	Total, Rows int
}

// tellFaults is how many faults an error tells.
const tellFaults = 20

// Error tells the first faults, one a line.
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

// Unwrap gives the first fault, which has the code.
func (r *Refusal) Unwrap() error { return r.Faults[0].Err }

// faults collects what is wrong with a file.
type faults struct {
	list        []Fault
	total, rows int
	lastRow     int
}

func (f *faults) add(row int, err *sentra.Error) {
	if last := len(f.list) - 1; last >= 0 && row > 0 && f.list[last].Row == row && f.list[last].Err.Error() == err.Error() {
		return // a cell that is read twice
	}
	f.total++
	if row == 0 || row != f.lastRow {
		f.rows++
		f.lastRow = row
	}
	switch {
	case len(f.list) < maxFaults:
		f.list = append(f.list, Fault{row, err})
	case row == 0: // a fault of the file as a whole is never dropped
		f.list[maxFaults-1] = Fault{row, err}
	}
}

// refusal gives the error, nil where nothing is wrong.
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
	// shown counts the codes that were numbers and are read as the workbook
	// shows them.
	shown int
}

// readTable calls each for every row of a file. What is wrong with the file or its
// rows is collected; an error ends the import without a report, such as the
// context's.
func readTable(file *inputfile.File, schema *Schema, options TableOptions, each func(*row)) (*table, error) {
	h, err := newHeaders(schema, options)
	if err != nil {
		return nil, err
	}
	t := &table{headers: h, file: file, options: options, numbers: file.Format != inputfile.JSON, each: each}
	t.row.table = t
	t.row.geojson = file.Format == inputfile.JSON
	err = tablefile.Read(file, options.Options, t)
	t.each = nil // a report holds the table, but need not hold what read the rows
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

// errHeader ends reading after a header that makes the rows useless.
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
	if r.Fault != "" { // its cells may stand in the wrong columns
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

// refuse notes a fault of a row that was read before.
func (t *table) refuse(number int, place, column, format string, args ...any) {
	fault := sentra.BadInput("", format, args...)
	fault.Path = []string{place, t.header(column)}
	t.add(number, fault)
}

// row is one row, read by the names of columns.
type row struct {
	*tablefile.Row
	table   *table
	failed  bool
	geojson bool
}

// fault notes what is wrong with the row's cell in a column.
func (r *row) fault(column, format string, args ...any) {
	r.fail(column, sentra.BadInput("", format, args...))
}

// fail notes an error about the row's cell in a column.
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

// header names a column as the file does, with its own name.
func (t *table) header(column string) string {
	name := t.names[t.schema.index[column]]
	if name == "" || headerKey(name) == headerKey(column) {
		return column
	}
	return fmt.Sprintf("%s (%s)", column, tablefile.Quote(name))
}

// cell returns a cell, empty where the file has none.
func (r *row) cell(column string) tablefile.Cell {
	if index, known := r.table.schema.index[column]; known && index < len(r.Cells) {
		return r.Cells[index]
	}
	return tablefile.Cell{}
}

// text returns the text of a column, or what all rows have.
func (r *row) text(column string) string {
	if len(r.table.set) > 0 {
		if value, set := r.table.set[column]; set {
			return value
		}
	}
	return r.cell(column).Text
}

// says reports whether the row says anything of one of some columns, if only that there is
// nothing: the file has the column, the Feature the property. What a row does not speak
// of stays as it is stored.
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

// maxName is the most characters of a name or title, maxText of a longer text.
const (
	maxName = 300
	maxText = 5000
)

// bounded returns the text of a column and refuses one that is too long, and a truth
// value, which is no name.
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

// day is the day that names and codes of the row's regions are of, and whether
// anybody said so.
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

// at makes an error about a column at a place.
func at(place, column, format string, args ...any) error {
	path := []string{place}
	if column != "" {
		path = append(path, column)
	}
	return &sentra.Error{Code: sentra.CodeBadUserInput, Message: fmt.Sprintf(format, args...), Path: path}
}
