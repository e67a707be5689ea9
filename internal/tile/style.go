package tile

import (
	"slices"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Style is a MapLibre style (style specification version 8).
type Style struct {
	Version int               `json:"version"`
	Name    string            `json:"name"`
	Center  [2]float64        `json:"center"`
	Zoom    float64           `json:"zoom"`
	Glyphs  string            `json:"glyphs,omitempty"`
	Sources map[string]Source `json:"sources"`
	Layers  []StyleLayer      `json:"layers"`
}

// Source is a vector source of a style.
type Source struct {
	Type        string     `json:"type"`
	Tiles       []string   `json:"tiles"`
	MinZoom     int        `json:"minzoom"`
	MaxZoom     int        `json:"maxzoom"`
	Bounds      [4]float64 `json:"bounds"`
	Attribution string     `json:"attribution"`
}

// StyleLayer is a layer of a style.
type StyleLayer struct {
	ID          string         `json:"id"`
	Type        string         `json:"type"`
	Source      string         `json:"source,omitempty"`
	SourceLayer string         `json:"source-layer,omitempty"`
	MinZoom     float64        `json:"minzoom,omitempty"`
	MaxZoom     float64        `json:"maxzoom,omitempty"`
	Filter      expression     `json:"filter,omitempty"`
	Layout      map[string]any `json:"layout,omitempty"`
	Paint       map[string]any `json:"paint,omitempty"`
}

type expression = []any

// sourceName is the name of the style's only source.
const sourceName = "sentra"

// Colours of the map: those of the page (web/src/map/palette.ts), which stripes
// regions that are both; a style without sprites has a separate colour for that. They
// also differ in lightness, so that they are distinguishable without colour vision.
const (
	colourSea          = "#dde8ec"
	colourNo           = "#fbfaf6"
	colourNotCovered   = "#cbc7ba"
	colourBoth         = "#7a3e9d"
	colourDisadvantage = "#e39b3f"
	colourBorderRegion = "#4f8fc4"
	colourLine         = "#77746a"
	colourCoast        = "#a9a698"
	colourCluster      = "#a3195b"
)

// Lettering is the source of the glyphs of a style's text.
type Lettering struct {
	// URL contains {fontstack} and {range}.
	URL string
	// Font is the name of the font.
	Font string
}

// Style returns a style for the tiles at a URL with {z}, {x} and {y}. It has no
// sprite, so that nothing is loaded from other servers. Without lettering it has no
// text.
func (b *Builder) Style(url string, lettering *Lettering, on atlas.View) Style {
	described := b.TileJSON(url, on, nil)
	is := func(field string) expression {
		return expression{"==", expression{"get", field}, string(sentra.Yes)}
	}
	status := expression{"case",
		expression{"all", is("disadvantaged"), is("border")}, colourBoth,
		is("disadvantaged"), colourDisadvantage,
		is("border"), colourBorderRegion,
		expression{"==", expression{"get", "affirmative"}, string(sentra.No)}, colourNo,
		colourNotCovered}
	layer := func(id, kind, of string) StyleLayer {
		return StyleLayer{ID: id, Type: kind, Source: sourceName, SourceLayer: of}
	}
	fill := layer("regencies", "fill", LayerRegencies)
	fill.Paint = map[string]any{"fill-color": status, "fill-opacity": 0.85, "fill-antialias": false}

	line := func(level, colour string, narrow, wide float64) StyleLayer {
		l := layer("borders-"+level, "line", LayerBorders)
		l.Filter = expression{"==", expression{"get", "level"}, level}
		l.Layout = map[string]any{"line-join": "round", "line-cap": "round"}
		l.Paint = map[string]any{"line-color": colour,
			"line-width": expression{"interpolate", expression{"linear"}, expression{"zoom"}, 3, narrow, 12, wide}}
		return l
	}
	regencyLines := line("regency", colourLine, 0.2, 1.4)
	regencyLines.MinZoom = 4

	var font []string
	if lettering != nil {
		font = []string{lettering.Font}
	}
	many := expression{">", expression{"get", "count"}, 1}
	points := layer("clusters", "circle", LayerClusters)
	points.Paint = map[string]any{"circle-color": colourCluster, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1.5,
		"circle-radius": expression{"interpolate", expression{"linear"}, expression{"get", "count"}, 1, 6, 10, 12, 1000, 22}}
	counts := layer("cluster-counts", "symbol", LayerClusters)
	counts.Filter = many
	counts.Layout = map[string]any{"text-field": expression{"to-string", expression{"get", "count"}}, "text-font": font,
		"text-size": 11, "text-allow-overlap": true, "text-ignore-placement": true}
	counts.Paint = map[string]any{"text-color": "#ffffff"}

	label := func(id string, provinces bool, size float64) StyleLayer {
		l := layer(id, "symbol", LayerLabels)
		operator := "!="
		if provinces {
			operator = "=="
		}
		l.Filter = expression{operator, expression{"get", "kind"}, string(sentra.KindProvince)}
		l.Layout = map[string]any{"text-field": expression{"get", "name"}, "text-font": font, "text-size": size,
			"text-max-width": 8, "symbol-sort-key": expression{"get", "rank"}}
		l.Paint = map[string]any{"text-color": "#33302b", "text-halo-color": "#ffffff", "text-halo-width": 1.2}
		return l
	}
	provinceLabels := label("province-labels", true, 13)
	provinceLabels.MaxZoom = 9

	style := Style{Version: 8, Name: "Sentra", Center: [2]float64{described.Center[0], described.Center[1]}, Zoom: described.Center[2],
		Sources: map[string]Source{sourceName: {Type: "vector", Tiles: described.Tiles, MinZoom: described.MinZoom,
			MaxZoom: described.MaxZoom, Bounds: described.Bounds, Attribution: described.Attribution}},
		Layers: []StyleLayer{
			{ID: "sea", Type: "background", Paint: map[string]any{"background-color": colourSea}},
			fill, regencyLines, line("coast", colourCoast, 0.3, 1.2), line("province", colourLine, 0.8, 2.6),
			label("regency-labels", false, 11), provinceLabels, points, counts,
		}}
	if lettering == nil {
		style.Layers = slices.DeleteFunc(style.Layers, func(l StyleLayer) bool { return l.Type == "symbol" })
		return style
	}
	style.Glyphs = lettering.URL
	return style
}
