// Package tiles tests Sentra's vector tiles and style with independent programs.
package tiles

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

var server *servertest.Server

var today = sentra.Today(servertest.Today)

func TestMain(m *testing.M) { servertest.Main(m, &server) }

// decoded is a tile as decoded by the npm package.
type decoded struct {
	Path, Encoding string
	Status, Bytes  int
	Layers         map[string]struct {
		Version  int       `json:"version"`
		Extent   int       `json:"extent"`
		Features []feature `json:"features"`
	}
}

type feature struct {
	ID         uint64         `json:"id"`
	Type       int            `json:"type"`
	Properties map[string]any `json:"properties"`
	Geometry   [][][2]int     `json:"geometry"`
}

func (f feature) text(name string) string {
	s, _ := f.Properties[name].(string)
	return s
}

// script runs a node script and returns its output.
func script(t *testing.T, input, name string, arguments ...string) []byte {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the npm packages are missing; run `make setup-test`")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, "node", append([]string{name}, arguments...)...)
	var problems bytes.Buffer
	command.Stdin, command.Stderr = strings.NewReader(input), &problems
	out, err := command.Output()
	if err != nil {
		t.Fatalf("node %s: %v\n%.4000s", name, err, problems.String())
	}
	return out
}

// fetch returns the tiles for the parameters, decoded and in order.
func fetch(t *testing.T, tiles []maptile.Tile, parameters url.Values) []decoded {
	t.Helper()
	var paths strings.Builder
	for _, at := range tiles {
		fmt.Fprintf(&paths, "/tiles/%d/%d/%d.mvt", at.Z, at.X, at.Y)
		if len(parameters) > 0 {
			paths.WriteString("?" + parameters.Encode())
		}
		paths.WriteString("\n")
	}
	var all []decoded
	lines := bufio.NewScanner(bytes.NewReader(script(t, paths.String(), "decode.mjs", server.URL)))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var one decoded
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		if one.Status != http.StatusOK && one.Status != http.StatusNoContent {
			t.Fatalf("%s: status %d", one.Path, one.Status)
		}
		all = append(all, one)
	}
	if len(all) != len(tiles) {
		t.Fatalf("%d answers for %d tiles", len(all), len(tiles))
	}
	return all
}

// country returns the tiles of a zoom that meet Indonesia's bounding box.
func country(zoom maptile.Zoom) []maptile.Tile {
	first, last := maptile.At(orb.Point{94.9, 6.1}, zoom), maptile.At(orb.Point{141.1, -11.1}, zoom)
	var all []maptile.Tile
	for x := first.X; x <= last.X; x++ {
		for y := first.Y; y <= last.Y; y++ {
			all = append(all, maptile.New(x, y, zoom))
		}
	}
	return all
}

// codes returns the codes of a layer's features in tiles.
func codes(tiles []decoded, layer string) map[string]bool {
	found := make(map[string]bool)
	for _, one := range tiles {
		for _, f := range one.Layers[layer].Features {
			found[f.text("code")] = true
		}
	}
	return found
}

func TestWholeCountry(t *testing.T) {
	bytes := 0
	for _, one := range fetch(t, country(4), nil) {
		bytes += one.Bytes
		if one.Status == http.StatusOK && one.Encoding != "gzip" {
			t.Errorf("%s is not compressed", one.Path)
		}
		for name, layer := range one.Layers {
			if layer.Version != 2 || layer.Extent != 4096 {
				t.Errorf("%s: layer %s has version %d and extent %d", one.Path, name, layer.Version, layer.Extent)
			}
		}
	}
	t.Logf("all tiles of zoom 4 together: %d bytes gzipped", bytes)
	if bytes >= 100_000 {
		t.Errorf("the country takes %d bytes at zoom 4; the bar is 100 KB", bytes)
	}
	tiles := fetch(t, country(5), nil)
	if got := codes(tiles, "regencies"); len(got) != 514 {
		t.Errorf("%d regencies and cities at zoom 5", len(got))
	}
	if got := codes(tiles, "provinces"); len(got) != 38 {
		t.Errorf("%d provinces at zoom 5", len(got))
	}
	// A region that is too small for the grid is still there.
	if got := codes(fetch(t, country(0), nil), "regencies"); len(got) != 514 {
		t.Errorf("%d regencies and cities at zoom 0", len(got))
	}
}

