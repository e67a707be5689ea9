package register

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Command is one thing to do to the record. It is made by Put, Delete,
// DeleteOthers, ReplaceCodes or ReplaceBoundaries.
type Command struct {
	apply func(*plan)
}

// Put adds entities or corrects those with the same identity: the id, or for a
// cluster without one the key. An entity is replaced as a whole, but for what a
// source leaves empty.
func Put[T Entity](values ...T) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[T](p)
		for i := range values {
			pending.put(p, values[i])
		}
	}}
}

// Delete deletes entities of a kind by their keys or ids. One that does not exist
// is a NOT_FOUND.
func Delete(kind sentra.EntityKind, keys ...string) Command {
	return Command{func(p *plan) {
		k, known := kindNamed(kind)
		if !known {
			p.faults.Add("kind", "%.40q is none of %v", string(kind), Kinds())
			return
		}
		pending := p.pendingOf(k)
		for i, key := range keys {
			if !pending.deleteKey(key) {
				p.faults.AddError(&sentra.Error{Code: sentra.CodeNotFound, Path: []string{"keys", fmt.Sprint(i)},
					Message: fmt.Sprintf("there is no %s %.100q", kind, key)})
			}
		}
	}}
}

// AcceptFacts takes the word of the binary for entities about which a conflict is
// open, each as KIND/ID.
func AcceptFacts(entities ...string) Command {
	return Command{func(p *plan) {
		open := make(map[string]*sentra.Conflict)
		for i := range p.base.Conflicts {
			open[p.base.Conflicts[i].Entity.String()] = &p.base.Conflicts[i]
		}
		for i, name := range entities {
			c := open[name]
			if c == nil {
				p.faults.AddError(&sentra.Error{Code: sentra.CodeNotFound, Path: []string{"entities", fmt.Sprint(i)},
					Message: fmt.Sprintf("there is no conflict about %.100q", name)})
				continue
			}
			k, known := kindNamed(c.Entity.Kind)
			switch {
			case !known:
				p.faults.AddError(sentra.Errorf(sentra.CodeUnavailable, "%s was written by a newer Sentra; use it", name))
			case c.Shipped == "":
				p.pendingOf(k).deleteID(c.Entity.ID)
			default:
				command, err := k.putDocument(c.Entity.ID, []byte(c.Shipped))
				if err != nil {
					p.faults.AddError(err)
					continue
				}
				command.apply(p)
			}
		}
	}}
}

// DeleteOthers deletes the entities of a kind that no command before it has put,
// but for those that the binary ships.
func DeleteOthers(kind sentra.EntityKind) Command {
	return Command{func(p *plan) {
		k, known := kindNamed(kind)
		if !known {
			p.faults.Add("kind", "%.40q is none of %v", string(kind), Kinds())
			return
		}
		p.pendingOf(k).deleteOthers(func(id string) bool { return p.shipped[sentra.EntityRef{Kind: kind, ID: id}] != nil })
	}}
}

// ReplaceCodes puts codes in the place of what the record says of when the same
// code means the same region.
func ReplaceCodes(codes []sentra.OfficialCode) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[sentra.OfficialCode](p)
		given := make(map[sentra.OfficialCodeKey]bool)
		for _, c := range codes {
			given[c.Key()] = true
		}
		pending.deleteWhere(func(c *sentra.OfficialCode) bool { return given[c.Key()] })
		for _, c := range codes {
			pending.put(p, c)
		}
	}}
}

// ReplaceBoundaries puts boundaries in the place of all that their regions have,
// on any day.
func ReplaceBoundaries(boundaries []sentra.Boundary) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[sentra.Boundary](p)
		given := make(map[sentra.RegionCode]bool)
		for i := range boundaries {
			given[boundaries[i].Region] = true
		}
		pending.deleteWhere(func(b *sentra.Boundary) bool { return given[b.Region] })
		for i := range boundaries {
			pending.put(p, boundaries[i])
		}
	}}
}

// plan works out what commands do to a state of the record.
type plan struct {
	base    *sentra.Dataset
	touched map[sentra.EntityKind]pending
	faults  sentra.Faults
	// shapes are the new shapes, as they are stored, by digest.
	shapes map[string][]byte
	// shipped are the documents that the binary's facts last had.
	shipped map[sentra.EntityRef][]byte
}

