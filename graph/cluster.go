package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Cluster requires exactly one of id and key. asOf overrides the day in an id.
func (r *queryResolver) Cluster(ctx context.Context, id, key *string, asOf *sentra.Date) (*model.Cluster, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	switch {
	case id != nil && key != nil:
		return nil, sentra.BadInput("key", "id and key cannot both be given")
	case key != nil:
		return model.ClusterByKey(on, *key), nil
	case id == nil:
		return nil, sentra.BadInput("id", "give id or key")
	}
	node, err := model.FindNode(on, *id)
	cluster, ok := node.(*model.Cluster)
	if !ok {
		return nil, sentra.In("id", err)
	}
	if asOf != nil {
		cluster = cluster.On(on)
	}
	return cluster, nil
}

func (r *queryResolver) Clusters(ctx context.Context, filter *sentra.ClusterFilter, orderBy *sentra.ClusterOrder, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.ClusterConnection, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	list, err := on.Clusters(ctx, filter, value(orderBy), on.Asked)
	if err != nil {
		return nil, err
	}
	return model.NewClusterConnection(on, list, model.Page{First: first, After: after, Last: last, Before: before})
}

func (r *queryResolver) ClusterFacets(ctx context.Context, filter *sentra.ClusterFilter, asOf *sentra.Date) (*model.ClusterFacets, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	found, err := on.ClusterFacets(ctx, filter, on.Asked)
	if err != nil {
		return nil, err
	}
	return model.NewClusterFacets(on, found), nil
}
