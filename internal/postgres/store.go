// Package postgres keeps the record in PostgreSQL, through sqlx and lib/pq. It
// is the only package that speaks SQL. Geometry is stored as EWKB and passes
// through orb.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/migrations"
)

// Store is the record in one database.
type Store struct {
	db  *sqlx.DB
	url string
}

// Open connects to the database at a URL (postgres://…) and waits until it
// answers. The error is UNAVAILABLE.
func Open(ctx context.Context, url string) (*Store, error) {
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the database address cannot be used")
	}
	db.SetMaxOpenConns(16)
	db.SetConnMaxIdleTime(5 * time.Minute)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the database does not answer")
	}
	return &Store{db: db, url: url}, nil
}

// Close ends the connections.
func (s *Store) Close() error { return s.db.Close() }

// Ping tells whether the database answers; the error is UNAVAILABLE.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return sentra.Wrap(sentra.CodeUnavailable, err, "the database does not answer")
	}
	return nil
}

// Migrate brings the schema up to this binary's, under an advisory lock, so that
// several servers may start at once. It gives the number of steps applied.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return 0, fmt.Errorf("make the migration lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, s.db.DB, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("migrate the database: %w", err)
	}
	return len(results), nil
}

// Version gives the version of the record, which changes with any change of it.
func (s *Store) Version(ctx context.Context) (string, error) {
	row, err := lastVersion(ctx, s.db)
	return row.Version, err
}

// inTx runs work in one transaction: all or nothing.
func (s *Store) inTx(ctx context.Context, options *sql.TxOptions, work func(*sqlx.Tx) error) (err error) {
	tx, err := s.db.BeginTxx(ctx, options)
	if err != nil {
		return wrapSQL(err, "begin a transaction")
	}
	defer func() {
		if err != nil {
			// The first error is the one to tell; a failed rollback ends with the connection.
			_ = tx.Rollback()
		}
	}()
	if err = work(tx); err != nil {
		return err
	}
	return wrapSQL(tx.Commit(), "commit")
}

// channel is where every change is announced, once and without saying which.
const channel = "sentra_dataset"

// Changes calls changed whenever the record may have changed, until ctx ends: on
// each notification, after each reconnection, and at every poll, also while the
// connection is lost.
func (s *Store) Changes(ctx context.Context, poll time.Duration, changed func()) error {
	listener := pq.NewListener(s.url, 200*time.Millisecond, 10*time.Second, nil)
	// Listen and Ping wait for a connection and know no context; closing ends them. To
	// a host that is gone without a word it may itself wait for minutes, on their lock.
	defer func() { go listener.Close() }()
	listening := make(chan error, 1)
	go func() { listening <- listener.Listen(channel) }()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-listening:
			if err != nil {
				return wrapSQL(err, "listen for changes of the dataset")
			}
		case <-listener.Notify:
		case <-ticker.C:
			// A connection that died without a word is found out by using it.
			go func() { _ = listener.Ping() }()
		}
		changed()
	}
}

// wrapSQL gives an error of the database its code: a broken rule is a CONFLICT,
// a lost connection UNAVAILABLE, a passed deadline DEADLINE_EXCEEDED.
func wrapSQL(err error, doing string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return sentra.Wrap(sentra.CodeDeadlineExceeded, err, "%s: the time allowed ran out", doing)
	}
	var fault *pq.Error
	if errors.As(err, &fault) {
		switch fault.Code.Class() {
		case "40":
			return sentra.Wrap(sentra.CodeUnavailable, err, "%s: another transaction was in the way; try again", doing)
		case "23":
			return sentra.Wrap(sentra.CodeConflict, err, "%s: against the rule %s of table %s", doing, fault.Constraint, fault.Table)
		case "08", "53", "57":
			if fault.Code == "57014" {
				return sentra.Wrap(sentra.CodeDeadlineExceeded, err, "%s: the time allowed ran out", doing)
			}
			return sentra.Wrap(sentra.CodeUnavailable, err, "%s: the database is not available", doing)
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}
