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
	routeText(router, "/openapi.json", "application/json; charset=utf-8", document)
	return nil
}

// routeText adds a text that stays the same while the server runs.
func routeText(router chi.Router, path, mediaType string, text []byte) {
	tag := etag(path, string(text))
	serve := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		if notModified(w, r, tag, "public, no-cache") || r.Method == http.MethodHead {
			return
		}
		_, _ = w.Write(text)
	}
	router.Get(path, serve)
	router.Head(path, serve)
}
