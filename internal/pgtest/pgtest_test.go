package pgtest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"

	"github.com/sentra-ikm/sentra/internal/pgtest"
)

func start(t *testing.T) *pgtest.Server {
	t.Helper()
	server, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

func connect(t *testing.T, url string) *sqlx.DB {
	t.Helper()
	db, err := sqlx.ConnectContext(t.Context(), "postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func count(t *testing.T, db *sqlx.DB, query string, arguments ...any) (n int) {
	t.Helper()
	if err := db.GetContext(t.Context(), &n, query, arguments...); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNewFilled(t *testing.T) {
	// Two servers act as two concurrent test programs.
	servers := []*pgtest.Server{start(t), nil}
	t.Setenv(pgtest.URLVariable, servers[0].URL())
	servers[1] = start(t)
	key := strings.ToLower(rand.Text())
	var filled atomic.Int64
	fill := func(ctx context.Context, url string) error {
		filled.Add(1)
		db, err := sqlx.ConnectContext(ctx, "postgres", url)
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.ExecContext(ctx, `CREATE TABLE filled AS SELECT 1 AS n`)
		return err
	}
	failed := errors.New("no such file")
	if _, err := servers[0].NewFilled(t.Context(), key, func(context.Context, string) error { return failed }); !errors.Is(err, failed) {
		t.Fatalf("a fill that fails gives %v", err)
	}
	urls := make([]string, 8)
	var group sync.WaitGroup
	for i := range urls {
		group.Go(func() {
			var err error
			if urls[i], err = servers[i%2].NewFilled(t.Context(), key, fill); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if t.Failed() {
		return
	}
	if filled.Load() != 1 {
		t.Errorf("the template was filled %d times, want once", filled.Load())
	}
	for i, made := range urls {
		db := connect(t, made)
		// Databases are isolated from each other.
		if _, err := db.ExecContext(t.Context(), `INSERT INTO filled VALUES ($1)`, i); err != nil {
			t.Fatal(err)
		}
		if got := count(t, db, `SELECT count(*) FROM filled`); got != 2 {
			t.Errorf("database %d has %d rows, want 2", i, got)
		}
	}
	// Stop drops what its server made, even databases in use, and nothing else.
	db := connect(t, servers[0].URL())
	if err := servers[1].Stop(); err != nil {
		t.Fatal(err)
	}
	for i, made := range urls {
		at, err := url.Parse(made)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := count(t, db, `SELECT count(*) FROM pg_database WHERE datname = $1`, strings.TrimPrefix(at.Path, "/")), 1-i%2; got != want {
			t.Errorf("after Stop there are %d databases of number %d, want %d", got, i, want)
		}
	}
	if count(t, db, `SELECT count(*) FROM pg_database WHERE datname = 'sentra_template_' || $1`, key) != 1 {
		t.Error("Stop dropped the template, which other test programs use")
	}
	if _, err := db.ExecContext(t.Context(), `DROP DATABASE sentra_template_`+key); err != nil {
		t.Error(err)
	}
}
