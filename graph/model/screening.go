package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Domain gives the weights in terms of the domain; nil for none.
func (w *ScreeningWeights) Domain() sentra.Weights {
	if w == nil {
		return nil
	}
	out := make(sentra.Weights)
	for element, weight := range map[sentra.ScreeningElement]*float64{sentra.ScreenAPBN: w.Apbn, sentra.ScreenDeconcentration: w.Deconcentration, sentra.ScreenDAK: w.Dak,
		sentra.ScreenClusters: w.Clusters, sentra.ScreenLinkage: w.Linkage, sentra.ScreenDisadvantaged: w.Disadvantaged, sentra.ScreenBorder: w.Border} {
		if weight != nil {
			out[element] = *weight
		}
	}
	return out
}

// Screening is a view of a screening.
type Screening struct {
	atlas *atlas.Atlas
	found *atlas.Screening
	day   Day
}

func NewScreening(a *atlas.Atlas, found *atlas.Screening, day Day) *Screening {
	return &Screening{a, found, day}
}

func (s *Screening) AsOf() sentra.Date    { return s.found.Day }
func (s *Screening) TotalCount() int      { return len(s.found.Rows) }
func (s *Screening) NotCoveredCount() int { return s.found.NotCovered }

func (s *Screening) Products() []*Product {
	out := make([]*Product, len(s.found.Products))
	for i, key := range s.found.Products {
		out[i] = &Product{s.atlas, s.atlas.Product(key), s.day}
	}
	return out
}

func (s *Screening) Rows(first *int) ([]*ScreeningRow, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	out := make([]*ScreeningRow, min(n, len(s.found.Rows)))
	for i := range out {
		out[i] = &ScreeningRow{s, &s.found.Rows[i]}
	}
	return out, nil
}

// ScreeningRow is a view of how a region stands.
type ScreeningRow struct {
	screening *Screening
	row       *atlas.Screened
}

func (r *ScreeningRow) Lower() float64 { return r.row.Score.Lower }
func (r *ScreeningRow) Upper() float64 { return r.row.Score.Upper }
func (r *ScreeningRow) Region() *Region {
	return NewRegion(r.screening.atlas, r.row.Region, r.screening.day)
}

func (r *ScreeningRow) Findings() []*ScreeningFinding {
	out := make([]*ScreeningFinding, 0, len(sentra.ScreeningElements))
	for _, element := range sentra.ScreeningElements {
		s := r.screening
		out = append(out, &ScreeningFinding{s, element, r.row.Outcomes.Of(element), s.atlas.Evidence(s.found, r.row, element)})
	}
	return out
}

// ScreeningFinding is a view of what was found of one element.
type ScreeningFinding struct {
	screening *Screening
	element   sentra.ScreeningElement
	outcome   sentra.Truth
	evidence  atlas.Evidence
}

func (f *ScreeningFinding) Element() sentra.ScreeningElement { return f.element }
func (f *ScreeningFinding) Ground() sentra.GroundKind        { return f.element.Ground() }

func (f *ScreeningFinding) Outcome() ScreeningOutcome {
	switch f.outcome {
	case sentra.True:
		return ScreeningOutcomeMet
	case sentra.False:
		return ScreeningOutcomeNotMet
	}
	return ScreeningOutcomeNotKnown
}

func (f *ScreeningFinding) Reason() string {
	return f.evidence.Reason(f.element, f.screening.found.Day)
}

func (f *ScreeningFinding) Supports() []*Support {
	return supports(f.screening.atlas, f.evidence.Supports, f.screening.day)
}

func (f *ScreeningFinding) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(f.screening.atlas, f.evidence.Clusters[:min(n, len(f.evidence.Clusters))], f.screening.day), nil
}

func (f *ScreeningFinding) Designations() []*Designation {
	return designations(f.screening.atlas, f.evidence.Designations, f.screening.day)
}
