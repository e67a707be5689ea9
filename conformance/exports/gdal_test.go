package exports

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// GDAL reads an export over HTTP, by its length and in ranges, as QGIS does with the
// address of a layer.
func TestGDALReadsExports(t *testing.T) {
	if _, err := exec.LookPath("ogrinfo"); err != nil {
		t.Fatal("ogrinfo is missing; run `make setup-test`")
	}
	for path, features := range map[string]string{
		"/regions.geojson": "552", "/regions.geojson?geometry=point": "552", "/regions.geojson?asOf=2017-12-25": "548",
		"/clusters.geojson": "390", "/regions.csv": "552",
	} {
		t.Run(path, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
			defer cancel()
			command := exec.CommandContext(ctx, "ogrinfo", "-ro", "-so", "-al", "/vsicurl/"+server.URL+path)
			command.Env = append(os.Environ(), "CPL_VSIL_CURL_NON_CACHED=/vsicurl/"+server.URL, "OGR_GEOJSON_MAX_OBJ_SIZE=0")
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("ogrinfo: %v\n%.2000s", err, out)
			}
			found := regexp.MustCompile(`Feature Count: (\d+)`).FindSubmatch(out)
			if found == nil || string(found[1]) != features || strings.Contains(string(out), "ERROR") {
				t.Errorf("GDAL finds, instead of %s features:\n%.2000s", features, out)
			}
		})
	}
}
