package httpserver_test

import (
	"strings"
	"testing"
)

// toldQuery selects the texts of Sentra and its sources.
const toldQuery = `{
  region(code: "91.03", asOf: "2026-11-24") { affirmative { border { reason coverage { note } } disadvantaged { reason } } screening { facilitators { reason } findings { element reason } } }
  province: region(code: "91", asOf: "2026-11-24") { affirmative { border { reason } } }
  dogiyai: region(code: "94.06", asOf: "2017-12-25") { affirmative { disadvantaged { reason designations { sources { title } } } } }
  before: region(code: "11.01", asOf: "2015-01-01") { affirmative { disadvantaged { reason } } }
  choropleth(by: REGION, level: PROVINCE, asOf: "2014-08-01") { rows { reason } }
  cluster(key: "sentra-rotan-gampong-kueh") { readings { read } }
  supports(filter: {region: "13.01"}) { nodes { purpose } }
  facilitators { note }
  coverage { counted { note } }
  programme { grounds { elements } method { structure steps { name parts } } accompanyingMeasures notStated events { what note } }
  dataset { notes licences { part name } designationCoverage { note } }
}`

// The same request has an answer in each language, by header or by parameter, and
// each is cached and tagged separately.
func TestLanguages(t *testing.T) {
	s := newGraphQLServer(t, nil)
	path := ask("query", toldQuery)
	english := []string{"Papua has border areas, but only part of the decree's list is loaded: silence is not a no.", "Designated by Perpres 131/2015, in force on 2017-12-25.",
		"totals only (tribunnews 2015-12-11: 26 in Papua", "No list that covers 2015-01-01 is loaded; that does not mean no.", "No cluster is known, but the record does not hold all", "known as rattan-craft sentra; 63 makers in the association",
		"terms of reference only, not an allocation", "TPL under contract in 2017", "disadvantaged region (daerah tertinggal)", "action plan", "placement of facilitators",
		"Regions are known from 2014-07-23;", "boundaries, codes and names of regions", "silence is not a no\""}
	indonesian := []string{"Papua memiliki kawasan perbatasan negara, tetapi hanya sebagian daftar dalam peraturannya yang dimuat: yang tidak disebut belum tentu tidak ditetapkan.",
		"Ditetapkan dengan Perpres 131/2015, yang berlaku pada 25 Desember 2017.", "hanya jumlahnya (tribunnews 2015-12-11: 26 di Papua", "Tidak ada daftar yang mencakup 1 Januari 2015", "Belum ada sentra yang diketahui, dan catatan ini tidak memuat semua",
		"dikenal sebagai sentra kerajinan rotan; 63 perajin dalam asosiasi", "hanya kerangka acuan kegiatan, bukan alokasi", "TPL yang terikat kontrak pada 2017", `"daerah tertinggal"`, "rencana aksi",
		"penempatan fasilitator", "Wilayah diketahui sejak 23 Juli 2014;", "batas, kode, dan nama wilayah"}
	tags := map[string]bool{}
	for _, c := range []struct {
		name, path, header string
		want, not          []string
	}{
		{"nothing said", path, "", english, indonesian},
		{"English preferred", path, "en-GB,en;q=0.9,id;q=0.5", english, indonesian},
		{"Indonesian preferred", path, "id-ID,id;q=0.9,en;q=0.8", indonesian, english},
		{"another language", path, "nl", english, indonesian},
		{"the parameter before the header", path + "&lang=en", "id", english, indonesian},
		{"the parameter alone", path + "&lang=id", "", indonesian, english},
	} {
		for range 2 { // computed, then cached
			got := get(s, "GET", c.path, "Accept-Language", c.header)
			body := got.Body.String()
			if strings.Contains(body, `"errors"`) {
				t.Fatalf("%s: %s", c.name, body)
			}
			for _, text := range c.want {
				if !strings.Contains(body, text) {
					t.Errorf("%s: %q is missing in %.300s", c.name, text, body)
				}
			}
			for _, text := range c.not {
				if strings.Contains(body, text) {
					t.Errorf("%s: has %q", c.name, text)
				}
			}
			tag := got.Header().Get("ETag")
			tags[tag] = true
			if again := get(s, "GET", c.path, "Accept-Language", c.header, "If-None-Match", tag); again.Code != 304 {
				t.Errorf("%s: %d for its own tag", c.name, again.Code)
			}
			other := "id"
			if c.want[0] == indonesian[0] {
				other = "en"
			}
			if again := get(s, "GET", path, "Accept-Language", other, "If-None-Match", tag); again.Code != 200 {
				t.Errorf("%s: %d for the tag of the other language", c.name, again.Code)
			}
			if varies := strings.Contains(strings.Join(got.Header().Values("Vary"), ", "), "Accept-Language"); varies == strings.Contains(c.path, "lang=") {
				t.Errorf("%s: Vary %q", c.name, got.Header().Values("Vary"))
			}
		}
	}
	if len(tags) != 2 {
		t.Errorf("%d tags for two languages", len(tags))
	}
	body := `{"query": "{ region(code: \"94.06\", asOf: \"2017-12-25\") { affirmative { disadvantaged { reason } } } }"}`
	if got := post(s, body, "Accept-Language", "id").Body.String(); !strings.Contains(got, "25 Desember 2017") {
		t.Errorf("by POST: %s", got)
	}
	if got := post(s, body).Body.String(); !strings.Contains(got, "in force on 2017-12-25") {
		t.Errorf("by POST in English after Indonesian: %s", got)
	}
	if got := post(s, strings.Replace(body, "{ affirmative", "{ ... @defer { affirmative", 1), "Accept-Language", "id"); got.Code == 200 && strings.Contains(got.Body.String(), "Designated by") {
		t.Errorf("in parts: %s", got.Body)
	}
	if got := get(s, "GET", path+"&lang=fr"); got.Code != 400 || !strings.Contains(got.Body.String(), "give en or id") {
		t.Errorf("another language: %d %s", got.Code, got.Body)
	}
}

