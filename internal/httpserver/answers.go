package httpserver

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// Pin fixes one state of the dataset and one time for an operation, and returns the
// version of that state and the time.
type Pin func(context.Context) (pinned context.Context, version string, now time.Time)

// answer is an encoded answer with what determines how it is cached.
type answer struct {
	body []byte
	tag  string
	// lifetime determines how long other caches may serve it.
	lifetime lifetime
	// scope is the audience of the answer, empty for everybody.
	scope string
}

// lifetime is how an answer becomes stale.
type lifetime int

const (
	// daily: it depends on today, the default of asOf, and is stale after that day.
	daily lifetime = iota
	// lasting: it depends only on the dataset.
	lasting
)

// lifetimeOf returns the lifetime of the answer to an operation. Only a field with a
// day as argument does not depend on today.
func lifetimeOf(operation *graphql.OperationContext) lifetime {
	// Fragments already found not to depend on today.
	seen := make(map[*ast.FragmentDefinition]bool)
	var depends func(set ast.SelectionSet) bool
	depends = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if s.Name == "__schema" || s.Name == "__type" || s.Name == "__typename" {
					continue
				}
				day := s.Arguments.ForName("asOf")
				if day == nil {
					return true
				}
				if value, err := day.Value.Value(operation.Variables); err != nil || value == nil {
					return true
				}
			case *ast.InlineFragment:
				if depends(s.SelectionSet) {
					return true
				}
			case *ast.FragmentSpread:
				if s.Definition == nil {
					return true
				}
				if !seen[s.Definition] {
					seen[s.Definition] = true
					if depends(s.Definition.SelectionSet) {
						return true
					}
				}
			}
		}
		return false
	}
	if depends(operation.Operation.SelectionSet) {
		return daily
	}
	return lasting
}

// cacheControl returns how long other caches may serve an answer without
// revalidation. One that depends on today is stale at the end of the day in Jakarta,
// and one that not everybody may see is private.
func (c Config) cacheControl(l lifetime, scope string, now time.Time) string {
	whose := "public"
	if scope != "" {
		whose = "private"
	}
	if l == lasting {
		return fmt.Sprintf("%s, max-age=%d, stale-while-revalidate=%d", whose, int(c.LastingMaxAge.Seconds()), int((10 * c.LastingMaxAge).Seconds()))
	}
	left := sentra.DayEnd(now).Sub(now)
	return fmt.Sprintf("%s, max-age=%d, must-revalidate", whose, int(min(c.MaxAge, left).Seconds()))
}

// scopeOf returns the scope of a request.
func (c Config) scopeOf(r *http.Request) string {
	if c.Scope == nil {
		return ""
	}
	return c.Scope(r)
}

// answerKey returns the cache key of a request for a version, a day, a scope and a
// language. It uses the raw text, so that a cached answer is found before the request
// is parsed; an equivalent request with another text has another key.
func answerKey(version, day, scope string, lang words.Language, post bool, text []byte) bodyKey {
	how := "GET"
	if post {
		how = "POST"
	}
	return digest(text, version, day, scope, string(lang), how)
}

// answerOf returns an answer that everybody may see.
func answerOf(body []byte, tag string) answer { return answer{body: body, tag: tag} }
