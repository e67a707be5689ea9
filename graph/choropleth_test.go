package graph_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

type measured struct {
	Key, Name, Status string
	Value, Share      *float64
	NotCoveredCount   int
	Reason            *string
	Region            *struct{ Code, AsOf string }
	Product, Phase    *struct{ Key string }
	Sources           []struct{ Title string }
}

type choropleth struct {
	By, Measure, AsOf string
	Level             *string
	Rows              []measured
	Total             measured
	UnplacedCount     int
}

func askChoropleth(t *testing.T, arguments string) choropleth {
	t.Helper()
	got := ask(t, shared.url, `{choropleth(`+arguments+`) { by level measure asOf unplacedCount total { status value notCoveredCount reason }
		rows { key name status value share notCoveredCount reason region { code asOf } product { key } phase { key } sources { title } } }}`, nil)
	if len(got.Errors) > 0 {
		t.Fatalf("%s: %+v", arguments, got.Errors)
	}
	var out struct{ Choropleth choropleth }
	if err := json.Unmarshal(got.Data, &out); err != nil {
		t.Fatal(err)
	}
	return out.Choropleth
}

// text formats a measure as "2", "0" for a known zero, "2+1" for at least two with
// one cluster open, "?1" for no data because of one, and "?" for no cluster.
func (m measured) text() string {
	switch {
	case m.Status == "NO_DATA" && m.Value == nil && m.Reason != nil && m.NotCoveredCount == 0:
		return "?"
	case m.Status == "NO_DATA" && m.Value == nil && m.Reason != nil:
		return fmt.Sprint("?", m.NotCoveredCount)
	case m.Status == "ZERO" && *m.Value == 0 && m.NotCoveredCount == 0 && m.Reason == nil:
		return "0"
	case m.Status == "VALUE" && *m.Value != 0 && m.NotCoveredCount == 0 && m.Reason == nil:
		return fmt.Sprint(*m.Value)
	case m.Status == "VALUE" && *m.Value != 0 && m.Reason == nil:
		return fmt.Sprint(*m.Value, "+", m.NotCoveredCount)
	}
	return fmt.Sprintf("wrong: %+v", m)
}

