package ingest

import (
	"context"
	"regexp"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// CodeColumns is the header of a file of official codes. value is the code in
// the system, region_code the Ministry's code of the region that has it;
// valid_from and valid_to are YYYY-MM-DD, inclusive, or empty where not known;
// source holds titles or addresses parted by semicolons.
var CodeColumns = []string{"system", "value", "region_code", "valid_from", "valid_to", "source"}

// codeForms are the forms of a code, by system: of a province, and of a regency
// or city where the system has any.
var codeForms = map[sentra.CodeSystem]map[sentra.Level]*regexp.Regexp{
	sentra.SystemKemendagri: {sentra.LevelProvince: regexp.MustCompile(`^\d{2}$`), sentra.LevelRegency: regexp.MustCompile(`^\d{2}\.\d{2}$`)},
	sentra.SystemBPS:        {sentra.LevelProvince: regexp.MustCompile(`^\d{2}$`), sentra.LevelRegency: regexp.MustCompile(`^\d{4}$`)},
	sentra.SystemISO:        {sentra.LevelProvince: regexp.MustCompile(`^ID-[A-Z]{2}$`)},
}

// Codes imports a file of official codes (CSV), all or nothing, and gives their
// number. For each code and region it names, the file replaces what an earlier
// one said. A code that would mean two regions on one day, or a second BPS or ISO
// code of a region on one day, is refused. Errors name line and column.
func Codes(ctx context.Context, record Record, data []byte, name string) (int, error) {
	rows, dataset, err := openTable(ctx, record, data, name, CodeColumns)
	if err != nil {
		return 0, err
	}
	regions, knownSources := knownRegions(dataset), sentra.NewBibliography(dataset.Sources)
	var sources []sentra.Source
	var codes []sentra.OfficialCode
	named := make(map[sentra.OfficialCodeKey]bool)
	for _, row := range rows {
		c, err := officialCode(row, regions)
		if err != nil {
			return 0, err
		}
		if c.Sources, err = row.cited(knownSources, &sources); err != nil {
			return 0, err
		}
		named[c.Key()] = true
		codes = append(codes, c)
	}
	// What else is stored stands, and counts for the rules as the file's rows do.
	var standing []sentra.OfficialCode
	for _, c := range dataset.Codes {
		if !named[c.Key()] {
			standing = append(standing, c)
		}
	}
	meanings, holders := make(map[string][]sentra.OfficialCode), make(map[string][]sentra.OfficialCode)
	add := func(c sentra.OfficialCode) {
		meaning, holder := string(c.System)+" "+c.Value, string(c.System)+" "+string(c.Region)
		meanings[meaning], holders[holder] = append(meanings[meaning], c), append(holders[holder], c)
	}
	for _, c := range standing {
		add(c)
	}
	for i, c := range codes {
		for _, other := range meanings[string(c.System)+" "+c.Value] {
			if other.Validity.Overlaps(c.Validity) {
				return 0, rows[i].fault("value", "the %s code %s means %s on some of these days already", c.System, c.Value, other.Region)
			}
		}
		for _, other := range holders[string(c.System)+" "+string(c.Region)] {
			if c.System != sentra.SystemKemendagri && other.Validity.Overlaps(c.Validity) {
				return 0, rows[i].fault("region_code", "%s has the %s code %s on some of these days already", c.Region, c.System, other.Value)
			}
		}
		add(c)
	}
	_, err = record.Apply(ctx, register.Put(sources...), register.ReplaceCodes(codes))
	return len(codes), err
}

func officialCode(row tableRow, regions map[sentra.RegionCode]bool) (c sentra.OfficialCode, err error) {
	system, err := row.oneOf("system", string(sentra.SystemKemendagri), string(sentra.SystemBPS), string(sentra.SystemISO))
	if err != nil {
		return c, err
	}
	region, err := sentra.ParseRegionCode(row.cells["region_code"])
	if err != nil {
		return c, sentra.In(row.place("region_code"), err)
	}
	if !regions[region] {
		return c, row.fault("region_code", "no region has the code %s", region)
	}
	c = sentra.OfficialCode{Region: region, System: sentra.CodeSystem(system), Value: row.cells["value"]}
	switch form := codeForms[c.System][region.Level()]; {
	case form == nil:
		return c, row.fault("system", "%s gives no codes to regencies and cities, and %s is one", c.System, region)
	case !form.MatchString(c.Value):
		return c, row.fault("value", "%.40q has not the form of a %s code of a %s: %s", c.Value, c.System, region.Level(), form)
	}
	for column, into := range map[string]**sentra.Date{"valid_from": &c.Validity.From, "valid_to": &c.Validity.To} {
		if text := row.cells[column]; text != "" {
			day, err := sentra.ParseDate(text)
			if err != nil {
				return c, sentra.In(row.place(column), err)
			}
			*into = &day
		}
	}
	if from, to := c.Validity.From, c.Validity.To; from != nil && to != nil && *to < *from {
		return c, row.fault("valid_to", "%s lies before valid_from, %s", to, from)
	}
	return c, nil
}
