package embeddedpg

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// tempDir is a folder that PostgreSQL's account can access, unlike that of t.TempDir.
func tempDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sentra-pg-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return filepath.Join(dir, "postgres")
}

// TestMain also acts as the server that is killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SENTRA_TEST_VICTIM"); dir != "" {
		server, err := Start(context.Background(), Config{Dir: dir})
		if err != nil {
			os.Stdout.WriteString("error " + err.Error() + "\n")
			os.Exit(1)
		}
		exec1(server.URL(), `CREATE TABLE kept AS SELECT 42 AS n`)
		os.Stdout.WriteString("ready\n")
		time.Sleep(time.Minute)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func exec1(url, statement string) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		panic(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		panic(err)
	}
}

func kept(t *testing.T, url string) int {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n int
	if err := db.QueryRow(`SELECT n FROM kept`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestRestartKeepsDataAndSecondServerConflicts(t *testing.T) {
	dir := tempDir(t)
	first, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	exec1(first.URL(), `CREATE TABLE kept AS SELECT 7 AS n`)
	if _, err := Start(t.Context(), Config{Dir: dir}); sentra.ErrorCode(err) != sentra.CodeConflict {
		t.Errorf("second server on the folder: got %v, want CONFLICT", err)
	}
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Stop()
	if n := kept(t, second.URL()); n != 7 {
		t.Errorf("got %d, want 7", n)
	}
}

func TestRecoversFromKill(t *testing.T) {
	dir := tempDir(t)
	victim := exec.Command(os.Args[0], "-test.run=^$")
	victim.Env = append(os.Environ(), "SENTRA_TEST_VICTIM="+dir)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 200)
	n, _ := out.Read(line)
	if said := strings.TrimSpace(string(line[:n])); said != "ready" {
		t.Fatalf("the victim said %q", said)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait()
	server, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	if n := kept(t, server.URL()); n != 42 {
		t.Errorf("got %d, want 42", n)
	}
}

// postmaster is the id of the process that runs in a folder, 0 for none.
func postmaster(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, "data", "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || syscall.Kill(pid, 0) != nil {
		return 0
	}
	return pid
}

// syncedBuffer is a log that may be read while it is being written.
type syncedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *syncedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *syncedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func TestStartedAgainWhenItDies(t *testing.T) {
	dir := tempDir(t)
	var said syncedBuffer
	server, err := Start(t.Context(), Config{Dir: dir, Log: slog.New(slog.NewTextHandler(&said, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	exec1(server.URL(), `CREATE TABLE kept AS SELECT 5 AS n`)
	for turn, end := range []struct {
		signal syscall.Signal
		says   string
	}{{syscall.SIGKILL, "signal: killed"}, {syscall.SIGQUIT, "received immediate shutdown request"}} {
		pid := postmaster(dir)
		if pid == 0 {
			t.Fatal("there is no postmaster")
		}
		if err := syscall.Kill(pid, end.signal); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Minute); strings.Count(said.String(), "runs again") <= turn; time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("not started again; the log:\n%s", &said)
			}
		}
		if n := kept(t, server.URL()); n != 5 {
			t.Errorf("got %d, want 5", n)
		}
		if !strings.Contains(said.String(), end.says) {
			t.Errorf("the log does not say %q:\n%s", end.says, &said)
		}
	}
	if text, err := os.ReadFile(filepath.Join(dir, "postgresql.log")); err != nil || strings.Count(string(text), "ready to accept connections") != 3 {
		t.Errorf("PostgreSQL's log, %v:\n%s", err, text)
	}
	if err := server.Stop(); err != nil {
		t.Errorf("stop after all is well again: %v", err)
	}
	if pid := postmaster(dir); pid != 0 {
		t.Errorf("process %d still runs", pid)
	}
}

// A server that cannot be restarted does not block Stop, which then returns the
// reason.
func TestStopWhileItIsDown(t *testing.T) {
	dir := tempDir(t)
	server, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data", "postgresql.auto.conf"), []byte("nonsense = 'yes'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	// Long enough for at least one attempt.
	time.Sleep(1500 * time.Millisecond)
	began := time.Now()
	if err := server.Stop(); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v, want what PostgreSQL says of its settings", err)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestAwkwardPaths(t *testing.T) {
	dir := filepath.Join(filepath.Dir(tempDir(t)), `it's a "folder" of $HOME;`)
	// The binaries are also found through such a path.
	binaries := filepath.Join(filepath.Dir(dir), `Bob's bin`)
	if err := os.Symlink(findBinaries(t.Context()), binaries); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		server, err := Start(t.Context(), Config{Dir: dir, Binaries: binaries, Settings: map[string]string{"application_name": `it's "quoted"`}})
		if err != nil {
			t.Fatal(err)
		}
		exec1(server.URL(), `SELECT 1`)
		if err := server.Stop(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPasswordLost(t *testing.T) {
	dir := tempDir(t)
	server, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "password")
	right, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func() error{
		"empty":   func() error { return os.WriteFile(file, nil, 0o600) },
		"another": func() error { return os.WriteFile(file, []byte("another"), 0o600) },
		"none":    func() error { return os.Remove(file) },
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		_, err := Start(t.Context(), Config{Dir: dir})
		if sentra.ErrorCode(err) != sentra.CodeUnavailable || !strings.Contains(err.Error(), "password") || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", name, err)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: told only after %v", name, took)
		}
		if pid := postmaster(dir); pid != 0 {
			t.Errorf("%s: process %d still runs", name, pid)
		}
	}
	if err := os.WriteFile(file, right, 0o600); err != nil {
		t.Fatal(err)
	}
	if server, err = Start(t.Context(), Config{Dir: dir}); err != nil {
		t.Fatalf("with the right password: %v", err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

func TestFailedStartLeavesNothingRunning(t *testing.T) {
	dir := tempDir(t)
	// A folder blocks the file of the address.
	if err := os.MkdirAll(filepath.Join(dir, "url"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Config{Dir: dir}); err == nil {
		t.Fatal("started")
	}
	if pid := postmaster(dir); pid != 0 {
		t.Errorf("process %d still runs", pid)
	}
	if err := os.Remove(filepath.Join(dir, "url")); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	if server, err := Start(cancelled, Config{Dir: dir}); err == nil {
		server.Stop()
		t.Error("started in spite of its context")
	}
	if pid := postmaster(dir); pid != 0 {
		t.Errorf("process %d still runs", pid)
	}
	server, err := Start(t.Context(), Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Error(err)
	}
}

// A full disk is named, whichever program runs into it; scripts in place of
// PostgreSQL's programs report it.
func TestFullDisk(t *testing.T) {
	const initdb = "#!/bin/sh\nfor a in \"$@\"; do case $a in --pgdata=*) mkdir -p \"${a#--pgdata=}\";; esac; done\n"
	for name, programs := range map[string]map[string]string{
		"initdb": {"initdb": "#!/bin/sh\necho 'initdb: error: could not write file: No space left on device' >&2\nexit 1\n", "postgres": "#!/bin/sh\n"},
		"postgres": {"initdb": initdb,
			"postgres": "#!/bin/sh\necho 'FATAL:  could not write lock file \"postmaster.pid\": No space left on device' >&2\nexit 1\n"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := tempDir(t)
			binaries := filepath.Join(filepath.Dir(dir), "bin")
			if err := os.MkdirAll(binaries, 0o755); err != nil {
				t.Fatal(err)
			}
			programs["pg_ctl"] = "#!/bin/sh\necho pg_ctl '(PostgreSQL)' 15.1\n"
			for program, text := range programs {
				if err := os.WriteFile(filepath.Join(binaries, program), []byte(text), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Start(t.Context(), Config{Dir: dir, Binaries: binaries})
			if sentra.ErrorCode(err) != sentra.CodeUnavailable || !strings.Contains(err.Error(), "the disk of "+dir+" is full") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// The same with real small disks, each too small for another step of a first start.
func TestSmallDisk(t *testing.T) {
	for _, size := range []string{"1m", "20m", "50m", "60m"} {
		dir := tempDir(t)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
			t.Logf("no disk can be mounted here, TestFullDisk stands in: %v", err)
			return
		}
		defer syscall.Unmount(dir, syscall.MNT_DETACH)
		server, err := Start(t.Context(), Config{Dir: dir})
		if err == nil {
			// It has room to start; then data fills it.
			db, openErr := sql.Open("postgres", server.URL())
			if openErr != nil {
				t.Fatal(openErr)
			}
			for openErr == nil {
				_, openErr = db.Exec(`CREATE TABLE IF NOT EXISTS filling AS SELECT 1 AS n; INSERT INTO filling SELECT generate_series(1, 100000)`)
			}
			db.Close()
			err = errors.Join(openErr, server.Stop())
		}
		if !strings.Contains(fmt.Sprint(err), "the disk of "+dir+" is full") {
			t.Errorf("%s: %v", size, err)
		}
		if pid := postmaster(dir); pid != 0 {
			t.Errorf("%s: process %d still runs", size, pid)
		}
	}
}

func TestLogFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postgresql.log")
	log, err := openLogFile(path)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 99) + "\n"
	for range 3*maxLogFile/len(line) + 1 {
		if _, err := log.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	log.Write([]byte("PANIC:  the cause\nLOG:  a\nLOG:  b\nFATAL:  the database system is starting up\nLOG:  c\nLOG:  d\n"))
	if got := log.reason(); got != "PANIC:  the cause; LOG:  b; LOG:  c; LOG:  d" {
		t.Errorf("the reason is %q", got)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) != 2 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err != nil || info.Size() > maxLogFile || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}
