// Package embeddedpg runs a private PostgreSQL for a server that was given
// none: with the machine's own binaries where there are any, else with
// downloaded ones, on the loopback address only, and never as root.
package embeddedpg

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	embeddedpostgres "github.com/fergusstrange/embedded-postgres"
	_ "github.com/lib/pq" // The driver with which the database is made.

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Config says how to run PostgreSQL.
type Config struct {
	// Dir is the folder for the data and all else; DefaultDir() when empty.
	Dir string
	// Binaries is the folder that holds initdb and pg_ctl; searched for when empty.
	Binaries string
	// Fleeting gives up durability for speed, for tests.
	Fleeting bool
	// Settings are further settings of PostgreSQL, such as shared_buffers.
	Settings map[string]string
	// Log takes PostgreSQL's own output; dropped when nil.
	Log io.Writer
}

// Server is a running PostgreSQL.
type Server struct {
	postgres *embeddedpostgres.EmbeddedPostgres
	url      string
	lock     *os.File
}

const (
	role     = "sentra"
	database = "sentra"
)

// DefaultDir is the folder in the user's data folder; for root, whose home is
// closed to the account that PostgreSQL runs as, /var/lib/sentra.
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

// initialised is the file that tells that the data folder was finished.
const initialised = "initialised"

// Initialised tells whether a folder holds a database already.
func Initialised(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, initialised))
	return err == nil
}

// Start runs PostgreSQL and waits until it answers. A second server on the same
// folder is a CONFLICT; a PostgreSQL that a killed server left behind is stopped
// first and recovers by its own log.
func Start(ctx context.Context, config Config) (server *Server, err error) {
	if config.Dir == "" {
		if config.Dir, err = DefaultDir(); err != nil {
			return nil, err
		}
	}
	if config.Log == nil {
		config.Log = io.Discard
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
	account, err := unprivileged()
	if err != nil {
		return nil, err
	}
	binaries := config.Binaries
	if binaries == "" {
		binaries = findBinaries(ctx)
	}
	if binaries == "" && account != nil {
		return nil, sentra.Errorf(sentra.CodeUnavailable, "PostgreSQL is not installed, and downloaded binaries cannot be run as root; install the package postgresql, run as another user, or set SENTRA_DATABASE_URL")
	}
	if account != nil {
		if err := os.Chown(config.Dir, account.uid, account.gid); err != nil {
			return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s cannot be given to the account %s", config.Dir, account.name)
		}
	}
	return start(ctx, config, binaries, account, lock)
}

func start(ctx context.Context, config Config, binaries string, account *account, lock *os.File) (*Server, error) {
	data := filepath.Join(config.Dir, "data")
	version := embeddedpostgres.V16
	wrapped := filepath.Join(config.Dir, "binaries")
	if binaries != "" {
		found, err := binariesVersion(ctx, binaries)
		if err != nil {
			return nil, err
		}
		version = embeddedpostgres.PostgresVersion(found)
		if err := wrap(wrapped, binaries, account); err != nil {
			return nil, err
		}
	}
	// A folder whose making was cut short is made anew; one that was finished is
	// never removed, whatever its version.
	marker := filepath.Join(config.Dir, initialised)
	if _, err := os.Stat(marker); errors.Is(err, os.ErrNotExist) {
		if err := os.RemoveAll(data); err != nil {
			return nil, fmt.Errorf("clear an unfinished data folder: %w", err)
		}
	} else if stored, err := os.ReadFile(filepath.Join(data, "PG_VERSION")); err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s is damaged", data)
	} else if major := strings.TrimSpace(string(stored)); binaries != "" && !strings.HasPrefix(string(version), major) {
		return nil, sentra.Errorf(sentra.CodeConflict, "the data folder %s was made by PostgreSQL %s, but the binaries found are of version %s", data, major, version)
	}
	if _, err := os.Stat(filepath.Join(data, "postmaster.pid")); err == nil {
		// We hold the lock, so its server is gone. The stop fails when that
		// PostgreSQL is gone too; then the file is stale and start removes it.
		_ = exec.CommandContext(ctx, filepath.Join(wrapped, "bin", "pg_ctl"), "stop", "-w", "-m", "fast", "-D", data).Run()
	}

	password, err := storedPassword(config.Dir)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	parameters := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"unix_socket_directories": "",
		"logging_collector":       "off",
		"max_connections":         "100",
	}
	if config.Fleeting {
		parameters["fsync"], parameters["synchronous_commit"], parameters["full_page_writes"] = "off", "off", "off"
	}
	maps.Copy(parameters, config.Settings)
	settings := embeddedpostgres.DefaultConfig().Version(version).Port(uint32(port)).
		Username(role).Password(password).Database(database).Locale("C").Encoding("UTF8").
		DataPath(data).RuntimePath(filepath.Join(config.Dir, "run")).BinariesPath(wrapped).
		CachePath(filepath.Join(config.Dir, "download")).StartParameters(parameters).Logger(config.Log)
	server := &Server{
		postgres: embeddedpostgres.NewDatabase(settings),
		url: (&url.URL{Scheme: "postgres", User: url.UserPassword(role, password), Host: "127.0.0.1:" + strconv.Itoa(port),
			Path: database, RawQuery: "sslmode=disable"}).String(),
		lock: lock,
	}
	if err := server.postgres.Start(); err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "PostgreSQL does not start in %s", config.Dir)
	}
	if err := makeDatabase(ctx, server.url); err != nil {
		return nil, errors.Join(err, server.postgres.Stop())
	}
	if err := os.WriteFile(filepath.Join(config.Dir, "url"), []byte(server.url), 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("note the database's address: %w", err), server.postgres.Stop())
	}
	if err := os.WriteFile(marker, nil, 0o644); err != nil {
		return nil, errors.Join(fmt.Errorf("mark the data folder as made: %w", err), server.postgres.Stop())
	}
	return server, nil
}

