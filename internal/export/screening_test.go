package export_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Worked out in internal/atlas/screening_test.go: a songket cluster since 2009,
// disadvantaged until 2019, DAK money in 2019, facilitators in Bengkulu only.
func TestScreening(t *testing.T) {
	must := func(r *export.Request, err error) *export.Request {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	brought, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	present, err := atlas.New(&sentra.Dataset{Facts: *brought})
	if err != nil {
		t.Fatal(err)
	}
	const today = "2026-11-27"
	filters := export.Filters{Regions: func(text string) (*sentra.RegionFilter, error) {
		f := &sentra.RegionFilter{}
		return f, json.Unmarshal([]byte(text), f)
	}}
	write := func(format export.Format, parameters url.Values) string {
		t.Helper()
		request := must(export.Parse(export.Screening, format, parameters, filters, sentra.MustDate(today)))
		var out bytes.Buffer
		answer, err := export.New(t.Context(), present, request)
		if err == nil {
			err = answer.Write(t.Context(), &out, nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	lombok := url.Values{"asOf": {"2019-12-31"}, "filter": {`{"Codes": ["52.02", "94.06"]}`}, "product": {"tenun,songket"}, "weights": {`{"linkage": 0, "dak": 3}`}, "orderBy": {"LOWER"}}
	rows, err := csv.NewReader(strings.NewReader(write(export.CSV, lombok))).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(len(rows), err)
	}
	for column, want := range map[string]string{
		"regionCode": "52.02", "bpsCode": "5202", "provinceName": "Nusa Tenggara Barat",
		// The weights add up to 8: DAK has 3, clusters 1 and disadvantaged 1; the border,
		// 1, is known not to be met.
		"lower": "0.625", "upper": "0.875", "dak": "MET", "dakReason": "Sources mention such money for 2019.", "apbn": "NOT_KNOWN", "border": "NOT_MET", "dakYears": "2019", "apbnYears": "",
		"clusterKeys": "sentra-songket-sukarara", "facilitators": "NOT_KNOWN",
	} {
		got := ""
		for i, name := range rows[0] {
			if name == column {
				got = rows[1][i]
			}
		}
		if got != want {
			t.Errorf("%s is %q, want %q", column, got, want)
		}
	}
	if lines := strings.Count(write(export.NDJSON, url.Values{"asOf": {"2019-12-31"}}), "\n"); lines != 514 {
		t.Errorf("%d regencies and cities", lines)
	}
	for name, value := range map[string]string{"weights": `{"luck": 1}`, "withinMetres": "-1"} {
		_, err := export.Parse(export.Screening, export.CSV, url.Values{name: {value}}, filters, sentra.MustDate(today))
		if coded, ok := err.(*sentra.Error); !ok || coded.Code != sentra.CodeBadUserInput || coded.Path[0] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, value := range map[string]string{"product": "spaceship", "orderBy": "SIZE", "asOf": "2014-01-01", "weights": `{"dak": -1}`} {
		_, err := export.New(t.Context(), present, must(export.Parse(export.Screening, export.CSV, url.Values{name: {value}}, filters, sentra.MustDate(today))))
		if coded, ok := err.(*sentra.Error); !ok || coded.Code != sentra.CodeBadUserInput || coded.Path[0] != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
