// Package httpserver serves Sentra over HTTP: GraphQL with its limits, the pages
// for people, health, readiness and metrics.
package httpserver

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/CAFxX/httpcompression"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/cors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config says how to serve.
type Config struct {
	// MaxBody is the greatest length of a request body in bytes.
	MaxBody int64
	// MaxTokens is the greatest number of tokens of a query.
	MaxTokens int
	// MaxDepth is the greatest depth of nested fields.
	MaxDepth int
	// MaxAliases is the greatest number of aliases of an operation.
	MaxAliases int
	// MaxComplexity is the greatest price of an operation.
	MaxComplexity int
	// Timeout is the time a request may take.
	Timeout time.Duration
	// Origins may call from a browser; "*" for all.
	Origins []string
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
	// ClusterID gives the id of the API for a cluster's key.
	ClusterID func(key string) string
}

// DefaultConfig gives limits under which introspection and every example pass.
func DefaultConfig() Config {
	return Config{MaxBody: 4 << 20, MaxTokens: 20_000, MaxDepth: 20, MaxAliases: 1_000, MaxComplexity: 250_000,
		Timeout: 20 * time.Second, Origins: []string{"*"}}
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
	log     *slog.Logger
}

type metrics struct {
	requests *prometheus.HistogramVec
	errors   *prometheus.CounterVec
	flight   prometheus.Gauge
}

func newMetrics(registry *prometheus.Registry) *metrics {
	m := &metrics{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sentra_http_request_duration_seconds",
			Help: "Duration of HTTP requests by route and status.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 16)}, []string{"route", "status"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "sentra_graphql_errors_total",
			Help: "GraphQL errors by code."}, []string{"code"}),
		flight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "sentra_http_requests_in_flight", Help: "Requests being answered."}),
	}
	registry.MustRegister(m.requests, m.errors, m.flight, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// New makes a server for a schema. around, if not nil, wraps every operation.
func New(config Config, schema graphql.ExecutableSchema, around graphql.OperationMiddleware, backend Backend, log *slog.Logger) (*Server, error) {
	registry := prometheus.NewRegistry()
	m := newMetrics(registry)

	gql := handler.New(schema)
	gql.AddTransport(transport.Options{})
	gql.AddTransport(transport.GET{})
	gql.AddTransport(transport.POST{})
	gql.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	gql.SetParserTokenLimit(config.MaxTokens)
	gql.Use(extension.Introspection{})
	gql.Use(extension.AutomaticPersistedQuery{Cache: lru.New[string](1000)})
	gql.Use(&limits{depth: config.MaxDepth, aliases: config.MaxAliases, complexity: config.MaxComplexity})
	gql.SetErrorPresenter(presenter(log, m))
	gql.SetRecoverFunc(func(ctx context.Context, panicked any) error {
		return fmt.Errorf("a resolver panicked: %v", panicked)
	})
	gql.AroundRootFields(withDeadline)
	if around != nil {
		gql.AroundOperations(around)
	}

	compress, err := httpcompression.DefaultAdapter(httpcompression.MinSize(1024))
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	router := chi.NewRouter()
	router.Use(withRequestID, observe(log, m), recoverPanics(log), securityHeaders,
		cors.Handler(cors.Options{AllowedOrigins: config.Origins, AllowedMethods: []string{"GET", "HEAD", "POST", "OPTIONS"},
			AllowedHeaders: []string{"Content-Type", "Accept", "Apollo-Require-Preflight", "X-Request-Id"}, ExposedHeaders: []string{"ETag", "X-Request-Id", "Content-Disposition", headerTotalCount, headerNotCoveredCount, headerAsOf, headerDatasetVersion}, MaxAge: 86400}),
		compress)
	router.With(deadline(config.Timeout), checkBody(config.MaxBody)).Handle("/graphql", gql)
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
	if config.Data.Atlas != nil {
		routeExports(router, config.Data, config.Timeout, log)
		if err := routeTiles(router, config.Data, config.Timeout, log); err != nil {
			return nil, fmt.Errorf("set up the vector tiles: %w", err)
		}
	}
	router.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	if config.Pages != nil {
		servePages(router, config.Pages)
	}
	router.NotFound(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusNotFound, sentra.CodeNotFound, "there is nothing here; the API is at /graphql, the map at /, the playground at /playground")
	})
	return &Server{handler: router, log: log}, nil
}

