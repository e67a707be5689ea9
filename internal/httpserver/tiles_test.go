package httpserver_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// clustersTile contains Dogiyai, where the facts have a cluster.
const clustersTile = "/tiles/6/56/32.mvt"

// unpack returns the body of an answer without its content encoding.
func unpack(t *testing.T, w *httptest.ResponseRecorder) []byte {
	t.Helper()
	if w.Header().Get("Content-Encoding") != "gzip" {
		return w.Body.Bytes()
	}
	reader, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return unpacked
}

func TestTileAnswers(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	plain := get(handler, "GET", clustersTile)
	packed := get(handler, "GET", clustersTile, "Accept-Encoding", "br, gzip")
	for name, w := range map[string]http.Header{"plain": plain.Header(), "gzip": packed.Header()} {
		if w.Get("Content-Type") != "application/vnd.mapbox-vector-tile" || w.Get("ETag") == "" || !strings.Contains(w.Get("Cache-Control"), "max-age=") ||
			!strings.Contains(strings.Join(w.Values("Vary"), ","), "Accept-Encoding") {
			t.Errorf("%s: headers %v", name, w)
		}
	}
	if plain.Code != 200 || plain.Header().Get("Content-Encoding") != "" {
		t.Errorf("plain: %d, %s", plain.Code, plain.Header().Get("Content-Encoding"))
	}
	if packed.Code != 200 || packed.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("packed: %d, %s", packed.Code, packed.Header().Get("Content-Encoding"))
	}
	unpacked := unpack(t, packed)
	// Decompressed once it is the tile, so it was not compressed twice.
	if !bytes.Equal(unpacked, plain.Body.Bytes()) {
		t.Error("the compressed tile is another")
	}
	layers, err := mvt.Unmarshal(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 || layers[0].Name != "clusters" || len(layers[0].Features) == 0 {
		t.Errorf("layers %v", layers)
	}
	for _, refusing := range []string{"gzip;q=0", "br", "identity", "deflate, gzip; q=0.0"} {
		if w := get(handler, "GET", clustersTile, "Accept-Encoding", refusing); w.Header().Get("Content-Encoding") == "gzip" {
			t.Errorf("%s is answered with gzip", refusing)
		}
	}
	if w := get(handler, "GET", clustersTile, "Accept-Encoding", "*"); w.Header().Get("Content-Encoding") != "gzip" {
		t.Error("* is not answered with gzip")
	}
	if w := get(handler, "HEAD", clustersTile); w.Code != 200 || w.Header().Get("ETag") != plain.Header().Get("ETag") {
		t.Errorf("HEAD: %d %v", w.Code, w.Header())
	}
	if w := get(handler, "GET", "/tiles/6/0/0.mvt"); w.Code != http.StatusNoContent || w.Body.Len() != 0 || w.Header().Get("ETag") == "" {
		t.Errorf("an empty tile: %d with %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if w := get(handler, "GET", clustersTile, "Origin", "https://example.org"); w.Header().Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("from another origin: %v", w.Header())
	}
}

// A tag is valid as long as the tile: it stays through the days of an epoch, and
// changes with the dataset, the tile or the request.
func TestTileTags(t *testing.T) {
	handler, holder, facts, today := factsServer(t)
	// On 2026-11-25 clusters become known that were read on that day.
	*today++
	tag := func(path string) string { return get(handler, "GET", path).Header().Get("ETag") }
	first := tag(clustersTile)
	if w := get(handler, "GET", clustersTile, "If-None-Match", first); w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("again: %d", w.Code)
	}
	*today++
	if tag(clustersTile) != first {
		t.Error("the next day changes nothing, yet the tag is another")
	}
	// Designations of 2020-2024 have ended since.
	if tag(clustersTile+"?asOf=2023-01-01") == tag(clustersTile+"?asOf=2025-06-01") {
		t.Error("two epochs share a tag")
	}
	different := map[string]string{"": first}
	for _, path := range []string{"/tiles/6/56/33.mvt", clustersTile + "?layers=clusters", clustersTile + "?clusterFilter=%7B%22phase%22:%222017%22%7D", "/tiles.json", "/style.json"} {
		got := tag(path)
		for other, has := range different {
			if has == got {
				t.Errorf("%s and %q share a tag", path, other)
			}
		}
		different[path] = got
	}
	facts.version = "two"
	if err := holder.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if tag(clustersTile) == first {
		t.Error("another dataset has the same tag")
	}
	if w := get(handler, "GET", clustersTile, "If-None-Match", first); w.Code != http.StatusOK {
		t.Errorf("with another dataset: %d", w.Code)
	}
}

