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
	d := &Dataset{Version: a.Data.Version, ChangeNumber: int(a.Data.Number), ConflictCount: len(a.Data.Conflicts), UpdatedAt: a.Data.UpdatedAt.UTC().Format(time.RFC3339), RegionsFrom: sentra.FirstDay,
		Boundaries: BoundariesStateSome, Counts: &DatasetCounts{Clusters: len(a.Data.Clusters), Products: len(a.Data.Products),
			Designations: len(a.Data.Designations), Sources: len(a.Data.Sources), Supports: len(a.Data.Supports)}}
	for i := range a.Data.Clusters {
		if a.Data.Clusters[i].Planned {
			d.Counts.PlannedClusters++
		}
		if a.Data.Clusters[i].OfProgramme() {
			d.Counts.ProgrammeClusters++
		}
	}
	for _, r := range a.Data.Regions {
		if !r.Validity.Contains(day) {
			continue
		}
		switch r.Kind {
		case sentra.KindProvince:
			d.Counts.Provinces++
		case sentra.KindRegency:
			d.Counts.Regencies++
		case sentra.KindCity:
			d.Counts.Cities++
		}
	}
	regions, loaded := a.On(day).LoadedBoundaries()
	d.Counts.Boundaries = loaded
	switch loaded {
	case regions:
		d.Boundaries = BoundariesStateAll
	case 0:
		d.Boundaries = BoundariesStateNone
		d.Notes = append(d.Notes, "No boundaries are loaded: regions have points and boxes only, and boundary is null.")
	}
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
	d.Notes = append(d.Notes,
		"Regions are known from 2014-07-23; an asOf before that day is an error.",
		"NOT_COVERED is another answer than NO: no list that covers the region on that day is loaded.",
		"A date known only to the year counts from that year's end for a designation, and from its first day for a phase.",
		"Clusters outside the programme are those that were read in a source; the record does not hold all of the country's. See coverage.",
		"A cluster stays listed after its phase has ended: the sources do not say that any was given up.",
	)
	return d
}

// Search finds things by name.
func Search(ctx context.Context, a *atlas.Atlas, text string, first int, day sentra.Date) ([]*SearchResult, error) {
	switch {
	case len([]rune(text)) > 200:
		return nil, sentra.BadInput("text", "the text has %d characters; at most 200 are looked for", len([]rune(text)))
	case atlas.Normalise(text) == "":
		return nil, sentra.BadInput("text", "%q has no letter or digit", text)
	case first < 1 || first > 100:
		return nil, sentra.BadInput("first", "first is %d; give 1 to 100", first)
	}
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
