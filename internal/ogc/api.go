package ogc

import (
	"strings"

	"github.com/sentra-ikm/sentra/internal/export"
)

type object = map[string]any

// API is the OpenAPI 3.0 document of the API. version is that of the binary.
func (s *Site) API(version string) (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	ref := func(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }
	both := []any{ref("parameters", "datetime"), ref("parameters", "zoom"), ref("parameters", "f")}
	answer := func(media, schema, what string) object {
		return object{
			"200": object{"description": what, "content": object{media: object{"schema": ref("schemas", schema)}, mediaPage: object{"schema": object{"type": "string"}}}},
			"304": object{"description": "The answer with the entity tag of If-None-Match is still valid."},
			"400": ref("responses", "BadInput"), "404": ref("responses", "NotFound"), "503": ref("responses", "Unavailable"),
		}
	}
	get := func(id, tag, summary string, parameters []any, responses object) object {
		return object{"get": object{"operationId": id, "tags": []string{tag}, "summary": summary, "parameters": parameters, "responses": responses}}
	}
	paths := object{
		"/":                                 get("landing", "Capabilities", "The landing page", both, answer(MediaJSON, "Landing", "Links to all else.")),
		"/conformance":                      get("conformance", "Capabilities", "Classes of the standard that are met", both, answer(MediaJSON, "Conformance", "Their addresses.")),
		"/api":                              get("api", "Capabilities", "This document", both, answer(MediaOpenAPI, "API", "The document.")),
		matricesPath:                        get("tileMatrixSets", "Tiles", "The tile matrix sets", both, answer(MediaJSON, "TileMatrixSets", "All of them.")),
		matricesPath + "/{tileMatrixSetId}": get("tileMatrixSet", "Tiles", "A tile matrix set", append([]any{ref("parameters", "tileMatrixSetId")}, both...), answer(MediaJSON, "TileMatrixSet", "Its definition.")),
		"/collections":                      get("collections", "Capabilities", "The collections", both, answer(MediaJSON, "Collections", "All collections.")),
	}
	tiles := func(path, id, title string) {
		paths[path] = get(id+"Tilesets", "Tiles", title+": sets of vector tiles", both, answer(MediaJSON, "Tilesets", "All of them."))
		paths[path+"/{tileMatrixSetId}"] = get(id+"Tileset", "Tiles", title+": a set of vector tiles", append([]any{ref("parameters", "tileMatrixSetId")}, both...),
			answer(MediaJSON, "Tileset", "What is in the tiles, and with the relation item where they are."))
	}
	tiles("/tiles", "all", "All layers")
	for _, c := range Collections() {
		path := "/collections/" + c.ID
		parameters := []any{}
		for _, name := range []string{"limit", "bbox", "bbox-crs", "crs", "after", "filter", "filter-lang", "filter-crs"} {
			parameters = append(parameters, ref("parameters", name))
		}
		parameters = append(parameters, both...)
		if c.tiles != "" {
			tiles(path+"/tiles", c.ID, c.Title)
		}
		paths[path+"/queryables"] = get(c.ID+"Queryables", "Capabilities", c.Title+": properties that a filter may ask for", both, answer(MediaSchema, "Queryables", "A JSON Schema of them."))
		for _, column := range c.queryables() {
			parameters = append(parameters, object{"name": column.Name, "in": "query", "description": "Only features with this value. " + column.Description, "schema": asked(column)})
		}
		paths[path] = get(c.ID, "Capabilities", c.Title, both, answer(MediaJSON, "Collection", c.Description))
		paths[path+"/items"] = get(c.ID+"Items", "Data", c.Title, parameters, answer(MediaGeoJSON, "Features", "A page of features, by id; the link next leads to the following one."))
		paths[path+"/items/{featureId}"] = get(c.ID+"Item", "Data", "One of "+strings.ToLower(c.Title),
			append([]any{ref("parameters", "featureId"), ref("parameters", "crs")}, both...), answer(MediaGeoJSON, "Feature", "The feature."))
	}
	text, list := object{"type": "string"}, func(of object) object { return object{"type": "array", "items": of} }
	links := list(object{"type": "object", "required": []string{"href", "rel"}, "properties": object{"href": text, "rel": text, "type": text, "title": text}})
	of := func(required []string, properties object) object {
		return object{"type": "object", "required": required, "properties": properties}
	}
	failure := func(what string) object {
		return object{"description": what, "content": object{MediaJSON: object{"schema": ref("schemas", "Exception")}, mediaPage: object{"schema": text}}}
	}
	document := object{
		"openapi": "3.0.3",
		"info":    object{"title": title, "description": description, "version": version},
		"servers": []any{object{"url": s.Root}},
		"tags":    []any{object{"name": "Capabilities", "description": "What the API offers"}, object{"name": "Data", "description": "The features"}, object{"name": "Tiles", "description": "Metadata of the vector tiles"}},
		"paths":   paths,
		"components": object{
			"parameters": object{
				// QGIS takes its page size from here.
				"limit": object{"name": "limit", "in": "query", "description": "Number of features per page; values above the maximum mean the maximum.", "style": "form", "explode": false,
					"schema": object{"type": "integer", "minimum": 1, "maximum": MaxLimit, "default": DefaultLimit}},
				"bbox": object{"name": "bbox", "in": "query", "description": "Only features that intersect this box: west,south,east,north in degrees (WGS 84); west greater than east crosses the antimeridian.", "style": "form", "explode": false,
					"schema": object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}},
				"datetime": object{"name": "datetime", "in": "query", "description": "The day that features are seen on, from 2014-07-23, in place of that of the path or today (in Jakarta): a date, a moment, or an interval, of which the last day counts, today where its end is open.",
					"style": "form", "explode": false, "schema": text},
				"bbox-crs":        crsParameter("bbox-crs", "The coordinate reference system of bbox."),
				"crs":             crsParameter("crs", "The coordinate reference system of the positions in the answer."),
				"filter-crs":      crsParameter("filter-crs", "The coordinate reference system of the geometries in filter."),
				"filter":          object{"name": "filter", "in": "query", "description": filterDescription, "schema": text},
				"filter-lang":     object{"name": "filter-lang", "in": "query", "description": "The language of filter; both names mean CQL2 text.", "schema": object{"type": "string", "enum": []string{languageCQL2, languageCQLDraft}, "default": languageCQL2}},
				"tileMatrixSetId": object{"name": "tileMatrixSetId", "in": "path", "required": true, "description": "The tile matrix set.", "schema": object{"type": "string", "enum": []string{webMercatorQuad}}},
				"zoom":            object{"name": "zoom", "in": "query", "description": "Simplify boundaries for a web map at this zoom.", "schema": object{"type": "integer", "minimum": 0, "maximum": 14}},
				"f":               object{"name": "f", "in": "query", "description": "The format, whatever Accept says.", "schema": object{"type": "string", "enum": []string{"json", "html"}}},
				"after":           object{"name": "after", "in": "query", "description": "Only features whose id comes after this one: used by the link next for the following page.", "schema": text},
				"featureId":       object{"name": "featureId", "in": "path", "required": true, "description": "The id of the feature: a region's code, a cluster's key, the id of a fact.", "schema": text},
			},
			"responses": object{"BadInput": failure("A parameter is wrong; the description names it."), "NotFound": failure("There is no such collection or feature."),
				"Unavailable": failure("It timed out, or the server is overloaded; Retry-After says when to retry.")},
			"schemas": object{
				"Exception":      of([]string{"code"}, object{"code": text, "description": text}),
				"Landing":        of([]string{"links"}, object{"title": text, "description": text, "links": links}),
				"Conformance":    of([]string{"conformsTo"}, object{"conformsTo": list(text)}),
				"API":            of([]string{"openapi"}, object{"openapi": text}),
				"Collection":     of([]string{"id", "links"}, object{"id": text, "title": text, "description": text, "links": links, "extent": object{"type": "object"}, "itemType": text, "crs": list(text), "storageCrs": text}),
				"Collections":    of([]string{"links", "collections"}, object{"links": links, "collections": list(ref("schemas", "Collection"))}),
				"Queryables":     of([]string{"$schema", "$id", "type", "properties"}, object{"$schema": text, "$id": text, "type": text, "properties": object{"type": "object"}}),
				"Tilesets":       of([]string{"tilesets"}, object{"links": links, "tilesets": list(ref("schemas", "Tileset"))}),
				"Tileset":        of([]string{"dataType", "crs", "links"}, object{"title": text, "dataType": text, "crs": text, "tileMatrixSetURI": text, "links": links, "tileMatrixSetLimits": list(object{"type": "object"}), "layers": list(object{"type": "object"})}),
				"TileMatrixSets": of([]string{"tileMatrixSets"}, object{"links": links, "tileMatrixSets": list(object{"type": "object"})}),
				"TileMatrixSet":  of([]string{"crs", "tileMatrices"}, object{"id": text, "title": text, "uri": text, "crs": text, "tileMatrices": list(object{"type": "object"})}),
				"Feature": of([]string{"type", "geometry", "properties"}, object{"type": object{"type": "string", "enum": []string{"Feature"}}, "id": text,
					"geometry": object{"type": "object", "nullable": true}, "properties": object{"type": "object", "nullable": true}, "links": links}),
				"Features": of([]string{"type", "features"}, object{"type": object{"type": "string", "enum": []string{"FeatureCollection"}}, "features": list(ref("schemas", "Feature")), "links": links,
					"timeStamp": object{"type": "string", "format": "date-time"}, "numberMatched": object{"type": "integer"}, "numberReturned": object{"type": "integer"},
					"notCoveredCount": object{"type": "integer", "description": "Number of features for which it is not known whether they match."}}),
			},
		},
	}
	page := Page{Title: "The API", Description: description, Links: append(s.selfAndPage("/api", MediaOpenAPI, "The API"), Link{s.address(""), "start", MediaJSON, "The landing page"}), Columns: []string{"parameter of items", "collections", "what it means"}}
	for _, name := range []string{"limit", "bbox", "datetime", "filter", "crs", "zoom", "f"} {
		p := document["components"].(object)["parameters"].(object)[name].(object)
		page.Rows = append(page.Rows, PageRow{Cells: []string{name, "all", p["description"].(string)}})
	}
	for _, c := range Collections() {
		for _, column := range c.queryables() {
			page.Rows = append(page.Rows, PageRow{Cells: []string{column.Name, c.ID, column.Description}})
		}
	}
	return &Document{MediaOpenAPI, document, page}, nil
}

