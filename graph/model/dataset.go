package model

import (
	"context"
	"time"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// mostConflicts is how many conflicts the dataset lists.
const mostConflicts = 100

// NewDataset tells what is loaded.
func NewDataset(a *atlas.Atlas, day sentra.Date) *Dataset {
	counts := a.On(day).Counts()
	d := &Dataset{Version: a.Data.Version, ChangeNumber: int(a.Data.Number), ConflictCount: len(a.Data.Conflicts), UpdatedAt: a.Data.UpdatedAt.UTC().Format(time.RFC3339), RegionsFrom: sentra.FirstDay,
		Boundaries: counts.BoundariesState(), Counts: counts, Notes: counts.Notes()}
	for i := range a.Data.Coverage {
		d.DesignationCoverage = append(d.DesignationCoverage, coverageOf(a, &a.Data.Coverage[i], Today(day)))
	}
	for i := range a.Data.Conflicts[:min(len(a.Data.Conflicts), mostConflicts)] {
		c := &a.Data.Conflicts[i]
		d.Conflicts = append(d.Conflicts, &FactConflict{Entity: c.Entity.String(), Reason: c.Reason, FactsNumber: c.Facts})
	}
	for _, l := range sentra.DataLicences() {
		d.Licences = append(d.Licences, &DataLicence{Part: l.Part, Name: l.Name, URL: optional(l.URL)})
	}
	return d
}

// Search finds things by name.
func Search(ctx context.Context, a *atlas.Atlas, text string, first int, day sentra.Date) ([]*SearchResult, error) {
	hits, err := a.On(day).Search(ctx, text, first)
	if err != nil {
		return nil, err
	}
	out := []*SearchResult{}
	for _, hit := range hits {
		result := &SearchResult{Matched: hit.Matched, Score: hit.Score}
		switch {
		case hit.Region != nil:
			result.Node = NewRegion(a, hit.Region, Today(day))
		case hit.Cluster != nil:
			result.Node = NewCluster(a, hit.Cluster, Today(day))
		default:
			result.Node = &Product{a, hit.Product, Today(day)}
		}
		out = append(out, result)
	}
	return out, nil
}
