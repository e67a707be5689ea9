package atlas

import (
	"bytes"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// TestEncodingsAreKept: encodings are cached for each shape, tolerance and precision,
// and shared by concurrent callers.
func TestEncodingsAreKept(t *testing.T) {
	square := func(west float64) *Shape {
		ring := orb.Ring{{west, 0}, {west + 1, 0}, {west + 1, 0.123456789}, {west, 1}, {west, 0}}
		return &Shape{Boundary: &sentra.Boundary{Shape: orb.MultiPolygon{{ring}}}}
	}
	a, kept := &Atlas{}, newEncodings()
	first, second := square(100), square(110)
	first.encodings, second.encodings = kept, kept
	const want = `{"type":"MultiPolygon","coordinates":[[[[100,0],[101,0],[101,0.123],[100,1],[100,0]]]]}`
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			if got := string(a.EncodedBoundary(first, 0, 3)); got != want {
				t.Errorf("got %s", got)
			}
		})
	}
	asking.Wait()
	kept.CleanUp()
	again := a.EncodedBoundary(first, 0, 3)
	if &again[0] != &a.EncodedBoundary(first, 0, 3)[0] {
		t.Error("made anew")
	}
	for name, other := range map[string][]byte{"another precision": a.EncodedBoundary(first, 0, 4), "another tolerance": a.EncodedBoundary(first, 20_000, 3), "another shape": a.EncodedBoundary(second, 0, 3)} {
		if bytes.Equal(again, other) {
			t.Errorf("%s gives the same bytes", name)
		}
	}
}
