package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Products(ctx context.Context) ([]*model.Product, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.Products(on), nil
}

func (r *queryResolver) Programme(ctx context.Context) (*model.Programme, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.NewProgramme(on), nil
}

func (r *queryResolver) Phases(ctx context.Context) ([]*model.Phase, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.Phases(on), nil
}

func (r *queryResolver) Designations(ctx context.Context, filter *sentra.DesignationFilter) ([]*model.Designation, error) {
	on, err := r.on(ctx, nil)
	if err != nil {
		return nil, err
	}
	return model.Designations(on, filter)
}
