package httpserver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// socket is a client of graphql-transport-ws.
type socket struct {
	*websocket.Conn
	ctx context.Context
}

type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func dial(t *testing.T, address, origin string) (socket, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	connection, _, err := websocket.Dial(ctx, strings.Replace(address, "http", "ws", 1)+"/graphql",
		&websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
	if err != nil {
		return socket{}, err
	}
	t.Cleanup(func() { connection.CloseNow() })
	s := socket{connection, ctx}
	s.send(t, message{Type: "connection_init"})
	if got := s.next(t); got.Type != "connection_ack" {
		t.Fatalf("got %+v", got)
	}
	return s, nil
}

func (s socket) send(t *testing.T, m message) {
	t.Helper()
	if err := wsjson.Write(s.ctx, s.Conn, m); err != nil {
		t.Fatal(err)
	}
}

// next returns the next message that is not a keep-alive.
func (s socket) next(t *testing.T) message {
	t.Helper()
	for {
		var m message
		if err := wsjson.Read(s.ctx, s.Conn, &m); err != nil {
			t.Fatal(err)
		}
		switch m.Type {
		case "ping":
			s.send(t, message{Type: "pong"})
		case "pong":
		default:
			return m
		}
	}
}

func (s socket) ask(t *testing.T, id, query string) message {
	t.Helper()
	payload, _ := json.Marshal(map[string]string{"query": query})
	s.send(t, message{ID: id, Type: "subscribe", Payload: payload})
	for {
		if got := s.next(t); got.ID == id {
			return got
		}
	}
}

func TestWebSocket(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) {
		config.Timeout, config.KeepAlive, config.MaxStreams = 500*time.Millisecond, 250*time.Millisecond, 2
		config.Origins = []string{"https://friend.example"}
	})
	server := httptest.NewServer(s)
	defer server.Close()
	if _, err := dial(t, server.URL, "https://stranger.example"); err == nil || !strings.Contains(err.Error(), "403") {
		t.Errorf("a page of a strange origin: %v", err)
	}
	if own, err := dial(t, server.URL, server.URL); err != nil {
		t.Errorf("a page of the server's own: %v", err)
	} else {
		own.Close(websocket.StatusNormalClosure, "")
	}
	client, err := dial(t, server.URL, "https://friend.example")
	if err != nil {
		t.Fatal(err)
	}
	const subscription = `subscription{datasetChanged{version}}`
	event := func(version string) string { return `{"data":{"datasetChanged":{"version":"` + version + `"}}}` }
	if got := client.ask(t, "1", subscription); got.ID != "1" || string(got.Payload) != event("one") {
		t.Errorf("got %+v %s", got, got.Payload)
	}
	// Longer than the timeout of a query, and than a dead connection is kept.
	time.AfterFunc(1200*time.Millisecond, func() { s.refresh(t, "two") })
	if got := client.next(t); string(got.Payload) != event("two") {
		t.Errorf("got %s", got.Payload)
	}
	// A query has its own timeout, and sees the present state.
	if got := client.ask(t, "2", `{dataset{version}}`); got.ID != "2" || string(got.Payload) != `{"data":{"dataset":{"version":"two"}}}` {
		t.Errorf("a query: %+v %s", got, got.Payload)
	}
	if got := client.next(t); got.ID != "2" || got.Type != "complete" {
		t.Errorf("got %+v", got)
	}
	if got := client.ask(t, "3", `{... @defer {dataset{version}}}`); !strings.Contains(string(got.Payload), "multipart/mixed") {
		t.Errorf("@defer: %s", got.Payload)
	}
	client.next(t)
	if got := client.ask(t, "4", subscription); string(got.Payload) != event("two") {
		t.Errorf("a second subscription: %s", got.Payload)
	}
	if got := client.ask(t, "5", subscription); !strings.Contains(string(got.Payload), "LIMIT_EXCEEDED") {
		t.Errorf("one subscription too many: %s", got.Payload)
	}
	client.next(t)
	client.send(t, message{ID: "4", Type: "complete"})
	for id := range 100 {
		if got := client.ask(t, fmt.Sprint("again", id), subscription); string(got.Payload) == event("two") {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the place of a subscription that ended stays taken")
}

// A slow reader gets the newest state and not every one in between.
func TestSlowListenersSkip(t *testing.T) {
	s := newGraphQLServer(t, nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	resolver := &graph.Resolver{Holder: s.holder, Now: time.Now}
	changes, err := resolver.Subscription().DatasetChanged(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got := <-changes; got.Version != "one" {
		t.Errorf("got %s", got.Version)
	}
	for _, version := range []string{"two", "three", "four", "five"} {
		s.refresh(t, version)
	}
	var seen []string
	for len(seen) == 0 || seen[len(seen)-1] != "five" {
		seen = append(seen, (<-changes).Version)
	}
	// One state may have been sent before the next arrived.
	if len(seen) > 2 {
		t.Errorf("got %v", seen)
	}
	cancel()
	for range changes {
		t.Error("an event after the end")
	}
}

// A server that is stopping ends the connections that stay open within the drain
// timeout.
func TestStopWithListeners(t *testing.T) {
	s := newGraphQLServer(t, nil)
	built, err := app.New(t.Context(), app.Config{Holder: s.holder, HTTP: httpserver.DefaultConfig()})
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- built.Server.Serve(ctx, listener) }()
	address := "http://" + listener.Addr().String()
	client, err := dial(t, address, "")
	if err != nil {
		t.Fatal(err)
	}
	client.ask(t, "1", `subscription{datasetChanged{version}}`)
	next, response, _ := events(t, address)
	next()
	ended := make(chan error, 1)
	go func() {
		var m message
		ended <- wsjson.Read(client.ctx, client.Conn, &m)
	}()
	begun := time.Now()
	stop()
	select {
	case err := <-stopped:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(14 * time.Second):
		t.Fatal("the server does not stop")
	}
	t.Logf("stopped after %v", time.Since(begun))
	var closed websocket.CloseError
	if err := <-ended; !errors.As(err, &closed) || closed.Code != websocket.StatusNormalClosure {
		t.Errorf("the socket: %v", err)
	}
	// The stream ends without saying that the subscription is complete, so that the
	// client reconnects.
	if rest, err := io.ReadAll(response.Body); err != nil || strings.Contains(string(rest), "complete") {
		t.Errorf("the stream of events: %q %v", rest, err)
	}
}

// flushes records what was written by each flush.
type flushes struct {
	header http.Header
	all    bytes.Buffer
	at     []int
}

func (f *flushes) Header() http.Header { return f.header }

func (f *flushes) WriteHeader(int) {}

func (f *flushes) Write(data []byte) (int, error) { return f.all.Write(data) }

func (f *flushes) Flush() { f.at = append(f.at, f.all.Len()) }

// Deferred parts that run out of time say so, and the answer ends properly.
func TestDeferredPartsEndInTime(t *testing.T) {
	for name, timeout := range map[string]time.Duration{"in time": 20 * time.Second, "too late": time.Nanosecond} {
		t.Run(name, func(t *testing.T) {
			s := newGraphQLServer(t, func(config *httpserver.Config) { config.Timeout = timeout })
			body := `{"query":"{region(code:\"94.06\",asOf:\"2017-12-25\"){code ... @defer(label:\"c\") {clusters{totalCount} boundary}}}"}`
			request := httptest.NewRequest("POST", "/graphql", strings.NewReader(body))
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("Accept", "multipart/mixed")
			w := &flushes{header: http.Header{}}
			done := make(chan struct{})
			go func() {
				defer close(done)
				s.ServeHTTP(w, request)
			}()
			select {
			case <-done:
			case <-time.After(10 * time.Second):
				t.Fatal("the answer does not come to its end")
			}
			all := w.all.String()
			if timeout < time.Second {
				// Package graph tests parts that are late after a first one that is not.
				if !strings.Contains(all, "DEADLINE_EXCEEDED") {
					t.Errorf("got %s", all)
				}
				return
			}
			first, rest, _ := strings.Cut(all, `"incremental"`)
			if !strings.Contains(first, `"code":"94.06"`) || strings.Contains(first, "totalCount") || !strings.HasSuffix(strings.TrimSpace(all), "-----") || len(w.at) == 0 {
				t.Errorf("got %s", all)
			}
			if strings.Contains(rest, "DEADLINE_EXCEEDED") {
				t.Errorf("the deferred part: %s", rest)
			}
		})
	}
}
