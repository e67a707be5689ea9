package httpserver_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/graph"
)

func TestClientSchemaRoute(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	whole := get(handler, http.MethodGet, "/schema.graphql")
	header := whole.Header()
	if whole.Code != http.StatusOK || whole.Body.String() != graph.ClientSchema() || header.Get("Content-Type") != "text/plain; charset=utf-8" || header.Get("Cache-Control") != "public, no-cache" {
		t.Errorf("GET: %d %v, %d bytes", whole.Code, header, whole.Body.Len())
	}
	tag := header.Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("the entity tag is %q", tag)
	}
	head := get(handler, http.MethodHead, "/schema.graphql")
	if head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("ETag") != tag || head.Header().Get("Content-Type") != header.Get("Content-Type") {
		t.Errorf("HEAD: %d %v, %d bytes", head.Code, head.Header(), head.Body.Len())
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if again := get(handler, method, "/schema.graphql", "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s with the tag: %d, %d bytes", method, again.Code, again.Body.Len())
		}
	}
	if post := get(handler, http.MethodPost, "/schema.graphql"); post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.Code)
	}
}
