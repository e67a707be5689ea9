package atlas

import (
	"context"
	"iter"
	"reflect"
	"slices"
	"strconv"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ClusterFacets are counts of clusters for the filter that lists them.
type ClusterFacets struct {
	// Total and NotCovered are those of View.Clusters.
	Total, NotCovered int
	Facets            []ClusterFacet
}

// ClusterFacet is one facet with its values, in the order of the products, regions or
// enum values.
type ClusterFacet struct {
	Facet  sentra.Facet
	Values []FacetValue
}

// FacetValue is a value of a facet. Product or Region is set if the value is one.
type FacetValue struct {
	Value   string
	Product *sentra.Product
	Region  *sentra.Region
	// Count is the number of clusters that the filter would list with this value in
	// place of its own condition on the facet (sentra.ClusterFilter.With). NotCovered is
	// the number of clusters it could not decide.
	Count, NotCovered int
}

// groupCounts is, for each group, the number of clusters that certainly match and the
// number that may match.
type groupCounts struct{ matching, open []int32 }

func newGroupCounts(n int) groupCounts { return groupCounts{make([]int32, n), make([]int32, n)} }

func (g groupCounts) add(group int32, truth sentra.Truth) {
	if truth == sentra.True {
		g.matching[group]++
	} else {
		g.open[group]++
	}
}

// take adds a group to the counts of a value that the group has or may have.
func (v *FacetValue) take(g groupCounts, group int, has sentra.Truth) {
	switch has {
	case sentra.True:
		v.Count += int(g.matching[group])
		v.NotCovered += int(g.open[group])
	case sentra.Unknown:
		v.NotCovered += int(g.matching[group] + g.open[group])
	}
}

// facetCounts has the counts of all groups that facets are computed from.
type facetCounts struct {
	regions, products, traits, funds groupCounts
	fundsOf                          clusterFunds
}

func (a *Atlas) newFacetCounts() *facetCounts {
	return &facetCounts{newGroupCounts(len(a.groups.regions.first)), newGroupCounts(len(a.groups.products.first)), newGroupCounts(len(a.groups.traits.first)),
		newGroupCounts(int(fundNotTold) << 1), a.fundsOf()}
}

func (f *facetCounts) add(c *Cluster, truth sentra.Truth) {
	f.regions.add(c.group.regions, truth)
	f.products.add(c.group.products, truth)
	f.traits.add(c.group.traits, truth)
	f.funds.add(int32(f.fundsOf[c.slot]), truth)
}

// of returns the groups from which a facet is computed.
func (f *facetCounts) of(facet sentra.Facet) groupCounts {
	switch facet {
	case sentra.FacetProduct, sentra.FacetProductGroup:
		return f.products
	case sentra.FacetProvince, sentra.FacetAffirmative:
		return f.regions
	case sentra.FacetFund:
		return f.funds
	}
	return f.traits
}

// ClusterFacets counts the clusters of View.Clusters by each facet. Each facet
// ignores the filter's own condition on it. An invalid filter is a BAD_USER_INPUT
// whose path begins with the filter.
//
// It visits each cluster in the filter's boxes and circles once, and evaluates a test
// once for all clusters that agree in what it looks at.
func (a View) ClusterFacets(ctx context.Context, filter *sentra.ClusterFilter, begun bool) (*ClusterFacets, error) {
	whole := filter.Without("")
	// rest is the filter without its conditions on facets, which own has one by one.
	// Conditions on regions belong together, because a single region must meet all of
	// them.
	rest := whole.Without("")
	for _, facet := range sentra.Facets {
		rest = rest.Without(facet)
	}
	rest.Regions = nil
	q, err := a.prepareClusters(ctx, rest, "")
	if err != nil {
		return nil, err
	}
	c := &compiler{View: a, ctx: ctx}
	var own [len(sentra.Facets)]clusterTest
	for i, facet := range sentra.Facets {
		part := ownPart(whole, facet)
		if reflect.ValueOf(*part).IsZero() {
			continue
		}
		if own[i], err = c.cluster(part); err != nil {
			return nil, sentra.In("filter", err)
		}
	}
	// Facets that the filter does not mention count the clusters that it lists.
	listed := a.newFacetCounts()
	var counts [len(sentra.Facets)]*facetCounts
	for i := range counts {
		if counts[i] = listed; own[i] != nil {
			counts[i] = a.newFacetCounts()
		}
	}
	out := &ClusterFacets{}
	unbegun := begun && a.Day < a.allBegun
	test := all(q.tests)
	seen := 0
	for cluster := range q.inArea() {
		if seen++; seen%256 == 1 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return nil, err
			}
		}
		truth := sentra.True
		if len(q.tests) > 0 {
			if truth, err = test(cluster); err != nil {
				return nil, err
			}
		}
		if unbegun {
			truth = truth.And(a.knows(cluster))
		}
		if truth == sentra.False {
			continue
		}
		// failed is the only facet whose condition fails, if there is exactly one: that
		// facet still counts the cluster.
		var truths [len(sentra.Facets)]sentra.Truth
		failed, failures, lowest := -1, 0, truth
		for i, part := range own {
			if part == nil {
				continue
			}
			if truths[i], err = part(cluster); err != nil {
				return nil, err
			}
			if lowest = lowest.And(truths[i]); truths[i] == sentra.False {
				failed, failures = i, failures+1
			}
		}
		if failures > 1 {
			continue
		}
		if failures == 0 {
			if listed.add(cluster, lowest); lowest == sentra.True {
				out.Total++
			} else {
				out.NotCovered++
			}
		}
		for i, part := range own {
			if part == nil || failures == 1 && i != failed {
				continue
			}
			without := truth
			for j, t := range truths {
				if j != i && own[j] != nil {
					without = without.And(t)
				}
			}
			counts[i].add(cluster, without)
		}
	}
	for i, facet := range sentra.Facets {
		values, err := a.facetValues(ctx, facet, whole, counts[i].of(facet))
		if err != nil {
			return nil, err
		}
		out.Facets = append(out.Facets, ClusterFacet{facet, values})
	}
	return out, nil
}

