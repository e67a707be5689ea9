package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
)

// boundariesOfAll is a query with a number of aliases, each for the boundaries of all
// regions; with a different tolerance each, so that no cache helps.
func boundariesOfAll(aliases int, tolerance float64) string {
	var query strings.Builder
	query.WriteString("{")
	for i := range aliases {
		fmt.Fprintf(&query, "a%d:regions(first:1000){nodes{boundary(toleranceMetres:%g)}} ", i, tolerance+float64(i)/1000)
	}
	return query.String() + "}"
}

func graphqlBody(tb testing.TB, query string) []byte {
	tb.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		tb.Fatal(err)
	}
	return body
}

// manyLargeQueries sends ten queries with long answers at a time.
func (r *running) manyLargeQueries(ctx context.Context, t *testing.T) {
	var all sync.WaitGroup
	counts := newCounts()
	for i := range 10 {
		all.Go(func() {
			request, _ := http.NewRequestWithContext(ctx, http.MethodPost, r.url+"/graphql", bytes.NewReader(graphqlBody(t, boundariesOfAll(10, float64(i)/10))))
			request.Header.Set("Content-Type", "application/json")
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				counts.add("no answer")
				return
			}
			defer response.Body.Close()
			var first [200]byte
			n, _ := io.ReadFull(response.Body, first[:])
			rest, err := io.Copy(io.Discard, response.Body)
			switch {
			case err != nil:
				counts.add("cut")
			case response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "" && bytes.Contains(first[:n], []byte(`"UNAVAILABLE"`)):
				counts.add("503 with Retry-After")
			case response.StatusCode == http.StatusOK && bytes.HasPrefix(first[:n], []byte(`{"data":{`)):
				counts.add("answered")
				counts.most(rest)
			case bytes.Contains(first[:n], []byte("LIMIT_EXCEEDED")):
				counts.add("LIMIT_EXCEEDED")
			default:
				t.Errorf("%d %s", response.StatusCode, first[:n])
			}
		})
	}
	all.Wait()
	t.Logf("ten queries of ten times all boundaries: %v", counts)
}

type counts struct {
	mu     sync.Mutex
	counts map[string]int
	bytes  int64
}

func newCounts() *counts { return &counts{counts: make(map[string]int)} }

func (c *counts) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.counts[what]++
}

func (c *counts) most(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bytes = max(c.bytes, n)
}

func (c *counts) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return fmt.Sprintf("%v, the longest %.1f MB", c.counts, float64(c.bytes)/1e6)
}

