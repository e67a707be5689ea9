package httpserver

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/99designs/gqlgen/graphql/handler/transport"
	"golang.org/x/sync/semaphore"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// streams are the connections that stay open: WebSockets, server-sent events and
// answers in parts. Their number is limited, as is that of the subscriptions on them,
// in total and per client. They end when the server stops.
type streams struct {
	places, subscriptions             *semaphore.Weighted
	clientPlaces, clientSubscriptions admission.Clients
	config                            Config
	closing                           context.Context
	close                             context.CancelFunc
	metrics                           *metrics
}

func newStreams(config Config, m *metrics) *streams {
	closing, end := context.WithCancel(context.Background())
	places := int64(config.MaxStreams)
	each := places
	if config.MaxClientStreams > 0 {
		each = min(each, int64(config.MaxClientStreams))
	}
	return &streams{places: semaphore.NewWeighted(places), subscriptions: semaphore.NewWeighted(places),
		clientPlaces: admission.Clients{Places: each}, clientSubscriptions: admission.Clients{Places: each}, config: config,
		closing: closing, close: end, metrics: m}
}

// clientKey is for the address that a stream is attributed to.
type clientKey struct{}

// serve runs a connection in one of the places until it ends or the server stops.
func (s *streams) serve(w http.ResponseWriter, r *http.Request, kind string, do func(http.ResponseWriter, *http.Request)) {
	client := clientOf(r, s.config.TrustedProxies)
	if s.closing.Err() != nil || !s.clientPlaces.TryAcquire(client) {
		refuseStream(w)
		return
	}
	defer s.clientPlaces.Release(client)
	if !s.places.TryAcquire(1) {
		refuseStream(w)
		return
	}
	defer s.places.Release(1)
	gauge := s.metrics.streams.WithLabelValues(kind)
	gauge.Inc()
	defer gauge.Dec()
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), clientKey{}, client))
	defer cancel()
	// An answer in parts ends soon by itself.
	if kind != "multipart" {
		defer context.AfterFunc(s.closing, cancel)()
		if a := answeringOf(r); a != nil {
			a.stays = true
		}
	}
	if kind == "websocket" {
		do(w, r.WithContext(ctx))
		return
	}
	stream := &streamWriter{ResponseWriter: w, closing: s.closing, kind: kind}
	defer stream.end()
	do(stream, r.WithContext(ctx))
}

func refuseStream(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	refuse(w, http.StatusServiceUnavailable, sentra.CodeLimitExceeded, "too many connections are open; try again later")
}

// subscribe takes a place for a subscription until its context ends.
func (s *streams) subscribe(ctx context.Context) bool {
	client, _ := ctx.Value(clientKey{}).(string)
	if !s.clientSubscriptions.TryAcquire(client) {
		return false
	}
	if !s.subscriptions.TryAcquire(1) {
		s.clientSubscriptions.Release(client)
		return false
	}
	context.AfterFunc(ctx, func() {
		s.subscriptions.Release(1)
		s.clientSubscriptions.Release(client)
	})
	return true
}

// end ends the connections and waits until they have ended, or ctx has.
func (s *streams) end(ctx context.Context) error {
	s.close()
	return s.places.Acquire(ctx, int64(s.config.MaxStreams))
}

// streamWriter is what gqlgen writes a stream to, from several goroutines.
type streamWriter struct {
	http.ResponseWriter
	closing context.Context
	kind    string

	mu    sync.Mutex
	ended bool
}

// drops reports whether writes are discarded. That is so after the end, since
// gqlgen's keep-alive messages may come after the last event and the underlying
// writers serve other answers by then. It is also so for events once the server is
// stopping, since gqlgen would tell the client that its subscription is complete, and
// the client would not reconnect.
func (s *streamWriter) drops() bool {
	return s.ended || s.kind == "events" && s.closing.Err() != nil
}

func (s *streamWriter) Write(data []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drops() {
		return len(data), nil
	}
	return s.ResponseWriter.Write(data)
}

func (s *streamWriter) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended {
		_ = http.NewResponseController(s.ResponseWriter).Flush()
	}
}

func (s *streamWriter) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
}

func isWebSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// mayConnect reports whether a page of the origin may open a WebSocket, which
// browsers do not restrict: the server's own origin, and the configured ones.
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
		socket := newSocket(h, h.work.client(r))
		defer socket.finish()
		transport.Websocket{
			Implementation:   socket,
			InitTimeout:      h.config.Stall,
			PingPongInterval: h.config.KeepAlive,
		}.Do(w, r, socket)
	})
}
