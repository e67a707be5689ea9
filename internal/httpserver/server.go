// Package httpserver serves Sentra over HTTP: GraphQL with its limits, the pages
// for people, health, readiness and metrics.
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
	// in parts, and that of subscriptions on them; MaxClientStreams is that of one
	// client.
	MaxStreams, MaxClientStreams int
	// MaxSocketOperations is the greatest number of operations under way on a WebSocket.
	MaxSocketOperations int
	// Work bounds what is under way: its places are of operations, tiles and exports.
	Work admission.Limits
	// MaxAnswer is the greatest length of an answer of GraphQL in bytes, MaxBodies
	// that of all request bodies together while they arrive.
	MaxAnswer, MaxBodies int64
	// Stall is how long a client may stand still while it sends or takes, and MinRate
	// the bytes a second that it must make on the whole.
	Stall   time.Duration
	MinRate int64
	// TrustedProxies are believed when they say by X-Forwarded-For for whom they ask.
	TrustedProxies []netip.Prefix
	// PublicURL is the address that clients know the server by, such as
	// https://example.org/sentra; empty for the one they just used.
	PublicURL string
	// Contact is where readers report mistakes: an address of the web or a mailbox.
	Contact string
	// Scope tells whose answers a request may see: requests of one scope share kept
	// answers. nil, and the scope "", is for what everybody may see.
	Scope func(*http.Request) string
	// DrainDelay is how long a server that is to stop still answers, while /readyz
	// already sends others elsewhere; DrainTimeout is how long it then finishes what
	// is under way.
	DrainDelay, DrainTimeout time.Duration
	// MetricsElsewhere leaves out /metrics, for a server that gives MetricsHandler an
	// address of its own.
	MetricsElsewhere bool
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
	// Freshness tells how the dataset follows the record; nil has no metrics of it.
	Freshness func() atlas.Freshness
	// Today gives the day that an answer without asOf is for.
	Today func() sentra.Date
	// Version is that of the binary: with another one, entity tags change.
	Version string
	// ParseRegionFilter and its like read the JSON object that GraphQL takes as a
	// filter; the error is a BAD_USER_INPUT whose path begins at filter.
	ParseRegionFilter  func(text string) (*sentra.RegionFilter, error)
	ParseClusterFilter func(text string) (*sentra.ClusterFilter, error)
	ParseSupportFilter func(text string) (*sentra.SupportFilter, error)
	// InputSchemas gives the JSON Schemas of these filters and of the orders by
	// name, referring to each other under a prefix; nil leaves them undescribed.
	InputSchemas func(prefix string) map[string]any
	// ClientSchema gives the schema as clients' tools read it; nil serves none.
	ClientSchema func() string
	// ClusterID gives the id of the API for a cluster's key.
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

// DefaultWork returns the bounds on work under way for this machine. Few large
// operations are enough to keep the processors busy; the others wait for less long
// while these take turns.
func DefaultWork() admission.Limits {
	large := max(2, 2*runtime.GOMAXPROCS(0))
	return admission.Limits{Places: 64, SmallBytes: 2 << 20, LargePlaces: large, PerClient: max(1, large/2), Bytes: 128 << 20,
		Queue: 1024, Wait: 2 * time.Second}
}

// Readiness is what /readyz tells.
type Readiness struct {
	// Status is ready, unavailable when the database does not answer, or draining
	// when the server is about to stop.
	Status         string `json:"status"`
	Database       string `json:"database"`
	Boundaries     string `json:"boundaries"`
	DatasetVersion string `json:"datasetVersion"`
	Note           string `json:"note,omitempty"`
	// Stale is set when the record could not be read the last time, so that what is
	// answered may be old. DatasetCheckedSecondsAgo tells since when, and LastError
	// the code of the error.
	Stale                    bool        `json:"stale"`
	DatasetCheckedSecondsAgo float64     `json:"datasetCheckedSecondsAgo"`
	LastError                sentra.Code `json:"lastError,omitempty"`
}

// Backend is what the server asks apart from GraphQL.
type Backend interface {
	// Readiness tells the state; an error says that it is not ready.
	Readiness(ctx context.Context) (Readiness, error)
}

// Server answers requests.
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

// registerFreshness adds metrics of how the dataset follows the record.
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

// New makes a server for a schema. pin, if not nil, gives every operation one
// state of the dataset.
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

// check refuses settings that cannot be served with.
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

// lastAnswers has clients of a server that is about to stop open their next
// connection elsewhere.
func (s *Server) lastAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.draining.Load() {
			w.Header()["Connection"] = []string{"close"}
		}
		next.ServeHTTP(w, r)
	})
}

// Serve answers on the listener until ctx ends. Then /readyz says that it is about
// to stop; after the drain delay it ends the connections that stay open and finishes
// what is under way, for at most the drain timeout. What is not done by then is cut.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		// A body may take the time allowed and the answer as much; what comes after the
		// first part of an answer has deadlines of its own.
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
	// That of the standard library takes twice the time, which is most of what an answer
	// of a megabyte takes.
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
				// A part is one of the answer as it is.
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

// crossOrigin lets pages of the origins call. Where all may, every answer says so,
// asked or not: then one copy in a shared cache serves all of them.
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
