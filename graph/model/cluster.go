package model

import (
	"fmt"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Cluster is a view of a cluster, its regions seen on a day.
type Cluster struct {
	atlas   *atlas.Atlas
	cluster *atlas.Cluster
	day     Day
}

// NewCluster makes the view of a cluster on a day.
func NewCluster(a *atlas.Atlas, c *atlas.Cluster, day Day) *Cluster {
	return &Cluster{a, c, day}
}

// ClusterByKey gives the view of the cluster with a key, nil where there is none.
func ClusterByKey(a *atlas.Atlas, key string, day Day) *Cluster {
	if c := a.Cluster(key); c != nil {
		return NewCluster(a, c, day)
	}
	return nil
}

func (c *Cluster) On(day Day) *Cluster { return NewCluster(c.atlas, c.cluster, day) }

func clusters(a *atlas.Atlas, found []*atlas.Cluster, day Day) []*Cluster {
	out := make([]*Cluster, len(found))
	for i, c := range found {
		out[i] = NewCluster(a, c, day)
	}
	return out
}

func (*Cluster) IsNode() {}

func (*Cluster) IsSearchHit() {}

// ID names the day if one was asked for, so that caches keep two days apart.
func (c *Cluster) ID() string             { return globalID("Cluster", c.day, c.cluster.Key) }
func (c *Cluster) Key() string            { return c.cluster.Key }
func (c *Cluster) AsOf() sentra.Date      { return c.day.Date }
func (c *Cluster) Name() string           { return c.cluster.NameEN }
func (c *Cluster) NameID() string         { return c.cluster.NameID }
func (c *Cluster) RegionNote() *string    { return optional(c.cluster.RegionNote) }
func (c *Cluster) ProvinceNamed() *string { return optional(c.cluster.ProvinceNamed) }
func (c *Cluster) InitialTarget() *bool   { return c.cluster.InitialTarget }
func (c *Cluster) Sources() []*Source     { return Sources(c.atlas, c.cluster.Sources) }

func (c *Cluster) Products() []*Product {
	out := make([]*Product, len(c.cluster.Products))
	for i, key := range c.cluster.Products {
		out[i] = &Product{c.atlas, c.atlas.Product(key), c.day}
	}
	return out
}

func (c *Cluster) Phases() []*Phase {
	out := make([]*Phase, len(c.cluster.Phases))
	for i, key := range c.cluster.Phases {
		out[i] = &Phase{c.atlas, c.atlas.Phase(key), c.day}
	}
	return out
}

func (c *Cluster) Regions(asOf *sentra.Date) ([]*Region, error) {
	day, err := c.day.or(c.atlas, asOf)
	if err != nil {
		return nil, err
	}
	out := make([]*Region, len(c.cluster.Regions))
	for i, code := range c.cluster.Regions {
		out[i] = NewRegion(c.atlas, c.atlas.Region(code), day)
	}
	return out, nil
}

func (c *Cluster) Location() *ClusterLocation {
	p := c.cluster.Place
	return &ClusterLocation{Point: point(p), Precision: c.cluster.Precision,
		Geometry: Geometry(fmt.Appendf(nil, `{"type":"Point","coordinates":[%g,%g]}`, p.Lon(), p.Lat()))}
}

// Grounds gives the programme's grounds, each with what is known for this cluster.
func (c *Cluster) Grounds() []*ClusterGround {
	out := []*ClusterGround{}
	for i := range c.atlas.Data.Programme.Grounds {
		ground := &c.atlas.Data.Programme.Grounds[i]
		view := &ClusterGround{Ground: groundOf(c.atlas, ground), Sources: Sources(c.atlas, ground.Sources)}
		if known := c.cluster.Ground(ground.Kind); known != nil {
			view.Met, view.Sources = &known.Met, Sources(c.atlas, known.Sources)
		}
		out = append(out, view)
	}
	return out
}

// Events gives the dated events in the cluster's regions.
func (c *Cluster) Events() []*Event {
	out := []*Event{}
	for _, e := range c.atlas.EventsOf(c.cluster) {
		out = append(out, eventOf(c.atlas, e, c.day))
	}
	return out
}

// ClusterConnection is a page of a list of clusters.
type ClusterConnection struct {
	Edges           []*ClusterEdge
	PageInfo        *PageInfo
	TotalCount      int
	NotCoveredCount int
}

// NewClusterConnection makes the page of a list.
func NewClusterConnection(a *atlas.Atlas, list *atlas.ClusterList, page Page, day Day) (*ClusterConnection, error) {
	key := func(hit atlas.ClusterHit) string { return hit.Key }
	hits, info, err := pageOf(page, &list.List, key)
	if err != nil {
		return nil, err
	}
	c := &ClusterConnection{Edges: []*ClusterEdge{}, PageInfo: info, TotalCount: list.Len(), NotCoveredCount: list.NotCovered}
	for _, hit := range hits {
		c.Edges = append(c.Edges, &ClusterEdge{Cursor: cursor(key(hit)), Node: NewCluster(a, hit.Cluster, day), DistanceMetres: hit.Metres})
	}
	return c, nil
}

func (c *ClusterConnection) Nodes() []*Cluster {
	out := make([]*Cluster, len(c.Edges))
	for i, edge := range c.Edges {
		out[i] = edge.Node
	}
	return out
}
