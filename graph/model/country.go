package model

import (
	"context"

	"github.com/shopspring/decimal"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (c *Cluster) Status() sentra.ClusterStatus { return c.cluster.Status() }
func (c *Cluster) Place() *string               { return optional(c.cluster.Cluster.Place) }
func (c *Cluster) FirstYear() *int              { return yearOf(c.cluster.Began) }

// KnownFrom gives the first day on which the cluster is known.
func (c *Cluster) KnownFrom() *sentra.Date {
	if day, known := c.cluster.KnownFrom(c.atlas.Phase, c.atlas.Source); known {
		return &day
	}
	return nil
}

func (c *Cluster) Figures() *ClusterFigures {
	if f := c.cluster.Figures; f != nil {
		return &ClusterFigures{Units: f.Units, Workers: f.Workers, Year: yearOf(f.Year)}
	}
	return nil
}

func (c *Cluster) Confidence() *sentra.Confidence {
	if c.cluster.Confidence == "" {
		return nil
	}
	return &c.cluster.Confidence
}

func (c *Cluster) Readings() []*Reading {
	out := make([]*Reading, 0, len(c.cluster.Readings))
	for _, reading := range c.cluster.Readings {
		out = append(out, &Reading{Source: &Source{c.atlas.Source(reading.Source)}, Read: reading.Read, ReadOn: reading.On})
	}
	return out
}

func (c *Cluster) Supports() []*Support {
	return supports(c.atlas, c.atlas.SupportsOfCluster(c.cluster), c.day)
}

// yearOf gives nil for a year that is not known.
func yearOf(year int) *int {
	if year == 0 {
		return nil
	}
	return &year
}

func (r *Region) Names() []*RegionName {
	out := []*RegionName{}
	for _, n := range r.atlas.Names(r.region.Code) {
		out = append(out, &RegionName{Name: n.Name, Kind: n.Kind, ValidFrom: n.From, ValidTo: n.To, Law: optional(n.Law),
			Confidence: n.Confidence, Sources: Sources(r.atlas, n.Sources)})
	}
	return out
}

// Supports gives the money for the region itself.
func (r *Region) Supports() []*Support {
	return supports(r.atlas, r.atlas.SupportsOf(r.region.Code), r.day)
}

// Facilitators gives the counts of facilitators in the region itself.
func (r *Region) Facilitators() []*Facilitators {
	return facilitators(r.atlas, r.atlas.FacilitatorsOf(r.region.Code), r.day)
}

// ExternalCounts gives how many clusters others count in the region.
func (r *Region) ExternalCounts() []*ExternalCount {
	out := []*ExternalCount{}
	for _, c := range r.atlas.CountsOf(r.region.Code) {
		out = append(out, externalCount(r.atlas, c))
	}
	return out
}

func externalCount(a *atlas.Atlas, c *sentra.ExternalCount) *ExternalCount {
	if c == nil {
		return nil
	}
	return &ExternalCount{By: optional(c.By), Year: yearOf(c.Year), Count: c.Count, Note: optional(c.Note), Confidence: c.Confidence, Sources: Sources(a, c.Sources)}
}

// regionNamed gives the view of the region with a code, nil for none.
func regionNamed(a *atlas.Atlas, code sentra.RegionCode, day Day) *Region {
	return regionOrNil(a, a.Region(code), day)
}

// Support is a view of a support.
type Support struct {
	atlas   *atlas.Atlas
	support *sentra.Support
	day     Day
}

func supports(a *atlas.Atlas, list []*sentra.Support, day Day) []*Support {
	out := make([]*Support, len(list))
	for i, s := range list {
		out[i] = &Support{a, s, day}
	}
	return out
}

func (*Support) IsNode() {}

func (s *Support) ID() string                    { return globalID("Support", s.day, s.support.ID) }
func (s *Support) Key() string                   { return s.support.ID }
func (s *Support) Region() *Region               { return regionNamed(s.atlas, s.support.Region, s.day) }
func (s *Support) Year() *int                    { return yearOf(s.support.Year) }
func (s *Support) AmountIdr() *decimal.Decimal   { return s.support.Amount }
func (s *Support) Place() *string                { return optional(s.support.Place) }
func (s *Support) Purpose() *string              { return optional(s.support.Purpose) }
func (s *Support) Confidence() sentra.Confidence { return s.support.Confidence }
func (s *Support) Sources() []*Source            { return Sources(s.atlas, s.support.Sources) }

// Fund gives the fund, nil where the source does not tell it.
func (s *Support) Fund() *sentra.Fund {
	if s.support.Fund == "" {
		return nil
	}
	return &s.support.Fund
}

// Cluster gives the cluster it was for, nil where not known.
func (s *Support) Cluster() *Cluster {
	if c := s.atlas.ClusterOf(s.support); c != nil {
		return NewCluster(s.atlas, c, s.day)
	}
	return nil
}

// Product gives the product it was for, nil where not known.
func (s *Support) Product() *Product {
	if p := s.atlas.Product(s.support.Product); p != nil {
		return &Product{s.atlas, p, s.day}
	}
	return nil
}

// SupportConnection is a page of a list of supports.
type SupportConnection struct {
	Edges      []*SupportEdge
	PageInfo   *PageInfo
	TotalCount int
}

// NewSupportConnection makes the page of a list.
func NewSupportConnection(a *atlas.Atlas, list *atlas.List[*sentra.Support], page Page, day Day) (*SupportConnection, error) {
	key := func(s *sentra.Support) string { return s.ID }
	hits, info, err := pageOf(page, list, key)
	if err != nil {
		return nil, err
	}
	c := &SupportConnection{Edges: []*SupportEdge{}, PageInfo: info, TotalCount: list.Len()}
	for _, s := range hits {
		c.Edges = append(c.Edges, &SupportEdge{Cursor: cursor(key(s)), Node: &Support{a, s, day}})
	}
	return c, nil
}

func (c *SupportConnection) Nodes() []*Support {
	out := make([]*Support, len(c.Edges))
	for i, edge := range c.Edges {
		out[i] = edge.Node
	}
	return out
}

func facilitators(a *atlas.Atlas, list []*sentra.Facilitators, day Day) []*Facilitators {
	out := make([]*Facilitators, len(list))
	for i, f := range list {
		out[i] = &Facilitators{Region: regionNamed(a, f.Region, day), Kind: f.Kind, Year: yearOf(f.Year), Count: f.Count, Note: optional(f.Note),
			Confidence: f.Confidence, Sources: Sources(a, f.Sources)}
	}
	return out
}

// AllFacilitators gives all counts of facilitators, those of the whole country first.
func AllFacilitators(a *atlas.Atlas, day Day) []*Facilitators {
	list := make([]*sentra.Facilitators, len(a.Data.Facilitators))
	for i := range a.Data.Facilitators {
		list[i] = &a.Data.Facilitators[i]
	}
	return facilitators(a, list, day)
}

// Coverage gives how much of the country's clusters the record holds.
func Coverage(ctx context.Context, a *atlas.Atlas, day Day) ([]*ClusterCoverage, error) {
	list, err := a.On(day.Date).ClusterCoverage(ctx)
	if err != nil {
		return nil, err
	}
	return coverage(a, list, day), nil
}

func coverage(a *atlas.Atlas, list []atlas.ClusterCoverage, day Day) []*ClusterCoverage {
	out := make([]*ClusterCoverage, len(list))
	for i, c := range list {
		out[i] = &ClusterCoverage{Region: regionOrNil(a, c.Region, day), ClusterCount: c.Known, PlannedCount: c.Planned, Counted: externalCount(a, c.Counted), Share: c.Share()}
	}
	return out
}

// NewDataQuality tells what the record is known not to tell.
func NewDataQuality(ctx context.Context, a *atlas.Atlas, day Day) (*DataQuality, error) {
	found, err := a.On(day.Date).Quality(ctx)
	if err != nil {
		return nil, err
	}
	out := &DataQuality{AsOf: day.Date, Coverage: coverage(a, found.Coverage, day)}
	for _, gap := range found.Gaps {
		out.Gaps = append(out.Gaps, &DataGap{Kind: gap.Gap, Missing: gap.Missing, Total: gap.Total})
	}
	for _, count := range found.Confidence {
		view := &ConfidenceCount{Clusters: count.Clusters, Supports: count.Supports, Designations: count.Designations}
		if count.Confidence != "" {
			view.Confidence = &count.Confidence
		}
		out.Confidence = append(out.Confidence, view)
	}
	return out, nil
}

func (p *Phase) Candidates() []*Candidate {
	out := []*Candidate{}
	for _, c := range p.atlas.Candidates(p.phase.Key) {
		out = append(out, candidate(p, c))
	}
	return out
}

// Candidates gives what phases considered of the region.
func (r *Region) Candidates() []*Candidate {
	out := []*Candidate{}
	for _, c := range r.atlas.CandidatesOf(r.region.Code) {
		out = append(out, candidate(&Phase{r.atlas, r.atlas.Phase(c.Phase), r.day}, c))
	}
	return out
}

func candidate(p *Phase, c *sentra.Candidate) *Candidate {
	view := &Candidate{Phase: p, Region: regionNamed(p.atlas, c.Region, p.day), Named: optional(c.Named), InitialTarget: c.InitialTarget,
		Assessments: []*Assessment{}, Sources: Sources(p.atlas, c.Sources)}
	for i := range c.Assessments {
		view.Assessments = append(view.Assessments, assessment(p.atlas, &c.Assessments[i]))
	}
	if d := c.Decision; d != nil {
		view.Decision = &Decision{Outcome: d.Outcome, Reason: optional(d.Reason), By: optional(d.By), Date: d.On, Sources: Sources(p.atlas, d.Sources)}
	}
	return view
}

// Events gives the dated events in the region itself.
func (r *Region) Events() []*Event {
	out := []*Event{}
	for i := range r.atlas.Data.Events {
		if e := &r.atlas.Data.Events[i]; e.Region == r.region.Code {
			out = append(out, eventOf(r.atlas, e, r.day))
		}
	}
	return out
}

// Screening tells how a regency or city stands to the grounds of selection.
func (r *Region) Screening(ctx context.Context, product *string) (*ScreeningRow, error) {
	if r.region.Kind == sentra.KindProvince {
		return nil, nil
	}
	q := atlas.ScreeningQuestion{Day: r.day.Date, Filter: &sentra.RegionFilter{Codes: []sentra.RegionCode{r.region.Code}}}
	if product != nil {
		q.Product = KeyOf("Product", *product)
	}
	found, err := r.atlas.Screen(ctx, q)
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	return &ScreeningRow{NewScreening(r.atlas, found, r.day), &found.Rows[0]}, nil
}

func assessment(a *atlas.Atlas, told *sentra.Assessment) *Assessment {
	return &Assessment{Ground: told.Ground, Element: optional(told.Element), Outcome: told.Outcome, Evidence: told.Evidence, By: optional(told.By), Date: told.On, Sources: Sources(a, told.Sources)}
}
