package atlas

import (
	"context"
	"slices"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/lazy"
)

// countedZooms is the number of zooms at whose tolerances positions are counted,
// besides full detail. A tolerance between two zooms counts as the lower tolerance,
// which never has fewer positions. Below the last zoom there are nearly as many as in
// full detail.
const countedZooms = 11

// countedTolerances are in metres, ascending.
var countedTolerances = func() (out [1 + countedZooms]float64) {
	for zoom := range countedZooms {
		out[countedZooms-zoom] = coverage.ZoomTolerance(zoom)
	}
	return out
}()

// boundarySizes bounds the number of positions in the boundaries of n regions at a
// tolerance.
type boundarySizes struct {
	// sums[i][n] is the total of the n regions that have most positions.
	sums [len(countedTolerances)]*lazy.Value[[]int]
}

func (a *Atlas) newBoundarySizes() *boundarySizes {
	s := &boundarySizes{}
	// Later atlases share this value, which therefore must not refer to this atlas.
	byRegion := a.shapes
	for i, tolerance := range countedTolerances {
		s.sums[i] = lazy.New(func() []int {
			sums := []int{0}
			for _, shapes := range byRegion {
				most := 0
				for _, shape := range shapes {
					most = max(most, shape.positions(i, tolerance))
				}
				sums = append(sums, most)
			}
			slices.SortFunc(sums[1:], func(a, b int) int { return b - a })
			for n := 1; n < len(sums); n++ {
				sums[n] += sums[n-1]
			}
			return sums
		})
	}
	return s
}

// positions counts the positions of a shape at one of the tolerances, and caches the
// count.
func (s *Shape) positions(i int, tolerance float64) int {
	if known := s.counts[i].Load(); known > 0 {
		return int(known)
	}
	count := 0
	for _, polygon := range s.Simplified(tolerance) {
		for _, ring := range polygon {
			count += len(ring)
		}
	}
	s.counts[i].Store(int32(count))
	return count
}

// BoundaryBytes returns an upper bound on the bytes that EncodedBoundary returns for
// n regions of one day, simplified by a tolerance in metres and rounded to decimal
// places. It fails only if the context ends.
func (a *Atlas) BoundaryBytes(ctx context.Context, n int, tolerance float64, places int) (int, error) {
	at := 0
	for i, counted := range countedTolerances {
		if counted <= tolerance {
			at = i
		}
	}
	sums, err := a.sizes.sums[at].Get(ctx, "while the boundaries were measured")
	if err != nil {
		return 0, err
	}
	// A position is "[-123.,-12.]," plus its decimals; the rest is for rings and parts.
	return sums[max(0, min(n, len(sums)-1))]*(14+2*places) + 64*n, nil
}
