package querycost

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// UnitBytes is the number of bytes of an answer per unit of cost, where the cost
// depends on bytes.
const UnitBytes = 64

// Costs computes the cost of operations, in units: a field costs one, a list its
// length times the cost of an element. Lengths and higher costs are in the schema, as
// @listSize and @cost, so that gateways compute the same; rules add what these cannot
// express.
type Costs struct {
	schema *ast.Schema
	fields map[*ast.FieldDefinition]*fieldCost
	// inputs has the costs of input fields.
	inputs map[*ast.FieldDefinition]int
}

// Rule is the cost of a field as far as directives cannot express it. Each function
// may be nil.
type Rule struct {
	// Weight replaces @cost: it returns the cost of the field by itself.
	Weight func(ctx context.Context, arguments Arguments) int
	// Length replaces @listSize: it returns the maximum length of a list.
	Length func(ctx context.Context, arguments Arguments) int
	// Together returns the maximum cost of resolving the field for n distinct objects of
	// a list in one batch, besides its selection set. Equal keys mean the same cost
	// function.
	Together func(ctx context.Context, arguments Arguments) (key any, cost func(n int) int)
	// Copies returns the maximum number of occurrences of one object in a list of
	// Distinct.
	Copies func(ctx context.Context, arguments Arguments) int
	// Distinct means that a list, or a field of the objects in such a list, has distinct
	// objects.
	Distinct bool
}

// fieldCost is the cost of a field according to the schema.
type fieldCost struct {
	Rule
	weight int
	list   bool
	// length is the assumed length of a list, or of the sized fields below.
	length int
	// slicing are the arguments that set the length; the greatest one given counts.
	slicing []string
	// longest is the maximum length that the arguments may set.
	longest int
	// sized means that the length of the list is that of the field above.
	sized bool
	// sizes means that fields below have the length.
	sizes bool
}

// NewCosts reads the costs from a schema. longest is the maximum length that the
// arguments of a list may set. rules are by "Type.field". A rule for an unknown field
// is an error, and so is a list without a known length.
func NewCosts(schema *ast.Schema, longest int, rules map[string]Rule) (*Costs, error) {
	p := &Costs{schema: schema, fields: make(map[*ast.FieldDefinition]*fieldCost), inputs: make(map[*ast.FieldDefinition]int)}
	used := 0
	sized := make(map[*ast.FieldDefinition]bool)
	for _, of := range schema.Types {
		for _, field := range of.Fields {
			weight, err := number(field.Directives, "cost", "weight", 1)
			if err != nil {
				return nil, fmt.Errorf("read the cost of %s.%s: %w", of.Name, field.Name, err)
			}
			if of.Kind == ast.InputObject {
				p.inputs[field], err = number(field.Directives, "cost", "weight", 0)
				if err != nil {
					return nil, fmt.Errorf("read the cost of %s.%s: %w", of.Name, field.Name, err)
				}
				continue
			}
			f := &fieldCost{weight: weight, list: field.Type.Elem != nil, longest: longest}
			if f.length, err = number(field.Directives, "listSize", "assumedSize", 0); err != nil {
				return nil, fmt.Errorf("read the length of %s.%s: %w", of.Name, field.Name, err)
			}
			if given := field.Directives.ForName("listSize"); given != nil {
				f.slicing = texts(given.Arguments.ForName("slicingArguments"))
				for _, name := range texts(given.Arguments.ForName("sizedFields")) {
					below := schema.Types[field.Type.Name()].Fields.ForName(name)
					if below == nil {
						return nil, fmt.Errorf("the length of %s.%s is that of %s, which is not there", of.Name, field.Name, name)
					}
					f.sizes, sized[below] = true, true
				}
			}
			if rule, ok := rules[of.Name+"."+field.Name]; ok {
				f.Rule = rule
				used++
			}
			p.fields[field] = f
		}
	}
	if used != len(rules) {
		return nil, fmt.Errorf("%d of the %d rules are for fields that are not there", len(rules)-used, len(rules))
	}
	for field := range sized {
		p.fields[field].sized = true
	}
	for _, of := range schema.Types {
		if strings.HasPrefix(of.Name, "__") || of.Kind == ast.InputObject {
			continue
		}
		for _, field := range of.Fields {
			if f := p.fields[field]; f.list && f.length == 0 && f.Length == nil && !f.sized && !strings.HasPrefix(field.Name, "__") {
				return nil, fmt.Errorf("the length of %s.%s is not known; give it @listSize", of.Name, field.Name)
			}
		}
	}
	return p, nil
}

