package httpserver

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/openapi"
)

// describe returns the OpenAPI document.
func describe(data Data) ([]byte, error) {
	var inputs map[string]any
	if data.InputSchemas != nil {
		inputs = data.InputSchemas(openapi.Prefix)
	}
	return openapi.Document(data.Version, inputs)
}

// routeText adds a text that does not change while the server runs.
func routeText(router chi.Router, path, mediaType string, text []byte, kept *keptBodies) {
	tag := etag(path, string(text))
	key := digest(nil, "text", tag)
	router.Get(path, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		if !notModified(w, r, tag, "public, no-cache") {
			kept.send(w, r, key, text)
		}
	})
}
