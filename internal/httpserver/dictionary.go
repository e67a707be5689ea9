package httpserver

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/pages"
)

// dictionary describes the types of a schema, without those that only lists, filters
// and gateways use.
func dictionary(schema *ast.Schema) []pages.Entry {
	var out []pages.Entry
	for _, kind := range schema.Types {
		if kind.BuiltIn || strings.HasPrefix(kind.Name, "_") || kind.Kind != ast.Object && kind.Kind != ast.Enum ||
			strings.HasSuffix(kind.Name, "Connection") || strings.HasSuffix(kind.Name, "Edge") || kind.Name == "PageInfo" ||
			kind == schema.Query || kind == schema.Mutation || kind == schema.Subscription || strings.Contains(kind.Name, "__") {
			continue
		}
		entry := pages.Entry{Name: kind.Name, Description: kind.Description}
		for _, field := range kind.Fields {
			if !strings.HasPrefix(field.Name, "__") && field.Directives.ForName("inaccessible") == nil {
				entry.Fields = append(entry.Fields, pages.Field{Name: field.Name, Type: field.Type.String(), Description: field.Description})
			}
		}
		for _, value := range kind.EnumValues {
			entry.Fields = append(entry.Fields, pages.Field{Name: value.Name, Description: value.Description})
		}
		if kind.Directives.ForName("inaccessible") == nil && len(entry.Fields) > 0 {
			out = append(out, entry)
		}
	}
	slices.SortFunc(out, func(x, y pages.Entry) int { return strings.Compare(x.Name, y.Name) })
	return out
}
