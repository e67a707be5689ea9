package postgres

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const changeColumns = `number, at, author, reason, coalesce(facts_number, 0) AS facts, coalesce(reverts, 0) AS reverts, version`

type changeRow struct {
	Number                  int64
	At                      time.Time
	Author, Reason, Version string
	Facts                   int
	Reverts                 int64
}

func (r changeRow) change() *register.Change {
	return &register.Change{Number: r.Number, At: r.At, Author: r.Author, Reason: r.Reason, Facts: r.Facts, Reverts: r.Reverts, Version: r.Version}
}

// LogEntry is a change with the number of entities that it changed.
type LogEntry struct {
	register.Change
	Touched int
}

// Log returns the last changes, newest first. If ref is not nil they are those of one
// entity, by its id or any key that it has or had.
func (s *Store) Log(ctx context.Context, ref *sentra.EntityRef, limit int) ([]LogEntry, error) {
	var rows []struct {
		changeRow
		Touched int
	}
	columns := changeColumns + `, (SELECT count(*) FROM change_items WHERE change = number) AS touched`
	// Use a transaction, so that a connection pooler keeps the statement and its
	// arguments together.
	err := s.inTx(ctx, snapshot, func(tx *sqlx.Tx) error {
		if ref == nil {
			return tx.SelectContext(ctx, &rows, `SELECT `+columns+` FROM changes ORDER BY number DESC LIMIT $1`, limit)
		}
		return tx.SelectContext(ctx, &rows, `SELECT `+columns+` FROM changes WHERE number IN (SELECT change FROM change_items
			WHERE entity_kind = $1 AND entity_id IN (SELECT entity_id FROM change_items WHERE entity_kind = $1 AND (entity_id = $2 OR key = $2)))
			ORDER BY number DESC LIMIT $3`, ref.Kind, ref.ID, limit)
	})
	if err != nil {
		return nil, wrapSQL(err, "read the log")
	}
	entries := make([]LogEntry, len(rows))
	for i, r := range rows {
		entries[i] = LogEntry{*r.change(), r.Touched}
	}
	return entries, nil
}

// Change returns a change with its items. The error is NOT_FOUND.
func (s *Store) Change(ctx context.Context, number int64) (change *register.Change, err error) {
	err = s.inTx(ctx, snapshot, func(tx *sqlx.Tx) error {
		change, err = readChange(ctx, tx, number)
		return err
	})
	return change, err
}
