package export

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// table is a list as rows and columns; rows are made on request.
type table struct {
	columns []Column
	count   int
	row     func(i int) row
	// id returns the id of a row without making it.
	id func(i int) string
}

// row is a row of a table with its geometry.
type row struct {
	id string
	// point is the location of the row, or of its region; nowhere means that it has
	// neither.
	point   orb.Point
	nowhere bool
	// shape is nil if no boundary is loaded.
	shape *atlas.Shape
	// value returns the value of a column.
	value func(column int) any
}

// Export is the result of a request, ready to be written.
type Export struct {
	Request *Request
	// Count is the number of rows, NotCovered the number of those that a filter could
	// not decide because no loaded data covers them on the day.
	Count, NotCovered int

	atlas atlas.View
	table *table
	// sources are those cited by the rows, for files that list them separately.
	sources []*sentra.Source
	// cells are the columns of formats that are tables.
	cells []cellColumn
}

// New executes a request. An invalid day, filter or order is a BAD_USER_INPUT whose
// path begins with that parameter.
func New(ctx context.Context, a *atlas.Atlas, request *Request) (*Export, error) {
	on, err := a.On(request.Day)
	if err != nil {
		return nil, sentra.In("asOf", err)
	}
	e := &Export{Request: request, atlas: on}
	switch request.Layer {
	case Regions:
		list, err := on.Regions(ctx, request.Regions, sentra.RegionOrder(request.Order))
		if err != nil {
			return nil, err
		}
		e.table, e.NotCovered = regionTable(on, list, request), len(list.NotCovered)
	case Clusters:
		list, err := on.Clusters(ctx, request.Clusters, sentra.ClusterOrder(request.Order), request.Dated)
		if err != nil {
			return nil, err
		}
		e.table, e.NotCovered = clusterTable(on, list, request), list.NotCovered
	case Screening:
		var err error
		if e.table, e.NotCovered, err = screen(ctx, on, request); err != nil {
			return nil, err
		}
	default:
		table, err := factTable(on, request)
		if err != nil {
			return nil, err
		}
		e.table = table
	}
	e.Count = e.table.count
	if err := e.chooseCells(); err != nil {
		return nil, err
	}
	if request.Format == GeoJSON || request.Format == TopoJSON || request.Format.citesByID() {
		var err error
		if e.sources, err = e.cited(ctx); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// chunk is the size of a write in bytes.
const chunk = 32 << 10

// Write writes the file row by row. It needs memory for one row and a chunk, and w
// gets the header of the file before the first row is made. A workbook, which is
// compressed once all rows are there, needs some 20 MiB and a temporary file for the
// rest, a GeoPackage a temporary file for all of it, and a Parquet file memory for 8
// MiB of geometries or 5,000 rows. progress, if not nil, is called after every row.
// The error is w's or that of the context.
func (e *Export) Write(ctx context.Context, w io.Writer, progress func(done, all int)) error {
	out := bufio.NewWriterSize(w, chunk)
	rows := func(yield func(row) error) error {
		// Send the header immediately, however long the first row takes.
		if err := out.Flush(); err != nil {
			return err
		}
		for i := range e.table.count {
			if err := ctx.Err(); err != nil {
				return err
			}
			// Let smaller requests run before the next row.
			runtime.Gosched()
			if err := yield(e.table.row(i)); err != nil {
				return err
			}
			if progress != nil {
				progress(i+1, e.table.count)
			}
		}
		return nil
	}
	var err error
	switch e.Request.Format {
	case GeoJSON:
		err = e.writeGeoJSON(out, rows)
	case NDJSON:
		err = e.writeNDJSON(out, rows)
	case CSV:
		err = e.writeCSV(out, rows)
	case XLSX:
		err = e.writeXLSX(out, rows)
	case TopoJSON:
		err = e.writeTopoJSON(out, rows)
	case GeoPackage:
		err = e.writeGeoPackage(ctx, out, rows)
	case Parquet:
		err = e.writeParquet(out, rows)
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", e.Request.FileName(), err)
	}
	return nil
}

// eachRow calls a function for every row.
type eachRow func(yield func(row) error) error

// cited returns the sources that the rows cite, without duplicates, by title.
func (e *Export) cited(ctx context.Context) ([]*sentra.Source, error) {
	wanted := make(map[sentra.SourceID]bool)
	for i := range e.table.count {
		if i%64 == 0 {
			if err := sentra.Ended(ctx, "while the sources of the rows were gathered"); err != nil {
				return nil, err
			}
			// Let smaller requests run.
			runtime.Gosched()
		}
		r := e.table.row(i)
		for c, column := range e.table.columns {
			if column.Type == SourceList {
				for _, id := range r.value(c).([]sentra.SourceID) {
					wanted[id] = true
				}
			}
		}
	}
	var out []*sentra.Source
	for i := range e.atlas.Data.Sources {
		if s := &e.atlas.Data.Sources[i]; wanted[s.ID] {
			out = append(out, s)
		}
	}
	return out, nil
}

// citation returns a source in one line.
func citation(s *sentra.Source, lang words.Language) string {
	title := lang.Of(s.Titled())
	parts := []string{title}
	if s.Publisher != "" && !strings.Contains(title, s.Publisher) {
		parts = append(parts, s.Publisher)
	}
	if s.Date != nil {
		parts = append(parts, s.Date.String())
	}
	if s.URL != "" && s.URL != s.Title {
		parts = append(parts, s.URL)
	}
	if s.Licence != "" {
		parts = append(parts, "licence "+s.Licence)
	}
	return strings.Join(parts, ", ")
}

// licence returns the licences of the data on one line, for formats whose rows are
// self-contained.
func licence(lang words.Language) string {
	var parts []string
	for _, l := range licences(lang) {
		parts = append(parts, strings.Join(slices.DeleteFunc([]string{l.Part + " (" + l.Name, l.URL}, func(s string) bool { return s == "" }), ", ")+")")
	}
	return strings.Join(parts, "; ")
}

// drawn returns a boundary simplified and rounded.
func (e *Export) drawn(s *atlas.Shape) orb.MultiPolygon {
	return geo.Round(s.Simplified(e.Request.Detail.Tolerance), e.Request.Detail.Places)
}
