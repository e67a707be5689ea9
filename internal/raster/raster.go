// Package raster draws areas, lines, circles and text on a raster image. It does not
// depend on Sentra.
package raster

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Point is a place in pixels, from the left and from the top.
type Point struct{ X, Y float64 }

// Canvas is a picture being drawn.
type Canvas struct {
	image  *image.RGBA
	frame  image.Rectangle
	shapes *vector.Rasterizer
	faces  map[Letters]font.Face
}

// Letters describes the letters of a text, with a size in pixels.
type Letters struct {
	Size float64
	Bold bool
}

// New returns a picture of one colour.
func New(width, height int, ground color.Color) *Canvas {
	c := &Canvas{image: image.NewRGBA(image.Rect(0, 0, width, height)), shapes: vector.NewRasterizer(width, height), faces: make(map[Letters]font.Face)}
	c.frame = c.image.Bounds()
	draw.Draw(c.image, c.frame, image.NewUniform(ground), image.Point{}, draw.Src)
	return c
}

// Within restricts subsequent drawing to a part of the picture.
func (c *Canvas) Within(part image.Rectangle) { c.frame = part.Intersect(c.image.Bounds()) }

// Rectangle fills a part of the picture.
func (c *Canvas) Rectangle(part image.Rectangle, with color.Color) {
	draw.Draw(c.image, part.Intersect(c.image.Bounds()), image.NewUniform(with), image.Point{}, draw.Over)
}

// Area fills rings by the nonzero rule, so that a hole has the opposite direction.
func (c *Canvas) Area(rings [][]Point, with image.Image) {
	reach := reachOf(rings)
	for _, ring := range rings {
		for i, p := range ring {
			if i == 0 {
				c.shapes.MoveTo(float32(p.X), float32(p.Y))
			} else {
				c.shapes.LineTo(float32(p.X), float32(p.Y))
			}
		}
		c.shapes.ClosePath()
	}
	c.paint(with, reach)
}

// reachOf returns the pixels that rings may touch.
func reachOf(rings [][]Point) image.Rectangle {
	var reach image.Rectangle
	for _, ring := range rings {
		for _, p := range ring {
			at := image.Pt(int(p.X), int(p.Y))
			reach = reach.Union(image.Rectangle{at.Sub(image.Pt(2, 2)), at.Add(image.Pt(3, 3))})
		}
	}
	return reach
}

// paint draws the current outline within its reach, and resets it.
func (c *Canvas) paint(with image.Image, reach image.Rectangle) {
	part := c.frame.Intersect(reach)
	if !part.Empty() {
		mask := image.NewAlpha(c.image.Bounds())
		c.shapes.DrawOp = draw.Src
		c.shapes.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
		draw.DrawMask(c.image, part, with, part.Min, mask, part.Min, draw.Over)
	}
	c.shapes.Reset(c.image.Bounds().Dx(), c.image.Bounds().Dy())
}

// Lines draws closed lines of a width along rings.
func (c *Canvas) Lines(rings [][]Point, width float64, with color.Color) {
	for _, ring := range rings {
		for i, from := range ring {
			to := ring[(i+1)%len(ring)]
			length := math.Hypot(to.X-from.X, to.Y-from.Y)
			if length == 0 {
				continue
			}
			// Across the line, by half its width, and a little along it, so that corners
			// close.
			ax, ay := (to.Y-from.Y)/length*width/2, (from.X-to.X)/length*width/2
			bx, by := (to.X-from.X)/length*width/4, (to.Y-from.Y)/length*width/4
			c.shapes.MoveTo(float32(from.X+ax-bx), float32(from.Y+ay-by))
			c.shapes.LineTo(float32(to.X+ax+bx), float32(to.Y+ay+by))
			c.shapes.LineTo(float32(to.X-ax+bx), float32(to.Y-ay+by))
			c.shapes.LineTo(float32(from.X-ax-bx), float32(from.Y-ay-by))
			c.shapes.ClosePath()
		}
	}
	c.paint(image.NewUniform(with), reachOf(rings))
}

