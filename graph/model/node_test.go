package model

import (
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// An id holds its kind, day and key, whatever the key, and each has one spelling.
func TestParseID(t *testing.T) {
	days := []Day{{}, Today(sentra.MustDate("2026-11-24")), AskedFor(sentra.MustDate("2017-12-25")), AskedFor(sentra.MustDate("0001-01-01")), AskedFor(sentra.MustDate("9999-12-31"))}
	seen := make(map[string]bool)
	for _, kind := range []string{"Region", "Cluster"} {
		for _, key := range []string{"94.06", "", "a:b", "x@2017-12-25", "@2017-12-25:x", ":", "kopi – Dogiyai?", "\x00\xff"} {
			for _, day := range days {
				id := globalID(kind, day, key)
				gotKind, gotDay, gotKey, ok := parseID(id)
				if !ok || gotKind != kind || gotKey != key || (gotDay != nil) != day.Asked || gotDay != nil && *gotDay != day.Date {
					t.Errorf("%s %v %q: got %s %v %q %v", kind, day, key, gotKind, gotDay, gotKey, ok)
				}
				seen[id] = true
			}
		}
	}
	// Today and no day are the same id.
	if want := 2 * 8 * (len(days) - 1); len(seen) != want {
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
			var day Day
			if date != nil {
				day = AskedFor(*date)
			}
			if globalID(kind, day, key) != id {
				t.Errorf("%q is taken for %s %v %q", id, kind, date, key)
			}
		}
	}
}
