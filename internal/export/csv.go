package export

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// byteOrderMark is the BOM of UTF-8.
const byteOrderMark = "\uFEFF"

// geometryColumn has the geometry as well-known text, if requested.
const geometryColumn = "wkt"

// writeCSV writes every row with its sources in full and the licences, because people
// copy rows out of tables and pass them on.
func (e *Export) writeCSV(out *bufio.Writer, rows eachRow) error {
	if e.Request.BOM {
		_, _ = out.WriteString(byteOrderMark)
	}
	table := csv.NewWriter(out)
	if e.Request.Delimiter == Semicolon {
		table.Comma = ';'
	}
	var header []string
	for _, c := range e.cells {
		header = append(header, c.Name)
	}
	if e.Request.Geometry != NoGeometry {
		header = append(header, geometryColumn)
	}
	if err := table.Write(header); err != nil {
		return err
	}
	table.Flush()
	record := make([]string, 0, len(header))
	err := rows(func(r row) error {
		record = record[:0]
		for _, c := range e.cells {
			record = append(record, e.cell(c.value(r)))
		}
		switch {
		case e.Request.Geometry == Point:
			record = append(record, wkt.MarshalString(orb.Point{round(r.point.Lon(), e.Request.Detail), round(r.point.Lat(), e.Request.Detail)}))
		case e.Request.Geometry == Boundary && r.shape != nil:
			record = append(record, wkt.MarshalString(e.drawn(r.shape)))
		case e.Request.Geometry == Boundary:
			record = append(record, "")
		}
		return table.Write(record)
	})
	if err != nil {
		return err
	}
	table.Flush()
	return table.Error()
}

// cell formats a value of a column as a cell. Numbers stay numbers, even -7.2; only
// texts are escaped.
func (e *Export) cell(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return safe(v)
	case float64:
		number := strconv.FormatFloat(v, 'f', -1, 64)
		if e.Request.Delimiter == Semicolon {
			number = strings.Replace(number, ".", ",", 1)
		}
		return number
	case []string:
		return safe(strings.Join(v, "; "))
	case []sentra.SourceID:
		citations := make([]string, len(v))
		for i, id := range v {
			citations[i] = citation(e.atlas.Source(id), e.Request.Lang)
		}
		return safe(strings.Join(citations, "; "))
	}
	return fmt.Sprint(value)
}

// safe prepends an apostrophe to a text that a spreadsheet would run as a formula.
func safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
