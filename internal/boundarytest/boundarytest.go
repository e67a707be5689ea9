// Package boundarytest provides tests with the real boundaries: those of
// ../shared/boundaries next to the module, else those that scripts/test.sh has
// downloaded. A test that finds neither is skipped and recorded, so that the script
// can list at its end what was left out.
package boundarytest

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

const (
	// Variable names the environment variable with the folder to use, or None.
	// scripts/test.sh sets it, so that go test does not reuse a cached result for other
	// boundaries: it does not track files outside the module.
	Variable = "SENTRA_TEST_BOUNDARIES"
	// None is the value of Variable that means that there are no boundaries.
	None = "none"
	// notesVariable names the file to which each skipped test adds a line.
	notesVariable = "SENTRA_TEST_LEFT_OUT"
)

// reason is the message of a skipped test.
const reason = "it needs the real boundaries: there is no ../shared/boundaries, and none were downloaded"

// Dir returns the folder of the real boundaries: provinces.geojson,
// regencies.geojson, and the SQL files of their public source in source. It skips the
// test if there is none.
func Dir(tb testing.TB) string {
	tb.Helper()
	dir, err := find()
	if err != nil {
		tb.Fatal(err)
	}
	if dir == "" {
		if err := note(tb.Name()); err != nil {
			tb.Fatal(err)
		}
		tb.Skip(reason)
	}
	return dir
}

// Files returns the two GeoJSON files, provinces first. It skips the test if there
// are none.
func Files(tb testing.TB) []string {
	tb.Helper()
	return files(Dir(tb))
}

// Regencies returns the GeoJSON file of the 514 regencies and cities. It skips the
// test if there is none.
func Regencies(tb testing.TB) string {
	tb.Helper()
	return Files(tb)[1]
}

// Once returns a function that on its first call makes a value from the two GeoJSON
// files, provinces first, and that skips the calling test if there are none.
func Once[T any](read func(provinces, regencies string) (T, error)) func(testing.TB) T {
	once := sync.OnceValues(func() (T, error) {
		paths, err := Find()
		if err != nil {
			var none T
			return none, err
		}
		return read(paths[0], paths[1])
	})
	return func(tb testing.TB) T {
		tb.Helper()
		_ = Dir(tb)
		value, err := once()
		if err != nil {
			tb.Fatalf("read the real boundaries: %v", err)
		}
		return value
	}
}

// Find returns the two GeoJSON files, provinces first, or nil.
func Find() ([]string, error) {
	dir, err := find()
	if dir == "" {
		return nil, err
	}
	return files(dir), nil
}

// LeaveOut records every test of the package as skipped and runs none. It returns the
// exit code.
func LeaveOut(m *testing.M) (code int) {
	names, err := list(m)
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		if err := note(name); err != nil {
			panic(err)
		}
	}
	fmt.Printf("%d tests are left out: %s\n", len(names), strings.TrimPrefix(reason, "it needs "))
	return 0
}

// list returns the names of the package's tests, as printed by m.Run.
func list(m *testing.M) ([]string, error) {
	flag.Parse()
	if err := flag.Set("test.list", "^(Test|Fuzz|Example)"); err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("list the tests: %w", err)
	}
	stdout := os.Stdout
	os.Stdout = write
	printed := make(chan []byte)
	go func() {
		text, _ := io.ReadAll(read)
		printed <- text
	}()
	m.Run()
	os.Stdout = stdout
	write.Close()
	return strings.Fields(string(<-printed)), nil
}

var find = sync.OnceValues(func() (string, error) {
	if named := os.Getenv(Variable); named == None {
		return "", nil
	} else if named != "" {
		if !complete(named) {
			return "", fmt.Errorf("%s: the folder %s does not hold the boundaries", Variable, named)
		}
		return named, nil
	}
	root, err := ModuleRoot()
	if err != nil {
		return "", err
	}
	if shared := filepath.Join(root, "..", "shared", "boundaries"); complete(shared) {
		return shared, nil
	}
	if downloaded, err := CacheDir(); err == nil && complete(downloaded) {
		return downloaded, nil
	}
	return "", nil
})

func files(dir string) []string {
	return []string{filepath.Join(dir, "provinces.geojson"), filepath.Join(dir, "regencies.geojson")}
}

func complete(dir string) bool {
	for _, path := range append(files(dir), filepath.Join(dir, "source")) {
		if _, err := os.Stat(path); err != nil {
			return false
		}
	}
	return true
}

// CacheDir is the folder for downloaded boundaries.
func CacheDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find the user's cache folder: %w", err)
	}
	return filepath.Join(cache, "sentra", "test-boundaries"), nil
}

// ModuleRoot is the folder of go.mod above the working directory, which under go test
// is the package's.
func ModuleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the module: %w", err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("find the module: no go.mod above the working folder")
		}
		folder = parent
	}
}

// note adds a line for a skipped test to the file of the run, if any.
func note(test string) error {
	path := os.Getenv(notesVariable)
	if path == "" {
		return nil
	}
	folder, err := os.Getwd()
	if err != nil {
		return fmt.Errorf("note a test left out: %w", err)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("note a test left out: %w", err)
	}
	// One short write, since packages are tested in parallel.
	_, err = fmt.Fprintf(file, "%s %s\n", folder, test)
	return errors.Join(err, file.Close())
}
