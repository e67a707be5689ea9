package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Choropleth(ctx context.Context, by sentra.ChoroplethBy, level *sentra.Level, measure sentra.ChoroplethMeasure, filter *model.ClusterFilter, asOf *sentra.Date) (*model.Choropleth, error) {
	f, err := filter.Domain()
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	answer, err := a.Choropleth(ctx, atlas.ChoroplethQuestion{By: by, Level: value(level), Measure: measure, Filter: f, Day: day.Date})
	if err != nil {
		return nil, err
	}
	return model.NewChoropleth(a, answer, day), nil
}
