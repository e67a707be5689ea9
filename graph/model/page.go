package model

import (
	"encoding/base64"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	// DefaultPage is the length of a page that names none.
	DefaultPage = 50
	// MaxPage is the greatest length of a page.
	MaxPage = 1000
)

// Page is the part of a list asked for, after the Relay Cursor Connections
// specification.
type Page struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// window gives the bounds of the page in a list whose items have the keys given.
// A wrong argument is a BAD_USER_INPUT; too long a page is one too.
func (p Page) window(keys []string) (from, to int, info *PageInfo, err error) {
	from, to = 0, len(keys)
	if p.First != nil && p.Last != nil {
		return 0, 0, nil, sentra.BadInput("last", "first and last cannot both be given")
	}
	for name, size := range map[string]*int{"first": p.First, "last": p.Last} {
		if size == nil {
			continue
		}
		if *size < 0 {
			return 0, 0, nil, sentra.BadInput(name, "%s is %d; it must not be negative", name, *size)
		}
		if *size > MaxPage {
			return 0, 0, nil, sentra.BadInput(name, "%s is %d; a page has at most %d", name, *size, MaxPage)
		}
	}
	if p.After != nil {
		at, err := find(keys, *p.After, "after")
		if err != nil {
			return 0, 0, nil, err
		}
		from = at + 1
	}
	if p.Before != nil {
		at, err := find(keys, *p.Before, "before")
		if err != nil {
			return 0, 0, nil, err
		}
		to = max(from, at)
	}
	switch {
	case p.Last != nil:
		from = max(from, to-*p.Last)
	case p.First != nil:
		to = min(to, from+*p.First)
	default:
		to = min(to, from+DefaultPage)
	}
	info = &PageInfo{HasNextPage: to < len(keys), HasPreviousPage: from > 0}
	if from < to {
		start, end := cursor(keys[from]), cursor(keys[to-1])
		info.StartCursor, info.EndCursor = &start, &end
	}
	return from, to, info, nil
}

func cursor(key string) string { return base64.RawURLEncoding.EncodeToString([]byte("at:" + key)) }

func find(keys []string, text, argument string) (int, error) {
	decoded, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil && len(decoded) > 3 && string(decoded[:3]) == "at:" {
		if at := slices.Index(keys, string(decoded[3:])); at >= 0 {
			return at, nil
		}
	}
	return 0, sentra.BadInput(argument, "the cursor %.60q does not stand in this list", text)
}
