package atlas

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// country is what the record holds besides regions and clusters themselves: names,
// funding, facilitators, counts by other bodies, and plans.
type country struct {
	names        map[sentra.RegionCode][]*sentra.RegionName
	normal       map[*sentra.RegionName]string
	supports     map[sentra.RegionCode][]*sentra.Support
	support      map[string]*sentra.Support
	ofCluster    map[string][]*sentra.Support
	facilitators map[sentra.RegionCode][]*sentra.Facilitators
	counts       map[sentra.RegionCode][]*sentra.ExternalCount
	candidates   map[string][]*sentra.Candidate
	candidatesOf map[sentra.RegionCode][]*sentra.Candidate
}

func countryOf(data *sentra.Dataset) *country {
	c := &country{
		names:        make(map[sentra.RegionCode][]*sentra.RegionName),
		normal:       make(map[*sentra.RegionName]string, len(data.Names)),
		supports:     make(map[sentra.RegionCode][]*sentra.Support),
		support:      make(map[string]*sentra.Support, len(data.Supports)),
		ofCluster:    make(map[string][]*sentra.Support),
		facilitators: make(map[sentra.RegionCode][]*sentra.Facilitators),
		counts:       make(map[sentra.RegionCode][]*sentra.ExternalCount),
		candidates:   make(map[string][]*sentra.Candidate),
		candidatesOf: make(map[sentra.RegionCode][]*sentra.Candidate),
	}
	for i := range data.Names {
		n := &data.Names[i]
		c.names[n.Region] = append(c.names[n.Region], n)
		c.normal[n] = Normalise(n.Name)
	}
	for i := range data.Supports {
		s := &data.Supports[i]
		c.support[s.ID] = s
		c.supports[s.Region] = append(c.supports[s.Region], s)
		if s.Cluster != "" {
			c.ofCluster[s.Cluster] = append(c.ofCluster[s.Cluster], s)
		}
	}
	for i := range data.Facilitators {
		f := &data.Facilitators[i]
		c.facilitators[f.Region] = append(c.facilitators[f.Region], f)
	}
	for i := range data.Counts {
		n := &data.Counts[i]
		c.counts[n.Region] = append(c.counts[n.Region], n)
	}
	for i := range data.Candidates {
		one := &data.Candidates[i]
		c.candidates[one.Phase] = append(c.candidates[one.Phase], one)
		c.candidatesOf[one.Region] = append(c.candidatesOf[one.Region], one)
	}
	return c
}

// measure adds the lengths of its lists to l, and passes their lists of sources to
// sources.
func (c *country) measure(l *Lengths, sources func([]sentra.SourceID)) {
	l.Names = longest(c.names, func(n *sentra.RegionName) { sources(n.Sources) })
	l.Supports = longest(c.supports, func(s *sentra.Support) { sources(s.Sources) })
	l.SupportsOfCluster = longest(c.ofCluster, func(*sentra.Support) {})
	l.Facilitators = longest(c.facilitators, func(f *sentra.Facilitators) { sources(f.Sources) })
	l.Counts = longest(c.counts, func(n *sentra.ExternalCount) { sources(n.Sources) })
	l.Candidates = longest(c.candidates, func(one *sentra.Candidate) {
		l.Assessments = max(l.Assessments, len(one.Assessments))
		sources(one.Sources)
		for i := range one.Assessments {
			sources(one.Assessments[i].Sources)
		}
		if one.Decision != nil {
			sources(one.Decision.Sources)
		}
	})
}

// longest returns the length of the longest list, and calls each for every element.
func longest[K comparable, T any](lists map[K][]*T, each func(*T)) int {
	most := 0
	for _, list := range lists {
		most = max(most, len(list))
		for _, value := range list {
			each(value)
		}
	}
	return most
}

// sameCountry reports whether two states of the record agree in all of this.
func sameCountry(x, y *sentra.Dataset) bool {
	return shared(x.Names, y.Names) && shared(x.Supports, y.Supports) && shared(x.Facilitators, y.Facilitators) && shared(x.Counts, y.Counts) && shared(x.Candidates, y.Candidates)
}

