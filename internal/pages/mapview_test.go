package pages

import (
	"bytes"
	"encoding/json"
	"errors"
	"html"
	"image/color"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// viewAt requests the map or its picture with the parameters of an address.
func viewAt(t *testing.T, a *atlas.Atlas, lang Lang, search string) *Request {
	t.Helper()
	parameters, err := Parameters(strings.TrimPrefix(search, "?"))
	if err != nil {
		t.Fatal(err)
	}
	q, err := NewRequest(a, lang, false, "https://peta.example", "picture.png", today, parameters)
	if err != nil {
		t.Fatalf("%s: %v", search, err)
	}
	return q
}

// viewedAt reads the filters of an address, and makes their picture.
func viewedAt(t *testing.T, a *atlas.Atlas, search string) (*Request, *picture) {
	t.Helper()
	q := viewAt(t, a, English, search+"&asOf=2017-12-25")
	v, err := q.mapView()
	if err != nil {
		t.Fatal(err)
	}
	p, err := q.viewed(t.Context(), v)
	if err != nil {
		t.Fatal(err)
	}
	return q, p
}

// The map's page reads the same cases (web/test/units.test.mjs): a preview has the
// same title as the page.
func TestTitles(t *testing.T) {
	a := factsAtlas(t, nil)
	text, err := os.ReadFile("testdata/titles.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct{ Address, En, ID string }
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		for lang, want := range map[Lang]string{English: c.En, Indonesian: c.ID} {
			q := viewAt(t, a, lang, c.Address)
			v, err := q.mapView()
			if err != nil {
				t.Errorf("%s: %v", c.Address, err)
				continue
			}
			if got := q.subjectOf(v); got != want {
				t.Errorf("%s: %q, not %q", c.Address, got, want)
			}
			// The address of the preview's picture selects the same view.
			again, err := viewAt(t, a, lang, q.queryOf(v)).mapView()
			if err != nil || q.subjectOf(again) != want {
				t.Errorf("%s: its picture is %s, %v", c.Address, q.queryOf(v), err)
			}
		}
	}
}

// mapAt requests the map with the query string of an address.
func mapAt(t *testing.T, a *atlas.Atlas, search string) *MapRequest {
	t.Helper()
	m, err := NewMapRequest(a, "https://peta.example", today, search)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// headOf returns the title, the preview's title and picture, and the canonical address
// of the map's page, without the day and the fixed parts of each.
func headOf(t *testing.T, m *MapRequest) (title, picture, canonical string) {
	t.Helper()
	text, err := m.Head()
	if err != nil {
		t.Fatal(err)
	}
	part := func(from, to string) string {
		_, after, _ := strings.Cut(string(text), from)
		within, _, _ := strings.Cut(after, to)
		return html.UnescapeString(within)
	}
	title, canonical = part("<title>", " – Sentra</title>"), part(`rel="canonical" href="https://peta.example/`, `"`)
	if preview := part(`og:title" content="`, `"`); preview != title {
		t.Errorf("the preview has the title %q, the page %q", preview, title)
	}
	if shared := part(`og:url" content="https://peta.example/`, `"`); shared != canonical {
		t.Errorf("the preview has the address %q, the page %q", shared, canonical)
	}
	return title, part(`og:image" content="https://peta.example/`, `"`), canonical
}

// A preview never says less than the view selects: an invalid view has the preview of
// the country, and no address.
func TestViewPreviews(t *testing.T) {
	a := factsAtlas(t, nil)
	const country = "Small-industry clusters and affirmative regions of Indonesia"
	for search, want := range map[string][2]string{
		"list=regencies&affirmative=ANY&programme=true":                                    {"Affirmative regencies and cities that host clusters of the programme", "affirmative=ANY&asOf=2017-12-25&list=regencies&programme=true"},
		"programme=true&utm_source=x&theme=dark&at=1,2,3&colour=count&sort=-name&q=&bbox=": {"Clusters of the programme", "asOf=2017-12-25&programme=true"},
		"product=coffee-processing,coffee-processing&list=clusters":                        {"Coffee processing or coffee processing clusters", "asOf=2017-12-25&product=coffee-processing,coffee-processing"},
		"list=regencies&list=regencies":                                                    {"Regencies and cities", "asOf=2017-12-25&list=regencies"},
		"programme=true&q=kopi":                                                            {"Clusters of the programme, the place named “kopi”", "asOf=2017-12-25&programme=true&q=kopi"},
		"list=regencies&weights=border:2":                                                  {"Regencies and cities", "asOf=2017-12-25&list=regencies"},
		"near=110,-7,1000&show=":                                                           {"Clusters, within the chosen area", "asOf=2017-12-25&near=110,-7,1000"},
		"within=110,-7;112,-7;111,-8;110,-7":                                               {"Clusters, within the chosen area", "asOf=2017-12-25&within=110,-7%3B112,-7%3B111,-8%3B110,-7"},
		"list=screening&weights=border:2":                                                  {"Regencies and cities: the programme’s grounds", "asOf=2017-12-25&list=screening&weights=border:2"},
		"list=screening&money=DAK":                                                         {"Regencies and cities that had DAK money: the programme’s grounds", "asOf=2017-12-25&list=screening&money=DAK"},
		"":                                                                                 {country, "asOf=2017-12-25"},
		"list=clusters&product=,":                                                          {country, "asOf=2017-12-25"},
		"list=villages":                                                                    {country, ""},
		"list=regencies&list=provinces":                                                    {country, ""},
		"affirmative=YES":                                                                  {country, ""},
		"hosts=true":                                                                       {country, ""},
		"list=regencies&hosts=maybe":                                                       {country, ""},
		"list=screening&hosts=false":                                                       {country, ""},
		"programme=1":                                                                      {country, ""},
		"product=spaceship":                                                                {country, ""},
		"product=coffee-processing,spaceship":                                              {country, ""},
		"product=" + strings.Repeat("kopi,", 21):                                           {country, ""},
		"product=" + strings.Repeat("k", 101):                                              {country, ""},
		"q=" + strings.Repeat("k", 101):                                                    {country, ""},
		"province=94.06":                                                                   {country, ""},
		"province=99":                                                                      {country, ""},
		"phase=1999":                                                                       {country, ""},
		"list=provinces&affirmative=BORDER":                                                {country, ""},
		"list=provinces&affirmative=DISADVANTAGED&hosts=false":                             {country, ""},
		"list=regencies&group=SHOES":                                                       {country, ""},
		"initialTarget=yes":                                                                {country, ""},
		"fund=NONE":                                                                        {country, ""},
		"confidence=SURE":                                                                  {country, ""},
		"status=GONE":                                                                      {country, ""},
		"list=regencies&money=DAK":                                                         {country, ""},
		"list=screening&money=DAK,-":                                                       {country, ""},
		"list=screening&money=EU":                                                          {country, ""},
		"list=screening&money=DAK,2019-2017":                                               {country, ""},
		"list=regencies&facilitators=none,100":                                             {country, ""},
		"list=screening&facilitators=none,1001":                                            {country, ""},
		"list=screening&facilitators=few,10":                                               {country, ""},
		"bbox=110,-8,112":                                                                  {country, ""},
		"bbox=110,-6,112,-8":                                                               {country, ""},
		"bbox=110,-8,110,-6":                                                               {country, ""},
		"bbox=110,-8,east,-6":                                                              {country, ""},
		"near=110,-7,0":                                                                    {country, ""},
		"near=110,-97,1":                                                                   {country, ""},
		"near=110,-7,Inf":                                                                  {country, ""},
		"within=110,-7%3B112,-7":                                                           {country, ""},
		"within=110,-7%3B112,-8%3B112,-7%3B110,-8":                                         {country, ""},
		"within=110,-7,1%3B112,-7%3B111,-8":                                                {country, ""},
		"near=110,-7,1000&bbox=110,-8,112,-6":                                              {country, ""},
	} {
		title, picture, canonical := headOf(t, mapAt(t, a, "asOf=2017-12-25&"+search))
		wanted := want[1]
		if wanted == "" {
			wanted = "asOf=2017-12-25"
		}
		if title != want[0]+", 25 December 2017" || picture != "en/picture.png?"+wanted {
			t.Errorf("%s: %q with the picture %s", search, title, picture)
		}
		if wanted = want[1]; wanted != "" {
			wanted = "?" + wanted
		}
		if canonical != wanted {
			t.Errorf("%s: the address %q, not %q", search, canonical, wanted)
		}
	}
}

// An address without filters has the day on which the page opens: 31 December 2024,
// the last one of Perpres 63/2020, or today while a list is in force. Its own address
// stays without a day, and those of a view are the same however it was arranged.
func TestMapOpens(t *testing.T) {
	a := factsAtlas(t, nil)
	earlier := factsAtlas(t, func(d *sentra.Dataset) {
		d.Coverage = slices.DeleteFunc(d.Coverage, func(c sentra.DesignationCoverage) bool {
			return c.Regulation != "" && c.To != nil && *c.To > sentra.MustDate("2019-12-31")
		})
	})
	none := factsAtlas(t, func(d *sentra.Dataset) { d.Coverage = nil })
	const country, negara = "Small-industry clusters and affirmative regions of Indonesia, ", "Sentra industri kecil dan daerah afirmatif di Indonesia, "
	for _, c := range []struct {
		atlas                             *atlas.Atlas
		search, title, picture, canonical string
	}{
		{a, "", country + "31 December 2024", "en/picture.png?asOf=2024-12-31", ""},
		{a, "lang=id", negara + "31 Desember 2024", "id/picture.png?asOf=2024-12-31", "?lang=id"},
		{a, "theme=dark&utm_source=x&lang=en", country + "31 December 2024", "en/picture.png?asOf=2024-12-31", ""},
		{a, "asOf=today", country + "24 November 2026", "en/picture.png", "?asOf=today"},
		{a, "asOf=", country + "24 November 2026", "en/picture.png", "?asOf=today"},
		{a, "at=110,-7,6&lang=id", negara + "24 November 2026", "id/picture.png", "?asOf=today&lang=id"},
		{a, "list=regencies", "Regencies and cities, 24 November 2026", "en/picture.png?list=regencies", "?list=regencies"},
		{a, "asOf=soon&list=regencies", country + "24 November 2026", "en/picture.png", ""},
		{a, "asOf=%zz", country + "24 November 2026", "en/picture.png", ""},
		{a, "asOf=2017-12-25&show=cluster:2017-94.06-coffee-processing&at=1,2,3", country + "25 December 2017", "en/picture.png?asOf=2017-12-25", "?asOf=2017-12-25&show=cluster:2017-94.06-coffee-processing"},
		{earlier, "", country + "31 December 2019", "en/picture.png?asOf=2019-12-31", ""},
		{none, "", country + "24 November 2026", "en/picture.png", ""},
	} {
		title, picture, canonical := headOf(t, mapAt(t, c.atlas, c.search))
		if title != c.title || picture != c.picture || canonical != c.canonical {
			t.Errorf("%s: %q, %s, %q", c.search, title, picture, canonical)
		}
	}
}

// An invalid filter of a picture is a BAD_USER_INPUT that names it, and the page says
// so.
func TestWrongPictures(t *testing.T) {
	a := factsAtlas(t, nil)
	for search, want := range map[string]struct{ path, english, indonesian string }{
		"list=villages":                     {"list", "It takes clusters, regencies, provinces or screening.", "Isinya clusters"},
		"affirmative=YES":                   {"affirmative", "ANY, DISADVANTAGED, BORDER or NO", "Isinya ANY"},
		"list=provinces&affirmative=BORDER": {"affirmative", "only together with hosts=true", "hanya bersama hosts=true"},
		"hosts=true":                        {"hosts", "regencies or provinces", "kabupaten/kota atau provinsi"},
		"programme=x":                       {"programme", "It takes true or false.", "Isinya true atau false."},
		"product=spaceship":                 {"product", "at most 20", "paling banyak 20"},
		"product=" + strings.Repeat("kopi,", 20) + "kopi": {"product", "at most 20", "paling banyak 20"},
		"province=xx":                        {"province", "code of a province", "kode provinsi"},
		"phase=2013-2016&phase=2017":         {"phase", "key of a phase", "kunci tahap"},
		"list=regencies&group=SHOES":         {"group", "TEXTILE, FOOD", "Isinya TEXTILE"},
		"initialTarget=1":                    {"initialTarget", "It takes true or false.", "Isinya true atau false."},
		"fund=EU":                            {"fund", "APBN, DECONCENTRATION, DAK or ANY", "DAK, atau ANY"},
		"confidence=SURE":                    {"confidence", "LISTED, INFERRED or PARTIAL", "INFERRED, atau PARTIAL"},
		"status=GONE":                        {"status", "EXISTING or PLANNED", "EXISTING atau PLANNED"},
		"q=" + strings.Repeat("k", 101):      {"q", "at most 100 letters", "paling banyak 100 huruf"},
		"list=regencies&money=DAK":           {"money", "In a screening it takes a fund", "Untuk screening"},
		"list=screening&facilitators=1":      {"facilitators", "some or none with a distance", "some atau none"},
		"list=screening&weights=roads:1":     {"weights", "elements with weights", "unsur dengan bobot"},
		"list=screening&weights=dak:1,dak:2": {"weights", "elements with weights", "unsur dengan bobot"},
		"list=screening&weights=border:1001": {"weights", "from 0 to 1000", "dari 0 sampai 1000"},
		"bbox=1,2,3":                         {"bbox", "west, south, east and north", "barat, selatan, timur, dan utara"},
		"within=1,2":                         {"within", "at least three positions", "paling sedikit tiga posisi"},
		"near=1,2":                           {"near", "a radius in metres", "radius dalam meter"},
		"list=screening&hosts=false":         {"hosts", "a screening takes only true", "untuk screening hanya true"},
	} {
		for _, lang := range Langs {
			q := viewAt(t, a, lang, search)
			_, err := q.MapPicture(t.Context())
			var coded *sentra.Error
			if !errors.As(err, &coded) || coded.Code != sentra.CodeBadUserInput || !slices.Equal(coded.Path, []string{want.path}) {
				t.Errorf("%s: %v", search, err)
				continue
			}
			page, err := q.Failed(400, coded)
			if err != nil {
				t.Fatal(err)
			}
			text := want.english
			if lang == Indonesian {
				text = want.indonesian
			}
			if !bytes.Contains(page.Body, []byte("“"+want.path+"”")) || !bytes.Contains(page.Body, []byte(text)) {
				t.Errorf("%s, %s: %s", search, lang, page.Body)
			}
		}
	}
}

// The numbers are worked out from the decrees and the programme's list: 122 regencies
// of Perpres 131/2015; 514 regencies and cities, of which 10 have a cluster of the
// programme (two of its 11 are in Palu), and of those only Dogiyai is affirmative.
// Samosir and Palu are in provinces whose border areas are only partly loaded.
func TestViews(t *testing.T) {
	a := realAtlas(t)
	for _, c := range []struct {
		search, text string
		// focus and marks are the numbers of regions and clusters; -1 for any.
		focus, marks int
	}{
		{"list=regencies&affirmative=ANY&programme=true", "1 regency or city: Kabupaten Dogiyai. Cannot be judged (not covered): 2 regencies and cities.", 1, 1},
		{"list=regencies&affirmative=DISADVANTAGED", "122 regencies and cities.", 122, -1},
		{"list=regencies&programme=true", "10 regencies and cities.", 10, 11},
		{"list=regencies&phase=2017", "5 regencies and cities: ", 5, 5},
		{"list=regencies&hosts=false&programme=true", "504 regencies and cities.", 504, 0},
		{"list=regencies&hosts=false&phase=2017", "509 regencies and cities.", 509, 0},
		// The second query of the README. For the other affirmative ones it is unknown.
		{"list=regencies&affirmative=ANY&hosts=true", "16 regencies and cities. Cannot be judged (not covered): ", 16, -1},
		{"list=provinces&affirmative=ANY&programme=true", "1 province: Papua. Cannot be judged (not covered): 2 provinces.", 1, 1},
		{"list=provinces&affirmative=DISADVANTAGED&programme=true", "1 province: Papua.", 1, 1},
		{"list=provinces&province=94", "0 provinces.", 0, 0},
		{"list=provinces&province=91", "1 province: Papua.", 1, -1},
		{"programme=true&phase=2013-2016", "6 clusters: ", 0, 6},
		{"affirmative=ANY&programme=true", "1 cluster: Coffee processing, Kabupaten Dogiyai. Cannot be judged (not covered): 3 clusters.", 0, 1},
		{"affirmative=ANY&programme=true&province=91", "1 cluster: Coffee processing, Kabupaten Dogiyai.", 1, 1},
		// Papua Tengah did not exist yet.
		{"list=regencies&province=94", "0 regencies and cities.", 0, -1},
	} {
		_, p := viewedAt(t, a, c.search)
		if !strings.HasPrefix(p.text, c.text) || c.focus >= 0 && len(p.focus) != c.focus || c.marks >= 0 && len(p.clusters) != c.marks {
			t.Errorf("%s: %q, %d regions, %d clusters", c.search, p.text, len(p.focus), len(p.clusters))
		}
	}
	// Border regencies without a known cluster and those with one add up to all border
	// regencies, and so do those that cannot be decided.
	count := func(search string) (focus, open int) {
		_, p := viewedAt(t, a, search)
		return len(p.focus), len(p.open)
	}
	all, _ := count("list=regencies&affirmative=BORDER")
	none, _ := count("list=regencies&affirmative=BORDER&hosts=false")
	some, _ := count("list=regencies&affirmative=BORDER&hosts=true")
	if none == 0 || some == 0 || none+some != all {
		t.Errorf("%d border regencies: %d without a known cluster, %d with one", all, none, some)
	}
	if n, open := count("list=regencies&hosts=false&product=coffee-processing"); n == 0 || n >= 514 || open != 0 {
		t.Errorf("%d regencies without known processing of coffee, %d open", n, open)
	}
}

// A region that matches has the colour of its status, one that does not is as pale as
// the land even if it is affirmative, and one that cannot be decided is hatched.
func TestViewColours(t *testing.T) {
	a := realAtlas(t)
	for _, c := range []struct {
		search string
		code   sentra.RegionCode
		// right is the distance of the pixel to the right of the label point, to be beside
		// a mark.
		right int
		want  string
	}{
		{"list=regencies&province=91&programme=true", "94.06", 14, "disadvantaged"},
		{"list=regencies&province=91&programme=true", "94.03", 0, "land"},
		{"list=regencies&province=91", "94.03", 0, "disadvantaged"},
		{"list=regencies&hosts=false&programme=true", "61.04", 0, "disadvantaged"},
		{"list=regencies&hosts=false&programme=true", "94.06", 0, "land"},
		{"list=regencies&hosts=false&affirmative=NO", "61.04", 0, "land"},
		{"list=provinces&programme=true&province=61", "61.04", 0, "disadvantaged"},
		{"list=regencies&affirmative=ANY&hosts=true", "61.04", 0, "open"},
	} {
		q, p := viewedAt(t, a, c.search)
		drawn := mapDrawn(t, q)
		at := fit(p.bound).at(q.Shape(c.code).Label)
		x, y := int(at.X)+c.right, int(at.Y)
		if c.want == "open" {
			lines, ground := 0, 0
			for dx := range 24 {
				switch color.RGBAModel.Convert(drawn.At(x-12+dx, y)) {
				case colours["land-line"]:
					lines++
				case colours["land"]:
					ground++
				}
			}
			if lines == 0 || ground == 0 {
				t.Errorf("%s: %s is not hatched: %d, %d", c.search, c.code, lines, ground)
			}
			continue
		}
		if got := color.RGBAModel.Convert(drawn.At(x, y)); got != colours[c.want] {
			t.Errorf("%s: %s has the colour %v, not that of %s", c.search, c.code, got, c.want)
		}
	}
}
