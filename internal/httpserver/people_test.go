package httpserver_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// A page is in the language of the address or the browser, with its tag, its policy,
// and the addresses that search engines need.
func TestPages(t *testing.T) {
	handler, _, _, today := factsServer(t)
	for _, c := range []struct{ path, accepts, language, canonical, says string }{
		{"/regions/94.06?asOf=2017-12-25", "", "en", "http://example.com/en/regions/94.06?asOf=2017-12-25", "Kabupaten Dogiyai is a regency in Papua."},
		{"/regions/94.06", "id-ID,id;q=0.9", "id", "http://example.com/id/regions/94.06", "Kabupaten Dogiyai terletak di Provinsi Papua Tengah."},
		{"/en/regions/94.06", "id", "en", "http://example.com/en/regions/94.06", "is a regency in Papua Tengah."},
		{"/id/regions/94.06?asOf=2017-12-25", "", "id", "http://example.com/id/regions/94.06?asOf=2017-12-25", "hanya jumlahnya (tribunnews 2015-12-11: 26 di Papua; 7 di Papua Barat dari pengurangan)"},
		{"/id/regions?q=dogiyai", "", "id", "http://example.com/id/regions?q=dogiyai", "Kabupaten Dogiyai"},
		{"/id/clusters?page=2&utm_source=x", "", "id", "http://example.com/id/clusters?page=2", "Halaman 2 dari 7"},
		{"/id/clusters/2017-94.06-coffee-processing", "", "id", "http://example.com/id/clusters/2017-94.06-coffee-processing", "Pengolahan kopi"},
		{"/products", "", "en", "http://example.com/en/products", "<h1>Products</h1>"},
		{"/products/coffee-processing", "", "en", "http://example.com/en/products/coffee-processing", "Kabupaten Dogiyai"},
		{"/compare?a=94.06&b=53.17&asOf=2017-12-25", "", "en", "http://example.com/en/compare?asOf=2017-12-25&amp;a=94.06&amp;b=53.17&amp;asOfB=2017-12-25", "Kabupaten Sumba Tengah"},
	} {
		got := get(handler, "GET", c.path, "Accept-Language", c.accepts)
		body, header := got.Body.String(), got.Header()
		if got.Code != 200 || header.Get("Content-Type") != "text/html; charset=utf-8" || header.Get("Content-Language") != c.language || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %v\n%.1500s", c.path, got.Code, header, body)
		}
		other := map[string]string{"en": "id", "id": "en"}[c.language]
		for _, want := range []string{`<html lang="` + c.language + `">`, `<link rel="canonical" href="` + c.canonical + `">`,
			`hreflang="` + other + `" href="` + strings.Replace(c.canonical, "/"+c.language+"/", "/"+other+"/", 1) + `">`, `hreflang="x-default" href="` + strings.Replace(c.canonical, "/"+c.language+"/", "/", 1) + `">`, `<meta property="og:title"`} {
			if !strings.Contains(body, want) {
				t.Errorf("%s has no %s\n%.2000s", c.path, want, body)
			}
		}
		bare := !strings.HasPrefix(c.path, "/en/") && !strings.HasPrefix(c.path, "/id/")
		if vary := strings.Join(header["Vary"], ","); strings.Contains(vary, "Accept-Language") != bare || !strings.Contains(vary, "X-Forwarded-Proto") {
			t.Errorf("%s varies by %s", c.path, vary)
		}
		// The policy allows the style sheet in the page.
		style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(body)
		sum := sha256.Sum256([]byte(style[1]))
		if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") {
			t.Errorf("%s: policy %s", c.path, policy)
		}
		tag := header.Get("ETag")
		if again := get(handler, "GET", c.path, "Accept-Language", c.accepts, "If-None-Match", tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d, tag %s", c.path, again.Code, tag)
		}
	}
	if en, id := get(handler, "GET", "/regions").Header().Get("ETag"), get(handler, "GET", "/regions", "Accept-Language", "id").Header().Get("ETag"); en == id {
		t.Error("both languages have one tag")
	}
	before := get(handler, "GET", "/regions/94.06").Header().Get("ETag")
	*today++
	if after := get(handler, "GET", "/regions/94.06", "If-None-Match", before); after.Code != 200 || !strings.Contains(after.Body.String(), "25 November 2026") {
		t.Errorf("the next day: %d", after.Code)
	}
}

