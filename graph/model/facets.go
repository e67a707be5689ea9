package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
)

// NewClusterFacets returns the view of facets on a day.
func NewClusterFacets(on *View, found *atlas.ClusterFacets) *ClusterFacets {
	out := &ClusterFacets{AsOf: on.Day, TotalCount: found.Total, NotCoveredCount: found.NotCovered}
	for _, facet := range found.Facets {
		view := &ClusterFacet{Kind: facet.Facet, Values: make([]*ClusterFacetValue, len(facet.Values))}
		for i := range facet.Values {
			v := &facet.Values[i]
			name, nameID := on.FacetName(v)
			view.Values[i] = &ClusterFacetValue{Value: v.Value, Name: optional(name), NameID: optional(nameID), Count: v.Count, NotCoveredCount: v.NotCovered}
		}
		out.Facets = append(out.Facets, view)
	}
	return out
}
