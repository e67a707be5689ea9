package register

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// factKinds are the kinds of entities that facts consist of.
func factKinds() []kind {
	return slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool {
		return k.kindName() == sentra.KindOfBoundary || k.kindName() == sentra.KindOfConflict
	})
}

// SyncFacts brings the facts of a number into the record, once and upwards only:
// newer facts stay. An entity that somebody else has changed since the binary last
// wrote it stays as it is; if the binary's version is new too, that is listed as a
// conflict. Entities that the facts no longer contain are withdrawn. It reports
// whether anything was written.
func (r *Register) SyncFacts(ctx context.Context, facts *sentra.Facts, number int) (outcome Outcome, written bool, err error) {
	err = r.record.Update(ctx, func(ctx context.Context, session Session) error {
		if session.FactsNumber() >= number {
			outcome = Outcome{Number: session.Dataset().Number, Conflicts: session.Dataset().Conflicts}
			return nil
		}
		shipped, err := shippedDocuments(ctx, session)
		if err != nil {
			return err
		}
		p, err := planFacts(session.Dataset(), shipped, facts, number)
		if err != nil {
			return err
		}
		written = true
		outcome, err = r.store(ctx, session, p, &Change{Author: AuthorBinary, Reason: fmt.Sprintf("facts %d of the program", number), Facts: number})
		return err
	})
	return outcome, written && err == nil, err
}

// merge is the three-way merge of one entity: the binary's previous version, its
// present one, and what the record holds.
type merge struct {
	ref                     sentra.EntityRef
	base, shipped, recorded []byte
}

func planFacts(data *sentra.Dataset, last map[sentra.EntityRef][]byte, facts *sentra.Facts, number int) (*plan, error) {
	brought, err := completeFacts(facts)
	if err != nil {
		return nil, err
	}
	p := newPlan(data)
	standing := make(map[sentra.EntityRef]sentra.Conflict)
	for _, c := range data.Conflicts {
		standing[c.Entity] = c
	}
	conflicts := make(map[sentra.EntityRef]sentra.Conflict)
	conflict := func(m merge, reason string) {
		conflicts[m.ref] = sentra.Conflict{Entity: m.ref, Facts: number, Shipped: string(m.shipped), Reason: reason}
	}
	merges := make(map[sentra.EntityRef]merge)
	for _, k := range factKinds() {
		recorded, err := k.documents(data)
		if err != nil {
			return nil, err
		}
		given, err := k.documents(brought)
		if err != nil {
			return nil, err
		}
		pending := p.pendingOf(k)
		for _, id := range slices.Sorted(maps.Keys(given)) {
			m := merge{ref: sentra.EntityRef{Kind: k.kindName(), ID: id}, shipped: given[id], recorded: recorded[id]}
			m.base = last[m.ref]
			merges[m.ref] = m
			put, err := k.putDocument(id, m.shipped)
			if err != nil {
				return nil, err
			}
			switch {
			case bytes.Equal(m.recorded, m.shipped):
			case bytes.Equal(m.recorded, m.base):
				put.apply(p)
			case k.kindName() == sentra.KindOfSource && m.recorded != nil:
				if err := mergeSource(p, m); err != nil {
					return nil, err
				}
			case k.kindName() == sentra.KindOfCode && m.recorded != nil && m.base == nil:
				// An agency has already loaded the same code of the same region.
			case bytes.Equal(m.shipped, m.base):
				if c, open := standing[m.ref]; open {
					conflicts[m.ref] = c
				}
			case m.recorded == nil:
				conflict(m, "deleted from the record, and the program now says otherwise than before")
			case m.base == nil:
				conflict(m, "brought into the record by somebody else before the program did")
			default:
				conflict(m, "corrected in the record, and the program now says otherwise than before")
			}
		}
		for _, ref := range slices.SortedFunc(maps.Keys(last), func(a, b sentra.EntityRef) int { return bytes.Compare([]byte(a.ID), []byte(b.ID)) }) {
			if ref.Kind != k.kindName() || given[ref.ID] != nil {
				continue
			}
			m := merge{ref: ref, base: last[ref], recorded: recorded[ref.ID]}
			merges[ref] = m
			switch {
			case m.recorded == nil:
			case bytes.Equal(m.recorded, m.base):
				pending.deleteID(ref.ID)
			default:
				conflict(m, "corrected in the record, and the program no longer holds it")
			}
		}
	}
	for ref, c := range standing {
		// A conflict about what the program no longer ships and an agency corrected stays
		// open.
		if k, known := kindNamed(ref.Kind); known && c.Shipped == "" && merges[ref].shipped == nil && k.ids(data)[ref.ID] {
			conflicts[ref] = c
		}
	}
	if err := p.faults.Err(); err != nil {
		return nil, err
	}
	if err := fitFacts(p, merges, conflict); err != nil {
		return nil, err
	}
	list := pendingOfType[sentra.Conflict](p)
	for ref := range standing {
		if _, still := conflicts[ref]; !still {
			c := standing[ref]
			list.deleteID(c.EntityID())
		}
	}
	for _, ref := range slices.SortedFunc(maps.Keys(conflicts), func(a, b sentra.EntityRef) int {
		return bytes.Compare([]byte(a.String()), []byte(b.String()))
	}) {
		conflict := conflicts[ref]
		list.replace(&conflict)
	}
	return p, nil
}

