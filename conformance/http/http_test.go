package http_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// The audits of graphql-http: everything that the GraphQL-over-HTTP specification
// says a server MUST and SHOULD do holds; what it MAY do is only reported.
func TestAudits(t *testing.T) {
	url, _ := newWorld(t, false).serve(httpserver.DefaultConfig(), "127.0.0.1:0")
	out, err := node(t, "audit.mjs", url+"/graphql").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var audits []struct{ ID, Name, Status, Reason string }
	if err := json.Unmarshal(out, &audits); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	passed := map[string]int{}
	for _, audit := range audits {
		demand, _, _ := strings.Cut(audit.Name, " ")
		if audit.Status == "ok" {
			passed[demand]++
		} else if demand != "MAY" {
			t.Errorf("%s %s: %s: %s", audit.ID, audit.Name, audit.Status, audit.Reason)
		}
		if demand == "MAY" {
			t.Logf("%s %s: %s %s", audit.ID, audit.Name, audit.Status, audit.Reason)
		}
	}
	if len(audits) < 60 || passed["MUST"] == 0 || passed["SHOULD"] == 0 {
		t.Errorf("%d audits, passed %v", len(audits), passed)
	}
	t.Logf("%d audits, passed %v", len(audits), passed)
}

// Changes of the record reach subscribers through independent clients, which
// reconnect when the server restarts.
func TestSubscriptions(t *testing.T) {
	for _, kind := range []string{"ws", "sse"} {
		t.Run(kind, func(t *testing.T) {
			w := newWorld(t, false)
			url, stop := w.serve(httpserver.DefaultConfig(), "127.0.0.1:0")
			address := strings.TrimPrefix(url, "http://")
			next := lines(t, node(t, "listen.mjs", kind, url+"/graphql", "4"))
			connected := func() {
				t.Helper()
				if kind == "ws" {
					if got := next(); got != `{"connected":true}` {
						t.Errorf("got %s", got)
					}
				}
			}
			connected()
			expect := func(clusters int) {
				t.Helper()
				got := next()
				if want := event(w.holder.Atlas().Data.Version, clusters); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
			expect(390)
			w.addCluster("a")
			expect(391)
			// The server stops immediately in spite of its subscriber, which reconnects.
			if err := stop(); err != nil {
				t.Errorf("stop with a listener: %v", err)
			}
			w.addCluster("b")
			_, _ = w.serve(httpserver.DefaultConfig(), address)
			connected()
			expect(392)
			w.addCluster("c")
			expect(393)
		})
	}
}