func number(directives ast.DirectiveList, directive, argument string, missing int) (int, error) {
	given := directives.ForName(directive)
	if given == nil || given.Arguments.ForName(argument) == nil {
		return missing, nil
	}
	return strconv.Atoi(given.Arguments.ForName(argument).Value.Raw)
}

func texts(list *ast.Argument) []string {
	if list == nil {
		return nil
	}
	out := make([]string, len(list.Value.Children))
	for i, child := range list.Value.Children {
		out[i] = child.Value.Raw
	}
	return out
}

// cost is the cost of a selection set: own for the object itself, and each for every
// element of the lists whose length the field above sets.
type cost struct {
	own, each int
	// together and eachTogether are the batched fields of the object itself, and of the
	// elements.
	together, eachTogether bulks
}

// bulk is a field that is resolved in one batch for many objects, and the number of
// batches.
type bulk struct {
	cost  func(n int) int
	times int
}

type bulks map[any]bulk

func (b *bulks) add(key any, more bulk) {
	if *b == nil {
		*b = make(bulks)
	}
	more.times = add(more.times, (*b)[key].times)
	(*b)[key] = more
}

func (b *bulks) addAll(more bulks, count int) {
	for key, one := range more {
		b.add(key, bulk{one.cost, times(one.times, count)})
	}
}

// of returns the cost for n objects, each of which occurs up to copies times.
func (b bulks) of(n, copies int) int {
	total := 0
	for _, one := range b {
		total = add(total, times(times(one.times, copies), one.cost((n+copies-1)/copies)))
	}
	return total
}

// costing computes the cost of one operation.
type costing struct {
	*Costs
	ctx       context.Context
	variables map[string]any
	// most is the cost beyond which the result does not matter.
	most      int
	fragments map[*ast.FragmentDefinition]*cost
	given     map[string]Given
	schemas   introspected
}

// Of returns the cost of a valid operation with coerced variables. If it exceeds
// most, any cost greater than most may be returned.
func (p *Costs) Of(ctx context.Context, operation *ast.OperationDefinition, variables map[string]any, most int) int {
	w := &costing{Costs: p, ctx: ctx, variables: variables, most: most}
	whole := w.set(operation.SelectionSet)
	return add(add(whole.own, whole.each), add(whole.together.of(1, 1), whole.eachTogether.of(1, 1)))
}

func (w *costing) set(set ast.SelectionSet) cost {
	var out cost
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			w.field(&out, s)
		case *ast.InlineFragment:
			out.addAll(w.set(s.SelectionSet))
		case *ast.FragmentSpread:
			known := w.fragments[s.Definition]
			if known == nil {
				if w.fragments == nil {
					w.fragments = make(map[*ast.FragmentDefinition]*cost)
				}
				of := w.set(s.Definition.SelectionSet)
				known = &of
				w.fragments[s.Definition] = known
			}
			out.addAll(*known)
		}
	}
	return out
}

func (p *cost) addAll(more cost) {
	p.own, p.each = add(p.own, more.own), add(p.each, more.each)
	p.together.addAll(more.together, 1)
	p.eachTogether.addAll(more.eachTogether, 1)
}

