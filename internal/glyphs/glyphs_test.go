package glyphs_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/sentra-ikm/sentra/internal/glyphs"
)

type glyph struct {
	bitmap                            []byte
	width, height, left, top, advance int
}

// decode reads a glyphs message by the field numbers of glyphs.proto.
func decode(t *testing.T, message []byte) (name, span string, out map[rune]glyph) {
	t.Helper()
	out = map[rune]glyph{}
	each := func(data []byte, use func(field protowire.Number, number uint64, bytes []byte)) {
		for len(data) > 0 {
			field, kind, n := protowire.ConsumeTag(data)
			if n < 0 {
				t.Fatal(protowire.ParseError(n))
			}
			data = data[n:]
			switch kind {
			case protowire.VarintType:
				number, n := protowire.ConsumeVarint(data)
				use(field, number, nil)
				data = data[n:]
			case protowire.BytesType:
				bytes, n := protowire.ConsumeBytes(data)
				use(field, 0, bytes)
				data = data[n:]
			default:
				t.Fatalf("field %d is of kind %d", field, kind)
			}
		}
	}
	each(message, func(_ protowire.Number, _ uint64, stack []byte) {
		each(stack, func(field protowire.Number, _ uint64, bytes []byte) {
			switch field {
			case 1:
				name = string(bytes)
			case 2:
				span = string(bytes)
			case 3:
				var g glyph
				var id rune
				each(bytes, func(field protowire.Number, number uint64, bytes []byte) {
					switch field {
					case 1:
						id = rune(number)
					case 2:
						g.bitmap = bytes
					case 3:
						g.width = int(number)
					case 4:
						g.height = int(number)
					case 5:
						g.left = int(protowire.DecodeZigZag(number))
					case 6:
						g.top = int(protowire.DecodeZigZag(number))
					case 7:
						g.advance = int(number)
					}
				})
				out[id] = g
			}
		})
	})
	return name, span, out
}

func TestRange(t *testing.T) {
	g, err := glyphs.New()
	if err != nil {
		t.Fatal(err)
	}
	message, ok, err := g.Range(0)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	name, span, drawn := decode(t, message)
	if name != "Go Regular" || span != "0-255" || len(drawn) < 180 {
		t.Errorf("%s %s with %d glyphs", name, span, len(drawn))
	}
	for id, g := range drawn {
		if want := (g.width + 6) * (g.height + 6); g.width > 0 && len(g.bitmap) != want || g.width == 0 && len(g.bitmap) != 0 {
			t.Errorf("%q: %d bytes for %d × %d", id, len(g.bitmap), g.width, g.height)
		}
	}
	// On the outline a value is 191, and it changes by 32 per pixel: inside a stem some
	// 2 pixels wide it is higher, between stems and in the corner of the buffer much
	// lower. O has a hole.
	at := func(g glyph, x, y int) byte { return g.bitmap[(y+3)*(g.width+6)+x+3] }
	h, o, space := drawn['H'], drawn['O'], drawn[' ']
	if stem, gap, corner := at(h, 1, h.height/4), at(h, h.width/2, 2), at(h, -3, -3); stem < 192 || gap > 130 || corner > 130 {
		t.Errorf("H has %d in its stem, %d between and %d in the corner", stem, gap, corner)
	}
	if hole, left := at(o, o.width/2, o.height/2), at(o, 1, o.height/2); hole > 120 || left < 192 {
		t.Errorf("O has %d in its hole and %d in its stroke", hole, left)
	}
	// A capital is some 17 of 24 pixels high and stands on the baseline, 26 below the
	// top.
	if h.height < 16 || h.height > 19 || h.height-h.top != 26 || h.advance < 15 || h.advance > 20 {
		t.Errorf("H is %+v", h)
	}
	if space.advance < 5 || space.width != 0 {
		t.Errorf("a space is %+v", space)
	}
	if p := drawn['p']; p.height-p.top < 28 {
		t.Errorf("p does not hang below the line: %+v", p)
	}
	for first, want := range map[int]bool{256: true, 65280: true, 65536: false, -256: false, 1: false} {
		if message, ok, err := g.Range(first); ok != want || err != nil || ok && len(message) == 0 {
			t.Errorf("range %d: %v, %v", first, ok, err)
		}
	}
}

func BenchmarkRange(b *testing.B) {
	for b.Loop() {
		g, err := glyphs.New()
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := g.Range(0); err != nil {
			b.Fatal(err)
		}
	}
}