// The attributes are the values of GraphQL for the same regions.
func TestAttributes(t *testing.T) {
	type answered struct {
		Data struct {
			Regions struct {
				Nodes []struct {
					Code, Name, Kind        string
					BpsCode, IsoCode, PCode *string
					ClusterCount            int
					Parent                  *struct{ Code string }
					Affirmative             struct {
						Answer string
						Kinds  []struct{ Kind, Answer string }
					}
				}
			}
		}
	}
	for _, day := range []string{"2017-12-25", today.String()} {
		query := fmt.Sprintf(`{regions(first:1000,asOf:%q){nodes{code name kind bpsCode isoCode pCode clusterCount parent{code} affirmative{answer kinds{kind answer}}}}}`, day)
		response, err := http.Get(server.URL + "/graphql?query=" + url.QueryEscape(query))
		if err != nil {
			t.Fatal(err)
		}
		var answer answered
		err = json.NewDecoder(response.Body).Decode(&answer)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		want := make(map[string]map[string]any)
		for _, r := range answer.Data.Regions.Nodes {
			properties := map[string]any{"code": r.Code, "name": r.Name, "kind": r.Kind, "affirmative": r.Affirmative.Answer, "clusterCount": float64(r.ClusterCount)}
			for _, k := range r.Affirmative.Kinds {
				properties[strings.ToLower(k.Kind)] = k.Answer
			}
			if r.Parent != nil {
				properties["province"] = r.Parent.Code
			}
			for name, known := range map[string]*string{"bpsCode": r.BpsCode, "isoCode": r.IsoCode, "pCode": r.PCode} {
				if known != nil {
					properties[name] = *known
				}
			}
			want[r.Code] = properties
		}
		seen := make(map[string]bool)
		for _, one := range fetch(t, country(4), url.Values{"asOf": {day}, "layers": {"regencies,provinces"}}) {
			for _, layer := range one.Layers {
				for _, f := range layer.Features {
					code := f.text("code")
					seen[code] = true
					if fmt.Sprint(f.Properties) != fmt.Sprint(want[code]) {
						t.Errorf("%s on %s: the tile has %v, GraphQL %v", code, day, f.Properties, want[code])
					}
					if digits := strings.ReplaceAll(code, ".", ""); fmt.Sprint(f.ID) != digits {
						t.Errorf("%s has the id %d", code, f.ID)
					}
				}
			}
		}
		if len(seen) != len(want) || len(want) < 548 {
			t.Errorf("on %s %d of %d regions are in the tiles", day, len(seen), len(want))
		}
	}
}

// In 2017 there was one province where there are four today.
func TestPapuaBefore(t *testing.T) {
	at := []maptile.Tile{maptile.At(orb.Point{135.5, -4}, 4)}
	const papua = "91"
	for _, c := range []struct {
		day string
		// Provinces over the regencies that were in Papua in 2017.
		want []string
	}{
		{"2017-12-25", []string{papua}},
		{today.String(), []string{papua, "93", "94", "95"}},
	} {
		before := make(map[string]bool)
		for _, f := range fetch(t, at, url.Values{"asOf": {"2017-12-25"}})[0].Layers["regencies"].Features {
			if f.text("province") == papua {
				before[f.text("code")] = true
			}
		}
		tile := fetch(t, at, url.Values{"asOf": {c.day}})[0]
		found := make(map[string]bool)
		for _, f := range tile.Layers["regencies"].Features {
			if before[f.text("code")] {
				found[f.text("province")] = true
			}
		}
		drawn := codes([]decoded{tile}, "provinces")
		for _, code := range []string{"91", "93", "94", "95"} {
			if wanted := slices.Contains(c.want, code); found[code] != wanted || drawn[code] != wanted {
				t.Errorf("on %s: province %s has regencies %t, an area %t; want %t", c.day, code, found[code], drawn[code], wanted)
			}
		}
		// Dogiyai's capital is in the area of only one province.
		spot := project(orb.Point{135.85, -4.02}, at[0])
		var over []string
		for _, f := range tile.Layers["provinces"].Features {
			if covers(f, spot) {
				over = append(over, f.text("code"))
			}
		}
		if want := map[string]string{"2017-12-25": "91", today.String(): "94"}[c.day]; len(over) != 1 || over[0] != want {
			t.Errorf("on %s: provinces %v lie over Dogiyai, want %s", c.day, over, want)
		}
	}
}

