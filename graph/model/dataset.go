package model

import (
	"context"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// mostConflicts is the maximum number of conflicts that the dataset lists.
const mostConflicts = 100

// NewDataset describes what is loaded.
func NewDataset(on *View) *Dataset {
	counts := on.Counts()
	d := &Dataset{Version: on.Data.Version, ChangeNumber: int(on.Data.Number), ConflictCount: len(on.Data.Conflicts), UpdatedAt: on.Data.UpdatedAt.UTC().Format(time.RFC3339), RegionsFrom: sentra.FirstDay,
		Boundaries: counts.BoundariesState(), Counts: counts}
	for _, note := range counts.Notes() {
		d.Notes = append(d.Notes, &Prose{note})
	}
	for i := range on.Data.Coverage {
		d.DesignationCoverage = append(d.DesignationCoverage, coverageOf(on, &on.Data.Coverage[i]))
	}
	for i := range on.Data.Conflicts[:min(len(on.Data.Conflicts), mostConflicts)] {
		c := &on.Data.Conflicts[i]
		d.Conflicts = append(d.Conflicts, &FactConflict{Entity: c.Entity.String(), Reason: c.Reason, FactsNumber: c.Facts})
	}
	for _, l := range sentra.DataLicences() {
		d.Licences = append(d.Licences, &DataLicence{Part: Prose{l.Part.Message()}, Name: Prose{l.Name.Message()}, URL: optional(l.URL)})
	}
	return d
}

// Search finds regions, clusters and products by name.
func Search(ctx context.Context, on *View, text string, first int) ([]*SearchResult, error) {
	hits, err := on.Search(ctx, text, first)
	if err != nil {
		return nil, err
	}
	out := []*SearchResult{}
	for _, hit := range hits {
		result := &SearchResult{Matched: hit.Matched, Score: hit.Score}
		if hit.System != "" {
			key := sentra.KeyOfSystem(hit.System)
			result.MatchedKey = &key
		}
		switch {
		case hit.Region != nil:
			result.Node = NewRegion(on, hit.Region)
		case hit.Cluster != nil:
			result.Node = NewCluster(on, hit.Cluster)
		default:
			result.Node = &Product{on, hit.Product}
		}
		out = append(out, result)
	}
	return out, nil
}