// The nonzero rows are worked out by hand from internal/facts/data: where the eleven
// clusters are (programme.json), and which of their regions are designated or covered
// on the day. On 2017-12-25 that is only Dogiyai (94.06); Samosir (12.17) and Palu
// (72.71, two clusters) are open, since the border lists of Sumatera Utara and
// Sulawesi Tengah are partial.
func TestChoropleth(t *testing.T) {
	for _, c := range []struct {
		arguments string
		rows      int
		// rest is the value of all rows that are not named.
		rest, total string
		named       map[string]string
	}{
		{`filter: {programme: true}, by: REGION, level: PROVINCE, asOf: "2017-12-25"`, 34, "0", "11",
			map[string]string{"12": "1", "19": "1", "33": "1", "35": "2", "61": "1", "72": "2", "73": "1", "74": "1", "91": "1"}},
		{`filter: {programme: true}, by: REGION, level: PROVINCE`, 38, "0", "11",
			map[string]string{"12": "1", "19": "1", "33": "1", "35": "2", "61": "1", "72": "2", "73": "1", "74": "1", "94": "1"}},
		{`filter: {programme: true}, by: REGION, asOf: "2016-06-30"`, 514, "0", "6",
			map[string]string{"12.17": "1", "33.28": "1", "35.76": "1", "61.71": "1", "72.71": "2"}},
		{`by: REGION, filter: {phase: "2017"}, asOf: "2017-12-25"`, 514, "0", "5",
			map[string]string{"19.05": "1", "35.75": "1", "73.71": "1", "74.05": "1", "94.06": "1"}},
		{`by: REGION, level: PROVINCE, measure: PRODUCT_COUNT, filter: {programme: true, region: "72"}`, 38, "0", "2", map[string]string{"72": "2"}},
		{`filter: {programme: true}, by: REGION, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2017-12-25"`, 514, "0", "1+3", map[string]string{"94.06": "1", "12.17": "?1", "72.71": "?2"}},
		{`filter: {programme: true}, by: REGION, level: PROVINCE, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2017-12-25"`, 34, "0", "1+3", map[string]string{"91": "1", "12": "?1", "72": "?2"}},
		// The filter selects the same clusters as the measure.
		{`by: REGION, filter: {programme: true, regions: {level: REGENCY, affirmative: true}}, asOf: "2017-12-25"`, 514, "0", "1+3", map[string]string{"94.06": "1", "12.17": "?1", "72.71": "?2"}},
		{`filter: {programme: true}, by: PRODUCT, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2017-12-25"`, 118, "0", "1+3", map[string]string{"coffee-processing": "1", "ulos-weaving": "?1", "ulos": "?1", "cacao-processing": "?1", "rattan-furniture": "?1"}},
		{`filter: {programme: true}, by: PHASE, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2017-12-25"`, 2, "", "1+3", map[string]string{"2013-2016": "?3", "2017": "1"}},
		// One of the five clusters of 2017 is in an affirmative region; a share with an
		// open cluster is unknown; without clusters there is none.
		{`filter: {programme: true}, by: PHASE, measure: AFFIRMATIVE_CLUSTER_SHARE, asOf: "2017-12-25"`, 2, "", "?3", map[string]string{"2013-2016": "?3", "2017": "0.2"}},
		{`by: REGION, measure: AFFIRMATIVE_CLUSTER_SHARE, filter: {phase: "2017"}, asOf: "2017-12-25"`, 514, "?", "0.2",
			map[string]string{"19.05": "0", "35.75": "0", "73.71": "0", "74.05": "0", "94.06": "1"}},
		// In 2025 no list of disadvantaged regions is certainly in force yet: no data where
		// clusters are in a regency. A city is never disadvantaged, whatever the list, and
		// a region without clusters has none that could count.
		{`filter: {programme: true}, by: REGION, measure: AFFIRMATIVE_CLUSTER_COUNT, asOf: "2025-06-01"`, 514, "0", "?7",
			map[string]string{"12.17": "?1", "19.05": "?1", "33.28": "?1", "72.71": "?2", "74.05": "?1", "94.06": "?1"}},
		// Phase 1 began in 2013, before the record: the programme covers all of its days.
		{`filter: {programme: true}, by: PHASE, asOf: "2014-07-23"`, 2, "", "6", map[string]string{"2013-2016": "6", "2017": "0"}},
		// All clusters, known or planned, by province: counted from sentra.csv and
		// programme.json. The only source of some was read on 2026-11-25, and planned ones
		// are open on any day. Where none is known there is no data.
		{`by: REGION, level: PROVINCE, asOf: "2017-12-25"`, 34, "?", "164+226",
			map[string]string{"11": "?6", "12": "1+7", "13": "?14", "14": "?6", "15": "?3", "16": "3+5", "17": "1+3", "18": "2+5", "19": "2+2", "21": "?2", "31": "3", "32": "15+27", "33": "39+23", "34": "5+15", "35": "50+31", "36": "5+7", "51": "?9", "52": "3+8", "53": "6+2", "61": "2+3", "62": "1+5", "63": "6+4", "64": "2+13", "71": "2+2", "72": "3+1", "73": "4+5", "74": "2+6", "75": "1+1", "76": "1+3", "81": "2+1", "82": "1+2", "91": "1+4", "92": "1+1"}},
		{`by: REGION, level: PROVINCE, asOf: "2026-11-24"`, 38, "?", "301+89",
			map[string]string{"11": "4+2", "12": "6+2", "13": "8+6", "14": "4+2", "15": "3", "16": "7+1", "17": "4", "18": "6+1", "19": "3+1", "21": "1+1", "31": "3", "32": "27+15", "33": "50+12", "34": "9+11", "35": "72+9", "36": "9+3", "51": "3+6", "52": "8+3", "53": "7+1", "61": "3+2", "62": "3+3", "63": "9+1", "64": "15", "71": "4", "72": "4", "73": "7+2", "74": "7+1", "75": "2", "76": "2+2", "81": "2+1", "82": "3", "91": "3+1", "92": "1", "94": "1", "96": "1"}},
		{`by: REGION, level: PROVINCE, filter: {status: PLANNED}, asOf: "2026-11-25"`, 38, "?", "12",
			map[string]string{"18": "1", "21": "1", "32": "1", "35": "6", "62": "2", "73": "1"}},
	} {
		t.Run(c.arguments, func(t *testing.T) {
			got := askChoropleth(t, c.arguments)
			if len(got.Rows) != c.rows || got.Total.text() != c.total || got.UnplacedCount != 0 {
				t.Errorf("%d rows, total %s, %d unplaced", len(got.Rows), got.Total.text(), got.UnplacedCount)
			}
			left := maps.Clone(c.named)
			var keys []string
			for _, row := range got.Rows {
				keys = append(keys, row.Key)
				want, named := c.named[row.Key]
				if !named {
					want = c.rest
				}
				delete(left, row.Key)
				if row.text() != want {
					t.Errorf("%s: got %s, want %s", row.Key, row.text(), want)
				}
				if len(row.Sources) == 0 && row.text() != "?" || row.Name == "" {
					t.Errorf("%s has no source or name: %+v", row.Key, row)
				}
				shareWanted := row.Value != nil && got.Total.Value != nil && got.Measure != "AFFIRMATIVE_CLUSTER_SHARE"
				if (row.Share != nil) != shareWanted || shareWanted && *row.Share != *row.Value / *got.Total.Value {
					t.Errorf("%s: share %v of value %v", row.Key, row.Share, row.Value)
				}
				isRegion := row.Region != nil && row.Region.Code == row.Key && row.Region.AsOf == got.AsOf
				isProduct := row.Product != nil && row.Product.Key == row.Key
				isPhase := row.Phase != nil && row.Phase.Key == row.Key
				if isRegion != (got.By == "REGION") || isProduct != (got.By == "PRODUCT") || isPhase != (got.By == "PHASE") {
					t.Errorf("%s: %+v", row.Key, row)
				}
			}
			if len(left) > 0 {
				t.Errorf("no rows %v", left)
			}
			if got.By == "REGION" && !slices.IsSorted(keys) {
				t.Error("the regions are not by code")
			}
			if (got.Level != nil) != (got.By == "REGION") {
				t.Errorf("level %v", got.Level)
			}
		})
	}
}

