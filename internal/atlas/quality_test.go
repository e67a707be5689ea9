package atlas

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Counted by hand from sentra.csv (no cluster has a point of its own), dak_ikm.csv
// and programme_facts.csv, whose 13 counts of facilitators name five regencies. 179
// regencies and cities have a cluster that is not only planned.
func TestQuality(t *testing.T) {
	q, err := factsAtlas(t).on(sentra.MustDate("2026-11-27")).Quality(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[sentra.Gap][2]int{sentra.GapClusterPoint: {390, 390}, sentra.GapClusterRegency: {0, 390}, sentra.GapSupportFund: {10, 80}, sentra.GapFacilitatorsPlace: {8, 13}, sentra.GapRegencyBoundary: {514, 514}, sentra.GapRegencyClusters: {514 - 179, 514}}
	for _, gap := range q.Gaps {
		if counts, asked := want[gap.Gap]; asked && counts != [2]int{gap.Missing, gap.Total} || gap.Missing > gap.Total || gap.Total == 0 {
			t.Errorf("%+v, want %v", gap, counts)
		}
	}
	if len(q.Gaps) != len(sentra.Gaps) || q.Confidence[0].Confidence != sentra.Listed || q.Confidence[0].Clusters != 302 || len(q.Coverage) != 39 {
		t.Errorf("%+v", q)
	}
}
