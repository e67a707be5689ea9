package geo

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ringed returns the GeoJSON of a polygon with n corners whose radius alternates by a
// share of it.
func ringed(n int, share float64) []byte {
	var text strings.Builder
	text.WriteString(`{"type":"Polygon","coordinates":[[`)
	for i := range n + 1 {
		turn, radius := 2*math.Pi*float64(i%n)/float64(n), 8*(1-share*float64(i%n%2))
		if i > 0 {
			text.WriteString(",")
		}
		fmt.Fprintf(&text, "[%.6f,%.6f]", 118+radius*math.Cos(turn), -2+radius/2*math.Sin(turn))
	}
	text.WriteString("]]}")
	return []byte(text.String())
}

// TestIntricatePolygons asserts that a polygon is read or rejected in time that does
// not grow with the square of its positions.
func TestIntricatePolygons(t *testing.T) {
	holes := func(n int) []byte {
		outer := string(ringed(40_000, 0))
		var text strings.Builder
		for i := range n {
			west, south := 116+0.02*float64(i%100), -3+0.02*float64(i/100)
			fmt.Fprintf(&text, ",[[%[1]f,%[2]f],[%[1]f,%[4]f],[%[3]f,%[4]f],[%[3]f,%[2]f],[%[1]f,%[2]f]]", west, south, west+0.01, south+0.01)
		}
		return []byte(strings.TrimSuffix(outer, "]}") + text.String() + "]}")
	}
	// comb returns teeth of a height in degrees, side by side.
	comb := func(n int, height float64) []byte {
		var text strings.Builder
		text.WriteString(`{"type":"Polygon","coordinates":[[`)
		for i := range n {
			fmt.Fprintf(&text, "[%.6f,%.6f],", 95+46*float64(i)/float64(n), -10+height*float64(i%2))
		}
		text.WriteString("[141.5,5],[141.5,-11],[94.9,-11],[95,-10]]]}")
		return []byte(text.String())
	}
	for _, c := range []struct {
		name string
		data []byte
		code sentra.Code
	}{
		{"a comb of 99,000", comb(99_000, 14), sentra.CodeLimitExceeded},
		{"a low comb of 99,000", comb(99_000, 1), sentra.CodeLimitExceeded},
		{"a comb of 5,000", comb(5_000, 14), ""},
		{"a circle of 99,000", ringed(99_000, 0), ""},
		{"a coast of 99,000", ringed(99_000, 0.0002), ""},
		{"teeth of 99,000 positions", ringed(98_998, 0.3), sentra.CodeLimitExceeded},
		{"100 holes in 40,000", holes(100), ""},
		{"10,000 holes in 40,000", holes(10_000), sentra.CodeLimitExceeded},
	} {
		t.Run(c.name, func(t *testing.T) {
			started := time.Now()
			_, err := ParsePolygon(c.data)
			t.Logf("%v, %v", time.Since(started), err)
			if sentra.ErrorCode(err) != c.code {
				t.Errorf("got %v, want %q", err, c.code)
			}
		})
	}
}

// TestAntimeridianAndCRS asserts that ambiguous polygons are rejected.
func TestAntimeridianAndCRS(t *testing.T) {
	square := func(west, east float64) string {
		return fmt.Sprintf(`"type":"Polygon","coordinates":[[[%[1]g,-5],[%[2]g,-5],[%[2]g,5],[%[1]g,5],[%[1]g,-5]]]`, west, east)
	}
	crs := func(name string) string {
		return `"crs":{"type":"name","properties":{"name":` + string(mustJSON(name)) + `}},`
	}
	for text, path := range map[string]string{
		`{` + square(100, 140) + `}`:                                                   "",
		`{` + square(-180, 180) + `}`:                                                  "",
		`{` + square(-10, 170) + `}`:                                                   "",
		`{` + square(170, -170) + `}`:                                                  "coordinates",
		`{` + square(-170, 170) + `}`:                                                  "coordinates",
		`{` + crs("urn:ogc:def:crs:OGC:1.3:CRS84") + square(100, 140) + `}`:            "",
		`{` + crs("urn:ogc:def:crs:EPSG::4326") + square(100, 140) + `}`:               "",
		`{` + crs("EPSG:4326") + square(100, 140) + `}`:                                "",
		`{"crs":null,` + square(100, 140) + `}`:                                        "",
		`{` + crs("EPSG:3857") + square(100, 140) + `}`:                                "crs",
		`{` + crs("urn:ogc:def:crs:EPSG::23830") + square(100, 140) + `}`:              "crs",
		`{"type":"Feature","geometry":{` + crs("EPSG:32748") + square(100, 140) + `}}`: "geometry.crs",
		`{"type":"FeatureCollection",` + crs("EPSG:9470") + `"features":[]}`:           "crs",
		`{"type":"MultiPolygon","coordinates":[[[[170,-5],[180,-5],[180,5],[170,5],[170,-5]]],[[[-180,-5],[-170,-5],[-170,5],[-180,5],[-180,-5]]]]}`: "",
	} {
		_, err := ParsePolygon([]byte(text))
		var fault *sentra.Error
		if err != nil {
			fault, _ = err.(*sentra.Error)
		}
		if path == "" && err != nil || path != "" && (fault == nil || fault.Code != sentra.CodeBadUserInput || strings.Join(fault.Path, ".") != path) {
			t.Errorf("%s: got %v at %v, want a fault at %q", text, err, fault, path)
		}
	}
}

func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}
