package pages

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"golang.org/x/net/html"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var today = sentra.MustDate("2026-11-24")

// realAtlas has the facts with the real boundaries of regencies and cities.
var realAtlas = boundarytest.Once(func(_, name string) (*atlas.Atlas, error) {
	loaded, err := facts.Load()
	if err != nil {
		return nil, err
	}
	data := &sentra.Dataset{Facts: *loaded, Version: "test"}
	file, err := boundaryfile.Open(context.Background(), name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	first := sentra.FirstDay
	if err := boundaryfile.Read(file, name, boundaryfile.Options{}, func(r boundaryfile.Record) error {
		shape, _, err := geo.Repair(r.Geometry)
		data.Boundaries = append(data.Boundaries, sentra.Boundary{Region: sentra.RegionCode(r.Code), Shape: shape,
			Validity: sentra.Period{From: &first}, Origin: sentra.OriginImported, Source: facts.BoundarySource})
		return err
	}); err != nil {
		return nil, err
	}
	return atlas.New(data)
})

// factsAtlas has the facts, modified by a test.
func factsAtlas(t testing.TB, change func(*sentra.Dataset)) *atlas.Atlas {
	t.Helper()
	loaded, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	data := &sentra.Dataset{Facts: *loaded, Version: "test"}
	if change != nil {
		change(data)
	}
	a, err := atlas.New(data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// ask requests a page by its address, "/id/regions/94.06?asOf=2017-12-25".
func ask(t testing.TB, a *atlas.Atlas, address string) *Page {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	path, lang, bare := strings.TrimPrefix(at.EscapedPath(), "/"), English, true
	for _, l := range Langs {
		if rest, found := strings.CutPrefix(path, string(l)+"/"); found {
			path, lang, bare = rest, l, false
		}
	}
	q, err := NewRequest(a, lang, bare, "https://peta.example", path, today, at.Query())
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	section, key, one := strings.Cut(path, "/")
	key, _ = url.PathUnescape(key)
	var page *Page
	switch {
	case section == "regions" && one:
		page, err = q.Region(t.Context(), key)
	case section == "clusters" && one:
		page, err = q.Cluster(t.Context(), key)
	case section == "products" && one:
		page, err = q.Product(t.Context(), key)
	case section == "regions":
		page, err = q.Regions(t.Context())
	case section == "clusters":
		page, err = q.Clusters(t.Context())
	case section == "products":
		page, err = q.Products(t.Context())
	case section == "compare":
		page, err = q.Compare(t.Context())
	case section == "about":
		page, err = q.About([]Entry{{"Region", "A `province`.", []Field{{"code", "String!", "The <code>."}}}}, "data@example.org")
	case section == "sources":
		page, err = q.AllSources()
	case section == "quality":
		page, err = q.Quality(t.Context())
	case section == "developers":
		page, err = q.Developers(nil)
	default:
		t.Fatalf("there is no page %s", address)
	}
	if err != nil {
		t.Fatalf("%s: %v", address, err)
	}
	return page
}

// document is a parsed page.
type document struct {
	root *html.Node
	ids  map[string]bool
	all  []*html.Node
}

func read(t testing.TB, page *Page) *document {
	t.Helper()
	root, err := html.Parse(strings.NewReader(string(page.Body)))
	if err != nil {
		t.Fatal(err)
	}
	d := &document{root: root, ids: map[string]bool{}}
	for node := range root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		d.all = append(d.all, node)
		if id := attribute(node, "id"); id != "" {
			if d.ids[id] {
				t.Errorf("the id %s stands twice", id)
			}
			d.ids[id] = true
		}
	}
	return d
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// text is the text of an element, with spaces collapsed.
func text(node *html.Node) string {
	var out strings.Builder
	for child := range node.Descendants() {
		if child.Type == html.TextNode {
			out.WriteString(child.Data)
			out.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

// section is the text of the element with an id.
func (d *document) section(id string) string {
	for _, node := range d.all {
		if attribute(node, "id") == id {
			return text(node)
		}
	}
	return ""
}

func (d *document) first(name string) string {
	for _, node := range d.all {
		if node.Data == name {
			return text(node)
		}
	}
	return ""
}

// Dogiyai's page has what the record knows. designations.csv has it in the lists of
// 2015 (inferred), 2020 and 2025 (partial); programme.json as an initial target of
// 2017.
func TestRegion(t *testing.T) {
	a := factsAtlas(t, nil)
	for _, c := range []struct {
		address, heading string
		// says are the texts that sections contain, or do not contain after a minus.
		says map[string][]string
	}{
		{"/en/regions/94.06?asOf=2017-12-25", "Kabupaten Dogiyai 94.06", map[string][]string{
			"main":       {"Kabupaten Dogiyai is a regency in Papua. On 25 December 2017, it counts as affirmative: disadvantaged. It has 1 known cluster: Coffee processing."},
			"status":     {"Yes inferred 25 December 2017", "Designated by Perpres 131/2015, in force on 25 December 2017.", "Border i Not covered Only part of the list"},
			"years":      {"Perpres 131/2015", "4 November 2015 – 31 December 2019", "inferred from totals", "27 April 2020 – 31 December 2024", "Perpres 12/2025"},
			"clusters":   {"1 known cluster on 25 December 2017.", "programme 2017", "-Klaster"},
			"candidates": {"chosen", "Initial target i Yes"},
			"names":      {"Papua Tengah from 25 July 2022 UU 15/2022", "Papua 23 July 2014 – 24 July 2022", "Kemendagri 91.26 until 24 July 2022", "BPS 9434 until 31 December 2022", "ID9434"},
			"coverage":   {"Disadvantaged: the record has the complete list of Perpres 131/2015 for the whole country", "-does not name it"},
			"cite":       {"https://peta.example/en/regions/94.06?asOf=2017-12-25", "@misc{sentra-94.06-2017-12-25,"},
			"use":        {`src="https://peta.example/embed?asOf=2017-12-25&amp;lang=en&amp;show=region:94.06"`},
		}},
		{"/id/regions/94.06", "Kabupaten Dogiyai 94.06", map[string][]string{
			"main":   {"Kabupaten Dogiyai terletak di Provinsi Papua Tengah. Pada 24 November 2026, wilayah ini termasuk daerah afirmatif: daerah tertinggal."},
			"status": {"Ya terbaca sebagian 24 November 2026", "Papua Tengah tidak memiliki kawasan perbatasan negara"},
		}},
		// Surabaya is a city: never disadvantaged, and Jawa Timur has no border area.
		{"/en/regions/35.78", "Kota Surabaya 35.78", map[string][]string{"status": {"No inferred", "apply to regencies only", "Jawa Timur has no border area", "-Not covered"}, "years": {"-Not covered"}}},
		// No list of 2026 covers a regency that is not on it.
		{"/en/regions/33.28", "Kabupaten Tegal 33.28", map[string][]string{"status": {"Not covered", "-No inferred 24"}}},
		// Palu on 2016-06-30: border areas of Sulawesi Tengah are not loaded.
		{"/en/regions/72.71?asOf=2016-06-30", "Kota Palu 72.71", map[string][]string{"status": {"Not covered 30 June 2016"}}},
		{"/en/regions/94", "Papua Tengah 94", map[string][]string{"status": {"Does it contain affirmative regions?", "Yes"}, "members": {"Kabupaten Dogiyai Disadvantaged", "none known"}, "names": {"Made from Papua, on 25 July 2022 (UU 15/2022)"}}},
		{"/en/regions/91?asOf=2017-12-25", "Papua 91", map[string][]string{"members": {"94.06 Kabupaten Dogiyai Disadvantaged 1"}}},
		// Kepulauan Tanimbar was Maluku Tenggara Barat until 2019-01-27.
		{"/en/regions/81.03?asOf=2017-12-25", "Kabupaten Maluku Tenggara Barat 81.03", map[string][]string{"names": {"Kabupaten Kepulauan Tanimbar official"}}},
	} {
		page := ask(t, a, c.address)
		if page.Status != 200 {
			t.Fatalf("%s: %d", c.address, page.Status)
		}
		d := read(t, page)
		if got := d.first("h1"); got != c.heading {
			t.Errorf("%s: heading %q", c.address, got)
		}
		for id, said := range c.says {
			section := d.section(strings.TrimPrefix(id, "-"))
			for _, want := range said {
				absent, not := strings.CutPrefix(want, "-")
				if strings.Contains(section, absent) == not {
					t.Errorf("%s: #%s says %q: %v\n%s", c.address, id, absent, !not, section)
				}
			}
		}
	}
}

// A cluster's page has the content of sentra.csv and programme.json.
func TestCluster(t *testing.T) {
	a := factsAtlas(t, nil)
	for _, c := range []struct {
		address string
		says    []string
	}{
		{"/en/clusters/2017-94.06-coffee-processing?asOf=2017-12-25", []string{"of the programme of the Ministry of Industry and JICA", "Phase: 2017.", "it counts as affirmative: disadvantaged", "Initial target Yes", "the sources do not say", "SINDOnews"}},
		{"/id/clusters/sentra-rotan-gampong-kueh", []string{"Sentra industri kecil kerajinan rotan di Kabupaten Aceh Besar, Aceh", "Kueh, Kec. Lhoknga", "63 pekerja (2024)", "“dikenal sebagai sentra kerajinan rotan; 63 perajin dalam asosiasi”", "10 Oktober 2024"}},
		{"/en/clusters/sentra-rotan-gampong-kueh?asOf=2017-12-25", []string{"It is not known whether it existed on 25 December 2017."}},
		{"/en/clusters/2017-94.06-coffee-processing?asOf=2016-12-25", []string{"Its phase of the programme had not begun on 25 December 2016."}},
	} {
		d := read(t, ask(t, a, c.address))
		for _, want := range c.says {
			if main := d.section("main"); !strings.Contains(main, want) {
				t.Errorf("%s does not say %q\n%s", c.address, want, main)
			}
		}
	}
}

// Codes of other days and systems redirect to the region, or lead to a page that
// lists several.
func TestElsewhere(t *testing.T) {
	a := factsAtlas(t, nil)
	for _, c := range []struct {
		address  string
		status   int
		location string
		says     []string
	}{
		{"/regions/92.71", 302, "../regions/96.71", nil},
		{"/id/regions/92.71?asOf=2017-12-25", 302, "../regions/96.71?asOf=2017-12-25", nil},
		{"/regions/9434", 302, "../regions/94.06", nil},
		{"/id/regions?q=94.06", 302, "./regions/94.06", nil},
		{"/regions?q=9434&asOf=2017-12-25", 302, "./regions/94.06?asOf=2017-12-25", nil},
		{"/regions/ID-PT", 302, "../regions/94", nil},
		{"/regions/dogiyai", 302, "../regions/94.06", nil},
		{"/regions/99.99", 404, "", []string{"There is no region “99.99”", "All regions"}},
		{"/regions/xyzzy", 404, "", []string{"There is no region “xyzzy”"}},
		{"/regions/94?asOf=2017-12-25", 404, "", []string{"Papua Tengah did not exist on 25 December 2017; it was created on 25 July 2022.", "Papua on 25 December 2017, of which it was a part"}},
		{"/clusters/Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n", 301, "../clusters/2017-94.06-coffee-processing", nil},
		{"/en/clusters/coffee-processing-dogiyai", 404, "", []string{"There is no such cluster"}},
		{"/products/none", 404, "", []string{"no product with this key"}},
		{"/clusters?page=99", 404, "", []string{"There is no such page"}},
	} {
		page := ask(t, a, c.address)
		if page.Status != c.status || page.Location != c.location {
			t.Errorf("%s: %d to %q", c.address, page.Status, page.Location)
		}
		if page.Location != "" {
			continue
		}
		d := read(t, page)
		for _, want := range c.says {
			if main := d.section("main"); !strings.Contains(main, want) {
				t.Errorf("%s does not say %q: %s", c.address, want, main)
			}
		}
		if !strings.Contains(string(page.Body), `content="noindex"`) {
			t.Errorf("%s is to be listed", c.address)
		}
	}
	for _, wrong := range []string{"asOf=x", "asOf=2014-07-22", "asOf=2017-02-30", "asOf=2017-12-25&asOf=2018-01-01", "asOf=10000-01-01"} {
		values, _ := url.ParseQuery(wrong)
		if _, err := NewRequest(a, English, true, "", "regions", today, values); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("%s: %v", wrong, err)
		}
	}
}

// maxPage is the maximum length of a page in bytes.
const maxPage = 60 << 10

// Every page of today is valid: its links lead to existing pages, its anchors exist,
// it needs no script or inline style, and it is short.
func TestEveryPage(t *testing.T) {
	a := realAtlas(t)
	known := map[string]bool{}
	for path := range paths(a, today) {
		known[path] = true
	}
	n, seen, longest := 0, 0, 0
	for path := range paths(a, today) {
		// All provinces and lists, and a sample of the rest, each in one of the languages.
		if n++; strings.Contains(path, ".") && n%6 != 0 || (strings.HasPrefix(path, "products/") || strings.HasPrefix(path, "clusters/")) && n%8 != 0 {
			continue
		}
		lang := Langs[seen%2]
		seen++
		address := "/" + string(lang) + "/" + path
		page := ask(t, a, address)
		d := read(t, page)
		body := string(page.Body)
		longest = max(longest, len(body))
		if strings.Contains(path, "/") && len(body) > maxPage {
			t.Errorf("%s has %d bytes", address, len(body))
		}
		for _, wrong := range []string{"ZgotmplZ", "%!", "<nil>", "style=\"", "onclick"} {
			if strings.Contains(strings.ReplaceAll(body, "style=&#34;", ""), wrong) {
				t.Errorf("%s says %q", address, wrong)
			}
		}
		if d.first("h1") == "" || d.first("title") == "" {
			t.Errorf("%s has no heading", address)
		}
		for _, node := range d.all {
			if node.Data == "script" && attribute(node, "type") != "application/ld+json" {
				t.Errorf("%s has a script", address)
			}
			href := attribute(node, "href")
			if node.Data != "a" {
				continue
			}
			anchor, local := strings.CutPrefix(href, "#")
			switch {
			case local && !d.ids[anchor]:
				t.Errorf("%s: there is no #%s", address, anchor)
			case !local && !strings.Contains(href, "://"):
				to, err := url.Parse("https://peta.example" + address)
				if err == nil {
					to, err = to.Parse(href)
				}
				if err != nil {
					t.Fatalf("%s: %v", address, err)
				}
				at := strings.TrimPrefix(to.EscapedPath(), "/")
				for _, l := range Langs {
					at = strings.TrimPrefix(at, string(l)+"/")
				}
				if !known[at] && !slices.Contains([]string{"", "graphql", "playground", "openapi.json", "ogc", "style.json", "tiles.json", "schema.graphql", "compare", "quality.json"}, at) && !regexp.MustCompile(`^(regions|clusters)\.(csv|xlsx|geojson)$`).MatchString(at) {
					// Regions of other days.
					if code, found := strings.CutPrefix(at, "regions/"); !found || a.Region(sentra.RegionCode(code)) == nil {
						t.Errorf("%s leads to %s", address, href)
					}
				}
			}
		}
	}
	t.Logf("%d pages, the longest of %d bytes", seen, longest)
}

// The page of a regency with a thousand clusters stays short, and there are pages of
// lists.
func TestManyClusters(t *testing.T) {
	a := factsAtlas(t, func(data *sentra.Dataset) {
		all := data.Clusters.List()
		for i := range 1000 {
			all = append(all, &sentra.Cluster{ID: fmt.Sprintf("made-%04d", i), Key: fmt.Sprintf("made-%04d", i), NameEN: fmt.Sprintf("Made %04d", i), NameID: fmt.Sprintf("Buatan %04d", i),
				Products: []string{"weaving"}, Regions: []sentra.RegionCode{"31.01"}, Precision: sentra.PrecisionPoint, Point: &orb.Point{106.5 + float64(i%40)/100, -5.7}, Began: 2016, Sources: []sentra.SourceID{data.Sources[0].ID}})
		}
		data.Clusters = sentra.NewClusters(all...)
	})
	page := ask(t, a, "/en/regions/31.01")
	d := read(t, page)
	if clusters := d.section("clusters"); !strings.Contains(clusters, "1,000 known clusters") || !strings.Contains(clusters, "All 1,000 clusters") || strings.Count(clusters, "Made ") != listed {
		t.Errorf("clusters: %.500s", clusters)
	}
	if len(page.Body) > maxPage {
		t.Errorf("%d bytes", len(page.Body))
	}
	for n, want := range map[int]string{1: "Made 0000", 20: "Made 0999"} {
		list := read(t, ask(t, a, fmt.Sprintf("/id/clusters?region=31.01&page=%d", n)))
		main := list.section("main")
		if strings.Contains(main, strings.Replace(want, "Made", "Buatan", 1)) == false || strings.Count(main, "Buatan") != pageLength || !strings.Contains(main, fmt.Sprintf("Halaman %d dari 20", n)) {
			t.Errorf("page %d: %.800s", n, main)
		}
	}
}

// Dogiyai on two days differs in its province, and two regions differ in most rows.
func TestCompare(t *testing.T) {
	a := factsAtlas(t, nil)
	main := read(t, ask(t, a, "/en/compare?a=94.06&asOf=2017-12-25&b=94.06")).section("main")
	for _, want := range []string{"Kabupaten Dogiyai (25 December 2017) and Kabupaten Dogiyai (24 November 2026)", "Province Papua Papua Tengah", "Border Not covered 3 No inferred 3"} {
		if !strings.Contains(main, want) {
			t.Errorf("not %q in %s", want, main)
		}
	}
	main = read(t, ask(t, a, "/id/compare?a=surabaya&b=53.17&asOf=2017-12-25")).section("main")
	for _, want := range []string{"Kota Surabaya (25 Desember 2017) dan Kabupaten Sumba Tengah (25 Desember 2017)", "Tertinggal Tidak"} {
		if !strings.Contains(main, want) {
			t.Errorf("not %q in %s", want, main)
		}
	}
	if main = read(t, ask(t, a, "/en/compare?a=94&b=53.17&asOf=2017-12-25")).section("main"); !strings.Contains(main, "There is no region “94” on 25 December 2017.") {
		t.Error(main)
	}
}

// Every term that a page links to has its anchor, and the phases and sources of the
// record are there.
func TestAbout(t *testing.T) {
	a := factsAtlas(t, nil)
	for _, lang := range Langs {
		d := read(t, ask(t, a, "/"+string(lang)+"/about"))
		for _, address := range []string{"/regions/94.06", "/regions/94", "/clusters/2017-94.06-coffee-processing", "/about"} {
			for _, node := range read(t, ask(t, a, "/"+string(lang)+address)).all {
				if _, anchor, found := strings.Cut(attribute(node, "href"), "about#"); found && !d.ids[anchor] {
					t.Errorf("%s leads to #%s, which is not there", address, anchor)
				}
			}
		}
		for _, node := range d.all {
			if href := attribute(node, "href"); href == "mailto:data@example.org" {
				d.ids["contact"] = true
			}
		}
		if want := map[Lang]string{English: "Region A province . code String! The <code>.", Indonesian: "code String! Kode resmi Kementerian Dalam Negeri"}[lang]; !d.ids["contact"] || !strings.Contains(d.section("dictionary"), want) {
			t.Errorf("%s", d.section("dictionary"))
		}
	}
	main := read(t, ask(t, a, "/id/about")).section("terms")
	for _, want := range []string{"2013-2016 : 2013 – 2016", "2017 : sejak 2017", "Perpres 131/2015"} {
		if !strings.Contains(main, want) {
			t.Errorf("not %q in %s", want, main)
		}
	}
	if n := len(sentra.DataLicences()); texts["licence.part."+fmt.Sprint(n-1)][0] == "" || texts["licence.part."+fmt.Sprint(n)][0] != "" {
		t.Errorf("there are %d licences", n)
	}
	sources := string(ask(t, a, "/en/sources?page=2").Body)
	if strings.Count(sources, "<li>") < sourcesLength || !strings.Contains(sources, "licence: none stated") {
		t.Errorf("%.500s", sources)
	}
}

// The counts are worked out by hand in TestQuality of the atlas.
func TestQuality(t *testing.T) {
	for address, rows := range map[string][]string{
		"/en/quality": {"Clusters: the place itself; they are shown at their regency or city 390 390", "Counts of facilitators: the regency or city 8 13", "read in a published list or text 302"},
		"/id/quality": {"Sentra: titik lokasinya; sentra ditampilkan pada kabupaten/kotanya 390 390", "terbaca dalam daftar atau teks yang diterbitkan 302"},
	} {
		page := ask(t, factsAtlas(t, nil), address)
		got := strings.Join(strings.Fields(html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(string(page.Body), " "))), " ")
		for _, row := range rows {
			if !strings.Contains(got, row) {
				t.Errorf("%s does not say %q", address, row)
			}
		}
	}
}

func TestSitemap(t *testing.T) {
	a := factsAtlas(t, nil)
	one, err := Sitemap(a, "https://peta.example", today, 0)
	// 552 regions, 390 clusters and the products in two languages, with seven pages besides, and the map.
	if want := 2*(7+552+390+len(a.Data.Products)) + 1; err != nil || strings.Count(string(one), "<url>") != want || !strings.Contains(string(one), "<loc>https://peta.example/id/regions/94.06</loc>") {
		t.Errorf("%d addresses, want %d; %v", strings.Count(string(one), "<url>"), want, err)
	}
	source := a.Data.Sources[0].ID
	a = factsAtlas(t, func(data *sentra.Dataset) {
		clusters := data.Clusters.List()
		for i := range 30_000 {
			key := fmt.Sprintf("made-%05d", i)
			clusters = append(clusters, &sentra.Cluster{ID: key, Key: key, NameEN: key, NameID: key, Regions: []sentra.RegionCode{"31.01"}, Precision: sentra.PrecisionRegency, Sources: []sentra.SourceID{source}})
		}
		data.Clusters = sentra.NewClusters(clusters...)
	})
	index, err := Sitemap(a, "https://peta.example", today, 0)
	if err != nil || strings.Count(string(index), "<sitemap>") != 2 || !strings.Contains(string(index), "https://peta.example/sitemap-2.xml") {
		t.Fatalf("%v\n%.500s", err, index)
	}
	all := map[string]int{}
	for n := 1; n <= 2; n++ {
		file, err := Sitemap(a, "https://peta.example", today, n)
		found := regexp.MustCompile(`<loc>([^<]*)</loc>`).FindAllStringSubmatch(string(file), -1)
		if err != nil || len(found) > sitemapLength || n == 1 && len(found) != sitemapLength {
			t.Errorf("file %d: %d addresses, %v", n, len(found), err)
		}
		for _, one := range found {
			all[one[1]]++
		}
	}
	if want := 2*(7+552+390+30_000+len(a.Data.Products)) + 1; len(all) != want {
		t.Errorf("%d addresses, want %d", len(all), want)
	}
	if _, err := Sitemap(a, "", today, 3); sentra.ErrorCode(err) != sentra.CodeNotFound {
		t.Error(err)
	}
}

// Every text exists in both languages with the same verbs, and so does every key that
// is used.
func TestTexts(t *testing.T) {
	verbs := regexp.MustCompile(`%[sd]`)
	for key, both := range texts {
		if both[0] == "" || both[1] == "" {
			t.Errorf("%s lacks a language", key)
		}
		if !slices.Equal(verbs.FindAllString(both[0], -1), verbs.FindAllString(both[1], -1)) {
			t.Errorf("%s has other verbs in Indonesian", key)
		}
	}
	used := regexp.MustCompile(`(?:\bT|counted|text) ?\(?"([a-z][A-Za-z_.-]*[A-Za-z])"[ ,)}]`)
	files, _ := filepath.Glob("templates/*.html")
	sources, _ := filepath.Glob("*.go")
	n := 0
	for _, name := range append(files, sources...) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range used.FindAllStringSubmatch(string(content), -1) {
			n++
			if _, known := texts[found[1]]; !known {
				if _, counted := texts[found[1]+".many"]; !counted {
					t.Errorf("%s: there is no text %q", name, found[1])
				}
			}
		}
	}
	if n < 150 {
		t.Errorf("only %d uses were found", n)
	}
}

// BenchmarkRegion makes the pages of regions of all kinds, without a cache.
func BenchmarkRegion(b *testing.B) {
	a := realAtlas(b)
	for _, address := range []string{"/en/regions/94.06?asOf=2017-12-25", "/id/regions/33", "/id/regions/53.17", "/en/regions/21"} {
		b.Run(strings.ReplaceAll(strings.TrimPrefix(address, "/"), "/", "-"), func(b *testing.B) {
			b.ReportAllocs()
			var took []time.Duration
			length := 0
			for b.Loop() {
				begun := time.Now()
				length = len(ask(b, a, address).Body)
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(length), "bytes")
		})
	}
}
