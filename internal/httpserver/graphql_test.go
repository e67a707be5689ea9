package httpserver_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// graphqlServer serves the facts at a time that the test may change.
type graphqlServer struct {
	http.Handler
	server *httpserver.Server
	holder *atlas.Holder
	facts  *record
	now    time.Time
}

func newGraphQLServer(t testing.TB, change func(*httpserver.Config)) *graphqlServer {
	t.Helper()
	s := &graphqlServer{facts: &record{version: "one"}, now: time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	var err error
	if s.holder, err = atlas.NewHolder(context.Background(), s.facts, log); err != nil {
		t.Fatal(err)
	}
	config := httpserver.DefaultConfig()
	config.Data.Version = "1.0"
	if change != nil {
		change(&config)
	}
	built, err := app.New(t.Context(), app.Config{Holder: s.holder, HTTP: config, BinaryVersion: config.Data.Version, Now: func() time.Time { return s.now }})
	if err != nil {
		t.Fatal(err)
	}
	s.server, s.Handler = built.Server, built.Server.Handler()
	return s
}

func (s *graphqlServer) refresh(t *testing.T, version string) {
	t.Helper()
	s.facts.version = version
	if err := s.holder.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// ask returns the path of a GET.
func ask(parameters ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	return "/graphql?" + values.Encode()
}

func post(handler http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest("POST", "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request)
	return w
}

// count reads a metric of the server.
func (s *graphqlServer) count(name string) string {
	for line := range strings.Lines(get(s, "GET", "/metrics").Body.String()) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "0"
}

const (
	plain   = "application/json; charset=utf-8"
	current = "application/graphql-response+json; charset=utf-8"
)

// Statuses and media types of the GraphQL-over-HTTP specification.
func TestGraphQLStatuses(t *testing.T) {
	s := newGraphQLServer(t, nil)
	const fine, unknown, broken = `{"query":"{__typename}"}`, `{"query":"{nothing}"}`, `{"query":"{"}`
	for _, c := range []struct {
		name, method, path, body, accept string
		status                           int
		kind, says                       string
	}{
		{"no Accept", "POST", "/graphql", fine, "", 200, plain, `"data"`},
		{"anything", "POST", "/graphql", fine, "*/*", 200, plain, `"data"`},
		{"today's type", "POST", "/graphql", fine, "application/graphql-response+json", 200, current, `"data"`},
		{"the greater weight", "POST", "/graphql", fine, "application/json;q=0.5, application/graphql-response+json", 200, current, `"data"`},
		{"the first of equals", "POST", "/graphql", fine, "application/json, application/graphql-response+json", 200, plain, `"data"`},
		{"what a browser sends", "GET", ask("query", "{__typename}"), "", "text/html,application/xhtml+xml,*/*;q=0.8", 200, plain, `"data"`},
		{"a picture", "POST", "/graphql", fine, "image/png", 406, plain, "application/graphql-response+json"},
		{"weight nought", "POST", "/graphql", fine, "application/json;q=0", 406, plain, "application/graphql-response+json"},
		{"unknown field", "POST", "/graphql", unknown, "", 200, plain, "GRAPHQL_VALIDATION_FAILED"},
		{"unknown field, today's type", "POST", "/graphql", unknown, "application/graphql-response+json", 400, current, "GRAPHQL_VALIDATION_FAILED"},
		{"syntax", "POST", "/graphql", broken, "application/graphql-response+json", 400, current, "GRAPHQL_PARSE_FAILED"},
		{"too costly", "POST", "/graphql", `{"query":"{` + strings.Repeat("a:__typename ", 1001) + `}"}`, "application/graphql-response+json", 400, current, "LIMIT_EXCEEDED"},
		{"a wrong argument is answered", "POST", "/graphql", `{"query":"{regions(first:-1){totalCount}}"}`, "application/graphql-response+json", 200, current, `"data":null`},
		{"GET of a mutation", "GET", ask("query", "mutation{__typename}"), "", "", 405, plain, "errors"},
		{"POST of a mutation", "POST", "/graphql", `{"query":"mutation{__typename}"}`, "", 200, plain, "errors"},
		{"GET of a subscription", "GET", ask("query", "subscription{datasetChanged{version}}"), "", "", 406, plain, "text/event-stream"},
		{"variables that are no object", "GET", ask("query", "{__typename}", "variables", "[1]"), "", "", 400, plain, "variables"},
		{"variables that are no JSON", "GET", ask("query", "{__typename}", "variables", "{"), "", "", 400, plain, "variables"},
		{"defer in one piece", "POST", "/graphql", `{"query":"{... @defer {__typename}}"}`, "", 406, plain, "multipart/mixed"},
		{"defer switched off", "POST", "/graphql", `{"query":"{... @defer(if: false) {__typename}}"}`, "", 200, plain, `"data"`},
		{"HEAD", "HEAD", ask("query", "{__typename}"), "", "", 200, plain, ""},
		{"PUT", "PUT", "/graphql", "", "", 405, plain, "GET or POST"},
		{"POST where only GET is", "POST", "/healthz", "", "", 405, plain, "GET"},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
			if c.body != "" {
				request.Header.Set("Content-Type", "application/json")
			}
			if c.accept != "" {
				request.Header.Set("Accept", c.accept)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, request)
			body := w.Body.String()
			if w.Code != c.status || w.Header().Get("Content-Type") != c.kind || !strings.Contains(body, c.says) {
				t.Errorf("%d %s: %.200s", w.Code, w.Header().Get("Content-Type"), body)
			}
			if refused := strings.Contains(body, `"errors"`); refused && (w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "") {
				t.Errorf("an error may be kept: %v", w.Header())
			} else if refused && c.status != 200 && strings.Contains(body, `"data"`) {
				t.Errorf("data where nothing was answered: %s", body)
			}
		})
	}
	options := get(s, "OPTIONS", "/graphql")
	if options.Code != 204 || options.Header().Get("Allow") != "GET, HEAD, POST, OPTIONS" {
		t.Errorf("OPTIONS: %d %v", options.Code, options.Header())
	}
}

func TestForgeableRequests(t *testing.T) {
	for _, c := range []struct {
		name   string
		rule   httpserver.PreflightRule
		header []string
		want   int
	}{
		{"curl", httpserver.PreflightBrowsers, nil, 200},
		{"a page of Sentra's own", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors"}, 200},
		{"an address typed in", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"a link on another page", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}, 200},
		{"a picture on another page", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"a frame on another page", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"a sister site", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "same-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"another page's simple fetch", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "cors"}, 403},
		{"with a simple type", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Content-Type", "text/plain;charset=UTF-8"}, 403},
		{"with Apollo's header", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Apollo-Require-Preflight", "true"}, 200},
		{"with the operation's name", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "X-Apollo-Operation-Name", "Q"}, 200},
		{"with a type of its own", httpserver.PreflightBrowsers, []string{"Sec-Fetch-Site", "cross-site", "Content-Type", "application/json"}, 200},
		{"always: curl", httpserver.PreflightAlways, nil, 403},
		{"always: with the header", httpserver.PreflightAlways, []string{"Apollo-Require-Preflight", "1"}, 200},
		{"never: a picture", httpserver.PreflightNever, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newGraphQLServer(t, func(config *httpserver.Config) { config.Preflight = c.rule })
			if w := get(s, "GET", ask("query", "{__typename}"), c.header...); w.Code != c.want {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		})
	}
	s := newGraphQLServer(t, nil)
	for _, kind := range []string{"application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "", "application/json; charset=latin1"} {
		if w := post(s, `{"query":"{__typename}"}`, "Content-Type", kind); w.Code != 415 {
			t.Errorf("POST of %q: %d", kind, w.Code)
		}
	}
}

func TestAnswersAge(t *testing.T) {
	s := newGraphQLServer(t, nil)
	const lasting = "public, max-age=600, stale-while-revalidate=6000"
	for _, c := range []struct{ name, query, variables, want string }{
		{"today's", `{regions{totalCount}}`, ``, "public, max-age=60, must-revalidate"},
		{"of a day", `{regions(asOf:"2017-12-25"){totalCount}}`, ``, lasting},
		{"of a day in a variable", `query($d:Date){regions(asOf:$d){totalCount}}`, `{"d":"2017-12-25"}`, lasting},
		{"of no day in a variable", `query($d:Date){regions(asOf:$d){totalCount}}`, `{"d":null}`, "public, max-age=60, must-revalidate"},
		{"of a day and today's", `{regions(asOf:"2017-12-25"){totalCount} programme{name}}`, ``, "public, max-age=60, must-revalidate"},
		{"in a fragment", `{...F} fragment F on Query {regions{totalCount}}`, ``, "public, max-age=60, must-revalidate"},
		{"of a day in a fragment", `{...F ... {__typename}} fragment F on Query {regions(asOf:"2017-12-25"){totalCount}}`, ``, lasting},
		{"introspection", `{__schema{queryType{name}}}`, ``, lasting},
	} {
		if w := get(s, "GET", ask("query", c.query, "variables", c.variables)); w.Code != 200 || w.Header().Get("Cache-Control") != c.want || w.Header().Get("ETag") == "" {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Header().Get("Cache-Control"))
		}
	}
	// Half a minute before the day ends in Jakarta.
	s.now = time.Date(2026, 11, 24, 16, 59, 30, 0, time.UTC)
	w := get(s, "GET", ask("query", `{regions{totalCount}}`))
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=30, must-revalidate" {
		t.Errorf("at the day's end: %s", got)
	}
	if got := w.Header().Values("Vary"); strings.Join(got, ", ") != "Accept-Encoding, Accept, Accept-Language" {
		t.Errorf("Vary: %s", got)
	}
	few := newGraphQLServer(t, func(config *httpserver.Config) { config.Origins = []string{"https://a.example"} })
	if got := strings.Join(get(few, "GET", ask("query", "{__typename}")).Header().Values("Vary"), ", "); got != "Origin, Accept-Encoding, Accept, Accept-Language" {
		t.Errorf("Vary where only some origins may ask: %s", got)
	}
}

func TestEntityTagsOfAnswers(t *testing.T) {
	s := newGraphQLServer(t, nil)
	today := ask("query", `{regions{totalCount}}`)
	past := ask("query", `query($d:Date,$n:Int){regions(asOf:$d,first:$n){totalCount}}`, "variables", `{"d":"2017-12-25","n":3}`)
	reordered := ask("query", `query($d:Date,$n:Int){regions(asOf:$d,first:$n){totalCount}}`, "variables", `{"n": 3, "d": "2017-12-25"}`)
	tag := func(path string, header ...string) string {
		t.Helper()
		w := get(s, "GET", path, header...)
		if w.Code != 200 || w.Header().Get("ETag") == "" {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		return w.Header().Get("ETag")
	}
	first, firstPast := tag(today), tag(past)
	if tag(today) != first || tag(reordered) != firstPast {
		t.Error("the same question has another tag")
	}
	if tag(today, "Accept", "application/graphql-response+json") == first {
		t.Error("another representation has the same tag")
	}
	// A POST has a tag too, but is always answered.
	if w := post(s, `{"query":"{regions{totalCount}}"}`, "If-None-Match", first); w.Code != 200 || w.Header().Get("ETag") != first {
		t.Errorf("POST: %d %s", w.Code, w.Header().Get("ETag"))
	}
	for _, path := range []string{today, past} {
		w := get(s, "GET", path, "If-None-Match", tag(path))
		if w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("ETag") == "" || w.Header().Get("Cache-Control") == "" {
			t.Errorf("again: %d %v", w.Code, w.Header())
		}
	}
	s.now = s.now.Add(24 * time.Hour)
	if tag(today) == first || tag(past) != firstPast {
		t.Error("the next day: today's tag must be another one, that of a day in the past the same")
	}
	s.refresh(t, "two")
	if tag(past) == firstPast {
		t.Error("another dataset has the same tag")
	}
	other := newGraphQLServer(t, func(config *httpserver.Config) { config.Data.Version = "1.1" })
	if got := get(other, "GET", past).Header().Get("ETag"); got == firstPast {
		t.Error("another binary has the same tag")
	}
	// A client that has the answer is not sent it again, even by a server that has just
	// started.
	fresh := newGraphQLServer(t, nil)
	if w := get(fresh, "GET", past, "If-None-Match", firstPast); w.Code != 304 || fresh.count(`sentra_graphql_answers_total{how="made"}`) != "0" {
		t.Errorf("%d, %s answers made", w.Code, fresh.count(`sentra_graphql_answers_total{how="made"}`))
	}
}

func TestKeptAnswers(t *testing.T) {
	s := newGraphQLServer(t, nil)
	made, kept := `sentra_graphql_answers_total{how="made"}`, `sentra_graphql_answers_total{how="kept"}`
	body := `{"query":"{regions(filter:{affirmative:true,clusters:{programme:true}},asOf:\"2017-12-25\"){nodes{code}}}"}`
	const want = `{"data":{"regions":{"nodes":[{"code":"94.06"}]}}}`
	for i := range 3 {
		if w := post(s, body); w.Body.String() != want {
			t.Fatalf("%d: %s %v", i, w.Body, w.Header())
		}
	}
	if s.count(made) != "1" || s.count(kept) != "2" {
		t.Errorf("made %s, kept %s", s.count(made), s.count(kept))
	}
	s.refresh(t, "two")
	post(s, body)
	s.now = s.now.Add(24 * time.Hour)
	post(s, body)
	if s.count(made) != "3" {
		t.Errorf("after a change and on the next day: made %s, want 3", s.count(made))
	}
	// Errors are not cached.
	for range 2 {
		post(s, `{"query":"{regions(first:-1){totalCount}}"}`)
	}
	if s.count(made) != "5" || s.count(`sentra_graphql_errors_total{code="BAD_USER_INPUT"}`) != "2" {
		t.Errorf("errors: made %s, counted %s", s.count(made), s.count(`sentra_graphql_errors_total{code="BAD_USER_INPUT"}`))
	}
	none := newGraphQLServer(t, func(config *httpserver.Config) { config.AnswerCache = 0 })
	post(none, body)
	if w := post(none, body); w.Body.String() != want || none.count(made) != "2" {
		t.Errorf("without a cache: %s, made %s", w.Body, none.count(made))
	}
}

// Cached or not, short or long, an answer has a Content-Length, so that clients and
// caches notice when it was cut off.
func TestAnswersTellTheirLength(t *testing.T) {
	server := httptest.NewServer(newGraphQLServer(t, nil))
	defer server.Close()
	for _, query := range []string{`{__typename}`, `{regions(first:500){nodes{code name kind}}}`} {
		for range 2 {
			for _, method := range []string{"GET", "HEAD", "POST"} {
				request, err := http.NewRequest(method, server.URL+ask("query", query), nil)
				if method == "POST" {
					request, err = http.NewRequest(method, server.URL+"/graphql", strings.NewReader(`{"query":"`+query+`"}`))
				}
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/json")
				request.Header.Set("Accept-Encoding", "identity")
				answer, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil || answer.StatusCode != 200 || answer.ContentLength <= 0 || method != "HEAD" && int(answer.ContentLength) != len(body) {
					t.Errorf("%s %s: %d, length %d of %d, %v", method, query, answer.StatusCode, answer.ContentLength, len(body), err)
				}
			}
		}
	}
}

// A lasting answer does not depend on the current day.
func TestLastingAnswersDoNotDependOnToday(t *testing.T) {
	const region = `{ code name asOf parent { code } ancestors { code } children { code } predecessors { region { code asOf } } successors { region { code } }
		designations { id region { asOf } } affirmative { answer kinds { coverage { province { code asOf } } } } clusterCount
		clusters { nodes { id regions { code asOf } products { clusters { regions { asOf } } } phases { clusters { regions { asOf } } } events { region { asOf } } } } }`
	questions := map[string]string{
		"region":        `region(code: "94", asOf: "2023-01-01") ` + region,
		"regions":       `regions(first: 1000, asOf: "2017-12-25") { asOf nodes ` + region + ` notCovered { code asOf } }`,
		"regionsAt":     `regionsAt(point: {lon: 135.5, lat: -4}, toleranceMetres: 1000, asOf: "2017-12-25") { province ` + region + ` regency { code asOf } }`,
		"regionsAtMany": `regionsAtMany(points: [{lon: 135.5, lat: -4}], toleranceMetres: 1000, asOf: "2017-12-25") { province { code asOf } }`,
		"choropleth":    `choropleth(by: REGION, level: PROVINCE, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2017-12-25") { asOf total { value } rows { key status value share reason region ` + region + ` } }`,
		"cluster":       `cluster(key: "2017-94.06-coffee-processing", asOf: "2017-12-25") { id asOf regions ` + region + ` products { id asOf } }`,
		"supports":      `supports(asOf: "2017-12-25") { nodes { region ` + region + ` cluster { id asOf } product { id asOf } } }`,
		"screening":     `screening(asOf: "2017-12-25") { asOf rows { lower upper region { code name asOf } findings { element outcome reason supports { id } clusters { id } designations { id } } } }`,
		"coverage":      `coverage(asOf: "2017-12-25") { clusterCount plannedCount region { code asOf name } }`,
		"dataQuality":   `dataQuality(asOf: "2017-12-25") { asOf gaps { kind missing total } confidence { clusters } coverage { clusterCount region { code asOf } } }`,
		"clusterFacets": `clusterFacets(asOf: "2017-12-25") { asOf totalCount facets { kind values { value name count notCoveredCount } } }`,
		"clusters":      `clusters(asOf: "2017-12-25") { nodes { id regions ` + region + ` } }`,
	}
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.MaxComplexity = 1 << 30 })
	schema := graph.NewSchema(&graph.Resolver{Holder: s.holder}).Schema()
	for _, field := range schema.Query.Fields {
		if field.Arguments.ForName("asOf") != nil && questions[field.Name] == "" {
			t.Errorf("the field %s takes asOf, but is not in this test", field.Name)
		}
	}
	for name, question := range questions {
		body, _ := json.Marshal(map[string]string{"query": "{" + question + "}"})
		then := post(s, string(body))
		s.now = s.now.AddDate(-6, 0, 0)
		now := post(s, string(body))
		s.now = s.now.AddDate(6, 0, 0)
		if strings.Contains(then.Body.String(), `"errors"`) || then.Body.String() != now.Body.String() || then.Header().Get("ETag") != now.Header().Get("ETag") {
			t.Errorf("%s: another answer on another day: %.300s", name, then.Body)
		}
	}
}

