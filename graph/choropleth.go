package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Choropleth(ctx context.Context, by sentra.ChoroplethBy, level *sentra.Level, measure sentra.ChoroplethMeasure, filter *sentra.ClusterFilter, asOf *sentra.Date, key sentra.ChoroplethKey) (*model.Choropleth, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	answer, err := a.Choropleth(ctx, atlas.ChoroplethQuestion{By: by, Level: value(level), Measure: measure, Filter: filter, Day: day.Date, JoinBy: key})
	if err != nil {
		return nil, err
	}
	return model.NewChoropleth(a, answer, day), nil
}

func (r *queryResolver) DataQuality(ctx context.Context, asOf *sentra.Date) (*model.DataQuality, error) {
	return model.NewDataQuality(ctx, r.atlas(ctx), r.day(ctx, asOf))
}
