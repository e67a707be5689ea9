package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	neturl "net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"

	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// database starts the PostgreSQL of a test and returns addresses of new databases in
// it, one empty and one with the facts.
func database(t *testing.T, start func() (*pgtest.Server, error)) (server *pgtest.Server, empty, filled string) {
	t.Helper()
	server, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	if empty, err = server.NewDatabase(t.Context()); err != nil {
		t.Fatal(err)
	}
	if filled, err = servertest.Database(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	return server, empty, filled
}

func sqlExec(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sqlx.ConnectContext(t.Context(), "postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// role creates a role for the duration of the test and returns the address with which
// it connects to a database.
func role(t *testing.T, url, name string, grants ...string) string {
	t.Helper()
	unique := fmt.Sprintf("%s_%d", name, time.Now().UnixNano())
	sqlExec(t, url, `CREATE ROLE `+unique+` LOGIN PASSWORD 'a secret@word'`)
	t.Cleanup(func() {
		db, err := sqlx.Connect("postgres", url)
		if err != nil {
			t.Error(err)
			return
		}
		defer db.Close()
		if _, err := db.Exec(`DROP OWNED BY ` + unique + `; DROP ROLE ` + unique); err != nil {
			t.Error(err)
		}
	})
	for _, grant := range grants {
		sqlExec(t, url, strings.ReplaceAll(grant, "ROLE", unique))
	}
	at := parsed(t, url)
	at.User = neturl.UserPassword(unique, "a secret@word")
	return at.String()
}

func parsed(t *testing.T, url string) *neturl.URL {
	t.Helper()
	at, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// sentraRun runs the program to its end.
func sentraRun(t *testing.T, arguments ...string) (output, problems string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, binary, arguments...)
	var out, told bytes.Buffer
	command.Stdout, command.Stderr = &out, &told
	err = command.Run()
	return out.String(), told.String(), err
}

const reads = `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ROLE`

// Every command explains what is wrong with a database, and never panics. No password
// is echoed.
func TestDatabasesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	_, empty, filled := database(t, pgtest.Start)
	_, newer, _ := database(t, pgtest.Start)
	if out, problems, err := sentraRun(t, "migrate", "--database-url", newer); err != nil {
		t.Fatal(out, problems, err)
	}
	sqlExec(t, newer, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	older := func() string {
		_, url, _ := database(t, pgtest.Start)
		sqlExec(t, url, `CREATE TABLE goose_db_version (id serial, version_id bigint, is_applied boolean, tstamp timestamp DEFAULT now())`,
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)`)
		return url
	}()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	with := func(url, key, value string) string {
		at := parsed(t, url)
		query := at.Query()
		query.Set(key, value)
		if value == "" {
			query.Del(key)
		}
		at.RawQuery = query.Encode()
		return at.String()
	}
	at := func(host, database string) string {
		at := parsed(t, filled)
		at.User, at.Path, at.Host = neturl.UserPassword("postgres", "a secret@word"), database, host
		return at.String()
	}
	nowhere := parsed(t, filled)
	nowhere.Path = "nowhere"
	const read, write, serve = "log", "delete cluster x", "serve --listen 127.0.0.1:0"
	all := []string{read, write, serve, "export clusters", "migrate", "show 1", "revert 1", "conflicts"}
	for _, c := range []struct {
		name, url string
		commands  []string
		want      string
	}{
		{"nobody listens", at("127.0.0.1:1", "x"), all, "no database server answers at 127.0.0.1:1"},
		{"nobody answers", with(at(silent.Addr().String(), "x"), "connect_timeout", "1"), []string{read, serve}, "does not answer within 1s"},
		{"no such host", at("sentra.invalid:5432", "x"), []string{read, serve}, "there is no host sentra.invalid"},
		{"TLS is asked for", with(filled, "sslmode", "require"), all, "has no TLS; give an address with sslmode=disable"},
		{"TLS is asked for by default", with(filled, "sslmode", ""), []string{read, serve}, "has no TLS"},
		{"no such sslmode", with(at("", "x"), "sslmode", "maybe"), all, "sslmode"},
		{"another kind of address", "mysql://root:a-secret@localhost/x", all, `"mysql" is no kind of address for PostgreSQL`},
		{"no address at all", "nonsense", []string{read, serve}, "the address cannot be read"},
		{"a password with signs", "postgres://postgres:a secret@word%@localhost/x", []string{read, serve}, "with % and two digits for signs"},
		{"no such database", nowhere.String(), all, `has no database "nowhere"`},
		{"no record", role(t, empty, "may_read"), []string{read, "export clusters", "show 1", "conflicts"}, "holds no record yet"},
		{"no record, and no right to make one", role(t, empty, "may_not_create"), []string{serve, write, "migrate", "revert 1"}, "may make none"},
		{"an older record, to read", older, []string{read, "export clusters", "conflicts", "show 1"}, "is of an older Sentra (schema 1"},
		{"a newer record", newer, all, "is of a newer Sentra (schema 9999"},
		{"a role that may only read", role(t, filled, "may_read", reads), []string{write, "migrate", "revert 1"}, "may only read the record"},
		{"a role for reading", role(t, filled, "reading", reads, `ALTER USER ROLE SET default_transaction_read_only = on`), []string{write, "migrate", "revert 1"}, "default_transaction_read_only"},
		{"a role without rights", role(t, filled, "stranger"), []string{read, serve, write, "export regions"}, "the role lacks the right"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, line := range c.commands {
				_, problems, err := sentraRun(t, append(strings.Fields(line), "--database-url", c.url)...)
				var exit *exec.ExitError
				if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(problems, c.want) {
					t.Errorf("%s: %v\n%s", line, err, problems)
				}
				if strings.Contains(problems, "panic") || strings.Contains(problems, "secret") {
					t.Errorf("%s tells:\n%s", line, problems)
				}
			}
		})
	}
	t.Run("listening", func(t *testing.T) {
		for url, want := range map[string]string{"mysql://x": "listen-url: "} {
			if _, problems, err := sentraRun(t, "log", "--database-url", filled, "--listen-url", url); err == nil || !strings.Contains(problems, want) {
				t.Errorf("%v\n%s", err, problems)
			}
		}
	})
}

// A command that reads does not fill a folder without a database; and a PostgreSQL
// that was started is stopped if the record cannot be used.
func TestEmbeddedDatabaseIsLeftAsItWas(t *testing.T) {
	t.Setenv("SENTRA_DATABASE_URL", "")
	dir := filepath.Join(tempDir(t), "pg")
	if _, problems, err := sentraRun(t, "export", "clusters", "--data-dir", dir); err == nil || !strings.Contains(problems, "there is no record in") {
		t.Errorf("%v\n%s", err, problems)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a command that reads made %s", dir)
	}
	if _, problems, err := sentraRun(t, "migrate", "--data-dir", dir); err != nil {
		t.Fatal(problems)
	}
	// A record of a newer program, written with the PostgreSQL of that folder.
	server := start(t, filepath.Dir(dir), nil)
	url, err := os.ReadFile(filepath.Join(dir, "url"))
	if err != nil {
		t.Fatal(err)
	}
	sqlExec(t, string(url), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	server.stop(t)
	for _, line := range []string{"log", "serve --listen 127.0.0.1:0", "delete cluster x"} {
		if _, problems, err := sentraRun(t, append(strings.Fields(line), "--data-dir", dir)...); err == nil || !strings.Contains(problems, "newer Sentra") {
			t.Errorf("%s: %v\n%s", line, err, problems)
		}
		if _, err := os.Stat(filepath.Join(dir, "data", "postmaster.pid")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s leaves a PostgreSQL behind", line)
		}
	}
}

// readersSee checks that everything that reads works at an address without write
// permission, and that a server there shows a change made at owner within 2 s.
func readersSee(t *testing.T, reader, owner string, arguments ...string) {
	t.Helper()
	server := start(t, tempDir(t), nil, append(arguments, "--database-url", reader)...)
	defer server.stop(t)
	version := func() string {
		var answer struct {
			Data struct{ Dataset struct{ Version string } }
		}
		text := server.get(t, "/graphql?query="+neturl.QueryEscape("{dataset{version}}"))
		if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Data.Dataset.Version == "" {
			t.Fatal(err, text)
		}
		return answer.Data.Dataset.Version
	}
	if got := server.get(t, "/clusters.csv"); strings.Count(got, "\n") < 10 {
		t.Errorf("clusters: %s", got)
	}
	for _, line := range []string{"log", "show 1", "conflicts", "export clusters --quiet --format csv", "import clusters " + clusterFile(t, "x") + " --dry-run"} {
		if out, problems, err := sentraRun(t, append(strings.Fields(line), "--database-url", reader)...); err != nil || out == "" {
			t.Errorf("%s: %v\n%s%s", line, err, out, problems)
		}
	}
	for range 2 {
		before := version()
		sources, _, err := sentraRun(t, "log", "--limit", "1", "--database-url", reader)
		if err != nil {
			t.Fatal(err)
		}
		out, problems, err := sentraRun(t, slices.Concat([]string{"import", "clusters", clusterFile(t, time.Now().String()), "--database-url", owner})...)
		if err != nil {
			t.Fatal(err, problems, sources)
		}
		for made := time.Now(); version() == before; time.Sleep(20 * time.Millisecond) {
			if time.Since(made) > 2*time.Second {
				t.Fatalf("a change is not seen within 2 s: %s\n%s", out, server.output)
			}
		}
	}
}

// clusterFile writes a file of one cluster with a name.
func clusterFile(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clusters.csv")
	if err := os.WriteFile(path, []byte(`key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,precision,initial_target,region_note,province_named,source
x-1,`+name+`,`+name+`,Coffee,Kopi,2017,94.06,,,REGENCY,,,,A letter
`), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Reading needs no write permission: a role with only SELECT can serve, export and
// show.
func TestRoleThatMayOnlySelect(t *testing.T) {
	t.Parallel()
	_, _, filled := database(t, pgtest.Start)
	readersSee(t, role(t, filled, "reader", reads), filled)
}

// So can a role whose transactions are all read-only.
func TestRoleForReading(t *testing.T) {
	t.Parallel()
	_, _, filled := database(t, pgtest.Start)
	readersSee(t, role(t, filled, "reader", reads, `ALTER USER ROLE SET default_transaction_read_only = on`), filled)
}

// The role that docs/operations.md names for changes can make and revert them.
func TestRoleForChanges(t *testing.T) {
	t.Parallel()
	_, _, filled := database(t, pgtest.Start)
	editor := role(t, filled, "editor", reads, `GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ROLE`, `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ROLE`)
	readersSee(t, filled, editor)
	if out, problems, err := sentraRun(t, "delete", "cluster", "x-1", "--database-url", editor); err != nil {
		t.Error(out, problems, err)
	}
	last, problems, err := sentraRun(t, "log", "--database-url", editor, "--limit", "1")
	if err != nil {
		t.Fatal(last, problems)
	}
	_, row, _ := strings.Cut(last, "\n")
	number, _, _ := strings.Cut(row, " ")
	if out, problems, err := sentraRun(t, "revert", number, "--database-url", editor); err != nil {
		t.Error(out, problems, err)
	}
}

// A hot standby can be served too: it is polled, or the primary sends notifications.
func TestHotStandby(t *testing.T) {
	t.Parallel()
	primary, _, filled := database(t, pgtest.StartOwn)
	standby, err := primary.StartStandby(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := standby.Stop(); err != nil {
			t.Error(err)
		}
	}()
	at := parsed(t, standby.URL())
	at.Path = parsed(t, filled).Path
	t.Run("polled", func(t *testing.T) { readersSee(t, at.String(), filled) })
	t.Run("listening to the primary", func(t *testing.T) { readersSee(t, at.String(), filled, "--listen-url", filled) })
	for _, line := range []string{"delete cluster x-1", "migrate", "revert 1"} {
		if _, problems, err := sentraRun(t, append(strings.Fields(line), "--database-url", at.String())...); err == nil || !strings.Contains(problems, "is on a standby server") {
			t.Errorf("%s: %v\n%s", line, err, problems)
		}
	}
}
