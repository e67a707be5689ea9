package graph

import (
	"context"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Entity gives the resolvers of the federated graph's entities. Each takes all
// representations of its kind at once and looks them up in one atlas; nil stands
// for what is not there, and federated tells the gateway so.
func (r *Resolver) Entity() EntityResolver { return &entityResolver{r} }

type entityResolver struct{ *Resolver }

func (r *entityResolver) FindRegion(ctx context.Context, reps []*model.RegionRepresentation) ([]*model.Region, error) {
	return find(r.Resolver, ctx, reps, model.FindRegion), nil
}

func (r *entityResolver) FindCluster(ctx context.Context, reps []*model.ClusterRepresentation) ([]*model.Cluster, error) {
	return find(r.Resolver, ctx, reps, model.FindCluster), nil
}

func (r *entityResolver) FindProduct(ctx context.Context, reps []*model.ProductRepresentation) ([]*model.Product, error) {
	return find(r.Resolver, ctx, reps, model.FindProduct), nil
}

func (r *entityResolver) FindPhase(ctx context.Context, reps []*model.PhaseRepresentation) ([]*model.Phase, error) {
	return find(r.Resolver, ctx, reps, model.FindPhase), nil
}

func (r *entityResolver) FindSource(ctx context.Context, reps []*model.SourceRepresentation) ([]*model.Source, error) {
	return find(r.Resolver, ctx, reps, func(a *atlas.Atlas, rep *model.SourceRepresentation, _ sentra.Date) *model.Source {
		return model.FindSource(a, rep)
	}), nil
}

// find looks up representations one after another, today where they name no day.
func find[R, E any](r *Resolver, ctx context.Context, reps []*R, one func(*atlas.Atlas, *R, sentra.Date) *E) []*E {
	a, today := r.atlas(ctx), r.today(ctx)
	found := make([]*E, len(reps))
	for i, rep := range reps {
		found[i] = one(a, rep, today)
	}
	return found
}
