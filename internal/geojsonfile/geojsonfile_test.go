package geojsonfile

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// shapes makes geometries of every kind.
func shapes(r *rand.Rand, depth int) orb.Geometry {
	line := func(n int) []orb.Point {
		out := make([]orb.Point, n)
		for i := range out {
			out[i] = orb.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}
		}
		return out
	}
	polygon := func() orb.Polygon {
		out := make(orb.Polygon, 1+r.IntN(3))
		for i := range out {
			out[i] = orb.Ring(line(4 + r.IntN(9)))
		}
		return out
	}
	switch kind := r.IntN(8); {
	case kind == 0:
		return line(1)[0]
	case kind == 1:
		return orb.MultiPoint(line(3))
	case kind == 2:
		return orb.LineString(line(3))
	case kind == 3:
		return orb.MultiLineString{line(2), line(3)}
	case kind == 4:
		return orb.MultiPolygon{polygon(), polygon()}
	case kind == 5 && depth < 3:
		return orb.Collection{shapes(r, depth+1), shapes(r, depth+1)}
	case kind == 6 && depth == 0:
		return nil
	}
	return polygon()
}

// What orb writes is read unchanged, as a collection and line by line.
func TestReadsWhatOrbWrites(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		collection := geojson.NewFeatureCollection()
		var lines bytes.Buffer
		for range 1 + r.IntN(4) {
			f := geojson.NewFeature(shapes(r, 0))
			f.ID = "a"
			f.Properties = geojson.Properties{"name": "Café \u2028 \"x\"\n", "n": 12.5, "yes": true, "nothing": nil, "list": []any{1, map[string]any{"a": 1}}}
			collection.Append(f)
			one, err := f.MarshalJSON()
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(append(append([]byte{0x1e}, one...), '\n'))
		}
		whole, err := collection.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		for _, data := range [][]byte{whole, lines.Bytes()} {
			i := 0
			err := Read(bytes.NewReader(data), "file", Options{}, func(f *Feature) error {
				want := collection.Features[i]
				i++
				if !reflect.DeepEqual(f.Geometry, want.Geometry) && !(f.Geometry == nil && want.Geometry == nil) {
					t.Errorf("got %v, want %v", f.Geometry, want.Geometry)
				}
				for name, value := range map[string]Value{"name": {Text, "Café \u2028 \"x\"\n"}, "n": {Number, "12.5"}, "yes": {Bool, "true"}, "nothing": {Null, ""}, "list": {Nested, ""}, "other": {Null, ""}} {
					if f.Get(name) != value {
						t.Errorf("%s is %v, want %v", name, f.Get(name), value)
					}
				}
				if f.ID != (Value{Text, "a"}) || f.Number != i {
					t.Errorf("feature %d has the id %v", f.Number, f.ID)
				}
				return nil
			})
			if err != nil || i != len(collection.Features) {
				t.Fatalf("%d features, %v\n%s", i, err, data)
			}
		}
	}
}