// Handler gives the handler of all routes.
func (s *Server) Handler() http.Handler { return s.handler }

// Serve answers on the listener until ctx ends, then finishes what is under way,
// for at most 15 seconds.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
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

type requestIDKey struct{}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

func withRequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		if !saneID.MatchString(id) {
			random := make([]byte, 8)
			_, _ = rand.Read(random)
			id = hex.EncodeToString(random)
		}
		w.Header().Set("X-Request-Id", id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets http.ResponseController reach the writer below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func observe(log *slog.Logger, m *metrics) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			m.flight.Inc()
			defer m.flight.Dec()
			written := &statusWriter{ResponseWriter: w}
			next.ServeHTTP(written, r)
			route := chi.RouteContext(r.Context()).RoutePattern()
			took := time.Since(start)
			m.requests.WithLabelValues(route, strconv.Itoa(written.status)).Observe(took.Seconds())
			log.DebugContext(r.Context(), "request", "method", r.Method, "route", route, "status", written.status, "took", took, "request", requestID(r.Context()))
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

func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "strict-origin-when-cross-origin")
		next.ServeHTTP(w, r)
	})
}

type deadlineKey struct{}

// deadline notes until when a request may take. The resolvers get it through
// withDeadline; the request's own context stays open, since gqlgen gives no
// answer at all, not even an error, once that has ended.
func deadline(timeout time.Duration) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), deadlineKey{}, time.Now().Add(timeout))))
		})
	}
}

// withDeadline ends the context of resolvers, and so of their SQL, in time.
func withDeadline(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	until, ok := ctx.Value(deadlineKey{}).(time.Time)
	if !ok {
		return next(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, until)
	defer cancel()
	return next(ctx)
}

// checkBody refuses a body that is too long, of another type than JSON, not JSON
// at all or a list of operations, without giving any of it back.
func checkBody(limit int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.Method {
			case http.MethodPost:
			case http.MethodGet:
				if r.URL.Query().Get("query") == "" && r.URL.Query().Get("extensions") == "" {
					refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the parameter query is missing")
					return
				}
				next.ServeHTTP(w, r)
				return
			case http.MethodOptions, http.MethodHead:
				next.ServeHTTP(w, r)
				return
			default:
				w.Header().Set("Allow", "GET, POST, OPTIONS")
				refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "GraphQL is asked by GET or POST")
				return
			}
			// A type that a browser form can send is refused, so that no foreign
			// page can make a visitor's browser ask unseen.
			if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
				refuse(w, http.StatusUnsupportedMediaType, sentra.CodeBadUserInput, "the Content-Type must be application/json")
				return
			}
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
			var tooLong *http.MaxBytesError
			switch {
			case errors.As(err, &tooLong):
				refuse(w, http.StatusRequestEntityTooLarge, sentra.CodeLimitExceeded, fmt.Sprintf("the request body is longer than the limit of %d bytes", limit))
				return
			case err != nil:
				refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the request body cannot be read")
				return
			case !json.Valid(body):
				refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the request body is not valid JSON")
				return
			case !strings.HasPrefix(strings.TrimSpace(string(body)), "{"):
				refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "the request body must be one JSON object; lists of operations are not answered")
				return
			}
			var shape struct {
				Query         *string        `json:"query"`
				OperationName *string        `json:"operationName"`
				Variables     map[string]any `json:"variables"`
				Extensions    map[string]any `json:"extensions"`
			}
			if err := json.Unmarshal(body, &shape); err != nil {
				refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "query and operationName must be texts, variables and extensions objects")
				return
			}
			if shape.Query == nil && shape.Extensions == nil {
				refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "query is missing")
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			next.ServeHTTP(w, r)
		})
	}
}

func itoa(i int) string { return strconv.Itoa(i) }
