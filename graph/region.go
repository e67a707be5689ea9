package graph

import (
	"context"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func (r *queryResolver) Region(ctx context.Context, code string, system *sentra.CodeSystem, asOf *sentra.Date) (*model.Region, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	wanted := sentra.SystemKemendagri
	if system != nil {
		wanted = *system
	}
	found, err := on.FindRegion(wanted, code)
	if err != nil {
		return nil, err
	}
	if found == nil {
		if _, err := sentra.ParseRegionCode(code); err != nil && wanted == sentra.SystemKemendagri {
			return nil, sentra.In("code", err)
		}
		return nil, nil
	}
	return model.NewRegion(on, found), nil
}

func (r *queryResolver) Regions(ctx context.Context, filter *sentra.RegionFilter, orderBy *sentra.RegionOrder, first *int, after *string, last *int, before *string, asOf *sentra.Date) (*model.RegionConnection, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	list, err := on.Regions(ctx, filter, value(orderBy))
	if err != nil {
		return nil, err
	}
	return model.NewRegionConnection(on, list, model.Page{First: first, After: after, Last: last, Before: before})
}

func (r *queryResolver) RegionsAt(ctx context.Context, point model.PointInput, toleranceMetres *float64, asOf *sentra.Date) (*model.RegionsAt, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	place, err := on.At(point.Orb(), value(toleranceMetres))
	if err != nil {
		return nil, err
	}
	return model.NewRegionsAt(on, place), nil
}

// maxPoints is the maximum number of points in one request.
const maxPoints = 10_000

func (r *queryResolver) RegionsAtMany(ctx context.Context, points []*model.PointInput, multiPoint model.MultiPoint, toleranceMetres *float64, asOf *sentra.Date) ([]*model.RegionsAt, error) {
	switch {
	case points != nil && multiPoint != nil:
		return nil, sentra.BadInput("multiPoint", "points and multiPoint cannot both be given")
	case multiPoint != nil:
		return r.regionsAt(ctx, "multiPoint.coordinates", len(multiPoint), func(i int) orb.Point { return multiPoint[i] }, toleranceMetres, asOf)
	case points != nil:
		return r.regionsAt(ctx, "points", len(points), func(i int) orb.Point { return points[i].Orb() }, toleranceMetres, asOf)
	}
	return nil, sentra.BadInput("points", "give points or multiPoint")
}

// regionsAt resolves n points, which the argument at path has.
func (r *queryResolver) regionsAt(ctx context.Context, path string, n int, point func(i int) orb.Point, toleranceMetres *float64, asOf *sentra.Date) ([]*model.RegionsAt, error) {
	on, err := r.on(ctx, asOf)
	if err != nil {
		return nil, err
	}
	if n > maxPoints {
		return nil, sentra.BadInput(path, "%d points are too many; at most %d are allowed", n, maxPoints)
	}
	out := make([]*model.RegionsAt, n)
	for i := range out {
		if err := sentra.Ended(ctx, "while points were located"); err != nil {
			return nil, err
		}
		place, err := on.At(point(i), value(toleranceMetres))
		if err != nil {
			return nil, sentra.In(fmt.Sprintf("%s.%d", path, i), err)
		}
		out[i] = model.NewRegionsAt(on, place)
	}
	return out, nil
}

type regionResolver struct{ *Resolver }

// Boundary is called once for all regions of a list, as is Clusters.
func (r *regionResolver) Boundary(ctx context.Context, regions []*model.Region, zoom *int, toleranceMetres *float64, precision *int) ([]model.Geometry, error) {
	return model.Boundaries(ctx, regions, zoom, toleranceMetres, precision)
}

func (r *regionResolver) Clusters(ctx context.Context, regions []*model.Region, filter *sentra.ClusterFilter, orderBy *sentra.ClusterOrder, first *int, after *string, last *int, before *string) ([]*model.ClusterConnection, error) {
	return model.ClustersOfRegions(ctx, regions, filter, value(orderBy), model.Page{First: first, After: after, Last: last, Before: before})
}
