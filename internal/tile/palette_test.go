package tile

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// The style and the server-rendered pages have the colours of the map's page.
func TestPalette(t *testing.T) {
	read := func(name string) string {
		t.Helper()
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	light, dark, found := strings.Cut(read("../../web/src/map/palette.ts"), "const dark")
	if !found {
		t.Fatal("the page has no dark colours")
	}
	of := func(palette, name string) string {
		t.Helper()
		colour := regexp.MustCompile(`\b` + name + `: '(#[0-9a-f]{6})'`).FindStringSubmatch(palette)
		if colour == nil {
			t.Fatalf("the page has no colour %s", name)
		}
		return colour[1]
	}
	for name, colour := range map[string]string{"sea": colourSea, "no": colourNo, "hatch": colourNotCovered, "disadvantaged": colourDisadvantage, "border": colourBorderRegion,
		"provinceLine": colourLine, "coast": colourCoast, "area": colourCluster} {
		if got := of(light, name); got != colour {
			t.Errorf("%s is %s in the style and %s on the page", name, colour, got)
		}
	}
	inLight, inDark, _ := strings.Cut(read("../pages/style.css"), "@media (prefers-color-scheme: dark)")
	for css, name := range map[string]string{"sea": "sea", "land": "land", "no": "no", "disadvantaged": "disadvantaged", "border": "border", "edge": "provinceLine", "mark": "area", "other": "OTHER", "ring": "ring", "halo": "halo"} {
		for sheet, palette := range map[string]string{inLight: light, inDark: dark} {
			colour := regexp.MustCompile(`--` + css + `: (#[0-9a-f]+);`).FindStringSubmatch(sheet)[1]
			if len(colour) == 4 {
				colour = "#" + strings.Repeat(colour[1:2], 2) + strings.Repeat(colour[2:3], 2) + strings.Repeat(colour[3:], 2)
			}
			if want := of(palette, name); colour != want {
				t.Errorf("--%s is %s, on the page %s is %s", css, colour, name, want)
			}
		}
	}
}
