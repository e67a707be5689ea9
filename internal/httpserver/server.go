// Package httpserver serves Sentra over HTTP: GraphQL with its limits, the pages
// for people, health, readiness and metrics.
package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/CAFxX/httpcompression"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config says how to serve.
type Config struct {
	// MaxBody is the greatest length of a request body in bytes.
	MaxBody int64
	// MaxTokens is the greatest number of tokens of a query; a thousand aliased
	// points with all their fields have some 40,000.
	MaxTokens int
	// MaxDepth is the greatest depth of nested fields, MaxAliases the greatest number
	// of aliases of an operation, fragments put in.
	MaxDepth, MaxAliases int
	// MaxSelections is the greatest number of fields of a document, fragments put in.
	MaxSelections int
	// MaxFragments, MaxOperations, MaxVariables and MaxDirectives are the greatest
	// numbers of them in a document.
	MaxFragments, MaxOperations, MaxVariables, MaxDirectives int
	// MaxComplexity is the greatest price of an operation.
	MaxComplexity int
	// Timeout is the time a request may take.
	Timeout time.Duration
	// Origins may call from a browser; "*" for all.
	Origins []string
	// Preflight says which GET requests must show that no foreign page sent them.
	Preflight PreflightRule
	// MaxAge is how long other caches may serve an answer that depends on today,
	// LastingMaxAge one that depends on the dataset alone.
	MaxAge, LastingMaxAge time.Duration
	// AnswerCache is the greatest number of bytes of answers kept; 0 keeps none.
	AnswerCache int64
	// TrustedDocuments are operations by id; with OnlyTrusted no others are answered.
	TrustedDocuments map[string]string
	OnlyTrusted      bool
	// MaxStreams is the greatest number of WebSockets, event streams and answers
	// in parts, and that of subscriptions on them.
	MaxStreams int
	// KeepAlive is the time between signs of life on connections that stay open.
	KeepAlive time.Duration
	// Pages holds the pages (index.html, playground.html) and their assets/.
	Pages fs.FS
	// Data is what the routes beside GraphQL answer from; without an Atlas in it
	// there are none.
	Data Data
}

// Data is what the routes beside GraphQL answer from.
type Data struct {
	// Atlas gives the present atlas; a request takes it once.
	Atlas func() *atlas.Atlas
	// Today gives the day that an answer without asOf is for.
	Today func() sentra.Date
	// Version is that of the binary: with another one, entity tags change.
	Version string
	// ParseRegionFilter and ParseClusterFilter read the JSON object that GraphQL
	// takes as a filter; the error is a BAD_USER_INPUT whose path begins at filter.
	ParseRegionFilter  func(text string) (*sentra.RegionFilter, error)
	ParseClusterFilter func(text string) (*sentra.ClusterFilter, error)
	// InputSchemas gives the JSON Schemas of these filters and of the orders by
	// name, referring to each other under a prefix; nil leaves them undescribed.
	InputSchemas func(prefix string) map[string]any
	// ClientSchema gives the schema as clients' tools read it; nil serves none.
	ClientSchema func() string
	// ClusterID gives the id of the API for a cluster's key.
	ClusterID func(key string) string
}

// DefaultConfig gives limits under which introspection and every example pass.
func DefaultConfig() Config {
	return Config{MaxBody: 4 << 20, MaxTokens: 50_000, MaxDepth: 20, MaxAliases: 1_000, MaxSelections: 20_000,
		MaxFragments: 500, MaxOperations: 100, MaxVariables: 500, MaxDirectives: 5_000, MaxComplexity: 250_000,
		Timeout: 20 * time.Second, Origins: []string{"*"}, Preflight: PreflightBrowsers, MaxAge: time.Minute, LastingMaxAge: 10 * time.Minute,
		AnswerCache: 64 << 20, MaxStreams: 1000, KeepAlive: 15 * time.Second}
}

// Readiness is what /readyz tells.
type Readiness struct {
	// Status is ready, or unavailable when the database does not answer.
	Status         string `json:"status"`
	Database       string `json:"database"`
	Boundaries     string `json:"boundaries"`
	DatasetVersion string `json:"datasetVersion"`
	Note           string `json:"note,omitempty"`
}

