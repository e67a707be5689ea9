package pages

import (
	_ "embed"
	"strings"
)

// dictionaryText is the dictionary in Indonesian: a line for each type, field and value, its
// key, a bar and the text. A key that begins with a star is of every type that says
// nothing else.
//
//go:embed dictionary.txt
var dictionaryText string

var indonesianTerms = linesByKey(dictionaryText)

// linesByKey reads lines of a key, a bar and a text.
func linesByKey(text string) map[string]string {
	out := make(map[string]string)
	for line := range strings.Lines(text) {
		if key, said, found := strings.Cut(strings.TrimSuffix(line, "\n"), "|"); found {
			out[key] = said
		}
	}
	return out
}

// inIndonesian gives a dictionary in Indonesian. A term without a text keeps the English
// one, which fails a test.
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
