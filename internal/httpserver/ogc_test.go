package httpserver_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// Every resource has its media type, its tag, HTML pages and absolute links.
func TestOGCResources(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, c := range []struct{ path, kind, says, page string }{
		{"/ogc", "application/json", `"rel":"service-desc"`, "<h1>Sentra"},
		{"/ogc/", "application/json", `"rel":"conformance"`, "<h1>Sentra"},
		{"/ogc/conformance", "application/json", "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core", "conf/oas30"},
		{"/ogc/api", "application/vnd.oai.openapi+json;version=3.0", `"/collections/regencies/items"`, "bbox"},
		{"/ogc/collections", "application/json", `"id":"regencies"`, "Regencies and cities"},
		{"/ogc/collections/clusters", "application/json", `"itemType":"feature"`, "Short name, stable."},
		{"/ogc/collections/clusters/queryables", "application/schema+json", `"$id":"http://example.com/ogc/collections/clusters/queryables"`, "A_CONTAINS"},
		{"/ogc/tileMatrixSets", "application/json", `"id":"WebMercatorQuad"`, "WebMercatorQuad"},
		{"/ogc/tileMatrixSets/WebMercatorQuad", "application/json", `"cellSize":156543.033928040`, "156543.034"},
		{"/ogc/tiles", "application/json", `"tileMatrixSetURI":"http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"`, "WebMercatorQuad"},
		{"/ogc/tiles/WebMercatorQuad", "application/json", `"href":"http://example.com/tiles/{tileMatrix}/{tileCol}/{tileRow}.mvt"`, "clusterCount"},
		{"/ogc/2017-12-25/collections/regencies/tiles", "application/json", `"dataType":"vector"`, "Regencies and cities as vector tiles"},
		{"/ogc/2017-12-25/collections/regencies/tiles/WebMercatorQuad", "application/json", `/tiles/{tileMatrix}/{tileCol}/{tileRow}.mvt?asOf=2017-12-25\u0026layers=regencies"`, "disadvantaged"},
		{"/ogc/2017-12-25/collections/supports", "application/json", `"rel":"items"`, "label point of its region"},
		{"/ogc/collections/facilitators/items?limit=1000", "application/geo+json", `"geometry":null,"properties":{"id":`, "Facilitators"},
		{"/ogc/collections/candidates/items/2017:19.05", "application/geo+json", `"regionName":"Kabupaten Bangka Barat"`, "Kabupaten Bangka Barat"},
		{"/ogc/collections/candidates/queryables", "application/schema+json", `"enum":["CHOSEN","DEFERRED","NOT_CHOSEN"]`, "decisionReason"},
		{"/ogc/collections/provinces/items?limit=2", "application/geo+json", `"numberReturned":2`, "Aceh"},
		{"/ogc/2017-12-25/collections/regencies/items/94.06", "application/geo+json", `"asOf":"2017-12-25"`, "Kabupaten Dogiyai"},
		{"/ogc/2017-12-25", "application/json", `"href":"http://example.com/ogc/2017-12-25/collections"`, "ogc/2017-12-25/collections"},
		{"/ogc/collections/provinces/items?datetime=2017-12-25&limit=1", "application/geo+json", `datetime=2017-12-25\u0026f=json\u0026limit=1`, "as of 2017-12-25"},
	} {
		got := get(handler, "GET", c.path)
		if got.Code != 200 || got.Header().Get("Content-Type") != c.kind || !strings.Contains(got.Body.String(), c.says) || !json.Valid(got.Body.Bytes()) {
			t.Errorf("%s: %d %s\n%.1500s", c.path, got.Code, got.Header().Get("Content-Type"), got.Body)
		}
		if !strings.Contains(got.Body.String(), `"href":"http://example.com/ogc`) && !strings.HasSuffix(c.path, "/api") && !strings.HasSuffix(c.path, "/queryables") && !strings.HasPrefix(c.path, "/ogc/tileMatrixSets/") {
			t.Errorf("%s has no absolute links", c.path)
		}
		tag := got.Header().Get("ETag")
		if again := get(handler, "GET", c.path, "If-None-Match", tag); tag == "" || again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s again: %d, tag %s", c.path, again.Code, tag)
		}
		if head := get(handler, "HEAD", c.path); head.Code != 200 || head.Header().Get("ETag") != tag || head.Body.Len() > 0 || head.Header().Get("Content-Length") == "" {
			t.Errorf("%s: HEAD %d %v", c.path, head.Code, head.Header())
		}
		page := get(handler, "GET", c.path, "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
		if page.Code != 200 || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(page.Body.String(), c.page) ||
			page.Header().Get("ETag") == tag || !strings.Contains(page.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s as a page: %d %v\n%.1500s", c.path, page.Code, page.Header(), page.Body)
		}
		if vary := strings.Join(got.Header()["Vary"], ","); !strings.Contains(vary, "Accept") || !strings.Contains(vary, "X-Forwarded-Proto") {
			t.Errorf("%s varies by %s", c.path, vary)
		}
	}
	if got := get(handler, "GET", "/ogc?f=html", "Accept", "application/json").Header().Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("f=html gives %s", got)
	}
	if got := get(handler, "GET", "/ogc/collections/clusters/items", "Origin", "https://example.org").Header(); got.Get("Access-Control-Allow-Origin") != "*" || got.Get("Sentra-Total-Count") != "390" {
		t.Errorf("got %v", got)
	}
}

