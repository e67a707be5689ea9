package atlas

import (
	"maps"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// groups number what many clusters have in common, so that a test of it judges one
// cluster of each group, and the counts of facets are counts of groups.
type groups struct {
	regions, products groupsBy[string]
	traits            groupsBy[traits]
}

// traits are what few clusters differ in.
type traits struct {
	phases        string
	planned       bool
	initialTarget sentra.Truth
	confidence    sentra.Confidence
}

// groupsBy are groups by what their clusters have in common. Those of one atlas become
// those of the next, so that a cluster keeps its number.
type groupsBy[K comparable] struct {
	numbers map[K]int32
	// first is a cluster of each group, which may have left the record.
	first []*Cluster
	// lent tells that another atlas has them too.
	lent bool
}

func (g *groupsBy[K]) of(key K, c *Cluster) int32 {
	number, known := g.numbers[key]
	if known {
		return number
	}
	if g.lent {
		g.numbers, g.first, g.lent = maps.Clone(g.numbers), append([]*Cluster(nil), g.first...), false
	}
	if g.numbers == nil {
		g.numbers = make(map[K]int32)
	}
	number = int32(len(g.first))
	g.numbers[key], g.first = number, append(g.first, c)
	return number
}

// lend gives the groups to the next atlas.
func (g groups) lend() groups {
	g.regions.lent, g.products.lent, g.traits.lent = true, true, true
	return g
}

// add finds the groups of a cluster.
func (g *groups) add(c *Cluster) {
	target := sentra.Unknown
	if c.InitialTarget != nil {
		target = sentra.TruthOf(*c.InitialTarget)
	}
	c.group = clusterGroups{
		regions:  g.regions.of(joined(c.Regions), c),
		products: g.products.of(joined(c.Products), c),
		traits:   g.traits.of(traits{joined(c.Phases), c.Planned, target, c.Confidence}, c),
	}
}

// joined returns a list as a text; no code or key holds a line's end.
func joined[T ~string](list []T) string {
	switch len(list) {
	case 0:
		return ""
	case 1:
		return string(list[0])
	}
	texts := make([]string, len(list))
	for i, text := range list {
		texts[i] = string(text)
	}
	return strings.Join(texts, "\n")
}

// clusterGroups are the numbers of a cluster's groups.
type clusterGroups struct{ regions, products, traits int32 }

func byRegions(c *Cluster) int32  { return c.group.regions }
func byProducts(c *Cluster) int32 { return c.group.products }
func byTraits(c *Cluster) int32   { return c.group.traits }

// unjudged is what of a group is not known yet.
const unjudged = sentra.Truth(2)

// ofGroups returns a test that judges one cluster of each of n groups, all of which have in
// common what the test looks at.
func ofGroups(n int, group func(*Cluster) int32, test clusterTest) clusterTest {
	known := make([]sentra.Truth, n)
	for i := range known {
		known[i] = unjudged
	}
	return func(c *Cluster) (sentra.Truth, error) {
		at := &known[group(c)]
		if *at != unjudged {
			return *at, nil
		}
		truth, err := test(c)
		if err == nil {
			*at = truth
		}
		return truth, err
	}
}

// fundSet are funds, a bit for each of sentra.Funds, and fundNotTold.
type fundSet uint8

const fundNotTold = fundSet(1 << len(sentra.Funds))

// fundSetOf returns funds as a set; "" is one that is not told.
func fundSetOf(funds ...sentra.Fund) fundSet {
	set := fundSet(0)
	for _, fund := range funds {
		bit := fundNotTold
		for i, known := range sentra.Funds {
			if fund == known {
				bit = 1 << i
			}
		}
		set |= bit
	}
	return set
}
