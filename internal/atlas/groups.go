package atlas

import (
	"maps"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// groups partitions clusters by what tests look at, so that a test evaluates one
// cluster of each group and facets add up counts of groups.
type groups struct {
	regions, products groupsBy[string]
	traits            groupsBy[traits]
}

// traits are properties with few distinct values.
type traits struct {
	phases        string
	planned       bool
	initialTarget sentra.Truth
	confidence    sentra.Confidence
}

// groupsBy numbers groups by their key. The next atlas takes them over, so that a
// cluster keeps its number.
type groupsBy[K comparable] struct {
	numbers map[K]int32
	// first has one cluster of each group, which may have left the record since.
	first []*Cluster
	// lent means that another atlas shares numbers and first, which are copied before a
	// write.
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

// lend returns the groups for the next atlas to share.
func (g groups) lend() groups {
	g.regions.lent, g.products.lent, g.traits.lent = true, true, true
	return g
}

// add assigns a cluster to its groups.
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

// joined joins a list into a string; no code or key contains a newline.
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

// clusterGroups has the numbers of a cluster's groups.
type clusterGroups struct{ regions, products, traits int32 }

func byRegions(c *Cluster) int32  { return c.group.regions }
func byProducts(c *Cluster) int32 { return c.group.products }
func byTraits(c *Cluster) int32   { return c.group.traits }

// unjudged marks a group that is not evaluated yet.
const unjudged = sentra.Truth(2)

// ofGroups returns a test that evaluates one cluster of each of n groups, whose
// clusters agree in what the test looks at.
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

// fundSet is a bit set of sentra.Funds and fundNotTold.
type fundSet uint8

const fundNotTold = fundSet(1 << len(sentra.Funds))

// fundSetOf returns funds as a set; "" is a fund that no source names.
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
