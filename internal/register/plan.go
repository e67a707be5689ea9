package register

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Command is one modification of the record. It is made by Put, Complete, Delete,
// DeleteOthers, ReplaceCodes or ReplaceBoundaries.
type Command struct {
	apply func(*plan)
}

// Put adds entities or replaces those with the same id or, for a cluster without one,
// the same key. Fields that a source leaves empty are kept; everything else is
// replaced. The command takes over the values and completes them.
func Put[T Entity](values ...T) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[T](p)
		for i := range values {
			pending.put(p, &values[i], nil)
		}
	}}
}

// Complete is Put for values that are only a part of an entity: if the record has it,
// complete copies what is missing into the value at an index.
func Complete[T Entity](values []T, complete func(i int, stored *T)) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[T](p)
		for i := range values {
			pending.put(p, &values[i], func(stored *T) { complete(i, stored) })
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

// AcceptFacts accepts the binary's version of entities with an open conflict, each as
// KIND/ID.
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

// DeleteOthers deletes the entities of a kind that no earlier command has put, except
// for those that the binary ships.
func DeleteOthers(kind sentra.EntityKind) Command {
	return Command{func(p *plan) {
		k, known := kindNamed(kind)
		if !known {
			p.faults.Add("kind", "%.40q is none of %v", string(kind), Kinds())
			return
		}
		shipped, err := p.shipped()
		if err != nil {
			p.faults.AddError(err)
			return
		}
		p.pendingOf(k).deleteOthers(func(id string) bool { return shipped[sentra.EntityRef{Kind: kind, ID: id}] != nil })
	}}
}

// ReplaceCodes replaces the periods of codes: those that the record has for the same
// code and region.
func ReplaceCodes(codes []sentra.OfficialCode) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[sentra.OfficialCode](p)
		given := make(map[sentra.OfficialCodeKey]bool)
		for _, c := range codes {
			given[c.Key()] = true
		}
		pending.deleteWhere(func(c *sentra.OfficialCode) bool { return given[c.Key()] })
		for i := range codes {
			pending.put(p, &codes[i], nil)
		}
	}}
}

// ReplaceBoundaries replaces all boundaries of the regions, of any day.
func ReplaceBoundaries(boundaries []sentra.Boundary) Command {
	return Command{func(p *plan) {
		pending := pendingOfType[sentra.Boundary](p)
		given := make(map[sentra.RegionCode]bool)
		for i := range boundaries {
			given[boundaries[i].Region] = true
		}
		pending.deleteWhere(func(b *sentra.Boundary) bool { return given[b.Region] })
		for i := range boundaries {
			pending.put(p, &boundaries[i], nil)
		}
	}}
}

// plan computes what commands do to a state of the record.
type plan struct {
	base    *sentra.Dataset
	touched map[sentra.EntityKind]pending
	faults  sentra.Faults
	// shapes are the new shapes in stored form, by digest.
	shapes map[string][]byte
	// shipped returns the documents that the binary's facts last had, which only few
	// commands need.
	shipped func() (map[sentra.EntityRef][]byte, error)
}

