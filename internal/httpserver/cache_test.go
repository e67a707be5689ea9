package httpserver

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestNotModified(t *testing.T) {
	tag := etag("1", "regions")
	for _, c := range []struct {
		name, method, given string
		want                bool
	}{
		{"none given", "GET", "", false},
		{"the same", "GET", tag, true},
		{"the same, strong", "GET", tag[2:], true},
		{"among others", "HEAD", `"x", ` + tag, true},
		{"any", "GET", "*", true},
		{"another", "GET", etag("2", "regions"), false},
		{"a POST is always answered", "POST", tag, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest(c.method, "/", nil)
			if c.given != "" {
				r.Header.Set("If-None-Match", c.given)
			}
			w := httptest.NewRecorder()
			if got := notModified(w, r, tag, "public"); got != c.want || (w.Code == http.StatusNotModified) != c.want {
				t.Errorf("got %t, status %d", got, w.Code)
			}
			if w.Header().Get("ETag") != tag || w.Header().Get("Cache-Control") != "public" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
	if etag("ab", "c") == etag("a", "bc") {
		t.Error("the parts of a tag run together")
	}
}
