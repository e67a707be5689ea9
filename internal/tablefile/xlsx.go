package tablefile

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func readXLSX(file *inputfile.File, options Options, sink Sink) error {
	w, err := openWorkbook(file)
	if err != nil {
		return err
	}
	chosen, err := w.choose(options.Sheet)
	if err != nil {
		return err
	}
	table := fmt.Sprintf("%s, sheet %s", file.Name, quote(chosen.name))
	s := &sheetReader{book: w, sink: sink, table: table, row: &Row{table: table, unit: "row"}, headerRow: options.HeaderRow}
	if err := s.read(chosen.part); err != nil {
		return w.damaged(err)
	}
	return nil
}

// choose returns the sheet with a name, or the only one that is not empty.
func (w *workbook) choose(name string) (sheet, error) {
	var names []string
	var filled []sheet
	for _, s := range w.sheets {
		if name != "" && strings.EqualFold(s.name, name) {
			return s, nil
		}
		if s.state != "" && s.state != "visible" {
			names = append(names, quote(s.name)+" (hidden)")
			continue
		}
		names = append(names, quote(s.name))
		if name == "" {
			empty, err := w.empty(s)
			if err != nil {
				return sheet{}, w.damaged(err)
			}
			if !empty {
				filled = append(filled, s)
			}
		}
	}
	switch {
	case name != "":
		return sheet{}, sentra.BadInput("sheet", "%s has no sheet %s; it has %s", w.file.Name, quote(name), strings.Join(names, ", "))
	case len(filled) == 0:
		return sheet{}, sentra.BadInput("", "%s is empty: no sheet that is shown has a cell", w.file.Name)
	case len(filled) > 1:
		return sheet{}, sentra.BadInput("sheet", "%s has several sheets; say which with --sheet: %s", w.file.Name, strings.Join(names, ", "))
	}
	return filled[0], nil
}

// empty reports whether a sheet has no cell with a value.
func (w *workbook) empty(s sheet) (bool, error) {
	r, err := w.open(s.part)
	if err != nil {
		return false, err
	}
	defer r.Close()
	decoder := xml.NewDecoder(r)
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
		if start, ok := token.(xml.StartElement); ok && slices.Contains([]string{"v", "is", "f"}, start.Name.Local) {
			return false, nil
		}
	}
}

type sheetReader struct {
	book      *workbook
	sink      Sink
	table     string
	headerRow int

	row      *Row
	number   int      // the current row
	indices  []int    // column of the sheet to index; nil before the header
	names    []string // of the columns, while the header is read
	lastRow  int      // the last row with a cell
	skipping bool     // before the header row
}

// rawCell is a cell as it is in the file.
type rawCell struct {
	column     int
	ref        string
	kind       string
	style      int
	value      []byte
	hasValue   bool
	hasFormula bool
}

func (s *sheetReader) read(part string) error {
	r, err := s.book.open(part)
	if err != nil {
		return err
	}
	defer r.Close()
	decoder := xml.NewDecoder(r)
	var cell rawCell
	inCell, collecting, phonetic, ended := false, false, 0, false
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "row":
				if err := s.begin(t.Attr); err != nil {
					return err
				}
				cell.column = -1
			case "c":
				if err := cell.begin(t.Attr); err != nil {
					return err
				}
				inCell = true
			case "v":
				collecting, cell.hasValue = inCell, inCell
			case "t":
				collecting = inCell && phonetic == 0
				cell.hasValue = cell.hasValue || collecting
			case "rPh":
				phonetic++
			case "f":
				cell.hasFormula = inCell
			case "mergeCell":
				if err := s.merged(t.Attr); err != nil {
					return err
				}
			}
		case xml.CharData:
			if collecting {
				cell.value = append(cell.value, t...)
				if len(cell.value) > 16*MaxCell {
					return s.wrong(cell.ref, "the cell has more than %d bytes", 16*MaxCell)
				}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "v", "t":
				collecting = false
			case "rPh":
				phonetic--
			case "c":
				inCell = false
				if err := s.cell(&cell); err != nil {
					return err
				}
			case "row":
				if err := s.end(); err != nil {
					return err
				}
			case "sheetData":
				ended = true
			}
		}
	}
	if !ended {
		// An empty sheet is written <sheetData/>, which RawToken returns as a start and an
		// end.
		return errors.New("the sheet is cut short")
	}
	if s.indices == nil {
		return s.wrong("", "there is no header and no row")
	}
	return nil
}

