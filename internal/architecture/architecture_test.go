// Package architecture tests which packages may import which, and what tests may
// skip. It has no code of its own.
package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sentra-ikm/sentra/"

// arrows lists, for packages by path or prefix ("…/..."), which packages of the
// module they may import. The first matching line counts. Dependencies point from the
// wiring down to the domain.
var arrows = []struct {
	packages string
	imports  []string
}{
	// The domain, and packages that depend only on it.
	{"internal/sentra", nil},
	{"internal/panics", nil},
	{"internal/gzipparts", nil},
	{"internal/lazy", []string{"internal/panics", "internal/sentra"}},
	{"internal/geo/...", []string{"internal/geo/...", "internal/panics", "internal/sentra"}},
	{"internal/register", []string{"internal/sentra"}},
	{"internal/atlas", []string{"internal/geo/...", "internal/lazy", "internal/panics", "internal/sentra"}},

	// The adapters depend on the domain, and not on each other.
	{"graph/...", []string{"graph/...", "internal/atlas", "internal/geo/...", "internal/register", "internal/sentra",
		"internal/admission", "internal/querycost", "internal/inputs", "internal/lazy", "internal/panics", "internal/words"}},
	{"internal/httpserver", []string{"internal/atlas", "internal/export", "internal/ogc", "internal/pages", "internal/glyphs", "internal/gzipparts", "internal/catalog", "internal/tile", "internal/openapi", "internal/register", "internal/sentra",
		"internal/querycost", "internal/admission", "internal/inputs", "internal/panics", "internal/words"}},
	{"internal/querycost", []string{"internal/inputs", "internal/sentra"}},
	{"internal/postgres", []string{"internal/register", "internal/sentra", "migrations"}},
	{"internal/tile", []string{"internal/atlas", "internal/pmtiles", "internal/geo/...", "internal/lazy", "internal/sentra", "internal/panics"}},
	{"internal/export", []string{"internal/atlas", "internal/geopackage", "internal/geo/...", "internal/sentra", "internal/words"}},
	{"internal/ogc", []string{"internal/atlas", "internal/cql", "internal/export", "internal/tile", "internal/geo/...", "internal/sentra"}},
	{"internal/catalog", []string{"internal/atlas", "internal/export", "internal/sentra"}},
	{"internal/pages", []string{"internal/atlas", "internal/geo", "internal/sentra", "internal/words", "internal/raster", "examples/snippets"}},
	{"internal/openapi", []string{"internal/export"}},
	{"internal/facts", []string{"internal/register", "internal/sentra"}},
	{"internal/embeddedpg", []string{"internal/sentra"}},
	{"migrations", nil},
	{"web", nil},
	{"examples/...", nil},

	// The wiring, and what is built like it.
	{"internal/app", []string{"..."}},
	{"cmd/...", []string{"..."}},
	{"bench/...", []string{"..."}},
	{"internal/servertest", []string{"..."}},
	{"internal/pgtest/...", []string{"internal/embeddedpg", "internal/pgtest"}},
	{"internal/boundarytest/...", []string{"internal/boundaryfile", "internal/boundarytest", "internal/download"}},

	// Readers of files and other small packages.
	{"internal/ingest/...", []string{"internal/geo/...", "internal/register", "internal/sentra", "internal/boundaryfile", "internal/geojsonfile", "internal/inputfile",
		"internal/tablefile", "internal/gazetteer", "internal/facts", "internal/ingest/..."}},
	{"internal/...", []string{"internal/sentra", "internal/geo/...", "internal/inputfile", "internal/geojsonfile", "internal/geopackagefile"}},
	{"conformance/...", nil},
}

// forbidden lists external packages that packages must not import, whatever they
// import from the module.
var forbidden = []struct{ packages, imports string }{
	{"internal/sentra", "database/..."},
	{"internal/sentra", "net/..."},
	{"internal/sentra", "encoding/..."},
	{"internal/sentra", "os/..."},
	{"internal/sentra", "github.com/99designs/gqlgen/..."},
	{"internal/atlas", "database/..."},
	{"internal/atlas", "net/..."},
	{"internal/atlas", "github.com/99designs/gqlgen/..."},
	{"internal/register", "database/..."},
	{"internal/register", "net/..."},
	{"internal/register", "encoding/csv"},
	{"graph/...", "database/..."},
	{"graph/...", "github.com/lib/pq/..."},
	{"graph/...", "github.com/jmoiron/sqlx/..."},
	{"internal/httpserver", "database/..."},
	{"internal/httpserver", "github.com/lib/pq/..."},
	{"internal/httpserver", "github.com/jmoiron/sqlx/..."},
	{"internal/postgres", "net/http/..."},
	{"internal/postgres", "github.com/99designs/gqlgen/..."},
}

// onlyTests are packages that must not be linked into the program.
var onlyTests = []string{"internal/servertest", "internal/pgtest/...", "internal/boundarytest/..."}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func TestArrows(t *testing.T) {
	for _, p := range list(t, "./...") {
		path := strings.TrimPrefix(p.ImportPath, module)
		at := slices.IndexFunc(arrows, func(a struct {
			packages string
			imports  []string
		}) bool {
			return matches(a.packages, path)
		})
		for _, imported := range p.Imports {
			for _, rule := range forbidden {
				if matches(rule.packages, path) && matches(rule.imports, imported) {
					t.Errorf("%s imports %s", path, imported)
				}
			}
			own, ok := strings.CutPrefix(imported, module)
			if !ok {
				continue
			}
			if at < 0 {
				t.Errorf("%s has no line in arrows", path)
				break
			}
			if !slices.ContainsFunc(arrows[at].imports, func(pattern string) bool { return matches(pattern, own) }) {
				t.Errorf("%s imports %s, which is not among its arrows", path, own)
			}
		}
	}
}

// The program contains no test code.
func TestProgramHoldsNoTests(t *testing.T) {
	for _, p := range list(t, "-deps", "./cmd/sentra") {
		path := strings.TrimPrefix(p.ImportPath, module)
		if slices.ContainsFunc(onlyTests, func(pattern string) bool { return matches(pattern, path) }) {
			t.Errorf("sentra is built with %s", path)
		}
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"graph/...", "graph", true}, {"graph/...", "graph/model", true}, {"graph/...", "graphs", false},
		{"graph", "graph/model", false}, {"...", "web", true}, {"net/...", "net", true}, {"net/http/...", "net", false},
	} {
		if got := matches(c.pattern, c.path); got != c.want {
			t.Errorf("matches(%q, %q) is %v", c.pattern, c.path, got)
		}
	}
}

// Only boundarytest may skip a test, and only it knows where the boundaries are, so
// that scripts/test.sh can list everything that was skipped.
func TestNothingElseSkips(t *testing.T) {
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git" || entry.Name() == "boundarytest" || entry.Name() == "architecture") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		// Every file is read, so that go test's cache depends on it.
		text, err := os.ReadFile(path)
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		for _, word := range []string{".Skip(", ".Skipf(", ".SkipNow(", "../shared/boundaries"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s says %q; tests that need the boundaries ask boundarytest", path, word)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// matches reports whether a package pattern of the go command matches a path.
func matches(pattern, path string) bool {
	prefix, ok := strings.CutSuffix(pattern, "...")
	if !ok {
		return pattern == path
	}
	return strings.HasPrefix(path+"/", prefix)
}

func list(t *testing.T, arguments ...string) (packages []goPackage) {
	t.Helper()
	command := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports"}, arguments...)...)
	command.Dir = filepath.Join("..", "..")
	out, err := command.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
