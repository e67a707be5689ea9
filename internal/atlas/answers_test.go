package atlas

import (
	"testing"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// factsAtlas has only the facts, no boundaries.
func factsAtlas(t *testing.T) *Atlas {
	t.Helper()
	loaded, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return must(New(&sentra.Dataset{Facts: *loaded}))
}

// The answers were worked out by hand from the README of the facts, the decrees it
// cites and the rows of designations.csv.
func TestAnswersOfTheFacts(t *testing.T) {
	a := factsAtlas(t)
	const (
		yes, no, open          = sentra.Yes, sentra.No, sentra.NotCovered
		listed, inferred, part = sentra.Listed, sentra.Inferred, sentra.Partial
		none                   = sentra.Confidence("")
	)
	type known struct {
		answer     sentra.Answer
		confidence sentra.Confidence
	}
	for _, c := range []struct {
		region sentra.RegionCode
		day    string
		// The answers for disadvantaged, for border, and for either.
		disadvantaged, border, any known
	}{
		// Kota Palu, Sulawesi Tengah: a city is never disadvantaged; the border list is
		// incomplete.
		{"72.71", "2016-06-30", known{no, listed}, known{open, none}, known{open, none}},
		{"72.71", "2020-02-01", known{no, inferred}, known{open, none}, known{open, none}},
		{"72.71", "2026-11-27", known{no, inferred}, known{open, none}, known{open, none}},
		// Kabupaten Dogiyai: until 2022-07-24 in Papua, whose border list is partial; then
		// in Papua Tengah, which has no border.
		{"94.06", "2015-11-03", known{open, none}, known{open, none}, known{open, none}},
		{"94.06", "2017-12-25", known{yes, inferred}, known{open, none}, known{yes, inferred}},
		{"94.06", "2020-01-01", known{open, none}, known{open, none}, known{open, none}},
		{"94.06", "2023-01-01", known{yes, listed}, known{no, inferred}, known{yes, listed}},
		{"94.06", "2024-12-31", known{yes, listed}, known{no, inferred}, known{yes, listed}},
		{"94.06", "2025-01-01", known{open, none}, known{no, inferred}, known{open, none}},
		{"94.06", "2025-12-30", known{open, none}, known{no, inferred}, known{open, none}},
		{"94.06", "2025-12-31", known{yes, part}, known{no, inferred}, known{yes, part}},
		{"94.06", "2026-11-27", known{yes, part}, known{no, inferred}, known{yes, part}},
		{"94.06", "2029-12-31", known{yes, part}, known{no, inferred}, known{yes, part}},
		{"94.06", "2030-01-01", known{open, none}, known{no, inferred}, known{open, none}},
		// Papua Tengah itself, and Papua before it.
		{"94", "2023-01-01", known{no, listed}, known{no, inferred}, known{no, inferred}},
		{"94", "2026-11-27", known{no, inferred}, known{no, inferred}, known{no, inferred}},
		{"91", "2023-01-01", known{no, listed}, known{open, none}, known{open, none}},
		// Kabupaten Berau, Kalimantan Timur: the list is complete only until the end of
		// 2016.
		{"64.03", "2015-12-30", known{no, listed}, known{open, none}, known{open, none}},
		{"64.03", "2016-12-31", known{no, listed}, known{no, listed}, known{no, listed}},
		{"64.03", "2017-01-01", known{no, listed}, known{open, none}, known{open, none}},
		{"64.03", "2026-11-27", known{open, none}, known{open, none}, known{open, none}},
		// Kota Tarakan, Kalimantan Utara, and Mahakam Ulu and Nunukan, which the decree names.
		{"65.71", "2016-12-31", known{no, listed}, known{no, listed}, known{no, listed}},
		{"65.71", "2017-01-01", known{no, listed}, known{open, none}, known{open, none}},
		{"64.11", "2016-12-31", known{yes, listed}, known{yes, listed}, known{yes, listed}},
		{"65.03", "2026-11-27", known{open, none}, known{yes, listed}, known{yes, listed}},
		// Kalimantan Barat: complete from 2015 on. Kota Pontianak, Kabupaten Mempawah,
		// Kabupaten Sambas.
		{"61.71", "2016-06-30", known{no, listed}, known{no, listed}, known{no, listed}},
		{"61.71", "2026-11-27", known{no, inferred}, known{no, listed}, known{no, inferred}},
		{"61.02", "2026-11-27", known{open, none}, known{no, listed}, known{open, none}},
		{"61.01", "2026-11-27", known{open, none}, known{yes, listed}, known{yes, listed}},
		// Riau and Kepulauan Riau: complete from 2020 on. Kota Pekanbaru, Kota
		// Tanjungpinang, Kota Batam, Kabupaten Kampar.
		{"14.71", "2019-12-31", known{no, listed}, known{open, none}, known{open, none}},
		{"14.71", "2020-12-30", known{no, listed}, known{open, none}, known{open, none}},
		{"14.71", "2020-12-31", known{no, listed}, known{no, listed}, known{no, listed}},
		{"21.72", "2026-11-27", known{no, inferred}, known{no, listed}, known{no, inferred}},
		{"21.71", "2026-11-27", known{no, inferred}, known{yes, listed}, known{yes, listed}},
		{"14.01", "2026-11-27", known{open, none}, known{no, listed}, known{open, none}},
		// Gorontalo: Kabupaten Gorontalo, Kabupaten Gorontalo Utara (disadvantaged until
		// 2019), Kota Gorontalo.
		{"75.01", "2016-06-30", known{no, listed}, known{open, none}, known{open, none}},
		{"75.05", "2016-06-30", known{yes, listed}, known{open, none}, known{yes, listed}},
		{"75.05", "2026-11-27", known{open, none}, known{open, none}, known{open, none}},
		{"75.71", "2023-01-01", known{no, listed}, known{open, none}, known{open, none}},
		// Java has no border: Kabupaten Tegal, Kota Surabaya.
		{"33.28", "2017-12-25", known{no, listed}, known{no, inferred}, known{no, inferred}},
		{"33.28", "2026-11-27", known{open, none}, known{no, inferred}, known{open, none}},
		{"35.78", "2014-07-23", known{no, inferred}, known{no, inferred}, known{no, inferred}},
		{"35.78", "2026-11-27", known{no, inferred}, known{no, inferred}, known{no, inferred}},
		// The seven names from the list that was loaded later, and the new one.
		{"71.03", "2018-01-01", known{no, listed}, known{yes, listed}, known{yes, listed}},
		{"81.07", "2026-11-27", known{open, none}, known{yes, listed}, known{yes, listed}},
		{"81.72", "2026-11-27", known{no, inferred}, known{yes, listed}, known{yes, listed}},
		{"82.07", "2021-06-01", known{no, listed}, known{yes, listed}, known{yes, listed}},
		{"71.08", "2017-12-30", known{no, listed}, known{open, none}, known{open, none}},
		{"71.08", "2017-12-31", known{no, listed}, known{yes, listed}, known{yes, listed}},
		// Both kinds: Sumba Tengah, by a list of 2014 and the partial one of 2025.
		{"53.17", "2014-12-09", known{open, none}, known{open, none}, known{open, none}},
		{"53.17", "2026-11-27", known{yes, part}, known{yes, listed}, known{yes, listed}},
		// Papua Barat lost its border area to Papua Barat Daya.
		{"92.02", "2022-12-07", known{no, listed}, known{open, none}, known{open, none}},
		{"92.02", "2022-12-08", known{no, listed}, known{no, inferred}, known{no, inferred}},
		{"96.03", "2022-12-08", known{no, listed}, known{yes, part}, known{yes, part}},
	} {
		day := sentra.MustDate(c.day)
		judged := a.on(day).Affirmative(c.region)
		disadvantaged, border := judged.Of(sentra.Disadvantaged), judged.Of(sentra.Border)
		for what, got := range map[string]struct{ got, want known }{
			"disadvantaged": {known{disadvantaged.Answer, disadvantaged.Confidence}, c.disadvantaged},
			"border":        {known{border.Answer, border.Confidence}, c.border},
			"any":           {known{judged.Answer, judged.Confidence}, c.any},
		} {
			if got.got != got.want {
				t.Errorf("%s on %s, %s: %v, want %v", c.region, c.day, what, got.got, got.want)
			}
		}
		// Filters use answers that are computed separately.
		if got := a.on(day).affirmative(c.region); got != c.any.answer.Truth() {
			t.Errorf("%s on %s: filters say %d", c.region, c.day, got)
		}
		for i := range judged.Kinds {
			if s := &judged.Kinds[i]; s.Answer != open && len(s.Sources()) == 0 {
				t.Errorf("%s on %s: %s is %s, and no source is cited", c.region, c.day, s.Kind, s.Answer)
			}
		}
	}
}

// The 30 regencies announced for 2025-2029 by code, and the 55 border regions, six of
// which are among the 30. No other regency is known not to be designated. Cities and
// provinces are where the border is known: 17 provinces have one, three of them with
// a complete list.
func TestAnswersOfToday(t *testing.T) {
	a := factsAtlas(t)
	day := sentra.MustDate("2026-11-27")
	announced := []sentra.RegionCode{"12.24", "53.17", "53.18", "53.20", "96.04", "96.05", "92.07", "92.12", "94.03", "94.02", "94.05", "94.06", "94.07", "94.08",
		"95.01", "95.03", "95.02", "95.04", "95.08", "95.07", "95.05", "95.06", "91.15", "91.20", "91.11", "93.02", "93.03", "93.04", "82.05", "72.03"}
	for _, code := range announced {
		if s := a.on(day).Affirmative(code); s.Answer != sentra.Yes || s.Of(sentra.Disadvantaged).Answer != sentra.Yes || s.Of(sentra.Disadvantaged).Confidence != sentra.Partial {
			t.Errorf("%s: %+v", code, s)
		}
	}
	disadvantaged, counts := 0, map[sentra.RegionKind]map[sentra.Answer]int{}
	for _, r := range a.Data.Regions {
		judged := a.on(day).Affirmative(r.Code)
		if judged.Of(sentra.Disadvantaged).Answer == sentra.Yes {
			disadvantaged++
		}
		if counts[r.Kind] == nil {
			counts[r.Kind] = map[sentra.Answer]int{}
		}
		counts[r.Kind][judged.Answer]++
	}
	if disadvantaged != len(announced) {
		t.Errorf("%d are disadvantaged, want %d", disadvantaged, len(announced))
	}
	if yes := counts[sentra.KindRegency][sentra.Yes] + counts[sentra.KindCity][sentra.Yes]; yes != 30+55-6 {
		t.Errorf("%d are affirmative, want %d", yes, 30+55-6)
	}
	for _, c := range []struct {
		kind          sentra.RegionKind
		yes, no, open int
	}{
		{sentra.KindRegency, 73, 0, 343},
		{sentra.KindCity, 6, 66, 26},
		{sentra.KindProvince, 0, 24, 14},
	} {
		got := counts[c.kind]
		if got[sentra.Yes] != c.yes || got[sentra.No] != c.no || got[sentra.NotCovered] != c.open {
			t.Errorf("%s: %v, want %d, %d and %d", c.kind, got, c.yes, c.no, c.open)
		}
	}
}
