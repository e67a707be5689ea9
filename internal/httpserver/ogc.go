package httpserver

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/gzipparts"
	"github.com/sentra-ikm/sentra/internal/ogc"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// headerContentCRS is the header for the coordinate reference system of features,
// defined by OGC API Features Part 2.
const headerContentCRS = "Content-Crs"

// ogcRoutes serves OGC API Features: under /ogc as of today, under /ogc/DAY as of a
// day, since QGIS drops the parameters of the address that it is given.
type ogcRoutes struct {
	config Config
	work   *work
	kept   *keptBodies
	log    *slog.Logger
	tiles  *tileRoutes
	// parts are compressed features, shared by all pages that contain them.
	parts *gzipparts.Parts
	// styles lets a page use only its own style sheet.
	styles string
}

// ogcAnswer answers a request about a site.
type ogcAnswer func(ctx context.Context, w http.ResponseWriter, r *http.Request, site *ogc.Site) error

func routeOGC(router chi.Router, config Config, work *work, kept *keptBodies, tiles *tileRoutes, log *slog.Logger) {
	sum := sha256.Sum256([]byte(ogc.Style))
	o := &ogcRoutes{config: config, work: work, kept: kept, log: log, tiles: tiles, parts: gzipparts.New(partsKept),
		styles: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"}
	document := func(make func(context.Context, *http.Request, *ogc.Site) (*ogc.Document, error)) ogcAnswer {
		return func(ctx context.Context, w http.ResponseWriter, r *http.Request, site *ogc.Site) error {
			made, err := make(ctx, r, site)
			if err != nil {
				return err
			}
			return o.document(w, r, site, made)
		}
	}
	landing := document(func(_ context.Context, _ *http.Request, s *ogc.Site) (*ogc.Document, error) { return s.Landing() })
	tilesets := document(func(_ context.Context, r *http.Request, s *ogc.Site) (*ogc.Document, error) {
		return s.Tilesets(chi.URLParam(r, "collection"))
	})
	tileset := document(func(ctx context.Context, r *http.Request, s *ogc.Site) (*ogc.Document, error) {
		return s.Tileset(ctx, chi.URLParam(r, "collection"), chi.URLParam(r, "matrices"))
	})
	routes := map[string]ogcAnswer{
		"": landing, "/": landing,
		"/conformance": document(func(_ context.Context, _ *http.Request, s *ogc.Site) (*ogc.Document, error) { return s.Conformance() }),
		"/api": document(func(_ context.Context, _ *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.API(config.Data.Version)
		}),
		"/collections": document(func(ctx context.Context, _ *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.Collections(ctx)
		}),
		"/collections/{collection}": document(func(ctx context.Context, r *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.Collection(ctx, chi.URLParam(r, "collection"))
		}),
		"/collections/{collection}/queryables": document(func(_ context.Context, r *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.Queryables(chi.URLParam(r, "collection"))
		}),
		"/tileMatrixSets": document(func(_ context.Context, _ *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.TileMatrixSets()
		}),
		"/tileMatrixSets/{matrices}": document(func(_ context.Context, r *http.Request, s *ogc.Site) (*ogc.Document, error) {
			return s.TileMatrixSet(chi.URLParam(r, "matrices"))
		}),
		"/tiles": tilesets, "/collections/{collection}/tiles": tilesets,
		"/tiles/{matrices}": tileset, "/collections/{collection}/tiles/{matrices}": tileset,
		"/collections/{collection}/items": o.items(func(ctx context.Context, r *http.Request, s *ogc.Site) (*ogc.Items, error) {
			return s.Items(ctx, chi.URLParam(r, "collection"))
		}),
		"/collections/{collection}/items/{feature}": o.items(func(ctx context.Context, r *http.Request, s *ogc.Site) (*ogc.Items, error) {
			feature, err := url.PathUnescape(chi.URLParam(r, "feature"))
			if err != nil {
				return nil, sentra.Errorf(sentra.CodeNotFound, "there is no such feature")
			}
			return s.Item(ctx, chi.URLParam(r, "collection"), feature)
		}),
	}
	for path, answer := range routes {
		router.Get("/ogc"+path, o.serve(answer))
		router.Get(`/ogc/{day:\d{4}-\d{2}-\d{2}}`+path, o.serve(answer))
	}
}

// serve reads the parameters common to all routes, and sends errors in the form of
// the standard.
func (o *ogcRoutes) serve(answer ogcAnswer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), o.config.Timeout)
		defer cancel()
		vary(w.Header(), "Accept")
		if o.config.PublicURL == "" {
			vary(w.Header(), headerScheme)
		}
		site, err := o.site(r)
		if err == nil {
			err = answer(ctx, w, r, site)
		}
		if err != nil {
			o.refuse(w, r, err)
		}
	}
}

