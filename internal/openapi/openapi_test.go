package openapi

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/export"
)

// Every reference resolves, all components are used, and every export is described
// with its own parameters.
func TestDocument(t *testing.T) {
	data, err := Document("1.2.3", graph.InputSchemas(Prefix))
	if err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(data, &document); err != nil {
		t.Fatal(err)
	}
	if got := document["info"].(object)["version"]; got != "1.2.3" {
		t.Errorf("version %v", got)
	}
	used := map[string]bool{}
	var walk func(value any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case object:
			if reference, ok := v["$ref"].(string); ok && !used[reference] {
				used[reference] = true
				var at any = document
				for _, part := range strings.Split(strings.TrimPrefix(reference, "#/"), "/") {
					at = at.(object)[part]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", reference)
				}
				walk(at)
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(document["paths"])
	for kind, parts := range document["components"].(object) {
		for name := range parts.(object) {
			if !used["#/components/"+kind+"/"+name] {
				t.Errorf("%s/%s is not used", kind, name)
			}
		}
	}
	for _, layer := range export.Layers() {
		for _, format := range export.Formats(layer) {
			path := "/" + string(layer) + "." + string(format)
			item, ok := document["paths"].(object)[path].(object)
			if !ok {
				t.Fatalf("%s is not described", path)
			}
			names := []string{}
			for _, parameter := range item["get"].(object)["parameters"].([]any) {
				p := parameter.(object)
				if reference, ok := p["$ref"].(string); ok {
					p = document["components"].(object)["parameters"].(object)[reference[strings.LastIndex(reference, "/")+1:]].(object)
				}
				names = append(names, p["name"].(string))
			}
			if want := export.Parameters(layer, format); !slices.Equal(names, want) {
				t.Errorf("%s: parameters %v, want %v", path, names, want)
			}
		}
	}
}
