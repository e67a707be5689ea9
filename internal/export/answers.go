package export

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ChoroplethJSON is the answer of /choropleth.json, with the names of GraphQL.
type ChoroplethJSON struct {
	By             sentra.ChoroplethBy      `json:"by"`
	Level          sentra.Level             `json:"level,omitempty"`
	Measure        sentra.ChoroplethMeasure `json:"measure"`
	Key            sentra.ChoroplethKey     `json:"key"`
	AsOf           sentra.Date              `json:"asOf"`
	DatasetVersion string                   `json:"datasetVersion"`
	Filter         json.RawMessage          `json:"filter,omitempty"`
	Total          MeasuredJSON             `json:"total"`
	UnplacedCount  int                      `json:"unplacedCount"`
	Rows           []ChoroplethRowJSON      `json:"rows"`
}

// MeasuredJSON is a measure of clusters.
type MeasuredJSON struct {
	Status          sentra.ChoroplethStatus `json:"status"`
	Value           *float64                `json:"value"`
	NotCoveredCount int                     `json:"notCoveredCount"`
}

// ChoroplethRowJSON is a row with all codes by which its region can be joined.
type ChoroplethRowJSON struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	JoinKeysJSON
	MeasuredJSON
	Share *float64 `json:"share"`
}

// JoinKeysJSON are the codes of a region on the day; null if it has none.
type JoinKeysJSON struct {
	Code    *string `json:"code"`
	BPSCode *string `json:"bpsCode"`
	ISOCode *string `json:"isoCode"`
	PCode   *string `json:"pCode"`
}

func joinKeys(on atlas.View, r *sentra.Region) (keys JoinKeysJSON) {
	if r == nil {
		return keys
	}
	for system, into := range map[sentra.CodeSystem]**string{sentra.SystemKemendagri: &keys.Code, sentra.SystemBPS: &keys.BPSCode, sentra.SystemISO: &keys.ISOCode, sentra.SystemPCode: &keys.PCode} {
		if code := on.CodeOn(r.Code, system); code != "" {
			*into = &code
		}
	}
	return keys
}

// Choropleth measures the clusters of a request with by, level, measure and key as in
// a URL, where empty means the default.
func Choropleth(ctx context.Context, a *atlas.Atlas, request *Request, by, level, measure, key string) (*ChoroplethJSON, error) {
	q := atlas.ChoroplethQuestion{By: sentra.ChoroplethBy(by), Level: sentra.Level(level), Measure: sentra.ChoroplethMeasure(measure), JoinBy: sentra.ChoroplethKey(key), Filter: request.Clusters}
	if q.By == "" {
		q.By = sentra.ByRegion
	}
	if q.Measure == "" {
		q.Measure = sentra.ClusterCount
	}
	if q.JoinBy == "" {
		q.JoinBy = sentra.KeyCode
	}
	if err := sentra.CheckOrder("RegionLevel", q.Level, []sentra.Level{sentra.LevelProvince, sentra.LevelRegency}); err != nil {
		return nil, sentra.In("level", err)
	}
	if err := sentra.CheckOrder("ChoroplethMeasure", q.Measure, []sentra.ChoroplethMeasure{sentra.ClusterCount, sentra.ProductCount, sentra.AffirmativeClusterCount, sentra.AffirmativeClusterShare}); err != nil {
		return nil, sentra.In("measure", err)
	}
	on, err := a.On(request.Day)
	if err != nil {
		return nil, sentra.In("asOf", err)
	}
	found, err := on.Choropleth(ctx, q)
	if err != nil {
		return nil, err
	}
	measured := func(m *sentra.Measured) MeasuredJSON { return MeasuredJSON{m.Status, m.Value, m.NotCovered} }
	out := &ChoroplethJSON{By: found.By, Level: found.Level, Measure: found.Measure, Key: q.JoinBy, AsOf: request.Day, DatasetVersion: a.Data.Version, Filter: request.Filter,
		Total: measured(&found.Total), UnplacedCount: found.Unplaced, Rows: make([]ChoroplethRowJSON, len(found.Rows))}
	for i := range found.Rows {
		row := &found.Rows[i]
		view := ChoroplethRowJSON{Key: on.JoinKey(found, row), Name: row.Key(), JoinKeysJSON: joinKeys(on, row.Region), MeasuredJSON: measured(&row.Measured), Share: row.Share}
		switch {
		case row.Region != nil:
			view.Name = on.NameOn(row.Region)
		case row.Product != nil:
			view.Name = row.Product.NameEN
		}
		out.Rows[i] = view
	}
	return out, nil
}

// QualityJSON is the answer of /quality.json: the known gaps of the record.
type QualityJSON struct {
	AsOf           sentra.Date      `json:"asOf"`
	DatasetVersion string           `json:"datasetVersion"`
	Gaps           []GapJSON        `json:"gaps"`
	Confidence     []ConfidenceJSON `json:"confidence"`
	Coverage       []CoverageJSON   `json:"coverage"`
}

// GapJSON is the number of items that lack something.
type GapJSON struct {
	Kind    sentra.Gap `json:"kind"`
	Missing int        `json:"missing"`
	Total   int        `json:"total"`
}

// ConfidenceJSON is the number of facts with a level of confidence, null if none is
// stated.
type ConfidenceJSON struct {
	Confidence   *sentra.Confidence `json:"confidence"`
	Clusters     int                `json:"clusters"`
	Supports     int                `json:"supports"`
	Designations int                `json:"designations"`
}