// A tag never identifies two answers, however the dataset changes meanwhile.
func TestTagsWhileTheDatasetChanges(t *testing.T) {
	s := newGraphQLServer(t, nil)
	var mu sync.Mutex
	bodies := map[string]string{}
	done := make(chan struct{})
	var asking sync.WaitGroup
	for range 2 {
		asking.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				w := get(s, "GET", ask("query", "{dataset{version}}"))
				mu.Lock()
				if body, known := bodies[w.Header().Get("ETag")]; known && body != w.Body.String() {
					t.Errorf("one tag for %s and %s", body, w.Body)
				}
				bodies[w.Header().Get("ETag")] = w.Body.String()
				mu.Unlock()
				// A change needs a core too.
				time.Sleep(time.Millisecond)
			}
		})
	}
	for i := range 20 {
		s.refresh(t, fmt.Sprint(i))
	}
	close(done)
	asking.Wait()
	if len(bodies) < 2 {
		t.Errorf("only %d answers seen", len(bodies))
	}
}

// A body that does not arrive is not waited for.
func TestSlowBody(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.Timeout = 100 * time.Millisecond })
	server := httptest.NewServer(s)
	defer server.Close()
	connection, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprint(connection, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\nContent-Length: 100\r\n\r\n{")
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusRequestTimeout || !strings.Contains(string(body), "DEADLINE_EXCEEDED") {
		t.Errorf("%s %s", response.Status, body)
	}
}

func TestUnknownPreflightRule(t *testing.T) {
	config := httpserver.DefaultConfig()
	config.Preflight = "sometimes"
	if _, err := app.New(t.Context(), app.Config{Holder: newGraphQLServer(t, nil).holder, HTTP: config}); err == nil || !strings.Contains(err.Error(), "browsers, always or never") {
		t.Errorf("got %v", err)
	}
}

func hashed(query string) (hash, extensions string) {
	sum := sha256.Sum256([]byte(query))
	hash = hex.EncodeToString(sum[:])
	return hash, `{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}`
}

func TestPersistedQueriesOverGET(t *testing.T) {
	s := newGraphQLServer(t, nil)
	const query = `{region(code:"94.06",asOf:"2017-12-25"){name}}`
	_, extensions := hashed(query)
	byHash := ask("extensions", extensions)
	if w := get(s, "GET", byHash); !strings.Contains(w.Body.String(), "PERSISTED_QUERY_NOT_FOUND") || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("unknown: %s %v", w.Body, w.Header())
	}
	if w := get(s, "GET", ask("query", query+" ", "extensions", extensions)); !strings.Contains(w.Body.String(), "does not match") {
		t.Errorf("another query: %s", w.Body)
	}
	registered := get(s, "GET", ask("query", query, "extensions", extensions))
	w := get(s, "GET", byHash)
	if w.Body.String() != `{"data":{"region":{"name":"Kabupaten Dogiyai"}}}` || w.Header().Get("ETag") != registered.Header().Get("ETag") {
		t.Errorf("by hash: %s %v", w.Body, w.Header())
	}
	if w := get(s, "GET", byHash, "If-None-Match", w.Header().Get("ETag")); w.Code != 304 {
		t.Errorf("by hash, again: %d", w.Code)
	}
}

