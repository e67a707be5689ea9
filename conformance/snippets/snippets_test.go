// Package snippets runs the snippets of /developers unchanged: those for browsers in
// Chromium with the libraries themselves, Python's with Python, R's with R.
package snippets

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/examples/snippets"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

var server *servertest.Server

func TestMain(m *testing.M) { servertest.Main(m, &server) }

const folder = "../../examples/snippets"

func run(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%.4000s", program, arguments, err, problems.String())
	}
	return string(out)
}

// Each snippet for browsers draws the data of 2017-12-25, in Sentra's colours and
// without errors: 34 provinces, 514 regencies, the programme's 11 clusters, and in
// Papua 29 regencies with Dogiyai's cluster.
func TestBrowsers(t *testing.T) {
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the npm packages are missing; run `make setup-test`")
	}
	const disadvantaged = "#e39b3f"
	want := []struct {
		name   string
		things int
		colour string
	}{
		// The style's areas are somewhat transparent, so only the colour of the sea is
		// checked.
		{"maplibre-gl-4", 1, "#dde8ec"}, {"maplibre-gl", 1, "#dde8ec"}, {"leaflet", 30, "#dddddd"}, {"openlayers", 1, disadvantaged},
		{"d3-geo", 34, "#4fa59c"}, {"plot", 514_011, disadvantaged}, {"echarts", 1, "#fbfaf6"},
	}
	lines := strings.Split(strings.TrimSpace(run(t, "node", "run.mjs", server.URL, folder)), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d snippets, want %d", len(lines), len(want))
	}
	for i, line := range lines {
		var got struct {
			Name            string
			Things, Asked   int
			Colours, Faults []string
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		if w := want[i]; got.Name != w.name || got.Things != w.things || !slices.Contains(got.Colours, w.colour) || len(got.Faults) > 0 || len(got.Colours) < 6 {
			t.Errorf("got %s, want %+v", line, w)
		}
	}
}

// Python finds the one affirmative regency with a cluster of the programme.
func TestPython(t *testing.T) {
	at := slices.IndexFunc(snippets.All, func(s snippets.Snippet) bool { return s.Language == "python" })
	file := filepath.Join(t.TempDir(), "read.py")
	if err := os.WriteFile(file, []byte(snippets.All[at].Text(server.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run(t, "python3", file); got != "could not be judged: 5\n94.06 Kabupaten Dogiyai YES\n" {
		t.Errorf("got %q", got)
	}
}

// R finds the affirmative regencies with a cluster known by then, from Bangkalan to
// Raja Ampat, with their codes as strings, and draws them.
func TestR(t *testing.T) {
	at := slices.IndexFunc(snippets.All, func(s snippets.Snippet) bool { return s.Language == "r" })
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "read.R"), []byte(snippets.All[at].Text(server.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	got := run(t, "sh", "-c", `cd "$1" && Rscript --vanilla read.R`, "sh", dir)
	if rows := regexp.MustCompile(`(?m)^ *\d\d\.\d\d +Kabupaten .* \d+$`).FindAllString(got, -1); len(rows) != 16 || !strings.Contains(rows[0], "Bangkalan") || !strings.Contains(rows[15], "Raja Ampat") || !regexp.MustCompile(`94\.06 +Kabupaten Dogiyai`).MatchString(got) {
		t.Errorf("got %s", got)
	}
	if plot, err := os.ReadFile(filepath.Join(dir, "Rplots.pdf")); err != nil || !bytes.HasPrefix(plot, []byte("%PDF")) {
		t.Errorf("no plot: %v", err)
	}
}

// Every snippet is tested here.
func TestAllAreRun(t *testing.T) {
	script, err := os.ReadFile("run.mjs")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range snippets.All {
		name, _, _ := strings.Cut(s.File, ".")
		if s.Language != "python" && s.Language != "r" && !strings.Contains(string(script), `["`+name+`"`) {
			t.Errorf("%s is not run", s.File)
		}
	}
}