// CoverageJSON is the share of a province's clusters that the record holds; without a
// code it is for the whole country.
type CoverageJSON struct {
	Name *string `json:"name"`
	JoinKeysJSON
	ClusterCount int      `json:"clusterCount"`
	PlannedCount int      `json:"plannedCount"`
	Counted      *int     `json:"counted"`
	CountedYear  *int     `json:"countedYear"`
	Share        *float64 `json:"share"`
}

// Quality returns the known gaps of the record on the day of a request.
func Quality(ctx context.Context, a *atlas.Atlas, request *Request) (*QualityJSON, error) {
	on, err := a.On(request.Day)
	if err != nil {
		return nil, sentra.In("asOf", err)
	}
	found, err := on.Quality(ctx)
	if err != nil {
		return nil, err
	}
	out := &QualityJSON{AsOf: request.Day, DatasetVersion: a.Data.Version}
	for _, gap := range found.Gaps {
		out.Gaps = append(out.Gaps, GapJSON{gap.Gap, gap.Missing, gap.Total})
	}
	for _, c := range found.Confidence {
		view := ConfidenceJSON{Clusters: c.Clusters, Supports: c.Supports, Designations: c.Designations}
		if c.Confidence != "" {
			view.Confidence = &c.Confidence
		}
		out.Confidence = append(out.Confidence, view)
	}
	for i := range found.Coverage {
		c := &found.Coverage[i]
		view := CoverageJSON{JoinKeysJSON: joinKeys(on, c.Region), ClusterCount: c.Known, PlannedCount: c.Planned, Share: c.Share()}
		if c.Region != nil {
			name := on.NameOn(c.Region)
			view.Name = &name
		}
		if c.Counted != nil {
			view.Counted, view.CountedYear = &c.Counted.Count, &c.Counted.Year
		}
		out.Coverage = append(out.Coverage, view)
	}
	return out, nil
}

// AnswerSchemas returns the JSON Schemas of FacetsJSON, ChoroplethJSON and QualityJSON by
// name, which refer to each other under a prefix.
func AnswerSchemas(prefix string) map[string]any {
	type object = map[string]any
	strict := func(required, optional string, properties object) object {
		for _, name := range strings.Fields(required + " " + optional) {
			if properties[name] == nil {
				panic("no schema of " + name)
			}
		}
		return object{"type": "object", "properties": properties, "required": strings.Fields(required), "additionalProperties": false}
	}
	count, text, name := object{"type": "integer", "minimum": 0}, object{"type": []string{"string", "null"}}, object{"type": "string"}
	day, filter := object{"type": "string", "format": "date"}, object{"type": "object", "description": "The filter as it was given."}
	share, maybe := object{"type": []string{"number", "null"}}, object{"type": []string{"integer", "null"}}
	list := func(of string) object { return object{"type": "array", "items": object{"$ref": prefix + of}} }
	status := object{"enum": []sentra.ChoroplethStatus{sentra.StatusValue, sentra.StatusZero, sentra.StatusNoData}}
	return map[string]any{
		"ClusterFacets": strict("asOf datasetVersion totalCount notCoveredCount facets", "filter", object{"asOf": day, "datasetVersion": name, "filter": filter,
			"totalCount": count, "notCoveredCount": count, "facets": list("ClusterFacet")}),
		"ClusterFacet": strict("kind values", "", object{"kind": object{"enum": sentra.Facets}, "values": list("ClusterFacetValue")}),
		"ClusterFacetValue": strict("value name nameId count notCoveredCount", "", object{"value": object{"type": "string", "description": "The value as the filter takes it."},
			"name": text, "nameId": text, "count": count, "notCoveredCount": count}),
		"Choropleth": strict("by measure key asOf datasetVersion total unplacedCount rows", "level filter", object{"by": name, "level": name, "measure": name, "key": object{"enum": sentra.ChoroplethKeys},
			"asOf": day, "datasetVersion": name, "filter": filter, "unplacedCount": count, "rows": list("ChoroplethRow"),
			"total": strict("status value notCoveredCount", "", object{"status": status, "value": share, "notCoveredCount": count})}),
		"ChoroplethRow": strict("key name code bpsCode isoCode pCode status value notCoveredCount share", "", object{"key": name, "name": name, "code": text, "bpsCode": text, "isoCode": text, "pCode": text,
			"status": status, "value": share, "notCoveredCount": count, "share": share}),
		"DataQuality": strict("asOf datasetVersion gaps confidence coverage", "", object{"asOf": day, "datasetVersion": name,
			"gaps":       object{"type": "array", "items": strict("kind missing total", "", object{"kind": object{"enum": sentra.Gaps}, "missing": count, "total": count})},
			"confidence": object{"type": "array", "items": strict("confidence clusters supports designations", "", object{"confidence": text, "clusters": count, "supports": count, "designations": count})},
			"coverage": object{"type": "array", "items": strict("name code bpsCode isoCode pCode clusterCount plannedCount counted countedYear share", "", object{"name": text, "code": text, "bpsCode": text, "isoCode": text, "pCode": text,
				"clusterCount": count, "plannedCount": count, "counted": maybe, "countedYear": maybe, "share": share})}}),
	}
}
