package httpserver_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

func pagesOf(config *httpserver.Config) {
	config.Pages = fstest.MapFS{"index.html": {Data: bytes.Repeat([]byte("<p>map</p>"), 500)}, "playground.html": {Data: []byte("<p>play</p>")},
		"licences.txt": {Data: []byte("licences")}, "assets/a.js": {Data: bytes.Repeat([]byte("let a = 1\n"), 10_000)}}
}

// HEAD has the same status and length as GET on every route.
func TestHEADWhereverGET(t *testing.T) {
	for name, cache := range map[string]int64{"kept": 64 << 20, "none kept": 0} {
		t.Run(name, func(t *testing.T) {
			s := newGraphQLServer(t, func(config *httpserver.Config) {
				pagesOf(config)
				config.AnswerCache = cache
			})
			server := httptest.NewServer(s)
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
			for _, path := range []string{"/", "/embed", "/playground", "/licences.txt", "/assets/a.js", "/assets/none.js", "/healthz", "/readyz",
				"/openapi.json", "/schema.graphql", "/tiles.json", "/style.json", "/tiles/0/0/0.mvt", "/tiles/99/0/0.mvt", "/regions.geojson", "/regions.ndjson", "/regions.csv",
				"/clusters.geojson", "/clusters.csv", "/regions.csv?colour=red", "/graphql?query={__typename}", "/graphql?query={regions(first:500){nodes{code%20name}}}", "/nothing",
				"/glyphs/Go%20Regular/0-255.pbf", "/catalog.jsonld", "/facets.json", "/choropleth.json?key=BPS", "/quality.json", "/facets.json?asOf=2014-01-01", "/datapackage.json", "/regions.xlsx", "/ogc", "/ogc/api", "/ogc/collections", "/ogc/collections/regencies/items?limit=1000", "/ogc/collections/regencies/items?f=html", "/ogc/collections/none",
				"/regions", "/id/regions/94.06", "/clusters", "/regions/99.99", "/regions/92.71", "/compare", "/sitemap.xml", "/robots.txt", "/favicon.svg"} {
				ask := func(method string) (*http.Response, []byte) {
					t.Helper()
					request, _ := http.NewRequest(method, server.URL+path, nil)
					response, err := client.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					defer response.Body.Close()
					body, err := io.ReadAll(response.Body)
					if err != nil {
						t.Fatal(err)
					}
					return response, body
				}
				head, none := ask("HEAD")
				got, body := ask("GET")
				if head.StatusCode != got.StatusCode || head.Header.Get("Content-Type") != got.Header.Get("Content-Type") || head.Header.Get("ETag") != got.Header.Get("ETag") {
					t.Errorf("%s: HEAD %d %v\nGET %d %v", path, head.StatusCode, head.Header, got.StatusCode, got.Header)
				}
				if path == "/readyz" {
					// It contains the seconds since the last check.
					continue
				}
				if len(none) > 0 || head.Header.Get("Content-Length") != strconv.Itoa(len(body)) && got.StatusCode != http.StatusNoContent {
					t.Errorf("%s: HEAD tells of %s bytes, GET has %d", path, head.Header.Get("Content-Length"), len(body))
				}
			}
			if got := metric(s, `sentra_http_request_duration_seconds_count{route="/tiles.json",status="0"}`); got != "0" {
				t.Error("a HEAD is counted with the status 0")
			}
		})
	}
}

