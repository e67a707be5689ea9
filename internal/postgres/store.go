// Package postgres stores the record in PostgreSQL, with sqlx and lib/pq. It is the
// only package that uses SQL. Geometry is stored as EWKB and converted with orb.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
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
	db        *sqlx.DB
	addresses Addresses
	// known is a recently read state, from which the next change starts reading.
	known atomic.Pointer[sentra.Dataset]
}

// Close closes the connections.
func (s *Store) Close() error { return s.db.Close() }

// Ping reports whether the database responds; the error is UNAVAILABLE.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.db.PingContext(ctx); err != nil {
		return sentra.Wrap(sentra.CodeUnavailable, err, "the database does not answer")
	}
	return nil
}

// Migrate migrates the schema to this binary's version, under an advisory lock, so
// that several servers may start concurrently. It returns the number of steps
// applied.
func (s *Store) Migrate(ctx context.Context) (int, error) {
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
	if err != nil {
		return 0, fmt.Errorf("make the migration lock: %w", err)
	}
	// The lock belongs to a session, which a connection pooler may change.
	db := s.db
	if s.addresses.Direct != s.addresses.URL {
		if db, err = connect(ctx, "listen-url", s.addresses.Direct); err != nil {
			return 0, err
		}
		defer db.Close()
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db.DB, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return 0, fmt.Errorf("read the migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, wrapSQL(err, "migrate the database")
	}
	return len(results), nil
}

// Version returns the version of the record, which every change changes.
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
			// Report the first error; a failed rollback ends with the connection.
			_ = tx.Rollback()
		}
	}()
	if err = work(tx); err != nil {
		// If the context of a connection ends, the error may only say that the connection
		// is bad.
		if ended := ctx.Err(); ended != nil && sentra.ErrorCode(err) == sentra.CodeInternal {
			return wrapSQL(ended, "use the database")
		}
		return err
	}
	return wrapSQL(tx.Commit(), "commit")
}

// channel is where every change is announced, once and without a payload.
const channel = "sentra_dataset"

// pingEvery is the interval of pings on the listening connection, because nothing
// else detects a connection that died silently.
const pingEvery = 30 * time.Second

// Changes calls changed whenever the record may have changed, until ctx ends: on each
// notification, after each reconnection, and at every poll. Polling also works
// without notifications: if the connection is lost, or is to a standby or a pooler.
func (s *Store) Changes(ctx context.Context, poll time.Duration, changed func()) {
	listener := pq.NewListener(s.addresses.Direct, 200*time.Millisecond, 10*time.Second, nil)
	// Listen and Ping wait for a connection and take no context; Close ends them. If the
	// host is gone, Close itself may wait for minutes on their lock.
	defer func() { go listener.Close() }()
	listening := make(chan error, 1)
	go func() { listening <- listener.Listen(channel) }()
	polls, pings := time.NewTicker(poll), time.NewTicker(pingEvery)
	defer polls.Stop()
	defer pings.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-listening:
			// A standby rejects it; polling continues.
			if err != nil {
				continue
			}
		case <-listener.Notify:
		case <-polls.C:
		case <-pings.C:
			go func() { _ = listener.Ping() }()
			continue
		}
		changed()
	}
}

// wrapSQL sets the code of a database error: CONFLICT for a constraint violation,
// UNAVAILABLE for a lost connection, DEADLINE_EXCEEDED for a deadline.
func wrapSQL(err error, doing string) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return sentra.Wrap(sentra.CodeDeadlineExceeded, err, "%s: the time limit was exceeded", doing)
	}
	var fault *pq.Error
	if errors.As(err, &fault) {
		switch fault.Code.Class() {
		case "40":
			return sentra.Wrap(sentra.CodeUnavailable, err, "%s: a concurrent transaction interfered; try again", doing)
		case "25":
			if fault.Code == "25006" {
				return sentra.Wrap(sentra.CodeUnavailable, err, "%s: the database may only be read here", doing)
			}
		case "42":
			switch fault.Code {
			case "42501":
				return sentra.Wrap(sentra.CodeUnavailable, err, "%s: the role lacks the right", doing)
			case "42P01":
				return sentra.Wrap(sentra.CodeUnavailable, err, "%s: a table is missing; see `sentra migrate`", doing)
			}
		case "23":
			return sentra.Wrap(sentra.CodeConflict, err, "%s: violates the constraint %s of table %s", doing, fault.Constraint, fault.Table)
		case "08", "53", "57":
			if fault.Code == "57014" {
				return sentra.Wrap(sentra.CodeDeadlineExceeded, err, "%s: the time limit was exceeded", doing)
			}
			return sentra.Wrap(sentra.CodeUnavailable, err, "%s: the database is not available", doing)
		}
	}
	if errors.Is(err, net.ErrClosed) {
		// The connector closed it after too long a silence.
		return sentra.Wrap(sentra.CodeDeadlineExceeded, err, "%s: the database does not respond", doing)
	}
	return fmt.Errorf("%s: %w", doing, err)
}
