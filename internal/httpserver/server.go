// Package httpserver serves Sentra over HTTP: GraphQL with its limits, HTML pages,
// exports, tiles, health, readiness and metrics.
package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/CAFxX/httpcompression"
	"github.com/CAFxX/httpcompression/contrib/klauspost/gzip"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/pages"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config is the configuration of a Server.
type Config struct {
	// MaxBody is the maximum length of a request body in bytes.
	MaxBody int64
	// MaxTokens is the maximum number of tokens of a query; a thousand aliased points
	// with all their fields have some 40,000.
	MaxTokens int
	// MaxDepth is the maximum depth of nested fields, MaxAliases the maximum number of
	// aliases of an operation, with fragments expanded.
	MaxDepth, MaxAliases int
	// MaxSelections is the maximum number of fields of a document, with fragments
	// expanded.
	MaxSelections int
	// Maximum numbers in a document.
	MaxFragments, MaxOperations, MaxVariables, MaxDirectives int
	// MaxComplexity is the maximum cost of an operation.
	MaxComplexity int
	// Timeout is the time limit of a request.
	Timeout time.Duration
	// Origins are the allowed origins of browser requests; "*" for all.
	Origins []string
	// Preflight selects the GET requests that must prove that no other site sent them.
	Preflight PreflightRule
	// MaxAge is how long other caches may serve an answer that depends on today,
	// LastingMaxAge one that depends only on the dataset.
	MaxAge, LastingMaxAge time.Duration
	// AnswerCache is the size of the answer cache in bytes; 0 turns it off.
	AnswerCache int64
	// TrustedDocuments are operations by id; with OnlyTrusted all others are rejected.
	TrustedDocuments map[string]string
	OnlyTrusted      bool
	// MaxStreams is the maximum number of WebSockets, event streams and answers in
	// parts, and that of subscriptions on them; MaxClientStreams is the limit for one
	// client.
	MaxStreams, MaxClientStreams int
	// MaxSocketOperations is the maximum number of concurrent operations on a WebSocket.
	MaxSocketOperations int
	// Work limits concurrent work: operations, tiles and exports.
	Work admission.Limits
	// MaxAnswer is the maximum length of a GraphQL answer in bytes, MaxBodies that of
	// all request bodies together while they are being received.
	MaxAnswer, MaxBodies int64
	// Stall is the longest pause of a client that sends or receives, and MinRate its
	// minimum average in bytes per second.
	Stall   time.Duration
	MinRate int64
	// TrustedProxies are the proxies whose X-Forwarded-For is trusted.
	TrustedProxies []netip.Prefix
	// PublicURL is the address by which clients know the server, such as
	// https://example.org/sentra; empty for the one in the request.
	PublicURL string
	// Contact is where readers report mistakes: a web or mail address.
	Contact string
	// Scope returns the audience of a request: requests of one scope share cached
	// answers. nil, and the scope "", mean everybody.
	Scope func(*http.Request) string
	// DrainDelay is how long a server that is stopping still accepts requests, while
	// /readyz already sends others elsewhere; DrainTimeout is how long it then finishes
	// requests.
	DrainDelay, DrainTimeout time.Duration
	// MetricsElsewhere leaves out /metrics, for a server that serves MetricsHandler on
	// another address.
	MetricsElsewhere bool
	// KeepAlive is the interval of keep-alive messages on connections that stay open.
	KeepAlive time.Duration
	// Pages contains the pages (index.html, playground.html) and their assets/.
	Pages fs.FS
	// Data is what the routes other than GraphQL serve; without an Atlas there are no
	// such routes.
	Data Data
}

// Data is what the routes other than GraphQL serve.
type Data struct {
	// Atlas returns the present atlas; a request calls it once.
	Atlas func() *atlas.Atlas
	// Freshness returns how fresh the dataset is; if nil, there are no metrics of it.
	Freshness func() atlas.Freshness
	// Today returns the default of asOf.
	Today func() sentra.Date
	// Version is that of the binary: entity tags depend on it.
	Version string
	// ParseRegionFilter and the others parse the JSON object that GraphQL takes as a
	// filter; the error is a BAD_USER_INPUT whose path begins with filter.
	ParseRegionFilter  func(text string) (*sentra.RegionFilter, error)
	ParseClusterFilter func(text string) (*sentra.ClusterFilter, error)
	ParseSupportFilter func(text string) (*sentra.SupportFilter, error)
	// InputSchemas returns the JSON Schemas of these filters and of the orders by name,
	// which refer to each other under a prefix; if nil, they are not described.
	InputSchemas func(prefix string) map[string]any
	// ClientSchema returns the schema for client tools; if nil, it is not served.
	ClientSchema func() string
	// ClusterID returns the API's id for a cluster's key.
	ClusterID func(key string) string
}