func TestTrustedDocuments(t *testing.T) {
	const trusted = `query Dogiyai { region(code: "94.06") { name } }`
	hash, extensions := hashed(trusted)
	file := filepath.Join(t.TempDir(), "persisted-documents.json")
	if err := os.WriteFile(file, []byte(`{"sha256:`+hash+`": "`+strings.ReplaceAll(trusted, `"`, `\"`)+`", "bps-1": "{ dataset { regionsFrom } }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	documents, err := httpserver.ReadTrustedDocuments(file)
	if err != nil {
		t.Fatal(err)
	}
	const dogiyai = `{"data":{"region":{"name":"Kabupaten Dogiyai"}}}`
	text, _ := json.Marshal(map[string]string{"query": trusted})
	for _, c := range []struct {
		name       string
		w          func(s *graphqlServer) *httptest.ResponseRecorder
		open, only string
	}{
		{"by id", func(s *graphqlServer) *httptest.ResponseRecorder { return get(s, "GET", ask("documentId", "bps-1")) }, `2014-07-23`, `2014-07-23`},
		{"by id in a POST", func(s *graphqlServer) *httptest.ResponseRecorder { return post(s, `{"documentId":"sha256:`+hash+`"}`) }, dogiyai, dogiyai},
		{"by hash", func(s *graphqlServer) *httptest.ResponseRecorder { return get(s, "GET", ask("extensions", extensions)) }, dogiyai, dogiyai},
		{"by text", func(s *graphqlServer) *httptest.ResponseRecorder { return post(s, string(text)) }, dogiyai, dogiyai},
		{"another text", func(s *graphqlServer) *httptest.ResponseRecorder { return post(s, `{"query":"{__typename}"}`) }, `"Query"`, "DOCUMENT_NOT_TRUSTED"},
		{"another text under a trusted id", func(s *graphqlServer) *httptest.ResponseRecorder {
			return post(s, `{"query":"{__typename}","documentId":"bps-1"}`)
		}, "DOCUMENT_MISMATCH", "DOCUMENT_MISMATCH"},
		{"an unknown id", func(s *graphqlServer) *httptest.ResponseRecorder { return get(s, "GET", ask("documentId", "x")) }, "DOCUMENT_NOT_FOUND", "DOCUMENT_NOT_TRUSTED"},
		{"introspection", func(s *graphqlServer) *httptest.ResponseRecorder {
			return post(s, `{"query":"{__schema{queryType{name}}}"}`)
		}, "queryType", "DOCUMENT_NOT_TRUSTED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for only, want := range map[bool]string{false: c.open, true: c.only} {
				s := newGraphQLServer(t, func(config *httpserver.Config) { config.TrustedDocuments, config.OnlyTrusted = documents, only })
				// The second answer may be cached.
				for range 2 {
					if got := c.w(s).Body.String(); !strings.Contains(got, want) {
						t.Errorf("only trusted %t: %s", only, got)
					}
				}
			}
		})
	}
	for name, content := range map[string]string{"a list": `["{__typename}"]`, "no JSON": `{`} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := httpserver.ReadTrustedDocuments(file); err == nil {
			t.Errorf("%s was taken for trusted documents", name)
		}
	}
	config := httpserver.DefaultConfig()
	config.TrustedDocuments = map[string]string{"old": `{ gone }`}
	if _, err := app.New(t.Context(), app.Config{Holder: newGraphQLServer(t, nil).holder, HTTP: config}); err == nil || !strings.Contains(err.Error(), `"old"`) {
		t.Errorf("a document that the schema cannot answer: %v", err)
	}
}

// events opens a stream of datasetChanged and returns its lines of data.
func events(t *testing.T, address string, header ...string) (next func() string, response *http.Response, end func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", address+ask("query", "subscription{datasetChanged{version}}"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	if response, err = http.DefaultTransport.RoundTrip(request); err != nil {
		t.Fatal(err)
	}
	var lines *bufio.Scanner
	return func() string {
		t.Helper()
		if lines == nil {
			var body io.Reader = response.Body
			switch response.Header.Get("Content-Encoding") {
			case "gzip":
				body, err = gzip.NewReader(body)
			case "br":
				body = brotli.NewReader(body)
			case "zstd":
				body, err = zstd.NewReader(body)
			}
			if err != nil {
				t.Fatal(err)
			}
			lines = bufio.NewScanner(body)
		}
		for lines.Scan() {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				return data
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return ""
	}, response, cancel
}

// An event reaches the client immediately, even through compression, and long after
// the timeout of a query.
func TestEventsAreFlushed(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) {
		config.Timeout, config.KeepAlive = 50*time.Millisecond, 20*time.Millisecond
	})
	server := httptest.NewServer(s)
	defer server.Close()
	version := "one"
	for _, encoding := range []string{"identity", "gzip", "br", "zstd"} {
		t.Run(encoding, func(t *testing.T) {
			next, response, end := events(t, server.URL, "Accept-Encoding", encoding)
			defer end()
			if got := response.Header.Get("Content-Encoding"); got != encoding && encoding != "identity" {
				t.Errorf("encoded as %q", got)
			}
			if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
				t.Errorf("Content-Type %s", got)
			}
			for i := range 3 {
				if i > 0 {
					time.Sleep(100 * time.Millisecond)
					version = fmt.Sprintf("%s %d", encoding, i)
					s.refresh(t, version)
				}
				if got, want := next(), `{"data":{"datasetChanged":{"version":"`+version+`"}}}`; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
}

func TestStreamsHaveTheirPlaces(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.MaxStreams = 1 })
	server := httptest.NewServer(s)
	defer server.Close()
	next, _, end := events(t, server.URL)
	next()
	if got := s.count(`sentra_http_streams{kind="events"}`); got != "1" {
		t.Errorf("%s streams counted", got)
	}
	_, refused, endRefused := events(t, server.URL)
	body, _ := io.ReadAll(refused.Body)
	endRefused()
	if refused.StatusCode != 503 || refused.Header.Get("Retry-After") == "" || !strings.Contains(string(body), "LIMIT_EXCEEDED") {
		t.Errorf("one too many: %s %s", refused.Status, body)
	}
	// Queries are not counted.
	if w := get(s, "GET", ask("query", "{__typename}")); w.Code != 200 {
		t.Errorf("a query: %d", w.Code)
	}
	end()
	for range 100 {
		if next, response, end := events(t, server.URL); response.StatusCode == 200 {
			next()
			end()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the place of a stream that ended stays taken")
}

// BenchmarkKeptAnswer sends the same request again and again, which the cache
// answers.
func BenchmarkKeptAnswer(b *testing.B) {
	s := newGraphQLServer(b, nil)
	body := `{"query":"{regions(filter:{affirmative:true,hostsClusters:true},asOf:\"2017-12-25\"){totalCount nodes{code name parent{name}}}}"}`
	for b.Loop() {
		if w := post(s, body); w.Code != 200 {
			b.Fatal(w.Body)
		}
	}
}
