// Package words renders text in English and Indonesian: the sentences of the domain
// by their keys, days, numbers and lists.
package words

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Language is a supported language, as a BCP 47 tag.
type Language string

const (
	English    Language = "en"
	Indonesian Language = "id"
)

// Languages lists the languages, the default first.
var Languages = [...]Language{English, Indonesian}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Indonesian})

// Preferred returns the language that an Accept-Language header prefers, or English.
func Preferred(header string) Language {
	if header == "" {
		return English
	}
	_, at := language.MatchStrings(matcher, header)
	return Languages[at]
}

// Parse parses a language argument. The error is a BAD_USER_INPUT whose path is lang.
func Parse(text string) (Language, error) {
	for _, l := range Languages {
		if text == string(l) {
			return l, nil
		}
	}
	return English, sentra.BadInput("lang", "the language %.40q is not supported; give en or id", text)
}

type askedKey struct{}

// With returns a context with a language.
func With(ctx context.Context, l Language) context.Context {
	return context.WithValue(ctx, askedKey{}, l)
}

// Asked returns the language of a context, or English.
func Asked(ctx context.Context) Language {
	if l, ok := ctx.Value(askedKey{}).(Language); ok {
		return l
	}
	return English
}

// Of returns a text in the language, or in English if it was not translated.
func (l Language) Of(t sentra.Text) string {
	if l == Indonesian && t.Indonesian != "" {
		return t.Indonesian
	}
	return t.English
}

// Say returns a sentence in the language.
func (l Language) Say(m sentra.Message) string {
	text := sentences[m.Key].English
	if l == Indonesian {
		text = sentences[m.Key].Indonesian
	}
	if len(m.Values) == 0 {
		return text
	}
	values := make([]any, len(m.Values))
	for i, value := range m.Values {
		values[i] = l.value(value)
	}
	return fmt.Sprintf(text, values...)
}

// value formats a value in a sentence.
func (l Language) value(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case sentra.Text:
		return l.Of(v)
	case sentra.Message:
		return l.Say(v)
	case sentra.Date:
		if l == English {
			// The format that programs have always received.
			return v.String()
		}
		return l.Date(v)
	case int:
		if l == English {
			return strconv.Itoa(v)
		}
		return l.Number(v)
	case sentra.Kilometres:
		return l.value(int(v + 0.5))
	case sentra.Joined:
		return l.Joined(l.values(v))
	case sentra.Series:
		return strings.Join(l.values(v), ", ")
	}
	return fmt.Sprint(value)
}

func (l Language) values(list []any) []string {
	out := make([]string, len(list))
	for i, value := range list {
		out[i] = l.value(value)
	}
	return out
}

var months = map[Language][12]string{
	English:    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Indonesian: {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
}

// Date formats a day for readers: 25 December 2017.
func (l Language) Date(day sentra.Date) string {
	t := day.Time()
	return fmt.Sprintf("%d %s %d", t.Day(), months[l][t.Month()-1], t.Year())
}

// Partial formats a date with the precision of its source.
func (l Language) Partial(p sentra.PartialDate) string {
	t := p.First.Time()
	switch p.Precision {
	case sentra.PrecisionYear:
		return strconv.Itoa(t.Year())
	case sentra.PrecisionMonth:
		return fmt.Sprintf("%s %d", months[l][t.Month()-1], t.Year())
	}
	return l.Date(p.First)
}

// Number formats a whole number with the language's separators.
func (l Language) Number(n int) string { return l.Grouped(strconv.Itoa(n)) }

// Grouped inserts the language's separators into the digits of a whole number.
func (l Language) Grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	separator := ","
	if l == Indonesian {
		separator = "."
	}
	var out strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			out.WriteString(separator)
		}
		out.WriteRune(digit)
	}
	return sign + out.String()
}

// Joined joins names as in a sentence: a, b and c. Indonesian has a comma before the
// last one too.
func (l Language) Joined(names []string) string { return l.joined(names, " and ", " dan ") }

// Either is Joined for alternatives: a, b or c.
func (l Language) Either(names []string) string { return l.joined(names, " or ", " atau ") }

func (l Language) joined(names []string, english, indonesian string) string {
	n, last := len(names), english
	if n < 2 {
		return strings.Join(names, "")
	}
	if l == Indonesian {
		if last = indonesian; n > 2 {
			last = "," + last
		}
	}
	return strings.Join(names[:n-1], ", ") + last + names[n-1]
}
