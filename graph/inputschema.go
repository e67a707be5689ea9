package graph

import (
	"github.com/vektah/gqlparser/v2/ast"
)

// InputSchemas returns JSON Schemas (2020-12) of the filters and orders, and of all
// types that they refer to, by name; they refer to each other under prefix. The
// description of the exports therefore describes filters like GraphQL.
func InputSchemas(prefix string) map[string]any {
	out := make(map[string]any)
	for _, name := range []string{"RegionFilter", "ClusterFilter", "SupportFilter", "RegionOrder", "ClusterOrder", "ScreeningOrder", "ScreeningWeights"} {
		addInputSchema(out, prefix, parsedSchema.Types[name])
	}
	return out
}

func addInputSchema(out map[string]any, prefix string, of *ast.Definition) {
	if out[of.Name] != nil {
		return
	}
	schema := map[string]any{"description": of.Description}
	out[of.Name] = schema
	switch of.Kind {
	case ast.Enum:
		names := []string{}
		for _, value := range of.EnumValues {
			names = append(names, value.Name)
		}
		schema["enum"] = names
	case ast.InputObject:
		properties, required := map[string]any{}, []string{}
		for _, field := range of.Fields {
			property := typeSchema(out, prefix, field.Type)
			property["description"] = field.Description
			properties[field.Name] = property
			if field.Type.NonNull && field.DefaultValue == nil {
				required = append(required, field.Name)
			}
		}
		schema["type"], schema["properties"], schema["required"], schema["additionalProperties"] = "object", properties, required, false
	default:
		// The only custom scalar in a filter is GeoJSON, which is an object.
		schema["type"], schema["required"] = "object", []string{"type"}
	}
}

func typeSchema(out map[string]any, prefix string, of *ast.Type) map[string]any {
	if of.Elem != nil {
		return map[string]any{"type": "array", "items": typeSchema(out, prefix, of.Elem)}
	}
	switch of.NamedType {
	case "String", "ID":
		return map[string]any{"type": "string"}
	case "Float":
		return map[string]any{"type": "number"}
	case "Int":
		return map[string]any{"type": "integer"}
	case "Boolean":
		return map[string]any{"type": "boolean"}
	}
	addInputSchema(out, prefix, parsedSchema.Types[of.NamedType])
	return map[string]any{"$ref": prefix + of.NamedType}
}
