package graph_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestParseFilter(t *testing.T) {
	yes, no := true, false
	square := orb.MultiPolygon{{{{110, -8}, {112, -8}, {112, -7}, {110, -7}, {110, -8}}}}
	for _, c := range []struct {
		text string
		want *sentra.RegionFilter
	}{
		{`null`, nil},
		{`{}`, &sentra.RegionFilter{}},
		{` {"level": "PROVINCE", "affirmative": true, "hostsClusters": false} `,
			&sentra.RegionFilter{Level: sentra.LevelProvince, Affirmative: &yes, HostsClusters: &no}},
		// A single value is coerced to a list.
		{`{"codes": "94.06", "kind": ["CITY", "REGENCY"]}`,
			&sentra.RegionFilter{Codes: []sentra.RegionCode{"94.06"}, Kinds: []sentra.RegionKind{sentra.KindCity, sentra.KindRegency}}},
		{`{"designation": "ANY", "parent": null}`, &sentra.RegionFilter{Designations: sentra.DesignationKinds[:]}},
		{`{"bbox": {"west": 110, "south": -8, "east": 112.5, "north": -7}, "within": {"type": "Polygon", "coordinates": [[[110,-8],[112,-8],[112,-7],[110,-7],[110,-8]]]}}`,
			&sentra.RegionFilter{BBox: &sentra.BBox{West: 110, South: -8, East: 112.5, North: -7}, Within: square}},
		{`{"not": {"or": [{"clusters": {"phase": "2017"}}, {"near": {"point": {"lon": 110, "lat": -7}, "radius": 5000}}]}}`,
			&sentra.RegionFilter{Not: &sentra.RegionFilter{Or: []*sentra.RegionFilter{{Clusters: &sentra.ClusterFilter{Phase: "2017"}},
				{Near: &sentra.Near{Point: orb.Point{110, -7}, Radius: 5000}}}}}},
	} {
		got, err := graph.ParseRegionFilter(c.text)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v", c.text, got, err)
		}
	}
	got, err := graph.ParseClusterFilter(`{"product": "kopi", "regions": {"codes": ["94.06"]}, "initialTarget": false}`)
	want := &sentra.ClusterFilter{Product: "kopi", InitialTarget: &no, Regions: &sentra.RegionFilter{Codes: []sentra.RegionCode{"94.06"}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// An error has the same path and message as GraphQL's for the same object in a
// variable named filter.
func TestParseFilterErrors(t *testing.T) {
	for _, c := range []struct{ text, path, says string }{
		{`{"bbox": {"west": "far", "south": 1, "east": 2, "north": 3}}`, "filter.bbox.west", `"far" is not a valid Float; give a number, without quotes`},
		{`{"bbox": {"west": 1}}`, "filter.bbox.south", "must be defined"},
		{`{"code": "94.06"}`, "filter.code", "unknown field of RegionFilter; did you mean codes?"},
		{`{"near": {"point": {"lon": 1, "lad": 2}, "radius": 3}}`, "filter.near.point.lad", "unknown field of PointInput; did you mean lat or lon?"},
		{`{"colour": "red", "x": 1, "level": "VILLAGE"}`, "filter.colour", "unknown field of RegionFilter; it has codes, level, "},
		{`{"or": [{}, {"not": {"` + strings.Repeat("codes", 20) + `": "red"}}]}`, "filter.or.1.not." + strings.Repeat("codes", 20), "unknown field of RegionFilter; it has codes, level, "},
		{`{"level": "VILLAGE"}`, "filter.level", "VILLAGE is not a valid RegionLevel"},
		{`{"level": "province"}`, "filter.level", "province is not a valid RegionLevel; give one of PROVINCE, REGENCY"},
		{`{"kind": ["CITY", "city"]}`, "filter.kind.1", "city is not a valid RegionKind"},
		{`{"codes": ["94.06", "Dogiyai"]}`, "filter.codes.1", "not a region code"},
		{`{"codes": ["94.06", null]}`, "filter.codes.1", "cannot be null"},
		{`{"within": "{}"}`, "filter.within", "as an object"},
		{`{"within": {"type": "Polygon", "coordinates": [[[110,-8],[112,-8],[112,-7],[110,-7]]]}}`, "filter.within.coordinates", "open"},
		{`{"clusters": {"region": "x"}}`, "filter.clusters.region", "not a region code"},
		{`{"name": ""}`, "filter.name", "empty"},
		{`{"affirmative": "yes"}`, "filter.affirmative", `"yes" is not a valid Boolean; give true or false, without quotes`},
		{`[]`, "filter", "must be a RegionFilter, not a slice"},
		{`"x"`, "filter", "must be a RegionFilter"},
	} {
		_, err := graph.ParseRegionFilter(c.text)
		var coded *sentra.Error
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || strings.Join(coded.Path, ".") != c.path || !strings.Contains(coded.Message, c.says) {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		var filter any
		if err := json.Unmarshal([]byte(c.text), &filter); err != nil {
			t.Fatal(err)
		}
		answer := ask(t, shared.url, `query($filter: RegionFilter) { regions(filter: $filter) { totalCount } }`, map[string]any{"filter": filter})
		if len(answer.Errors) != 1 || answer.Errors[0].Message != coded.Message || strings.Join(answer.Errors[0].Extensions.Argument, ".") != c.path {
			t.Errorf("%s: GraphQL says %+v, the parser %v", c.text, answer.Errors, err)
		}
	}
	for _, text := range []string{``, `{`, `{"level": }`, `{} {}`, `{level: "PROVINCE"}`} {
		_, err := graph.ParseRegionFilter(text)
		var coded *sentra.Error
		if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || strings.Join(coded.Path, ".") != "filter" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Any text results in a filter or a BAD_USER_INPUT that begins with filter.
func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{`{"codes":"94","and":{"or":[{"kind":"CITY"}]}}`, `{"near":{"point":{"lon":1,"lat":2},"radius":1e3}}`,
		`{"within":{"type":"Polygon","coordinates":[[[1,1],[2,1],[2,2],[1,1]]]}}`, `{"clusters":{"phase":"2017","not":{}}}`, `{"codes":[[1]]}`, `{"name":7}`, `[[]]`, `null`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, regions := graph.ParseRegionFilter(text)
		_, clusters := graph.ParseClusterFilter(text)
		for _, err := range []error{regions, clusters} {
			var coded *sentra.Error
			if err != nil && (!errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || len(coded.Path) == 0 || coded.Path[0] != "filter") {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
