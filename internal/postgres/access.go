package postgres

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/migrations"
)

// Access describes what a database contains, and what the role may do.
type Access struct {
	Role, Database string
	// Standby is a server in recovery, which cannot be written to.
	Standby bool
	// ReadOnly means that transactions are read-only by default.
	ReadOnly bool
	// Schema is the number of the last migration, 0 for none.
	Schema int64
	// Facts is the number of the newest facts, -1 for none.
	Facts int
	// MayCreate and MayChange report whether the role can create tables and change the
	// record.
	MayCreate, MayChange bool
}

// Access examines the database.
func (s *Store) Access(ctx context.Context) (a Access, err error) {
	a.Facts = -1
	err = s.inTx(ctx, snapshot, func(tx *sqlx.Tx) error {
		var migrated, numbered bool
		if err := tx.QueryRowContext(ctx, `SELECT current_user, current_database(), pg_is_in_recovery(),
				pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
				coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
				to_regclass('goose_db_version') IS NOT NULL, to_regclass('changes') IS NOT NULL`).
			Scan(&a.Role, &a.Database, &a.Standby, &a.ReadOnly, &a.MayCreate, &migrated, &numbered); err != nil {
			return wrapSQL(err, "look at the database")
		}
		if !migrated {
			return nil
		}
		if err := tx.GetContext(ctx, &a.Schema, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`); err != nil {
			return wrapSQL(err, "read which migrations the database has")
		}
		if !numbered {
			return nil
		}
		if err := tx.GetContext(ctx, &a.Facts, `SELECT coalesce(max(facts_number), -1) FROM changes WHERE facts_number IS NOT NULL`); err != nil {
			return wrapSQL(err, "read the number of the facts")
		}
		return wrapSQL(tx.GetContext(ctx, &a.MayChange, `SELECT bool_and(has_table_privilege(name, privilege)) FROM (VALUES ('changes', 'INSERT'),
			('change_items', 'INSERT'), ('shapes', 'INSERT'), ('entities', 'INSERT'), ('entities', 'UPDATE'), ('entities', 'DELETE')) AS needed(name, privilege)`),
			"look up what the role may change")
	})
	a.MayChange = a.MayChange && !a.ReadOnly
	a.MayCreate = a.MayCreate && !a.ReadOnly
	return a, err
}

// NewestSchema is the number of the last migration that this program knows.
func NewestSchema() (newest int64, err error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return 0, fmt.Errorf("list the migrations: %w", err)
	}
	for _, name := range files {
		number, err := goose.NumericComponent(name)
		if err != nil {
			return 0, fmt.Errorf("read the number of migration %s: %w", name, err)
		}
		newest = max(newest, number)
	}
	return newest, nil
}

// Readable reports whether this program can read the database. The error is
// UNAVAILABLE and says what would help.
func (a Access) Readable() error {
	newest, err := NewestSchema()
	switch {
	case err != nil:
		return err
	case a.Schema == 0:
		return sentra.Errorf(sentra.CodeUnavailable, "the database %q holds no record yet; create one with `sentra migrate`, as a role that may create tables", a.Database)
	case a.Schema < newest:
		return sentra.Errorf(sentra.CodeUnavailable, "the database %q is of an older Sentra (schema %d, this program needs %d); upgrade it with `sentra migrate`, as the role that owns the tables",
			a.Database, a.Schema, newest)
	}
	return a.notNewer(newest)
}

// Changeable reports whether this program can change the record, once it is migrated.
func (a Access) Changeable() error {
	newest, err := NewestSchema()
	switch {
	case err != nil:
		return err
	case a.Standby:
		return sentra.Errorf(sentra.CodeUnavailable, "the database %q is on a standby server, which is read-only; make changes on the primary", a.Database)
	case a.ReadOnly:
		return sentra.Errorf(sentra.CodeUnavailable, "the role %q may only read the database %q (default_transaction_read_only)", a.Role, a.Database)
	case a.Schema < newest && !a.MayCreate:
		return sentra.Errorf(sentra.CodeUnavailable, "the database %q needs tables (schema %d, this program needs %d), and the role %q may make none; run `sentra migrate` as a role that may, or GRANT CREATE ON SCHEMA",
			a.Database, a.Schema, newest, a.Role)
	case a.Schema == newest && !a.MayChange:
		return sentra.Errorf(sentra.CodeUnavailable, "the role %q may only read the record in the database %q", a.Role, a.Database)
	}
	return a.notNewer(newest)
}

func (a Access) notNewer(newest int64) error {
	if a.Schema > newest {
		return sentra.Errorf(sentra.CodeUnavailable, "the database %q is of a newer Sentra (schema %d, this program knows %d); use that version", a.Database, a.Schema, newest)
	}
	return nil
}
