package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/sentra-ikm/sentra/internal/pgtest"
)

// An import that is stopped while it writes has written nothing, and does not block
// the next one.
func TestImportStoppedWhileWriting(t *testing.T) {
	t.Parallel()
	_, _, url := database(t, pgtest.Start)
	db, err := sqlx.ConnectContext(t.Context(), "postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	count := func() (counts struct{ Changes, Items, Entities int }) {
		if err := db.GetContext(t.Context(), &counts, `SELECT (SELECT count(*) FROM changes) AS changes,
			(SELECT count(*) FROM change_items) AS items, (SELECT count(*) FROM entities) AS entities`); err != nil {
			t.Fatal(err)
		}
		return counts
	}
	before := count()

	const rows = 30_000
	var text bytes.Buffer
	text.WriteString("key,name_id,product_id,phase,regions,source\n")
	for i := range rows {
		fmt.Fprintf(&text, "stopped-%d,Sentra %d,Kopi,2017,94.06,s\n", i, i)
	}
	file := filepath.Join(t.TempDir(), "clusters.csv")
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func() (*exec.Cmd, *bytes.Buffer) {
		var output bytes.Buffer
		command := exec.CommandContext(t.Context(), binary, "import", "clusters", file, "--quiet", "--database-url", url)
		command.Stdout, command.Stderr = &output, &output
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		return command, &output
	}
	// The signal arrives at the first statement that writes, and at later times.
	for _, after := range []time.Duration{0, 0, 4 * time.Millisecond, 8 * time.Millisecond, 12 * time.Millisecond, 20 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond} {
		command, output := run()
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			var writes bool
			if err := db.GetContext(t.Context(), &writes, `SELECT EXISTS (SELECT FROM pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_backend_pid() AND query ~ '^(COPY|INSERT|UPDATE|MERGE)')`); err != nil {
				t.Fatal(err)
			}
			if writes {
				break
			}
			if time.Since(began) > time.Minute {
				_ = command.Process.Kill()
				t.Fatalf("nothing was written within a minute:\n%s", output)
			}
		}
		time.Sleep(after)
		signalled := time.Now()
		if err := command.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		// If it hangs, SIGQUIT prints the stacks of its goroutines.
		hangs := time.AfterFunc(30*time.Second, func() { _ = command.Process.Signal(syscall.SIGQUIT) })
		err := command.Wait()
		hangs.Stop()
		if err == nil {
			if after == 0 {
				t.Error("the import ended before the signal")
			}
			break // it was too late to stop it
		}
		if took := time.Since(signalled); took > 10*time.Second {
			t.Errorf("after %s: it took %s to stop", after, took)
		}
		if !strings.Contains(output.String(), "stopped: nothing was written") {
			t.Errorf("after %s: it said\n%s", after, output)
		}
		if now := count(); now != before {
			t.Errorf("after %s: %+v became %+v", after, before, now)
		}
	}
	command, output := run()
	if err := command.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if now := count(); now.Changes != before.Changes+1 || now.Entities < before.Entities+rows {
		t.Errorf("%+v became %+v", before, now)
	}
}
