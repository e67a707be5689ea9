// Package gazetteer finds the region that a code or a name in a file means on a day.
// It never guesses: a text that may mean several regions, or that looks like a code
// damaged by a spreadsheet, is an error that lists the candidates.
package gazetteer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Gazetteer has the regions of a record by code and name.
type Gazetteer struct {
	regions     map[sentra.RegionCode]*sentra.Region
	memberships map[sentra.RegionCode][]sentra.Membership
	codes       map[string][]sentra.OfficialCode // by value
	held        map[sentra.RegionCode][]sentra.OfficialCode
	names       []name
	byWords     map[string][]int // index of names, by the name without its kind
}

// name is a name of a region during a period.
type name struct {
	region   *sentra.Region
	text     string
	kind     sentra.RegionKind
	words    string
	validity sentra.Period
}

// New returns the gazetteer of a record.
func New(data *sentra.Dataset) *Gazetteer {
	g := &Gazetteer{
		regions:     make(map[sentra.RegionCode]*sentra.Region),
		memberships: make(map[sentra.RegionCode][]sentra.Membership),
		codes:       make(map[string][]sentra.OfficialCode),
		held:        make(map[sentra.RegionCode][]sentra.OfficialCode),
		byWords:     make(map[string][]int),
	}
	for i := range data.Regions {
		r := &data.Regions[i]
		g.regions[r.Code] = r
		g.add(name{region: r, text: r.Name, kind: r.Kind, validity: r.Validity})
	}
	for _, m := range data.Memberships {
		g.memberships[m.Region] = append(g.memberships[m.Region], m)
	}
	for _, c := range data.Codes {
		g.codes[c.Value] = append(g.codes[c.Value], c)
		g.held[c.Region] = append(g.held[c.Region], c)
	}
	return g
}

func (g *Gazetteer) add(n name) {
	_, n.words = split(n.text)
	g.byWords[n.words] = append(g.byWords[n.words], len(g.names))
	g.names = append(g.names, n)
}

// Region returns a region by its present code, or nil.
func (g *Gazetteer) Region(code sentra.RegionCode) *sentra.Region { return g.regions[code] }

var (
	todaysCode   = regexp.MustCompile(`^[0-9]{2}(\.[0-9]{2})?$`)
	lostZero     = regexp.MustCompile(`^([0-9]{2})\.([0-9])$`)
	undotted     = regexp.MustCompile(`^[0-9]{4}$`)
	district     = regexp.MustCompile(`^([0-9]{2}\.[0-9]{2})\.[0-9]{2}(\.[0-9]{4})?$`)
	longUndotted = regexp.MustCompile(`^[0-9]{6,10}$`)
	notInCode    = regexp.MustCompile(`[^0-9A-Za-z]+`)
	isoCode      = regexp.MustCompile(`^ID-[A-Z]{2}$`)
)

// Systems are the code systems that a file may use.
var Systems = []sentra.CodeSystem{sentra.SystemKemendagri, sentra.SystemBPS, sentra.SystemISO}

// ByCode returns the region that a code of a system means on a day. Codes of the
// Ministry (KEMENDAGRI) are the present ones on any day; a former one is accepted on
// a day on which it was in force. dayGiven means that the file or its reader gave the
// day.
func (g *Gazetteer) ByCode(system sentra.CodeSystem, code string, day sentra.Date, dayGiven bool) (sentra.RegionCode, error) {
	if system == sentra.SystemKemendagri {
		if r, known := g.regions[sentra.RegionCode(code)]; known {
			return r.Code, nil
		}
		if region, err := g.former(code, day, dayGiven); region != "" || err != nil {
			return region, err
		}
		return "", g.damaged(code, day)
	}
	var onDay, others []sentra.OfficialCode
	for _, c := range g.codes[code] {
		switch {
		case c.System != system:
		case c.Validity.Contains(day):
			onDay = append(onDay, c)
		default:
			others = append(others, c)
		}
	}
	switch {
	case len(onDay) == 1:
		return onDay[0].Region, nil
	case len(onDay) > 1:
		return "", sentra.BadInput("", "the %s code %s means several regions on %s: %s", system, code, day, g.list(onDay))
	case len(others) > 0:
		return "", sentra.BadInput("", "on %s no region has the %s code %s; it is %s: give the day that the codes are of", day, system, code, g.list(others))
	case system == sentra.SystemBPS && todaysCode.MatchString(code) && strings.Contains(code, "."):
		return "", sentra.BadInput("", "%q is not a BPS code, since these have no dot; it has the form of the Ministry's code%s", code, g.hint(code))
	case !g.has(system):
		return "", sentra.BadInput("", "the record holds no %s codes, so %.40q cannot be looked up; import them first (sentra import codes)", system, code)
	}
	return "", sentra.BadInput("", "no region has the %s code %.40q", system, code)
}

