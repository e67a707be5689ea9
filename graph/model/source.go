package model

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

type Source struct{ source *sentra.Source }

func (*Source) IsNode() {}

// ID includes no day: a source is the same on every day.
func (s *Source) ID() string         { return globalID("Source", nil, string(s.source.ID)) }
func (s *Source) Title() Prose       { return Prose{s.source.Titled().Message()} }
func (s *Source) Publisher() *string { return optional(s.source.Publisher) }
func (s *Source) URL() *string       { return optional(s.source.URL) }
func (s *Source) Licence() *string   { return optional(s.source.Licence) }
func (s *Source) Date() *sentra.PartialDate {
	return s.source.Date
}

// optional returns nil for an empty text.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func Sources(a *atlas.Atlas, ids []sentra.SourceID) []*Source {
	out := make([]*Source, 0, len(ids))
	for _, id := range ids {
		if s := a.Source(id); s != nil {
			out = append(out, &Source{s})
		}
	}
	return out
}

// AllSources returns views of all sources, by title.
func AllSources(a *atlas.Atlas) []*Source {
	out := make([]*Source, len(a.Data.Sources))
	for i := range a.Data.Sources {
		out[i] = &Source{&a.Data.Sources[i]}
	}
	return out
}
