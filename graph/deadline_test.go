package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	neturl "net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// manyClusters returns the dataset with n more clusters, all over the country.
func manyClusters(t testing.TB, n int) *sentra.Dataset {
	t.Helper()
	data := *must(shared.store.Load(t.Context()))
	clusters := data.Clusters.List()
	all := data.Clusters.List()
	for i := range n {
		c := *clusters[i%len(clusters)]
		c.Key = fmt.Sprintf("%s-%d", c.Key, i)
		c.NameEN, c.NameID = fmt.Sprintf("%s %d", c.NameEN, i), fmt.Sprintf("%s %d", c.NameID, i)
		c.Point = &orb.Point{95 + 46*float64(i%997)/997, -11 + 17*float64(i%499)/499}
		all = append(all, &c)
	}
	data.Clusters = sentra.NewClusters(all...)
	return &data
}

// largeWorld serves 100,000 clusters with a timeout, and without a cost limit.
func largeWorld(t *testing.T, allowed time.Duration) (w *world, address string) {
	t.Helper()
	holder, err := atlas.NewHolder(t.Context(), &changing{data: manyClusters(t, 100_000)}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w = &world{store: shared.store, holder: holder}
	config := httpserver.DefaultConfig()
	config.AnswerCache, config.MaxComplexity, config.Timeout = 0, math.MaxInt, allowed
	return w, w.serve(config)
}

// stop stops the servers of w.
func (w *world) stop() {
	for _, stop := range w.close {
		stop()
	}
}

// nearby is a filter, as JSON, of n circles that contain the whole country, so that
// each is measured.
func nearby(field string, n int) string {
	circles := make([]string, n)
	for i := range circles {
		circles[i] = fmt.Sprintf(`{"near": {"point": {"lon": %d, "lat": -2}, "radius": 8000000}}`, 95+i%40)
	}
	filter := `{"and": [` + strings.Join(circles, ", ") + `]}`
	if field != "" {
		filter = `{"` + field + `": ` + filter + `}`
	}
	return filter
}

// TestDeadlineReachesEverything sends a slow query for every root field with a
// deadline: it returns soon afterwards, with DEADLINE_EXCEEDED.
func TestDeadlineReachesEverything(t *testing.T) {
	// The slack is for reporting errors and for other load on the machine.
	const allowed, slack = 200 * time.Millisecond, 800 * time.Millisecond
	w, url := largeWorld(t, allowed)
	defer w.stop()
	// late sends a query and returns the codes of the errors; it must not take long.
	late := func(t *testing.T, query string, variables map[string]any) map[string]int {
		t.Helper()
		started := time.Now()
		got := ask(t, url, query, variables)
		took := time.Since(started)
		codes := map[string]int{}
		for _, fault := range got.Errors {
			codes[fault.Extensions.Code]++
		}
		t.Logf("%v, %d bytes, errors %v", took, len(got.Data), codes)
		if took > allowed+slack {
			t.Errorf("took %v: %.300s", took, must(json.Marshal(got.Errors)))
		}
		for code := range codes {
			if code != "DEADLINE_EXCEEDED" {
				t.Errorf("code %s", code)
			}
		}
		return codes
	}
	// Queries that need an index which is not built yet.
	for _, query := range []string{`{ search(text: "Dogiyai") { score } }`, `{ products { clusters { name } } }`, `{ regions { nodes { boundary } } }`,
		`{ clusters(orderBy: NAME, first: 1) { totalCount } }`, `{ clusters(orderBy: REGION, first: 1) { totalCount } }`} {
		t.Run("first "+query, func(t *testing.T) { late(t, query, nil) })
	}
	// The indexes are built nevertheless: soon the queries succeed.
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		if got := ask(t, url, `{ products { clusters { name } } regions(first: 1) { nodes { boundary } } clusters(orderBy: NAME, first: 1) { totalCount } }`, nil); len(got.Errors) == 0 {
			break
		} else if time.Since(begun) > time.Minute {
			t.Fatalf("after a minute: %+v", got.Errors)
		}
	}
	times := func(n int, each string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "a%d: %s ", i, each)
		}
		return "{ " + text.String() + "}"
	}
	var near []string
	for i := range 200 {
		near = append(near, fmt.Sprintf("{near: {point: {lon: %d, lat: -2}, radius: 3000000}}", 95+i%40))
	}
	var ring []string
	for i := range 800 {
		turn := 2 * math.Pi * float64(i) / 800
		radius := 20 * (1 - 0.3*float64(i%2))
		ring = append(ring, fmt.Sprintf("[%.4f, %.4f]", 118+radius*math.Cos(turn), -2+radius/2*math.Sin(turn)))
	}
	polygon := fmt.Sprintf(`{type: "Polygon", coordinates: [[%s, %s]]}`, strings.Join(ring, ", "), ring[0])
	points := strings.Repeat("{lon: 118, lat: -2}", 3000)
	key := shared.holder.Atlas().Data.Clusters.First(1)[0].Key
	var found struct{ Region struct{ ID string } }
	if got := ask(t, shared.url, `{ region(code: "94") { id } }`, nil); json.Unmarshal(got.Data, &found) != nil || found.Region.ID == "" {
		t.Fatalf("%+v", got)
	}
	id := found.Region.ID
	// Slow queries for each root field, the slowest first; a new field needs its own
	// case.
	slow := map[string][]string{
		"region": {times(900, `region(code: "94") { nearest(first: 100) { region { name } } children { neighbours { region { name } } } }`)},
		"regions": {
			times(900, `regions(first: 1, filter: {codes: ["94"]}) { nodes { nearest(first: 100) { distanceMetres } } }`),
			`{ regions(filter: {or: [` + strings.Join(near, ", ") + `]}) { totalCount } }`,
			`{ regions(filter: {within: ` + polygon + `}) { totalCount } }`,
			`{ regions(first: 1000) { nodes { boundary nearest(first: 100) { distanceMetres } } } }`,
			times(300, `regions(first: 1000) { nodes { clusters(first: 50) { nodes { name } } } }`),
		},
		"regionsAt":     {times(900, `regionsAt(point: {lon: 118, lat: -2}, toleranceMetres: 1000000) { regency { nearest(first: 100) { distanceMetres } } }`)},
		"regionsAtMany": {`{ regionsAtMany(points: [` + points + `], toleranceMetres: 1000000) { regency { nearest(first: 100) { distanceMetres } } } }`},
		"cluster":       {times(900, `cluster(key: "`+key+`") { regions { nearest(first: 100) { distanceMetres } } }`)},
		"clusters": {
			times(100, `clusters(filter: {regions: {affirmative: true}}, first: 1000) { nodes { name regions { name affirmative { answer } } } }`),
			`{ clusters(filter: {not: {within: ` + polygon + `}}, first: 1000) { totalCount } }`,
			`{ clusters(filter: {regions: {or: [` + strings.Join(near, ", ") + `]}}) { totalCount } }`,
		},
		"choropleth":    {times(100, `choropleth(by: REGION, measure: AFFIRMATIVE_CLUSTER_SHARE) { rows { value sources { title } } }`), times(100, `choropleth(by: PHASE, measure: AFFIRMATIVE_CLUSTER_COUNT) { rows { value } }`)},
		"clusterFacets": {times(300, `clusterFacets(filter: {regions: {affirmative: true}}) { totalCount }`), `{ clusterFacets(filter: {not: {within: ` + polygon + `}}) { totalCount } }`},
		"products":      {times(300, `products { clusters { name regions { name } } }`)},
		"programme":     {times(900, `programme { events { region { nearest(first: 100) { distanceMetres } } } }`)},
		"phases":        {times(300, `phases { clusters { name regions { name } } }`)},
		"designations":  {times(300, `designations { region { nearest(first: 100) { distanceMetres } } }`)},
		"sources":       {times(900, `sources { id title publisher url licence date }`)},
		"search":        {times(900, `search(text: "Dogiyaj kopi") { score }`)},
		"dataset":       {times(900, `dataset { designationCoverage { sources { title } } }`)},
		"node":          {times(900, `node(id: "`+id+`") { ... on Region { nearest(first: 100) { distanceMetres } } }`)},
		"nodes":         {times(100, `nodes(ids: [`+strings.Repeat(`"`+id+`" `, 100)+`]) { ... on Region { nearest(first: 100) { distanceMetres } } }`)},
		"supports":      {times(300, `supports(first: 1000) { nodes { region { nearest(first: 100) { distanceMetres } } } }`)},
		"facilitators":  {times(300, `facilitators { region { nearest(first: 100) { distanceMetres } } }`)},
		"coverage":      {times(900, `coverage { clusterCount region { nearest(first: 100) { distanceMetres } } }`)},
		"screening":     {times(300, `screening(product: "kopi") { rows(first: 1000) { region { name } findings { reason clusters { name } } } }`)},
		"dataQuality":   {times(300, `dataQuality { coverage { region { nearest(first: 100) { distanceMetres } } } }`)},
		"_service":      {times(10, `_service { sdl }`)},
		"_entities":     {times(100, `_entities(representations: [`+strings.Repeat(`{__typename: "Region", code: "94"} `, 20)+`]) { ... on Region { nearest(first: 100) { distanceMetres } } }`)},
	}
	t.Run("deferred", func(t *testing.T) {
		text := must(json.Marshal(map[string]string{"query": `{ region(code: "94.06") { name ... @defer ` + times(900, `nearest(first: 100) { distanceMetres }`) + ` } }`}))
		request := must(http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", bytes.NewReader(text)))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "multipart/mixed")
		started := time.Now()
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		all := string(must(io.ReadAll(response.Body)))
		first, rest, _ := strings.Cut(all, `"incremental"`)
		t.Logf("%v, %d bytes, %d late", time.Since(started), len(all), strings.Count(rest, "DEADLINE_EXCEEDED"))
		if took := time.Since(started); took > allowed+slack || !strings.Contains(first, "Kabupaten Dogiyai") || !strings.Contains(rest, "DEADLINE_EXCEEDED") || !strings.HasSuffix(strings.TrimSpace(all), "-----") {
			t.Errorf("took %v: %.500s", took, all)
		}
	})
	schema := graph.NewSchema(&graph.Resolver{Holder: w.holder, Now: servertest.Clock}).Schema()
	for _, field := range schema.Query.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		if len(slow[field.Name]) == 0 {
			t.Errorf("Query.%s has no case here", field.Name)
		}
		for i, query := range slow[field.Name] {
			t.Run(fmt.Sprintf("%s %d", field.Name, i), func(t *testing.T) {
				// _service returns a constant; its cost limits how much of it is written.
				if late(t, query, nil)["DEADLINE_EXCEEDED"] == 0 && i == 0 && field.Name != "_service" {
					t.Error("the time was enough: ask for something slower")
				}
			})
		}
	}
}

