package register

import (
	"context"
	"fmt"
	"sync"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Memory is a record without a database, for tests and tools. The zero value is
// empty.
type Memory struct {
	mu      sync.Mutex
	data    sentra.Dataset
	changes []*Change
}

// NewMemory returns a record whose first change is the facts.
func NewMemory(ctx context.Context, facts *sentra.Facts) (*Memory, error) {
	m := &Memory{}
	_, _, err := New(m, nil).SyncFacts(ctx, facts, 1)
	return m, err
}

func (m *Memory) Load(context.Context) (*sentra.Dataset, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data := m.data
	return &data, nil
}

// LoadWithoutShapes returns the present state with the shapes, since they cost
// nothing here.
func (m *Memory) LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error) { return m.Load(ctx) }

func (m *Memory) Update(ctx context.Context, work func(context.Context, Session) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &memorySession{memory: m}
	if err := work(ctx, s); err != nil || s.change == nil {
		return err
	}
	var documents []Document
	for i := range s.change.Items {
		item := &s.change.Items[i]
		before, after, err := item.Documents()
		if err != nil {
			return err
		}
		item.Before, item.After, item.from = before, after, nil
		documents = append(documents, Document{item.Entity.Kind, item.Entity.ID, after})
	}
	next, err := Advance(&m.data, documents)
	if err != nil {
		return err
	}
	shapes, err := s.Shapes(ctx, nil)
	if err != nil {
		return err
	}
	drawShapes(next.Boundaries, shapes)
	next.Number, next.Version, next.UpdatedAt = s.change.Number, s.change.Version, s.change.At
	m.data, m.changes = *next, append(m.changes, s.change)
	return nil
}

func (m *Memory) Consider(ctx context.Context, work func(context.Context, Session) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return work(ctx, &memorySession{memory: m})
}

type memorySession struct {
	memory *Memory
	change *Change
}

func (s *memorySession) Dataset() *sentra.Dataset { return &s.memory.data }

func (s *memorySession) FactsNumber() int {
	newest := 0
	for _, c := range s.memory.changes {
		newest = max(newest, c.Facts)
	}
	return newest
}

func (s *memorySession) Shipped(context.Context) ([]Shipped, error) {
	var all []Shipped
	for _, c := range s.memory.changes {
		if c.Facts == 0 {
			continue
		}
		for i := range c.Items {
			all = append(all, Shipped{c.Items[i].Entity, c.Number, c.Items[i].After})
		}
	}
	return all, nil
}

func (s *memorySession) Change(_ context.Context, number int64) (*Change, error) {
	if number < 1 || number > int64(len(s.memory.changes)) {
		return nil, &sentra.Error{Code: sentra.CodeNotFound, Message: fmt.Sprintf("there is no change %d", number)}
	}
	return s.memory.changes[number-1], nil
}

func (s *memorySession) LaterChanges(_ context.Context, after int64, entities []sentra.EntityRef) (map[sentra.EntityRef]int64, error) {
	named, later := make(map[sentra.EntityRef]bool), make(map[sentra.EntityRef]int64)
	for _, ref := range entities {
		named[ref] = true
	}
	for _, c := range s.memory.changes {
		for i := range c.Items {
			if ref := c.Items[i].Entity; c.Number > after && named[ref] && later[ref] == 0 {
				later[ref] = c.Number
			}
		}
	}
	return later, nil
}

// Shapes returns all shapes, whatever the digests.
func (s *memorySession) Shapes(context.Context, []string) (map[string]orb.MultiPolygon, error) {
	shapes := make(map[string]orb.MultiPolygon)
	for _, c := range append(s.memory.changes, s.change) {
		if c == nil {
			continue
		}
		for digest, content := range c.Shapes {
			shape, err := DecodeShape(content)
			if err != nil {
				return nil, err
			}
			shapes[digest] = shape
		}
	}
	return shapes, nil
}

func (s *memorySession) Store(_ context.Context, change *Change) error {
	s.change = change
	return nil
}
