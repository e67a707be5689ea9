package export

import (
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Row is a row of an export, for callers that write only some of them.
type Row struct {
	export *Export
	row
}

// Columns describes the columns of the rows.
func (e *Export) Columns() []Column { return e.table.columns }

// ID returns the id of row i, from 0, without making the row.
func (e *Export) ID(i int) string { return e.table.id(i) }

// Row makes row i.
func (e *Export) Row(i int) Row { return Row{e, e.table.row(i)} }

// ID returns the id of the row.
func (r Row) ID() string { return r.id }

// Place returns the location of the row, which for a region and a fact about one is
// the label point of the region; false for a fact about the whole country.
func (r Row) Place() (_ orb.Point, known bool) { return r.point, !r.nowhere }

// Value returns the value of a column by its number: nil, string, int, float64, bool,
// []string or []sentra.SourceID, depending on its type.
func (r Row) Value(column int) any { return r.value(column) }

// AppendFeature appends the row as a GeoJSON Feature that cites its sources by id.
func (r Row) AppendFeature(out []byte) []byte {
	return r.export.appendFeature(out, r.row, func(ids []sentra.SourceID) any { return ids }, "")
}
