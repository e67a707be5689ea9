// Package pages renders the HTML pages for people: one for every region and cluster,
// lists of them, two side by side, what the terms mean, and sitemap.xml. They need no
// script, and are in English and Indonesian.
package pages

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Request is what a page is asked for with.
type Request struct {
	atlas.View
	Lang Lang
	// Bare tells that the address names no language, so that it followed from what the
	// reader's browser prefers.
	Bare bool
	// Base is the absolute address of the server, Root the relative way there from the
	// address asked for: "../".
	Base, Root string
	// Today is the day in Jakarta; Dated tells that the reader named the day of the view.
	Today sentra.Date
	Dated bool
	// Query are the parameters beside asOf. Those that a page does not know are
	// passed over: other sites add theirs to links.
	Query url.Values
}

// NewRequest reads the parameters of a page at a path without its language, such as
// "regions/94.06". A wrong day is a BAD_USER_INPUT whose path is asOf.
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

// viewOf returns the view of a day that a parameter names; an empty one, as a form sends
// it, is today.
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

// T returns a text in the reader's language.
func (q *Request) T(key string, args ...any) string { return q.Lang.text(key, args...) }

// Date returns a day as readers write it.
func (q *Request) Date(day sentra.Date) string { return q.Lang.date(day) }

// OnDay is the day of the page as readers write it.
func (q *Request) OnDay() string { return q.Date(q.Day) }

// dayQuery is the part of an address that keeps the day, empty for today.
func (q *Request) dayQuery() string {
	if !q.Dated {
		return ""
	}
	return "?asOf=" + q.Day.String()
}

// page is the relative address of another page, in the language of this one, on its day.
func (q *Request) page(path string) string { return q.undated(path) + q.dayQuery() }

// undated is page as of today.
func (q *Request) undated(path string) string {
	up := q.Root
	if !q.Bare {
		// The pages of a language are one level down.
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

// absolute is the address of a page in a language, for those who are elsewhere.
func (q *Request) absolute(lang Lang, path, query string) string {
	return fmt.Sprintf("%s/%s/%s%s", q.Base, lang, path, query)
}

// pathSegment escapes a key as a part of a path.
func pathSegment(key string) string { return url.PathEscape(key) }

// RegionPath and ClusterPath are where the page of one is.
func RegionPath(code sentra.RegionCode) string { return "regions/" + string(code) }

// ClusterPath is where the page of a cluster is.
func ClusterPath(key string) string { return "clusters/" + pathSegment(key) }

// mapLink is the address of the map with what the parameters say, in the language and on
// the day of the page.
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

// encoded returns parameters with their question mark, and with the commas, colons and dots
// that may stand as they are.
func encoded(values url.Values) string {
	if len(values) == 0 {
		return ""
	}
	return "?" + strings.NewReplacer("%2C", ",", "%3A", ":").Replace(values.Encode())
}