// DefaultConfig returns limits under which introspection and every example pass.
func DefaultConfig() Config {
	return Config{MaxBody: 4 << 20, MaxTokens: 50_000, MaxDepth: 20, MaxAliases: 1_000, MaxSelections: 20_000,
		MaxFragments: 500, MaxOperations: 100, MaxVariables: 500, MaxDirectives: 5_000, MaxComplexity: 250_000,
		Timeout: 20 * time.Second, Origins: []string{"*"}, Preflight: PreflightBrowsers, MaxAge: time.Minute, LastingMaxAge: 10 * time.Minute,
		AnswerCache: 64 << 20, MaxStreams: 1000, MaxClientStreams: 200, MaxSocketOperations: 100, KeepAlive: 15 * time.Second,
		Work:      DefaultWork(),
		MaxAnswer: 80 << 20, MaxBodies: 32 << 20, Stall: 10 * time.Second, MinRate: 64 << 10, DrainTimeout: 15 * time.Second}
}

// DefaultWork returns the work limits for this machine. A few concurrent large
// operations are enough to keep the processors busy; with fewer of them the others
// wait less.
func DefaultWork() admission.Limits {
	large := max(2, 2*runtime.GOMAXPROCS(0))
	return admission.Limits{Places: 64, SmallBytes: 2 << 20, LargePlaces: large, PerClient: max(1, large/2), Bytes: 128 << 20,
		Queue: 1024, Wait: 2 * time.Second}
}

// Readiness is the answer of /readyz.
type Readiness struct {
	// Status is ready, unavailable when the database does not answer, or draining
	// when the server is about to stop.
	Status         string `json:"status"`
	Database       string `json:"database"`
	Boundaries     string `json:"boundaries"`
	DatasetVersion string `json:"datasetVersion"`
	Note           string `json:"note,omitempty"`
	// Stale is set if the record could not be read the last time, so that answers may be
	// out of date. DatasetCheckedSecondsAgo says since when, and LastError has the code
	// of the error.
	Stale                    bool        `json:"stale"`
	DatasetCheckedSecondsAgo float64     `json:"datasetCheckedSecondsAgo"`
	LastError                sentra.Code `json:"lastError,omitempty"`
}

// Backend is what the server needs apart from GraphQL.
type Backend interface {
	// Readiness returns the state; an error means not ready.
	Readiness(ctx context.Context) (Readiness, error)
}

// Server is an HTTP server of Sentra.
type Server struct {
	handler  http.Handler
	metrics  http.Handler
	config   Config
	streams  *streams
	draining atomic.Bool
	log      *slog.Logger
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

// registerFreshness adds metrics of how fresh the dataset is.
func registerFreshness(registry *prometheus.Registry, freshness func() atlas.Freshness) {
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "sentra_dataset_refresh_failures_total",
			Help: "Times that the record could not be read to see whether it has changed, or to load it."},
			func() float64 { return float64(freshness().Failures) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sentra_dataset_checked_timestamp_seconds",
			Help: "When the dataset was last known to be that of the record."},
			func() float64 { return float64(freshness().Checked.UnixMilli()) / 1000 }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sentra_dataset_loaded_timestamp_seconds",
			Help: "When the dataset was loaded."},
			func() float64 { return float64(freshness().Loaded.UnixMilli()) / 1000 }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "sentra_dataset_age_seconds",
			Help: "Seconds since the dataset was last known to be that of the record."},
			func() float64 { return time.Since(freshness().Checked).Seconds() }),
	)
}

// New returns a server for a schema. pin, if not nil, fixes one state of the dataset
// for every operation.
func New(config Config, schema graphql.ExecutableSchema, pin Pin, backend Backend, log *slog.Logger) (*Server, error) {
	registry := prometheus.NewRegistry()
	m := newMetrics(registry)

	if err := config.check(); err != nil {
		return nil, err
	}
	s := &Server{config: config, log: log, metrics: promhttp.HandlerFor(registry, promhttp.HandlerOpts{})}
	s.streams = newStreams(config, m)
	work, kept := newWork(config, registry), newKeptBodies(config.AnswerCache)
	gql, err := newGraphQL(config, schema, pin, s.streams, work, kept, log, m)
	if err != nil {
		return nil, err
	}
	compress, err := compression()
	if err != nil {
		return nil, err
	}
	router := chi.NewRouter()
	router.Use(observe(log, m, pace{config.Stall, config.MinRate}), recoverPanics(log), s.lastAnswers, noSniffing, crossOrigin(config.Origins), compress, middleware.GetHead)
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
		if s.draining.Load() {
			state.Status, status = "draining", http.StatusServiceUnavailable
		}
		writeJSON(w, status, state)
	})
	if config.Data.ClientSchema != nil {
		routeText(router, "/schema.graphql", "text/plain; charset=utf-8", []byte(config.Data.ClientSchema()), kept)
	}
	var people *peopleRoutes
	if config.Data.Atlas != nil {
		document, err := describe(config.Data)
		if err != nil {
			return nil, err
		}
		routeText(router, "/openapi.json", "application/json; charset=utf-8", document, kept)
		operations, err := pages.ReadOperations(document)
		if err != nil {
			return nil, err
		}
		people = routePeople(router, config, dictionary(schema.Schema()), operations, work, kept, log)
		routeExports(router, config, work, kept, log)
		routeQuestions(router, config, work, kept, log)
		routeCatalog(router, config, log)
		tiles, err := routeTiles(router, config, work, log)
		if err != nil {
			return nil, fmt.Errorf("set up the vector tiles: %w", err)
		}
		routeOGC(router, config, work, kept, tiles, log)
	}
	if config.Data.Freshness != nil {
		registerFreshness(registry, config.Data.Freshness)
	}
	if !config.MetricsElsewhere {
		router.Get("/metrics", s.metrics.ServeHTTP)
	}
	if config.Pages != nil {
		servePages(router, config.Pages, kept, people)
	}
	router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		if people != nil {
			vary(w.Header(), "Accept")
			if prefersPages(r) {
				people.notFound(w, r)
				return
			}
		}
		refuse(w, http.StatusNotFound, sentra.CodeNotFound, "there is nothing here; the API is at /graphql, the map at /, the playground at /playground; /openapi.json describes files and tiles, /ogc is the OGC API")
	})
	router.MethodNotAllowed(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "only GET and HEAD are supported here")
	})
	s.handler = router
	return s, nil
}

