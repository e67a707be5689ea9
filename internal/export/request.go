// Package export writes the regions, clusters or other facts of an atlas as a file:
// GeoJSON, newline-delimited GeoJSON, CSV, XLSX, TopoJSON, GeoPackage or GeoParquet.
// Files are streamed row by row and include the sources and licences. The HTTP routes
// and the command line use it.
package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// Layer is the content of a file.
type Layer string

const (
	Regions  Layer = "regions"
	Clusters Layer = "clusters"
	// Supports, Facilitators and Candidates are facts about regions from sources,
	// without a location of their own; Names and Codes are those of regions by period.
	Supports     Layer = "supports"
	Facilitators Layer = "facilitators"
	Candidates   Layer = "candidates"
	Names        Layer = "names"
	Codes        Layer = "codes"
	// Screening is how regencies and cities meet the programme's selection criteria.
	Screening Layer = "screening"
)

// Layers returns all layers.
func Layers() []Layer {
	return []Layer{Regions, Clusters, Supports, Facilitators, Candidates, Names, Codes, Screening}
}

// OfFacts reports whether the rows of a layer are facts about regions. As points they
// have the label point of the region.
func (l Layer) OfFacts() bool { return !l.placed() }

// placed reports whether the rows of a layer have a location of their own.
func (l Layer) placed() bool { return l == Regions || l == Clusters }

// filtered reports whether the rows of a layer can be filtered.
func (l Layer) filtered() bool { return l.placed() || l == Supports || l == Screening }

// Columns describes the columns of a layer.
func (l Layer) Columns() []Column {
	switch l {
	case Regions:
		return RegionColumns()
	case Clusters:
		return ClusterColumns()
	case Supports:
		return described(supportFacts().columns)
	case Facilitators:
		return described(facilitatorFacts().columns)
	case Candidates:
		return described(candidateFacts().columns)
	case Names:
		return described(nameFacts().columns)
	case Screening:
		return described(screenedFacts().columns)
	}
	return described(codeFacts().columns)
}

// Format is the format of a file, and its file name extension.
type Format string

const (
	// GeoJSON is one FeatureCollection (RFC 7946).
	GeoJSON Format = "geojson"
	// NDJSON is one GeoJSON Feature per line.
	NDJSON Format = "ndjson"
	// CSV has a header line and one line per row (RFC 4180, but lines end with LF).
	CSV Format = "csv"
	// XLSX is an Excel workbook (ISO/IEC 29500) with sheets for the rows, the meaning of
	// the columns, the sources, and the file's metadata.
	XLSX Format = "xlsx"
	// TopoJSON is one Topology that stores shared borders once.
	TopoJSON Format = "topojson"
	// GeoPackage is a SQLite file (OGC 12-128r18) with a layer of the rows and tables of
	// the sources and the file's metadata.
	GeoPackage Format = "gpkg"
	// Parquet is a Parquet file with the metadata of GeoParquet 1.1.
	Parquet Format = "parquet"
)

// ContentType is the media type of the format.
func (f Format) ContentType() string {
	switch f {
	case GeoJSON:
		return "application/geo+json"
	case NDJSON:
		return "application/x-ndjson"
	case CSV:
		return "text/csv; charset=utf-8; header=present"
	case XLSX:
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case GeoPackage:
		return "application/geopackage+sqlite3"
	case Parquet:
		return "application/vnd.apache.parquet"
	}
	return "application/json"
}

// isTable reports whether a file has selectable columns.
func (f Format) isTable() bool { return f == CSV || f == XLSX || f == GeoPackage || f == Parquet }

// citesByID reports whether a table has its sources in one separate list.
func (f Format) citesByID() bool { return f.isTable() && f != CSV }

// Formats returns the formats of a layer, the default first. Points share no borders,
// so there is no TopoJSON of clusters.
func Formats(layer Layer) []Format {
	switch {
	case layer == Clusters:
		return []Format{GeoJSON, NDJSON, CSV, XLSX, GeoPackage, Parquet}
	case !layer.placed():
		return []Format{CSV, XLSX, NDJSON}
	}
	return []Format{GeoJSON, NDJSON, CSV, XLSX, TopoJSON, GeoPackage, Parquet}
}

// Geometry is the geometry of rows.
type Geometry string

const (
	NoGeometry Geometry = "none"
	// Point is a region's label point or a cluster's location.
	Point Geometry = "point"
	// Boundary is a region's MultiPolygon.
	Boundary Geometry = "boundary"
)

