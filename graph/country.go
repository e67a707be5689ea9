package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Supports(ctx context.Context, filter *model.SupportFilter, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.SupportConnection, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	if err := a.CheckDay(day.Date); err != nil {
		return nil, sentra.In("asOf", err)
	}
	f, err := filter.Domain()
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	list, err := a.On(day.Date).Supports(f)
	if err != nil {
		return nil, err
	}
	return model.NewSupportConnection(a, list, model.Page{First: first, After: after, Last: last, Before: before}, day)
}

func (r *queryResolver) Facilitators(ctx context.Context) ([]*model.Facilitators, error) {
	return model.AllFacilitators(r.atlas(ctx), r.day(ctx, nil)), nil
}

func (r *queryResolver) Coverage(ctx context.Context, asOf *sentra.Date) ([]*model.ClusterCoverage, error) {
	return model.Coverage(r.atlas(ctx), r.day(ctx, asOf))
}

func (r *queryResolver) Screening(ctx context.Context, product *string, weights *model.ScreeningWeights, filter *model.RegionFilter, orderBy *sentra.ScreeningOrder, asOf *sentra.Date) (*model.Screening, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	q := atlas.ScreeningQuestion{Day: day.Date, Product: model.ProductKey(value(product)), Weights: weights.Domain(), Order: value(orderBy)}
	var err error
	if q.Filter, err = filter.Domain(); err != nil {
		return nil, sentra.In("filter", err)
	}
	found, err := a.Screen(ctx, q)
	if err != nil {
		return nil, err
	}
	return model.NewScreening(a, found, day), nil
}
