package httpserver

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"golang.org/x/sync/semaphore"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// streams are the connections that stay open: WebSockets, server-sent events and
// answers in parts. There is a number of places for them, and as many for the
// subscriptions on them; they end when the server stops.
type streams struct {
	places, subscriptions *semaphore.Weighted
	limit                 int64
	closing               context.Context
	close                 context.CancelFunc
	metrics               *metrics
}

func newStreams(limit int, m *metrics) *streams {
	closing, end := context.WithCancel(context.Background())
	return &streams{places: semaphore.NewWeighted(int64(limit)), subscriptions: semaphore.NewWeighted(int64(limit)), limit: int64(limit),
		closing: closing, close: end, metrics: m}
}

// serve runs a connection in one of the places, to its end or the server's.
func (s *streams) serve(w http.ResponseWriter, r *http.Request, kind string, do func(http.ResponseWriter, *http.Request)) {
	if s.closing.Err() != nil || !s.places.TryAcquire(1) {
		w.Header().Set("Retry-After", "5")
		refuse(w, http.StatusServiceUnavailable, sentra.CodeLimitExceeded, "too many connections are open; try again later")
		return
	}
	defer s.places.Release(1)
	gauge := s.metrics.streams.WithLabelValues(kind)
	gauge.Inc()
	defer gauge.Dec()
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	// An answer in parts comes to its end soon by itself.
	if kind != "multipart" {
		defer context.AfterFunc(s.closing, cancel)()
		if written, ok := r.Context().Value(answeringKey{}).(*answering); ok {
			written.stays = true
		}
	}
	do(untilClosing{w, s.closing, kind}, r.WithContext(ctx))
}

// subscribe takes a place for a subscription until its context ends.
func (s *streams) subscribe(ctx context.Context) bool {
	if !s.subscriptions.TryAcquire(1) {
		return false
	}
	context.AfterFunc(ctx, func() { s.subscriptions.Release(1) })
	return true
}

// end ends the connections and waits until they have, or ctx has.
func (s *streams) end(ctx context.Context) error {
	s.close()
	return s.places.Acquire(ctx, s.limit)
}

// untilClosing drops what is written to a stream of events once the server stops:
// gqlgen would tell the client that its subscription is complete, and the client
// would not come back.
type untilClosing struct {
	http.ResponseWriter
	closing context.Context
	kind    string
}

func (u untilClosing) Write(data []byte) (int, error) {
	if u.kind == "events" && u.closing.Err() != nil {
		return len(data), nil
	}
	return u.ResponseWriter.Write(data)
}

// Flush sends what was written on its way.
func (u untilClosing) Flush() { _ = http.NewResponseController(u.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the writer below.
func (u untilClosing) Unwrap() http.ResponseWriter { return u.ResponseWriter }

func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// mayConnect tells whether a page of the origin may open a WebSocket, which
// browsers let every page do: the server's own, and those of the origins.
func mayConnect(r *http.Request, origins []string) bool {
	origin := strings.ToLower(r.Header.Get("Origin"))
	if _, host, _ := strings.Cut(origin, "://"); origin == "" || host == strings.ToLower(r.Host) {
		return true
	}
	return slices.ContainsFunc(origins, func(allowed string) bool {
		matches, err := path.Match(strings.ToLower(allowed), origin)
		return allowed == "*" || err == nil && matches
	})
}

func (h *graphqlHandler) websocket(w http.ResponseWriter, r *http.Request) {
	if !mayConnect(r, h.config.Origins) {
		refuse(w, http.StatusForbidden, sentra.CodeBadUserInput, "pages of this origin may not open a WebSocket here")
		return
	}
	h.streams.serve(w, r, "websocket", func(w http.ResponseWriter, r *http.Request) {
		transport.Websocket{
			Implementation:   transport.CoderWebsocketImplementation{AcceptOptions: websocket.AcceptOptions{InsecureSkipVerify: true}},
			InitTimeout:      10 * time.Second,
			PingPongInterval: h.config.KeepAlive,
			PayloadReadLimit: &h.config.MaxBody,
		}.Do(w, r, h.exec)
	})
}
