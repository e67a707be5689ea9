package pages

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// failureBody is the content of an error page.
type failureBody struct {
	*frame
	Told  string
	Hint  string
	Links []link
	// Search is the initial text of the search field.
	Search string
}

// failure explains why there is no such page, and links to others.
func (q *Request) failure(status int, title, told string, links ...link) (*Page, error) {
	b := &failureBody{frame: q.newFrame("", ""), Told: told, Links: links}
	b.Title, b.Description, b.NoIndex, b.Alternates = title, told, true, false
	b.Body = b
	return b.render("failure", status)
}

// NotFound is the page for an unknown address.
func (q *Request) NotFound() (*Page, error) {
	return q.failure(http.StatusNotFound, q.T("missing.title"), q.T("missing.told"), q.starts()...)
}

// Failed is the page for an error, with the wrong parameter if there is one.
func (q *Request) Failed(status int, coded *sentra.Error) (*Page, error) {
	title := q.T("failed.title")
	told := q.T("failed." + string(coded.Code))
	if !hasText("failed." + string(coded.Code)) {
		told = q.T("failed.INTERNAL")
	}
	if coded.Code == sentra.CodeBadUserInput && len(coded.Path) > 0 {
		switch name := coded.Path[0]; {
		case strings.HasPrefix(name, "asOf"):
			told = q.T("failed.day", q.Date(sentra.FirstDay))
		default:
			told = q.T("failed.field", name)
			if takes := "takes." + name; hasText(takes) {
				told += " " + q.T(takes)
			}
		}
	}
	return q.failure(status, title, told, q.starts()...)
}

// starts are links to start from.
func (q *Request) starts() []link {
	return []link{{Href: q.mapLink(), Text: q.T("start.map")}, {Href: q.undated("regions"), Text: q.T("start.regions")}, {Href: q.undated("clusters"), Text: q.T("start.clusters")}, {Href: q.undated("about"), Text: q.T("start.about")}}
}

// elsewhere finds the regions that a code of another day or system, or a name, may
// mean. For a single one it redirects there; for several the page lists them.
func (q *Request) elsewhere(ctx context.Context, text string) (*Page, error) {
	var found []sentra.RegionCode
	var links []link
	add := func(code sentra.RegionCode, how string) {
		if !slices.Contains(found, code) {
			found = append(found, code)
			l := q.regionLink(code)
			l.Text += how
			links = append(links, l)
		}
	}
	sameSystem := false
	for i := range q.Data.Codes {
		c := &q.Data.Codes[i]
		if c.Value != text {
			continue
		}
		if c.System == sentra.SystemKemendagri {
			sameSystem = true
		}
		add(c.Region, " – "+q.T("system."+string(c.System))+" "+c.Value+", "+q.Lang.span(c.Validity))
	}
	if len(found) == 1 {
		// The meaning of a code does not change, but a later record may have a second
		// region with it.
		return &Page{Status: http.StatusFound, Location: q.page(RegionPath(found[0]))}, nil
	}
	title, told := q.T("missing.region", text), q.T("missing.region.told")
	if len(found) > 1 {
		told = q.T("missing.region.several", text)
		if sameSystem {
			told = q.T("missing.region.before", text)
		}
	} else {
		hits, err := q.Search(ctx, text, 10)
		if err != nil {
			return nil, err
		}
		for _, hit := range hits {
			if hit.Region != nil {
				add(hit.Region.Code, "")
			}
		}
		if len(hits) > 0 && hits[0].Region != nil && hits[0].Score >= 0.97 && (len(hits) == 1 || hits[1].Score < 0.97) {
			return &Page{Status: http.StatusFound, Location: q.page(RegionPath(hits[0].Region.Code))}, nil
		}
	}
	return q.failure(http.StatusNotFound, title, told, append(links, q.starts()...)...)
}

// notThen says that a region did not exist on the day, and links to what it was
// created from.
func (q *Request) notThen(r *sentra.Region) (*Page, error) {
	links := []link{{Href: q.undated(RegionPath(r.Code)), Text: q.T("then.today", r.Name)}}
	told := q.T("then.none", r.Name, q.OnDay())
	if from := r.Validity.From; from != nil && q.Day < *from {
		told = q.T("then.before", r.Name, q.OnDay(), q.Date(*from))
		links[0] = link{Href: q.on(RegionPath(r.Code), *from), Text: q.T("then.first", r.Name, q.Date(*from))}
	}
	for i := range q.Data.Successions {
		if s := &q.Data.Successions[i]; s.Successor == r.Code {
			if q.Exists(s.Predecessor) != nil {
				l := q.regionLink(s.Predecessor)
				l.Text = q.T("then.from", l.Text, q.OnDay())
				links = append(links, l)
			}
		}
	}
	return q.failure(http.StatusNotFound, q.T("then.title", r.Name, q.OnDay()), told, append(links, q.starts()...)...)
}

// missingCluster searches for what an unknown key may mean.
func (q *Request) missingCluster(ctx context.Context, key string) (*Page, error) {
	hits, err := q.Search(ctx, strings.ReplaceAll(key, "-", " "), 8)
	if err != nil {
		return nil, err
	}
	var links []link
	for _, hit := range hits {
		if hit.Cluster != nil {
			links = append(links, link{Href: q.page(ClusterPath(hit.Cluster.Key)), Text: q.clusterName(hit.Cluster)})
		}
	}
	return q.failure(http.StatusNotFound, q.T("missing.cluster"), q.T("missing.cluster.told"), append(links, q.starts()...)...)
}