// processorTime is the CPU time that this process has used.
func processorTime(t testing.TB) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestClientLeaves asserts that after a client disconnects no more is done than two
// cores do in 100 ms.
func TestClientLeaves(t *testing.T) {
	w, url := largeWorld(t, 20*time.Second)
	defer w.stop()
	address := strings.TrimPrefix(url, "http://")
	choropleths := strings.Builder{}
	for i := range 300 {
		fmt.Fprintf(&choropleths, "a%d: choropleth(by: REGION, measure: AFFIRMATIVE_CLUSTER_SHARE) { rows { value sources { title } } } ", i)
	}
	posted := func(accept, query string) string {
		text := must(json.Marshal(map[string]string{"query": query}))
		return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", accept, len(text), text)
	}
	fetched := func(path string) string { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n" }
	filter := neturl.QueryEscape(nearby("regions", 3000))
	for name, request := range map[string]string{
		"choropleths":    posted("application/json", "{"+choropleths.String()+"}"),
		"nearest":        posted("application/json", `{ regions(first: 1000) { nodes { nearest(first: 100) { distanceMetres } } } }`),
		"boundaries":     posted("application/json", `{ a: regions(first: 1000) { nodes { boundary(toleranceMetres: 1.5) } } b: regions(first: 1000) { nodes { boundary(toleranceMetres: 2.5) } } c: regions(first: 1000) { nodes { boundary(toleranceMetres: 3.5) } } }`),
		"events":         posted("text/event-stream", "{"+choropleths.String()+"}"),
		"deferred":       posted("multipart/mixed", `{ regions(first: 1000) { nodes { name ... @defer { nearest(first: 100) { distanceMetres } } } } }`),
		"by link":        fetched("/graphql?query=" + neturl.QueryEscape(`{ regions(first: 1000) { nodes { nearest(first: 99) { distanceMetres } } } }`)),
		"an export":      fetched("/clusters.geojson"),
		"a CSV":          fetched("/clusters.csv"),
		"a length":       "HEAD /clusters.ndjson HTTP/1.1\r\nHost: x\r\n\r\n",
		"a range":        "GET /clusters.csv HTTP/1.1\r\nHost: x\r\nRange: bytes=20000000-\r\n\r\n",
		"a filter":       fetched("/clusters.csv?filter=" + filter),
		"a tile":         fetched("/tiles/5/25/16.mvt?clusterFilter=" + filter),
		"the first tile": fetched("/tiles/13/6600/4150.mvt"),
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			before := processorTime(t)
			if _, err := io.WriteString(connection, request); err != nil {
				t.Fatal(err)
			}
			time.Sleep(150 * time.Millisecond)
			connection.Close()
			left := processorTime(t)
			time.Sleep(700 * time.Millisecond)
			after := processorTime(t) - left
			t.Logf("%v of CPU time while it was there, %v in the 700 ms after it left", left-before, after)
			// Both cores for 100 ms, plus the time to stop. Work that does not stop would take
			// seconds.
			if after > 250*time.Millisecond {
				t.Errorf("%v of CPU time for nobody", after)
			}
		})
	}
}

