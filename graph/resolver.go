// Package graph answers the GraphQL schema: thin resolvers that check the
// arguments, ask the atlas and make views. One file holds one entity's queries.
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
	// Holder gives the present atlas.
	Holder *atlas.Holder
	// Now tells the time, for the default of asOf.
	Now func() time.Time
	// MaxRepresentations is the greatest number of entities that a gateway may ask
	// for at once; 0 for DefaultMaxRepresentations.
	MaxRepresentations int
}

// Query, Subscription and Region implement ResolverRoot for gqlgen; of Region only the
// fields that are resolved for many regions at once.
func (r *Resolver) Query() QueryResolver { return &queryResolver{r} }

func (r *Resolver) Subscription() SubscriptionResolver { return &subscriptionResolver{r} }

func (r *Resolver) Region() RegionResolver { return &regionResolver{r} }

type queryResolver struct{ *Resolver }

type pinKey struct{}

// pinned is what an operation sees from beginning to end.
type pinned struct {
	atlas *atlas.Atlas
	now   time.Time
}

// OneAtlas makes an operation see one atlas at one moment from beginning to end,
// whatever is swapped meanwhile, and reads each polygon once. It tells the dataset's version and the moment.
func (r *Resolver) OneAtlas(ctx context.Context) (context.Context, string, time.Time) {
	p := pinned{r.Holder.Atlas(), r.Now()}
	return model.WithPolygons(context.WithValue(ctx, pinKey{}, p)), p.atlas.Data.Version, p.now
}

func (r *Resolver) atlas(ctx context.Context) *atlas.Atlas {
	if p, ok := ctx.Value(pinKey{}).(pinned); ok {
		return p.atlas
	}
	return r.Holder.Atlas()
}

// day gives the day of an asOf argument, by default today.
func (r *Resolver) day(ctx context.Context, asOf *sentra.Date) model.Day {
	if asOf != nil {
		return model.AskedFor(*asOf)
	}
	return model.Today(r.today(ctx))
}

// today gives the day it is in Jakarta.
func (r *Resolver) today(ctx context.Context) sentra.Date {
	if p, ok := ctx.Value(pinKey{}).(pinned); ok {
		return sentra.Today(p.now)
	}
	return sentra.Today(r.Now())
}

// value gives what an optional argument holds, or its type's zero.
func value[T any](argument *T) T {
	if argument == nil {
		var zero T
		return zero
	}
	return *argument
}
