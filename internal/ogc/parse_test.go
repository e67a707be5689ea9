package ogc

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestParseDatetime(t *testing.T) {
	today := sentra.MustDate("2026-11-24")
	for _, c := range []struct {
		text, want string
		dated      bool
	}{
		{"2017-12-25", "2017-12-25", true}, {"2017-12-25T00:00:00Z", "2017-12-25", true},
		// In Jakarta it is seven hours later.
		{"2017-12-24T17:00:00Z", "2017-12-25", true}, {"2017-12-24T16:59:59Z", "2017-12-24", true}, {"2017-12-25T23:59:59+07:00", "2017-12-25", true},
		{"2017-01-01/2017-12-25", "2017-12-25", true}, {"../2017-12-25", "2017-12-25", true}, {"/2017-12-25", "2017-12-25", true},
		{"2017-01-01/..", "2026-11-24", false}, {"../..", "2026-11-24", false}, {"2030-01-01/..", "2030-01-01", true},
		{"", "", false}, {"2017", "", false}, {"x/..", "", false}, {"../x", "", false}, {"2018-01-01/2017-01-01", "", false}, {"a/b/c", "", false},
	} {
		day, dated, err := parseDatetime(c.text, today)
		if c.want == "" {
			if err == nil {
				t.Errorf("%q is taken for %s", c.text, day)
			}
			continue
		}
		if err != nil || day.String() != c.want || dated != c.dated {
			t.Errorf("%q: %s, %v, %v", c.text, day, dated, err)
		}
	}
}

func TestParseBBox(t *testing.T) {
	for _, c := range []struct {
		text string
		want *sentra.BBox
	}{
		{"95,-11,141,6", &sentra.BBox{West: 95, South: -11, East: 141, North: 6}},
		{"170, -5, -170, 5", &sentra.BBox{West: 170, South: -5, East: -170, North: 5}},
		{"95,-11,0,141,6,9000", &sentra.BBox{West: 95, South: -11, East: 141, North: 6}},
		{"", nil}, {"1,2,3", nil}, {"1,2,3,4,5", nil}, {"1,2,3,north", nil}, {"NaN,2,3,4", nil}, {"1,2,3,Inf", nil},
	} {
		got, err := parseBBox(c.text, false)
		if (err == nil) != (c.want != nil) || c.want != nil && *got != *c.want {
			t.Errorf("%q: %v, %v", c.text, got, err)
		}
	}
}

// Any parameters are rejected or result in a day of the record.
func FuzzParseDatetime(f *testing.F) {
	for _, text := range []string{"2017-12-25", "../..", "2017-12-25T00:00:00Z/", "a/b"} {
		f.Add(text)
	}
	today := sentra.MustDate("2026-11-24")
	f.Fuzz(func(t *testing.T, text string) {
		day, _, err := parseDatetime(text, today)
		if err == nil && len(day.String()) < 10 {
			t.Errorf("%q: %s", text, day)
		}
	})
}
