// Package glyphs draws the glyphs of a font in the format of MapLibre and Mapbox GL:
// signed distance fields, in protocol buffers of 256 characters each, with the
// metrics of fontnik, with which other fonts are made.
//
// The font is Go Regular by Bigelow & Holmes, from the module golang.org/x/image
// under its BSD licence: Latin, Greek and Cyrillic.
package glyphs

import (
	"fmt"
	"math"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"google.golang.org/protobuf/encoding/protowire"
)

// Font is the name of the font.
const Font = "Go Regular"

const (
	// size is the size of the glyphs in pixels, buffer the margin around each, and
	// radius the maximum distance from its outline that is encoded.
	size, buffer, radius = 24, 3, 8
	// edge is the value on the outline, as a share of 256 below 255.
	edge = 0.25
	// ascender is the height above the baseline from which a glyph's top is counted:
	// that of the fonts for which MapLibre centres its labels.
	ascender = 26
	// ranges is the number of ranges of the characters up to U+FFFF.
	ranges = 256
)

// Glyphs draws ranges, each once, on first use.
type Glyphs struct {
	font  *sfnt.Font
	drawn [ranges]func() ([]byte, error)
}

// New parses the font.
func New() (*Glyphs, error) {
	parsed, err := sfnt.Parse(goregular.TTF)
	if err != nil {
		return nil, fmt.Errorf("read the font %s: %w", Font, err)
	}
	g := &Glyphs{font: parsed}
	for i := range g.drawn {
		g.drawn[i] = sync.OnceValues(func() ([]byte, error) { return g.draw(i * 256) })
	}
	return g, nil
}

// Range returns the 256 characters from first on as a glyphs message. ok is false if
// first is not the beginning of a range. Characters that the font lacks are left out.
func (g *Glyphs) Range(first int) (message []byte, ok bool, err error) {
	if first < 0 || first%256 != 0 || first/256 >= ranges {
		return nil, false, nil
	}
	message, err = g.drawn[first/256]()
	return message, true, err
}

func (g *Glyphs) draw(first int) ([]byte, error) {
	var stack []byte
	stack = protowire.AppendTag(stack, 1, protowire.BytesType)
	stack = protowire.AppendString(stack, Font)
	stack = protowire.AppendTag(stack, 2, protowire.BytesType)
	stack = protowire.AppendString(stack, fmt.Sprintf("%d-%d", first, first+255))
	var work sfnt.Buffer
	for character := first; character < first+256; character++ {
		glyph, err := g.glyph(&work, rune(character))
		if err != nil {
			return nil, fmt.Errorf("draw U+%04X: %w", character, err)
		}
		if glyph != nil {
			stack = protowire.AppendTag(stack, 3, protowire.BytesType)
			stack = protowire.AppendBytes(stack, glyph)
		}
	}
	message := protowire.AppendTag(nil, 1, protowire.BytesType)
	return protowire.AppendBytes(message, stack), nil
}

// glyph returns a character as a glyph message, nil for one that the font lacks.
func (g *Glyphs) glyph(work *sfnt.Buffer, character rune) ([]byte, error) {
	index, err := g.font.GlyphIndex(work, character)
	if err != nil || index == 0 {
		return nil, err
	}
	advance, err := g.font.GlyphAdvance(work, index, fixed.I(size), font.HintingNone)
	if err != nil {
		return nil, err
	}
	segments, err := g.font.LoadGlyph(work, index, fixed.I(size), nil)
	if err != nil {
		return nil, err
	}
	lines := flatten(segments)
	var out []byte
	number := func(field protowire.Number, value uint64) {
		out = protowire.AppendVarint(protowire.AppendTag(out, field, protowire.VarintType), value)
	}
	number(1, uint64(character))
	var left, top, width, height int
	if len(lines) > 0 {
		least, most := bounds(lines)
		left, top = int(math.Floor(least.x)), int(math.Floor(least.y))
		width, height = int(math.Ceil(most.x))-left, int(math.Ceil(most.y))-top
		out = protowire.AppendTag(out, 2, protowire.BytesType)
		out = protowire.AppendBytes(out, field(lines, left, top, width, height))
		// y is downwards in the outline and upwards in the message.
		top = -top - ascender
	}
	number(3, uint64(width))
	number(4, uint64(height))
	number(5, protowire.EncodeZigZag(int64(left)))
	number(6, protowire.EncodeZigZag(int64(top)))
	number(7, uint64(advance.Round()))
	return out, nil
}

