// Package contract_test checks the schema against its contract: nothing released is
// removed unless the changelog says so, and names and descriptions follow the rules.
package contract_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	released  = "../../released/schema.graphql"
	present   = "../../schema.graphql"
	changelog = "../../CHANGELOG.md"
)

type changes struct {
	Breaking     []struct{ Path, Type, Message string }
	Deprecations []struct{ Path, Reason string }
}

type finding struct {
	Rule    string
	Line    int
	Message string
}

// run runs a script of this folder and parses its output.
func run(t *testing.T, into any, script string, arguments ...string) {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the npm packages are missing: run make setup-test")
	}
	command := exec.Command("node", append([]string{script}, arguments...)...)
	var trouble strings.Builder
	command.Stderr = &trouble
	out, err := command.Output()
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, trouble.String())
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// doctored returns a copy of the schema with one text replaced.
func doctored(t *testing.T, from, to string) string {
	t.Helper()
	text := read(t, present)
	if !strings.Contains(text, from) {
		t.Fatalf("the schema has no %q to be doctored", from)
	}
	path := filepath.Join(t.TempDir(), "schema.graphql")
	if err := os.WriteFile(path, []byte(strings.Replace(text, from, to, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// unannounced returns the breaking changes whose path is not in the changelog, in
// backticks, below the heading of unreleased changes.
func unannounced(found changes, log string) []string {
	_, section, _ := strings.Cut(log, "\n## Unreleased")
	section, _, _ = strings.Cut(section, "\n## ")
	var out []string
	for _, change := range found.Breaking {
		if !strings.Contains(section, "`"+change.Path+"`") {
			out = append(out, change.Path+": "+change.Message)
		}
	}
	return out
}

func TestNothingReleasedBreaksUnannounced(t *testing.T) {
	var found []changes
	run(t, &found, "changes.mjs", released, present)
	for _, change := range unannounced(found[0], read(t, changelog)) {
		t.Errorf("a breaking change that the changelog does not name: %s", change)
	}
	for _, deprecation := range found[0].Deprecations {
		t.Errorf("%s is deprecated without a reason and a day (YYYY-MM-DD): %q", deprecation.Path, deprecation.Reason)
	}
}

// described returns a line of the schema with the description above it.
func described(t *testing.T, line string) string {
	t.Helper()
	found := regexp.MustCompile(`  "[^"]*"\n` + regexp.QuoteMeta(line)).FindString(read(t, present))
	if found == "" {
		t.Fatalf("the schema has no %q", line)
	}
	return found
}

func TestBreakingChangesAreFound(t *testing.T) {
	cases := []struct{ name, from, to, path string }{
		{"a field less", described(t, "  clusterCount: Int!\n"), "", "Region.clusterCount"},
		{"an argument that must be given", "orderBy: RegionOrder\n", "orderBy: RegionOrder!\n", "Query.regions.orderBy"},
		{"a field that may be null", "  regionsFrom: Date!", "  regionsFrom: Date", "Dataset.regionsFrom"},
		{"an enum value less", described(t, "  CITY\n"), "", "RegionKind.CITY"},
		{"a filter less", described(t, "  hostsClusters: Boolean @cost(weight: 50)\n"), "", "RegionFilter.hostsClusters"},
		{"another type", "  clusterCount: Int!\n", "  clusterCount: String!\n", "Region.clusterCount"},
	}
	arguments := []string{released}
	for _, c := range cases {
		arguments = append(arguments, doctored(t, c.from, c.to))
	}
	var found []changes
	run(t, &found, "changes.mjs", arguments...)
	for i, c := range cases {
		if got := unannounced(found[i], "# Changelog\n\n## Unreleased\n\n- Nothing of `"+c.path+"s`.\n\n## 0.1.0\n\n- `"+c.path+"`\n"); len(got) != 1 || !strings.HasPrefix(got[0], c.path+": ") {
			t.Errorf("%s: found %q", c.name, got)
		}
		if got := unannounced(found[i], "# Changelog\n\n## Unreleased\n\n- **Breaking:** `"+c.path+"` is another one now.\n"); len(got) != 0 {
			t.Errorf("%s: announced, but found %q", c.name, got)
		}
	}
}

func TestBareDeprecationsAreFound(t *testing.T) {
	cases := []struct {
		arguments string
		bare      bool
	}{
		{`(reason: "Use bbox instead; gone after 2027-06-30.")`, false},
		{`(reason: "Use bbox instead.")`, true},
		{`(reason: "Gone after 2027-13-45 for certain.")`, true},
		{`(reason: "2027-06-30")`, true},
		{``, true},
	}
	arguments := []string{released}
	for _, c := range cases {
		arguments = append(arguments, doctored(t, "  areaKm2: Float\n", "  areaKm2: Float @deprecated"+c.arguments+"\n"))
	}
	var found []changes
	run(t, &found, "changes.mjs", arguments...)
	for i, c := range cases {
		if got := found[i].Deprecations; c.bare != (len(got) == 1 && got[0].Path == "Region.areaKm2") || !c.bare && len(got) > 0 {
			t.Errorf("@deprecated%s: %+v", c.arguments, got)
		}
	}
}

func TestNamesAndDescriptions(t *testing.T) {
	cases := []struct{ name, from, to, rule string }{
		{"a field without a description", "  clusterCount: Int!\n", "  clusterCount: Int!\n  more: Int\n", "require-description"},
		{"an argument without a description", "datasetChanged: Dataset!", "datasetChanged(since: String): Dataset!", "require-description"},
		{"an enum value without a description", "  CITY\n", "  CITY\n  VILLAGE\n", "require-description"},
		{"a type without a description", "\"\"\"\nA point in degrees (WGS 84).\n\"\"\"\ntype Point", "type Point", "require-description"},
		{"an enum value in small letters", "  CITY\n", "  CITY\n  \"x\"\n  village\n", "naming-convention"},
		{"a field with an underscore", "  clusterCount: Int!\n", "  clusterCount: Int!\n  \"x\"\n  cluster_count: Int\n", "naming-convention"},
		{"a field with its type's name", "  clusterCount: Int!\n", "  clusterCount: Int!\n  \"x\"\n  regionCount: Int\n", "no-typename-prefix"},
		{"a type that nothing leads to", "\"\"\"\nThe subscriptions, over a WebSocket", "\"\"\"\nx\n\"\"\"\ntype Lost {\n  \"x\"\n  x: Int\n}\n\n\"\"\"\nThe subscriptions, over a WebSocket", "no-unreachable-types"},
		{"a connection without edges", described(t, "  edges: [RegionEdge!]!\n"), "", "relay-connection-types"},
		{"an edge without a cursor", described(t, "  cursor: String!\n"), "", "relay-edge-types"},
		{"a list without cursors", described(t, "    after: String\n"), "", "relay-arguments"},
	}
	arguments := []string{present}
	for _, c := range cases {
		arguments = append(arguments, doctored(t, c.from, c.to))
	}
	var found [][]finding
	run(t, &found, "lint.mjs", arguments...)
	for _, f := range found[0] {
		t.Errorf("schema.graphql:%d: %s: %s", f.Line, f.Rule, f.Message)
	}
	for i, c := range cases {
		if !slices.ContainsFunc(found[i+1], func(f finding) bool { return f.Rule == "@graphql-eslint/"+c.rule }) {
			t.Errorf("%s: found %+v, nothing of %s", c.name, found[i+1], c.rule)
		}
	}
}
