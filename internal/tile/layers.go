// Package tile builds vector tiles (Mapbox Vector Tile 2.1, Web Mercator) of one
// atlas: provinces, regencies, their borders, clusters and labels, on a day and with
// the filters of the API. It does not depend on HTTP.
//
// Coordinates are rounded once per zoom, on the grid of 4096 by 4096 that every tile
// has, and only then clipped to tiles. Neighbours that share a border in the source
// therefore have the same integers in every tile.
package tile

import (
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MaxZoom is the deepest zoom of tiles; clients overzoom beyond it.
const MaxZoom = 14

// Extent is the width and height of a tile in its own units.
const Extent = 1 << extentBits

const extentBits = 12

// buffer is how far areas and lines extend beyond the tile, in its units, so that
// clients draw no seams: 8 pixels of a tile of 512.
const buffer = 64

// ClusterMaxZoom is the deepest zoom at which nearby clusters are grouped into one
// point with a count.
const ClusterMaxZoom = 10

// Names of the layers.
const (
	LayerProvinces = "provinces"
	LayerRegencies = "regencies"
	LayerBorders   = "borders"
	LayerClusters  = "clusters"
	LayerLabels    = "labels"
	LayerMarks     = "marks"
)

// FieldType is the type of an attribute, as named by TileJSON.
type FieldType string

const (
	String  FieldType = "String"
	Number  FieldType = "Number"
	Boolean FieldType = "Boolean"
)

// Field describes an attribute of a layer's features.
type Field struct {
	Name        string
	Type        FieldType
	Description string
}

// Layer describes a layer for tiles, TileJSON and style.
type Layer struct {
	Name        string
	Description string
	// OnRequest means that the layer is only in tiles that name it.
	OnRequest bool
	// Fields are in the order of the values of features.
	Fields []Field
}

var (
	fieldCode = Field{"code", String, "official code (Kemendagri): 94 for a province, 94.06 for a regency or city"}
	fieldName = Field{"name", String, "official name of the day with its kind"}
	fieldKind = Field{"kind", String, "PROVINCE, REGENCY or CITY"}

	statusFields = []Field{
		{"affirmative", String, "whether the region is affirmative on the day: YES, NO or NOT_COVERED"},
		{"disadvantaged", String, "whether it is disadvantaged (daerah tertinggal): YES, NO or NOT_COVERED"},
		{"border", String, "whether it is a border region (kawasan perbatasan): YES, NO or NOT_COVERED"},
		{"clusterCount", Number, "number of clusters in the region that are known on the day, those only planned left out"},
	}

	// joinFields are the codes of other systems, for joining data.
	joinFields = []Field{
		{"bpsCode", String, "code of Statistics Indonesia (BPS) on the day; not there where none is known"},
		{"isoCode", String, "ISO 3166-2 code of a province"},
		{"pCode", String, "P-code of OCHA's common operational datasets on the day; not there where none is known"},
	}
)

// Layers returns the layers in the order in which they are in tiles.
func Layers() []Layer {
	return []Layer{
		{Name: LayerProvinces, Description: "Provinces of the day; the feature's id is the code as a number.", Fields: slices.Concat([]Field{fieldCode, fieldName, fieldKind}, statusFields, joinFields)},
		{Name: LayerRegencies, Description: "Regencies (kabupaten) and cities (kota) of the day; the feature's id is the code without its dot.", Fields: slices.Concat([]Field{fieldCode, fieldName, fieldKind, {"province", String, "code of the province on the day"}}, statusFields, joinFields)},
		{Name: LayerBorders, Description: "Each stretch of border or coast once, one feature for two neighbours.", Fields: []Field{
			{"level", String, "province, regency or coast; where the country ends on land it is coast too"},
			{"left", String, "code of the regency or city on the left hand along the line"},
			{"right", String, "code of the regency or city on the right hand; not there at a coast"},
		}},
		{Name: LayerClusters, Description: "Clusters (sentra IKM); to zoom 10 nearby ones are one point that has only a count.", Fields: []Field{
			{"count", Number, "number of clusters at the point"},
			{"id", String, "the cluster's id in the API, which is today's view; of the tile's day it is known there by key and asOf"},
			{"key", String, "the cluster's stable key"},
			{"name", String, "name in English"},
			{"nameId", String, "name in Indonesian"},
			{"products", String, "what it makes, in English, with commas between"},
			{"phase", String, "the phases by key, with commas between"},
			{"regions", String, "codes of the regencies and cities, with commas between"},
			{"precision", String, "how exactly the place is known: POINT, REGENCY or PROVINCE"},
			{"initialTarget", Boolean, "whether it was an initial target; not there where the source names none"},
			{"programme", Boolean, "whether the programme has developed it"},
			{"status", String, "EXISTING, or PLANNED where it stands in a plan only"},
			{"confidence", String, "how it is known: LISTED, INFERRED or PARTIAL; not there where nothing was said of it"},
			{"group", String, "the group of what it makes: TEXTILE, FOOD, WOOD, METAL, CLAY_STONE, LEATHER, or OTHER, also of several groups"},
			{"regionNames", String, "names of the regions on the day, with commas between"},
			{"regionBpsCodes", String, "their codes of Statistics Indonesia (BPS) on the day"},
			{"regionPCodes", String, "their P-codes of OCHA's common operational datasets on the day"},
			{"provinceIsoCodes", String, "ISO 3166-2 codes of their provinces"},
		}},
		{Name: LayerLabels, Description: "A point inside each region's largest part, thinned out so that they do not crowd.", Fields: []Field{
			fieldCode, fieldName, fieldKind,
			{"rank", Number, "1 for the largest region of its level, and so on"},
			{"minZoom", Number, "zoom from which the label is there"},
		}},
		{Name: LayerMarks, OnRequest: true, Description: "Clusters as the page's map marks them: those known only to their regency or city as one mark of it; those with a place of their own by it, to zoom 10 with nearby ones. Only in tiles that ask for it.", Fields: []Field{
			{"count", Number, "number of clusters of the mark"},
			{"phase", String, "their phases of the programme by key, with commas between; empty where they are not the programme's"},
			{"status", String, "EXISTING, or PLANNED where they stand in a plan only"},
			{"group", String, "the group of products that more than half of them make: TEXTILE, FOOD, WOOD, METAL, CLAY_STONE, LEATHER or OTHER"},
			{"region", String, "code of the region in which all of them stand"},
			{"place", String, "that region's name of the day"},
			{"precision", String, "how exactly the place is known: POINT, REGENCY or PROVINCE"},
			{"key", String, "the stable key of a single cluster"},
			{"name", String, "its name in English"},
			{"nameId", String, "its name in Indonesian"},
			{"product", String, "what all of them make, in English; not there where they make different things"},
			{"productId", String, "the same in Indonesian"},
			{"nth", Number, "0 for the first mark at a region's point, 1 for the next, and so on"},
		}},
	}
}

// chosen returns the named layers, in the order of Layers; nil names all but those on
// request.
func chosen(names []string) []Layer {
	layers := Layers()
	if names == nil {
		return slices.DeleteFunc(layers, func(l Layer) bool { return l.OnRequest })
	}
	return slices.DeleteFunc(layers, func(l Layer) bool { return !slices.Contains(names, l.Name) })
}

// CheckLayers rejects unknown layer names. The error is a BAD_USER_INPUT without a
// path.
func CheckLayers(names []string) error {
	var known []string
	for _, layer := range Layers() {
		known = append(known, layer.Name)
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return sentra.BadInput("", "there is no layer %.40q; the layers are %s", name, strings.Join(known, ", "))
		}
	}
	return nil
}
