package atlas

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// clusterKeys finds clusters by key. It is a large map that many atlases share, and
// a small one of what is otherwise in this one.
type clusterKeys struct {
	most map[string]*Cluster
	// changed has nil for a key that is gone.
	changed map[string]*Cluster
}

func (k clusterKeys) of(key string) *Cluster {
	if c, changed := k.changed[key]; changed {
		return c
	}
	return k.most[key]
}

func (k clusterKeys) replaced(gone, put []*Cluster) clusterKeys {
	next := clusterKeys{k.most, make(map[string]*Cluster, len(k.changed)+len(gone)+len(put))}
	maps.Copy(next.changed, k.changed)
	for _, c := range gone {
		next.changed[c.Key] = nil
	}
	for _, c := range put {
		next.changed[c.Key] = c
	}
	if len(next.changed) <= few(len(k.most)) {
		return next
	}
	whole := maps.Clone(k.most)
	for key, c := range next.changed {
		if c == nil {
			delete(whole, key)
		} else {
			whole[key] = c
		}
	}
	return clusterKeys{most: whole}
}

// few is how many changes an index of n clusters bears before it is made anew.
func few(n int) int { return 256 + n/128 }

// newCluster places a cluster, and finds when it begins and its groups.
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

// indexClusters makes the indexes of all clusters.
func (a *Atlas) indexClusters() {
	n := len(a.Data.Clusters)
	a.groups = groups{}
	a.clusters = clusterKeys{most: make(map[string]*Cluster, n)}
	a.clustersAt, a.provinceOnly = make(map[sentra.RegionCode][]*Cluster), make(map[sentra.RegionCode][]*Cluster)
	a.planned, a.plannedProvinces = make(map[sentra.RegionCode][]*Cluster), make(map[sentra.RegionCode][]*Cluster)
	a.clustersMaking, a.clustersOfPhase = make(map[string][]*Cluster), make(map[string][]*Cluster)
	a.firstBegun, a.allBegun, a.slots = make(map[sentra.RegionCode]sentra.Date), 0, int32(n)
	stored := a.Data.Clusters
	if !slices.IsSortedFunc(stored, compareStoredKeys) {
		stored = slices.Clone(stored)
		slices.SortStableFunc(stored, compareStoredKeys)
	}
	// They stand in memory in the order in which they are gone through most.
	clusters, byKey, usual := make([]Cluster, n), make([]*Cluster, n), make([]*Cluster, n)
	for i, number := range usualOrder(stored) {
		c := &clusters[i]
		usual[i], byKey[number] = c, c
		a.newCluster(stored[number], c)
		c.slot = int32(i)
		a.clusters.most[c.Key] = c
		a.allBegun = max(a.allBegun, c.Begins)
	}
	for _, c := range byKey {
		at, provinces := a.clustersAt, a.provinceOnly
		if c.Planned {
			at, provinces = a.planned, a.plannedProvinces
		}
		for _, code := range c.Regions {
			at[code] = append(at[code], c)
			if code.Level() == sentra.LevelProvince {
				provinces[code] = append(provinces[code], c)
			}
			if c.Planned {
				continue
			}
			if first, known := a.firstBegun[code]; !known || c.Begins < first {
				a.firstBegun[code] = c.Begins
			}
		}
	}
	a.clusterOrder = &clusterSequence{base: usual}
	for c := range a.clusterOrder.each {
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
	a.orders = newClusterOrders(a.clusterOrder, a.slots)
}

func compareKeys(x, y *Cluster) int { return cmp.Compare(x.Key, y.Key) }

func compareStoredKeys(x, y *sentra.Cluster) int { return cmp.Compare(x.Key, y.Key) }

// usualOrder gives the numbers of clusters, which stand by key, in the usual order.
// Texts are compared once for each list of which clusters have many.
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
			// Those without a phase come last.
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

// ranksOf gives what tells the ranks of lists in the order of slices.Compare.
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

// difference gives what is in one list of clusters by key and not in the other.
func difference(before, after []*sentra.Cluster, most int) (gone, put []*sentra.Cluster, ok bool) {
	for len(before) > 0 || len(after) > 0 {
		if len(gone)+len(put) > most {
			return nil, nil, false
		}
		switch {
		case len(after) == 0:
			gone, before = append(gone, before[0]), before[1:]
		case len(before) == 0:
			put, after = append(put, after[0]), after[1:]
		case before[0] == after[0]:
			before, after = before[1:], after[1:]
		case cmp.Or(cmp.Compare(before[0].Key, after[0].Key), cmp.Compare(before[0].ID, after[0].ID)) < 0:
			gone, before = append(gone, before[0]), before[1:]
		default:
			put, after = append(put, after[0]), after[1:]
		}
	}
	// Lists that are not by key.
	for _, c := range gone {
		if slices.Contains(put, c) {
			return nil, nil, false
		}
	}
	return gone, put, true
}

// replaceClusters makes the indexes of the previous atlas, which a has, those of
// other clusters, and gives those that are gone and that came. It only looks at what
// changed; not ok where that is much.
func (a *Atlas) replaceClusters(before, after []*sentra.Cluster) (gone, put []*Cluster, ok bool) {
	if shared(before, after) {
		return nil, nil, true
	}
	wereThere, stored, ok := difference(before, after, few(len(before)))
	if !ok {
		return nil, nil, false
	}
	a.groups = a.groups.lend()
	gone, put = make([]*Cluster, len(wereThere)), make([]*Cluster, len(stored))
	// What takes a cluster's place has its slot.
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
	a.clusters = a.clusters.replaced(gone, put)
	// regions gives those of planned clusters or of others, only provinces where told.
	regions := func(planned, provinces bool) func(c *Cluster) []sentra.RegionCode {
		return func(c *Cluster) []sentra.RegionCode {
			if c.Planned != planned {
				return nil
			}
			return slices.DeleteFunc(slices.Clone(c.Regions), func(code sentra.RegionCode) bool { return provinces && code.Level() != sentra.LevelProvince })
		}
	}
	a.clustersAt = replaceIn(a.clustersAt, gone, put, regions(false, false), compareKeys)
	a.provinceOnly = replaceIn(a.provinceOnly, gone, put, regions(false, true), compareKeys)
	a.planned = replaceIn(a.planned, gone, put, regions(true, false), compareKeys)
	a.plannedProvinces = replaceIn(a.plannedProvinces, gone, put, regions(true, true), compareKeys)
	a.clustersMaking = replaceIn(a.clustersMaking, gone, put, func(c *Cluster) []string { return distinct(c.Products) }, compareClusters)
	a.clustersOfPhase = replaceIn(a.clustersOfPhase, gone, put, func(c *Cluster) []string { return distinct(c.Phases) }, compareClusters)
	usual := a.clusterOrder.replaced(gone, put, compareClusters)
	a.clusterOrder = &usual
	a.firstBegun = maps.Clone(a.firstBegun)
	lastGone := false
	for _, c := range slices.Concat(gone, put) {
		lastGone = lastGone || c.Begins == a.allBegun
		for _, code := range c.Regions {
			delete(a.firstBegun, code)
			for i, other := range a.clustersAt[code] {
				if first := a.firstBegun[code]; i == 0 || other.Begins < first {
					a.firstBegun[code] = other.Begins
				}
			}
		}
	}
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

// replaceIn gives lists of clusters in which some are replaced. Those that do not
// change are shared.
func replaceIn[K comparable](lists map[K][]*Cluster, gone, put []*Cluster, keys func(*Cluster) []K, compare func(x, y *Cluster) int) map[K][]*Cluster {
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
	out := maps.Clone(lists)
	for key, c := range changes {
		if list := replaced(slices.Clone(out[key]), c.gone, c.put, compare); len(list) > 0 {
			out[key] = list
		} else {
			delete(out, key)
		}
	}
	return out
}

// replaced takes clusters out of a list in an order, and puts others in.
func replaced(list, gone, put []*Cluster, compare func(x, y *Cluster) int) []*Cluster {
	for _, c := range gone {
		if at, found := slices.BinarySearchFunc(list, c, compare); found {
			list = slices.Delete(list, at, at+1)
		}
	}
	for _, c := range put {
		at, _ := slices.BinarySearchFunc(list, c, compare)
		list = slices.Insert(list, at, c)
	}
	return list
}

func distinct(list []string) []string {
	if len(list) < 2 {
		return list
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}