func newPlan(base *sentra.Dataset) *plan {
	return &plan{base: base, touched: make(map[sentra.EntityKind]pending), shapes: make(map[string][]byte)}
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

// inOrder returns what is changed, in the order of kinds.
func (p *plan) inOrder() []pending {
	var out []pending
	for _, k := range kinds {
		if pending, touched := p.touched[k.kindName()]; touched {
			out = append(out, pending)
		}
	}
	return out
}

// maxHeldDocuments is the maximum total size of the documents that a change holds.
// Further ones are marshalled again when they are stored, so that a million rows can
// be written in less than 1 GiB.
const maxHeldDocuments = 32 << 20

// itemList collects the items of a change, and a digest of all of them.
type itemList struct {
	items  []Item
	held   int
	digest hash.Hash
}

// add adds an item that pending can marshal again.
func (l *itemList) add(item Item, from pending) {
	fmt.Fprintf(l.digest, "%s %s %d\n%s\n", item.Entity.Kind, item.Entity.ID, item.Schema, item.After)
	if l.held += len(item.Before) + len(item.After); l.held > maxHeldDocuments {
		item.Before, item.After, item.from = nil, nil, from
	}
	l.items = append(l.items, item)
}

// items returns the changes of the plan, and the resulting version: the number of the
// change, and a digest of all changes up to it.
func (p *plan) items(ctx context.Context) (items []Item, version string, err error) {
	list := itemList{digest: sha256.New()}
	fmt.Fprintf(list.digest, "%s\n", p.base.Version)
	for _, pending := range p.inOrder() {
		if err := pending.items(ctx, &list); err != nil {
			return nil, "", err
		}
	}
	return list.items, fmt.Sprintf("%d-%s", p.base.Number+1, hex.EncodeToString(list.digest.Sum(nil)[:6])), nil
}

// next returns the resulting state. It shares what does not change.
func (p *plan) next() *sentra.Dataset {
	next := *p.base
	for _, pending := range p.inOrder() {
		pending.rebuild(&next)
	}
	return &next
}

// violation is a rule over several entities that a state would violate.
type violation struct {
	at, other sentra.EntityRef
	fault     *sentra.Error
}

// violations checks the rules over several entities that the plan may violate.
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

// pending has the changes to the entities of one kind.
type pending interface {
	deleteKey(key string) bool
	deleteID(id string)
	deleteOthers(shipped func(id string) bool)
	// withdraw removes the change to one entity.
	withdraw(id string)
	ids() []string
	// document returns an entity of the base, or nil.
	document(id string) ([]byte, error)
	// documents returns one entity before and after the plan, nil if it does not exist.
	documents(id string) (before, after []byte, err error)
	// exists reports whether an entity is in the base, and whether it will be.
	exists(id string) (before, after bool)
	gone() []sentra.EntityRef
	items(ctx context.Context, list *itemList) error
	rebuild(next *sentra.Dataset)
	violations(next *sentra.Dataset, exists func(sentra.EntityRef) bool) []violation
}

type pendingOf[T any] struct {
	kind *kindOf[T]
	base sentra.Sorted[T]
	// changed has the new entities, nil for those to be deleted.
	changed map[string]*T
	order   []string
	byID    map[string]*T
	keys    map[string]*T
	lookups int
	// keysNow has the keys of changed entities that differ from the id.
	keysNow map[string]string
}

func (k *kindOf[T]) newPending(base *sentra.Dataset) pending {
	return &pendingOf[T]{kind: k, base: k.list(base), changed: make(map[string]*T), keysNow: make(map[string]string)}
}

// fewLookups is the number of entities that are searched one by one before an index
// pays off, fewProbes that where the order determines their positions.
const (
	fewLookups = 4
	fewProbes  = 256
)

func (p *pendingOf[T]) stored(id string) *T {
	p.index()
	if p.byID != nil {
		return p.byID[id]
	}
	// The id is usually the key.
	if value := p.probed(id); value != nil && p.kind.id(value) == id {
		return value
	}
	for value := range p.base.All {
		if p.kind.id(value) == id {
			return value
		}
	}
	return nil
}

// probed finds the stored entity with a key by its position in the order; nil if
// there is none or the position is not known.
func (p *pendingOf[T]) probed(key string) *T {
	if p.kind.probe == nil {
		return nil
	}
	for value := range p.base.From(p.kind.probe(key), p.kind.order) {
		if p.kind.keyOf(value) == key {
			return value
		}
		break
	}
	return nil
}

func (p *pendingOf[T]) index() {
	few := fewLookups
	if p.kind.probe != nil {
		few = fewProbes
	}
	if p.lookups++; p.lookups <= few || p.byID != nil {
		return
	}
	p.byID, p.keys = make(map[string]*T, p.base.Len()), make(map[string]*T, p.base.Len())
	for value := range p.base.All {
		p.byID[p.kind.id(value)], p.keys[p.kind.keyOf(value)] = value, value
	}
}

// now returns an entity with the changes so far, or nil.
func (p *pendingOf[T]) now(id string) *T {
	if value, changed := p.changed[id]; changed {
		return value
	}
	return p.stored(id)
}

// byKey returns the entity with a key, with the changes so far.
func (p *pendingOf[T]) byKey(key string) *T {
	if id, known := p.keysNow[key]; known {
		if value := p.now(id); value != nil && p.kind.keyOf(value) == key {
			return value
		}
	}
	if value := p.changed[key]; value != nil && p.kind.keyOf(value) == key {
		return value
	}
	p.index()
	if p.keys != nil || p.kind.probe != nil {
		value := p.keys[key]
		if p.keys == nil {
			value = p.probed(key)
		}
		if value == nil {
			return nil
		}
		return p.still(value, key)
	}
	for value := range p.base.All {
		if p.kind.keyOf(value) == key {
			return p.still(value, key)
		}
	}
	return nil
}

// still returns a stored entity unless the plan deletes it or changes its key.
func (p *pendingOf[T]) still(stored *T, key string) *T {
	if value, changed := p.changed[p.kind.id(stored)]; changed {
		if value == nil || p.kind.keyOf(value) != key {
			return nil
		}
		return value
	}
	return stored
}

func (p *pendingOf[T]) put(plan *plan, value *T, complete func(stored *T)) {
	if p.kind.prepare != nil {
		if err := p.kind.prepare(plan, p, value); err != nil {
			plan.faults.AddError(err)
			return
		}
	}
	if p.kind.merge != nil || complete != nil {
		if present := p.now(p.kind.id(value)); present != nil {
			if complete != nil {
				complete(present)
			}
			if p.kind.merge != nil {
				*value = p.kind.merge(*present, *value)
			}
		}
	}
	if err := p.kind.check(value); err != nil {
		plan.faults.AddError(prefix(sentra.EntityRef{Kind: p.kind.name, ID: p.kind.keyOf(value)}, err))
		return
	}
	p.replace(value)
}

// prefix prepends an entity to the path of an error. The id is one element, whatever
// dots it has.
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

// replace sets an entity without completing or merging it.
func (p *pendingOf[T]) replace(value *T) {
	id := p.kind.id(value)
	p.note(id, value)
	if key := p.kind.keyOf(value); key != id {
		p.keysNow[key] = id
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
		value = p.now(key)
	}
	if value == nil {
		return false
	}
	p.note(p.kind.id(value), nil)
	return true
}

func (p *pendingOf[T]) deleteID(id string) { p.note(id, nil) }

func (p *pendingOf[T]) deleteWhere(matches func(*T) bool) {
	for value := range p.base.All {
		if matches(value) {
			p.note(p.kind.id(value), nil)
		}
	}
}

func (p *pendingOf[T]) deleteOthers(shipped func(id string) bool) {
	p.deleteWhere(func(value *T) bool {
		id := p.kind.id(value)
		return p.changed[id] == nil && !shipped(id)
	})
}

func (p *pendingOf[T]) withdraw(id string) {
	delete(p.changed, id)
	p.order = slices.DeleteFunc(p.order, func(other string) bool { return other == id })
}

func (p *pendingOf[T]) ids() []string { return p.order }

// present returns the changed entities that are not deleted, in order.
func (p *pendingOf[T]) present() []*T {
	var out []*T
	for _, id := range p.order {
		if value := p.changed[id]; value != nil {
			out = append(out, value)
		}
	}
	sortBy(out, p.kind.order)
	return out
}

func (p *pendingOf[T]) document(id string) ([]byte, error) {
	value := p.stored(id)
	if value == nil {
		return nil, nil
	}
	return p.kind.marshal(value)
}

func (p *pendingOf[T]) gone() []sentra.EntityRef {
	var out []sentra.EntityRef
	for _, id := range p.order {
		if p.changed[id] == nil && p.stored(id) != nil {
			out = append(out, sentra.EntityRef{Kind: p.kind.name, ID: id})
		}
	}
	return out
}

func (p *pendingOf[T]) documents(id string) (before, after []byte, err error) {
	if stored := p.stored(id); stored != nil {
		if before, err = p.kind.marshal(stored); err != nil {
			return nil, nil, err
		}
	}
	if value := p.changed[id]; value != nil {
		after, err = p.kind.marshal(value)
	}
	return before, after, err
}

func (p *pendingOf[T]) exists(id string) (before, after bool) {
	return p.stored(id) != nil, p.changed[id] != nil
}

func (p *pendingOf[T]) items(ctx context.Context, list *itemList) error {
	for i, id := range p.order {
		if i%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		item := Item{Entity: sentra.EntityRef{Kind: p.kind.name, ID: id}, Schema: p.kind.schema}
		var err error
		if item.Before, item.After, err = p.documents(id); err != nil {
			return err
		}
		if bytes.Equal(item.Before, item.After) {
			continue
		}
		if value := cmp.Or(p.changed[id], p.stored(id)); value != nil {
			item.Key = p.kind.keyOf(value)
		}
		if len(list.items) == cap(list.items) {
			// Allocate once: growing a list of a million items holds it twice.
			list.items = slices.Grow(list.items, len(p.order)-i)
		}
		list.add(item, p)
	}
	return nil
}

func (p *pendingOf[T]) rebuild(next *sentra.Dataset) {
	if len(p.changed) == 0 {
		return
	}
	if p.kind.shared != nil && len(p.order) <= fewChanges {
		var gone, put []*T
		for _, id := range p.order {
			if stored := p.stored(id); stored != nil {
				gone = append(gone, stored)
			}
			if value := p.changed[id]; value != nil {
				put = append(put, value)
			}
		}
		*p.kind.shared(next) = p.base.Replace(gone, put, p.kind.order)
		return
	}
	list := make([]*T, 0, p.base.Len()+len(p.changed))
	left := maps.Clone(p.changed)
	for stored := range p.base.All {
		id := p.kind.id(stored)
		value, changed := p.changed[id]
		switch {
		case !changed:
			list = append(list, stored)
		case value != nil:
			list = append(list, value)
		}
		if changed {
			delete(left, id)
		}
	}
	for _, id := range p.order {
		if value := left[id]; value != nil {
			list = append(list, value)
		}
	}
	sortBy(list, p.kind.order)
	p.kind.setList(next, list)
}

// fewChanges is the number of entities that are searched in a list one by one.
const fewChanges = 32

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
	list := p.kind.list(next)
	if p.kind.key != nil {
		differ := func(sharing []*T) {
			for i, at := range sharing {
				key := p.kind.key(at)
				holder, known := p.keysNow[key]
				if !known {
					holder = key
				}
				for _, before := range sharing[:i] {
					one, other := before, at
					if p.kind.id(one) != holder {
						one, other = other, one
					}
					if p.changed[p.kind.id(one)] != one {
						one, other = other, one
					}
					if p.changed[p.kind.id(one)] == one {
						add(one, sentra.EntityRef{Kind: p.kind.name, ID: p.kind.id(other)}, "key", fmt.Sprintf("another %s has the key %s", p.kind.name, key))
					}
				}
			}
		}
		// Entities with the same key are adjacent.
		var sharing []*T
		if len(p.order) > fewChanges {
			for value := range list.All {
				if len(sharing) > 0 && p.kind.key(value) != p.kind.key(sharing[0]) {
					differ(sharing)
					sharing = sharing[:0]
				}
				sharing = append(sharing, value)
			}
			differ(sharing)
		} else {
			keys := make(map[string]bool)
			for _, id := range p.order {
				if value := p.changed[id]; value != nil {
					keys[p.kind.key(value)] = true
				}
			}
			for key := range keys {
				sharing = sharing[:0]
				for value := range list.From(p.kind.probe(key), p.kind.order) {
					if p.kind.key(value) != key {
						break
					}
					sharing = append(sharing, value)
				}
				differ(sharing)
			}
		}
	}
	for _, rule := range p.kind.alone {
		slots := make(map[string][]*T)
		for value := range list.All {
			if slot := rule.slot(value); slot != "" {
				slots[slot] = append(slots[slot], value)
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
