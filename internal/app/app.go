// Package app builds the application: the record, the atlas made from it, the
// resolvers, and the HTTP server. The command, the tests and the benchmarks all
// build theirs here.
package app

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config says what to build. Only Store or Holder is required.
type Config struct {
	// Store is the record in a database. Without it, Follow has nothing to follow
	// and readiness does not depend on a database.
	Store *postgres.Store
	// Holder holds the atlas; by default one is made from Store.
	Holder *atlas.Holder
	// HTTP configures the server; New fills in HTTP.Data.
	HTTP httpserver.Config
	// Now is the clock, by default time.Now.
	Now func() time.Time
	// BinaryVersion is part of entity tags.
	BinaryVersion string
	// MaxRepresentations limits the entities of one federation request; 0 stands
	// for graph.DefaultMaxRepresentations.
	MaxRepresentations int
	// RefreshTimeout is the time that bringing the atlas up to date may take; 0 for
	// DefaultRefreshTimeout.
	RefreshTimeout time.Duration
	// Log is by default discarded.
	Log *slog.Logger
}

// App is a built application. It serves until its caller closes the store.
type App struct {
	Holder *atlas.Holder
	Server *httpserver.Server

	store          *postgres.Store
	refreshTimeout time.Duration
	now            func() time.Time
	log            *slog.Logger
}

// New builds an application. It loads the record if config has no Holder.
func New(ctx context.Context, config Config) (*App, error) {
	a := &App{Holder: config.Holder, store: config.Store, refreshTimeout: config.RefreshTimeout, now: config.Now, log: config.Log}
	if a.refreshTimeout == 0 {
		a.refreshTimeout = DefaultRefreshTimeout
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if a.Holder == nil {
		var err error
		if a.Holder, err = atlas.NewHolder(ctx, a.store, a.log); err != nil {
			return nil, err
		}
	}
	resolver := &graph.Resolver{Holder: a.Holder, Now: a.now, MaxRepresentations: config.MaxRepresentations}
	http := config.HTTP
	http.Data = httpserver.Data{
		Atlas:              a.Holder.Atlas,
		Freshness:          a.Holder.Freshness,
		Today:              a.today,
		Version:            config.BinaryVersion,
		ParseRegionFilter:  graph.ParseRegionFilter,
		ParseClusterFilter: graph.ParseClusterFilter,
		ParseSupportFilter: graph.ParseSupportFilter,
		InputSchemas:       graph.InputSchemas,
		ClientSchema:       graph.ClientSchema,
		ClusterID:          model.ClusterID,
	}
	var err error
	if a.Server, err = httpserver.New(http, graph.NewSchema(resolver), resolver.OneAtlas, a, a.log); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) today() sentra.Date { return sentra.Today(a.now()) }

// Prepared reports what Prepare did.
type Prepared struct {
	// Migrations is the number of migrations that were applied.
	Migrations int
	// FactsWritten reports whether the binary's facts were newer than the stored ones.
	FactsWritten bool
	// Conflicts is the number of facts that an agency overrides, if facts were written.
	Conflicts int
}

// Prepare migrates the store's database and writes the binary's facts if they are
// newer. The error is UNAVAILABLE if the record cannot be changed.
func Prepare(ctx context.Context, store *postgres.Store) (Prepared, error) {
	access, err := store.Access(ctx)
	if err != nil {
		return Prepared{}, err
	}
	return prepare(ctx, store, access)
}

func prepare(ctx context.Context, store *postgres.Store, access postgres.Access) (done Prepared, err error) {
	if err := access.Changeable(); err != nil {
		return done, err
	}
	newest, err := postgres.NewestSchema()
	if err != nil {
		return done, err
	}
	if access.Schema < newest {
		if done.Migrations, err = store.Migrate(ctx); err != nil {
			return done, err
		}
	} else if access.Facts >= facts.Number {
		return done, nil
	}
	brought, err := facts.Load()
	if err != nil {
		return done, err
	}
	outcome, written, err := Register(store).SyncFacts(ctx, brought, facts.Number)
	done.FactsWritten, done.Conflicts = written, len(outcome.Conflicts)
	return done, err
}

// PrepareToServe is Prepare if the role may write. Otherwise the record is served as
// it is, and stays says why nothing was written.
func PrepareToServe(ctx context.Context, store *postgres.Store) (done Prepared, stays error, err error) {
	access, err := store.Access(ctx)
	if err != nil {
		return done, nil, err
	}
	if stays = access.Changeable(); stays != nil {
		err := access.Readable()
		if err != nil && !access.ReadOnly {
			// The missing permission is the more useful reason.
			err = stays
		}
		return done, stays, err
	}
	done, err = prepare(ctx, store, access)
	return done, nil, err
}

// CheckReadable reports whether the record can be read as it is. It writes nothing.
func CheckReadable(ctx context.Context, store *postgres.Store) error {
	access, err := store.Access(ctx)
	if err != nil {
		return err
	}
	return access.Readable()
}

// Register returns a register for a store. The result of each change is tried as an
// atlas before it is stored.
func Register(store *postgres.Store) *register.Register {
	return register.New(store, new(atlas.Trial).Try)
}

// tellAgain is the interval at which a lasting failure is logged.
const tellAgain = 30 * time.Second

// Poll is the default polling interval. A standby and a connection pooler send no
// notifications.
const Poll = time.Second

// DefaultRefreshTimeout is many times what loading the boundaries takes. A database
// that does not respond for so long counts as lost.
const DefaultRefreshTimeout = time.Minute

// Follow keeps the atlas up to date with the store until ctx ends: at each
// notification, and at least once every poll.
func (a *App) Follow(ctx context.Context, poll time.Duration) {
	var told time.Time
	a.store.Changes(ctx, poll, func() {
		refreshing, cancel := context.WithTimeout(ctx, a.refreshTimeout)
		defer cancel()
		err := a.Holder.Refresh(refreshing)
		switch {
		case err == nil:
			told = time.Time{}
		case ctx.Err() == nil && time.Since(told) > tellAgain:
			told = time.Now()
			a.log.Warn("the dataset could not be refreshed; the present one stays", "error", err)
		}
	})
}

// Readiness implements httpserver.Backend. The error means that the database did not
// respond within two seconds.
func (a *App) Readiness(ctx context.Context) (httpserver.Readiness, error) {
	present := a.Holder.Atlas()
	on, err := present.On(a.today())
	if err != nil {
		return httpserver.Readiness{}, err
	}
	boundaries := on.Counts().BoundariesState()
	state := httpserver.Readiness{Status: "ready", Database: "ok", Boundaries: string(boundaries), DatasetVersion: present.Data.Version}
	if boundaries == sentra.BoundariesNone {
		state.Note = "no boundaries are loaded: regions have points and boxes only"
	}
	freshness := a.Holder.Freshness()
	state.Stale, state.LastError = freshness.Err != nil, freshness.Code()
	state.DatasetCheckedSecondsAgo = math.Round(time.Since(freshness.Checked).Seconds()*10) / 10
	if a.store == nil {
		return state, nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if err := a.store.Ping(ctx); err != nil {
		state.Status, state.Database = "unavailable", "does not answer"
		return state, fmt.Errorf("check the database: %w", err)
	}
	return state, nil
}
