package model

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

type Source struct{ source *sentra.Source }

func (*Source) IsNode() {}

// ID includes no day: a source is the same on every day.
func (s *Source) ID() string         { return globalID("Source", nil, string(s.source.ID)) }
func (s *Source) Title() Title       { return Title{s.source} }
func (s *Source) Publisher() *string { return optional(s.source.Publisher) }
func (s *Source) URL() *string       { return optional(s.source.URL) }
func (s *Source) Licence() *string   { return optional(s.source.Licence) }
func (s *Source) Date() *sentra.PartialDate {
	return s.source.Date
}

// Title is a source's title in the language of the operation. It is smaller than a
// Prose, since there are hundreds in a list.
type Title struct{ source *sentra.Source }

// MarshalGQLContext writes the title.
func (t Title) MarshalGQLContext(ctx context.Context, w io.Writer) error {
	graphql.MarshalString(words.Asked(ctx).Of(t.source.Titled())).MarshalGQL(w)
	return nil
}

// UnmarshalGQLContext is required by gqlgen; no argument is a Title.
func (t *Title) UnmarshalGQLContext(_ context.Context, value any) error {
	title, err := graphql.UnmarshalString(value)
	if err != nil {
		return err
	}
	*t = Title{&sentra.Source{Title: title}}
	return nil
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