// datesStand reports whether all sources of before still have the same dates. The day
// from which a cluster is known depends on them.
func (a *Atlas) datesStand(before []sentra.Source) bool {
	for i := range before {
		now, was := a.sources[before[i].ID], before[i].Date
		if now != nil && now.Date != was && (now.Date == nil || was == nil || *now.Date != *was) {
			return false
		}
	}
	return true
}

// fundedClusters returns the clusters that received support, by id.
func (a *Atlas) fundedClusters() map[string]*Cluster {
	out := make(map[string]*Cluster, len(a.country.ofCluster))
	for c := range a.clusterOrder.each {
		if len(a.country.ofCluster[c.ID]) > 0 {
			out[c.ID] = c
		}
	}
	return out
}

// knows reports whether a cluster exists on the day. Before it is known, a cluster of
// the programme had not begun, and for any other the answer is unknown.
func (a View) knows(c *Cluster) sentra.Truth {
	switch {
	case c.Begins <= a.Day:
		return sentra.True
	case c.OfProgramme():
		return sentra.False
	}
	return sentra.Unknown
}

// PlannedIn returns the clusters that are planned in a region, or in the regions below
// it, as known on the day.
func (a View) PlannedIn(code sentra.RegionCode) []*Cluster {
	return a.knownIn(&a.planned, code)
}

// ListedIn returns the clusters of ClustersOf and of PlannedIn.
func (a View) ListedIn(code sentra.RegionCode) []*Cluster {
	return append(a.ClustersOf(code), a.PlannedIn(code)...)
}

// clusterFunds has the funds from which a cluster itself is known to have had
// support, by slot.
type clusterFunds []fundSet

// any reports whether a cluster is known to have had support from one of some funds.
// If not, the answer is unknown, and for an empty set it is false.
func (f clusterFunds) any(c *Cluster, wanted fundSet) sentra.Truth {
	switch {
	case f[c.slot]&wanted != 0:
		return sentra.True
	case wanted == 0:
		return sentra.False
	}
	return sentra.Unknown
}

// newClusterFunds computes the funds of all clusters.
func (a *Atlas) newClusterFunds() clusterFunds {
	out := make(clusterFunds, a.slots)
	for id, c := range a.funded() {
		for _, s := range a.country.ofCluster[id] {
			out[c.slot] |= fundSetOf(s.Fund)
		}
	}
	return out
}

// containsAffirmative reports whether a region is affirmative or contains one that
// is.
func (a View) containsAffirmative(code sentra.RegionCode) sentra.Truth {
	any := a.affirmative(code)
	for _, member := range a.Members(code) {
		any = any.Or(a.affirmative(member.Code))
	}
	return any
}

// Names returns the former and variant names of a region.
func (a *Atlas) Names(code sentra.RegionCode) []*sentra.RegionName { return a.country.names[code] }

// formerName returns the name that was official on the day and is no longer, or nil.
func (a View) formerName(code sentra.RegionCode) *sentra.RegionName {
	for _, n := range a.country.names[code] {
		if n.Official(a.Day) {
			return n
		}
	}
	return nil
}

// NameOn returns the official name of a region on the day.
func (a View) NameOn(r *sentra.Region) string {
	if n := a.formerName(r.Code); n != nil {
		return n.Name
	}
	return r.Name
}

// CodeOn returns the code of a region in a system on the day, "" if none is known. Of
// several Ministry codes it returns the one that identifies the region in the record.
func (a View) CodeOn(code sentra.RegionCode, system sentra.CodeSystem) string {
	if system == sentra.SystemKemendagri {
		return string(code)
	}
	for _, c := range a.codes[code] {
		if c.System == system && c.Validity.Contains(a.Day) {
			return c.Value
		}
	}
	return ""
}

// normalName returns the normalised name of a region on the day.
func (a View) normalName(code sentra.RegionCode) string {
	if n := a.formerName(code); n != nil {
		return a.country.normal[n]
	}
	return a.names[code]
}

// Support returns a support by its id, or nil.
func (a *Atlas) Support(id string) *sentra.Support { return a.country.support[id] }

// SupportsOf returns the supports of a region itself, by year, or of the whole
// country for "".
func (a *Atlas) SupportsOf(code sentra.RegionCode) []*sentra.Support { return a.country.supports[code] }

// SupportsOfCluster returns the supports for a cluster, by year.
func (a *Atlas) SupportsOfCluster(c *Cluster) []*sentra.Support { return a.country.ofCluster[c.ID] }

