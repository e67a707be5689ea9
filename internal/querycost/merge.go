package querycost

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// merging checks that fields with one response name can be merged, as specified in
// https://spec.graphql.org/October2021/#sec-Field-Selection-Merging. It has the
// results of gqlparser's OverlappingFieldsCanBeMerged, which compares all pairs of
// fields. Here, as Simon Adameit proposed for graphql-java and Sangria, fields with
// one name are collected first, and each is compared to the first of them. That takes
// time linear in the selections of an operation with its fragments expanded.
type merging struct {
	schema *ast.Schema
	// look is called at every step.
	look      func()
	conflict  func(at *ast.Position, message string)
	conflicts int
}

// check reports conflicts in the selection set of an operation.
func (m *merging) check(set ast.SelectionSet) {
	fields := m.collect([]ast.SelectionSet{set})
	m.sameField(fields, nil)
	if m.conflicts == 0 {
		m.sameShape(fields, nil)
	}
}

// named are the fields of one response name.
type named struct {
	name   string
	fields []*ast.Field
}

// collect groups the fields of selection sets of one object by response name,
// including those in fragments.
func (m *merging) collect(sets []ast.SelectionSet) []named {
	var out []named
	var index map[string]int
	var spread map[*ast.FragmentDefinition]bool
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			m.look()
			switch s := selection.(type) {
			case *ast.Field:
				at, known := -1, false
				if index == nil && len(out) < 8 {
					at = slices.IndexFunc(out, func(n named) bool { return n.name == s.Alias })
					known = at >= 0
				} else {
					if index == nil {
						index = make(map[string]int, 2*len(out))
						for i := range out {
							index[out[i].name] = i
						}
					}
					at, known = index[s.Alias]
				}
				if !known {
					at = len(out)
					out = append(out, named{name: s.Alias})
					if index != nil {
						index[s.Alias] = at
					}
				}
				out[at].fields = append(out[at].fields, s)
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if s.Definition == nil || spread[s.Definition] {
					continue
				}
				if spread == nil {
					spread = make(map[*ast.FragmentDefinition]bool)
				}
				spread[s.Definition] = true
				walk(s.Definition.SelectionSet)
			}
		}
	}
	for _, set := range sets {
		walk(set)
	}
	return out
}

// below collects the selections of the objects returned by fields with one name.
func (m *merging) below(fields []*ast.Field) []named {
	sets := make([]ast.SelectionSet, 0, len(fields))
	for _, f := range fields {
		if len(f.SelectionSet) > 0 {
			sets = append(sets, f.SelectionSet)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	return m.collect(sets)
}

// sameShape checks that the fields with each name have values of one shape, even if
// their types exclude each other.
func (m *merging) sameShape(all []named, path []string) {
	for _, group := range all {
		first := group.fields[0]
		for _, other := range group.fields[1:] {
			if m.shapesDiffer(first.Definition.Type, other.Definition.Type) {
				m.report(path, group.name, other.Position, fmt.Sprintf(`they return conflicting types "%s" and "%s"`, first.Definition.Type, other.Definition.Type))
				break
			}
		}
		if inner := m.below(group.fields); inner != nil {
			m.sameShape(inner, append(path, group.name))
		}
	}
}

// shapesDiffer reports whether two types differ in being lists, nullable or leaves.
func (m *merging) shapesDiffer(a, b *ast.Type) bool {
	for ; a.Elem != nil && b.Elem != nil; a, b = a.Elem, b.Elem {
		if a.NonNull != b.NonNull {
			return true
		}
	}
	if a.NonNull != b.NonNull || a.Elem != nil || b.Elem != nil {
		return true
	}
	if a.NamedType == b.NamedType {
		return false
	}
	return m.schema.Types[a.NamedType].IsLeafType() || m.schema.Types[b.NamedType].IsLeafType()
}

// sameField checks that the fields with each name that can be in one object are the
// same field with the same arguments.
func (m *merging) sameField(all []named, path []string) {
	for _, group := range all {
		for _, together := range byParent(group.fields) {
			first, fine := together[0], true
			for _, other := range together[1:] {
				if first.Name != other.Name {
					m.report(path, group.name, other.Position, fmt.Sprintf(`"%s" and "%s" are different fields`, first.Name, other.Name))
					fine = false
					break
				}
				if !sameArguments(first.Arguments, other.Arguments) {
					m.report(path, group.name, other.Position, "they have differing arguments")
					fine = false
					break
				}
			}
			if !fine {
				continue
			}
			if inner := m.below(together); inner != nil {
				m.sameField(inner, append(path, group.name))
			}
		}
	}
}

// byParent groups fields by the object type they are selected on; those on an
// interface or union can be in any of the objects. An object has only one of several
// object types.
func byParent(fields []*ast.Field) [][]*ast.Field {
	same := true
	for _, f := range fields[1:] {
		same = same && f.ObjectDefinition == fields[0].ObjectDefinition
	}
	if same {
		return [][]*ast.Field{fields}
	}
	var abstract []*ast.Field
	var parents []*ast.Definition
	concrete := make(map[*ast.Definition][]*ast.Field)
	for _, f := range fields {
		parent := f.ObjectDefinition
		if parent.Kind != ast.Object {
			abstract = append(abstract, f)
			continue
		}
		if concrete[parent] == nil {
			parents = append(parents, parent)
		}
		concrete[parent] = append(concrete[parent], f)
	}
	if len(parents) == 0 {
		return [][]*ast.Field{abstract}
	}
	out := make([][]*ast.Field, len(parents))
	for i, parent := range parents {
		out[i] = append(concrete[parent], abstract...)
	}
	return out
}

func (m *merging) report(path []string, name string, at *ast.Position, reason string) {
	for i := len(path) - 1; i >= 0; i-- {
		reason = fmt.Sprintf(`subfields "%s" conflict because %s`, name, reason)
		name = path[i]
	}
	m.conflicts++
	m.conflict(at, fmt.Sprintf(`Fields "%s" conflict because %s. Use different aliases on the fields to fetch both if this was intentional.`, name, reason))
}

// sameArguments reports whether two fields have the same arguments, in any order.
func sameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	if len(a) == 0 {
		return true
	}
	a, b = byName(a, argumentName), byName(b, argumentName)
	for i := range a {
		if a[i].Name != b[i].Name || !sameValue(a[i].Value, b[i].Value) {
			return false
		}
	}
	return true
}

// sameValue reports whether two values are equal, ignoring the order of object
// fields.
func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	left, right := a.Children, b.Children
	if a.Kind == ast.ObjectValue {
		left, right = byName(left, childName), byName(right, childName)
	}
	for i := range left {
		if left[i].Name != right[i].Name || !sameValue(left[i].Value, right[i].Value) {
			return false
		}
	}
	return true
}

func argumentName(a *ast.Argument) string { return a.Name }

func childName(c *ast.ChildValue) string { return c.Name }

func byName[T any, L ~[]T](list L, name func(T) string) L {
	compare := func(a, b T) int { return cmp.Compare(name(a), name(b)) }
	if slices.IsSortedFunc(list, compare) {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, compare)
	return list
}
