package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Page is a page, ready to be sent.
type Page struct {
	// Status is the HTTP status. With a Location, relative to the request's address, the
	// page is a redirect without a body.
	Status   int
	Location string
	Body     []byte
	// Type is the media type of the body, HTML if empty.
	Type string
}

// frame is what every page has around its body.
type frame struct {
	*Request
	Style template.CSS
	// Path is the address without its language, and Here its parameters.
	Path, Here string
	Title      string
	// Description is one or two sentences for search engines and previews.
	Description string
	// LinkedData is the page as JSON-LD; nil for none.
	LinkedData any
	// NoIndex excludes the page from search engines.
	NoIndex bool
	*bibliography
	// Section is the menu entry that the page belongs to.
	Section string
	// Days is a form for the day; nil for pages without one.
	Days *dayForm
	Cite *citation
	// Pictured means that there is a picture of the page.
	Pictured bool
	// Alternates means that the page exists in the other language.
	Alternates bool
	// Body is the data of the body template.
	Body any
}

// bibliography has the sources cited by a page, in the order of their numbers.
type bibliography struct {
	Sources []sourceLine
	numbers map[sentra.SourceID]int
}

// dayForm is a form for choosing another day.
type dayForm struct {
	Action  string
	First   sentra.Date
	Day     sentra.Date
	Hidden  []parameter
	Choices []link
}

type parameter struct{ Name, Value string }

// link is a hyperlink. Current marks the present page.
type link struct {
	Href, Text string
	Current    bool
}

// sourceLine is a source in the list at the end of a page.
type sourceLine struct {
	Number                          int
	Title, Publisher, Date, Licence string
	// Href is its address, empty if unknown.
	Href string
}

//go:embed templates
var templates embed.FS

//go:embed style.css
var styleText string

// Icon is the icon of every page, an SVG.
//
//go:embed favicon.svg
var Icon []byte

// Style is the only style sheet of the pages. It is inlined, so that a page is
// readable as soon as it has loaded; the content security policy has its digest.
var Style = minified(styleText)

var (
	idle  = regexp.MustCompile(`\s*/\*[^*]*\*/\s*|\s*\n\s*`)
	loose = regexp.MustCompile(`\s*([{},;])\s*|(:) `)
)

// minified removes comments and insignificant spaces from a style sheet.
func minified(css string) string {
	return strings.ReplaceAll(loose.ReplaceAllString(idle.ReplaceAllString(css, ""), "$1$2"), ";}", "}")
}

var (
	layout = template.Must(template.ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/preview.html"))
	bodies = parsed("region", "cluster", "regions", "clusters", "products", "failure", "compare", "about", "sources", "quality", "developers")
)

// parsed parses the layout with each of its bodies.
func parsed(names ...string) map[string]*template.Template {
	out := make(map[string]*template.Template, len(names))
	for _, name := range names {
		out[name] = template.Must(template.Must(layout.Clone()).ParseFS(templates, "templates/"+name+".html"))
	}
	return out
}

// newFrame starts a page at a path.
func (q *Request) newFrame(path, section string) *frame {
	return &frame{Request: q, Style: template.CSS(Style), Path: path, Here: q.dayQuery(), Section: section, Alternates: true, bibliography: &bibliography{numbers: make(map[sentra.SourceID]int)}}
}

// render makes the page with an HTTP status.
func (f *frame) render(body string, status int) (*Page, error) {
	var out bytes.Buffer
	if err := bodies[body].ExecuteTemplate(&out, "layout.html", f); err != nil {
		return nil, fmt.Errorf("make the page %s: %w", f.Path, err)
	}
	return &Page{Status: status, Body: out.Bytes()}, nil
}

// cited returns the numbers of sources on the page, in order, and adds new ones.
func (f *frame) cited(ids []sentra.SourceID) []int {
	var out []int
	for _, id := range ids {
		s := f.Source(id)
		if s == nil {
			continue
		}
		n, known := f.numbers[id]
		if !known {
			n = len(f.Sources) + 1
			f.numbers[id] = n
			f.Sources = append(f.Sources, f.sourceLine(s, n))
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return out
}

// Canonical is the address of the page in its language.
func (f *frame) Canonical() string { return f.absolute(f.Lang, f.Path, f.Here) }

// In is the absolute address of the page in a language.
func (f *frame) In(lang string) string { return f.absolute(Lang(lang), f.Path, f.Here) }

// Anyhow is the absolute address of the page without a language, which follows the
// browser's preference.
func (f *frame) Anyhow() string { return f.Base + "/" + f.Path + f.Here }

// Other is the relative address of the page in the other language.
func (f *frame) Other() link {
	other := f.Lang.other()
	return link{Href: f.Root + string(other) + "/" + f.Path + f.Here, Text: other.name()}
}

// Locale is the language with its country.
func (f *frame) Locale() string { return f.Lang.locale() }

// Menu returns the entries of the menu.
func (f *frame) Menu() []link {
	entries := []link{{Href: f.mapLink(), Text: f.T("menu.map")}}
	for _, section := range []string{"regions", "clusters", "products", "about", "developers"} {
		href := f.page(section)
		if section == "about" || section == "developers" {
			href = f.undated(section)
		}
		entries = append(entries, link{Href: href, Text: f.T("menu." + section), Current: section == f.Section})
	}
	return entries
}

// Explained is the address of the explanation of a term.
func (f *frame) Explained(term string) string { return f.undated("about") + "#" + term }

// OtherLang is the language of Other.
func (f *frame) OtherLang() Lang { return f.Lang.other() }

// MapHome is the address of the map on the day of the page.
func (f *frame) MapHome() string { return f.mapLink() }

// Undated is the address of another page as of today.
func (f *frame) Undated(path string) string { return f.undated(path) }

// Picture is the absolute address of the page's preview picture, empty for none.
func (f *frame) Picture() string {
	if !f.Pictured {
		return ""
	}
	return f.absolute(f.Lang, f.Path+"/picture.png", f.dayQuery())
}

// Stamp formats a time as its day in Jakarta.
func (f *frame) Stamp(t time.Time) string { return f.Date(sentra.Today(t)) }
