package register

import (
	"cmp"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The kinds beyond the programme itself: names, support, facilitators, counts by
// other bodies, and candidates.

var nameKind = &kindOf[sentra.RegionName]{
	name: sentra.KindOfName, schema: 1,
	id:  (*sentra.RegionName).EntityID,
	get: func(d *sentra.Dataset) []sentra.RegionName { return d.Names },
	set: func(d *sentra.Dataset, list []sentra.RegionName) { d.Names = list },
	order: func(a, b *sentra.RegionName) int {
		return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Name, b.Name))
	},
	check: (*sentra.RegionName).Check,
	refers: func(n *sentra.RegionName, yield reference) {
		refRegion(n.Region, "region", -1, yield)
		refSources(n.Sources, "sources", yield)
	},
}

var supportKind = &kindOf[sentra.Support]{
	name: sentra.KindOfSupport, schema: 2,
	id:    func(s *sentra.Support) string { return s.ID },
	setID: func(s *sentra.Support, id string) { s.ID = id },
	get:   func(d *sentra.Dataset) []sentra.Support { return d.Supports },
	set:   func(d *sentra.Dataset, list []sentra.Support) { d.Supports = list },
	order: func(a, b *sentra.Support) int {
		return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), cmp.Compare(a.Year, b.Year), strings.Compare(a.ID, b.ID))
	},
	check: (*sentra.Support).Check,
	prepare: func(_ *plan, _ *pendingOf[sentra.Support], s *sentra.Support) error {
		if s.ID == "" {
			s.ID = sentra.SupportID(s)
		}
		return nil
	},
	refers: func(s *sentra.Support, yield reference) {
		refRegion(s.Region, "region", -1, yield)
		refKey(sentra.KindOfCluster, s.Cluster, "cluster", yield)
		refKey(sentra.KindOfProduct, s.Product, "product", yield)
		refSources(s.Sources, "sources", yield)
	},
}

var facilitatorsKind = &kindOf[sentra.Facilitators]{
	name: sentra.KindOfFacilitators, schema: 2,
	id:    func(f *sentra.Facilitators) string { return f.ID },
	setID: func(f *sentra.Facilitators, id string) { f.ID = id },
	get:   func(d *sentra.Dataset) []sentra.Facilitators { return d.Facilitators },
	set:   func(d *sentra.Dataset, list []sentra.Facilitators) { d.Facilitators = list },
	order: func(a, b *sentra.Facilitators) int {
		return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), cmp.Compare(a.Year, b.Year), strings.Compare(a.ID, b.ID))
	},
	check: (*sentra.Facilitators).Check,
	prepare: func(_ *plan, _ *pendingOf[sentra.Facilitators], f *sentra.Facilitators) error {
		if f.ID == "" {
			f.ID = sentra.FacilitatorsID(f)
		}
		return nil
	},
	refers: func(f *sentra.Facilitators, yield reference) {
		refRegion(f.Region, "region", -1, yield)
		refSources(f.Sources, "sources", yield)
	},
}

var countKind = &kindOf[sentra.ExternalCount]{
	name: sentra.KindOfCount, schema: 2,
	id:    func(c *sentra.ExternalCount) string { return c.ID },
	setID: func(c *sentra.ExternalCount, id string) { c.ID = id },
	get:   func(d *sentra.Dataset) []sentra.ExternalCount { return d.Counts },
	set:   func(d *sentra.Dataset, list []sentra.ExternalCount) { d.Counts = list },
	order: func(a, b *sentra.ExternalCount) int {
		return cmp.Or(strings.Compare(string(a.Region), string(b.Region)), cmp.Compare(a.Year, b.Year), strings.Compare(a.ID, b.ID))
	},
	check: (*sentra.ExternalCount).Check,
	prepare: func(_ *plan, _ *pendingOf[sentra.ExternalCount], c *sentra.ExternalCount) error {
		if c.ID == "" {
			c.ID = sentra.ExternalCountID(c)
		}
		return nil
	},
	refers: func(c *sentra.ExternalCount, yield reference) {
		refRegion(c.Region, "region", -1, yield)
		refSources(c.Sources, "sources", yield)
	},
}

var candidateKind = &kindOf[sentra.Candidate]{
	name: sentra.KindOfCandidate, schema: 1,
	id:  (*sentra.Candidate).EntityID,
	get: func(d *sentra.Dataset) []sentra.Candidate { return d.Candidates },
	set: func(d *sentra.Dataset, list []sentra.Candidate) { d.Candidates = list },
	order: func(a, b *sentra.Candidate) int {
		return cmp.Or(strings.Compare(a.Phase, b.Phase), strings.Compare(string(a.Region), string(b.Region)))
	},
	check: (*sentra.Candidate).Check,
	refers: func(c *sentra.Candidate, yield reference) {
		refKey(sentra.KindOfPhase, c.Phase, "phase", yield)
		refRegion(c.Region, "region", -1, yield)
		for i := range c.Assessments {
			refSources(c.Assessments[i].Sources, "assessments.sources", yield)
		}
		if c.Decision != nil {
			refSources(c.Decision.Sources, "decision.sources", yield)
		}
		refSources(c.Sources, "sources", yield)
	},
}

// refKey yields a reference to an entity by its id, unless it is empty.
func refKey(kind sentra.EntityKind, id, path string, yield reference) {
	if id != "" {
		yield(path, -1, sentra.EntityRef{Kind: kind, ID: id})
	}
}
