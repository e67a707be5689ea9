package atlas

import (
	"cmp"
	"math"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// few is the number of changes after which an index of n clusters is rebuilt rather
// than edited.
func few(n int) int { return 256 + n/128 }

// newCluster sets the location, first day and groups of a cluster.
func (a *Atlas) newCluster(stored *sentra.Cluster, c *Cluster) {
	c.Cluster = stored
	switch {
	case c.Point != nil:
		c.Place = *c.Point
	case len(c.Regions) > 0:
		c.Place = a.regions[c.Regions[0]].Point
		if shapes := a.shapes[c.Regions[0]]; len(shapes) > 0 {
			c.Place = shapes[len(shapes)-1].Label
		}
	}
	known := false
	if c.Begins, known = c.KnownFrom(a.Phase, a.Source); !known {
		c.Begins = math.MaxInt32
	}
	a.groups.add(c)
}

// indexClusters builds the indexes of all clusters from scratch.
func (a *Atlas) indexClusters() {
	n := a.Data.Clusters.Len()
	a.groups = groups{}
	keys := make(map[string]*Cluster, n)
	making, ofPhase := make(map[string][]*Cluster), make(map[string][]*Cluster)
	a.allBegun, a.slots = 0, int32(n)
	// Allocate the clusters in the order in which they are most often iterated.
	stored := a.Data.Clusters.List()
	clusters, byKey, usual := make([]Cluster, n), make([]*Cluster, n), make([]*Cluster, n)
	for i, number := range usualOrder(stored) {
		c := &clusters[i]
		usual[i], byKey[number] = c, c
		a.newCluster(stored[number], c)
		c.slot = int32(i)
		keys[c.Key] = c
		a.allBegun = max(a.allBegun, c.Begins)
	}
	a.clusterOrder = &clusterSequence{base: usual}
	for c := range a.clusterOrder.each {
		for i, key := range c.Products {
			if !slices.Contains(c.Products[:i], key) {
				making[key] = append(making[key], c)
			}
		}
		for i, key := range c.Phases {
			if !slices.Contains(c.Phases[:i], key) {
				ofPhase[key] = append(ofPhase[key], c)
			}
		}
	}
	a.orders = newClusterOrders(a.clusterOrder, a.slots)
	a.clusters = layer(keys)
	a.existing = newClustersByRegion(byKey, isExisting)
	a.ofProgramme = newClustersByRegion(byKey, isExistingOfProgramme)
	a.planned = newClustersByRegion(byKey, isPlanned)
	a.clustersMaking, a.clustersOfPhase = listsOf(making), listsOf(ofPhase)
}

func compareKeys(x, y *Cluster) int { return cmp.Compare(x.Key, y.Key) }

// usualOrder returns the indexes of clusters, which are sorted by key, in the default
// order. Lists that many clusters share are compared once.
func usualOrder(byKey []*sentra.Cluster) []int32 {
	type entry struct {
		phases, regions, products, key int32
	}
	entries := make([]entry, len(byKey))
	phases := ranksOf(byKey, func(c *sentra.Cluster) []string { return c.Phases })
	regions := ranksOf(byKey, func(c *sentra.Cluster) []sentra.RegionCode { return c.Regions })
	products := ranksOf(byKey, func(c *sentra.Cluster) []string { return c.Products })
	for i, c := range byKey {
		entries[i] = entry{phases(c.Phases), regions(c.Regions), products(c.Products), int32(i)}
		if !c.OfProgramme() {
			// Clusters without a phase come last.
			entries[i].phases = math.MaxInt32
		}
	}
	slices.SortFunc(entries, func(x, y entry) int {
		return cmp.Or(cmp.Compare(x.phases, y.phases), cmp.Compare(x.regions, y.regions), cmp.Compare(x.products, y.products), cmp.Compare(x.key, y.key))
	})
	out := make([]int32, len(entries))
	for i := range entries {
		out[i] = entries[i].key
	}
	return out
}

// ranksOf returns a function from a list to its rank in the order of slices.Compare.
func ranksOf[T ~string](clusters []*sentra.Cluster, listOf func(*sentra.Cluster) []T) func([]T) int32 {
	ranks := make(map[listIdentity[T]]int32)
	var lists [][]T
	for _, c := range clusters {
		list := listOf(c)
		if _, known := ranks[identityOf(list)]; !known {
			ranks[identityOf(list)] = 0
			lists = append(lists, list)
		}
	}
	slices.SortFunc(lists, slices.Compare)
	rank := int32(0)
	for i, list := range lists {
		if i > 0 && !slices.Equal(lists[i-1], list) {
			rank++
		}
		ranks[identityOf(list)] = rank
	}
	return func(list []T) int32 { return ranks[identityOf(list)] }
}

// replaceClusters updates the indexes, which are those of the previous atlas, and
// returns the removed and the added clusters. Its cost depends on the changes only.
// ok is false if there are too many.
func (a *Atlas) replaceClusters(before, after sentra.Sorted[sentra.Cluster]) (gone, put []*Cluster, ok bool) {
	wereThere, stored, ok := before.Difference(after, sentra.CompareClusters, few(before.Len()))
	if !ok || len(wereThere)+len(stored) == 0 {
		return nil, nil, ok
	}
	a.groups = a.groups.lend()
	gone, put = make([]*Cluster, len(wereThere)), make([]*Cluster, len(stored))
	// A cluster keeps its slot when it is replaced.
	slots := make(map[string]int32, len(gone))
	for i, c := range wereThere {
		gone[i] = a.clusters.of(c.Key)
		slots[c.ID] = gone[i].slot
	}
	for i, c := range stored {
		put[i] = &Cluster{}
		a.newCluster(c, put[i])
		slot, known := slots[c.ID]
		if known {
			delete(slots, c.ID)
		} else {
			slot = a.slots
			a.slots++
		}
		put[i].slot = slot
	}
	keys := make(map[string]edit[*Cluster], len(gone)+len(put))
	for _, c := range gone {
		keys[c.Key] = edit[*Cluster]{gone: true}
	}
	for _, c := range put {
		keys[c.Key] = edit[*Cluster]{value: c}
	}
	a.clusters = a.clusters.edited(keys)
	a.existing = a.existing.replaced(gone, put, isExisting)
	a.ofProgramme = a.ofProgramme.replaced(gone, put, isExistingOfProgramme)
	a.planned = a.planned.replaced(gone, put, isPlanned)
	a.clustersMaking = replaceIn(a.clustersMaking, gone, put, func(c *Cluster) []string { return distinct(c.Products) }, compareClusters)
	a.clustersOfPhase = replaceIn(a.clustersOfPhase, gone, put, func(c *Cluster) []string { return distinct(c.Phases) }, compareClusters)
	usual := a.clusterOrder.replaced(gone, put, compareClusters)
	a.clusterOrder = &usual
	lastGone := slices.ContainsFunc(slices.Concat(gone, put), func(c *Cluster) bool { return c.Begins == a.allBegun })
	for _, c := range put {
		a.allBegun = max(a.allBegun, c.Begins)
	}
	if lastGone {
		a.allBegun = 0
		for c := range a.clusterOrder.each {
			a.allBegun = max(a.allBegun, c.Begins)
		}
	}
	a.orders = a.orders.replaced(gone, put, a.clusterOrder, a.slots)
	return gone, put, true
}

// clustersByRegion has some of the clusters by region.
type clustersByRegion struct {
	lists clusterLists[sentra.RegionCode]
	// provinces has the lists of those whose sources name a province.
	provinces clusterLists[sentra.RegionCode]
	// firstBegun is the first day on which a region had a known one.
	firstBegun layered[sentra.RegionCode, sentra.Date]
}

func isPlanned(c *Cluster) bool { return c.Planned }

func isExisting(c *Cluster) bool { return !c.Planned }

func isExistingOfProgramme(c *Cluster) bool { return !c.Planned && c.OfProgramme() }

// newClustersByRegion returns those of the clusters, sorted by key, that are kept.
func newClustersByRegion(byKey []*Cluster, keep func(*Cluster) bool) clustersByRegion {
	lists, provinces := make(map[sentra.RegionCode][]*Cluster), make(map[sentra.RegionCode][]*Cluster)
	for _, c := range byKey {
		if !keep(c) {
			continue
		}
		for _, code := range c.Regions {
			lists[code] = append(lists[code], c)
			if code.Level() == sentra.LevelProvince {
				provinces[code] = append(provinces[code], c)
			}
		}
	}
	out := clustersByRegion{lists: listsOf(lists), provinces: listsOf(provinces)}
	firstBegun := make(map[sentra.RegionCode]sentra.Date, len(lists))
	for code, clusters := range out.lists.all {
		firstBegun[code], _ = firstDay(clusters)
	}
	out.firstBegun = layer(firstBegun)
	return out
}

// replaced returns the lists after replacing some clusters.
func (l clustersByRegion) replaced(gone, put []*Cluster, keep func(*Cluster) bool) clustersByRegion {
	regions := func(drop func(sentra.RegionCode) bool) func(*Cluster) []sentra.RegionCode {
		return func(c *Cluster) []sentra.RegionCode {
			if !keep(c) {
				return nil
			}
			return slices.DeleteFunc(slices.Clone(c.Regions), drop)
		}
	}
	out := clustersByRegion{
		lists:     replaceIn(l.lists, gone, put, regions(func(sentra.RegionCode) bool { return false }), compareKeys),
		provinces: replaceIn(l.provinces, gone, put, regions(func(code sentra.RegionCode) bool { return code.Level() != sentra.LevelProvince }), compareKeys),
	}
	begun := make(map[sentra.RegionCode]edit[sentra.Date])
	for _, c := range slices.Concat(gone, put) {
		if !keep(c) {
			continue
		}
		for _, code := range c.Regions {
			first, any := firstDay(out.lists.of(code))
			begun[code] = edit[sentra.Date]{first, !any}
		}
	}
	out.firstBegun = l.firstBegun.edited(begun)
	return out
}

// firstDay returns the first day on which one of the clusters was known, false if
// there are none.
func firstDay(clusters sentra.Sorted[Cluster]) (first sentra.Date, any bool) {
	for c := range clusters.All {
		if !any || c.Begins < first {
			first, any = c.Begins, true
		}
	}
	return first, any
}

// clusterLists maps keys to sorted lists of clusters.
type clusterLists[K comparable] = layered[K, sentra.Sorted[Cluster]]

func listsOf[K comparable](lists map[K][]*Cluster) clusterLists[K] {
	out := make(map[K]sentra.Sorted[Cluster], len(lists))
	for key, list := range lists {
		out[key] = sentra.NewSorted(list)
	}
	return layer(out)
}

// replaceIn returns the lists after replacing some clusters. Unchanged lists are
// shared.
func replaceIn[K comparable](lists clusterLists[K], gone, put []*Cluster, keys func(*Cluster) []K, compare func(x, y *Cluster) int) clusterLists[K] {
	type change struct{ gone, put []*Cluster }
	changes := make(map[K]change)
	for _, c := range gone {
		for _, key := range keys(c) {
			changes[key] = change{append(changes[key].gone, c), changes[key].put}
		}
	}
	for _, c := range put {
		for _, key := range keys(c) {
			changes[key] = change{changes[key].gone, append(changes[key].put, c)}
		}
	}
	edits := make(map[K]edit[sentra.Sorted[Cluster]], len(changes))
	for key, c := range changes {
		list := lists.of(key).Replace(c.gone, c.put, compare)
		edits[key] = edit[sentra.Sorted[Cluster]]{list, list.Len() == 0}
	}
	return lists.edited(edits)
}

func distinct(list []string) []string {
	if len(list) < 2 {
		return list
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