func TestFilters(t *testing.T) {
	const filter = `{"affirmative":true,"clusters":{"programme":true},"level":"REGENCY"}`
	asked := url.Values{"asOf": {"2017-12-25"}, "filter": {filter}, "clusterFilter": {`{"product":"coffee-processing"}`}}
	tiles := fetch(t, country(5), asked)
	if got := codes(tiles, "regencies"); len(got) != 1 || !got["94.06"] {
		t.Errorf("regencies %v; the answer is Dogiyai alone", got)
	}
	if got := codes(tiles, "provinces"); len(got) != 0 {
		t.Errorf("provinces %v under a filter for regencies", got)
	}
	for _, one := range tiles {
		for _, f := range one.Layers["borders"].Features {
			if f.text("left") != "94.06" && f.text("right") != "94.06" {
				t.Errorf("%s: a border of %s and %s", one.Path, f.text("left"), f.text("right"))
			}
		}
		for _, f := range one.Layers["clusters"].Features {
			if f.Properties["count"] == 1.0 && !strings.Contains(strings.ToLower(f.text("products")), "coffee") {
				t.Errorf("%s: a cluster of %s", one.Path, f.text("products"))
			}
		}
	}
	if only := fetch(t, country(4)[:1], url.Values{"layers": {"labels,provinces"}})[0]; len(only.Layers) > 2 {
		t.Errorf("layers=labels,provinces gives %v", only.Layers)
	}
}

// At every zoom each cluster is counted once, and at deep zooms each is a single
// point.
func TestClusters(t *testing.T) {
	// The only source of some was read a day after the server's day.
	all := server.Holder.Atlas().ClustersWith(func(c *atlas.Cluster) bool { return c.Begins <= today })
	for zoom := maptile.Zoom(0); zoom <= 14; zoom++ {
		var tiles []maptile.Tile
		for _, c := range all {
			if at := maptile.At(c.Place, zoom); !slices.Contains(tiles, at) {
				tiles = append(tiles, at)
			}
		}
		sum, named := 0, make(map[string]bool)
		for _, one := range fetch(t, tiles, url.Values{"layers": {"clusters"}}) {
			for _, f := range one.Layers["clusters"].Features {
				count := int(f.Properties["count"].(float64))
				sum += count
				if count == 1 {
					named[f.text("key")] = true
					if f.text("id") == "" || f.text("name") == "" || f.text("products") == "" || (f.text("phase") != "") != (f.Properties["programme"] == true) {
						t.Errorf("zoom %d: %v", zoom, f.Properties)
					}
				}
				if p := f.Geometry[0][0]; p[0] < 0 || p[1] < 0 || p[0] >= 4096 || p[1] >= 4096 {
					t.Errorf("zoom %d: a cluster at %v is out of its tile", zoom, p)
				}
			}
		}
		if sum != len(all) {
			t.Errorf("zoom %d counts %d clusters of %d", zoom, sum, len(all))
		}
		if zoom > 10 && len(named) != len(all) {
			t.Errorf("zoom %d names %d clusters of %d", zoom, len(named), len(all))
		}
	}
}

// project returns the position in a tile, in its units.
func project(p orb.Point, at maptile.Tile) [2]float64 {
	f := maptile.Fraction(p, at.Z)
	return [2]float64{(f[0] - float64(at.X)) * 4096, (f[1] - float64(at.Y)) * 4096}
}

// covers reports by the even-odd rule whether a polygon contains a point.
func covers(f feature, p [2]float64) bool {
	inside := false
	for _, ring := range f.Geometry {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			ay, by := float64(a[1]), float64(b[1])
			if (ay > p[1]) != (by > p[1]) && p[0] < float64(a[0])+(p[1]-ay)/(by-ay)*float64(b[0]-a[0]) {
				inside = !inside
			}
		}
	}
	return inside
}

// somewhere returns tiles of a zoom along the borders of regencies, the same at
// every run.
func somewhere(zoom maptile.Zoom, number int) []maptile.Tile {
	random := rand.New(rand.NewPCG(uint64(zoom), 5))
	boundaries := server.Holder.Atlas().Data.Boundaries
	var tiles []maptile.Tile
	for tries := 0; len(tiles) < number && tries < 1000; tries++ {
		shape := boundaries[random.IntN(len(boundaries))].Shape
		ring := shape[random.IntN(len(shape))][0]
		if at := maptile.At(ring[random.IntN(len(ring))], zoom); !slices.Contains(tiles, at) {
			tiles = append(tiles, at)
		}
	}
	return tiles
}

