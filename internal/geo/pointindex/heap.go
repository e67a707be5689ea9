package pointindex

// heap gives the first of its items. container/heap would take each item
// through an interface, and so through an allocation.
type heap[T any] struct {
	before func(a, b T) bool
	items  []T
}

func (h *heap[T]) push(item T) {
	h.items = append(h.items, item)
	i := len(h.items) - 1
	for i > 0 {
		up := (i - 1) / 2
		if !h.before(item, h.items[up]) {
			break
		}
		h.items[i] = h.items[up]
		i = up
	}
	h.items[i] = item
}

func (h *heap[T]) pop() T {
	top, last := h.items[0], h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	if len(h.items) > 0 {
		h.replace(last)
	}
	return top
}

// replace takes the first item out and puts another in.
func (h *heap[T]) replace(item T) {
	i := 0
	for {
		down := 2*i + 1
		if down >= len(h.items) {
			break
		}
		if down+1 < len(h.items) && h.before(h.items[down+1], h.items[down]) {
			down++
		}
		if !h.before(h.items[down], item) {
			break
		}
		h.items[i] = h.items[down]
		i = down
	}
	h.items[i] = item
}
