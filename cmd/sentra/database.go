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

// openStore opens the record, migrated and with this binary's facts. share lets
// it join the database of a server that runs on the same folder.
func openStore(ctx context.Context, o *options, log *slog.Logger, share bool) (store *postgres.Store, shut func() error, err error) {
	url, stop := o.databaseURL, func() error { return nil }
	if url == "" {
		if url, stop, err = embedded(ctx, o, log, share); err != nil {
			return nil, nil, err
		}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stop())
		}
	}()
	opened, err := postgres.Open(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	done, err := app.Prepare(ctx, opened)
	if err != nil {
		return nil, nil, errors.Join(err, opened.Close())
	}
	log.Info("database ready", "migrations", done.Migrations, "facts written", done.FactsWritten, "facts", facts.Number)
	if done.Conflicts > 0 {
		log.Warn("facts of this program stand against corrections in the record; `sentra conflicts` lists them", "count", done.Conflicts)
	}
	return opened, func() error { return errors.Join(opened.Close(), stop()) }, nil
}

func embedded(ctx context.Context, o *options, log *slog.Logger, share bool) (string, func() error, error) {
	dir := o.dataDir
	if dir == "" {
		var err error
		if dir, err = embeddedpg.DefaultDir(); err != nil {
			return "", nil, err
		}
	}
	server, err := embeddedpg.Start(ctx, embeddedpg.Config{Dir: dir})
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
			_, shut, err := openStore(command.Context(), o, o.log(), true)
			if err != nil {
				return fmt.Errorf("migrate: %w", err)
			}
			return shut()
		}}
}
