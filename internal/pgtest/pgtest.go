// Package pgtest provides tests with databases of a real PostgreSQL: of the server in
// SENTRA_TEST_DATABASE_URL, which scripts/test.sh starts for a whole run, else of one
// that the test starts itself.
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/sentra-ikm/sentra/internal/embeddedpg"
)

// URLVariable is the environment variable that names the PostgreSQL to use.
const URLVariable = "SENTRA_TEST_DATABASE_URL"

// Server makes databases for tests. It is safe for concurrent use.
type Server struct {
	url  string
	stop func() error
	// dir is the server's folder, if it was started here.
	dir string

	mu   sync.Mutex
	made []string
}

// Start connects to the server in the environment, or starts one.
func Start() (*Server, error) {
	if named := os.Getenv(URLVariable); named != "" {
		return &Server{url: named, stop: func() error { return nil }}, nil
	}
	return StartOwn()
}

// StartOwn starts a server regardless of the environment.
func StartOwn() (*Server, error) {
	dir, err := os.MkdirTemp("", "sentra-test-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the test's PostgreSQL: %w", err)
	}
	// PostgreSQL's account needs access.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open the folder of the test's PostgreSQL: %w", err)
	}
	// Packages are tested in parallel, each with several connection pools.
	postgres, err := embeddedpg.Start(context.Background(), embeddedpg.Config{Dir: filepath.Join(dir, "postgres"), Fleeting: true,
		Settings: map[string]string{"max_connections": maxConnections}})
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("start the test's PostgreSQL: %w", err)
	}
	return &Server{url: postgres.URL(), dir: dir, stop: func() error {
		defer os.RemoveAll(dir)
		return postgres.Stop()
	}}, nil
}

// maxConnections is the number of connections to a server that is started here.
const maxConnections = "400"

// Fuzzing reports whether the test binary was started to fuzz. Its workers end too
// abruptly to stop a server, so a TestMain starts none then.
func Fuzzing() bool {
	flag.Parse()
	return flag.Lookup("test.fuzz").Value.String() != ""
}

// URL is the address of the server's maintenance database.
func (s *Server) URL() string { return s.url }

// Stop drops the databases that were made, except for templates, and stops the server
// if it was started here.
func (s *Server) Stop() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return errors.Join(s.dropMade(), s.stop())
}

func (s *Server) dropMade() error {
	if len(s.made) == 0 {
		return nil
	}
	db, err := s.connect(context.Background())
	if err != nil {
		return err
	}
	defer db.Close()
	for _, name := range s.made {
		if err := exec(context.Background(), db, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`); err != nil {
			return err
		}
	}
	s.made = nil
	return nil
}

// NewDatabase makes an empty database and returns its address.
func (s *Server) NewDatabase(ctx context.Context) (string, error) {
	return s.newDatabase(ctx, "")
}

// NewFilled makes a database with the contents that fill writes to the database at
// url. It is a copy of a template, which is made once for each key and server, even
// with concurrent test programs. The key must change with everything that fill
// depends on, since a server may outlive the run.
func (s *Server) NewFilled(ctx context.Context, key string, fill func(ctx context.Context, url string) error) (string, error) {
	template := "sentra_template_" + key
	if err := s.makeTemplate(ctx, template, fill); err != nil {
		return "", err
	}
	return s.newDatabase(ctx, ` TEMPLATE `+pq.QuoteIdentifier(template))
}

// templateLock is the advisory lock for making templates.
const templateLock = 0x73656e747261

// keptTemplates is how long a template stays on a server that outlives the run.
const keptTemplates = "1 day"

func (s *Server) makeTemplate(ctx context.Context, template string, fill func(ctx context.Context, url string) error) (err error) {
	db, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	conn, err := db.Connx(ctx)
	if err != nil {
		return fmt.Errorf("reach the test's PostgreSQL: %w", err)
	}
	// The lock ends with the connection.
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, templateLock); err != nil {
		return fmt.Errorf("wait for the lock of templates: %w", err)
	}
	defer func() {
		_, unlockErr := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, templateLock)
		err = errors.Join(err, unlockErr)
	}()
	var exists bool
	if err := conn.GetContext(ctx, &exists, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, template); err != nil {
		return fmt.Errorf("look for the template: %w", err)
	}
	if exists {
		return nil
	}
	if err := dropOldTemplates(ctx, conn); err != nil {
		return err
	}
	// Rename only a complete template to its final name.
	name, unfinished := pq.QuoteIdentifier(template), pq.QuoteIdentifier(template+"_unfinished")
	if err := exec(ctx, conn, `DROP DATABASE IF EXISTS `+unfinished+` WITH (FORCE)`, `CREATE DATABASE `+unfinished); err != nil {
		return err
	}
	address, err := s.address(template + "_unfinished")
	if err != nil {
		return err
	}
	if err := fill(ctx, address); err != nil {
		return fmt.Errorf("fill the template database: %w", err)
	}
	// Nobody may connect to it: a database in use cannot be copied.
	return exec(ctx, conn, `ALTER DATABASE `+unfinished+` ALLOW_CONNECTIONS false`, `ALTER DATABASE `+unfinished+` RENAME TO `+name,
		`DO $$ BEGIN EXECUTE format('COMMENT ON DATABASE `+name+` IS %L', now()); END $$`)
}

func dropOldTemplates(ctx context.Context, conn *sqlx.Conn) error {
	var old []string
	if err := conn.SelectContext(ctx, &old, `SELECT quote_ident(datname) FROM pg_database
		WHERE datname LIKE 'sentra\_template\_%' AND shobj_description(oid, 'pg_database')::timestamptz < now() - $1::interval`, keptTemplates); err != nil {
		return fmt.Errorf("look for old templates: %w", err)
	}
	for _, name := range old {
		if err := exec(ctx, conn, `DROP DATABASE IF EXISTS `+name); err != nil {
			return err
		}
	}
	return nil
}

// newDatabase makes a database with a unique name; options follow the name.
func (s *Server) newDatabase(ctx context.Context, options string) (string, error) {
	db, err := s.connect(ctx)
	if err != nil {
		return "", err
	}
	defer db.Close()
	name := "sentra_test_" + strings.ToLower(rand.Text())
	if err := exec(ctx, db, `CREATE DATABASE `+name+options); err != nil {
		return "", err
	}
	s.mu.Lock()
	s.made = append(s.made, name)
	s.mu.Unlock()
	return s.address(name)
}

func (s *Server) connect(ctx context.Context) (*sqlx.DB, error) {
	db, err := sqlx.ConnectContext(ctx, "postgres", s.url)
	if err != nil {
		return nil, fmt.Errorf("reach the test's PostgreSQL: %w", err)
	}
	return db, nil
}

// address returns the address of a database of the server.
func (s *Server) address(database string) (string, error) {
	at, err := url.Parse(s.url)
	if err != nil {
		return "", fmt.Errorf("read the test server's address: %w", err)
	}
	at.Path = database
	return at.String(), nil
}

func exec(ctx context.Context, db sqlx.ExecerContext, statements ...string) error {
	for _, statement := range statements {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}
