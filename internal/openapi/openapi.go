// Package openapi describes the HTTP routes other than GraphQL in an OpenAPI 3.1
// document. The exports are generated from the descriptions of their columns and
// parameters, the rest is in document.json.
package openapi

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/export"
)

//go:embed document.json
var base []byte

type object = map[string]any

// Prefix is the path of the schemas in references.
const Prefix = "#/components/schemas/"

// Document returns the document as JSON, for a version of the binary. inputs are the
// schemas of filters and orders by name: RegionFilter, ClusterFilter, RegionOrder,
// ClusterOrder, and those they refer to under Prefix.
func Document(version string, inputs map[string]any) ([]byte, error) {
	var document struct {
		OpenAPI    string            `json:"openapi"`
		Dialect    string            `json:"jsonSchemaDialect"`
		Info       object            `json:"info"`
		Servers    []object          `json:"servers"`
		Tags       []object          `json:"tags"`
		Paths      map[string]object `json:"paths"`
		Components map[string]object `json:"components"`
	}
	if err := json.Unmarshal(base, &document); err != nil {
		return nil, fmt.Errorf("read the description of the routes: %w", err)
	}
	document.Info["version"] = version
	schemas := document.Components["schemas"]
	maps.Copy(schemas, inputs)
	maps.Copy(schemas, export.AnswerSchemas(Prefix))
	for _, layer := range export.Layers() {
		maps.Copy(schemas, layerSchemas(layer))
		for _, format := range export.Formats(layer) {
			document.Paths[fmt.Sprintf("/%s.%s", layer, format)] = object{"get": operation(layer, format)}
		}
	}
	maps.Copy(document.Paths, ofDays(document.Paths))
	maps.Copy(document.Paths, ofPeople())
	for path, item := range document.Paths {
		get := item["get"].(object)
		if tags := fmt.Sprint(get["tags"]); tags != "[operation]" {
			item["head"] = headOf(get, path)
		}
	}
	return json.Marshal(document)
}

// ofDays returns the paths of the OGC API as of a day, which repeat all of its
// routes.
func ofDays(paths map[string]object) map[string]object {
	out := make(map[string]object)
	for path, item := range paths {
		rest, found := strings.CutPrefix(path, "/ogc")
		if !found {
			continue
		}
		get := maps.Clone(item["get"].(object))
		get["operationId"] = fmt.Sprint(get["operationId"], "OfDay")
		get["summary"] = fmt.Sprint(get["summary"], ", as of a day")
		get["parameters"] = append([]any{ref("parameters", "day")}, get["parameters"].([]any)...)
		responses := maps.Clone(get["responses"].(object))
		responses["404"] = ref("responses", "OGCNotFound")
		get["responses"] = responses
		out["/ogc/{day}"+rest] = object{"get": get}
	}
	return out
}