// Ranges of an export work whether it is cached or not.
func TestRangesOfExports(t *testing.T) {
	for name, cache := range map[string]int64{"kept": 64 << 20, "too long to be kept": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			s := newGraphQLServer(t, func(config *httpserver.Config) { config.AnswerCache = cache })
			whole := get(s, "GET", "/regions.csv").Body.String()
			for _, c := range []struct {
				given  string
				status int
				want   string
			}{
				{"bytes=0-99", 206, whole[:100]},
				{"bytes=100000-150000", 206, whole[100_000:150_001]},
				{"bytes=-50", 206, whole[len(whole)-50:]},
				{"bytes=5-", 206, whole[5:]},
				{"bytes=" + strconv.Itoa(len(whole)) + "-", 416, ""},
				{"lines=1-2", 416, ""},
			} {
				// The result does not depend on earlier requests, nor on whether they were
				// compressed.
				w := get(s, "GET", "/regions.csv", "Range", c.given, "Accept-Encoding", "gzip, br, zstd")
				if w.Code != c.status || c.status == 206 && w.Body.String() != c.want || w.Header().Get("Content-Encoding") != "" {
					t.Errorf("%s: %d with %d bytes, want %d with %d; %v", c.given, w.Code, w.Body.Len(), c.status, len(c.want), w.Header())
				}
				if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Accept-Encoding") {
					t.Errorf("%s: Vary %v", c.given, w.Header().Values("Vary"))
				}
			}
			// A range of another state's file must not be appended to a part of this one.
			if w := get(s, "GET", "/regions.csv", "Range", "bytes=0-99", "If-Range", `"another"`); w.Code != 200 || w.Body.String() != whole {
				t.Errorf("If-Range of another: %d with %d bytes", w.Code, w.Body.Len())
			}
			head := get(s, "HEAD", "/regions.csv")
			if head.Header().Get("Accept-Ranges") != "bytes" || head.Header().Get("Content-Length") != strconv.Itoa(len(whole)) {
				t.Errorf("HEAD: %v", head.Header())
			}
		})
	}
}

// A cached body is compressed once in each encoding, has a length, and decompresses
// to the original.
func TestKeptCompressed(t *testing.T) {
	s := newGraphQLServer(t, pagesOf)
	unpack := map[string]func(io.Reader) io.Reader{
		"gzip": func(r io.Reader) io.Reader {
			unpacked, err := gzip.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			return unpacked
		},
		"br": func(r io.Reader) io.Reader { return brotli.NewReader(r) },
		"zstd": func(r io.Reader) io.Reader {
			unpacked, err := zstd.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			return unpacked
		},
	}
	for _, path := range []string{"/regions.geojson", "/assets/a.js", "/openapi.json", ask("query", "{regions(first:600){nodes{code name kind}}}")} {
		plain := get(s, "GET", path).Body.Bytes()
		for encoding, reader := range unpack {
			var first []byte
			for i := range 3 {
				w := get(s, "GET", path, "Accept-Encoding", encoding)
				// net/http sets the length of a short body.
				short := w.Body.Len() < 2048 && w.Header().Get("Content-Length") == ""
				if w.Header().Get("Content-Encoding") != encoding || !short && w.Header().Get("Content-Length") != strconv.Itoa(w.Body.Len()) || w.Header().Get("Accept-Ranges") != "" {
					t.Fatalf("%s as %s: %v", path, encoding, w.Header())
				}
				if i == 0 {
					first = w.Body.Bytes()
				} else if !bytes.Equal(first, w.Body.Bytes()) {
					t.Errorf("%s as %s is compressed anew", path, encoding)
				}
				if got, err := io.ReadAll(reader(w.Body)); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%s as %s: %d bytes unpacked, %v; want %d", path, encoding, len(got), err, len(plain))
				}
			}
		}
	}
	for given, want := range map[string]string{"gzip": "gzip", "gzip, br": "br", "gzip, deflate, br, zstd": "zstd", "br;q=0, gzip;q=0.5": "gzip",
		"*": "zstd", "*, zstd;q=0": "br", "identity": "", "gzip;q=0": ""} {
		if got := get(s, "GET", "/openapi.json", "Accept-Encoding", given).Header().Get("Content-Encoding"); got != want {
			t.Errorf("%q is answered as %q, want %q", given, got, want)
		}
	}
}

