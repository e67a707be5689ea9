package export

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geopackage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// writeGeoPackage writes a layer with descriptions of its columns, and tables of the
// cited sources and of the file's metadata. It uses a temporary file.
func (e *Export) writeGeoPackage(ctx context.Context, out *bufio.Writer, rows eachRow) error {
	layer := geopackage.Table{Name: string(e.Request.Layer), Description: fmt.Sprintf("The %s as of %s. %s", e.Request.Layer, e.Request.Day, licence(e.Request.Lang))}
	switch e.Request.Geometry {
	case Point:
		layer.Geometry = "POINT"
	case Boundary:
		layer.Geometry = "MULTIPOLYGON"
	}
	types := map[ColumnType]string{Day: "DATE", Integer: "INTEGER", Number: "DOUBLE", Boolean: "BOOLEAN"}
	for _, c := range e.cells {
		of, known := types[c.Type]
		if !known {
			of = "TEXT"
		}
		layer.Columns = append(layer.Columns, geopackage.Column{Name: c.Name, Type: of, Description: c.Description})
	}
	layer.Rows = func(yield func(orb.Geometry, []any) error) error {
		cells := make([]any, len(e.cells))
		return rows(func(r row) error {
			for i, c := range e.cells {
				cells[i] = joined(c.value(r))
			}
			return yield(e.geometry(r), cells)
		})
	}
	day, err := time.Parse(time.DateOnly, e.Request.Day.String())
	if err != nil {
		return err
	}
	return geopackage.Write(ctx, out, day, layer, textTable("sources", "The sources that the rows cite by id.", e.sourceRows()), textTable("about", "What the file says of itself.", e.aboutRows()))
}

// joined returns a list as one text, as in a CSV.
func joined(value any) any {
	switch v := value.(type) {
	case []string:
		return strings.Join(v, "; ")
	case []sentra.SourceID:
		return strings.Join(values(v), "; ")
	}
	return value
}

// textTable is a table of texts, the first row of which is its header.
func textTable(name, description string, rows [][]any) geopackage.Table {
	t := geopackage.Table{Name: name, Description: description}
	for _, header := range rows[0] {
		t.Columns = append(t.Columns, geopackage.Column{Name: fmt.Sprint(header), Type: "TEXT"})
	}
	t.Rows = func(yield func(orb.Geometry, []any) error) error {
		for _, row := range rows[1:] {
			cells := make([]any, len(row))
			for i, value := range row {
				cells[i] = fmt.Sprint(value)
			}
			if err := yield(nil, cells); err != nil {
				return err
			}
		}
		return nil
	}
	return t
}
