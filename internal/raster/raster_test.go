package raster

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"
)

var white, red, blue = color.RGBA{255, 255, 255, 255}, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}

// decoded decodes the PNG of a picture.
func decoded(t *testing.T, c *Canvas) image.Image {
	t.Helper()
	body, err := c.PNG()
	if err != nil {
		t.Fatal(err)
	}
	got, err := png.Decode(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func at(t *testing.T, picture image.Image, x, y int, want color.RGBA) {
	t.Helper()
	if got := color.RGBAModel.Convert(picture.At(x, y)); got != want {
		t.Errorf("at %d, %d: %v, want %v", x, y, got, want)
	}
}

func TestShapes(t *testing.T) {
	c := New(100, 60, white)
	// A square with a hole in the opposite direction.
	c.Area([][]Point{{{10, 10}, {40, 10}, {40, 40}, {10, 40}}, {{20, 20}, {20, 30}, {30, 30}, {30, 20}}}, image.NewUniform(red))
	c.Within(image.Rect(50, 0, 100, 60))
	c.Area([][]Point{{{45, 10}, {60, 10}, {60, 20}, {45, 20}}}, Stripes{red, blue, 4, 2})
	c.Circles([]Point{{70, 40}}, 5, blue)
	c.Lines([][]Point{{{80, 10}, {95, 10}, {95, 25}, {80, 25}}}, 2, red)
	got := decoded(t, c)
	for _, p := range []struct {
		x, y int
		want color.RGBA
	}{{5, 5, white}, {15, 15, red}, {25, 25, white}, {35, 35, red}, {45, 45, white}, {47, 15, white}, {52, 12, red}, {54, 12, blue}, {70, 40, blue}, {70, 48, white}, {88, 10, red}, {88, 18, white}, {95, 17, red}} {
		at(t, got, p.x, p.y, p.want)
	}
}

func TestText(t *testing.T) {
	c := New(200, 60, white)
	letters := Letters{Size: 20}
	if err := c.Text("Sentra", Point{10, 30}, letters, red); err != nil {
		t.Fatal(err)
	}
	width, err := c.Width("Sentra", letters)
	if err != nil || width < 50 || width > 80 {
		t.Errorf("Sentra is %g wide, %v", width, err)
	}
	got := decoded(t, c)
	ink := func(part image.Rectangle) (n int) {
		for x := part.Min.X; x < part.Max.X; x++ {
			for y := part.Min.Y; y < part.Max.Y; y++ {
				if color.RGBAModel.Convert(got.At(x, y)) != white {
					n++
				}
			}
		}
		return n
	}
	if in, out := ink(image.Rect(10, 10, 10+int(width)+1, 36)), ink(got.Bounds()); in < 100 || in != out {
		t.Errorf("%d pixels of ink where the text stands, %d in all", in, out)
	}
	for _, l := range []struct {
		text  string
		lines int
		want  []string
	}{
		{"", 2, nil}, {"Papua", 2, []string{"Papua"}}, {"Kabupaten Dogiyai in Papua", 3, []string{"Kabupaten", "Dogiyai in", "Papua"}},
		{"Kabupaten Dogiyai in Papua", 2, []string{"Kabupaten", "Dogiyai…"}}, {"Kabupatenkepulauantanimbar", 1, []string{"Kabupatenkepulauantanimbar"}},
	} {
		if got, err := c.Wrapped(l.text, letters, 100, l.lines); err != nil || !slices.Equal(got, l.want) {
			t.Errorf("%q in %d lines: %q, %v", l.text, l.lines, got, err)
		}
	}
}

func TestHex(t *testing.T) {
	for text, want := range map[string]color.RGBA{"#e39b3f": {227, 155, 63, 255}, "#000000": {0, 0, 0, 255}, "red": {0, 0, 0, 255}} {
		if got := Hex(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
