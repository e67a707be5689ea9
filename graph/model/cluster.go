package model

import (
	"fmt"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Cluster is a view of a cluster, with its regions as of a day.
type Cluster struct {
	on      *View
	cluster *atlas.Cluster
}

// NewCluster returns the view of a cluster on a day.
func NewCluster(on *View, c *atlas.Cluster) *Cluster {
	return &Cluster{on, c}
}

// ClusterByKey returns the view of the cluster with a key, or nil.
func ClusterByKey(on *View, key string) *Cluster {
	if c := on.Cluster(key); c != nil {
		return NewCluster(on, c)
	}
	return nil
}

func (c *Cluster) On(on *View) *Cluster { return NewCluster(on, c.cluster) }

func clusters(on *View, found []*atlas.Cluster) []*Cluster {
	out := make([]*Cluster, len(found))
	for i, c := range found {
		out[i] = NewCluster(on, c)
	}
	return out
}

func (*Cluster) IsNode() {}

func (*Cluster) IsSearchHit() {}

// ID includes the day if one was given, so that caches keep two days apart.
func (c *Cluster) ID() string        { return c.on.id("Cluster", c.cluster.Key) }
func (c *Cluster) Key() string       { return c.cluster.Key }
func (c *Cluster) AsOf() sentra.Date { return c.on.Day }
func (c *Cluster) Name() string      { return c.cluster.NameEN }
func (c *Cluster) NameID() string    { return c.cluster.NameID }
func (c *Cluster) RegionNote() *Prose {
	return optionallySaid(c.cluster.RegionNote, c.cluster.RegionNoteID)
}
func (c *Cluster) ProvinceNamed() *string { return optional(c.cluster.ProvinceNamed) }
func (c *Cluster) InitialTarget() *bool   { return c.cluster.InitialTarget }
func (c *Cluster) Sources() []*Source     { return Sources(c.on.Atlas, c.cluster.Sources) }

func (c *Cluster) Products() []*Product {
	out := make([]*Product, len(c.cluster.Products))
	for i, key := range c.cluster.Products {
		out[i] = &Product{c.on, c.on.Product(key)}
	}
	return out
}

func (c *Cluster) Phases() []*Phase {
	out := make([]*Phase, len(c.cluster.Phases))
	for i, key := range c.cluster.Phases {
		out[i] = &Phase{c.on, c.on.Phase(key)}
	}
	return out
}

func (c *Cluster) Regions(asOf *sentra.Date) ([]*Region, error) {
	on, err := c.on.Or(asOf)
	if err != nil {
		return nil, err
	}
	out := make([]*Region, len(c.cluster.Regions))
	for i, code := range c.cluster.Regions {
		out[i] = NewRegion(on, c.on.Region(code))
	}
	return out, nil
}

func (c *Cluster) Location() *ClusterLocation {
	p := c.cluster.Place
	return &ClusterLocation{Point: point(p), Precision: c.cluster.Precision,
		Geometry: Geometry(fmt.Appendf(nil, `{"type":"Point","coordinates":[%g,%g]}`, p.Lon(), p.Lat()))}
}

// Grounds returns the programme's grounds, each with what is known about this
// cluster.
func (c *Cluster) Grounds() []*ClusterGround {
	out := []*ClusterGround{}
	for i := range c.on.Data.Programme.Grounds {
		ground := &c.on.Data.Programme.Grounds[i]
		view := &ClusterGround{Ground: groundOf(c.on.Atlas, ground), Sources: Sources(c.on.Atlas, ground.Sources)}
		if known := c.cluster.Ground(ground.Kind); known != nil {
			view.Met, view.Sources = &known.Met, Sources(c.on.Atlas, known.Sources)
		}
		out = append(out, view)
	}
	return out
}

// Events returns the dated events in the cluster's regions.
func (c *Cluster) Events() []*Event {
	out := []*Event{}
	for _, e := range c.on.EventsOf(c.cluster) {
		out = append(out, eventOf(c.on, e))
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

// NewClusterConnection returns a page of a list.
func NewClusterConnection(on *View, list *atlas.ClusterList, page Page) (*ClusterConnection, error) {
	key := func(hit atlas.ClusterHit) string { return hit.Key }
	hits, info, err := pageOf(page, &list.List, key)
	if err != nil {
		return nil, err
	}
	c := &ClusterConnection{Edges: []*ClusterEdge{}, PageInfo: info, TotalCount: list.Len(), NotCoveredCount: list.NotCovered}
	for _, hit := range hits {
		c.Edges = append(c.Edges, &ClusterEdge{Cursor: cursor(key(hit)), Node: NewCluster(on, hit.Cluster), DistanceMetres: hit.Metres})
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
