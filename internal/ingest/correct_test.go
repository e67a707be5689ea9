package ingest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// A correction replaces what is in its file, including empty cells, and keeps
// everything else: for each kind of table, as a table and as GeoJSON.
func TestCorrections(t *testing.T) {
	store := newStore(t)
	// document returns a stored entity, and the report on its row.
	document := func(t *testing.T, kind sentra.EntityKind, key string) string {
		t.Helper()
		number := present(t, store).Data.Number
		for ; number > 0; number-- {
			change, err := store.Change(t.Context(), number)
			if err != nil {
				t.Fatal(err)
			}
			for i := range change.Items {
				if item := &change.Items[i]; item.Entity.Kind == kind && (item.Key == key || item.Entity.ID == key) {
					var fields map[string]any
					if err := json.Unmarshal(item.After, &fields); err != nil {
						t.Fatalf("%s: %v", item.After, err)
					}
					delete(fields, "sources")
					text, err := json.Marshal(fields)
					if err != nil {
						t.Fatal(err)
					}
					return string(text)
				}
			}
		}
		t.Fatalf("there is no %s %s", kind, key)
		return ""
	}
	const whole = "key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,units,workers,year,first_year,initial_target,region_note,province_named,confidence,source\n" +
		"x-1,Silver of Celuk,Perak Celuk,silver craft,kerajinan perak,2017,51.04,115.27,-8.6,10,20,2015,1990,true,beside the road,Bali,LISTED,A letter\n"
	const stored = `"began":1990,"confidence":"LISTED","figures":{"units":10,"workers":20,"year":2015},"initialTarget":true,"key":"x-1","nameEn":"Silver of Celuk","nameId":"Perak Celuk",` +
		`"phases":["2017"],"point":[115.27,-8.6],"precision":"POINT","products":["silver-craft"],"provinceNamed":"Bali","regionNote":"beside the road","regions":["51.04"]`
	feature := func(properties string) string {
		return `{"type":"Feature","geometry":null,"properties":{"key":"x-1","name_id":"Perak Celuk","product_id":"kerajinan perak","regions":"51.04","source":"A letter"` + properties + `}}`
	}
	dogiyai := "94.06-disadvantaged-perpres-131-2015"
	for _, c := range []struct {
		name   string
		schema *ingest.Schema
		files  []string
		kind   sentra.EntityKind
		key    string
		want   string // a part of the document, without its sources
		says   string // the report of a dry run of the last file
	}{
		{"clusters: all", ingest.ClusterSchema, []string{whole}, sentra.KindOfCluster, "x-1", `{` + stored + `}`, "unchanged"},
		{"clusters: figures only", ingest.ClusterSchema, []string{whole, "key,name_id,product_id,regions,units,source\nx-1,Perak Celuk,kerajinan perak,51.04,15,A letter\n"},
			sentra.KindOfCluster, "x-1", `{` + strings.Replace(stored, `{"units":10,"workers":20,"year":2015}`, `{"units":15}`, 1) + `}`, "unchanged"},
		{"clusters: empty cells", ingest.ClusterSchema, []string{whole, strings.Split(whole, "\n")[0] + "\nx-1,Gold,Emas,gold craft,kerajinan emas,,51.03;51.04,,,,,,,,,,,Another\n"},
			sentra.KindOfCluster, "x-1", `"key":"x-1","nameEn":"Gold","nameId":"Emas","precision":"REGENCY","products":["gold-craft"],"readings":`, "unchanged"},
		{"clusters: another phase", ingest.ClusterSchema, []string{whole, "key,name_id,product_id,phase,regions,source\nx-1,Perak Celuk,kerajinan perak,2013-2016,51.04,A letter\n"},
			sentra.KindOfCluster, "x-1", `{` + strings.NewReplacer(`"initialTarget":true,`, "", `["2017"]`, `["2013-2016"]`).Replace(stored) + `}`, "unchanged"},
		{"clusters: Indonesian name", ingest.ClusterSchema, []string{whole, "key,name_id,product_id,regions,source\nx-1,Perak Gianyar,kerajinan perak,51.04,A letter\n"},
			sentra.KindOfCluster, "x-1", `"nameEn":"Silver of Celuk","nameId":"Perak Gianyar"`, "unchanged"},
		{"clusters: one name for both", ingest.ClusterSchema, []string{"key,name_id,product_id,regions,source\nx-2,Ukir,ukiran,51.04,A letter\n", "key,name_id,product_id,regions,source\nx-2,Ukir Kayu,ukiran,51.04,A letter\n"},
			sentra.KindOfCluster, "x-2", `"nameEn":"Ukir Kayu","nameId":"Ukir Kayu"`, "unchanged"},
		{"clusters: status", ingest.ClusterSchema, []string{"key,name_id,product_id,regions,status,source\nx-3,Ukir,ukiran,51.04,PLANNED,A letter\n", "key,name_id,product_id,regions,status,source\nx-3,Ukir 2,ukiran,51.04,,A letter\n"},
			sentra.KindOfCluster, "x-3", `"nameId":"Ukir 2","planned":true`, "unchanged"},
		{"clusters: GeoJSON", ingest.ClusterSchema, []string{whole, feature(``)}, sentra.KindOfCluster, "x-1", `{` + stored + `}`, "unchanged"},
		{"clusters: GeoJSON with null", ingest.ClusterSchema, []string{whole, feature(`,"province_named":null,"units":null,"precision":"REGENCY"`)}, sentra.KindOfCluster, "x-1",
			`{` + strings.NewReplacer(`"figures":{"units":10,"workers":20,"year":2015},`, "", `"point":[115.27,-8.6],"precision":"POINT"`, `"precision":"REGENCY"`, `"provinceNamed":"Bali",`, "").Replace(stored) + `}`, "unchanged"},
		{"designations: no last day", ingest.DesignationSchema, []string{"region_code,kind,regulation,valid_from,confidence,source\n94.06,DISADVANTAGED,Perpres 131/2015,2015-11-04,LISTED,A letter\n"},
			sentra.KindOfDesignation, dogiyai, `"confidence":"LISTED","from":"2015-11-04","kind":"DISADVANTAGED","region":"94.06","regulation":"Perpres 131/2015","to":"2019-12-31"`, "unchanged"},
		{"designations: an empty last day", ingest.DesignationSchema, []string{"region_code,kind,regulation,valid_from,valid_to,neighbour,confidence,source\n51.03,BORDER,Perpres 1/2030,2030,2031-01-01,AU,LISTED,A letter\n",
			"region_code,kind,regulation,valid_from,valid_to,confidence,source\n51.03,BORDER,Perpres 1/2030,2031,,PARTIAL,A letter\n"},
			sentra.KindOfDesignation, "51.03-border-perpres-1-2030", `{"confidence":"PARTIAL","countries":["AU"],"from":"2031","kind":"BORDER","region":"51.03","regulation":"Perpres 1/2030"}`, "unchanged"},
		{"coverage: note and last day", ingest.CoverageSchema, []string{"kind,extent,regulation,valid_from,valid_to,confidence,note,source\nBORDER,PARTIAL,Perpres 1/2030,2030,2031-01-01,LISTED,Only a part,A letter\n",
			"kind,extent,regulation,valid_from,confidence,source\nBORDER,PARTIAL,Perpres 1/2030,2030,PARTIAL,A letter\n"},
			sentra.KindOfCoverage, "border:all:perpres-1-2030@2030", `{"confidence":"PARTIAL","extent":"PARTIAL","from":"2030","kind":"BORDER","note":"Only a part","regulation":"Perpres 1/2030","to":"2031-01-01"}`, "unchanged"},
		{"codes: no days", ingest.CodeSchema, []string{"system,value,region_code,valid_from,valid_to,source\nBPS,9408,94.06,,2022-12-31,A letter\n", "system,value,region_code,source\nBPS,9408,94.06,Another\n"},
			sentra.KindOfCode, "BPS:9408:94.06", `"to":"2022-12-31"`, "unchanged"},
		{"codes: empty days", ingest.CodeSchema, []string{"system,value,region_code,valid_from,valid_to,source\nBPS,9405,94.05,,2022-12-31,A letter\n", "system,value,region_code,valid_to,source\nBPS,9405,94.05,,A letter\n"},
			sentra.KindOfCode, "BPS:9405:94.05", `"validity":{}`, "unchanged"},
		{"supports: amount", ingest.SupportSchema, []string{"region_code,year,fund,amount,purpose,confidence,source\n94.06,2023,DAK,1000,a roasting house,LISTED,A letter\n", "region_code,year,fund,amount,confidence,source\n94.06,2023,DAK,2000,PARTIAL,A letter\n"},
			sentra.KindOfSupport, "", `"amount":"2000","confidence":"PARTIAL","fund":"DAK","purpose":"a roasting house","region":"94.06","year":2023`, "unchanged"},
		{"supports: no amount", ingest.SupportSchema, []string{"region_code,year,fund,amount,purpose,confidence,source\n94.06,2022,DAK,1000,a roasting house,LISTED,A letter\n", "region_code,year,fund,amount,purpose,confidence,source\n94.06,2022,DAK,,,LISTED,A letter\n"},
			sentra.KindOfSupport, "", `{"confidence":"LISTED","fund":"DAK","region":"94.06","year":2022}`, "unchanged"},
		{"facilitators", ingest.FacilitatorSchema, []string{facilitatorHead + "94.06,TPL,2018,3,of class 2017,LISTED,A letter\n", facilitatorHead + "94.06,TPL,2018,4,of class 2017,PARTIAL,A letter\n"},
			sentra.KindOfFacilitators, "", `"confidence":"PARTIAL","count":4,"kind":"TPL","note":"of class 2017","region":"94.06","year":2018`, "unchanged"},
		{"candidates: an assessment", ingest.CandidateSchema, []string{"phase,region_code,ground,element,outcome,evidence,source\n2017,94.06,AFFIRMATIVE_THEME,disadvantaged region (daerah tertinggal),MET,Perpres 131/2015,A letter\n"},
			sentra.KindOfCandidate, "2017:94.06", `"outcome":"MET"`, "unchanged"},
		{"candidates: another outcome", ingest.CandidateSchema, []string{"phase,region_code,ground,element,outcome,evidence,source\n2017,94.06,AFFIRMATIVE_THEME,disadvantaged region (daerah tertinggal),NOT_MET,the annex,A letter\n"},
			sentra.KindOfCandidate, "2017:94.06", `"initialTarget":true,"named":"Papua"`, "unchanged"},
		{"candidates: empty cells", ingest.CandidateSchema, []string{"phase,region_code,named,initial_target,ground,outcome,decision,source\n2017,94.06,,,,,,A letter\n"},
			sentra.KindOfCandidate, "2017:94.06", `{"phase":"2017","region":"94.06"}`, "unchanged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := c.key
			for i, text := range c.files {
				report, err := imported(t, store, c.schema, text, ingest.TableOptions{})
				if err != nil {
					t.Fatal(err)
				}
				var out strings.Builder
				if err := report.WriteCSV(&out); err != nil {
					t.Fatal(err)
				}
				if row := strings.Split(strings.Split(out.String(), "\n")[1], ","); key == "" {
					key = row[1]
				} else if i > 0 && row[2] != "changed" && !strings.Contains(c.want, stored+"}") {
					t.Errorf("the report says %q", row)
				}
			}
			if got := document(t, c.kind, key); !strings.Contains(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			before := version(t, store)
			report, err := imported(t, store, c.schema, c.files[len(c.files)-1], ingest.TableOptions{DryRun: true})
			if err != nil || report.Counts[ingest.Unchanged] != report.Rows {
				t.Errorf("the same file again: %v, %v", report.Counts, err)
			}
			if _, err := imported(t, store, c.schema, c.files[len(c.files)-1], ingest.TableOptions{}); err != nil || version(t, store) != before {
				t.Errorf("the same file again changes the record: %v", err)
			}
		})
	}
}

