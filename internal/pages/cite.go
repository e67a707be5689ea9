package pages

import (
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// citation cites the page as of its day, so that the cited content does not change.
type citation struct{ Text, BibTeX string }

// citation returns the citation of the page. key is its key in BibTeX.
func (f *frame) citation(title, key string) *citation {
	address := f.absolute(f.Lang, f.Path, "?asOf="+f.Day.String())
	return &citation{
		Text: f.T("cite.text", title, f.OnDay(), f.Data.Version, address, f.Date(f.Today)),
		BibTeX: fmt.Sprintf("@misc{%s-%s,\n  title = {%s},\n  author = {{Sentra}},\n  year = {%d},\n  howpublished = {\\url{%s}},\n  note = {%s}\n}",
			bibKey(key), f.Day, bibText(title+", "+f.OnDay()), f.Today.Time().Year(), address, bibText(f.T("cite.note", f.Data.Version, f.Date(f.Today)))),
	}
}

var notInBibKey = regexp.MustCompile(`[^A-Za-z0-9.:-]+`)

func bibKey(text string) string { return notInBibKey.ReplaceAllString(text, "-") }

var bibEscapes = strings.NewReplacer(`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`)

func bibText(text string) string { return bibEscapes.Replace(text) }

// embed is the HTML that embeds the map with some parameters, on the day of the page.
func (q *Request) embed(title string, parameters ...string) string {
	values := url.Values{"asOf": {q.Day.String()}, "lang": {string(q.Lang)}}
	for i := 0; i+1 < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	address := strings.ReplaceAll(encoded(values), "&", "&amp;")
	return fmt.Sprintf(`<iframe src="%s/embed%s" title="%s" width="100%%" height="480" loading="lazy" style="border:0"></iframe>`,
		q.Base, address, template.HTMLEscapeString(title))
}

// dataFile is the relative address of an export on the day of the page.
func (q *Request) dataFile(name string, filter any) string {
	text, err := json.Marshal(filter)
	if err != nil {
		panic(err) // Filters are maps of strings.
	}
	return q.Root + name + "?" + q.told(url.Values{"asOf": {q.Day.String()}, "filter": {string(text)}}).Encode()
}

// told adds the language of the page to the parameters of a data file.
func (q *Request) told(parameters url.Values) url.Values {
	if q.Lang != English {
		parameters.Set("lang", string(q.Lang))
	}
	return parameters
}

// regionQuery is the GraphQL query for the content of a region's page.
const regionQuery = `query Region($code: String!, $asOf: Date!) { region(code: $code, asOf: $asOf) { code bpsCode isoCode pCode kind name names { name kind validFrom validTo law confidence } ` +
	`codes { system value validFrom validTo } parent { code name } children { code name } areaKm2 labelPoint { lon lat } ` +
	`affirmative { answer confidence kinds { kind answer confidence reason designations { regulation validFrom validTo confidence } } } ` +
	`clusters { totalCount nodes { key name nameId status place figures { units workers year } confidence products { key name nameId } phases { key } } } ` +
	`supports { fund year amountIdr place purpose confidence } facilitators { kind year count note } } }`

// clusterQuery is the GraphQL query for the content of a cluster's page.
const clusterQuery = `query Cluster($key: String!, $asOf: Date!) { cluster(key: $key, asOf: $asOf) { key name nameId status place firstYear knownFrom figures { units workers year } confidence ` +
	`products { key name nameId } phases { key } regions { code name parent { code name } } location { point { lon lat } precision } initialTarget ` +
	`grounds { ground { kind } met } events { kind date } supports { fund year amountIdr purpose } readings { source { title url } read readOn } sources { title publisher date url } } }`

// queryLink is the relative address of the result of a query.
func (q *Request) queryLink(query string, variables map[string]string) string {
	variables["asOf"] = q.Day.String()
	text, err := json.Marshal(variables)
	if err != nil {
		panic(err) // They are strings.
	}
	// html/template writes a plus in an attribute as "&#43;", which is longer.
	return q.Root + "graphql?" + strings.ReplaceAll(q.told(url.Values{"query": {query}, "variables": {string(text)}}).Encode(), "+", "%20")
}

// regionFiles are the formats in which a region is available.
func (q *Request) regionFiles(code sentra.RegionCode) []file {
	regions := map[string]any{"codes": []string{string(code)}}
	if code.Level() == sentra.LevelProvince {
		regions = map[string]any{"or": []any{map[string]any{"codes": []string{string(code)}}, map[string]any{"parent": string(code)}}}
	}
	clusters := map[string]any{"region": string(code)}
	return []file{
		{q.dataFile("regions.csv", regions), "CSV", q.T("file.region")},
		{q.dataFile("regions.xlsx", regions), "XLSX", q.T("file.region")},
		{q.dataFile("regions.geojson", regions), "GeoJSON", q.T("file.boundary")},
		{q.queryLink(regionQuery, map[string]string{"code": string(code)}), "JSON", q.T("file.page")},
		{q.dataFile("clusters.csv", clusters), "CSV", q.T("file.clusters")},
		{q.dataFile("clusters.xlsx", clusters), "XLSX", q.T("file.clusters")},
		{q.dataFile("clusters.geojson", clusters), "GeoJSON", q.T("file.clusters")},
	}
}

// object is a value of JSON-LD.
type object = map[string]any

// download describes a file for search engines of data.
func (f *frame) download(name, mediaType string, filter any) object {
	return object{"@type": "DataDownload", "encodingFormat": mediaType, "contentUrl": f.Base + "/" + strings.TrimPrefix(f.dataFile(name, filter), f.Root)}
}

// dataset describes the page's data as a schema.org Dataset.
func (f *frame) dataset(name, description string, about object, distribution []object) object {
	out := object{"@context": "https://schema.org", "@type": "Dataset", "name": name, "description": description, "url": f.Canonical(), "inLanguage": string(f.Lang),
		"temporalCoverage": f.Day.String(), "isAccessibleForFree": true, "version": f.Data.Version, "creator": object{"@type": "Organization", "name": "Sentra", "url": f.Base + "/"},
		"license": f.Base + "/" + string(f.Lang) + "/about#licence", "spatialCoverage": about, "distribution": distribution}
	if !f.Data.UpdatedAt.IsZero() {
		out["dateModified"] = f.Data.UpdatedAt.UTC().Format("2006-01-02")
	}
	if len(f.Sources) > 0 {
		// The sources are on the page, with their addresses.
		out["isBasedOn"] = f.Canonical() + "#sources"
	}
	return out
}

// place describes a region as a schema.org place.
func (q *Request) place(r *sentra.Region) object {
	point, box := r.Point, r.Box
	if s := q.Shape(r.Code); s != nil {
		point, box = s.Label, s.Bound
	}
	out := object{"@type": "AdministrativeArea", "name": q.NameOn(r), "identifier": string(r.Code), "url": q.absolute(q.Lang, RegionPath(r.Code), q.dayQuery()),
		"geo": []object{{"@type": "GeoCoordinates", "longitude": rounded(point[0]), "latitude": rounded(point[1])},
			// Boxes in schema.org have latitude before longitude.
			{"@type": "GeoShape", "box": fmt.Sprintf("%.4f %.4f %.4f %.4f", box.Min[1], box.Min[0], box.Max[1], box.Max[0])}}}
	var other []string
	for _, n := range q.Names(r.Code) {
		other = append(other, n.Name)
	}
	if other != nil {
		out["alternateName"] = other
	}
	return out
}

func rounded(degrees float64) json.Number { return json.Number(fmt.Sprintf("%.4f", degrees)) }

// regionData is the page of a region as JSON-LD.
func (f *frame) regionData(r *sentra.Region) object {
	about := f.place(r)
	above := object{"@type": "Country", "name": "Indonesia", "identifier": "ID"}
	if parent := f.Atlas.Region(f.Province(r.Code)); parent != nil && parent != r {
		province := f.place(parent)
		delete(province, "geo")
		province["containedInPlace"] = above
		above = province
	}
	about["containedInPlace"] = above
	filter := map[string]any{"codes": []string{string(r.Code)}}
	clusters := map[string]any{"region": string(r.Code)}
	return f.dataset(f.Title, f.Description, about, []object{f.download("regions.csv", "text/csv", filter), f.download("regions.geojson", "application/geo+json", filter),
		f.download("clusters.csv", "text/csv", clusters), f.download("clusters.geojson", "application/geo+json", clusters)})
}

// dayForm is a form that opens the page on another day.
func (f *frame) dayForm(days ...sentra.Date) *dayForm {
	d := &dayForm{Action: f.undated(f.Path), First: sentra.FirstDay, Day: f.Day}
	d.Choices = append(d.Choices, link{Href: f.undated(f.Path), Text: f.T("today"), Current: !f.Dated})
	for _, day := range days {
		d.Choices = append(d.Choices, link{Href: f.on(f.Path, day), Text: f.Date(day), Current: f.Dated && day == f.Day})
	}
	return d
}

// addressInTitle finds an address in a title, with or without its scheme.
var addressInTitle = regexp.MustCompile(`^(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}/[^\s;,()]+`)

// sourceLine describes a source.
func (q *Request) sourceLine(s *sentra.Source, number int) sourceLine {
	out := sourceLine{Number: number, Title: q.Lang.said(s.Title, s.TitleID), Publisher: s.Publisher, Licence: s.Licence}
	if s.Date != nil {
		out.Date = q.Lang.partial(*s.Date)
	}
	switch found := addressInTitle.FindString(s.Title); {
	case strings.HasPrefix(s.URL, "https://"), strings.HasPrefix(s.URL, "http://"):
		out.Href = s.URL
	case strings.Contains(found, "://"):
		out.Href = found
	case found != "":
		out.Href = "https://" + found
	}
	return out
}