// TestDeadlineOfFilesAndTiles sends a slow request to each route other than GraphQL
// with a deadline: it returns soon afterwards, with DEADLINE_EXCEEDED.
func TestDeadlineOfFilesAndTiles(t *testing.T) {
	const allowed, slack = 100 * time.Millisecond, 800 * time.Millisecond
	w, url := largeWorld(t, allowed)
	defer w.stop()
	filter := neturl.QueryEscape(nearby("", 3000))
	ofClusters := neturl.QueryEscape(nearby("regions", 3000))
	for _, path := range []string{
		"/regions.geojson?filter=" + filter, "/regions.csv?filter=" + filter, "/regions.ndjson?filter=" + filter, "/regions.topojson?filter=" + filter,
		"/clusters.geojson?filter=" + ofClusters, "/clusters.csv?filter=" + ofClusters, "/clusters.ndjson?filter=" + ofClusters,
		"/clusters.geojson",
		"/tiles/0/0/0.mvt", "/tiles/5/25/16.mvt?filter=" + filter, "/tiles/5/25/16.mvt?clusterFilter=" + ofClusters,
		"/facets.json?filter=" + ofClusters, "/choropleth.json?filter=" + ofClusters,
		"/tiles.json?filter=" + filter, "/style.json?clusterFilter=" + ofClusters,
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if method == http.MethodHead && path == "/tiles/0/0/0.mvt" {
				// The earlier request started what it needs, which may be ready.
				continue
			}
			t.Run(fmt.Sprintf("%s %.30s", method, path), func(t *testing.T) {
				request := must(http.NewRequestWithContext(t.Context(), method, url+path, nil))
				started := time.Now()
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				body := must(io.ReadAll(response.Body))
				took := time.Since(started)
				t.Logf("%v, %d, %.100s", took, response.StatusCode, body)
				late := response.StatusCode == http.StatusServiceUnavailable && (method == http.MethodHead || strings.Contains(string(body), "DEADLINE_EXCEEDED"))
				if took > allowed+slack || !late {
					t.Errorf("took %v: %d %.300s", took, response.StatusCode, body)
				}
			})
		}
	}
}