// site reads the day in the path and the parameters common to all resources.
func (o *ogcRoutes) site(r *http.Request) (*ogc.Site, error) {
	parameters, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, sentra.BadInput("", "the parameters are not correctly encoded in the URL")
	}
	if !parameters.Has("f") && prefersPages(r) {
		parameters.Set("f", "html")
	}
	root := o.config.baseURL(r) + "/ogc"
	var day *sentra.Date
	if text := chi.URLParam(r, "day"); text != "" {
		parsed, err := sentra.ParseDate(text)
		if err != nil {
			return nil, sentra.Errorf(sentra.CodeNotFound, "%s is no day", text)
		}
		day = &parsed
		root += "/" + text
	}
	site, err := ogc.NewSite(o.config.Data.Atlas(), root, day, o.config.Data.Today(), parameters)
	if err != nil {
		return nil, err
	}
	site.Tiles = func(ctx context.Context, layers []string) (tile.TileJSON, error) {
		query := tile.Query{Day: site.Day, Layers: layers}
		given := url.Values{}
		if site.Dated {
			given.Set("asOf", site.Day.String())
		}
		if layers != nil {
			given.Set("layers", strings.Join(layers, ","))
		}
		return o.tiles.described(ctx, r, query, given)
	}
	return site, nil
}

// prefersPages reports whether Accept prefers HTML to JSON, as browsers do.
func prefersPages(r *http.Request) bool {
	best, page := 0.0, false
	for one := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		media, parameters, _ := strings.Cut(one, ";")
		quality := 1.0
		if q, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q="); found {
			quality, _ = strconv.ParseFloat(q, 64)
		}
		media = strings.ToLower(strings.TrimSpace(media))
		isPage := media == "text/html" || media == "application/xhtml+xml"
		isJSON := strings.HasSuffix(media, "json") || media == "*/*" || media == "application/*"
		if (isPage || isJSON) && quality > best {
			best, page = quality, isPage
		}
	}
	return page
}

// tag is the entity tag of the answer, which depends on everything that determines
// it.
func (o *ogcRoutes) tag(r *http.Request, site *ogc.Site) string {
	format := "json"
	if site.HTML {
		format = "html"
	}
	return etag("ogc", o.config.Data.Version, site.Data.Version, site.Day.String(), site.Root, r.URL.Path, format, r.URL.Query().Encode())
}

// ogcCacheControl requires revalidation for every use: a new dataset or day must show
// immediately.
const ogcCacheControl = "public, no-cache"

// document sends a document, as JSON or as a page.
func (o *ogcRoutes) document(w http.ResponseWriter, r *http.Request, site *ogc.Site, made *ogc.Document) error {
	if notModified(w, r, o.tag(r, site), ogcCacheControl) {
		return nil
	}
	if site.HTML {
		return o.page(w, r, http.StatusOK, made.Page)
	}
	body, err := json.Marshal(made.Body)
	if err != nil {
		return fmt.Errorf("encode a document: %w", err)
	}
	w.Header().Set("Content-Type", made.Media)
	sendWhole(w, r, append(body, '\n'))
	return nil
}

// page sends an HTML page.
func (o *ogcRoutes) page(w http.ResponseWriter, r *http.Request, status int, page ogc.Page) error {
	var body bytes.Buffer
	if err := page.Write(&body); err != nil {
		return fmt.Errorf("make a page: %w", err)
	}
	w.Header().Set("Content-Type", ogc.MediaHTML)
	w.Header().Set("Content-Security-Policy", o.styles)
	w.Header().Set("Referrer-Policy", "strict-origin-when-cross-origin")
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	sendWhole(w, r, body.Bytes())
	return nil
}

