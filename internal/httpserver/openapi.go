package httpserver

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/openapi"
)

// routeOpenAPI adds /openapi.json.
func routeOpenAPI(router chi.Router, data Data, kept *keptBodies) error {
	var inputs map[string]any
	if data.InputSchemas != nil {
		inputs = data.InputSchemas(openapi.Prefix)
	}
	document, err := openapi.Document(data.Version, inputs)
	if err != nil {
		return err
	}
	routeText(router, "/openapi.json", "application/json; charset=utf-8", document, kept)
	return nil
}

// routeText adds a text that stays the same while the server runs.
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
