package geo

import (
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Detail says how finely boundaries are drawn.
type Detail struct {
	// Tolerance is the maximum distance in metres of a simplified line from the
	// original; 0 for no simplification.
	Tolerance float64
	// Places is the number of decimal places of the degrees.
	Places int
}

// NewDetail validates the requested detail: for a web map at a zoom (0 to 14) or
// within a tolerance in metres (0 to 100,000), rounded to decimal places (0 to 7,
// default 6). The error is a BAD_USER_INPUT whose path is zoom, toleranceMetres or
// precision.
func NewDetail(zoom *int, toleranceMetres *float64, precision *int) (Detail, error) {
	detail := Detail{Places: 6}
	if precision != nil {
		detail.Places = *precision
	}
	switch {
	case detail.Places < 0 || detail.Places > 7:
		return Detail{}, sentra.BadInput("precision", "%d decimal places are out of range; give 0 to 7", detail.Places)
	case zoom != nil && toleranceMetres != nil:
		return Detail{}, sentra.BadInput("toleranceMetres", "zoom and toleranceMetres cannot both be given")
	case zoom != nil && (*zoom < 0 || *zoom > 14):
		return Detail{}, sentra.BadInput("zoom", "zoom %d is out of range; give 0 to 14", *zoom)
	case toleranceMetres != nil && !(*toleranceMetres >= 0 && *toleranceMetres <= 100_000):
		return Detail{}, sentra.BadInput("toleranceMetres", "a tolerance of %g metres is out of range; give 0 to 100,000", *toleranceMetres)
	case zoom != nil:
		detail.Tolerance = coverage.ZoomTolerance(*zoom)
	case toleranceMetres != nil:
		detail.Tolerance = *toleranceMetres
	}
	return detail, nil
}