// inArea returns the clusters in the area of the query.
func (q *clusterQuery) inArea() iter.Seq[*Cluster] {
	if q.everywhere {
		return q.order.each
	}
	return func(yield func(*Cluster) bool) {
		for rank := range q.order.index.Ranks(q.area) {
			if !yield(q.order.at(rank)) {
				return
			}
		}
	}
}

// ownPart returns a filter's own condition on a facet.
func ownPart(f *sentra.ClusterFilter, facet sentra.Facet) *sentra.ClusterFilter {
	part := &sentra.ClusterFilter{}
	switch facet {
	case sentra.FacetProduct:
		part.Product = f.Product
	case sentra.FacetProductGroup:
		part.ProductGroups = f.ProductGroups
	case sentra.FacetProvince:
		part.Region = f.Region
	case sentra.FacetFund:
		part.Funds, part.Supported = f.Funds, f.Supported
	case sentra.FacetAffirmative:
		part.Regions = f.Regions
	case sentra.FacetConfidence:
		part.Confidence = f.Confidence
	case sentra.FacetProgramme:
		part.Programme = f.Programme
	case sentra.FacetPhase:
		part.Phase = f.Phase
	case sentra.FacetStatus:
		part.Status = f.Status
	}
	return part
}

// facetValues returns the values of a facet with their counts. Products and provinces
// that no cluster matches are left out.
func (a View) facetValues(ctx context.Context, facet sentra.Facet, filter *sentra.ClusterFilter, counts groupCounts) ([]FacetValue, error) {
	switch facet {
	case sentra.FacetProduct:
		values := make([]FacetValue, len(a.Data.Products))
		places := make(map[string]int, len(values))
		for i := range values {
			p := &a.Data.Products[i]
			values[i], places[p.Key] = FacetValue{Value: p.Key, Product: p}, i
		}
		for group, c := range a.groups.products.first {
			for _, key := range distinct(c.Products) {
				if i, known := places[key]; known {
					values[i].take(counts, group, sentra.True)
				}
			}
		}
		return withSome(values), nil
	case sentra.FacetProductGroup:
		values := make([]FacetValue, len(sentra.ProductGroups))
		for i, group := range sentra.ProductGroups {
			values[i].Value = string(group)
		}
		for number, c := range a.groups.products.first {
			if counts.matching[number]+counts.open[number] > 0 {
				values[slices.Index(sentra.ProductGroups[:], a.GroupOf(c))].take(counts, number, sentra.True)
			}
		}
		return values, nil
	case sentra.FacetProvince:
		return a.provinceValues(counts), nil
	case sentra.FacetAffirmative:
		return a.affirmativeValues(ctx, filter, counts)
	case sentra.FacetFund:
		values := []FacetValue{}
		for _, fund := range sentra.Funds {
			values = append(values, FacetValue{Value: string(fund)})
		}
		values = append(values, FacetValue{Value: sentra.FacetAny})
		for group := range counts.matching {
			for i := range values {
				wanted := ^fundSet(0)
				if i < len(sentra.Funds) {
					wanted = fundSetOf(sentra.Funds[i])
				}
				has := sentra.Unknown
				if fundSet(group)&wanted != 0 {
					has = sentra.True
				}
				values[i].take(counts, group, has)
			}
		}
		return values, nil
	}
	var values []FacetValue
	for _, value := range a.traitValues(facet) {
		values = append(values, FacetValue{Value: value})
	}
	for group, c := range a.groups.traits.first {
		for i := range values {
			has := sentra.False
			switch facet {
			case sentra.FacetConfidence:
				if has = sentra.TruthOf(string(c.Confidence) == values[i].Value); c.Confidence == "" {
					has = sentra.Unknown
				}
			case sentra.FacetProgramme:
				has = sentra.TruthOf(strconv.FormatBool(c.OfProgramme()) == values[i].Value)
			case sentra.FacetPhase:
				for _, key := range c.Phases {
					has = has.Or(sentra.TruthOf(key == values[i].Value))
				}
			case sentra.FacetStatus:
				has = sentra.TruthOf(string(c.Status()) == values[i].Value)
			}
			values[i].take(counts, group, has)
		}
	}
	return values, nil
}

