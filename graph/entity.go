package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
)

// Entity returns the resolvers of the federated graph's entities. Each takes all
// representations of its kind and looks them up in one atlas; nil means that there is
// none, which federated reports to the gateway.
func (r *Resolver) Entity() EntityResolver { return &entityResolver{r} }

type entityResolver struct{ *Resolver }

func (r *entityResolver) FindRegion(ctx context.Context, reps []*model.RegionRepresentation) ([]*model.Region, error) {
	return find(r.Resolver, ctx, reps, model.FindRegion)
}

func (r *entityResolver) FindCluster(ctx context.Context, reps []*model.ClusterRepresentation) ([]*model.Cluster, error) {
	return find(r.Resolver, ctx, reps, model.FindCluster)
}

func (r *entityResolver) FindProduct(ctx context.Context, reps []*model.ProductRepresentation) ([]*model.Product, error) {
	return find(r.Resolver, ctx, reps, model.FindProduct)
}

func (r *entityResolver) FindPhase(ctx context.Context, reps []*model.PhaseRepresentation) ([]*model.Phase, error) {
	return find(r.Resolver, ctx, reps, model.FindPhase)
}

func (r *entityResolver) FindSource(ctx context.Context, reps []*model.SourceRepresentation) ([]*model.Source, error) {
	return find(r.Resolver, ctx, reps, model.FindSource)
}

// find looks up representations one after another, as of today if they have no day.
func find[R, E any](r *Resolver, ctx context.Context, reps []*R, one func(*model.View, *R) (*E, error)) ([]*E, error) {
	today, err := r.on(ctx, nil)
	found := make([]*E, len(reps))
	for i, rep := range reps {
		if err == nil {
			found[i], err = one(today, rep)
		}
	}
	return found, err
}
