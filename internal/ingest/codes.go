package ingest

import (
	"context"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// importCodes sets official codes. For each code and region in it, the file replaces
// earlier periods. A code that would mean two regions on one day, or a second BPS or
// ISO code of a region on one day, is rejected.
func importCodes(ctx context.Context, record Record, file *inputfile.File, data *sentra.Dataset, options TableOptions) (*Report, error) {
	places, citations := newPlaces(data), newCitations(data)
	var codes []codeRow
	stored := make(map[sentra.OfficialCodeKey][]sentra.OfficialCode)
	for _, c := range data.Codes {
		stored[c.Key()] = append(stored[c.Key()], c)
	}
	t, err := readTable(file, CodeSchema, options, func(row *row) {
		c := officialCode(row, places)
		c.Sources = citations.of(row)
		if before := stored[c.Key()]; !row.failed && len(before) > 0 && !row.says("valid_from", "valid_to") {
			c.Validity = before[0].Validity
			if len(before) > 1 {
				row.fault("value", "the record has the code in %d periods; add valid_from and valid_to", len(before))
			}
		}
		if !row.failed {
			value, region := row.table.schema.index["value"], row.table.schema.index["region_code"]
			codes = append(codes, codeRow{c, row.Number, row.Place(value), row.Place(region)})
		}
	})
	if err != nil {
		return nil, err
	}
	codes = withoutConflicts(t, codes, data)
	report := newReport(file, t)
	report.rows = len(codes)
	report.row = func(i int) ReportRow {
		c := &codes[i].OfficialCode
		row := ReportRow{Row: codes[i].number, Key: string(c.System) + " " + c.Value + " " + string(c.Region), Action: New}
		if before := stored[c.Key()]; len(before) > 0 {
			same := &before[0]
			for j := range before {
				if dayText(before[j].Validity.From) == dayText(c.Validity.From) {
					same = &before[j]
				}
			}
			row.compare(codeFields(same), codeFields(c))
		}
		return row
	}
	plain := make([]sentra.OfficialCode, len(codes))
	for i, c := range codes {
		plain[i] = c.OfficialCode
	}
	return report.finish(ctx, record, sentra.KindOfCode, register.Put(citations.added...), register.ReplaceCodes(plain))
}

func codeFields(c *sentra.OfficialCode) []field {
	return []field{{"valid_from", dayText(c.Validity.From)}, {"valid_to", dayText(c.Validity.To)}, {"source", join(c.Sources)}}
}

// codeRow is a code with its place in the file.
type codeRow struct {
	sentra.OfficialCode
	number                  int
	valuePlace, regionPlace string
}

// withoutConflicts reports codes that contradict each other or the rest of the
// record, and returns the others. Codes in the file replace stored ones.
func withoutConflicts(t *table, codes []codeRow, data *sentra.Dataset) []codeRow {
	named := make(map[sentra.OfficialCodeKey]bool)
	for _, c := range codes {
		named[c.Key()] = true
	}
	meanings, holders := make(map[string][]sentra.OfficialCode), make(map[string][]sentra.OfficialCode)
	add := func(c sentra.OfficialCode) {
		meaning, holder := string(c.System)+" "+c.Value, string(c.System)+" "+string(c.Region)
		meanings[meaning], holders[holder] = append(meanings[meaning], c), append(holders[holder], c)
	}
	for _, c := range data.Codes {
		if !named[c.Key()] {
			add(c)
		}
	}
	var right []codeRow
	for _, c := range codes {
		before := t.total
		for _, other := range meanings[string(c.System)+" "+c.Value] {
			if other.Validity.Overlaps(c.Validity) {
				t.refuse(c.number, c.valuePlace, "value", "the %s code %s means %s on some of these days already", c.System, c.Value, other.Region)
				break
			}
		}
		for _, other := range holders[string(c.System)+" "+string(c.Region)] {
			if t.total == before && c.System != sentra.SystemKemendagri && other.Validity.Overlaps(c.Validity) {
				t.refuse(c.number, c.regionPlace, "region_code", "%s has the %s code %s on some of these days already", c.Region, c.System, other.Value)
			}
		}
		if t.total == before {
			right = append(right, c)
			add(c.OfficialCode)
		}
	}
	return right
}

func officialCode(row *row, p *places) (c sentra.OfficialCode) {
	c.System = sentra.CodeSystem(row.oneOf("system", string(sentra.SystemKemendagri), string(sentra.SystemBPS), string(sentra.SystemISO), string(sentra.SystemPCode)))
	c.Region = row.one("region_code", p)
	c.Value = row.code("value")
	if c.Region != "" && !row.failed {
		switch form := sentra.CodeForm(c.System, c.Region.Level()); {
		case form == nil:
			row.fault("system", "%s gives no codes to regencies and cities, and %s is one", c.System, c.Region)
		case !form.MatchString(c.Value):
			row.fault("value", "%s does not have the form of a %s code of a %s: %s", tablefile.Quote(c.Value), c.System, c.Region.Level(), form)
		}
	}
	c.Validity = sentra.Period{From: row.date("valid_from"), To: row.date("valid_to")}
	if from, to := c.Validity.From, c.Validity.To; from != nil && to != nil && *to < *from {
		row.fault("valid_to", "%s lies before valid_from, %s", to, from)
	}
	return c
}
