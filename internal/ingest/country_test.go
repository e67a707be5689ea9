package ingest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	supportHead     = "region_code,year,fund,amount,currency,cluster,product,purpose,confidence,source\n"
	facilitatorHead = "region_code,kind,year,count,note,confidence,source\n"
	candidateHead   = "phase,region_code,named,ground,element,outcome,evidence,decision,reason,source\n"
)

// The faults that the issue lists are rejected by row and column, and nothing is
// written.
func TestCountryFiles(t *testing.T) {
	supports, facilitators, candidates := ingest.Supports, ingest.FacilitatorCounts, ingest.Candidates
	for _, c := range []struct {
		name  string
		load  func(t *testing.T, store record, file string) (int, error)
		file  string
		count int
		says  string
	}{
		{"supports", loading(supports), supportHead + "94.06,2023,DAK,14257083496,,2017-94.06-coffee-processing,coffee processing,a roasting house,LISTED,an office\n11.05,2024,,\"1.250.000.000\",,,,,PARTIAL,a paper\n", 2, ""},
		{"an amount exact beyond 2^53", loading(supports), supportHead + "94.06,2023,APBN,90071992547409931.25,IDR,,,,LISTED,an office\n", 1, ""},
		{"a support without a year", loading(supports), supportHead + "94.06,2023,DAK,1,,,,,LISTED,s\n94.06,,DAK,1,,,,,LISTED,s\n", 0, "line 3, column 7.year: a year is missing"},
		{"an amount with decimals and no currency", loading(supports), supportHead + "94.06,2023,DAK,1.5,,,,,LISTED,s\n", 0, `line 2, column 16.amount: "1.5" has decimals and no currency`},
		{"an amount that may be read two ways", loading(supports), supportHead + "94.06,2023,DAK,1.500,,,,,LISTED,s\n", 0, "line 2, column 16.amount"},
		{"dollars", loading(supports), supportHead + "94.06,2023,DAK,15,USD,,,,LISTED,s\n", 0, `currency: "USD" is not IDR`},
		{"a fund of no name", loading(supports), supportHead + "94.06,2023,DAU,15,,,,,LISTED,s\n", 0, "line 2, column 12.fund"},
		{"a cluster that is not there", loading(supports), supportHead + "94.06,2023,DAK,15,,x,,,LISTED,s\n", 0, `cluster: the record has no cluster "x"`},
		{"the same twice", loading(supports), supportHead + "94.06,2023,DAK,15,,,,,LISTED,s\n94.06,2023,DAK,16,,,,,LISTED,s\n", 0, "is in the file a second time, first in line 2"},
		{"a former code on a day when it is another's no longer", loading(supports), supportHead + "92.71,2023,DAK,15,,,,,LISTED,s\n", 0, "line 2, column 1.region_code: 92.71 is a former code: Kota Sorong"},
		{"a former code on its day", loading(supports), supportHead + "92.71,2017,DAK,15,,,,,LISTED,s\n", 1, ""},
		{"facilitators", loading(facilitators), facilitatorHead + "94.06,TPL,2018,3,of class 2017,LISTED,an office\n94.06,CONSULTANT,2018,1,,LISTED,an office\n", 2, ""},
		{"no number of people", loading(facilitators), facilitatorHead + "94.06,TPL,2018,,,LISTED,s\n", 0, "line 2, column 16.count: a number of people is missing"},
		{"candidates", loading(candidates), candidateHead + "2017,94.06,Papua,AFFIRMATIVE_THEME,border region (perbatasan),NOT_MET,it has no border,CHOSEN,,an office\n2017,94.06,Papua,AFFIRMATIVE_THEME,disadvantaged region (daerah tertinggal),MET,Perpres 131/2015,,,an office\n", 2, ""},
		{"a candidate in a phase that does not exist", loading(candidates), candidateHead + "2019,94.06,,,,,,CHOSEN,,s\n", 0, "line 2, column 1.phase"},
		{"an assessment without evidence", loading(candidates), candidateHead + "2017,94.06,,STRATEGIC_THEME,,MET,,,,s\n", 0, "evidence"},
		{"decided twice", loading(candidates), candidateHead + "2017,94.06,,,,,,CHOSEN,,s\n2017,94.06,,,,,,DEFERRED,,s\n", 0, "line 3, column 17.decision: 2017:94.06 is decided a second time"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := newStore(t)
			before := version(t, store)
			count, err := c.load(t, store, c.file)
			if c.says == "" {
				if err != nil || count != c.count {
					t.Fatalf("%d rows, %v", count, err)
				}
				after := version(t, store)
				if _, err := c.load(t, store, c.file); err != nil || version(t, store) != after || after == before {
					t.Errorf("a second import changed the version, the first did not, or it failed: %v", err)
				}
				return
			}
			if sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want it to say %q", err, c.says)
			}
			if version(t, store) != before {
				t.Error("a refused file changed the record")
			}
		})
	}
}

// loading returns a function that loads a file of a kind.
func loading(load func(context.Context, ingest.Record, []byte, string) (int, error)) func(t *testing.T, store record, file string) (int, error) {
	return func(t *testing.T, store record, file string) (int, error) {
		return load(t.Context(), store, []byte(file), "file")
	}
}

// A cluster without a phase is imported with its figures; what a file has no columns
// for stays.
func TestClustersOfNoPhase(t *testing.T) {
	store := newStore(t)
	load := func(file, key string) *sentra.Cluster {
		t.Helper()
		if _, err := ingest.Clusters(t.Context(), store, []byte(file), "file"); err != nil {
			t.Fatal(err)
		}
		data, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for c := range data.Clusters.All {
			if c.Key == key {
				return c
			}
		}
		return nil
	}
	c := load("key,name_id,product_id,regions,year,units,workers,status,source\n"+
		"sentra-rotan-gampong-kueh,Sentra Rotan Gampong Kueh,Kerajinan rotan,11.06,2025,12,70,,the office of Aceh Besar\n"+
		"x-1,Sentra X,Batik,33.28,,,,PLANNED,a plan\n", "sentra-rotan-gampong-kueh")
	if c.OfProgramme() || c.Planned || *c.Figures.Units != 12 || *c.Figures.Workers != 70 || c.Figures.Year != 2025 || c.Place != "Kueh, Kec. Lhoknga" || c.Confidence != sentra.Listed || len(c.Products) != 1 || c.Products[0] != "rattan" {
		t.Errorf("%+v", c)
	}
	// The stored page keeps its source and reading, and so since when the cluster is
	// known.
	if len(c.Sources) < 2 || len(c.Readings) != 1 || c.Readings[0].Source != c.Sources[1] || strings.HasPrefix(c.Readings[0].Read, "imported from") {
		t.Errorf("sources %v, readings %+v", c.Sources, c.Readings)
	}
	// A cluster that only the file mentions is known from the day of the import.
	if c = load("key,name_id,product_id,regions,source\nx-2,Sentra X,Batik,33.28,a letter\n", "x-2"); len(c.Readings) != 1 || c.Readings[0].On == nil || !strings.HasPrefix(c.Readings[0].Read, "imported from") {
		t.Errorf("readings %+v", c.Readings)
	}
}
