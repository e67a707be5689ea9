package heap

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Items are popped in ascending order, whatever is pushed in between.
func TestHeap(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		h := Heap[int]{Before: func(a, b int) bool { return a < b }}
		for range random.IntN(40) {
			h.Items = append(h.Items, random.IntN(30))
		}
		left := slices.Clone(h.Items)
		h.Init()
		for step := 0; len(left) > 0; step++ {
			slices.Sort(left)
			item := random.IntN(30)
			switch random.IntN(4) {
			case 0:
				if step < 200 {
					h.Push(item)
					left = append(left, item)
				}
			case 1:
				h.Replace(item)
				left[0] = item
			default:
				if got := h.Pop(); got != left[0] {
					t.Fatalf("got %d, want %d of %v", got, left[0], left)
				}
				left = left[1:]
			}
		}
		if len(h.Items) > 0 {
			t.Fatalf("%v are left", h.Items)
		}
	}
}