func TestTileRefusals(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	query := func(name, value string) string { return clustersTile + "?" + name + "=" + url.QueryEscape(value) }
	for _, c := range []struct{ path, argument, says string }{
		{"/tiles/15/0/0.mvt", "z", "from 0 to 14"},
		{"/tiles/-1/0/0.mvt", "z", "from 0 to 14"},
		{"/tiles/a/0/0.mvt", "z", "whole number"},
		{"/tiles/4/16/0.mvt", "x", "from 0 to 15"},
		{"/tiles/4/0/16.mvt", "y", "from 0 to 15"},
		{"/tiles/4/0/1.5.mvt", "y", "whole number"},
		{"/tiles/4/0/99999999999999999999.mvt", "y", "whole number"},
		{"/tiles/4/0/0.png", "", "/tiles/{z}/{x}/{y}.mvt"},
		{query("asOf", "2017-13-01"), "asOf", "not a date"},
		{query("asOf", "2010-01-01"), "asOf", "lies before the record"},
		{query("filter", "{"), "filter", "not JSON"},
		{query("filter", `{"afirmative":true}`), "filter.afirmative", "unknown field"},
		{query("filter", `{"parent":"99"}`), "filter.parent", "no region has the code"},
		{query("filter", `{"bbox":{"west":0,"south":95,"east":1,"north":96}}`), "filter.bbox", ""},
		{query("clusterFilter", `{"phase":"1999"}`), "clusterFilter.phase", "there is no phase"},
		{query("clusterFilter", `{"near":{}}`), "clusterFilter.near", ""},
		{query("layers", "regencies,roads"), "layers", `no layer "roads"`},
		{query("layers", ""), "layers", "no layer"},
		{query("zoom", "3"), "zoom", "no parameter"},
		{clustersTile + "?asOf=2017-12-25&asOf=2018-12-25", "asOf", "2 times"},
		{"/tiles.json?foo=1", "foo", "no parameter"},
		{"/style.json?asOf=x", "asOf", "not a date"},
	} {
		w := get(handler, "GET", c.path)
		var answer struct {
			Errors []struct {
				Message    string
				Extensions struct {
					Code     string
					Argument []string
				}
			}
		}
		if err := json.NewDecoder(w.Body).Decode(&answer); err != nil || len(answer.Errors) != 1 {
			t.Errorf("%s: %d, %v", c.path, w.Code, err)
			continue
		}
		e := answer.Errors[0]
		if w.Code != http.StatusBadRequest || e.Extensions.Code != "BAD_USER_INPUT" || !strings.HasPrefix(strings.Join(e.Extensions.Argument, "."), c.argument) ||
			!strings.Contains(e.Message, c.says) || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("ETag") != "" {
			t.Errorf("%s: %d %+v %v", c.path, w.Code, e, w.Header())
		}
	}
}

// A filter with a phase shows no cluster on a day before the phase, and shows it on a
// later day.
func TestTileClustersInTime(t *testing.T) {
	handler, _, _, today := factsServer(t)
	*today = sentra.MustDate("2016-06-01")
	if w := get(handler, "GET", clustersTile+"?layers=clusters"); w.Code != http.StatusNoContent {
		t.Errorf("before the phase of 2017: %d", w.Code)
	}
	if w := get(handler, "GET", clustersTile+"?layers=clusters&asOf=2017-12-25"); w.Code != http.StatusOK {
		t.Errorf("in the phase of 2017: %d", w.Code)
	}
}

