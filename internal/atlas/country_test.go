package atlas

import (
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// designatedOnChristmas has the earliest cluster of each regency or city that was
// affirmative on 2017-12-25 and had a cluster known on that day, worked out by hand
// from sentra.csv, designations.csv and programme.json.
var designatedOnChristmas = map[sentra.RegionCode]string{
	"35.26": "2012-03-09", "35.27": "2011-02-22", "36.01": "2017-08-31", "52.02": "2009-04-01", "52.03": "2016-12-22", "53.02": "2017-06-14",
	"53.05": "2016-08-24", "53.11": "2017-01-01", "53.14": "2015-11-30", "53.16": "2011-02-22", "63.08": "2005-01-01", "81.03": "2017-03-30",
	"81.08": "2017-02-07", "82.07": "2012-07-31", "94.06": "2017-01-01", "96.03": "2017-10-19",
}

// The query that gave the project its title: Dogiyai alone has clusters of the
// programme, and 16 regencies have known clusters of any kind. Where none is known,
// the answer is unknown.
func TestTitleQuestion(t *testing.T) {
	a := factsAtlas(t)
	yes, no := true, false
	regency := sentra.RegionFilter{Level: sentra.LevelRegency, Affirmative: &yes}
	ask := func(change func(*sentra.RegionFilter)) *RegionList {
		t.Helper()
		f := regency
		change(&f)
		list, err := a.on(christmas).Regions(t.Context(), &f, "")
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	codes := func(list *RegionList) (out []sentra.RegionCode) {
		for _, hit := range list.Hits {
			out = append(out, hit.Code)
		}
		return out
	}
	var all []sentra.RegionCode
	for code, day := range designatedOnChristmas {
		all = append(all, code)
		if first := a.existing.firstBegun.of(code); first.String() != day {
			t.Errorf("%s: the first cluster is known from %s, want %s", code, first, day)
		}
	}
	slices.Sort(all)
	for _, c := range []struct {
		what string
		list *RegionList
		want []sentra.RegionCode
	}{
		{"the programme's", ask(func(f *sentra.RegionFilter) { f.Clusters = &sentra.ClusterFilter{Programme: &yes} }), []sentra.RegionCode{"94.06"}},
		{"of the phase", ask(func(f *sentra.RegionFilter) { f.Clusters = &sentra.ClusterFilter{Phase: "2017"} }), []sentra.RegionCode{"94.06"}},
		{"known", ask(func(f *sentra.RegionFilter) { f.HostsClusters = &yes }), all},
		{"known, by a filter", ask(func(f *sentra.RegionFilter) { f.Clusters = &sentra.ClusterFilter{} }), all},
		{"none", ask(func(f *sentra.RegionFilter) { f.HostsClusters = &no }), nil},
		{"none that makes batik", ask(func(f *sentra.RegionFilter) {
			f.Not = &sentra.RegionFilter{Clusters: &sentra.ClusterFilter{Product: "batik"}}
		}), nil},
	} {
		if got := codes(c.list); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
	// The programme's list is complete: a region that may be affirmative is open only
	// where it has one of its clusters. On that day these are Palu and Samosir.
	if list := ask(func(f *sentra.RegionFilter) { f.Clusters = &sentra.ClusterFilter{Programme: &yes} }); len(list.NotCovered) != 2 ||
		list.NotCovered[0].Code != "12.17" || list.NotCovered[1].Code != "72.71" {
		t.Errorf("not covered: %v", list.NotCovered)
	}
}

// 168 of the 390 clusters are known on 2017-12-25, four of which are planned. The
// others are unknown, since all clusters of the programme had begun.
func TestKnownClusters(t *testing.T) {
	a := factsAtlas(t)
	today := sentra.MustDate("2026-11-27")
	yes := true
	for _, c := range []struct {
		filter       *sentra.ClusterFilter
		day          sentra.Date
		listed, open int
	}{
		{nil, christmas, 168, 222},
		{nil, today, 390, 0},
		{&sentra.ClusterFilter{Status: sentra.ClusterPlanned}, christmas, 4, 8},
		{&sentra.ClusterFilter{Status: sentra.ClusterPlanned}, today, 12, 0},
		{&sentra.ClusterFilter{Status: sentra.ClusterExisting}, today, 378, 0},
		{&sentra.ClusterFilter{Programme: &yes}, christmas, 11, 0},
		{&sentra.ClusterFilter{Programme: &yes}, sentra.MustDate("2016-06-30"), 6, 0},
		{&sentra.ClusterFilter{Confidence: []sentra.Confidence{sentra.Listed}}, today, 302, 0},
		{&sentra.ClusterFilter{Supported: &yes}, today, 41, 349},
	} {
		list, err := a.on(c.day).Clusters(t.Context(), c.filter, "", true)
		if err != nil {
			t.Fatal(err)
		}
		if list.Len() != c.listed || list.NotCovered != c.open {
			t.Errorf("%+v on %s: %d clusters, %d not covered, want %d and %d", c.filter, c.day, list.Len(), list.NotCovered, c.listed, c.open)
		}
	}
}

// Names of the day, and codes that are valid on another day or in another system.
func TestNamesAndCodesOfTheDay(t *testing.T) {
	a := factsAtlas(t)
	for _, c := range []struct{ code, day, want string }{
		{"81.03", "2017-12-25", "Kabupaten Maluku Tenggara Barat"}, {"81.03", "2019-01-27", "Kabupaten Maluku Tenggara Barat"},
		{"81.03", "2019-01-28", "Kabupaten Kepulauan Tanimbar"}, {"76.01", "2017-12-28", "Kabupaten Mamuju Utara"}, {"76.01", "2017-12-29", "Kabupaten Pasangkayu"},
		// The sources only say that it ended in 2014.
		{"71.03", "2014-12-31", "Kabupaten Kepulauan Sangihe dan Talaud"}, {"71.03", "2015-01-01", "Kabupaten Kepulauan Sangihe"},
		{"94.06", "2017-12-25", "Kabupaten Dogiyai"},
	} {
		if got := a.on(sentra.MustDate(c.day)).NameOn(a.Region(sentra.RegionCode(c.code))); got != c.want {
			t.Errorf("%s on %s: %s, want %s", c.code, c.day, got, c.want)
		}
	}
	for _, c := range []struct {
		system           sentra.CodeSystem
		value, day, want string
		says             []string
	}{
		{sentra.SystemKemendagri, "92.71", "2017-12-25", "96.71", nil},
		{sentra.SystemKemendagri, "96.71", "2017-12-25", "96.71", nil},
		{sentra.SystemKemendagri, "92.71", "2026-11-27", "", []string{"Kota Sorong", "96.71", "asOf", "to 2022-12-07"}},
		{sentra.SystemBPS, "9408", "2021-01-01", "91.05", nil},
		{sentra.SystemBPS, "9602", "2026-11-27", "94.06", nil},
		{sentra.SystemBPS, "9602", "2017-12-25", "", []string{"Kabupaten Dogiyai", "9434", "from 2023-01-01 on"}},
		{sentra.SystemKemendagri, "9408", "2026-11-27", "", []string{"BPS", "Kabupaten Kepulauan Yapen", "system: BPS"}},
		{sentra.SystemBPS, "ID9408", "2026-11-27", "", []string{"P-code", "Kabupaten Kepulauan Yapen", "write 91.05"}},
		{sentra.SystemPCode, "ID9408", "2026-11-27", "91.05", nil},
		{sentra.SystemKemendagri, "94", "2017-12-25", "", nil},
		{sentra.SystemKemendagri, "99.99", "2017-12-25", "", nil},
	} {
		r, err := a.on(sentra.MustDate(c.day)).FindRegion(c.system, c.value)
		if got := ""; r != nil && string(r.Code) != c.want || r == nil && got != c.want || (err != nil) != (c.says != nil) {
			t.Errorf("%s %s on %s: %v, %v", c.system, c.value, c.day, r, err)
			continue
		}
		for _, text := range c.says {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s %s on %s: %v lacks %q", c.system, c.value, c.day, err, text)
			}
		}
	}
	for _, c := range []struct{ text, code, matched string }{
		{"Maluku Tenggara Barat", "81.03", "Kabupaten Maluku Tenggara Barat"}, {"Toba Samosir", "12.12", "Kabupaten Toba Samosir"},
		{"Pasir", "64.01", "Kabupaten Pasir"}, {"Irian Jaya", "91", "Irian Jaya"}, {"NAD", "11", "NAD"}, {"Pontianak", "61.71", "Kota Pontianak"},
	} {
		hits, err := a.on(christmas).Search(t.Context(), c.text, 3)
		if err != nil || len(hits) == 0 || hits[0].Region == nil || string(hits[0].Region.Code) != c.code || hits[0].Matched != c.matched {
			t.Errorf("%s: %+v, %v", c.text, hits, err)
		}
	}
}

// Coverage compared with BPS's counts of 2024: Aceh 277, Indonesia 8,889; Bali is not
// in the loaded table.
func TestClusterCoverage(t *testing.T) {
	a := factsAtlas(t)
	coverage, err := a.on(sentra.MustDate("2026-11-27")).ClusterCoverage(t.Context())
	if err != nil || len(coverage) != 1+38 {
		t.Fatal(len(coverage), err)
	}
	known, planned := 0, 0
	for _, c := range coverage[1:] {
		known, planned = known+c.Known, planned+c.Planned
		switch {
		case c.Region.Code == "11" && (c.Counted.Count != 277 || c.Counted.Year != 2024 || c.Known != 6 || c.Planned != 0),
			c.Region.Code == "51" && (c.Counted != nil || c.Known != 9):
			t.Errorf("%s: %+v", c.Region.Name, c)
		}
	}
	if whole := coverage[0]; whole.Counted.Count != 8889 || whole.Known != 378 || whole.Planned != 12 || known != 378 || planned != 12 {
		t.Errorf("the country: %+v, provinces %d and %d", whole, known, planned)
	}
}

func TestSupports(t *testing.T) {
	a := factsAtlas(t)
	today := sentra.MustDate("2026-11-27")
	for _, c := range []struct {
		filter *sentra.SupportFilter
		want   int
	}{
		{nil, 80},
		// Kampar, Kepulauan Meranti (4), Pekanbaru, and Riau itself.
		{&sentra.SupportFilter{Region: "14"}, 7},
		{&sentra.SupportFilter{Region: "14.10"}, 4},
		{&sentra.SupportFilter{Funds: []sentra.Fund{sentra.FundDeconcentration}}, 3},
		{&sentra.SupportFilter{FundStated: new(bool)}, 10},
		{&sentra.SupportFilter{Cluster: "sentra-knalpot-purbalingga"}, 5},
		{&sentra.SupportFilter{Cluster: "sentra-knalpot-purbalingga", FromYear: new(2018), ToYear: new(2020)}, 3},
		{&sentra.SupportFilter{ToYear: new(2014)}, 1},
	} {
		list, err := a.on(today).Supports(c.filter)
		if err != nil || list.Len() != c.want {
			t.Errorf("%+v: %d, %v, want %d", c.filter, list.Len(), err, c.want)
		}
	}
	for path, f := range map[string]*sentra.SupportFilter{"filter.region": {Region: "99"}, "filter.cluster": {Cluster: "x"}, "filter.toYear": {FromYear: new(2020), ToYear: new(2019)}, "filter.product": {Product: "zzz"}} {
		if _, err := a.on(today).Supports(f); err == nil || strings.Join(err.(*sentra.Error).Path, ".") != path {
			t.Errorf("%s: %v", path, err)
		}
	}
}
