package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// changeLock is the advisory lock that serialises changes.
const changeLock = 0x53454e54524131

// Update runs work in one transaction, all or nothing, while no other change can
// begin. Listening servers are notified once.
func (s *Store) Update(ctx context.Context, work func(context.Context, register.Session) error) error {
	return s.session(ctx, nil, work)
}

// Consider runs work in a read-only transaction, even on a standby.
func (s *Store) Consider(ctx context.Context, work func(context.Context, register.Session) error) error {
	return s.session(ctx, snapshot, work)
}

func (s *Store) session(ctx context.Context, options *sql.TxOptions, work func(context.Context, register.Session) error) error {
	// The transaction is rolled back here and not by database/sql when ctx ends. A
	// ROLLBACK in the middle of a COPY would wait forever for an answer that lib/pq has
	// taken for one to the COPY.
	return s.inTx(context.WithoutCancel(ctx), options, func(tx *sqlx.Tx) (err error) {
		defer func() {
			// A statement interrupted by ctx may also report a bad connection.
			if err != nil && ctx.Err() != nil {
				err = ctx.Err()
			}
		}()
		if options == nil || !options.ReadOnly {
			if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, changeLock); err != nil {
				return wrapSQL(err, "wait for other changes")
			}
		}
		data, _, err := advance(ctx, tx, s.known.Load(), false)
		if err != nil {
			return err
		}
		s.known.Store(data)
		session := &session{tx: tx, data: data}
		if err := tx.GetContext(ctx, &session.facts, `SELECT coalesce(max(facts_number), -1) FROM changes WHERE facts_number IS NOT NULL`); err != nil {
			return wrapSQL(err, "read the number of the facts")
		}
		if err := work(ctx, session); err != nil {
			return err
		}
		return ctx.Err()
	})
}

// session is the record while it is changed.
type session struct {
	tx    *sqlx.Tx
	data  *sentra.Dataset
	facts int
}

func (s *session) Dataset() *sentra.Dataset { return s.data }
func (s *session) FactsNumber() int         { return s.facts }

func (s *session) Shipped(ctx context.Context) ([]register.Shipped, error) {
	rows, err := s.tx.QueryContext(ctx, `SELECT DISTINCT ON (entity_kind, entity_id) entity_kind, entity_id, change, after
		FROM change_items JOIN changes ON number = change WHERE facts_number IS NOT NULL ORDER BY entity_kind, entity_id, change DESC`)
	if err != nil {
		return nil, wrapSQL(err, "read what the facts brought")
	}
	defer rows.Close()
	var all []register.Shipped
	for rows.Next() {
		var one register.Shipped
		if err := rows.Scan(&one.Entity.Kind, &one.Entity.ID, &one.Change, &one.Document); err != nil {
			return nil, wrapSQL(err, "read what the facts brought")
		}
		all = append(all, one)
	}
	return all, wrapSQL(rows.Err(), "read what the facts brought")
}

func (s *session) Change(ctx context.Context, number int64) (*register.Change, error) {
	return readChange(ctx, s.tx, number)
}

func (s *session) LaterChanges(ctx context.Context, after int64, entities []sentra.EntityRef) (map[sentra.EntityRef]int64, error) {
	var kinds, ids []string
	for _, e := range entities {
		kinds, ids = append(kinds, string(e.Kind)), append(ids, e.ID)
	}
	rows, err := s.tx.QueryContext(ctx, `SELECT entity_kind, entity_id, min(change) FROM change_items
		JOIN unnest($2::text[], $3::text[]) AS named(kind, id) ON kind = entity_kind AND id = entity_id
		WHERE change > $1 GROUP BY entity_kind, entity_id`, after, pq.Array(kinds), pq.Array(ids))
	if err != nil {
		return nil, wrapSQL(err, "find later changes")
	}
	defer rows.Close()
	later := make(map[sentra.EntityRef]int64)
	for rows.Next() {
		var ref sentra.EntityRef
		var change int64
		if err := rows.Scan(&ref.Kind, &ref.ID, &change); err != nil {
			return nil, wrapSQL(err, "find later changes")
		}
		later[ref] = change
	}
	return later, wrapSQL(rows.Err(), "find later changes")
}

func (s *session) Shapes(ctx context.Context, digests []string) (map[string]orb.MultiPolygon, error) {
	return loadShapes(ctx, s.tx, digests)
}

