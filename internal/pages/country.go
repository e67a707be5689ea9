package pages

import (
	"slices"
	"strconv"

	"github.com/shopspring/decimal"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// clusterBlock is the clusters of a region or of a product.
type clusterBlock struct {
	Table clusterTable
	// Count is the number of existing clusters, Planned of planned ones, Perhaps of
	// those of which only the province is known.
	Count, Planned, Perhaps int
	// More links to all; empty if all are shown.
	More link
	// Coverage is how many of the region's clusters the record holds.
	Coverage      string
	CoverageCites []int
}

// clusterTable is a list of clusters, with their regions if these differ.
type clusterTable struct {
	*Request
	Rows        []clusterRow
	WithRegions bool
}

type supportTable struct {
	*Request
	Rows []supportRow
}

type clusterRow struct {
	Name, Href         string
	Products           []link
	Place              string
	Regions            []link
	Figures            string
	Since              string
	Programme, Planned bool
	Phases             string
	Confidence, Badge  string
	Cites              []int
}

// clusterName is the name of a cluster in the page's language.
func (q *Request) clusterName(c *atlas.Cluster) string {
	if q.Lang == Indonesian && c.NameID != "" {
		return c.NameID
	}
	return c.NameEN
}

func (q *Request) productName(key string) string {
	p := q.View.Product(key)
	switch {
	case p == nil:
		return key
	case q.Lang == Indonesian && p.NameID != "":
		return p.NameID
	}
	return p.NameEN
}

// clusterBlock lists the first of a region's clusters: those of the programme first,
// then by name.
func (f *frame) clusterBlock(code sentra.RegionCode, known, planned []*atlas.Cluster) clusterBlock {
	b := clusterBlock{Table: clusterTable{Request: f.Request, WithRegions: code.Level() == sentra.LevelProvince}, Count: len(known), Planned: len(planned), Perhaps: f.PerhapsIn(code)}
	all := append(slices.Clone(known), planned...)
	slices.SortStableFunc(all, f.byWeight)
	for _, c := range all[:min(listed, len(all))] {
		b.Table.Rows = append(b.Table.Rows, f.clusterRow(c))
	}
	if len(all) > listed {
		href := f.undated("clusters") + "?region=" + string(code)
		if f.Dated {
			href += "&asOf=" + f.Day.String()
		}
		b.More = link{Href: href, Text: f.T("clusters.all", f.Lang.number(len(all)))}
	}
	if code.Level() == sentra.LevelProvince {
		var latest *sentra.ExternalCount
		for _, c := range f.CountsOf(code) {
			if latest == nil || c.Year > latest.Year {
				latest = c
			}
		}
		if latest != nil {
			b.Coverage = f.T("clusters.counted", latest.By, f.Lang.number(latest.Count), strconv.Itoa(latest.Year), f.Lang.number(len(known)))
			b.CoverageCites = f.cited(latest.Sources)
		}
	}
	return b
}

// byWeight sorts clusters of the programme first and planned ones last.
func (f *frame) byWeight(x, y *atlas.Cluster) int {
	weight := func(c *atlas.Cluster) int {
		switch {
		case c.OfProgramme():
			return 0
		case c.Planned:
			return 2
		}
		return 1
	}
	if d := weight(x) - weight(y); d != 0 {
		return d
	}
	switch nx, ny := f.clusterName(x), f.clusterName(y); {
	case nx < ny:
		return -1
	case nx > ny:
		return 1
	}
	return 0
}

func (f *frame) clusterRow(c *atlas.Cluster) clusterRow {
	row := clusterRow{Name: f.clusterName(c), Href: f.page(ClusterPath(c.Key)), Place: c.Cluster.Place, Programme: c.OfProgramme(), Planned: c.Planned, Cites: f.cited(c.Sources)}
	for _, key := range c.Products {
		row.Products = append(row.Products, link{Href: f.page("products/" + pathSegment(key)), Text: f.productName(key)})
	}
	for _, code := range c.Regions {
		row.Regions = append(row.Regions, f.regionLink(code))
	}
	row.Figures = f.figures(c.Figures)
	if c.Began != 0 {
		row.Since = strconv.Itoa(c.Began)
	}
	row.Phases = f.phases(c)
	if c.Confidence != "" {
		row.Confidence, row.Badge = f.T("confidence."+string(c.Confidence)), f.badge(c.Confidence)
	}
	return row
}

// phases names the phases of the programme in which a cluster was developed.
func (q *Request) phases(c *atlas.Cluster) string { return q.Lang.list(c.Phases) }

// figures formats the numbers of a cluster with their year.
func (q *Request) figures(f *sentra.Figures) string {
	if f == nil {
		return ""
	}
	var parts []string
	if f.Units != nil {
		parts = append(parts, q.Lang.counted("units", *f.Units))
	}
	if f.Workers != nil {
		parts = append(parts, q.Lang.counted("workers", *f.Workers))
	}
	if len(parts) == 0 {
		return ""
	}
	text := parts[0]
	if len(parts) > 1 {
		text += ", " + parts[1]
	}
	if f.Year != 0 {
		return text + " (" + strconv.Itoa(f.Year) + ")"
	}
	return text + " (" + q.T("year.unknown") + ")"
}

// Country is what the record holds about support, facilitators, events and decisions
// in a region.
type Country struct {
	Supports     []supportRow
	MoreSupports int
	Facilitators []countRow
	Counts       []countRow
	Events       []eventRow
	Candidates   []candidateRow
}

type supportRow struct {
	Year, Fund, Amount, Place, Purpose, Confidence string
	For                                            link
	Cites                                          []int
}

type countRow struct {
	Year, What, Count, Note, Confidence string
	Cites                               []int
}

type eventRow struct {
	Date, Kind, Text string
	Cites            []int
}

type candidateRow struct {
	Phase, Named, Decision, Reason, Target string
	Cites                                  []int
	Assessments                            []assessmentRow
}

type assessmentRow struct {
	Ground, Outcome, Class, Evidence, By string
	Cites                                []int
}

// country collects it for one region.
func (f *frame) country(code sentra.RegionCode) Country {
	var c Country
	supports := f.SupportsOf(code)
	for _, s := range supports[:min(listed, len(supports))] {
		c.Supports = append(c.Supports, f.supportRow(s))
	}
	c.MoreSupports = len(supports) - len(c.Supports)
	for _, people := range f.FacilitatorsOf(code) {
		c.Facilitators = append(c.Facilitators, countRow{Year: f.year(people.Year), What: f.T("facilitators." + string(people.Kind)), Count: f.Lang.number(people.Count), Note: f.Lang.said(people.Note, people.NoteID),
			Confidence: f.T("confidence." + string(people.Confidence)), Cites: f.cited(people.Sources)})
	}
	for _, counted := range f.CountsOf(code) {
		by := counted.By
		if by == "" {
			by = f.T("by.unknown")
		}
		c.Counts = append(c.Counts, countRow{Year: f.year(counted.Year), What: by, Count: f.Lang.number(counted.Count), Note: f.Lang.said(counted.Note, counted.NoteID), Confidence: f.T("confidence." + string(counted.Confidence)), Cites: f.cited(counted.Sources)})
	}
	c.Events = f.events(func(e *sentra.Event) bool { return e.Region == code })
	for i := range f.Data.Candidates {
		if one := &f.Data.Candidates[i]; one.Region == code {
			c.Candidates = append(c.Candidates, f.candidateRow(one))
		}
	}
	return c
}

func (q *Request) year(year int) string {
	if year == 0 {
		return q.T("year.unknown")
	}
	return strconv.Itoa(year)
}

// amount formats rupiah with the language's separators.
func (q *Request) amount(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	whole := d.Truncate(0)
	text := "Rp " + words.Language(q.Lang).Grouped(whole.String())
	if rest := d.Sub(whole); !rest.IsZero() {
		mark := "."
		if q.Lang == Indonesian {
			mark = ","
		}
		text += mark + rest.StringFixed(2)[2:]
	}
	return text
}

func (f *frame) supportRow(s *sentra.Support) supportRow {
	row := supportRow{Year: f.year(s.Year), Fund: f.T("fund.unknown"), Amount: f.amount(s.Amount), Place: s.Place, Purpose: f.Lang.said(s.Purpose, s.PurposeID), Confidence: f.T("confidence." + string(s.Confidence)), Cites: f.cited(s.Sources)}
	if s.Fund != "" {
		row.Fund = f.T("fund." + string(s.Fund))
	}
	if c := f.ClusterOf(s); c != nil {
		row.For = link{Href: f.page(ClusterPath(c.Key)), Text: f.clusterName(c)}
	} else if s.Product != "" {
		row.For = link{Href: f.page("products/" + pathSegment(s.Product)), Text: f.productName(s.Product)}
	}
	return row
}

// events returns the wanted events, by day.
func (f *frame) events(wanted func(*sentra.Event) bool) []eventRow {
	var found []*sentra.Event
	for i := range f.Data.Events {
		if e := &f.Data.Events[i]; wanted(e) {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(x, y *sentra.Event) int { return int(x.Date.First) - int(y.Date.First) })
	var out []eventRow
	for _, e := range found {
		text := ""
		add := func(part string) {
			if part == "" {
				return
			}
			if text != "" {
				text += "; "
			}
			text += part
		}
		add(f.Lang.said(e.What, e.WhatID))
		if e.Value != nil {
			add(f.Lang.number(*e.Value))
		}
		add(e.Place)
		add(e.With)
		add(f.Lang.said(e.Note, e.NoteID))
		out = append(out, eventRow{Date: f.Lang.partial(e.Date), Kind: f.T("event." + string(e.Kind)), Text: text, Cites: f.cited(e.Sources)})
	}
	return out
}

func (f *frame) candidateRow(c *sentra.Candidate) candidateRow {
	row := candidateRow{Phase: c.Phase, Named: c.Named, Target: f.target(c.InitialTarget), Decision: f.T("decision.unknown"), Cites: f.cited(c.Sources)}
	if d := c.Decision; d != nil {
		row.Decision, row.Reason = f.T("decision."+string(d.Outcome)), d.Reason
		if d.On != nil {
			row.Decision += ", " + f.Lang.partial(*d.On)
		}
		if d.By != "" {
			row.Decision += " (" + d.By + ")"
		}
		row.Cites = append(row.Cites, f.cited(d.Sources)...)
		slices.Sort(row.Cites)
		row.Cites = slices.Compact(row.Cites)
	}
	for _, a := range c.Assessments {
		ground := f.T("ground." + string(a.Ground))
		if a.Element != "" {
			ground += ": " + a.Element
		}
		class := "yes"
		if a.Outcome == sentra.AssessmentNotMet {
			class = "no"
		}
		by := a.By
		if a.On != nil {
			by += " " + f.Lang.partial(*a.On)
		}
		row.Assessments = append(row.Assessments, assessmentRow{Ground: ground, Outcome: f.T("outcome." + string(a.Outcome)), Class: class, Evidence: a.Evidence, By: by, Cites: f.cited(a.Sources)})
	}
	return row
}

// target describes whether something was an initial target of its phase.
func (q *Request) target(known *bool) string {
	switch {
	case known == nil:
		return q.T("target.unknown")
	case *known:
		return q.T("yes")
	}
	return q.T("no")
}
