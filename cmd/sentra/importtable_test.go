package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestTableFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "map.txt")
	if err := os.WriteFile(file, []byte("\ufeff# from the dinas\nJudul, panjang=name_id\r\n\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	flags := tableFlags{delimiter: "tab", asOf: "2017-12-25", mapping: []string{"Nama=name_id,Kode = regions", "Catatan=-"}, mappingFile: file, set: []string{"source=A = B, C"}}
	got, err := flags.tableOptions()
	if err != nil {
		t.Fatal(err)
	}
	if got.Delimiter != '\t' || got.AsOf.String() != "2017-12-25" || got.Set["source"] != "A = B, C" ||
		got.Map["nama"] != "name_id" || got.Map["kode"] != "regions" || got.Map["catatan"] != "-" || got.Map["judul panjang"] != "name_id" {
		t.Errorf("got %+v", got)
	}
	for _, wrong := range []tableFlags{{delimiter: "ab"}, {asOf: "2017-02-30"}, {mapping: []string{"x"}}, {mapping: []string{"x=a", "X=b"}}, {set: []string{"x"}}, {mappingFile: file + ".none"}, {headerRow: -1}} {
		if _, err := wrong.tableOptions(); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("%+v: got %v", wrong, err)
		}
	}
}

// A file that is not a table is rejected in one line, before any database is opened.
func TestImportOfNoTable(t *testing.T) {
	for name, content := range map[string]string{"a.shp": "\x00\x00\x27\x0a" + strings.Repeat("\x00", 96), "a.xls": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), "a.csv": ""} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		command := root()
		var out bytes.Buffer
		command.SetOut(&out)
		command.SetErr(&out)
		command.SetArgs([]string{"import", "clusters", path, "--quiet", "--database-url", "postgres://nobody@127.0.0.1:1/none"})
		err := command.ExecuteContext(t.Context())
		if sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// Neither a file's name nor its content reaches the terminal unescaped.
func TestNothingRawIsPrinted(t *testing.T) {
	dir := t.TempDir()
	name := "a\x1b[31m\u202e.csv"
	for _, content := range []string{"%PDF-1.4\x1b[31m", "\x00\x1b[31m\x9b31m", ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{filepath.Join(dir, name), filepath.Join(dir, "missing"+name)} {
			for _, flag := range []string{"--dry-run", "--quiet"} {
				out, err := exec.Command(binary, "import", "clusters", path, flag, "--database-url", "postgres://nobody@127.0.0.1:1/none").CombinedOutput()
				if err == nil || len(out) == 0 || bytes.ContainsAny(out, "\x1b\u202e") || bytes.IndexByte(out, 0x9b) >= 0 {
					t.Errorf("%q %s: %v\n%q", content, flag, err, out)
				}
			}
		}
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := interrupted(ctx, context.Canceled); err == nil || err.Error() != "stopped: nothing was written" {
		t.Errorf("got %v", err)
	}
	if err := interrupted(t.Context(), nil); err != nil {
		t.Errorf("got %v", err)
	}
}

// Two concurrent commands both import everything, one after the other.
func TestImportsAtOnce(t *testing.T) {
	_, _, url := database(t, pgtest.Start)
	dir := tempDir(t)
	const head = "key,name_id,product_id,phase,regions,source\n"
	var group sync.WaitGroup
	for importer := range 2 {
		file := filepath.Join(dir, fmt.Sprintf("%d.csv", importer))
		rows := head
		for i := range 300 {
			rows += fmt.Sprintf("at-once-%d-%d,Sentra %d,Kopi,2017,94.06,A letter\n", importer, i, i)
		}
		rows += fmt.Sprintf("at-once,Sentra dari %d,Kopi,2017,94.06,A letter\n", importer)
		if err := os.WriteFile(file, []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
		group.Go(func() {
			if out, err := exec.Command(binary, "import", "clusters", file, "--quiet", "--database-url", url).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	group.Wait()
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	data, err := store.LoadWithoutShapes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	brought, name := 0, ""
	for c := range data.Clusters.All {
		if strings.HasPrefix(c.Key, "at-once-") {
			brought++
		}
		if c.Key == "at-once" {
			name = c.NameID
		}
	}
	last, err := store.Change(t.Context(), data.Number)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Sentra dari " + strings.TrimSuffix(filepath.Base(strings.Fields(last.Reason)[2]), ".csv"); brought != 600 || name != want {
		t.Errorf("%d clusters of 600; the one of both is %q, and the last change (%s) called it %q", brought, name, last.Reason, want)
	}
}
