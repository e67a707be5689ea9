package httpserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sentra-ikm/sentra/internal/words"
)

// languageOf returns the language in which a request wants to be told things: that of the
// parameter lang or, without one, what Accept-Language prefers. Vary says so.
func languageOf(w http.ResponseWriter, r *http.Request) (words.Language, *refusal) {
	if strings.Contains(r.URL.RawQuery, "lang=") {
		if given, err := url.ParseQuery(r.URL.RawQuery); err == nil && given.Has("lang") {
			lang, err := words.Parse(given.Get("lang"))
			if err != nil {
				return lang, bad("the language of lang is not supported; give en or id")
			}
			return lang, nil
		}
	}
	return preferredLanguage(w, r), nil
}

// preferredLanguage returns what Accept-Language prefers, and Vary says so.
func preferredLanguage(w http.ResponseWriter, r *http.Request) words.Language {
	vary(w.Header(), "Accept-Language")
	return words.Preferred(strings.Join(r.Header.Values("Accept-Language"), ","))
}

// vary tells caches that the answer depends on a header of the request. All stand in one
// line: nginx before 1.23 reads only the last.
func vary(header http.Header, name string) {
	header.Set("Vary", strings.Join(append(header.Values("Vary"), name), ", "))
}
