package httpserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sentra-ikm/sentra/internal/words"
)

// languageOf gives the language in which a request wants to be told things: that of the
// parameter lang or, without one, what Accept-Language prefers. Vary says so.
func languageOf(w http.ResponseWriter, r *http.Request) (words.Language, *refusal) {
	if strings.Contains(r.URL.RawQuery, "lang=") {
		if given, err := url.ParseQuery(r.URL.RawQuery); err == nil && given.Has("lang") {
			lang, err := words.Parse(given.Get("lang"))
			if err != nil {
				return lang, bad("the parameter lang is none of the languages; give en or id")
			}
			return lang, nil
		}
	}
	return preferredLanguage(w, r), nil
}

// preferredLanguage gives what Accept-Language prefers, and Vary says so.
func preferredLanguage(w http.ResponseWriter, r *http.Request) words.Language {
	w.Header().Add("Vary", "Accept-Language")
	return words.Preferred(strings.Join(r.Header.Values("Accept-Language"), ","))
}
