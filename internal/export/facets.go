package export

import (
	"context"
	"encoding/json"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// FacetsJSON is the answer of /facets.json, with the names of GraphQL.
type FacetsJSON struct {
	AsOf            sentra.Date     `json:"asOf"`
	DatasetVersion  string          `json:"datasetVersion"`
	Filter          json.RawMessage `json:"filter,omitempty"`
	TotalCount      int             `json:"totalCount"`
	NotCoveredCount int             `json:"notCoveredCount"`
	Facets          []FacetJSON     `json:"facets"`
}

// FacetJSON is a facet.
type FacetJSON struct {
	Kind   sentra.Facet     `json:"kind"`
	Values []FacetValueJSON `json:"values"`
}

// FacetValueJSON is a value of a facet.
type FacetValueJSON struct {
	Value           string  `json:"value"`
	Name            *string `json:"name"`
	NameID          *string `json:"nameId"`
	Count           int     `json:"count"`
	NotCoveredCount int     `json:"notCoveredCount"`
}

// Facets counts the clusters of a request by each facet.
func Facets(ctx context.Context, a *atlas.Atlas, request *Request) (*FacetsJSON, error) {
	on, err := a.On(request.Day)
	if err != nil {
		return nil, sentra.In("asOf", err)
	}
	found, err := on.ClusterFacets(ctx, request.Clusters, request.Dated)
	if err != nil {
		return nil, err
	}
	out := &FacetsJSON{AsOf: request.Day, DatasetVersion: a.Data.Version, Filter: request.Filter, TotalCount: found.Total, NotCoveredCount: found.NotCovered}
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	for _, facet := range found.Facets {
		one := FacetJSON{Kind: facet.Facet, Values: make([]FacetValueJSON, len(facet.Values))}
		for i := range facet.Values {
			v := &facet.Values[i]
			name, nameID := on.FacetName(v)
			one.Values[i] = FacetValueJSON{v.Value, text(name), text(nameID), v.Count, v.NotCovered}
		}
		out.Facets = append(out.Facets, one)
	}
	return out, nil
}
