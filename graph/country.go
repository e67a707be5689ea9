package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Supports(ctx context.Context, filter *sentra.SupportFilter, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.SupportConnection, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	if err := a.CheckDay(day.Date); err != nil {
		return nil, sentra.In("asOf", err)
	}
	list, err := a.On(day.Date).Supports(filter)
	if err != nil {
		return nil, err
	}
	return model.NewSupportConnection(a, list, model.Page{First: first, After: after, Last: last, Before: before}, day)
}

func (r *queryResolver) Facilitators(ctx context.Context) ([]*model.Facilitators, error) {
	return model.AllFacilitators(r.atlas(ctx), r.day(ctx, nil)), nil
}

func (r *queryResolver) Coverage(ctx context.Context, asOf *sentra.Date) ([]*model.ClusterCoverage, error) {
	return model.Coverage(ctx, r.atlas(ctx), r.day(ctx, asOf))
}

func (r *queryResolver) Screening(ctx context.Context, product *string, weights *model.ScreeningWeights, filter *sentra.RegionFilter, orderBy *sentra.ScreeningOrder, asOf *sentra.Date) (*model.Screening, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	q := atlas.ScreeningQuestion{Day: day.Date, Product: model.KeyOf("Product", value(product)), Weights: weights.Domain(), Filter: filter, Order: value(orderBy)}
	found, err := a.Screen(ctx, q)
	if err != nil {
		return nil, err
	}
	return model.NewScreening(a, found, day), nil
}
