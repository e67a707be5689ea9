package ingest

import (
	"errors"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/gazetteer"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// places finds the regions of rows, and caches the results.
type places struct {
	*gazetteer.Gazetteer
	found map[lookup]answer
	lists map[string][]sentra.RegionCode // shared lists, by their codes joined
}

type lookup struct {
	system   sentra.CodeSystem // "" for a name
	text     string
	province sentra.RegionCode
	day      sentra.Date
	given    bool
}

type answer struct {
	region sentra.RegionCode
	err    error
}

// maxLookups is the size of the cache.
const maxLookups = 20_000

func newPlaces(data *sentra.Dataset) *places {
	return &places{gazetteer.New(data), make(map[lookup]answer), make(map[string][]sentra.RegionCode)}
}

func (p *places) find(l lookup) (sentra.RegionCode, error) {
	if known, ok := p.found[l]; ok {
		return known.region, known.err
	}
	var a answer
	if l.system != "" {
		a.region, a.err = p.ByCode(l.system, l.text, l.day, l.given)
	} else {
		a.region, a.err = p.ByName(l.text, l.province, l.day)
	}
	if len(p.found) >= maxLookups {
		clear(p.found)
	}
	p.found[l] = a
	return a.region, a.err
}

// shared returns the one list of these codes, so that a million rows share a few
// lists.
func (p *places) shared(codes []sentra.RegionCode) []sentra.RegionCode {
	var key strings.Builder
	for _, code := range codes {
		key.WriteString(string(code))
		key.WriteByte(';')
	}
	if known, ok := p.lists[key.String()]; ok {
		return known
	}
	p.lists[key.String()] = codes
	return codes
}

// code returns the text of a cell with codes: a number as displayed by the workbook.
func (r *row) code(column string) string {
	cell := r.cell(column)
	switch {
	case cell.Fault != "":
		return ""
	case cell.Kind == tablefile.Date:
		r.fault(column, "a spreadsheet has turned the code into the date %s; write the code as text", cell.Text)
		return ""
	case cell.Kind == tablefile.Bool:
		r.fault(column, "%s is not a code", cell.Text)
		return ""
	case cell.Kind == tablefile.Number && column == "kode_bps":
		return cell.Text // no code of BPS has a point
	case cell.Kind == tablefile.Number && !r.table.numbers:
		r.fault(column, `the code is the number %s: a number loses zeros at its end, 11.10 becomes 11.1; write it as a text, "11.10"`, cell.Text)
		return ""
	case cell.Kind == tablefile.Number && cell.Shown != cell.Text:
		r.table.shown++
		return cell.Shown
	}
	return r.text(column)
}

// regions returns the regions of a row, from codes in the column of that name, BPS
// codes, or names. If several are given they must agree.
func (r *row) regions(column string, p *places) []sentra.RegionCode {
	day, given := r.day()
	before := r.table.total
	province := sentra.RegionCode("")
	if text := r.text("province"); text != "" {
		var err error
		if province, err = p.Province(text, day); err != nil {
			r.fail("province", err)
			return nil
		}
	}
	system := sentra.SystemKemendagri
	if text := r.text("region_system"); text != "" {
		if system = sentra.CodeSystem(strings.ToUpper(text)); !slices.Contains(gazetteer.Systems, system) {
			r.fault("region_system", "%s is not one of KEMENDAGRI, BPS, ISO_3166_2", tablefile.Quote(text))
			return nil
		}
	}
	var named []sentra.RegionCode
	by := ""
	for _, one := range []struct {
		column string
		system sentra.CodeSystem
	}{{column, system}, {"kode_bps", sentra.SystemBPS}, {"region_name", ""}} {
		text := ""
		if one.system != "" {
			text = r.code(one.column)
		} else {
			text = r.text(one.column)
		}
		if text == "" {
			continue
		}
		var found []sentra.RegionCode
		for part := range strings.SplitSeq(text, ";") {
			region, err := p.find(lookup{one.system, strings.TrimSpace(part), province, day, given})
			switch {
			case err != nil:
				r.fail(one.column, err)
			case slices.Contains(found, region):
				r.fault(one.column, "%s is named twice", region)
			default:
				found = append(found, region)
			}
		}
		switch {
		case r.table.total > before:
		case by == "":
			named, by = found, one.column
		case !sameSet(named, found):
			r.fault(one.column, "the column means %s, but %s means %s", list(p, found), by, list(p, named))
		}
	}
	switch {
	case r.table.total > before:
		return nil
	case by == "" && province != "":
		return p.shared([]sentra.RegionCode{province})
	case by == "":
		r.fault(column, "the region is missing; give its code, or its name and province")
		return nil
	}
	if province != "" {
		for _, region := range named {
			if in := p.ProvinceOf(region, day); in != province {
				r.fault("province", "%s lies in %s on %s, not in %s", list(p, []sentra.RegionCode{region}), list(p, []sentra.RegionCode{in}), day, list(p, []sentra.RegionCode{province}))
				return nil
			}
		}
	}
	return p.shared(named)
}

func sameSet(a, b []sentra.RegionCode) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(code sentra.RegionCode) bool { return !slices.Contains(b, code) })
}

// list names regions for a message.
func list(p *places, codes []sentra.RegionCode) string {
	var out []string
	for _, code := range codes {
		if r := p.Region(code); r != nil {
			out = append(out, r.Name+" ("+string(code)+")")
		} else {
			out = append(out, "no province that is known")
		}
	}
	return strings.Join(out, ", ")
}

// nearby is the maximum distance in metres of a location or boundary from its
// region's bounding box: some boxes are drawn by hand, and clusters of seaweed are
// off the coast.
const nearby = 10_000

// distanceToBox returns the distance in metres of a point from a box, 0 inside.
func distanceToBox(box orb.Bound, p orb.Point) float64 {
	return geo.Distance(p, orb.Point{min(max(p[0], box.Min[0]), box.Max[0]), min(max(p[1], box.Min[1]), box.Max[1])})
}

// metresFrom returns the distance in metres of a point from the nearest box of some
// regions, 0 inside it and if there are none.
func (p *places) metresFrom(regions []sentra.RegionCode, point orb.Point) float64 {
	nearest := -1.0
	for _, code := range regions {
		if region := p.Region(code); region != nil {
			if d := distanceToBox(region.Box, point); nearest < 0 || d < nearest {
				nearest = d
			}
		}
	}
	return max(nearest, 0)
}

// checkPlace rejects a point that is not near any of the regions.
func (r *row) checkPlace(p *places, regions []sentra.RegionCode, point orb.Point) {
	if err := geo.CheckPoint(point); err != nil {
		var coded *sentra.Error
		column := "lon"
		if errors.As(err, &coded) && len(coded.Path) > 0 {
			column = coded.Path[0]
			err = &sentra.Error{Code: coded.Code, Message: coded.Message}
		}
		r.fail(column, err)
		return
	}
	if nearest := p.metresFrom(regions, point); nearest > nearby {
		hint := ""
		if swapped := (orb.Point{point[1], point[0]}); slices.ContainsFunc(regions, func(code sentra.RegionCode) bool {
			region := p.Region(code)
			return region != nil && distanceToBox(region.Box, swapped) <= nearby
		}) {
			hint = "; longitude and latitude seem to be swapped"
		}
		r.fault("lon", "the place %g, %g (longitude, latitude) lies %.0f km from %s%s; at most %d km are allowed", point[0], point[1], nearest/1000, list(p, regions), hint, nearby/1000)
	}
}