// URL is the address of the database for lib/pq.
func (s *Server) URL() string { return s.url }

// Address gives the address of the database that another server runs in a
// folder, so that an import can join it. Whether it still runs shows on use.
func Address(dir string) (string, error) {
	address, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "no server has run in %s", dir)
	}
	return string(address), nil
}

// Stop ends PostgreSQL cleanly and frees the folder.
func (s *Server) Stop() error {
	defer s.lock.Close()
	if err := s.postgres.Stop(); err != nil {
		return fmt.Errorf("stop PostgreSQL: %w", err)
	}
	return nil
}

// lockDir holds the folder for this process; the lock ends with the process,
// however it dies.
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

// unprivileged gives the account to run PostgreSQL as when we are root, else nil.
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

// findBinaries gives the folder of initdb and pg_ctl, "" where there is none.
func findBinaries(ctx context.Context) string {
	var candidates []string
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		candidates = append(candidates, strings.TrimSpace(string(out)))
	}
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(versions, func(a, b string) int { return major(b) - major(a) })
	candidates = append(candidates, versions...)
	if path, err := exec.LookPath("initdb"); err == nil {
		candidates = append(candidates, filepath.Dir(path))
	}
	for _, dir := range candidates {
		if isFile(filepath.Join(dir, "initdb")) && isFile(filepath.Join(dir, "pg_ctl")) && isFile(filepath.Join(dir, "postgres")) {
			return dir
		}
	}
	return ""
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

func major(binDir string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(binDir)))
	if err != nil {
		return 0
	}
	return number
}

var versionForm = regexp.MustCompile(`\d+(\.\d+)*`)

func binariesVersion(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "pg_ctl"), "--version").Output()
	if err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "the PostgreSQL binaries in %s do not run", dir)
	}
	version := versionForm.FindString(string(out))
	if version == "" {
		return "", sentra.Errorf(sentra.CodeUnavailable, "the PostgreSQL binaries in %s tell no version: %q", dir, out)
	}
	return version, nil
}

// wrap writes small scripts that run the binaries as the account, for the
// library, which runs them as the user it runs as itself.
func wrap(dir, binaries string, account *account) error {
	bin := filepath.Join(dir, "bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return fmt.Errorf("make the folder of PostgreSQL's scripts: %w", err)
	}
	as := ""
	if account != nil {
		as = fmt.Sprintf("setpriv --reuid=%d --regid=%d --clear-groups -- ", account.uid, account.gid)
	}
	for _, name := range []string{"initdb", "pg_ctl"} {
		script := "#!/bin/sh\ncd /\n"
		options := ""
		if name == "initdb" {
			// The first start is not the place to wait for the disk.
			options = " --no-sync"
			if account != nil {
				script += fmt.Sprintf("for a in \"$@\"; do case \"$a\" in --pwfile=*) chown %d:%d \"${a#--pwfile=}\";; esac; done\n", account.uid, account.gid)
			}
		}
		script += fmt.Sprintf("exec %s'%s'%s \"$@\"\n", as, filepath.Join(binaries, name), options)
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o755); err != nil {
			return fmt.Errorf("write PostgreSQL's scripts: %w", err)
		}
	}
	return nil
}

// storedPassword gives the password of the folder's database, made once.
func storedPassword(dir string) (string, error) {
	path := filepath.Join(dir, "password")
	if stored, err := os.ReadFile(path); err == nil && len(stored) > 0 {
		return string(stored), nil
	}
	secret := make([]byte, 16)
	if _, err := rand.Read(secret); err != nil {
		return "", fmt.Errorf("make a password: %w", err)
	}
	password := hex.EncodeToString(secret)
	if err := os.WriteFile(path, []byte(password), 0o600); err != nil {
		return "", sentra.Wrap(sentra.CodeUnavailable, err, "the data folder %s cannot be written", dir)
	}
	return password, nil
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// makeDatabase makes the database where a start cut short left none.
func makeDatabase(ctx context.Context, address string) error {
	at, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("read the database's address: %w", err)
	}
	at.Path = "postgres"
	db, err := sql.Open("postgres", at.String())
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
