package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// A file that is no table is refused in one line, before any database is opened.
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