// Backend is what the server asks apart from GraphQL.
type Backend interface {
	// Readiness tells the state; an error says that it is not ready.
	Readiness(ctx context.Context) (Readiness, error)
}

// Server answers requests.
type Server struct {
	handler http.Handler
	streams *streams
	log     *slog.Logger
}

type metrics struct {
	requests *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	answers  *prometheus.CounterVec
	streams  *prometheus.GaugeVec
	flight   prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sentra_http_request_duration_seconds",
			Help: "Duration of HTTP requests by route and status.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}, []string{"route", "status"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sentra_graphql_errors_total",
			Help: "GraphQL errors by code."}, []string{"code"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sentra_graphql_answers_total",
			Help: "GraphQL answers in one piece: made, kept from before, or not modified."}, []string{"how"}),
		streams: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "sentra_http_streams",
			Help: "Connections that stay open, by kind."}, []string{"kind"}),
		flight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "sentra_http_requests_in_flight", Help: "Requests being answered."}),
	}
	registry.MustRegister(m.requests, m.errors, m.answers, m.streams, m.flight, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// New makes a server for a schema. pin, if not nil, gives every operation one
// state of the dataset.
func New(config Config, schema graphql.ExecutableSchema, pin Pin, backend Backend, log *slog.Logger) (*Server, error) {
	registry := prometheus.NewRegistry()
	m := newMetrics(registry)

	open := newStreams(config.MaxStreams, m)
	gql, err := newGraphQL(config, schema, pin, open, log, m)
	if err != nil {
		return nil, err
	}
	compress, err := compression()
	if err != nil {
		return nil, err
	}
	router := chi.NewRouter()
	router.Use(inTurns, observe(log, m), recoverPanics(log), noSniffing, crossOrigin(config.Origins), compress)
	router.Handle("/graphql", gql)
	router.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	router.Get("/readyz", func(w http.ResponseWriter, r *http.Request) {
		state, err := backend.Readiness(r.Context())
		status := http.StatusOK
		if err != nil {
			log.WarnContext(r.Context(), "not ready", "error", err)
			status = http.StatusServiceUnavailable
		}
		writeJSON(w, status, state)
	})
	if config.Data.ClientSchema != nil {
		routeText(router, "/schema.graphql", "text/plain; charset=utf-8", []byte(config.Data.ClientSchema()))
	}
	if config.Data.Atlas != nil {
		routeExports(router, config.Data, config.Timeout, log)
		if err := routeOpenAPI(router, config.Data); err != nil {
			return nil, err
		}
		if err := routeTiles(router, config, log); err != nil {
			return nil, fmt.Errorf("set up the vector tiles: %w", err)
		}
	}
	router.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	if config.Pages != nil {
		servePages(router, config.Pages)
	}
	router.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, sentra.CodeNotFound, "there is nothing here; the API is at /graphql, the map at /, the playground at /playground; /openapi.json describes files and tiles")
	})
	router.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "this is read by GET")
	})
	return &Server{handler: router, streams: open, log: log}, nil
}

// Handler gives the handler of all routes.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on the listener until ctx ends, then ends the connections that
// stay open and finishes what is under way, for at most 15 seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		s.streams.close()
		stopped <- errors.Join(server.Shutdown(grace), s.streams.end(grace))
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve HTTP: %w", err)
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("finish the requests under way: %w", err)
	}
	return nil
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestIDOf gives the id that a client or a proxy gave its request, else a new one.
func requestIDOf(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); given != "" && saneID.MatchString(given) {
		return given
	}
	var random [8]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

// requestID gives the id of the request that a context belongs to.
func requestID(ctx context.Context) string {
	if a, ok := ctx.Value(answeringKey{}).(*answering); ok {
		return a.requestID
	}
	return ""
}

// answering is a request being answered: a writer that remembers the status.
type answering struct {
	http.ResponseWriter
	requestID string
	status    int
	// stays tells that the connection stays open, so that its duration says nothing.
	stays bool
}

type answeringKey struct{}

func (a *answering) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answering) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(data)
}