func (g *Gazetteer) has(system sentra.CodeSystem) bool {
	for _, held := range g.held {
		if slices.ContainsFunc(held, func(c sentra.OfficialCode) bool { return c.System == system }) {
			return true
		}
	}
	return false
}

// former looks up a code that a region no longer has.
func (g *Gazetteer) former(code string, day sentra.Date, dayGiven bool) (sentra.RegionCode, error) {
	var all []sentra.OfficialCode
	for _, c := range g.codes[code] {
		if c.System == sentra.SystemKemendagri {
			all = append(all, c)
		}
	}
	for _, c := range all {
		if dayGiven && c.Validity.Contains(day) {
			return c.Region, nil
		}
	}
	if len(all) == 0 {
		return "", nil
	}
	return "", sentra.BadInput("", "%s is a former code: %s; write the code of today, %s, or give the day that the codes are of", code, g.list(all), all[0].Region)
}

func (g *Gazetteer) list(codes []sentra.OfficialCode) string {
	var out []string
	for _, c := range codes {
		text := string(c.Region)
		if r := g.regions[c.Region]; r != nil {
			text = r.Name + " (today " + string(c.Region) + ")"
		}
		out = append(out, text+period(c.Validity))
	}
	return strings.Join(out, "; ")
}

func period(p sentra.Period) string {
	switch {
	case p.From != nil && p.To != nil:
		return fmt.Sprintf(" from %s to %s", p.From, p.To)
	case p.To != nil:
		return fmt.Sprintf(" until %s", p.To)
	case p.From != nil:
		return fmt.Sprintf(" since %s", p.From)
	}
	return ""
}

func (g *Gazetteer) hint(code string) string {
	if r := g.regions[sentra.RegionCode(code)]; r != nil {
		return fmt.Sprintf(" of %s", r.Name)
	}
	return ""
}

// damaged explains what a text that is not a present code may have been.
func (g *Gazetteer) damaged(code string, day sentra.Date) error {
	digits := notInCode.ReplaceAllString(code, "")
	switch {
	case code == "":
		return sentra.BadInput("", "a region code is missing")
	case todaysCode.MatchString(code):
		return sentra.BadInput("", "no region has the code %s%s", code, g.otherSystems(code, day))
	case lostZero.MatchString(code):
		whole := code + "0"
		if g.regions[sentra.RegionCode(whole)] == nil {
			return sentra.BadInput("", "%q is not a region code and has lost a digit; write two digits after the dot, as text", code)
		}
		return sentra.BadInput("", "%q is not a region code; a spreadsheet drops the zero at the end of %s%s: write the code as text", code, whole, g.hint(whole))
	case undotted.MatchString(code):
		dotted := code[:2] + "." + code[2:]
		may := "in the Ministry's codes " + dotted + " is no region"
		if r := g.regions[sentra.RegionCode(dotted)]; r != nil {
			may = fmt.Sprintf("in the Ministry's codes it is %s (%s)", r.Name, dotted)
		}
		return sentra.BadInput("", "%q has no dot, and means a different region in each system: %s%s; write the Ministry's code with its dot, or name the system (a column kode_bps or region_system)", code, may, g.otherSystems(code, day))
	case district.MatchString(code):
		regency := code[:5]
		return sentra.BadInput("", "%q is the code of a district or village; its regency or city is %s%s", code, regency, g.hint(regency))
	case longUndotted.MatchString(code):
		return sentra.BadInput("", "%q has the form of a district's or village's code; give the code of its regency or city", code)
	case isoCode.MatchString(code):
		for _, c := range g.codes[code] {
			return sentra.BadInput("", "%q is the ISO 3166-2 code of %s; write its code %s, or name the system (a column region_system)", code, g.list([]sentra.OfficialCode{c}), c.Region)
		}
	case len(digits) == 4 && undotted.MatchString(digits):
		whole := digits[:2] + "." + digits[2:]
		if r := g.regions[sentra.RegionCode(whole)]; r != nil {
			return sentra.BadInput("", "%q is not a region code; %s would be %s: write it with a dot and without blanks", clip(code), whole, r.Name)
		}
	case len(digits) == 3 && len(code) == 4:
		return sentra.BadInput("", "%q is not a region code and has lost a digit; write two digits, a dot and two digits, as text", clip(code))
	}
	return sentra.BadInput("", "%q is not a region code; write a province as 94, a regency or city as 94.06", clip(code))
}

