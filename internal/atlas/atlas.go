// Package atlas answers queries about one state of the record, held in memory. An
// Atlas is immutable, so any number of requests may read it concurrently. A Holder
// replaces it when the record changes.
package atlas

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/panics"
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
	clusters     layered[string, *Cluster]
	// planned has the clusters that are only planned, existing all others, ofProgramme
	// those of existing that the programme has developed.
	existing, ofProgramme, planned clustersByRegion
	// clusterOrder has the clusters in the default order.
	clusterOrder *clusterSequence
	orders       clusterOrders
	// slots is one more than the highest slot of a cluster.
	slots    int32
	products map[string]*sentra.Product
	phases   map[string]*sentra.Phase
	sources  map[sentra.SourceID]*sentra.Source
	names    map[sentra.RegionCode]string
	spans    map[sentra.RegionCode][]span
	// allBegun is the first day on which every cluster was known.
	allBegun sentra.Date
	country  *country
	// making is firstMaking, and funded is fundedClusters, both computed on first use.
	making *lazy.Value[map[placeOf]sentra.Date]
	funded func() map[string]*Cluster
	// fundsOf returns the cached result of newClusterFunds.
	fundsOf     func() clusterFunds
	groups      groups
	geometries  []*geometry
	generations []*generation
	// epochs are set last: a view taken while the atlas is being built has none.
	epochs []*epoch
	// clustersMaking is by product, clustersOfPhase by phase.
	clustersMaking, clustersOfPhase clusterLists[string]

	// Computed on first use.
	lengths *lazy.Value[*measured]
	sizes   *boundarySizes
}

type codeKey struct {
	system sentra.CodeSystem
	value  string
}

// Cluster is a cluster with its location.
type Cluster struct {
	*sentra.Cluster
	// Place is the cluster's point in degrees (lon, lat): its own, or the label point of
	// its first region where no more is known.
	Place orb.Point
	// Begins is the first day on which the cluster is known, sentra.Cluster.KnownFrom.
	// Where the sources say nothing it is after every day.
	Begins sentra.Date
	// slot is unique in the atlas. A cluster that replaces this one in the next atlas
	// takes over its slot.
	slot  int32
	group clusterGroups
	// normal caches the normalised names.
	normal atomic.Pointer[[2]string]
}

// New builds the indexes of a state of the record.
func New(data *sentra.Dataset) (*Atlas, error) {
	return build(context.Background(), data, nil)
}

// Next builds the indexes of the next state of the record. It reuses whatever both
// states share and, if few clusters changed, updates only those. The receiver may be
// nil.
func (a *Atlas) Next(ctx context.Context, data *sentra.Dataset) (*Atlas, error) {
	next, err := build(ctx, data, a)
	if err == nil && a != nil {
		// Every query needs the lengths, and the first one would have to wait for them.
		_, err = next.Lengths(ctx)
	}
	return next, err
}

// Trial checks that states of the record can be served, so that none is stored that
// the next start would refuse. Consecutive states share work. The zero value is ready
// to use and safe for concurrent use.
type Trial struct {
	// last is the atlas of a small state without boundaries.
	last atomic.Pointer[Atlas]
}

// smallTrial is the largest number of clusters in a state that a trial keeps.
const smallTrial = 1000

// Try reports whether a state can be served.
func (t *Trial) Try(ctx context.Context, data *sentra.Dataset) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("index the record: %v", fault)
		}
	}()
	made, err := build(ctx, data, t.last.Load())
	if err != nil {
		return err
	}
	for _, g := range made.geometries {
		g.coverage.Simplified()
	}
	if len(data.Boundaries) == 0 && data.Clusters.Len() <= smallTrial {
		t.last.Store(made)
	}
	return nil
}

// Try is Trial.Try for one state.
func Try(ctx context.Context, data *sentra.Dataset) error { return new(Trial).Try(ctx, data) }

