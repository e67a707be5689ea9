package model

import (
	"context"
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/paulmach/orb"
	"github.com/shopspring/decimal"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MarshalDate marshals a day as "2017-12-25".
func MarshalDate(d sentra.Date) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) })
}

// UnmarshalDate unmarshals "2017-12-25".
func UnmarshalDate(value any) (sentra.Date, error) {
	text, ok := value.(string)
	if !ok {
		return 0, sentra.BadInput("", "%v is not a date; write it as a text, YYYY-MM-DD", value)
	}
	return sentra.ParseDate(text)
}

// MarshalPartialDate marshals a date with the precision of its source.
func MarshalPartialDate(d sentra.PartialDate) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) })
}

// UnmarshalPartialDate unmarshals "2017", "2017-12" or "2017-12-25".
func UnmarshalPartialDate(value any) (sentra.PartialDate, error) {
	text, ok := value.(string)
	if !ok {
		return sentra.PartialDate{}, sentra.BadInput("", "%v is not a date", value)
	}
	return sentra.ParsePartialDate(text)
}

// MarshalDecimal marshals a number exactly, as a string.
func MarshalDecimal(d decimal.Decimal) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) })
}

// UnmarshalDecimal unmarshals an exact number from a string.
func UnmarshalDecimal(value any) (decimal.Decimal, error) {
	text, ok := value.(string)
	if !ok {
		return decimal.Decimal{}, sentra.BadInput("", "%v is not a decimal number; write it as a text", value)
	}
	d, err := decimal.NewFromString(text)
	if err != nil {
		return decimal.Decimal{}, sentra.BadInput("", "%.40q is not a decimal number", text)
	}
	return d, nil
}

// Geometry is a GeoJSON geometry as JSON.
type Geometry []byte

func (g Geometry) MarshalGQL(w io.Writer) { _, _ = w.Write(g) }

// UnmarshalGQL fails: the type is for answers only.
func (g *Geometry) UnmarshalGQL(any) error {
	return sentra.BadInput("", "a GeoJSON geometry is an answer, not an argument")
}

type polygonsKey struct{}

// polygons caches the polygons parsed for one request, by the address of their JSON.
type polygons struct {
	mutex sync.Mutex
	read  map[uintptr]*lazy.Value[readPolygon]
	// given keeps the JSON alive, so that no address is reused.
	given []any
}

// WithPolygons returns a context in which the polygon of a variable is parsed once,
// however often it is used.
func WithPolygons(ctx context.Context) context.Context {
	return context.WithValue(atlas.WithPolygons(ctx), polygonsKey{}, new(polygons))
}

// UnmarshalPolygon parses and validates the GeoJSON of an area, once per request and
// value.
func UnmarshalPolygon(ctx context.Context, value any) (orb.MultiPolygon, error) {
	known, ok := ctx.Value(polygonsKey{}).(*polygons)
	object, isObject := value.(map[string]any)
	if !ok || !isObject {
		return parsePolygon(value)
	}
	at := reflect.ValueOf(object).Pointer()
	known.mutex.Lock()
	read := known.read[at]
	if read == nil {
		read = lazy.New(func() readPolygon {
			polygon, err := parsePolygon(value)
			return readPolygon{polygon, err}
		})
		if known.read == nil {
			known.read = make(map[uintptr]*lazy.Value[readPolygon])
		}
		known.read[at], known.given = read, append(known.given, value)
	}
	known.mutex.Unlock()
	of, err := read.Get(ctx, "while a polygon was read")
	if err != nil {
		return nil, err
	}
	return of.polygon, of.err
}

// readPolygon is the result of parsing a polygon.
type readPolygon struct {
	polygon orb.MultiPolygon
	err     error
}

func parsePolygon(value any) (orb.MultiPolygon, error) {
	if _, isText := value.(string); isText {
		return nil, sentra.BadInput("", "give the GeoJSON as an object, not as a text")
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "this is not GeoJSON")
	}
	return geo.ParsePolygon(data)
}

// MarshalPolygon writes null: gqlgen requires it, but a polygon is never part of an
// answer.
func MarshalPolygon(orb.MultiPolygon) graphql.ContextMarshaler {
	return graphql.ContextWriterFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "null")
		return err
	})
}

// UnmarshalRegionCode unmarshals an official code; "" for null.
func UnmarshalRegionCode(value any) (sentra.RegionCode, error) {
	if value == nil {
		return "", nil
	}
	text, err := graphql.UnmarshalString(value)
	if err != nil {
		return "", err
	}
	return sentra.ParseRegionCode(text)
}

// MarshalRegionCode marshals a code as a string.
func MarshalRegionCode(code sentra.RegionCode) graphql.Marshaler {
	return graphql.MarshalString(string(code))
}
