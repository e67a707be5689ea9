package pmtiles_test

import (
	"bytes"
	"testing"

	"github.com/sentra-ikm/sentra/internal/pmtiles"
)

// The numbers are those of the specification's examples, and of its drawing of the
// Hilbert curve of order 2.
func TestID(t *testing.T) {
	for _, c := range []struct {
		z, x, y uint32
		want    uint64
	}{
		{0, 0, 0, 0}, {1, 0, 0, 1}, {1, 0, 1, 2}, {1, 1, 1, 3}, {1, 1, 0, 4}, {2, 0, 0, 5}, {2, 1, 0, 6}, {2, 1, 1, 7}, {2, 0, 1, 8}, {2, 0, 2, 9}, {12, 3423, 1763, 19078479},
	} {
		if got := pmtiles.ID(c.z, c.x, c.y); got != c.want {
			t.Errorf("%d/%d/%d has the id %d, want %d", c.z, c.x, c.y, got, c.want)
		}
	}
	// Each tile of a zoom has its own id, without gaps.
	seen := map[uint64]bool{}
	for x := range uint32(64) {
		for y := range uint32(64) {
			seen[pmtiles.ID(6, x, y)] = true
		}
	}
	for id := uint64(1365); id < 1365+64*64; id++ {
		if !seen[id] {
			t.Fatalf("no tile has the id %d", id)
		}
	}
}

func TestWriter(t *testing.T) {
	w, err := pmtiles.NewWriter()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, tile := range []struct {
		id   uint64
		data string
	}{{0, "one"}, {1, "two"}, {2, "two"}, {4, "one"}} {
		if err := w.Add(tile.id, []byte(tile.data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Add(2, []byte("late")); err == nil {
		t.Error("a tile out of order was taken")
	}
	var out bytes.Buffer
	if err := w.Write(&out, pmtiles.Info{MaxZoom: 1, Bounds: [4]float64{95, -11, 141, 6}, Metadata: map[string]any{"name": "x"}}); err != nil {
		t.Fatal(err)
	}
	// Two contents, each stored once, at the very end; four tiles in three entries.
	data := out.Bytes()
	if !bytes.HasPrefix(data, []byte("PMTiles\x03")) || !bytes.HasSuffix(data, []byte("onetwo")) || data[72] != 4 || data[80] != 3 || data[88] != 2 {
		t.Errorf("got %q", data)
	}
}
