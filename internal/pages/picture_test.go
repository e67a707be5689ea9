package pages

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/raster"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// pictureAt makes the picture of an address.
func pictureAt(t testing.TB, a *atlas.Atlas, lang Lang, day string, make func(*Request) (*Page, error)) *Page {
	t.Helper()
	q, err := NewRequest(a, lang, false, "https://peta.example", "picture.png", today, map[string][]string{"asOf": {day}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := make(q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// Pictures have the size of previews, the colours of their content, and text above
// and below the map.
func TestPictures(t *testing.T) {
	a := realAtlas(t)
	region := func(code string) func(*Request) (*Page, error) {
		return func(q *Request) (*Page, error) { return q.RegionPicture(t.Context(), code) }
	}
	cluster := func(key string) func(*Request) (*Page, error) {
		return func(q *Request) (*Page, error) { return q.ClusterPicture(t.Context(), key) }
	}
	country := func(q *Request) (*Page, error) { return q.MapPicture(t.Context()) }
	for _, c := range []struct {
		name, day string
		lang      Lang
		make      func(*Request) (*Page, error)
		// has are colours of the pages that the map must have, not those that it must not.
		has, not []string
	}{
		{"Dogiyai, disadvantaged with a cluster of the programme", "2017-12-25", English, region("94.06"), []string{"disadvantaged", "mark", "land", "ring"}, []string{"border"}},
		{"Jakarta Pusat, not affirmative", "2017-12-25", Indonesian, region("31.71"), []string{"no"}, []string{"disadvantaged", "border"}},
		{"Papua, before it was divided", "2017-12-25", English, region("91"), []string{"disadvantaged", "border", "mark", "sea"}, nil},
		{"a cluster", "2017-12-25", Indonesian, cluster("2017-94.06-coffee-processing"), []string{"disadvantaged", "mark"}, []string{"border", "other"}},
		{"a cluster beside the programme", "2026-11-24", English, cluster("sentra-rotan-gampong-kueh"), []string{"border", "other"}, []string{"mark"}},
		{"the country", "2017-12-25", Indonesian, country, []string{"disadvantaged", "border", "hatch", "sea", "mark"}, nil},
	} {
		page := pictureAt(t, a, c.lang, c.day, c.make)
		if page.Status != http.StatusOK || page.Type != "image/png" || len(page.Body) > 400_000 {
			t.Errorf("%s: %d, %s, %d bytes", c.name, page.Status, page.Type, len(page.Body))
			continue
		}
		got, err := png.Decode(bytes.NewReader(page.Body))
		if err != nil || got.Bounds() != image.Rect(0, 0, 1200, 630) {
			t.Fatalf("%s: %v", c.name, err)
		}
		count := func(part image.Rectangle, want color.RGBA) (n int) {
			for y := part.Min.Y; y < part.Max.Y; y++ {
				for x := part.Min.X; x < part.Max.X; x++ {
					if color.RGBAModel.Convert(got.At(x, y)) == want {
						n++
					}
				}
			}
			return n
		}
		land := image.Rect(0, pictureTop, pictureWidth, pictureHeight-pictureFoot)
		for _, name := range c.has {
			if count(land, colours[name]) < 10 {
				t.Errorf("%s: the map has nothing of %s", c.name, name)
			}
		}
		for _, name := range c.not {
			if n := count(land, colours[name]); n > 0 {
				t.Errorf("%s: %d pixels of the map are %s", c.name, n, name)
			}
		}
		for name, part := range map[string]image.Rectangle{"ink": image.Rect(0, 0, pictureWidth, 90), "quiet": image.Rect(0, 90, pictureWidth, pictureTop), "accent": image.Rect(0, pictureHeight-pictureFoot, pictureWidth, pictureHeight)} {
			if count(part, colours[name]) < 50 {
				t.Errorf("%s: no words in %s", c.name, name)
			}
		}
	}
	for name, make := range map[string]func(*Request) (*Page, error){"no region": region("99.99"), "no code": region("x"), "no cluster": cluster("x"), "not yet": region("94")} {
		if page := pictureAt(t, a, English, "2017-12-25", make); page.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, page.Status)
		}
	}
	// Without boundaries there is nothing to draw.
	if page := pictureAt(t, factsAtlas(t, nil), English, "2017-12-25", region("94.06")); page.Status != http.StatusNotFound {
		t.Errorf("without a boundary: %d", page.Status)
	}
}

// BenchmarkPicture makes pictures of a regency, of a province and of the country.
func BenchmarkPicture(b *testing.B) {
	a := realAtlas(b)
	for name, make := range map[string]func(*Request) (*Page, error){
		"regency":  func(q *Request) (*Page, error) { return q.RegionPicture(b.Context(), "94.06") },
		"province": func(q *Request) (*Page, error) { return q.RegionPicture(b.Context(), "53") },
		"country":  func(q *Request) (*Page, error) { return q.MapPicture(b.Context()) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pictureAt(b, a, English, "2017-12-25", make)
			}
		})
	}
}

