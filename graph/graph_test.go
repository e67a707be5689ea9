package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// today is the default day of the tests.
var today = servertest.Today

// world is a complete Sentra with a real database and the real boundaries.
type world struct {
	store  *postgres.Store
	holder *atlas.Holder
	url    string
	close  []func()
}

var shared *world

func TestMain(m *testing.M) {
	if pgtest.Fuzzing() {
		os.Exit(m.Run())
	}
	boundaries := must(boundarytest.Find())
	if boundaries == nil {
		os.Exit(boundarytest.LeaveOut(m))
	}
	server, err := pgtest.Start()
	if err != nil {
		panic(err)
	}
	shared = newWorld(server, boundaries)
	code := m.Run()
	for _, f := range shared.close {
		f()
	}
	if err := server.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func newWorld(server *pgtest.Server, boundaries []string) *world {
	ctx := context.Background()
	store := must(postgres.Open(ctx, must(servertest.Database(ctx, server, boundaries...))))
	w := &world{store: store, holder: must(atlas.NewHolder(ctx, store, slog.New(slog.DiscardHandler)))}
	w.url = w.serve(httpserver.DefaultConfig())
	w.close = append(w.close, func() { store.Close() })
	return w
}

func (w *world) serve(config httpserver.Config) string {
	return w.serveAs(app.Config{HTTP: config})
}

// serveAs serves w's atlas on the tests' day, configured by config.
func (w *world) serveAs(config app.Config) string {
	config.Holder, config.Now = w.holder, servertest.Clock
	server := httptest.NewServer(must(app.New(context.Background(), config)).Server.Handler())
	w.close = append(w.close, server.Close)
	return server.URL
}

type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct {
			Code     string
			Argument []string
		}
	}
}

