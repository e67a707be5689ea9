package pages

import (
	"cmp"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Entry is a type of the API in the dictionary.
type Entry struct {
	Name string
	// Description is in English, with code between backticks.
	Description string
	Fields      []Field
}

// Field is a field of a type, or a value of an enumeration, which has no Type.
type Field struct{ Name, Type, Description string }

// aboutBody has the meaning of terms and the origin of the data.
type aboutBody struct {
	*frame
	Terms      []term
	Contact    contact
	Licences   []sentra.DataLicence
	Dictionary []Entry
	Phases     []fact
	SourceLink link
	Example    string
}

// term is a word with its meaning, at an anchor.
type term struct{ Anchor, Name, Text string }

// contact is where to report mistakes; without an address the page says whom to ask.
type contact struct{ Href, Text string }

// terms are in display order; each has a name and a text by its key.
var terms = [...]string{"sentra", "affirmative", "disadvantaged", "border", "not-covered", "confidence", "programme", "phase", "initial-target", "ground", "support", "day", "code"}

// About makes the page about terms, sources, method and data. at is a web or mail
// address for reports, or empty.
func (q *Request) About(dictionary []Entry, at string) (*Page, error) {
	b := &aboutBody{frame: q.newFrame("about", "about"), Dictionary: dictionary, Licences: sentra.DataLicences()}
	b.Here = ""
	if q.Lang == Indonesian {
		b.Dictionary = inIndonesian(dictionary)
	}
	b.Title, b.Description = q.T("about.title"), q.T("about.lead")
	for _, key := range terms {
		b.Terms = append(b.Terms, term{key, q.T("term." + key), q.T("about." + key)})
	}
	for i := range q.Data.Phases {
		p := &q.Data.Phases[i]
		var to string
		if p.To != nil {
			to = q.Lang.partial(*p.To)
		}
		b.Phases = append(b.Phases, fact{Term: p.Key, Text: q.Lang.period(q.Lang.partial(p.From), to), Cites: b.cited(p.Sources)})
	}
	b.cited(q.Data.Programme.Sources)
	b.cited(q.Data.Programme.MethodSources)
	for i := range q.Data.Designations {
		b.cited(q.Data.Designations[i].Sources[:min(1, len(q.Data.Designations[i].Sources))])
		if len(b.Sources) >= 25 {
			break
		}
	}
	if len(q.Data.Regions) > 0 {
		b.cited(q.Data.Regions[0].Sources)
	}
	b.SourceLink = link{Href: q.undated("sources"), Text: q.T("about.sources.all", q.Lang.number(len(q.Data.Sources)))}
	b.Contact = contactOf(at)
	b.Example = q.T("cite.text", q.T("about.cite.what"), q.OnDay(), q.Data.Version, q.Base+"/", q.Date(q.Today))
	b.Body = b
	return b.render("about", http.StatusOK)
}

// contactOf distinguishes web from mail addresses.
func contactOf(at string) contact {
	if to, err := url.Parse(at); err == nil && (to.Scheme == "https" || to.Scheme == "http" || to.Scheme == "mailto") {
		return contact{at, strings.TrimPrefix(at, "mailto:")}
	}
	if strings.Contains(at, "@") {
		return contact{"mailto:" + at, at}
	}
	return contact{"", at}
}

// Code formats the parts of a description between backticks as code.
func (q *Request) Code(text string) template.HTML {
	var out strings.Builder
	for i, part := range strings.Split(text, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		out.WriteString(part)
	}
	return template.HTML(out.String())
}

// sourcesBody is one page of the list of sources.
type sourcesBody struct {
	*frame
	Lines         []sourceLine
	Page, Pages   int
	Before, After *link
}

// sourcesLength is the number of sources per page.
const sourcesLength = 100

// AllSources makes one page of the list of all sources, by title.
func (q *Request) AllSources() (*Page, error) {
	b := &sourcesBody{frame: q.newFrame("sources", "about"), Page: 1}
	b.Here = ""
	if given := q.Query.Get("page"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			return nil, sentra.BadInput("page", "%.20q is not a page number", given)
		}
		b.Page = n
	}
	all := make([]*sentra.Source, len(q.Data.Sources))
	for i := range all {
		all[i] = &q.Data.Sources[i]
	}
	slices.SortFunc(all, func(x, y *sentra.Source) int {
		shown := func(s *sentra.Source) string { return strings.ToLower(q.Lang.said(s.Title, s.TitleID)) }
		return cmp.Or(cmp.Compare(shown(x), shown(y)), cmp.Compare(x.ID, y.ID))
	})
	b.Pages = max(1, (len(all)+sourcesLength-1)/sourcesLength)
	if b.Page > b.Pages {
		return q.NotFound()
	}
	from := (b.Page - 1) * sourcesLength
	for i, s := range all[from:min(from+sourcesLength, len(all))] {
		b.Lines = append(b.Lines, q.sourceLine(s, from+i+1))
	}
	b.Title, b.Description = q.T("sources.title"), q.T("sources.lead", q.Lang.number(len(all)))
	address := func(n int) string { return q.undated("sources") + "?page=" + strconv.Itoa(n) }
	if b.Page > 1 {
		b.Here = "?page=" + strconv.Itoa(b.Page)
		b.Before = &link{Href: address(b.Page - 1), Text: q.T("page.before")}
	}
	if b.Page < b.Pages {
		b.After = &link{Href: address(b.Page + 1), Text: q.T("page.after")}
	}
	b.Body = b
	return b.render("sources", http.StatusOK)
}
