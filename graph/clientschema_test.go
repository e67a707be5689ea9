package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/graph"
)

// The schema for clients is the full schema without what is only for gateways.
func TestClientSchema(t *testing.T) {
	text := graph.ClientSchema()
	if text != graph.ClientSchema() {
		t.Error("it is another text the second time")
	}
	for _, word := range []string{"@link", "@key", "@shareable", "@inaccessible", "@tag", "@cost", "@listSize", "directive", "extend", "_Any", "_Entity", "_Service", "federation__", "FieldSet", "Representation"} {
		if strings.Contains(text, word) {
			t.Errorf("it has %s", word)
		}
	}
	shown, err := gqlparser.LoadSchema(&ast.Source{Input: text})
	if err != nil {
		t.Fatal(err)
	}
	whole := graph.NewSchema(&graph.Resolver{}).Schema()
	var missing []string
	for name, kind := range whole.Types {
		if strings.HasPrefix(name, "__") || kind.BuiltIn {
			continue
		}
		found := shown.Types[name]
		if found == nil {
			missing = append(missing, name)
			continue
		}
		if found.Description != kind.Description {
			t.Errorf("%s is described by %q", name, found.Description)
		}
		for _, value := range kind.EnumValues {
			if found.EnumValues.ForName(value.Name) == nil {
				missing = append(missing, name+"."+value.Name)
			}
		}
		for _, field := range kind.Fields {
			same := found.Fields.ForName(field.Name)
			if same == nil {
				missing = append(missing, name+"."+field.Name)
				continue
			}
			if same.Type.String() != field.Type.String() || same.Description != field.Description || len(same.Arguments) != len(field.Arguments) {
				t.Errorf("%s.%s is another one", name, field.Name)
			}
			for _, argument := range field.Arguments {
				if a := same.Arguments.ForName(argument.Name); a == nil || a.Type.String() != argument.Type.String() || (a.DefaultValue == nil) != (argument.DefaultValue == nil) {
					t.Errorf("%s.%s(%s) is another one", name, field.Name, argument.Name)
				}
			}
		}
	}
	slices.Sort(missing)
	missing = slices.DeleteFunc(missing, func(name string) bool { return strings.HasPrefix(name, "Query.__") })
	want := []string{"Query._entities", "Query._service", "Region.officialCode"}
	if !slices.Equal(missing, want) {
		t.Errorf("it lacks %q, want %q", missing, want)
	}
	if shown.Query.Fields.ForName("node") == nil || shown.Query.Fields.ForName("nodes") == nil || len(shown.PossibleTypes["Node"]) != 7 {
		t.Error("Relay's node is not there")
	}
}
