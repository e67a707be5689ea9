package httpserver

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/openapi"
)

// routeOpenAPI adds /openapi.json.
func routeOpenAPI(router chi.Router, version string) error {
	document, err := openapi.Document(version)
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
