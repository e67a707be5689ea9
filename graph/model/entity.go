package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// IsEntity marks an entity of the federated graph, as the methods below do.
func (*Region) IsEntity()  {}
func (*Cluster) IsEntity() {}
func (*Product) IsEntity() {}
func (*Phase) IsEntity()   {}
func (*Source) IsEntity()  {}

// BpsCode gives the code of Statistics Indonesia on the day.
func (r *Region) BpsCode() *string {
	for _, c := range r.atlas.Codes(r.region.Code) {
		if c.System == sentra.SystemBPS && c.Validity.Contains(r.day) {
			return &c.Value
		}
	}
	return nil
}

// OfficialCode gives the Ministry's code as a key.
func (r *Region) OfficialCode() *OfficialCode {
	for _, c := range r.Codes(nil) {
		if c.System == sentra.SystemKemendagri {
			return c
		}
	}
	return &OfficialCode{System: sentra.SystemKemendagri, Value: string(r.region.Code), Sources: r.Sources()}
}

// FindRegion gives the region that a representation names, seen on its day or
// else on the day given; nil where there is none.
func FindRegion(a *atlas.Atlas, r *RegionRepresentation, day sentra.Date) *Region {
	if r.AsOf != nil {
		day = *r.AsOf
	}
	switch {
	case r.Code != nil:
		return regionOrNil(a, a.Exists(sentra.RegionCode(*r.Code), day), day)
	case r.BpsCode != nil:
		return regionOrNil(a, a.RegionByCode(sentra.SystemBPS, *r.BpsCode, day), day)
	case r.OfficialCode != nil && r.OfficialCode.System != nil && r.OfficialCode.Value != nil:
		return regionOrNil(a, a.RegionByCode(*r.OfficialCode.System, *r.OfficialCode.Value, day), day)
	}
	return nil
}

// FindCluster gives the cluster with an id, its regions seen on the
// representation's day or else on the day given; nil where there is none.
func FindCluster(a *atlas.Atlas, r *ClusterRepresentation, day sentra.Date) *Cluster {
	if r.AsOf != nil {
		day = *r.AsOf
	}
	if c := a.Cluster(keyOr("Cluster", r.ID, nil)); c != nil {
		return NewCluster(a, c, day)
	}
	return nil
}

// FindProduct gives the product with an id or a key, nil where there is none.
func FindProduct(a *atlas.Atlas, r *ProductRepresentation, day sentra.Date) *Product {
	if p := a.Product(keyOr("Product", r.ID, r.Key)); p != nil {
		return &Product{a, p, day}
	}
	return nil
}

// FindPhase gives the phase with an id or a key, nil where there is none.
func FindPhase(a *atlas.Atlas, r *PhaseRepresentation, day sentra.Date) *Phase {
	if p := a.Phase(keyOr("Phase", r.ID, r.Key)); p != nil {
		return &Phase{a, p, day}
	}
	return nil
}

// FindSource gives the source with an id, nil where there is none.
func FindSource(a *atlas.Atlas, r *SourceRepresentation) *Source {
	if s := a.Source(sentra.SourceID(keyOr("Source", r.ID, nil))); s != nil {
		return &Source{s}
	}
	return nil
}

// keyOr gives the key within an id of a kind, or the key itself where there is
// no id; "" for an id of another kind.
func keyOr(kind string, id, key *string) string {
	switch {
	case id != nil:
		if inside := keyOf(kind, *id); inside != *id {
			return inside
		}
	case key != nil:
		return *key
	}
	return ""
}