// Browsers get a page for an unknown address; programs get JSON.
func TestPagesRefuse(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	browser := []string{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}
	for _, c := range []struct {
		path, language string
		status         int
		says           string
	}{
		{"/nothing", "en", 404, "There is no such page"}, {"/id/tidak/ada", "id", 404, "Halaman tidak ada"}, {"/regions/99.99", "en", 404, "There is no region"}, {"/id/regions/94?asOf=2017-12-25", "id", 404, "Papua Tengah tidak ada pada 25 Desember 2017"},
		{"/regions/94.06?asOf=x", "en", 400, "There is no answer for the day in the address"}, {"/regions/94.06?asOf=2001-01-01", "en", 400, "the record begins on 23 July 2014"},
		{"/clusters?page=0", "en", 400, "not understood"}, {"/clusters?region=x", "en", 400, "not understood"}, {"/regions?q=%zz", "en", 400, "not understood"}, {"/compare?a=1&b=2&asOfB=y", "en", 400, "the day in the address"},
	} {
		got := get(handler, "GET", c.path, browser...)
		if got.Code != c.status || got.Header().Get("Content-Language") != c.language || !strings.Contains(got.Body.String(), c.says) || got.Header().Get("ETag") != "" || !strings.Contains(got.Body.String(), "noindex") {
			t.Errorf("%s: %d %v\n%.800s", c.path, got.Code, got.Header(), got.Body)
		}
	}
	got := get(handler, "GET", "/nothing")
	if !json.Valid(got.Body.Bytes()) || got.Code != 404 || !strings.Contains(strings.Join(got.Header()["Vary"], ","), "Accept") {
		t.Errorf("a program gets %d %s", got.Code, got.Body)
	}
	for from, to := range map[string]string{"/region/94.06?asOf=2017-12-25": "../regions/94.06?asOf=2017-12-25", "/cluster/x%2Fy": "../clusters/x%2Fy", "/regions/92.71": "../regions/96.71"} {
		if got := get(handler, "GET", from); got.Code/100 != 3 || got.Header().Get("Location") != to {
			t.Errorf("%s: %d to %s", from, got.Code, got.Header().Get("Location"))
		}
	}
}

// Every page, and that for an unknown address, has the same icon.
func TestIcon(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, path := range []string{"/regions", "/id/regions/94.06", "/en/about", "/clusters/2017-94.06-coffee-processing", "/nothing/at/all", "/id/tidak/ada"} {
		body := get(handler, "GET", path, "Accept", "text/html").Body.String()
		link := regexp.MustCompile(`<link rel="icon" href="([^"]+)">`).FindStringSubmatch(body)
		if link == nil {
			t.Errorf("%s has no icon: %.500s", path, body)
			continue
		}
		base, _ := url.Parse("http://example.com" + path)
		to, err := base.Parse(link[1])
		if err != nil {
			t.Fatal(err)
		}
		got := get(handler, "GET", to.Path)
		if got.Code != 200 || to.Path != "/favicon.svg" || got.Header().Get("Content-Type") != "image/svg+xml" || got.Header().Get("Cache-Control") != "public, max-age=86400" || !strings.HasPrefix(got.Body.String(), "<svg ") {
			t.Errorf("%s: %s gives %d %v", path, to.Path, got.Code, got.Header())
		}
		if again := get(handler, "GET", to.Path, "If-None-Match", got.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("the icon with its tag: %d", again.Code)
		}
	}
}

// Every file and query that the pages link to is answered.
func TestPagesLinkData(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	asked := 0
	for _, path := range []string{"/regions/94.06?asOf=2017-12-25", "/id/regions/91", "/clusters/2017-94.06-coffee-processing", "/clusters?region=33"} {
		body := get(handler, "GET", path).Body.String()
		base, _ := url.Parse("http://example.com" + path)
		links := regexp.MustCompile(`href="([^"#]*(?:\.csv|\.xlsx|\.geojson|graphql)\?[^"]*)"`).FindAllStringSubmatch(body, -1)
		for _, link := range links {
			to, err := base.Parse(html.UnescapeString(link[1]))
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest("GET", to.RequestURI(), nil)
			request.Header.Set("Accept", "text/html,*/*;q=0.8")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, request)
			if asked++; w.Code != 200 || strings.Contains(w.Body.String(), `"errors"`) {
				t.Errorf("%s: %s gives %d %.300s", path, to, w.Code, w.Body)
			}
		}
		// The data for search engines is JSON, with addresses that exist.
		for _, found := range regexp.MustCompile(`(?s)<script type="application/ld\+json">(.*?)</script>`).FindAllStringSubmatch(body, -1) {
			var data struct {
				Type         string `json:"@type"`
				Distribution []struct{ ContentURL string }
			}
			if err := json.Unmarshal([]byte(found[1]), &data); err != nil || data.Type != "Dataset" {
				t.Errorf("%s: %v %s", path, err, found[1])
			}
			for _, one := range data.Distribution {
				if w := get(handler, "GET", strings.TrimPrefix(one.ContentURL, "http://example.com")); w.Code != 200 {
					t.Errorf("%s: %s gives %d", path, one.ContentURL, w.Code)
				}
			}
		}
	}
	if asked < 20 {
		t.Errorf("only %d links were found", asked)
	}
}

