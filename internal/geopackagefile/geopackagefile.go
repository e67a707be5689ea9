// Package geopackagefile reads the rows of a layer of a GeoPackage (OGC 12-128r18) as
// Features of package geojsonfile. It opens a copy of the file and executes nothing
// in it: a layer is a table, never a view.
package geopackagefile

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	_ "modernc.org/sqlite" // the driver of SQLite

	"github.com/sentra-ikm/sentra/internal/geojsonfile"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Options select and limit what is read.
type Options struct {
	// Layer is the name of a layer; "" for the only one with geometries, else for the
	// only one.
	Layer string
	// MaxPositions is the maximum number of positions of one geometry; 0 for no limit.
	MaxPositions int
}

// maxColumns is the maximum number of columns of a layer.
const maxColumns = 1000

// Read calls each for every row of a layer, in order. Errors are BAD_USER_INPUT with
// the place, LIMIT_EXCEEDED, or the context's.
func Read(file *inputfile.File, options Options, each func(*geojsonfile.Feature) error) (err error) {
	folder, err := os.MkdirTemp("", "sentra-geopackage-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "copy.gpkg")
	if err := copyTo(path, file); err != nil {
		return err
	}
	// Nothing else writes to the file, and functions called by its schema are not
	// trusted.
	address := url.URL{Scheme: "file", Path: path, RawQuery: "mode=ro&immutable=1&_pragma=trusted_schema(0)&_pragma=cell_size_check(1)"}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return fmt.Errorf("open the copy of %s: %w", file.Name, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	r := &reader{ctx: file.Context(), db: db, name: file.Name}
	l, err := r.layer(options.Layer)
	if err != nil {
		return err
	}
	return r.rows(l, options.MaxPositions, each)
}

func copyTo(path string, file *inputfile.File) error {
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("copy %s: %w", file.Name, err)
	}
	_, err = io.Copy(out, file)
	return errors.Join(err, out.Close())
}

type reader struct {
	ctx  context.Context
	db   *sql.DB
	name string
}

// layer is a table with or without geometries.
type layer struct {
	name string
	// geometry is the column of the geometries; empty if there is none.
	geometry string
}

// damaged returns an error for a file that SQLite cannot read.
func (r *reader) damaged(err error) error {
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	return sentra.Wrap(sentra.CodeBadUserInput, err, "%s cannot be read as a GeoPackage; download or copy it again, or rewrite it: ogr2ogr -f GPKG out.gpkg %s", r.name, r.name)
}

// layer finds the layer to read, and checks that positions are in degrees on WGS 84.
func (r *reader) layer(wanted string) (*layer, error) {
	rows, err := r.db.QueryContext(r.ctx, `SELECT c.table_name, COALESCE(g.column_name, ''), COALESCE(g.srs_id, 0),
			COALESCE(s.organization, ''), COALESCE(s.organization_coordsys_id, 0), COALESCE(s.srs_name, '')
		FROM gpkg_contents c JOIN sqlite_schema t ON t.type = 'table' AND t.name = c.table_name
			LEFT JOIN gpkg_geometry_columns g ON g.table_name = c.table_name
			LEFT JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id
		WHERE c.data_type IN ('features', 'attributes') ORDER BY c.table_name LIMIT 1000`)
	if err != nil {
		return nil, r.damaged(err)
	}
	defer rows.Close()
	type found struct {
		layer
		system int
		in     string
	}
	var all, shapes []found
	for rows.Next() {
		var f found
		var id, code int
		var organization, name string
		if err := rows.Scan(&f.name, &f.geometry, &id, &organization, &code, &name); err != nil {
			return nil, r.damaged(err)
		}
		f.in = strings.TrimSpace(fmt.Sprintf("%s:%d %s", organization, code, name))
		if strings.EqualFold(organization, "EPSG") {
			f.system = code
		}
		if strings.EqualFold(organization, "OGC") && strings.EqualFold(name, "CRS84") {
			f.system = degrees
		}
		all = append(all, f)
		if f.geometry != "" {
			shapes = append(shapes, f)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, r.damaged(err)
	}
	names := func(of []found) string {
		var out []string
		for _, f := range of {
			out = append(out, strconv.Quote(f.name))
		}
		return strings.Join(out, ", ")
	}
	candidates := shapes
	if len(shapes) == 0 {
		candidates = all
	}
	if wanted != "" {
		candidates = slices.DeleteFunc(slices.Clone(all), func(f found) bool { return f.name != wanted })
	}
	switch {
	case len(all) == 0:
		return nil, sentra.BadInput("", "%s holds no layer with rows; give a GeoPackage with a table of features", r.name)
	case len(candidates) == 0:
		return nil, sentra.BadInput("", "%s has no layer %.60q; its layers are %s", r.name, wanted, names(all))
	case len(candidates) > 1:
		return nil, sentra.BadInput("", "%s has more than one layer: %s; name one with --layer", r.name, names(candidates))
	}
	chosen := candidates[0]
	if chosen.geometry != "" && chosen.system != degrees {
		return nil, sentra.BadInput("", "%s, layer %q: the positions are in %s, not in degrees on WGS 84 (EPSG:4326); convert it: ogr2ogr -t_srs EPSG:4326 -f GPKG out.gpkg %s %s",
			r.name, chosen.name, chosen.in, r.name, chosen.name)
	}
	return &chosen.layer, nil
}

// degrees is WGS 84, with longitude first in a GeoPackage.
const degrees = 4326

// rows reads the layer.
func (r *reader) rows(l *layer, maxPositions int, each func(*geojsonfile.Feature) error) error {
	table := fmt.Sprintf("%s, layer %q", r.name, l.name)
	// The key only numbers the rows.
	var key sql.NullString
	if err := r.db.QueryRowContext(r.ctx, "SELECT MAX(name) FROM pragma_table_info(?) WHERE pk = 1", l.name).Scan(&key); err != nil {
		return r.damaged(err)
	}
	rows, err := r.db.QueryContext(r.ctx, "SELECT * FROM "+`"`+strings.ReplaceAll(l.name, `"`, `""`)+`"`)
	if err != nil {
		return r.damaged(err)
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return r.damaged(err)
	}
	if len(columns) > maxColumns {
		return sentra.BadInput("", "%s: there are more than %d columns", table, maxColumns)
	}
	cells, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	number := 0
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return r.damaged(err)
		}
		number++
		f := &geojsonfile.Feature{Number: number, Place: fmt.Sprintf("%s, feature %d", table, number)}
		for i, column := range columns {
			switch name := column.Name(); name {
			case l.geometry:
				if f.Geometry, err = geometry(cells[i], maxPositions); err != nil {
					return sentra.In(f.Place, fault(err, r.name, l.name))
				}
			case key.String:
			default:
				f.Properties = append(f.Properties, geojsonfile.Property{Name: name, Value: value(cells[i], column.DatabaseTypeName())})
			}
		}
		if err := each(f); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return r.damaged(err)
	}
	if number == 0 {
		return sentra.BadInput("", "%s holds no feature", table)
	}
	return nil
}

