package pages

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/examples/snippets"
)

// Operations are the routes in an OpenAPI document, by tag.
type Operations []operationGroup

type operationGroup struct {
	Name, Description string
	Operations        []operation
}

// operation is GET of a path.
type operation struct {
	ID, Path, Summary string
	Parameters        []operationParameter
	Answers           []operationAnswer
}

type operationParameter struct {
	Name, In, Type, Description string
	Required                    bool
}

type operationAnswer struct{ Status, Description, Types string }

// openAPI is the part of an OpenAPI document that is shown.
type openAPI struct {
	Tags  []struct{ Name, Description string }
	Paths map[string]struct {
		Get *struct {
			OperationID, Summary string
			Tags                 []string
			Parameters           []openAPIParameter
			Responses            map[string]openAPIResponse
		}
	}
	Components struct {
		Parameters map[string]openAPIParameter
		Responses  map[string]openAPIResponse
	}
}

// known reports whether a path is also described under a shorter one.
func (o *openAPI) known(shorter, path string) bool {
	_, found := o.Paths[shorter]
	return found && shorter != path
}

type openAPIParameter struct {
	Ref                   string `json:"$ref"`
	Name, In, Description string
	Required              bool
	Schema                struct {
		Type    any
		Enum    []any
		Default any
		Items   struct{ Enum []any }
	}
	Content map[string]any
}

type openAPIResponse struct {
	Ref         string `json:"$ref"`
	Description string
	Content     map[string]any
}

// ReadOperations reads the GET operations of an OpenAPI document. Pages exist in each
// language and are listed once.
func ReadOperations(document []byte) (Operations, error) {
	var read openAPI
	if err := json.Unmarshal(document, &read); err != nil {
		return nil, fmt.Errorf("read the description of the routes: %w", err)
	}
	var out Operations
	for _, tag := range read.Tags {
		group := operationGroup{Name: tag.Name, Description: tag.Description}
		for _, path := range slices.Sorted(maps.Keys(read.Paths)) {
			get := read.Paths[path].Get
			// Routes with a day or language are like those without, with one more path
			// segment.
			if get == nil || !slices.Contains(get.Tags, tag.Name) || strings.HasPrefix(path, "/ogc/{day}") || read.known(strings.TrimPrefix(path, "/{lang}"), path) {
				continue
			}
			one := operation{ID: get.OperationID, Path: path, Summary: get.Summary}
			for _, p := range get.Parameters {
				if name, found := strings.CutPrefix(p.Ref, "#/components/parameters/"); found {
					p = read.Components.Parameters[name]
				}
				one.Parameters = append(one.Parameters, operationParameter{Name: p.Name, In: p.In, Type: p.kind(), Description: p.Description, Required: p.Required})
			}
			for _, status := range slices.Sorted(maps.Keys(get.Responses)) {
				r := get.Responses[status]
				if name, found := strings.CutPrefix(r.Ref, "#/components/responses/"); found {
					r = read.Components.Responses[name]
				}
				one.Answers = append(one.Answers, operationAnswer{status, r.Description, strings.Join(slices.Sorted(maps.Keys(r.Content)), ", ")})
			}
			group.Operations = append(group.Operations, one)
		}
		out = append(out, group)
	}
	return out, nil
}

// mostValues is the maximum number of enumeration values shown.
const mostValues = 12

// kind describes the type of a parameter, its values or its default in a few words.
func (p openAPIParameter) kind() string {
	values := append(slices.Clone(p.Schema.Enum), p.Schema.Items.Enum...)
	out := ""
	switch {
	case len(p.Content) > 0:
		out = "JSON"
	case len(values) > 0:
		var names []string
		for _, v := range values[:min(mostValues, len(values))] {
			names = append(names, fmt.Sprint(v))
		}
		out = strings.Join(names, " | ")
		if len(values) > mostValues {
			out += " | …"
		}
	case p.Schema.Type != nil:
		out = fmt.Sprint(p.Schema.Type)
	}
	if p.Schema.Default != nil {
		out += " = " + fmt.Sprint(p.Schema.Default)
	}
	return out
}

// developersBody is the page for developers.
type developersBody struct {
	*frame
	Operations Operations
	Snippets   []snippet
}

type snippet struct {
	ID, Library, File, Text string
}

// Developers makes the page for programmers.
func (q *Request) Developers(operations Operations) (*Page, error) {
	b := &developersBody{frame: q.newFrame("developers", "developers"), Operations: operations}
	b.Here = ""
	if q.Lang == Indonesian {
		b.Operations = operations.inIndonesian()
	}
	b.Title, b.Description = q.T("developers.title"), q.T("developers.lead")
	for _, s := range snippets.All {
		id, _, _ := strings.Cut(s.File, ".")
		if id == "read" {
			id = s.Language
		}
		b.Snippets = append(b.Snippets, snippet{ID: id, Library: s.Library, File: s.File, Text: s.Text(q.Base)})
	}
	b.Body = b
	return b.render("developers", http.StatusOK)
}
