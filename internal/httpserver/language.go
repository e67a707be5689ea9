package httpserver

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/sentra-ikm/sentra/internal/words"
)

// languageOf returns the language for a request: that of the parameter lang or,
// without one, the preference in Accept-Language. It sets Vary.
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

// preferredLanguage returns the preference in Accept-Language, and sets Vary.
func preferredLanguage(w http.ResponseWriter, r *http.Request) words.Language {
	vary(w.Header(), "Accept-Language")
	return words.Preferred(strings.Join(r.Header.Values("Accept-Language"), ","))
}

// vary adds a request header to Vary. All are on one line: nginx before 1.23 reads
// only the last line.
func vary(header http.Header, name string) {
	header.Set("Vary", strings.Join(append(header.Values("Vary"), name), ", "))
}
