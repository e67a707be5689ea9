// Package snippets has the snippets of the page for developers: short programs that
// draw or read Sentra's data with common libraries. conformance/snippets runs each of
// them.
package snippets

import (
	"embed"
	"strings"
)

//go:embed *.js *.py *.R
var files embed.FS

// Host is the placeholder for the address of a server in the snippets.
const Host = "https://sentra.example"

// Snippet is a short program.
type Snippet struct {
	// File is its name, Library what it uses, Language that of highlighters.
	File, Library, Language string
}

// All lists the snippets.
var All = []Snippet{
	{File: "maplibre.js", Library: "MapLibre GL JS 4, 5", Language: "js"},
	{File: "leaflet.js", Library: "Leaflet", Language: "js"},
	{File: "openlayers.js", Library: "OpenLayers", Language: "js"},
	{File: "d3-geo.js", Library: "d3-geo", Language: "js"},
	{File: "plot.js", Library: "Observable Plot", Language: "js"},
	{File: "echarts.js", Library: "ECharts", Language: "js"},
	{File: "read.py", Library: "Python", Language: "python"},
	{File: "read.R", Library: "R", Language: "r"},
}

// Text returns a snippet with the address of a server.
func (s Snippet) Text(server string) string {
	text, err := files.ReadFile(s.File)
	if err != nil {
		panic(err) // go:embed ensures that the file exists.
	}
	return strings.ReplaceAll(string(text), Host, server)
}
