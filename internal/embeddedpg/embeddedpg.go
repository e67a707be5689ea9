// Package embeddedpg runs a private PostgreSQL for a server without one: with
// installed binaries if there are any, else with downloaded ones, only on the
// loopback address, and never as root.
package embeddedpg

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/lib/pq" // The driver with which the database is made.

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config says how to run PostgreSQL.
type Config struct {
	// Dir is the folder for the data and everything else; DefaultDir() if empty.
	Dir string
	// Binaries is the folder with initdb and pg_ctl; searched for if empty.
	Binaries string
	// Fleeting trades durability for speed, for tests.
	Fleeting bool
	// Settings are further settings of PostgreSQL, such as shared_buffers.
	Settings map[string]string
	// Log gets a line when PostgreSQL ends by itself, with the reason, and when it runs
	// again; by default discarded.
	Log *slog.Logger
}

const (
	role     = "sentra"
	database = "sentra"
)

// DefaultDir is a folder in the user's data folder, or /var/lib/sentra for root,
// whose home the account that runs PostgreSQL cannot access.
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/sentra/postgres", nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); data != "" {
		return filepath.Join(data, "sentra", "postgres"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find the user's data folder: %w", err)
	}
	return filepath.Join(home, ".local", "share", "sentra", "postgres"), nil
}

// initialised is the file that marks a complete data folder.
const initialised = "initialised"

// Initialised reports whether a folder contains a database.
func Initialised(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, initialised))
	return err == nil
}

// Start starts PostgreSQL, waits until it responds, and restarts it whenever it ends
// by itself. A second server on the same folder is a CONFLICT. A PostgreSQL that a
// killed server left behind is stopped first, and recovers from its WAL. PostgreSQL's
// log is postgresql.log in the folder.
func Start(ctx context.Context, config Config) (server *Server, err error) {
	if config.Dir == "" {
		if config.Dir, err = DefaultDir(); err != nil {
			return nil, err
		}
	}
	if config.Dir, err = filepath.Abs(config.Dir); err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(config.Dir, 0o755); err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s cannot be made", config.Dir)
	}
	lock, err := lockDir(config.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			lock.Close()
		}
	}()
	in, err := prepare(ctx, config)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			in.log.Close()
		}
	}()
	process, err := in.start(ctx)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return in.makeDatabase(ctx) },
		func() error { return in.note("url", in.url(database)) },
		// From here on the folder is never recreated.
		func() error { return in.note(initialised, "") },
	} {
		if err := step(); err != nil {
			return nil, errors.Join(in.explain(process, err), process.stop())
		}
	}
	return watch(in, process, lock, config.Log), nil
}

