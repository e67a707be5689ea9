package graph_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// BenchmarkAnswer answers the queries of make bench-peers with the whole server
// except the network, without the answer cache.
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

// BenchmarkScreeningHTTP screens all 514 regencies and cities on one product over
// HTTP, with 100,000 more clusters and without the answer cache. The target is 20 ms.
func BenchmarkScreeningHTTP(b *testing.B) {
	holder := must(atlas.NewHolder(b.Context(), &changing{data: manyClusters(b, 100_000)}, slog.New(slog.DiscardHandler)))
	config := httpserver.DefaultConfig()
	config.AnswerCache = 0
	listening := httptest.NewServer(must(app.New(b.Context(), app.Config{Holder: holder, HTTP: config, Now: servertest.Clock})).Server.Handler())
	defer listening.Close()
	for name, query := range map[string]string{
		"scores": `{ screening(product: "tenun") { totalCount rows(first: 514) { region { code name } lower upper } } }`,
		"reasons": `{ screening(product: "tenun", filter: {facilitators: {withinMetres: 100000, known: false}}) { totalCount
			rows(first: 50) { region { code name } lower upper fundYears { fund years } facilitators { outcome } nearestClusters { distanceMetres cluster { key } } findings { element outcome reason } } } }`,
	} {
		b.Run(name, func(b *testing.B) {
			body := must(json.Marshal(map[string]any{"query": query}))
			var took []time.Duration
			for b.Loop() {
				start := time.Now()
				response := must(http.Post(listening.URL+"/graphql", "application/json", bytes.NewReader(body)))
				answer := must(io.ReadAll(response.Body))
				response.Body.Close()
				if took = append(took, time.Since(start)); response.StatusCode != http.StatusOK || bytes.HasPrefix(answer, []byte(`{"errors"`)) {
					b.Fatalf("%d: %.300s", response.StatusCode, answer)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[0].Microseconds())/1000, "least-ms")
		})
	}
}

// profileQuery selects everything that the record has about one region.
const profileQuery = `query($code: String!) { region(code: $code) {
	code bpsCode isoCode pCode codes { system value validFrom validTo } name names { name kind validFrom validTo } kind level parent { code name }
	predecessors { date law region { code name } } successors { date law region { code name } } validFrom validTo areaKm2 labelPoint { lon lat } bbox { west south east north }
	neighbours { sharedBorderKm region { code name } }
	designations { kind regulation validFrom validTo confidence sources { title url } }
	affirmative { answer confidence kinds { kind answer reason coverage { regulation complete note } } }
	supports { fund year amountIdr place purpose confidence sources { title url date } }
	facilitators { kind year count note sources { title url } } externalCounts { by year count note }
	candidates { named initialTarget phase { key } decision { outcome reason } assessments { ground element outcome evidence } sources { title } }
	events { kind date what value sources { title } }
	screening { lower upper fundYears { fund years } facilitators { outcome reason } nearestClusters { distanceMetres cluster { name } } findings { element outcome reason } }
	clusterCount clusters(first: 100) { totalCount nodes { key name status place firstYear confidence products { key name } figures { units workers year } sources { title url } } }
	sources { title url } } }`

// BenchmarkProfile queries the content of one region's page, without the answer
// cache. The target is 2 ms.
func BenchmarkProfile(b *testing.B) {
	config := httpserver.DefaultConfig()
	config.AnswerCache = 0
	server := must(app.New(b.Context(), app.Config{Holder: shared.holder, HTTP: config, Now: servertest.Clock})).Server
	// Regions with seventeen clusters, with one of the programme's, with support
	// (Meranti), and a province.
	for _, code := range []string{"35.28", "94.06", "14.10", "53"} {
		b.Run(code, func(b *testing.B) {
			body := must(json.Marshal(map[string]any{"query": profileQuery, "variables": map[string]string{"code": code}}))
			var took []time.Duration
			for b.Loop() {
				request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
				request.Header.Set("Content-Type", "application/json")
				recorder := httptest.NewRecorder()
				start := time.Now()
				server.Handler().ServeHTTP(recorder, request)
				if took = append(took, time.Since(start)); recorder.Code != http.StatusOK || bytes.HasPrefix(recorder.Body.Bytes(), []byte(`{"errors"`)) {
					b.Fatalf("%d: %.300s", recorder.Code, recorder.Body)
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[0].Microseconds())/1000, "least-ms")
		})
	}
}
