package httpserver

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/openapi"
)

// routeOpenAPI adds /openapi.json.
func routeOpenAPI(router chi.Router, data Data) error {
	var inputs map[string]any
	if data.InputSchemas != nil {
		inputs = data.InputSchemas(openapi.Prefix)
	}
	document, err := openapi.Document(data.Version, inputs)
	if err != nil {
		return err
	}
	tag := etag("openapi", string(document))
	serve := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		if notModified(w, r, tag, "public, no-cache") || r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(document)
	}
	router.Get("/openapi.json", serve)
	router.Head("/openapi.json", serve)
	return nil
}
