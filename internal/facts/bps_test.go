package facts

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// BPS codes: every regency and city has one on every day, and every province that
// existed in 2020 has one, in the form of BPS: two digits of the province, then a
// number below 70 for a regency, above for a city.
func TestBPSList(t *testing.T) {
	data := must(t)
	for _, on := range []struct {
		day              sentra.Date
		provinces, below int
	}{
		{sentra.MustDate("2014-07-23"), 34, 514}, {sentra.MustDate("2017-12-25"), 34, 514}, {sentra.MustDate("2022-07-24"), 34, 514},
		{sentra.MustDate("2022-12-31"), 34, 514}, {sentra.MustDate("2023-01-01"), 34, 514}, {sentra.MustDate("2026-11-25"), 34, 514},
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
				// From the splits to BPS's period 2023/1 its codes are those of the old
				// provinces, and it has no codes of the new ones.
				if province := codes[provinceOf[r.Code]]; len(code) != 4 || on.day < sentra.MustDate("2022-07-25") && code[:2] != province || (code[2] >= '7') != (r.Kind == sentra.KindCity) {
					t.Errorf("%s: %s (%s) has the code %s, its province %s", on.day, r.Name, r.Kind, code, province)
				}
			}
		}
		if provinces != on.provinces || below != on.below {
			t.Errorf("%s: %d provinces and %d regencies and cities have a code, want %d and %d", on.day, provinces, below, on.provinces, on.below)
		}
		// As in published statistics.
		for region, want := range map[sentra.RegionCode]string{"31.71": "3173", "35.78": "3578", "72.71": "7271", "74.05": "7405", "33.28": "3328", "12.17": "1217"} {
			if codes[region] != want {
				t.Errorf("%s: %s has the code %s, want %s", on.day, region, codes[region], want)
			}
		}
	}
}
