package export

import (
	"archive/zip"
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// maxCell is the maximum number of characters in a cell of a workbook.
const maxCell = 32_767

// writeXLSX writes a workbook: the rows, the meaning of their columns, the cited
// sources by id, and the file's metadata. The library stores rows beyond 16 MiB in a
// temporary file.
func (e *Export) writeXLSX(out *bufio.Writer, rows eachRow) (err error) {
	book := excelize.NewFile()
	defer func() {
		if closed := book.Close(); err == nil && closed != nil {
			err = closed
		}
	}()
	// By default the library would compress into memory first.
	book.SetZipWriter(func(io.Writer) excelize.ZipWriter { return zip.NewWriter(out) })
	w := &workbook{File: book}
	// Only this sheet is streamed: the library writes streamed sheets in random order,
	// and the same request must give the same bytes.
	if err := w.writeRows(string(e.Request.Layer), e.cells, rows); err != nil {
		return fmt.Errorf("write the sheet of rows: %w", err)
	}
	meanings := [][]any{{"column", "type", "description", "values"}}
	for _, c := range e.cells {
		meanings = append(meanings, []any{c.Name, string(c.Type), c.Description, strings.Join(c.Values, "; ")})
	}
	for _, sheet := range []struct {
		name   string
		rows   [][]any
		widths []float64
	}{{"columns", meanings, []float64{28, 10, 90, 40}}, {"sources", e.sourceRows(), []float64{28, 60, 40, 12, 60, 20}}, {"about", e.aboutRows(), []float64{18, 100}}} {
		if err := w.writeSheet(sheet.name, sheet.rows, sheet.widths); err != nil {
			return fmt.Errorf("write the sheet %s: %w", sheet.name, err)
		}
	}
	if _, err := book.WriteTo(out); err != nil {
		return fmt.Errorf("pack the workbook: %w", err)
	}
	return nil
}

// sourceRows lists the sources that the rows cite, after a header.
func (e *Export) sourceRows() [][]any {
	out := [][]any{{"id", "title", "publisher", "date", "url", "licence"}}
	for _, s := range e.sources {
		j := sourceJSON(s, e.Request.Lang)
		out = append(out, []any{string(j.ID), j.Title, j.Publisher, j.Date, j.URL, j.Licence})
	}
	return out
}

// aboutRows has the metadata of the file, after a header.
func (e *Export) aboutRows() [][]any {
	out := [][]any{{"what", "value"}, {"asOf", e.Request.Day.String()}, {"datasetVersion", e.atlas.Data.Version}, {"filter", string(e.Request.Filter)},
		{"totalCount", e.Count}, {"notCoveredCount", e.NotCovered}}
	for _, l := range licences(e.Request.Lang) {
		out = append(out, []any{"licence", strings.TrimSpace(l.Part + ": " + l.Name + " " + l.URL)})
	}
	return out
}

// workbook is a workbook being written.
type workbook struct{ *excelize.File }

// style returns the number of a style with a number format.
func (w *workbook) style(format string, bold bool) (int, error) {
	return w.NewStyle(&excelize.Style{CustomNumFmt: &format, Font: &excelize.Font{Bold: bold}})
}

// writeRows makes the first sheet.
func (w *workbook) writeRows(name string, columns []cellColumn, rows eachRow) error {
	if err := w.SetSheetName(w.GetSheetName(0), name); err != nil {
		return err
	}
	sheet, err := w.NewStreamWriter(name)
	if err != nil {
		return err
	}
	if err := sheet.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	heading, err := w.style("@", true)
	if err != nil {
		return err
	}
	header := make([]any, len(columns))
	for i, c := range columns {
		header[i] = c.Name
		// The column has the format too, so that what somebody types into it keeps its
		// type: a code stays a text.
		format, width := "@", 24.0
		switch c.Type {
		case Day:
			format, width = "yyyy\\-mm\\-dd", 12
		case Integer, Number, Boolean:
			format, width = "General", 12
		}
		style, err := w.style(format, false)
		if err != nil {
			return err
		}
		if err := sheet.SetColStyle(i+1, i+1, style); err != nil {
			return err
		}
		if err := sheet.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := sheet.SetRow("A1", header, excelize.RowOpts{StyleID: heading}); err != nil {
		return err
	}
	values, number := make([]any, len(columns)), 1
	err = rows(func(r row) error {
		number++
		for i, c := range columns {
			if values[i], err = workbookValue(c.Type, c.value(r)); err != nil {
				return err
			}
		}
		return sheet.SetRow(fmt.Sprint("A", number), values)
	})
	if err != nil {
		return err
	}
	return sheet.Flush()
}

// workbookValue converts a value for the library: nil for an empty cell, and always a
// string for a text, which no program runs as a formula.
func workbookValue(of ColumnType, value any) (any, error) {
	switch v := value.(type) {
	case string:
		if of == Day {
			return time.Parse(time.DateOnly, v)
		}
		return cut(v), nil
	case []string:
		return cut(strings.Join(v, "; ")), nil
	case []sentra.SourceID:
		return cut(strings.Join(values(v), "; ")), nil
	}
	return value, nil
}

// cut shortens a text that is too long for a cell, and says so in it.
func cut(text string) string {
	const more = " … (too long for a cell; the CSV has all)"
	if len(text) <= maxCell || utf8.RuneCountInString(text) <= maxCell {
		return text
	}
	return string([]rune(text)[:maxCell-len(more)]) + more
}

// writeSheet makes a further, short sheet whose first row is the header.
func (w *workbook) writeSheet(name string, rows [][]any, widths []float64) error {
	if _, err := w.NewSheet(name); err != nil {
		return err
	}
	for i, row := range rows {
		if err := w.SetSheetRow(name, fmt.Sprint("A", i+1), &row); err != nil {
			return err
		}
	}
	for i, width := range widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := w.SetColWidth(name, column, column, width); err != nil {
			return err
		}
	}
	heading, err := w.style("@", true)
	if err != nil {
		return err
	}
	return w.SetRowStyle(name, 1, 1, heading)
}