// items streams features, and caches a short answer because maps request the same
// again. If it fails halfway, the connection is cut, so that no client takes it for
// complete.
func (o *ogcRoutes) items(find func(context.Context, *http.Request, *ogc.Site) (*ogc.Items, error)) ogcAnswer {
	return func(ctx context.Context, w http.ResponseWriter, r *http.Request, site *ogc.Site) error {
		tag := o.tag(r, site)
		key := digest(nil, "ogc", tag)
		if !site.HTML && o.sendKept(w, r, key, tag) {
			return nil
		}
		// The weight makes it large work, of which a client gets only some places.
		ticket, err := o.work.exports.Enter(ctx, o.work.client(r), 2)
		if err != nil {
			return err
		}
		defer ticket.Leave()
		items, err := find(ctx, r, site)
		if err != nil {
			return err
		}
		header := http.Header{"Content-Type": {ogc.MediaGeoJSON}}
		header.Set(headerAsOf, site.Day.String())
		header.Set(headerDatasetVersion, site.Data.Version)
		header.Set(headerContentCRS, "<"+items.CRS+">")
		header.Set(headerTotalCount, strconv.Itoa(items.Matched))
		header.Set(headerNotCoveredCount, strconv.Itoa(items.NotCovered))
		for name, values := range header {
			w.Header()[name] = values
		}
		if notModified(w, r, tag, ogcCacheControl) {
			return nil
		}
		if site.HTML {
			return o.page(w, r, http.StatusOK, items.Page())
		}
		copied := &limitedCopy{work: o.work, kept: o.kept}
		defer copied.release()
		now := time.Now()
		client := both{copied, flushing{w, http.NewResponseController(w)}}
		if r.Method == http.MethodHead {
			if err := items.WriteJSON(ctx, copied, now); err != nil {
				return err
			}
			w.Header().Set("Content-Length", strconv.FormatInt(copied.length, 10))
		} else if key, err = o.send(r, items, key, client, now); err != nil {
			// Sending may take as long as the client needs at the minimum pace.
			o.log.InfoContext(r.Context(), "features cut short", "path", r.URL.Path, "error", err, "request", requestID(r.Context()))
			panic(http.ErrAbortHandler)
		}
		if copied.whole() {
			o.kept.add(key, &keptBody{answer: answerOf(copied.take(), tag), header: header})
		}
		return nil
	}
}

// sendKept sends a cached page, compressed or not, and returns false if there is
// none.
func (o *ogcRoutes) sendKept(w http.ResponseWriter, r *http.Request, key bodyKey, tag string) bool {
	kept, zipped := o.kept.get(key), false
	if kept == nil && takesZipped(r) {
		// An entry that was compressed from a cached page has no header.
		if kept = o.kept.get(compressedKey(key, encodingGzip)); kept == nil || kept.header == nil {
			return false
		}
		zipped = true
	}
	if kept == nil {
		return false
	}
	for name, values := range kept.header {
		w.Header()[name] = values
	}
	switch {
	case notModified(w, r, tag, ogcCacheControl):
	case zipped:
		w.Header().Set("Content-Encoding", encodingGzip)
		sendWhole(w, r, kept.body)
	default:
		o.kept.send(w, r, key, kept.body)
	}
	return true
}

// partsKept is the size of the cache of compressed features in bytes: a few times all
// regencies with their full boundaries.
const partsKept = 8 << 20

// zippedFrom is the minimum number of features of a page that is compressed here,
// which reuses compressed features and caches the result.
const zippedFrom = 10

// takesZipped reports whether a page may be sent as a gzip stream.
func takesZipped(r *http.Request) bool {
	return r.Header.Get("Range") == "" && accepts(r.Header["Accept-Encoding"], encodingGzip)
}

// send sends a page and returns the cache key of what was sent: that of the page, or
// of the compressed page.
func (o *ogcRoutes) send(r *http.Request, items *ogc.Items, key bodyKey, client both, now time.Time) (bodyKey, error) {
	if items.Rows() < zippedFrom || !takesZipped(r) {
		return key, items.WriteJSON(r.Context(), client, now)
	}
	// If set before the first byte, the middleware does not compress again.
	client.client.Header().Set("Content-Encoding", encodingGzip)
	return compressedKey(key, encodingGzip), o.parts.Stream(client, func(w *gzipparts.Writer) error { return items.WriteJSON(r.Context(), w, now) })
}

// refuse sends an error as an exception of the standard, or as an HTML page.
func (o *ogcRoutes) refuse(w http.ResponseWriter, r *http.Request, err error) {
	coded := visible(r, err, o.log)
	busy(w, err)
	for _, name := range []string{"ETag", headerAsOf, headerDatasetVersion, headerTotalCount, headerNotCoveredCount, headerContentCRS} {
		w.Header().Del(name)
	}
	w.Header().Set("Cache-Control", "no-store")
	told := coded.Message
	if len(coded.Path) > 0 {
		told = strings.Join(coded.Path, ".") + ": " + told
	}
	if f := r.URL.Query().Get("f"); f == "html" || f == "" && prefersPages(r) {
		failed := o.page(w, r, statuses[coded.Code], ogc.Page{Title: http.StatusText(statuses[coded.Code]), Description: told,
			Links: []ogc.Link{{Href: o.config.baseURL(r) + "/ogc?f=html", Rel: "start", Title: "The landing page"}}})
		if failed == nil {
			return
		}
	}
	body, err := json.Marshal(ogc.Exception{Code: graphqlCodes[coded.Code], Description: told})
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", ogc.MediaJSON)
	w.WriteHeader(statuses[coded.Code])
	_, _ = w.Write(append(body, '\n'))
}
