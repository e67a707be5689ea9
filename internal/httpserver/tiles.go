package httpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/glyphs"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// tileRoutes serves vector tiles, their TileJSON and a style for them.
type tileRoutes struct {
	config Config
	tiles  *tile.Tiles
	work   *work
	log    *slog.Logger
}

func routeTiles(router chi.Router, config Config, work *work, log *slog.Logger) (*tileRoutes, error) {
	tiles, err := tile.NewTiles(config.Data.Atlas, config.Data.ClusterID, tile.DefaultCacheBytes)
	if err != nil {
		return nil, err
	}
	t := &tileRoutes{config: config, tiles: tiles, work: work, log: log}
	for path, handler := range map[string]func(http.ResponseWriter, *http.Request) error{
		"/tiles/{z}/{x}/{y}": t.tile,
		"/tiles.json": t.document(func(q *question, address string) any {
			return q.builder.TileJSON(address, q.on, q.Layers)
		}),
		"/style.json": t.document(func(q *question, address string) any {
			return q.builder.Style(address, q.lettering, q.on)
		}),
	} {
		answer := func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), t.config.Timeout)
			defer cancel()
			if err := handler(w, r.WithContext(ctx)); err != nil {
				refuseError(w, r, err, t.log)
			}
		}
		router.Get(path, answer)
	}
	drawn, err := glyphs.New()
	if err != nil {
		return nil, err
	}
	router.Get("/glyphs/{fontstack}/{range}", func(w http.ResponseWriter, r *http.Request) {
		if err := t.glyphs(w, r, drawn); err != nil {
			refuseError(w, r, err, t.log)
		}
	})
	return t, nil
}

// glyphs sends the glyphs of 256 characters. Of a list of fonts, which are
// alternatives, it uses the first that exists.
func (t *tileRoutes) glyphs(w http.ResponseWriter, r *http.Request, drawn *glyphs.Glyphs) error {
	fonts, err := url.PathUnescape(chi.URLParam(r, "fontstack"))
	if err != nil || !slices.Contains(strings.Split(fonts, ","), glyphs.Font) {
		return sentra.Errorf(sentra.CodeNotFound, "there is no such font; there is %s", glyphs.Font)
	}
	span, named := strings.CutSuffix(chi.URLParam(r, "range"), ".pbf")
	first, last, _ := strings.Cut(span, "-")
	from, err := strconv.Atoi(first)
	if err != nil || !named || last != strconv.Itoa(from+255) {
		return sentra.BadInput("range", "the address of glyphs is /glyphs/%s/0-255.pbf", glyphs.Font)
	}
	tag := etag("glyphs", t.config.Data.Version, span)
	message, ok, err := drawn.Range(from)
	switch {
	case err != nil:
		return err
	case !ok:
		return sentra.BadInput("range", "there are ranges of 256 from 0 to 65535")
	case notModified(w, r, tag, "public, max-age=86400"):
		return nil
	}
	w.Header().Set("Content-Type", "application/x-protobuf")
	sendWhole(w, r, message)
	return nil
}

// document sends a JSON document about the tiles that the parameters select: their
// TileJSON, or a MapLibre style for them.
func (t *tileRoutes) document(about func(q *question, tilesAddress string) any) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := t.ask(r)
		if err != nil {
			return err
		}
		if t.config.PublicURL == "" {
			vary(w.Header(), headerScheme)
		}
		if t.known(w, r, q, t.config.baseURL(r)) {
			return nil
		}
		body, err := json.Marshal(about(q, t.tilesURL(r, q)))
		if err != nil {
			return fmt.Errorf("encode the description of the tiles: %w", err)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		sendWhole(w, r, append(body, '\n'))
		return nil
	}
}

// question is the parsed parameters of the tile routes.
type question struct {
	tile.Query
	builder *tile.Builder
	on      atlas.View
	given   url.Values
	// lettering is for a style, nil for one without labels.
	lettering *tile.Lettering
}

