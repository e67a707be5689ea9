package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Designation is a view of a designation.
type Designation struct {
	atlas *atlas.Atlas
	fact  *sentra.Designation
	day   Day
}

func designations(a *atlas.Atlas, facts []*sentra.Designation, day Day) []*Designation {
	out := make([]*Designation, len(facts))
	for i, d := range facts {
		out[i] = &Designation{a, d, day}
	}
	return out
}

func (*Designation) IsNode() {}

// ID names the day if one was asked for, since region hangs on it.
func (d *Designation) ID() string                           { return globalID("Designation", d.day, d.fact.ID) }
func (d *Designation) Kind() sentra.DesignationKind         { return d.fact.Kind }
func (d *Designation) Regulation() string                   { return d.fact.Regulation }
func (d *Designation) ValidFrom() sentra.PartialDate        { return d.fact.From }
func (d *Designation) ValidFromPrecision() sentra.Precision { return d.fact.From.Precision }
func (d *Designation) InForceFrom() sentra.Date             { return d.fact.InForceFrom() }
func (d *Designation) ValidTo() *sentra.Date                { return d.fact.To }
func (d *Designation) Confidence() sentra.Confidence        { return d.fact.Confidence }
func (d *Designation) Sources() []*Source                   { return Sources(d.atlas, d.fact.Sources) }

// NeighbouringCountries gives the codes, an empty list where none is known.
func (d *Designation) NeighbouringCountries() []string {
	return append([]string{}, d.fact.Countries...)
}

func (d *Designation) Region() *Region {
	return NewRegion(d.atlas, d.atlas.Region(d.fact.Region), d.day)
}

// Designations lists the designations that match a filter, seen on its day or today.
func Designations(a *atlas.Atlas, filter *sentra.DesignationFilter, today sentra.Date) ([]*Designation, error) {
	found, err := a.On(today).ListDesignations(filter)
	if err != nil {
		return nil, err
	}
	day := Today(today)
	if filter != nil && filter.AsOf != nil {
		day = AskedFor(*filter.AsOf)
	}
	return designations(a, found, day), nil
}

func coverageOf(a *atlas.Atlas, c *sentra.DesignationCoverage, day Day) *DesignationCoverage {
	view := &DesignationCoverage{Kind: c.Kind, Complete: c.Extent != sentra.ExtentPartial, ValidFrom: c.From, ValidTo: c.To, RegionKinds: c.RegionKinds,
		Regulation: optional(c.Regulation), Confidence: c.Confidence, Note: c.Note, Sources: Sources(a, c.Sources)}
	if c.Province != "" {
		view.Province = NewRegion(a, a.Region(c.Province), day)
	}
	return view
}

func newAffirmative(a *atlas.Atlas, r *sentra.Region, day Day) *Affirmative {
	judged := a.On(day.Date).Affirmative(r.Code)
	view := &Affirmative{AsOf: day.Date, Answer: judged.Answer, Confidence: confidence(judged.Confidence)}
	for i := range judged.Kinds {
		s := &judged.Kinds[i]
		status := &AffirmativeStatus{Kind: s.Kind, Answer: s.Answer, Confidence: confidence(s.Confidence),
			Designations: designations(a, s.Designations, day), Coverage: []*DesignationCoverage{}, Reason: s.Reason(day.Date)}
		for _, c := range s.Coverage {
			status.Coverage = append(status.Coverage, coverageOf(a, c, day))
		}
		view.Kinds = append(view.Kinds, status)
		switch s.Kind {
		case sentra.Disadvantaged:
			view.Disadvantaged = status
		case sentra.Border:
			view.Border = status
		}
	}
	return view
}

func confidence(c sentra.Confidence) *sentra.Confidence {
	if c == "" {
		return nil
	}
	return &c
}