// Behind a proxy with a path prefix the absolute addresses have it.
func TestPagesBehindAProxy(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.PublicURL = "https://peta.example/sentra/" })
	for path, want := range map[string]string{"/id/regions/94.06": `<link rel="canonical" href="https://peta.example/sentra/id/regions/94.06">`, "/robots.txt": "Sitemap: https://peta.example/sentra/sitemap.xml", "/sitemap.xml": "<loc>https://peta.example/sentra/en/regions/94.06</loc>"} {
		if got := get(s, "GET", path); got.Code != 200 || !strings.Contains(got.Body.String(), want) || strings.Contains(got.Body.String(), "example.com") {
			t.Errorf("%s: %d %.1000s", path, got.Code, got.Body)
		}
	}
}

// The about page has every type of the data with the meaning of its fields, and where
// to report a mistake.
func TestPageAbout(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.Contact = "https://example.org/report" })
	body := get(s, "GET", "/about").Body.String()
	for _, want := range []string{`href="https://example.org/report"`, `<details id="type-Region">`, `<details id="type-AffirmativeAnswer">`, "<code>NOT_COVERED</code>", "The official code of the Ministry of Home Affairs"} {
		if !strings.Contains(body, want) {
			t.Errorf("not %q", want)
		}
	}
	for _, absent := range []string{"RegionConnection", "PageInfo", "_Service", "__Type", "type-Query"} {
		if strings.Contains(body, absent) {
			t.Errorf("%q is there", absent)
		}
	}
}

