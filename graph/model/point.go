package model

import (
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// PointInput is a point given by the asker, in degrees (WGS 84).
type PointInput struct {
	Lon, Lat float64
}

// UnmarshalGQL reads the point by hand: thousands come in one question, and each
// is read several times, for its price, its arguments and its answer.
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

// MarshalGQL refuses quietly: the type is for arguments only.
func (p PointInput) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, "null") }

// Orb gives the point as orb has it: longitude before latitude, in degrees.
func (p *PointInput) Orb() orb.Point { return orb.Point{p.Lon, p.Lat} }
