package pages

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// chosenArea is an area drawn on the map: exactly one of these.
type chosenArea struct {
	box     *sentra.BBox
	near    *sentra.Near
	polygon orb.MultiPolygon
}

// longestPolygon is the maximum length of a polygon in an address.
const longestPolygon = 16 << 10

// area reads the area, nil if none is set.
func (r *reader) area() *chosenArea {
	var out *chosenArea
	for _, name := range []string{"bbox", "within", "near"} {
		text := r.upTo(name, longestPolygon)
		if text == "" {
			continue
		}
		area, err := parseArea(name, text)
		switch {
		case r.err != nil:
		case err != nil:
			r.err = &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{name}, Message: "the area is not valid", Err: err}
		case out != nil:
			r.err = sentra.BadInput(name, "there is only one area")
		}
		out = area
	}
	return out
}

// parseArea reads west,south,east,north or lon,lat;lon,lat;… or lon,lat,metres, as
// web/src/map/view.ts does.
func parseArea(name, text string) (*chosenArea, error) {
	if name == "within" {
		ring, err := parseRing(text)
		if err != nil {
			return nil, err
		}
		encoded, err := json.Marshal(geojson.NewGeometry(orb.Polygon{ring}))
		if err != nil {
			return nil, err
		}
		polygon, err := geo.ParsePolygon(encoded)
		return &chosenArea{polygon: polygon}, err
	}
	values, err := parseNumbers(text)
	switch {
	case err != nil:
		return nil, err
	case name == "bbox" && len(values) == 4:
		box := sentra.BBox{West: values[0], South: values[1], East: values[2], North: values[3]}
		if box.West == box.East || box.South == box.North {
			return nil, sentra.BadInput("", "the box has no area")
		}
		return &chosenArea{box: &box}, geo.CheckBBox(box)
	case name == "near" && len(values) == 3:
		near := sentra.Near{Point: orb.Point{values[0], values[1]}, Radius: values[2]}
		return &chosenArea{near: &near}, geo.CheckNear(near)
	}
	return nil, sentra.BadInput("", "%s does not take %d numbers", name, len(values))
}

// parseRing reads positions separated by semicolons, and closes their ring.
func parseRing(text string) (orb.Ring, error) {
	var ring orb.Ring
	for part := range strings.FieldsFuncSeq(text, func(c rune) bool { return c == ';' || c == '\n' }) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		position, err := parseNumbers(part)
		if err != nil {
			return nil, err
		}
		if len(position) != 2 {
			return nil, sentra.BadInput("", "a position has two numbers")
		}
		ring = append(ring, orb.Point{position[0], position[1]})
	}
	if len(ring) > 0 && !ring.Closed() {
		ring = append(ring, ring[0])
	}
	return ring, nil
}

func parseNumbers(text string) ([]float64, error) {
	var out []float64
	for part := range strings.SplitSeq(text, ",") {
		value, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
			return nil, sentra.BadInput("", "%.40q is not a number", part)
		}
		out = append(out, value)
	}
	return out, nil
}

// outline returns the edge of the area for drawing.
func (a *chosenArea) outline() orb.MultiPolygon {
	switch {
	case a.box != nil:
		var out orb.MultiPolygon
		for _, bound := range geo.Bounds(*a.box) {
			out = append(out, bound.ToPolygon())
		}
		return out
	case a.near != nil:
		const corners = 96
		ring := make(orb.Ring, 0, corners+1)
		for i := range corners {
			ring = append(ring, orbgeo.PointAtBearingAndDistance(a.near.Point, 360*float64(i)/corners, a.near.Radius))
		}
		return orb.MultiPolygon{{append(ring, ring[0])}}
	}
	return a.polygon
}

// around is the box of an area as far as it is in the country; the country if none of
// it is.
func around(area orb.MultiPolygon) orb.Bound {
	bound := area.Bound()
	if !bound.Intersects(country) {
		return country
	}
	for axis := range 2 {
		bound.Min[axis] = max(bound.Min[axis], country.Min[axis])
		bound.Max[axis] = min(bound.Max[axis], country.Max[axis])
	}
	return bound
}

var (
	moneyForm        = regexp.MustCompile(`^([A-Z]+)(?:,(\d{4})?-(\d{4})?)?$`)
	facilitatorsForm = regexp.MustCompile(`^(none|some),(\d+(?:\.\d+)?)$`)
	weightForm       = regexp.MustCompile(`^([a-z]+):(\d+(?:\.\d+)?)$`)
)

// money reads a condition like DAK or DAK,2017-2019, nil if it is not set; one of the
// years may be missing (web/src/map/grounds.ts).
func (r *reader) money() *sentra.KnownSupport {
	text := r.one("money")
	if text == "" || r.err != nil {
		return nil
	}
	parts := moneyForm.FindStringSubmatch(text)
	if parts == nil || strings.HasSuffix(text, ",-") {
		r.err = sentra.BadInput("money", "%.40q is not a fund with years", text)
		return nil
	}
	out := &sentra.KnownSupport{}
	switch fund := sentra.Fund(parts[1]); fund {
	case anyFund:
	case sentra.FundAPBN, sentra.FundDeconcentration, sentra.FundDAK:
		out.Funds = []sentra.Fund{fund}
	default:
		r.err = sentra.BadInput("money", "there is no fund %.40q", parts[1])
		return nil
	}
	for i, year := range []**int{&out.FromYear, &out.ToYear} {
		if n, err := strconv.Atoi(parts[2+i]); err == nil {
			*year = &n
		}
	}
	if err := out.Check(); err != nil {
		r.err = &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{"money"}, Message: "the years are not valid", Err: err}
	}
	return out
}

// facilitators reads a condition like none,100 with a distance in kilometres, nil if it
// is not set.
func (r *reader) facilitators() *sentra.KnownFacilitators {
	text := r.one("facilitators")
	if text == "" || r.err != nil {
		return nil
	}
	parts := facilitatorsForm.FindStringSubmatch(text)
	if parts == nil {
		r.err = sentra.BadInput("facilitators", "%.40q is not some or none with a distance", text)
		return nil
	}
	km, err := strconv.ParseFloat(parts[2], 64)
	if err != nil || km > farthest {
		r.err = sentra.BadInput("facilitators", "the distance is more than %d km", farthest)
	}
	return &sentra.KnownFacilitators{Metres: km * 1000, Known: parts[1] == "some"}
}

// weights reads weights like clusters:2,linkage:1. An element without one has the
// weight 1, linkage 0: the record has hardly any data about it (web/src/map/grounds.ts).
func (r *reader) weights() sentra.Weights {
	none := 0.0
	given := map[string]*float64{sentra.ScreenLinkage.Name(): &none}
	text := r.one("weights")
	if r.err == nil && text != "" {
		seen := make(map[string]bool)
		for part := range strings.SplitSeq(text, ",") {
			parts := weightForm.FindStringSubmatch(part)
			if parts == nil || seen[parts[1]] {
				r.err = sentra.BadInput("weights", "%.40q is not an element with a weight", part)
				return nil
			}
			seen[parts[1]] = true
			if weight, err := strconv.ParseFloat(parts[2], 64); err == nil {
				given[parts[1]] = &weight
			}
		}
	}
	weights, err := sentra.NewWeights(given)
	if err == nil {
		err = weights.Check()
	}
	if err != nil && r.err == nil {
		r.err = &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{"weights"}, Message: "the weights are not valid", Err: err}
	}
	return weights
}

// farthest is the maximum distance of facilitators in kilometres.
const farthest = 1000
