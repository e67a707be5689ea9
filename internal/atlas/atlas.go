// Package atlas answers questions about one state of the record, kept in
// memory: an Atlas never changes, so that any number of requests may read it at
// once. A Holder swaps it for the next one when the record changes.
package atlas

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Atlas is one state of the record with its indexes.
type Atlas struct {
	Data *sentra.Dataset

	regions      map[sentra.RegionCode]*sentra.Region
	memberships  map[sentra.RegionCode][]*sentra.Membership
	members      map[sentra.RegionCode][]*sentra.Membership
	codes        map[sentra.RegionCode][]*sentra.OfficialCode
	meanings     map[codeKey][]*sentra.OfficialCode
	designations map[sentra.RegionCode][]*sentra.Designation
	designation  map[string]*sentra.Designation
	coverage     []*sentra.DesignationCoverage
	shapes       map[sentra.RegionCode][]*Shape
	clusters     map[string]*Cluster
	clustersAt   map[sentra.RegionCode][]*Cluster
	// provinceOnly are the clusters that name a province, by its code.
	provinceOnly map[sentra.RegionCode][]*Cluster
	clusterOrder []*Cluster
	orders       map[sentra.ClusterOrder]*lazy.Value[*clusterOrder]
	products     map[string]*sentra.Product
	phases       map[string]*sentra.Phase
	sources      map[sentra.SourceID]*sentra.Source
	names        map[sentra.RegionCode]string
	spans        map[sentra.RegionCode][]span
	// firstBegun is the first day on which a region had a cluster whose phase had begun.
	firstBegun map[sentra.RegionCode]sentra.Date
	// allBegun is the first day on which every cluster's phase had begun.
	allBegun    sentra.Date
	geometries  []*geometry
	generations []*generation
	// clustersMaking and clustersOfPhase are those of products and phases.
	clustersMaking, clustersOfPhase map[string][]*Cluster

	// What is worked out when it is first needed.
	lengths  *lazy.Value[*Lengths]
	sizes    *boundarySizes
	searched *lazy.Value[[]searched]
}

// codeKey is a code in its system.
type codeKey struct {
	system sentra.CodeSystem
	value  string
}

// Cluster is a cluster with its place.
type Cluster struct {
	*sentra.Cluster
	// Place is the cluster's point in degrees (lon, lat): its own, or the label
	// point of its first region where only that is known.
	Place orb.Point
	// Begins is the first day of the first of its phases.
	Begins sentra.Date
	// position in the usual order.
	position int
}

// New makes the indexes of a state of the record.
func New(data *sentra.Dataset) (*Atlas, error) {
	return build(context.Background(), data, nil)
}

// Next makes the indexes of the next state of the record. Boundaries that are
// the same as in this atlas are not worked out again. The atlas may be nil.
func (a *Atlas) Next(ctx context.Context, data *sentra.Dataset) (*Atlas, error) {
	return build(ctx, data, a)
}

// Try tells whether a state of the record can be served, so that none is stored
// that the next start refuses.
func Try(ctx context.Context, data *sentra.Dataset) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("index the record: %v", fault)
		}
	}()
	_, err = build(ctx, data, nil)
	return err
}

