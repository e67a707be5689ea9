package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/plugin/federation/fedruntime"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/inputs"
	"github.com/sentra-ikm/sentra/internal/querycost"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// DefaultMaxRepresentations is the default maximum number of entities in one request
// of a gateway.
const DefaultMaxRepresentations = 1000

// federated is a schema that validates the representations of a gateway before they
// reach the generated entity resolvers. Those fail all entities of a kind for one
// wrong representation, and do not report one that does not exist.
type federated struct {
	graphql.ExecutableSchema
	resolver *Resolver
	keys     map[string][]entityKey
	costs    *querycost.Costs
}

// dayField is the key field that may be left out or null, which means today.
const dayField = "asOf"

// entityKey is one @key of an entity.
type entityKey struct {
	text   string
	fields []keyField
}

// keyField is a field of a key: a scalar or enum, or an object of these.
type keyField struct {
	name   string
	kind   *ast.Definition
	fields []keyField
}

func newFederated(schema graphql.ExecutableSchema, resolver *Resolver) (*federated, error) {
	f := &federated{ExecutableSchema: schema, resolver: resolver, keys: make(map[string][]entityKey)}
	types := schema.Schema().Types
	for _, member := range types["_Entity"].Types {
		for _, directive := range types[member].Directives.ForNames("key") {
			text := directive.Arguments.ForName("fields").Value.Raw
			document, err := parser.ParseQuery(&ast.Source{Input: "{" + text + "}"})
			if err != nil {
				return nil, fmt.Errorf("read the key %q of %s: %w", text, member, err)
			}
			f.keys[member] = append(f.keys[member], entityKey{text, keyFields(types, types[member], document.Operations[0].SelectionSet)})
		}
	}
	var err error
	f.costs, err = newCosts(schema, resolver)
	return f, err
}

func keyFields(types map[string]*ast.Definition, of *ast.Definition, set ast.SelectionSet) []keyField {
	var fields []keyField
	for _, selection := range set {
		name := selection.(*ast.Field).Name
		kind := types[of.Fields.ForName(name).Type.Name()]
		fields = append(fields, keyField{name, kind, keyFields(types, kind, selection.(*ast.Field).SelectionSet)})
	}
	return fields
}

// Exec executes an operation after validating its representations.
func (f *federated) Exec(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if operation.Operation == nil {
		return f.ExecutableSchema.Exec(ctx)
	}
	asked := entityFields(operation.Operation.SelectionSet)
	for _, field := range asked {
		// The generated code would treat a value that is not an object as an internal
		// error. A single value in place of a list is coerced to another slice type.
		representations := reflect.ValueOf(field.ArgumentMap(operation.Variables)["representations"])
		for i := 0; representations.Kind() == reflect.Slice && i < representations.Len(); i++ {
			if _, ok := representations.Index(i).Interface().(map[string]any); !ok {
				graphql.AddError(ctx, sentra.BadInput(fmt.Sprintf("representations.%d", i), "a representation is an object with a __typename and a key"))
				return graphql.OneShot(&graphql.Response{Data: []byte("null")})
			}
		}
	}
	if len(asked) > 0 {
		inner := operation.ResolverMiddleware
		operation.ResolverMiddleware = func(ctx context.Context, next graphql.Resolver) (any, error) {
			if field := graphql.GetFieldContext(ctx); field.Object == "Query" && field.Field.Name == "_entities" {
				return inner(ctx, func(ctx context.Context) (any, error) { return f.entities(ctx, next) })
			}
			return inner(ctx, next)
		}
	}
	return f.ExecutableSchema.Exec(ctx)
}

// entityFields returns the fields of a root selection that request entities.
func entityFields(set ast.SelectionSet) []*ast.Field {
	var found []*ast.Field
	seen := make(map[*ast.FragmentDefinition]bool)
	var walk func(set ast.SelectionSet)
	walk = func(set ast.SelectionSet) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if s.Name == "_entities" {
					found = append(found, s)
				}
			case *ast.InlineFragment:
				walk(s.SelectionSet)
			case *ast.FragmentSpread:
				if !seen[s.Definition] {
					seen[s.Definition] = true
					walk(s.Definition.SelectionSet)
				}
			}
		}
	}
	walk(set)
	return found
}

// entities resolves _entities. A representation that is wrong or does not exist gives
// null and its own error; the others are resolved.
func (f *federated) entities(ctx context.Context, next graphql.Resolver) (any, error) {
	field := graphql.GetFieldContext(ctx)
	given := field.Args["representations"].([]map[string]any)
	limit := f.resolver.MaxRepresentations
	if limit == 0 {
		limit = DefaultMaxRepresentations
	}
	if len(given) > limit {
		return nil, sentra.Errorf(sentra.CodeLimitExceeded, "%d representations are too many; at most %d are allowed", len(given), limit)
	}
	fail := func(i int, err error) {
		graphql.AddError(graphql.WithFieldContext(ctx, &graphql.FieldContext{Index: &i}), err)
	}
	a := f.resolver.atlas(ctx)
	var good []map[string]any
	var places []int
	for i, representation := range given {
		if err := f.check(a, representation); err != nil {
			fail(i, err)
			continue
		}
		if _, given := representation[dayField]; !given {
			// The generated code requires all fields of a key, even if they are null.
			representation = maps.Clone(representation)
			representation[dayField] = nil
		}
		good, places = append(good, representation), append(places, i)
	}
	answers := make([]fedruntime.Entity, len(given))
	if len(good) == 0 {
		return answers, nil
	}
	field.Args["representations"] = good
	result, err := next(ctx)
	if err != nil {
		return nil, err
	}
	for i, entity := range result.([]fedruntime.Entity) {
		switch {
		case entity == nil:
			// The whole kind failed, which has been reported.
		case reflect.ValueOf(entity).IsNil():
			fail(places[i], sentra.Errorf(sentra.CodeNotFound, "there is no %s", describe(good[i])))
		default:
			answers[places[i]] = entity
		}
	}
	return answers, nil
}

