package main

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
)

// The command line writes the same bytes as the server.
func TestExportEqualsHTTP(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	server := start(t, dir, nil, "--boundaries", boundarytest.Dir(t))
	defer server.stop(t)
	run := func(arguments ...string) (stdout, stderr string, err error) {
		command := exec.Command(binary, append([]string{"export", "--data-dir", filepath.Join(dir, "pg")}, arguments...)...)
		var out, problems bytes.Buffer
		command.Stdout, command.Stderr = &out, &problems
		err = command.Run()
		return out.String(), problems.String(), err
	}
	const title = `{"affirmative":true,"clusters":{"programme":true}}`
	for _, c := range []struct {
		path      string
		arguments []string
	}{
		{"/regions.geojson?zoom=6", []string{"regions", "--zoom", "6"}},
		{"/regions.geojson?asOf=2017-12-25&filter=" + url.QueryEscape(title), []string{"regions", "--format", "geojson", "--filter", title, "--as-of", "2017-12-25"}},
		{"/regions.ndjson?geometry=point&orderBy=AREA", []string{"regions", "--format", "ndjson", "--geometry", "point", "--order-by", "AREA"}},
		{"/regions.csv?bom=true", []string{"regions", "--format", "csv", "--bom", "true"}},
		{"/regions.topojson?zoom=5", []string{"regions", "--format", "topojson", "--zoom", "5"}},
		{"/regions.geojson?zoom=5&winding=d3", []string{"regions", "--zoom", "5", "--winding", "d3"}},
		{"/regions.csv?columns=narrow&delimiter=semicolon", []string{"regions", "--format", "csv", "--columns", "narrow", "--delimiter", "semicolon"}},
		{"/regions.xlsx", []string{"regions", "--format", "xlsx"}},
		{"/clusters.csv", []string{"clusters", "--format", "csv"}},
		{`/supports.csv?asOf=2017-12-25&filter=` + url.QueryEscape(`{"fund":["DAK"]}`), []string{"supports", "--as-of", "2017-12-25", "--filter", `{"fund":["DAK"]}`}},
		{"/clusters.geojson?asOf=2016-12-31&precision=2", []string{"clusters", "--as-of", "2016-12-31", "--precision", "2"}},
	} {
		want := server.get(t, c.path)
		got, problems, err := run(c.arguments...)
		if err != nil || got != want || len(want) < 1000 {
			t.Errorf("%v: %v, %d bytes, the server gives %d\n%s", c.arguments, err, len(got), len(want), problems)
		}
		if !strings.Contains(problems, "written to the standard output") || !strings.Contains(problems, "exporting") {
			t.Errorf("%v tells %s", c.arguments, problems)
		}
	}

	if archive, problems, err := run("tiles", "--max-zoom", "4", "--as-of", "2017-12-25"); err != nil || !strings.HasPrefix(archive, "PMTiles\x03") || !strings.Contains(problems, "tiles of 2017-12-25 written to the standard output") {
		t.Errorf("tiles: %v, %.20q\n%s", err, archive, problems)
	}
	if _, problems, err := run("tiles", "--max-zoom", "15"); err == nil || !strings.Contains(problems, "--max-zoom: zoom 15 is out of range") {
		t.Errorf("tiles: %v\n%s", err, problems)
	}

	folder := filepath.Join(dir, "out")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, problems, err := run("regions", "--format", "csv", "--as-of", "2017-12-25", "--filter", title, "--output", folder); err != nil || !strings.Contains(problems, "1 regions of 2017-12-25") || !strings.Contains(problems, "5 more could not be judged") {
		t.Errorf("%v\n%s", err, problems)
	}
	file := filepath.Join(folder, "sentra-regions-2017-12-25.csv")
	if got, err := os.ReadFile(file); err != nil || string(got) != server.get(t, "/regions.csv?asOf=2017-12-25&filter="+url.QueryEscape(title)) {
		t.Errorf("%v, %s", err, got)
	}
	// An error names the flag and leaves the file unchanged.
	for _, c := range []struct{ flag, value, says string }{
		{"--filter", `{"level":"VILLAGE"}`, "--filter.level: VILLAGE is not a valid RegionLevel"},
		{"--as-of", "1999-01-01", "--as-of: 1999-01-01 lies before the record"},
		{"--order-by", "SIZE", "--order-by: SIZE is not a valid RegionOrder"},
		{"--format", "ods", "--format: there is no format \"ods\" of regions; the formats are geojson, ndjson, csv"},
	} {
		_, problems, err := run("regions", "--format", "csv", "--output", file, c.flag, c.value)
		if err == nil || !strings.Contains(problems, c.says) {
			t.Errorf("%s %s: %v\n%s", c.flag, c.value, err, problems)
		}
	}
	names, err := os.ReadDir(folder)
	if err != nil || len(names) != 1 {
		t.Errorf("the folder holds %v, %v", names, err)
	}
}

func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	write := func(text string, fault error) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return errors.Join(err, fault) }
	}
	for _, c := range []struct {
		text  string
		fault error
		want  string
	}{{"old", nil, "old"}, {"half", errors.New("cut"), "old"}, {"new", nil, "new"}} {
		if err := writeWhole(path, write(c.text, c.fault)); !errors.Is(err, c.fault) {
			t.Errorf("%s: %v", c.text, err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != c.want {
			t.Errorf("after %s: %q, %v", c.text, got, err)
		}
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(link, write("through", nil)); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "through" {
		t.Errorf("through a link: %q, %v", got, err)
	}
	if err := writeWhole(os.DevNull, write("gone", nil)); err != nil {
		t.Errorf("to a device: %v", err)
	}
	if err := writeWhole(filepath.Join(dir, "none", "file"), write("", nil)); err == nil || !strings.Contains(err.Error(), "make the file to write") {
		t.Errorf("in a folder that is not there: %v", err)
	}
	names, err := os.ReadDir(dir)
	if err != nil || len(names) != 2 {
		t.Errorf("left over: %v", names)
	}
}
