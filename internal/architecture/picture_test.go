package architecture

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	node  = regexp.MustCompile(`(\w+)\["([^"]+)"\]`)
	arrow = regexp.MustCompile(`^\s*(\w+)(?:\["[^"]+"\])? --> (\w+)`)
)

// The diagram in docs/architecture.md shows only existing imports, none upwards, and
// its table names every package.
func TestPicture(t *testing.T) {
	text, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, picture, _ := strings.Cut(string(text), "```mermaid")
	picture, _, _ = strings.Cut(picture, "```")
	packages := make(map[string][]string) // of each node
	for _, match := range node.FindAllStringSubmatch(picture, -1) {
		label := match[2]
		if end := strings.LastIndex(label, "<br>"); end >= 0 { // the last line describes the package
			label = label[:end]
		}
		for name := range strings.SplitSeq(strings.ReplaceAll(label, "<br>", " "), ",") {
			name = strings.TrimSpace(name)
			if !strings.Contains(name, "/") && name != "graph" {
				name = "internal/" + name
			}
			packages[match[1]] = append(packages[match[1]], name)
		}
	}
	all := list(t, "./...")
	named := func(patterns []string, path string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, strings.TrimPrefix(path, module)) })
	}
	imports := func(from, to []string) bool {
		return slices.ContainsFunc(all, func(p goPackage) bool {
			return named(from, p.ImportPath) && slices.ContainsFunc(p.Imports, func(path string) bool { return named(to, path) })
		})
	}
	drawn := 0
	for line := range strings.SplitSeq(picture, "\n") {
		match := arrow.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		drawn++
		from, to := packages[match[1]], packages[match[2]]
		if len(from) == 0 || len(to) == 0 {
			t.Errorf("%s: a node has no packages", strings.TrimSpace(line))
		} else if !imports(from, to) {
			t.Errorf("%v is drawn to import %v, and does not", from, to)
		} else if imports(to, from) {
			t.Errorf("%v imports %v too", to, from)
		}
	}
	if drawn < 20 {
		t.Errorf("only %d arrows were read", drawn)
	}
	for _, p := range all {
		path := strings.TrimPrefix(p.ImportPath, module)
		name := path[strings.LastIndex(path, "/")+1:]
		if strings.HasPrefix(path, "internal/") && name != "architecture" && !strings.Contains(string(text), "`internal/"+name+"`") && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/architecture.md does not name %s", path)
		}
	}
}