func ask(t testing.TB, url, query string, variables map[string]any) answer {
	t.Helper()
	body := must(json.Marshal(map[string]any{"query": query, "variables": variables}))
	response, err := http.Post(url+"/graphql", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var out answer
	if err := json.NewDecoder(response.Body).Decode(&out); err != nil {
		t.Fatalf("status %s: %v", response.Status, err)
	}
	return out
}

// TestAnswers asserts answers worked out by hand from the facts.
func TestAnswers(t *testing.T) {
	const list = `regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "%s") { totalCount notCoveredCount nodes { code parent { name } } }`
	for _, c := range []struct{ name, query, want string }{
		{"title question", `{` + fmt.Sprintf(list, "2017-12-25") + `}`,
			`{"regions":{"totalCount":1,"notCoveredCount":5,"nodes":[{"code":"94.06","parent":{"name":"Papua"}}]}}`},
		{"the regions not judged then are Samosir, Palu and three provinces of border areas", `{regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { notCovered { code name } }}`,
			`{"regions":{"notCovered":[{"code":"12","name":"Sumatera Utara"},{"code":"12.17","name":"Kabupaten Samosir"},{"code":"72","name":"Sulawesi Tengah"},{"code":"72.71","name":"Kota Palu"},{"code":"91","name":"Papua"}]}}`},
		// Worked out by hand from sentra.csv and designations.csv; see the test of the atlas.
		{"title question, of all clusters that are known", `{regions(filter: {level: REGENCY, affirmative: true, hostsClusters: true}, asOf: "2017-12-25") { totalCount nodes { code } }}`,
			`{"regions":{"totalCount":16,"nodes":[{"code":"35.26"},{"code":"35.27"},{"code":"36.01"},{"code":"52.02"},{"code":"52.03"},{"code":"53.02"},{"code":"53.05"},{"code":"53.11"},{"code":"53.14"},{"code":"53.16"},{"code":"63.08"},{"code":"81.03"},{"code":"81.08"},{"code":"82.07"},{"code":"94.06"},{"code":"96.03"}]}}`},
		{"who hosts none is not known", `{regions(filter: {level: REGENCY, hostsClusters: false}, asOf: "2017-12-25") { totalCount notCoveredCount }}`, `{"regions":{"totalCount":0,"notCoveredCount":428}}`},
		{"today's parent", `{region(code: "94.06") { name parent { code name } ancestors { name } then: parent(asOf: "2022-07-24") { name } next: parent(asOf: "2022-07-25") { name } }}`,
			`{"region":{"name":"Kabupaten Dogiyai","parent":{"code":"94","name":"Papua Tengah"},"ancestors":[{"name":"Papua Tengah"}],"then":{"name":"Papua"},"next":{"name":"Papua Tengah"}}}`},
		{"none in 2016", `{` + fmt.Sprintf(list, "2016-06-30") + `}`, `{"regions":{"totalCount":0,"notCoveredCount":4,"nodes":[]}}`},
		{"phase 1 in 2016", `{regions(filter: {codes: ["12.17","33.28","35.76","61.71","72.71"]}, asOf: "2016-06-30") { nodes { code affirmative { answer disadvantaged { answer } border { answer } } } }}`,
			`{"regions":{"nodes":[
			{"code":"12.17","affirmative":{"answer":"NOT_COVERED","disadvantaged":{"answer":"NO"},"border":{"answer":"NOT_COVERED"}}},
			{"code":"33.28","affirmative":{"answer":"NO","disadvantaged":{"answer":"NO"},"border":{"answer":"NO"}}},
			{"code":"35.76","affirmative":{"answer":"NO","disadvantaged":{"answer":"NO"},"border":{"answer":"NO"}}},
			{"code":"61.71","affirmative":{"answer":"NO","disadvantaged":{"answer":"NO"},"border":{"answer":"NO"}}},
			{"code":"72.71","affirmative":{"answer":"NOT_COVERED","disadvantaged":{"answer":"NO"},"border":{"answer":"NOT_COVERED"}}}]}}`},
		{"phase 1 in 2014: of a city in Java both are known, by the law's scope and by its province", `{regions(filter: {codes: ["12.17","33.28","35.76","61.71","72.71"]}, asOf: "2014-12-31") { nodes { code affirmative { answer } } }}`,
			`{"regions":{"nodes":[{"code":"12.17","affirmative":{"answer":"NOT_COVERED"}},{"code":"33.28","affirmative":{"answer":"NOT_COVERED"}},{"code":"35.76","affirmative":{"answer":"NO"}},
			{"code":"61.71","affirmative":{"answer":"NOT_COVERED"}},{"code":"72.71","affirmative":{"answer":"NOT_COVERED"}}]}}`},
		{"today", `{a: region(code: "94.06") { affirmative { answer confidence disadvantaged { reason } border { answer } } designations { regulation confidence sources { title } } }
			b: region(code: "35.78") { affirmative { answer confidence disadvantaged { confidence reason coverage { regionKinds } } } } c: regions(filter: {level: REGENCY, affirmative: true}) { totalCount notCoveredCount }}`,
			`{"a":{"affirmative":{"answer":"YES","confidence":"PARTIAL","disadvantaged":{"reason":"Designated by Perpres 12/2025, in force on ` + sentra.Today(today).String() + `."},"border":{"answer":"NO"}},
			"designations":[{"regulation":"Perpres 12/2025","confidence":"PARTIAL","sources":[{"title":"Secondary list in the open source code of a student dashboard (E-Semesta, UIN Jakarta), read 2026-11-25; it cites no regulation"}]}]},
			"b":{"affirmative":{"answer":"NO","confidence":"INFERRED","disadvantaged":{"confidence":"INFERRED","reason":"The decrees on disadvantaged regions speak of regencies (kabupaten), so a city or a province is never one.","coverage":[{"regionKinds":["CITY","PROVINCE"]}]}}},
			"c":{"totalCount":79,"notCoveredCount":369}}`},
		{"the decree for Nusa Tenggara Timur is of a day", `{a: region(code: "53.04", asOf: "2014-12-09") { affirmative { border { answer } } } b: region(code: "53.04", asOf: "2014-12-10") { affirmative { answer border { answer confidence } } }}`,
			`{"a":{"affirmative":{"border":{"answer":"NOT_COVERED"}}},"b":{"affirmative":{"answer":"YES","border":{"answer":"YES","confidence":"LISTED"}}}}`},
		{"the decree for Kalimantan is of a year: certain from its end", `{a: region(code: "61.01", asOf: "2015-12-30") { affirmative { border { answer } } designations { kind } } b: region(code: "61.01", asOf: "2015-12-31") { affirmative { border { answer } } designations { kind validFrom inForceFrom validFromPrecision } }}`,
			`{"a":{"affirmative":{"border":{"answer":"NOT_COVERED"}},"designations":[{"kind":"DISADVANTAGED"}]},"b":{"affirmative":{"border":{"answer":"YES"}},"designations":[{"kind":"DISADVANTAGED","validFrom":"2015-11-04","inForceFrom":"2015-11-04","validFromPrecision":"DAY"},{"kind":"BORDER","validFrom":"2015","inForceFrom":"2015-12-31","validFromPrecision":"YEAR"}]}}`},
		{"the gap between two lists is no no", `{region(code: "94.06") { a: affirmative(asOf: "2019-12-31") { answer } b: affirmative(asOf: "2020-01-01") { answer } c: affirmative(asOf: "2020-04-27") { answer } d: affirmative(asOf: "2025-01-01") { answer } }}`,
			`{"region":{"a":{"answer":"YES"},"b":{"answer":"NOT_COVERED"},"c":{"answer":"YES"},"d":{"answer":"NOT_COVERED"}}}`},
		{"Papua Barat has no border area once Papua Barat Daya is out of it", `{region(code: "92.02") { a: affirmative(asOf: "2022-12-07") { border { answer } } b: affirmative(asOf: "2022-12-08") { border { answer confidence } } }}`,
			`{"region":{"a":{"border":{"answer":"NOT_COVERED"}},"b":{"border":{"answer":"NO","confidence":"INFERRED"}}}}`},
		{"sizes of the lists", `{a: regions(filter: {designation: DISADVANTAGED}, asOf: "2018-01-01") { totalCount notCoveredCount } b: regions(filter: {designation: DISADVANTAGED}, asOf: "2021-01-01") { totalCount } c: regions(filter: {designation: BORDER}) { totalCount } d: regions(filter: {designation: DISADVANTAGED}, asOf: "2015-11-03") { totalCount notCoveredCount }}`,
			`{"a":{"totalCount":122,"notCoveredCount":0},"b":{"totalCount":62},"c":{"totalCount":55},"d":{"totalCount":0,"notCoveredCount":416}}`},
		{"provinces and regencies by day", `{a: regions(filter: {level: PROVINCE}, asOf: "2017-12-25") { totalCount } b: regions(filter: {level: PROVINCE}, asOf: "2022-07-25") { totalCount } c: regions(filter: {level: PROVINCE}) { totalCount } d: regions(filter: {level: REGENCY}, asOf: "2017-12-25") { totalCount } e: regions(filter: {kind: CITY}) { totalCount }}`,
			`{"a":{"totalCount":34},"b":{"totalCount":37},"c":{"totalCount":38},"d":{"totalCount":514},"e":{"totalCount":98}}`},
		{"where clusters of the programme are", `{regions(filter: {level: REGENCY, clusters: {programme: true}}) { nodes { code programme: clusters(filter: {programme: true}) { totalCount } } }}`,
			`{"regions":{"nodes":[{"code":"12.17","programme":{"totalCount":1}},{"code":"19.05","programme":{"totalCount":1}},{"code":"33.28","programme":{"totalCount":1}},{"code":"35.75","programme":{"totalCount":1}},{"code":"35.76","programme":{"totalCount":1}},{"code":"61.71","programme":{"totalCount":1}},{"code":"72.71","programme":{"totalCount":2}},{"code":"73.71","programme":{"totalCount":1}},{"code":"74.05","programme":{"totalCount":1}},{"code":"94.06","programme":{"totalCount":1}}]}}`},
		{"clusters by filter", `{a: clusters(filter: {phase: "2013-2016"}) { totalCount } b: clusters(filter: {initialTarget: true}) { totalCount } c: clusters(filter: {product: "kopi", programme: true}) { nodes { name regions { code } } } d: clusters(filter: {region: "35", programme: true}) { totalCount } e: clusters(filter: {regions: {affirmative: true}, programme: true}, asOf: "2017-12-25") { totalCount notCoveredCount } f: clusters(filter: {programme: true}, asOf: "2016-12-31") { totalCount notCoveredCount }}`,
			`{"a":{"totalCount":6},"b":{"totalCount":3},"c":{"nodes":[{"name":"Coffee processing, Kabupaten Dogiyai","regions":[{"code":"94.06"}]}]},"d":{"totalCount":2},"e":{"totalCount":1,"notCoveredCount":3},"f":{"totalCount":6,"notCoveredCount":0}}`},
		// For Jawa Timur sentra.csv has 81 rows, two of them the programme's, and six
		// plans; for coffee six, three of which are plans, and Dogiyai's makes it too.
		{"clusters of the country by filter", `{a: clusters(filter: {region: "35"}) { totalCount } b: clusters(filter: {region: "35", status: PLANNED}) { totalCount } c: clusters(filter: {product: "kopi"}) { totalCount } d: clusters(filter: {product: "kopi", status: PLANNED}) { totalCount }
			e: clusters(filter: {regions: {affirmative: true}}, asOf: "2017-12-25") { totalCount notCoveredCount } f: clusters(filter: {programme: false}) { totalCount } g: clusters(filter: {confidence: [PARTIAL]}) { totalCount } h: region(code: "35") { clusterCount clusters { totalCount } }}`,
			`{"a":{"totalCount":81},"b":{"totalCount":6},"c":{"totalCount":6},"d":{"totalCount":3},"e":{"totalCount":22,"notCoveredCount":73},"f":{"totalCount":379},"g":{"totalCount":88},"h":{"clusterCount":72,"clusters":{"totalCount":78}}}`},
		{"a point in Nabire", `{a: regionsAt(point: {lon: 135.5, lat: -3.4}, asOf: "2017-12-25") { province { name } regency { name } distanceMetres } b: regionsAt(point: {lon: 135.5, lat: -3.4}) { province { name } } sea: regionsAt(point: {lon: 110, lat: -10}) { province { name } regency { name } distanceMetres }}`,
			`{"a":{"province":{"name":"Papua"},"regency":{"name":"Kabupaten Nabire"},"distanceMetres":0},"b":{"province":{"name":"Papua Tengah"}},"sea":{"province":null,"regency":null,"distanceMetres":null}}`},
		{"Papua's split", `{region(code: "91") { successors { date law region { code } } predecessors { date } children { code } } new: region(code: "94") { validFrom predecessors { region { code asOf } } } before: region(code: "94", asOf: "2022-07-24") { code } old: region(code: "91", asOf: "2017-12-25") { boundaryOrigin } b: region(code: "96") { predecessors { region { code } } }}`,
			`{"region":{"successors":[{"date":"2022-07-25","law":"UU 14/2022","region":{"code":"93"}},{"date":"2022-07-25","law":"UU 15/2022","region":{"code":"94"}},{"date":"2022-07-25","law":"UU 16/2022","region":{"code":"95"}}],"predecessors":[],
			"children":[{"code":"91.03"},{"code":"91.05"},{"code":"91.06"},{"code":"91.10"},{"code":"91.11"},{"code":"91.15"},{"code":"91.19"},{"code":"91.20"},{"code":"91.71"}]},
			"new":{"validFrom":"2022-07-25","predecessors":[{"region":{"code":"91","asOf":"2022-07-24"}}]},"before":null,"old":{"boundaryOrigin":"UNION"},"b":{"predecessors":[{"region":{"code":"92"}}]}}`},
		{"search forgives", `{a: search(text: "KAB TOLI-TOLI", first: 1) { node { ... on Region { code } } } b: search(text: "Dogiyay", first: 1) { node { ... on Region { name } } } c: search(text: "lidah buaya", first: 1) { node { __typename } }}`,
			`{"a":[{"node":{"code":"72.04"}}],"b":[{"node":{"name":"Kabupaten Dogiyai"}}],"c":[{"node":{"__typename":"Product"}}]}`},
		{"other codes", `{region(code: "ID-PT", system: ISO_3166_2) { code } codes: region(code: "94") { codes { system value } } none: region(code: "99") { code }}`,
			`{"region":{"code":"94"},"codes":{"codes":[{"system":"KEMENDAGRI","value":"94"},{"system":"ISO_3166_2","value":"ID-PT"}]},"none":null}`},
		{"codes of the day", `{a: region(code: "92.71", asOf: "2017-12-25") { code name parent { name } bpsCode pCode isoCode } b: region(code: "9408", system: BPS, asOf: "2021-01-01") { code name pCode } c: region(code: "94.06") { bpsCode codes { system value validFrom validTo } } d: region(code: "91") { isoCode }}`,
			`{"a":{"code":"96.71","name":"Kota Sorong","parent":{"name":"Papua Barat"},"bpsCode":"9171","pCode":null,"isoCode":null},"b":{"code":"91.05","name":"Kabupaten Kepulauan Yapen","pCode":"ID9408"},
			"c":{"bpsCode":"9602","codes":[{"system":"KEMENDAGRI","value":"91.26","validFrom":null,"validTo":"2022-07-24"},{"system":"KEMENDAGRI","value":"94.06","validFrom":null,"validTo":null},{"system":"BPS","value":"9434","validFrom":null,"validTo":"2022-12-31"},{"system":"BPS","value":"9602","validFrom":"2023-01-01","validTo":null}]},"d":{"isoCode":"ID-PA"}}`},
		{"the name of the day", `{a: region(code: "81.03", asOf: "2017-12-25") { name } b: region(code: "81.03") { name names { name kind validTo } } c: regions(filter: {name: "Maluku Tenggara Barat"}, asOf: "2017-12-25") { nodes { code } } d: regions(filter: {name: "Maluku Tenggara Barat"}) { totalCount } e: search(text: "Maluku Tenggara Barat", first: 1) { matched node { ... on Region { name } } }}`,
			`{"a":{"name":"Kabupaten Maluku Tenggara Barat"},"b":{"name":"Kabupaten Kepulauan Tanimbar","names":[{"name":"Kabupaten Maluku Tenggara Barat","kind":"FORMER","validTo":"2019-01-27"},{"name":"Kabupaten MTB","kind":"VARIANT","validTo":null}]},"c":{"nodes":[{"code":"81.03"}]},"d":{"totalCount":0},"e":[{"matched":"Kabupaten Maluku Tenggara Barat","node":{"name":"Kabupaten Kepulauan Tanimbar"}}]}`},
		{"support", `{a: supports(filter: {region: "13.01"}) { totalCount nodes { fund year amountIdr product { key } cluster { key } region { name } } } b: region(code: "13.01") { supports { year } } c: cluster(key: "sentra-ikm-minyak-atsiri-lunang") { supports { amountIdr confidence } }
			d: supports(filter: {fund: [DECONCENTRATION]}) { nodes { region { code } year amountIdr } } e: supports(filter: {fundStated: false, fromYear: 2021}) { nodes { region { code } amountIdr } }}`,
			`{"a":{"totalCount":3,"nodes":[{"fund":"DAK","year":2019,"amountIdr":"32500000000","product":{"key":"fish-processing"},"cluster":{"key":"sentra-ikm-perikanan-carocok-anau"},"region":{"name":"Kabupaten Pesisir Selatan"}},{"fund":"DAK","year":2022,"amountIdr":"14257083496","product":{"key":"essential-oil"},"cluster":{"key":"sentra-ikm-minyak-atsiri-lunang"},"region":{"name":"Kabupaten Pesisir Selatan"}},{"fund":"DAK","year":2023,"amountIdr":null,"product":null,"cluster":null,"region":{"name":"Kabupaten Pesisir Selatan"}}]},
			"b":{"supports":[{"year":2019},{"year":2022},{"year":2023}]},"c":{"supports":[{"amountIdr":"14257083496","confidence":"LISTED"}]},
			"d":{"nodes":[{"region":null,"year":2020,"amountIdr":null},{"region":null,"year":2024,"amountIdr":null},{"region":{"code":"17"},"year":2014,"amountIdr":"9100000000"}]},
			"e":{"nodes":[{"region":{"code":"14.10"},"amountIdr":"3200000000"},{"region":{"code":"33.14"},"amountIdr":"10800000000"}]}}`},
		{"facilitators and counts", `{a: region(code: "17.04") { facilitators { kind year count } } b: facilitators { count } c: region(code: "34.02") { externalCounts { by year count note } } d: coverage(asOf: "2026-11-25") { region { code } clusterCount plannedCount counted { by year count } }}`,
			`{"a":{"facilitators":[{"kind":"TPL","year":2017,"count":4}]},"b":[{"count":1646},{"count":800},{"count":2730},{"count":30},{"count":343},{"count":578},{"count":1352},{"count":13},{"count":1},{"count":4},{"count":1},{"count":2},{"count":4}],
			"c":{"externalCounts":[{"by":null,"year":2018,"count":78,"note":"craft sentra of the regency (75 at the end of 2017)"}]},"d":[{"region":null,"clusterCount":378,"plannedCount":12,"counted":{"by":"BPS","year":2024,"count":8889}},{"region":{"code":"11"},"clusterCount":6,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":277}},{"region":{"code":"12"},"clusterCount":8,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":298}},{"region":{"code":"13"},"clusterCount":14,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":187}},{"region":{"code":"14"},"clusterCount":6,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":119}},{"region":{"code":"15"},"clusterCount":3,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":95}},{"region":{"code":"16"},"clusterCount":8,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":285}},{"region":{"code":"17"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":79}},{"region":{"code":"18"},"clusterCount":6,"plannedCount":1,"counted":{"by":"BPS","year":2024,"count":256}},{"region":{"code":"19"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":32}},{"region":{"code":"21"},"clusterCount":1,"plannedCount":1,"counted":{"by":"BPS","year":2024,"count":57}},{"region":{"code":"31"},"clusterCount":3,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":30}},{"region":{"code":"32"},"clusterCount":41,"plannedCount":1,"counted":{"by":"BPS","year":2024,"count":1266}},{"region":{"code":"33"},"clusterCount":62,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":1547}},{"region":{"code":"34"},"clusterCount":20,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":323}},{"region":{"code":"35"},"clusterCount":75,"plannedCount":6,"counted":{"by":"BPS","year":2024,"count":1664}},{"region":{"code":"36"},"clusterCount":12,"plannedCount":0,"counted":null},{"region":{"code":"51"},"clusterCount":9,"plannedCount":0,"counted":null},{"region":{"code":"52"},"clusterCount":11,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":331}},{"region":{"code":"53"},"clusterCount":8,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":444}},{"region":{"code":"61"},"clusterCount":5,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":108}},{"region":{"code":"62"},"clusterCount":4,"plannedCount":2,"counted":{"by":"BPS","year":2024,"count":87}},{"region":{"code":"63"},"clusterCount":10,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":218}},{"region":{"code":"64"},"clusterCount":15,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":89}},{"region":{"code":"65"},"clusterCount":0,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":3}},{"region":{"code":"71"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":122}},{"region":{"code":"72"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":84}},{"region":{"code":"73"},"clusterCount":8,"plannedCount":1,"counted":{"by":"BPS","year":2024,"count":233}},{"region":{"code":"74"},"clusterCount":8,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":71}},{"region":{"code":"75"},"clusterCount":2,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":68}},{"region":{"code":"76"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":34}},{"region":{"code":"81"},"clusterCount":3,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":32}},{"region":{"code":"82"},"clusterCount":3,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":43}},{"region":{"code":"91"},"clusterCount":4,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":20}},{"region":{"code":"92"},"clusterCount":1,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":4}},{"region":{"code":"93"},"clusterCount":0,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":1}},{"region":{"code":"94"},"clusterCount":1,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":2}},{"region":{"code":"95"},"clusterCount":0,"plannedCount":0,"counted":null},{"region":{"code":"96"},"clusterCount":1,"plannedCount":0,"counted":{"by":"BPS","year":2024,"count":59}}]}`},
		{"screening", `{a: screening(product: "kopi", filter: {codes: ["94.06", "94"]}, asOf: "2017-12-25") { totalCount products { key } rows { lower upper region { name } findings { element ground outcome reason clusters { key } designations { regulation } supports { year } } } }
			b: screening(filter: {parent: "52"}, weights: {dak: 5}, orderBy: LOWER, asOf: "2024-06-01") { totalCount rows(first: 1) { region { code } } }}`,
			`{"a":{"totalCount":1,"products":[{"key":"coffee"},{"key":"coffee-processing"}],"rows":[{"lower":0.2857142857142857,"upper":1,"region":{"name":"Kabupaten Dogiyai"},"findings":[
			{"element":"APBN","ground":"SUPPORT_SOURCE","outcome":"NOT_KNOWN","reason":"No source that was read mentions such money; the record does not hold all of it.","clusters":[],"designations":[],"supports":[]},
			{"element":"DECONCENTRATION","ground":"SUPPORT_SOURCE","outcome":"NOT_KNOWN","reason":"No source that was read mentions such money; the record does not hold all of it.","clusters":[],"designations":[],"supports":[]},
			{"element":"DAK","ground":"SUPPORT_SOURCE","outcome":"NOT_KNOWN","reason":"No source that was read mentions such money; the record does not hold all of it.","clusters":[],"designations":[],"supports":[]},
			{"element":"CLUSTERS","ground":"STRATEGIC_THEME","outcome":"MET","reason":"1 cluster is known.","clusters":[{"key":"2017-94.06-coffee-processing"}],"designations":[],"supports":[]},
			{"element":"LINKAGE","ground":"STRATEGIC_THEME","outcome":"NOT_KNOWN","reason":"The record holds nothing about linkage between supporting and large industry.","clusters":[],"designations":[],"supports":[]},
			{"element":"DISADVANTAGED","ground":"AFFIRMATIVE_THEME","outcome":"MET","reason":"Designated by Perpres 131/2015, in force on 2017-12-25.","clusters":[],"designations":[{"regulation":"Perpres 131/2015"}],"supports":[]},
			{"element":"BORDER","ground":"AFFIRMATIVE_THEME","outcome":"NOT_KNOWN","reason":"Papua has border areas, but only part of the decree's list is loaded: silence is not a no.","clusters":[],"designations":[],"supports":[]}]}]},
			"b":{"totalCount":10,"rows":[{"region":{"code":"52.08"}}]}}`},
		{"a cluster of the country", `{cluster(key: "sentra-rotan-gampong-kueh") { name nameId status place firstYear knownFrom figures { units workers year } confidence phases { key } readings { read readOn source { title date } } grounds { met } regions { code } }}`,
			`{"cluster":{"name":"Sentra Rotan Gampong Kueh","nameId":"Sentra Rotan Gampong Kueh","status":"EXISTING","place":"Kueh, Kec. Lhoknga","firstYear":null,"knownFrom":"2024-10-10","figures":{"units":null,"workers":63,"year":2024},"confidence":"LISTED","phases":[],
			"readings":[{"read":"known as rattan-craft sentra; 63 makers in the association","readOn":"2026-11-25","source":{"title":"Pembinaan Desa Kerajinan Gampong Kueh","date":"2024-10-10"}}],"grounds":[{"met":null},{"met":null},{"met":null}],"regions":[{"code":"11.06"}]}}`},
		{"the regions considered in 2017", `{phases { key candidates { region { code } named initialTarget assessments { outcome } decision { outcome reason date } } }}`,
			`{"phases":[{"key":"2013-2016","candidates":[]},{"key":"2017","candidates":[{"region":{"code":"19.05"},"named":"Bangka Belitung","initialTarget":false,"assessments":[],"decision":{"outcome":"CHOSEN","reason":null,"date":null}},{"region":{"code":"35.75"},"named":"Jawa Timur","initialTarget":true,"assessments":[],"decision":{"outcome":"CHOSEN","reason":null,"date":null}},
			{"region":{"code":"73.71"},"named":"Sulawesi Selatan","initialTarget":true,"assessments":[],"decision":{"outcome":"CHOSEN","reason":null,"date":null}},{"region":{"code":"74.05"},"named":"Sulawesi Tenggara","initialTarget":false,"assessments":[],"decision":{"outcome":"CHOSEN","reason":null,"date":null}},{"region":{"code":"94.06"},"named":"Papua","initialTarget":true,"assessments":[],"decision":{"outcome":"CHOSEN","reason":null,"date":null}}]}]}`},
		{"not keeps what is unknown unknown", `{regions(filter: {codes: ["12.17","33.28"], not: {affirmative: true}}, asOf: "2016-06-30") { totalCount notCoveredCount nodes { code } }}`,
			`{"regions":{"totalCount":1,"notCoveredCount":1,"nodes":[{"code":"33.28"}]}}`},
		{"not keeps what no source says unknown", `{a: clusters(filter: {initialTarget: true}) { totalCount notCoveredCount } b: clusters(filter: {initialTarget: false}) { totalCount notCoveredCount }
			c: clusters(filter: {programme: true, not: {initialTarget: true}}) { totalCount notCoveredCount nodes { name } } d: clusters(filter: {or: [{initialTarget: true}, {phase: "2017"}]}) { totalCount notCoveredCount }}`,
			`{"a":{"totalCount":3,"notCoveredCount":6},"b":{"totalCount":2,"notCoveredCount":6},
			"c":{"totalCount":2,"notCoveredCount":6,"nodes":[{"name":"Pewter (tin) craft, Kabupaten Bangka Barat"},{"name":"Tofu and tempe, Kabupaten Konawe Selatan"}]},"d":{"totalCount":5,"notCoveredCount":6}}`},
		{"a cluster is affirmative as its regency is, whatever its province", `{
			yes: clusters(filter: {programme: true, regions: {affirmative: true}}, asOf: "2023-01-01") { totalCount notCoveredCount nodes { regions { code } } }
			no: clusters(filter: {programme: true, regions: {affirmative: false}}, asOf: "2023-01-01") { totalCount notCoveredCount nodes { regions { code } } }
			not: clusters(filter: {programme: true, not: {regions: {affirmative: true}}}, asOf: "2023-01-01") { totalCount notCoveredCount }
			province: clusters(filter: {regions: {level: PROVINCE}}) { totalCount } in: clusters(filter: {programme: true, regions: {parent: "94"}}) { totalCount }}`,
			`{"yes":{"totalCount":1,"notCoveredCount":3,"nodes":[{"regions":[{"code":"94.06"}]}]},
			"no":{"totalCount":7,"notCoveredCount":3,"nodes":[{"regions":[{"code":"33.28"}]},{"regions":[{"code":"35.76"}]},{"regions":[{"code":"61.71"}]},{"regions":[{"code":"19.05"}]},{"regions":[{"code":"35.75"}]},{"regions":[{"code":"73.71"}]},{"regions":[{"code":"74.05"}]}]},
			"not":{"totalCount":7,"notCoveredCount":3},"province":{"totalCount":0},"in":{"totalCount":1}}`},
		{"contains affirmative", `{a: regions(filter: {level: PROVINCE, containsAffirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { nodes { name } } }`,
			`{"a":{"nodes":[{"name":"Sumatera Utara"},{"name":"Jawa Timur"},{"name":"Kalimantan Barat"},{"name":"Sulawesi Tengah"},{"name":"Sulawesi Selatan"},{"name":"Sulawesi Tenggara"},{"name":"Papua"}]}}`},
		{"dataset", `{dataset { boundaries regionsFrom counts { provinces regencies cities boundaries clusters plannedClusters programmeClusters supports designations } }}`,
			`{"dataset":{"boundaries":"ALL","regionsFrom":"2014-07-23","counts":{"provinces":38,"regencies":416,"cities":98,"boundaries":552,"clusters":390,"plannedClusters":12,"programmeClusters":11,"supports":80,"designations":269}}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(t, shared.url, c.query, nil)
			if len(got.Errors) > 0 {
				t.Fatalf("errors: %+v", got.Errors)
			}
			var wanted, found any
			if err := json.Unmarshal([]byte(c.want), &wanted); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal(got.Data, &found); err != nil {
				t.Fatal(err)
			}
			if a, b := must(json.Marshal(wanted)), must(json.Marshal(found)); !bytes.Equal(a, b) {
				t.Errorf("got  %s\nwant %s", b, a)
			}
		})
	}
}

func TestBadInput(t *testing.T) {
	const one = `query($f: RegionFilter) { regions(filter: $f) { totalCount } }`
	ring := func(points ...[2]float64) map[string]any {
		return map[string]any{"type": "Polygon", "coordinates": [][][2]float64{points}}
	}
	for _, c := range []struct {
		name, query string
		variables   map[string]any
		code        string
		argument    string
		says        string
	}{
		{"date", `{region(code: "94.06", asOf: "2017-13-01") { name }}`, nil, "BAD_USER_INPUT", "asOf", "not a date"},
		{"before the record", `{regions(asOf: "2013-01-01") { totalCount }}`, nil, "BAD_USER_INPUT", "asOf", "2014-07-23"},
		{"code", `{region(code: "Dogiyai") { name }}`, nil, "BAD_USER_INPUT", "code", "not a region code"},
		{"page over the limit", `{regions(first: 1001) { totalCount }}`, nil, "BAD_USER_INPUT", "first", "at most 1000"},
		{"half a page", `query($n: Int) {regions(first: $n) { totalCount }}`, map[string]any{"n": 1.5}, "BAD_USER_INPUT", "n", "1.5 is not a valid Int"},
		{"a page in quotes", `query($n: Int) {regions(first: $n) { totalCount }}`, map[string]any{"n": "1"}, "BAD_USER_INPUT", "n", `"1" is not a valid Int`},
		{"a page beyond numbers", `query($n: Int) {regions(first: $n) { totalCount }}`, map[string]any{"n": json.Number("99999999999999999999")}, "BAD_USER_INPUT", "n", "99999999999999999999 is not a valid Int"},
		{"negative page", `{regions(first: -1) { totalCount }}`, nil, "BAD_USER_INPUT", "first", "negative"},
		{"both ends", `{regions(first: 1, last: 1) { totalCount }}`, nil, "BAD_USER_INPUT", "last", "both"},
		{"foreign cursor", `{regions(after: "xyz") { totalCount }}`, nil, "BAD_USER_INPUT", "after", "cursor"},
		{"inverted bbox", one, map[string]any{"f": map[string]any{"bbox": map[string]any{"west": 100, "south": 5, "east": 110, "north": -5}}}, "BAD_USER_INPUT", "filter.bbox.south", "north of"},
		{"radius -1", one, map[string]any{"f": map[string]any{"near": map[string]any{"point": map[string]any{"lon": 110, "lat": -7}, "radius": -1}}}, "BAD_USER_INPUT", "filter.near.radius", "radius"},
		{"swapped point", `{regionsAt(point: {lon: -7, lat: 110}) { province { name } }}`, nil, "BAD_USER_INPUT", "point.lat", "swapped"},
		{"unknown parent", one, map[string]any{"f": map[string]any{"or": []any{map[string]any{"parent": "99"}}}}, "BAD_USER_INPUT", "filter.or.0.parent", "no region"},
		{"unknown phase", `{clusters(filter: {phase: "1999"}) { totalCount }}`, nil, "BAD_USER_INPUT", "filter.phase", "the phases are"},
		{"unknown product", `{clusters(filter: {product: "gold"}) { totalCount }}`, nil, "", "", ""},
		{"no such product", `{clusters(filter: {product: "spaceship"}) { totalCount }}`, nil, "BAD_USER_INPUT", "filter.product", "no product"},
		{"open ring", one, map[string]any{"f": map[string]any{"within": ring([2]float64{110, -7}, [2]float64{111, -7}, [2]float64{111, -6}, [2]float64{110, -6})}}, "BAD_USER_INPUT", "filter.within.coordinates", "open"},
		{"polygon as a text", one, map[string]any{"f": map[string]any{"within": "{}"}}, "BAD_USER_INPUT", "filter.within", "object"},
		{"order without near", `{regions(orderBy: DISTANCE) { totalCount }}`, nil, "BAD_USER_INPUT", "orderBy", "near"},
		{"zoom", `{region(code: "94.06") { boundary(zoom: 30) }}`, nil, "BAD_USER_INPUT", "zoom", "0 to 14"},
		{"zoom and tolerance", `{region(code: "94.06") { boundary(zoom: 3, toleranceMetres: 5) }}`, nil, "BAD_USER_INPUT", "toleranceMetres", "both"},
		{"enum in a variable", one, map[string]any{"f": map[string]any{"level": "VILLAGE"}}, "BAD_USER_INPUT", "f.level", "VILLAGE"},
		{"order in small letters", `query($o: RegionOrder) { regions(orderBy: $o) { totalCount } }`, map[string]any{"o": "name"}, "BAD_USER_INPUT", "o", "name is not a valid RegionOrder; give one of CODE, NAME, CLUSTER_COUNT, AREA, DISTANCE"},
		{"order of clusters in small letters", `query($o: ClusterOrder) { clusters(orderBy: $o) { totalCount } }`, map[string]any{"o": "name"}, "BAD_USER_INPUT", "o", "name is not a valid ClusterOrder; give one of PHASE, NAME, REGION, DISTANCE"},
		{"unknown argument", `{region(kode: "94.06") { name }}`, nil, "BAD_USER_INPUT", "", "kode"},
		{"unknown field", `{wilayah { name }}`, nil, "GRAPHQL_VALIDATION_FAILED", "", "wilayah"},
		{"syntax", `{region(`, nil, "GRAPHQL_PARSE_FAILED", "", ""},
		{"id", `{node(id: "?") { id }}`, nil, "BAD_USER_INPUT", "id", "not an id"},
		{"id and key of a cluster", `{cluster(id: "x", key: "x") { name }}`, nil, "BAD_USER_INPUT", "key", "cannot both be given"},
		{"neither id nor key", `{cluster { name }}`, nil, "BAD_USER_INPUT", "id", "give id or key"},
		{"nulls for id and key", `{cluster(id: null, key: null, asOf: "2017-12-25") { name }}`, nil, "BAD_USER_INPUT", "id", "give id or key"},
		{"day of a cluster", `{cluster(key: "2017-94.06-coffee-processing", asOf: "2014-07-22") { name }}`, nil, "BAD_USER_INPUT", "asOf", "2014-07-23"},
		{"no id of a cluster", `{cluster(id: "2017-94.06-coffee-processing") { name }}`, nil, "BAD_USER_INPUT", "id", "not an id"},
		{"search for nothing", `{search(text: "--") { score }}`, nil, "BAD_USER_INPUT", "text", "no letter"},
		{"too costly", `{regions(first: 1000) { nodes { clusters(first: 1000) { nodes { regions { clusters(first: 1000) { totalCount } } } } } }}`, nil, "LIMIT_EXCEEDED", "", "complexity"},
		{"too deep", `{regions{nodes{` + strings.Repeat(`children{`, 25) + `code` + strings.Repeat(`}`, 25) + `}}}`, nil, "LIMIT_EXCEEDED", "", "depth"},
		{"too many aliases", `{` + strings.Repeat(`a: __typename `, 1001) + `}`, nil, "LIMIT_EXCEEDED", "", "aliases"},
		{"too many tokens", `{` + strings.Repeat(`__typename `, 50_001) + `}`, nil, "GRAPHQL_PARSE_FAILED", "", "token"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(t, shared.url, c.query, c.variables)
			if c.code == "" {
				if len(got.Errors) > 0 {
					t.Errorf("errors %+v", got.Errors)
				}
				return
			}
			if len(got.Errors) == 0 {
				t.Fatalf("no error; data %s", got.Data)
			}
			e := got.Errors[0]
			if e.Extensions.Code != c.code || strings.Join(e.Extensions.Argument, ".") != c.argument || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %s at %v: %s", e.Extensions.Code, e.Extensions.Argument, e.Message)
			}
		})
	}
}

// The query of GraphiQL and code generators passes with the default limits.
func TestIntrospection(t *testing.T) {
	const deep = `kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }`
	got := ask(t, shared.url, `query IntrospectionQuery { __schema { queryType { name } types { kind name description
		fields(includeDeprecated: true) { name description args { name description type { `+deep+` } defaultValue } type { `+deep+` } isDeprecated }
		inputFields { name description type { `+deep+` } defaultValue } interfaces { name } enumValues(includeDeprecated: true) { name description } possibleTypes { name } }
		directives { name description locations args { name type { `+deep+` } } } } }`, nil)
	if len(got.Errors) > 0 {
		t.Fatalf("errors %+v", got.Errors)
	}
	type described struct{ Name, Description string }
	var schema struct {
		Schema struct {
			Types []struct {
				described
				Fields []struct {
					described
					Args []described
				}
				InputFields []described
				EnumValues  []described
			}
		} `json:"__schema"`
	}
	if err := json.Unmarshal(got.Data, &schema); err != nil {
		t.Fatal(err)
	}
	check := func(where string, d described) {
		if d.Description == "" {
			t.Errorf("%s%s has no description", where, d.Name)
		}
	}
	for _, kind := range schema.Schema.Types {
		if strings.HasPrefix(kind.Name, "__") {
			continue
		}
		check("", kind.described)
		for _, field := range kind.Fields {
			check(kind.Name+".", field.described)
			for _, argument := range field.Args {
				check(kind.Name+"."+field.Name+"#", argument)
			}
		}
		for _, field := range append(kind.InputFields, kind.EnumValues...) {
			check(kind.Name+".", field)
		}
	}
}

func TestAntimeridianBox(t *testing.T) {
	got := ask(t, shared.url, `{across: regions(filter: {level: PROVINCE, bbox: {west: 140, south: -10, east: -170, north: 10}}) { nodes { code } } away: regions(filter: {bbox: {west: 170, south: -10, east: -170, north: 10}}) { totalCount }}`, nil)
	// Papua, Papua Selatan and Papua Pegunungan are east of 140 degrees.
	if want := `{"across":{"nodes":[{"code":"91"},{"code":"93"},{"code":"95"}]},"away":{"totalCount":0}}`; string(got.Data) != want {
		t.Errorf("got %s %v", got.Data, got.Errors)
	}
}

func TestPagesVisitEachRegionOnce(t *testing.T) {
	for _, order := range []string{"CODE", "NAME", "AREA", "CLUSTER_COUNT"} {
		var seen []string
		after := any(nil)
		for range 20 {
			got := ask(t, shared.url, `query($after: String, $order: RegionOrder) { regions(first: 100, after: $after, orderBy: $order) { totalCount nodes { code } pageInfo { hasNextPage endCursor } } }`,
				map[string]any{"after": after, "order": order})
			var page struct {
				Regions struct {
					TotalCount int
					Nodes      []struct{ Code string }
					PageInfo   struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
			if err := json.Unmarshal(got.Data, &page); err != nil {
				t.Fatalf("%v: %+v", err, got.Errors)
			}
			for _, node := range page.Regions.Nodes {
				seen = append(seen, node.Code)
			}
			if after = page.Regions.PageInfo.EndCursor; !page.Regions.PageInfo.HasNextPage {
				break
			}
		}
		slices.Sort(seen)
		if len(seen) != 552 || len(slices.Compact(seen)) != 552 {
			t.Errorf("%s: %d regions, want each of 552 once", order, len(seen))
		}
	}
}

// A near list is ordered by distance, which the edge has: Surabaya's port is about 60
// km from Pasuruan's cluster and 40 km from Mojokerto's.
func TestNear(t *testing.T) {
	got := ask(t, shared.url, `{clusters(filter: {programme: true, near: {point: {lon: 112.733, lat: -7.2}, radius: 100000}}) { edges { distanceMetres node { regions { code } } } }}`, nil)
	var list struct {
		Clusters struct {
			Edges []struct {
				DistanceMetres float64
				Node           struct{ Regions []struct{ Code string } }
			}
		}
	}
	if err := json.Unmarshal(got.Data, &list); err != nil {
		t.Fatal(err)
	}
	edges := list.Clusters.Edges
	if len(edges) != 2 || edges[0].Node.Regions[0].Code != "35.76" || edges[0].DistanceMetres > edges[1].DistanceMetres || edges[0].DistanceMetres < 30_000 || edges[1].DistanceMetres > 75_000 {
		t.Errorf("got %s", got.Data)
	}
}

// Answers come from memory: 50 clusters with everything they refer to need no SQL, as
// shown by closing the database first.
func TestAnswersWithoutSQL(t *testing.T) {
	server, err := pgtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(server, boundarytest.Files(t))
	defer func() {
		for _, f := range w.close {
			f()
		}
	}()
	if err := errorsOf(w.store.Close(), server.Stop()); err != nil {
		t.Fatal(err)
	}
	got := ask(t, w.url, `{clusters(first: 50) { nodes { name sources { title } regions { parent { name } designations { regulation sources { title } } affirmative { answer } boundary(zoom: 6) } } }}`, nil)
	if len(got.Errors) > 0 || len(got.Data) < 1000 {
		t.Errorf("errors %+v, %d bytes", got.Errors, len(got.Data))
	}
}

func errorsOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestDeadline(t *testing.T) {
	config := httpserver.DefaultConfig()
	config.Timeout = time.Nanosecond
	got := ask(t, shared.serve(config), `{regions { totalCount }}`, nil)
	if len(got.Errors) == 0 || got.Errors[0].Extensions.Code != "DEADLINE_EXCEEDED" {
		t.Errorf("got %+v", got)
	}
}

func TestHTTP(t *testing.T) {
	for _, c := range []struct {
		name, method, path, kind, body string
		status                         int
		says, hides                    string
	}{
		{"malformed JSON is not echoed", "POST", "/graphql", "application/json", `{"query": "secret`, 400, "not valid JSON", "secret"},
		{"a list of operations", "POST", "/graphql", "application/json", `[{"query":"{__typename}"}]`, 400, "one JSON object", ""},
		{"a form", "POST", "/graphql", "application/x-www-form-urlencoded", `query={__typename}`, 415, "application/json", ""},
		{"too long", "POST", "/graphql", "application/json", `{"query":"` + strings.Repeat(" ", 5<<20) + `"}`, 413, "LIMIT_EXCEEDED", ""},
		{"GET", "GET", "/graphql?query=%7B__typename%7D", "", "", 200, `"__typename":"Query"`, ""},
		{"GET without a query", "GET", "/graphql", "", "", 400, "query is missing", ""},
		{"DELETE", "DELETE", "/graphql", "", "", 405, "GET or POST", ""},
		{"health", "GET", "/healthz", "", "", 200, "ok", ""},
		{"readiness", "GET", "/readyz", "", "", 200, "ready", ""},
		{"metrics", "GET", "/metrics", "", "", 200, "sentra_http_request_duration_seconds", ""},
		{"nothing", "GET", "/nothing", "", "", 404, "NOT_FOUND", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			request := must(http.NewRequest(c.method, shared.url+c.path, strings.NewReader(c.body)))
			request.Header.Set("Content-Type", c.kind)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body := string(must(io.ReadAll(response.Body)))
			if response.StatusCode != c.status || !strings.Contains(body, c.says) || c.hides != "" && strings.Contains(body, c.hides) {
				t.Errorf("%d: %.300s", response.StatusCode, body)
			}
			if response.Header.Get("Content-Type") == "" {
				t.Error("no Content-Type")
			}
		})
	}
}

func TestCompressionAndCORS(t *testing.T) {
	for _, encoding := range []string{"gzip", "zstd", "br"} {
		request := must(http.NewRequest("GET", shared.url+"/graphql?query=%7Bsources%7Btitle%7D%7D", nil))
		request.Header.Set("Accept-Encoding", encoding)
		request.Header.Set("Origin", "https://example.org")
		response := must(http.DefaultTransport.RoundTrip(request))
		response.Body.Close()
		if response.Header.Get("Content-Encoding") != encoding || response.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", encoding, response.Header)
		}
	}
}

// An id is the same in another database.
func TestIDsAreStable(t *testing.T) {
	got := ask(t, shared.url, `{clusters(filter: {product: "coffee-processing"}) { nodes { id } } node(id: "UmVnaW9uOjk0LjA2") { id ... on Region { code } }}`, nil)
	if want := `{"clusters":{"nodes":[{"id":"Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n"}]},"node":{"id":"UmVnaW9uOjk0LjA2","code":"94.06"}}`; string(got.Data) != want {
		t.Errorf("got %s %+v", got.Data, got.Errors)
	}
}

func BenchmarkTitleQuestion(b *testing.B) {
	for b.Loop() {
		ask(b, shared.url, `{regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { totalCount nodes { code name parent { name } } }}`, nil)
	}
}

func BenchmarkClustersWithBoundaries(b *testing.B) {
	for b.Loop() {
		ask(b, shared.url, `{clusters(first: 50) { nodes { name regions { code boundary(zoom: 6) } } }}`, nil)
	}
}
