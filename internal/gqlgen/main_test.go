package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// BenchmarkReplacements runs the queries of graph's BenchmarkAnswer with the
// generated code as it is, and with replacements undone: all, and each alone. A ratio
// is the cost of gqlgen's own code relative to ours, each the minimum of several
// alternating rounds.
func BenchmarkReplacements(b *testing.B) {
	const rounds = 5
	ours := buildWithout(b)
	theirs := map[string]string{"all": buildWithout(b, replacements...)}
	names := []string{"all"}
	for _, r := range replacements {
		names, theirs[r.name] = append(names, r.name), buildWithout(b, r)
	}
	base, without := make(figures), make(map[string]figures)
	for range rounds {
		base.measure(b, ours)
		for _, name := range names {
			if without[name] == nil {
				without[name] = make(figures)
			}
			without[name].measure(b, theirs[name])
		}
	}
	for _, name := range names {
		for _, question := range slices.Sorted(maps.Keys(base)) {
			figure := without[name][question]
			b.Run(name+"/"+question, func(b *testing.B) {
				for b.Loop() {
				}
				b.ReportMetric(0, "ns/op")
				for i, of := range units {
					b.ReportMetric(figure[i]/base[question][i], of+"-ratio")
				}
			})
		}
	}
}

// buildWithout builds the tests of graph with replacements undone, and returns the
// program.
func buildWithout(b *testing.B, undone ...replacement) string {
	generated, err := filepath.Abs("../../graph/generated.go")
	if err != nil {
		b.Fatal(err)
	}
	code, err := os.ReadFile(generated)
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range undone {
		code = bytes.ReplaceAll(code, []byte(r.ours), []byte(r.theirs))
	}
	directory := b.TempDir()
	replaced, overlay, program := filepath.Join(directory, "generated.go"), filepath.Join(directory, "overlay.json"), filepath.Join(directory, "graph.test")
	description, err := json.Marshal(map[string]any{"Replace": map[string]string{generated: replaced}})
	if err != nil {
		b.Fatal(err)
	}
	for file, data := range map[string][]byte{replaced: code, overlay: description} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(b.Context(), "go", "test", "-c", "-overlay", overlay, "-o", program, filepath.Dir(generated)).CombinedOutput(); err != nil {
		b.Fatalf("build the tests of graph: %v\n%s", err, out)
	}
	return program
}

// units are the units in a line of benchmark output, each after its figure.
var units = [...]string{"cpu-ns/op", "B/op", "allocs/op"}

// figures are the minimum of each query, by unit.
type figures map[string][len(units)]float64

// measure runs the queries once.
func (f figures) measure(b *testing.B, program string) {
	command := exec.CommandContext(b.Context(), program, "-test.run", "^$", "-test.bench", "^BenchmarkAnswer$", "-test.benchtime", "200ms")
	command.Dir = "../../graph"
	out, err := command.Output()
	if err != nil {
		b.Fatalf("run the benchmark of graph: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) == 0 || !strings.HasPrefix(words[0], "BenchmarkAnswer/") {
			continue
		}
		question := strings.TrimPrefix(words[0], "BenchmarkAnswer/")
		// The suffix is GOMAXPROCS.
		if end := strings.LastIndex(question, "-"); end >= 0 {
			question = question[:end]
		}
		least, known := f[question]
		for i, unit := range units {
			for at := range words {
				if words[at] != unit {
					continue
				}
				figure, err := strconv.ParseFloat(words[at-1], 64)
				if err != nil {
					b.Fatal(err)
				}
				if !known || figure < least[i] {
					least[i] = figure
				}
			}
		}
		f[question] = least
	}
}
