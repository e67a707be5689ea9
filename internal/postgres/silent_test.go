package postgres_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"
)

// silentProxy passes bytes on to a database, until it is silent: then it keeps its
// connections open and passes nothing, like a host that is gone without a word.
type silentProxy struct {
	net.Listener
	silent atomic.Bool
}

func startProxy(t *testing.T, to string) *silentProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	p := &silentProxy{Listener: listener}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { client.Close() })
			database, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			t.Cleanup(func() { database.Close() })
			go p.pass(client, database)
			go p.pass(database, client)
		}
	}()
	return p
}

func (p *silentProxy) pass(from io.Reader, to io.Writer) {
	piece := make([]byte, 4<<10)
	for {
		n, err := from.Read(piece)
		if err != nil {
			return
		}
		if p.silent.Load() {
			continue
		}
		if _, err := to.Write(piece[:n]); err != nil {
			return
		}
	}
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
	proxy.silent.Store(true)
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
	proxy.silent.Store(true)
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
