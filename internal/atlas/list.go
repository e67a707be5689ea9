package atlas

import (
	"iter"
	"slices"
)

// List is an ordered list of hits that are produced as they are taken.
type List[T any] struct {
	total int
	find  func(key string) (Mark, bool)
	// up and down iterate from after or before a mark, or from the first or last hit for
	// nil.
	up, down func(from *Mark) iter.Seq2[Mark, T]
}

// Mark is the position of a hit in its list.
type Mark struct {
	metres float64
	rank   int
}

// Before reports whether the mark comes before another of the same list.
func (m Mark) Before(other Mark) bool {
	return m.metres < other.metres || m.metres == other.metres && m.rank < other.rank
}

// Len is the number of all hits.
func (l *List[T]) Len() int { return l.total }

// Find returns the mark of the hit with a key, or false.
func (l *List[T]) Find(key string) (Mark, bool) { return l.find(key) }

// After returns the hits after a mark, ascending; all for nil.
func (l *List[T]) After(m *Mark) iter.Seq2[Mark, T] { return l.up(m) }

// Before returns the hits before a mark, descending; all for nil.
func (l *List[T]) Before(m *Mark) iter.Seq2[Mark, T] { return l.down(m) }

// All returns the hits in order.
func (l *List[T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		for _, hit := range l.up(nil) {
			if !yield(hit) {
				return
			}
		}
	}
}

// Hits returns all hits in order.
func (l *List[T]) Hits() []T { return slices.AppendSeq(make([]T, 0, l.total), l.All()) }

// listOf returns a list of hits that are already in order.
func listOf[T any](hits []T, key func(T) string) List[T] {
	return List[T]{
		total: len(hits),
		find: func(wanted string) (Mark, bool) {
			for i, hit := range hits {
				if key(hit) == wanted {
					return Mark{rank: i}, true
				}
			}
			return Mark{}, false
		},
		up: func(from *Mark) iter.Seq2[Mark, T] {
			first := 0
			if from != nil {
				first = from.rank + 1
			}
			return func(yield func(Mark, T) bool) {
				for i := first; i < len(hits); i++ {
					if !yield(Mark{rank: i}, hits[i]) {
						return
					}
				}
			}
		},
		down: func(from *Mark) iter.Seq2[Mark, T] {
			last := len(hits) - 1
			if from != nil {
				last = from.rank - 1
			}
			return func(yield func(Mark, T) bool) {
				for i := last; i >= 0; i-- {
					if !yield(Mark{rank: i}, hits[i]) {
						return
					}
				}
			}
		},
	}
}
