// Package ogc answers as OGC API - Features - Part 1: Core (OGC 17-069r4) asks for:
// documents that tell what there is, and features page by page, as JSON and as
// pages for people. It knows nothing of HTTP but addresses and media types.
package ogc

// Media types of the answers.
const (
	MediaJSON    = "application/json"
	MediaGeoJSON = "application/geo+json"
	MediaHTML    = "text/html; charset=utf-8"
	MediaOpenAPI = "application/vnd.oai.openapi+json;version=3.0"
	// mediaPage is that of pages in links.
	mediaPage = "text/html"
)

// conformance are the classes of the standard that are met.
var conformance = []string{
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
	"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
}

// crs84 is WGS 84 with longitude before latitude, the only one there is.
const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

// Link leads to another answer.
type Link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// Document is an answer that is short.
type Document struct {
	// Media is the media type of Body.
	Media string
	// Body is what is encoded as JSON.
	Body any
	Page Page
}

// Exception is what an error is told as.
type Exception struct {
	Code        string `json:"code"`
	Description string `json:"description"`
}