// Links have the address by which clients know the server.
func TestOGCBehindAProxy(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) { config.PublicURL = "https://peta.example/sentra/" })
	if got := get(s, "GET", "/ogc/2017-12-25/collections").Body.String(); strings.Count(got, `"href":"https://peta.example/sentra/ogc/2017-12-25/collections`) != strings.Count(got, `"href":"`) {
		t.Errorf("links of %s", got)
	}
}

// The meaning of a day, an interval, a filter and a repeated parameter.
func TestOGCParameters(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, c := range []struct {
		query   string
		matched int
	}{
		{"provinces/items", 38}, {"provinces/items?datetime=2017-12-25", 34}, {"provinces/items?datetime=2017-12-24T18:00:00Z", 34},
		// The provinces of 2022 were created on 2022-07-25, except for one on 2022-12-08.
		{"provinces/items?datetime=2022-07-24T16:59:59Z", 34}, {"provinces/items?datetime=2022-07-24T17:00:00Z", 37},
		{"provinces/items?datetime=2014-07-23/2017-12-25", 34}, {"provinces/items?datetime=../2017-12-25", 34}, {"provinces/items?datetime=2017-12-25/..", 38}, {"provinces/items?datetime=/", 38},
		{"provinces/items?zoom=4&zoom=4", 38}, {"provinces/items?limit=1", 38}, {"provinces/items?after=94", 2},
		{"regencies/items?parentCode=31", 6}, {"regencies/items?parentCode=31&kind=CITY", 5}, {"regencies/items?code=94.06", 1}, {"regencies/items?code=99.99", 0}, {"regencies/items?name=Kota+Bogor", 1},
		// 7 of the 13 facts are for the whole country, in no box, and 6 are in Bengkulu:
		// one for the province, Rejang Lebong and Lebong in the smaller box, and three on
		// the coast beside it.
		{"facilitators/items", 13}, {"facilitators/items?bbox=90,-15,145,10", 6}, {"facilitators/items?bbox=102,-4,103,-3", 3}, {"facilitators/items?bbox=103,-3,104,-2", 0}, {"facilitators/items?datetime=2017-12-25&year=2017", 9},
		{"supports/items?provinceCode=13", 10}, {"supports/items?provinceCode=13&year=2017&fund=DAK", 2}, {"candidates/items?regionCode=19.05", 1},
		{"clusters/items?initialTarget=true", 3}, {"clusters/items?regionCodes=12.17", 2}, {"clusters/items?products=ulos-weaving", 1},
	} {
		w := get(handler, "GET", "/ogc/collections/"+c.query)
		var page struct{ NumberMatched, NumberReturned int }
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatalf("%s: %v\n%.300s", c.query, err, w.Body)
		}
		if c.query == "provinces/items?after=94" {
			page.NumberMatched = page.NumberReturned
		}
		if page.NumberMatched != c.matched {
			t.Errorf("%s: %d features, want %d", c.query, page.NumberMatched, c.matched)
		}
	}
}

