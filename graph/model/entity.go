package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (*Region) IsEntity()  {}
func (*Cluster) IsEntity() {}
func (*Product) IsEntity() {}
func (*Phase) IsEntity()   {}
func (*Source) IsEntity()  {}

// BpsCode gives the code of Statistics Indonesia on the day.
func (r *Region) BpsCode() *string {
	return r.codeOn(sentra.SystemBPS)
}

func (r *Region) IsoCode() *string { return r.codeOn(sentra.SystemISO) }

// PCode gives OCHA's P-code on the day.
func (r *Region) PCode() *string { return r.codeOn(sentra.SystemPCode) }

// codeOn gives the code in a system on the day, nil where none is known.
func (r *Region) codeOn(system sentra.CodeSystem) *string {
	return optional(r.atlas.On(r.day.Date).CodeOn(r.region.Code, system))
}

// OfficialCode gives the Ministry's code as a key.
func (r *Region) OfficialCode() *OfficialCode {
	for _, c := range r.Codes(nil) {
		if c.System == sentra.SystemKemendagri && c.Value == string(r.region.Code) {
			return c
		}
	}
	return &OfficialCode{System: sentra.SystemKemendagri, Value: string(r.region.Code), Sources: r.Sources()}
}

// dayOf gives the day of a representation, today where it names none.
func dayOf(asOf *sentra.Date, today sentra.Date) Day {
	if asOf == nil {
		return Today(today)
	}
	return AskedFor(*asOf)
}

// FindRegion gives the region that a representation names, on its day; nil where
// there is none.
func FindRegion(a *atlas.Atlas, r *RegionRepresentation, today sentra.Date) *Region {
	day := dayOf(r.AsOf, today)
	switch {
	case r.Code != nil:
		return regionOrNil(a, a.On(day.Date).Exists(sentra.RegionCode(*r.Code)), day)
	case r.BpsCode != nil:
		return regionOrNil(a, a.On(day.Date).RegionByCode(sentra.SystemBPS, *r.BpsCode), day)
	case r.OfficialCode != nil && r.OfficialCode.System != nil && r.OfficialCode.Value != nil:
		return regionOrNil(a, a.On(day.Date).RegionByCode(*r.OfficialCode.System, *r.OfficialCode.Value), day)
	}
	return nil
}

// FindCluster gives the cluster with a key, seen on the representation's day; nil
// where there is none.
func FindCluster(a *atlas.Atlas, r *ClusterRepresentation, today sentra.Date) *Cluster {
	if r.Key == nil {
		return nil
	}
	return ClusterByKey(a, *r.Key, dayOf(r.AsOf, today))
}

// FindProduct is FindCluster for a product.
func FindProduct(a *atlas.Atlas, r *ProductRepresentation, today sentra.Date) *Product {
	if r.Key == nil {
		return nil
	}
	if p := a.Product(*r.Key); p != nil {
		return &Product{a, p, dayOf(r.AsOf, today)}
	}
	return nil
}

// FindPhase is FindCluster for a phase.
func FindPhase(a *atlas.Atlas, r *PhaseRepresentation, today sentra.Date) *Phase {
	if r.Key == nil {
		return nil
	}
	if p := a.Phase(*r.Key); p != nil {
		return &Phase{a, p, dayOf(r.AsOf, today)}
	}
	return nil
}

// FindSource gives the source with an id, nil where there is none.
func FindSource(a *atlas.Atlas, r *SourceRepresentation) *Source {
	if r.ID == nil {
		return nil
	}
	node, _ := FindNode(a, *r.ID, sentra.FirstDay)
	source, _ := node.(*Source)
	return source
}
