package model

import (
	"fmt"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// PointInput is a point in a request, in degrees (WGS 84).
type PointInput struct {
	Lon, Lat float64
}

// UnmarshalGQL is written by hand for speed: a query can have thousands of points,
// and each is unmarshalled several times, for the cost, the arguments and the answer.
func (p *PointInput) UnmarshalGQL(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return sentra.BadInput("", "a point is an object, {lon, lat}")
	}
	var err error
	if p.Lon, err = graphql.UnmarshalFloat(object["lon"]); err != nil {
		return sentra.BadInput("lon", "%.40v is not a number", object["lon"])
	}
	if p.Lat, err = graphql.UnmarshalFloat(object["lat"]); err != nil {
		return sentra.BadInput("lat", "%.40v is not a number", object["lat"])
	}
	return nil
}

// MarshalGQL writes null: the type is for arguments only.
func (p PointInput) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, "null") }

// Orb converts the point: longitude before latitude, in degrees.
func (p *PointInput) Orb() orb.Point { return orb.Point{p.Lon, p.Lat} }

// MultiPoint is a GeoJSON MultiPoint in a request, in degrees (lon, lat).
type MultiPoint orb.MultiPoint

// UnmarshalGQL unmarshals a GeoJSON MultiPoint. It ignores the height of a position
// (RFC 7946, section 3.1.1). It does not check whether the numbers are a place on
// earth.
func (m *MultiPoint) UnmarshalGQL(given any) error {
	object, _ := given.(map[string]any)
	if kind, _ := object["type"].(string); kind != "MultiPoint" {
		return sentra.BadInput("", `give a GeoJSON MultiPoint, {"type": "MultiPoint", "coordinates": [[lon, lat]]}`)
	}
	positions, ok := object["coordinates"].([]any)
	if !ok {
		return sentra.BadInput("coordinates", "the coordinates of a MultiPoint are a list of positions")
	}
	read := make(MultiPoint, len(positions))
	for i, position := range positions {
		numbers, _ := position.([]any)
		if len(numbers) < 2 || len(numbers) > 3 {
			return sentra.BadInput(fmt.Sprintf("coordinates.%d", i), "a position is a list of longitude and latitude")
		}
		for axis := range read[i] {
			number, err := graphql.UnmarshalFloat(numbers[axis])
			if err != nil {
				return sentra.BadInput(fmt.Sprintf("coordinates.%d.%d", i, axis), "%.40v is not a number", numbers[axis])
			}
			read[i][axis] = number
		}
	}
	*m = read
	return nil
}

// MarshalGQL writes null: the type is for arguments only.
func (m MultiPoint) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, "null") }
