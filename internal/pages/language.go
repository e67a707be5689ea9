package pages

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Lang is a language of the pages.
type Lang string

const (
	English    Lang = "en"
	Indonesian Lang = "id"
)

// Langs lists the languages.
var Langs = [...]Lang{English, Indonesian}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Indonesian})

// Preferred gives the language that an Accept-Language header asks for, English where
// it asks for neither.
func Preferred(header string) Lang {
	_, at := language.MatchStrings(matcher, header)
	return Langs[at]
}

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

// text gives a text by its key.
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

// has tells whether there is a text of a key.
func hasText(key string) bool { _, known := texts[key]; return known }

var months = map[Lang][12]string{
	English:    {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	Indonesian: {"Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November", "Desember"},
}

// date gives a day as readers write it: 25 December 2017.
func (l Lang) date(day sentra.Date) string {
	t := day.Time()
	return fmt.Sprintf("%d %s %d", t.Day(), months[l][t.Month()-1], t.Year())
}

// partial gives a date no more exactly than its source has it.
func (l Lang) partial(p sentra.PartialDate) string {
	t := p.First.Time()
	switch p.Precision {
	case sentra.PrecisionYear:
		return strconv.Itoa(t.Year())
	case sentra.PrecisionMonth:
		return fmt.Sprintf("%s %d", months[l][t.Month()-1], t.Year())
	}
	return l.date(p.First)
}

// period gives a span of days as readers write it.
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

// span gives a period of days.
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

// number gives a whole number with the language's separators.
func (l Lang) number(n int) string { return l.grouped(strconv.Itoa(n)) }

func (l Lang) grouped(digits string) string {
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

// list joins names as a sentence does: a, b and c.
func (l Lang) list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	case 2:
		return names[0] + " " + l.text("and") + " " + names[1]
	default:
		comma := ", "
		if l == Indonesian {
			// Indonesian has the comma before the last, too.
			return strings.Join(names[:n-1], comma) + ", " + l.text("and") + " " + names[n-1]
		}
		return strings.Join(names[:n-1], comma) + " " + l.text("and") + " " + names[n-1]
	}
}

// counted gives a number with its noun: key.one for 1, else key.many.
func (l Lang) counted(key string, n int) string {
	if n == 1 {
		return l.text(key+".one", l.number(n))
	}
	return l.text(key+".many", l.number(n))
}
