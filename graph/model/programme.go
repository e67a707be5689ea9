package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Product is a view of a product.
type Product struct {
	on      *View
	product *sentra.Product
}

func (*Product) IsNode() {}

func (*Product) IsSearchHit() {}

// ID includes the day if one was given, since clusters depends on it.
func (p *Product) ID() string                 { return p.on.id("Product", p.product.Key) }
func (p *Product) Key() string                { return p.product.Key }
func (p *Product) AsOf() sentra.Date          { return p.on.Day }
func (p *Product) Name() string               { return p.product.NameEN }
func (p *Product) NameID() string             { return p.product.NameID }
func (p *Product) Group() sentra.ProductGroup { return p.product.Group() }
func (p *Product) Sources() []*Source         { return Sources(p.on.Atlas, p.product.Sources) }

func (p *Product) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(p.on, p.on.ClustersOfProduct(p.product.Key).First(n)), nil
}

func (p *Product) ClusterCount() int { return p.on.ClustersOfProduct(p.product.Key).Len() }

func Products(on *View) []*Product {
	out := make([]*Product, len(on.Data.Products))
	for i := range on.Data.Products {
		out[i] = &Product{on, &on.Data.Products[i]}
	}
	return out
}

// Phase is a view of a phase.
type Phase struct {
	on    *View
	phase *sentra.Phase
}

func (*Phase) IsNode() {}

// ID includes the day if one was given, since clusters depends on it.
func (p *Phase) ID() string               { return p.on.id("Phase", p.phase.Key) }
func (p *Phase) Key() string              { return p.phase.Key }
func (p *Phase) AsOf() sentra.Date        { return p.on.Day }
func (p *Phase) From() sentra.PartialDate { return p.phase.From }
func (p *Phase) To() *sentra.PartialDate  { return p.phase.To }
func (p *Phase) Sources() []*Source       { return Sources(p.on.Atlas, p.phase.Sources) }

func (p *Phase) Clusters(first *int) ([]*Cluster, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	return clusters(p.on, p.on.ClustersOfPhase(p.phase.Key).First(n)), nil
}

func (p *Phase) ClusterCount() int { return p.on.ClustersOfPhase(p.phase.Key).Len() }

// Phases returns views of all phases, oldest first.
func Phases(on *View) []*Phase {
	out := make([]*Phase, len(on.Data.Phases))
	for i := range on.Data.Phases {
		out[i] = &Phase{on, &on.Data.Phases[i]}
	}
	return out
}

func groundOf(a *atlas.Atlas, g *sentra.SelectionGround) *SelectionGround {
	return &SelectionGround{Kind: g.Kind, Elements: eachSaid(g.Elements, g.ElementsID), Sources: Sources(a, g.Sources)}
}

func eventOf(on *View, e *sentra.Event) *Event {
	return &Event{Kind: e.Kind, Date: e.Date, Region: NewRegion(on, on.Region(e.Region)), Place: optional(e.Place), With: optional(e.With),
		What: optionallySaid(e.What, e.WhatID), Value: e.Value, Note: optionallySaid(e.Note, e.NoteID), Sources: Sources(on.Atlas, e.Sources)}
}

func NewProgramme(on *View) *Programme {
	p := &on.Data.Programme
	view := &Programme{Name: p.NameEN, Abbreviation: p.Abbreviation, Agencies: p.Agencies, Phases: Phases(on),
		InitialTargetProvinces: p.InitialTargetProvinces, AccompanyingMeasures: eachSaid(p.AccompanyingMeasures, p.AccompanyingMeasuresID), NotStated: eachSaid(p.NotStated, p.NotStatedID),
		Method: &Method{Structure: eachSaid(p.MethodStructure, p.MethodStructureID), Sources: Sources(on.Atlas, p.MethodSources)}, Sources: Sources(on.Atlas, p.Sources)}
	for i := range p.Grounds {
		view.Grounds = append(view.Grounds, groundOf(on.Atlas, &p.Grounds[i]))
	}
	for _, step := range p.MethodSteps {
		view.Method.Steps = append(view.Method.Steps, &MethodStep{Name: said(step.Name, step.NameID), Parts: eachSaid(step.Parts, step.PartsID)})
	}
	for i := range on.Data.Events {
		view.Events = append(view.Events, eventOf(on, &on.Data.Events[i]))
	}
	return view
}