// ClusterOf returns the cluster that a support was for, or nil if the sources name
// none.
func (a *Atlas) ClusterOf(s *sentra.Support) *Cluster { return a.funded()[s.Cluster] }

// FacilitatorsOf returns the counts of facilitators in a region itself, by year.
func (a *Atlas) FacilitatorsOf(code sentra.RegionCode) []*sentra.Facilitators {
	return a.country.facilitators[code]
}

// CountsOf returns how many clusters other bodies count in a region itself, by year.
func (a *Atlas) CountsOf(code sentra.RegionCode) []*sentra.ExternalCount {
	return a.country.counts[code]
}

// Candidates returns the regions that a phase considered, by code.
func (a *Atlas) Candidates(phase string) []*sentra.Candidate { return a.country.candidates[phase] }

// EventsOf returns the events in a cluster's regions, in the record's order.
func (a *Atlas) EventsOf(c *Cluster) []*sentra.Event {
	return matching(a.Data.Events, func(e *sentra.Event) bool { return slices.Contains(c.Regions, e.Region) })
}

// Predecessors returns the successions by which a province was created from others.
func (a *Atlas) Predecessors(code sentra.RegionCode) []*sentra.Succession {
	return matching(a.Data.Successions, func(s *sentra.Succession) bool { return s.Successor == code })
}

// Successors returns the successions by which others were created from a province.
func (a *Atlas) Successors(code sentra.RegionCode) []*sentra.Succession {
	return matching(a.Data.Successions, func(s *sentra.Succession) bool { return s.Predecessor == code })
}

// matching returns the elements for which a test holds, in order.
func matching[T any](list []T, test func(*T) bool) []*T {
	var out []*T
	for i := range list {
		if test(&list[i]) {
			out = append(out, &list[i])
		}
	}
	return out
}

// CandidatesOf returns a region's candidacies in the phases, by phase.
func (a *Atlas) CandidatesOf(code sentra.RegionCode) []*sentra.Candidate {
	return a.country.candidatesOf[code]
}

// Supports lists the supports that match, by region and year. A region's supports
// include those of the regions below it on the day. An invalid filter is a
// BAD_USER_INPUT whose path begins with the filter.
func (a View) Supports(f *sentra.SupportFilter) (*List[*sentra.Support], error) {
	if f == nil {
		f = &sentra.SupportFilter{}
	}
	if err := f.Check(); err != nil {
		return nil, sentra.In("filter", err)
	}
	switch {
	case f.Region != "" && a.regions[f.Region] == nil:
		return nil, sentra.BadInput("filter.region", "no region has the code %s", f.Region)
	case f.Cluster != "" && a.clusters.of(f.Cluster) == nil:
		return nil, sentra.BadInput("filter.cluster", "there is no cluster %.40q", f.Cluster)
	}
	var products []string
	if f.Product != "" {
		if products = a.ProductsNamed(f.Product); len(products) == 0 {
			return nil, sentra.BadInput("filter.product", "there is no product %.40q; the field products lists them", f.Product)
		}
	}
	var hits []*sentra.Support
	for i := range a.Data.Supports {
		s := &a.Data.Supports[i]
		if f.Region != "" && s.Region != f.Region && (s.Region == "" || a.Province(s.Region) != f.Region) ||
			f.Cluster != "" && s.Cluster != a.clusters.of(f.Cluster).ID ||
			products != nil && !slices.Contains(products, s.Product) ||
			f.Funds != nil && !slices.Contains(f.Funds, s.Fund) ||
			f.FundStated != nil && (s.Fund != "") != *f.FundStated ||
			f.FromYear != nil && s.Year < *f.FromYear ||
			f.ToYear != nil && (s.Year == 0 || s.Year > *f.ToYear) ||
			f.Confidence != nil && !slices.Contains(f.Confidence, s.Confidence) {
			continue
		}
		hits = append(hits, s)
	}
	list := listOf(hits, func(s *sentra.Support) string { return s.ID })
	return &list, nil
}

// ClusterCoverage is the share of a region's clusters that the record holds.
type ClusterCoverage struct {
	// Region is nil for the whole country.
	Region *sentra.Region
	// Known and Planned are the clusters that the record holds on the day.
	Known, Planned int
	// Counted is BPS's count for its latest year, or nil if none is loaded.
	Counted *sentra.ExternalCount
}

