package httpserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"weak"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// smallBuffers is a listener whose connections buffer as little as the kernel allows.
type smallBuffers struct{ net.Listener }

func (l smallBuffers) Accept() (net.Conn, error) {
	connection, err := l.Listener.Accept()
	if tcp, ok := connection.(*net.TCPConn); ok {
		err = tcp.SetWriteBuffer(4 << 10)
	}
	return connection, err
}

// slowly dials with a small receive buffer.
var slowly = net.Dialer{Control: func(_, _ string, c syscall.RawConn) (err error) {
	_ = c.Control(func(fd uintptr) { err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<10) })
	return err
}}

// served is a server that runs until the test ends.
type served struct {
	*graphqlServer
	address string
	stop    func() error
}

func serve(t *testing.T, change func(*httpserver.Config)) *served {
	t.Helper()
	s := &served{graphqlServer: newGraphQLServer(t, func(config *httpserver.Config) {
		config.Stall, config.MinRate = 400*time.Millisecond, 1<<20
		if change != nil {
			change(config)
		}
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.server.Serve(ctx, smallBuffers{listener}) }()
	s.address = listener.Addr().String()
	s.stop = func() error {
		cancel()
		return <-ended
	}
	t.Cleanup(cancel)
	return s
}

// send sends a request over a new connection, and reads nothing.
func (s *served) send(t *testing.T, request string) net.Conn {
	t.Helper()
	connection, err := slowly.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	if _, err := io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	return connection
}

// waitFor waits until a metric has a value.
func (s *served) waitFor(t *testing.T, name, value string, timeout time.Duration) {
	t.Helper()
	var got string
	for begun := time.Now(); time.Since(begun) < timeout; time.Sleep(20 * time.Millisecond) {
		if got = s.count(name); got == value {
			return
		}
	}
	t.Errorf("%s is %s after %v, not %s", name, got, timeout, value)
}

const (
	// patience is how long a test waits for what should end within a fraction of a
	// second, on a busy machine.
	patience = 8 * time.Second
	inFlight = "sentra_http_requests_in_flight"
)

// A body that does not arrive, or arrives too slowly, ends the connection.
func TestBodiesThatDoNotCome(t *testing.T) {
	s := serve(t, nil)
	for _, c := range []struct{ name, head, says string }{
		{"GET with a body", "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "200 OK"},
		{"HEAD with a body in chunks", "HEAD / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 "},
		{"POST elsewhere", "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", "405 "},
		{"GET of GraphQL with a body", "GET /graphql?query={__typename} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n", `{"data":`},
		{"POST without its body", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n", "408 "},
		{"POST with half of it", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"query\":", "408 "},
		{"POST of another type", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n", "415 "},
		{"half a chunk", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", "408 "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			connection := s.send(t, c.head)
			_ = connection.SetReadDeadline(time.Now().Add(patience))
			answer, err := io.ReadAll(connection)
			if err != nil || !strings.Contains(string(answer), c.says) {
				t.Errorf("%v, %.300s", err, answer)
			}
		})
	}
	t.Run("drop by drop", func(t *testing.T) {
		t.Parallel()
		connection := s.send(t, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
		answered := make(chan string, 1)
		go func() {
			line, _ := bufio.NewReader(connection).ReadString('\n')
			answered <- line
		}()
		for range int(patience / (100 * time.Millisecond)) {
			_, _ = io.WriteString(connection, " ")
			select {
			case line := <-answered:
				if !strings.Contains(line, "408") {
					t.Errorf("got %q", line)
				}
				return
			case <-time.After(100 * time.Millisecond):
			}
		}
		t.Error("a body that comes at ten bytes a second is waited for")
	})
}

// A client that does not read its answer is cut off, whatever it requested, and pins
// no state of the dataset.
func TestReadersThatStall(t *testing.T) {
	s := serve(t, nil)
	// Each answer is longer than what the kernel buffers for the client.
	const rows = `regions(first:1000){nodes{id code name kind level bbox{west south east north} labelPoint{lon lat} parent{id name}}}`
	long := "{a:" + rows + " b:" + rows + " c:" + rows + "}"
	body := fmt.Sprintf(`{"query":%q}`, long)
	posted := func(accept, body string) string {
		return fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", accept, len(body), body)
	}
	deferred := fmt.Sprintf(`{"query":%q}`, "{a:"+rows+" b:"+rows+" ... @defer {c:regions(first:1000){nodes{code clusters{totalCount}}}}}")
	if w := post(s, body); w.Code != 200 || w.Body.Len() < 300_000 || strings.HasPrefix(w.Body.String(), `{"errors"`) {
		t.Fatalf("%d with %d bytes: %.200s", w.Code, w.Body.Len(), w.Body)
	}
	old := weak.Make(s.holder.Atlas())
	for name, request := range map[string]string{
		"export":    "GET /regions.ndjson HTTP/1.1\r\nHost: x\r\n\r\n",
		"range":     "GET /regions.geojson HTTP/1.1\r\nHost: x\r\nRange: bytes=10-\r\n\r\n",
		"answer":    posted("application/json", body),
		"events":    posted("text/event-stream", body),
		"parts":     posted("multipart/mixed", deferred),
		"link":      "GET /graphql?query=" + url.QueryEscape(long) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"listener":  "GET /graphql?query=subscription{datasetChanged{version}} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n",
		"pipelined": strings.Repeat("GET /regions.csv HTTP/1.1\r\nHost: x\r\n\r\n", 20),
	} {
		if name != "listener" {
			s.send(t, request)
			continue
		}
		defer s.send(t, request).Close()
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	socket, _, err := websocket.Dial(ctx, "ws://"+s.address+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"},
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: slowly.DialContext}}})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.CloseNow()
	for _, m := range []message{{Type: "connection_init"}, {ID: "1", Type: "subscribe", Payload: json.RawMessage(body)}, {ID: "2", Type: "subscribe", Payload: json.RawMessage(body)}} {
		if err := wsjson.Write(ctx, socket, m); err != nil {
			t.Fatal(err)
		}
	}
	// The subscription stays, besides the request for the metrics.
	s.waitFor(t, inFlight, "2", 2*patience)
	s.waitFor(t, `sentra_http_streams{kind="websocket"}`, "0", patience)
	s.waitFor(t, `sentra_http_streams{kind="events"}`, "1", patience)
	s.waitFor(t, "sentra_work_in_progress", "0", patience)
	s.waitFor(t, "sentra_work_bytes", "0", patience)
	s.refresh(t, "two")
	for begun := time.Now(); old.Value() != nil; time.Sleep(20 * time.Millisecond) {
		runtime.GC()
		if time.Since(begun) > patience {
			t.Fatal("the old state of the dataset is still in memory")
		}
	}
}

// A client that reads slowly but steadily gets everything.
func TestASlowReaderGetsItAll(t *testing.T) {
	s := serve(t, func(config *httpserver.Config) { config.Stall, config.MinRate = 4*time.Second, 1<<10 })
	connection := s.send(t, "GET /regions.csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	all, piece := 0, make([]byte, 32<<10)
	for {
		n, err := connection.Read(piece)
		all += n
		if err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("after %d bytes: %v", all, err)
		}
		time.Sleep(30 * time.Millisecond)
	}
	if all < 400_000 {
		t.Errorf("got %d bytes", all)
	}
}

// A server that is stopping says so before it closes, answers requests that have
// begun, and ends in time whatever its clients do.
func TestStop(t *testing.T) {
	s := serve(t, func(config *httpserver.Config) {
		config.DrainDelay, config.DrainTimeout = time.Second, 10*time.Second
	})
	s.send(t, "GET /regions.ndjson HTTP/1.1\r\nHost: x\r\n\r\n")
	s.send(t, "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{")
	ended := make(chan error, 1)
	begun := time.Now()
	go func() { ended <- s.stop() }()
	time.Sleep(200 * time.Millisecond)
	response, err := http.Get("http://" + s.address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != 503 || !strings.Contains(string(body), `"draining"`) || !response.Close {
		t.Errorf("/readyz: %d %s, close %t", response.StatusCode, body, response.Close)
	}
	if answer, err := http.Get("http://" + s.address + "/graphql?query={__typename}"); err != nil || answer.StatusCode != 200 {
		t.Errorf("a question meanwhile: %v", err)
	}
	select {
	case err := <-ended:
		if err != nil || time.Since(begun) < time.Second {
			t.Errorf("ended after %v: %v", time.Since(begun), err)
		}
	case <-time.After(patience + 5*time.Second):
		t.Fatal("the server does not stop")
	}
	// Requests that are not done in time are cut off.
	s = serve(t, func(config *httpserver.Config) {
		config.Stall, config.DrainTimeout = time.Minute, 300*time.Millisecond
	})
	s.send(t, strings.Repeat("GET /regions.ndjson HTTP/1.1\r\nHost: x\r\n\r\n", 20))
	time.Sleep(300 * time.Millisecond)
	go func() { ended <- s.stop() }()
	select {
	case err := <-ended:
		if err == nil {
			t.Error("nothing is said of an answer that was cut")
		}
	case <-time.After(patience):
		t.Fatal("the server does not stop while an export is not read")
	}
}

// /readyz and the metrics report that the record could not be read.
func TestStale(t *testing.T) {
	s := newGraphQLServer(t, nil)
	state := func() (out httpserver.Readiness) {
		t.Helper()
		if err := json.Unmarshal(get(s, "GET", "/readyz").Body.Bytes(), &out); err != nil {
			t.Fatal(err)
		}
		return out
	}
	if got := state(); got.Stale || got.LastError != "" || got.Status != "ready" {
		t.Errorf("at first: %+v", got)
	}
	s.facts.err = io.ErrUnexpectedEOF
	for range 2 {
		_ = s.holder.Refresh(t.Context())
	}
	time.Sleep(100 * time.Millisecond)
	if got := state(); !got.Stale || got.LastError != "INTERNAL" || got.Status != "ready" || got.DatasetCheckedSecondsAgo <= 0 {
		t.Errorf("after a failure: %+v", got)
	}
	if got := s.count("sentra_dataset_refresh_failures_total"); got != "2" {
		t.Errorf("%s failures counted", got)
	}
	if got := s.count("sentra_dataset_age_seconds"); got == "0" {
		t.Error("the age is not told")
	}
	s.facts.err = nil
	if err := s.holder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := state(); got.Stale || got.LastError != "" {
		t.Errorf("when it could be read again: %+v", got)
	}
}
