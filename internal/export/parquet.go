package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// geoMetadata is the metadata of GeoParquet 1.1.
type geoMetadata struct {
	Version       string                `json:"version"`
	PrimaryColumn string                `json:"primary_column"`
	Columns       map[string]geoColumns `json:"columns"`
}

// geoColumns describes a column of geometries. Without a crs they are longitude,
// latitude.
type geoColumns struct {
	Encoding      string              `json:"encoding"`
	GeometryTypes []string            `json:"geometry_types"`
	Orientation   string              `json:"orientation,omitempty"`
	BBox          []float64           `json:"bbox,omitempty"`
	Covering      map[string]covering `json:"covering"`
}

// covering names the columns that have the edges of a geometry's bounding box.
type covering struct {
	XMin [2]string `json:"xmin"`
	YMin [2]string `json:"ymin"`
	XMax [2]string `json:"xmax"`
	YMax [2]string `json:"ymax"`
}

// parquetBox is a value of the column bbox.
type parquetBox struct {
	XMin float64 `parquet:"xmin"`
	YMin float64 `parquet:"ymin"`
	XMax float64 `parquet:"xmax"`
	YMax float64 `parquet:"ymax"`
}

const (
	parquetGeometry = "geometry"
	parquetCovering = "bbox"
	// Limits of a row group, in bytes and in rows.
	rowGroupBytes, rowGroupRows = 8 << 20, 5_000
)

// parquetType returns the Go type of a column's values, from which the library
// derives that of the file, and its struct tag.
func parquetType(c Column) (reflect.Type, string) {
	of, tag := reflect.TypeFor[string](), ""
	switch c.Type {
	case Day:
		of, tag = reflect.TypeFor[int32](), ",date"
	case Integer:
		of = reflect.TypeFor[int64]()
	case Number:
		of = reflect.TypeFor[float64]()
	case Boolean:
		of = reflect.TypeFor[bool]()
	case TextList, SourceList:
		return reflect.TypeFor[[]string](), ",list"
	}
	if c.Nullable || c.Optional {
		of = reflect.PointerTo(of)
	}
	return of, tag
}

// writeParquet writes a Parquet file with the metadata of GeoParquet 1.1: geometries
// as well-known binary, a bounding box for each, and under the key sentra the
// metadata that GeoJSON has.
func (e *Export) writeParquet(out *bufio.Writer, rows eachRow) error {
	var fields []reflect.StructField
	add := func(name string, of reflect.Type, tag string) {
		fields = append(fields, reflect.StructField{Name: fmt.Sprint("Column", len(fields)), Type: of, Tag: reflect.StructTag(fmt.Sprintf(`parquet:"%s%s"`, name, tag))})
	}
	for _, c := range e.cells {
		of, tag := parquetType(c.Column)
		add(c.Name, of, tag)
	}
	located := e.Request.Geometry != NoGeometry
	if located {
		add(parquetCovering, reflect.TypeFor[*parquetBox](), "")
		add(parquetGeometry, reflect.TypeFor[[]byte](), ",optional")
	}
	of := reflect.StructOf(fields)
	record := reflect.New(of)
	w := parquet.NewWriter(out, parquet.SchemaOf(record.Interface()), parquet.Compression(&parquet.Snappy), parquet.CreatedBy("sentra", "", ""))
	var bound *orb.Bound
	held, count := 0, 0
	err := rows(func(r row) error {
		record.Elem().SetZero()
		for i, c := range e.cells {
			if err := setParquet(record.Elem().Field(i), c.Type, c.value(r)); err != nil {
				return fmt.Errorf("column %s: %w", c.Name, err)
			}
		}
		if geometry := e.geometry(r); located && geometry != nil {
			encoded, err := wkb.Marshal(geometry)
			if err != nil {
				return fmt.Errorf("encode the geometry: %w", err)
			}
			box := geometry.Bound()
			if bound == nil {
				bound = &box
			} else {
				*bound = bound.Union(box)
			}
			record.Elem().Field(len(e.cells)).Set(reflect.ValueOf(&parquetBox{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}))
			record.Elem().Field(len(e.cells) + 1).SetBytes(encoded)
			held += len(encoded)
		}
		if err := w.Write(record.Interface()); err != nil {
			return err
		}
		if count++; held < rowGroupBytes && count < rowGroupRows {
			return nil
		}
		held, count = 0, 0
		return w.Flush()
	})
	if err != nil {
		return err
	}
	head, err := json.Marshal(e.head())
	if err != nil {
		return err
	}
	w.SetKeyValueMetadata("sentra", string(head))
	if located {
		geo, err := json.Marshal(e.geoMetadata(bound))
		if err != nil {
			return err
		}
		w.SetKeyValueMetadata("geo", string(geo))
	}
	return w.Close()
}

func (e *Export) geoMetadata(bound *orb.Bound) geoMetadata {
	edge := func(name string) [2]string { return [2]string{parquetCovering, name} }
	column := geoColumns{Encoding: "WKB", GeometryTypes: []string{"Point"}, Covering: map[string]covering{"bbox": {edge("xmin"), edge("ymin"), edge("xmax"), edge("ymax")}}}
	if e.Request.Geometry == Boundary {
		column.GeometryTypes, column.Orientation = []string{"MultiPolygon"}, "counterclockwise"
	}
	if bound != nil {
		column.BBox = []float64{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}
	}
	return geoMetadata{"1.1.0", parquetGeometry, map[string]geoColumns{parquetGeometry: column}}
}

// setParquet sets a field to a value of a column.
func setParquet(field reflect.Value, of ColumnType, value any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		if of != Day {
			break
		}
		day, err := time.Parse(time.DateOnly, v)
		if err != nil {
			return err
		}
		value = int32(day.Unix() / (24 * 60 * 60))
	case []sentra.SourceID:
		value = values(v)
	}
	if field.Kind() == reflect.Pointer {
		field.Set(reflect.New(field.Type().Elem()))
		field = field.Elem()
	}
	field.Set(reflect.ValueOf(value).Convert(field.Type()))
	return nil
}

// geometry is that of a row as requested, or nil.
func (e *Export) geometry(r row) orb.Geometry {
	switch {
	case e.Request.Geometry == Point:
		return orb.Point{round(r.point.Lon(), e.Request.Detail), round(r.point.Lat(), e.Request.Detail)}
	case e.Request.Geometry == Boundary && r.shape != nil:
		return e.drawn(r.shape)
	}
	return nil
}
