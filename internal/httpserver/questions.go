package httpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// questionRoutes serves the JSON answers to short queries: /facets.json and so on.
type questionRoutes struct {
	config Config
	work   *work
	kept   *keptBodies
	log    *slog.Logger
}

// jsonQuestion is the query of a route.
type jsonQuestion struct {
	parameters []string
	answer     func(ctx context.Context, a *atlas.Atlas, request *export.Request, given url.Values) (any, error)
}

func routeQuestions(router chi.Router, config Config, work *work, kept *keptBodies, log *slog.Logger) {
	q := &questionRoutes{config: config, work: work, kept: kept, log: log}
	for path, question := range map[string]jsonQuestion{
		"/facets.json": {[]string{"filter", "asOf"}, func(ctx context.Context, a *atlas.Atlas, request *export.Request, _ url.Values) (any, error) {
			return export.Facets(ctx, a, request)
		}},
		"/choropleth.json": {[]string{"by", "level", "measure", "filter", "asOf", "key"}, func(ctx context.Context, a *atlas.Atlas, request *export.Request, given url.Values) (any, error) {
			return export.Choropleth(ctx, a, request, given.Get("by"), given.Get("level"), given.Get("measure"), given.Get("key"))
		}},
		"/quality.json": {[]string{"asOf"}, func(ctx context.Context, a *atlas.Atlas, request *export.Request, _ url.Values) (any, error) {
			return export.Quality(ctx, a, request)
		}},
	} {
		router.Get(path, func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), config.Timeout)
			defer cancel()
			if err := q.serve(ctx, w, r, path, question); err != nil {
				w.Header().Del("ETag")
				refuseError(w, r, err, log)
			}
		})
	}
}

// read reads the parameters asOf and filter, and rejects parameters that the query
// does not have.
func (q *questionRoutes) read(r *http.Request, path string, question jsonQuestion) (*export.Request, url.Values, error) {
	given, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, nil, sentra.BadInput("", "the parameters are not correctly encoded in the URL")
	}
	for name, values := range given {
		switch {
		case !slices.Contains(question.parameters, name):
			return nil, nil, &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{name},
				Message: fmt.Sprintf("there is no parameter %.40q of %s; the parameters are %s", name, strings.TrimPrefix(path, "/"), strings.Join(question.parameters, ", "))}
		case len(values) > 1:
			return nil, nil, sentra.BadInput(name, "%s is given %d times", name, len(values))
		}
	}
	shared := url.Values{}
	for _, name := range []string{"filter", "asOf"} {
		if given.Has(name) {
			shared[name] = given[name]
		}
	}
	filters := export.Filters{Regions: q.config.Data.ParseRegionFilter, Clusters: q.config.Data.ParseClusterFilter}
	request, err := export.Parse(export.Clusters, export.NDJSON, shared, filters, q.config.Data.Today())
	return request, given, err
}

// serve answers a query. A short answer is cached.
func (q *questionRoutes) serve(ctx context.Context, w http.ResponseWriter, r *http.Request, path string, question jsonQuestion) error {
	request, given, err := q.read(r, path, question)
	if err != nil {
		return err
	}
	present := q.config.Data.Atlas()
	tag := etag("question", q.config.Data.Version, present.Data.Version, request.Day.String(), path, given.Encode())
	// A new dataset or day must show immediately: every use is revalidated.
	if notModified(w, r, tag, "public, no-cache") {
		return nil
	}
	key := digest(nil, "question", tag)
	body := q.kept.get(key)
	if body == nil {
		ticket, err := q.work.enter(ctx, r, tileWeight)
		if err != nil {
			refuseBusy(w, err)
			return nil
		}
		defer ticket.Leave()
		found, err := question.answer(ctx, present, request, given)
		if err != nil {
			return err
		}
		encoded, err := json.Marshal(found)
		if err != nil {
			return fmt.Errorf("encode the answer of %s: %w", path, err)
		}
		body = &keptBody{answer: answer{body: append(encoded, '\n'), tag: tag}}
		q.kept.add(key, body)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	q.kept.send(w, r, key, body.body)
	return nil
}
