// Package ogc implements OGC API - Features (Part 1: Core, OGC 17-069r4; Part 2:
// Coordinate Reference Systems by Reference, OGC 18-058r1; Part 3: Filtering, OGC
// 19-079r2, with CQL2 as text), and the metadata of the vector tiles as OGC API -
// Tiles (Part 1: Core, OGC 20-057): documents that describe what is available, and
// features page by page, as JSON and as HTML. Of HTTP it knows only addresses and
// media types.
package ogc

// Media types of the answers.
const (
	MediaJSON    = "application/json"
	MediaGeoJSON = "application/geo+json"
	MediaHTML    = "text/html; charset=utf-8"
	MediaSchema  = "application/schema+json"
	MediaOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	// mediaPage is the media type of HTML pages in links.
	mediaPage = "text/html"
)

// conformance are the conformance classes.
var conformance = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
	"http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
	"http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
	"http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
	"http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
	"http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
	"http://www.opengis.net/spec/cql2/1.0/conf/array-functions",
	"http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tilesets-list",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/dataset-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/geodata-tilesets",
	"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
}

// The coordinate reference systems: WGS 84 with longitude before latitude, the
// default, and with latitude before longitude.
const (
	crs84    = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	epsg4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
)

// relQueryables is the link relation of the properties for filters.
const relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

// Link is a link to another resource.
type Link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// Document is a short answer.
type Document struct {
	// Media is the media type of Body.
	Media string
	// Body is marshalled as JSON.
	Body any
	Page Page
}

// Exception is the form of errors.
type Exception struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}
