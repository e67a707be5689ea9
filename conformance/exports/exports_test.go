// Package exports lets programs of others judge Sentra's exports.
package exports

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/servertest"
)

var server *servertest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = servertest.Start(context.Background(), "../.."); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// node runs a script and gives what it prints.
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
		// rings is the least number of rings: Indonesia has many islands.
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
		{"/clusters.geojson", 11, 0},
		{"/clusters.ndjson?asOf=2016-12-31", 6, 0},
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

// The three formats and GraphQL give the same values, in the same order.
func TestFormatsAgreeWithGraphQL(t *testing.T) {
	var got struct{ Questions, Compared int }
	if err := json.Unmarshal(node(t, "agree.mjs", server.URL), &got); err != nil {
		t.Fatal(err)
	}
	if got.Questions != 10 || got.Compared < 20_000 {
		t.Errorf("got %+v", got)
	}
	t.Logf("%d values compared", got.Compared)
}

// The OpenAPI document is right by itself, and every answer is as it says.
func TestOpenAPI(t *testing.T) {
	var got struct{ Paths, Answers int }
	if err := json.Unmarshal(node(t, "openapi.mjs", server.URL), &got); err != nil {
		t.Fatal(err)
	}
	// Seven exports, three routes of tiles, three for operation.
	if got.Paths != 13 || got.Answers < 100 {
		t.Errorf("got %+v", got)
	}
	t.Logf("%d answers compared with the document", got.Answers)
}
