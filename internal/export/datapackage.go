package export

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// DataPackage describes CSV exports of one day as a Frictionless Data Package with a
// Table Schema each (specs.frictionlessdata.io, v1), so that programs read codes as
// texts and days as days. address returns the address of each CSV.
func DataPackage(ctx context.Context, exports []*Export, address func(*Request) string) ([]byte, error) {
	type source struct {
		Title string `json:"title"`
		Path  string `json:"path,omitempty"`
	}
	var sources []source
	var resources []any
	met := make(map[sentra.SourceID]bool)
	for _, e := range exports {
		if e.Request.Format != CSV {
			return nil, fmt.Errorf("describe an export as a data package: it is %s and not CSV", e.Request.Format)
		}
		cited, err := e.cited(ctx)
		if err != nil {
			return nil, err
		}
		for _, s := range cited {
			if !met[s.ID] {
				met[s.ID] = true
				sources = append(sources, source{citation(s, e.Request.Lang), s.URL})
			}
		}
		key := "id"
		switch e.Request.Layer {
		case Regions:
			key = "code"
		case Clusters:
			key = "key"
		case Screening:
			key = "regionCode"
		}
		fields := []any{}
		for _, c := range e.cells {
			fields = append(fields, tableField(c.Column))
		}
		delimiter, decimal := ",", "."
		if e.Request.Delimiter == Semicolon {
			delimiter, decimal = ";", ","
		}
		for _, field := range fields {
			if f := field.(map[string]any); decimal != "." && f["type"] == string(Number) {
				f["decimalChar"] = decimal
			}
		}
		resources = append(resources, map[string]any{
			"name": string(e.Request.Layer), "path": address(e.Request), "profile": "tabular-data-resource", "format": "csv", "mediatype": "text/csv", "encoding": "utf-8",
			"description": fmt.Sprintf("The %s as of %s: %d rows.", e.Request.Layer, e.Request.Day, e.Count),
			"dialect":     map[string]any{"delimiter": delimiter, "lineTerminator": "\n", "header": true},
			"schema":      map[string]any{"fields": fields, "primaryKey": key, "missingValues": []string{""}},
		})
	}
	first := exports[0]
	stated := []map[string]string{}
	for _, l := range licences(first.Request.Lang) {
		// A licence without an address is only in the column licence.
		if l.URL != "" {
			stated = append(stated, map[string]string{"name": l.Name, "path": l.URL, "title": l.Part})
		}
	}
	return json.Marshal(map[string]any{
		"profile": "tabular-data-package", "name": "sentra-ikm", "title": "Indonesia's small-industry (IKM) clusters and regions",
		"version": first.atlas.Data.Version, "created": first.Request.Day.String() + "T00:00:00+07:00",
		"description": "Each row answers for the day in asOf. NOT_COVERED is not the same as NO. " + licence(first.Request.Lang),
		"licenses":    stated, "sources": sources, "resources": resources,
	})
}

// tableField describes a column of a CSV as a field of a Table Schema.
func tableField(c Column) map[string]any {
	field := map[string]any{"name": c.Name, "description": c.Description}
	switch c.Type {
	case TextList, SourceList:
		field["type"] = string(Text)
		field["description"] = strings.TrimSpace(c.Description + ` Joined by "; ".`)
		return field
	case Boolean:
		field["trueValues"], field["falseValues"] = []string{"true"}, []string{"false"}
	}
	field["type"] = string(c.Type)
	constraints := map[string]any{"required": !c.Nullable}
	if c.Values != nil {
		constraints["enum"] = c.Values
	}
	field["constraints"] = constraints
	return field
}
