package facts

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The counts are those of the files: 385 rows of clusters, six of which are the
// programme's, and 11 clusters of the programme; 12 rows are plans.
func TestCountryCounts(t *testing.T) {
	f := must(t)
	programme, planned, both, known, regencies := 0, 0, 0, 0, map[sentra.RegionCode]bool{}
	for c := range f.Clusters.All {
		if c.OfProgramme() {
			programme++
			if len(c.Readings) > 0 {
				both++
			}
		}
		if c.Planned {
			planned++
		}
		if len(c.Readings) > 0 {
			known++
			regencies[c.Regions[0]] = true
		}
	}
	systems, kinds, former := map[sentra.CodeSystem]int{}, map[sentra.RegionNameKind]int{}, 0
	for _, c := range f.Codes {
		systems[c.System]++
		if c.System == sentra.SystemKemendagri && c.Validity.To != nil {
			former++
		}
	}
	for _, n := range f.Names {
		kinds[n.Kind]++
	}
	funds, linked, amounts := map[sentra.Fund]int{}, 0, 0
	for _, s := range f.Supports {
		funds[s.Fund]++
		if s.Cluster != "" {
			linked++
		}
		if s.Amount != nil {
			amounts++
		}
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"clusters", f.Clusters.Len(), 385 + 11 - 6},
		{"rows of sentra.csv", known, 385},
		{"their regencies and cities", len(regencies), 180},
		{"clusters of the programme", programme, 11},
		{"both", both, 6},
		{"planned", planned, 12},
		// 112 products of sentra.csv and 11 of the programme, of which these are one:
		// footwear, rattan furniture, tofu and tempe, aloe vera, cocoa.
		{"products", len(f.Products), 112 + 11 - 5},
		{"events", len(f.Events), 7 + 1 + 1 + 3},
		// 71 rows of dak_ikm.csv, 7 and 3 of programme_facts.csv; Bengkulu 2014 is in both.
		{"supports", len(f.Supports), 71 + 7 + 3 - 1},
		{"DAK", funds[sentra.FundDAK], 60 + 7},
		{"deconcentration", funds[sentra.FundDeconcentration], 1 + 3 - 1},
		{"fund not stated", funds[""], 10},
		{"supports of a cluster", linked, 56},
		{"facilitators", len(f.Facilitators), 13},
		{"counts by others", len(f.Counts), 39 + 5},
		{"candidates", len(f.Candidates), 5},
		{"former names", kinds[sentra.NameFormer], 19},
		{"variant names", kinds[sentra.NameVariant], 168},
		{"P-codes", systems[sentra.SystemPCode], 34 + 514},
		// The list of 2020, and the 26 codes of Papua that changed.
		{"BPS codes", systems[sentra.SystemBPS], 34 + 514 + 26},
		{"former codes", former, 36},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %d, want %d", c.what, c.got, c.want)
		}
	}
}

