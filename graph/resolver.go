// Package graph implements the GraphQL schema: thin resolvers that check the
// arguments, query the atlas and make views. There is one file per entity.
package graph

import (
	"context"
	"time"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Resolver is the root of the resolvers.
type Resolver struct {
	// Holder has the present atlas.
	Holder *atlas.Holder
	// Now is the clock, for the default of asOf.
	Now func() time.Time
	// MaxRepresentations is the maximum number of entities in one request of a gateway;
	// 0 for DefaultMaxRepresentations.
	MaxRepresentations int
}

// Query, Subscription and Region implement ResolverRoot for gqlgen. Region has only
// the fields that are resolved in batches.
func (r *Resolver) Query() QueryResolver { return &queryResolver{r} }

func (r *Resolver) Subscription() SubscriptionResolver { return &subscriptionResolver{r} }

func (r *Resolver) Region() RegionResolver { return &regionResolver{r} }

type queryResolver struct{ *Resolver }

type pinKey struct{}

// pinned is the state that an operation sees from beginning to end.
type pinned struct {
	atlas *atlas.Atlas
	now   time.Time
}

// OneAtlas fixes one atlas and one time for an operation, whatever is swapped
// meanwhile, and makes it parse each polygon once. It returns the dataset's version
// and the time.
func (r *Resolver) OneAtlas(ctx context.Context) (context.Context, string, time.Time) {
	p := pinned{r.Holder.Atlas(), r.Now()}
	return model.WithPolygons(context.WithValue(ctx, pinKey{}, p)), p.atlas.Data.Version, p.now
}

// pinned returns the state of the operation of ctx; outside of one, the present
// state.
func (r *Resolver) pinned(ctx context.Context) pinned {
	if p, ok := ctx.Value(pinKey{}).(pinned); ok {
		return p
	}
	return pinned{r.Holder.Atlas(), r.Now()}
}

func (r *Resolver) atlas(ctx context.Context) *atlas.Atlas { return r.pinned(ctx).atlas }

// on returns the view of an asOf argument, by default that of today in Jakarta.
func (r *Resolver) on(ctx context.Context, asOf *sentra.Date) (*model.View, error) {
	p := r.pinned(ctx)
	today, err := model.Today(p.atlas, sentra.Today(p.now))
	if err != nil {
		return nil, err
	}
	return today.Or(asOf)
}

// value returns the value of an optional argument, or the zero value.
func value[T any](argument *T) T {
	if argument == nil {
		var zero T
		return zero
	}
	return *argument
}
