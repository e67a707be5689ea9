package boundaryfile

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func read(t testing.TB, path string) map[string]Record {
	t.Helper()
	files, err := Files(path)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]Record)
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		err = Read(file, filepath.Base(name), Options{}, func(r Record) error {
			out[r.Code] = r
			return nil
		})
		file.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// The SQL files and the GeoJSON contain the same 552 areas.
func TestSQLEqualsGeoJSON(t *testing.T) {
	boundaries := boundarytest.Dir(t)
	fromSQL := read(t, boundaries+"/source/kab")
	for code, r := range read(t, boundaries+"/source/prov") {
		fromSQL[code] = r
	}
	fromJSON := read(t, boundaries)
	if len(fromSQL) != 552 || len(fromJSON) != 552 {
		t.Fatalf("%d areas in SQL, %d in GeoJSON; want 552", len(fromSQL), len(fromJSON))
	}
	for code, want := range fromJSON {
		got := fromSQL[code]
		if got.Name != want.Name {
			t.Errorf("%s: name %q, want %q", code, got.Name, want.Name)
		}
		a, b := got.Geometry.Bound(), want.Geometry.Bound()
		for _, pair := range [][2]orb.Point{{a.Min, b.Min}, {a.Max, b.Max}} {
			for axis := range 2 {
				if d := pair[0][axis] - pair[1][axis]; d > 1.5e-6 || d < -1.5e-6 {
					t.Errorf("%s: bound %v, want %v", code, a, b)
				}
			}
		}
	}
}

func TestForms(t *testing.T) {
	feature := `{"type":"Feature","id":"94.06","properties":{"kode":"94.07","name":"Dogiyai"},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4],[1,2]]]}}`
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	z.Write([]byte(feature))
	z.Close()
	for _, c := range []struct {
		name, in string
		options  Options
		code     string
		count    int
	}{
		{"collection", `{"type":"FeatureCollection","features":[` + feature + `,` + feature + `]}`, Options{}, "94.06", 2},
		{"newline-delimited", feature + "\n" + feature + "\n", Options{}, "94.06", 2},
		{"record separators", "\x1e" + feature + "\n\x1e" + feature + "\n", Options{}, "94.06", 2},
		{"gzip", zipped.String(), Options{}, "94.06", 1},
		{"code property", feature, Options{CodeProperty: "kode"}, "94.07", 1},
		{"SQL polygon", "-- x\nINSERT INTO wilayah_boundaries(kode,nama,lat,lng,path) VALUES ('94.06','It''s',1,2,'[[[2,1],[2,3],[4,3],[2,1]]]');", Options{}, "94.06", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := 0
			err := Read(strings.NewReader(c.in), "test", c.options, func(r Record) error {
				count++
				if r.Code != c.code {
					t.Errorf("code %q, want %q", r.Code, c.code)
				}
				if p := r.Geometry.(orb.Polygon)[0][0]; p != (orb.Point{1, 2}) {
					t.Errorf("first position %v, want lon 1, lat 2", p)
				}
				return nil
			})
			if err != nil || count != c.count {
				t.Errorf("%d records, %v; want %d", count, err, c.count)
			}
		})
	}
}

func TestWrongFiles(t *testing.T) {
	for name, in := range map[string]string{
		"empty": "", "half": `{"type":"FeatureCollection","features":[{"type"`, "prose": "hello", "no code": `{"type":"Feature","properties":{},"geometry":null}`,
		"row": "INSERT INTO w VALUES ('1','2')", "list": "[1]",
	} {
		if err := Read(strings.NewReader(in), "test", Options{}, func(Record) error { return nil }); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
			t.Errorf("%s: got %v, want BAD_USER_INPUT", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{`{"type":"Feature","id":"11","properties":{},"geometry":{"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4],[1,2]]]}}`,
		`{"type":"FeatureCollection","features":[]}`, "INSERT INTO w(a) VALUES ('11','A',1,2,'[[[1,2]]]'), ('12','B',1,2,'[[[[1,2]]]]');", "\x1f\x8b", "/* '", "-- "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_ = Read(bytes.NewReader(data), "fuzz", Options{}, func(Record) error { return nil })
	})
}