// fitFacts withdraws facts that conflict with what others have written, one by one,
// until the rest fits.
func fitFacts(p *plan, merges map[sentra.EntityRef]merge, conflict func(merge, string)) error {
	for {
		broken := p.violations(p.next())
		if len(broken) == 0 {
			return nil
		}
		progress := false
		for _, v := range broken {
			m, ours := merges[v.at]
			k, _ := kindNamed(v.at.Kind)
			if !ours || !slices.Contains(p.pendingOf(k).ids(), v.at.ID) {
				continue
			}
			p.pendingOf(k).withdraw(v.at.ID)
			progress = true
			if !sameMeaning(p.base, v) {
				conflict(m, v.fault.Message)
			}
		}
		if !progress {
			var faults sentra.Faults
			for _, v := range broken {
				faults.AddError(v.fault)
			}
			return fmt.Errorf("the program's facts are inconsistent: %w", faults.Err())
		}
	}
}

// sameMeaning reports whether a code is rejected only because the record already has
// it for the same region.
func sameMeaning(data *sentra.Dataset, v violation) bool {
	if v.at.Kind != sentra.KindOfCode || v.other.Kind != sentra.KindOfCode {
		return false
	}
	meaning := func(id string) string {
		before, _, _ := bytes.Cut([]byte(id), []byte("@"))
		return string(before)
	}
	return meaning(v.at.ID) == meaning(v.other.ID)
}

// mergeSource merges a source field by field: fields that nobody else has changed
// follow the binary.
func mergeSource(p *plan, m merge) error {
	k := kindFor[sentra.Source]()
	var base, shipped, recorded sentra.Source
	for document, into := range map[*[]byte]*sentra.Source{&m.base: &base, &m.shipped: &shipped, &m.recorded: &recorded} {
		if *document == nil {
			continue
		}
		if err := k.unmarshal(m.ref.ID, *document, into); err != nil {
			return err
		}
	}
	merged := recorded
	for _, field := range []struct{ into, base, shipped *string }{
		{&merged.Title, &base.Title, &shipped.Title}, {&merged.Publisher, &base.Publisher, &shipped.Publisher},
		{&merged.URL, &base.URL, &shipped.URL}, {&merged.Licence, &base.Licence, &shipped.Licence},
	} {
		if *field.into == *field.base || *field.into == "" {
			*field.into = *field.shipped
		}
	}
	// A translation belongs to its title.
	if merged.Title == shipped.Title {
		merged.TitleID = shipped.TitleID
	}
	if merged.Date == nil || base.Date != nil && *merged.Date == *base.Date {
		merged.Date = shipped.Date
	}
	pendingOfType[sentra.Source](p).replace(&merged)
	return nil
}

// completeFacts returns the facts as a dataset in which every entity has its id, and
// validates each.
func completeFacts(facts *sentra.Facts) (*sentra.Dataset, error) {
	p := newPlan(&sentra.Dataset{})
	for _, c := range FactCommands(facts) {
		c.apply(p)
	}
	if err := p.faults.Err(); err != nil {
		return nil, fmt.Errorf("check the program's facts: %w", err)
	}
	return p.next(), nil
}

// FactCommands puts every fact.
func FactCommands(f *sentra.Facts) []Command {
	clusters := make([]sentra.Cluster, 0, f.Clusters.Len())
	for c := range f.Clusters.All {
		clusters = append(clusters, *c)
	}
	commands := []Command{
		Put(f.Sources...), Put(f.Regions...), Put(f.Codes...), Put(f.Memberships...), Put(f.Successions...), Put(f.Designations...),
		Put(f.Coverage...), Put(f.Phases...), Put(f.Products...), Put(clusters...), Put(f.Programme.Grounds...), Put(f.Events...),
		Put(f.Names...), Put(f.Supports...), Put(f.Facilitators...), Put(f.Counts...), Put(f.Candidates...),
	}
	if f.Programme.NameEN != "" {
		commands = append(commands, Put(f.Programme))
	}
	return commands
}

// Documents returns every fact as a document, by kind and id.
func Documents(facts *sentra.Facts) (map[sentra.EntityRef][]byte, error) {
	complete, err := completeFacts(facts)
	if err != nil {
		return nil, err
	}
	out := make(map[sentra.EntityRef][]byte)
	for _, k := range factKinds() {
		documents, err := k.documents(complete)
		if err != nil {
			return nil, err
		}
		for id, document := range documents {
			out[sentra.EntityRef{Kind: k.kindName(), ID: id}] = document
		}
	}
	return out, nil
}
