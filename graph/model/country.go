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

// KnownFrom returns the first day on which the cluster is known.
func (c *Cluster) KnownFrom() *sentra.Date {
	if day, known := c.cluster.KnownFrom(c.on.Phase, c.on.Source); known {
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
		out = append(out, &Reading{Source: &Source{c.on.Source(reading.Source)}, Read: said(reading.Read, reading.ReadID), ReadOn: reading.On})
	}
	return out
}

func (c *Cluster) Supports() []*Support {
	return supports(c.on, c.on.SupportsOfCluster(c.cluster))
}

// yearOf returns nil for an unknown year.
func yearOf(year int) *int {
	if year == 0 {
		return nil
	}
	return &year
}

func (r *Region) Names() []*RegionName {
	out := []*RegionName{}
	for _, n := range r.on.Names(r.region.Code) {
		out = append(out, &RegionName{Name: n.Name, Kind: n.Kind, ValidFrom: n.From, ValidTo: n.To, Law: optional(n.Law),
			Confidence: n.Confidence, Sources: Sources(r.on.Atlas, n.Sources)})
	}
	return out
}

// Supports returns the supports of the region itself.
func (r *Region) Supports() []*Support {
	return supports(r.on, r.on.SupportsOf(r.region.Code))
}

// Facilitators returns the counts of facilitators in the region itself.
func (r *Region) Facilitators() []*Facilitators {
	return facilitators(r.on, r.on.FacilitatorsOf(r.region.Code))
}

// ExternalCounts returns how many clusters other bodies count in the region.
func (r *Region) ExternalCounts() []*ExternalCount {
	out := []*ExternalCount{}
	for _, c := range r.on.CountsOf(r.region.Code) {
		out = append(out, externalCount(r.on, c))
	}
	return out
}

func externalCount(on *View, c *sentra.ExternalCount) *ExternalCount {
	if c == nil {
		return nil
	}
	return &ExternalCount{By: optional(c.By), Year: yearOf(c.Year), Count: c.Count, Note: optionallySaid(c.Note, c.NoteID), Confidence: c.Confidence, Sources: Sources(on.Atlas, c.Sources)}
}

// regionNamed returns the view of the region with a code, or nil.
func regionNamed(on *View, code sentra.RegionCode) *Region {
	return regionOrNil(on, on.Region(code))
}

// Support is a view of a support.
type Support struct {
	on      *View
	support *sentra.Support
}

func supports(on *View, list []*sentra.Support) []*Support {
	out := make([]*Support, len(list))
	for i, s := range list {
		out[i] = &Support{on, s}
	}
	return out
}

func (*Support) IsNode() {}

func (s *Support) ID() string                    { return s.on.id("Support", s.support.ID) }
func (s *Support) Key() string                   { return s.support.ID }
func (s *Support) Region() *Region               { return regionNamed(s.on, s.support.Region) }
func (s *Support) Year() *int                    { return yearOf(s.support.Year) }
func (s *Support) AmountIdr() *decimal.Decimal   { return s.support.Amount }
func (s *Support) Place() *string                { return optional(s.support.Place) }
func (s *Support) Purpose() *Prose               { return optionallySaid(s.support.Purpose, s.support.PurposeID) }
func (s *Support) Confidence() sentra.Confidence { return s.support.Confidence }
func (s *Support) Sources() []*Source            { return Sources(s.on.Atlas, s.support.Sources) }

// Fund returns the fund, or nil if the source does not name it.
func (s *Support) Fund() *sentra.Fund {
	if s.support.Fund == "" {
		return nil
	}
	return &s.support.Fund
}

// Cluster returns the supported cluster, or nil.
func (s *Support) Cluster() *Cluster {
	if c := s.on.ClusterOf(s.support); c != nil {
		return NewCluster(s.on, c)
	}
	return nil
}

// Product returns the supported product, or nil.
func (s *Support) Product() *Product {
	if p := s.on.Product(s.support.Product); p != nil {
		return &Product{s.on, p}
	}
	return nil
}

// SupportConnection is a page of a list of supports.
type SupportConnection struct {
	Edges      []*SupportEdge
	PageInfo   *PageInfo
	TotalCount int
}

