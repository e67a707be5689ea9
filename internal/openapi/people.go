package openapi

import (
	"maps"
	"strings"
)

// pageRoute is an HTML page.
type pageRoute struct {
	path, id, summary string
	parameters        []any
	// key describes the last part of the path; nil if it is fixed.
	key object
}

func queryText(name, description string) object {
	return object{"name": name, "in": "query", "description": description, "schema": object{"type": "string"}}
}

func queryChoice(name, description string, values ...string) object {
	return object{"name": name, "in": "query", "description": description, "schema": object{"type": "string", "enum": values}}
}

func pageKey(description, example string) object {
	return object{"name": "key", "in": "path", "required": true, "description": description, "schema": object{"type": "string"}, "example": example}
}

var (
	searched   = queryText("q", "What to look for by name.")
	pageNumber = object{"name": "page", "in": "query", "description": "The number of the page.", "schema": object{"type": "integer", "minimum": 1, "default": 1}}
)

var pageRoutes = []pageRoute{
	{path: "/regions", id: "regionsPage", summary: "The regions of a day", parameters: []any{searched}},
	{path: "/regions/{key}", id: "regionPage", summary: "A region: status, clusters, names, codes, neighbours, sources",
		key: pageKey("Its code; a former code, one of another system or a name leads there.", "94.06")},
	{path: "/clusters", id: "clustersPage", summary: "The clusters known on a day, 50 a page", parameters: []any{searched, queryText("region", "Only those of a region, by its code."), pageNumber}},
	{path: "/clusters/{key}", id: "clusterPage", summary: "A cluster: place, products, figures, sources", key: pageKey("Its key.", "2017-94.06-coffee-processing")},
	{path: "/products", id: "productsPage", summary: "What the clusters make"},
	{path: "/products/{key}", id: "productPage", summary: "The clusters that make a product", key: pageKey("Its key.", "coffee-processing")},
	{path: "/compare", id: "comparePage", summary: "Two regions, or one on two days, side by side", parameters: []any{queryText("a", "Code or name of the first."), queryText("b", "Code or name of the second."),
		object{"name": "asOfB", "in": "query", "description": "The day of the second; default that of the first, and today for the same region.", "schema": object{"type": "string", "format": "date"}}}},
	{path: "/about", id: "aboutPage", summary: "What the terms and fields mean; sources, method, licence"},
	{path: "/developers", id: "developersPage", summary: "The routes, and snippets for common libraries"},
	{path: "/quality", id: "qualityPage", summary: "What the record is known not to say: gaps, how facts are known, clusters beside BPS's count"},
	{path: "/sources", id: "sourcesPage", summary: "All sources, 100 a page", parameters: []any{pageNumber}},
}

