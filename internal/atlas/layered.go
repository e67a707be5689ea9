package atlas

import "maps"

// layered is a persistent map: a large base that many atlases share, and the edits of
// this one.
type layered[K comparable, V any] struct {
	most    map[K]V
	changed map[K]edit[V]
}

// edit is a new value for a key, or its removal.
type edit[V any] struct {
	value V
	gone  bool
}

func layer[K comparable, V any](all map[K]V) layered[K, V] { return layered[K, V]{most: all} }

// of returns the value of a key, or the zero value.
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

// all yields every key and value, in no order.
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

// edited returns the map with edits applied.
func (m layered[K, V]) edited(edits map[K]edit[V]) layered[K, V] {
	if len(edits) == 0 {
		return m
	}
	next := layered[K, V]{m.most, make(map[K]edit[V], len(m.changed)+len(edits))}
	maps.Copy(next.changed, m.changed)
	maps.Copy(next.changed, edits)
	// Every call copies all edits, and the base too once there are too many. The total
	// is least if that happens at about sqrt(2*len(most)) edits.
	if n := len(next.changed); n < 8 || n*n < 2*len(m.most) {
		return next
	}
	return layer(maps.Collect(next.all))
}