// prepare finds the binaries, and makes the data folder if necessary.
func prepare(ctx context.Context, config Config) (*installation, error) {
	in := &installation{dir: config.Dir, data: filepath.Join(config.Dir, "data"), binaries: config.Binaries, ready: 10 * time.Minute}
	var err error
	if in.account, err = unprivileged(); err != nil {
		return nil, err
	}
	if in.binaries == "" {
		in.binaries = findBinaries(ctx)
	}
	if in.account != nil {
		if in.binaries == "" {
			return nil, sentra.Errorf(sentra.CodeUnavailable, "PostgreSQL is not installed, and downloaded binaries cannot be run as root; install the package postgresql, run as another user, or set SENTRA_DATABASE_URL")
		}
		if err := os.Chown(in.dir, in.account.uid, in.account.gid); err != nil {
			return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s cannot be given to the account %s", in.dir, in.account.name)
		}
	}
	if in.binaries == "" {
		if in.binaries, err = download(in.dir); err != nil {
			return nil, err
		}
	}
	if in.binaries, err = filepath.Abs(in.binaries); err != nil {
		return nil, fmt.Errorf("find PostgreSQL: %w", err)
	}
	made, err := in.isMade(ctx)
	if err != nil {
		return nil, err
	}
	if in.password, err = in.storedPassword(made); err != nil {
		return nil, err
	}
	// We hold the lock, so the program that started it has ended.
	if _, err := os.Stat(filepath.Join(in.data, "postmaster.pid")); err == nil {
		in.stopOrphan(ctx)
	}
	// Recreate one whose creation was interrupted.
	if !made {
		if err := os.RemoveAll(in.data); err != nil {
			return nil, fmt.Errorf("clear an unfinished data folder: %w", err)
		}
		if err := in.initialise(ctx); err != nil {
			return nil, err
		}
	}
	if in.port, err = freePort(); err != nil {
		return nil, err
	}
	in.parameters = map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"logging_collector":       "off",
		"log_destination":         "stderr",
		"max_connections":         "100",
	}
	if config.Fleeting {
		in.parameters["fsync"], in.parameters["synchronous_commit"], in.parameters["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(in.parameters, config.Settings)
	if in.log, err = openLogFile(filepath.Join(in.dir, "postgresql.log")); err != nil {
		return nil, in.failed("the log cannot be written", err.Error())
	}
	return in, nil
}

// isMade reports whether the data folder is complete and of a version that the
// binaries support.
func (in *installation) isMade(ctx context.Context) (bool, error) {
	found, err := binariesVersion(ctx, in.binaries)
	if err != nil {
		return false, err
	}
	if !Initialised(in.dir) {
		return false, nil
	}
	stored, err := os.ReadFile(filepath.Join(in.data, "PG_VERSION"))
	if err != nil {
		return false, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s is damaged", in.data)
	}
	if major := strings.TrimSpace(string(stored)); found != major && !strings.HasPrefix(found, major+".") {
		return false, sentra.Errorf(sentra.CodeConflict, "the data folder %s was made by PostgreSQL %s, but the binaries found are of version %s", in.data, major, found)
	}
	return true, nil
}

// note writes a file of the folder.
func (in *installation) note(name, text string) error {
	if err := os.WriteFile(filepath.Join(in.dir, name), []byte(text), 0o600); err != nil {
		return in.failed("the data folder cannot be written", err.Error())
	}
	return nil
}

// explain adds the reason in PostgreSQL's own log to an error.
func (in *installation) explain(p *process, err error) error {
	select {
	case <-p.ended:
	case <-time.After(time.Second):
		// It still runs, so the log has no reason.
		return err
	}
	return errors.Join(err, in.failed("PostgreSQL ended", in.why(p)))
}

// url is the address of a database of the installation for lib/pq.
func (in *installation) url(database string) string {
	return (&url.URL{Scheme: "postgres", User: url.UserPassword(role, in.password), Host: "127.0.0.1:" + strconv.Itoa(in.port),
		Path: database, RawQuery: "sslmode=disable"}).String()
}

// URL is the address of the database for lib/pq.
func (s *Server) URL() string { return s.in.url(database) }

// Address returns the address of the database that another server runs in a folder,
// so that an import can use it. It does not check whether that still runs.
func Address(dir string) (string, error) {
	address, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "no server has run in %s", dir)
	}
	return string(address), nil
}

// lockDir locks the folder for this process; the lock ends with the process, however
// it dies.
func lockDir(dir string) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s cannot be written", dir)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		return nil, sentra.Wrap(sentra.CodeConflict, err, "another server uses the data folder %s; stop it, or name another folder with --data-dir", dir)
	}
	return file, nil
}

type account struct {
	name     string
	uid, gid int
}

// unprivileged returns the account for running PostgreSQL if we are root, else nil.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			uid, uidErr := strconv.Atoi(found.Uid)
			gid, gidErr := strconv.Atoi(found.Gid)
			if uidErr == nil && gidErr == nil && uid != 0 {
				return &account{name: name, uid: uid, gid: gid}, nil
			}
		}
	}
	return nil, sentra.Errorf(sentra.CodeUnavailable, "PostgreSQL does not run as root, and there is no account postgres or nobody to run it as")
}

func (in *installation) passwordFile() string { return filepath.Join(in.dir, "password") }

// storedPassword returns the password of the folder's database, and creates it for a
// new one.
func (in *installation) storedPassword(made bool) (string, error) {
	stored, err := os.ReadFile(in.passwordFile())
	if err == nil && len(stored) > 0 {
		return string(stored), nil
	}
	if made {
		if err == nil {
			err = errors.New("the file is empty")
		}
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "the password of the database in %s cannot be read from %s; restore the file", in.dir, in.passwordFile())
	}
	password := strings.ToLower(rand.Text())
	return password, in.note(filepath.Base(in.passwordFile()), password)
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// makeDatabase creates the database if an interrupted start has not.
func (in *installation) makeDatabase(ctx context.Context) error {
	db, err := sql.Open("postgres", in.url("postgres"))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer db.Close()
	var exists bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, database).Scan(&exists); err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if !exists {
		if _, err := db.ExecContext(ctx, `CREATE DATABASE `+database); err != nil {
			return fmt.Errorf("make the database: %w", err)
		}
	}
	return nil
}
