package httpserver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/pages"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// peopleRoutes serves the HTML pages that the server renders.
type peopleRoutes struct {
	config Config
	work   *work
	kept   *keptBodies
	log    *slog.Logger
	// policy lets a page use only its own style sheet.
	policy string
}

// pageMaker makes the page for a request.
type pageMaker func(ctx context.Context, r *http.Request, q *pages.Request) (*pages.Page, error)

// pageWeight is the memory that making a page may need, in bytes.
const (
	pageWeight = 1 << 20
	// pictureWeight is that of a picture: its pixels and a mask.
	pictureWeight = 12 << 20
)

// routePeople adds the pages, each in English, in Indonesian, and in the language
// that the browser prefers.
func routePeople(router chi.Router, config Config, entries []pages.Entry, operations pages.Operations, work *work, kept *keptBodies, log *slog.Logger) *peopleRoutes {
	sum := sha256.Sum256([]byte(pages.Style))
	p := &peopleRoutes{config: config, work: work, kept: kept, log: log,
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"}
	key := func(make func(*pages.Request, context.Context, string) (*pages.Page, error)) pageMaker {
		return func(ctx context.Context, r *http.Request, q *pages.Request) (*pages.Page, error) {
			key, err := lastPart(r)
			if err != nil {
				return q.NotFound()
			}
			return make(q, ctx, key)
		}
	}
	whole := func(make func(*pages.Request, context.Context) (*pages.Page, error)) pageMaker {
		return func(ctx context.Context, _ *http.Request, q *pages.Request) (*pages.Page, error) { return make(q, ctx) }
	}
	for path, make := range map[string]pageMaker{
		"/regions":        whole((*pages.Request).Regions),
		"/regions/{key}":  key((*pages.Request).Region),
		"/clusters":       whole((*pages.Request).Clusters),
		"/clusters/{key}": key((*pages.Request).Cluster),
		"/products":       whole((*pages.Request).Products),
		"/products/{key}": key((*pages.Request).Product),
		"/compare":        whole((*pages.Request).Compare),
		"/about": func(_ context.Context, _ *http.Request, q *pages.Request) (*pages.Page, error) {
			return q.About(entries, config.Contact)
		},
		"/developers": func(_ context.Context, _ *http.Request, q *pages.Request) (*pages.Page, error) {
			return q.Developers(operations)
		},
		"/quality": whole((*pages.Request).Quality),
		"/sources": func(_ context.Context, _ *http.Request, q *pages.Request) (*pages.Page, error) { return q.AllSources() },
	} {
		router.Get(path, p.serve("", pageWeight, make))
		for _, lang := range pages.Langs {
			router.Get("/"+string(lang)+path, p.serve(lang, pageWeight, make))
		}
	}
	for path, make := range map[string]pageMaker{
		"/regions/{key}/picture.png":  key((*pages.Request).RegionPicture),
		"/clusters/{key}/picture.png": key((*pages.Request).ClusterPicture),
		"/picture.png":                whole((*pages.Request).MapPicture),
	} {
		for _, lang := range pages.Langs {
			router.Get("/"+string(lang)+path, p.serve(lang, pictureWeight, make))
		}
	}
	// Addresses that people type.
	for _, one := range []string{"region", "cluster", "product"} {
		router.Get("/"+one+"/{key}", func(w http.ResponseWriter, r *http.Request) {
			key, err := lastPart(r)
			if err != nil {
				p.notFound(w, r)
				return
			}
			to := "../" + one + "s/" + url.PathEscape(key)
			if r.URL.RawQuery != "" {
				to += "?" + r.URL.RawQuery
			}
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusMovedPermanently)
		})
	}
	router.Get("/sitemap.xml", p.sitemap)
	router.Get(`/sitemap-{n:[1-9]\d{0,4}}.xml`, p.sitemap)
	icon := etag("icon", string(pages.Icon))
	router.With(exposesNothing).Get("/favicon.svg", func(w http.ResponseWriter, r *http.Request) {
		if !notModified(w, r, icon, "public, max-age=86400") {
			w.Header().Set("Content-Type", "image/svg+xml")
			sendWhole(w, r, pages.Icon)
		}
	})
	router.Get("/robots.txt", func(w http.ResponseWriter, r *http.Request) {
		text := pages.Robots(p.base(w, r))
		if !notModified(w, r, etag("robots", string(text)), pageCacheControl) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			sendWhole(w, r, text)
		}
	})
	return p
}

