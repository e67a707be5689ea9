package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/servertest"
	"github.com/sentra-ikm/sentra/web"
)

// address is that of a Sentra with a real database and the real boundaries,
// withoutBoundaries that of one with only points and boxes.
var address, withoutBoundaries string

func TestMain(m *testing.M) {
	boundaries := must(boundarytest.Find())
	if boundaries == nil {
		os.Exit(boundarytest.LeaveOut(m))
	}
	server := must(pgtest.Start())
	real := newSentra(server, boundaries...)
	bare := newSentra(server)
	address, withoutBoundaries = real.URL, bare.URL
	code := m.Run()
	real.Close()
	bare.Close()
	if err := server.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newSentra(server *pgtest.Server, boundaries ...string) *httptest.Server {
	ctx := context.Background()
	store := must(postgres.Open(ctx, must(servertest.Database(ctx, server, boundaries...))))
	config := httpserver.DefaultConfig()
	config.Pages = web.Pages()
	built := must(app.New(ctx, app.Config{Store: store, HTTP: config, Now: servertest.Clock, BinaryVersion: "test"}))
	listening := httptest.NewServer(built.Server.Handler())
	listening.Config.RegisterOnShutdown(func() { store.Close() })
	return listening
}

func get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	response, err := http.Get(address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("read %s: %v", path, err)
	}
	return response, string(body)
}

func TestPages(t *testing.T) {
	if _, err := fs.Stat(web.Pages(), "index.html"); err != nil {
		t.Fatalf("the pages are not built: run `make pages` (%v)", err)
	}
	for _, c := range []struct{ path, says, frames string }{
		{"/", "<title>Small-industry clusters and affirmative regions of Indonesia, 31 December 2024 – Sentra</title>", "frame-ancestors 'self'"},
		{"/embed", "<title>Small-industry clusters and affirmative regions of Indonesia, 31 December 2024 – Sentra</title>", "frame-ancestors *"},
		{"/playground", "<title>Sentra playground", "frame-ancestors 'self'"},
	} {
		t.Run(c.path, func(t *testing.T) {
			response, body := get(t, c.path)
			policy := response.Header.Get("Content-Security-Policy")
			// Addresses for search engines and previews are absolute, with the server's own name.
			others := strings.ReplaceAll(body, address, "")
			if response.StatusCode != http.StatusOK || !strings.Contains(body, c.says) || strings.Contains(others, "http://") || strings.Contains(others, "https://") {
				t.Errorf("status %s; the page must say %q and name no other server:\n%s", response.Status, c.says, body)
			}
			if !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || !strings.HasSuffix(policy, c.frames) || strings.Contains(policy, "unsafe-eval") {
				t.Errorf("Content-Security-Policy: %s", policy)
			}
			// The map's first query is preloaded by the page's head, and the server answers
			// it.
			if asked := regexp.MustCompile(`rel="preload" as="fetch" crossorigin href="\.(/graphql\?query=[^"]+)"`).FindStringSubmatch(body); (asked != nil) != (c.path != "/playground") {
				t.Errorf("the head asks for %q", asked)
			} else if asked != nil {
				if first, answer := get(t, asked[1]); first.StatusCode != http.StatusOK || !strings.Contains(answer, `"designationCoverage"`) {
					t.Errorf("%s: %s: %s", asked[1], first.Status, answer)
				}
			}
			if icon, _ := get(t, "/favicon.svg"); !strings.Contains(body, `<link rel="icon" href="./favicon.svg"`) || icon.StatusCode != http.StatusOK {
				t.Errorf("the icon: %s, in %s", icon.Status, body)
			}
			again := must(http.NewRequest(http.MethodGet, address+c.path, nil))
			again.Header.Set("If-None-Match", response.Header.Get("ETag"))
			second := must(http.DefaultClient.Do(again))
			second.Body.Close()
			if second.StatusCode != http.StatusNotModified {
				t.Errorf("asked again with its ETag: %s", second.Status)
			}
			// Every asset that the page refers to exists, and may be cached forever.
			for _, part := range strings.Split(body, `"./assets/`)[1:] {
				name, _, _ := strings.Cut(part, `"`)
				asset, _ := get(t, "/assets/"+name)
				if packed, err := fs.Stat(web.Pages(), "assets/"+name+".br"); err != nil || packed.Size() == 0 {
					t.Errorf("%s is not packed: %v", name, err)
				}
				if asset.StatusCode != http.StatusOK || asset.Header.Get("Access-Control-Expose-Headers") != "" || !strings.Contains(asset.Header.Get("Cache-Control"), "immutable") || asset.Header.Get("Content-Type") == "application/octet-stream" {
					t.Errorf("%s: %s, Cache-Control %q", name, asset.Status, asset.Header.Get("Cache-Control"))
				}
			}
		})
	}
	// The packages in the pages require attribution with their licences.
	_, licences := get(t, "/licences.txt")
	for _, part := range []string{"graphiql 5", "maplibre-gl 6", "monaco-editor 0", "SIL OPEN FONT LICENSE"} {
		if !strings.Contains(licences, part) {
			t.Errorf("the licences do not name %s", part)
		}
	}
	if response, _ := get(t, "/assets/none.js"); response.StatusCode != http.StatusNotFound {
		t.Errorf("an asset that is not there: %s", response.Status)
	}
}

