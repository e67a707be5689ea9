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
		{"clusterCount", Number, "number of clusters in the region that are known on the day, without planned ones"},
	}

	// joinFields are the codes of other systems, for joining data.
	joinFields = []Field{
		{"bpsCode", String, "code of Statistics Indonesia (BPS) on the day; absent if none is known"},
		{"isoCode", String, "ISO 3166-2 code of a province"},
		{"pCode", String, "P-code of OCHA's common operational datasets on the day; absent if none is known"},
	}
)

// Layers returns the layers in the order in which they are in tiles.
func Layers() []Layer {
	return []Layer{
		{Name: LayerProvinces, Description: "Provinces of the day; the feature's id is the code as a number.", Fields: slices.Concat([]Field{fieldCode, fieldName, fieldKind}, statusFields, joinFields)},
		{Name: LayerRegencies, Description: "Regencies (kabupaten) and cities (kota) of the day; the feature's id is the code without its dot.", Fields: slices.Concat([]Field{fieldCode, fieldName, fieldKind, {"province", String, "code of the province on the day"}}, statusFields, joinFields)},
		{Name: LayerBorders, Description: "Each piece of border or coast once, one feature for two neighbours.", Fields: []Field{
			{"level", String, "province, regency or coast; a land border of the country is coast too"},
			{"left", String, "code of the regency or city on the left of the line"},
			{"right", String, "code of the regency or city on the right; absent at a coast"},
		}},
		{Name: LayerClusters, Description: "Clusters (sentra IKM); up to zoom 10 nearby ones are one point with only a count.", Fields: []Field{
			{"count", Number, "number of clusters at the point"},
			{"id", String, "the cluster's id in the API, which means today; use key and asOf for the day of the tile"},
			{"key", String, "the cluster's stable key"},
			{"name", String, "name in English"},
			{"nameId", String, "name in Indonesian"},
			{"products", String, "its products in English, separated by commas"},
			{"phase", String, "keys of the phases, separated by commas"},
			{"regions", String, "codes of the regencies and cities, separated by commas"},
			{"precision", String, "how exactly the place is known: POINT, REGENCY or PROVINCE"},
			{"initialTarget", Boolean, "whether it was an initial target; absent if the source names none"},
			{"programme", Boolean, "whether the programme developed it"},
			{"status", String, "EXISTING, or PLANNED if it is only planned"},
			{"confidence", String, "how it is known: LISTED, INFERRED or PARTIAL; absent if not stated"},
			{"group", String, "the group of its products: TEXTILE, FOOD, WOOD, METAL, CLAY_STONE, LEATHER, or OTHER, also for several groups"},
			{"regionNames", String, "names of the regions on the day, separated by commas"},
			{"regionBpsCodes", String, "their codes of Statistics Indonesia (BPS) on the day"},
			{"regionPCodes", String, "their P-codes of OCHA's common operational datasets on the day"},
			{"provinceIsoCodes", String, "ISO 3166-2 codes of their provinces"},
		}},
		{Name: LayerLabels, Description: "A point inside each region's largest part, thinned out by zoom.", Fields: []Field{
			fieldCode, fieldName, fieldKind,
			{"rank", Number, "1 for the largest region of its level, and so on"},
			{"minZoom", Number, "zoom from which the label is shown"},
		}},
		{Name: LayerMarks, OnRequest: true, Description: "Clusters as marked on the map page: those of which only the regency or city is known are one mark there; those with their own location are at it, up to zoom 10 grouped with nearby ones. Only in tiles that request it.", Fields: []Field{
			{"count", Number, "number of clusters in the mark"},
			{"phase", String, "keys of their phases of the programme, separated by commas; empty if they are not the programme's"},
			{"status", String, "EXISTING, or PLANNED if they are only planned"},
			{"group", String, "the group of products that more than half of them make: TEXTILE, FOOD, WOOD, METAL, CLAY_STONE, LEATHER or OTHER"},
			{"region", String, "code of the region that all of them are in"},
			{"place", String, "that region's name of the day"},
			{"precision", String, "how exactly the place is known: POINT, REGENCY or PROVINCE"},
			{"key", String, "the stable key of a single cluster"},
			{"name", String, "its name in English"},
			{"nameId", String, "its name in Indonesian"},
			{"product", String, "the product of all of them, in English; absent if they make different products"},
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
