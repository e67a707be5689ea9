package model

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Domain gives the filter in terms of the domain; nil for none. A wrong code is
// a BAD_USER_INPUT with its path inside the filter.
func (f *RegionFilter) Domain() (*sentra.RegionFilter, error) {
	if f == nil {
		return nil, nil
	}
	out := &sentra.RegionFilter{Kinds: f.Kind, Affirmative: f.Affirmative, ContainsAffirmative: f.ContainsAffirmative,
		HostsClusters: f.HostsClusters, BBox: f.Bbox.domain(), Near: f.Near.domain(), Within: f.Within.domain(), Intersects: f.Intersects.domain(),
		Contains: f.Contains.domain()}
	for i, text := range f.Codes {
		code, err := sentra.ParseRegionCode(text)
		if err != nil {
			return nil, sentra.In(fmt.Sprintf("codes.%d", i), err)
		}
		out.Codes = append(out.Codes, code)
	}
	if f.Codes != nil && out.Codes == nil {
		out.Codes = []sentra.RegionCode{}
	}
	if f.Level != nil {
		out.Level = *f.Level
	}
	if f.Name != nil {
		if out.Name = *f.Name; out.Name == "" {
			return nil, sentra.BadInput("name", "the name is empty")
		}
	}
	var err error
	if out.Parent, err = code(f.Parent, "parent"); err != nil {
		return nil, err
	}
	if f.Designation != nil {
		if *f.Designation == DesignationFilterKindAny {
			out.Designations = sentra.DesignationKinds[:]
		} else {
			out.Designations = []sentra.DesignationKind{sentra.DesignationKind(*f.Designation)}
		}
	}
	if out.Clusters, err = f.Clusters.Domain(); err != nil {
		return nil, sentra.In("clusters", err)
	}
	if out.And, err = domains(f.And, "and", (*RegionFilter).Domain); err != nil {
		return nil, err
	}
	if out.Or, err = domains(f.Or, "or", (*RegionFilter).Domain); err != nil {
		return nil, err
	}
	if out.Not, err = f.Not.Domain(); err != nil {
		return nil, sentra.In("not", err)
	}
	return out, nil
}

// Domain gives the filter in terms of the domain; nil for none.
func (f *ClusterFilter) Domain() (*sentra.ClusterFilter, error) {
	if f == nil {
		return nil, nil
	}
	out := &sentra.ClusterFilter{InitialTarget: f.InitialTarget, Programme: f.Programme, Confidence: f.Confidence, Supported: f.Supported, Funds: f.Fund, BBox: f.Bbox.domain(), Near: f.Near.domain(), Within: f.Within.domain()}
	if f.Status != nil {
		out.Status = *f.Status
	}
	if f.Phase != nil {
		if out.Phase = keyOf("Phase", *f.Phase); out.Phase == "" {
			return nil, sentra.BadInput("phase", "the phase is empty")
		}
	}
	if f.Product != nil {
		if out.Product = keyOf("Product", *f.Product); out.Product == "" {
			return nil, sentra.BadInput("product", "the product is empty")
		}
	}
	var err error
	if out.Region, err = code(f.Region, "region"); err != nil {
		return nil, err
	}
	if out.Regions, err = f.Regions.Domain(); err != nil {
		return nil, sentra.In("regions", err)
	}
	if out.And, err = domains(f.And, "and", (*ClusterFilter).Domain); err != nil {
		return nil, err
	}
	if out.Or, err = domains(f.Or, "or", (*ClusterFilter).Domain); err != nil {
		return nil, err
	}
	if out.Not, err = f.Not.Domain(); err != nil {
		return nil, sentra.In("not", err)
	}
	return out, nil
}

func code(text *string, argument string) (sentra.RegionCode, error) {
	if text == nil {
		return "", nil
	}
	parsed, err := sentra.ParseRegionCode(*text)
	return parsed, sentra.In(argument, err)
}

func domains[F, D any](filters []*F, argument string, convert func(*F) (*D, error)) ([]*D, error) {
	if filters == nil {
		return nil, nil
	}
	out := make([]*D, len(filters))
	for i, f := range filters {
		converted, err := convert(f)
		if err != nil {
			return nil, sentra.In(fmt.Sprintf("%s.%d", argument, i), err)
		}
		out[i] = converted
	}
	return out, nil
}

func (b *BBoxInput) domain() *sentra.BBox {
	if b == nil {
		return nil
	}
	return &sentra.BBox{West: b.West, South: b.South, East: b.East, North: b.North}
}

func (n *NearInput) domain() *sentra.Near {
	if n == nil {
		return nil
	}
	return &sentra.Near{Point: n.Point.Orb(), Radius: n.Radius}
}

func (p *Polygon) domain() orb.MultiPolygon {
	if p == nil {
		return nil
	}
	return orb.MultiPolygon(*p)
}
