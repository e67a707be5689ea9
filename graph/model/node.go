package model

import (
	"encoding/base64"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Node is what can be fetched again by its id. IsNode, like IsSearchHit and IsEntity, only
// marks the views that belong to the interface or union of the schema.
type Node interface{ IsNode() }

// SearchHit is what a search may find.
type SearchHit interface{ IsSearchHit() }

// Day is the day that a thing is seen on.
type Day struct {
	sentra.Date
	// Asked tells that an asOf led to the thing: its id names the day then. The id
	// of a thing seen without one names none, and stands for today whenever it is
	// used.
	Asked bool
}

// Today is the day of a question without an asOf.
func Today(date sentra.Date) Day { return Day{Date: date} }

// AskedFor is the day of an asOf, be it today or another.
func AskedFor(date sentra.Date) Day { return Day{Date: date, Asked: true} }

// or gives the day of an asOf argument, by default d. The error is a
// BAD_USER_INPUT with the path asOf.
func (d Day) or(a *atlas.Atlas, asOf *sentra.Date) (Day, error) {
	if asOf == nil {
		return d, nil
	}
	return AskedFor(*asOf), sentra.In("asOf", a.CheckDay(*asOf))
}

// globalID gives the id of a thing seen on a day: base64 of `Region:94.06`, or of
// `Region@2017-12-25:94.06` where the day was asked for. It depends on nothing
// else, so that it outlives imports and databases.
func globalID(kind string, day Day, key string) string {
	if day.Asked {
		kind += "@" + day.String()
	}
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}

// parseID is the inverse of globalID: the day is nil where the id names none. It
// tells false for what globalID would not have written, so that nothing has two ids.
func parseID(id string) (kind string, day *sentra.Date, key string, ok bool) {
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	if err != nil {
		return "", nil, "", false
	}
	kind, key, ok = strings.Cut(string(decoded), ":")
	if !ok {
		return "", nil, "", false
	}
	var seen Day
	if bare, text, dated := strings.Cut(kind, "@"); dated {
		date, err := sentra.ParseDate(text)
		if err != nil {
			return "", nil, "", false
		}
		kind, day, seen = bare, &date, AskedFor(date)
	}
	// base64 has several spellings of the same bytes.
	return kind, day, key, globalID(kind, seen, key) == id
}

// KeyOf gives the key that an id of a kind holds, or the text itself, so that
// filters take keys and ids alike.
func KeyOf(kind, text string) string {
	if of, _, key, ok := parseID(text); ok && of == kind {
		return key
	}
	return text
}

// ClusterID gives the id of the cluster with a key, seen today.
func ClusterID(key string) string { return globalID("Cluster", Day{}, key) }

// FindNode gives the thing with an id as it was seen: on the day that the id
// names, else today; nil where there is none. A text that is no id, or an id with
// a day before the record, is a BAD_USER_INPUT without a path.
//
// A region is found on every day, for a fact may lead to a province that is younger.
func FindNode(a *atlas.Atlas, id string, today sentra.Date) (Node, error) {
	kind, date, key, ok := parseID(id)
	if !ok {
		return nil, sentra.BadInput("", "%.60q is not an id", id)
	}
	day := Today(today)
	if date != nil {
		if day = AskedFor(*date); kind == "Source" {
			return nil, nil
		}
		if err := a.CheckDay(*date); err != nil {
			return nil, err
		}
	}
	switch kind {
	case "Region":
		if r := a.Region(sentra.RegionCode(key)); r != nil {
			return NewRegion(a, r, day), nil
		}
	case "Cluster":
		if c := a.Cluster(key); c != nil {
			return NewCluster(a, c, day), nil
		}
	case "Product":
		if p := a.Product(key); p != nil {
			return &Product{a, p, day}, nil
		}
	case "Phase":
		if p := a.Phase(key); p != nil {
			return &Phase{a, p, day}, nil
		}
	case "Source":
		if s := a.Source(sentra.SourceID(key)); s != nil {
			return &Source{s}, nil
		}
	case "Support":
		if s := a.Support(key); s != nil {
			return &Support{a, s, day}, nil
		}
	case "Designation":
		if d := a.Designation(key); d != nil {
			return &Designation{a, d, day}, nil
		}
	}
	return nil, nil
}
