package model

import (
	"encoding/base64"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Node is what can be fetched again by its id.
type Node interface{ IsNode() }

// SearchHit is what a search may find.
type SearchHit interface{ IsSearchHit() }

// globalID makes an opaque id that depends on nothing but the thing itself.
func globalID(kind, key string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}

// ClusterID gives the id of the cluster with a key.
func ClusterID(key string) string { return globalID("Cluster", key) }

// keyOf gives the key that an id of a kind holds, or the text itself, so that
// filters take keys and ids alike.
func keyOf(kind, text string) string {
	if decoded, err := base64.RawURLEncoding.DecodeString(text); err == nil {
		if key, ok := strings.CutPrefix(string(decoded), kind+":"); ok {
			return key
		}
	}
	return text
}

// FindNode gives the thing with an id, seen on the day; nil where there is none.
// A text that is no id at all is a BAD_USER_INPUT.
func FindNode(a *atlas.Atlas, id string, day sentra.Date) (Node, error) {
	decoded, err := base64.RawURLEncoding.DecodeString(id)
	kind, key, ok := strings.Cut(string(decoded), ":")
	if err != nil || !ok {
		return nil, sentra.BadInput("id", "%.60q is not an id", id)
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
	case "Designation":
		if d := a.Designation(key); d != nil {
			return &Designation{a, d, day}, nil
		}
	}
	return nil, nil
}