// asked describes the parameter named after a property; for a list it matches one of
// its values.
func asked(c export.Column) object {
	if c.Type == export.TextList {
		return object{"type": "string"}
	}
	return queryable(c)
}

// queryable describes the values of a property for filters.
func queryable(c export.Column) object {
	switch {
	case c.Values != nil:
		return object{"type": "string", "enum": c.Values}
	case c.Type == export.Integer || c.Type == export.Boolean || c.Type == export.Number:
		return object{"type": string(c.Type)}
	case c.Type == export.Day:
		return object{"type": "string", "format": "date"}
	case c.Type == export.TextList:
		return object{"type": "array", "items": object{"type": "string"}}
	}
	return object{"type": "string"}
}

const filterDescription = "Only features that match this, in CQL2 text: comparisons of a property with a value, LIKE, BETWEEN, IN, IS NULL, AND, OR, NOT, CASEI, A_CONTAINS and its like for lists, " +
	"and S_INTERSECTS(geometry, …) with POINT, BBOX, POLYGON or MULTIPOLYGON. What the record does not tell is unknown, and so is NOT of it: " +
	"a region whose affirmative is NOT_COVERED matches neither affirmative = 'YES' nor affirmative <> 'YES'; such features are counted in notCoveredCount. The properties stand in queryables of the collection."

func crsParameter(name, what string) object {
	return object{"name": name, "in": "query", "description": what + " In that of EPSG latitude comes first.", "schema": object{"type": "string", "enum": []string{crs84, epsg4326}, "default": crs84}}
}
