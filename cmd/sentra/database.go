package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/embeddedpg"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// openStore opens the record for changes: it migrates it and writes this binary's
// facts.
func openStore(ctx context.Context, o *options, log *slog.Logger) (*postgres.Store, func() error, error) {
	return open(ctx, o, log, true, func(store *postgres.Store) error {
		done, err := app.Prepare(ctx, store)
		tellPrepared(log, done, err)
		return err
	})
}

// openToRead opens the record as it is: it neither migrates nor writes.
func openToRead(ctx context.Context, o *options, log *slog.Logger) (*postgres.Store, func() error, error) {
	if err := o.needRecord(); err != nil {
		return nil, nil, err
	}
	return open(ctx, o, log, true, func(store *postgres.Store) error { return app.CheckReadable(ctx, store) })
}

// openToServe opens the record for a server. It migrates it and writes this binary's
// facts if the role may do so, which writable reports.
func openToServe(ctx context.Context, o *options, log *slog.Logger) (store *postgres.Store, writable bool, shut func() error, err error) {
	store, shut, err = open(ctx, o, log, false, func(store *postgres.Store) error {
		done, stays, err := app.PrepareToServe(ctx, store)
		if writable = stays == nil; writable {
			tellPrepared(log, done, err)
		} else if err == nil {
			log.Warn("the record is served as it is", "reason", stays)
		}
		return err
	})
	return store, writable, shut, err
}

func tellPrepared(log *slog.Logger, done app.Prepared, err error) {
	if err != nil {
		return
	}
	log.Info("database ready", "migrations", done.Migrations, "facts written", done.FactsWritten, "facts", facts.Number)
	if done.Conflicts > 0 {
		log.Warn("facts of this program contradict corrections in the record; `sentra conflicts` lists them", "count", done.Conflicts)
	}
}

// open opens the record and prepares it. share lets it join the database of a server
// that runs on the same folder. On any error it stops what it started.
func open(ctx context.Context, o *options, log *slog.Logger, share bool, prepare func(*postgres.Store) error) (store *postgres.Store, shut func() error, err error) {
	url, stop := o.databaseURL, func() error { return nil }
	if url == "" {
		if url, stop, err = embedded(ctx, o, log, share); err != nil {
			return nil, nil, err
		}
	}
	opened, err := postgres.OpenAt(ctx, postgres.Addresses{URL: url, Direct: o.listenURL})
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	shut = func() error { return errors.Join(opened.Close(), stop()) }
	if err := prepare(opened); err != nil {
		return nil, nil, errors.Join(err, shut())
	}
	return opened, shut, nil
}

// needRecord returns an error rather than let an empty database be created only to
// read it.
func (o *options) needRecord() error {
	if o.databaseURL != "" {
		return nil
	}
	dir, err := o.embeddedDir()
	if err != nil {
		return err
	}
	if !embeddedpg.Initialised(dir) {
		return sentra.Errorf(sentra.CodeUnavailable, "there is no record in %s yet; create one with `sentra serve`, `sentra import` or `sentra migrate`, or name another database with SENTRA_DATABASE_URL", dir)
	}
	return nil
}

func (o *options) embeddedDir() (string, error) {
	if o.dataDir != "" {
		return o.dataDir, nil
	}
	return embeddedpg.DefaultDir()
}

func embedded(ctx context.Context, o *options, log *slog.Logger, share bool) (string, func() error, error) {
	dir, err := o.embeddedDir()
	if err != nil {
		return "", nil, err
	}
	server, err := embeddedpg.Start(ctx, embeddedpg.Config{Dir: dir, Log: log})
	if share && sentra.ErrorCode(err) == sentra.CodeConflict {
		url, err := embeddedpg.Address(dir)
		return url, func() error { return nil }, err
	}
	if err != nil {
		return "", nil, err
	}
	log.Info("embedded PostgreSQL started", "folder", dir)
	return server.URL(), server.Stop, nil
}

func migrateCommand(o *options) *cobra.Command {
	return &cobra.Command{Use: "migrate", Short: "Bring the database's schema and facts up to this version", Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			_, shut, err := openStore(command.Context(), o, o.log())
			if err != nil {
				return fmt.Errorf("migrate: %w", err)
			}
			return shut()
		}}
}
