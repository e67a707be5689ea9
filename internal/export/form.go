package export

import (
	"net/url"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Winding is the direction of rings.
type Winding string

const (
	// RFC7946 is counterclockwise for a polygon and clockwise for its holes, with north
	// up.
	RFC7946 Winding = "rfc7946"
	// D3 is the opposite direction: d3-geo and libraries based on it take what is on the
	// right of a ring on the sphere as the polygon, so that a ring of RFC 7946 would be
	// all of the earth except the polygon.
	D3 Winding = "d3"
)

// Windings returns the ring directions of a layer in a format, the default first;
// none if there are no rings. The default of TopoJSON, which is d3's own format, is
// d3's.
func Windings(layer Layer, format Format) []Winding {
	switch {
	case layer != Regions || format.isTable():
		return nil
	case format == TopoJSON:
		return []Winding{D3, RFC7946}
	}
	return []Winding{RFC7946, D3}
}

// reversed returns a shape with reversed rings.
func reversed(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	for _, polygon := range out {
		for _, ring := range polygon {
			ring.Reverse()
		}
	}
	return out
}

// Delimiter separates the cells of a CSV.
type Delimiter string

const (
	Comma Delimiter = "comma"
	// Semicolon implies decimal commas, as in spreadsheets of countries with a decimal
	// comma, such as Indonesia.
	Semicolon Delimiter = "semicolon"
)

// Delimiters returns all delimiters, the default first.
func Delimiters() []Delimiter { return []Delimiter{Comma, Semicolon} }

// Narrow selects the columns that most people need.
const Narrow = "narrow"

// NarrowColumns returns the columns that Narrow selects.
func NarrowColumns(layer Layer) []string {
	switch layer {
	case Clusters:
		return []string{"key", "name", "products", "regionCodes", "regionNames", "provinceNames", "affirmative", "lon", "lat", "locationPrecision"}
	case Supports:
		return []string{"regionCode", "regionName", "provinceName", "fund", "year", "amount", "purpose"}
	case Facilitators:
		return []string{"regionCode", "regionName", "provinceName", "kind", "year", "count"}
	case Candidates:
		return []string{"phase", "regionCode", "regionName", "initialTarget", "decision"}
	case Names:
		return []string{"regionCode", "regionName", "name", "kind", "from", "to"}
	case Codes:
		return []string{"regionCode", "regionName", "system", "code", "from", "to"}
	case Screening:
		return []string{"regionCode", "regionName", "provinceName", "lower", "upper", "apbn", "deconcentration", "dak", "clusters", "linkage", "disadvantaged", "border", "facilitators"}
	}
	return []string{"code", "name", "kind", "parentCode", "parentName", "affirmative", "affirmativeConfidence", "clusterCount", "areaKm2"}
}

// Columns that every table has besides those of its layer, because people copy rows
// out of tables and pass them on.
var (
	licenceColumn = Column{Name: "licence", Type: Text, Description: "The licences of the data."}
	versionColumn = Column{Name: "datasetVersion", Type: Text, Description: "Changes whenever anything loaded changes."}
)

// TableColumns describes the columns that a table of a layer may have, in order.
func TableColumns(layer Layer) []Column {
	return append(layer.Columns(), licenceColumn, versionColumn)
}

// parseForm reads the parameters winding, columns and delimiter.
func (r *Request) parseForm(parameters url.Values) error {
	if possible := Windings(r.Layer, r.Format); len(possible) > 0 {
		r.Winding = possible[0]
		if parameters.Has("winding") {
			if r.Winding = Winding(parameters.Get("winding")); !slices.Contains(possible, r.Winding) {
				return sentra.BadInput("winding", "there is no order of rings %.40q; give %s", string(r.Winding), join(possible))
			}
			if r.Geometry != Boundary {
				return sentra.BadInput("winding", "winding is for boundaries; give geometry=boundary with it")
			}
		}
	}
	r.Delimiter = Comma
	if parameters.Has("delimiter") {
		if r.Delimiter = Delimiter(parameters.Get("delimiter")); !slices.Contains(Delimiters(), r.Delimiter) {
			return sentra.BadInput("delimiter", "there is no delimiter %.40q; give %s", string(r.Delimiter), join(Delimiters()))
		}
	}
	if !parameters.Has("columns") {
		return nil
	}
	var known []string
	for _, c := range TableColumns(r.Layer) {
		known = append(known, c.Name)
	}
	for name := range strings.SplitSeq(parameters.Get("columns"), ",") {
		names := []string{name}
		if name == Narrow {
			names = NarrowColumns(r.Layer)
		}
		for _, name := range names {
			switch {
			case !slices.Contains(known, name):
				return sentra.BadInput("columns", "%s have no column %.40q; give %s, or names separated by commas: %s", r.Layer, name, Narrow, strings.Join(known, ", "))
			case slices.Contains(r.Columns, name):
				return sentra.BadInput("columns", "the column %s is named twice", name)
			}
			r.Columns = append(r.Columns, name)
		}
	}
	return nil
}

// cellColumn is a column of a format that is a table.
type cellColumn struct {
	Column
	value func(row) any
}

// chooseCells makes the requested columns, in that order.
func (e *Export) chooseCells() error {
	var all []cellColumn
	for i, c := range e.table.columns {
		all = append(all, cellColumn{c, func(r row) any { return r.value(i) }})
	}
	constant := func(c Column, value any) cellColumn { return cellColumn{c, func(row) any { return value }} }
	all = append(all, constant(licenceColumn, licence(e.Request.Lang)), constant(versionColumn, e.atlas.Data.Version))
	if e.Request.Columns == nil {
		if e.cells = all; e.Request.Format.citesByID() {
			// The file has these once.
			e.cells = all[:len(all)-2]
		}
		return nil
	}
	for _, name := range e.Request.Columns {
		i := slices.IndexFunc(all, func(c cellColumn) bool { return c.Name == name })
		if i < 0 {
			return sentra.BadInput("columns", "the column %s exists only under a filter that measures it, which was not given", name)
		}
		e.cells = append(e.cells, all[i])
	}
	return nil
}
