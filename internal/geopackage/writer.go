// Package geopackage writes OGC GeoPackages (12-128r18): a SQLite file whose tables
// are layers. It does not depend on Sentra's layers; positions are longitude,
// latitude (EPSG:4326, which in a GeoPackage has longitude first).
package geopackage

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	_ "modernc.org/sqlite" // the driver of SQLite
)

// geometryColumn and idColumn are in every table.
const geometryColumn, idColumn = "geom", "fid"

// Column is a column of a table.
type Column struct {
	Name string
	// Type is a GeoPackage data type: TEXT, INTEGER, DOUBLE, BOOLEAN or DATE.
	Type        string
	Description string
}

// Table is a table to be written.
type Table struct {
	Name, Description string
	Columns           []Column
	// Geometry is the type of its geometries, such as MULTIPOLYGON; empty for a table
	// without.
	Geometry string
	// Rows calls yield for every row: its geometry, nil for none, and its values.
	Rows func(yield func(geometry orb.Geometry, values []any) error) error
}

// Write makes a GeoPackage of tables in a temporary file and copies it to w. changed
// is the time of the contents, so that the same contents give the same file.
func Write(ctx context.Context, w io.Writer, changed time.Time, tables ...Table) (err error) {
	folder, err := os.MkdirTemp("", "sentra-geopackage-")
	if err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, "sentra.gpkg")
	if err := write(ctx, path, changed, tables); err != nil {
		return fmt.Errorf("write a GeoPackage: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the GeoPackage: %w", err)
	}
	defer file.Close()
	_, err = io.Copy(w, file)
	return err
}

// begin creates what every GeoPackage has. No other process uses the file, so it
// needs no journal.
const begin = `
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA application_id = 0x47504B47;
PRAGMA user_version = 10300;
BEGIN;
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
INSERT INTO gpkg_spatial_ref_sys VALUES
  ('Undefined cartesian SRS', -1, 'NONE', -1, 'undefined', 'undefined cartesian coordinate reference system'),
  ('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', 'undefined geographic coordinate reference system'),
  ('WGS 84 geodetic', 4326, 'EPSG', 4326, 'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]', 'longitude, latitude on WGS 84');
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE REFERENCES gpkg_contents(table_name), column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys(srs_id), z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL, UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_data_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT, constraint_name TEXT, PRIMARY KEY (table_name, column_name));
INSERT INTO gpkg_extensions VALUES ('gpkg_data_columns', NULL, 'gpkg_schema', 'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
`

func write(ctx context.Context, path string, changed time.Time, tables []Table) (err error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	// The settings apply to a single connection.
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, begin); err != nil {
		return err
	}
	for _, table := range tables {
		if err := table.write(ctx, db, changed); err != nil {
			return fmt.Errorf("table %s: %w", table.Name, err)
		}
	}
	_, err = db.ExecContext(ctx, "COMMIT")
	return err
}

func (t *Table) write(ctx context.Context, db *sql.DB, changed time.Time) error {
	columns, places := []string{quoted(idColumn) + " INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"}, []string{"NULL"}
	kind, system := "attributes", any(nil)
	if t.Geometry != "" {
		columns, places = append(columns, quoted(geometryColumn)+" "+t.Geometry), append(places, "?")
		kind, system = "features", 4326
	}
	for _, c := range t.Columns {
		columns, places = append(columns, quoted(c.Name)+" "+c.Type), append(places, "?")
	}
	moment := changed.UTC().Format("2006-01-02T15:04:05.000Z")
	for _, statement := range []struct {
		text   string
		values []any
	}{
		{"CREATE TABLE " + quoted(t.Name) + " (" + strings.Join(columns, ", ") + ")", nil},
		{"INSERT INTO gpkg_contents VALUES (?, ?, ?, ?, ?, NULL, NULL, NULL, NULL, ?)", []any{t.Name, kind, t.Name, t.Description, moment, system}},
	} {
		if _, err := db.ExecContext(ctx, statement.text, statement.values...); err != nil {
			return err
		}
	}
	if t.Geometry != "" {
		if _, err := db.ExecContext(ctx, "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, 4326, 0, 0)", t.Name, geometryColumn, t.Geometry); err != nil {
			return err
		}
	}
	for _, c := range t.Columns {
		if _, err := db.ExecContext(ctx, "INSERT INTO gpkg_data_columns VALUES (?, ?, NULL, NULL, ?, NULL, NULL)", t.Name, c.Name, c.Description); err != nil {
			return err
		}
	}
	insert, err := db.PrepareContext(ctx, "INSERT INTO "+quoted(t.Name)+" VALUES ("+strings.Join(places, ", ")+")")
	if err != nil {
		return err
	}
	defer insert.Close()
	bound, found := orb.Bound{}, false
	err = t.Rows(func(geometry orb.Geometry, values []any) error {
		if t.Geometry != "" {
			encoded, err := encode(geometry)
			if err != nil {
				return err
			}
			values = append([]any{encoded}, values...)
			if geometry != nil {
				if box := geometry.Bound(); found {
					bound = bound.Union(box)
				} else {
					bound, found = box, true
				}
			}
		}
		_, err := insert.ExecContext(ctx, values...)
		return err
	})
	if err != nil || !found {
		return err
	}
	_, err = db.ExecContext(ctx, "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? WHERE table_name = ?",
		bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1], t.Name)
	return err
}

// quoted quotes an SQL identifier.
func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// encode encodes a geometry for a GeoPackage: a header with its bounding box, then
// well-known binary; nil for none.
func encode(geometry orb.Geometry) (any, error) {
	if geometry == nil {
		return nil, nil
	}
	// Flags: little-endian, with an envelope of x and y.
	out := []byte{'G', 'P', 0, 0b11}
	out = binary.LittleEndian.AppendUint32(out, 4326)
	box := geometry.Bound()
	if _, isPoint := geometry.(orb.Point); isPoint {
		out[3] = 0b01
	} else {
		for _, edge := range []float64{box.Min[0], box.Max[0], box.Min[1], box.Max[1]} {
			out = binary.LittleEndian.AppendUint64(out, math.Float64bits(edge))
		}
	}
	encoded, err := wkb.Marshal(geometry, binary.LittleEndian)
	if err != nil {
		return nil, fmt.Errorf("encode a geometry: %w", err)
	}
	return append(out, encoded...), nil
}
