package sentra

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Maximum lengths of texts, in characters.
const (
	maxKey  = 200
	maxName = 500
	maxText = 10_000
)

// text checks that a text is UTF-8 without control characters, and not too long.
func (f *Faults) text(path, value string, longest int) {
	switch {
	case !utf8.ValidString(value):
		f.Add(path, "the text is not UTF-8")
	case utf8.RuneCountInString(value) > longest:
		f.Add(path, "the text is longer than %d characters", longest)
	default:
		for _, r := range value {
			if unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError || isDirection(r) {
				f.Add(path, "the text holds the character %U, which no text of the record may", r)
				return
			}
		}
	}
}

// isDirection reports whether a character changes the direction of text.
func isDirection(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// need is text for one that must not be empty.
func (f *Faults) need(path, value string, longest int) {
	if strings.TrimSpace(value) == "" {
		f.Add(path, "a value is missing")
		return
	}
	f.text(path, value, longest)
}

// translated checks that a list has no Indonesian texts or one for each of of.
func (f *Faults) translated(path string, list, of []string) {
	if len(list) > 0 && len(list) != len(of) {
		f.Add(path, "%d texts translate %d", len(list), len(of))
	}
	for i, text := range list {
		f.need(fmt.Sprintf("%s.%d", path, i), text, maxText)
	}
}

// oneOf checks a value of an enumeration.
func oneOf[T ~string](f *Faults, path string, value T, allowed ...T) {
	if !slices.Contains(allowed, value) {
		names := make([]string, len(allowed))
		for i, a := range allowed {
			names[i] = string(a)
		}
		f.Add(path, "%.40q is none of %s", string(value), strings.Join(names, ", "))
	}
}

// cited checks that a fact cites its sources, each once.
func (f *Faults) cited(path string, sources []SourceID) {
	if len(sources) == 0 {
		f.Add(path, "a source is missing")
	}
	for i, id := range sources {
		at := fmt.Sprintf("%s.%d", path, i)
		f.need(at, string(id), maxText)
		if slices.Contains(sources[:i], id) {
			f.Add(at, "the source %s is cited twice", id)
		}
	}
}

func (f *Faults) period(path string, p Period) {
	if p.From != nil && p.To != nil && *p.To < *p.From {
		f.Add(path+".to", "%s lies before the first day, %s", p.To, p.From)
	}
}

func (f *Faults) partial(path string, d PartialDate) {
	oneOf(f, path, d.Precision, PrecisionDay, PrecisionMonth, PrecisionYear)
	if d.Last() < d.First {
		f.Add(path, "the date ends before it begins")
	}
}

func (f *Faults) regionCode(path string, code RegionCode) {
	if _, err := ParseRegionCode(string(code)); err != nil {
		f.AddError(In(path, err))
	}
}

// point checks a point in degrees.
func (f *Faults) point(path string, p orb.Point) {
	if !(p.Lon() >= -180 && p.Lon() <= 180 && p.Lat() >= -90 && p.Lat() <= 90) {
		f.Add(path, "%v is no (longitude, latitude) in degrees", p)
	}
}

// Check validates the source by itself.
func (s *Source) Check() error {
	var f Faults
	f.need("id", string(s.ID), maxText)
	f.need("title", s.Title, maxText)
	f.text("titleId", s.TitleID, maxText)
	f.text("publisher", s.Publisher, maxName)
	f.text("url", s.URL, maxText)
	f.text("licence", s.Licence, maxName)
	if s.Date != nil {
		f.partial("date", *s.Date)
	}
	return f.Err()
}

// Check validates the region by itself.
func (r *Region) Check() error {
	var f Faults
	f.regionCode("code", r.Code)
	oneOf(&f, "kind", r.Kind, KindProvince, KindRegency, KindCity)
	if r.Kind.Level() != r.Code.Level() {
		f.Add("kind", "the code %s is that of a %s, and a %s is none", r.Code, r.Code.Level(), r.Kind)
	}
	f.need("name", r.Name, maxName)
	f.point("point", r.Point)
	f.point("box", r.Box.Min)
	f.point("box", r.Box.Max)
	if r.Box.Min.Lat() > r.Box.Max.Lat() {
		f.Add("box", "the south end lies north of the north end")
	}
	if r.Validity.From == nil {
		f.Add("validity.from", "the first day is missing")
	}
	f.period("validity", r.Validity)
	f.cited("sources", r.Sources)
	return f.Err()
}

// codeForms are the patterns of codes by system: of provinces, and of regencies or
// cities if the system has any.
var codeForms = map[CodeSystem]map[Level]*regexp.Regexp{
	SystemKemendagri: {LevelProvince: regexp.MustCompile(`^\d{2}$`), LevelRegency: regexp.MustCompile(`^\d{2}\.\d{2}$`)},
	SystemBPS:        {LevelProvince: regexp.MustCompile(`^\d{2}$`), LevelRegency: regexp.MustCompile(`^\d{4}$`)},
	SystemISO:        {LevelProvince: regexp.MustCompile(`^ID-[A-Z]{2}$`)},
	SystemPCode:      {LevelProvince: regexp.MustCompile(`^ID\d{2}$`), LevelRegency: regexp.MustCompile(`^ID\d{4}$`)},
}

// CodeForm returns the pattern of a system's codes for regions of a level, or nil if
// it has none.
func CodeForm(system CodeSystem, level Level) *regexp.Regexp { return codeForms[system][level] }

// Check validates the code by itself.
func (c *OfficialCode) Check() error {
	var f Faults
	f.regionCode("region", c.Region)
	oneOf(&f, "system", c.System, SystemKemendagri, SystemBPS, SystemISO, SystemPCode)
	if forms, known := codeForms[c.System]; known {
		switch form := forms[c.Region.Level()]; {
		case form == nil:
			f.Add("system", "%s gives no codes to regencies and cities, and %s is one", c.System, c.Region)
		case !form.MatchString(c.Value):
			f.Add("value", "%.40q does not have the form of a %s code of a %s: %s", c.Value, c.System, c.Region.Level(), form)
		}
	}
	f.period("validity", c.Validity)
	f.cited("sources", c.Sources)
	return f.Err()
}

// Check validates the name by itself.
func (n *RegionName) Check() error {
	var f Faults
	f.regionCode("region", n.Region)
	f.need("name", n.Name, maxName)
	oneOf(&f, "kind", n.Kind, NameFormer, NameVariant)
	for path, date := range map[string]*PartialDate{"from": n.From, "to": n.To} {
		if date != nil {
			f.partial(path, *date)
		}
	}
	switch {
	case n.From != nil && n.To != nil && n.To.Last() < n.From.First:
		f.Add("to", "%s lies before the beginning, %s", n.To, n.From)
	case n.Kind == NameFormer && n.To == nil:
		f.Add("to", "a former name has ended; its last day or year is missing")
	}
	f.text("law", n.Law, maxName)
	oneOf(&f, "confidence", n.Confidence, Listed, Inferred, Partial)
	f.cited("sources", n.Sources)
	return f.Err()
}

// Check validates the membership by itself.
func (m *Membership) Check() error {
	var f Faults
	f.regionCode("region", m.Region)
	f.regionCode("province", m.Province)
	if m.Region.Level() != LevelRegency {
		f.Add("region", "%s is no regency or city", m.Region)
	}
	if m.Province.Level() != LevelProvince {
		f.Add("province", "%s is not a province", m.Province)
	}
	if m.Validity.From == nil {
		f.Add("validity.from", "the first day is missing")
	}
	f.period("validity", m.Validity)
	f.text("law", m.Law, maxName)
	f.cited("sources", m.Sources)
	return f.Err()
}

// Check validates the succession by itself.
func (s *Succession) Check() error {
	var f Faults
	for path, code := range map[string]RegionCode{"predecessor": s.Predecessor, "successor": s.Successor} {
		f.regionCode(path, code)
		if code.Level() != LevelProvince {
			f.Add(path, "%s is not a province", code)
		}
	}
	if s.Predecessor == s.Successor {
		f.Add("successor", "%s cannot succeed itself", s.Successor)
	}
	f.text("law", s.Law, maxName)
	f.cited("sources", s.Sources)
	return f.Err()
}

// Check validates the designation by itself.
func (d *Designation) Check() error {
	var f Faults
	f.need("id", d.ID, maxText)
	f.regionCode("region", d.Region)
	oneOf(&f, "kind", d.Kind, DesignationKinds[:]...)
	f.need("regulation", d.Regulation, maxName)
	f.partial("from", d.From)
	if d.To != nil && *d.To < d.From.First {
		f.Add("to", "%s lies before the first day, %s", d.To, d.From)
	}
	oneOf(&f, "confidence", d.Confidence, Listed, Inferred, Partial)
	for i, country := range d.Countries {
		f.text(fmt.Sprintf("countries.%d", i), country, maxName)
	}
	f.cited("sources", d.Sources)
	return f.Err()
}

// Check validates the coverage by itself.
func (c *DesignationCoverage) Check() error {
	var f Faults
	oneOf(&f, "kind", c.Kind, DesignationKinds[:]...)
	if c.Province != "" {
		f.regionCode("province", c.Province)
		if c.Province.Level() != LevelProvince {
			f.Add("province", "%s is not a province", c.Province)
		}
	}
	for i, kind := range c.RegionKinds {
		oneOf(&f, fmt.Sprintf("regionKinds.%d", i), kind, KindProvince, KindRegency, KindCity)
	}
	oneOf(&f, "extent", c.Extent, ExtentComplete, ExtentNone, ExtentPartial)
	if c.From != nil {
		f.partial("from", *c.From)
		if c.To != nil && *c.To < c.From.First {
			f.Add("to", "%s lies before the first day, %s", c.To, c.From)
		}
	}
	f.text("regulation", c.Regulation, maxName)
	oneOf(&f, "confidence", c.Confidence, Listed, Inferred, Partial)
	f.need("note", c.Note, maxText)
	f.text("noteId", c.NoteID, maxText)
	f.cited("sources", c.Sources)
	return f.Err()
}

// Check validates the phase by itself.
func (p *Phase) Check() error {
	var f Faults
	f.need("key", p.Key, maxKey)
	f.partial("from", p.From)
	if p.To != nil {
		f.partial("to", *p.To)
		if p.To.Last() < p.From.First {
			f.Add("to", "%s lies before the beginning, %s", p.To, p.From)
		}
	}
	f.cited("sources", p.Sources)
	return f.Err()
}

// Check validates the product by itself.
func (p *Product) Check() error {
	var f Faults
	f.need("key", p.Key, maxKey)
	if p.Key != Slug(p.Key) {
		f.Add("key", "%.40q is no key: lower case letters and digits, joined by hyphens", p.Key)
	}
	f.need("nameEn", p.NameEN, maxName)
	f.need("nameId", p.NameID, maxName)
	f.cited("sources", p.Sources)
	return f.Err()
}

// distinct checks that a list has no duplicates.
func distinct[T ~string](f *Faults, path string, list []T) {
	for i, one := range list {
		if slices.Contains(list[:i], one) {
			f.Add(fmt.Sprintf("%s.%d", path, i), "%s is named twice", string(one))
		}
	}
}

// Check validates the cluster by itself.
func (c *Cluster) Check() error {
	var f Faults
	f.need("key", c.Key, maxKey)
	f.need("nameEn", c.NameEN, maxName)
	f.need("nameId", c.NameID, maxName)
	f.text("regionNote", c.RegionNote, maxText)
	f.text("regionNoteId", c.RegionNoteID, maxText)
	f.text("provinceNamed", c.ProvinceNamed, maxName)
	if len(c.Regions) == 0 {
		f.Add("regions", "a region is missing")
	}
	for i, code := range c.Regions {
		f.regionCode(fmt.Sprintf("regions.%d", i), code)
	}
	distinct(&f, "regions", c.Regions)
	distinct(&f, "products", c.Products)
	distinct(&f, "phases", c.Phases)
	oneOf(&f, "precision", c.Precision, PrecisionPoint, PrecisionRegency, PrecisionProvince)
	switch {
	case c.Point != nil && c.Precision != PrecisionPoint:
		f.Add("precision", "a place is given, but the precision is %s and not POINT", c.Precision)
	case c.Point == nil && c.Precision == PrecisionPoint:
		f.Add("point", "the precision is POINT, and the place is missing")
	case c.Point != nil:
		f.point("point", *c.Point)
	}
	for i, g := range c.Grounds {
		at := fmt.Sprintf("grounds.%d", i)
		oneOf(&f, at+".kind", g.Kind, GroundKinds[:]...)
		f.cited(at+".sources", g.Sources)
		if slices.ContainsFunc(c.Grounds[:i], func(other ClusterGround) bool { return other.Kind == g.Kind }) {
			f.Add(at+".kind", "%s is named twice", g.Kind)
		}
	}
	f.text("place", c.Place, maxName)
	f.year("began", c.Began)
	if c.Figures != nil {
		f.year("figures.year", c.Figures.Year)
		for path, n := range map[string]*int{"figures.units": c.Figures.Units, "figures.workers": c.Figures.Workers} {
			if n != nil {
				f.count(path, *n)
			}
		}
	}
	if c.Confidence != "" {
		oneOf(&f, "confidence", c.Confidence, Listed, Inferred, Partial)
	}
	for i, reading := range c.Readings {
		at := fmt.Sprintf("readings.%d", i)
		f.need(at+".read", reading.Read, maxText)
		f.text(at+".readId", reading.ReadID, maxText)
		if !slices.Contains(c.Sources, reading.Source) {
			f.Add(at+".source", "%.40q is none of the cluster's sources", string(reading.Source))
		}
	}
	if c.Planned && len(c.Phases) > 0 {
		f.Add("planned", "a cluster that the programme has developed is not only planned")
	}
	f.cited("sources", c.Sources)
	return f.Err()
}

// Check validates the ground by itself.
func (g *SelectionGround) Check() error {
	var f Faults
	oneOf(&f, "kind", g.Kind, GroundKinds[:]...)
	if len(g.Elements) == 0 {
		f.Add("elements", "an element is missing")
	}
	for i, element := range g.Elements {
		f.need(fmt.Sprintf("elements.%d", i), element, maxName)
	}
	f.translated("elementsId", g.ElementsID, g.Elements)
	f.cited("sources", g.Sources)
	return f.Err()
}

// Check validates the event by itself.
func (e *Event) Check() error {
	var f Faults
	f.need("id", e.ID, maxText)
	f.regionCode("region", e.Region)
	oneOf(&f, "kind", e.Kind, EventEvaluationMeeting, EventStudyVisit, EventOutcome, EventLaunch, EventDissemination)
	f.partial("date", e.Date)
	f.text("place", e.Place, maxName)
	f.text("with", e.With, maxText)
	f.text("what", e.What, maxText)
	f.text("whatId", e.WhatID, maxText)
	f.text("note", e.Note, maxText)
	f.text("noteId", e.NoteID, maxText)
	if e.Kind == EventOutcome && (e.What == "" || e.Value == nil) {
		f.Add("value", "an outcome needs a description in what, and a value")
	}
	f.cited("sources", e.Sources)
	return f.Err()
}

// Check validates the programme by itself.
func (p *Programme) Check() error {
	var f Faults
	f.need("nameEn", p.NameEN, maxName)
	for path, list := range map[string][]string{"agencies": p.Agencies, "initialTargetProvinces": p.InitialTargetProvinces,
		"accompanyingMeasures": p.AccompanyingMeasures, "methodStructure": p.MethodStructure, "notStated": p.NotStated} {
		for i, text := range list {
			f.text(fmt.Sprintf("%s.%d", path, i), text, maxText)
		}
	}
	f.translated("accompanyingMeasuresId", p.AccompanyingMeasuresID, p.AccompanyingMeasures)
	f.translated("methodStructureId", p.MethodStructureID, p.MethodStructure)
	f.translated("notStatedId", p.NotStatedID, p.NotStated)
	for i, step := range p.MethodSteps {
		f.translated(fmt.Sprintf("methodSteps.%d.partsId", i), step.PartsID, step.Parts)
	}
	f.cited("sources", p.Sources)
	return f.Err()
}

// Check validates the boundary by itself.
func (b *Boundary) Check() error {
	var f Faults
	f.regionCode("region", b.Region)
	if b.Validity.From == nil {
		f.Add("validity.from", "the first day is missing")
	}
	f.period("validity", b.Validity)
	if b.Digest == "" && len(b.Shape) == 0 {
		f.Add("shape", "the shape is missing")
	}
	oneOf(&f, "origin", b.Origin, OriginImported, OriginUnion)
	f.need("source", string(b.Source), maxText)
	return f.Err()
}

// Check validates the conflict by itself.
func (c *Conflict) Check() error {
	var f Faults
	f.need("entity", c.Entity.ID, maxText)
	f.need("reason", c.Reason, maxText)
	return f.Err()
}