// lastPart is the key in the path. The router returns it unescaped unless the address
// has more escapes than it needs.
func lastPart(r *http.Request) (string, error) {
	key := chi.URLParam(r, "key")
	if r.URL.RawPath == "" {
		return key, nil
	}
	return url.PathUnescape(key)
}

// pageCacheControl requires revalidation for every use: a new dataset or day must
// show immediately.
const pageCacheControl = "public, no-cache"

// base is the address of the server. It sets Vary for what it depends on.
func (p *peopleRoutes) base(w http.ResponseWriter, r *http.Request) string {
	if p.config.PublicURL == "" {
		vary(w.Header(), headerScheme)
	}
	return p.config.baseURL(r)
}

// ask reads a request. lang is empty if the address has no language.
func (p *peopleRoutes) ask(w http.ResponseWriter, r *http.Request, lang pages.Lang) (*pages.Request, error) {
	bare := lang == ""
	path := strings.TrimPrefix(r.URL.EscapedPath(), "/")
	if bare {
		lang = pages.Lang(preferredLanguage(w, r))
	} else {
		path = strings.TrimPrefix(path, string(lang)+"/")
	}
	parameters, err := pages.Parameters(r.URL.RawQuery)
	if err != nil {
		// Show an error page with whatever could be parsed.
		parameters = nil
	}
	q, wrong := pages.NewRequest(p.config.Data.Atlas(), lang, bare, p.base(w, r), path, p.config.Data.Today(), parameters)
	if err != nil {
		wrong = sentra.BadInput("", "the parameters are not correctly encoded in the URL")
	}
	return q, wrong
}

// serve sends a page, cached by dataset and day.
func (p *peopleRoutes) serve(lang pages.Lang, weight int64, make pageMaker) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), p.config.Timeout)
		defer cancel()
		q, err := p.ask(w, r, lang)
		if err != nil {
			p.fail(w, r, q, err)
			return
		}
		tag := etag("page", p.config.Data.Version, q.Data.Version, q.Today.String(), q.Base, string(q.Lang), r.URL.Path, q.Query.Encode())
		key := digest(nil, "page", tag)
		if kept := p.kept.get(key); kept != nil {
			p.header(w, kept.header.Get("Content-Language"), kept.header.Get("Content-Type"))
			if !notModified(w, r, tag, pageCacheControl) {
				p.kept.send(w, r, key, kept.body)
			}
			return
		}
		ticket, err := p.work.enter(ctx, r, weight)
		if err != nil {
			p.fail(w, r, q, err)
			return
		}
		page, err := make(ctx, r, q)
		ticket.Leave()
		if err != nil {
			p.fail(w, r, q, err)
			return
		}
		if page.Status == http.StatusOK {
			p.header(w, string(q.Lang), page.Type)
			if notModified(w, r, tag, pageCacheControl) {
				return
			}
			p.kept.add(key, &keptBody{answer: answerOf(page.Body, tag), header: http.Header{"Content-Language": {string(q.Lang)}, "Content-Type": {page.Type}}})
			p.kept.send(w, r, key, page.Body)
			return
		}
		p.send(w, r, q, page)
	}
}

// header sets the headers of every page and picture; a page has no kind.
func (p *peopleRoutes) header(w http.ResponseWriter, lang, kind string) {
	header := w.Header()
	if kind == "" {
		kind = "text/html; charset=utf-8"
	}
	header.Set("Content-Type", kind)
	header.Set("Content-Language", lang)
	header.Set("Content-Security-Policy", p.policy)
	header.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}

