package tile

import (
	"html"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// TileJSON is a TileJSON 3.0.0 document.
type TileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Version      string        `json:"version"`
	Attribution  string        `json:"attribution"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       [4]float64    `json:"bounds"`
	Center       [3]float64    `json:"center"`
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer is a layer in a TileJSON.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

// wholeCountry is the bounding box of Indonesia, used if no boundary is loaded.
var wholeCountry = [4]float64{94.9, -11.1, 141.1, 6.1}

// countryZoom is the zoom at which a map opens. The country is 525 pixels wide there,
// as wide as a column of text; at the next one it would be 1,050.
const countryZoom = 3

// TileJSON describes the tiles at a URL with {z}, {x} and {y} for a view. layers
// restricts what is described; nil for all.
func (b *Builder) TileJSON(url string, on atlas.View, layers []string) TileJSON {
	bounds := wholeCountry
	if box := b.bounds(on); box.Max[0] > box.Min[0] {
		bounds = [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}
	}
	out := TileJSON{TileJSON: "3.0.0", Name: "Sentra",
		Description: "Provinces, regencies and cities of Indonesia and the small-industry clusters (sentra IKM) in them.",
		// TileJSON requires a version with three numbers, which a dataset does not have.
		Version: "1.0.0", Attribution: b.attribution(on), Scheme: "xyz", Tiles: []string{url}, MaxZoom: MaxZoom, Bounds: bounds,
		Center: [3]float64{(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2, countryZoom}}
	for _, layer := range chosen(layers) {
		fields := make(map[string]string, len(layer.Fields))
		for _, f := range layer.Fields {
			fields[f.Name] = string(f.Type) + ": " + f.Description
		}
		out.VectorLayers = append(out.VectorLayers, VectorLayer{ID: layer.Name, Description: layer.Description, MaxZoom: MaxZoom, Fields: fields})
	}
	return out
}

// attribution names the sources of the content, with their addresses and licences, as
// HTML, which TileJSON and map libraries expect.
func (b *Builder) attribution(on atlas.View) string {
	var names []string
	seen := make(map[sentra.SourceID]bool)
	add := func(what string, id sentra.SourceID) {
		source := b.atlas.Source(id)
		if source == nil || seen[id] {
			return
		}
		seen[id] = true
		title := html.EscapeString(source.Title)
		if source.URL != "" {
			title = `<a href="` + html.EscapeString(source.URL) + `">` + title + "</a>"
		}
		name := what + ": " + title
		if source.Licence != "" {
			name += " (" + html.EscapeString(source.Licence) + ")"
		}
		names = append(names, name)
	}
	for _, shape := range b.epoch(on).Must().partition.shapes {
		add("Boundaries", shape.Source)
	}
	for _, id := range b.atlas.Data.Programme.Sources {
		add("Clusters", id)
	}
	return strings.Join(names, "; ")
}
