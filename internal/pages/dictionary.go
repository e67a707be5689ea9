package pages

import (
	_ "embed"
	"strings"
)

// dictionaryText is the Indonesian dictionary, with a line for each type, field and
// value: its key, a bar and the text. A key that begins with a star applies to every
// type without its own text.
//
//go:embed dictionary.txt
var dictionaryText string

// routesText describes the routes in Indonesian, with a line for each operation of the
// OpenAPI document, by its id, and for each of its tags.
//
//go:embed routes.txt
var routesText string

var indonesianTerms, indonesianRoutes = linesByKey(dictionaryText), linesByKey(routesText)

// linesByKey parses lines of a key, a bar and a text.
func linesByKey(text string) map[string]string {
	out := make(map[string]string)
	for line := range strings.Lines(text) {
		if key, said, found := strings.Cut(strings.TrimSuffix(line, "\n"), "|"); found {
			out[key] = said
		}
	}
	return out
}

// inIndonesian translates a dictionary. A term without a translation keeps the
// English text, which fails a test.
func inIndonesian(dictionary []Entry) []Entry {
	said := func(english string, keys ...string) string {
		for _, key := range keys {
			if text := indonesianTerms[key]; text != "" {
				return text
			}
		}
		return english
	}
	out := make([]Entry, len(dictionary))
	for i, entry := range dictionary {
		out[i] = Entry{Name: entry.Name, Description: said(entry.Description, entry.Name), Fields: make([]Field, len(entry.Fields))}
		for j, field := range entry.Fields {
			field.Description = said(field.Description, entry.Name+"."+field.Name, "*."+field.Name)
			out[i].Fields[j] = field
		}
	}
	return out
}

// inIndonesian translates the descriptions of routes; their parameters and answers
// stay in English.
func (o Operations) inIndonesian() Operations {
	said := func(english, key string) string {
		if text := indonesianRoutes[key]; text != "" {
			return text
		}
		return english
	}
	out := make(Operations, len(o))
	for i, group := range o {
		out[i] = operationGroup{Name: group.Name, Description: said(group.Description, "tag."+group.Name), Operations: make([]operation, len(group.Operations))}
		for j, one := range group.Operations {
			one.Summary = said(one.Summary, one.ID)
			out[i].Operations[j] = one
		}
	}
	return out
}
