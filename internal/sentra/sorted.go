package sentra

import "slices"

// Sorted is an immutable sorted list. Replace returns a new list that shares all
// unchanged pages, so that changing a list of 100,000 values allocates only a few
// kilobytes. The zero value is empty.
type Sorted[T any] struct {
	// pages are never empty.
	pages  [][]*T
	length int
}

// pageLength is the initial number of values per page, and half of the maximum.
const pageLength = 256

// NewSorted returns a list of values that are already sorted. It keeps the slice,
// which must not be modified.
func NewSorted[T any](values []*T) Sorted[T] {
	if len(values) == 0 {
		return Sorted[T]{}
	}
	pages := make([][]*T, 0, (len(values)+pageLength-1)/pageLength)
	return Sorted[T]{slices.AppendSeq(pages, slices.Chunk(values, pageLength)), len(values)}
}

// Len is the number of values.
func (s Sorted[T]) Len() int { return s.length }

// All yields the values in order.
func (s Sorted[T]) All(yield func(*T) bool) {
	for _, page := range s.pages {
		for _, value := range page {
			if !yield(value) {
				return
			}
		}
	}
}

// First returns the first n values, or all if there are fewer.
func (s Sorted[T]) First(n int) []*T {
	out := make([]*T, 0, min(n, s.length))
	for _, page := range s.pages {
		out = append(out, page[:min(len(page), cap(out)-len(out))]...)
	}
	return out
}

// List returns the values in order, in a new slice.
func (s Sorted[T]) List() []*T { return s.First(s.length) }

// From yields the values in order, beginning with the first that is not less than a
// value.
func (s Sorted[T]) From(first *T, order func(a, b *T) int) func(yield func(*T) bool) {
	return func(yield func(*T) bool) {
		at := s.pageOf(first, order)
		if at == len(s.pages) {
			return
		}
		in, _ := slices.BinarySearchFunc(s.pages[at], first, order)
		rest := Sorted[T]{pages: s.pages[at+1:]}
		for _, value := range s.pages[at][in:] {
			if !yield(value) {
				return
			}
		}
		rest.All(yield)
	}
}

// pageOf returns the index of the page that contains a value or would: the first that
// does not end before it, or else the last.
func (s Sorted[T]) pageOf(value *T, order func(a, b *T) int) int {
	at, _ := slices.BinarySearchFunc(s.pages, value, func(page []*T, value *T) int { return order(page[len(page)-1], value) })
	return min(at, max(0, len(s.pages)-1))
}

// Replace returns the list with some values removed and others added. No two values
// may compare equal, except for a new value that replaces a removed one.
func (s Sorted[T]) Replace(gone, put []*T, order func(a, b *T) int) Sorted[T] {
	gone, put = slices.SortedFunc(slices.Values(gone), order), slices.SortedFunc(slices.Values(put), order)
	if len(s.pages) == 0 {
		return NewSorted(put)
	}
	next := Sorted[T]{make([][]*T, 0, len(s.pages)+1), s.length - len(gone) + len(put)}
	rest := s
	for len(gone)+len(put) > 0 && len(rest.pages) > 0 {
		first := slices.Concat(gone[:min(1, len(gone))], put[:min(1, len(put))])
		at := rest.pageOf(slices.MinFunc(first, order), order)
		next.pages = append(next.pages, rest.pages[:at]...)
		page := rest.pages[at]
		rest.pages = rest.pages[at+1:]
		goneHere, putHere := len(gone), len(put)
		if len(rest.pages) > 0 {
			behind := func(a, last *T) int { return max(0, order(a, last))*2 - 1 }
			last := page[len(page)-1]
			goneHere, _ = slices.BinarySearchFunc(gone, last, behind)
			putHere, _ = slices.BinarySearchFunc(put, last, behind)
		}
		next.addPage(edited(page, gone[:goneHere], put[:putHere], order))
		gone, put = gone[goneHere:], put[putHere:]
	}
	next.pages = append(next.pages, rest.pages...)
	return next
}

// addPage appends a page, split if it is too long.
func (s *Sorted[T]) addPage(page []*T) {
	switch {
	case len(page) > 2*pageLength:
		s.pages = slices.AppendSeq(s.pages, slices.Chunk(page, pageLength))
	case len(page) > 0:
		s.pages = append(s.pages, page)
	}
}

// edited returns a page with some values removed and others added, all in order.
func edited[T any](page, gone, put []*T, order func(a, b *T) int) []*T {
	out := make([]*T, 0, len(page)-len(gone)+len(put))
	for len(gone)+len(put) > 0 {
		if len(put) == 0 || len(gone) > 0 && order(gone[0], put[0]) <= 0 {
			at := slices.Index(page, gone[0])
			out, page, gone = append(out, page[:at]...), page[at+1:], gone[1:]
			continue
		}
		at, _ := slices.BinarySearchFunc(page, put[0], order)
		out, page, put = append(append(out, page[:at]...), put[0]), page[at:], put[1:]
	}
	return append(out, page...)
}

// Difference returns the values that only this list or only the next one has, in
// order. It skips shared pages. ok is false if there are more than most.
func (s Sorted[T]) Difference(next Sorted[T], order func(a, b *T) int, most int) (gone, put []*T, ok bool) {
	// The rest of the current pages, and the pages after them.
	var x, y []*T
	before, after := s.pages, next.pages
	for len(gone)+len(put) <= most {
		if len(x) == 0 && len(before) > 0 {
			x, before = before[0], before[1:]
		}
		if len(y) == 0 && len(after) > 0 {
			y, after = after[0], after[1:]
		}
		switch {
		case len(x) == 0 && len(y) == 0:
			return gone, put, true
		case len(x) == len(y) && &x[0] == &y[0]:
			x, y = nil, nil
		case len(x) > 0 && len(y) > 0 && x[0] == y[0]:
			x, y = x[1:], y[1:]
		case len(y) == 0 || len(x) > 0 && order(x[0], y[0]) < 0:
			gone, x = append(gone, x[0]), x[1:]
		default:
			put, y = append(put, y[0]), y[1:]
		}
	}
	return nil, nil, false
}