func newPlan(base *sentra.Dataset, shipped map[sentra.EntityRef][]byte) *plan {
	return &plan{base: base, touched: make(map[sentra.EntityKind]pending), shapes: make(map[string][]byte), shipped: shipped}
}

func (p *plan) pendingOf(k kind) pending {
	pending, known := p.touched[k.kindName()]
	if !known {
		pending = k.newPending(p.base)
		p.touched[k.kindName()] = pending
	}
	return pending
}

func pendingOfType[T any](p *plan) *pendingOf[T] { return p.pendingOf(kindFor[T]()).(*pendingOf[T]) }

// inOrder gives what is touched, in the order of kinds.
func (p *plan) inOrder() []pending {
	var out []pending
	for _, k := range kinds {
		if pending, touched := p.touched[k.kindName()]; touched {
			out = append(out, pending)
		}
	}
	return out
}

// items gives what the plan changes.
func (p *plan) items() ([]Item, error) {
	var all []Item
	for _, pending := range p.inOrder() {
		items, err := pending.items()
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	return all, nil
}

// next gives the state that the plan leads to. What does not change is shared.
func (p *plan) next() *sentra.Dataset {
	next := *p.base
	for _, pending := range p.inOrder() {
		pending.rebuild(&next)
	}
	return &next
}

// violation is a rule over several entities that a state would break.
type violation struct {
	at, other sentra.EntityRef
	fault     *sentra.Error
}

// violations checks the rules over several entities that the plan may break.
func (p *plan) violations(next *sentra.Dataset) []violation {
	var all []violation
	ids := make(map[sentra.EntityKind]map[string]bool)
	exists := func(ref sentra.EntityRef) bool {
		known, listed := ids[ref.Kind]
		if !listed {
			if k, ok := kindNamed(ref.Kind); ok {
				known = k.ids(next)
			}
			ids[ref.Kind] = known
		}
		return known[ref.ID]
	}
	gone := make(map[sentra.EntityRef]bool)
	for _, pending := range p.inOrder() {
		all = append(all, pending.violations(next, exists)...)
		for _, ref := range pending.gone() {
			gone[ref] = true
		}
	}
	if len(gone) > 0 {
		for _, k := range kinds {
			k.referrers(next, gone, func(from, to sentra.EntityRef) {
				all = append(all, violation{at: to, other: from, fault: &sentra.Error{Code: sentra.CodeConflict,
					Path: []string{to.String()}, Message: fmt.Sprintf("%s still refers to it", from)}})
			})
		}
	}
	return all
}

// pending is what happens to the entities of one kind.
type pending interface {
	deleteKey(key string) bool
	deleteID(id string)
	deleteOthers(shipped func(id string) bool)
	// withdraw takes back what is pending for one entity.
	withdraw(id string)
	ids() []string
	gone() []sentra.EntityRef
	items() ([]Item, error)
	rebuild(next *sentra.Dataset)
	violations(next *sentra.Dataset, exists func(sentra.EntityRef) bool) []violation
}

type pendingOf[T any] struct {
	kind *kindOf[T]
	base []T
	// changed are the entities as they will be, nil for those that will be gone.
	changed map[string]*T
	order   []string
	given   map[string]bool
	byID    map[string]int
	keys    map[string]int
	lookups int
	// keysNow are the keys of changed entities that are not in the base.
	keysNow map[string]string
}

func (k *kindOf[T]) newPending(base *sentra.Dataset) pending {
	return &pendingOf[T]{kind: k, base: k.get(base), changed: make(map[string]*T), given: make(map[string]bool), keysNow: make(map[string]string)}
}

// fewLookups is how many entities are looked for one by one before an index pays.
const fewLookups = 4

func (p *pendingOf[T]) stored(id string) *T {
	p.index()
	if p.byID != nil {
		if at, known := p.byID[id]; known {
			return &p.base[at]
		}
		return nil
	}
	for i := range p.base {
		if p.kind.id(&p.base[i]) == id {
			return &p.base[i]
		}
	}
	return nil
}

func (p *pendingOf[T]) index() {
	if p.lookups++; p.lookups <= fewLookups || p.byID != nil {
		return
	}
	p.byID, p.keys = make(map[string]int, len(p.base)), make(map[string]int, len(p.base))
	for i := range p.base {
		p.byID[p.kind.id(&p.base[i])] = i
		p.keys[p.kind.keyOf(&p.base[i])] = i
	}
}

// present gives an entity as the plan has it so far, nil where there is none.
func (p *pendingOf[T]) present(id string) *T {
	if value, changed := p.changed[id]; changed {
		return value
	}
	return p.stored(id)
}

// byKey gives the entity that has a key as the plan has it so far.
func (p *pendingOf[T]) byKey(key string) *T {
	if id, known := p.keysNow[key]; known {
		if value := p.present(id); value != nil && p.kind.keyOf(value) == key {
			return value
		}
	}
	p.index()
	if p.keys != nil {
		if at, known := p.keys[key]; known {
			return p.still(&p.base[at], key)
		}
		return nil
	}
	for i := range p.base {
		if p.kind.keyOf(&p.base[i]) == key {
			return p.still(&p.base[i], key)
		}
	}
	return nil
}

// still gives a stored entity unless the plan deletes it or takes its key.
func (p *pendingOf[T]) still(stored *T, key string) *T {
	if value, changed := p.changed[p.kind.id(stored)]; changed {
		if value == nil || p.kind.keyOf(value) != key {
			return nil
		}
		return value
	}
	return stored
}

func (p *pendingOf[T]) put(plan *plan, value T) {
	if p.kind.prepare != nil {
		if err := p.kind.prepare(plan, p, &value); err != nil {
			plan.faults.AddError(err)
			return
		}
	}
	id := p.kind.id(&value)
	if p.kind.merge != nil {
		if present := p.present(id); present != nil {
			value = p.kind.merge(*present, value)
		}
	}
	if err := p.kind.check(&value); err != nil {
		plan.faults.AddError(prefix(sentra.EntityRef{Kind: p.kind.name, ID: p.kind.keyOf(&value)}, err))
		return
	}
	p.replace(value)
}

// prefix puts an entity before the path of what is wrong with it. The id is one
// element, whatever dots it has.
func prefix(ref sentra.EntityRef, err error) error {
	switch err := err.(type) {
	case *sentra.Error:
		inner := *err
		inner.Path = append([]string{ref.String()}, err.Path...)
		return &inner
	case sentra.Errors:
		all := make(sentra.Errors, len(err))
		for i, one := range err {
			all[i] = prefix(ref, one).(*sentra.Error)
		}
		return all
	}
	return err
}

// replace sets an entity as it is.
func (p *pendingOf[T]) replace(value T) {
	id := p.kind.id(&value)
	p.note(id, &value)
	p.given[id] = true
	if p.kind.key != nil {
		p.keysNow[p.kind.key(&value)] = id
	}
}

func (p *pendingOf[T]) note(id string, value *T) {
	if _, known := p.changed[id]; !known {
		p.order = append(p.order, id)
	}
	p.changed[id] = value
}

func (p *pendingOf[T]) deleteKey(key string) bool {
	value := p.byKey(key)
	if value == nil {
		value = p.present(key)
	}
	if value == nil {
		return false
	}
	p.note(p.kind.id(value), nil)
	return true
}

func (p *pendingOf[T]) deleteID(id string) { p.note(id, nil) }

func (p *pendingOf[T]) deleteWhere(matches func(*T) bool) {
	for i := range p.base {
		if matches(&p.base[i]) {
			p.note(p.kind.id(&p.base[i]), nil)
		}
	}
}

func (p *pendingOf[T]) deleteOthers(shipped func(id string) bool) {
	p.deleteWhere(func(value *T) bool {
		id := p.kind.id(value)
		return !p.given[id] && !shipped(id)
	})
}

func (p *pendingOf[T]) withdraw(id string) {
	delete(p.changed, id)
	delete(p.given, id)
	p.order = slices.DeleteFunc(p.order, func(other string) bool { return other == id })
}

func (p *pendingOf[T]) ids() []string { return p.order }

func (p *pendingOf[T]) gone() []sentra.EntityRef {
	var out []sentra.EntityRef
	for _, id := range p.order {
		if p.changed[id] == nil && p.stored(id) != nil {
			out = append(out, sentra.EntityRef{Kind: p.kind.name, ID: id})
		}
	}
	return out
}

func (p *pendingOf[T]) items() ([]Item, error) {
	var items []Item
	for _, id := range p.order {
		item := Item{Entity: sentra.EntityRef{Kind: p.kind.name, ID: id}, Schema: p.kind.schema}
		var err error
		if stored := p.stored(id); stored != nil {
			item.Key = p.kind.keyOf(stored)
			if item.Before, err = p.kind.marshal(stored); err != nil {
				return nil, err
			}
		}
		if value := p.changed[id]; value != nil {
			item.Key = p.kind.keyOf(value)
			if item.After, err = p.kind.marshal(value); err != nil {
				return nil, err
			}
		}
		if !bytes.Equal(item.Before, item.After) {
			items = append(items, item)
		}
	}
	return items, nil
}

func (p *pendingOf[T]) rebuild(next *sentra.Dataset) {
	if len(p.changed) == 0 {
		return
	}
	list := make([]T, 0, len(p.base)+len(p.changed))
	left := maps.Clone(p.changed)
	for i := range p.base {
		id := p.kind.id(&p.base[i])
		value, changed := p.changed[id]
		switch {
		case !changed:
			list = append(list, p.base[i])
		case value != nil:
			list = append(list, *value)
		}
		if changed {
			delete(left, id)
		}
	}
	for _, id := range p.order {
		if value := left[id]; value != nil {
			list = append(list, *value)
		}
	}
	if len(list) == 0 {
		list = nil
	}
	sortBy(list, p.kind.order)
	p.kind.set(next, list)
}

func (p *pendingOf[T]) violations(next *sentra.Dataset, exists func(sentra.EntityRef) bool) []violation {
	var all []violation
	add := func(value *T, other sentra.EntityRef, path string, message string) {
		ref := sentra.EntityRef{Kind: p.kind.name, ID: p.kind.id(value)}
		all = append(all, violation{at: ref, other: other, fault: &sentra.Error{Code: sentra.CodeConflict,
			Path: []string{sentra.EntityRef{Kind: ref.Kind, ID: p.kind.keyOf(value)}.String(), path}, Message: message}})
	}
	for _, id := range p.order {
		value := p.changed[id]
		if value == nil || p.kind.refers == nil {
			continue
		}
		p.kind.refers(value, func(path string, at int, to sentra.EntityRef) {
			if !exists(to) {
				if at >= 0 {
					path = fmt.Sprintf("%s.%d", path, at)
				}
				add(value, to, path, fmt.Sprintf("there is no %s %s", to.Kind, to.ID))
			}
		})
	}
	list := p.kind.get(next)
	if p.kind.key != nil {
		for i := range list {
			id, key := p.kind.id(&list[i]), p.kind.key(&list[i])
			if taken, changed := p.keysNow[key]; changed && taken != id && p.changed[taken] != nil && p.kind.key(p.changed[taken]) == key {
				add(p.changed[taken], sentra.EntityRef{Kind: p.kind.name, ID: id}, "key", fmt.Sprintf("another %s has the key %s", p.kind.name, key))
			}
		}
	}
	for _, rule := range p.kind.alone {
		slots := make(map[string][]*T)
		for i := range list {
			if slot := rule.slot(&list[i]); slot != "" {
				slots[slot] = append(slots[slot], &list[i])
			}
		}
		for _, sharing := range slots {
			if len(sharing) < 2 {
				continue
			}
			for i, one := range sharing {
				for _, other := range sharing[:i] {
					if !rule.period(one).Overlaps(rule.period(other)) {
						continue
					}
					// The one that is put is at fault.
					one, other := one, other
					if p.changed[p.kind.id(one)] == nil {
						one, other = other, one
					}
					if p.changed[p.kind.id(one)] != nil {
						add(one, sentra.EntityRef{Kind: p.kind.name, ID: p.kind.id(other)}, rule.path, rule.says(one, other))
					}
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b violation) int { return cmp.Compare(a.at.ID, b.at.ID) })
	return all
}