// halfBodies sends most of 400 bodies of 4 MiB, and then nothing more.
func (r *running) halfBodies(ctx context.Context, t *testing.T) {
	const size = 4<<20 - 100
	head := fmt.Appendf(nil, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", size)
	request := append(append(head, `{"query":"`...), bytes.Repeat([]byte(" "), size-20)...)
	counts := newCounts()
	var all sync.WaitGroup
	for range 400 {
		all.Go(func() {
			connection, err := net.Dial("tcp", strings.TrimPrefix(r.url, "http://"))
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			stop := context.AfterFunc(ctx, func() { connection.Close() })
			defer stop()
			go func() { _, _ = connection.Write(request) }()
			answer, _ := io.ReadAll(connection)
			status, _, _ := strings.Cut(string(answer), "\r\n")
			counts.add(status)
		})
	}
	all.Wait()
	t.Logf("400 bodies that do not come to their end: %v", counts)
}

// unreadSocket requests the boundaries of all regions 300 times over one WebSocket,
// and reads nothing.
func (r *running) unreadSocket(ctx context.Context, t *testing.T) {
	connection, _, err := websocket.Dial(ctx, strings.Replace(r.url, "http", "ws", 1)+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
	if err != nil {
		t.Error(err)
		return
	}
	defer connection.CloseNow()
	begun := time.Now()
	send := func(m map[string]any) error {
		short, cancel := context.WithTimeout(ctx, 30*time.Second)
		defer cancel()
		return wsjson.Write(short, connection, m)
	}
	if err := send(map[string]any{"type": "connection_init"}); err != nil {
		t.Error(err)
		return
	}
	var ack any
	if err := wsjson.Read(ctx, connection, &ack); err != nil {
		t.Error(err)
		return
	}
	for i := range 300 {
		query := fmt.Sprintf("{regions(first:1000){nodes{boundary(toleranceMetres:%d.5)}}}", i)
		if err := send(map[string]any{"id": fmt.Sprint(i), "type": "subscribe", "payload": map[string]string{"query": query}}); err != nil {
			t.Logf("the WebSocket was closed after %d queries and %v", i, time.Since(begun).Round(time.Millisecond))
			return
		}
	}
	<-ctx.Done()
	t.Logf("the WebSocket took 300 queries")
}

// noise measures the latency of a program that answers each request with a few bytes:
// what the machine and this test add to every answer.
func noise(ctx context.Context, t *testing.T) (took []time.Duration) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") }))
	defer server.Close()
	for ctx.Err() == nil {
		begun := time.Now()
		response, err := http.Get(server.URL)
		if err != nil {
			t.Error(err)
			continue
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		took = append(took, time.Since(begun))
		time.Sleep(25 * time.Millisecond)
	}
	slices.Sort(took)
	return took
}

// normalClient sends a short new query every 25 ms, and returns the latencies.
func (r *running) normalClient(ctx context.Context, t *testing.T) (took []time.Duration) {
	client := &http.Client{Timeout: 10 * time.Second}
	for i := 0; ctx.Err() == nil; i++ {
		body := graphqlBody(t, fmt.Sprintf(`{regionsAt(point:{lon:%g,lat:-7.2}){regency{code name parent{name}}} regions(first:10,filter:{affirmative:true},asOf:"2017-12-25"){nodes{code name}}}`, 106+float64(i)/1000))
		begun := time.Now()
		response, err := client.Post(r.url+"/graphql", "application/json", bytes.NewReader(body))
		if err != nil {
			t.Errorf("a normal query: %v", err)
			continue
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		took = append(took, time.Since(begun))
		if err != nil || response.StatusCode != http.StatusOK || !bytes.HasPrefix(answer, []byte(`{"data"`)) {
			t.Errorf("a normal query: %d %.200s %v", response.StatusCode, answer, err)
		}
		time.Sleep(25 * time.Millisecond)
	}
	slices.Sort(took)
	return took
}

// awaitCalm waits until the server has finished what its start began.
func (r *running) awaitCalm(t *testing.T) {
	t.Helper()
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		took := r.normalClient(ctx, t)
		cancel()
		if len(took) > 0 && took[len(took)-1] < 50*time.Millisecond {
			return
		}
	}
	t.Fatal("the server is still busy")
}

// p99 returns the 99th percentile of sorted latencies.
func p99(took []time.Duration) time.Duration { return took[len(took)*99/100] }

// No flood takes all resources: whatever is requested concurrently, the server's
// memory stays small and others still get answers. Each flood runs beside the others.
func TestFloods(t *testing.T) {
	for _, limits := range []struct {
		name  string
		flags []string
	}{
		{"as shipped", nil},
		// This case must not depend on what the cost list rejects.
		{"without a cost", []string{"--max-complexity", "1000000000"}},
	} {
		t.Run(limits.name, func(t *testing.T) {
			r := start(t, tempDir(t), nil, append(limits.flags, "--boundaries", boundarytest.Dir(t))...)
			defer r.stop(t)
			r.awaitCalm(t)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			peak := 0
			var beside, fixed []time.Duration
			var watching, floods sync.WaitGroup
			watched, done := context.WithCancel(ctx)
			watching.Go(func() {
				for watched.Err() == nil {
					peak = max(peak, r.residentMiB(t))
					time.Sleep(20 * time.Millisecond)
				}
			})
			watching.Go(func() { beside = r.normalClient(watched, t) })
			watching.Go(func() { fixed = noise(watched, t) })
			for _, flood := range []func(context.Context, *testing.T){r.manyLargeQueries, r.halfBodies, r.unreadSocket} {
				floods.Go(func() { flood(ctx, t) })
			}
			floods.Wait()
			done()
			watching.Wait()
			t.Logf("peak %d MiB resident; %d normal queries beside took %v (median), %v (p99), %v (longest); the machine alone %v (median), %v (p99)",
				peak, len(beside), beside[len(beside)/2], p99(beside), beside[len(beside)-1], fixed[len(fixed)/2], p99(fixed))
			if peak >= 600 {
				t.Errorf("%d MiB resident; the bar is 600", peak)
			}
			if took := p99(beside) - p99(fixed); took >= 250*time.Millisecond {
				t.Errorf("a normal query took %v (p99) longer than the machine does alone; the bar is 250 ms", took)
			}
		})
	}
}
