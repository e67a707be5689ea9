package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Supports(ctx context.Context, filter *sentra.SupportFilter, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.SupportConnection, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	list, err := on.Supports(filter)
	if err != nil {
		return nil, err
	}
	return model.NewSupportConnection(on, list, model.Page{First: first, After: after, Last: last, Before: before})
}

func (r *queryResolver) Facilitators(ctx context.Context) ([]*model.Facilitators, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.AllFacilitators(on), nil
}

func (r *queryResolver) Coverage(ctx context.Context, asOf *sentra.Date) ([]*model.ClusterCoverage, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	return model.Coverage(ctx, on)
}

func (r *queryResolver) Screening(ctx context.Context, product []string, weights *model.ScreeningWeights, filter *sentra.RegionFilter, orderBy *sentra.ScreeningOrder, asOf *sentra.Date) (*model.Screening, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	q := atlas.ScreeningQuestion{Product: model.KeysOf("Product", product), Weights: weights.Domain(), Filter: filter, Order: value(orderBy)}
	found, err := on.Screen(ctx, q)
	if err != nil {
		return nil, err
	}
	return model.NewScreening(on, found), nil
}
