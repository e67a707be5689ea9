package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// scattered returns n points over Indonesia, land and sea.
func scattered(random *rand.Rand, n int) []map[string]any {
	points := make([]map[string]any, n)
	for i := range points {
		points[i] = map[string]any{"lon": 95 + random.Float64()*46, "lat": -11 + random.Float64()*17}
	}
	return points
}

// TestManyPointsAtOnce: 1,000 points in one list, and as 1,000 aliases with the
// default limits of the server, have the same results as each on its own.
func TestManyPointsAtOnce(t *testing.T) {
	points := scattered(rand.New(rand.NewPCG(1, 2)), 1000)
	type place struct {
		Province, Regency *struct{ Code, AsOf string }
	}
	code := func(p *struct{ Code, AsOf string }) string {
		if p == nil {
			return ""
		}
		return p.Code + " " + p.AsOf
	}
	const day = "2017-12-25"
	many := ask(t, shared.url, `query($points: [PointInput!]!) { regionsAtMany(points: $points, asOf: "`+day+`") { province { code asOf } regency { code asOf } } }`, map[string]any{"points": points})
	var list struct{ RegionsAtMany []place }
	if err := json.Unmarshal(many.Data, &list); err != nil || len(list.RegionsAtMany) != len(points) {
		t.Fatalf("%d answers, %v, %+v", len(list.RegionsAtMany), err, many.Errors)
	}
	positions := make([][2]any, len(points))
	for i, p := range points {
		positions[i] = [2]any{p["lon"], p["lat"]}
	}
	asGeoJSON := ask(t, shared.url, `query($points: GeoJSONMultiPoint) { regionsAtMany(multiPoint: $points, asOf: "`+day+`") { province { code asOf } regency { code asOf } } }`,
		map[string]any{"points": map[string]any{"type": "MultiPoint", "coordinates": positions}})
	if string(asGeoJSON.Data) != string(many.Data) {
		t.Errorf("as GeoJSON the points are answered otherwise: %.300s %+v", asGeoJSON.Data, asGeoJSON.Errors)
	}
	var query strings.Builder
	for i, p := range points {
		fmt.Fprintf(&query, "p%d: regionsAt(point: {lon: %v, lat: %v}, asOf: %q) { ...codes }\n", i, p["lon"], p["lat"], day)
	}
	aliased := ask(t, shared.url, "{"+query.String()+"} fragment codes on RegionsAt { province { code asOf } regency { code asOf } }", nil)
	var byAlias map[string]place
	if err := json.Unmarshal(aliased.Data, &byAlias); err != nil || len(byAlias) != len(points) {
		t.Fatalf("%d answers, %v, %+v", len(byAlias), err, aliased.Errors)
	}
	on, err := shared.holder.Atlas().On(sentra.MustDate(day))
	if err != nil {
		t.Fatal(err)
	}
	land := 0
	for i, p := range points {
		want, err := on.At([2]float64{p["lon"].(float64), p["lat"].(float64)}, 0)
		if err != nil {
			t.Fatal(err)
		}
		province, regency := "", ""
		if want.Regency != nil {
			land++
			province, regency = string(want.Province.Code)+" "+day, string(want.Regency.Code)+" "+day
		}
		for _, got := range []place{list.RegionsAtMany[i], byAlias[fmt.Sprint("p", i)]} {
			if code(got.Province) != province || code(got.Regency) != regency {
				t.Errorf("%v: got %q in %q, want %q in %q", p, code(got.Regency), code(got.Province), regency, province)
			}
		}
	}
	if land < 150 {
		t.Errorf("only %d points on land", land)
	}
}

// TestNearest: the provinces nearest to Bali are Jawa Timur across its strait and
// Nusa Tenggara Barat across Lombok's; Papua Tengah did not exist in 2017.
func TestNearest(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{`{region(code: "51") { nearest(first: 2) { region { code } } regencies: nearest(first: 1, level: REGENCY) { region { name asOf } } } }`,
			`{"region":{"nearest":[{"region":{"code":"35"}},{"region":{"code":"52"}}],"regencies":[{"region":{"name":"Kabupaten Banyuwangi","asOf":"2026-11-24"}}]}}`},
		// Nabire borders Papua, which it belonged to until 2022, and Papua Barat; its own
		// province is left out.
		{`{region(code: "94.01") { now: nearest(first: 1, level: PROVINCE) { distanceMetres region { code } } then: nearest(first: 1, level: PROVINCE, asOf: "2017-12-25") { distanceMetres region { code asOf } } } }`,
			`{"region":{"now":[{"distanceMetres":0,"region":{"code":"91"}}],"then":[{"distanceMetres":0,"region":{"code":"92","asOf":"2017-12-25"}}]}}`},
	} {
		if got := ask(t, shared.url, c.query, nil); string(got.Data) != c.want {
			t.Errorf("got  %s %+v\nwant %s", got.Data, got.Errors, c.want)
		}
	}
	for argument, query := range map[string]string{
		"first": `{region(code: "51") { nearest(first: 0) { distanceMetres } } }`,
		"asOf":  `{region(code: "51") { nearest(asOf: "1999-01-01") { distanceMetres } } }`,
	} {
		if got := ask(t, shared.url, query, nil); len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" || !slices.Equal(got.Errors[0].Extensions.Argument, []string{argument}) {
			t.Errorf("%s: got %+v", query, got)
		}
	}
}