// What stays keeps its sources, and so does the day from which a cluster is known;
// what is replaced entirely does not.
func TestSourcesOfWhatStays(t *testing.T) {
	store := newStore(t)
	const head = "key,name_id,product_id,regions,source,"
	for _, step := range []struct{ file, want string }{
		{head + "units\nx-1,A,ukiran,51.04,First letter,1\n", "cited-first-letter"},
		{head + "units\nx-1,A,ukiran,51.04,Second letter,2\n", "cited-second-letter"},
		{head + "first_year\nx-1,A,ukiran,51.04,Third letter,1990\n", "cited-third-letter cited-second-letter"},
		{head + "first_year\nx-1,A,ukiran,51.04,Second letter,1991\n", "cited-third-letter cited-second-letter"},
		{head + "units,first_year\nx-1,A,ukiran,51.04,Fourth letter,,\n", "cited-fourth-letter"},
	} {
		if _, err := imported(t, store, ingest.ClusterSchema, step.file, ingest.TableOptions{}); err != nil {
			t.Fatal(err)
		}
		for c := range present(t, store).Data.Clusters.All {
			if got := strings.Trim(fmt.Sprint(c.Sources), "[]"); c.Key == "x-1" && got != step.want {
				t.Errorf("%s: sources %s, want %s", step.file, got, step.want)
			}
		}
	}
	for _, step := range []struct {
		schema *ingest.Schema
		file   string
	}{
		{ingest.DesignationSchema, "region_code,kind,regulation,valid_from,confidence,source\n94.06,DISADVANTAGED,Perpres 131/2015,2015-11-04,LISTED,A letter\n"},
		{ingest.CandidateSchema, "phase,region_code,decision,source\n2017,94.06,CHOSEN,A letter\n"},
	} {
		if _, err := imported(t, store, step.schema, step.file, ingest.TableOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	a := present(t, store)
	for what, sources := range map[string][]sentra.SourceID{"designation": a.Designation("94.06-disadvantaged-perpres-131-2015").Sources, "candidate": a.CandidatesOf("94.06")[0].Sources} {
		if len(sources) < 2 || sources[0] != "cited-a-letter" {
			t.Errorf("%s: sources %v", what, sources)
		}
	}
}

// The names of a product follow the file unless another cluster makes it, and rows
// that contradict each other are reported.
func TestProductNames(t *testing.T) {
	store := newStore(t)
	const head = "key,name_id,product_en,product_id,regions,source\n"
	load := func(rows string) string {
		t.Helper()
		report, err := imported(t, store, ingest.ClusterSchema, head+rows, ingest.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return report.Summary()
	}
	name := func(key string) string {
		t.Helper()
		p := present(t, store).Product(key)
		return p.NameEN + "/" + p.NameID
	}
	for _, step := range []struct{ rows, says, want string }{
		{"a,A,Bell craft,kerajinan lonceng,51.03,s\n", "1 new product: bell-craft", "Bell craft/kerajinan lonceng"},
		{"a,A,Bell craft,Kerajinan genta,51.03,s\n", "1 renamed product: bell-craft", "Bell craft/Kerajinan genta"},
		{"b,B,bell craft,kerajinan bel,51.03,s\n", "otherwise, and so keep their names: bell-craft", "Bell craft/Kerajinan genta"},
		{"b,B,bell craft,kerajinan genta,51.03,s\n", "", "Bell craft/Kerajinan genta"},
		{"a,A,Bell craft,Genta,51.03,s\nb,B,Bell craft,Bel,51.03,s\n", "otherwise, and so keep their names: bell-craft", "Bell craft/Kerajinan genta"},
		{"a,A,Bell craft,Genta,51.03,s\nb,B,Bell craft,Genta,51.03,s\n", "1 renamed product: bell-craft", "Bell craft/Genta"},
	} {
		if got := load(step.rows); !strings.Contains(got, step.says) || step.says == "" && strings.Contains(got, "names") {
			t.Errorf("%s: the report says\n%s\nwant %q", step.rows, got, step.says)
		}
		if got := name("bell-craft"); got != step.want {
			t.Errorf("%s: the product is %s, want %s", step.rows, got, step.want)
		}
	}
}

// Stored parts that the file does not contain must still fit those that it does.
func TestCorrectionsThatDoNotFit(t *testing.T) {
	store := newStore(t)
	for _, file := range []struct {
		schema *ingest.Schema
		text   string
	}{
		{ingest.ClusterSchema, "key,name_id,product_id,regions,lon,lat,source\nx-1,Perak,perak,51.04,115.27,-8.6,s\n"},
		{ingest.CodeSchema, "system,value,region_code,valid_from,valid_to,source\nBPS,9408,94.06,,2016-12-31,s\nBPS,9408,94.06,2018-01-01,,s\n"},
	} {
		if _, err := imported(t, store, file.schema, file.text, ingest.TableOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		schema     *ingest.Schema
		text, says string
	}{
		{ingest.ClusterSchema, "key,name_id,product_id,regions,source\nx-1,Perak,perak,94.06,s\n", "line 2, column 17.regions: the record has the cluster at 115.27, -8.6 (longitude, latitude), "},
		{ingest.ClusterSchema, "key,name_id,product_id,phase,status,regions,source\n2017-94.06-coffee-processing,Kopi,pengolahan kopi,2017,PLANNED,94.06,s\n", "a cluster of the programme is not only planned"},
		{ingest.DesignationSchema, "region_code,kind,regulation,valid_from,confidence,source\n94.06,DISADVANTAGED,Perpres 131/2015,2020,LISTED,s\n", "line 2, column 38.valid_from: the last day, 2019-12-31, lies before valid_from, 2020"},
		{ingest.CodeSchema, "system,value,region_code,source\nBPS,9408,94.06,s\n", "the record has the code in 2 periods"},
		{ingest.CandidateSchema, "phase,region_code,named,initial_target,source\n2017,94.06,Papua,true,s\n2017,94.06,Papua,false,s\n", "initial_target: of 2017:94.06 line 2 says otherwise"},
		{ingest.CandidateSchema, "phase,region_code,named,source\n2017,94.06,Papua,s\n2017,94.06,Papua Tengah,s\n", `named: 2017:94.06 is named "Papua" in line 2`},
	} {
		if _, err := imported(t, store, c.schema, c.text, ingest.TableOptions{DryRun: true}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v; want %q", c.text, err, c.says)
		}
	}
}

// A dry run finds violations of rules that only the record checks.
func TestDryRunAsksTheRecord(t *testing.T) {
	store := newStore(t)
	before := version(t, store)
	for _, c := range []struct {
		schema     *ingest.Schema
		text, says string
	}{
		{ingest.SupportSchema, "region_code,year,fund,amount,confidence,source\n94.06,2023,DAK,-5,LISTED,s\n", "-5 is less than 0"},
		{ingest.CoverageSchema, "kind,extent,regulation,valid_from,valid_to,confidence,source\nDISADVANTAGED,COMPLETE,Perpres 63/2020,2021-01-01,2022-01-01,LISTED,s\n", "is known already"},
	} {
		for _, dry := range []bool{true, false} {
			if _, err := imported(t, store, c.schema, c.text, ingest.TableOptions{DryRun: dry}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("dry run %v, %s: %v; want %q", dry, c.text, err, c.says)
			}
		}
	}
	if version(t, store) != before {
		t.Error("the record was changed")
	}
}

// Two concurrent imports of different columns of one cluster both take effect.
func TestCorrectionsAtOnce(t *testing.T) {
	store := newStore(t)
	bring := func(record ingest.Record, text string) {
		t.Helper()
		file, err := inputfile.FromBytes(t.Context(), []byte(text), "table.csv", inputfile.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if _, err := ingest.Table(t.Context(), record, ingest.ClusterSchema, file, ingest.TableOptions{Today: today}); err != nil {
			t.Fatal(err)
		}
	}
	const head = "key,name_id,product_id,regions,source,"
	const row = "x-1,Perak,perak,51.04,s,"
	bring(store, head+"units,first_year\n"+row+"1,1990\n")
	late := &lateRecord{record: store}
	late.meanwhile = func() { bring(store, head+"first_year\n"+row+"1980\n") }
	bring(late, head+"units\n"+row+"2\n")
	for c := range present(t, store).Data.Clusters.All {
		if c.Key == "x-1" && fmt.Sprint(c.Began, " ", *c.Figures.Units) != "1980 2" {
			t.Errorf("began %d, units %d", c.Began, *c.Figures.Units)
		}
	}
}

// lateRecord runs something else between reading the record and changing it.
type lateRecord struct {
	record
	meanwhile func()
}

func (l *lateRecord) LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error) {
	data, err := l.record.LoadWithoutShapes(ctx)
	l.meanwhile()
	return data, err
}