// Store stores a change and the resulting state. An entity in a format of a newer
// program is a CONFLICT.
func (s *session) Store(ctx context.Context, c *register.Change) error {
	if _, err := s.tx.ExecContext(ctx, `INSERT INTO changes (number, author, reason, facts_number, reverts, version)
		VALUES ($1, $2, $3, nullif($4, 0), nullif($5, 0), $6)`, c.Number, c.Author, c.Reason, c.Facts, c.Reverts, c.Version); err != nil {
		return wrapSQL(err, "write the change")
	}
	for digest, content := range c.Shapes {
		if _, err := s.tx.ExecContext(ctx, `INSERT INTO shapes (digest, ewkb) VALUES ($1, $2) ON CONFLICT DO NOTHING`, digest, content); err != nil {
			return wrapSQL(err, "write a shape")
		}
	}
	if err := s.copyItems(ctx, c); err != nil {
		return err
	}
	var newer string
	err := s.tx.GetContext(ctx, &newer, `SELECT kind || '/' || id FROM entities JOIN change_items AS item ON kind = entity_kind AND id = entity_id
		WHERE item.change = $1 AND entities.schema > item.schema LIMIT 1`, c.Number)
	if err == nil {
		return sentra.Errorf(sentra.CodeConflict, "%s was written by a newer Sentra; use it to change the record", newer)
	} else if !errors.Is(err, sql.ErrNoRows) {
		return wrapSQL(err, "compare the forms of documents")
	}
	for _, statement := range []string{
		`DELETE FROM entities USING change_items AS item WHERE item.change = $1 AND after IS NULL AND kind = entity_kind AND id = entity_id`,
		`INSERT INTO entities (kind, id, key, doc, schema, change)
			SELECT entity_kind, entity_id, key, after, schema, change FROM change_items WHERE change = $1 AND after IS NOT NULL
			ON CONFLICT (kind, id) DO UPDATE SET key = excluded.key, doc = excluded.doc, schema = excluded.schema, change = excluded.change`,
		`SELECT pg_notify('` + channel + `', '') WHERE $1::bigint IS NOT NULL`,
	} {
		if _, err := s.tx.ExecContext(ctx, statement, c.Number); err != nil {
			return wrapSQL(err, "write the record")
		}
	}
	return nil
}

func (s *session) copyItems(ctx context.Context, c *register.Change) (err error) {
	if len(c.Items) == 0 {
		return nil
	}
	statement, err := s.tx.PrepareContext(ctx, `COPY change_items (change, entity_kind, entity_id, key, before, after, schema) FROM STDIN`)
	if err != nil {
		return wrapSQL(err, "write what changed")
	}
	for i := range c.Items {
		item := &c.Items[i]
		before, after, err := item.Documents()
		if err != nil {
			return errors.Join(err, statement.Close())
		}
		if _, err := statement.ExecContext(ctx, c.Number, string(item.Entity.Kind), item.Entity.ID, item.Key, jsonCell(before), jsonCell(after), item.Schema); err != nil {
			return errors.Join(wrapSQL(err, "write what changed"), statement.Close())
		}
	}
	if _, err := statement.ExecContext(ctx); err != nil {
		return errors.Join(wrapSQL(err, "write what changed"), statement.Close())
	}
	return wrapSQL(statement.Close(), "write what changed")
}

func jsonCell(document []byte) any {
	if document == nil {
		return nil
	}
	return string(document)
}

func readChange(ctx context.Context, tx *sqlx.Tx, number int64) (*register.Change, error) {
	var row changeRow
	err := tx.GetContext(ctx, &row, `SELECT `+changeColumns+` FROM changes WHERE number = $1`, number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &sentra.Error{Code: sentra.CodeNotFound, Message: fmt.Sprintf("there is no change %d", number)}
	}
	if err != nil {
		return nil, wrapSQL(err, "read a change")
	}
	change := row.change()
	rows, err := tx.QueryContext(ctx, `SELECT entity_kind, entity_id, key, before, after, schema FROM change_items WHERE change = $1 ORDER BY entity_kind, entity_id`, number)
	if err != nil {
		return nil, wrapSQL(err, "read a change")
	}
	defer rows.Close()
	for rows.Next() {
		var i register.Item
		if err := rows.Scan(&i.Entity.Kind, &i.Entity.ID, &i.Key, &i.Before, &i.After, &i.Schema); err != nil {
			return nil, wrapSQL(err, "read a change")
		}
		change.Items = append(change.Items, i)
	}
	return change, wrapSQL(rows.Err(), "read a change")
}
