package ogc

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// The only tile matrix set, that of web maps.
const (
	webMercatorQuad    = "WebMercatorQuad"
	webMercatorQuadURI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
	epsg3857           = "http://www.opengis.net/def/crs/EPSG/0/3857"
	// mediaTile is the media type of vector tiles.
	mediaTile = "application/vnd.mapbox-vector-tile"
)

// Link relations of OGC API Tiles.
const (
	relTilesets       = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
	relTilingScheme   = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
	relTilingSchemes  = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"
	tilesTitle        = "Vector tiles"
	tilesDescription  = "Provinces, regencies and cities, their borders, clusters and labels as vector tiles: those of /tiles.json, one set for all layers, and one for each collection."
	matricesPath      = "/tileMatrixSets"
	matricesQuadPath  = matricesPath + "/" + webMercatorQuad
	matricesLevels    = 25
	metresOfHalfWorld = math.Pi * 6378137
)

// TileLink is a link to tiles, whose address contains {tileMatrix}, {tileRow} and
// {tileCol}.
type TileLink struct {
	Link
	Templated bool `json:"templated"`
}

// tileset describes a tile set.
type tileset struct {
	Title              string         `json:"title"`
	DataType           string         `json:"dataType"`
	CRS                string         `json:"crs"`
	TileMatrixSetURI   string         `json:"tileMatrixSetURI"`
	TileMatrixSetID    string         `json:"tileMatrixSetId"`
	Links              []any          `json:"links"`
	TileMatrixSetLimit []matrixLimits `json:"tileMatrixSetLimits,omitempty"`
	BoundingBox        *tilesBox      `json:"boundingBox,omitempty"`
	CenterPoint        *centerPoint   `json:"centerPoint,omitempty"`
	Layers             []tileLayer    `json:"layers,omitempty"`
	Attribution        string         `json:"attribution,omitempty"`
}

type matrixLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type tilesBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

type centerPoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix"`
}

type tileLayer struct {
	ID             string         `json:"id"`
	Description    string         `json:"description"`
	DataType       string         `json:"dataType"`
	MinTileMatrix  string         `json:"minTileMatrix"`
	MaxTileMatrix  string         `json:"maxTileMatrix"`
	PropertySchema map[string]any `json:"propertiesSchema"`
}

// tilesPath returns the path, title and layers of the tile sets of a collection, or
// of all for an empty id.
func (s *Site) tilesPath(id string) (path, title string, layers []string, err error) {
	if id == "" {
		return "/tiles", tilesTitle, nil, nil
	}
	c, err := collection(id)
	if err != nil {
		return "", "", nil, err
	}
	if c.tiles == "" {
		return "", "", nil, sentra.Errorf(sentra.CodeNotFound, "there are no tiles of %s", c.ID)
	}
	return "/collections/" + c.ID + "/tiles", c.Title + " as vector tiles", []string{c.tiles}, nil
}

// tileset returns the description of a tile set that every list has.
func (s *Site) tileset(path, title string) tileset {
	out := tileset{Title: title, DataType: "vector", CRS: epsg3857, TileMatrixSetURI: webMercatorQuadURI, TileMatrixSetID: webMercatorQuad}
	for _, l := range s.selfAndPage(path+"/"+webMercatorQuad, MediaJSON, title) {
		out.Links = append(out.Links, l)
	}
	out.Links = append(out.Links, Link{s.address(matricesQuadPath), relTilingScheme, MediaJSON, "The tile matrix set"})
	return out
}

// Tilesets lists the tile sets of a collection, or of all for an empty id.
func (s *Site) Tilesets(id string) (*Document, error) {
	path, title, _, err := s.tilesPath(id)
	if err == nil {
		err = s.onlyThese()
	}
	if err != nil {
		return nil, err
	}
	links := s.selfAndPage(path, MediaJSON, title)
	one := s.tileset(path, title)
	page := Page{Title: title, Description: tilesDescription, Links: append(links, Link{s.address(path+"/"+webMercatorQuad, "f", "html"), "item", mediaPage, webMercatorQuad})}
	return &Document{MediaJSON, object{"links": links, "tilesets": []tileset{one}}, page}, nil
}

