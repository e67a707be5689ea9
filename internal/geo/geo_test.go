package geo

import (
	"errors"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
)

func square(west, south, side float64) orb.Ring {
	return orb.Ring{{west, south}, {west + side, south}, {west + side, south + side}, {west, south + side}, {west, south}}
}

func reversed(ring orb.Ring) orb.Ring {
	ring.Reverse()
	return ring
}

func TestRepair(t *testing.T) {
	open := square(110, -7, 1)[:4]
	clockwise := square(110, -7, 1)
	clockwise.Reverse()
	doubled := orb.Ring{{110, -7}, {110, -7}, {111, -7}, {111, -6}, {110, -6}, {110, -7}}
	for _, c := range []struct {
		name string
		in   orb.Geometry
		want Repairs
	}{
		{"clean", orb.Polygon{square(110, -7, 1)}, Repairs{}},
		{"open", orb.Polygon{open}, Repairs{RingsClosed: 1}},
		{"clockwise", orb.Polygon{clockwise}, Repairs{RingsRewound: 1}},
		{"doubled point", orb.Polygon{doubled}, Repairs{PointsDropped: 1}},
		{"hole outside its exterior", orb.Polygon{square(110, -7, 1), reversed(square(112, -7, 1))}, Repairs{RingsRegrouped: 1}},
		{"exterior smaller than its hole", orb.Polygon{square(110.4, -6.6, 0.1), reversed(square(110, -7, 1))}, Repairs{RingsRegrouped: 2}},
		{"flat ring beside a good one", orb.MultiPolygon{{square(110, -7, 1)}, {{{1, 1}, {2, 2}, {1, 1}}}}, Repairs{RingsDropped: 1, PolygonsDropped: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			shape, did, err := Repair(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if did != c.want {
				t.Errorf("repairs %+v, want %+v", did, c.want)
			}
			if ring := shape[0][0]; ring[0] != ring[len(ring)-1] || ring.Orientation() != orb.CCW {
				t.Errorf("ring %v is not closed and counterclockwise", ring)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	long := make([]string, 0, 1_000_000)
	for range 1_000_000 {
		long = append(long, "[110.5,-7.5]")
	}
	for _, c := range []struct {
		name, in string
		code     sentra.Code
		says     string
	}{
		{"not JSON", `{`, sentra.CodeBadUserInput, "not GeoJSON"},
		{"NaN", `{"type":"Polygon","coordinates":[[[NaN,0],[1,0],[1,1],[NaN,0]]]}`, sentra.CodeBadUserInput, "not GeoJSON"},
		{"point", `{"type":"Point","coordinates":[110,-7]}`, sentra.CodeBadUserInput, "no area"},
		{"open ring", `{"type":"Polygon","coordinates":[[[110,-7],[111,-7],[111,-6],[110,-6]]]}`, sentra.CodeBadUserInput, "open"},
		{"swapped", `{"type":"Polygon","coordinates":[[[-7,110],[-7,111],[-6,111],[-7,110]]]}`, sentra.CodeBadUserInput, "swapped"},
		{"out of range", `{"type":"Polygon","coordinates":[[[200,0],[201,0],[201,1],[200,0]]]}`, sentra.CodeBadUserInput, "out of range"},
		{"bow tie", `{"type":"Polygon","coordinates":[[[110,-7],[111,-6],[111,-7],[110,-6.5],[110,-7]]]}`, sentra.CodeBadUserInput, "crosses"},
		{"a million points", `{"type":"Polygon","coordinates":[[` + strings.Join(long, ",") + `]]}`, sentra.CodeLimitExceeded, "at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := ParsePolygon([]byte(c.in))
			var coded *sentra.Error
			if !errors.As(err, &coded) || coded.Code != c.code || !strings.Contains(coded.Message, c.says) {
				t.Errorf("got %v, want %s saying %q", err, c.code, c.says)
			}
		})
	}
	if err := CheckNear(sentra.Near{Point: orb.Point{110, -7}, Radius: -1}); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("radius -1: got %v", err)
	}
	if err := CheckPoint(orb.Point{math.NaN(), 0}); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("NaN: got %v", err)
	}
	if err := CheckBBox(sentra.BBox{West: 100, South: 5, East: 101, North: 4}); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
		t.Errorf("south over north: got %v", err)
	}
}

func TestBBoxAcrossTheAntimeridian(t *testing.T) {
	box := sentra.BBox{West: 170, South: -10, East: -170, North: 10}
	for lon, want := range map[float64]bool{175: true, -175: true, 0: false, 165: false} {
		if got := InBBox(box, orb.Point{lon, 0}); got != want {
			t.Errorf("lon %g: got %v", lon, got)
		}
	}
}

// A degree of the meridian is 111,319.49 m on a sphere of radius 6,378,137 m.
func TestDistances(t *testing.T) {
	shape := orb.MultiPolygon{{square(0, 0, 1)}}
	for _, c := range []struct {
		p    orb.Point
		want float64
	}{
		{orb.Point{0.5, 0.5}, 0},
		{orb.Point{0.5, -1}, 111319.49},
		{orb.Point{2, 0}, 111319.49},
		{orb.Point{0, 3}, 222638.98},
	} {
		if got := DistanceTo(shape, c.p); math.Abs(got-c.want) > 1 {
			t.Errorf("%v: got %.2f, want %.2f", c.p, got, c.want)
		}
	}
}

func readRegencies(tb testing.TB) map[string]orb.MultiPolygon {
	tb.Helper()
	data, err := os.ReadFile(boundarytest.Regencies(tb))
	if err != nil {
		tb.Fatal(err)
	}
	collection, err := geojson.UnmarshalFeatureCollection(data)
	if err != nil {
		tb.Fatal(err)
	}
	out := make(map[string]orb.MultiPolygon)
	for _, feature := range collection.Features {
		shape, _, err := Repair(feature.Geometry)
		if err != nil {
			tb.Fatalf("%v: %v", feature.ID, err)
		}
		out[feature.ID.(string)] = shape
	}
	return out
}

func TestRealRegencies(t *testing.T) {
	shapes := readRegencies(t)
	if len(shapes) != 514 {
		t.Fatalf("%d regencies, want 514", len(shapes))
	}
	for code, shape := range shapes {
		label, err := LabelPoint(shape)
		if err != nil || !Contains(shape, label) {
			t.Errorf("%s: label %v is not inside (%v)", code, label, err)
		}
		for _, zoom := range []int{0, 4, 6, 10, 14} {
			if simpler := Simplify(shape, coverage.ZoomTolerance(zoom)); len(simpler) == 0 || AreaKm2(simpler) == 0 {
				t.Errorf("%s vanishes at zoom %d", code, zoom)
			}
		}
	}
}

func FuzzParsePolygon(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[110,-7],[111,-7],[111,-6],[110,-7]]]}`))
	f.Add([]byte(`{"type":"MultiPolygon","coordinates":[[[[110,-7],[111,-7],[111,-6],[110,-7]]]]}`))
	f.Add([]byte(`{"type":"Feature","geometry":null}`))
	f.Add([]byte(`{"type":"GeometryCollection","geometries":[]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		shape, err := ParsePolygon(data)
		if err == nil && (len(shape) == 0 || len(shape[0][0]) < 4) {
			t.Errorf("accepted an empty shape: %s", data)
		}
	})
}

