package graph

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

// ClientSchema returns the schema for client tools, in the schema definition
// language: without the fields, types and directives for federation gateways, which
// such tools do not know. Everything else is as in schema.graphql, so that a query is
// valid for both or neither.
func ClientSchema() string {
	shown := *parsedSchema
	shown.Directives, shown.SchemaDirectives = nil, nil
	shown.Types = make(map[string]*ast.Definition)
	var add func(name string)
	add = func(name string) {
		if shown.Types[name] != nil {
			return
		}
		kind := *parsedSchema.Types[name]
		shown.Types[name] = &kind
		kind.Directives = forClients(kind.Directives)
		kind.Fields = nil
		for _, field := range parsedSchema.Types[name].Fields {
			if strings.HasPrefix(field.Name, "_") || onlyForGateways(name, field) {
				continue
			}
			copied := *field
			copied.Directives = forClients(field.Directives)
			copied.Arguments = slices.Clone(field.Arguments)
			for i, argument := range field.Arguments {
				given := *argument
				given.Directives = forClients(argument.Directives)
				copied.Arguments[i] = &given
				add(argument.Type.Name())
			}
			kind.Fields = append(kind.Fields, &copied)
			add(field.Type.Name())
		}
		kind.EnumValues = slices.Clone(kind.EnumValues)
		for i, value := range kind.EnumValues {
			copied := *value
			copied.Directives = forClients(value.Directives)
			kind.EnumValues[i] = &copied
		}
		for _, member := range parsedSchema.PossibleTypes[name] {
			add(member.Name)
		}
		for _, name := range kind.Interfaces {
			add(name)
		}
	}
	shown.Query, shown.Mutation, shown.Subscription = nil, nil, nil
	for _, root := range []struct{ from, to **ast.Definition }{
		{&parsedSchema.Query, &shown.Query}, {&parsedSchema.Mutation, &shown.Mutation}, {&parsedSchema.Subscription, &shown.Subscription},
	} {
		if *root.from != nil {
			add((*root.from).Name)
			*root.to = shown.Types[(*root.from).Name]
		}
	}
	var out strings.Builder
	formatter.NewFormatter(&out, formatter.WithIndent("  ")).FormatSchema(&shown)
	return out.String()
}

// onlyForGateways reports whether a field is only for representations. A root field
// that is hidden from a supergraph is one that a supergraph could not answer.
func onlyForGateways(of string, field *ast.FieldDefinition) bool {
	return field.Directives.ForName("inaccessible") != nil && of != parsedSchema.Query.Name
}

// forClients drops the directives that GraphQL itself does not define.
func forClients(all ast.DirectiveList) ast.DirectiveList {
	var kept ast.DirectiveList
	for _, directive := range all {
		if slices.Contains([]string{"deprecated", "specifiedBy", "oneOf"}, directive.Name) {
			kept = append(kept, directive)
		}
	}
	return kept
}
