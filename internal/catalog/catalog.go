// Package catalog describes Sentra's data for data catalogues, as a JSON-LD document
// in DCAT 3, with schema.org for search engines: the datasets of regions and of
// clusters, their files and the services that provide them.
package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MediaType is the media type of the document.
const MediaType = "application/ld+json"

type object = map[string]any

// context defines short names for the terms, so that the document can be read without
// fetching anything.
var context = object{
	"dcat": "http://www.w3.org/ns/dcat#", "dcterms": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/", "schema": "https://schema.org/", "xsd": "http://www.w3.org/2001/XMLSchema#",
}

func id(address string) object { return object{"@id": address} }

func text(language, value string) object { return object{"@language": language, "@value": value} }

func typed(kind, value string) object { return object{"@type": kind, "@value": value} }

// layer is the metadata of a layer of the exports.
type layer struct {
	of                     export.Layer
	titleEN, titleID       string
	descriptionEN          string
	keywords               []string
	unit                   string
	from                   func(*atlas.Atlas) sentra.Date
	sources                func(*atlas.Atlas) map[sentra.SourceID]bool
	classification, method string
}

var layers = []layer{
	{of: export.Regions, titleEN: "Provinces, regencies and cities of Indonesia, with affirmative designations", titleID: "Provinsi, kabupaten dan kota di Indonesia dengan status daerah afirmatif",
		descriptionEN: "Every province, regency and city as of a day from 2014-07-23 on: official code, name, boundary, and whether it is disadvantaged or a border region, with the regulations. NOT_COVERED is not the same as NO.",
		keywords:      []string{"wilayah administrasi", "kode Kemendagri", "daerah tertinggal", "perbatasan", "administrative boundaries"}, unit: "region",
		from:           func(*atlas.Atlas) sentra.Date { return sentra.FirstDay },
		sources:        regionSources,
		classification: "Kode dan data wilayah administrasi pemerintahan (Kemendagri)", method: "Compilation of regulations and of published boundaries; each value cites its source"},
	{of: export.Clusters, titleEN: "Small-industry clusters (sentra IKM) of Indonesia", titleID: "Sentra industri kecil dan menengah (IKM) di Indonesia",
		descriptionEN: "Small-industry clusters: what they make, where they are known to stand and how exactly, the phases of the programme that developed them, with sources.",
		keywords:      []string{"sentra IKM", "industri kecil", "small industry", "clusters"}, unit: "cluster",
		from:           firstPhase,
		sources:        clusterSources,
		classification: "None is stated by the sources", method: "Compilation of published documents; each value cites its source"},
}

// firstPhase is the first day of the clusters' temporal coverage.
func firstPhase(a *atlas.Atlas) sentra.Date {
	first := sentra.FirstDay
	for i := range a.Data.Phases {
		first = min(first, a.Data.Phases[i].From.First)
	}
	return first
}

func regionSources(a *atlas.Atlas) map[sentra.SourceID]bool {
	out := make(map[sentra.SourceID]bool)
	for i := range a.Data.Regions {
		for _, id := range a.Data.Regions[i].Sources {
			out[id] = true
		}
	}
	return out
}

func clusterSources(a *atlas.Atlas) map[sentra.SourceID]bool {
	out := make(map[sentra.SourceID]bool)
	for c := range a.Data.Clusters.All {
		for _, id := range c.Sources {
			out[id] = true
		}
	}
	return out
}

// Document returns the catalogue of a server at an address, as JSON-LD.
func Document(a *atlas.Atlas, base string) ([]byte, error) {
	publisher := object{"@id": base + "/#sentra", "@type": "foaf:Agent", "foaf:name": "Sentra"}
	var datasets []object
	for _, l := range layers {
		datasets = append(datasets, dataset(a, base, l, publisher))
	}
	served := []object{}
	for _, l := range layers {
		served = append(served, id(base+"/#"+string(l.of)))
	}
	service := func(name, title, endpoint, description string, conformsTo ...string) object {
		out := object{"@id": base + "/#" + name, "@type": "dcat:DataService", "dcterms:title": text("en", title), "dcat:endpointURL": id(endpoint), "dcat:endpointDescription": id(description), "dcat:servesDataset": served}
		var standards []object
		for _, standard := range conformsTo {
			standards = append(standards, id(standard))
		}
		if standards != nil {
			out["dcterms:conformsTo"] = standards
		}
		return out
	}
	document := object{
		"@context": context, "@id": base + "/catalog.jsonld", "@type": []string{"dcat:Catalog", "schema:DataCatalog"},
		"dcterms:title":       []object{text("en", "Sentra: Indonesia's small-industry clusters and regions"), text("id", "Sentra: sentra IKM dan wilayah Indonesia")},
		"dcterms:description": text("en", "Regions of Indonesia as of a day, with their affirmative designations, and small-industry clusters (sentra IKM)."),
		"dcterms:publisher":   publisher, "dcterms:language": languages(), "foaf:homepage": id(base + "/"), "dcat:version": a.Data.Version,
		"dcat:dataset": datasets,
		"dcat:service": []object{
			service("ogc", "OGC API Features", base+"/ogc", base+"/ogc/api", "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"),
			service("graphql", "GraphQL", base+"/graphql", base+"/schema.graphql", "https://spec.graphql.org/"),
			service("files", "Files and vector tiles", base+"/", base+"/openapi.json"),
		},
	}
	body, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("encode the catalogue: %w", err)
	}
	return body, nil
}

