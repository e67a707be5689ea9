package model

import (
	"encoding/json"
	"io"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MarshalDate writes a day as "2017-12-25".
func MarshalDate(d sentra.Date) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) })
}

// UnmarshalDate reads "2017-12-25".
func UnmarshalDate(value any) (sentra.Date, error) {
	text, ok := value.(string)
	if !ok {
		return 0, sentra.BadInput("", "%v is not a date; write it as a text, YYYY-MM-DD", value)
	}
	return sentra.ParseDate(text)
}

// MarshalPartialDate writes a date no more exactly than its source has it.
func MarshalPartialDate(d sentra.PartialDate) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) })
}

// UnmarshalPartialDate reads "2017", "2017-12" or "2017-12-25".
func UnmarshalPartialDate(value any) (sentra.PartialDate, error) {
	text, ok := value.(string)
	if !ok {
		return sentra.PartialDate{}, sentra.BadInput("", "%v is not a date", value)
	}
	return sentra.ParsePartialDate(text)
}

// Geometry is a GeoJSON geometry, encoded.
type Geometry []byte

// MarshalGQL writes the bytes as they are.
func (g Geometry) MarshalGQL(w io.Writer) { _, _ = w.Write(g) }

// UnmarshalGQL refuses: the type is for answers only.
func (g *Geometry) UnmarshalGQL(any) error {
	return sentra.BadInput("", "a GeoJSON geometry is an answer, not an argument")
}

// Polygon is an area given by the asker, checked.
type Polygon orb.MultiPolygon

// UnmarshalGQL reads GeoJSON given as JSON.
func (p *Polygon) UnmarshalGQL(value any) error {
	if _, isText := value.(string); isText {
		return sentra.BadInput("", "give the GeoJSON as an object, not as a text")
	}
	data, err := json.Marshal(value)
	if err != nil {
		return sentra.Wrap(sentra.CodeBadUserInput, err, "this is not GeoJSON")
	}
	shape, err := geo.ParsePolygon(data)
	if err != nil {
		return err
	}
	*p = Polygon(shape)
	return nil
}

// MarshalGQL refuses quietly: the type is for arguments only.
func (p Polygon) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, "null") }
