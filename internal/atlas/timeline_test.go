package atlas

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// TestTimelines compares the precomputed answers with newly computed ones, for every
// region on days around every change and some between.
func TestTimelines(t *testing.T) {
	loaded, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(&sentra.Dataset{Facts: *loaded})
	if err != nil {
		t.Fatal(err)
	}
	var days []sentra.Date
	for day := sentra.FirstDay; day < sentra.MustDate("2026-12-01"); day += 97 {
		days = append(days, day)
	}
	for _, text := range []string{"2015-11-04", "2019-12-31", "2020-04-27", "2022-07-25", "2022-11-17", "2022-12-09", "2024-12-31"} {
		day := sentra.MustDate(text)
		days = append(days, day-1, day, day+1)
	}
	seen := map[sentra.Truth]int{}
	for _, day := range days {
		for i := range a.Data.Regions {
			code := a.Data.Regions[i].Code
			judged := a.on(day).Affirmative(code)
			if got, want := a.on(day).affirmative(code), judged.Answer.Truth(); got != want {
				t.Fatalf("%s on %s: %d, judged anew %d", code, day, got, want)
			}
			for _, kind := range sentra.DesignationKinds {
				got := a.on(day).designated(code, kind)
				if want := judged.Of(kind).Answer.Truth(); got != want {
					t.Fatalf("%s of %s on %s: %d, judged anew %d", kind, code, day, got, want)
				}
				seen[got]++
			}
			if got, want := a.on(day).hosts(code), sentra.Unknown.Or(sentra.TruthOf(len(a.on(day).ClustersOf(code)) > 0)); got != want {
				t.Fatalf("%s hosts clusters on %s: %d, listed %d", code, day, got, want)
			}
		}
	}
	if seen[sentra.True] == 0 || seen[sentra.False] == 0 || seen[sentra.Unknown] == 0 {
		t.Errorf("not every answer was met: %v", seen)
	}
}
