package atlas

import (
	"context"
	"maps"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Lengths are the greatest lengths of the lists of one item, over all days. The cost
// of a query depends on them.
type Lengths struct {
	// Sources is for any one item, RowSources for a row of a choropleth.
	Sources, RowSources int
	// Of a region.
	Codes, Members, Designations, Clusters int
	// Successions of a region, in one direction, and neighbouring countries of a
	// designation.
	Successions, Countries int
	// Coverage is for one kind of designation.
	Coverage int
	// Of a cluster.
	Products, Phases, Regions, Events int
	// Clusters of one product and of one phase.
	ClustersOfProduct, ClustersOfPhase int
	// Names, Supports, Facilitators and Counts of a region, SupportsOfCluster and
	// Readings of a cluster, Candidates of a phase, and Assessments of a candidate.
	Names, Supports, Facilitators, Counts, SupportsOfCluster, Readings, Candidates, Assessments int
}

// Lengths returns the greatest lengths of the lists in this state of the record. It
// fails only if the context ends.
func (a *Atlas) Lengths(ctx context.Context) (*Lengths, error) {
	measured, err := a.lengths.Get(ctx, whileMeasured)
	if err != nil {
		return nil, err
	}
	return &measured.Lengths, nil
}

const whileMeasured = "while the lists were measured"

// measured has the lengths together with the counts they were computed from.
type measured struct {
	Lengths
	clusters *clusterLengths
}

// measureLengths goes over the record except for its clusters.
func (a *Atlas) measureLengths(clusters *clusterLengths) *measured {
	l := &measured{clusters: clusters}
	sources := func(ids []sentra.SourceID) { l.Sources = max(l.Sources, len(ids)) }
	judging := 0
	kinds := make(map[sentra.DesignationKind]int)
	for i := range a.Data.Coverage {
		c := &a.Data.Coverage[i]
		sources(c.Sources)
		kinds[c.Kind]++
		l.Coverage = max(l.Coverage, kinds[c.Kind])
		judging += len(c.Sources)
	}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		sources(r.Sources)
		l.Codes = max(l.Codes, len(a.codes[r.Code]))
		l.Members = max(l.Members, len(a.members[r.Code]))
		l.Designations = max(l.Designations, len(a.designations[r.Code]))
	}
	for i := range a.Data.Codes {
		sources(a.Data.Codes[i].Sources)
	}
	made, became := make(map[sentra.RegionCode]int), make(map[sentra.RegionCode]int)
	for i := range a.Data.Successions {
		s := &a.Data.Successions[i]
		sources(s.Sources)
		made[s.Predecessor]++
		became[s.Successor]++
		l.Successions = max(l.Successions, made[s.Predecessor], became[s.Successor])
	}
	for i := range a.Data.Designations {
		d := &a.Data.Designations[i]
		sources(d.Sources)
		l.Countries = max(l.Countries, len(d.Countries))
	}
	phaseSources := 0
	for i := range a.Data.Phases {
		sources(a.Data.Phases[i].Sources)
		phaseSources += len(a.Data.Phases[i].Sources)
	}
	for i := range a.Data.Products {
		sources(a.Data.Products[i].Sources)
	}
	for i := range a.Data.Programme.Grounds {
		sources(a.Data.Programme.Grounds[i].Sources)
	}
	sources(a.Data.Programme.Sources)
	sources(a.Data.Programme.MethodSources)
	for i := range a.Data.Events {
		sources(a.Data.Events[i].Sources)
	}
	l.Sources = max(l.Sources, clusters.sources.greatest())
	l.Products, l.Phases, l.Regions = clusters.products.greatest(), clusters.phases.greatest(), clusters.regions.greatest()
	l.Events = clusters.events.greatest()
	for _, r := range clusters.atRegion.all {
		l.Clusters, l.RowSources = max(l.Clusters, r.clusters), max(l.RowSources, len(r.sources))
	}
	for _, r := range clusters.ofProduct.all {
		l.ClustersOfProduct, l.RowSources = max(l.ClustersOfProduct, r.clusters), max(l.RowSources, len(r.sources))
	}
	for _, r := range clusters.ofPhase.all {
		l.ClustersOfPhase, l.RowSources = max(l.ClustersOfPhase, r.clusters), max(l.RowSources, len(r.sources))
	}
	l.Readings = clusters.readings.greatest()
	a.country.measure(&l.Lengths, sources)
	// A "no" cites the coverage, and a zero cites the phases.
	l.RowSources = min(len(a.Data.Sources), max(l.RowSources+judging, phaseSources))
	return l
}

// clusterLengths counts lengths, so that the maxima can be updated when some clusters
// are replaced.
type clusterLengths struct {
	// For each length, the number of lists of that length.
	sources, products, phases, regions, events, readings lengthCounts
	atRegion                                             rows[sentra.RegionCode]
	ofProduct, ofPhase                                   rows[string]
	// happened is the number of events in each region.
	happened map[sentra.RegionCode]int
	// list is a buffer reused from cluster to cluster.
	list []sentra.RegionCode
}

type lengthCounts map[int]int

func (counts lengthCounts) greatest() int {
	most := 0
	for length := range counts {
		most = max(most, length)
	}
	return most
}

