package graph_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// BenchmarkAnswer makes answers through the whole server but the network, none of
// them kept: what make bench-peers asks over HTTP.
func BenchmarkAnswer(b *testing.B) {
	config := httpserver.DefaultConfig()
	config.AnswerCache = 0
	server := must(app.New(b.Context(), app.Config{Holder: shared.holder, HTTP: config, Now: servertest.Clock})).Server
	points, positions := make([]map[string]float64, 1000), make([][2]float64, 1000)
	for i := range points {
		positions[i] = [2]float64{107 + float64(i)*0.005, -7 + float64(i%7)*0.01}
		points[i] = map[string]float64{"lon": 107 + float64(i)*0.005, "lat": -7 + float64(i%7)*0.01}
	}
	for _, c := range []struct {
		name, query string
		variables   map[string]any
	}{
		{"title", `{ regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { totalCount nodes { code name kind parent { code name } } } }`, nil},
		{"clusters", `{ clusters(first: 50) { nodes { name location { point { lon lat } } regions { code name kind } } } }`, nil},
		{"boundaries", `{ regions(filter: {level: REGENCY}, first: 514) { nodes { code name boundary(toleranceMetres: 1000) } } }`, nil},
		{"region", `{ region(code: "94.06") { code name kind areaKm2 labelPoint { lon lat } parent { code name } } }`, nil},
		{"points", `query($points: [PointInput!]!) { regionsAtMany(points: $points) { regency { code } } }`, map[string]any{"points": points}},
		{"multipoint", `query($points: GeoJSONMultiPoint) { regionsAtMany(multiPoint: $points) { regency { code } } }`,
			map[string]any{"points": map[string]any{"type": "MultiPoint", "coordinates": positions}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			body := must(json.Marshal(map[string]any{"query": c.query, "variables": c.variables}))
			b.ReportAllocs()
			begun := processorTime(b)
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				recorder := httptest.NewRecorder()
				server.Handler().ServeHTTP(recorder, request)
				if recorder.Code != http.StatusOK || bytes.HasPrefix(recorder.Body.Bytes(), []byte(`{"errors"`)) {
					b.Fatalf("%d: %.300s", recorder.Code, recorder.Body)
				}
			}
			b.ReportMetric(float64(processorTime(b)-begun)/float64(b.N), "cpu-ns/op")
		})
	}
}