func mapDrawn(t *testing.T, q *Request) image.Image {
	t.Helper()
	page, err := q.MapPicture(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(page.Body))
	if err != nil {
		t.Fatal(err)
	}
	return drawn
}

// The legend of a picture with many classes ends before the day.
func TestLegendsFit(t *testing.T) {
	a := realAtlas(t)
	for _, lang := range Langs {
		q := viewAt(t, a, lang, "asOf=2024-12-31&near=122,-7,400000")
		drawn := mapDrawn(t, q)
		day, err := raster.New(1, 1, color.Black).Width(q.dayLine(), dayLetters)
		if err != nil {
			t.Fatal(err)
		}
		for x := range legendGap - 4 {
			for y := pictureHeight - 52; y < pictureHeight-30; y++ {
				if at := (image.Point{pictureMargin + int(day) + 2 + x, y}); color.RGBAModel.Convert(drawn.At(at.X, at.Y)) != colours["paper"] {
					t.Fatalf("%s: the legend is at %v, the day ends at %d", lang, at, pictureMargin+int(day))
				}
			}
		}
	}
}

// A picture of a screening has the colours of the map's page for the scores.
func TestPicturesOfScores(t *testing.T) {
	palette, err := os.ReadFile("../../web/src/map/palette.ts")
	if err != nil {
		t.Fatal(err)
	}
	var hex []string
	for _, c := range scoreColours {
		hex = append(hex, fmt.Sprintf("'#%02x%02x%02x'", c.R, c.G, c.B))
	}
	if want := "counts: [" + strings.Join(hex, ", ") + "]"; !strings.Contains(string(palette), want) {
		t.Errorf("the page does not have %s", want)
	}

	// Only the status as a border region counts: it is met by Merauke, not met by
	// Kabupaten Katingan.
	const border = "list=screening&weights=apbn:0,deconcentration:0,dak:0,clusters:0,disadvantaged:0,border:1"
	merauke, katingan := orb.Point{140.2, -7.6}, orb.Point{113.1, -1.6}
	a := realAtlas(t)
	for _, c := range []struct {
		search string
		at     orb.Point
		want   color.RGBA
	}{
		{"asOf=2017-12-25&" + border, merauke, scoreColours[3]},
		{"asOf=2017-12-25&" + border, katingan, scoreColours[0]},
		{"asOf=2017-12-25&list=screening&affirmative=BORDER&weights=apbn:0,deconcentration:0,dak:0,clusters:0,disadvantaged:1,border:1", katingan, colours["land"]},
	} {
		drawn := mapDrawn(t, viewAt(t, a, English, c.search))
		at := fit(country).at(c.at)
		if got := color.RGBAModel.Convert(drawn.At(int(at.X), int(at.Y))); got != c.want {
			t.Errorf("%s: %v at %v, want %v", c.search, got, c.at, c.want)
		}
	}
	for _, c := range []struct {
		lower, upper float64
		want         string
	}{{0, 0, "score.0.0"}, {0, 0.25, "score.0.0"}, {0.25, 0.25, "score.1.1"}, {0.2, 0.26, "score.0.1"}, {0.5, 1, "score.2.3"}, {1, 1, "score.3.3"}, {1.0 / 6 * 3, 1.0 / 6 * 4.5, "score.2.2"}} {
		if got := scoreClass(sentra.Score{Lower: c.lower, Upper: c.upper}); got != c.want {
			t.Errorf("%g to %g: %s, want %s", c.lower, c.upper, got, c.want)
		}
	}
}