// add adds lists of one length, or removes them if times is negative.
func (counts lengthCounts) add(length, times int) {
	if counts[length] += times; counts[length] == 0 {
		delete(counts, length)
	}
}

// row is a row of a choropleth: its clusters, and how often it may cite each source.
type row struct {
	clusters int
	sources  map[sentra.SourceID]int
}

func (r *row) empty() bool { return r.clusters == 0 && len(r.sources) == 0 }

// rows has the rows by key; more collects changes to them until sum is called.
type rows[K comparable] struct {
	layered[K, *row]
	more map[K]*row
}

func (r *rows[K]) count(key K, clusters, times int, sources []sentra.SourceID) {
	more := r.more[key]
	if more == nil {
		if r.more == nil {
			r.more = make(map[K]*row)
		}
		more = &row{sources: make(map[sentra.SourceID]int)}
		r.more[key] = more
	}
	more.clusters += clusters
	more.add(sources, times)
}

// sum merges more into the rows.
func (r *rows[K]) sum() {
	edits := make(map[K]edit[*row])
	for key, more := range r.more {
		known := r.of(key)
		if known == nil {
			edits[key] = edit[*row]{more, more.empty()}
			continue
		}
		if more.empty() {
			continue
		}
		next := &row{known.clusters + more.clusters, maps.Clone(known.sources)}
		for id, times := range more.sources {
			next.add([]sentra.SourceID{id}, times)
		}
		edits[key] = edit[*row]{next, next.empty()}
	}
	r.layered, r.more = r.edited(edits), nil
}

func (r *row) add(ids []sentra.SourceID, times int) {
	for _, id := range ids {
		if r.sources[id] += times; r.sources[id] == 0 {
			delete(r.sources, id)
		}
	}
}

func (a *Atlas) measureClusters() *clusterLengths {
	l := &clusterLengths{sources: make(lengthCounts), products: make(lengthCounts), readings: make(lengthCounts), phases: make(lengthCounts), regions: make(lengthCounts), events: make(lengthCounts),
		happened: make(map[sentra.RegionCode]int)}
	for i := range a.Data.Events {
		l.happened[a.Data.Events[i].Region]++
	}
	for c := range a.clusterOrder.each {
		l.count(a, c, 1)
	}
	l.sum()
	return l
}

// replaced returns the counts after replacing some clusters. Events, memberships and
// designations must not have changed.
func (l *clusterLengths) replaced(a *Atlas, gone, put []*Cluster) *clusterLengths {
	next := &clusterLengths{sources: maps.Clone(l.sources), products: maps.Clone(l.products), readings: maps.Clone(l.readings), phases: maps.Clone(l.phases), regions: maps.Clone(l.regions),
		events: maps.Clone(l.events), atRegion: l.atRegion, ofProduct: l.ofProduct, ofPhase: l.ofPhase, happened: l.happened}
	for _, c := range gone {
		next.count(a, c, -1)
	}
	for _, c := range put {
		next.count(a, c, 1)
	}
	next.sum()
	return next
}

func (l *clusterLengths) sum() {
	l.atRegion.sum()
	l.ofProduct.sum()
	l.ofPhase.sum()
}

// count adds a cluster (times 1) or removes it (times -1).
func (l *clusterLengths) count(a *Atlas, c *Cluster, times int) {
	l.sources.add(len(c.Sources), times)
	for i := range c.Grounds {
		l.sources.add(len(c.Grounds[i].Sources), times)
	}
	l.products.add(len(c.Products), times)
	l.readings.add(len(c.Readings), times)
	l.phases.add(len(c.Phases), times)
	l.regions.add(len(c.Regions), times)
	happened := 0
	l.list = l.list[:0]
	place := func(code sentra.RegionCode) {
		if !slices.Contains(l.list, code) {
			l.list = append(l.list, code)
			l.atRegion.count(code, times, times, c.Sources)
		}
	}
	for _, code := range c.Regions {
		happened += l.happened[code]
		place(code)
		for _, m := range a.memberships[code] {
			place(m.Province)
		}
		for _, d := range a.designations[code] {
			l.atRegion.count(code, 0, times, d.Sources)
			for _, m := range a.memberships[code] {
				l.atRegion.count(m.Province, 0, times, d.Sources)
			}
		}
	}
	l.events.add(happened, times)
	for _, key := range c.Products {
		l.ofProduct.countJudged(a, key, c, times)
	}
	for _, key := range c.Phases {
		l.ofPhase.countJudged(a, key, c, times)
	}
}

// countJudged counts a cluster in a row that may also cite the designations of its
// regions.
func (r *rows[K]) countJudged(a *Atlas, key K, c *Cluster, times int) {
	r.count(key, times, times, c.Sources)
	for _, code := range c.Regions {
		for _, d := range a.designations[code] {
			r.count(key, 0, times, d.Sources)
		}
	}
}

// listIdentity compares slices by identity, that is by start and length.
type listIdentity[T any] struct {
	first  *T
	length int
}

func identityOf[T any](list []T) listIdentity[T] {
	if len(list) == 0 {
		return listIdentity[T]{}
	}
	return listIdentity[T]{&list[0], len(list)}
}