// Files are in the language in their address, whatever the header says.
func TestLanguagesOfFiles(t *testing.T) {
	s := newGraphQLServer(t, nil)
	for _, c := range []struct{ path, english, indonesian string }{
		{"/supports.csv?asOf=2026-11-24", "land cleared 2018, building begun 2019", "lahan dibuka 2018, pembangunan dimulai 2019"},
		{"/facilitators.ndjson?asOf=2026-11-24", "TPL whose contract has ended", "TPL yang kontraknya telah berakhir"},
		{"/clusters.geojson?asOf=2017-12-25", "Palu City and surrounding regencies", "Kota Palu dan kabupaten sekitarnya"},
		{"/names.csv?asOf=2026-11-24", "no licence stated by the sources", "sumber tidak menyatakan lisensi"},
		{"/names.csv?asOf=2026-11-24&columns=name,sources", "abbreviation of the former name", "singkatan nama lama"},
		{"/datapackage.json?asOf=2026-11-24", "boundaries, codes and names of regions", "batas, kode, dan nama wilayah"},
	} {
		english, named, indonesian := get(s, "GET", c.path, "Accept-Language", "id"), get(s, "GET", c.path+"&lang=en"), get(s, "GET", c.path+"&lang=id")
		if !strings.Contains(english.Body.String(), c.english) || strings.Contains(english.Body.String(), c.indonesian) || english.Body.String() != named.Body.String() && !strings.HasPrefix(c.path, "/datapackage") {
			t.Errorf("%s in English: %d %.400s", c.path, english.Code, english.Body)
		}
		if !strings.Contains(indonesian.Body.String(), c.indonesian) || strings.Contains(indonesian.Body.String(), c.english) || english.Header().Get("ETag") == indonesian.Header().Get("ETag") {
			t.Errorf("%s in Indonesian: %d %.400s", c.path, indonesian.Code, indonesian.Body)
		}
		if got := get(s, "GET", c.path+"&lang=nl"); got.Code != 400 || !strings.Contains(got.Body.String(), "give en or id") {
			t.Errorf("%s: %d %s", c.path, got.Code, got.Body)
		}
	}
}
