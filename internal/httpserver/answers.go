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

// Pin makes all of an operation see one state of the dataset at one moment. It
// tells that state's version and that moment.
type Pin func(context.Context) (pinned context.Context, version string, now time.Time)

// answer is an encoded answer with what decides on its keeping.
type answer struct {
	body []byte
	tag  string
	// lifetime tells how long other caches may serve it.
	lifetime lifetime
	// scope is whose answer it is, empty for everybody's.
	scope string
}

// lifetime is how an answer ages.
type lifetime int

const (
	// daily: it depends on today, the default of asOf, and ends with it.
	daily lifetime = iota
	// lasting: it depends on the dataset alone.
	lasting
)

// lifetimeOf tells how the answer to an operation ages. Only a field with a day as
// argument does not depend on today.
func lifetimeOf(operation *graphql.OperationContext) lifetime {
	// A fragment that was found not to depend is not looked at again.
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

// cacheControl says how long other caches may serve an answer without asking: one
// that depends on today never beyond the day's end in Jakarta, and one that not
// everybody may see only the asker's own.
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

// scopeOf tells whose answers a request may see.
func (c Config) scopeOf(r *http.Request) string {
	if c.Scope == nil {
		return ""
	}
	return c.Scope(r)
}

// answerKey returns the key of a question as it came, asked of a version on a day by
// somebody of a scope in a language. The text alone is read for it, so that an answer is found
// before the question is understood; the same question in other words has another key.
func answerKey(version, day, scope string, lang words.Language, post bool, text []byte) bodyKey {
	how := "GET"
	if post {
		how = "POST"
	}
	return digest(text, version, day, scope, string(lang), how)
}

// answerOf makes an answer that everybody may see.
func answerOf(body []byte, tag string) answer { return answer{body: body, tag: tag} }
