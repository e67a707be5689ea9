// Package servertest starts a complete Sentra for tests that use it from outside:
// with a real PostgreSQL, the facts and the real boundaries.
package servertest

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
)

// Today is the time of the server's clock.
var Today = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC)

// Clock always returns Today.
func Clock() time.Time { return Today }

// Server is a running Sentra.
type Server struct {
	URL    string
	Holder *atlas.Holder
	Store  *postgres.Store
	stop   []func() error
}

// Main is the TestMain of a package with one server with the real boundaries: it
// starts the server, runs the tests and stops it. Without boundaries the tests are
// skipped.
func Main(m *testing.M, server **Server) {
	boundaries, err := boundarytest.Find()
	if err != nil {
		panic(err)
	}
	if boundaries == nil {
		os.Exit(boundarytest.LeaveOut(m))
	}
	if *server, err = Start(context.Background()); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := (*server).Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// Start starts a server with the real boundaries, which must exist: a test checks
// with boundarytest first.
func Start(ctx context.Context) (_ *Server, err error) {
	s := &Server{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Stop())
		}
	}()
	database, err := pgtest.Start()
	if err != nil {
		return nil, err
	}
	s.stop = append(s.stop, database.Stop)
	boundaries, err := boundarytest.Find()
	if err != nil {
		return nil, err
	}
	if boundaries == nil {
		return nil, errors.New("start a server for tests: there are no boundaries")
	}
	address, err := Database(ctx, database, boundaries...)
	if err != nil {
		return nil, err
	}
	if s.Store, err = postgres.Open(ctx, address); err != nil {
		return nil, err
	}
	s.stop = append(s.stop, s.Store.Close)
	built, err := app.New(ctx, app.Config{Store: s.Store, HTTP: httpserver.DefaultConfig(), Now: Clock, BinaryVersion: "test"})
	if err != nil {
		return nil, err
	}
	s.Holder = built.Holder
	listening := httptest.NewServer(built.Server.Handler())
	s.stop = append(s.stop, func() error { listening.Close(); return nil })
	s.URL = listening.URL
	return s, nil
}

// Stop ends the server, then its database.
func (s *Server) Stop() error {
	var all error
	for i := len(s.stop) - 1; i >= 0; i-- {
		all = errors.Join(all, s.stop[i]())
	}
	return all
}
