package geo

import (
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/paulmach/orb"
	"github.com/peterstace/simplefeatures/rtree"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Limits for the pairs of edges of a polygon whose bounding boxes intersect: so many
// per edge, and so many in total. A coast has about three per edge; teeth side by
// side may have as many as there are teeth.
const (
	edgePairsEach = 32
	edgePairs     = 1 << 20
)

// Limits for the boxes that are visited to find these pairs. In an R-tree the search
// for an edge of a coast visits about forty boxes, and that for a long tooth a share
// of all of them.
const (
	looksEach = 128
	looks     = 8 << 20
)

// maxRingPairs limits the positions of rings that are in the bounding box of another,
// each counted for every such pair.
const maxRingPairs = 5_000_000

var errTooMany = errors.New("too many")

// checkIntricacy rejects polygons that would take long to validate and unite, since
// that compares all pairs of edges whose boxes intersect.
func checkIntricacy(polygons orb.MultiPolygon) error {
	var edges, rings []rtree.BulkItem
	var lengths []int
	for _, polygon := range polygons {
		for _, ring := range polygon {
			bound := ring.Bound()
			rings = append(rings, rtree.BulkItem{Box: rtree.Box{MinX: bound.Min[0], MinY: bound.Min[1], MaxX: bound.Max[0], MaxY: bound.Max[1]}, RecordID: len(rings)})
			lengths = append(lengths, len(ring))
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				edges = append(edges, rtree.BulkItem{RecordID: len(edges),
					Box: rtree.Box{MinX: min(a[0], b[0]), MinY: min(a[1], b[1]), MaxX: max(a[0], b[0]), MaxY: max(a[1], b[1])}})
			}
		}
	}
	ofRings := meetings{pairs: maxRingPairs, looks: looks + looksEach*len(rings), weight: func(a, b int) int { return lengths[a] + lengths[b] }}
	ofEdges := meetings{pairs: edgePairs + edgePairsEach*len(edges), looks: looks + looksEach*len(edges), weight: func(int, int) int { return 1 }}
	// Both arguments are iterated while one is being reordered, hence the clone.
	if ofRings.count(slices.Clone(rings), rings) != nil || ofEdges.count(slices.Clone(edges), edges) != nil {
		return sentra.Errorf(sentra.CodeLimitExceeded, "the polygon has too many edges close together to be checked; simplify it")
	}
	return nil
}

// meetings counts the intersecting pairs of boxes, and the boxes that rtree visits to
// find them, down from their limits.
type meetings struct {
	pairs, looks int
	// weight is the weight of a pair, by the numbers of its boxes.
	weight func(a, b int) int
}

// count counts what a search for each of wanted visits in the tree of the items. It
// splits the items as rtree.BulkLoad does, but visits each part of the tree once,
// with all searches that reach it. It reorders the items.
func (m *meetings) count(items, wanted []rtree.BulkItem) error {
	if len(items) <= 4 {
		if m.looks -= len(items) * len(wanted); m.looks < 0 {
			return errTooMany
		}
		for _, w := range wanted {
			for _, item := range items {
				if w.RecordID < item.RecordID && meet(w.Box, item.Box) {
					m.pairs -= m.weight(w.RecordID, item.RecordID)
				}
			}
		}
		if m.pairs < 0 {
			return errTooMany
		}
		return nil
	}
	first, second := halves(items)
	parts := [][]rtree.BulkItem{first, second}
	if len(items) > 8 {
		a, b := halves(first)
		c, d := halves(second)
		parts = [][]rtree.BulkItem{a, b, c, d}
	}
	if m.looks -= len(parts) * len(wanted); m.looks < 0 {
		return errTooMany
	}
	for _, part := range parts {
		bound := boxOf(part)
		var inside []rtree.BulkItem
		for _, w := range wanted {
			if meet(w.Box, bound) {
				inside = append(inside, w)
			}
		}
		if err := m.count(part, inside); err != nil {
			return err
		}
	}
	return nil
}

func meet(a, b rtree.Box) bool {
	return a.MinX <= b.MaxX && a.MaxX >= b.MinX && a.MinY <= b.MaxY && a.MaxY >= b.MinY
}

func boxOf(items []rtree.BulkItem) rtree.Box {
	box := items[0].Box
	for _, item := range items[1:] {
		box = rtree.Box{MinX: min(box.MinX, item.Box.MinX), MinY: min(box.MinY, item.Box.MinY), MaxX: max(box.MaxX, item.Box.MaxX), MaxY: max(box.MaxY, item.Box.MaxY)}
	}
	return box
}

// halves splits items at the middle of the longer side of their box.
func halves(items []rtree.BulkItem) (first, second []rtree.BulkItem) {
	box := boxOf(items)
	key := func(i int) float64 { return items[i].Box.MinY + items[i].Box.MaxY }
	if box.MaxX-box.MinX > box.MaxY-box.MinY {
		key = func(i int) float64 { return items[i].Box.MinX + items[i].Box.MaxX }
	}
	// rtree leaves the side of items in the same place to chance.
	chance := rand.New(rand.NewPCG(1, uint64(len(items))))
	chance.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	middle := len(items) / 2
	// Hoare's quickselect: items left of the middle are not greater than those right of
	// it.
	for low, high := 0, len(items)-1; low < high; {
		pivot := key((low + high) / 2)
		i, j := low, high
		for i <= j {
			for key(i) < pivot {
				i++
			}
			for key(j) > pivot {
				j--
			}
			if i <= j {
				items[i], items[j] = items[j], items[i]
				i++
				j--
			}
		}
		if middle <= j {
			high = j
		} else if middle >= i {
			low = i
		} else {
			break
		}
	}
	return items[:middle], items[middle:]
}