// some returns tiles of a zoom with land, the same in every run.
func some(t *testing.T, zoom maptile.Zoom, number int) []maptile.Tile {
	t.Helper()
	on, err := server.Holder.Atlas().On(today)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(uint64(zoom), 7))
	var tiles []maptile.Tile
	for tries := 0; len(tiles) < number && tries < 10_000; tries++ {
		p := orb.Point{95 + 46*random.Float64(), -11 + 17*random.Float64()}
		place, err := on.At(p, 0)
		if err != nil {
			t.Fatal(err)
		}
		if at := maptile.At(p, zoom); place.Regency != nil && !slices.Contains(tiles, at) {
			tiles = append(tiles, at)
		}
	}
	return tiles
}

type segment [2][2]int

func (s segment) reversed() segment { return segment{s[1], s[0]} }

// length is in units of the tile, an eighth of a pixel.
func (s segment) length() float64 {
	return math.Hypot(float64(s[0][0]-s[1][0]), float64(s[0][1]-s[1][1]))
}

// inTile reports whether the segment is where nothing was clipped: within the tile
// and not in its buffer.
func (s segment) inTile() bool {
	for _, p := range s {
		if p[0] < 0 || p[1] < 0 || p[0] > 4096 || p[1] > 4096 {
			return false
		}
	}
	return true
}

func segments(f feature) map[segment]int {
	all := make(map[segment]int)
	for _, line := range f.Geometry {
		for i := 1; i < len(line); i++ {
			if s := (segment{line[i-1], line[i]}); s.inTile() {
				all[s]++
			}
		}
	}
	return all
}

// Neighbours join without gaps: every side of a regency within the tile is also a
// side of a neighbour in the opposite direction, or a coast. The layer of borders has
// each once, and provinces have no other sides.
func TestNeighboursJoin(t *testing.T) {
	for _, c := range []struct {
		zoom   maptile.Zoom
		number int
	}{{3, 4}, {4, 6}, {5, 10}, {6, 12}, {7, 20}, {8, 30}, {9, 40}, {10, 60}, {12, 100}, {14, 200}} {
		tiles := somewhere(c.zoom, c.number)
		sides, shared, slivers := 0, 0, 0
		for _, one := range fetch(t, tiles, url.Values{"layers": {"provinces,regencies,borders"}}) {
			type owner struct{ code, province string }
			owners := make(map[segment][]owner)
			for _, f := range one.Layers["regencies"].Features {
				for s, times := range segments(f) {
					for range times {
						owners[s] = append(owners[s], owner{f.text("code"), f.text("province")})
					}
				}
			}
			borders := make(map[segment]feature)
			for _, f := range one.Layers["borders"].Features {
				for s, times := range segments(f) {
					_, twice := borders[s]
					_, back := borders[s.reversed()]
					if twice || back || times > 1 {
						t.Errorf("%s: the border %v is there twice", one.Path, s)
					}
					borders[s] = f
				}
			}
			for s, own := range owners {
				sides++
				if len(own) > 1 {
					t.Errorf("%s: the side %v belongs to %v", one.Path, s, own)
					continue
				}
				border, found := borders[s]
				if !found {
					border, found = borders[s.reversed()]
				}
				other := owners[s.reversed()]
				switch {
				case len(other) == 1 && other[0].code == own[0].code:
					if found {
						t.Errorf("%s: %v lies within %s but is a border", one.Path, s, own[0].code)
					}
				case len(other) == 1:
					shared++
					level := "regency"
					if other[0].province != own[0].province {
						level = "province"
					}
					pair := []string{own[0].code, other[0].code}
					if !found || border.text("level") != level || !slices.Contains(pair, border.text("left")) || !slices.Contains(pair, border.text("right")) {
						t.Errorf("%s: %v between %v is the border %v", one.Path, s, pair, border.Properties)
					}
				case !found || border.text("level") != "coast" || border.text("left") != own[0].code || border.Properties["right"] != nil:
					t.Errorf("%s: nothing lies beyond %v of %s, yet it is no coast: %v", one.Path, s, own[0].code, border.Properties)
				}
			}
			for s, f := range borders {
				if len(owners[s])+len(owners[s.reversed()]) == 0 {
					t.Errorf("%s: the border %v of %v belongs to no regency", one.Path, s, f.Properties)
				}
			}
			provinces := make(map[segment]bool)
			for _, f := range one.Layers["provinces"].Features {
				all := segments(f)
				for s := range all {
					provinces[s] = true
					if all[s.reversed()] > 0 {
						// A strait too narrow for the grid: both sides belong to the province.
						continue
					}
					border, found := borders[s]
					if !found {
						border, found = borders[s.reversed()]
					}
					switch {
					case found && border.text("level") == "regency":
						t.Errorf("%s: the side %v of province %s is the border %v", one.Path, s, f.text("code"), border.Properties)
					case !found:
						// The regencies lose an islet that rounding flattens to a line; if it is
						// attached to a larger part of the province, the province keeps it.
						slivers++
						if s.length() > 10 {
							t.Errorf("%s: the side %v of province %s is no border", one.Path, s, f.text("code"))
						}
					}
				}
			}
			for s, f := range borders {
				if f.text("level") == "province" && !(provinces[s] && provinces[s.reversed()]) {
					t.Errorf("%s: the border %v of provinces %v is no side of both", one.Path, s, f.Properties)
				}
			}
		}
		t.Logf("zoom %d: %d tiles, %d sides, %d of them shared, %d slivers", c.zoom, len(tiles), sides, shared, slivers)
		if sides < 500 || slivers*1000 > sides {
			t.Errorf("zoom %d: %d sides were looked at, with %d slivers", c.zoom, sides, slivers)
		}
	}
}

