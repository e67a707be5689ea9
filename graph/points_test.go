package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// scattered gives n points over Indonesia, land and sea.
func scattered(random *rand.Rand, n int) []map[string]any {
	points := make([]map[string]any, n)
	for i := range points {
		points[i] = map[string]any{"lon": 95 + random.Float64()*46, "lat": -11 + random.Float64()*17}
	}
	return points
}

// TestManyPointsAtOnce: 1,000 points in one list, and as 1,000 aliases under the
// limits the server has by default, are answered like each on its own.
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
	var query strings.Builder
	for i, p := range points {
		fmt.Fprintf(&query, "p%d: regionsAt(point: {lon: %v, lat: %v}, asOf: %q) { ...codes }\n", i, p["lon"], p["lat"], day)
	}
	aliased := ask(t, shared.url, "{"+query.String()+"} fragment codes on RegionsAt { province { code asOf } regency { code asOf } }", nil)
	var byAlias map[string]place
	if err := json.Unmarshal(aliased.Data, &byAlias); err != nil || len(byAlias) != len(points) {
		t.Fatalf("%d answers, %v, %+v", len(byAlias), err, aliased.Errors)
	}
	land := 0
	for i, p := range points {
		want, err := shared.holder.Atlas().At([2]float64{p["lon"].(float64), p["lat"].(float64)}, 0, sentra.MustDate(day))
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

// BenchmarkPoints answers 1,000 points a query, other ones every time, in
// process: as one list in a variable, and as aliases.
func BenchmarkPoints(b *testing.B) {
	resolver := &graph.Resolver{Holder: shared.holder, Now: func() time.Time { return today }}
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