// send sends a page that is not cached, or a redirect.
func (p *peopleRoutes) send(w http.ResponseWriter, r *http.Request, q *pages.Request, page *pages.Page) {
	w.Header().Set("Cache-Control", "no-cache")
	if page.Location != "" {
		w.Header().Set("Location", page.Location)
		w.WriteHeader(page.Status)
		return
	}
	p.header(w, string(q.Lang), page.Type)
	if r.Method == http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(len(page.Body)))
	}
	w.WriteHeader(page.Status)
	if r.Method != http.MethodHead {
		writePieces(w, page.Body)
	}
}

// fail sends an error page.
func (p *peopleRoutes) fail(w http.ResponseWriter, r *http.Request, q *pages.Request, err error) {
	coded := visible(r, err, p.log)
	busy(w, err)
	page, err := q.Failed(statuses[coded.Code], coded)
	if err != nil {
		refuseError(w, r, err, p.log)
		return
	}
	p.send(w, r, q, page)
}

// notFound sends the page for an unknown address.
func (p *peopleRoutes) notFound(w http.ResponseWriter, r *http.Request) {
	lang := pages.Lang("")
	for _, l := range pages.Langs {
		if strings.HasPrefix(r.URL.Path, "/"+string(l)+"/") {
			lang = l
		}
	}
	q, _ := p.ask(w, r, lang)
	page, err := q.NotFound()
	if err != nil {
		refuseError(w, r, err, p.log)
		return
	}
	p.send(w, r, q, page)
}

// sitemap sends the sitemap, or a file of it.
func (p *peopleRoutes) sitemap(w http.ResponseWriter, r *http.Request) {
	present, base, today := p.config.Data.Atlas(), p.base(w, r), p.config.Data.Today()
	n, _ := strconv.Atoi(chi.URLParam(r, "n")) // Digits, or none for the first.
	tag := etag("sitemap", p.config.Data.Version, present.Data.Version, today.String(), base, strconv.Itoa(n))
	key := digest(nil, "sitemap", tag)
	ctx, cancel := context.WithTimeout(r.Context(), p.config.Timeout)
	defer cancel()
	kept := p.kept.get(key)
	if kept == nil {
		ticket, err := p.work.enter(ctx, r, 16<<20)
		if err != nil {
			refuseBusy(w, err)
			return
		}
		defer ticket.Leave()
		body, err := pages.Sitemap(present, base, today, n)
		if err != nil {
			refuseError(w, r, err, p.log)
			return
		}
		kept = &keptBody{answer: answerOf(body, tag)}
		p.kept.add(key, kept)
	}
	if notModified(w, r, tag, pageCacheControl) {
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	p.kept.send(w, r, key, kept.body)
}

// generic are the texts of the map's page that those of the requested view replace.
var generic = regexp.MustCompile(`\s*<(?:title>[^<]*</title>|meta name="description"[^>]*>)`)

// withHead returns the page of the map with the title, the addresses and the preview
// of the requested view.
func (p *peopleRoutes) withHead(w http.ResponseWriter, r *http.Request, page []byte) []byte {
	q, err := pages.NewMapRequest(p.config.Data.Atlas(), p.base(w, r), p.config.Data.Today(), r.URL.RawQuery)
	if err != nil {
		return page
	}
	head, err := q.Head()
	if err != nil {
		p.log.ErrorContext(r.Context(), "no head of the map", "error", err, "request", requestID(r.Context()))
		return page
	}
	page = generic.ReplaceAll(page, nil)
	page = bytes.Replace(page, []byte(`<html lang="en">`), []byte(`<html lang="`+q.Lang+`">`), 1)
	return bytes.Replace(page, []byte("</head>"), append(head, "</head>"...), 1)
}
