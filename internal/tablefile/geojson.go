package tablefile

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geojsonfile"
	"github.com/sentra-ikm/sentra/internal/inputfile"
)

// maxPositions limits the geometry of a row, which should be a point.
const maxPositions = 1000

// features returns a function that passes Features to the sink.
func features(file *inputfile.File, sink Sink) func(*geojsonfile.Feature) error {
	indices := make(map[string]int)
	row := &Row{table: file.Name, unit: "feature"}
	begun := false
	return func(f *geojsonfile.Feature) (err error) {
		row.reset(f.Number)
		for _, p := range f.Properties {
			index, known := indices[p.Name]
			if !known {
				name, fault := clean(p.Name)
				if fault != "" {
					name = quote(p.Name)
				}
				if err := checkColumns(len(indices)+1, f.Place); err != nil {
					return err
				}
				if index, err = sink.Column(name, f.Place); err != nil {
					return err
				}
				indices[p.Name] = index
			}
			if index >= 0 {
				row.cell(index).setValue(p.Value)
			}
		}
		if !begun {
			begun = true
			if err := sink.Header(); err != nil {
				return err
			}
		}
		switch g := f.Geometry.(type) {
		case nil:
		case orb.Point:
			row.Point = &g
		default:
			row.Fault = fmt.Sprintf("a %s is not a place; give a Point or null as geometry", g.GeoJSONType())
		}
		return sink.Row(row)
	}
}

func (c *Cell) setValue(v geojsonfile.Value) {
	c.Given = true
	switch v.Kind {
	case geojsonfile.Text:
		c.setText(v.Text)
	case geojsonfile.Bool:
		c.Kind, c.Text, c.Shown = Bool, v.Text, v.Text
	case geojsonfile.Number:
		c.Kind = Number
		c.Text, c.Fault = number(v.Text)
		// The zeros of 1.10 are intended; the one of 2017.0 is not.
		if c.Fault == "" && !strings.ContainsAny(v.Text, "eE") && !strings.HasSuffix(v.Text, ".0") {
			c.Text = v.Text
		}
		c.Shown = c.Text
	case geojsonfile.Nested:
		c.Fault = "the value is an object or list; give text"
	}
}

// number formats a number as the shortest decimal without exponent, and rejects one
// that would lose digits as a float64.
func number(text string) (decimal, fault string) {
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(value, 0) || math.IsNaN(value) {
		return "", fmt.Sprintf("%s is not a number that can be stored", quote(text))
	}
	if math.Abs(value) >= 1e15 {
		return "", fmt.Sprintf("the number %s has more digits than a number can hold; write it as text", quote(text))
	}
	decimal = strconv.FormatFloat(value, 'f', -1, 64)
	if len(strings.Trim(decimal, "-0.")) > 20 {
		return "", fmt.Sprintf("the number %s is too small to be stored; write it as text", quote(text))
	}
	return decimal, ""
}
