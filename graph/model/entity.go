package model

import (
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (*Region) IsEntity()  {}
func (*Cluster) IsEntity() {}
func (*Product) IsEntity() {}
func (*Phase) IsEntity()   {}
func (*Source) IsEntity()  {}

// BpsCode returns the code of Statistics Indonesia on the day.
func (r *Region) BpsCode() *string {
	return r.codeOn(sentra.SystemBPS)
}

func (r *Region) IsoCode() *string { return r.codeOn(sentra.SystemISO) }

// PCode returns OCHA's P-code on the day.
func (r *Region) PCode() *string { return r.codeOn(sentra.SystemPCode) }

// codeOn returns the code in a system on the day, or nil.
func (r *Region) codeOn(system sentra.CodeSystem) *string {
	return optional(r.on.CodeOn(r.region.Code, system))
}

// OfficialCode returns the Ministry's code as a key.
func (r *Region) OfficialCode() *OfficialCode {
	for _, c := range r.Codes(nil) {
		if c.System == sentra.SystemKemendagri && c.Value == string(r.region.Code) {
			return c
		}
	}
	return &OfficialCode{System: sentra.SystemKemendagri, Value: string(r.region.Code), Sources: r.Sources()}
}

// FindRegion returns the region of a representation, on its day or else that of the
// view, or nil.
func FindRegion(on *View, r *RegionRepresentation) (*Region, error) {
	on, err := on.Or(r.AsOf)
	switch {
	case err != nil:
		return nil, err
	case r.Code != nil:
		return regionOrNil(on, on.Exists(sentra.RegionCode(*r.Code))), nil
	case r.BpsCode != nil:
		return regionOrNil(on, on.RegionByCode(sentra.SystemBPS, *r.BpsCode)), nil
	case r.OfficialCode != nil && r.OfficialCode.System != nil && r.OfficialCode.Value != nil:
		return regionOrNil(on, on.RegionByCode(*r.OfficialCode.System, *r.OfficialCode.Value)), nil
	}
	return nil, nil
}

// FindCluster returns the cluster with a key as of the representation's day, or nil.
func FindCluster(on *View, r *ClusterRepresentation) (*Cluster, error) {
	on, err := on.Or(r.AsOf)
	if r.Key == nil || err != nil {
		return nil, err
	}
	return ClusterByKey(on, *r.Key), nil
}

// FindProduct is FindCluster for a product.
func FindProduct(on *View, r *ProductRepresentation) (*Product, error) {
	on, err := on.Or(r.AsOf)
	if r.Key == nil || err != nil {
		return nil, err
	}
	if p := on.Product(*r.Key); p != nil {
		return &Product{on, p}, nil
	}
	return nil, nil
}

// FindPhase is FindCluster for a phase.
func FindPhase(on *View, r *PhaseRepresentation) (*Phase, error) {
	on, err := on.Or(r.AsOf)
	if r.Key == nil || err != nil {
		return nil, err
	}
	if p := on.Phase(*r.Key); p != nil {
		return &Phase{on, p}, nil
	}
	return nil, nil
}

// FindSource returns the source with an id, or nil.
func FindSource(on *View, r *SourceRepresentation) (*Source, error) {
	if r.ID == nil {
		return nil, nil
	}
	node, _ := FindNode(on, *r.ID)
	source, _ := node.(*Source)
	return source, nil
}