// No point well inside the land is without a regency, and none has two.
func TestLandIsCovered(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	present, err := server.Holder.Atlas().On(today)
	if err != nil {
		t.Fatal(err)
	}
	for _, zoom := range []maptile.Zoom{4, 6, 8, 10} {
		// Three times the tolerance of simplification, plus a step of the grid.
		margin := 3*2*math.Pi*orb.EarthRadius/256/math.Exp2(float64(zoom))/3/111_000 + 360/math.Exp2(float64(zoom)+12)
		onLand := func(p orb.Point) bool {
			place, err := present.At(p, 0)
			if err != nil {
				t.Fatal(err)
			}
			return place.Regency != nil
		}
		tiles := some(t, zoom, 12)
		tested := 0
		for i, one := range fetch(t, tiles, url.Values{"layers": {"regencies"}}) {
			bound := tiles[i].Bound()
			for range 400 {
				p := orb.Point{bound.Min[0] + random.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + random.Float64()*(bound.Max[1]-bound.Min[1])}
				inland := onLand(p)
				for step := range 16 {
					angle := float64(step) * math.Pi / 8
					for _, r := range []float64{margin / 2, margin} {
						inland = inland && onLand(orb.Point{p[0] + r*math.Cos(angle), p[1] + r*math.Sin(angle)})
					}
				}
				if !inland {
					continue
				}
				tested++
				over := 0
				for _, f := range one.Layers["regencies"].Features {
					if covers(f, project(p, tiles[i])) {
						over++
					}
				}
				if over != 1 {
					t.Errorf("zoom %d: %d regencies cover %v", zoom, over, p)
				}
			}
		}
		t.Logf("zoom %d: %d points inland", zoom, tested)
		if tested < 100 {
			t.Errorf("zoom %d: only %d points were inland", zoom, tested)
		}
	}
}

// Labels are inside their regions, keep their distance and are complete at deep
// zooms.
func TestLabels(t *testing.T) {
	all := make(map[string]bool)
	for _, zoom := range []maptile.Zoom{4, 6, 8, 12} {
		tiles := country(zoom)
		if zoom == 12 {
			tiles = some(t, zoom, 40)
		}
		for _, one := range fetch(t, tiles, nil) {
			areas := make(map[string]feature)
			for _, layer := range []string{"provinces", "regencies"} {
				for _, f := range one.Layers[layer].Features {
					areas[f.text("code")] = f
				}
			}
			var at []feature
			for _, f := range one.Layers["labels"].Features {
				all[f.text("code")] = true
				p := f.Geometry[0][0]
				if !covers(areas[f.text("code")], [2]float64{float64(p[0]) + 0.5, float64(p[1]) + 0.5}) {
					t.Errorf("%s: the label of %s is outside", one.Path, f.text("name"))
				}
				if f.Properties["minZoom"].(float64) > float64(zoom) {
					t.Errorf("%s: the label of %s comes too soon", one.Path, f.text("name"))
				}
				for _, other := range at {
					q := other.Geometry[0][0]
					sameLevel := (other.text("kind") == "PROVINCE") == (f.text("kind") == "PROVINCE")
					if zoom < 7 && sameLevel && math.Hypot(float64(p[0]-q[0]), float64(p[1]-q[1])) < 760 {
						t.Errorf("%s: the labels of %s and %s crowd", one.Path, f.text("name"), other.text("name"))
					}
				}
				at = append(at, f)
			}
		}
	}
	if len(all) < 300 {
		t.Errorf("only %d regions have a label", len(all))
	}
}