// field adds the cost of a field.
func (w *costing) field(to *cost, field *ast.Field) {
	// An alias is written for every object.
	name := 1 + len(field.Alias)/32
	f := w.fields[field.Definition]
	if f == nil {
		// __typename, whose definition is a new value each time.
		to.own = add(to.own, name)
		return
	}
	if strings.HasPrefix(field.Name, "__") {
		to.own = add(to.own, w.introspection(field))
		return
	}
	arguments := Arguments{field: field, costing: w}
	weight := f.weight
	if f.Weight != nil {
		weight = f.Weight(w.ctx, arguments)
	}
	weight = add(weight, name-1)
	if f.Together == nil {
		weight = add(weight, arguments.Given().Cost)
	}
	var below cost
	if len(field.SelectionSet) > 0 {
		below = w.set(field.SelectionSet)
	}
	// The length of the list, or of the sized fields below.
	length := 1
	if f.Length != nil {
		length = f.Length(w.ctx, arguments)
	} else if f.length > 0 {
		length = f.length
		told := -1
		for _, name := range f.slicing {
			if n := arguments.Int(name); n != nil {
				told = max(told, *n, 0)
			}
		}
		if told >= 0 {
			length = min(told, f.longest)
		}
	}
	if f.sizes {
		below.own = add(below.own, times(length, below.each))
		below.own = add(below.own, below.eachTogether.of(length, 1))
		length = 1
	} else {
		below.own = add(below.own, below.each)
		below.together.addAll(below.eachTogether, 1)
	}
	below.each, below.eachTogether = 0, nil
	switch {
	case f.sized && f.Distinct:
		to.each = add(to.each, add(weight, below.own))
		to.eachTogether.addAll(below.together, 1)
	case f.sized:
		to.each = add(to.each, add(weight, add(below.own, below.together.of(1, 1))))
	case f.list && f.Distinct:
		copies := 1
		if f.Copies != nil {
			copies = max(1, f.Copies(w.ctx, arguments))
		}
		to.own = add(to.own, add(weight, times(length, below.own)))
		if length > 0 {
			to.own = add(to.own, below.together.of(length, copies))
		}
	case f.list:
		to.own = add(to.own, add(weight, times(length, add(below.own, below.together.of(1, 1)))))
	case f.Distinct:
		to.own = add(to.own, add(weight, below.own))
		to.together.addAll(below.together, 1)
	default:
		to.own = add(to.own, add(weight, add(below.own, below.together.of(1, 1))))
	}
	if f.Together != nil {
		key, cost := f.Together(w.ctx, arguments)
		to.together.add(key, bulk{cost, 1})
	}
}

// Arguments are the arguments of a field.
type Arguments struct {
	field   *ast.Field
	costing *costing
}

// Field returns the field that has the arguments.
func (a Arguments) Field() *ast.Field { return a.field }

// Value returns an argument: its JSON value, its literal, or neither if it is not
// given and has no default.
func (a Arguments) Value(name string) (value any, literal *ast.Value) {
	if given := a.field.Arguments.ForName(name); given != nil {
		if given.Value.Kind != ast.Variable {
			return nil, given.Value
		}
		if value, ok := a.costing.variables[given.Value.Raw]; ok {
			return value, nil
		}
	}
	if definition := a.field.Definition.Arguments.ForName(name); definition != nil {
		return nil, definition.DefaultValue
	}
	return nil, nil
}

// Int returns an integer argument, or nil.
func (a Arguments) Int(name string) *int {
	value := a.scalar(name)
	if value == "" {
		return nil
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		// A fraction or an overflow is rejected when the argument is coerced.
		return nil
	}
	return &n
}

// Float returns a number argument, or nil.
func (a Arguments) Float(name string) *float64 {
	value := a.scalar(name)
	if value == "" {
		return nil
	}
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return nil
	}
	return &n
}

func (a Arguments) scalar(name string) string {
	value, literal := a.Value(name)
	switch {
	case literal != nil && (literal.Kind == ast.IntValue || literal.Kind == ast.FloatValue || literal.Kind == ast.StringValue || literal.Kind == ast.EnumValue):
		return literal.Raw
	case value == nil:
		return ""
	}
	switch value.(type) {
	case map[string]any, []any:
		return ""
	}
	return fmt.Sprint(value)
}

// Strings returns a list of strings; a single string is a list of one.
func (a Arguments) Strings(name string) []string {
	value, literal := a.Value(name)
	if literal != nil {
		if literal.Kind != ast.ListValue {
			return []string{literal.Raw}
		}
		out := make([]string, 0, len(literal.Children))
		for _, child := range literal.Children {
			if child.Value.Kind == ast.Variable {
				out = append(out, fmt.Sprint(a.costing.variables[child.Value.Raw]))
			} else {
				out = append(out, child.Value.Raw)
			}
		}
		return out
	}
	switch list := value.(type) {
	case nil:
		return nil
	case string:
		return []string{list}
	case []any:
		out := make([]string, 0, len(list))
		for _, v := range list {
			if text, ok := v.(string); ok {
				out = append(out, text)
			} else {
				out = append(out, fmt.Sprint(v))
			}
		}
		return out
	case []string:
		return list
	}
	return nil
}