func build(ctx context.Context, data *sentra.Dataset, previous *Atlas) (*Atlas, error) {
	a := &Atlas{
		Data:         data,
		regions:      make(map[sentra.RegionCode]*sentra.Region),
		memberships:  make(map[sentra.RegionCode][]*sentra.Membership),
		members:      make(map[sentra.RegionCode][]*sentra.Membership),
		codes:        make(map[sentra.RegionCode][]*sentra.OfficialCode),
		meanings:     make(map[codeKey][]*sentra.OfficialCode),
		designations: make(map[sentra.RegionCode][]*sentra.Designation),
		designation:  make(map[string]*sentra.Designation),
		shapes:       make(map[sentra.RegionCode][]*Shape),
		clusters:     make(map[string]*Cluster),
		clustersAt:   make(map[sentra.RegionCode][]*Cluster),
		provinceOnly: make(map[sentra.RegionCode][]*Cluster),
		products:     make(map[string]*sentra.Product),
		phases:       make(map[string]*sentra.Phase),
		sources:      make(map[sentra.SourceID]*sentra.Source),
		names:        make(map[sentra.RegionCode]string),
		firstBegun:   make(map[sentra.RegionCode]sentra.Date),

		clustersMaking: make(map[string][]*Cluster), clustersOfPhase: make(map[string][]*Cluster),
	}
	for i := range data.Regions {
		r := &data.Regions[i]
		a.regions[r.Code], a.names[r.Code] = r, Normalise(r.Name)
	}
	for i := range data.Memberships {
		m := &data.Memberships[i]
		a.memberships[m.Region] = append(a.memberships[m.Region], m)
		a.members[m.Province] = append(a.members[m.Province], m)
	}
	for i := range data.Codes {
		c := &data.Codes[i]
		key := codeKey{c.System, c.Value}
		a.codes[c.Region], a.meanings[key] = append(a.codes[c.Region], c), append(a.meanings[key], c)
	}
	for i := range data.Designations {
		d := &data.Designations[i]
		a.designations[d.Region] = append(a.designations[d.Region], d)
		a.designation[d.ID] = d
	}
	for i := range data.Coverage {
		a.coverage = append(a.coverage, &data.Coverage[i])
	}
	for i := range data.Products {
		a.products[data.Products[i].Key] = &data.Products[i]
	}
	for i := range data.Phases {
		a.phases[data.Phases[i].Key] = &data.Phases[i]
	}
	for i := range data.Sources {
		a.sources[data.Sources[i].ID] = &data.Sources[i]
	}
	if err := a.draw(ctx, previous); err != nil {
		return nil, err
	}
	clusters := make([]Cluster, len(data.Clusters))
	for i := range data.Clusters {
		c := &clusters[i]
		c.Cluster = &data.Clusters[i]
		switch {
		case c.Point != nil:
			c.Place = *c.Point
		case len(c.Regions) > 0:
			c.Place = a.regions[c.Regions[0]].Point
			if shapes := a.shapes[c.Regions[0]]; len(shapes) > 0 {
				c.Place = shapes[len(shapes)-1].Label
			}
		}
		c.Begins = math.MaxInt32
		for _, key := range c.Phases {
			c.Begins = min(c.Begins, a.phases[key].From.First)
		}
		a.clusters[c.Key] = c
		a.clusterOrder = append(a.clusterOrder, c)
		for _, code := range c.Regions {
			a.clustersAt[code] = append(a.clustersAt[code], c)
			if code.Level() == sentra.LevelProvince {
				a.provinceOnly[code] = append(a.provinceOnly[code], c)
			}
			if first, known := a.firstBegun[code]; !known || c.Begins < first {
				a.firstBegun[code] = c.Begins
			}
		}
	}
	slices.SortStableFunc(a.clusterOrder, func(x, y *Cluster) int { return compareClusters(x, y) })
	a.spans = a.timelines()
	for i, c := range a.clusterOrder {
		c.position, a.allBegun = i, max(a.allBegun, c.Begins)
		for i, key := range c.Products {
			if !slices.Contains(c.Products[:i], key) {
				a.clustersMaking[key] = append(a.clustersMaking[key], c)
			}
		}
		for i, key := range c.Phases {
			if !slices.Contains(c.Phases[:i], key) {
				a.clustersOfPhase[key] = append(a.clustersOfPhase[key], c)
			}
		}
	}
	a.orders = clusterOrdersOf(a.clusterOrder)
	a.generations = a.generationsOf(previous)
	a.lengths, a.sizes, a.searched = lazy.New(a.measureLengths), a.newBoundarySizes(), lazy.New(a.searchIndex)
	return a, nil
}

// Region gives a region by its code, whatever the day; nil where there is none.
func (a *Atlas) Region(code sentra.RegionCode) *sentra.Region { return a.regions[code] }

// RegionByCode gives the region that has a code in a system on the day.
func (a *Atlas) RegionByCode(system sentra.CodeSystem, value string, day sentra.Date) *sentra.Region {
	for _, c := range a.meanings[codeKey{system, value}] {
		if c.Validity.Contains(day) {
			return a.Exists(c.Region, day)
		}
	}
	return nil
}