func ref(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// singular is the name of one item of a layer: Region.
func singular(layer export.Layer) string {
	return strings.ToUpper(string(layer[:1])) + strings.TrimSuffix(string(layer[1:]), "s")
}

// operation describes the export of a layer in a format.
func operation(layer export.Layer, format export.Format) object {
	one := strings.ToLower(singular(layer))
	parameters := []object{}
	for _, name := range export.Parameters(layer, format) {
		switch name {
		case "filter":
			filtered := one
			if layer == export.Screening {
				filtered = "region"
			}
			parameters = append(parameters, ref("parameters", filtered+"Filter"))
		case "orderBy":
			parameters = append(parameters, ref("parameters", one+"Order"))
		case "geometry":
			possible := export.Geometries(layer, format)
			parameters = append(parameters, object{"name": "geometry", "in": "query", "description": "Which geometry each row gets.",
				"schema": object{"enum": possible, "default": possible[0]}})
		case "winding":
			possible := export.Windings(layer, format)
			parameters = append(parameters, object{"name": "winding", "in": "query",
				"description": "Winding order of rings: counterclockwise around a polygon as in RFC 7946, or clockwise as d3-geo, Observable Plot and react-simple-maps expect.",
				"schema":      object{"enum": possible, "default": possible[0]}})
		case "columns":
			names := []string{export.Narrow}
			for _, c := range export.TableColumns(layer) {
				names = append(names, c.Name)
			}
			parameters = append(parameters, object{"name": "columns", "in": "query",
				"description": "Only these columns, in this order, separated by commas; narrow means " + strings.Join(export.NarrowColumns(layer), ", ") + ". Default all.",
				"style":       "form", "explode": false, "schema": object{"type": "array", "items": object{"enum": names}}})
		default:
			parameters = append(parameters, ref("parameters", name))
		}
	}
	headers := object{}
	for _, name := range []string{"ETag", "Cache-Control", "Content-Disposition", "Sentra-Total-Count", "Sentra-Not-Covered-Count", "Sentra-As-Of", "Sentra-Dataset-Version"} {
		headers[name] = ref("headers", name)
	}
	return object{
		"operationId": string(layer) + strings.ToUpper(string(format[:1])) + string(format[1:]),
		"tags":        []string{"exports"},
		"summary":     fmt.Sprintf("All %s that match, as %s", layer, titles[format]),
		"parameters":  parameters,
		"responses": object{
			"200": object{"description": "The whole list, streamed.", "headers": headers, "content": object{format.ContentType(): content(layer, format)}},
			"206": object{"description": "The requested range of the uncompressed list."},
			"304": ref("responses", "NotModified"),
			"400": ref("responses", "BadInput"),
			"416": object{"description": "The list has no such range."},
			"503": ref("responses", "Unavailable"),
		},
	}
}

var titles = map[export.Format]string{
	export.GeoJSON: "a GeoJSON FeatureCollection (RFC 7946)", export.NDJSON: "GeoJSON Features, one a line",
	export.CSV: "CSV (RFC 4180, lines end with LF)", export.XLSX: "an Excel workbook", export.TopoJSON: "a TopoJSON Topology that stores shared borders once",
	export.GeoPackage: "an OGC GeoPackage", export.Parquet: "GeoParquet 1.1",
}

// content describes the body of an export.
func content(layer export.Layer, format export.Format) object {
	one := singular(layer)
	switch format {
	case export.GeoJSON:
		return object{"schema": ref("schemas", one+"Collection")}
	case export.TopoJSON:
		return object{"schema": ref("schemas", one+"Topology")}
	case export.NDJSON:
		return object{"schema": object{"type": "string", "description": "Each line is a JSON text of its own."}, "x-line-schema": ref("schemas", one+"Line")}
	}
	if format == export.GeoPackage {
		return object{"schema": object{"type": "string", "format": "binary", "description": "A SQLite file with a table named after the layer, with what its columns mean; sources, which rows cite by id; about, the day, the dataset's version, the counts and the licences. Lists are joined by \"; \"."}}
	}
	if format == export.Parquet {
		return object{"schema": object{"type": "string", "format": "binary", "description": "Geometries are well-known binary in the column geometry, with a box of each in bbox; lists are lists; the metadata under the key sentra are the head of a GeoJSON, under geo those of GeoParquet."}}
	}
	if format == export.XLSX {
		return object{"schema": object{"type": "string", "format": "binary", "description": "Sheets: the rows, named after the layer; columns, what they mean; sources, which rows cite by id; about, the day, the dataset's version, the counts and the licences. Codes are texts and days are days."}}
	}
	columns := []object{}
	for _, c := range export.TableColumns(layer) {
		columns = append(columns, object{"name": c.Name, "description": c.Description, "optional": c.Optional})
	}
	columns = append(columns, object{"name": "wkt", "description": "The geometry as well-known text, if requested.", "optional": true})
	return object{"schema": object{"type": "string", "description": "A header line, then one line a row; under columns, those alone. Lists are joined by \"; \"; a missing value is an empty cell; an apostrophe stands before a text that a spreadsheet would run as a formula."},
		"x-columns": columns}
}

// layerSchemas returns the schemas of a layer's JSON formats.
func layerSchemas(layer export.Layer) object {
	one := singular(layer)
	cited := object{"type": "array", "items": object{"type": "string"}}
	alone := object{"type": "array", "items": ref("schemas", "Source")}
	geometry := object{"oneOf": []object{ref("schemas", "MultiPolygon"), ref("schemas", "Point"), {"type": "null"}}}
	switch layer {
	case export.Regions:
	case export.Clusters:
		geometry = object{"oneOf": []object{ref("schemas", "Point"), {"type": "null"}}}
	default:
		geometry = object{"type": "null"}
	}
	feature := func(properties string) object {
		return strict(object{"type": object{"const": "Feature"}, "id": object{"type": "string"}, "geometry": geometry, "properties": ref("schemas", properties)})
	}
	schemas := object{
		one + "LineProperties": properties(layer, alone, object{"datasetVersion": object{"type": "string"},
			"licence": object{"type": "string", "description": "The licences of the data."}}),
		one + "Line": feature(one + "LineProperties"),
	}
	if layer == export.Names || layer == export.Codes || layer == export.Screening {
		return schemas
	}
	schemas[one+"Properties"] = properties(layer, cited, nil)
	if layer.OfFacts() {
		// OGC API Features shows facts as points, except for those of the whole country.
		geometry = object{"oneOf": []object{ref("schemas", "Point"), {"type": "null"}}}
		schemas[one+"Feature"] = feature(one + "Properties")
	}
	if !slices.Contains(export.Formats(layer), export.GeoJSON) {
		return schemas
	}
	schemas[one+"Feature"] = feature(one + "Properties")
	collection := head()
	collection["type"] = object{"const": "FeatureCollection"}
	collection["features"] = object{"type": "array", "items": ref("schemas", one+"Feature")}
	schemas[one+"Collection"] = strict(collection, "filter")
	if layer == export.Regions {
		topology := head()
		arcs := object{"type": "array", "minItems": 1, "items": object{"type": "integer", "description": "The index of an arc; ~n is arc n reversed."}}
		geometry := strict(object{"type": object{"enum": []any{"MultiPolygon", nil}}, "id": object{"type": "string"}, "properties": ref("schemas", one+"Properties"),
			"arcs": object{"type": "array", "items": object{"type": "array", "minItems": 1, "items": arcs}}}, "arcs")
		topology["type"] = object{"const": "Topology"}
		topology["transform"] = strict(object{"scale": ref("schemas", "Position"), "translate": ref("schemas", "Position")})
		topology["objects"] = strict(object{string(layer): strict(object{"type": object{"const": "GeometryCollection"}, "geometries": object{"type": "array", "items": geometry}})})
		topology["arcs"] = object{"type": "array", "description": "Each stretch of border or coast once: a position, then the steps from each to the next.",
			"items": object{"type": "array", "minItems": 2, "items": ref("schemas", "Position")}}
		schemas[one+"Topology"] = strict(topology, "filter")
	}
	return schemas
}

// head describes the metadata in a file.
func head() object {
	count := object{"type": "integer", "minimum": 0}
	return object{
		"name": object{"type": "string"}, "asOf": object{"type": "string", "format": "date"}, "datasetVersion": object{"type": "string"},
		"filter":     object{"type": []string{"object", "null"}, "description": "The filter as it was given."},
		"totalCount": count, "notCoveredCount": count,
		"licences": object{"type": "array", "items": ref("schemas", "Licence")},
		"sources":  object{"type": "array", "items": ref("schemas", "Source"), "description": "Those that the rows cite by id."},
	}
}

// strict returns an object schema that requires all properties but the optional ones,
// and allows no others.
func strict(properties object, optional ...string) object {
	required := []string{}
	for name := range properties {
		if !slices.Contains(optional, name) {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// properties describes a row.
func properties(layer export.Layer, sources object, more object) object {
	all := object{}
	var optional []string
	for _, c := range layer.Columns() {
		schema := object{}
		switch c.Type {
		case export.TextList:
			schema = object{"type": "array", "items": object{"type": "string"}}
		case export.SourceList:
			for key, value := range sources {
				schema[key] = value
			}
		case export.Day:
			schema = object{"type": "string", "format": "date"}
		default:
			schema = object{"type": string(c.Type)}
		}
		if c.Values != nil {
			values := []any{}
			for _, v := range c.Values {
				values = append(values, v)
			}
			if c.Nullable {
				values = append(values, nil)
			}
			schema = object{"enum": values}
		} else if c.Nullable {
			schema["type"] = []any{schema["type"], "null"}
		}
		schema["description"] = c.Description
		all[c.Name] = schema
		if c.Optional {
			optional = append(optional, c.Name)
		}
	}
	for name, schema := range more {
		all[name] = schema
	}
	return strict(all, optional...)
}

// headOf describes HEAD of a path: GET without its body.
func headOf(get object, path string) object {
	out := object{"operationId": fmt.Sprint(get["operationId"], "Head"), "tags": get["tags"], "summary": "The headers of " + path}
	if get["parameters"] != nil {
		out["parameters"] = get["parameters"]
	}
	responses := object{}
	for status, response := range get["responses"].(object) {
		if whole := response.(object); whole["content"] != nil {
			response = object{"description": whole["description"]}
			if whole["headers"] != nil {
				response.(object)["headers"] = whole["headers"]
			}
		}
		responses[status] = response
	}
	out["responses"] = responses
	return out
}
