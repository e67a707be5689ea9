// Package pgtest gives tests a real PostgreSQL: the server named by
// SENTRA_TEST_DATABASE_URL, else one of their own.
package pgtest

import (
	"context"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"

	"github.com/sentra-ikm/sentra/internal/embeddedpg"
)

// Server makes empty databases for tests.
type Server struct {
	url  string
	stop func() error
	made int
}

// Start starts a server, or uses the one that the environment names.
func Start() (*Server, error) {
	if named := os.Getenv("SENTRA_TEST_DATABASE_URL"); named != "" {
		return &Server{url: named, stop: func() error { return nil }}, nil
	}
	dir, err := os.MkdirTemp("", "sentra-test-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the test's PostgreSQL: %w", err)
	}
	// PostgreSQL's account must be able to pass through.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the folder of the test's PostgreSQL: %w", err)
	}
	postgres, err := embeddedpg.Start(context.Background(), embeddedpg.Config{Dir: filepath.Join(dir, "postgres"), Fleeting: true})
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start the test's PostgreSQL: %w", err)
	}
	return &Server{url: postgres.URL(), stop: func() error {
		defer os.RemoveAll(dir)
		return postgres.Stop()
	}}, nil
}

// Fuzzing tells whether the test binary was started to fuzz. Its workers end too
// suddenly to stop a server, so that a TestMain starts none then.
func Fuzzing() bool {
	flag.Parse()
	return flag.Lookup("test.fuzz").Value.String() != ""
}

// Stop ends the server if it was started here.
func (s *Server) Stop() error { return s.stop() }

// NewDatabase makes an empty database and gives its address.
func (s *Server) NewDatabase(ctx context.Context) (string, error) {
	db, err := sqlx.ConnectContext(ctx, "postgres", s.url)
	if err != nil {
		return "", fmt.Errorf("reach the test's PostgreSQL: %w", err)
	}
	defer db.Close()
	s.made++
	name := fmt.Sprintf("sentra_test_%d_%d", os.Getpid(), s.made)
	if _, err := db.ExecContext(ctx, `CREATE DATABASE `+name); err != nil {
		return "", fmt.Errorf("make a test database: %w", err)
	}
	at, err := url.Parse(s.url)
	if err != nil {
		return "", fmt.Errorf("read the test server's address: %w", err)
	}
	at.Path = name
	return at.String(), nil
}
