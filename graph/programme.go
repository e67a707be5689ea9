package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Products(ctx context.Context) ([]*model.Product, error) {
	return model.Products(r.atlas(ctx), r.day(ctx, nil)), nil
}

func (r *queryResolver) Programme(ctx context.Context) (*model.Programme, error) {
	return model.NewProgramme(r.atlas(ctx), r.day(ctx, nil)), nil
}

func (r *queryResolver) Phases(ctx context.Context) ([]*model.Phase, error) {
	return model.Phases(r.atlas(ctx), r.day(ctx, nil)), nil
}

func (r *queryResolver) Designations(ctx context.Context, filter *sentra.DesignationFilter) ([]*model.Designation, error) {
	return model.Designations(r.atlas(ctx), filter, r.today(ctx))
}
