package model

import (
	"encoding/base64"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Node is anything that can be fetched again by its id. IsNode, like IsSearchHit and
// IsEntity, only marks the views that belong to the interface or union of the schema.
type Node interface{ IsNode() }

// SearchHit is a possible result of a search.
type SearchHit interface{ IsSearchHit() }

// View is the atlas on a day.
type View struct {
	atlas.View
	// Asked means that the day comes from an asOf argument: then ids include it. An id
	// without a day means today whenever it is used.
	Asked bool
}

// Today is the view of a query without asOf.
func Today(a *atlas.Atlas, today sentra.Date) (*View, error) {
	on, err := a.On(today)
	if err != nil {
		return nil, err
	}
	return &View{View: on}, nil
}

// AskedFor is the view of an asOf argument, even if it is today. The error is that of
// atlas.On.
func (v *View) AskedFor(day sentra.Date) (*View, error) {
	on, err := v.On(day)
	if err != nil {
		return nil, err
	}
	return &View{on, true}, nil
}

// Or returns the view of an asOf argument, by default v. The error is a
// BAD_USER_INPUT with the path asOf.
func (v *View) Or(asOf *sentra.Date) (*View, error) {
	if asOf == nil {
		return v, nil
	}
	on, err := v.AskedFor(*asOf)
	return on, sentra.In("asOf", err)
}

// id returns the id of an item of the view.
func (v *View) id(kind, key string) string {
	if v.Asked {
		return globalID(kind, &v.Day, key)
	}
	return globalID(kind, nil, key)
}

// globalID returns the id of an item on a day: base64 of `Region:94.06`, or of
// `Region@2017-12-25:94.06` if the day was given. It depends on nothing else, so that
// it is stable across imports and databases.
func globalID(kind string, asked *sentra.Date, key string) string {
	if asked != nil {
		kind += "@" + asked.String()
	}
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}

// parseID is the inverse of globalID: the day is nil if the id has none. It returns
// false for what globalID would not have returned, so that nothing has two ids.
func parseID(id string) (kind string, day *sentra.Date, key string, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return "", nil, "", false
	}
	kind, key, ok = strings.Cut(string(decoded), ":")
	if !ok {
		return "", nil, "", false
	}
	if bare, text, dated := strings.Cut(kind, "@"); dated {
		date, err := sentra.ParseDate(text)
		if err != nil {
			return "", nil, "", false
		}
		kind, day = bare, &date
	}
	// Several base64 texts can encode the same bytes.
	return kind, day, key, globalID(kind, day, key) == id
}

// KeyOf returns the key in an id of a kind, or the text itself, so that filters
// accept keys and ids.
func KeyOf(kind, text string) string {
	if of, _, key, ok := parseID(text); ok && of == kind {
		return key
	}
	return text
}

// KeysOf is KeyOf for each text.
func KeysOf(kind string, texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = KeyOf(kind, text)
	}
	return out
}

// ClusterID returns the id of the cluster with a key, without a day.
func ClusterID(key string) string { return globalID("Cluster", nil, key) }

// FindNode returns the item with an id, on the day in the id or else that of the
// view, or nil. A text that is not an id, or an id with a day before the record, is a
// BAD_USER_INPUT without a path.
//
// A region is found on every day, because a fact may refer to a province that is
// younger.
func FindNode(on *View, id string) (Node, error) {
	kind, date, key, ok := parseID(id)
	if !ok {
		return nil, sentra.BadInput("", "%.60q is not an id", id)
	}
	if date != nil {
		if kind == "Source" {
			return nil, nil
		}
		var err error
		if on, err = on.AskedFor(*date); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "Region":
		if r := on.Region(sentra.RegionCode(key)); r != nil {
			return NewRegion(on, r), nil
		}
	case "Cluster":
		if c := on.Cluster(key); c != nil {
			return NewCluster(on, c), nil
		}
	case "Product":
		if p := on.Product(key); p != nil {
			return &Product{on, p}, nil
		}
	case "Phase":
		if p := on.Phase(key); p != nil {
			return &Phase{on, p}, nil
		}
	case "Source":
		if s := on.Source(sentra.SourceID(key)); s != nil {
			return &Source{s}, nil
		}
	case "Support":
		if s := on.Support(key); s != nil {
			return &Support{on, s}, nil
		}
	case "Designation":
		if d := on.Designation(key); d != nil {
			return &Designation{on, d}, nil
		}
	}
	return nil, nil
}
