package postgres_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
)

// startProxy starts a proxy in front of the database at an address, until the test
// ends.
func startProxy(t *testing.T, to string) *pgtest.Proxy {
	t.Helper()
	proxy, err := pgtest.StartProxy(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	return proxy
}

// Listening ends with its context, even while the listener's ping holds its lock and
// waits for a database that is gone.
func TestListeningEndsThoughTheDatabaseIsSilent(t *testing.T) {
	address, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := startProxy(t, at.Host)
	at.Host = proxy.Addr().String()
	store := open(t, at.String())
	ctx, cancel := context.WithCancel(t.Context())
	heard, ended := make(chan struct{}, 1000), make(chan struct{})
	go func() {
		defer close(ended)
		store.Changes(ctx, 100*time.Millisecond, func() { heard <- struct{}{} })
	}()
	for range 3 {
		<-heard
	}
	proxy.Silence(true)
	// A ping is in progress now, and blocks.
	for range 5 {
		<-heard
	}
	cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("listening does not end with its context")
	}
}

// A query to a database that has stopped responding ends with its context.
func TestQuestionsEndThoughTheDatabaseIsSilent(t *testing.T) {
	address, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	proxy := startProxy(t, at.Host)
	at.Host = proxy.Addr().String()
	for name, question := range map[string]func(ctx context.Context, store *postgres.Store) error{
		"version": func(ctx context.Context, store *postgres.Store) error { _, err := store.Version(ctx); return err },
		"advance": func(ctx context.Context, store *postgres.Store) error {
			_, _, err := store.Advance(ctx, nil)
			return err
		},
		"ping": func(ctx context.Context, store *postgres.Store) error { return store.Ping(ctx) },
	} {
		t.Run(name, func(t *testing.T) {
			proxy.Silence(false)
			store := open(t, at.String())
			if _, err := store.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			proxy.Silence(true)
			// The first uses an open connection, the second a new one.
			for range 2 {
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				ended := make(chan error, 1)
				go func() { ended <- question(ctx, store) }()
				select {
				case err := <-ended:
					if err == nil {
						t.Error("no error")
					}
				case <-time.After(5 * time.Second):
					t.Error("it does not end with its context")
				}
			}
		})
	}
}
