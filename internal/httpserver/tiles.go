package httpserver

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// tileRoutes serves vector tiles, their description and a style for them.
type tileRoutes struct {
	config Config
	tiles  *tile.Tiles
	log    *slog.Logger
}

// routeTiles adds the tiles, /tiles.json and /style.json.
func routeTiles(router chi.Router, config Config, log *slog.Logger) error {
	tiles, err := tile.NewTiles(config.Data.Atlas, config.Data.ClusterID, tile.DefaultCacheBytes)
	if err != nil {
		return err
	}
	t := &tileRoutes{config: config, tiles: tiles, log: log}
	for path, handler := range map[string]func(http.ResponseWriter, *http.Request) error{
		"/tiles/{z}/{x}/{y}": t.tile,
		"/tiles.json": t.document(func(q *question, address string) any {
			return q.builder.TileJSON(address, q.Day, q.Layers)
		}),
		"/style.json": t.document(func(q *question, address string) any {
			return q.builder.Style(address, q.Day)
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
		router.Head(path, answer)
	}
	return nil
}

// document answers with a JSON document about the tiles that the parameters ask
// for: their TileJSON, or a MapLibre style for them.
func (t *tileRoutes) document(about func(q *question, tilesAddress string) any) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, err := t.ask(r)
		if err != nil {
			return err
		}
		if t.known(w, r, q) {
			return nil
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(about(q, tilesURL(r, q)))
		return nil
	}
}

// question is what the parameters of the tile routes ask for.
type question struct {
	tile.Query
	builder *tile.Builder
	given   url.Values
}

// ask reads the parameters asOf, filter, clusterFilter and layers. The error of
// a wrong one is a BAD_USER_INPUT whose path begins with its name.
func (t *tileRoutes) ask(r *http.Request) (*question, error) {
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, sentra.BadInput("", "the parameters cannot be read; write them as name=value, with & between and %% codes for special characters")
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
		default:
			return nil, sentra.BadInput(name, "there is no parameter %.40q; the parameters are asOf, filter, clusterFilter and layers", name)
		}
	}
	return q, q.builder.Check(r.Context(), q.Query)
}

// known answers 304 and gives true where the client has the answer already. On
// the days of one epoch the tag stays.
func (t *tileRoutes) known(w http.ResponseWriter, r *http.Request, q *question) bool {
	tag := etag("tiles", t.config.Data.Version, q.builder.Version(), q.builder.Epoch(q.Day).String(), r.Host, r.URL.Path, q.given.Encode())
	age := daily
	if q.given.Has("asOf") {
		age = lasting
	}
	return notModified(w, r, tag, t.config.cacheControl(age, time.Now()))
}

// tilesURL is the address of the tiles that the question asks for, for a client
// that knows this server by the address it just used.
func tilesURL(r *http.Request, q *question) string {
	scheme := "http"
	if forwarded := r.Header.Get("X-Forwarded-Proto"); r.TLS != nil || forwarded == "https" {
		scheme = "https"
	}
	address := scheme + "://" + r.Host + "/tiles/{z}/{x}/{y}.mvt"
	if len(q.given) > 0 {
		address += "?" + q.given.Encode()
	}
	return address
}
