package ingest

import (
	"context"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// one returns the only region of a row.
func (r *row) one(column string, p *places) sentra.RegionCode {
	regions := r.regions(column, p)
	if len(regions) > 1 {
		r.fault(column, "a row has one region, and this one has %d", len(regions))
	}
	if len(regions) != 1 {
		return ""
	}
	return regions[0]
}

// importDesignations adds or changes designations.
func importDesignations(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	var designations []sentra.Designation
	var rows []int
	var kept []func(d, stored *sentra.Designation)
	seen := make(map[string]int)
	stored := make(map[string]*sentra.Designation)
	for i := range data.Designations {
		stored[data.Designations[i].ID] = &data.Designations[i]
	}
	t, err := readTable(file, DesignationSchema, options, func(row *row) {
		d := designation(row, places)
		d.Sources = citations.of(row)
		keep := keptOfDesignation(row.says("valid_to"), row.says("neighbour"))
		if before := stored[d.ID]; before != nil {
			keep(&d, before)
		}
		if d.To != nil && !row.failed && *d.To < d.From.First {
			column := "valid_to"
			if !row.says(column) {
				column = "valid_from"
			}
			row.fault(column, "the last day, %s, lies before valid_from, %s", d.To, d.From)
		}
		if row.failed {
			return
		}
		if before, twice := seen[d.ID]; twice {
			row.fault("region_code", "%s by %s is in the file a second time, first in %s %d", d.Region, d.Regulation, row.Unit(), before)
			return
		}
		seen[d.ID] = row.Number
		designations, rows, kept = append(designations, d), append(rows, row.Number), append(kept, keep)
	})
	if err != nil {
		return nil, err
	}
	report := newReport(file, t)
	report.rows = len(designations)
	report.row = func(i int) ReportRow {
		row := ReportRow{Row: rows[i], Key: designations[i].ID, Action: New}
		if before := stored[row.Key]; before != nil {
			row.compare(designationFields(before), designationFields(&designations[i]))
		}
		return row
	}
	return report.finish(ctx, record, sentra.KindOfDesignation, register.Put(citations.added...),
		register.Complete(designations, func(i int, stored *sentra.Designation) { kept[i](&designations[i], stored) }))
}

// keptOfDesignation returns a function that copies the stored parts that a row does
// not contain.
func keptOfDesignation(lastDay, countries bool) func(d, stored *sentra.Designation) {
	return func(d, stored *sentra.Designation) {
		if !lastDay && stored.To != nil || !countries && len(stored.Countries) > 0 {
			d.Sources = withSources(d.Sources, stored.Sources)
		}
		if !lastDay {
			d.To = stored.To
		}
		if !countries {
			d.Countries = stored.Countries
		}
	}
}

func designationFields(d *sentra.Designation) []field {
	return []field{{"valid_from", d.From.String()}, {"valid_to", dayText(d.To)}, {"confidence", string(d.Confidence)},
		{"neighbour", strings.Join(d.Countries, " ")}, {"source", join(d.Sources)}}
}

func dayText(day *sentra.Date) string {
	if day == nil {
		return ""
	}
	return day.String()
}

func designation(row *row, p *places) sentra.Designation {
	d := sentra.Designation{Region: row.one("region_code", p)}
	kind := row.oneOf("kind", string(sentra.Disadvantaged), string(sentra.Border))
	d.Kind = sentra.DesignationKind(kind)
	d.Confidence = sentra.Confidence(row.oneOf("confidence", string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial)))
	if d.Regulation = row.need("regulation", maxName); d.Regulation != "" && sentra.Slug(d.Regulation) == "" {
		row.fault("regulation", "the name has no letter a-z or digit")
	}
	d.From = row.partialDate("valid_from")
	d.ID = sentra.DesignationID(string(d.Region), kind, d.Regulation)
	d.Countries = strings.Fields(row.bounded("neighbour", maxName))
	d.To = row.date("valid_to")
	return d
}