func TestRoundRing(t *testing.T) {
	for _, c := range []struct {
		name string
		ring orb.Ring
		want orb.Ring
		ok   bool
	}{
		{"points that become equal are merged", orb.Ring{{0, 0}, {3, 0}, {3, 0.2}, {3, 2}, {0, 2}, {-0.3, -0.3}, {0, 0}}, orb.Ring{{0, 0}, {3, 0}, {3, 2}, {0, 2}, {0, 0}}, true},
		{"an area that becomes a line", orb.Ring{{0, 0}, {3, 0.4}, {2, 0.3}, {0, 0}}, orb.Ring{{0, 0}, {3, 0}, {2, 0}, {0, 0}}, false},
		// Twice the area is 3*0.45 - 2*0.6 = 0.15 before and 3*0 - 2*1 = -2 after.
		{"a ring that would run the other way", orb.Ring{{0, 0}, {3, 0.6}, {2, 0.45}, {0, 0}}, orb.Ring{{0, 0}, {3, 1}, {2, 0}, {0, 0}}, false},
		{"a hole runs clockwise", orb.Ring{{0, 0}, {0, 2}, {2, 2}, {2, 0}, {0, 0}}, orb.Ring{{0, 0}, {0, 2}, {2, 2}, {2, 0}, {0, 0}}, true},
	} {
		got, ok := RoundRing(c.ring, 0)
		if ok != c.ok || !got.Equal(c.want) {
			t.Errorf("%s: %v, %v", c.name, got, ok)
		}
		for _, p := range got {
			if math.Signbit(p[0]) || math.Signbit(p[1]) {
				t.Errorf("%s: a negative zero in %v", c.name, got)
			}
		}
	}
}

// A sliver whose longitudes are adjacent floating-point numbers has no representable
// point inside, so a vertex is returned. A shape without positions is an error.
func TestLabelPointOfASliver(t *testing.T) {
	west := 110.0
	east := math.Nextafter(west, 111)
	for name, ring := range map[string]orb.Ring{
		"upright":       {{west, -7}, {east, -7}, {east, -6}, {west, -6}, {west, -7}},
		"without width": {{west, -7}, {west, -6}, {west, -7}},
		"one point":     {{west, -7}, {west, -7}, {west, -7}, {west, -7}},
	} {
		label, err := LabelPoint(orb.MultiPolygon{{ring}})
		if err != nil || math.IsNaN(label[0]) || math.IsNaN(label[1]) || !ring.Bound().Contains(label) {
			t.Errorf("%s: got %v, %v, want a point of %v", name, label, err, ring)
		}
	}
	for _, shape := range []orb.MultiPolygon{nil, {}, {{}}, {{{}}}} {
		if label, err := LabelPoint(shape); err == nil {
			t.Errorf("%v has the label point %v", shape, label)
		}
	}
}
