package register

import "github.com/sentra-ikm/sentra/internal/sentra"

// Document is a stored entity. Content is empty if it was deleted.
type Document struct {
	Kind    sentra.EntityKind
	ID      string
	Content []byte
}

// Loader builds a dataset from documents.
type Loader struct {
	kinds map[sentra.EntityKind]kindLoad
}

// NewLoader returns an empty Loader.
func NewLoader() *Loader {
	l := &Loader{kinds: make(map[sentra.EntityKind]kindLoad)}
	for _, k := range kinds {
		l.kinds[k.kindName()] = k.newLoad()
	}
	return l
}

// Batch are decoded documents of one kind.
type Batch struct {
	kind   kindLoad
	values any
}

// Decode decodes documents of one kind. It is safe for concurrent use. Documents of
// an unknown kind, written by a newer program, result in an empty batch.
func (l *Loader) Decode(kind sentra.EntityKind, documents []Document) (Batch, error) {
	load, known := l.kinds[kind]
	if !known {
		return Batch{}, nil
	}
	values, err := load.decode(documents)
	return Batch{load, values}, err
}

// Add adds a batch.
func (l *Loader) Add(batch Batch) {
	if batch.kind != nil {
		batch.kind.add(batch.values)
	}
}

// Dataset returns what was added, without number and version.
func (l *Loader) Dataset() *sentra.Dataset {
	data := &sentra.Dataset{}
	for _, k := range kinds {
		l.kinds[k.kindName()].finish(data)
	}
	return data
}

// Advance returns the state that results from base and newer documents. It shares
// what does not change with base.
func Advance(base *sentra.Dataset, documents []Document) (*sentra.Dataset, error) {
	p := newPlan(base)
	for _, d := range documents {
		k, known := kindNamed(d.Kind)
		if !known {
			continue
		}
		if d.Content == nil {
			p.pendingOf(k).deleteID(d.ID)
			continue
		}
		command, err := k.putDocument(d.ID, d.Content)
		if err != nil {
			return nil, err
		}
		command.apply(p)
	}
	return p.next(), nil
}
