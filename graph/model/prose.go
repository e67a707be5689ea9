package model

import (
	"context"
	"fmt"
	"io"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// Prose is a String in the language of the operation.
type Prose struct{ sentra.Message }

func (p Prose) MarshalGQLContext(ctx context.Context, w io.Writer) error {
	graphql.MarshalString(words.Asked(ctx).Say(p.Message)).MarshalGQL(w)
	return nil
}

// UnmarshalGQLContext is required by gqlgen; no argument is Prose.
func (p *Prose) UnmarshalGQLContext(_ context.Context, value any) error {
	text, err := graphql.UnmarshalString(value)
	if err != nil {
		return fmt.Errorf("read a text: %w", err)
	}
	*p = said(text, "")
	return nil
}

// said returns a text in English and, if translated, in Indonesian.
func said(english, indonesian string) Prose {
	return Prose{sentra.Text{English: english, Indonesian: indonesian}.Message()}
}

// optionallySaid returns nil for an empty text.
func optionallySaid(english, indonesian string) *Prose {
	if english == "" {
		return nil
	}
	text := said(english, indonesian)
	return &text
}

// eachSaid returns the texts of a list.
func eachSaid(english, indonesian []string) []*Prose {
	out := make([]*Prose, len(english))
	for i, text := range sentra.Texts(english, indonesian) {
		out[i] = &Prose{text.Message()}
	}
	return out
}

// whySaid returns nil for no message.
func whySaid(why *sentra.Message) *Prose {
	if why == nil {
		return nil
	}
	return &Prose{*why}
}