// Geometries returns the geometries of a layer in a format, the default first.
func Geometries(layer Layer, format Format) []Geometry {
	switch {
	case !layer.placed():
		return []Geometry{NoGeometry}
	case format == TopoJSON:
		return []Geometry{Boundary}
	case format == XLSX:
		// A cell has at most 32,767 characters; lon and lat are columns.
		return []Geometry{NoGeometry}
	case layer == Clusters && format == CSV:
		return []Geometry{NoGeometry, Point}
	case layer == Clusters:
		return []Geometry{Point, NoGeometry}
	case format == CSV:
		return []Geometry{NoGeometry, Point, Boundary}
	}
	return []Geometry{Boundary, Point, NoGeometry}
}

// Request says what to export and how.
type Request struct {
	Layer  Layer
	Format Format
	// Regions, Clusters and Supports filter the layer of that name, Regions also a
	// screening; nil for all.
	Regions  *sentra.RegionFilter
	Clusters *sentra.ClusterFilter
	Supports *sentra.SupportFilter
	// Filter is the original filter as JSON; nil for none.
	Filter json.RawMessage
	// Order is a RegionOrder, a ClusterOrder or a ScreeningOrder; empty for the default.
	Order string
	// Options of a screening: Products restricts the clusters that count, nil for any;
	// Weights are those of its elements; Within is the maximum distance of facilitators
	// in metres.
	Products []string
	Weights  sentra.Weights
	Within   float64
	// Day is the day of the rows. Dated means that the caller gave it: then clusters
	// whose phase had not begun are left out, as in GraphQL.
	Day   sentra.Date
	Dated bool
	// Geometry of the rows, and the detail of boundaries.
	Geometry Geometry
	Detail   geo.Detail
	// LatFirst puts latitude before longitude in GeoJSON, as in EPSG:4326 and unlike RFC
	// 7946.
	LatFirst bool
	// Winding is the direction of rings.
	Winding Winding
	// Columns are the columns of a table by name; nil for all.
	Columns []string
	// Delimiter separates the cells of a CSV; Semicolon implies decimal commas.
	Delimiter Delimiter
	// Lang is the language of the texts of sources and of the licences.
	Lang words.Language
	// BOM adds a byte order mark to a CSV, by which spreadsheets recognise UTF-8.
	BOM bool
}

// Filters parse the JSON object that GraphQL takes as a filter. The error is a
// BAD_USER_INPUT whose path begins with filter.
type Filters struct {
	Regions  func(text string) (*sentra.RegionFilter, error)
	Clusters func(text string) (*sentra.ClusterFilter, error)
	Supports func(text string) (*sentra.SupportFilter, error)
}

// Parse parses the parameters of a request, with the names and meaning of GraphQL's
// arguments: filter (JSON), asOf, orderBy, zoom, toleranceMetres, precision, and
// geometry, winding, columns, delimiter and bom, and for a screening product
// (separated by commas), weights (JSON) and withinMetres. today is the default of
// asOf. The error is a BAD_USER_INPUT whose path begins with the parameter.
func Parse(layer Layer, format Format, parameters url.Values, filters Filters, today sentra.Date) (*Request, error) {
	if !slices.Contains(Formats(layer), format) {
		return nil, sentra.BadInput("format", "there is no format %.40q of %s; the formats are %s", string(format), layer, join(Formats(layer)))
	}
	known := Parameters(layer, format)
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		switch {
		case !slices.Contains(known, name):
			// The name may contain dots, at which BadInput would split it.
			return nil, &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{name},
				Message: fmt.Sprintf("there is no parameter %.40q of %s.%s; the parameters are %s", name, layer, format, strings.Join(known, ", "))}
		case len(parameters[name]) > 1:
			return nil, sentra.BadInput(name, "%s is given %d times", name, len(parameters[name]))
		}
	}
	r := &Request{Layer: layer, Format: format, Day: today, Order: parameters.Get("orderBy"), Geometry: Geometries(layer, format)[0], Lang: words.English}
	if parameters.Has("lang") {
		var err error
		if r.Lang, err = words.Parse(parameters.Get("lang")); err != nil {
			return nil, err
		}
	}
	if err := r.parseFilter(parameters, filters); err != nil {
		return nil, err
	}
	if parameters.Has("asOf") {
		day, err := sentra.ParseDate(parameters.Get("asOf"))
		if err != nil {
			return nil, sentra.In("asOf", err)
		}
		r.Day, r.Dated = day, true
	}
	if parameters.Has("orderBy") && r.Order == "" {
		return nil, sentra.BadInput("orderBy", "orderBy is empty")
	}
	if parameters.Has("geometry") {
		r.Geometry = Geometry(parameters.Get("geometry"))
		if possible := Geometries(layer, format); !slices.Contains(possible, r.Geometry) {
			return nil, sentra.BadInput("geometry", "there is no geometry %.40q of %s.%s; give %s", string(r.Geometry), layer, format, join(possible))
		}
	}
	if parameters.Has("bom") {
		switch parameters.Get("bom") {
		case "true":
			r.BOM = true
		case "false":
		default:
			return nil, sentra.BadInput("bom", "%.40q is neither true nor false", parameters.Get("bom"))
		}
	}
	if err := r.parseForm(parameters); err != nil {
		return nil, err
	}
	if err := r.parseScreening(parameters); err != nil {
		return nil, err
	}
	return r, r.parseDetail(parameters)
}