// Numbers keep all their digits.
func TestNumbersAsWritten(t *testing.T) {
	err := Read(strings.NewReader(`{"type":"Feature","id":12345678901234567890,"geometry":null,"properties":{"a":11.10,"b":1e19,"c":-0}}`), "file", Options{}, func(f *Feature) error {
		if f.ID.Text != "12345678901234567890" || f.Get("a").Text != "11.10" || f.Get("b").Text != "1e19" || f.Get("c").Text != "-0" {
			t.Errorf("got %v", f)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWrong(t *testing.T) {
	const ring = `[[1,2],[3,2],[3,4],[1,2]]`
	for _, c := range []struct{ in, says string }{
		{``, "no Feature"},
		{`{}`, `no "type"`},
		{`{"type":"Fature"}`, `"Fature"`},
		{`{"type":7}`, "type is not a text"},
		{`{"type":"Polygon","coordinates":[` + ring + `]}`, "a geometry alone"},
		{`{"type":"FeatureCollection"}`, "has no features"},
		{`{"type":"FeatureCollection","features":{}}`, "not a list"},
		{`{"type":"FeatureCollection","features":[7]}`, "a Feature should begin here"},
		{`{"type":"Feature","features":[]}`, "FeatureCollection"},
		{`{"type":"FeatureCollection","features":[{"type":"FeatureCollection","features":[]}]}`, "inside another"},
		{`{"type":"Feature","type":"Feature"}`, "occurs twice"},
		{`{"type":"Feature","properties":7}`, "not an object"},
		{`{"type":"Feature","geometry":{"type":"Polygon"}}`, "no coordinates"},
		{`{"type":"Feature","geometry":{"type":"GeometryCollection","coordinates":[1,2]}}`, "no geometries"},
		{`{"type":"Feature","geometry":{"type":"Curve","coordinates":[1,2]}}`, `"Curve"`},
		{`{"type":"Feature","geometry":{"type":"Polygon","coordinates":` + ring + `}}`, "nest 3 deep, not 2"},
		{`{"type":"Feature","geometry":{"type":"Polygon","coordinates":[` + ring + `,[[[1,2]]]]}}`, "unevenly"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":["1",2]}}`, "is none"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,null]}}`, "is none"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":[1]}}`, "longitude and latitude"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2,3,4,5]}}`, "more than 4 numbers"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":[1,1e400]}}`, "no number of degrees"},
		{`{"type":"Feature","geometry":{"type":"Point","coordinates":[[[[[1,2]]]]]}}`, "too deep"},
		{`{"type":"Feature","geometry":"x"}`, "an object or null"},
		{`{"type":"Feature","properties":{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}}`, "deeper than"},
		{`{"type":"Feature","properties":{"a":"` + strings.Repeat("x", maxText+1) + `"}}`, "a string of more than"},
		{`{"type":"Feature","properties":{"a":` + strings.Repeat("1", maxLiteral+1) + `}}`, "a number or word of more than"},
		{`{"type":"Feature","properties":{"a":tru}}`, "not JSON"},
		{`{"type":"Feature","properties":{"a":"` + "\xc3\x28" + `"}}`, "C3 28"},
		{`{"type":"Feature","properties":{"a":"x`, "cut short"},
		{`{"type":"Feature","properties":{}}` + "\n}", "not JSON"},
		{`{"type":"Feature","crs":{"type":"name","properties":{"name":"EPSG:32748"}},"properties":{}}`, "EPSG:32748"},
		{`{"type":"Feature","crs":"EPSG:4326","properties":{}}`, "not understood"},
	} {
		err := Read(strings.NewReader(c.in), "file", Options{}, func(*Feature) error { return nil })
		if sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 600 {
			t.Errorf("%.80s: got %v; want %q", c.in, err, c.says)
		}
	}
	err := Read(strings.NewReader(`{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":[[1,2],[1,2],[1,2]]}}`), "file", Options{MaxPositions: 2}, func(*Feature) error { return nil })
	if sentra.ErrorCode(err) != sentra.CodeLimitExceeded {
		t.Errorf("too many positions: %v", err)
	}
	stop := errors.New("stop")
	if err := Read(strings.NewReader(`{"type":"Feature","properties":{}}`), "file", Options{}, func(*Feature) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the caller's error: %v", err)
	}
}

// Reading endless spaces takes linear time.
func TestBlanks(t *testing.T) {
	in := `{"type":` + strings.Repeat(" \n", 8<<20) + `"Feature","properties":{"a":"` + strings.Repeat(" ", 5000) + `"}}`
	err := Read(strings.NewReader(in), "file", Options{}, func(f *Feature) error {
		if len(f.Get("a").Text) != 5000 {
			t.Errorf("a text lost blanks: %d are left", len(f.Get("a").Text))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"type":"Feature","id":"a","properties":{"a":1},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4],[1,2]]]}}`,
		`{"type":"FeatureCollection","features":[],"crs":null}`, "\x1e{}\n", `{"type":"Feature","geometry":{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[]}]}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := Read(bytes.NewReader(data), "fuzz", Options{MaxPositions: 1000}, func(*Feature) error { return nil })
		if err != nil && sentra.ErrorCode(err) != sentra.CodeBadUserInput && sentra.ErrorCode(err) != sentra.CodeLimitExceeded {
			t.Errorf("%v has the code %s", err, sentra.ErrorCode(err))
		}
	})
}