// The expected answers of the playground's examples, by file name: the path of a
// value and the value. They were worked out by hand from internal/facts/data or, for
// distances and areas, measured on the boundaries.
var exampleAnswers = map[string]map[string]any{
	"01-title-question": {"regions.totalCount": 1, "regions.nodes.0.code": "94.06", "regions.nodes.0.parent.name": "Papua",
		"regions.nodes.0.affirmative.kinds.0.designations.0.regulation": "Perpres 131/2015"},
	"02-all-clusters":                  {"clusters.totalCount": 11, "clusters.nodes.10.phases.0.key": "2017"},
	"03-answer-over-time":              {"in2014.affirmative.answer": "NOT_COVERED", "in2017.parent.name": "Papua", "in2021.affirmative.disadvantaged.answer": "YES", "in2025.parent.name": "Papua Tengah"},
	"04-near-a-port":                   {"clusters.totalCount": 2, "clusters.edges.0.node.regions.0.name": "Kota Mojokerto", "clusters.edges.1.node.regions.0.name": "Kota Pasuruan"},
	"05-without-cluster":               {"regions.totalCount": 12, "regions.nodes.0.code": "72.01"},
	"06-papua-split":                   {"before.boundaryOrigin": "UNION", "after.successors.1.region.name": "Papua Tengah", "after.successors.1.law": "UU 15/2022"},
	"07-border-regions":                {"designations.#": 55, "designations.0.regulation": "Perpres 179/2014"},
	"08-regions-at-a-point":            {"in2017.province.name": "Papua", "today.province.name": "Papua Tengah", "today.regency.name": "Kabupaten Nabire"},
	"09-boundaries":                    {"regions.nodes.0.boundary.type": "MultiPolygon"},
	"10-search":                        {"place.0.node.code": "72.04", "product.0.node.__typename": "Product"},
	"11-programme":                     {"programme.abbreviation": "SMIDeP", "programme.events.0.region.name": "Kabupaten Tegal"},
	"12-dataset":                       {"dataset.counts.provinces": 38, "dataset.counts.regencies": 416, "dataset.counts.cities": 98, "dataset.boundaries": "ALL"},
	"13-neighbours-of-dogiyai":         {"dogiyai.neighbours.0.region.name": "Kabupaten Mimika", "dogiyai.parent.neighbours.0.region.name": "Papua Barat", "dogiyai.today.neighbours.0.region.name": "Papua"},
	"14-sources-of-a-fact":             {"region.designations.0.regulation": "Perpres 131/2015", "region.clusters.nodes.0.sources.0.publisher": "SINDOnews"},
	"16-choropleth":                    {"choropleth.total.value": 1, "choropleth.total.notCoveredCount": 3, "choropleth.rows.#": 34, "choropleth.rows.0.status": "ZERO", "choropleth.rows.1.status": "NO_DATA"},
	"17-title-question-of-the-country": {"regions.totalCount": 16, "regions.nodes.0.code": "35.26", "regions.nodes.14.code": "94.06"},
	"18-support":                       {"supports.totalCount": 4, "supports.nodes.0.amountIdr": "8000000000", "supports.nodes.1.amountIdr": "10000000000"},
	"19-coverage":                      {"coverage.#": 39, "coverage.0.counted.count": 8889, "coverage.1.region.code": "11", "coverage.1.counted.count": 277},
	"20-screening":                     {"screening.totalCount": 6, "screening.rows.0.findings.3.outcome": "MET", "screening.rows.0.findings.4.outcome": "NOT_KNOWN"},
	"21-weavers-without-facilitator": {"screening.totalCount": 1, "screening.rows.0.region.code": "52.02", "screening.rows.0.fundYears.0.years.0": 2019, "screening.rows.0.facilitators.outcome": "NOT_KNOWN",
		"screening.rows.0.findings.2.outcome": "MET", "screening.rows.0.findings.5.outcome": "MET"},
	"22-clusters-per-province": {"regions.totalCount": 38, "regions.nodes.10.name": "Daerah Khusus Ibukota Jakarta", "regions.nodes.10.clusterCount": 3},
	"15-answer-2017-and-2021":  {"in2017.totalCount": 1, "in2017.nodes.0.parent.name": "Papua", "in2021.totalCount": 1, "in2021.nodes.0.code": "94.06"},
}

