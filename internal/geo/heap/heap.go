// Package heap is a binary heap of values. container/heap would take each item
// through an interface, and so through an allocation.
package heap

// Heap keeps the least of its items in Items[0].
type Heap[T any] struct {
	Before func(a, b T) bool
	Items  []T
}

// Init establishes the heap order for items in any order.
func (h *Heap[T]) Init() {
	for i := len(h.Items)/2 - 1; i >= 0; i-- {
		h.sink(i, h.Items[i])
	}
}

// Push adds an item.
func (h *Heap[T]) Push(item T) {
	h.Items = append(h.Items, item)
	i := len(h.Items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !h.Before(item, h.Items[up]) {
			break
		}
		h.Items[i] = h.Items[up]
		i = up
	}
	h.Items[i] = item
}

// Pop removes and returns the first item; there must be one.
func (h *Heap[T]) Pop() T {
	top, last := h.Items[0], h.Items[len(h.Items)-1]
	h.Items = h.Items[:len(h.Items)-1]
	if len(h.Items) > 0 {
		h.sink(0, last)
	}
	return top
}

// Replace removes the first item and adds another.
func (h *Heap[T]) Replace(item T) { h.sink(0, item) }

// sink moves an item at i down to its place.
func (h *Heap[T]) sink(i int, item T) {
	for {
		down := 2*i + 1
		if down >= len(h.Items) {
			break
		}
		if down+1 < len(h.Items) && h.Before(h.Items[down+1], h.Items[down]) {
			down++
		}
		if !h.Before(h.Items[down], item) {
			break
		}
		h.Items[i] = h.Items[down]
		i = down
	}
	h.Items[i] = item
}
