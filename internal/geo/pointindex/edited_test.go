package pointindex

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// An edited index answers like one built from the same points.
func TestEdited(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 5))
	for range 300 {
		n := random.IntN(200)
		if random.IntN(20) == 0 {
			n = 0
		}
		var points []orb.Point
		for range n {
			points = append(points, anywhere(random, points))
		}
		var gone []int32
		var added []Added
		// The remaining points, in order, and the place of each.
		var want []orb.Point
		var places []int
		for rank := 0; rank <= n; rank++ {
			for random.IntN(5) == 0 {
				added = append(added, Added{rank, anywhere(random, points)})
				want, places = append(want, added[len(added)-1].Point), append(places, -len(added))
			}
			if rank == n {
				break
			}
			if random.IntN(6) == 0 {
				gone = append(gone, int32(rank))
				continue
			}
			want, places = append(want, points[rank]), append(places, PlaceOf(rank))
		}
		edited, plain := New(points).Edit(gone, added), New(want)
		for i, at := range places {
			if at < 0 {
				places[i] = edited.PlaceOfAdded(-at - 1)
			}
			if number, put := Origin(places[i]); put != (at < 0) || put && number != -at-1 || !put && PlaceOf(number) != at {
				t.Fatalf("place %d comes from %d, %v", places[i], number, put)
			}
		}
		if !slices.IsSorted(places) || edited.Len() != len(want) {
			t.Fatalf("%d points at places %v; want %d", edited.Len(), places, len(want))
		}
		area := draw(random, append(slices.Clone(points), orb.Point{}))
		same := func(what string, got iter.Seq[int], ranks iter.Seq[int]) {
			t.Helper()
			var expected []int
			for rank := range ranks {
				expected = append(expected, places[rank])
			}
			if listed := slices.Collect(got); !slices.Equal(listed, expected) {
				t.Fatalf("%s in %s: got %v, want %v", what, area.name, listed, expected)
			}
		}
		if got := edited.Count(area.Area); got != plain.Count(area.Area) {
			t.Fatalf("%d in %s; want %d", got, area.name, plain.Count(area.Area))
		}
		same("all", edited.Ranks(area.Area), plain.Ranks(area.Area))
		same("upwards", edited.Ascending(area.Area, 0), plain.Ascending(area.Area, 0))
		same("downwards", edited.Descending(area.Area, edited.Last()), plain.Descending(area.Area, plain.Len()-1))
		p := anywhere(random, points)
		same("nearest", keys(edited.Nearest(p, area.Area)), keys(plain.Nearest(p, area.Area)))
		if len(want) == 0 {
			continue
		}
		rank := random.IntN(len(want))
		at := places[rank]
		if edited.Has(area.Area, at) != plain.Has(area.Area, rank) || edited.Metres(p, at) != plain.Metres(p, rank) {
			t.Fatalf("at %d: otherwise than rank %d", at, rank)
		}
		same("from a place up", edited.Ascending(area.Area, at), plain.Ascending(area.Area, rank))
		same("behind a place", edited.Ascending(area.Area, at+1), plain.Ascending(area.Area, rank+1))
		same("before a place", edited.Descending(area.Area, at-1), plain.Descending(area.Area, rank-1))
		same("nearest behind a place", keys(edited.NearestAfter(p, area.Area, at)), keys(plain.NearestAfter(p, area.Area, rank)))
	}
}

func keys[K, V any](pairs iter.Seq2[K, V]) iter.Seq[K] {
	return func(yield func(K) bool) {
		for key := range pairs {
			if !yield(key) {
				return
			}
		}
	}
}
