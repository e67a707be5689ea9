package model

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestPointInput(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  orb.Point
		path  string
	}{
		{"numbers of JSON", map[string]any{"lon": json.Number("106.5"), "lat": json.Number("-6")}, orb.Point{106.5, -6}, ""},
		{"literals", map[string]any{"lon": int64(107), "lat": -6.25}, orb.Point{107, -6.25}, ""},
		{"a word for lon", map[string]any{"lon": "east", "lat": 1.0}, orb.Point{}, "lon"},
		{"a truth for lat", map[string]any{"lon": 1.0, "lat": true}, orb.Point{}, "lat"},
		{"a list", []any{1.0, 2.0}, orb.Point{}, "-"},
	} {
		var p PointInput
		err := p.UnmarshalGQL(c.value)
		if c.path == "" {
			if err != nil || p.Orb() != c.want {
				t.Errorf("%s: %v, %v", c.name, p, err)
			}
			continue
		}
		var coded *sentra.Error
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || c.path != "-" && (len(coded.Path) != 1 || coded.Path[0] != c.path) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestMultiPoint(t *testing.T) {
	position := func(numbers ...any) []any { return numbers }
	for _, c := range []struct {
		name  string
		value any
		want  MultiPoint
		path  string
	}{
		{"numbers of JSON", map[string]any{"type": "MultiPoint", "coordinates": []any{position(json.Number("106.5"), json.Number("-6")), position(1.5, int64(2))}}, MultiPoint{{106.5, -6}, {1.5, 2}}, ""},
		{"with a height", map[string]any{"type": "MultiPoint", "coordinates": []any{position(1.0, 2.0, 30.0)}}, MultiPoint{{1, 2}}, ""},
		{"empty", map[string]any{"type": "MultiPoint", "coordinates": []any{}}, MultiPoint{}, ""},
		{"another geometry", map[string]any{"type": "Point", "coordinates": position(1.0, 2.0)}, nil, "-"},
		{"a text", `{"type": "MultiPoint"}`, nil, "-"},
		{"no coordinates", map[string]any{"type": "MultiPoint"}, nil, "coordinates"},
		{"too short a position", map[string]any{"type": "MultiPoint", "coordinates": []any{position(1.0, 2.0), position(1.0)}}, nil, "coordinates.1"},
		{"a word", map[string]any{"type": "MultiPoint", "coordinates": []any{position(1.0, "north")}}, nil, "coordinates.0.1"},
	} {
		var got MultiPoint
		err := got.UnmarshalGQL(c.value)
		if c.path == "" {
			if err != nil || !slices.Equal(got, c.want) || got == nil {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
			continue
		}
		var coded *sentra.Error
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || strings.Join(coded.Path, ".") != strings.TrimPrefix(c.path, "-") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
