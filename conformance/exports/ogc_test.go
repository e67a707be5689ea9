package exports

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// gdal runs a program of GDAL's and gives what it prints.
func gdal(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Fatalf("%s is missing; run `make setup-test`", program)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, arguments...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "ERROR") {
		t.Fatalf("%s %v: %v\n%.3000s", program, arguments, err, out)
	}
	return string(out)
}

var featureCount = regexp.MustCompile(`Feature Count: (\d+)`)

// GDAL's driver of OGC API Features, by which QGIS's tools read too, finds the
// collections, their counts and types, follows the pages, and copies them to a
// GeoPackage.
func TestGDALReadsOGCAPI(t *testing.T) {
	api := "OAPIF:" + server.URL + "/ogc"
	// The plain counts of the day, and what the driver asks the server to filter.
	for _, c := range []struct {
		name      string
		arguments []string
		features  string
		// has are parts of what GDAL tells.
		has []string
	}{
		{"today", []string{api, "regencies"}, "514", []string{"code: String (0.0)", "Geometry: Multi Polygon", "WGS 84", "affirmativeRegionCount: Integer"}},
		{"provinces", []string{api, "provinces"}, "38", nil},
		{"a day in the path", []string{api + "/2017-12-25", "provinces"}, "34", nil},
		{"a day as parameter", []string{api + "?datetime=2017-12-25", "provinces"}, "34", nil},
		{"small pages", []string{"-oo", "PAGE_SIZE=7", api + "?zoom=4", "provinces"}, "38", nil},
		{"clusters", []string{api, "clusters"}, "390", []string{"Geometry: Point", "key: String (0.0)"}},
		{"one collection", []string{api + "/collections/clusters"}, "390", nil},
		{"a property", []string{"-where", "parentCode = '94'", api + "?zoom=5", "regencies"}, "8", nil},
		{"a box", []string{"-spat", "135.3", "-4.2", "135.8", "-3.9", "-where", "code = '94.06'", api, "regencies"}, "1", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := gdal(t, "ogrinfo", append([]string{"-ro", "-so", "-al"}, c.arguments...)...)
			found := featureCount.FindStringSubmatch(out)
			if found == nil || found[1] != c.features {
				t.Errorf("GDAL finds, instead of %s features:\n%.3000s", c.features, out)
			}
			for _, part := range c.has {
				if !strings.Contains(out, part) {
					t.Errorf("GDAL does not tell %q:\n%.3000s", part, out)
				}
			}
		})
	}
	t.Run("GeoPackage", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "sentra.gpkg")
		gdal(t, "ogr2ogr", "-f", "GPKG", "-oo", "PAGE_SIZE=200", file, api+"?zoom=7", "regencies")
		out := gdal(t, "ogrinfo", "-ro", "-al", "-geom=SUMMARY", file)
		if found := featureCount.FindStringSubmatch(out); found == nil || found[1] != "514" || !strings.Contains(out, "code: String") {
			t.Errorf("the GeoPackage holds\n%.2000s", out)
		}
		codes := map[string]bool{}
		for _, found := range regexp.MustCompile(`(?m)^  code \(String\) = (\d\d\.\d\d)$`).FindAllStringSubmatch(out, -1) {
			codes[found[1]] = true
		}
		if len(codes) != 514 || !codes["11.10"] || !codes["94.06"] || strings.Count(out, "  MULTIPOLYGON : ") != 514 {
			t.Errorf("%d codes, %d boundaries", len(codes), strings.Count(out, "  MULTIPOLYGON : "))
		}
		if info, err := os.Stat(file); err != nil || info.Size() < 1<<20 {
			t.Errorf("the file: %v, %v", info, err)
		}
	})
}

// Pages follow each other through the links, and hold each feature once.
func TestOGCPages(t *testing.T) {
	for _, c := range []struct {
		path     string
		features int
		pages    int
	}{
		{"/ogc/collections/regencies/items?limit=100&zoom=3", 514, 6},
		{"/ogc/collections/regencies/items?limit=5000&zoom=3", 514, 1},
		{"/ogc/2017-12-25/collections/regencies/items?limit=257&zoom=3", 514, 2},
		{"/ogc/collections/clusters/items?limit=4", 390, 98},
		{"/ogc/collections/regencies/items?bbox=139.5,-9.2,141.1,-2&limit=3&zoom=3", 0, 0},
	} {
		next, seen, pages := server.URL+c.path, []string{}, 0
		matched := 0
		for next != "" {
			response, err := http.Get(next)
			if err != nil {
				t.Fatal(err)
			}
			var page struct {
				NumberMatched, NumberReturned int
				Features                      []struct{ ID string }
				Links                         []struct{ Rel, Href, Type string }
			}
			err = json.NewDecoder(response.Body).Decode(&page)
			response.Body.Close()
			if err != nil || response.StatusCode != 200 || len(page.Features) != page.NumberReturned {
				t.Fatalf("%s: %d, %v", next, response.StatusCode, err)
			}
			next, matched = "", page.NumberMatched
			for _, link := range page.Links {
				if link.Rel == "next" {
					next = link.Href
				}
				if !strings.HasPrefix(link.Href, server.URL+"/ogc") {
					t.Errorf("a link to %s", link.Href)
				}
			}
			for _, feature := range page.Features {
				seen = append(seen, feature.ID)
			}
			pages++
		}
		// Clusters come by phase, the others by code.
		sorted := slices.Sorted(slices.Values(seen))
		if len(seen) != matched || !strings.Contains(c.path, "clusters") && !slices.Equal(seen, sorted) || len(slices.Compact(sorted)) != len(seen) || c.features > 0 && (matched != c.features || pages != c.pages) || matched < 5 {
			t.Errorf("%s: %d of %d features on %d pages", c.path, len(seen), matched, pages)
		}
	}
}

// A page of 1,000 items is the answer that GIS programs wait for most.
func BenchmarkOGCItems(b *testing.B) {
	for _, path := range []string{"/ogc/collections/regencies/items?limit=1000&zoom=5", "/ogc/collections/regencies/items?limit=1000", "/ogc/collections/clusters/items?limit=1000"} {
		b.Run(path[1:], func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begun := time.Now()
				response, err := http.Get(server.URL + path)
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil || response.StatusCode != 200 {
					b.Fatal(response.StatusCode, err)
				}
				b.SetBytes(n)
				took = append(took, time.Since(begun))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}