// Circles fills circles with a radius.
func (c *Canvas) Circles(centres []Point, radius float64, with color.Color) {
	const corners = 32
	var reach image.Rectangle
	for _, at := range centres {
		for i := range corners {
			angle := 2 * math.Pi * float64(i) / corners
			x, y := float32(at.X+radius*math.Cos(angle)), float32(at.Y+radius*math.Sin(angle))
			if i == 0 {
				c.shapes.MoveTo(x, y)
			} else {
				c.shapes.LineTo(x, y)
			}
		}
		c.shapes.ClosePath()
		reach = reach.Union(image.Rect(int(at.X-radius)-1, int(at.Y-radius)-1, int(at.X+radius)+2, int(at.Y+radius)+2))
	}
	c.paint(image.NewUniform(with), reach)
}

var fonts = sync.OnceValues(func() ([2]*opentype.Font, error) {
	var out [2]*opentype.Font
	for i, data := range [][]byte{goregular.TTF, gobold.TTF} {
		parsed, err := opentype.Parse(data)
		if err != nil {
			return out, fmt.Errorf("read a font: %w", err)
		}
		out[i] = parsed
	}
	return out, nil
})

// face returns the font face for letters. A face is not safe for concurrent use, so
// each canvas has its own.
func (c *Canvas) face(l Letters) (font.Face, error) {
	if known := c.faces[l]; known != nil {
		return known, nil
	}
	both, err := fonts()
	if err != nil {
		return nil, err
	}
	from := both[0]
	if l.Bold {
		from = both[1]
	}
	face, err := opentype.NewFace(from, &opentype.FaceOptions{Size: l.Size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("make letters of %g pixels: %w", l.Size, err)
	}
	c.faces[l] = face
	return face, nil
}

// Width returns the width of a text.
func (c *Canvas) Width(text string, l Letters) (float64, error) {
	face, err := c.face(l)
	if err != nil {
		return 0, err
	}
	return float64(font.MeasureString(face, text)) / 64, nil
}

// Text draws a text, beginning at a point on its baseline.
func (c *Canvas) Text(text string, at Point, l Letters, with color.Color) error {
	face, err := c.face(l)
	if err != nil {
		return err
	}
	d := font.Drawer{Dst: c.image, Src: image.NewUniform(with), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(at.X * 64), Y: fixed.Int26_6(at.Y * 64)}}
	d.DrawString(text)
	return nil
}

// Wrapped breaks a text into at most lines lines of a maximum width. If it is longer,
// the last line ends in an ellipsis.
func (c *Canvas) Wrapped(text string, l Letters, width float64, lines int) ([]string, error) {
	var out []string
	line := ""
	fits := func(text string) (bool, error) {
		w, err := c.Width(text, l)
		return w <= width, err
	}
	for _, word := range strings.Fields(text) {
		longer := strings.TrimSpace(line + " " + word)
		ok, err := fits(longer)
		if err != nil {
			return nil, err
		}
		if ok || line == "" {
			line = longer
			continue
		}
		if len(out)+1 == lines {
			for line != "" {
				if ok, err = fits(line + "…"); err != nil {
					return nil, err
				} else if ok {
					break
				}
				line = line[:max(strings.LastIndexByte(line, ' '), 0)]
			}
			return append(out, line+"…"), nil
		}
		out, line = append(out, line), word
	}
	if line == "" {
		return out, nil
	}
	return append(out, line), nil
}

// PNG encodes the picture.
func (c *Canvas) PNG() ([]byte, error) {
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(&out, c.image); err != nil {
		return nil, fmt.Errorf("encode a picture: %w", err)
	}
	return out.Bytes(), nil
}

// Hex parses a colour #rrggbb; anything else is black.
func Hex(text string) color.RGBA {
	out := color.RGBA{A: 255}
	if _, err := fmt.Sscanf(text, "#%02x%02x%02x", &out.R, &out.G, &out.B); err != nil {
		return color.RGBA{A: 255}
	}
	return out
}

// Stripes are diagonal stripes of two colours, without bounds.
type Stripes struct {
	One, Other color.Color
	// The first Width of each Period pixels have the colour One.
	Period, Width int
}

func (Stripes) ColorModel() color.Model { return color.RGBAModel }

// Bounds is larger than any picture.
func (Stripes) Bounds() image.Rectangle { return image.Rect(-1e6, -1e6, 1e6, 1e6) }

func (s Stripes) At(x, y int) color.Color {
	at := (x + y) % s.Period
	if at < 0 {
		at += s.Period
	}
	if at < s.Width {
		return s.One
	}
	return s.Other
}