// Share is the share of the counted clusters that the record holds, or nil if none
// are counted.
func (c *ClusterCoverage) Share() *float64 {
	if c.Counted == nil || c.Counted.Count == 0 {
		return nil
	}
	share := float64(c.Known) / float64(c.Counted.Count)
	return &share
}

// ClusterCoverage returns the coverage of each province of the day, by code, after
// that of the whole country.
func (a View) ClusterCoverage(ctx context.Context) ([]ClusterCoverage, error) {
	counted := func(code sentra.RegionCode) *sentra.ExternalCount {
		var latest *sentra.ExternalCount
		for _, c := range a.country.counts[code] {
			if c.By == bps && (latest == nil || c.Year > latest.Year) {
				latest = c
			}
		}
		return latest
	}
	whole := ClusterCoverage{Counted: counted("")}
	seen := 0
	for c := range a.clusterOrder.each {
		if seen++; seen%256 == 1 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return nil, err
			}
		}
		switch {
		case c.Begins > a.Day:
		case c.Planned:
			whole.Planned++
		default:
			whole.Known++
		}
	}
	out := []ClusterCoverage{whole}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if r.Kind == sentra.KindProvince && r.Validity.Contains(a.Day) {
			out = append(out, ClusterCoverage{Region: r, Known: len(a.ClustersOf(r.Code)), Planned: len(a.PlannedIn(r.Code)), Counted: counted(r.Code)})
		}
	}
	return out, nil
}

// bps is the agency whose counts ClusterCoverage compares with.
const bps = "BPS"

// FindRegion returns the region that has a code in a system on the day, or nil. A
// code that is valid only on another day or in another system is a BAD_USER_INPUT
// that names the code or argument to use.
func (a View) FindRegion(system sentra.CodeSystem, value string) (*sentra.Region, error) {
	if len(a.meanings[codeKey{system, value}]) == 0 {
		return nil, a.otherSystem(system, value)
	}
	var others []*sentra.OfficialCode
	for _, c := range a.meanings[codeKey{system, value}] {
		if c.Validity.Contains(a.Day) {
			return a.Exists(c.Region), nil
		}
		others = append(others, c)
	}
	c := slices.MaxFunc(others, func(x, y *sentra.OfficialCode) int { return cmp.Compare(lastDay(x), lastDay(y)) })
	use := "give asOf " + within(c)
	for _, now := range a.codes[c.Region] {
		if now.System == system && now.Value != value && now.Validity.Contains(a.Day) && a.Exists(c.Region) != nil {
			use = fmt.Sprintf("write %s, its code on %s, or %s", now.Value, a.Day, use)
		}
	}
	return nil, sentra.BadInput("code", "on %s no region has the %s code %s; %s had it: %s", a.Day, system, value, a.regions[c.Region].Name, use)
}

// lastDay is the last day of a code. For a code still in use it is after every day.
func lastDay(c *sentra.OfficialCode) sentra.Date {
	if c.Validity.To == nil {
		return 1 << 30
	}
	return *c.Validity.To
}

// within says on which days a code is valid.
func within(c *sentra.OfficialCode) string {
	switch from, to := c.Validity.From, c.Validity.To; {
	case from != nil && to != nil:
		return fmt.Sprintf("from %s to %s", from, to)
	case from != nil:
		return fmt.Sprintf("from %s on", from)
	case to != nil:
		return fmt.Sprintf("to %s", to)
	}
	return "of any day"
}

// otherSystem rejects a code that belongs to another system on the day.
func (a View) otherSystem(system sentra.CodeSystem, value string) error {
	for _, other := range sentra.CodeSystems {
		for _, c := range a.meanings[codeKey{other, value}] {
			if other == system || !c.Validity.Contains(a.Day) {
				continue
			}
			if other == sentra.SystemPCode {
				return sentra.BadInput("code", "no region has the %s code %s; it is the P-code of %s: write %s", system, value, a.NameOn(a.regions[c.Region]), c.Region)
			}
			return sentra.BadInput("code", "no region has the %s code %s; in those of %s it is %s: give system: %s", system, value, other, a.NameOn(a.regions[c.Region]), other)
		}
	}
	return nil
}
