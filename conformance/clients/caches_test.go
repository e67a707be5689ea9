package clients

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// cachesAt makes a folder with the scripts of caches, the settings in docs/clients.md
// unchanged, and the schema of the server at the address. It is in this folder, so
// that node finds the packages.
func cachesAt(t *testing.T, address string) string {
	t.Helper()
	folder, err := os.MkdirTemp(".", ".caches-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	if err := os.CopyFS(folder, os.DirFS("caches")); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("../../docs/clients.md")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, block := range regexp.MustCompile("(?s)```[a-z]+ ([a-z-]+)\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		found = append(found, block[1])
		switch block[1] {
		case "question":
			write("two-days.graphql", block[2])
		case "schema":
			run(t, folder, "env", "SENTRA_URL="+address, "bash", "-c", block[2])
			copyFiles(t, filepath.Join(folder, "relay"), filepath.Join(folder, "schema.graphql"))
		case "relay":
			write("relay/relay.config.json", block[2])
		default:
			write(block[1]+".policies.mjs", block[2])
		}
	}
	if want := []string{"question", "schema", "apollo", "apollo-list", "graphcache", "relay"}; !slices.Equal(found, want) {
		t.Fatalf("the page has the settings %q, want %q", found, want)
	}
	return folder
}

// Clients with normalised caches query two days concurrently and one after the other,
// and do not mix them up in the cache.
func TestCaches(t *testing.T) {
	if _, err := os.Stat("node_modules/.installed"); err != nil {
		t.Fatal("the packages of conformance/clients are not installed; run `make setup-test`")
	}
	address := strings.TrimSuffix(serve(t), "/graphql")
	folder := cachesAt(t, address)
	for _, script := range []string{"apollo.mjs", "graphcache.mjs"} {
		t.Run(script, func(t *testing.T) { t.Log(run(t, folder, "node", script, address)) })
	}
	t.Run("relay.mjs", func(t *testing.T) {
		relay := filepath.Join(folder, "relay")
		for _, name := range []string{"src", "artifacts"} {
			if err := os.Mkdir(filepath.Join(relay, name), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Rename(filepath.Join(relay, "questions.js"), filepath.Join(relay, "src/questions.js")); err != nil {
			t.Fatal(err)
		}
		run(t, relay, "node", "../../node_modules/relay-compiler/cli.js", "relay.config.json")
		t.Log(run(t, relay, "node", "relay.mjs", address))
	})
}