// CQL2 is evaluated with three values: what is unknown matches neither a comparison
// nor its negation, and is counted.
func TestOGCFilters(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	count := func(path string, parameters ...string) (matched, notCovered int) {
		t.Helper()
		query := url.Values{}
		for i := 0; i < len(parameters); i += 2 {
			query.Set(parameters[i], parameters[i+1])
		}
		w := get(handler, "GET", path+"?"+query.Encode())
		var page struct{ NumberMatched, NotCoveredCount int }
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != 200 {
			t.Fatalf("%s: %d %s", query, w.Code, w.Body)
		}
		return page.NumberMatched, page.NotCoveredCount
	}
	for _, c := range []struct {
		collection, filter  string
		matched, notCovered int
	}{
		{"provinces", "name LIKE 'Papua%'", 6, 0}, {"provinces", "CASEI(name) LIKE CASEI('PAPUA _arat%')", 2, 0}, {"provinces", "name NOT LIKE 'Papua%'", 32, 0},
		{"provinces", "code BETWEEN '91' AND '94'", 4, 0}, {"provinces", "code IN ('31', '94', '99')", 2, 0}, {"provinces", "NOT (code = '31' OR code = '32')", 36, 0},
		{"provinces", "validFrom >= DATE('2022-07-25')", 4, 0}, {"provinces", "FALSE", 0, 0}, {"provinces", "TRUE AND \"level\" = 'PROVINCE'", 38, 0},
		// A province is in no province.
		{"provinces", "parentCode IS NULL", 38, 0}, {"provinces", "parentCode = '31'", 0, 38}, {"provinces", "parentCode <> '31' AND code = '31'", 0, 1},
		{"regencies", "parentCode = '31' AND kind = 'CITY'", 5, 0}, {"regencies", "parentCode = '31' AND kind <> 'CITY'", 1, 0},
		{"clusters", "A_CONTAINS(products, ('ulos-weaving'))", 1, 0}, {"clusters", "A_OVERLAPS(regionCodes, ('12.17', '99.99'))", 2, 0}, {"clusters", "A_CONTAINEDBY(regionCodes, ('12.17'))", 2, 0},
		{"clusters", "initialTarget = TRUE OR FALSE", 3, 385}, {"clusters", "initialTarget IS NOT NULL", 5, 0},
		{"clusters", "lat > 0 AND lat <= 0", 0, 0},
		// Two of the province have no amount, and five of the whole country have no
		// province.
		{"supports", "provinceCode = '13' AND amount >= 1000000000 AND year BETWEEN 2016 AND 2019", 4, 7}, {"candidates", "decision = 'CHOSEN' AND decisionReason IS NULL", 5, 0},
		// Items without a location may be anywhere.
		{"facilitators", "S_INTERSECTS(geometry, BBOX(102,-4,103,-3))", 3, 7}, {"facilitators", "S_INTERSECTS(geometry, POLYGON((102 -4, 103 -4, 103 -3, 102 -3, 102 -4)))", 3, 7},
		{"facilitators", "NOT S_INTERSECTS(geometry, BBOX(102,-4,103,-3))", 3, 7},
	} {
		if matched, notCovered := count("/ogc/collections/"+c.collection+"/items", "filter", c.filter); matched != c.matched || notCovered != c.notCovered {
			t.Errorf("%s, %s: %d match and %d are not covered, want %d and %d", c.collection, c.filter, matched, notCovered, c.matched, c.notCovered)
		}
	}
	const then = "/ogc/2017-12-25/collections/regencies/items"
	yes, _ := count(then, "affirmative", "YES")
	no, _ := count(then, "affirmative", "NO")
	unknown, _ := count(then, "affirmative", "NOT_COVERED")
	if yes+no+unknown != 514 || unknown == 0 || yes < 122 {
		t.Fatalf("%d, %d and %d regencies", yes, no, unknown)
	}
	for filter, want := range map[string][2]int{
		"affirmative = 'YES'": {yes, unknown}, "NOT affirmative = 'YES'": {no, unknown}, "affirmative <> 'NO'": {yes, unknown}, "affirmative IN ('YES', 'NO')": {yes + no, unknown},
		"affirmative = 'NOT_COVERED'": {unknown, 0}, "affirmative <> 'NOT_COVERED'": {yes + no, 0}, "affirmative = 'YES' OR TRUE": {514, 0}, "affirmative = 'YES' AND FALSE": {0, 0},
	} {
		if matched, notCovered := count(then, "filter", filter); matched != want[0] || notCovered != want[1] {
			t.Errorf("%s: %d match and %d are not covered, want %v", filter, matched, notCovered, want)
		}
	}
}