// Addresses in an answer use the public URL, or else what the tag and Vary depend on.
func TestPublicURL(t *testing.T) {
	paths := []string{"/tiles.json", "/style.json", "/tiles.json?asOf=2017-12-25"}
	forwarded := []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example", "Forwarded", "host=evil.example;proto=https"}
	s := newGraphQLServer(t, nil)
	for _, path := range paths {
		plain, secure := get(s, "GET", path), get(s, "GET", path, forwarded...)
		if !strings.Contains(plain.Body.String(), "http://example.com/tiles/") || !strings.Contains(secure.Body.String(), "https://example.com/tiles/") || strings.Contains(secure.Body.String(), "evil") {
			t.Errorf("%s: %s\n%s", path, plain.Body, secure.Body)
		}
		if plain.Header().Get("ETag") == secure.Header().Get("ETag") || !strings.Contains(strings.Join(plain.Header().Values("Vary"), ", "), "X-Forwarded-Proto") {
			t.Errorf("%s: tags %s and %s, Vary %v", path, plain.Header().Get("ETag"), secure.Header().Get("ETag"), plain.Header().Values("Vary"))
		}
		if again := get(s, "GET", path, "If-None-Match", secure.Header().Get("ETag")); again.Code != 200 {
			t.Errorf("%s: who has the other answer gets %d", path, again.Code)
		}
	}
	for _, public := range []string{"https://peta.example/sentra", "https://peta.example/sentra/"} {
		s := newGraphQLServer(t, func(config *httpserver.Config) { config.PublicURL = public })
		for _, path := range paths {
			plain, secure := get(s, "GET", path), get(s, "GET", path, forwarded...)
			if plain.Body.String() != secure.Body.String() || plain.Header().Get("ETag") != secure.Header().Get("ETag") || !strings.Contains(plain.Body.String(), "https://peta.example/sentra/tiles/{z}") ||
				strings.Contains(plain.Body.String(), "example.com") || strings.Contains(strings.Join(plain.Header().Values("Vary"), ", "), "Forwarded") {
				t.Errorf("%s: %s\n%s", path, plain.Body, secure.Body)
			}
		}
	}
	for _, wrong := range []string{"peta.example", "ftp://peta.example", "https://", "https://peta.example/?a=1", "https://peta.example/#a", "::"} {
		config := httpserver.DefaultConfig()
		config.PublicURL = wrong
		if _, err := httpserver.New(config, newStubSchema(), nil, ready{}, nil); err == nil || !strings.Contains(err.Error(), "public-url") {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// Assets compressed by the build are sent as they are, to clients that accept the
// encoding.
func TestPackedAssets(t *testing.T) {
	s := newGraphQLServer(t, func(config *httpserver.Config) {
		pagesOf(config)
		config.Pages.(fstest.MapFS)["assets/a.js.br"] = &fstest.MapFile{Data: []byte("packed")}
	})
	for _, c := range []struct {
		accepted, byteRange, encoding string
		packed                        bool
	}{
		{accepted: "gzip, deflate, br, zstd", encoding: "br", packed: true},
		{accepted: "*", encoding: "br", packed: true},
		{accepted: "gzip", encoding: "gzip"},
		{accepted: "br;q=0, gzip", encoding: "gzip"},
		{accepted: ""},
		{accepted: "br", byteRange: "bytes=0-9"},
	} {
		var given []string
		for name, value := range map[string]string{"Accept-Encoding": c.accepted, "Range": c.byteRange} {
			if value != "" {
				given = append(given, name, value)
			}
		}
		answer := get(s, "GET", "/assets/a.js", given...)
		header := answer.Header()
		if answer.Code != http.StatusOK || header.Get("Content-Encoding") != c.encoding || (answer.Body.String() == "packed") != c.packed ||
			!strings.HasPrefix(header.Get("Content-Type"), "text/javascript") || !strings.Contains(strings.Join(header.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("Accept-Encoding %q, Range %q: %d, %v, %d bytes", c.accepted, c.byteRange, answer.Code, header, answer.Body.Len())
		}
	}
}