// fault explains what to do about an unreadable geometry.
func fault(err error, name, layer string) error {
	var coded *sentra.Error
	if errors.As(err, &coded) {
		return err
	}
	return sentra.BadInput("", "the geometry cannot be read: %v; rewrite it without heights or curves: ogr2ogr -dim XY -nlt CONVERT_TO_LINEAR -f GPKG out.gpkg %s %s", err, name, layer)
}

// value converts a cell of a column type. A time at midnight, as in columns of the
// type DATE, becomes a day.
func value(cell any, kind string) geojsonfile.Value {
	switch v := cell.(type) {
	case nil:
		return geojsonfile.Value{Kind: geojsonfile.Null}
	case string:
		return geojsonfile.Value{Kind: geojsonfile.Text, Text: v}
	case int64:
		if strings.EqualFold(kind, "BOOLEAN") && (v == 0 || v == 1) {
			return geojsonfile.Value{Kind: geojsonfile.Bool, Text: strconv.FormatBool(v == 1)}
		}
		return geojsonfile.Value{Kind: geojsonfile.Number, Text: strconv.FormatInt(v, 10)}
	case float64:
		return geojsonfile.Value{Kind: geojsonfile.Number, Text: strconv.FormatFloat(v, 'f', -1, 64)}
	case bool:
		return geojsonfile.Value{Kind: geojsonfile.Bool, Text: strconv.FormatBool(v)}
	case time.Time:
		if v.Equal(v.Truncate(24 * time.Hour)) {
			return geojsonfile.Value{Kind: geojsonfile.Text, Text: v.Format(time.DateOnly)}
		}
		return geojsonfile.Value{Kind: geojsonfile.Text, Text: v.Format(time.RFC3339)}
	}
	return geojsonfile.Value{Kind: geojsonfile.Nested}
}

var (
	errNoGeometry = errors.New("it does not begin as a GeoPackage's does")
	errExtended   = errors.New("it is of an extended type")
)

// geometry decodes a GeoPackage geometry: a header, an envelope and WKB.
func geometry(cell any, maxPositions int) (orb.Geometry, error) {
	if cell == nil {
		return nil, nil
	}
	data, ok := cell.([]byte)
	if !ok || len(data) < 8 || string(data[:2]) != "GP" {
		return nil, errNoGeometry
	}
	flags := data[3]
	boxes := []int{0, 32, 48, 48, 64}
	box := int(flags >> 1 & 7)
	switch {
	case flags&0x20 != 0:
		return nil, errExtended
	case box >= len(boxes) || len(data) < 8+boxes[box]:
		return nil, errNoGeometry
	case flags&0x10 != 0:
		// It is empty, which counts as no geometry here.
		return nil, nil
	}
	data = data[8+boxes[box]:]
	if maxPositions > 0 && len(data)/16 > maxPositions {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the geometry has more than %d positions", maxPositions)
	}
	if err := flat(data); err != nil {
		return nil, err
	}
	return wkb.Unmarshal(data)
}

// flat rejects positions with more than two numbers, which the WKB type shows.
func flat(data []byte) error {
	if len(data) < 5 {
		return errNoGeometry
	}
	kind := binary.LittleEndian.Uint32(data[1:])
	if data[0] == 0 {
		kind = binary.BigEndian.Uint32(data[1:])
	}
	if kind >= 1000 {
		return errors.New("its positions have heights or measures")
	}
	return nil
}