// The addresses in TileJSON and style lead back to this server with the same
// parameters.
func TestTileAddresses(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	question := "asOf=2017-12-25&filter=" + url.QueryEscape(`{"name":"{z}&?"}`)
	for _, c := range []struct{ proto, scheme string }{{"", "http"}, {"https", "https"}, {"gopher", "http"}} {
		var document struct{ Tiles []string }
		w := get(handler, "GET", "/tiles.json?"+question, "X-Forwarded-Proto", c.proto)
		if err := json.NewDecoder(w.Body).Decode(&document); err != nil {
			t.Fatal(err)
		}
		address := document.Tiles[0]
		prefix := c.scheme + "://example.com/tiles/{z}/{x}/{y}.mvt?"
		if !strings.HasPrefix(address, prefix) || strings.Contains(strings.TrimPrefix(address, prefix), "{") {
			t.Errorf("address %s", address)
		}
		filled := strings.NewReplacer("{z}", "6", "{x}", "56", "{y}", "32", c.scheme+"://example.com", "").Replace(address)
		if w := get(handler, "GET", filled); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", filled, w.Code, w.Body)
		}
	}
}

// A map of the style opens with the whole country, in a window as wide as a column of
// text.
func TestMapOpensWithTheCountry(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	var style struct {
		Center []float64
		Zoom   float64
	}
	var described struct{ Center []float64 }
	for path, into := range map[string]any{"/style.json": &style, "/tiles.json": &described} {
		if err := json.Unmarshal(get(handler, "GET", path).Body.Bytes(), into); err != nil {
			t.Fatal(err)
		}
	}
	// Web Mercator, in pixels at the zoom.
	project := func(lon, lat float64) (x, y float64) {
		size := 512 * math.Exp2(style.Zoom)
		return size * lon / 360, -size * math.Log(math.Tan(math.Pi/4+lat*math.Pi/360)) / (2 * math.Pi)
	}
	x, y := project(style.Center[0], style.Center[1])
	for name, at := range map[string][2]float64{"Sabang": {95.2, 5.9}, "Merauke": {141, -9.1}, "Rote": {122.9, -11}, "Miangas": {126.6, 5.6}} {
		if px, py := project(at[0], at[1]); math.Abs(px-x) > 300 || math.Abs(py-y) > 200 {
			t.Errorf("%s is %.0f, %.0f pixels from the middle", name, px-x, py-y)
		}
	}
	if !slices.Equal(described.Center, append(style.Center, style.Zoom)) {
		t.Errorf("the tiles open at %v, the style at %v, %v", described.Center, style.Center, style.Zoom)
	}
}

// Any address has an answer, or an error that says what is wrong.
func FuzzTileAddress(f *testing.F) {
	handler, _, _, _ := factsServer(f)
	f.Add("6", "56", "32.mvt", "asOf=2017-12-25", "gzip")
	f.Add("14", "16383", "0.mvt", `filter={"affirmative":true}&layers=clusters`, "gzip;q=0, *")
	f.Add("-1", "1e3", "..mvt", "clusterFilter=%7B%22near%22", ";q=,")
	// The message about an unknown field is long enough to be compressed.
	f.Add("6", "56", "32.mvt", "filter={%22"+strings.Repeat("x", 2000)+"%22:1}", "gzip")
	f.Fuzz(func(t *testing.T, z, x, y, query, accepted string) {
		request := httptest.NewRequest("GET", "/", nil)
		request.URL.Path, request.URL.RawPath = "/tiles/"+z+"/"+x+"/"+y, ""
		request.URL.RawQuery = query
		request.Header.Set("Accept-Encoding", accepted)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, request)
		switch w.Code {
		case http.StatusOK, http.StatusNoContent:
		case http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity:
			if body := unpack(t, w); !json.Valid(body) {
				t.Errorf("%s?%s: %s", request.URL.Path, query, body)
			}
		default:
			t.Errorf("%s?%s: %d %s", request.URL.Path, query, w.Code, w.Body)
		}
	})
}
