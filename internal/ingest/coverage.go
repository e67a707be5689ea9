package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// importCoverage adds or changes coverages of designations, so that the answer for a
// region that is not on a list can be NO.
func importCoverage(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	var coverage []sentra.DesignationCoverage
	var rows []int
	var kept []func(c, stored *sentra.DesignationCoverage)
	seen := make(map[string]int)
	stored := make(map[string]*sentra.DesignationCoverage)
	for i := range data.Coverage {
		stored[data.Coverage[i].EntityID()] = &data.Coverage[i]
	}
	t, err := readTable(file, CoverageSchema, options, func(row *row) {
		c := coverageRow(row, places)
		c.Sources = citations.of(row)
		if row.failed {
			return
		}
		id := c.EntityID()
		keep := keptOfCoverage(row.says("valid_to"), row.says("note"))
		if before := stored[id]; before != nil {
			keep(&c, before)
		}
		if before, twice := seen[id]; twice {
			row.fault("regulation", "the coverage %s is in the file a second time, first in %s %d", id, row.Unit(), before)
			return
		}
		seen[id] = row.Number
		coverage, rows, kept = append(coverage, c), append(rows, row.Number), append(kept, keep)
	})
	if err != nil {
		return nil, err
	}
	report := newReport(file, t)
	report.rows = len(coverage)
	report.row = func(i int) ReportRow {
		row := ReportRow{Row: rows[i], Key: coverage[i].EntityID(), Action: New}
		if before := stored[row.Key]; before != nil {
			row.compare(coverageFields(before), coverageFields(&coverage[i]))
		}
		return row
	}
	return report.finish(ctx, record, sentra.KindOfCoverage, register.Put(citations.added...),
		register.Complete(coverage, func(i int, stored *sentra.DesignationCoverage) { kept[i](&coverage[i], stored) }))
}

// keptOfCoverage returns a function that copies the stored parts that a row does not
// contain.
func keptOfCoverage(lastDay, note bool) func(c, stored *sentra.DesignationCoverage) {
	return func(c, stored *sentra.DesignationCoverage) {
		if !lastDay && stored.To != nil {
			c.Sources = withSources(c.Sources, stored.Sources)
		}
		if !lastDay {
			c.To = stored.To
		}
		// The note would be wrong for another extent.
		if !note && c.Extent == stored.Extent {
			c.Note = stored.Note
		}
	}
}

func coverageFields(c *sentra.DesignationCoverage) []field {
	from := ""
	if c.From != nil {
		from = c.From.String()
	}
	return []field{{"extent", string(c.Extent)}, {"valid_from", from}, {"valid_to", dayText(c.To)}, {"confidence", string(c.Confidence)},
		{"note", c.Note}, {"source", join(c.Sources)}}
}

func coverageRow(row *row, p *places) sentra.DesignationCoverage {
	c := sentra.DesignationCoverage{
		Kind:       sentra.DesignationKind(row.oneOf("kind", string(sentra.Disadvantaged), string(sentra.Border))),
		Extent:     sentra.CoverageExtent(row.oneOf("extent", string(sentra.ExtentComplete), string(sentra.ExtentNone), string(sentra.ExtentPartial))),
		Confidence: sentra.Confidence(row.oneOf("confidence", string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial))),
		Regulation: row.need("regulation", maxName),
		Note:       row.bounded("note", maxText),
	}
	if slices.ContainsFunc(anyRegion("province_code"), func(column string) bool { return row.text(column) != "" }) {
		if c.Province = row.one("province_code", p); c.Province != "" && c.Province.Level() != sentra.LevelProvince {
			row.fault("province_code", "%s is not a province", list(p, []sentra.RegionCode{c.Province}))
		}
	}
	for _, word := range strings.FieldsFunc(row.bounded("region_kinds", maxName), func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
		kind, known := regionKinds[strings.ToLower(word)]
		if !known {
			row.fault("region_kinds", "%s is not one of PROVINCE, REGENCY, CITY", tablefile.Quote(word))
		} else if !slices.Contains(c.RegionKinds, kind) {
			c.RegionKinds = append(c.RegionKinds, kind)
		}
	}
	slices.Sort(c.RegionKinds)
	if row.text("valid_from") != "" {
		from := row.partialDate("valid_from")
		c.From = &from
	}
	if c.To = row.date("valid_to"); c.To != nil && c.From != nil && !row.failed && *c.To < c.From.First {
		row.fault("valid_to", "%s lies before valid_from, %s", c.To, c.From)
	}
	if c.Note == "" {
		c.Note = fmt.Sprintf(map[sentra.CoverageExtent]string{
			sentra.ExtentComplete: "All that %s lists is loaded",
			sentra.ExtentNone:     "By %s there is no such region",
			sentra.ExtentPartial:  "A part of what %s lists is loaded, so that silence is not a no",
		}[c.Extent], c.Regulation)
	}
	return c
}

// regionKinds are the words for kinds of regions, in lower case.
var regionKinds = map[string]sentra.RegionKind{
	"province": sentra.KindProvince, "provinsi": sentra.KindProvince, "propinsi": sentra.KindProvince,
	"regency": sentra.KindRegency, "kabupaten": sentra.KindRegency,
	"city": sentra.KindCity, "kota": sentra.KindCity,
}
