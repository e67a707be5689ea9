package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MapRequest is a request for the page of the map, or for the one for embedding.
type MapRequest struct {
	*Request
	// bare means that the address selects nothing, so that the map opens on a day of
	// its own choice.
	bare bool
	// wrong means that the day in the address is not understood.
	wrong bool
}

// followed are parameters that other sites append to links for tracking.
var followed = regexp.MustCompile(`^(utm_\w+|fbclid|gclid|dclid|msclkid|igshid|mc_[ce]id|ref)$`)

// NewMapRequest reads the query string of the map's address, as the page itself does
// (web/src/map/view.ts). It is in English unless the address says otherwise. For an
// invalid day it has only the selected region or cluster, today.
func NewMapRequest(present *atlas.Atlas, base string, today sentra.Date, query string) (*MapRequest, error) {
	parameters, err := Parameters(query)
	m := &MapRequest{bare: true, wrong: err != nil}
	for name := range parameters {
		m.bare = m.bare && (name == "lang" || name == "theme" || followed.MatchString(name))
	}
	lang := English
	if parameters.Get("lang") == string(Indonesian) {
		lang = Indonesian
	}
	if parameters.Get("asOf") == "today" {
		parameters.Del("asOf")
	}
	if !m.wrong {
		m.Request, err = NewRequest(present, lang, false, base, "", today, parameters)
		m.wrong = err != nil
	}
	if m.wrong {
		// The filters would have another result on another day.
		m.bare = false
		if m.Request, err = NewRequest(present, lang, false, base, "", today, url.Values{"show": parameters["show"]}); err != nil {
			return nil, err
		}
	}
	if day, known := m.lastCovered(); m.bare && known {
		if m.View, err = present.On(day); err != nil {
			return nil, err
		}
		m.Dated = true
	}
	return m, nil
}

// lastCovered is the last day, today at the latest, with a complete list of
// disadvantaged regions in force. The map opens on it (web/src/map/days.ts).
func (q *Request) lastCovered() (last sentra.Date, known bool) {
	for i := range q.Data.Coverage {
		c := &q.Data.Coverage[i]
		from := c.InForceFrom()
		if c.Kind != sentra.Disadvantaged || c.Extent == sentra.ExtentPartial || c.Regulation == "" || from == nil || *from > q.Today {
			continue
		}
		to := q.Today
		if c.To != nil {
			to = min(to, *c.To)
		}
		if !known || to > last {
			last, known = to, true
		}
	}
	return last, known
}

// Head returns elements for the head of the map's page: its title, its addresses and
// its preview. They are of the selected region or cluster, else of the list that the
// filters select. If these are invalid, or a picture does not support one of them,
// they are of the country, without an address: a title must not say less than the view
// selects.
func (m *MapRequest) Head() ([]byte, error) {
	v, err := m.mapView()
	at := head{Request: m.Request, Title: m.subjectOf(v) + ", " + m.OnDay(), Description: m.T("picture.about"), Picture: m.absolute(m.Lang, "picture.png", m.queryOf(v))}
	if err == nil && !m.wrong {
		at.Canonical, at.English, at.Indonesian = m.address(v, m.Lang), m.address(v, English), m.address(v, Indonesian)
	}
	kind, key, _ := strings.Cut(m.Query.Get("show"), ":")
	switch kind {
	case "region":
		if code, err := sentra.ParseRegionCode(key); err == nil && m.Exists(code) != nil && m.Shape(code) != nil {
			at.Title = m.NameOn(m.Exists(code)) + ", " + m.OnDay()
			at.Picture = m.absolute(m.Lang, RegionPath(code)+"/picture.png", m.dayQuery())
		}
	case "cluster":
		if c := m.Atlas.Cluster(key); c != nil {
			b, regions := m.clusterBody(c)
			if len(regions) > 0 && !slices.ContainsFunc(regions, func(r *sentra.Region) bool { return m.Shape(r.Code) == nil }) {
				at.Title = b.Title + ", " + m.OnDay()
				at.Picture = m.absolute(m.Lang, ClusterPath(c.Key)+"/picture.png", m.dayQuery())
			}
		}
	}
	var out bytes.Buffer
	if err := heads.Execute(&out, at); err != nil {
		return nil, fmt.Errorf("make the head of the map: %w", err)
	}
	return out.Bytes(), nil
}

// address is the absolute address of the view in a language, without parameters that
// only arrange it.
func (m *MapRequest) address(v *mapView, lang Lang) string {
	values := m.parametersOf(v)
	if m.bare {
		values.Del("asOf")
	}
	if show := m.Query.Get("show"); show != "" {
		values.Set("show", show)
	}
	if len(values) == 0 && !m.bare {
		values.Set("asOf", "today")
	}
	if lang != English {
		values.Set("lang", string(lang))
	}
	return m.Base + "/" + encoded(values)
}

// subjectOf is the title of a view; nil is the whole country.
func (q *Request) subjectOf(v *mapView) string {
	if v == nil {
		return q.T("picture.map")
	}
	return q.titleOf(v)
}

// head is the content of the head of the map's page.
type head struct {
	*Request
	Title, Description, Picture string
	// Canonical is the address of the view, and the others are that in each language;
	// empty for an invalid view.
	Canonical, English, Indonesian string
}

func (h head) Locale() string { return h.Lang.locale() }

var heads = template.Must(template.Must(template.New("head").Parse(`<title>{{.Title}} – Sentra</title>
<meta name="description" content="{{.Description}}">
{{- with .Canonical}}
<link rel="canonical" href="{{.}}">
<link rel="alternate" hreflang="en" href="{{$.English}}">
<link rel="alternate" hreflang="id" href="{{$.Indonesian}}">
<link rel="alternate" hreflang="x-default" href="{{$.English}}">
<meta property="og:url" content="{{.}}">
{{- end}}
<meta property="og:type" content="website">
{{- template "preview" .}}
`)).ParseFS(templates, "templates/preview.html"))