// build builds the indexes, reusing those of previous, which may be nil. Lists that
// two states of the record share are identical in memory.
func build(ctx context.Context, data *sentra.Dataset, previous *Atlas) (*Atlas, error) {
	a, before := &Atlas{}, &sentra.Dataset{}
	all := previous == nil
	if previous != nil {
		*a, before = *previous, previous.Data
	}
	a.Data = data
	regions, memberships := all || !shared(before.Regions, data.Regions), all || !shared(before.Memberships, data.Memberships)
	designations, coverage := all || !shared(before.Designations, data.Designations), all || !shared(before.Coverage, data.Coverage)
	phases := all || !shared(before.Phases, data.Phases)
	drawn := regions || memberships || all || !shared(before.Boundaries, data.Boundaries)
	if regions {
		a.regions, a.names = make(map[sentra.RegionCode]*sentra.Region), make(map[sentra.RegionCode]string)
		for i := range data.Regions {
			r := &data.Regions[i]
			a.regions[r.Code], a.names[r.Code] = r, Normalise(r.Name)
		}
	}
	if memberships {
		a.memberships, a.members = make(map[sentra.RegionCode][]*sentra.Membership), make(map[sentra.RegionCode][]*sentra.Membership)
		for i := range data.Memberships {
			m := &data.Memberships[i]
			a.memberships[m.Region] = append(a.memberships[m.Region], m)
			a.members[m.Province] = append(a.members[m.Province], m)
		}
	}
	if all || !shared(before.Codes, data.Codes) {
		a.codes, a.meanings = make(map[sentra.RegionCode][]*sentra.OfficialCode), make(map[codeKey][]*sentra.OfficialCode)
		for i := range data.Codes {
			c := &data.Codes[i]
			key := codeKey{c.System, c.Value}
			a.codes[c.Region], a.meanings[key] = append(a.codes[c.Region], c), append(a.meanings[key], c)
		}
	}
	if designations {
		a.designations, a.designation = make(map[sentra.RegionCode][]*sentra.Designation), make(map[string]*sentra.Designation)
		for i := range data.Designations {
			d := &data.Designations[i]
			a.designations[d.Region] = append(a.designations[d.Region], d)
			a.designation[d.ID] = d
		}
	}
	if coverage {
		a.coverage = nil
		for i := range data.Coverage {
			a.coverage = append(a.coverage, &data.Coverage[i])
		}
	}
	if all || !shared(before.Products, data.Products) {
		a.products = make(map[string]*sentra.Product)
		for i := range data.Products {
			a.products[data.Products[i].Key] = &data.Products[i]
		}
	}
	if phases {
		a.phases = make(map[string]*sentra.Phase)
		for i := range data.Phases {
			a.phases[data.Phases[i].Key] = &data.Phases[i]
		}
	}
	if all || !shared(before.Sources, data.Sources) {
		a.sources = make(map[sentra.SourceID]*sentra.Source)
		for i := range data.Sources {
			a.sources[data.Sources[i].ID] = &data.Sources[i]
		}
	}
	if drawn {
		a.shapes, a.geometries, a.epochs = make(map[sentra.RegionCode][]*Shape), nil, nil
		if err := a.draw(ctx, previous); err != nil {
			return nil, err
		}
		a.sizes = a.newBoundarySizes()
	}
	// The rest does not depend on the index of the boundaries.
	var work errgroup.Group
	if drawn {
		work.Go(func() error {
			return panics.Catch(func() error {
				a.generations = a.generationsOf(previous)
				return nil
			})
		})
	}
	if regions || memberships || designations || coverage {
		a.spans = a.timelines()
	}
	// A cluster's location may depend on boundaries, and its first day on phases.
	var gone, put []*Cluster
	replaced := false
	if !drawn && !phases && a.datesStand(before.Sources) {
		gone, put, replaced = a.replaceClusters(before.Clusters, data.Clusters)
	}
	if !replaced {
		a.indexClusters()
	}
	if all || !sameCountry(before, data) {
		a.country = countryOf(data)
	}
	a.making, a.funded = lazy.New(a.firstMaking), sync.OnceValue(a.fundedClusters)
	a.fundsOf = sync.OnceValue(a.newClusterFunds)
	if err := work.Wait(); err != nil {
		return nil, err
	}
	if drawn {
		a.epochs = a.cutEpochs()
	}
	if replaced && !designations && shared(before.Events, data.Events) {
		known, err := previous.lengths.Get(ctx, whileMeasured)
		if err != nil {
			return nil, err
		}
		a.lengths = lazy.Of(a.measureLengths(known.clusters.replaced(a, gone, put)))
	} else {
		a.lengths = lazy.New(func() *measured { return a.measureLengths(a.measureClusters()) })
	}
	return a, nil
}

// shared reports whether two slices are the same in memory.
func shared[T any](x, y []T) bool { return len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0]) }

// Region returns a region by its code, whatever the day, or nil.
func (a *Atlas) Region(code sentra.RegionCode) *sentra.Region { return a.regions[code] }

