package httpserver

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/sentra"
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
}

// lifetime is how an answer ages.
type lifetime int

const (
	// daily: it depends on today, the default of asOf, and ends with it.
	daily lifetime = iota
	// lasting: it depends on the dataset alone.
	lasting
)

// lifetimeOf tells how the answer to an operation ages. Only a field that is told
// its day is known not to depend on today.
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
// that depends on today never beyond the day's end in Jakarta.
func (c Config) cacheControl(l lifetime, now time.Time) string {
	if l == lasting {
		return fmt.Sprintf("public, max-age=%d, stale-while-revalidate=%d", int(c.LastingMaxAge.Seconds()), int((10 * c.LastingMaxAge).Seconds()))
	}
	left := sentra.DayEnd(now).Sub(now)
	return fmt.Sprintf("public, max-age=%d, must-revalidate", int(min(c.MaxAge, left).Seconds()))
}

// answerCache keeps encoded answers, those asked for most, up to a number of
// bytes. A key holds all that decides on an answer, so that none is ever stale.
type answerCache struct {
	entries *otter.Cache[[sha256.Size]byte, *answer]
	largest int
}

// newAnswerCache makes a cache of at most limit bytes; nil, which keeps nothing,
// for 0. An answer of more than an eighth of that is not kept.
func newAnswerCache(limit int64) *answerCache {
	if limit <= 0 {
		return nil
	}
	// Beside its body an entry takes a few hundred bytes.
	return &answerCache{largest: int(limit / 8), entries: otter.Must(&otter.Options[[sha256.Size]byte, *answer]{MaximumWeight: uint64(limit),
		Weigher: func(_ [sha256.Size]byte, a *answer) uint32 { return uint32(len(a.body) + 512) }})}
}

func (c *answerCache) get(key [sha256.Size]byte) *answer {
	if c == nil {
		return nil
	}
	found, _ := c.entries.GetIfPresent(key)
	return found
}

func (c *answerCache) add(key [sha256.Size]byte, a *answer) {
	if c != nil && len(a.body) <= c.largest {
		c.entries.Set(key, a)
	}
}

// answerKey gives the key of a question as it came, asked of a version on a day.
// The text alone is read for it, so that an answer is found before the question is
// understood; the same question in other words has another key.
func answerKey(version, day string, post bool, text []byte) [sha256.Size]byte {
	how := "GET"
	if post {
		how = "POST"
	}
	return digest(text, version, day, how)
}