func (s *sheetReader) wrong(ref, format string, args ...any) error {
	place := s.table
	if ref != "" {
		place += ", cell " + ref
	}
	return sentra.In(place, sentra.BadInput("", format, args...))
}

func attribute(attrs []xml.Attr, name string) string {
	for _, a := range attrs {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

func (s *sheetReader) begin(attrs []xml.Attr) error {
	number := s.number + 1
	if text := attribute(attrs, "r"); text != "" {
		given, err := strconv.Atoi(text)
		if err != nil || given < number || given > 1<<20 {
			return fmt.Errorf("the row %s follows row %d", quote(text), s.number)
		}
		number = given
	}
	s.number = number
	s.row.reset(number)
	s.skipping = s.indices == nil && number < s.headerRow
	s.names = s.names[:0]
	return nil
}

var cellReference = regexp.MustCompile(`^([A-Z]{1,3})([0-9]{1,7})$`)

func (c *rawCell) begin(attrs []xml.Attr) error {
	column := c.column + 1
	*c = rawCell{value: c.value[:0], style: -1}
	for _, a := range attrs {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "r":
			letters, ok := columnOf(a.Value)
			if !ok || letters < column {
				return fmt.Errorf("a cell %s comes after column %s", quote(a.Value), columnName(column))
			}
			column, c.ref = letters, a.Value
		case "t":
			c.kind = a.Value
		case "s":
			style, err := strconv.Atoi(a.Value)
			if err != nil {
				return fmt.Errorf("a cell has the style %s", quote(a.Value))
			}
			c.style = style
		}
	}
	if c.column = column; column >= 1<<14 {
		return errors.New("a sheet has more columns than Excel supports")
	}
	return nil
}

// columnOf returns the column of a reference, 0 for A1.
func columnOf(ref string) (int, bool) {
	column, i := 0, 0
	for ; i < len(ref) && ref[i] >= 'A' && ref[i] <= 'Z' && i < 4; i++ {
		column = column*26 + int(ref[i]-'A') + 1
	}
	if i == 0 || i > 3 || i == len(ref) {
		return 0, false
	}
	for _, b := range []byte(ref[i:]) {
		if b < '0' || b > '9' {
			return 0, false
		}
	}
	return column - 1, true
}

func columnName(column int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return name
}

// cell handles a cell that was read completely.
func (s *sheetReader) cell(raw *rawCell) error {
	if s.skipping || !raw.hasValue && !raw.hasFormula {
		return nil
	}
	var target Cell
	s.book.fill(&target, raw)
	if target.Text == "" && target.Fault == "" {
		return nil
	}
	s.lastRow = s.number
	if s.indices == nil {
		if target.Fault != "" {
			return s.wrong(s.ref(raw.column), "the name of the column: %s", target.Fault)
		}
		if err := checkColumns(raw.column, s.table); err != nil {
			return err
		}
		for len(s.names) <= raw.column {
			s.names = append(s.names, "")
		}
		s.names[raw.column] = target.Text
		return nil
	}
	index := -1
	if raw.column < len(s.indices) {
		index = s.indices[raw.column]
	} else if s.row.Fault == "" {
		s.row.Fault = fmt.Sprintf("the cell %s is beyond the last column of the header; give the column a name or delete the cell", s.ref(raw.column))
	}
	if index == unnamed && s.row.Fault == "" {
		s.row.Fault = fmt.Sprintf("the cell %s is in a column without a name in the header; give the column a name or delete the cell", s.ref(raw.column))
	}
	if index >= 0 {
		target.place = "cell " + s.ref(raw.column)
		*s.row.cell(index) = target
	}
	return nil
}

// unnamed marks a column whose header is empty.
const unnamed = -2

func (s *sheetReader) ref(column int) string { return columnName(column) + strconv.Itoa(s.number) }

// end passes the row to the sink.
func (s *sheetReader) end() error {
	if s.skipping {
		return nil
	}
	if s.indices == nil {
		if len(s.names) == 0 {
			return nil
		}
		s.headerRow = s.number
		indices := make([]int, len(s.names))
		for column, name := range s.names {
			if name == "" {
				indices[column] = unnamed
				continue
			}
			index, err := s.sink.Column(name, s.table+", cell "+s.ref(column))
			if err != nil {
				return err
			}
			indices[column] = index
		}
		s.indices = indices
		return s.sink.Header()
	}
	if s.row.blank() && s.row.Fault == "" {
		return nil
	}
	return s.sink.Row(s.row)
}

// merged rejects merged cells among the rows: only the author knows what a merged
// value means for each row, the same value or a sum.
func (s *sheetReader) merged(attrs []xml.Attr) error {
	ref := attribute(attrs, "ref")
	from, to, _ := strings.Cut(ref, ":")
	last := cellReference.FindStringSubmatch(to)
	if cellReference.FindStringSubmatch(from) == nil || last == nil {
		return fmt.Errorf("the merged cells %s", quote(ref))
	}
	row, _ := strconv.Atoi(last[2])
	first, _ := strconv.Atoi(cellReference.FindStringSubmatch(from)[2])
	if row > s.headerRow && first <= s.lastRow && s.indices != nil || row == s.headerRow && first == row {
		return s.wrong(from, "the cells %s are merged; unmerge them and write the value into each cell that it holds for", ref)
	}
	return nil
}

var escape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape decodes _x000D_ and the like.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escape.ReplaceAllStringFunc(text, func(found string) string {
		code, _ := strconv.ParseUint(found[2:6], 16, 16)
		return string(rune(code))
	})
}