// RegionByCode returns the region that has a code in a system on the day.
func (a View) RegionByCode(system sentra.CodeSystem, value string) *sentra.Region {
	for _, c := range a.meanings[codeKey{system, value}] {
		if c.Validity.Contains(a.Day) {
			return a.Exists(c.Region)
		}
	}
	return nil
}

// Exists returns the region if it exists on the day, else nil.
func (a View) Exists(code sentra.RegionCode) *sentra.Region {
	if r := a.regions[code]; r != nil && r.Validity.Contains(a.Day) {
		return r
	}
	return nil
}

// Province returns the province that a region is in on the day: a province itself,
// and "" if that is not known.
func (a View) Province(code sentra.RegionCode) sentra.RegionCode {
	if code.Level() == sentra.LevelProvince {
		return code
	}
	for _, m := range a.memberships[code] {
		if m.Validity.Contains(a.Day) {
			return m.Province
		}
	}
	return ""
}

// Members returns the regencies and cities of a province on the day, by code.
func (a View) Members(province sentra.RegionCode) []*sentra.Region {
	var out []*sentra.Region
	for _, m := range a.members[province] {
		if m.Validity.Contains(a.Day) {
			out = append(out, a.regions[m.Region])
		}
	}
	return out
}

// Shape returns the boundary of a region on the day, or nil if none is loaded.
func (a View) Shape(code sentra.RegionCode) *Shape {
	for _, s := range a.shapes[code] {
		if s.Validity.Contains(a.Day) {
			return s
		}
	}
	return nil
}

// Codes returns the official codes of a region.
func (a *Atlas) Codes(code sentra.RegionCode) []*sentra.OfficialCode { return a.codes[code] }

// Designations returns the designations of a region that are certainly in force on
// the day.
func (a View) Designations(code sentra.RegionCode) []*sentra.Designation {
	var out []*sentra.Designation
	for _, d := range a.designations[code] {
		if d.InForce(a.Day) {
			out = append(out, d)
		}
	}
	return out
}

// AllDesignations returns the designations of a region on any day.
func (a *Atlas) AllDesignations(code sentra.RegionCode) []*sentra.Designation {
	return a.designations[code]
}

// Designation returns a designation by its id, or nil.
func (a *Atlas) Designation(id string) *sentra.Designation { return a.designation[id] }

// Affirmative returns the affirmative status of a region on the day.
func (a View) Affirmative(code sentra.RegionCode) sentra.Affirmative {
	return sentra.Judge(a.Day, a.regions[code].Kind, a.Province(code), a.designations[code], a.coverage)
}

// Cluster returns a cluster by its key, or nil.
func (a *Atlas) Cluster(key string) *Cluster { return a.clusters.of(key) }

// Product returns a product by its key, or nil.
func (a *Atlas) Product(key string) *sentra.Product { return a.products[key] }

// Phase returns a phase by its key, or nil.
func (a *Atlas) Phase(key string) *sentra.Phase { return a.phases[key] }

// Source returns a source by its id, or nil.
func (a *Atlas) Source(id sentra.SourceID) *sentra.Source { return a.sources[id] }

// ClustersOfProduct returns the clusters that make a product, in the default order.
func (a *Atlas) ClustersOfProduct(key string) sentra.Sorted[Cluster] { return a.clustersMaking.of(key) }

// ClustersOfPhase returns the clusters of a phase, in the default order.
func (a *Atlas) ClustersOfPhase(key string) sentra.Sorted[Cluster] { return a.clustersOfPhase.of(key) }

// ClustersWith returns the clusters for which keep returns true, in the default
// order.
func (a *Atlas) ClustersWith(keep func(*Cluster) bool) []*Cluster {
	var out []*Cluster
	for c := range a.clusterOrder.each {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

// Counts returns how much is loaded. Only regions depend on the day.
func (a View) Counts() *sentra.DatasetCounts {
	counts := &sentra.DatasetCounts{Clusters: a.Data.Clusters.Len(), Products: len(a.Data.Products), Designations: len(a.Data.Designations),
		Sources: len(a.Data.Sources), Supports: len(a.Data.Supports)}
	for c := range a.Data.Clusters.All {
		if c.Planned {
			counts.PlannedClusters++
		}
		if c.OfProgramme() {
			counts.ProgrammeClusters++
		}
	}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if !r.Validity.Contains(a.Day) {
			continue
		}
		switch r.Kind {
		case sentra.KindProvince:
			counts.Provinces++
		case sentra.KindRegency:
			counts.Regencies++
		case sentra.KindCity:
			counts.Cities++
		}
		if a.Shape(r.Code) != nil {
			counts.Boundaries++
		}
	}
	return counts
}
