package ingest_test

import (
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// imported imports a file as a table of a schema.
func imported(t *testing.T, store record, schema *ingest.Schema, text string, options ingest.TableOptions) (*ingest.Report, error) {
	t.Helper()
	file, err := inputfile.FromBytes(t.Context(), []byte(text), "table.csv", inputfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	options.Today = today
	return ingest.Table(t.Context(), store, schema, file, options)
}

func present(t *testing.T, store record) *atlas.Atlas {
	t.Helper()
	data, err := store.LoadWithoutShapes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	data.Boundaries = nil
	a, err := atlas.New(data)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// An agency's decree can result in NO and not only in YES: its list is declared
// complete, for the whole country or one province, for some kinds of regions, and for
// its period.
func TestCoverageGivesNo(t *testing.T) {
	store := newStore(t)
	if _, err := imported(t, store, ingest.DesignationSchema, `region_code,kind,regulation,valid_from,valid_to,confidence,source
94.06,DISADVANTAGED,Perpres 9/2031,2031-01-01,2035-12-31,LISTED,The annex of Perpres 9/2031
`, ingest.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	judge := func(code sentra.RegionCode, day string) (sentra.Answer, string) {
		t.Helper()
		on, err := present(t, store).On(sentra.MustDate(day))
		if err != nil {
			t.Fatal(err)
		}
		judged := on.Affirmative(code)
		for i := range judged.Kinds {
			if judged.Kinds[i].Kind == sentra.Disadvantaged {
				return judged.Kinds[i].Answer, words.English.Say(judged.Kinds[i].Reason(on.Day))
			}
		}
		t.Fatal("nothing is said of DISADVANTAGED")
		return "", ""
	}
	check := func(when string, want map[[2]string]sentra.Answer) {
		t.Helper()
		for asked, answer := range want {
			if got, reason := judge(sentra.RegionCode(asked[0]), asked[1]); got != answer {
				t.Errorf("%s, %v: %s (%s), want %s", when, asked, got, reason, answer)
			}
		}
	}
	// 94 is Papua Tengah, 94.01 Nabire, 32.04 Bandung, 51 Bali, 51.03 Badung.
	check("before", map[[2]string]sentra.Answer{{"94.06", "2032-06-01"}: sentra.Yes, {"94.01", "2032-06-01"}: sentra.NotCovered, {"32.04", "2032-06-01"}: sentra.NotCovered})
	coverage := func(rows string) (*ingest.Report, error) {
		return imported(t, store, ingest.CoverageSchema, "kind,extent,regulation,provinsi,jenis wilayah,valid_from,valid_to,confidence,keterangan,source\n"+rows, ingest.TableOptions{})
	}
	for _, c := range []struct {
		rows string
		want map[[2]string]sentra.Answer
	}{
		{"DISADVANTAGED,PARTIAL,Perpres 9/2031,,,2031-01-01,2035-12-31,LISTED,,The annex\n",
			map[[2]string]sentra.Answer{{"94.01", "2032-06-01"}: sentra.NotCovered, {"94.06", "2032-06-01"}: sentra.Yes}},
		{"DISADVANTAGED,COMPLETE,Perpres 9/2031,Papua Tengah,,2031-01-01,2035-12-31,LISTED,,The annex\n",
			map[[2]string]sentra.Answer{{"94.01", "2032-06-01"}: sentra.No, {"94.06", "2032-06-01"}: sentra.Yes, {"32.04", "2032-06-01"}: sentra.NotCovered, {"94.01", "2030-12-31"}: sentra.NotCovered, {"94.01", "2036-01-01"}: sentra.NotCovered}},
		{"DISADVANTAGED,NONE,Perpres 10/2031,Bali,Kota,2031-01-01,,INFERRED,,The annex\n",
			map[[2]string]sentra.Answer{{"51.03", "2032-06-01"}: sentra.NotCovered}},
		{"DISADVANTAGED,NONE,Perpres 10/2031,Bali,Kabupaten; Kota,2031-01-01,,INFERRED,,The annex\n",
			map[[2]string]sentra.Answer{{"51.03", "2032-06-01"}: sentra.No, {"51.03", "2030-12-31"}: sentra.NotCovered, {"32.04", "2032-06-01"}: sentra.NotCovered}},
		{"DISADVANTAGED,COMPLETE,Perpres 9/2031,,,2031-01-01,2035-12-31,LISTED,Only those on the list,The annex\n",
			map[[2]string]sentra.Answer{{"94.01", "2032-06-01"}: sentra.No, {"32.04", "2032-06-01"}: sentra.No, {"94.06", "2032-06-01"}: sentra.Yes}},
	} {
		report, err := coverage(c.rows)
		if err != nil {
			t.Fatal(c.rows, err)
		}
		if report.Counts[ingest.New]+report.Counts[ingest.Changed] != 1 {
			t.Errorf("%s: %v", c.rows, report.Counts)
		}
		check(c.rows, c.want)
	}
	if _, reason := judge("32.04", "2032-06-01"); reason != "Only those on the list." {
		t.Errorf("the reason of a no is %q", reason)
	}
	for rows, want := range map[string]string{
		"DISADVANTAGED,ALL,Perpres 9/2031,,,2031,,LISTED,,s\n":                             "COMPLETE",
		"DISADVANTAGED,COMPLETE,Perpres 9/2031,Atlantis,,2031,,LISTED,,s\n":                "Atlantis",
		"DISADVANTAGED,COMPLETE,Perpres 9/2031,,Desa,2031,,LISTED,,s\n":                    "PROVINCE, REGENCY, CITY",
		"DISADVANTAGED,COMPLETE,Perpres 9/2031,,,2031,2030-01-01,LISTED,,s\n":              "before valid_from",
		"DISADVANTAGED,COMPLETE,,,,2031,,LISTED,,s\n":                                      "a value is missing",
		"DISADVANTAGED,COMPLETE,Perpres 9/2031,,,2032-01-01,2033-12-31,LISTED,Another,s\n": "is known already",
	} {
		if _, err := coverage(rows); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", rows, err, want)
		}
	}
}

// What is not in the file is deleted on request, except for what the program ships; a
// dry run reports it and deletes nothing.
func TestDeleteMissing(t *testing.T) {
	store := newStore(t)
	shipped := present(t, store).Data.Clusters.Len()
	const header = "key,name_id,product_id,phase,regions,source\n"
	row := func(key string) string { return key + ",Sentra " + key + ",Kopi,2017,94.06,A letter\n" }
	if _, err := imported(t, store, ingest.ClusterSchema, header+row("a")+row("b")+row("c"), ingest.TableOptions{}); err != nil {
		t.Fatal(err)
	}
	keys := func() string {
		var out []string
		for c := range present(t, store).Data.Clusters.All {
			if len(c.Key) == 1 {
				out = append(out, c.Key)
			}
		}
		if others := present(t, store).Data.Clusters.Len() - len(out); others != shipped {
			t.Errorf("%d of the program's clusters, want %d", others, shipped)
		}
		return strings.Join(out, " ")
	}
	if report, err := imported(t, store, ingest.ClusterSchema, header+row("b"), ingest.TableOptions{}); err != nil || keys() != "a b c" {
		t.Fatal(report, err, keys())
	}
	before := version(t, store)
	report, err := imported(t, store, ingest.ClusterSchema, header+row("b"), ingest.TableOptions{DeleteMissing: true, DryRun: true})
	if err != nil || !strings.Contains(report.Summary(), `2 clusters that are not in the file: deleted "a", "c"`) || version(t, store) != before {
		t.Errorf("%v\n%s", err, report.Summary())
	}
	report, err = imported(t, store, ingest.ClusterSchema, header+row("b"), ingest.TableOptions{DeleteMissing: true})
	if err != nil || keys() != "b" || !strings.Contains(report.Summary(), "2 clusters that are not in the file") {
		t.Errorf("%v %s\n%s", err, keys(), report.Summary())
	}
	if _, err := store.changes.Revert(t.Context(), register.By{Author: "somebody"}, present(t, store).Data.Number); err != nil || keys() != "a b c" {
		t.Errorf("undone: %v, %s", err, keys())
	}
}