// traitValues returns the values of a facet of the traits.
func (a *Atlas) traitValues(facet sentra.Facet) []string {
	switch facet {
	case sentra.FacetConfidence:
		return []string{string(sentra.Listed), string(sentra.Inferred), string(sentra.Partial)}
	case sentra.FacetProgramme:
		return []string{"true", "false"}
	case sentra.FacetStatus:
		return []string{string(sentra.ClusterExisting), string(sentra.ClusterPlanned)}
	}
	keys := make([]string, len(a.Data.Phases))
	for i := range a.Data.Phases {
		keys[i] = a.Data.Phases[i].Key
	}
	return keys
}

// provinceValues counts by the provinces of the day, by code.
func (a View) provinceValues(counts groupCounts) []FacetValue {
	var values []FacetValue
	places := make(map[string]int)
	for i := range a.Data.Regions {
		if r := &a.Data.Regions[i]; r.Kind == sentra.KindProvince && r.Validity.Contains(a.Day) {
			places[string(r.Code)] = len(values)
			values = append(values, FacetValue{Value: string(r.Code), Region: r})
		}
	}
	byProvince := ChoroplethQuestion{By: sentra.ByRegion, Level: sentra.LevelProvince}
	for group, c := range a.groups.regions.first {
		if counts.matching[group]+counts.open[group] == 0 {
			continue
		}
		rows, perhaps := a.regionKeys(c, byProvince)
		rows = distinct(rows)
		for _, code := range rows {
			values[places[code]].take(counts, group, sentra.True)
		}
		for _, code := range distinct(perhaps) {
			if !slices.Contains(rows, code) {
				values[places[code]].take(counts, group, sentra.Unknown)
			}
		}
	}
	return withSome(values)
}

// affirmativeValues counts by the designations of the one region that also meets the
// filter's other conditions on regions.
func (a View) affirmativeValues(ctx context.Context, filter *sentra.ClusterFilter, counts groupCounts) ([]FacetValue, error) {
	regions := filter.Without(sentra.FacetAffirmative).Regions
	if regions == nil {
		regions = &sentra.RegionFilter{}
	}
	meets, err := (&compiler{View: a, ctx: ctx}).region(regions)
	if err != nil {
		return nil, sentra.In("filter.regions", err)
	}
	meets = once(meets)
	has := map[string]func(code sentra.RegionCode) sentra.Truth{
		sentra.FacetAny:  a.affirmative,
		sentra.FacetNone: func(code sentra.RegionCode) sentra.Truth { return a.affirmative(code).Not() },
	}
	values := []FacetValue{}
	for _, kind := range sentra.DesignationKinds {
		has[string(kind)] = func(code sentra.RegionCode) sentra.Truth { return a.designated(code, kind) }
		values = append(values, FacetValue{Value: string(kind)})
	}
	values = append(values, FacetValue{Value: sentra.FacetAny}, FacetValue{Value: sentra.FacetNone})
	for i := range values {
		test := once(func(r *sentra.Region) (sentra.Truth, error) {
			truth, err := meets(r)
			return truth.And(has[values[i].Value](r.Code)), err
		})
		for group, c := range a.groups.regions.first {
			if counts.matching[group]+counts.open[group] == 0 {
				continue
			}
			truth, err := a.standsIn(c, test)
			if err != nil {
				return nil, err
			}
			values[i].take(counts, group, truth)
		}
	}
	return values, nil
}

// withSome drops the values that no cluster matches or may match.
func withSome(values []FacetValue) []FacetValue {
	kept := []FacetValue{}
	for _, v := range values {
		if v.Count+v.NotCovered > 0 {
			kept = append(kept, v)
		}
	}
	return kept
}

// FacetName returns the English and Indonesian names of a value, or "" if it is
// neither a product nor a region.
func (a View) FacetName(v *FacetValue) (en, id string) {
	switch {
	case v.Product != nil:
		return v.Product.NameEN, v.Product.NameID
	case v.Region != nil:
		return a.NameOn(v.Region), a.NameOn(v.Region)
	}
	return "", ""
}
