package sentra

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

// Lists that are changed again and again have the contents of plain slices, do not
// change the lists they were made from, and report the differences.
func TestSorted(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 13))
	order := func(a, b *int) int { return cmp.Compare(*a, *b) }
	for range 40 {
		var plain []*int
		for n := range random.IntN(2000) {
			plain = append(plain, new(3*n))
		}
		list := NewSorted(slices.Clone(plain))
		for range 30 {
			before, was := list, slices.Clone(plain)
			var gone, put []*int
			// From no change to more than fits in a page.
			edits, near := random.IntN(8), random.IntN(6000)
			if random.IntN(8) == 0 {
				edits = random.IntN(1200)
			}
			for range edits {
				value := near + random.IntN(600)
				at, found := slices.BinarySearchFunc(plain, &value, order)
				if found && slices.Contains(was, plain[at]) {
					gone = append(gone, plain[at])
					plain = slices.Delete(plain, at, at+1)
					found = false
					if random.IntN(2) == 0 {
						continue
					}
				}
				if !found {
					put = append(put, &value)
					plain = slices.Insert(plain, at, &value)
				}
			}
			random.Shuffle(len(gone), func(i, j int) { gone[i], gone[j] = gone[j], gone[i] })
			list = list.Replace(gone, put, order)
			if got := list.List(); !slices.Equal(got, plain) || list.Len() != len(plain) || !slices.Equal(slices.Collect(list.All), plain) {
				t.Fatalf("%d values, want %d", len(got), len(plain))
			}
			if !slices.Equal(before.List(), was) {
				t.Fatal("the list before changed")
			}
			for _, page := range list.pages {
				if len(page) == 0 || len(page) > 2*pageLength {
					t.Fatalf("a page of %d", len(page))
				}
			}
			n := random.IntN(len(plain) + 10)
			if got := list.First(n); !slices.Equal(got, plain[:min(n, len(plain))]) {
				t.Fatalf("the first %d are %d", n, len(got))
			}
			first := random.IntN(7000) - 100
			at, _ := slices.BinarySearchFunc(plain, &first, order)
			if got := slices.Collect(list.From(&first, order)); !slices.Equal(got, plain[at:]) {
				t.Fatalf("%d from %d on, want %d", len(got), first, len(plain)-at)
			}
			lost, came, ok := before.Difference(list, order, len(gone)+len(put))
			slices.SortFunc(gone, order)
			slices.SortFunc(put, order)
			if !ok || !slices.Equal(lost, gone) || !slices.Equal(came, put) {
				t.Fatalf("lost %d and got %d, %v; want %d and %d", len(lost), len(came), ok, len(gone), len(put))
			}
			if _, _, ok := before.Difference(list, order, len(gone)+len(put)-1); ok {
				t.Fatal("more differs than is allowed, and is listed")
			}
		}
	}
}
