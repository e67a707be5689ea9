package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Cluster answers the field of that name.
func (r *queryResolver) Cluster(ctx context.Context, id string) (*model.Cluster, error) {
	node, err := model.FindNode(r.atlas(ctx), id, r.day(ctx, nil))
	cluster, _ := node.(*model.Cluster)
	return cluster, err
}

// Clusters answers the field of that name.
func (r *queryResolver) Clusters(ctx context.Context, filter *model.ClusterFilter, orderBy *sentra.ClusterOrder, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.ClusterConnection, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	f, err := filter.Domain()
	if err != nil {
		return nil, sentra.In("filter", err)
	}
	list, err := a.Clusters(ctx, f, value(orderBy), day, asOf != nil)
	if err != nil {
		return nil, err
	}
	return model.NewClusterConnection(a, list, model.Page{First: first, After: after, Last: last, Before: before}, day)
}