// clip shortens a value for a message.
func clip(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40])
	}
	return text
}

// otherSystems describes what a code means in the other systems on the day.
func (g *Gazetteer) otherSystems(code string, day sentra.Date) string {
	var out strings.Builder
	for _, c := range g.codes[code] {
		if c.System != sentra.SystemKemendagri && c.Validity.Contains(day) {
			if r := g.regions[c.Region]; r != nil {
				fmt.Fprintf(&out, ", in those of %s it is %s (%s)", c.System, r.Name, c.Region)
			}
		}
	}
	return out.String()
}

// kindWords are the words for kinds before a name, longest first.
var kindWords = []struct {
	words []string
	kind  sentra.RegionKind
}{
	{[]string{"kabupaten", "administrasi"}, sentra.KindRegency}, {[]string{"kab", "administrasi"}, sentra.KindRegency},
	{[]string{"kab", "adm"}, sentra.KindRegency}, {[]string{"kota", "administrasi"}, sentra.KindCity}, {[]string{"kota", "adm"}, sentra.KindCity},
	{[]string{"kabupaten"}, sentra.KindRegency}, {[]string{"kab"}, sentra.KindRegency}, {[]string{"regency", "of"}, sentra.KindRegency},
	{[]string{"kota", "madya"}, sentra.KindCity}, {[]string{"kotamadya"}, sentra.KindCity}, {[]string{"kodya"}, sentra.KindCity}, {[]string{"kota"}, sentra.KindCity},
	{[]string{"provinsi"}, sentra.KindProvince}, {[]string{"propinsi"}, sentra.KindProvince}, {[]string{"prov"}, sentra.KindProvince},
}

// split returns the kind in a name, "" for none, and the rest of the name without the
// differences between spellings: case, accents, hyphens and spaces.
func split(text string) (sentra.RegionKind, string) {
	var words []string
	for _, word := range strings.FieldsFunc(norm.NFD.String(strings.ToLower(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.Mn, r) && r != '\'' && r != '’'
	}) {
		words = append(words, strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return r
			}
			return -1
		}, word))
	}
	kind := sentra.RegionKind("")
	for _, k := range kindWords {
		if len(words) > len(k.words) && slices.Equal(words[:len(k.words)], k.words) {
			kind, words = k.kind, words[len(k.words):]
			break
		}
	}
	// The two provinces whose status is part of the name, as abbreviated.
	joined := strings.Join(words, "")
	for _, status := range []string{"daerahkhususibukota", "daerahkhusus", "dki", "daerahistimewa", "di"} {
		if rest, ok := strings.CutPrefix(joined, status); ok && (rest == "jakarta" || rest == "yogyakarta") {
			return sentra.KindProvince, rest
		}
	}
	return kind, joined
}

// Province finds a province by its name on a day.
func (g *Gazetteer) Province(text string, day sentra.Date) (sentra.RegionCode, error) {
	kind, words := split(text)
	if kind == "" || kind == sentra.KindProvince {
		for _, i := range g.byWords[words] {
			if n := &g.names[i]; n.kind == sentra.KindProvince && n.validity.Contains(day) {
				return n.region.Code, nil
			}
		}
		for _, i := range g.byWords[words] {
			if n := &g.names[i]; n.kind == sentra.KindProvince {
				return "", sentra.BadInput("", "there is no province %q on %s: %s exists%s", clip(text), day, n.region.Name, period(n.validity))
			}
		}
	}
	return "", sentra.BadInput("", "no province has the name %q%s", clip(text), g.nearest(text, words, func(n *name) bool { return n.kind == sentra.KindProvince }))
}

