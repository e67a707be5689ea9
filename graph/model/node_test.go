package model

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// An id encodes its kind, day and key, whatever the key, and has only one spelling.
func TestParseID(t *testing.T) {
	days := []*sentra.Date{nil}
	for _, text := range []string{"2017-12-25", "0001-01-01", "9999-12-31"} {
		day := sentra.MustDate(text)
		days = append(days, &day)
	}
	seen := make(map[string]bool)
	for _, kind := range []string{"Region", "Cluster"} {
		for _, key := range []string{"94.06", "", "a:b", "x@2017-12-25", "@2017-12-25:x", ":", "kopi – Dogiyai?", "\x00\xff"} {
			for _, day := range days {
				id := globalID(kind, day, key)
				gotKind, gotDay, gotKey, ok := parseID(id)
				if !ok || gotKind != kind || gotKey != key || (gotDay != nil) != (day != nil) || day != nil && *gotDay != *day {
					t.Errorf("%s %v %q: got %s %v %q %v", kind, day, key, gotKind, gotDay, gotKey, ok)
				}
				seen[id] = true
			}
		}
	}
	if want := 2 * 8 * len(days); len(seen) != want {
		t.Errorf("%d ids, want %d", len(seen), want)
	}
	chance := rand.New(rand.NewPCG(3, 4))
	pieces := []string{"Region", "Cluster", "@", ":", "2017-12-25", "2017-13-25", "94.06", "0", "\n", "é"}
	for range 20_000 {
		text := ""
		for range chance.IntN(6) {
			text += pieces[chance.IntN(len(pieces))]
		}
		id := base64.RawURLEncoding.EncodeToString([]byte(text))
		if chance.IntN(2) == 0 && id != "" {
			bytes := []byte(id)
			bytes[chance.IntN(len(bytes))] = "AZaz09-_=\n"[chance.IntN(10)]
			id = string(bytes)
		}
		if kind, date, key, ok := parseID(id); ok {
			if globalID(kind, date, key) != id {
				t.Errorf("%q is taken for %s %v %q", id, kind, date, key)
			}
		}
	}
}