// fill converts a cell of the file.
func (w *workbook) fill(c *Cell, raw *rawCell) {
	if raw.hasFormula && (!raw.hasValue || len(raw.value) == 0 && raw.kind != "str") {
		c.Fault = "the cell has a formula whose value is not stored; open the workbook in Excel or LibreOffice and save it, or enter the value itself"
		return
	}
	switch raw.kind {
	case "s":
		index, err := strconv.Atoi(strings.TrimSpace(string(raw.value)))
		text, ok := w.strings.at(index)
		if err != nil || !ok {
			c.Fault = fmt.Sprintf("the cell refers to the text %s, which the workbook does not have", quote(string(raw.value)))
			return
		}
		c.setText(unescape(text))
	case "str", "inlineStr":
		c.setText(unescape(string(raw.value)))
	case "b":
		c.Kind, c.Text = Bool, "false"
		if strings.TrimSpace(string(raw.value)) == "1" {
			c.Text = "true"
		}
		c.Shown = c.Text
	case "e":
		c.Fault = fmt.Sprintf("the cell has the error %s instead of a value", quote(string(raw.value)))
	case "d":
		c.Kind = Date
		c.setText(strings.TrimSuffix(string(raw.value), "T00:00:00"))
		c.Kind = Date
	case "", "n":
		w.number(c, raw)
	default:
		c.Fault = fmt.Sprintf("the cell has the unknown type %s", quote(raw.kind))
	}
}

func (w *workbook) number(c *Cell, raw *rawCell) {
	text := strings.TrimSpace(string(raw.value))
	if text == "" {
		return
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.ContainsAny(text, "xX_") || math.IsInf(value, 0) || math.IsNaN(value) {
		c.Fault = fmt.Sprintf("%s is not a number", quote(text))
		return
	}
	var f format
	if raw.style >= 0 && raw.style < len(w.formats) {
		f = w.formats[raw.style]
	} else if raw.style < 0 && len(w.formats) > 0 {
		f = w.formats[0]
	}
	if f.date {
		c.Kind = Date
		if c.Text, err = w.date(value); err != nil {
			c.Fault = err.Error()
		}
		c.Shown = c.Text
		return
	}
	c.Kind = Number
	if c.Text, c.Fault = number(text); c.Fault == "" {
		c.Shown = f.shown(value, c.Text)
	}
}

// date formats the day of a serial number.
func (w *workbook) date(value float64) (string, error) {
	const lastDay = 2958466 // 10000-01-01
	if value < 0 || value >= lastDay {
		return "", fmt.Errorf("the number %g is shown as a date but is not one", value)
	}
	day := math.Floor(value)
	if w.from == -25569 && day < 61 {
		if day < 60 {
			day++ // Excel has a 29 February 1900.
		} else {
			return "", errors.New("the date is 29 February 1900, which did not exist")
		}
	}
	text := sentra.Date(int(day) + w.from).String()
	if seconds := math.Round((value - math.Floor(value)) * 86400); seconds > 0 && seconds < 86400 {
		text += fmt.Sprintf("T%02d:%02d:%02d", int(seconds)/3600, int(seconds)/60%60, int(seconds)%60)
	}
	return text, nil
}
