package export

import (
	"bufio"
	"encoding/json"
	"math"
	"strconv"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// Head is the metadata of a GeoJSON or TopoJSON file: foreign members (RFC 7946,
// section 6.1) before the features.
type Head struct {
	Name           string          `json:"name"`
	AsOf           sentra.Date     `json:"asOf"`
	DatasetVersion string          `json:"datasetVersion"`
	Filter         json.RawMessage `json:"filter,omitempty"`
	// TotalCount is the number of features, NotCoveredCount the number of rows that the
	// filter could not decide. Not covered is not the same as no.
	TotalCount      int           `json:"totalCount"`
	NotCoveredCount int           `json:"notCoveredCount"`
	Licences        []LicenceJSON `json:"licences"`
	// Sources are those that the features cite by id.
	Sources []SourceJSON `json:"sources"`
}

// LicenceJSON is a licence in a file.
type LicenceJSON struct {
	Part string `json:"part"`
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// licences returns the licences of the data.
func licences(lang words.Language) []LicenceJSON {
	var out []LicenceJSON
	for _, l := range sentra.DataLicences() {
		out = append(out, LicenceJSON{lang.Of(l.Part), lang.Of(l.Name), l.URL})
	}
	return out
}

// SourceJSON is a source in a file.
type SourceJSON struct {
	ID        sentra.SourceID `json:"id"`
	Title     string          `json:"title"`
	Publisher string          `json:"publisher,omitempty"`
	Date      string          `json:"date,omitempty"`
	URL       string          `json:"url,omitempty"`
	Licence   string          `json:"licence,omitempty"`
}

func sourceJSON(s *sentra.Source, lang words.Language) SourceJSON {
	out := SourceJSON{ID: s.ID, Title: lang.Of(s.Titled()), Publisher: s.Publisher, URL: s.URL, Licence: s.Licence}
	if s.Date != nil {
		out.Date = s.Date.String()
	}
	return out
}

func (e *Export) head() Head {
	h := Head{Name: "sentra-" + string(e.Request.Layer), AsOf: e.Request.Day, DatasetVersion: e.atlas.Data.Version, Filter: e.Request.Filter,
		TotalCount: e.Count, NotCoveredCount: e.NotCovered, Sources: []SourceJSON{}}
	h.Licences = licences(e.Request.Lang)
	for _, s := range e.sources {
		h.Sources = append(h.Sources, sourceJSON(s, e.Request.Lang))
	}
	return h
}

func (e *Export) writeGeoJSON(out *bufio.Writer, rows eachRow) error {
	head, err := json.Marshal(e.head())
	if err != nil {
		return err
	}
	_, _ = out.WriteString(`{"type":"FeatureCollection",`)
	_, _ = out.Write(head[1 : len(head)-1])
	_, _ = out.WriteString(`,"features":[`)
	separator := "\n"
	var feature []byte
	err = rows(func(r row) error {
		feature = e.appendFeature(append(feature[:0], separator...), r, func(ids []sentra.SourceID) any { return ids }, "")
		separator = ",\n"
		_, err := out.Write(feature)
		return err
	})
	if err != nil {
		return err
	}
	_, err = out.WriteString("\n]}\n")
	return err
}

// writeNDJSON writes self-contained Features: each with its day, the dataset's
// version, the licences and its sources in full, since a reader may see only one.
func (e *Export) writeNDJSON(out *bufio.Writer, rows eachRow) error {
	full := func(ids []sentra.SourceID) any {
		sources := []SourceJSON{}
		for _, id := range ids {
			sources = append(sources, sourceJSON(e.atlas.Source(id), e.Request.Lang))
		}
		return sources
	}
	alone, err := json.Marshal(map[string]string{"datasetVersion": e.atlas.Data.Version, "licence": licence(e.Request.Lang)})
	if err != nil {
		return err
	}
	var feature []byte
	return rows(func(r row) error {
		feature = append(e.appendFeature(feature[:0], r, full, ","+string(alone[1:len(alone)-1])), '\n')
		_, err := out.Write(feature)
		return err
	})
}

// appendFeature appends a row as a Feature; more has further properties as JSON.
func (e *Export) appendFeature(out []byte, r row, sources func([]sentra.SourceID) any, more string) []byte {
	out = append(out, `{"type":"Feature","id":`...)
	out = appendText(out, r.id)
	out = append(out, `,"geometry":`...)
	switch {
	case e.Request.Geometry == Point && !r.nowhere:
		first, second := r.point.Lon(), r.point.Lat()
		if e.Request.LatFirst {
			first, second = second, first
		}
		out = append(out, `{"type":"Point","coordinates":[`...)
		out = appendNumber(out, round(first, e.Request.Detail))
		out = append(out, ',')
		out = appendNumber(out, round(second, e.Request.Detail))
		out = append(out, `]}`...)
	case e.Request.Geometry == Boundary && r.shape != nil && e.Request.Winding == D3:
		out = append(out, atlas.EncodeBoundary(reversed(r.shape.Simplified(e.Request.Detail.Tolerance)), e.Request.Detail.Places)...)
	case e.Request.Geometry == Boundary && r.shape != nil && e.Request.LatFirst:
		out = append(out, atlas.EncodeBoundary(Swapped(r.shape.Simplified(e.Request.Detail.Tolerance)), e.Request.Detail.Places)...)
	case e.Request.Geometry == Boundary && r.shape != nil:
		out = append(out, e.atlas.EncodedBoundary(r.shape, e.Request.Detail.Tolerance, e.Request.Detail.Places)...)
	default:
		out = append(out, "null"...)
	}
	out = append(out, `,"properties":`...)
	out = e.appendProperties(out, r, sources, more)
	return append(out, '}')
}

// Swapped returns a shape with the coordinates of each position swapped.
func Swapped(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	for _, polygon := range out {
		for _, ring := range polygon {
			for i, p := range ring {
				ring[i] = orb.Point{p[1], p[0]}
			}
		}
	}
	return out
}

func (e *Export) appendProperties(out []byte, r row, sources func([]sentra.SourceID) any, more string) []byte {
	for c, column := range e.table.columns {
		if c == 0 {
			out = append(out, '{')
		} else {
			out = append(out, ',')
		}
		out = appendText(out, column.Name)
		out = append(out, ':')
		value := r.value(c)
		if ids, ok := value.([]sentra.SourceID); ok {
			value = sources(ids)
		}
		out = appendJSON(out, value)
	}
	out = append(out, more...)
	return append(out, '}')
}

func appendNumber(out []byte, number float64) []byte {
	return strconv.AppendFloat(out, number, 'f', -1, 64)
}

// appendJSON appends a value of a column; none of these can fail to marshal.
func appendJSON(out []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendText(out, v)
	case nil:
		return append(out, "null"...)
	case int:
		return strconv.AppendInt(out, int64(v), 10)
	case bool:
		return strconv.AppendBool(out, v)
	case float64:
		// encoding/json writes other values with an exponent.
		if size := math.Abs(v); v == 0 || size >= 1e-6 && size < 1e21 {
			return appendNumber(out, v)
		}
	case []string:
		return appendTexts(out, v)
	case []sentra.SourceID:
		return appendTexts(out, v)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return append(out, "null"...)
	}
	return append(out, encoded...)
}

func appendTexts[T ~string](out []byte, texts []T) []byte {
	if texts == nil {
		return append(out, "null"...)
	}
	out = append(out, '[')
	for i, text := range texts {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendText(out, string(text))
	}
	return append(out, ']')
}

// appendText appends a text like encoding/json; most need no escapes.
func appendText(out []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			encoded, err := json.Marshal(text)
			if err != nil {
				return append(out, "null"...)
			}
			return append(out, encoded...)
		}
	}
	out = append(out, '"')
	out = append(out, text...)
	return append(out, '"')
}