// TestPolygonFilters: a square of a tenth of a degree in Nabire is in the regency and
// its province; the province of Bali is in its bounding box, and the box is in none.
func TestPolygonFilters(t *testing.T) {
	square := func(west, south, side float64) map[string]any {
		return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}, {west, south}}}}
	}
	for _, c := range []struct {
		name   string
		filter map[string]any
		want   string
	}{
		{"contains", map[string]any{"contains": square(135.5, -3.5, 0.1)}, "Papua, Kabupaten Nabire"},
		{"contains, at sea", map[string]any{"contains": square(110, -10, 0.1)}, ""},
		{"contains, across a border", map[string]any{"contains": square(114, -8.8, 2), "level": "PROVINCE"}, ""},
		{"within", map[string]any{"within": square(114.2, -9.2, 1.6), "level": "PROVINCE"}, "Bali"},
		{"intersects", map[string]any{"intersects": square(115.1, -8.5, 0.1), "level": "PROVINCE"}, "Bali"},
		{"both", map[string]any{"contains": square(115.1, -8.5, 0.1), "intersects": square(115.1, -8.5, 0.1), "level": "PROVINCE"}, "Bali"},
		{"not", map[string]any{"not": map[string]any{"contains": square(135.5, -3.5, 0.1)}, "codes": []string{"94.01", "94.06"}}, "Kabupaten Dogiyai"},
	} {
		got := ask(t, shared.url, `query($f: RegionFilter) { regions(filter: $f, asOf: "2017-12-25") { edges { overlapShare node { name areaKm2 } } } }`, map[string]any{"f": c.filter})
		var list struct {
			Regions struct {
				Edges []struct {
					OverlapShare *float64
					Node         struct {
						Name    string
						AreaKm2 float64
					}
				}
			}
		}
		if err := json.Unmarshal(got.Data, &list); err != nil {
			t.Fatalf("%s: %v %+v", c.name, err, got.Errors)
		}
		var names []string
		for _, edge := range list.Regions.Edges {
			names = append(names, edge.Node.Name)
			switch {
			case c.name == "not":
				if edge.OverlapShare != nil {
					t.Errorf("%s: a share of %v", c.name, *edge.OverlapShare)
				}
			case edge.OverlapShare == nil || c.name == "within" && *edge.OverlapShare < 0.999:
				t.Errorf("%s: no share, or too small a one", c.name)
			case c.name == "contains":
				// The square's sides are 11.13 km at the equator.
				if km2 := *edge.OverlapShare * edge.Node.AreaKm2; math.Abs(km2-11.132*11.132*math.Cos(3.45*math.Pi/180)) > 0.2 {
					t.Errorf("%s: %v square kilometres of %s lie in the square", c.name, km2, edge.Node.Name)
				}
			}
		}
		if strings.Join(names, ", ") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, names, c.want)
		}
	}
}

// BenchmarkPoints answers 1,000 points per query, different ones each time, in
// process: as one list in a variable, and as aliases.
func BenchmarkPoints(b *testing.B) {
	resolver := &graph.Resolver{Holder: shared.holder, Now: servertest.Clock}
	exec := executor.New(graph.NewSchema(resolver))
	random := rand.New(rand.NewPCG(3, 4))
	const each = `{ province { code } regency { code } }`
	run := func(b *testing.B, params *graphql.RawParams) {
		ctx, _, _ := resolver.OneAtlas(graphql.StartOperationTrace(context.Background()))
		operation, errs := exec.CreateOperationContext(ctx, params)
		if len(errs) > 0 {
			b.Fatal(errs)
		}
		responses, ctx := exec.DispatchOperation(ctx, operation)
		if got := responses(ctx); len(got.Errors) > 0 || len(got.Data) < 1000 {
			b.Fatalf("%d bytes, %v", len(got.Data), got.Errors)
		}
	}
	b.Run("list", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			var points []any
			for _, p := range scattered(random, 1000) {
				points = append(points, p)
			}
			b.StartTimer()
			run(b, &graphql.RawParams{Query: `query($points: [PointInput!]!) { regionsAtMany(points: $points) ` + each + ` }`, Variables: map[string]any{"points": points}})
		}
	})
	b.Run("aliases", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			b.StopTimer()
			var query strings.Builder
			for i, p := range scattered(random, 1000) {
				fmt.Fprintf(&query, "p%d: regionsAt(point: {lon: %v, lat: %v}) %s\n", i, p["lon"], p["lat"], each)
			}
			b.StartTimer()
			run(b, &graphql.RawParams{Query: "{" + query.String() + "}"})
		}
	})
}

// Invalid points are rejected with the argument's path.
func TestManyPointsRefused(t *testing.T) {
	for _, c := range []struct{ name, arguments, path, says string }{
		{"none", ``, "points", "give points or multiPoint"},
		{"both", `points: [], multiPoint: {type: "MultiPoint", coordinates: []}`, "multiPoint", "cannot both be given"},
		{"swapped", `multiPoint: {type: "MultiPoint", coordinates: [[136.2, -4.1], [-4.1, 136.2]]}`, "multiPoint.coordinates.1.point.lat", "swapped"},
		{"another geometry", `multiPoint: {type: "Point", coordinates: [136.2, -4.1]}`, "multiPoint", "MultiPoint"},
		{"a short position", `multiPoint: {type: "MultiPoint", coordinates: [[136.2]]}`, "multiPoint.coordinates.0", "longitude and latitude"},
	} {
		t.Run(c.name, func(t *testing.T) {
			arguments := ""
			if c.arguments != "" {
				arguments = "(" + c.arguments + ")"
			}
			got := ask(t, shared.url, `{ regionsAtMany`+arguments+` { regency { code } } }`, nil)
			if len(got.Errors) != 1 {
				t.Fatalf("%d errors: %+v", len(got.Errors), got.Errors)
			}
			e := got.Errors[0]
			if e.Extensions.Code != "BAD_USER_INPUT" || strings.Join(e.Extensions.Argument, ".") != c.path || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %+v", e)
			}
		})
	}
}