// ofPeople returns the HTML pages, with a language and with the preferred one.
func ofPeople() map[string]object {
	html := object{"text/html; charset=utf-8": object{}}
	headers := object{"ETag": ref("headers", "ETag"), "Cache-Control": ref("headers", "Cache-Control")}
	language := object{"name": "lang", "in": "path", "required": true, "description": "The language.", "schema": object{"enum": []string{"en", "id"}}}
	out := make(map[string]object)
	for _, route := range pageRoutes {
		responses := object{
			"200": object{"description": "The page.", "headers": headers, "content": html},
			"304": ref("responses", "NotModified"),
			"400": object{"description": "A parameter is wrong.", "content": html},
			"503": object{"description": "It timed out, or the server is overloaded.", "content": html},
		}
		parameters := append([]any{ref("parameters", "asOf")}, route.parameters...)
		if route.key != nil {
			parameters = append([]any{route.key}, parameters...)
			responses["404"] = object{"description": "There is none, or not on the day; the page says where to look.", "content": html}
		}
		if route.path == "/clusters" || route.path == "/sources" {
			responses["404"] = object{"description": "There are not so many pages.", "content": html}
		}
		if strings.HasPrefix(route.path, "/regions") {
			responses["302"] = object{"description": "The region that had the code or name."}
		}
		get := object{"operationId": route.id, "tags": []string{"pages"}, "summary": route.summary + ", in the language that Accept-Language prefers", "parameters": parameters, "responses": responses}
		out[route.path] = object{"get": get}
		in := maps.Clone(get)
		in["operationId"] = route.id + "In"
		in["summary"] = route.summary
		in["parameters"] = append([]any{language}, parameters...)
		out["/{lang}"+route.path] = object{"get": in}
	}
	picture := func(id, summary string, parameters ...any) object {
		return object{"get": object{"operationId": id, "tags": []string{"pages"}, "summary": summary, "parameters": append([]any{language, ref("parameters", "asOf")}, parameters...),
			"responses": object{"200": object{"description": "The picture, 1200 pixels wide and 630 high.", "headers": headers, "content": object{"image/png": object{"schema": object{"type": "string", "contentMediaType": "image/png"}}}}, "304": ref("responses", "NotModified"),
				"400": object{"description": "A wrong day or filter, in words.", "content": html}, "404": object{"description": "There is none, or no boundary to draw.", "content": html},
				"503": object{"description": "It timed out, or the server is overloaded.", "content": html}}}}
	}
	out["/{lang}/picture.png"] = picture("mapPicture", "A picture of the map for previews",
		queryChoice("list", "What the filters list; default clusters. Without any filter it is the whole country. A screening has the regencies and cities that it judges.", "clusters", "regencies", "provinces", "screening"),
		queryChoice("affirmative", "Regions that are affirmative, or of one kind, or known not to be; clusters in such regions. A list of provinces takes a kind only where it asks for hosts.", "ANY", "DISADVANTAGED", "BORDER", "NO"),
		queryChoice("hosts", "Regions that host clusters, or those in which none is known; of the programme's clusters, and with a phase, those that host none.", "true", "false"),
		queryChoice("programme", "Clusters of the programme, or others; regions that host such clusters.", "true", "false"),
		queryText("product", "Clusters of any of at most 20 products by key or name, separated by commas; regions that host such clusters."),
		queryText("province", "Only those of a province, by its code."),
		queryText("phase", "Clusters of a phase, by its key; regions that host such clusters."),
		queryChoice("initialTarget", "Clusters that were initial targets, or known not to have been; regions that host such clusters.", "true", "false"),
		queryChoice("group", "Clusters of a group of products; regions that host such clusters.", "TEXTILE", "FOOD", "WOOD", "METAL", "CLAY_STONE", "LEATHER", "OTHER"),
		queryChoice("fund", "Clusters that had support from a fund, or from any; regions that host such clusters.", "APBN", "DECONCENTRATION", "DAK", "ANY"),
		queryChoice("confidence", "Clusters that are known in one way; regions that host such clusters.", "LISTED", "INFERRED", "PARTIAL"),
		queryChoice("status", "Clusters that exist, or that are planned; regions that host such clusters.", "EXISTING", "PLANNED"),
		queryText("q", "Regions with this in their name; clusters in such regions."),
		queryText("bbox", "Clusters in a box, or regions that touch it: west, south, east and north in degrees, separated by commas. A view has one area."),
		queryText("within", "The same for a polygon: its positions in degrees as lon,lat, separated by semicolons."),
		queryText("near", "The same for a circle: longitude and latitude in degrees and the radius in metres, separated by commas."),
		queryText("money", "In a screening: regions known to have had money from a fund (or ANY), such as DAK or DAK,2017-2019."),
		queryText("facilitators", "In a screening: regions with facilitators known within a distance in kilometres, or with none: some,50 or none,100."))
	out["/{lang}/regions/{key}/picture.png"] = picture("regionPicture", "A picture of a region for previews", pageKey("Its code.", "94.06"))
	out["/{lang}/clusters/{key}/picture.png"] = picture("clusterPicture", "A picture of a cluster for previews", pageKey("Its key.", "2017-94.06-coffee-processing"))
	text := func(id, summary, kind string, parameters ...any) object {
		return object{"get": object{"operationId": id, "tags": []string{"pages"}, "summary": summary, "parameters": append([]any{}, parameters...),
			"responses": object{"200": object{"description": "The file.", "headers": headers, "content": object{kind: object{"schema": object{"type": "string"}}}}, "304": ref("responses", "NotModified")}}}
	}
	out["/favicon.svg"] = text("icon", "The icon of the pages", "image/svg+xml")
	out["/robots.txt"] = text("robots", "What search engines may read", "text/plain; charset=utf-8")
	out["/sitemap.xml"] = text("sitemap", "The pages for search engines; an index where they are more than 50,000", "application/xml; charset=utf-8")
	out["/sitemap-{n}.xml"] = text("sitemapFile", "A file of the sitemap", "application/xml; charset=utf-8",
		object{"name": "n", "in": "path", "required": true, "description": "The number of the file, from 1.", "schema": object{"type": "integer", "minimum": 1}})
	return out
}
