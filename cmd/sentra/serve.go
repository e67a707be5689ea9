package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/web"
)

func serveCommand(o *options) *cobra.Command {
	config := httpserver.DefaultConfig()
	var address, boundaries, trusted, preflight string
	var maxRepresentations int
	var refreshTimeout time.Duration
	var memory int64
	var front front
	command := &cobra.Command{Use: "serve", Short: "Serve the API, the map and the playground", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			limitMemory(memory)
			config.Preflight = httpserver.PreflightRule(preflight)
			if err := front.apply(&config); err != nil {
				return err
			}
			if trusted != "" {
				var err error
				if config.TrustedDocuments, err = httpserver.ReadTrustedDocuments(trusted); err != nil {
					return err
				}
			}
			return serve(command.Context(), o, config, address, front.metrics, boundaries, maxRepresentations, refreshTimeout, memory)
		}}
	flags := command.Flags()
	flags.StringVar(&address, "listen", fallback(os.Getenv("SENTRA_LISTEN"), "localhost:8080"), "address to listen on (SENTRA_LISTEN)")
	flags.StringVar(&boundaries, "boundaries", fallback(os.Getenv("SENTRA_BOUNDARIES"), defaultBoundaries),
		"file or folder of boundaries to load if none are stored (SENTRA_BOUNDARIES); if it does not exist, they are downloaded")
	flags.Int64Var(&config.MaxBody, "max-body", config.MaxBody, "maximum length of a request body in bytes")
	flags.IntVar(&config.MaxTokens, "max-tokens", config.MaxTokens, "maximum number of tokens in a query")
	flags.IntVar(&config.MaxDepth, "max-depth", config.MaxDepth, "maximum depth of a query")
	flags.IntVar(&config.MaxAliases, "max-aliases", config.MaxAliases, "maximum number of aliases in a query")
	flags.IntVar(&config.MaxSelections, "max-selections", config.MaxSelections, "maximum number of fields in a document, with fragments expanded")
	flags.IntVar(&config.MaxFragments, "max-fragments", config.MaxFragments, "maximum number of fragments in a document")
	flags.IntVar(&config.MaxOperations, "max-operations", config.MaxOperations, "maximum number of operations in a document")
	flags.IntVar(&config.MaxVariables, "max-variables", config.MaxVariables, "maximum number of variables in a document")
	flags.IntVar(&config.MaxDirectives, "max-directives", config.MaxDirectives, "maximum number of directives in a document")
	flags.IntVar(&config.MaxComplexity, "max-complexity", config.MaxComplexity, "maximum cost of a query")
	flags.IntVar(&maxRepresentations, "max-representations", graph.DefaultMaxRepresentations, "maximum number of entities that a gateway may request at once")
	flags.DurationVar(&config.Timeout, "timeout", config.Timeout, "maximum time that a request may take")
	flags.DurationVar(&refreshTimeout, "refresh-timeout", app.DefaultRefreshTimeout, "maximum time to read a newer dataset; after that the current one stays, and /readyz reports it as stale")
	flags.StringVar(&preflight, "preflight", string(config.Preflight), "which GET requests must have a header that browsers send only after a preflight: browsers (cross-site requests of browsers), always, never")
	flags.DurationVar(&config.MaxAge, "max-age", config.MaxAge, "how long HTTP caches may serve an answer that depends on today")
	flags.DurationVar(&config.LastingMaxAge, "max-age-lasting", config.LastingMaxAge, "how long HTTP caches may serve an answer that depends only on the dataset")
	flags.Int64Var(&config.AnswerCache, "answer-cache", config.AnswerCache, "size of the answer cache in bytes; 0 disables it")
	flags.StringVar(&trusted, "trusted-documents", "", "JSON file of operations that may be requested by id, {\"id\": \"query …\"}")
	flags.BoolVar(&config.OnlyTrusted, "only-trusted", false, "reject operations other than the trusted documents")
	flags.IntVar(&config.MaxStreams, "max-streams", config.MaxStreams, "maximum number of WebSockets and event streams, and of subscriptions")
	front.flags(flags, &config)
	flags.Int64Var(&memory, "memory", 336, "soft memory limit of the Go runtime in MiB, raised if the dataset needs more; 0 for none (GOMEMLIMIT overrides it)")
	flags.StringSliceVar(&config.Origins, "cors-origins", config.Origins, "origins that may call from a browser")
	return command
}

const defaultBoundaries = "../shared/boundaries"

func fallback(value, otherwise string) string {
	if value != "" {
		return value
	}
	return otherwise
}

func serve(ctx context.Context, o *options, config httpserver.Config, address, metrics, boundaries string, maxRepresentations int, refreshTimeout time.Duration, memory int64) (err error) {
	log := o.log()
	began := time.Now()
	// Listen first: a server that cannot listen need not start a database.
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	defer listener.Close()
	var aside net.Listener
	if metrics != "" {
		if aside, err = net.Listen("tcp", metrics); err != nil {
			return fmt.Errorf("listen on %s for metrics: %w", metrics, err)
		}
		defer aside.Close()
	}
	store, writable, shut, err := openToServe(ctx, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shut()) }()

	config.Pages = web.Pages()
	application, err := app.New(ctx, app.Config{Store: store, HTTP: config, BinaryVersion: programVersion(), MaxRepresentations: maxRepresentations, RefreshTimeout: refreshTimeout, Log: log})
	if err != nil {
		return err
	}
	var background func()
	today, err := application.Holder.Atlas().On(sentra.Today(time.Now()))
	if err != nil {
		return fmt.Errorf("look at the record of today: %w", err)
	}
	if today.Counts().Boundaries == 0 && writable {
		background = loadBoundaries(ctx, store, application.Holder, boundaries, log)
	}
	working, done := context.WithCancel(ctx)
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		if background != nil {
			background()
		}
		application.Follow(working, app.Poll)
	}()
	log.Info("ready", "map", "http://"+listener.Addr().String()+"/", "playground", "http://"+listener.Addr().String()+"/playground", "graphql", "http://"+listener.Addr().String()+"/graphql", "took", time.Since(began).Round(time.Millisecond))
	if aside != nil {
		stop := serveMetrics(aside, application.Server.MetricsHandler(), log)
		defer stop()
	}
	go followDataset(working, application.Holder, memory, roomEvery, log)
	err = application.Server.Serve(ctx, listener)
	done()
	select {
	case <-finished:
	case <-time.After(workEnds):
		log.Warn("the work with the database does not end; it is left behind")
	}
	return err
}

// workEnds is how long stopping waits for database work, which may hang on a host
// that is gone.
const workEnds = 5 * time.Second

// loadBoundaries loads boundaries from a local path immediately. Without one it
// returns the download as background work, since a server with points and boxes is
// better than none.
func loadBoundaries(ctx context.Context, store *postgres.Store, holder *atlas.Holder, path string, log *slog.Logger) (background func()) {
	run := func(files func() ([]string, error)) {
		err := importBoundaries(ctx, app.Register(store).Edit(register.AuthorBinary, "boundaries loaded by the server, since there were none"), files, boundaryFlags{quiet: true}, log)
		if err == nil {
			err = holder.Refresh(ctx)
		}
		if err != nil {
			log.Warn("no boundaries are loaded: regions have points and boxes only, boundary is null", "error", err)
		}
	}
	if _, err := os.Stat(path); err == nil {
		run(func() ([]string, error) { return boundaryPaths(path) })
		return nil
	}
	log.Warn("no boundaries are loaded yet: regions have points and boxes only; downloading them", "looked in", path)
	return func() { run(func() ([]string, error) { return downloadBoundaries(ctx, nil) }) }
}
