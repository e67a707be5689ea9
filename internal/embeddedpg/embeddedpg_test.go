package embeddedpg

import (
	"context"
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// tempDir is a folder that PostgreSQL's account can reach, unlike t.TempDir's.
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

// TestMain also plays the server that is killed.
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
