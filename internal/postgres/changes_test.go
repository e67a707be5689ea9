package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// migrated returns the address of a database with an empty record, and a connection
// to it.
func migrated(t *testing.T) (string, *sqlx.DB) {
	t.Helper()
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, url).Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return url, db
}

func source(id, title string) sentra.Source {
	return sentra.Source{ID: sentra.SourceID(id), Title: title}
}

// Concurrent changes of several programs are all made, one after the other, each
// based on the one before, whatever state a program read last.
func TestWritersAtOnce(t *testing.T) {
	url, _ := migrated(t)
	const writers, each = 4, 15
	var group sync.WaitGroup
	var mu sync.Mutex
	titles := make(map[int64]string) // the title that each change gave the common source
	for w := range writers {
		store := open(t, url)
		group.Go(func() {
			for n := range each {
				title := fmt.Sprintf("writer %d, %d", w, n)
				outcome, err := register.New(store, nil).Apply(t.Context(), by, register.Put(source("everybody's", title), source(title, title)))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if titles[outcome.Number] != "" {
					t.Errorf("two changes have the number %d", outcome.Number)
				}
				titles[outcome.Number] = title
				mu.Unlock()
			}
		})
	}
	group.Wait()
	store := open(t, url)
	data, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if data.Number != writers*each || len(data.Sources) != writers*each+1 {
		t.Errorf("%d changes, %d sources; want %d changes and a source of each", data.Number, len(data.Sources), writers*each)
	}
	for _, s := range data.Sources {
		if s.ID == "everybody's" && s.Title != titles[data.Number] {
			t.Errorf("the source of all is called %q; the last change called it %q", s.Title, titles[data.Number])
		}
	}
	for number := int64(2); number <= data.Number; number++ {
		change, err := store.Change(t.Context(), number)
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range change.Items {
			if item.Entity.ID == "everybody's" && !strings.Contains(string(item.Before), titles[number-1]) {
				t.Errorf("change %d found %s; the one before wrote %q", number, item.Before, titles[number-1])
			}
		}
	}
}

// A change that is interrupted, rejected or fails halfway leaves nothing behind, and
// the next change continues from the last one.
func TestNothingIsLeftBehind(t *testing.T) {
	url, db := migrated(t)
	store := open(t, url)
	if _, err := register.New(store, nil).Apply(t.Context(), by, register.Put(source("first", "a title"))); err != nil {
		t.Fatal(err)
	}
	many := make([]sentra.Source, 5000)
	for i := range many {
		many[i] = source(fmt.Sprint("one-", i), "of many")
	}
	refused := errors.New("cannot be served")
	ctx, cancel := context.WithCancel(t.Context())
	for _, c := range []struct {
		name string
		ctx  context.Context
		try  func(context.Context, *sentra.Dataset) error
	}{
		{"refused", t.Context(), func(context.Context, *sentra.Dataset) error { return refused }},
		{"interrupted", ctx, func(context.Context, *sentra.Dataset) error { cancel(); return nil }},
	} {
		_, err := register.New(store, c.try).Apply(c.ctx, by, register.Put(many...))
		if c.name == "refused" && !errors.Is(err, refused) || c.name == "interrupted" && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", c.name, err)
		}
		var left [3]int
		if err := db.QueryRow(`SELECT (SELECT count(*) FROM changes), (SELECT count(*) FROM change_items), (SELECT count(*) FROM entities)`).Scan(&left[0], &left[1], &left[2]); err != nil {
			t.Fatal(err)
		}
		if left != [3]int{1, 1, 1} {
			t.Errorf("%s: %v changes, items and entities; want those of the first change alone", c.name, left)
		}
	}
	outcome, err := register.New(store, nil).Apply(t.Context(), by, register.Put(source("second", "a title")))
	if err != nil || outcome.Number != 2 {
		t.Errorf("the next change is %d, %v", outcome.Number, err)
	}
}

// No part of a change can be changed or deleted, and no row can refer to a change
// that does not exist.
func TestChangesStay(t *testing.T) {
	url, db := migrated(t)
	shaped := []string{`INSERT INTO shapes VALUES ('digest', '\x00112233445566778899')`}
	if _, err := register.New(open(t, url), nil).Apply(t.Context(), by, register.Put(source("one", "a title"))); err != nil {
		t.Fatal(err)
	}
	for _, statement := range shaped {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"changes", "change_items", "shapes"} {
		column := map[string]string{"changes": "author", "change_items": "key", "shapes": "digest"}[table]
		for _, statement := range []string{"UPDATE " + table + " SET " + column + " = 'x'", "DELETE FROM " + table, "TRUNCATE " + table + " CASCADE"} {
			if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "changes are only ever added") {
				t.Errorf("%s: %v", statement, err)
			}
		}
	}
	for _, statement := range []string{
		`INSERT INTO change_items VALUES (7, 'source', 'x', 'x', NULL, '{}', 1)`,
		`INSERT INTO entities VALUES ('source', 'x', 'x', '{}', 1, 7)`,
		`UPDATE entities SET change = 7`,
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "there is no change 7") {
			t.Errorf("%s: %v", statement, err)
		}
	}
	var count int
	if err := db.Get(&count, `SELECT count(*) FROM changes JOIN change_items ON change = number JOIN entities USING (change)`); err != nil || count != 1 {
		t.Errorf("%d rows are left of the change, %v", count, err)
	}
}

// A state that is not an earlier one of the record, or from which too much has
// changed, requires a full load. For any other only the changes are read, and
// everything else is shared.
func TestAdvance(t *testing.T) {
	url, _ := migrated(t)
	writer, reader := open(t, url), open(t, url)
	apply := func(sources ...sentra.Source) {
		t.Helper()
		if _, err := register.New(writer, nil).Apply(t.Context(), by, register.Put(sources...)); err != nil {
			t.Fatal(err)
		}
	}
	advance := func(base *sentra.Dataset) (*sentra.Dataset, []sentra.EntityRef) {
		t.Helper()
		next, changed, err := reader.Advance(t.Context(), base)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := writer.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if next.Version != whole.Version || len(next.Sources) != len(whole.Sources) || len(next.Phases) != len(whole.Phases) {
			t.Errorf("advanced to %s with %d sources and %d phases; the record is %s with %d and %d",
				next.Version, len(next.Sources), len(next.Phases), whole.Version, len(whole.Sources), len(whole.Phases))
		}
		return next, changed
	}
	apply(source("one", "a title"))
	first, changed := advance(nil)
	if changed != nil {
		t.Errorf("from nothing: %v changed", changed)
	}
	if same, changed := advance(first); same != first || changed == nil || len(changed) > 0 {
		t.Errorf("without a change: %v changed", changed)
	}
	apply(source("two", "a title"))
	apply(source("one", "another title"))
	second, changed := advance(first)
	if len(changed) != 2 {
		t.Errorf("two sources changed, not %v", changed)
	}
	stranger := *second
	stranger.Version = "3-0123456789ab"
	if _, changed := advance(&stranger); changed != nil {
		t.Errorf("from another record: %v changed", changed)
	}
	many := make([]sentra.Source, 10_001)
	for i := range many {
		many[i] = source(fmt.Sprint("one-", i), "of many")
	}
	apply(many...)
	if _, changed := advance(second); changed != nil {
		t.Errorf("from before many: %d changed", len(changed))
	}
}