// Flush sends what was written on its way.
func (a *answering) Flush() { _ = http.NewResponseController(a.ResponseWriter).Flush() }

// Unwrap lets http.ResponseController reach the writer below.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// inTurns lets the requests of other connections go first. A client that asks again
// as soon as it has its answer would otherwise be answered for some 10 ms on end,
// the time slice of the Go scheduler, while all others wait that long for each such
// client before them.
func inTurns(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		runtime.Gosched()
		next.ServeHTTP(w, r)
	})
}

// observe gives every request its id, and counts and times its answer.
func observe(log *slog.Logger, m *metrics) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			m.flight.Inc()
			defer m.flight.Dec()
			a := &answering{ResponseWriter: w, requestID: requestIDOf(r)}
			w.Header()["X-Request-Id"] = []string{a.requestID}
			ctx := context.WithValue(r.Context(), answeringKey{}, a)
			next.ServeHTTP(a, r.WithContext(ctx))
			route := chi.RouteContext(ctx).RoutePattern()
			took := time.Since(start)
			if !a.stays {
				m.requests.WithLabelValues(route, strconv.Itoa(a.status)).Observe(took.Seconds())
			}
			if log.Enabled(ctx, slog.LevelDebug) {
				log.DebugContext(ctx, "request", "method", r.Method, "route", route, "status", a.status, "took", took, "request", a.requestID)
			}
		})
	}
}

func recoverPanics(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				panicked := recover()
				if panicked == http.ErrAbortHandler {
					panic(panicked)
				}
				if panicked != nil {
					log.ErrorContext(r.Context(), "a handler panicked", "panic", panicked, "request", requestID(r.Context()))
					refuse(w, http.StatusInternalServerError, sentra.CodeInternal, "internal error")
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
}

// noSniffing keeps browsers from taking an answer for another type than it says.
func noSniffing(next http.Handler) http.Handler {
	// One list serves all answers: whoever adds to it gets a list of its own.
	value := []string{"nosniff"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = value
		next.ServeHTTP(w, r)
	})
}

// compression compresses answers of some length, and those in parts from their
// first byte on, since what is held back to see its length does not get through.
func compression() (func(http.Handler) http.Handler, error) {
	whole, err := httpcompression.DefaultAdapter(httpcompression.MinSize(1024))
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	parts, err := httpcompression.DefaultAdapter(httpcompression.MinSize(0))
	if err != nil {
		return nil, fmt.Errorf("set up compression of parts: %w", err)
	}
	return func(next http.Handler) http.Handler {
		compressed, compressedInParts := whole(next), parts(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			takes := accept(r.Header)
			switch {
			case isWebSocket(r):
				next.ServeHTTP(w, r)
			case takes.events || takes.multipart:
				compressedInParts.ServeHTTP(w, r)
			default:
				compressed.ServeHTTP(w, r)
			}
		})
	}, nil
}

// crossOrigin lets pages of the origins call. Where all may, every answer says so,
// asked or not: then one copy in a shared cache serves all of them.
func crossOrigin(origins []string) func(http.Handler) http.Handler {
	exposed := []string{"ETag", "X-Request-Id", "Retry-After", "Content-Disposition", headerTotalCount, headerNotCoveredCount, headerAsOf, headerDatasetVersion}
	checked := cors.Handler(cors.Options{AllowedOrigins: origins, AllowedMethods: []string{"GET", "HEAD", "POST", "OPTIONS"},
		AllowedHeaders: []string{"Content-Type", "Accept", "Apollo-Require-Preflight", "X-Apollo-Operation-Name", "If-None-Match", "X-Request-Id"},
		ExposedHeaders: exposed, MaxAge: 86400})
	if !slices.Contains(origins, "*") {
		return checked
	}
	allOrigins, allExposed := []string{"*"}, []string{strings.Join(exposed, ", ")}
	return func(next http.Handler) http.Handler {
		open := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			header := w.Header()
			delete(header, "Vary")
			header["Access-Control-Allow-Origin"], header["Access-Control-Expose-Headers"] = allOrigins, allExposed
			next.ServeHTTP(w, r)
		})
		return checked(open)
	}
}

func itoa(i int) string { return strconv.Itoa(i) }
