package httpserver_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// Beyond its limits work waits a short while and is then rejected, while cached
// answers and operators' routes are served.
func TestWorkIsBounded(t *testing.T) {
	for _, c := range []struct {
		name, field string
		places      func(*httpserver.Config)
	}{
		{"small", "wait", func(c *httpserver.Config) { c.Work.Places = 1 }},
		{"large, by number", "large", func(c *httpserver.Config) { c.Work.LargePlaces = 1 }},
		{"large, of one client", "large", func(c *httpserver.Config) { c.Work.PerClient = 1 }},
		{"large, by bytes", "large", func(c *httpserver.Config) { c.Work.Bytes = 6 << 20 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			server, schema, _ := stubServer(t, func(config *httpserver.Config) {
				config.Work.Queue, config.Work.Wait = 1, 300*time.Millisecond
				config.Work.LargePlaces, config.Work.PerClient = 8, 8
				c.places(config)
			})
			handler := server.Handler()
			kept := get(handler, "GET", ask("query", "{fast}"))
			begun := time.Now()
			var all sync.WaitGroup
			statuses := make(chan *httptest.ResponseRecorder, 3)
			for i := range 3 {
				all.Go(func() { statuses <- post(handler, fmt.Sprintf(`{"query":"{%s(n:%d)}"}`, c.field, i)) })
			}
			<-schema.begun
			for range 2 {
				w := <-statuses
				if w.Code != 503 || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"UNAVAILABLE"`) || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
					t.Errorf("no room: %d %v %s", w.Code, w.Header(), w.Body)
				}
			}
			if waited := time.Since(begun); waited < 250*time.Millisecond {
				t.Errorf("nobody waited: refused after %v", waited)
			}
			for _, path := range []string{"/healthz", "/readyz", "/metrics", ask("query", "{fast}")} {
				if w := get(handler, "GET", path); w.Code != 200 {
					t.Errorf("%s beside: %d %s", path, w.Code, w.Body)
				}
			}
			if w := get(handler, "GET", ask("query", "{fast}", "variables", "{}"), "If-None-Match", kept.Header().Get("ETag")); w.Code != 304 {
				t.Errorf("what the client has, beside: %d %s", w.Code, w.Body)
			}
			if got := metric(handler, "sentra_work_refused_total"); got != "2" {
				t.Errorf("%s counted as refused", got)
			}
			schema.release <- struct{}{}
			if w := <-statuses; w.Code != 200 {
				t.Errorf("the one under way: %d %s", w.Code, w.Body)
			}
			all.Wait()
			// The place is free again.
			go func() { schema.release <- struct{}{} }()
			if w := post(handler, fmt.Sprintf(`{"query":"{%s(n:9)}"}`, c.field)); w.Code != 200 {
				t.Errorf("after the others: %d %s", w.Code, w.Body)
			}
		})
	}
	// Small operations do not wait for large ones.
	server, schema, _ := stubServer(t, func(config *httpserver.Config) { config.Work.LargePlaces = 1 })
	go post(server.Handler(), `{"query":"{large}"}`)
	<-schema.begun
	if w := post(server.Handler(), `{"query":"{fast(n:5)}"}`); w.Code != 200 {
		t.Errorf("a small one beside a large one: %d", w.Code)
	}
	close(schema.release)
}

// The number of concurrent operations on a WebSocket is limited, and rejected
// operations get an error.
func TestWorkOnAWebSocketIsBounded(t *testing.T) {
	server, schema, _ := stubServer(t, func(config *httpserver.Config) {
		config.MaxSocketOperations, config.Work.Places, config.Work.Wait = 2, 1, 200*time.Millisecond
	})
	listening := httptest.NewServer(server.Handler())
	defer listening.Close()
	client, err := dial(t, listening.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	send := func(id, query string) {
		payload, _ := json.Marshal(map[string]string{"query": query})
		client.send(t, message{ID: id, Type: "subscribe", Payload: payload})
	}
	send("1", "{wait(n:1)}")
	<-schema.begun
	send("2", "{wait(n:2)}")
	time.Sleep(50 * time.Millisecond)
	send("3", "{wait(n:3)}")
	got := map[string]string{}
	for len(got) < 2 {
		if m := client.next(t); m.Type == "next" {
			got[m.ID] = string(m.Payload)
		}
	}
	if !strings.Contains(got["2"], `"UNAVAILABLE"`) || !strings.Contains(got["2"], `"retryAfter":2`) || !strings.Contains(got["3"], `"LIMIT_EXCEEDED"`) {
		t.Errorf("got %v", got)
	}
	schema.release <- struct{}{}
	for {
		if m := client.next(t); m.Type == "next" {
			if m.ID != "1" || string(m.Payload) != `{"data":{"wait":"wait"}}` {
				t.Errorf("got %s %s", m.ID, m.Payload)
			}
			break
		}
	}
	if got := client.ask(t, "4", "{fast}"); string(got.Payload) != `{"data":{"fast":"fast"}}` {
		t.Errorf("after the others: %s", got.Payload)
	}
}

// A mutation must be a POST, runs each time, and is never cached.
func TestOnlyQueriesAreKeptAndAskedByGET(t *testing.T) {
	const mutation = "mutation{change}"
	hash := sha256.Sum256([]byte(mutation))
	persisted := `{"persistedQuery":{"version":1,"sha256Hash":"` + hex.EncodeToString(hash[:]) + `"}}`
	server, schema, _ := stubServer(t, func(config *httpserver.Config) {
		config.TrustedDocuments = map[string]string{"change": mutation}
	})
	handler := server.Handler()
	for range 2 {
		w := post(handler, `{"query":"`+mutation+`"}`, "If-None-Match", "*")
		if w.Code != 200 || w.Body.String() != `{"data":{"change":"change"}}`+"\n" || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("POST: %d %v %s", w.Code, w.Header(), w.Body)
		}
	}
	if got := schema.ran("change"); got != 2 {
		t.Errorf("asked twice, it ran %d times", got)
	}
	// The hash is known by now.
	if w := post(handler, `{"extensions":`+persisted+`,"query":"`+mutation+`"}`); w.Code != 200 {
		t.Errorf("POST with the hash: %d %s", w.Code, w.Body)
	}
	ran := schema.ran("change")
	for name, path := range map[string]string{
		"text": ask("query", mutation), "text among others": ask("query", "query A{fast} mutation B{change}", "operationName", "B"),
		"hash": ask("extensions", persisted), "hash and text": ask("extensions", persisted, "query", mutation), "document": ask("documentId", "change"),
	} {
		for _, method := range []string{"GET", "HEAD"} {
			for _, accept := range []string{"application/json", "application/graphql-response+json", "text/event-stream", "multipart/mixed"} {
				if w := get(handler, method, path, "Accept", accept); w.Code != 405 || w.Header().Get("Allow") != "POST" {
					t.Errorf("%s of a mutation by its %s as %s: %d %v %s", method, name, accept, w.Code, w.Header(), w.Body)
				}
			}
		}
	}
	if got := schema.ran("change"); got != ran {
		t.Errorf("a GET ran it %d times", got-ran)
	}
	// Two concurrent requests for the same mutation both run it.
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { post(handler, `{"query":"mutation{change(n:7)}"}`) })
	}
	all.Wait()
	if got := schema.ran("change") - ran; got != 4 {
		t.Errorf("asked four times at once, it ran %d times", got)
	}
	for range 2 {
		get(handler, "GET", ask("query", "{fast}"))
	}
	if got := schema.ran("fast"); got != 1 {
		t.Errorf("a query asked twice ran %d times", got)
	}
}

// An answer that not everybody may see is shared only within its scope.
func TestAnswersAreKeptByScope(t *testing.T) {
	server, schema, _ := stubServer(t, func(config *httpserver.Config) {
		config.Scope = func(r *http.Request) string { return r.Header.Get("X-Viewer") }
	})
	handler := server.Handler()
	tags := map[string]string{}
	for _, viewer := range []string{"ana", "budi", "", "ana", "budi", ""} {
		w := get(handler, "GET", ask("query", "{whose}"), "X-Viewer", viewer)
		if want := `{"data":{"whose":"` + viewer + `"}}`; w.Body.String() != want {
			t.Errorf("%q gets %s", viewer, w.Body)
		}
		if private := strings.HasPrefix(w.Header().Get("Cache-Control"), "private"); private != (viewer != "") {
			t.Errorf("%q: %s", viewer, w.Header().Get("Cache-Control"))
		}
		if seen := tags[w.Header().Get("ETag")]; seen != "" && seen != viewer+"!" {
			t.Errorf("%q has the tag of %q", viewer, seen)
		}
		tags[w.Header().Get("ETag")] = viewer + "!"
	}
	if got := schema.ran("whose"); got != 3 {
		t.Errorf("three viewers asked twice; it ran %d times", got)
	}
}

// Concurrent requests for the same answer make it once.
func TestAnAnswerIsMadeOnceForMany(t *testing.T) {
	server, schema, _ := stubServer(t, nil)
	var all sync.WaitGroup
	bodies := make(chan string, 30)
	for range 30 {
		all.Go(func() { bodies <- get(server.Handler(), "GET", ask("query", "{wait}")).Body.String() })
	}
	<-schema.begun
	time.Sleep(100 * time.Millisecond)
	close(schema.release)
	all.Wait()
	close(bodies)
	for body := range bodies {
		if body != `{"data":{"wait":"wait"}}` {
			t.Errorf("got %s", body)
		}
	}
	if got := schema.ran("wait"); got != 1 {
		t.Errorf("30 at once: it ran %d times", got)
	}
}

// A panic is logged with its stack, the client sees only a code, and the process
// survives.
func TestPanics(t *testing.T) {
	server, _, log := stubServer(t, nil)
	handler := server.Handler()
	clean := func(how, body string) {
		t.Helper()
		if !strings.Contains(body, `"INTERNAL"`) || strings.Contains(body, "secret") || strings.Contains(body, "goroutine") {
			t.Errorf("%s: %s", how, body)
		}
	}
	w := post(handler, `{"query":"{panics}"}`)
	clean("POST", w.Body.String())
	if w.Code != 500 || w.Header().Get("ETag") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	listening := httptest.NewServer(handler)
	defer listening.Close()
	client, err := dial(t, listening.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	clean("WebSocket", string(client.ask(t, "1", "{panics}").Payload))
	if got := log.String(); strings.Count(got, "the secret of the resolver") != 2 || !strings.Contains(got, "stub_test.go") {
		t.Errorf("the log: %s", got)
	}
	if w := post(handler, `{"query":"{fast}"}`); w.Code != 200 {
		t.Errorf("afterwards: %d", w.Code)
	}
	// A stream that has begun is cut off, and does not end as if it were complete.
	for _, accept := range []string{"text/event-stream", "multipart/mixed"} {
		request, _ := http.NewRequest("POST", listening.URL+"/graphql", strings.NewReader(`{"query":"{panics}"}`))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", accept)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if bytes.Contains(body, []byte("secret")) || response.StatusCode == 200 && err == nil {
			t.Errorf("%s: %d %q, %v", accept, response.StatusCode, body, err)
		}
	}
}

// A compressed body is rejected.
func TestCompressedBodies(t *testing.T) {
	server, _, _ := stubServer(t, nil)
	for coding, want := range map[string]int{"gzip": 415, "br": 415, "identity": 200, "": 200} {
		w := post(server.Handler(), `{"query":"{fast}"}`, "Content-Encoding", coding)
		if w.Code != want || want == 415 && (w.Header().Get("Accept-Encoding") != "identity" || !strings.Contains(w.Body.String(), "BAD_USER_INPUT")) {
			t.Errorf("%q: %d %v %s", coding, w.Code, w.Header(), w.Body)
		}
	}
}