func TestStyleIsValid(t *testing.T) {
	for _, query := range []string{"?asOf=2017-12-25", "?labels=false"} {
		var problems []string
		if err := json.Unmarshal(script(t, "", "style.mjs", server.URL+"/style.json"+query), &problems); err != nil {
			t.Fatal(err)
		}
		if len(problems) > 0 {
			t.Errorf("MapLibre finds fault with the style %s: %v", query, problems)
		}
	}
	response, err := http.Get(server.URL + "/style.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var style struct {
		Glyphs, Sprite any
		Sources        map[string]struct{ Tiles []string }
		Layers         []struct {
			SourceLayer string `json:"source-layer"`
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&style); err != nil {
		t.Fatal(err)
	}
	if style.Glyphs != server.URL+"/glyphs/{fontstack}/{range}.pbf" || style.Sprite != nil {
		t.Errorf("the style loads glyphs %v, sprite %v", style.Glyphs, style.Sprite)
	}
	for _, source := range style.Sources {
		for _, address := range source.Tiles {
			if !strings.HasPrefix(address, server.URL+"/tiles/") {
				t.Errorf("the style loads tiles from %s", address)
			}
		}
	}
	// Every layer in the style is described by TileJSON, with the attributes of the
	// tiles.
	described := tileJSON(t)
	for _, layer := range style.Layers {
		if layer.SourceLayer != "" && described[layer.SourceLayer] == nil {
			t.Errorf("the style draws %s, which is no layer", layer.SourceLayer)
		}
	}
	for _, one := range fetch(t, country(5), nil) {
		for name, layer := range one.Layers {
			for _, f := range layer.Features {
				for property, value := range f.Properties {
					kind, _, _ := strings.Cut(described[name][property], ":")
					if want := map[string]string{"string": "String", "float64": "Number", "bool": "Boolean"}[fmt.Sprintf("%T", value)]; kind != want {
						t.Fatalf("%s: %s of %s is a %s, described as %q", one.Path, property, name, want, described[name][property])
					}
				}
			}
		}
	}
}

func tileJSON(t *testing.T) map[string]map[string]string {
	t.Helper()
	response, err := http.Get(server.URL + "/tiles.json")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var document struct {
		TileJSON     string
		Tiles        []string
		Attribution  string
		MinZoom      *int
		MaxZoom      int
		Bounds       []float64
		VectorLayers []struct {
			ID     string
			Fields map[string]string
		} `json:"vector_layers"`
	}
	if err := json.NewDecoder(response.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	if document.TileJSON != "3.0.0" || len(document.Tiles) != 1 || document.MinZoom == nil || *document.MinZoom != 0 || document.MaxZoom != 14 ||
		len(document.Bounds) != 4 || !strings.Contains(document.Attribution, "MIT") || !strings.Contains(document.Attribution, `<a href="https://ekbis.sindonews.com/`) {
		t.Errorf("TileJSON %+v", document)
	}
	layers := make(map[string]map[string]string)
	for _, l := range document.VectorLayers {
		layers[l.ID] = l.Fields
	}
	if len(layers) != 5 {
		t.Errorf("layers %v", layers)
	}
	return layers
}

// update rewrites the golden pair: go test ./conformance/tiles -run Golden -update
var update = flag.Bool("update", false, "write the golden pair anew")

// The pair in internal/tile/testdata: the tile that Sentra builds, and its content
// according to the decoder.
func TestGoldenPair(t *testing.T) {
	const file = "../../internal/tile/testdata/8-224-130"
	at, parameters := maptile.New(224, 130, 8), url.Values{"asOf": {"2017-12-25"}, "layers": {"clusters,labels,regencies"}}
	read, err := json.MarshalIndent(fetch(t, []maptile.Tile{at}, parameters)[0].Layers, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(fmt.Sprintf("%s/tiles/%d/%d/%d.mvt?%s", server.URL, at.Z, at.X, at.Y, parameters.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	built, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string][]byte{file + ".json": append(read, '\n'), file + ".mvt": built} {
		if *update {
			if err := os.WriteFile(name, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("the tile is no longer that of %s; %v", name, err)
		}
	}
}
