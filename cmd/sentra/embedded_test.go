package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// When the embedded PostgreSQL is killed, reads continue and it is restarted. The
// server becomes ready again by itself, receives changes as before, and logs the
// reason.
func TestEmbeddedPostgresIsKilled(t *testing.T) {
	dir := tempDir(t)
	r := start(t, dir, []string{"SENTRA_BOUNDARIES_URL=http://127.0.0.1:1", "XDG_CACHE_HOME=" + dir}, "--boundaries", "none")
	killed := time.Now()
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if got := r.get(t, `/graphql?query=%7Bregion(code:%2294.06%22)%7Bcode%7D%7D`); !strings.Contains(got, "94.06") {
		t.Errorf("a read without the database: %s", got)
	}
	unready := false
	for ready := false; !ready; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get(r.url + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		unready = unready || response.StatusCode == http.StatusServiceUnavailable
		ready = unready && response.StatusCode == http.StatusOK
		if time.Since(killed) > time.Minute {
			t.Fatalf("not ready within a minute:\n%s", r.output)
		}
	}
	t.Logf("ready again after %v", time.Since(killed).Round(time.Millisecond))
	// PostgreSQL's state is checked every 50 ms, so that a client of the server may
	// notice earlier that it is back.
	for !strings.Contains(r.output.String(), "runs again") && time.Since(killed) < time.Minute {
		time.Sleep(20 * time.Millisecond)
	}
	r.stop(t)
	for _, text := range []string{"the embedded PostgreSQL ended", "signal: killed", "runs again"} {
		if !strings.Contains(r.output.String(), text) {
			t.Errorf("the log does not say %q:\n%s", text, r.output)
		}
	}
}

// A PostgreSQL that dies while the server is stopping does not block it.
func TestEmbeddedPostgresIsKilledWhileStopping(t *testing.T) {
	dir := tempDir(t)
	r := start(t, dir, []string{"SENTRA_BOUNDARIES_URL=http://127.0.0.1:1", "XDG_CACHE_HOME=" + dir}, "--boundaries", "none")
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	// The result depends on whether PostgreSQL was up again; it must end in any case.
	_ = r.command.Wait()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it ended after %v", took)
	}
}

// postmaster is the process of the PostgreSQL in a server's folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "pg", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}
