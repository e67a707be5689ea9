package facts

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
)

// The counts are those of the facts' README and of the decrees themselves.
func TestLoadCounts(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, r := range f.Regions {
		kinds[string(r.Kind)]++
	}
	decrees := map[string]int{}
	for _, d := range f.Designations {
		decrees[string(d.Kind)+" "+d.Regulation]++
	}
	border := 0
	for _, d := range f.Designations {
		if d.Kind == "BORDER" {
			border++
		}
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"provinces", kinds["PROVINCE"], 38},
		{"regencies and cities", kinds["REGENCY"] + kinds["CITY"], 514},
		{"disadvantaged 2015-2019", decrees["DISADVANTAGED Perpres 131/2015"], 122},
		{"disadvantaged 2020-2024", decrees["DISADVANTAGED Perpres 63/2020"], 62},
		{"disadvantaged 2025-2029", decrees["DISADVANTAGED Perpres 12/2025"], 30},
		{"border", border, 55},
		{"clusters", f.Clusters.Len(), 390},
		{"phases", len(f.Phases), 2},
		{"successions", len(f.Successions), 4},
		{"events", len(f.Events), 12},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
	for _, d := range f.Designations {
		if len(d.Sources) == 0 {
			t.Errorf("designation %s cites no source", d.ID)
		}
	}
}

//go:embed testdata/numbers.txt
var numbers string

// The facts change only with their number: a record that has accepted facts of a
// number does not accept that number again. A line of numbers.txt must not change
// after a release.
func TestNumber(t *testing.T) {
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := Digest(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(numbers), "\n")
	if want := fmt.Sprintf("%d %s", Number, digest); lines[len(lines)-1] != want {
		t.Errorf("the facts are not those of their number: raise facts.Number to %d and add to testdata/numbers.txt the line\n%d %s", len(lines)+1, len(lines)+1, digest)
	}
	for i, line := range lines {
		if !strings.HasPrefix(line, fmt.Sprintf("%d ", i+1)) {
			t.Errorf("line %d of numbers.txt is %q", i+1, line)
		}
	}
}