// The page for developers has every route of the OpenAPI document, and snippets that
// query this server.
func TestPageDevelopers(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	body := get(handler, "GET", "/developers").Body.String()
	var document struct{ Paths map[string]any }
	if err := json.Unmarshal(get(handler, "GET", "/openapi.json").Body.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	shown := 0
	for path := range document.Paths {
		if strings.HasPrefix(path, "/ogc/{day}") || strings.HasPrefix(path, "/{lang}/") {
			continue
		}
		shown++
		if !strings.Contains(body, "<summary><code>"+html.EscapeString(path)+"</code>") {
			t.Errorf("%s is not there", path)
		}
	}
	if shown < 30 {
		t.Errorf("%d routes", shown)
	}
	for _, want := range []string{"http://example.com/style.json?asOf=2017-12-25", "read.csv(", "<code>asOf</code>"} {
		if !strings.Contains(body, want) {
			t.Errorf("not %q", want)
		}
	}
	if strings.Contains(body, "sentra.example") {
		t.Error("a snippet asks another server")
	}
}

// The page of a view of the map has its title, its address and a preview with its
// picture, whatever other parameters the address has.
func TestPreviews(t *testing.T) {
	handler := newGraphQLServer(t, func(config *httpserver.Config) {
		config.PublicURL = "https://peta.example"
		config.Pages = fstest.MapFS{"index.html": {Data: []byte("<!doctype html>\n<html lang=\"en\"><head>\n<meta name=\"description\" content=\"Sentra\">\n<title>Sentra</title></head><body></body></html>")}}
	})
	const country = "Small-industry clusters and affirmative regions of Indonesia, "
	for path, want := range map[string]struct{ lang, title, picture, canonical string }{
		"/":                            {"en", country + "31 December 2024", "en/picture.png?asOf=2024-12-31", "/"},
		"/?lang=id":                    {"id", "Sentra industri kecil dan daerah afirmatif di Indonesia, 31 Desember 2024", "id/picture.png?asOf=2024-12-31", "/?lang=id"},
		"/embed":                       {"en", country + "31 December 2024", "en/picture.png?asOf=2024-12-31", "/"},
		"/?asOf=2017-12-25&lang=id":    {"id", "Sentra industri kecil dan daerah afirmatif di Indonesia, 25 Desember 2017", "id/picture.png?asOf=2017-12-25", "/?asOf=2017-12-25&amp;lang=id"},
		"/?asOf=soon&colour=%22%3E":    {"en", country + "24 November 2026", "en/picture.png", ""},
		"/?show=region:99.99&asOf=%zz": {"en", country + "24 November 2026", "en/picture.png", ""},
		// The description of a view says what it lists.
		"/?list=regencies&affirmative=ANY&programme=true&asOf=2017-12-25": {"en", "Affirmative regencies and cities that host clusters of the programme, 25 December 2017", "en/picture.png?affirmative=ANY&amp;asOf=2017-12-25&amp;list=regencies&amp;programme=true", "/?affirmative=ANY&amp;asOf=2017-12-25&amp;list=regencies&amp;programme=true"},
		"/embed?list=provinces&asOf=today&lang=id":                        {"id", "Provinsi, 24 November 2026", "id/picture.png?list=provinces", "/?lang=id&amp;list=provinces"},
		"/?near=110,-7,1000&q=tegal&asOf=2017-12-25":                      {"en", "Clusters, the place named “tegal”, within the chosen area, 25 December 2017", "en/picture.png?asOf=2017-12-25&amp;near=110,-7,1000&amp;q=tegal", "/?asOf=2017-12-25&amp;near=110,-7,1000&amp;q=tegal"},
		"/?within=110,-7;112,-7;111,-8&asOf=2017-12-25":                   {"en", "Clusters, within the chosen area, 25 December 2017", "en/picture.png?asOf=2017-12-25&amp;within=110,-7%3B112,-7%3B111,-8", "/?asOf=2017-12-25&amp;within=110,-7%3B112,-7%3B111,-8"},
		"/?list=regencies&asOf=soon":                                      {"en", country + "24 November 2026", "en/picture.png", ""},
		"/?list=regencies&group=SHOES":                                    {"en", country + "24 November 2026", "en/picture.png", ""},
		"/?show=cluster:none-such-thing":                                  {"en", country + "24 November 2026", "en/picture.png", "/?show=cluster:none-such-thing"},
	} {
		got := get(handler, "GET", path)
		body := got.Body.String()
		for _, text := range []string{`<html lang="` + want.lang + `">`, `<title>` + want.title + ` – Sentra</title>`, `<meta property="og:title" content="` + want.title + `">`, `<meta property="og:image" content="https://peta.example/` + want.picture + `">`, `<meta name="twitter:card" content="summary_large_image">`} {
			if !strings.Contains(body, text) {
				t.Errorf("%s: %q is missing in %s", path, text, body)
			}
		}
		if canonical := `<link rel="canonical" href="https://peta.example` + want.canonical + `">`; want.canonical == "" && strings.Contains(body, "canonical") || want.canonical != "" && !strings.Contains(body, canonical) {
			t.Errorf("%s: the address %q is not that of %s", path, want.canonical, body)
		}
		if strings.Count(body, "<title>") != 1 || strings.Count(body, `name="description"`) != 1 {
			t.Errorf("%s: a text is there twice in %s", path, body)
		}
		if again := get(handler, "GET", path, "If-None-Match", got.Header().Get("ETag")); again.Code != http.StatusNotModified {
			t.Errorf("%s with its tag: %d", path, again.Code)
		}
	}
	for path, status := range map[string]int{"/en/picture.png": 200, "/id/picture.png?asOf=2017-12-25": 200, "/en/picture.png?asOf=soon": 400, "/en/picture.png?list=regencies&programme=true&asOf=2017-12-25": 200, "/en/picture.png?list=villages": 400, "/id/picture.png?programme=true&near=110,-7,1": 200, "/id/picture.png?near=110,-7": 400, "/en/picture.png?within=110,-7;112,-7;111,-8": 200, "/en/regions/99.99/picture.png": 404, "/en/clusters/x/picture.png": 404} {
		got := get(handler, "GET", path)
		if got.Code != status || status == 200 && (got.Header().Get("Content-Type") != "image/png" || get(handler, "GET", path, "If-None-Match", got.Header().Get("ETag")).Code != 304 || !bytes.Equal(get(handler, "GET", path).Body.Bytes(), got.Body.Bytes())) {
			t.Errorf("%s: %d %v", path, got.Code, got.Header())
		}
	}
	// Another filter is another picture.
	whole, listed := get(handler, "GET", "/en/picture.png"), get(handler, "GET", "/en/picture.png?list=regencies")
	if whole.Header().Get("ETag") == listed.Header().Get("ETag") || bytes.Equal(whole.Body.Bytes(), listed.Body.Bytes()) {
		t.Error("a filter does not change the picture or its tag")
	}
}