// Tileset describes the tile set of a collection, or of all for an empty id, in a
// tile matrix set.
func (s *Site) Tileset(ctx context.Context, id, matrices string) (*Document, error) {
	path, title, layers, err := s.tilesPath(id)
	if err == nil {
		err = s.onlyThese()
	}
	if err == nil && matrices != webMercatorQuad {
		err = noMatrices(matrices)
	}
	if err != nil {
		return nil, err
	}
	described, err := s.Tiles(ctx, layers)
	if err != nil {
		return nil, err
	}
	address := strings.NewReplacer("{z}", "{tileMatrix}", "{y}", "{tileRow}", "{x}", "{tileCol}").Replace(described.Tiles[0])
	out := s.tileset(path, title)
	out.Links = append(out.Links, TileLink{Link{address, "item", mediaTile, "The tiles"}, true})
	out.Attribution = described.Attribution
	bounds := described.Bounds
	for z := range maptile.Zoom(described.MaxZoom + 1) {
		northWest, southEast := maptile.At(orb.Point{bounds[0], bounds[3]}, z), maptile.At(orb.Point{bounds[2], bounds[1]}, z)
		out.TileMatrixSetLimit = append(out.TileMatrixSetLimit, matrixLimits{strconv.Itoa(int(z)), northWest.Y, southEast.Y, northWest.X, southEast.X})
	}
	out.BoundingBox = &tilesBox{[2]float64{bounds[0], bounds[1]}, [2]float64{bounds[2], bounds[3]}, crs84}
	out.CenterPoint = &centerPoint{[2]float64{described.Center[0], described.Center[1]}, crs84, strconv.Itoa(int(described.Center[2]))}
	page := Page{Title: title, Description: tilesDescription + " " + out.Attribution, Links: s.selfAndPage(path+"/"+webMercatorQuad, MediaJSON, title), Columns: []string{"layer", "property", "what it means"}}
	page.Links = append(page.Links, Link{described.Tiles[0], "item", mediaTile, described.Tiles[0]}, Link{s.address(matricesQuadPath, "f", "html"), relTilingScheme, mediaPage, "The tile matrix set"})
	for _, l := range tile.Layers() {
		if layers != nil && !slices.Contains(layers, l.Name) {
			continue
		}
		properties := object{}
		for _, f := range l.Fields {
			properties[f.Name] = object{"type": strings.ToLower(string(f.Type)), "description": f.Description}
			page.Rows = append(page.Rows, PageRow{Cells: []string{l.Name, f.Name, f.Description}})
		}
		out.Layers = append(out.Layers, tileLayer{l.Name, l.Description, "vector", "0", strconv.Itoa(described.MaxZoom), object{"type": "object", "properties": properties}})
	}
	return &Document{MediaJSON, out, page}, nil
}

func noMatrices(id string) error {
	return sentra.Errorf(sentra.CodeNotFound, "there is no tile matrix set %.40q; there is %s", id, webMercatorQuad)
}

// TileMatrixSets lists the tile matrix sets.
func (s *Site) TileMatrixSets() (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	links := s.selfAndPage(matricesPath, MediaJSON, "Tile matrix sets")
	one := object{"id": webMercatorQuad, "title": "Web Mercator", "uri": webMercatorQuadURI, "links": []Link{{s.address(matricesQuadPath), "self", MediaJSON, webMercatorQuad}}}
	page := Page{Title: "Tile matrix sets", Description: "How the world is cut into tiles.", Links: append(links, Link{s.address(matricesQuadPath, "f", "html"), "item", mediaPage, webMercatorQuad})}
	return &Document{MediaJSON, object{"links": links, "tileMatrixSets": []any{one}}, page}, nil
}

// TileMatrixSet defines a tile matrix set (OGC 17-083r4), or is NOT_FOUND for an
// unknown id.
func (s *Site) TileMatrixSet(id string) (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	if id != webMercatorQuad {
		return nil, noMatrices(id)
	}
	page := Page{Title: webMercatorQuad, Description: "The world in Web Mercator, cut into 4^z square tiles at the zoom z.", Links: s.selfAndPage(matricesQuadPath, MediaJSON, webMercatorQuad), Columns: []string{"zoom", "metres of a pixel at the equator", "tiles"}}
	// The standard defines a pixel as 0.28 mm.
	const width, pixel = 256, 0.00028
	matrices := make([]object, matricesLevels)
	for z := range matrices {
		across := 1 << z
		size := 2 * metresOfHalfWorld / width / float64(across)
		matrices[z] = object{"id": strconv.Itoa(z), "scaleDenominator": size / pixel, "cellSize": size, "cornerOfOrigin": "topLeft",
			"pointOfOrigin": [2]float64{-metresOfHalfWorld, metresOfHalfWorld}, "matrixWidth": across, "matrixHeight": across, "tileWidth": width, "tileHeight": width}
		page.Rows = append(page.Rows, PageRow{Cells: []string{strconv.Itoa(z), strconv.FormatFloat(size, 'f', 3, 64), strconv.Itoa(across) + " × " + strconv.Itoa(across)}})
	}
	return &Document{MediaJSON, object{"id": webMercatorQuad, "title": "Google Maps Compatible for the World", "uri": webMercatorQuadURI, "crs": epsg3857, "orderedAxes": []string{"X", "Y"},
		"wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible", "tileMatrices": matrices}, page}, nil
}
