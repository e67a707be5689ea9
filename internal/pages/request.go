// Package pages renders the HTML pages: one for every region and cluster, lists,
// comparisons, explanations of terms, and sitemap.xml. They need no script, and are
// in English and Indonesian.
package pages

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Request is a request for a page.
type Request struct {
	atlas.View
	Lang Lang
	// Bare means that the address has no language, so that it was chosen by the
	// browser's preference.
	Bare bool
	// Base is the absolute address of the server, Root the relative path to it from the
	// requested address: "../".
	Base, Root string
	// Today is the day in Jakarta; Dated means that the address has a day.
	Today sentra.Date
	Dated bool
	// Query has the parameters other than asOf. A page ignores unknown ones: other sites
	// add theirs to links.
	Query url.Values
}

// Parameters parses a query string. The semicolons between the positions of a polygon
// need not be escaped.
func Parameters(query string) (url.Values, error) {
	return url.ParseQuery(strings.ReplaceAll(query, ";", "%3B"))
}

// NewRequest reads the parameters of a page at a path without its language, such as
// "regions/94.06". An invalid day is a BAD_USER_INPUT whose path is asOf.
func NewRequest(present *atlas.Atlas, lang Lang, bare bool, base, path string, today sentra.Date, parameters url.Values) (*Request, error) {
	on, err := present.On(today)
	if err != nil {
		return nil, err
	}
	q := &Request{View: on, Lang: lang, Bare: bare, Base: base, Today: today, Query: parameters,
		Root: strings.Repeat("../", strings.Count(path, "/"))}
	if !bare {
		q.Root += "../"
	}
	if q.Root == "" {
		q.Root = "./"
	}
	on, dated, err := q.viewOf(parameters, "asOf")
	if err != nil {
		return q, err
	}
	q.View, q.Dated = on, dated
	return q, nil
}

// viewOf returns the view of the day in a parameter; an empty one, as sent by a form,
// is today.
func (q *Request) viewOf(parameters url.Values, name string) (on atlas.View, dated bool, err error) {
	given := parameters[name]
	day := q.Today
	switch dated = len(given) > 0 && given[0] != ""; {
	case len(given) > 1:
		return on, false, sentra.BadInput(name, "%s is given %d times", name, len(given))
	case dated:
		if day, err = sentra.ParseDate(given[0]); err != nil {
			return on, false, sentra.In(name, err)
		}
	}
	if day.Time().Year() > 9999 {
		return on, false, sentra.BadInput(name, "%s is not a date with a year of four digits", day)
	}
	on, err = q.Atlas.On(day)
	return on, dated, sentra.In(name, err)
}

// T returns a text in the page's language.
func (q *Request) T(key string, args ...any) string { return q.Lang.text(key, args...) }

// Date formats a day for readers.
func (q *Request) Date(day sentra.Date) string { return q.Lang.date(day) }

// OnDay is the formatted day of the page.
func (q *Request) OnDay() string { return q.Date(q.Day) }

// dayQuery is the query string that keeps the day, empty for today.
func (q *Request) dayQuery() string {
	if !q.Dated {
		return ""
	}
	return "?asOf=" + q.Day.String()
}

// page is the relative address of another page, in the same language and on the same
// day.
func (q *Request) page(path string) string { return q.undated(path) + q.dayQuery() }

// undated is page as of today.
func (q *Request) undated(path string) string {
	up := q.Root
	if !q.Bare {
		// Pages with a language are one level deeper.
		if up = strings.TrimPrefix(up, "../"); up == "" {
			up = "./"
		}
	}
	return up + path
}

// on is the relative address of a page on another day.
func (q *Request) on(path string, day sentra.Date) string {
	return q.undated(path) + "?asOf=" + day.String()
}

// absolute is the absolute address of a page in a language.
func (q *Request) absolute(lang Lang, path, query string) string {
	return fmt.Sprintf("%s/%s/%s%s", q.Base, lang, path, query)
}

// pathSegment escapes a key for use in a path.
func pathSegment(key string) string { return url.PathEscape(key) }

// RegionPath is the path of a region's page.
func RegionPath(code sentra.RegionCode) string { return "regions/" + string(code) }

// ClusterPath is the path of a cluster's page.
func ClusterPath(key string) string { return "clusters/" + pathSegment(key) }

// mapLink is the address of the map with some parameters, in the language and on the
// day of the page.
func (q *Request) mapLink(parameters ...string) string {
	values := url.Values{}
	for i := 0; i+1 < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	if q.Dated {
		values.Set("asOf", q.Day.String())
	}
	if q.Lang != English {
		values.Set("lang", string(q.Lang))
	}
	return q.Root + encoded(values)
}

// encoded returns parameters as a query string, with commas, colons and dots
// unescaped.
func encoded(values url.Values) string {
	if len(values) == 0 {
		return ""
	}
	return "?" + strings.NewReplacer("%2C", ",", "%3A", ":").Replace(values.Encode())
}