func must(t *testing.T) *sentra.Facts {
	t.Helper()
	f, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The contents of single rows of the files.
func TestCountryRows(t *testing.T) {
	f := must(t)
	cluster := func(key string) *sentra.Cluster {
		return f.Clusters.List()[slices.IndexFunc(f.Clusters.List(), func(c *sentra.Cluster) bool { return c.Key == key })]
	}
	if c := cluster("sentra-rotan-gampong-kueh"); c.Place != "Kueh, Kec. Lhoknga" || c.Figures == nil || c.Figures.Units != nil || *c.Figures.Workers != 63 || c.Figures.Year != 2024 ||
		c.Confidence != sentra.Listed || c.Readings[0].Read != "known as rattan-craft sentra; 63 makers in the association" || len(c.Phases) != 0 || c.Regions[0] != "11.06" {
		t.Errorf("Gampong Kueh: %+v", c)
	}
	if c := cluster("2013-2016-35.76-footwear"); len(c.Sources) != 3 || c.Place != "Jalan Raya Surodinawan, Kec. Prajurit Kulon" || *c.Figures.Units != 59 || c.Figures.Year != 0 || len(c.Products) != 1 {
		t.Errorf("footwear of Mojokerto: %+v", c)
	}
	if c := cluster("2013-2016-12.17-ulos-weaving"); !slices.Equal(c.Products, []string{"ulos-weaving", "ulos"}) {
		t.Errorf("ulos of Samosir: %+v", c)
	}
	at := slices.IndexFunc(f.Supports, func(s sentra.Support) bool { return s.Region == "13.01" && s.Year == 2022 })
	if s := f.Supports[at]; s.Amount.String() != "14257083496" || s.Fund != sentra.FundDAK || s.Cluster != "sentra-ikm-minyak-atsiri-lunang" || s.Product != "essential-oil" {
		t.Errorf("support of Pesisir Selatan: %+v", s)
	}
	codes := func(system sentra.CodeSystem, region sentra.RegionCode) (out []string) {
		for _, c := range f.Codes {
			if c.System == system && c.Region == region {
				out = append(out, c.Value)
			}
		}
		slices.Sort(out)
		return out
	}
	for _, c := range []struct {
		system sentra.CodeSystem
		region sentra.RegionCode
		want   []string
	}{
		{sentra.SystemBPS, "31.71", []string{"3173"}},
		{sentra.SystemBPS, "91.05", []string{"9408"}},
		{sentra.SystemBPS, "94.04", []string{"9412", "9601"}},
		{sentra.SystemKemendagri, "96.71", []string{"92.71", "96.71"}},
		{sentra.SystemPCode, "94.07", []string{"ID9435"}},
		{sentra.SystemPCode, "96", nil},
	} {
		if got := codes(c.system, c.region); !slices.Equal(got, c.want) {
			t.Errorf("%s of %s: got %v, want %v", c.system, c.region, got, c.want)
		}
	}
}

// Every text of the facts is also in Indonesian, and differs; a text of each file is
// compared with its translation.
func TestWordsInIndonesian(t *testing.T) {
	f := must(t)
	said := map[string]string{}
	told := func(what, english, indonesian string) {
		if (english == "") != (indonesian == "") || english != "" && english == indonesian {
			t.Errorf("%s: %q is in Indonesian %q", what, english, indonesian)
		}
		said[english] = indonesian
	}
	each := func(what string, english, indonesian []string) {
		if len(english) != len(indonesian) {
			t.Errorf("%s: %d texts, %d in Indonesian", what, len(english), len(indonesian))
			return
		}
		for i := range english {
			told(what, english[i], indonesian[i])
		}
	}
	for _, c := range f.Coverage {
		told("a coverage", c.Note, c.NoteID)
	}
	for c := range f.Clusters.All {
		told(c.Key, c.RegionNote, c.RegionNoteID)
		for _, reading := range c.Readings {
			told(c.Key, reading.Read, reading.ReadID)
		}
	}
	for _, s := range f.Supports {
		told(s.ID, s.Purpose, s.PurposeID)
	}
	for _, people := range f.Facilitators {
		told(people.ID, people.Note, people.NoteID)
	}
	for _, n := range f.Counts {
		told(n.ID, n.Note, n.NoteID)
	}
	for _, e := range f.Events {
		told(e.ID, e.What, e.WhatID)
		told(e.ID, e.Note, e.NoteID)
	}
	for _, g := range f.Programme.Grounds {
		each(string(g.Kind), g.Elements, g.ElementsID)
	}
	p := &f.Programme
	each("measures", p.AccompanyingMeasures, p.AccompanyingMeasuresID)
	each("structure", p.MethodStructure, p.MethodStructureID)
	each("not stated", p.NotStated, p.NotStatedID)
	for _, step := range p.MethodSteps {
		told("a step", step.Name, step.NameID)
		each(step.Name, step.Parts, step.PartsID)
	}
	for english, want := range map[string]string{
		"Papua has border areas, but only part of the decree's list is loaded: silence is not a no": "Papua memiliki kawasan perbatasan negara, tetapi hanya sebagian daftar dalam peraturannya yang dimuat: yang tidak disebut belum tentu tidak ditetapkan",
		"songket of nagari Pandai Sikek sold abroad":                                                "songket nagari Pandai Sikek dijual ke luar negeri",
		"gambier; terms of reference only, not an allocation":                                       "gambir; hanya kerangka acuan kegiatan, bukan alokasi",
		"TPL under contract in 2017":                                                                "TPL yang terikat kontrak pada 2017",
		"regencies and cities":                                                                      "kabupaten/kota",
		"Palu City and surrounding regencies, which the source does not name":                       "Kota Palu dan kabupaten sekitarnya, yang tidak disebut sumber",
		"supply-chain analysis":                                                                     "analisis rantai pasok",
	} {
		if said[english] != want {
			t.Errorf("%q is in Indonesian %q, want %q", english, said[english], want)
		}
	}
}

// Descriptions of sources are in Indonesian too; titles that are the sources' own stay
// as they are.
func TestSourceTitles(t *testing.T) {
	f := must(t)
	english := regexp.MustCompile(`\b(of|the|and|in|on|from|with|for|by|as|to|is|not|read|day|before|still|lists?|cop(y|ies)|names?|titles?|reports?|code index|bridge|signed|text)\b`)
	address := regexp.MustCompile(`\S+/\S*`)
	described := 0
	for i := range f.Sources {
		s := &f.Sources[i]
		if s.TitleID != "" {
			described++
		}
		if own := s.Publisher != "" && s.URL != ""; own && s.TitleID == "" || sentra.CitedID(s.Title) != s.ID && !strings.HasPrefix(string(s.ID), "note-") && s.TitleID == "" {
			continue
		}
		if word := english.FindString(address.ReplaceAllString(cmp.Or(s.TitleID, s.Title), "")); word != "" {
			t.Errorf("%s has in Indonesian the title %q, with %q", s.ID, cmp.Or(s.TitleID, s.Title), word)
		}
	}
	if described < 80 {
		t.Errorf("%d titles are described in Indonesian", described)
	}
	for english, want := range map[string]string{
		"totals only (tribunnews 2015-12-11: 26 in Papua; 7 in Papua Barat by subtraction)": "hanya jumlahnya (tribunnews 2015-12-11: 26 di Papua; 7 di Papua Barat dari pengurangan)",
		"PP 58/2014, explanation (peraturan.go.id/inc/view/11e49b95ce2d67bcba0a303933343033.html: LN 2014 No. 166, TLN 5556); 21 July 2014 from tribunpontianakwiki.tribunnews.com/2020/03/28/kabupaten-mempawah; day of promulgation not read; BPS list of 2014-07-16 still has it; not to be taken for Kota Pontianak 61.71": "PP 58/2014, penjelasan (peraturan.go.id/inc/view/11e49b95ce2d67bcba0a303933343033.html: LN 2014 No. 166, TLN 5556); 21 Juli 2014 dari tribunpontianakwiki.tribunnews.com/2020/03/28/kabupaten-mempawah; tanggal pengundangan tidak terbaca; daftar BPS 2014-07-16 masih memuatnya; bukan Kota Pontianak 61.71",
		"Kemenperin-JICA Kembangkan Industri Kecil di Lima Provinsi": "",
	} {
		at := slices.IndexFunc(f.Sources, func(s sentra.Source) bool { return s.Title == english })
		if at < 0 || f.Sources[at].TitleID != want {
			t.Errorf("%q: %d", english, at)
		}
	}
}