// check rejects an invalid configuration.
func (c Config) check() error {
	switch {
	case c.Stall <= 0 || c.MinRate <= 0:
		return sentra.BadInput("stall", "stall and min-rate must be greater than 0")
	case c.Work.Places < 1 || c.Work.LargePlaces < 1 || c.Work.Bytes < 1 || c.Work.SmallBytes < 1:
		return sentra.BadInput("max-work", "the limits of work must be greater than 0")
	}
	if c.PublicURL == "" {
		return nil
	}
	at, err := url.Parse(c.PublicURL)
	if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Host == "" || at.RawQuery != "" || at.Fragment != "" {
		return sentra.BadInput("public-url", "%q is not the address of a server, such as https://example.org", c.PublicURL)
	}
	return nil
}

// Handler returns the handler of all routes.
func (s *Server) Handler() http.Handler { return s.handler }

// MetricsHandler returns the handler of the metrics, for another address.
func (s *Server) MetricsHandler() http.Handler { return s.metrics }

// lastAnswers makes clients of a server that is stopping open their next connection
// elsewhere.
func (s *Server) lastAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header()["Connection"] = []string{"close"}
		}
		next.ServeHTTP(w, r)
	})
}

// Serve serves the listener until ctx ends. Then /readyz reports that it is stopping.
// After the drain delay it ends the connections that stay open and finishes requests,
// for at most the drain timeout, after which the rest is cut off.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		// Receiving the body and answering may each take Timeout; after the first part of
		// an answer there are other deadlines.
		WriteTimeout: 2*s.config.Timeout + 2*s.config.Work.Wait + 2*s.config.Stall,
		ErrorLog:     slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		s.draining.Store(true)
		time.Sleep(s.config.DrainDelay)
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.DrainTimeout)
		defer cancel()
		s.streams.close()
		err := errors.Join(server.Shutdown(grace), s.streams.end(grace))
		if err != nil {
			err = errors.Join(err, server.Close())
		}
		stopped <- err
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

// noSniffing keeps browsers from guessing another type for an answer.
func noSniffing(next http.Handler) http.Handler {
	// All answers share one slice: adding to it allocates a new one.
	value := []string{"nosniff"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = value
		next.ServeHTTP(w, r)
	})
}

// compression compresses answers above a minimum length, and those in parts from the
// first byte, since buffering them to see their length would hold them back.
func compression() (func(http.Handler) http.Handler, error) {
	// The gzip of the standard library takes twice the time, which is most of the time
	// for an answer of a megabyte.
	zipped, err := gzip.New(gzip.Options{Level: gzip.DefaultCompression})
	if err != nil {
		return nil, fmt.Errorf("set up gzip: %w", err)
	}
	whole, err := httpcompression.DefaultAdapter(httpcompression.MinSize(1024), httpcompression.GzipCompressor(zipped))
	if err != nil {
		return nil, fmt.Errorf("set up compression: %w", err)
	}
	parts, err := httpcompression.DefaultAdapter(httpcompression.MinSize(0), httpcompression.GzipCompressor(zipped))
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
			case r.Header.Get("Range") != "":
				// Ranges are of the uncompressed answer.
				vary(w.Header(), "Accept-Encoding")
				next.ServeHTTP(w, r)
			case takes.events || takes.multipart:
				compressedInParts.ServeHTTP(w, r)
			default:
				compressed.ServeHTTP(w, r)
			}
		})
	}, nil
}

// crossOrigin lets pages of the origins call. If all may, every answer says so, so
// that one copy in a shared cache serves all of them.
func crossOrigin(origins []string) func(http.Handler) http.Handler {
	exposed := []string{"ETag", "X-Request-Id", "Retry-After", "Accept-Ranges", "Content-Range", "Content-Disposition", headerTotalCount, headerNotCoveredCount, headerAsOf, headerDatasetVersion, headerContentCRS}
	checked := cors.Handler(cors.Options{AllowedOrigins: origins, AllowedMethods: []string{"GET", "HEAD", "POST", "OPTIONS"},
		AllowedHeaders: []string{"Content-Type", "Accept", "Apollo-Require-Preflight", "X-Apollo-Operation-Name", "If-None-Match", "Range", "X-Request-Id"},
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