func TestChoroplethSources(t *testing.T) {
	rows := map[string]measured{}
	for _, row := range askChoropleth(t, `by: REGION, measure: AFFIRMATIVE_CLUSTER_COUNT, filter: {programme: true}, asOf: "2017-12-25"`).Rows {
		rows[row.Key] = row
	}
	for key, want := range map[string]string{"94.06": "totals only (tribunnews 2015-12-11: 26 in Papua; 7 in Papua Barat by subtraction)", "12.17": "Compilation of the spatial-plan decrees",
		"11.01": "Kemenperin-JICA Kembangkan Industri Kecil di Lima Provinsi"} {
		if !slices.ContainsFunc(rows[key].Sources, func(s struct{ Title string }) bool { return strings.HasPrefix(s.Title, want) }) {
			t.Errorf("%s: %v", key, rows[key].Sources)
		}
	}
	if reason := rows["12.17"].Reason; reason == nil || *reason != "For 1 cluster it is not known whether it counts on 2017-12-25; that does not mean zero." {
		t.Errorf("reason %v", reason)
	}
}

func TestChoroplethRefuses(t *testing.T) {
	const query = `query($by: ChoroplethBy!, $level: RegionLevel, $measure: ChoroplethMeasure!, $filter: ClusterFilter, $asOf: Date) {
		choropleth(by: $by, level: $level, measure: $measure, filter: $filter, asOf: $asOf) { unplacedCount } }`
	for _, c := range []struct {
		variables      map[string]any
		argument, says string
	}{
		{map[string]any{"by": "PRODUCT", "level": "PROVINCE"}, "level", "for regions"},
		{map[string]any{"by": "region"}, "by", "not a valid ChoroplethBy; give one of REGION, PRODUCT, PHASE"},
		{map[string]any{"level": "province"}, "level", "not a valid RegionLevel"},
		{map[string]any{"measure": "cluster_count"}, "measure", "not a valid ChoroplethMeasure"},
		{map[string]any{"asOf": "2014-07-22"}, "asOf", "before the record"},
		{map[string]any{"filter": map[string]any{"phase": "1999"}}, "filter.phase", "the phases are"},
		{map[string]any{"filter": map[string]any{"near": map[string]any{"point": map[string]any{"lon": 110, "lat": -7}, "radius": -1}}}, "filter.near.radius", "radius"},
		{map[string]any{"filter": map[string]any{"bbox": map[string]any{"west": 1, "south": 3, "east": 2, "north": 1}}}, "filter.bbox.south", "north of"},
	} {
		variables := map[string]any{"by": "REGION", "measure": "CLUSTER_COUNT"}
		maps.Copy(variables, c.variables)
		got := ask(t, shared.url, query, variables)
		if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" || strings.Join(got.Errors[0].Extensions.Argument, ".") != c.argument || !strings.Contains(got.Errors[0].Message, c.says) {
			t.Errorf("%v: %+v", c.variables, got.Errors)
		}
	}
}

// Rows are joined by the requested code, as of the day: Dogiyai's BPS code was 9434
// in 2017 and is 9602 since 2023 (bps_codes_papua.csv), Papua is ID-PA, and Dogiyai's
// P-code is ID9434 (pcodes.csv).
func TestChoroplethKeys(t *testing.T) {
	for _, c := range []struct{ arguments, code, want string }{
		{`by: REGION, asOf: "2017-12-25"`, "94.06", "94.06"},
		{`by: REGION, key: BPS, asOf: "2017-12-25"`, "94.06", "9434"},
		{`by: REGION, key: BPS, asOf: "2024-01-01"`, "94.06", "9602"},
		{`by: REGION, key: ISO_3166_2, level: PROVINCE, asOf: "2017-12-25"`, "91", "ID-PA"},
		{`by: REGION, key: P_CODE, asOf: "2026-11-24"`, "94.06", "ID9434"},
	} {
		got := ask(t, shared.url, `{ choropleth(`+c.arguments+`) { rows { key region { code } } } }`, nil)
		var answer struct {
			Choropleth struct {
				Rows []struct {
					Key    string
					Region struct{ Code string }
				}
			}
		}
		if err := json.Unmarshal(got.Data, &answer); err != nil {
			t.Fatal(err, got.Errors)
		}
		found := false
		for _, row := range answer.Choropleth.Rows {
			if row.Region.Code == c.code {
				if found = true; row.Key != c.want {
					t.Errorf("%s: %s is %q, want %q", c.arguments, c.code, row.Key, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%s has no row of %s", c.arguments, c.code)
		}
	}
	for _, arguments := range []string{`by: REGION, key: ISO_3166_2`, `by: PRODUCT, key: BPS`} {
		got := ask(t, shared.url, `{ choropleth(`+arguments+`) { rows { key } } }`, nil)
		if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %+v", arguments, got.Errors)
		}
	}
}
