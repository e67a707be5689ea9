package ingest_test

import (
	"os"
	"testing"

	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The list of BPS codes: every province, regency and city has one on a day before
// Papua was split, made as BPS makes them - two digits of the province, then a
// number below 70 for a regency, above for a city.
func TestBPSList(t *testing.T) {
	store := newStore(t)
	list, err := os.ReadFile("../../lists/bps-codes.csv")
	if err != nil {
		t.Fatal(err)
	}
	if count, err := ingest.Codes(t.Context(), store, list, "bps-codes.csv"); err != nil || count != 34+514 {
		t.Fatalf("%d codes, %v", count, err)
	}
	data, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, on := range []struct {
		day              sentra.Date
		provinces, below int
	}{
		{sentra.MustDate("2014-07-23"), 34, 514}, {sentra.MustDate("2017-12-25"), 34, 514}, {sentra.MustDate("2022-07-24"), 34, 514},
		// Papua had 29 regencies and cities, Papua Barat 13.
		{sentra.MustDate("2022-07-25"), 34, 485}, {sentra.MustDate("2026-11-25"), 34, 472},
	} {
		codes, provinceOf := make(map[sentra.RegionCode]string), make(map[sentra.RegionCode]sentra.RegionCode)
		for _, c := range data.Codes {
			if c.System == sentra.SystemBPS && c.Validity.Contains(on.day) {
				codes[c.Region] = c.Value
			}
		}
		for _, m := range data.Memberships {
			if m.Validity.Contains(on.day) {
				provinceOf[m.Region] = m.Province
			}
		}
		provinces, below := 0, 0
		for _, r := range data.Regions {
			code, known := codes[r.Code]
			switch {
			case !known:
			case r.Kind == sentra.KindProvince:
				provinces++
			default:
				below++
				if len(code) != 4 || code[:2] != codes[provinceOf[r.Code]] || (code[2] >= '7') != (r.Kind == sentra.KindCity) {
					t.Errorf("%s: %s (%s) has the code %s, its province %s", on.day, r.Name, r.Kind, code, codes[provinceOf[r.Code]])
				}
			}
		}
		if provinces != on.provinces || below != on.below {
			t.Errorf("%s: %d provinces and %d regencies and cities have a code, want %d and %d", on.day, provinces, below, on.provinces, on.below)
		}
		// As they stand in published statistics.
		for region, want := range map[sentra.RegionCode]string{"31.71": "3173", "35.78": "3578", "72.71": "7271", "74.05": "7405", "33.28": "3328", "12.17": "1217"} {
			if codes[region] != want {
				t.Errorf("%s: %s has the code %s, want %s", on.day, region, codes[region], want)
			}
		}
	}
}