type point struct{ x, y float64 }

// line is a straight segment of an outline.
type line struct{ a, b point }

// flatten returns an outline as straight segments; a curve becomes eight, with an
// error of less than a fiftieth of a pixel.
func flatten(segments sfnt.Segments) (lines []line) {
	const steps = 8
	at := func(p fixed.Point26_6) point { return point{float64(p.X) / 64, float64(p.Y) / 64} }
	var first, last point
	to := func(p point) {
		if p != last {
			lines = append(lines, line{last, p})
		}
		last = p
	}
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			to(first)
			first = at(s.Args[0])
			last = first
		case sfnt.SegmentOpLineTo:
			to(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			a, b, c := last, at(s.Args[0]), at(s.Args[1])
			for i := 1; i <= steps; i++ {
				t := float64(i) / steps
				u := 1 - t
				to(point{u*u*a.x + 2*u*t*b.x + t*t*c.x, u*u*a.y + 2*u*t*b.y + t*t*c.y})
			}
		case sfnt.SegmentOpCubeTo:
			a, b, c, d := last, at(s.Args[0]), at(s.Args[1]), at(s.Args[2])
			for i := 1; i <= steps; i++ {
				t := float64(i) / steps
				u := 1 - t
				to(point{u*u*u*a.x + 3*u*u*t*b.x + 3*u*t*t*c.x + t*t*t*d.x, u*u*u*a.y + 3*u*u*t*b.y + 3*u*t*t*c.y + t*t*t*d.y})
			}
		}
	}
	to(first)
	return lines
}

func bounds(lines []line) (least, most point) {
	least, most = lines[0].a, lines[0].a
	for _, l := range lines {
		least = point{min(least.x, l.a.x, l.b.x), min(least.y, l.a.y, l.b.y)}
		most = point{max(most.x, l.a.x, l.b.x), max(most.y, l.a.y, l.b.y)}
	}
	return least, most
}

// field returns the signed distances of the pixels in a box and in the buffer around
// it.
func field(lines []line, left, top, width, height int) []byte {
	out := make([]byte, 0, (width+2*buffer)*(height+2*buffer))
	for y := top - buffer; y < top+height+buffer; y++ {
		for x := left - buffer; x < left+width+buffer; x++ {
			centre := point{float64(x) + 0.5, float64(y) + 0.5}
			nearest, winding := math.Inf(1), 0
			for _, l := range lines {
				nearest = min(nearest, l.distance(centre))
				winding += l.winding(centre)
			}
			if winding != 0 {
				nearest = -nearest
			}
			out = append(out, 255-byte(max(0, min(255, nearest*256/radius+edge*256))))
		}
	}
	return out
}

// distance returns the distance of a point from the line.
func (l line) distance(p point) float64 {
	dx, dy := l.b.x-l.a.x, l.b.y-l.a.y
	t := ((p.x-l.a.x)*dx + (p.y-l.a.y)*dy) / (dx*dx + dy*dy)
	t = max(0, min(1, t))
	return math.Hypot(p.x-l.a.x-t*dx, p.y-l.a.y-t*dy)
}

// winding returns how the line crosses the ray from a point to the right: 1
// downwards, -1 upwards, 0 not at all.
func (l line) winding(p point) int {
	if (l.a.y <= p.y) == (l.b.y <= p.y) {
		return 0
	}
	if x := l.a.x + (p.y-l.a.y)/(l.b.y-l.a.y)*(l.b.x-l.a.x); x <= p.x {
		return 0
	}
	if l.a.y <= p.y {
		return 1
	}
	return -1
}
