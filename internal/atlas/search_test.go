package atlas

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// By hand from bps_codes_2020.csv, pcodes.csv and former_codes.csv: Kota Sorong had
// the Ministry's code 92.71, which no region has today.
func TestSearchByCode(t *testing.T) {
	a := factsAtlas(t)
	for _, c := range []struct {
		text   string
		region sentra.RegionCode
		system sentra.CodeSystem
		score  float64
	}{
		{"94.06", "94.06", sentra.SystemKemendagri, 1},
		{" id9434", "94.06", sentra.SystemPCode, 1},
		{"id-jk", "31", sentra.SystemISO, 1},
		{"3404", "34.04", sentra.SystemBPS, 1},
		{"92.71", "96.71", sentra.SystemKemendagri, 1 - otherName},
	} {
		hits, err := a.on(today).Search(t.Context(), c.text, 3)
		if err != nil || len(hits) == 0 {
			t.Fatalf("%s: %v, %v", c.text, hits, err)
		}
		if hit := hits[0]; hit.Region == nil || hit.Region.Code != c.region || hit.System != c.system || hit.Score != c.score {
			t.Errorf("%s: %+v of %v", c.text, hit, hit.Region)
		}
		for _, other := range hits[1:] {
			if other.Region != nil && other.Region.Code == c.region {
				t.Errorf("%s: %s is found twice", c.text, c.region)
			}
		}
	}
	if hits, err := a.on(today).Search(t.Context(), "Dogiyai", 1); err != nil || hits[0].System != "" {
		t.Errorf("by name: %+v, %v", hits, err)
	}
}
