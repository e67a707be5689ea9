package graph_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// coast is a ring of n positions around the country, as jagged as a coast.
func coast(n int) map[string]any {
	ring := make([][2]float64, n+1)
	for i := range ring {
		turn, radius := 2*math.Pi*float64(i%n)/float64(n), 18*(1-0.0002*float64(i%n%2))
		ring[i] = [2]float64{118 + radius*math.Cos(turn), -2 + radius/2*math.Sin(turn)}
	}
	return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}
}

// comb is a ring of n teeth from one end of the country to the other.
func comb(n int) map[string]any {
	var ring [][2]float64
	for i := range n {
		ring = append(ring, [2]float64{95 + 46*float64(i)/float64(n), -10 + 14*float64(i%2)})
	}
	ring = append(ring, [2]float64{141.5, 5}, [2]float64{141.5, -11}, [2]float64{94.9, -11}, ring[0])
	return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{ring}}
}

// TestPolygonsAreBounded asserts that with any polygons, whatever their cost, the
// work is limited, in steps and so in CPU time, and ends with the deadline.
func TestPolygonsAreBounded(t *testing.T) {
	many := func(n int, filter string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "a%d: regions(filter: {%s: $p}) { totalCount } ", i, filter)
		}
		return "query($p: GeoJSON) { " + text.String() + "}"
	}
	const one = `query($f: RegionFilter) { regions(filter: $f) { totalCount } }`
	const clusters = `query($f: ClusterFilter) { clusters(filter: $f) { totalCount } }`
	or := func(n, positions int) map[string]any {
		polygons := make([]any, n)
		for i := range polygons {
			polygons[i] = map[string]any{"intersects": coast(positions + i%3)}
		}
		return map[string]any{"f": map[string]any{"or": polygons}}
	}
	of := func(name string, polygon any) map[string]any {
		return map[string]any{"f": map[string]any{name: polygon}}
	}
	for _, c := range []struct {
		name, query string
		variables   map[string]any
		// refused means that the result must be LIMIT_EXCEEDED.
		refused bool
	}{
		{"or of 200 polygons of 500", one, or(200, 500), false},
		{"or of 200 polygons of 100", one, or(200, 100), false},
		{"one of 20,000 under 100 aliases", many(100, "within"), map[string]any{"p": coast(20_000)}, false},
		{"one of 500 under 100 aliases", many(100, "within"), map[string]any{"p": coast(500)}, false},
		{"one of 99,000", one, of("within", coast(99_000)), false},
		{"clusters in one of 99,000", clusters, of("within", coast(99_000)), false},
		{"a comb of 99,000", one, of("within", comb(99_000)), true},
		{"a comb of 5,000", one, of("within", comb(5_000)), true},
		{"clusters in a comb of 5,000", clusters, of("within", comb(5_000)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := string(must(json.Marshal(map[string]any{"query": c.query, "variables": c.variables})))
			ask := func(allowed time.Duration) (codes map[string]int, took, processor time.Duration) {
				config := app.Config{HTTP: httpserver.DefaultConfig(), Holder: shared.holder, Now: servertest.Clock}
				config.HTTP.AnswerCache, config.HTTP.MaxComplexity, config.HTTP.Timeout = 0, math.MaxInt, allowed
				handler := must(app.New(t.Context(), config)).Server.Handler()
				request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(text))
				request.Header.Set("Content-Type", "application/json")
				recorder := httptest.NewRecorder()
				begun, used := time.Now(), processorTime(t)
				handler.ServeHTTP(recorder, request)
				took, processor = time.Since(begun), processorTime(t)-used
				var got answer
				if err := json.Unmarshal(recorder.Body.Bytes(), &got); err != nil {
					t.Fatal(err, recorder.Body)
				}
				codes = map[string]int{}
				for _, fault := range got.Errors {
					codes[fault.Extensions.Code]++
				}
				return codes, took, processor
			}
			codes, took, processor := ask(time.Minute)
			t.Logf("%v, %v of CPU time, %v", took, processor, codes)
			if processor > 3*time.Second || len(codes) > 1 || (codes["LIMIT_EXCEEDED"] > 0) != c.refused || codes["LIMIT_EXCEEDED"] == 0 && len(codes) > 0 {
				t.Errorf("%v of CPU time, %v", processor, codes)
			}
			if quick := processor < 400*time.Millisecond; quick {
				return
			}
			const allowed = 100 * time.Millisecond
			codes, took, _ = ask(allowed)
			t.Logf("under a deadline: %v, %v", took, codes)
			if took > allowed+800*time.Millisecond || codes["DEADLINE_EXCEEDED"] == 0 && codes["LIMIT_EXCEEDED"] == 0 {
				t.Errorf("under a deadline: %v, %v", took, codes)
			}
		})
	}
}
