// Package exports tests Sentra's exports with independent programs.
package exports

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/servertest"
)

var server *servertest.Server

func TestMain(m *testing.M) { servertest.Main(m, &server) }

// node runs a script and returns its output.
func node(t *testing.T, script string, arguments ...string) []byte {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the npm packages are missing; run `make setup-test`")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "node", append([]string{script}, arguments...)...)
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%.4000s", script, err, problems.String())
	}
	return out
}

// The counts are those of the regions and clusters of the day.
func TestGeoJSON(t *testing.T) {
	cases := []struct {
		path     string
		features int
		// rings is the minimum number of rings: Indonesia has many islands.
		rings int
	}{
		{"/regions.geojson?zoom=6", 552, 2000},
		{"/regions.geojson?toleranceMetres=5000&precision=3", 552, 552},
		{"/regions.geojson?asOf=2017-12-25&filter=%7B%22level%22:%22PROVINCE%22%7D", 34, 500},
		{"/regions.geojson?zoom=3&precision=1", 552, 552},
		{"/regions.geojson?zoom=0&precision=0", 552, 552},
		{"/regions.geojson?geometry=point", 552, 0},
		{"/regions.geojson?geometry=none", 552, 0},
		{"/regions.ndjson?zoom=4", 552, 552},
		{"/clusters.geojson", 390, 0},
		{"/clusters.ndjson?asOf=2016-12-31", 145, 0},
	}
	var urls []string
	for _, c := range cases {
		urls = append(urls, server.URL+c.path)
	}
	lines := strings.Split(strings.TrimSpace(string(node(t, "geojson.mjs", urls...))), "\n")
	if len(lines) != len(cases) {
		t.Fatalf("%d answers for %d files", len(lines), len(cases))
	}
	for i, c := range cases {
		var got struct{ Features, Rings int }
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Features != c.features || got.Rings < c.rings {
			t.Errorf("%s: %d features, %d rings", c.path, got.Features, got.Rings)
		}
		t.Logf("%s: %d features, %d rings", c.path, got.Features, got.Rings)
	}
}

// The three formats and GraphQL have the same values, in the same order.
func TestFormatsAgreeWithGraphQL(t *testing.T) {
	var got struct{ Questions, Compared int }
	if err := json.Unmarshal(node(t, "agree.mjs", server.URL), &got); err != nil {
		t.Fatal(err)
	}
	if got.Questions != 11 || got.Compared < 20_000 {
		t.Errorf("got %+v", got)
	}
	t.Logf("%d values compared", got.Compared)
}

// topojson-client decodes exactly the boundaries of the GeoJSON, and finds by shared
// arcs the same neighbours as GraphQL.
func TestTopoJSON(t *testing.T) {
	const level = "&filter=%7B%22level%22:%22REGENCY%22%7D"
	cases := []struct {
		query    string
		features int
		// shared is the minimum number of arcs with two users: the regencies and cities
		// make 990 pairs of neighbours.
		shared int
	}{
		{"precision=6" + level, 514, 1000},
		{"zoom=5&precision=5" + level, 514, 1000},
		{"zoom=5&winding=rfc7946" + level, 514, 1000},
		{"toleranceMetres=2000&precision=3", 552, 1000},
		{"asOf=2017-12-25&zoom=4&filter=%7B%22level%22:%22PROVINCE%22%7D", 34, 30},
		{"zoom=3&filter=%7B%22codes%22:%5B%2294.06%22%5D%7D", 1, 0},
	}
	arguments := []string{server.URL}
	for _, c := range cases {
		arguments = append(arguments, c.query)
	}
	lines := strings.Split(strings.TrimSpace(string(node(t, "topojson.mjs", arguments...))), "\n")
	if len(lines) != len(cases) {
		t.Fatalf("%d answers for %d files", len(lines), len(cases))
	}
	for i, c := range cases {
		var got struct {
			Features, Rings, Arcs, Shared, Borders, Bytes, GeojsonBytes int
			Neighbours                                                  map[string][]string
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil {
			t.Fatal(err)
		}
		if got.Features != c.features || got.Shared < c.shared || got.Rings < c.features || got.Features > 1 && got.Bytes > got.GeojsonBytes {
			t.Errorf("%s: %d features, %d rings, %d arcs, %d shared", c.query, got.Features, got.Rings, got.Arcs, got.Shared)
		}
		t.Logf("%s: %d features, %d rings, %d arcs, %d of them shared, %d bytes for the %d of GeoJSON", c.query, got.Features, got.Rings, got.Arcs, got.Shared, got.Bytes, got.GeojsonBytes)
		if i == 0 {
			checkNeighbours(t, got.Neighbours)
		}
	}
}

// checkNeighbours compares neighbours with those of GraphQL.
func checkNeighbours(t *testing.T, got map[string][]string) {
	t.Helper()
	response, err := http.Get(server.URL + "/graphql?query=" + url.QueryEscape(`{regions(first:1000,filter:{level:REGENCY}){nodes{code neighbours{region{code}}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Data struct {
			Regions struct {
				Nodes []struct {
					Code       string
					Neighbours []struct{ Region struct{ Code string } }
				}
			}
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	if len(answer.Data.Regions.Nodes) != 514 {
		t.Fatalf("%d regions", len(answer.Data.Regions.Nodes))
	}
	pairs := 0
	for _, region := range answer.Data.Regions.Nodes {
		want := []string{}
		for _, neighbour := range region.Neighbours {
			want = append(want, neighbour.Region.Code)
		}
		pairs += len(want)
		slices.Sort(want)
		slices.Sort(got[region.Code])
		if !slices.Equal(want, got[region.Code]) {
			t.Errorf("%s: by arcs %v, by GraphQL %v", region.Code, got[region.Code], want)
		}
	}
	t.Logf("%d pairs of neighbours agree", pairs/2)
}

// The OpenAPI document is valid, and every answer matches it.
func TestOpenAPI(t *testing.T) {
	var got struct{ Paths, Answers int }
	if err := json.Unmarshal(node(t, "openapi.mjs", server.URL), &got); err != nil {
		t.Fatal(err)
	}
	// Every route is in the document, and every path in it is requested; if some were
	// lost, fewer would be compared.
	if got.Paths < 51 || got.Answers < 100 {
		t.Errorf("got %+v", got)
	}
	t.Logf("%d answers compared with the document", got.Answers)
}

func BenchmarkExports(b *testing.B) {
	for _, path := range []string{"/regions.geojson", "/regions.geojson?zoom=6", "/regions.ndjson", "/regions.csv", "/regions.topojson?zoom=6", "/clusters.csv"} {
		b.Run(path[1:], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				response, err := http.Get(server.URL + path)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil || n == 0 {
					b.Fatalf("%d bytes, %v", n, err)
				}
				b.SetBytes(n)
			}
		})
	}
}
