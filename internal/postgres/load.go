package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// snapshot is a read-only transaction with a consistent view.
var snapshot = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

// Load reads the whole record in one consistent view.
func (s *Store) Load(ctx context.Context) (*sentra.Dataset, error) {
	return s.loadIn(ctx, true)
}

// LoadWithoutShapes is Load with only the digests of boundaries' shapes.
func (s *Store) LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error) {
	return s.loadIn(ctx, false)
}

func (s *Store) loadIn(ctx context.Context, shapes bool) (data *sentra.Dataset, err error) {
	err = s.inTx(ctx, snapshot, func(tx *sqlx.Tx) error {
		data, err = load(ctx, tx, shapes)
		return err
	})
	if err == nil {
		s.known.Store(data)
	}
	return data, err
}

// decodeBatch is the number of documents per batch, and decoders that of goroutines.
const (
	decodeBatch = 1000
	decoders    = 2
)

func load(ctx context.Context, tx *sqlx.Tx, shapes bool) (*sentra.Dataset, error) {
	version, err := lastVersion(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows, err := tx.QueryContext(ctx, `SELECT kind, id, doc FROM entities`)
	if err != nil {
		return nil, wrapSQL(err, "load the dataset")
	}
	defer rows.Close()

	type work struct {
		kind      sentra.EntityKind
		documents []register.Document
		done      chan register.Batch
	}
	loader := register.NewLoader()
	group, working := errgroup.WithContext(ctx)
	todo, inOrder := make(chan work, decoders), make(chan chan register.Batch, 4*decoders)
	group.Go(func() error {
		defer close(todo)
		defer close(inOrder)
		send := func(kind sentra.EntityKind, documents []register.Document) error {
			w := work{kind, documents, make(chan register.Batch, 1)}
			select {
			case todo <- w:
			case <-working.Done():
				return working.Err()
			}
			select {
			case inOrder <- w.done:
				return nil
			case <-working.Done():
				return working.Err()
			}
		}
		batches := make(map[sentra.EntityKind][]register.Document)
		var kind, id string
		var content sql.RawBytes
		for rows.Next() {
			if err := rows.Scan(&kind, &id, &content); err != nil {
				return err
			}
			of := sentra.EntityKind(kind)
			batches[of] = append(batches[of], register.Document{Kind: of, ID: id, Content: append([]byte(nil), content...)})
			if len(batches[of]) == decodeBatch {
				if err := send(of, batches[of]); err != nil {
					return err
				}
				batches[of] = nil
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		for of, documents := range batches {
			if err := send(of, documents); err != nil {
				return err
			}
		}
		return nil
	})
	for range decoders {
		group.Go(func() error {
			for w := range todo {
				batch, err := loader.Decode(w.kind, w.documents)
				if err != nil {
					return err
				}
				w.done <- batch
			}
			return nil
		})
	}
	group.Go(func() error {
		for done := range inOrder {
			select {
			case batch := <-done:
				loader.Add(batch)
			case <-working.Done():
				return working.Err()
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		return nil, wrapSQL(err, "load the dataset")
	}
	data := loader.Dataset()
	data.Number, data.Version, data.UpdatedAt = version.Number, version.Version, version.At
	if shapes {
		return data, addShapes(ctx, tx, data.Boundaries)
	}
	return data, nil
}

// versionRow is the last change without its items.
type versionRow struct {
	Number  int64
	Version string
	At      time.Time
}

// noVersion is the version of a record without changes.
const noVersion = "0"

// lastVersion reads the last change, which has the number 0 if there is none.
func lastVersion(ctx context.Context, tx sqlx.QueryerContext) (versionRow, error) {
	row := versionRow{Version: noVersion}
	err := sqlx.GetContext(ctx, tx, &row, `SELECT number, version, at FROM changes ORDER BY number DESC LIMIT 1`)
	if errors.Is(err, sql.ErrNoRows) {
		return versionRow{Version: noVersion}, nil
	}
	return row, wrapSQL(err, "read the dataset's version")
}

// addShapes reads the shapes of boundaries.
func addShapes(ctx context.Context, tx *sqlx.Tx, boundaries []sentra.Boundary) error {
	digests := make([]string, len(boundaries))
	for i := range boundaries {
		digests[i] = boundaries[i].Digest
	}
	shapes, err := loadShapes(ctx, tx, digests)
	if err != nil {
		return err
	}
	for i := range boundaries {
		boundaries[i].Shape = shapes[boundaries[i].Digest]
	}
	return nil
}

func loadShapes(ctx context.Context, tx *sqlx.Tx, digests []string) (map[string]orb.MultiPolygon, error) {
	shapes := make(map[string]orb.MultiPolygon, len(digests))
	if len(digests) == 0 {
		return shapes, nil
	}
	rows, err := tx.QueryContext(ctx, `SELECT digest, ewkb FROM shapes WHERE digest = ANY ($1)`, pq.Array(digests))
	if err != nil {
		return nil, wrapSQL(err, "load the boundaries")
	}
	defer rows.Close()
	for rows.Next() {
		var digest string
		var content sql.RawBytes
		if err := rows.Scan(&digest, &content); err != nil {
			return nil, wrapSQL(err, "load the boundaries")
		}
		if shapes[digest], err = register.DecodeShape(content); err != nil {
			return nil, err
		}
	}
	return shapes, wrapSQL(rows.Err(), "load the boundaries")
}

// mostByParts is the maximum number of changed entities to read one by one; if there
// are more, the whole record is read again.
const mostByParts = 10_000

// Advance returns the state after base and the differences. It reads only what has
// changed, and boundaries only if boundaries have changed. If base is not an earlier
// state of this record, everything is read and changed is nil.
func (s *Store) Advance(ctx context.Context, base *sentra.Dataset) (next *sentra.Dataset, changed []sentra.EntityRef, err error) {
	err = s.inTx(ctx, snapshot, func(tx *sqlx.Tx) error {
		next, changed, err = advance(ctx, tx, base, true)
		return err
	})
	if err == nil {
		s.known.Store(next)
	}
	return next, changed, err
}

// advance reads the state after base, which may be nil. Without shapes, new
// boundaries have only the digests of theirs.
func advance(ctx context.Context, tx *sqlx.Tx, base *sentra.Dataset, shapes bool) (next *sentra.Dataset, changed []sentra.EntityRef, err error) {
	if base == nil {
		next, err = load(ctx, tx, shapes)
		return next, nil, err
	}
	version, err := lastVersion(ctx, tx)
	if err != nil {
		return nil, nil, err
	}
	if version.Version == base.Version {
		return base, []sentra.EntityRef{}, nil
	}
	var known bool
	if err := tx.GetContext(ctx, &known, `SELECT EXISTS (SELECT FROM changes WHERE number = $1 AND version = $2)`, base.Number, base.Version); err != nil {
		return nil, nil, wrapSQL(err, "find the state that is known")
	}
	var documents []register.Document
	all := !known
	if known {
		if documents, all, err = changedSince(ctx, tx, base.Number); err != nil {
			return nil, nil, err
		}
	}
	if all {
		next, err = load(ctx, tx, shapes)
		return next, nil, err
	}
	if next, err = register.Advance(base, documents); err != nil {
		return nil, nil, err
	}
	next.Number, next.Version, next.UpdatedAt = version.Number, version.Version, version.At
	changed = make([]sentra.EntityRef, len(documents))
	for i, d := range documents {
		changed[i] = sentra.EntityRef{Kind: d.Kind, ID: d.ID}
	}
	if shapes {
		err = addNewShapes(ctx, tx, base, next)
	}
	return next, changed, err
}

// changedSince reads the present documents of what changed after a number; all means
// that there are too many.
func changedSince(ctx context.Context, tx *sqlx.Tx, number int64) (documents []register.Document, all bool, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT touched.entity_kind, touched.entity_id, doc
		FROM (SELECT DISTINCT entity_kind, entity_id FROM change_items WHERE change > $1 LIMIT $2) AS touched
		LEFT JOIN entities ON kind = touched.entity_kind AND id = touched.entity_id`, number, mostByParts+1)
	if err != nil {
		return nil, false, wrapSQL(err, "read what changed")
	}
	defer rows.Close()
	for rows.Next() {
		var d register.Document
		if err := rows.Scan(&d.Kind, &d.ID, &d.Content); err != nil {
			return nil, false, wrapSQL(err, "read what changed")
		}
		documents = append(documents, d)
	}
	return documents, len(documents) > mostByParts, wrapSQL(rows.Err(), "read what changed")
}

// addNewShapes copies the shapes of base to next, and reads the others.
func addNewShapes(ctx context.Context, tx *sqlx.Tx, base, next *sentra.Dataset) error {
	if len(base.Boundaries) == len(next.Boundaries) && (len(next.Boundaries) == 0 || &base.Boundaries[0] == &next.Boundaries[0]) {
		return nil // They are shared.
	}
	known := make(map[string]orb.MultiPolygon)
	for i := range base.Boundaries {
		known[base.Boundaries[i].Digest] = base.Boundaries[i].Shape
	}
	var missing []string
	for i := range next.Boundaries {
		if b := &next.Boundaries[i]; b.Shape == nil && known[b.Digest] == nil {
			missing = append(missing, b.Digest)
		}
	}
	read, err := loadShapes(ctx, tx, missing)
	if err != nil {
		return err
	}
	for i := range next.Boundaries {
		b := &next.Boundaries[i]
		if b.Shape == nil {
			if b.Shape = known[b.Digest]; b.Shape == nil {
				b.Shape = read[b.Digest]
			}
		}
	}
	return nil
}