// Parameters returns the names of a layer's parameters in a format.
func Parameters(layer Layer, format Format) []string {
	if !layer.placed() {
		names := []string{"asOf"}
		if layer.filtered() {
			names = []string{"filter", "asOf"}
		}
		if layer == Screening {
			names = append(names, "orderBy", "product", "weights", "withinMetres")
		}
		return append(append(names, "lang"), formParameters(format)...)
	}
	names := []string{"filter", "asOf", "lang", "orderBy", "precision"}
	if layer == Regions && slices.Contains(Geometries(layer, format), Boundary) {
		names = append(names, "zoom", "toleranceMetres")
	}
	if len(Geometries(layer, format)) > 1 {
		names = append(names, "geometry")
	}
	if len(Windings(layer, format)) > 0 {
		names = append(names, "winding")
	}
	return append(names, formParameters(format)...)
}

func formParameters(format Format) []string {
	switch {
	case format == CSV:
		return []string{"columns", "delimiter", "bom"}
	case format.isTable():
		return []string{"columns"}
	}
	return nil
}

func (r *Request) parseFilter(parameters url.Values, filters Filters) (err error) {
	if !parameters.Has("filter") {
		return nil
	}
	text := parameters.Get("filter")
	switch r.Layer {
	case Regions, Screening:
		r.Regions, err = filters.Regions(text)
	case Clusters:
		r.Clusters, err = filters.Clusters(text)
	default:
		r.Supports, err = filters.Supports(text)
	}
	if err != nil {
		return err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return sentra.BadInput("filter", "the filter is not JSON")
	}
	r.Filter = compact.Bytes()
	return nil
}

func (r *Request) parseDetail(parameters url.Values) error {
	var zoom, precision *int
	var tolerance *float64
	for name, target := range map[string]**int{"zoom": &zoom, "precision": &precision} {
		if parameters.Has(name) {
			number, err := strconv.Atoi(parameters.Get(name))
			if err != nil {
				return sentra.BadInput(name, "%.40q is not a whole number", parameters.Get(name))
			}
			*target = &number
		}
	}
	if parameters.Has("toleranceMetres") {
		number, err := strconv.ParseFloat(parameters.Get("toleranceMetres"), 64)
		if err != nil {
			return sentra.BadInput("toleranceMetres", "%.40q is not a number", parameters.Get("toleranceMetres"))
		}
		tolerance = &number
	}
	var err error
	if r.Detail, err = geo.NewDetail(zoom, tolerance, precision); err != nil {
		return err
	}
	for _, name := range []string{"zoom", "toleranceMetres"} {
		if parameters.Has(name) && r.Geometry != Boundary {
			return sentra.BadInput(name, "%s is for boundaries; give geometry=boundary with it", name)
		}
	}
	return nil
}

// FileName is the suggested file name: sentra-regions-2017-12-25.csv, or with the
// level of the filter sentra-provinces-2017-12-25.csv.
func (r *Request) FileName() string {
	rows := string(r.Layer)
	if r.Layer == Regions && r.Regions != nil {
		switch r.Regions.Level {
		case sentra.LevelProvince:
			rows = "provinces"
		case sentra.LevelRegency:
			rows = "regencies"
		}
	}
	return fmt.Sprintf("sentra-%s-%s.%s", rows, r.Day, r.Format)
}

func join[T ~string](names []T) string {
	texts := make([]string, len(names))
	for i, name := range names {
		texts[i] = string(name)
	}
	return strings.Join(texts, ", ")
}
