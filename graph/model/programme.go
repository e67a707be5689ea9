package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Product is a view of a product.
type Product struct {
	atlas   *atlas.Atlas
	product *sentra.Product
	day     Day
}

func (*Product) IsNode() {}

func (*Product) IsSearchHit() {}

// ID names the day if one was asked for, since clusters hangs on it.
func (p *Product) ID() string         { return globalID("Product", p.day, p.product.Key) }
func (p *Product) Key() string        { return p.product.Key }
func (p *Product) AsOf() sentra.Date  { return p.day.Date }
func (p *Product) Name() string       { return p.product.NameEN }
func (p *Product) NameID() string     { return p.product.NameID }
func (p *Product) Sources() []*Source { return Sources(p.atlas, p.product.Sources) }

func (p *Product) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(p.atlas, p.atlas.ClustersOfProduct(p.product.Key).First(n), p.day), nil
}

func (p *Product) ClusterCount() int { return p.atlas.ClustersOfProduct(p.product.Key).Len() }

func Products(a *atlas.Atlas, day Day) []*Product {
	out := make([]*Product, len(a.Data.Products))
	for i := range a.Data.Products {
		out[i] = &Product{a, &a.Data.Products[i], day}
	}
	return out
}

// Phase is a view of a phase.
type Phase struct {
	atlas *atlas.Atlas
	phase *sentra.Phase
	day   Day
}

func (*Phase) IsNode() {}

// ID names the day if one was asked for, since clusters hangs on it.
func (p *Phase) ID() string               { return globalID("Phase", p.day, p.phase.Key) }
func (p *Phase) Key() string              { return p.phase.Key }
func (p *Phase) AsOf() sentra.Date        { return p.day.Date }
func (p *Phase) From() sentra.PartialDate { return p.phase.From }
func (p *Phase) To() *sentra.PartialDate  { return p.phase.To }
func (p *Phase) Sources() []*Source       { return Sources(p.atlas, p.phase.Sources) }

func (p *Phase) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(p.atlas, p.atlas.ClustersOfPhase(p.phase.Key).First(n), p.day), nil
}

func (p *Phase) ClusterCount() int { return p.atlas.ClustersOfPhase(p.phase.Key).Len() }

// Phases gives views of all phases, oldest first.
func Phases(a *atlas.Atlas, day Day) []*Phase {
	out := make([]*Phase, len(a.Data.Phases))
	for i := range a.Data.Phases {
		out[i] = &Phase{a, &a.Data.Phases[i], day}
	}
	return out
}

func groundOf(a *atlas.Atlas, g *sentra.SelectionGround) *SelectionGround {
	return &SelectionGround{Kind: g.Kind, Elements: g.Elements, Sources: Sources(a, g.Sources)}
}

func eventOf(a *atlas.Atlas, e *sentra.Event, day Day) *Event {
	return &Event{Kind: e.Kind, Date: e.Date, Region: NewRegion(a, a.Region(e.Region), day), Place: optional(e.Place), With: optional(e.With),
		What: optional(e.What), Value: e.Value, Note: optional(e.Note), Sources: Sources(a, e.Sources)}
}

func NewProgramme(a *atlas.Atlas, day Day) *Programme {
	p := &a.Data.Programme
	view := &Programme{Name: p.NameEN, Abbreviation: p.Abbreviation, Agencies: p.Agencies, Phases: Phases(a, day),
		InitialTargetProvinces: p.InitialTargetProvinces, AccompanyingMeasures: p.AccompanyingMeasures, NotStated: p.NotStated,
		Method: &Method{Structure: p.MethodStructure, Sources: Sources(a, p.MethodSources)}, Sources: Sources(a, p.Sources)}
	for i := range p.Grounds {
		view.Grounds = append(view.Grounds, groundOf(a, &p.Grounds[i]))
	}
	for _, step := range p.MethodSteps {
		view.Method.Steps = append(view.Method.Steps, &MethodStep{Name: step.Name, Parts: step.Parts})
	}
	for i := range a.Data.Events {
		view.Events = append(view.Events, eventOf(a, &a.Data.Events[i], day))
	}
	return view
}
