package httpserver_test

import (
	"regexp"
	"strings"
	"testing"
)

// The dictionary is in the language of the page, with the same terms: each term of
// the schema needs a text in internal/pages/dictionary.txt.
func TestDictionaryInIndonesian(t *testing.T) {
	s := newGraphQLServer(t, nil)
	term := regexp.MustCompile(`(?s)<(?:summary|dt)><code>(\w+)</code>(?: <span class="code">[^<]*</span>)?(?:</dt><dd>| )(.*?)</(?:summary|dd)>`)
	dictionary := func(path string) string {
		_, after, found := strings.Cut(get(s, "GET", path).Body.String(), `<section id="dictionary">`)
		if !found {
			t.Fatalf("%s has no dictionary", path)
		}
		return after
	}
	english, indonesian := dictionary("/en/about"), dictionary("/id/about")
	said, translated := term.FindAllStringSubmatch(english, -1), term.FindAllStringSubmatch(indonesian, -1)
	if len(said) != len(translated) || len(said) < 500 {
		t.Fatalf("%d terms in English, %d in Indonesian", len(said), len(translated))
	}
	for i, match := range said {
		if other := translated[i]; other[1] != match[1] || other[2] == match[2] || other[2] == "" {
			t.Errorf("%s: %q is in Indonesian %q", match[1], match[2], other[2])
		}
	}
	for _, c := range []struct{ english, indonesian string }{
		{"The number of clusters in the region that are known on the day", "Jumlah sentra di wilayah itu yang diketahui pada tanggal tersebut"},
		{"Where it was read.", "Tempat keterangan ini dibaca."},
		{"Not known: no loaded list covers the region on that day.", "Catatan tidak menyebutkannya: tidak ada daftar yang mencakup wilayah itu pada tanggal tersebut."},
	} {
		if !strings.Contains(english, c.english) || strings.Contains(english, c.indonesian) || !strings.Contains(indonesian, c.indonesian) || strings.Contains(indonesian, c.english) {
			t.Errorf("%q and %q are not told apart", c.english, c.indonesian)
		}
	}
	if strings.Contains(indonesian, `lang="en"`) {
		t.Error("a part of the Indonesian dictionary is English")
	}
}

// Routes are described in the language of the page: each operation of the OpenAPI
// document needs a text in internal/pages/routes.txt.
func TestRoutesInIndonesian(t *testing.T) {
	s := newGraphQLServer(t, nil)
	route := regexp.MustCompile(`<summary><code>([^<]+)</code> ([^<]*)</summary>|<h3 (id="tag-[a-z]+")>([^<]*)</h3>`)
	said, translated := route.FindAllStringSubmatch(get(s, "GET", "/en/developers").Body.String(), -1), route.FindAllStringSubmatch(get(s, "GET", "/id/developers").Body.String(), -1)
	if len(said) != len(translated) || len(said) < 70 {
		t.Fatalf("%d routes in English, %d in Indonesian", len(said), len(translated))
	}
	pictures := 0
	for i, match := range said {
		other := translated[i]
		if match[1] != other[1] || match[3] != other[3] || match[2]+match[4] == other[2]+other[4] {
			t.Errorf("%s%s: %q is in Indonesian %q", match[1], match[3], match[2]+match[4], other[2]+other[4])
		}
		if strings.HasSuffix(match[1], "/picture.png") {
			pictures++
		}
	}
	if pictures != 3 {
		t.Errorf("%d routes of pictures", pictures)
	}
}
