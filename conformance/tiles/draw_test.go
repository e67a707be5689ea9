package tiles

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// MapLibre GL JS 4 and 5 draw the style with Sentra's own glyphs, OpenLayers with the
// browser's fonts, and both the style without labels without any.
func TestMapsDrawTheStyle(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(string(script(t, "", "draw.mjs", server.URL, "maplibre-gl-4", "maplibre-gl", "ol"))), "\n")
	if len(lines) != 6 {
		t.Fatalf("%d maps", len(lines))
	}
	for i, line := range lines {
		var got struct {
			Version                string
			Regencies, Dark        int
			Labels, Faults, Glyphs []string
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %d regencies, %d dark pixels, labels %v, glyphs %v", got.Version, got.Regencies, got.Dark, got.Labels, got.Glyphs)
		if !strings.HasPrefix(got.Version, []string{"4.", "5.", "ol 10."}[i/2]) || got.Regencies < 50 || len(got.Faults) > 0 {
			t.Errorf("got %+v", got)
		}
		glyphs := []string{"/glyphs/Go Regular/0-255.pbf"}
		if i/2 == 2 {
			glyphs = []string{}
		}
		if i%2 == 0 {
			if !slices.Contains(got.Labels, "Jawa Tengah") || got.Dark < 200 || !slices.Equal(got.Glyphs, glyphs) {
				t.Errorf("with labels: %+v", got)
			}
		} else if len(got.Labels) > 0 || got.Dark > 50 || len(got.Glyphs) > 0 {
			t.Errorf("without labels: %+v", got)
		}
	}
}
