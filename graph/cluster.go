package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Cluster takes exactly one of id and key. An asOf stands over the day of an id.
func (r *queryResolver) Cluster(ctx context.Context, id, key *string, asOf *sentra.Date) (*model.Cluster, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	if err := a.CheckDay(day.Date); err != nil {
		return nil, sentra.In("asOf", err)
	}
	switch {
	case id != nil && key != nil:
		return nil, sentra.BadInput("key", "id and key cannot both be given")
	case key != nil:
		return model.ClusterByKey(a, *key, day), nil
	case id == nil:
		return nil, sentra.BadInput("id", "give id or key")
	}
	node, err := model.FindNode(a, *id, day.Date)
	cluster, ok := node.(*model.Cluster)
	if !ok {
		return nil, sentra.In("id", err)
	}
	if asOf != nil {
		cluster = cluster.On(day)
	}
	return cluster, nil
}

func (r *queryResolver) Clusters(ctx context.Context, filter *sentra.ClusterFilter, orderBy *sentra.ClusterOrder, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.ClusterConnection, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	list, err := a.On(day.Date).Clusters(ctx, filter, value(orderBy), day.Asked)
	if err != nil {
		return nil, err
	}
	return model.NewClusterConnection(a, list, model.Page{First: first, After: after, Last: last, Before: before}, day)
}

func (r *queryResolver) ClusterFacets(ctx context.Context, filter *sentra.ClusterFilter, asOf *sentra.Date) (*model.ClusterFacets, error) {
	a, day := r.atlas(ctx), r.day(ctx, asOf)
	found, err := a.On(day.Date).ClusterFacets(ctx, filter, day.Asked)
	if err != nil {
		return nil, err
	}
	return model.NewClusterFacets(a, found, day), nil
}