// Errors are exceptions of the standard, and HTML pages for browsers; they name the
// parameter.
func TestOGCRefuses(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, c := range []struct {
		path string
		code int
		says string
	}{
		{"/ogc?colour=red", 400, "colour: there is no parameter colour here; the parameters are datetime, zoom, f"},
		{"/ogc?f=xml", 400, "f: there is no format"},
		{"/ogc/collections/rivers", 404, "no collection"},
		{"/ogc/collections/rivers/items", 404, "no collection"},
		{"/ogc/collections/regencies/items/99.99", 404, "no feature"},
		{"/ogc/2017-13-25", 404, "no day"},
		{"/ogc/2001-01-01/collections", 400, "datetime: 2001-01-01 lies before the record"},
		{"/ogc/collections/regencies/items?datetime=yesterday", 400, "datetime:"},
		{"/ogc/collections/regencies/items?datetime=2018-01-01/2017-01-01", 400, "before it begins"},
		{"/ogc/collections/regencies/items?limit=0", 400, "limit:"},
		{"/ogc/collections/regencies/items?limit=ten", 400, "limit:"},
		{"/ogc/collections/regencies/items?limit=1&limit=2", 400, "limit: the parameter \"limit\" is given with 2 values"},
		{"/ogc/collections/regencies/items?bbox=1,2,3", 400, "bbox: bbox has 3 numbers"},
		{"/ogc/collections/regencies/items?bbox=1,2,3,x", 400, "bbox:"},
		{"/ogc/collections/regencies/items?bbox=1,3,2,1", 400, "bbox"},
		{"/ogc/collections/regencies/items?zoom=15", 400, "zoom:"},
		{"/ogc/collections/regencies/items?kind=TOWN", 400, "kind:"},
		{"/ogc/collections/regencies/items?areaKm2=3", 400, "there is no parameter areaKm2"},
		{"/ogc/collections/clusters/items?initialTarget=maybe", 400, "initialTarget:"},
		{"/ogc/collections/rivers/queryables", 404, "no collection"}, {"/ogc/collections/rivers/tiles", 404, "no collection"},
		{"/ogc/tiles/WorldCRS84Quad", 404, "there is WebMercatorQuad"}, {"/ogc/tileMatrixSets/WorldCRS84Quad", 404, "there is WebMercatorQuad"},
		{"/ogc/tiles/WebMercatorQuad?limit=1", 400, "there is no parameter limit"},
		{"/ogc/collections/regencies/items?crs=EPSG:4326", 400, "crs: the coordinate reference system"},
		{"/ogc/collections/regencies/items?filter=kind", 400, "filter: the filter ends where"},
		{"/ogc/collections/regencies/items?filter=kind%3D%27TOWN%27", 400, "filter: kind is one of PROVINCE, REGENCY, CITY, never"},
		{"/ogc/collections/regencies/items?filter=colour%3D%27x%27", 400, "filter: regencies have no property \"colour\"; the properties are code, name,"},
		{"/ogc/collections/regencies/items?filter=code%3D31", 400, "filter: code is a text"},
		{"/ogc/collections/regencies/items?filter=sources%3D%27x%27", 400, "no property"},
		{"/ogc/collections/regencies/items?filter=affirmative%3C%27YES%27", 400, "has no order"},
		{"/ogc/collections/clusters/items?filter=products%3D%27x%27", 400, "A_CONTAINS(products"},
		{"/ogc/collections/clusters/items?filter=S_INTERSECTS(place,POINT(1%202))", 400, "needs the property geometry"},
		{"/ogc/collections/clusters/items?filter=S_INTERSECTS(geometry,POINT(1%20200))", 400, "south is 200"},
		{"/ogc/collections/clusters/items?filter=S_INTERSECTS(geometry,POLYGON((1%202,3%204)))", 400, "a closed ring needs 4"},
		{"/ogc/collections/clusters/items?filter=TRUE&filter-lang=cql2-json", 400, "filter-lang: the filter language"},
		{"/ogc?f=%zz", 400, "not correctly encoded"},
	} {
		w := get(handler, "GET", c.path)
		var exception struct{ Code, Description string }
		if err := json.Unmarshal(w.Body.Bytes(), &exception); err != nil || w.Code != c.code || exception.Code == "" || !strings.Contains(exception.Description, c.says) ||
			w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %v %s", c.path, w.Code, w.Header(), w.Body)
		}
		if strings.Contains(c.path, "f=") {
			continue
		}
		if page := get(handler, "GET", c.path, "Accept", "text/html"); page.Code != c.code || page.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(page.Body.String(), "<h1>") {
			t.Errorf("%s as a page: %d %v", c.path, page.Code, page.Header())
		}
	}
	if w := get(handler, "POST", "/ogc/collections"); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}
