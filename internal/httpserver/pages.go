package httpserver

import (
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// page is a static page, by its file.
type page struct{ route, file, contentSecurityPolicy string }

// ownOnly lets a page load only from this server. MapLibre starts its workers from a
// blob if it must, and draws images from data and blobs.
const ownOnly = "default-src 'none'; script-src 'self'; connect-src 'self'; font-src 'self'; img-src 'self' data: blob:; " +
	"worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "

// webPages are the static pages. Only the one for embedding may be framed by other
// sites. GraphiQL's editor sets styles from its scripts, and its style sheet contains
// its fonts.
var webPages = []page{
	// It shows people who want to embed the map what they will get.
	{"/", "index.html", ownOnly + "frame-src 'self'; style-src 'self'; frame-ancestors 'self'"},
	{"/embed", "index.html", ownOnly + "style-src 'self'; frame-ancestors *"},
	{"/playground", "playground.html", strings.Replace(ownOnly, "font-src 'self'", "font-src 'self' data:", 1) + "style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"},
}

// servePages adds the pages and their assets to the routes.
func servePages(router chi.Router, files fs.FS, kept *keptBodies, people *peopleRoutes) {
	router = router.With(exposesNothing)
	for _, p := range webPages {
		router.Get(p.route, p.serve(files, kept, people))
	}
	router.Get("/playground/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "../playground", http.StatusMovedPermanently)
	})
	router.Get("/licences.txt", func(w http.ResponseWriter, r *http.Request) {
		serveFile(w, r, files, kept, "licences.txt", "no-cache")
	})
	// The names of assets contain a hash of their content.
	router.Get("/assets/{name}", func(w http.ResponseWriter, r *http.Request) {
		serveFile(w, r, files, kept, path.Join("assets", chi.URLParam(r, "name")), "public, max-age=31536000, immutable")
	})
}

// exposesNothing leaves out which headers scripts of other origins may read: in the
// parts of a page there is nothing for them, and on a slow line they take time.
func exposesNothing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Del("Access-Control-Expose-Headers")
		next.ServeHTTP(w, r)
	})
}

func (p page) serve(files fs.FS, kept *keptBodies, people *peopleRoutes) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", p.contentSecurityPolicy)
		w.Header().Set("Referrer-Policy", "strict-origin-when-cross-origin")
		if _, err := fs.Stat(files, p.file); err != nil {
			refuse(w, http.StatusNotFound, sentra.CodeNotFound, "this binary was built without its pages (`make build` builds them); the API is at /graphql")
			return
		}
		if p.file == "index.html" && people != nil {
			content, err := fs.ReadFile(files, p.file)
			if err == nil {
				serveContent(w, r, kept, p.file, people.withHead(w, r, content), nil, "no-cache")
				return
			}
		}
		serveFile(w, r, files, kept, p.file, "no-cache")
	}
}

func serveFile(w http.ResponseWriter, r *http.Request, files fs.FS, kept *keptBodies, name, cacheControl string) {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		refuse(w, http.StatusNotFound, sentra.CodeNotFound, "there is no such file")
		return
	}
	packed, err := fs.ReadFile(files, name+packedSuffix)
	if err != nil {
		packed = nil
	}
	serveContent(w, r, kept, name, content, packed, cacheControl)
}

// serveContent sends the content of a file; packed is the content compressed with
// Brotli, or nil.
func serveContent(w http.ResponseWriter, r *http.Request, kept *keptBodies, name string, content, packed []byte, cacheControl string) {
	tag := etag(name, string(content))
	if notModified(w, r, tag, cacheControl) {
		return
	}
	kind, known := contentTypes[path.Ext(name)]
	if !known {
		kind = "application/octet-stream"
	}
	w.Header().Set("Content-Type", kind)
	if packed != nil && accepts(r.Header["Accept-Encoding"], "br") && r.Header.Get("Range") == "" {
		w.Header().Set("Content-Encoding", "br")
		sendWhole(w, r, packed)
		return
	}
	kept.send(w, r, digest(nil, "page", tag), content)
}

// packedSuffix is the suffix of files that the build compressed at the slowest and
// best level: on a slow line every byte of MapLibre counts.
const packedSuffix = ".br"

// contentTypes are the types of the files that a build makes. The tables of the
// operating system are not used, since they differ.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".json":  "application/json",
	".mjs":   "text/javascript; charset=utf-8",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}