// Len returns the length of a list, 1 for any other value, and 0 for none.
func (a Arguments) Len(name string) int {
	value, literal := a.Value(name)
	if literal != nil {
		switch literal.Kind {
		case ast.ListValue:
			return len(literal.Children)
		case ast.NullValue:
			return 0
		}
		return 1
	}
	switch list := value.(type) {
	case nil:
		return 0
	case []any:
		return len(list)
	case []map[string]any:
		return len(list)
	}
	return 1
}

// Given is the size of a field's arguments.
type Given struct {
	// Fields is the number of fields of input objects, Values that of all values,
	// Literals that of those in the document, Positions that of the positions of
	// GeoJSON, and Bytes the total length of strings.
	Fields, Values, Literals, Positions, Bytes int
	// Cost is the cost of parsing and using it.
	Cost int
}

func (g *Given) add(more Given) {
	g.Fields, g.Values = add(g.Fields, more.Fields), add(g.Values, more.Values)
	g.Literals, g.Positions = add(g.Literals, more.Literals), add(g.Positions, more.Positions)
	g.Bytes, g.Cost = add(g.Bytes, more.Bytes), add(g.Cost, more.Cost)
}

// valuesAUnit is the number of argument values per unit of cost; positionCost is the
// cost of a GeoJSON position, which is validated and overlaid with others.
const valuesAUnit, positionCost = 4, 2

// Given adds up all arguments. A variable counts wherever it is used.
func (a Arguments) Given() Given {
	var sum Given
	for _, argument := range a.field.Arguments {
		sum.add(a.costing.literal(argument.Value))
	}
	sum.Cost = add(sum.Cost, add(times(sum.Positions, positionCost), sum.Values/valuesAUnit+sum.Bytes/UnitBytes))
	return sum
}

// literal adds up a value in the document.
func (w *costing) literal(value *ast.Value) Given {
	switch value.Kind {
	case ast.Variable:
		return w.variable(value)
	case ast.StringValue, ast.BlockValue:
		return Given{Values: 1, Literals: 1, Bytes: len(value.Raw)}
	}
	sum := Given{Values: 1, Literals: 1}
	if value.Kind == ast.ListValue && len(value.Children) > 0 {
		if first := value.Children[0].Value.Kind; first == ast.IntValue || first == ast.FloatValue {
			sum.Positions = 1
		}
	}
	for _, child := range value.Children {
		sum.add(w.literal(child.Value))
		if value.Kind == ast.ObjectValue && value.Definition != nil {
			sum.Fields++
			sum.Cost = add(sum.Cost, w.inputs[value.Definition.Fields.ForName(child.Name)])
		}
	}
	return sum
}

// variable adds up the value of a variable, computed once.
func (w *costing) variable(use *ast.Value) Given {
	if known, ok := w.given[use.Raw]; ok {
		return known
	}
	var sum Given
	if definition := use.VariableDefinition; definition != nil {
		w.json(&sum, w.variables[use.Raw], w.schema.Types[definition.Type.Name()])
	} else {
		w.json(&sum, w.variables[use.Raw], nil)
	}
	if w.given == nil {
		w.given = make(map[string]Given)
	}
	w.given[use.Raw] = sum
	return sum
}

// json adds up a JSON value of an input type, nil for any.
func (w *costing) json(sum *Given, value any, of *ast.Definition) {
	sum.Values++
	switch v := value.(type) {
	case string:
		sum.Bytes += len(v)
	case []any:
		if len(v) > 0 {
			switch v[0].(type) {
			case json.Number, float64, int64, int:
				sum.Positions++
			}
		}
		for _, entry := range v {
			w.json(sum, entry, of)
		}
	case map[string]any:
		for name, inner := range v {
			var definition *ast.Definition
			if of != nil && of.Kind == ast.InputObject {
				if field := of.Fields.ForName(name); field != nil {
					sum.Fields++
					sum.Cost = add(sum.Cost, w.inputs[field])
					definition = w.schema.Types[field.Type.Name()]
				}
			}
			w.json(sum, inner, definition)
		}
	case []map[string]any:
		for _, entry := range v {
			w.json(sum, entry, of)
		}
	}
}
