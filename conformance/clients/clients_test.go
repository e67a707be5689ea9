// Package clients tests that typed clients can be generated from the schema that a
// server publishes and the example queries: in TypeScript with GraphQL Code
// Generator, in Go with genqlient. Both compile, and the Go client runs queries.
package clients

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// serve starts a server and returns the address of its API.
func serve(t *testing.T) string {
	t.Helper()
	_ = boundarytest.Dir(t)
	server, err := servertest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server.URL + "/graphql"
}

var anonymous = regexp.MustCompile(`(?m)^(query )?\{`)

// named writes the example queries into a folder and returns their paths. A query
// without a name gets that of its file, since generators derive functions and types
// from names: 01-title-question.graphql is TitleQuestion.
func named(t *testing.T, folder string) []string {
	t.Helper()
	examples, err := filepath.Glob("../../web/examples/*.graphql")
	if err != nil || len(examples) < 10 {
		t.Fatalf("%d examples, %v", len(examples), err)
	}
	var paths []string
	for _, example := range examples {
		text, err := os.ReadFile(example)
		if err != nil {
			t.Fatal(err)
		}
		base := strings.TrimSuffix(filepath.Base(example), ".graphql")
		name := ""
		for _, word := range strings.Split(base, "-")[1:] {
			name += strings.ToUpper(word[:1]) + word[1:]
		}
		path := filepath.Join(folder, base+".query.graphql")
		if err := os.WriteFile(path, anonymous.ReplaceAll(text, []byte("query "+name+" {")), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// run runs a program in a folder, for at most three minutes.
func run(t *testing.T, folder, program string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, program, arguments...)
	command.Dir = folder
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", program, strings.Join(arguments, " "), err, out)
	}
	return string(out)
}

func copyFiles(t *testing.T, to string, files ...string) {
	t.Helper()
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(file)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTypedClients(t *testing.T) {
	if _, err := os.Stat("node_modules/.installed"); err != nil {
		t.Fatal("the packages of conformance/clients are not installed; run `make setup-test`")
	}
	url, folder := serve(t), t.TempDir()
	queries := named(t, folder)

	run(t, ".", "node", slices.Concat([]string{"typescript/generate.mjs", url, folder}, queries)...)
	copyFiles(t, folder, "typescript/client.ts")
	run(t, ".", "node_modules/.bin/tsc", "--noEmit", "--strict", "--noUncheckedIndexedAccess", "--module", "esnext", "--moduleResolution", "bundler", filepath.Join(folder, "client.ts"))
	operations, err := os.ReadFile(filepath.Join(folder, "operations.ts"))
	if err != nil {
		t.Fatal(err)
	}
	if made := strings.Count(string(operations), "QueryVariables ="); made != len(queries) {
		t.Errorf("types of %d operations, want one for each of %d examples", made, len(queries))
	}

	// schema.graphql is there already, from introspection.
	copyFiles(t, folder, "go/go.mod", "go/go.sum", "go/genqlient.yaml", "go/main.go")
	run(t, folder, "go", "tool", "genqlient")
	run(t, folder, "go", "build", "-o", "client", ".")
	if got, want := run(t, folder, "./client", url), "94.06 Kabupaten Dogiyai Papua YES\n"; got != want {
		t.Errorf("the client printed %q, want %q", got, want)
	}
}