func TestExamples(t *testing.T) {
	names := must(fs.Glob(web.Examples(), "*.graphql"))
	if len(names) != len(exampleAnswers) {
		t.Errorf("%d examples, %d with an answer to check", len(names), len(exampleAnswers))
	}
	for _, file := range names {
		name := strings.TrimSuffix(file, ".graphql")
		t.Run(name, func(t *testing.T) {
			query := string(must(fs.ReadFile(web.Examples(), file)))
			for i, line := range strings.SplitN(query, "\n", 3)[:2] {
				if !strings.HasPrefix(line, "# ") {
					t.Errorf("line %d is %q; want a comment with the title, first in English, then in Indonesian", i+1, line)
				}
			}
			// The playground names its tabs and files after the operation.
			if !regexp.MustCompile(`(?m)^query \w+`).MatchString(query) {
				t.Error("the operation has no name")
			}
			question := map[string]any{"query": query}
			if text, err := fs.ReadFile(web.Examples(), name+".variables.json"); err == nil {
				question["variables"] = json.RawMessage(text)
			}
			response, err := http.Post(address+"/graphql", "application/json", bytes.NewReader(must(json.Marshal(question))))
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var answer struct {
				Data   any
				Errors []any
			}
			if err := json.NewDecoder(response.Body).Decode(&answer); err != nil || len(answer.Errors) > 0 {
				t.Fatalf("errors %v, %v", answer.Errors, err)
			}
			wants := exampleAnswers[name]
			if len(wants) == 0 {
				t.Error("no answer to check")
			}
			for path, want := range wants {
				got := at(answer.Data, path)
				if n, isNumber := want.(int); isNumber {
					want = float64(n)
				}
				if got != want {
					t.Errorf("%s: got %v, want %v", path, got, want)
				}
			}
		})
	}
}

// at follows a path of names and indices, with # for the length of a list; nil if
// there is nothing.
func at(value any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			if step == "#" {
				return float64(len(v))
			}
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// The pages in a real browser; the tests are in web/test.
func TestInABrowser(t *testing.T) {
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		t.Fatalf("run `make setup-test`: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, "node", "--test", "--test-reporter=spec", "--test-concurrency=1", "test/")
	run.Env = append(os.Environ(), "SENTRA_URL="+address, "SENTRA_URL_WITHOUT_BOUNDARIES="+withoutBoundaries)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}