// NewSupportConnection returns a page of a list.
func NewSupportConnection(on *View, list *atlas.List[*sentra.Support], page Page) (*SupportConnection, error) {
	key := func(s *sentra.Support) string { return s.ID }
	hits, info, err := pageOf(page, list, key)
	if err != nil {
		return nil, err
	}
	c := &SupportConnection{Edges: []*SupportEdge{}, PageInfo: info, TotalCount: list.Len()}
	for _, s := range hits {
		c.Edges = append(c.Edges, &SupportEdge{Cursor: cursor(key(s)), Node: &Support{on, s}})
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

func facilitators(on *View, list []*sentra.Facilitators) []*Facilitators {
	out := make([]*Facilitators, len(list))
	for i, f := range list {
		out[i] = &Facilitators{Region: regionNamed(on, f.Region), Kind: f.Kind, Year: yearOf(f.Year), Count: f.Count, Note: optionallySaid(f.Note, f.NoteID),
			Confidence: f.Confidence, Sources: Sources(on.Atlas, f.Sources)}
	}
	return out
}

// AllFacilitators returns all counts of facilitators, those of the whole country first.
func AllFacilitators(on *View) []*Facilitators {
	list := make([]*sentra.Facilitators, len(on.Data.Facilitators))
	for i := range on.Data.Facilitators {
		list[i] = &on.Data.Facilitators[i]
	}
	return facilitators(on, list)
}

// Coverage returns how much of the country's clusters the record holds.
func Coverage(ctx context.Context, on *View) ([]*ClusterCoverage, error) {
	list, err := on.ClusterCoverage(ctx)
	if err != nil {
		return nil, err
	}
	return coverage(on, list), nil
}

func coverage(on *View, list []atlas.ClusterCoverage) []*ClusterCoverage {
	out := make([]*ClusterCoverage, len(list))
	for i, c := range list {
		out[i] = &ClusterCoverage{Region: regionOrNil(on, c.Region), ClusterCount: c.Known, PlannedCount: c.Planned, Counted: externalCount(on, c.Counted), Share: c.Share()}
	}
	return out
}

// NewDataQuality returns the known gaps of the record.
func NewDataQuality(ctx context.Context, on *View) (*DataQuality, error) {
	found, err := on.Quality(ctx)
	if err != nil {
		return nil, err
	}
	out := &DataQuality{AsOf: on.Day, Coverage: coverage(on, found.Coverage)}
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
	for _, c := range p.on.Candidates(p.phase.Key) {
		out = append(out, candidate(p, c))
	}
	return out
}

// Candidates returns the region's candidacies in the phases.
func (r *Region) Candidates() []*Candidate {
	out := []*Candidate{}
	for _, c := range r.on.CandidatesOf(r.region.Code) {
		out = append(out, candidate(&Phase{r.on, r.on.Phase(c.Phase)}, c))
	}
	return out
}

func candidate(p *Phase, c *sentra.Candidate) *Candidate {
	view := &Candidate{Phase: p, Region: regionNamed(p.on, c.Region), Named: optional(c.Named), InitialTarget: c.InitialTarget,
		Assessments: []*Assessment{}, Sources: Sources(p.on.Atlas, c.Sources)}
	for i := range c.Assessments {
		view.Assessments = append(view.Assessments, assessment(p.on, &c.Assessments[i]))
	}
	if d := c.Decision; d != nil {
		view.Decision = &Decision{Outcome: d.Outcome, Reason: optional(d.Reason), By: optional(d.By), Date: d.On, Sources: Sources(p.on.Atlas, d.Sources)}
	}
	return view
}

// Events returns the dated events in the region itself.
func (r *Region) Events() []*Event {
	out := []*Event{}
	for i := range r.on.Data.Events {
		if e := &r.on.Data.Events[i]; e.Region == r.region.Code {
			out = append(out, eventOf(r.on, e))
		}
	}
	return out
}

// Screening returns the outcomes of a regency or city on the selection criteria.
func (r *Region) Screening(ctx context.Context, product []string) (*ScreeningRow, error) {
	if r.region.Kind == sentra.KindProvince {
		return nil, nil
	}
	q := atlas.ScreeningQuestion{Product: KeysOf("Product", product), Filter: &sentra.RegionFilter{Codes: []sentra.RegionCode{r.region.Code}}}
	found, err := r.on.Screen(ctx, q)
	if err != nil || len(found.Rows) == 0 {
		return nil, err
	}
	return &ScreeningRow{NewScreening(r.on, found), &found.Rows[0]}, nil
}

func assessment(on *View, told *sentra.Assessment) *Assessment {
	return &Assessment{Ground: told.Ground, Element: optional(told.Element), Outcome: told.Outcome, Evidence: told.Evidence, By: optional(told.By), Date: told.On, Sources: Sources(on.Atlas, told.Sources)}
}
