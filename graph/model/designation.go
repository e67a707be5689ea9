package model

import (
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Designation is a view of a designation.
type Designation struct {
	on   *View
	fact *sentra.Designation
}

func designations(on *View, facts []*sentra.Designation) []*Designation {
	out := make([]*Designation, len(facts))
	for i, d := range facts {
		out[i] = &Designation{on, d}
	}
	return out
}

func (*Designation) IsNode() {}

// ID includes the day if one was given, since region depends on it.
func (d *Designation) ID() string                           { return d.on.id("Designation", d.fact.ID) }
func (d *Designation) Kind() sentra.DesignationKind         { return d.fact.Kind }
func (d *Designation) Regulation() string                   { return d.fact.Regulation }
func (d *Designation) ValidFrom() sentra.PartialDate        { return d.fact.From }
func (d *Designation) ValidFromPrecision() sentra.Precision { return d.fact.From.Precision }
func (d *Designation) InForceFrom() sentra.Date             { return d.fact.InForceFrom() }
func (d *Designation) ValidTo() *sentra.Date                { return d.fact.To }
func (d *Designation) Confidence() sentra.Confidence        { return d.fact.Confidence }
func (d *Designation) Sources() []*Source                   { return Sources(d.on.Atlas, d.fact.Sources) }

// NeighbouringCountries returns the codes, an empty list if none is known.
func (d *Designation) NeighbouringCountries() []string {
	return append([]string{}, d.fact.Countries...)
}

func (d *Designation) Region() *Region {
	return NewRegion(d.on, d.on.Region(d.fact.Region))
}

// Designations lists the designations that match a filter, as of its day or today.
func Designations(on *View, filter *sentra.DesignationFilter) ([]*Designation, error) {
	found, err := on.ListDesignations(filter)
	if err == nil && filter != nil && filter.AsOf != nil {
		on, err = on.AskedFor(*filter.AsOf)
	}
	if err != nil {
		return nil, err
	}
	return designations(on, found), nil
}

func coverageOf(on *View, c *sentra.DesignationCoverage) *DesignationCoverage {
	view := &DesignationCoverage{Kind: c.Kind, Complete: c.Extent != sentra.ExtentPartial, ValidFrom: c.From, ValidTo: c.To, RegionKinds: c.RegionKinds,
		Regulation: optional(c.Regulation), Confidence: c.Confidence, Note: Prose{c.Noted().Message()}, Sources: Sources(on.Atlas, c.Sources)}
	if c.Province != "" {
		view.Province = NewRegion(on, on.Region(c.Province))
	}
	return view
}

func newAffirmative(on *View, r *sentra.Region) *Affirmative {
	judged := on.Affirmative(r.Code)
	view := &Affirmative{AsOf: on.Day, Answer: judged.Answer, Confidence: confidence(judged.Confidence)}
	for i := range judged.Kinds {
		s := &judged.Kinds[i]
		status := &AffirmativeStatus{Kind: s.Kind, Answer: s.Answer, Confidence: confidence(s.Confidence),
			Designations: designations(on, s.Designations), Coverage: []*DesignationCoverage{}, Reason: Prose{s.Reason(on.Day)}}
		for _, c := range s.Coverage {
			status.Coverage = append(status.Coverage, coverageOf(on, c))
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
