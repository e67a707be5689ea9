package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Choropleth(ctx context.Context, by sentra.ChoroplethBy, level *sentra.Level, measure sentra.ChoroplethMeasure, filter *sentra.ClusterFilter, asOf *sentra.Date, key sentra.ChoroplethKey) (*model.Choropleth, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	answer, err := on.Choropleth(ctx, atlas.ChoroplethQuestion{By: by, Level: value(level), Measure: measure, Filter: filter, JoinBy: key})
	if err != nil {
		return nil, err
	}
	return model.NewChoropleth(on, answer), nil
}

func (r *queryResolver) DataQuality(ctx context.Context, asOf *sentra.Date) (*model.DataQuality, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	return model.NewDataQuality(ctx, on)
}
