package postgres_test

import (
	"context"
	"net/url"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/pgtest"
)

// startProxy starts a proxy before the database at an address, until the test ends.
func startProxy(t *testing.T, to string) *pgtest.Proxy {
	t.Helper()
	proxy, err := pgtest.StartProxy(to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { proxy.Close() })
	return proxy
}

// Listening ends with its context, though the listener's ping waits for a database
// that is gone without a word and holds its lock meanwhile.
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
	// A ping is under way now, and waits.
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

// A question to a database that has fallen silent ends with its context.
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
	store := open(t, at.String())
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	proxy.Silence(true)
	for name, question := range map[string]func(ctx context.Context) error{
		"version": func(ctx context.Context) error { _, err := store.Version(ctx); return err },
		"advance": func(ctx context.Context) error { _, _, err := store.Advance(ctx, nil); return err },
		"ping":    store.Ping,
	} {
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			begun, ended := time.Now(), make(chan error, 1)
			go func() { ended <- question(ctx) }()
			select {
			case err := <-ended:
				t.Logf("%s: %v after %v", name, err, time.Since(begun))
				if err == nil {
					t.Errorf("%s: no error", name)
				}
			case <-time.After(5 * time.Second):
				t.Errorf("%s does not end with its context", name)
			}
			cancel()
		}
	}
}