// ask parses the parameters asOf, filter, clusterFilter and layers. An error is a
// BAD_USER_INPUT whose path begins with the parameter.
func (t *tileRoutes) ask(r *http.Request) (*question, error) {
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, sentra.BadInput("", "the parameters cannot be read; write them as name=value, separated by &, with %% codes for special characters")
	}
	q := &question{given: given}
	if q.builder, err = t.tiles.Builder(); err != nil {
		return nil, err
	}
	q.Day = t.config.Data.Today()
	for name, values := range given {
		if len(values) > 1 {
			return nil, sentra.BadInput(name, "the parameter %s is given %d times", name, len(values))
		}
		value := values[0]
		switch name {
		case "asOf":
			if q.Day, err = sentra.ParseDate(value); err != nil {
				return nil, sentra.In(name, err)
			}
		case "filter":
			if q.Regions, err = t.config.Data.ParseRegionFilter(value); err != nil {
				return nil, err
			}
		case "clusterFilter":
			if q.Clusters, err = t.config.Data.ParseClusterFilter(value); err != nil {
				return nil, sentra.Renamed("filter", name, err)
			}
		case "layers":
			q.Layers = strings.Split(value, ",")
			if err := tile.CheckLayers(q.Layers); err != nil {
				return nil, sentra.In(name, err)
			}
			slices.Sort(q.Layers)
			q.Layers = slices.Compact(q.Layers)
		case "labels":
			// Tiles ignore it, but ol-mapbox-style requests them with the parameters of the
			// style.
			if value != "true" && value != "false" {
				return nil, sentra.BadInput(name, "%.40q is neither true nor false", value)
			}
		default:
			return nil, sentra.BadInput(name, "there is no parameter %.40q; the parameters are asOf, filter, clusterFilter and layers", name)
		}
	}
	if given.Get("labels") != "false" {
		q.lettering = &tile.Lettering{URL: t.config.baseURL(r) + "/glyphs/{fontstack}/{range}.pbf", Font: glyphs.Font}
	}
	q.on, err = q.builder.Check(r.Context(), q.Query)
	return q, err
}

// known sends 304 and returns true if the client has the answer already. Within an
// epoch the tag does not change. base is the address of the server in the answer, if
// any.
func (t *tileRoutes) known(w http.ResponseWriter, r *http.Request, q *question, base string) bool {
	tag := etag("tiles", t.config.Data.Version, q.builder.Version(), q.builder.Epoch(q.Day).String(), base, r.URL.Path, q.given.Encode())
	age := daily
	if q.given.Has("asOf") {
		age = lasting
	}
	return notModified(w, r, tag, t.config.cacheControl(age, "", time.Now()))
}

// tilesURL is the address of the selected tiles.
func (t *tileRoutes) tilesURL(r *http.Request, q *question) string {
	given := maps.Clone(q.given)
	given.Del("labels")
	return t.address(r, given)
}

// address is that of the tiles with parameters.
func (t *tileRoutes) address(r *http.Request, given url.Values) string {
	address := t.config.baseURL(r) + "/tiles/{z}/{x}/{y}.mvt"
	if len(given) > 0 {
		address += "?" + given.Encode()
	}
	return address
}

// described describes the tiles of a query, given by parameters.
func (t *tileRoutes) described(ctx context.Context, r *http.Request, q tile.Query, given url.Values) (tile.TileJSON, error) {
	builder, err := t.tiles.Builder()
	if err != nil {
		return tile.TileJSON{}, err
	}
	on, err := builder.Check(ctx, q)
	if err != nil {
		return tile.TileJSON{}, err
	}
	return builder.TileJSON(t.address(r, given), on, q.Layers), nil
}

// baseURL is the address by which clients know this server: the configured public
// one, else that of the request.
func (c Config) baseURL(r *http.Request) string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	scheme := "http"
	if r.TLS != nil || r.Header.Get(headerScheme) == "https" {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}

// headerScheme is the header in which a proxy passes the scheme that its client used.
const headerScheme = "X-Forwarded-Proto"