// describe formats a representation for a message: Region {"code":"99.99"}.
func describe(representation map[string]any) string {
	key := maps.Clone(representation)
	delete(key, "__typename")
	if key[dayField] == nil {
		delete(key, dayField)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return fmt.Sprint(representation["__typename"])
	}
	return fmt.Sprintf("%v %.200s", representation["__typename"], text)
}

// check rejects a representation with BAD_USER_INPUT: of an unknown kind, with a
// wrong value in any key, or without a complete key.
func (f *federated) check(a *atlas.Atlas, representation map[string]any) error {
	name, _ := representation["__typename"].(string)
	keys := f.keys[name]
	if keys == nil {
		return sentra.BadInput("__typename", "%.60q is not an entity here; the entities are %s", name, strings.Join(slices.Sorted(maps.Keys(f.keys)), ", "))
	}
	named := false
	for _, key := range keys {
		whole, err := checkKey(a, key.fields, representation)
		if err != nil {
			return err
		}
		named = named || whole
	}
	if !named {
		texts := make([]string, len(keys))
		for i, key := range keys {
			texts[i] = "`" + key.text + "`"
		}
		return sentra.BadInput("", "the representation of a %s has none of its keys: %s", name, strings.Join(texts, ", "))
	}
	return nil
}

// checkKey reports whether the values have all fields of a key, and rejects those
// that the generated code could not read.
func checkKey(a *atlas.Atlas, fields []keyField, values map[string]any) (whole bool, err error) {
	whole = true
	for _, field := range fields {
		value, given := values[field.name]
		if !given || value == nil {
			whole = whole && field.name == dayField
			continue
		}
		if field.kind.Kind == ast.Object {
			inner, ok := value.(map[string]any)
			if !ok {
				return false, sentra.BadInput(field.name, "an object is expected here")
			}
			inside, err := checkKey(a, field.fields, inner)
			if err != nil {
				return false, sentra.In(field.name, err)
			}
			whole = whole && inside
			continue
		}
		if field.kind.Kind == ast.Enum {
			if err := inputs.Enum(field.kind, value); err != nil {
				return false, sentra.In(field.name, err)
			}
			continue
		}
		text, ok := value.(string)
		switch {
		case !ok:
			return false, sentra.BadInput(field.name, "a string is expected here")
		case field.kind.Name == "Date":
			day, err := sentra.ParseDate(text)
			if err == nil {
				_, err = a.On(day)
			}
			if err != nil {
				return false, sentra.In(field.name, err)
			}
		}
	}
	return whole, nil
}

// describedSchema returns the schema for introspection: without the inputs and the
// type that exist only for the generated code, and with the descriptions that the
// subgraph specification leaves out.
func describedSchema() *ast.Schema {
	shown := *parsedSchema
	shown.Types = make(map[string]*ast.Definition, len(parsedSchema.Types))
	for name, kind := range parsedSchema.Types {
		if name != "Entity" && !strings.HasSuffix(name, "Representation") {
			shown.Types[name] = kind
		}
	}
	change := func(name, words string) *ast.Definition {
		kind := *shown.Types[name]
		if words != "" {
			kind.Description = words
		}
		kind.Fields = make(ast.FieldList, len(kind.Fields))
		for i, field := range shown.Types[name].Fields {
			copied := *field
			kind.Fields[i] = &copied
		}
		shown.Types[name] = &kind
		return &kind
	}
	change("_Any", "A representation of an entity: an object with its `__typename` and the fields of one of its keys.")
	change("_Entity", "What a gateway may fetch by a key.")
	change("FieldSet", "A selection of fields, as text.")
	change("federation__Policy", "The name of a policy; none is used here.")
	change("federation__Scope", "The name of a scope; none is used here.")
	change("_Service", "This subgraph.").Fields.ForName("sdl").Description = "The schema with its federation directives."
	query := change("Query", "")
	query.Fields.ForName("_service").Description = "This subgraph, for the composition of a supergraph."
	entities := query.Fields.ForName("_entities")
	entities.Description = "The entities that representations name, in their order, for gateways; at most 1,000 unless the server says another number."
	representations := *entities.Arguments[0]
	representations.Description = "The representations. One that is wrong or names nothing gives null and an error of its own."
	entities.Arguments = ast.ArgumentDefinitionList{&representations}
	shown.Query = query
	return &shown
}