func languages() []object {
	return []object{id("http://publications.europa.eu/resource/authority/language/ENG"), id("http://publications.europa.eu/resource/authority/language/IND")}
}

func dataset(a *atlas.Atlas, base string, l layer, publisher object) object {
	node := base + "/#" + string(l.of)
	var licences, rights []any
	for _, licence := range sentra.DataLicences() {
		if licence.URL != "" {
			licences = append(licences, id(licence.URL))
		}
		rights = append(rights, object{"@type": "dcterms:RightsStatement", "schema:name": text("en", licence.Part.English+": "+licence.Name.English)})
	}
	distributions := []object{}
	for _, format := range export.Formats(l.of) {
		address := fmt.Sprintf("%s/%s.%s", base, l.of, format)
		media, _, _ := strings.Cut(format.ContentType(), ";")
		distribution := object{"@id": address, "@type": []string{"dcat:Distribution", "schema:DataDownload"}, "dcterms:title": text("en", strings.ToUpper(string(format))),
			"dcat:accessURL": id(address), "dcat:downloadURL": id(address), "dcat:mediaType": id("https://www.iana.org/assignments/media-types/" + media),
			"schema:contentUrl": id(address), "schema:encodingFormat": media, "dcterms:license": licences}
		if format == export.CSV {
			distribution["dcterms:conformsTo"] = id("https://specs.frictionlessdata.io/table-schema/")
			distribution["schema:isBasedOn"] = id(base + "/datapackage.json")
		}
		distributions = append(distributions, distribution)
	}
	keywords := []object{}
	for _, keyword := range l.keywords {
		keywords = append(keywords, text("id", keyword))
	}
	var sources []object
	cited := l.sources(a)
	for i := range a.Data.Sources {
		if s := &a.Data.Sources[i]; cited[s.ID] {
			source := object{"@type": "schema:CreativeWork", "schema:name": s.Title}
			if s.URL != "" {
				source["schema:url"] = typed("xsd:anyURI", s.URL)
			}
			if s.Publisher != "" {
				source["schema:publisher"] = s.Publisher
			}
			sources = append(sources, source)
		}
	}
	columns := export.RegionColumns()
	if l.of == export.Clusters {
		columns = export.ClusterColumns()
	}
	var variables []object
	for _, c := range columns {
		variable := object{"@type": "schema:PropertyValue", "schema:name": c.Name, "schema:description": text("en", c.Description), "schema:valueReference": string(c.Type)}
		if unit := unitOf(c.Name); unit != "" {
			variable["schema:unitText"] = unit
		}
		variables = append(variables, variable)
	}
	from := l.from(a).String()
	box := "POLYGON((94.9 -11.1,141.1 -11.1,141.1 6.1,94.9 6.1,94.9 -11.1))"
	out := object{
		"@id": node, "@type": []string{"dcat:Dataset", "schema:Dataset"}, "dcterms:identifier": string(l.of),
		"dcterms:title": []object{text("en", l.titleEN), text("id", l.titleID)}, "dcterms:description": text("en", l.descriptionEN),
		"schema:name": text("en", l.titleEN), "schema:description": text("en", l.descriptionEN),
		"dcterms:publisher": id(publisher["@id"].(string)), "dcterms:language": languages(), "dcat:keyword": keywords, "dcat:version": a.Data.Version,
		"dcterms:temporal": object{"@type": "dcterms:PeriodOfTime", "dcat:startDate": typed("xsd:date", from)}, "schema:temporalCoverage": from + "/..",
		"dcat:temporalResolution":    typed("xsd:duration", "P1D"),
		"dcterms:spatial":            object{"@type": "dcterms:Location", "schema:name": "Indonesia", "dcat:bbox": typed("http://www.opengis.net/ont/geosparql#wktLiteral", box)},
		"dcterms:accrualPeriodicity": id("http://publications.europa.eu/resource/authority/frequency/IRREG"),
		"dcterms:accessRights":       id("http://publications.europa.eu/resource/authority/access-right/PUBLIC"),
		"dcterms:license":            licences, "dcterms:rights": rights, "schema:license": licences,
		"dcat:distribution": distributions, "schema:variableMeasured": variables,
		// Required by Satu Data Indonesia (Perpres 39/2019): the unit of observation,
		// classification and method, as far as they are known.
		"schema:measurementTechnique": l.method, "schema:about": []object{{"@type": "schema:Thing", "schema:name": "unit of observation: " + l.unit}, {"@type": "schema:Thing", "schema:name": "classification: " + l.classification}},
	}
	if sources != nil {
		out["dcterms:source"] = sources
	}
	return out
}

// unitOf returns the unit that is part of a column's name.
func unitOf(name string) string {
	for suffix, unit := range map[string]string{"Km2": "square kilometre", "Metres": "metre", "Count": "number", "Share": "share of 1"} {
		if strings.HasSuffix(name, suffix) {
			return unit
		}
	}
	if name == "lon" || name == "lat" {
		return "degree (WGS 84)"
	}
	return ""
}
