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
			"304": object{"description": "The answer with the tag of If-None-Match still holds."},
			"400": ref("responses", "BadInput"), "404": ref("responses", "NotFound"), "503": ref("responses", "Unavailable"),
		}
	}
	get := func(id, tag, summary string, parameters []any, responses object) object {
		return object{"get": object{"operationId": id, "tags": []string{tag}, "summary": summary, "parameters": parameters, "responses": responses}}
	}
	paths := object{
		"/":            get("landing", "Capabilities", "The landing page", both, answer(MediaJSON, "Landing", "Links to all else.")),
		"/conformance": get("conformance", "Capabilities", "Classes of the standard that are met", both, answer(MediaJSON, "Conformance", "Their addresses.")),
		"/api":         get("api", "Capabilities", "This document", both, answer(MediaOpenAPI, "API", "The document.")),
		"/collections": get("collections", "Capabilities", "The collections", both, answer(MediaJSON, "Collections", "All collections.")),
	}
	for _, c := range Collections() {
		path := "/collections/" + c.ID
		parameters := append([]any{ref("parameters", "limit"), ref("parameters", "bbox"), ref("parameters", "after")}, both...)
		for _, column := range c.queryables() {
			parameters = append(parameters, object{"name": column.Name, "in": "query", "description": "Only features with this value. " + column.Description, "schema": queryable(column)})
		}
		paths[path] = get(c.ID, "Capabilities", c.Title, both, answer(MediaJSON, "Collection", c.Description))
		paths[path+"/items"] = get(c.ID+"Items", "Data", c.Title, parameters, answer(MediaGeoJSON, "Features", "A page of features, by id; the link next leads to the following one."))
		paths[path+"/items/{featureId}"] = get(c.ID+"Item", "Data", "One of "+strings.ToLower(c.Title),
			append([]any{ref("parameters", "featureId")}, both...), answer(MediaGeoJSON, "Feature", "The feature."))
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
		"tags":    []any{object{"name": "Capabilities", "description": "What there is"}, object{"name": "Data", "description": "The features"}},
		"paths":   paths,
		"components": object{
			"parameters": object{
				// QGIS takes the size of its pages from here.
				"limit": object{"name": "limit", "in": "query", "description": "Number of features of a page; more than the maximum means the maximum.", "style": "form", "explode": false,
					"schema": object{"type": "integer", "minimum": 1, "maximum": MaxLimit, "default": DefaultLimit}},
				"bbox": object{"name": "bbox", "in": "query", "description": "Only features that meet this box: west,south,east,north in degrees (WGS 84); west greater than east crosses the antimeridian.", "style": "form", "explode": false,
					"schema": object{"type": "array", "minItems": 4, "maxItems": 6, "items": object{"type": "number"}}},
				"datetime": object{"name": "datetime", "in": "query", "description": "The day that features are seen on, from 2014-07-23, in place of that of the path or today (in Jakarta): a date, a moment, or an interval, of which the last day counts, today where its end is open.",
					"style": "form", "explode": false, "schema": text},
				"zoom":      object{"name": "zoom", "in": "query", "description": "Boundaries simplified for a web map at this zoom.", "schema": object{"type": "integer", "minimum": 0, "maximum": 14}},
				"f":         object{"name": "f", "in": "query", "description": "The format, whatever Accept says.", "schema": object{"type": "string", "enum": []string{"json", "html"}}},
				"after":     object{"name": "after", "in": "query", "description": "Only features whose id comes after this one: how the link next asks for the following page.", "schema": text},
				"featureId": object{"name": "featureId", "in": "path", "required": true, "description": "The id of the feature: a region's code, a cluster's key.", "schema": text},
			},
			"responses": object{"BadInput": failure("A parameter is wrong; the description names it."), "NotFound": failure("There is no such collection or feature."),
				"Unavailable": failure("It took longer than the time allowed, or there is too much to do; Retry-After tells when to try again.")},
			"schemas": object{
				"Exception":   of([]string{"code"}, object{"code": text, "description": text}),
				"Landing":     of([]string{"links"}, object{"title": text, "description": text, "links": links}),
				"Conformance": of([]string{"conformsTo"}, object{"conformsTo": list(text)}),
				"API":         of([]string{"openapi"}, object{"openapi": text}),
				"Collection":  of([]string{"id", "links"}, object{"id": text, "title": text, "description": text, "links": links, "extent": object{"type": "object"}, "itemType": text, "crs": list(text)}),
				"Collections": of([]string{"links", "collections"}, object{"links": links, "collections": list(ref("schemas", "Collection"))}),
				"Feature": of([]string{"type", "geometry", "properties"}, object{"type": object{"type": "string", "enum": []string{"Feature"}}, "id": text,
					"geometry": object{"type": "object", "nullable": true}, "properties": object{"type": "object", "nullable": true}, "links": links}),
				"Features": of([]string{"type", "features"}, object{"type": object{"type": "string", "enum": []string{"FeatureCollection"}}, "features": list(ref("schemas", "Feature")), "links": links,
					"timeStamp": object{"type": "string", "format": "date-time"}, "numberMatched": object{"type": "integer"}, "numberReturned": object{"type": "integer"},
					"notCoveredCount": object{"type": "integer", "description": "Number of features of which nothing loaded tells whether they match."}}),
			},
		},
	}
	page := Page{Title: "The API", Description: description, Links: append(s.selfAndPage("/api", MediaOpenAPI, "The API"), Link{s.address(""), "start", MediaJSON, "The landing page"}), Columns: []string{"parameter of items", "collections", "what it means"}}
	for _, name := range []string{"limit", "bbox", "datetime", "zoom", "f"} {
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

// queryable describes the values of a property that can be asked for.
func queryable(c export.Column) object {
	switch {
	case c.Values != nil:
		return object{"type": "string", "enum": c.Values}
	case c.Type == export.Integer || c.Type == export.Boolean:
		return object{"type": string(c.Type)}
	case c.Type == export.Day:
		return object{"type": "string", "format": "date"}
	}
	return object{"type": "string"}
}
