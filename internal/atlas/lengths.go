package atlas

import (
	"context"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Lengths are the greatest lengths that the lists of one thing have, over all days:
// what a query for them costs depends on these.
type Lengths struct {
	// Sources is the number of sources of any one thing, RowSources that of a row of
	// a choropleth.
	Sources, RowSources int
	// Codes, Members, Designations and Clusters are those of a region.
	Codes, Members, Designations, Clusters int
	// Successions of a region, to one side, and neighbouring countries of a designation.
	Successions, Countries int
	// Coverage is the number of coverages of one kind of designation.
	Coverage int
	// Products, Phases, Regions and Events are those of a cluster.
	Products, Phases, Regions, Events int
	// ClustersOfProduct and ClustersOfPhase are the clusters of one.
	ClustersOfProduct, ClustersOfPhase int
}

// Lengths gives the greatest lengths of the lists in this state of the record. The
// error is that of a context that ended.
func (a *Atlas) Lengths(ctx context.Context) (*Lengths, error) {
	return a.lengths.Get(ctx, "while the lists were measured")
}

// measureLengths goes over the record once.
func (a *Atlas) measureLengths() *Lengths {
	l := &Lengths{}
	sources := func(ids []sentra.SourceID) { l.Sources = max(l.Sources, len(ids)) }
	// ofRow are the sources of what may stand in a row of a choropleth.
	ofRow := make(map[string]map[sentra.SourceID]bool)
	add := func(row string, ids []sentra.SourceID) {
		if ofRow[row] == nil {
			ofRow[row] = make(map[sentra.SourceID]bool)
		}
		for _, id := range ids {
			ofRow[row][id] = true
		}
		l.RowSources = max(l.RowSources, len(ofRow[row]))
	}
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
	events := make(map[sentra.RegionCode]int)
	for i := range a.Data.Events {
		sources(a.Data.Events[i].Sources)
		events[a.Data.Events[i].Region]++
	}
	atRegion, ofProduct, ofPhase := make(map[sentra.RegionCode]int), make(map[string]int), make(map[string]int)
	for _, c := range a.clusterOrder {
		sources(c.Sources)
		l.Products, l.Phases, l.Regions = max(l.Products, len(c.Products)), max(l.Phases, len(c.Phases)), max(l.Regions, len(c.Regions))
		happened := 0
		counted := make(map[sentra.RegionCode]bool, 2)
		count := func(code sentra.RegionCode) {
			if counted[code] {
				return
			}
			counted[code] = true
			atRegion[code]++
			l.Clusters = max(l.Clusters, atRegion[code])
			add(string(code), c.Sources)
		}
		judged := c.Sources
		for _, code := range c.Regions {
			happened += events[code]
			count(code)
			for _, m := range a.memberships[code] {
				count(m.Province)
			}
			for _, d := range a.designations[code] {
				add(string(code), d.Sources)
				for _, m := range a.memberships[code] {
					add(string(m.Province), d.Sources)
				}
				judged = append(judged[:len(judged):len(judged)], d.Sources...)
			}
		}
		l.Events = max(l.Events, happened)
		for _, key := range c.Products {
			ofProduct[key]++
			l.ClustersOfProduct = max(l.ClustersOfProduct, ofProduct[key])
			add("product "+key, judged)
		}
		for _, key := range c.Phases {
			ofPhase[key]++
			l.ClustersOfPhase = max(l.ClustersOfPhase, ofPhase[key])
			add("phase "+key, judged)
		}
		for _, ground := range c.Grounds {
			sources(ground.Sources)
		}
	}
	// A no is told by the coverage, a zero by the phases.
	l.RowSources = min(len(a.Data.Sources), max(l.RowSources+judging, phaseSources))
	return l
}