// Exists gives the region if it exists on the day, else nil.
func (a *Atlas) Exists(code sentra.RegionCode, day sentra.Date) *sentra.Region {
	if r := a.regions[code]; r != nil && r.Validity.Contains(day) {
		return r
	}
	return nil
}

// CheckDay refuses a day before the record begins: an empty list would be a
// false answer. The error is a BAD_USER_INPUT without a path.
func (a *Atlas) CheckDay(day sentra.Date) error {
	if day < sentra.FirstDay {
		return sentra.BadInput("", "%s lies before the record: regions are known from %s on", day, sentra.FirstDay)
	}
	return nil
}

// Province gives the province that a region stands in on the day: itself for a
// province, "" where that is not known.
func (a *Atlas) Province(code sentra.RegionCode, day sentra.Date) sentra.RegionCode {
	if code.Level() == sentra.LevelProvince {
		return code
	}
	for _, m := range a.memberships[code] {
		if m.Validity.Contains(day) {
			return m.Province
		}
	}
	return ""
}

// Members gives the regencies and cities of a province on the day, by code.
func (a *Atlas) Members(province sentra.RegionCode, day sentra.Date) []*sentra.Region {
	var out []*sentra.Region
	for _, m := range a.members[province] {
		if m.Validity.Contains(day) {
			out = append(out, a.regions[m.Region])
		}
	}
	return out
}

// Shape gives the boundary of a region on the day, nil where none is loaded.
func (a *Atlas) Shape(code sentra.RegionCode, day sentra.Date) *Shape {
	for _, s := range a.shapes[code] {
		if s.Validity.Contains(day) {
			return s
		}
	}
	return nil
}

// Codes gives the official codes of a region.
func (a *Atlas) Codes(code sentra.RegionCode) []*sentra.OfficialCode { return a.codes[code] }

// Designations gives those of a region in force for certain on the day.
func (a *Atlas) Designations(code sentra.RegionCode, day sentra.Date) []*sentra.Designation {
	var out []*sentra.Designation
	for _, d := range a.designations[code] {
		if d.InForce(day) {
			out = append(out, d)
		}
	}
	return out
}

// Designation gives a designation by its id, nil where there is none.
func (a *Atlas) Designation(id string) *sentra.Designation { return a.designation[id] }

// Affirmative judges a region on the day.
func (a *Atlas) Affirmative(code sentra.RegionCode, day sentra.Date) sentra.Affirmative {
	return sentra.Judge(day, a.regions[code].Kind, a.Province(code, day), a.designations[code], a.coverage)
}

// Cluster gives a cluster by its key, nil where there is none.
func (a *Atlas) Cluster(key string) *Cluster { return a.clusters[key] }

// Product gives a product by its key, nil where there is none.
func (a *Atlas) Product(key string) *sentra.Product { return a.products[key] }

// Phase gives a phase by its key, nil where there is none.
func (a *Atlas) Phase(key string) *sentra.Phase { return a.phases[key] }

// Source gives a source by its id, nil where there is none.
func (a *Atlas) Source(id sentra.SourceID) *sentra.Source { return a.sources[id] }

// ClustersOfProduct gives the clusters that make a product, in the usual order.
func (a *Atlas) ClustersOfProduct(key string) []*Cluster { return a.clustersMaking[key] }

// ClustersOfPhase gives the clusters of a phase, in the usual order.
func (a *Atlas) ClustersOfPhase(key string) []*Cluster { return a.clustersOfPhase[key] }

// ClustersWith gives the clusters for which keep holds, in the usual order.
func (a *Atlas) ClustersWith(keep func(*Cluster) bool) []*Cluster {
	var out []*Cluster
	for _, c := range a.clusterOrder {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// LoadedBoundaries counts the regions of the day and those with a boundary.
func (a *Atlas) LoadedBoundaries(day sentra.Date) (regions, withBoundary int) {
	for code := range a.regions {
		if a.Exists(code, day) != nil {
			regions++
			if a.Shape(code, day) != nil {
				withBoundary++
			}
		}
	}
	return regions, withBoundary
}
