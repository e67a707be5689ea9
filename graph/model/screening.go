package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Domain converts the weights; nil for none.
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
	on    *View
	found *atlas.Screening
}

func NewScreening(on *View, found *atlas.Screening) *Screening {
	return &Screening{on, found}
}

func (s *Screening) AsOf() sentra.Date    { return s.on.Day }
func (s *Screening) TotalCount() int      { return len(s.found.Rows) }
func (s *Screening) NotCoveredCount() int { return s.found.NotCovered }

func (s *Screening) Products() []*Product {
	out := make([]*Product, len(s.found.Products))
	for i, key := range s.found.Products {
		out[i] = &Product{s.on, s.on.Product(key)}
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

// ScreeningRow is a view of the outcomes for a region.
type ScreeningRow struct {
	screening *Screening
	row       *atlas.Screened
}

func (r *ScreeningRow) Lower() float64 { return r.row.Score.Lower }
func (r *ScreeningRow) Upper() float64 { return r.row.Score.Upper }
func (r *ScreeningRow) Region() *Region {
	return NewRegion(r.screening.on, r.row.Region)
}

func (r *ScreeningRow) Findings() []*ScreeningFinding {
	out := make([]*ScreeningFinding, 0, len(sentra.ScreeningElements))
	for _, element := range sentra.ScreeningElements {
		s := r.screening
		out = append(out, &ScreeningFinding{s, element, r.row.Outcomes.Of(element), s.found.Evidence(r.row, element)})
	}
	return out
}

// FundYears returns the years of each fund.
func (r *ScreeningRow) FundYears() []*FundYears {
	out := []*FundYears{}
	for _, of := range r.screening.on.FundYears(r.row.Region) {
		view := &FundYears{Years: append([]int{}, of.Years...), YearNotStated: of.NotStated}
		if of.Fund != "" {
			view.Fund = &of.Fund
		}
		out = append(out, view)
	}
	return out
}

// Facilitators returns the known facilitators within a distance.
func (r *ScreeningRow) Facilitators(withinMetres float64) (*FacilitatorsNear, error) {
	if err := sentra.CheckWithin(withinMetres); err != nil {
		return nil, err
	}
	near := r.screening.found.Facilitators(r.row, withinMetres)
	distance := func(f atlas.FacilitatorsAt) *FacilitatorsDistance {
		return &FacilitatorsDistance{Facilitators: facilitators(r.screening.on, []*sentra.Facilitators{f.Facilitators})[0], DistanceMetres: f.Metres}
	}
	view := &FacilitatorsNear{Outcome: sentra.OutcomeOf(near.Outcome()), Reason: Prose{near.Reason(withinMetres)}, Within: []*FacilitatorsDistance{}}
	for _, f := range near.Within {
		view.Within = append(view.Within, distance(f))
	}
	if near.Nearest != nil {
		view.Nearest = distance(*near.Nearest)
	}
	return view, nil
}

// NearestClusters returns the nearest clusters outside the region.
func (r *ScreeningRow) NearestClusters(first *int) ([]*ClusterDistance, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	out := []*ClusterDistance{}
	for _, c := range r.screening.found.NearestClusters(r.row, n) {
		out = append(out, &ClusterDistance{Cluster: NewCluster(r.screening.on, c.Cluster), DistanceMetres: c.Metres})
	}
	return out, nil
}

// ScreeningFinding is a view of the result for one element.
type ScreeningFinding struct {
	screening *Screening
	element   sentra.ScreeningElement
	outcome   sentra.Truth
	evidence  atlas.Evidence
}

func (f *ScreeningFinding) Element() sentra.ScreeningElement { return f.element }
func (f *ScreeningFinding) Ground() sentra.GroundKind        { return f.element.Ground() }

func (f *ScreeningFinding) Outcome() sentra.ScreeningOutcome { return sentra.OutcomeOf(f.outcome) }

func (f *ScreeningFinding) Reason() Prose {
	return Prose{f.evidence.Reason(f.element, f.screening.on.Day)}
}

func (f *ScreeningFinding) Supports() []*Support {
	return supports(f.screening.on, f.evidence.Supports)
}

func (f *ScreeningFinding) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(f.screening.on, f.evidence.Clusters[:min(n, len(f.evidence.Clusters))]), nil
}

func (f *ScreeningFinding) Designations() []*Designation {
	return designations(f.screening.on, f.evidence.Designations)
}

// Assessments returns the assessments that it is based on.
func (f *ScreeningFinding) Assessments() []*Assessment {
	out := []*Assessment{}
	for _, told := range f.evidence.Assessments {
		out = append(out, assessment(f.screening.on, told))
	}
	return out
}
