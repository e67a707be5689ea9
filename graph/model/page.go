package model

import (
	"encoding/base64"
	"slices"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	// DefaultPage is the default length of a page.
	DefaultPage = 50
	// MaxPage is the maximum length of a page.
	MaxPage = 1000
)

// Page is the requested part of a list, as specified by Relay Cursor Connections.
type Page struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// pageOf returns the page's hits of a list. An invalid argument is a BAD_USER_INPUT,
// and so is too long a page.
func pageOf[T any](p Page, list *atlas.List[T], key func(T) string) (hits []T, info *PageInfo, err error) {
	if err := p.check(); err != nil {
		return nil, nil, err
	}
	after, err := find(list, p.After, "after")
	if err != nil {
		return nil, nil, err
	}
	before, err := find(list, p.Before, "before")
	if err != nil {
		return nil, nil, err
	}
	// If before precedes after, the page is empty and its position is that of after.
	if crossed := after != nil && before != nil && !after.Before(*before); crossed {
		before, p.First, p.Last = nil, new(int), nil
	}
	info = &PageInfo{HasNextPage: before != nil, HasPreviousPage: after != nil}
	if p.Last != nil {
		for mark, hit := range list.Before(before) {
			if after != nil && !after.Before(mark) {
				break
			}
			if len(hits) == *p.Last {
				info.HasPreviousPage = true
				break
			}
			hits = append(hits, hit)
		}
		slices.Reverse(hits)
	} else {
		size := DefaultPage
		if p.First != nil {
			size = *p.First
		}
		for mark, hit := range list.After(after) {
			if before != nil && !mark.Before(*before) {
				break
			}
			if len(hits) == size {
				info.HasNextPage = true
				break
			}
			hits = append(hits, hit)
		}
	}
	if len(hits) > 0 {
		start, end := cursor(key(hits[0])), cursor(key(hits[len(hits)-1]))
		info.StartCursor, info.EndCursor = &start, &end
	}
	return hits, info, nil
}

func (p Page) check() error {
	if p.First != nil && p.Last != nil {
		return sentra.BadInput("last", "first and last cannot both be given")
	}
	for name, size := range map[string]*int{"first": p.First, "last": p.Last} {
		if size == nil {
			continue
		}
		if *size < 0 {
			return sentra.BadInput(name, "%s is %d; it must not be negative", name, *size)
		}
		if *size > MaxPage {
			return sentra.BadInput(name, "%s is %d; a page has at most %d", name, *size, MaxPage)
		}
	}
	return nil
}

// firstOf returns the length of a list without pages, from its argument first.
func firstOf(first *int) (int, error) {
	if first == nil {
		return MaxPage, nil
	}
	if *first < 0 || *first > MaxPage {
		return 0, sentra.BadInput("first", "first is %d; give 0 to %d", *first, MaxPage)
	}
	return *first, nil
}

func cursor(key string) string { return base64.RawURLEncoding.EncodeToString([]byte("at:" + key)) }

// find returns the position of a cursor in a list; nil for no cursor.
func find[T any](list *atlas.List[T], text *string, argument string) (*atlas.Mark, error) {
	if text == nil {
		return nil, nil
	}
	decoded, err := base64.RawURLEncoding.DecodeString(*text)
	if err == nil && len(decoded) > 3 && string(decoded[:3]) == "at:" {
		if at, ok := list.Find(string(decoded[3:])); ok {
			return &at, nil
		}
	}
	return nil, sentra.BadInput(argument, "the cursor %.60q is not in this list", *text)
}
