package httpserver

import (
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/catalog"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// routeCatalog adds /catalog.jsonld.
func routeCatalog(router chi.Router, config Config, log *slog.Logger) {
	router.Get("/catalog.jsonld", func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			refuseError(w, r, sentra.BadInput("", "the catalogue takes no parameters"), log)
			return
		}
		if config.PublicURL == "" {
			vary(w.Header(), headerScheme)
		}
		present, base := config.Data.Atlas(), config.baseURL(r)
		if notModified(w, r, etag("catalog", config.Data.Version, present.Data.Version, base), "public, no-cache") {
			return
		}
		body, err := catalog.Document(present, base)
		if err != nil {
			w.Header().Del("ETag")
			refuseError(w, r, err, log)
			return
		}
		w.Header().Set("Content-Type", catalog.MediaType)
		sendWhole(w, r, append(body, '\n'))
	})
}
