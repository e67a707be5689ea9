package querycost

import (
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Bounds are the maximum sizes of a document; 0 means unlimited.
type Bounds struct {
	// Depth is that of nested fields, Aliases the number of aliased fields, both of an
	// operation with its fragments expanded.
	Depth, Aliases int
	// Selections is the number of fields, fragment spreads and inline fragments of all
	// operations, with fragments expanded.
	Selections int
	// Numbers of definitions and directives in the document.
	Fragments, Operations, Variables, Directives int
}

// maxName is the maximum length in bytes of a name that a client makes up: validation
// compares unknown names to all known ones, and echoes them.
const maxName = 200

// maxVisits is the maximum number of nodes that validation may visit: it visits each
// fragment again for every operation and fragment that leads to it.
const maxVisits = 80_000

// Size is the measured size of an operation with its fragments expanded.
type Size struct {
	Depth, Aliases, Selections int
}

// Measure counts a parsed document, which need not be valid. Exceeding a bound is a
// LIMIT_EXCEEDED that states the bound and, if known, the measured size.
func Measure(document *ast.QueryDocument, bounds Bounds) (map[*ast.OperationDefinition]Size, error) {
	over := func(what string, got, limit int) error {
		if limit == 0 || got <= limit {
			return nil
		}
		return sentra.Errorf(sentra.CodeLimitExceeded, "the operation's %s is %d; the limit is %d", what, got, limit)
	}
	overAll := func(what string, got, limit int) error {
		if limit == 0 || got <= limit {
			return nil
		}
		return sentra.Errorf(sentra.CodeLimitExceeded, "the document has %d %s; the limit is %d", got, what, limit)
	}
	if err := overAll("operations", len(document.Operations), bounds.Operations); err != nil {
		return nil, err
	}
	if err := overAll("fragments", len(document.Fragments), bounds.Fragments); err != nil {
		return nil, err
	}
	m := measurement{parts: make(map[string]*part, len(document.Fragments))}
	operations := make([]*part, len(document.Operations))
	variables := 0
	for i, operation := range document.Operations {
		operations[i] = &part{}
		m.name(operation.Name)
		for _, v := range operation.VariableDefinitions {
			variables++
			m.name(v.Variable)
			m.name(v.Type.Name())
			if v.DefaultValue != nil {
				m.value(operations[i], v.DefaultValue)
			}
			m.directivesOf(operations[i], v.Directives)
		}
		m.directivesOf(operations[i], operation.Directives)
		m.set(operations[i], operation.SelectionSet, 1)
	}
	var fragments []*part
	for _, fragment := range document.Fragments {
		p := &part{}
		m.name(fragment.Name)
		m.name(fragment.TypeCondition)
		m.directivesOf(p, fragment.Directives)
		m.set(p, fragment.SelectionSet, 1)
		fragments = append(fragments, p)
		// For two fragments with one name, which is rejected later, validation takes the
		// first.
		if m.parts[fragment.Name] == nil {
			m.parts[fragment.Name] = p
		}
	}
	if m.longName > maxName {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "a name of the document has %d bytes; the limit is %d", m.longName, maxName)
	}
	if err := overAll("variables", variables, bounds.Variables); err != nil {
		return nil, err
	}
	if err := overAll("directives", m.directives, bounds.Directives); err != nil {
		return nil, err
	}
	selections := 0
	sizes := make(map[*ast.OperationDefinition]Size, len(operations))
	for i, operation := range document.Operations {
		size := m.whole(operations[i])
		if err := over("depth", size.Depth, bounds.Depth); err != nil {
			return nil, err
		}
		if err := over("number of aliases", size.Aliases, bounds.Aliases); err != nil {
			return nil, err
		}
		selections = add(selections, size.Selections)
		sizes[operation] = size
	}
	if err := overAll("selections, fragments put in", selections, bounds.Selections); err != nil {
		return nil, err
	}
	if m.visits(append(operations, fragments...)) > maxVisits {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "the document's fragments spread each other too often: checking them takes more than the limit of %d steps", maxVisits)
	}
	return sizes, nil
}

type measurement struct {
	// parts has the fragments by name.
	parts      map[string]*part
	directives int
	longName   int
}

// part is an operation or fragment by itself and, once it is whole, with its
// fragments expanded.
type part struct {
	size Size
	// nodes is the number of nodes in its text that validation visits.
	nodes   int
	spreads []spread
	whole   *Size
	open    bool
	// seen is the number of the last walk that visited it.
	seen int
}

// spread is a fragment spread at a depth of fields.
type spread struct {
	fragment string
	level    int
}

func (m *measurement) name(name string) { m.longName = max(m.longName, len(name)) }

func (m *measurement) set(p *part, set ast.SelectionSet, level int) {
	for _, selection := range set {
		p.size.Selections++
		p.nodes++
		switch s := selection.(type) {
		case *ast.Field:
			m.name(s.Name)
			m.name(s.Alias)
			if s.Alias != s.Name {
				p.size.Aliases++
			}
			p.size.Depth = max(p.size.Depth, level)
			m.arguments(p, s.Arguments)
			m.directivesOf(p, s.Directives)
			m.set(p, s.SelectionSet, level+1)
		case *ast.InlineFragment:
			m.name(s.TypeCondition)
			m.directivesOf(p, s.Directives)
			m.set(p, s.SelectionSet, level)
		case *ast.FragmentSpread:
			m.name(s.Name)
			m.directivesOf(p, s.Directives)
			p.spreads = append(p.spreads, spread{s.Name, level})
		}
	}
}

func (m *measurement) directivesOf(p *part, directives ast.DirectiveList) {
	m.directives += len(directives)
	p.nodes += len(directives)
	for _, d := range directives {
		m.name(d.Name)
		m.arguments(p, d.Arguments)
	}
}

func (m *measurement) arguments(p *part, arguments ast.ArgumentList) {
	for _, a := range arguments {
		m.name(a.Name)
		m.value(p, a.Value)
	}
}

func (m *measurement) value(p *part, value *ast.Value) {
	p.nodes++
	if value.Kind == ast.EnumValue || value.Kind == ast.Variable {
		m.name(value.Raw)
	}
	for _, child := range value.Children {
		m.name(child.Name)
		m.value(p, child.Value)
	}
}

// whole returns the size of a part with its fragments expanded. A fragment that
// spreads itself, which is rejected later, counts once.
func (m *measurement) whole(p *part) Size {
	if p.whole != nil {
		return *p.whole
	}
	p.open = true
	size := p.size
	for _, s := range p.spreads {
		of := m.parts[s.fragment]
		if of == nil || of.open {
			continue
		}
		inner := m.whole(of)
		size.Depth = max(size.Depth, add(inner.Depth, s.level-1))
		size.Aliases = add(size.Aliases, inner.Aliases)
		size.Selections = add(size.Selections, inner.Selections)
	}
	p.open = false
	p.whole = &size
	return size
}

// visits returns the number of nodes visited from all parts, each fragment once per
// part. It stops soon after maxVisits.
func (m *measurement) visits(parts []*part) int {
	total := 0
	for number, from := range parts {
		from.seen = number + 1
		for open := []*part{from}; len(open) > 0 && total <= maxVisits; {
			p := open[len(open)-1]
			open = open[:len(open)-1]
			total += p.nodes
			for _, s := range p.spreads {
				if of := m.parts[s.fragment]; of != nil && of.seen != number+1 {
					of.seen = number + 1
					open = append(open, of)
				}
			}
		}
	}
	return total
}