// ByName finds a regency or city by its name on a day, in a province if one is given.
func (g *Gazetteer) ByName(text string, province sentra.RegionCode, day sentra.Date) (sentra.RegionCode, error) {
	if day < sentra.FirstDay {
		return "", sentra.BadInput("", "%q on %s: the regions are known from %s on; give a day with --as-of", clip(text), day, sentra.FirstDay)
	}
	kind, words := split(text)
	if kind == sentra.KindProvince {
		return "", sentra.BadInput("", "%q is a province; name the regency or city", clip(text))
	}
	var found, elsewhere, otherKind, otherDay []*name
	for _, i := range g.byWords[words] {
		n := &g.names[i]
		switch {
		case n.kind == sentra.KindProvince:
		case kind != "" && n.kind != kind:
			otherKind = append(otherKind, n)
		case !n.validity.Contains(day):
			otherDay = append(otherDay, n)
		case province != "" && g.provinceOf(n.region.Code, day) != province:
			elsewhere = append(elsewhere, n)
		default:
			found = append(found, n)
		}
	}
	switch {
	case len(found) == 1:
		return found[0].region.Code, nil
	case len(found) > 1:
		return "", sentra.BadInput("", "%q may be %s; write which", clip(text), g.describe(found, day, " or "))
	case len(elsewhere) > 0:
		return "", sentra.BadInput("", "%q does not lie in %s on %s: %s", clip(text), g.regions[province].Name, day, g.whereabouts(elsewhere))
	case len(otherKind) > 0:
		return "", sentra.BadInput("", "there is no %q; there is %s", clip(text), g.describe(otherKind, day, " and "))
	case len(otherDay) > 0:
		return "", sentra.BadInput("", "there is no %q on %s: %s exists%s", clip(text), day, otherDay[0].region.Name, period(otherDay[0].validity))
	}
	return "", sentra.BadInput("", "no regency or city has the name %q%s", clip(text), g.nearest(text, words, func(n *name) bool {
		return n.kind != sentra.KindProvince
	}))
}

// ProvinceOf returns the province of a region on a day, "" if none is known; a
// province itself for a province.
func (g *Gazetteer) ProvinceOf(code sentra.RegionCode, day sentra.Date) sentra.RegionCode {
	if code.Level() == sentra.LevelProvince {
		return code
	}
	return g.provinceOf(code, day)
}

func (g *Gazetteer) provinceOf(code sentra.RegionCode, day sentra.Date) sentra.RegionCode {
	for _, m := range g.memberships[code] {
		if m.Validity.Contains(day) {
			return m.Province
		}
	}
	return ""
}

func (g *Gazetteer) describe(list []*name, day sentra.Date, joined string) string {
	var out []string
	for _, n := range list {
		text := fmt.Sprintf("%s (%s", n.region.Name, n.region.Code)
		if p := g.regions[g.provinceOf(n.region.Code, day)]; p != nil {
			text += ", " + p.Name
		}
		out = append(out, text+")")
	}
	slices.Sort(out)
	return strings.Join(out, joined)
}

// whereabouts describes in which provinces regions were and when.
func (g *Gazetteer) whereabouts(list []*name) string {
	var out []string
	for _, n := range list {
		var spans []string
		for _, m := range g.memberships[n.region.Code] {
			if p := g.regions[m.Province]; p != nil {
				spans = append(spans, "in "+p.Name+period(m.Validity))
			}
		}
		out = append(out, fmt.Sprintf("%s (%s) lies %s", n.region.Name, n.region.Code, strings.Join(spans, ", ")))
	}
	return strings.Join(out, "; ")
}

// nearest returns the name with the most similar spelling.
func (g *Gazetteer) nearest(text, words string, wanted func(*name) bool) string {
	if len(text) > 100 {
		return ""
	}
	// "Kota Baru" may mean Kotabaru.
	whole := strings.ToLower(notInCode.ReplaceAllString(text, ""))
	type hit struct {
		text     string
		distance int
	}
	var hits []hit
	for i := range g.names {
		if n := &g.names[i]; wanted(n) {
			if d := min(levenshtein.ComputeDistance(words, n.words), levenshtein.ComputeDistance(whole, n.words)); d <= 1+len(words)/4 {
				hits = append(hits, hit{n.text + " (" + string(n.region.Code) + ")", d})
			}
		}
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.text, b.text)) })
	if len(hits) == 0 {
		return ""
	}
	var out []string
	for _, h := range hits[:min(3, len(hits))] {
		if h.distance == hits[0].distance {
			out = append(out, h.text)
		}
	}
	return "; the nearest is " + strings.Join(out, ", ")
}
