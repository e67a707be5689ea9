package httpserver

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// Any request is either one that gqlgen can take or is rejected with a 4xx status,
// without echoing any of it.
func FuzzReadRequest(f *testing.F) {
	for _, body := range []string{`{"query":"{__typename}"}`, `{"query":"{a}","variables":{"a":1e400},"operationName":"A","extensions":{"persistedQuery":{}}}`,
		`{"documentId":"x","variables":null}`, `[{"query":"{a}"}]`, `{"query":1}`, `{"variables":[]}`, ``, `null`, `{"query":"{a}"} {}`, "\xff"} {
		f.Add(body, "application/json", "application/graphql-response+json;q=0.5, */*")
	}
	f.Add("x", "application/json; charset=latin1", "multipart/mixed, text/event-stream;q=x")
	config := DefaultConfig()
	config.MaxBody = 1000
	bounds := newWork(config, prometheus.NewRegistry())
	f.Fuzz(func(t *testing.T, body, kind, takes string) {
		byPost := httptest.NewRequest("POST", "/graphql", strings.NewReader(body))
		byPost.Header.Set("Content-Type", kind)
		byGet := httptest.NewRequest("GET", "/graphql?"+url.Values{"query": {body}, "variables": {kind}, "extensions": {takes}}.Encode(), nil)
		for _, r := range []*http.Request{byPost, byGet} {
			r.Header.Set("Accept", takes)
			if whole := accept(r.Header).whole; whole != "" && whole != mediaJSON && whole != mediaGraphQL {
				t.Errorf("answers as %s", whole)
			}
			var asked text
			var given *graphqlRequest
			fault := asked.read(httptest.NewRecorder(), r, bounds)
			if fault == nil {
				given, fault = parseText(r.Method == http.MethodPost, asked.data)
			}
			if fault != nil {
				if fault.status < 400 || fault.status > 499 || len(body) > 10 && strings.Contains(fault.message, body) {
					t.Errorf("refused with %d %s", fault.status, fault.message)
				}
				continue
			}
			if _, err := given.params(r); err != nil {
				t.Errorf("taken, but %v", err)
			}
			if _, err := given.body(); err != nil {
				t.Errorf("taken, but as a body %v", err)
			}
		}
	})
}

// TestManyValues asserts that values are counted, but not the contents of strings.
func TestManyValues(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":[` + strings.Repeat("1,", maxValues+1) + `1]}`:       true,
		`{"a":[` + strings.Repeat("[],", maxValues/2+1) + `1]}`:    true,
		`{"a":[` + strings.Repeat("1,", maxValues-10) + `1]}`:      false,
		`{"a":"` + strings.Repeat(`,[{\"`, maxValues) + `"}`:       false,
		`{"a":[` + strings.Repeat("[120.5,-3.25],", 99000) + `1]}`: false,
	} {
		if got := manyValues([]byte(text)); got != want {
			t.Errorf("%.30s of %d bytes: got %v", text, len(text), got)
		}
	}
}
