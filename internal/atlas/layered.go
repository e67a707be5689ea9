package atlas

import "maps"

// layered is a map that many atlases share, but for what few keys have in this one.
type layered[K comparable, V any] struct {
	most    map[K]V
	changed map[K]edit[V]
}

// edit is what a key has in place of what it had.
type edit[V any] struct {
	value V
	gone  bool
}

func layer[K comparable, V any](all map[K]V) layered[K, V] { return layered[K, V]{most: all} }

// of returns what a key has, the zero value for a key that has nothing.
func (m layered[K, V]) of(key K) V {
	value, _ := m.lookup(key)
	return value
}

func (m layered[K, V]) lookup(key K) (value V, known bool) {
	if e, changed := m.changed[key]; changed {
		return e.value, !e.gone
	}
	value, known = m.most[key]
	return value, known
}

// all gives every key and what it has, in no order.
func (m layered[K, V]) all(yield func(K, V) bool) {
	for key, value := range m.most {
		if _, changed := m.changed[key]; !changed && !yield(key, value) {
			return
		}
	}
	for key, e := range m.changed {
		if !e.gone && !yield(key, e.value) {
			return
		}
	}
}

// edited returns the map with edits.
func (m layered[K, V]) edited(edits map[K]edit[V]) layered[K, V] {
	if len(edits) == 0 {
		return m
	}
	next := layered[K, V]{m.most, make(map[K]edit[V], len(m.changed)+len(edits))}
	maps.Copy(next.changed, m.changed)
	maps.Copy(next.changed, edits)
	// All edits are copied each time, and the map when they become too many: the least
	// is copied where these are about the root of twice its length.
	if n := len(next.changed); n < 8 || n*n < 2*len(m.most) {
		return next
	}
	return layer(maps.Collect(next.all))
}
