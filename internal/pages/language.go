package pages

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// Lang is a language of the pages.
type Lang string

const (
	English    = Lang(words.English)
	Indonesian = Lang(words.Indonesian)
)

// Langs lists the languages.
var Langs = [...]Lang{English, Indonesian}

func (l Lang) other() Lang {
	if l == English {
		return Indonesian
	}
	return English
}

func (l Lang) name() string {
	if l == English {
		return "English"
	}
	return "Bahasa Indonesia"
}

func (l Lang) locale() string {
	if l == English {
		return "en_GB"
	}
	return "id_ID"
}

// text returns a text by its key.
func (l Lang) text(key string, args ...any) string {
	both, known := texts[key]
	if !known {
		return key
	}
	text := both[0]
	if l == Indonesian {
		text = both[1]
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// hasText reports whether a key has a text.
func hasText(key string) bool { _, known := texts[key]; return known }

// date formats a day for readers: 25 December 2017.
func (l Lang) date(day sentra.Date) string { return words.Language(l).Date(day) }

// partial formats a date with the precision of its source.
func (l Lang) partial(p sentra.PartialDate) string { return words.Language(l).Partial(p) }

// said returns a text in Indonesian if it exists and is wanted, else in English.
func (l Lang) said(english, indonesian string) string {
	return words.Language(l).Of(sentra.Text{English: english, Indonesian: indonesian})
}

// period formats the ends of a period.
func (l Lang) period(from, to string) string {
	switch {
	case from != "" && to != "":
		return from + " – " + to
	case from != "":
		return l.text("from", from)
	case to != "":
		return l.text("until", to)
	}
	return l.text("always")
}

// span formats a period of days.
func (l Lang) span(p sentra.Period) string {
	var from, to string
	if p.From != nil {
		from = l.date(*p.From)
	}
	if p.To != nil {
		to = l.date(*p.To)
	}
	return l.period(from, to)
}

// number formats a whole number with the language's separators.
func (l Lang) number(n int) string { return words.Language(l).Number(n) }

// percent formats a share of 1 as a percentage.
func (l Lang) percent(share float64) string {
	text := strconv.FormatFloat(100*share, 'f', 1, 64) + " %"
	if l == Indonesian {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// list joins names as in a sentence: a, b and c.
func (l Lang) list(names []string) string { return words.Language(l).Joined(names) }

// oneOf joins alternatives as in a sentence: a, b or c.
func (l Lang) oneOf(names []string) string { return words.Language(l).Either(names) }

// counted returns a number with its noun: key.one for 1, else key.many.
func (l Lang) counted(key string, n int) string {
	if n == 1 {
		return l.text(key+".one", l.number(n))
	}
	return l.text(key+".many", l.number(n))
}
