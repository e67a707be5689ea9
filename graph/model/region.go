package model

import (
	"context"
	"runtime"

	"github.com/99designs/gqlgen/graphql"
	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Region is a view of a region on a day.
type Region struct {
	on     *View
	region *sentra.Region
}

func NewRegion(on *View, r *sentra.Region) *Region { return &Region{on, r} }

func regionOrNil(on *View, r *sentra.Region) *Region {
	if r == nil {
		return nil
	}
	return NewRegion(on, r)
}

func (*Region) IsNode() {}

func (*Region) IsSearchHit() {}

// ID includes the day if one was given, so that caches keep two days apart.
func (r *Region) ID() string              { return r.on.id("Region", string(r.region.Code)) }
func (r *Region) Code() string            { return string(r.region.Code) }
func (r *Region) Kind() sentra.RegionKind { return r.region.Kind }
func (r *Region) Level() sentra.Level     { return r.region.Kind.Level() }
func (r *Region) Name() string            { return r.on.NameOn(r.region) }
func (r *Region) AsOf() sentra.Date       { return r.on.Day }
func (r *Region) ValidFrom() sentra.Date  { return *r.region.Validity.From }
func (r *Region) ValidTo() *sentra.Date   { return r.region.Validity.To }
func (r *Region) Sources() []*Source      { return Sources(r.on.Atlas, r.region.Sources) }

// Codes returns the official codes, of one system or of all. P-codes have their own
// field: with another value in the enum CodeSystem, subgraphs of partners that also
// declare it would no longer compose.
func (r *Region) Codes(system *sentra.CodeSystem) []*OfficialCode {
	out := []*OfficialCode{}
	for _, c := range r.on.Codes(r.region.Code) {
		if c.System != sentra.SystemPCode && (system == nil || c.System == *system) {
			out = append(out, &OfficialCode{System: c.System, Value: c.Value, ValidFrom: c.Validity.From, ValidTo: c.Validity.To, Sources: Sources(r.on.Atlas, c.Sources)})
		}
	}
	return out
}

// Parent returns the province on the day; nil for a province.
func (r *Region) Parent(asOf *sentra.Date) (*Region, error) {
	on, err := r.on.Or(asOf)
	if err != nil || r.region.Kind == sentra.KindProvince {
		return nil, err
	}
	return regionOrNil(on, on.Exists(on.Province(r.region.Code))), nil
}

// Ancestors returns all regions above, the nearest first.
func (r *Region) Ancestors(asOf *sentra.Date) ([]*Region, error) {
	parent, err := r.Parent(asOf)
	if err != nil || parent == nil {
		return []*Region{}, err
	}
	return []*Region{parent}, nil
}

// Children returns the regions directly below, by code.
func (r *Region) Children(asOf *sentra.Date) ([]*Region, error) {
	on, err := r.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	out := []*Region{}
	for _, member := range on.Members(r.region.Code) {
		out = append(out, NewRegion(on, member))
	}
	return out, nil
}

// Predecessors returns the provinces that this one was created from.
func (r *Region) Predecessors() ([]*RegionSuccession, error) {
	return r.successions(r.on.Predecessors(r.region.Code), func(s *sentra.Succession) (sentra.RegionCode, sentra.Date) { return s.Predecessor, s.Date - 1 })
}

// Successors returns the provinces that were created from this one.
func (r *Region) Successors() ([]*RegionSuccession, error) {
	return r.successions(r.on.Successors(r.region.Code), func(s *sentra.Succession) (sentra.RegionCode, sentra.Date) { return s.Successor, s.Date })
}

// successions returns views of successions, each with the other province on a day on
// which it existed.
func (r *Region) successions(list []*sentra.Succession, other func(*sentra.Succession) (sentra.RegionCode, sentra.Date)) ([]*RegionSuccession, error) {
	out := []*RegionSuccession{}
	for _, s := range list {
		code, day := other(s)
		then, err := r.on.AskedFor(day)
		if err != nil {
			return nil, err
		}
		out = append(out, &RegionSuccession{Region: NewRegion(then, r.on.Region(code)), Date: s.Date, Law: optional(s.Law), Sources: Sources(r.on.Atlas, s.Sources)})
	}
	return out, nil
}

func (r *Region) shape() *atlas.Shape { return r.on.Shape(r.region.Code) }

// BoundaryOrigin returns where the boundary comes from.
func (r *Region) BoundaryOrigin() *sentra.BoundaryOrigin {
	if s := r.shape(); s != nil {
		return &s.Origin
	}
	return nil
}

// Boundaries returns the boundaries of regions, each on its view's day and in the
// order given, simplified on request; nil for a region without one. One goroutine per
// processor makes them. An invalid argument is a BAD_USER_INPUT, an exceeded deadline
// DEADLINE_EXCEEDED.
func Boundaries(ctx context.Context, regions []*Region, zoom *int, toleranceMetres *float64, precision *int) ([]Geometry, error) {
	detail, err := geo.NewDetail(zoom, toleranceMetres, precision)
	if err != nil {
		return nil, err
	}
	out := make([]Geometry, len(regions))
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, r := range regions {
		work.Go(func() error {
			if err := sentra.Ended(ctx, "while boundaries were drawn"); err != nil {
				return err
			}
			// Let smaller requests run before the next one.
			runtime.Gosched()
			return panics.Catch(func() error {
				if s := r.shape(); s != nil {
					out[i] = r.on.EncodedBoundary(s, detail.Tolerance, detail.Places)
				}
				return nil
			})
		})
	}
	return out, work.Wait()
}

// Bbox returns the bounding box of the boundary, or the source's if no boundary is
// loaded.
func (r *Region) Bbox() *sentra.BBox {
	bound := r.on.Bound(r.region)
	return &sentra.BBox{West: bound.Min[0], South: bound.Min[1], East: bound.Max[0], North: bound.Max[1]}
}

// LabelPoint returns a point inside the boundary, or the source's if no boundary is
// loaded.
func (r *Region) LabelPoint() *Point {
	return point(r.on.LabelPoint(r.region))
}

func point(p orb.Point) *Point { return &Point{Lon: p.Lon(), Lat: p.Lat()} }

func (r *Region) AreaKm2() *float64 {
	if s := r.shape(); s != nil {
		km2 := s.Km2()
		return &km2
	}
	return nil
}

// defaultNearest is the default number of nearest regions.
const defaultNearest = 5

// Nearest returns the regions of a level that are nearest on the day, nearest first.
func (r *Region) Nearest(ctx context.Context, first *int, level *sentra.Level, asOf *sentra.Date) ([]*RegionDistance, error) {
	on, err := r.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	n, of := defaultNearest, r.Level()
	if first != nil {
		n = *first
	}
	if level != nil {
		of = *level
	}
	nearest, err := on.NearestRegions(ctx, r.region, n, of)
	if err != nil {
		return nil, err
	}
	out := []*RegionDistance{}
	for _, d := range nearest {
		out = append(out, &RegionDistance{Region: NewRegion(on, d.Region), DistanceMetres: d.Metres})
	}
	return out, nil
}

// Neighbours returns the regions that share a border on the day, longest border
// first.
func (r *Region) Neighbours(asOf *sentra.Date) ([]*RegionNeighbour, error) {
	on, err := r.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	neighbours, known := on.Neighbours(r.region)
	if !known {
		return nil, nil
	}
	out := make([]*RegionNeighbour, len(neighbours))
	for i, n := range neighbours {
		out[i] = &RegionNeighbour{Region: NewRegion(on, n.Region), SharedBorderKm: n.Metres / 1000}
	}
	return out, nil
}

func (r *Region) Designations(asOf *sentra.Date) ([]*Designation, error) {
	on, err := r.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	return designations(on, on.Designations(r.region.Code)), nil
}

func (r *Region) Affirmative(asOf *sentra.Date) (*Affirmative, error) {
	on, err := r.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	return newAffirmative(on, r.region), nil
}

// ClustersOfRegions returns the clusters of regions, each on its view's day and in
// the order given. An invalid filter or order is a BAD_USER_INPUT for all; a cursor
// of one region's list is invalid for the others.
func ClustersOfRegions(ctx context.Context, regions []*Region, filter *sentra.ClusterFilter, order sentra.ClusterOrder, page Page) ([]*ClusterConnection, error) {
	// Usually all regions are of one day, but predecessors may be of several.
	places := make(map[atlas.View][]int, 1)
	for i, r := range regions {
		places[r.on.View] = append(places[r.on.View], i)
	}
	out, faults := make([]*ClusterConnection, len(regions)), make(graphql.BatchErrorList, len(regions))
	for on, of := range places {
		codes := make([]sentra.RegionCode, len(of))
		for n, i := range of {
			codes[n] = regions[i].region.Code
		}
		lists, err := on.ClustersOfEach(ctx, codes, filter, order)
		if err != nil {
			return nil, err
		}
		for n, i := range of {
			out[i], faults[i] = NewClusterConnection(regions[i].on, lists[n], page)
		}
	}
	if len(faults.Unwrap()) > 0 {
		return out, faults
	}
	return out, nil
}

// ClusterCount returns the number of the region's clusters.
func (r *Region) ClusterCount() int { return len(r.on.ClustersOf(r.region.Code)) }

// RegionConnection is a page of a list of regions.
type RegionConnection struct {
	Edges           []*RegionEdge
	PageInfo        *PageInfo
	TotalCount      int
	NotCoveredCount int
	AsOf            sentra.Date

	on         *View
	notCovered []*sentra.Region
}

func NewRegionConnection(on *View, list *atlas.RegionList, page Page) (*RegionConnection, error) {
	key := func(hit atlas.RegionHit) string { return string(hit.Code) }
	hits, info, err := pageOf(page, list.List(), key)
	if err != nil {
		return nil, err
	}
	c := &RegionConnection{Edges: []*RegionEdge{}, PageInfo: info, TotalCount: len(list.Hits), NotCoveredCount: len(list.NotCovered),
		AsOf: on.Day, on: on, notCovered: list.NotCovered}
	for _, hit := range hits {
		c.Edges = append(c.Edges, &RegionEdge{Cursor: cursor(key(hit)), Node: NewRegion(on, hit.Region), DistanceMetres: hit.Metres, OverlapShare: hit.Share})
	}
	return c, nil
}

func (c *RegionConnection) Nodes() []*Region {
	out := make([]*Region, len(c.Edges))
	for i, edge := range c.Edges {
		out[i] = edge.Node
	}
	return out
}

// NotCovered returns the regions that the filter could not decide.
func (c *RegionConnection) NotCovered(first *int) ([]*Region, error) {
	n, err := firstOf(first)
	if err != nil {
		return nil, err
	}
	out := []*Region{}
	for _, r := range c.notCovered[:min(n, len(c.notCovered))] {
		out = append(out, NewRegion(c.on, r))
	}
	return out, nil
}

// RegionsAt is the result of a point query on a day. Its views are made on request,
// since there may be thousands of points.
type RegionsAt struct {
	on    *View
	place atlas.Place
}

func NewRegionsAt(on *View, place atlas.Place) *RegionsAt {
	return &RegionsAt{on, place}
}

func (r *RegionsAt) Point() *Point { return point(r.place.Point) }

// Province returns the province that contains the point, or nil.
func (r *RegionsAt) Province() *Region { return regionOrNil(r.on, r.place.Province) }

// Regency returns the regency or city that contains the point, or nil.
func (r *RegionsAt) Regency() *Region { return regionOrNil(r.on, r.place.Regency) }

// DistanceMetres returns the distance to the regency or city, or nil without one.
func (r *RegionsAt) DistanceMetres() *float64 {
	if r.place.Regency == nil {
		return nil
	}
	return &r.place.Metres
}
