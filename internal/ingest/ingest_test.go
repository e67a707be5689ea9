package ingest_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var server *pgtest.Server

func TestMain(m *testing.M) {
	if pgtest.Fuzzing() {
		os.Exit(m.Run())
	}
	var err error
	if server, err = pgtest.Start(); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// record is a store under test.
type record struct {
	*postgres.Store
	changes *register.Register
	*register.Editor
}

func (r record) Load(ctx context.Context) (*sentra.Dataset, error) { return r.Store.Load(ctx) }

func (r record) LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error) {
	return r.Store.LoadWithoutShapes(ctx)
}

// newStore returns a migrated record with the facts.
func newStore(t *testing.T) record {
	t.Helper()
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	// Without BPS's codes, which the files of codes then add.
	f.Codes = slices.DeleteFunc(f.Codes, func(c sentra.OfficialCode) bool { return c.System == sentra.SystemBPS })
	changes := register.New(store, atlas.Try)
	if _, _, err := changes.SyncFacts(t.Context(), f, 1); err != nil {
		t.Fatal(err)
	}
	return record{store, changes, changes.Edit("somebody", "a test")}
}

func version(t *testing.T, store record) string {
	t.Helper()
	v, err := store.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

var source = sentra.Source{ID: "test", Title: "a test"}

func TestFactsAreWrittenOnce(t *testing.T) {
	store := newStore(t)
	before := version(t, store)
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, written, err := store.changes.SyncFacts(t.Context(), f, 1); err != nil || written {
		t.Errorf("the same facts again: written %v, %v", written, err)
	}
	if version(t, store) != before {
		t.Error("the version changed without a change")
	}
	if _, written, err := store.changes.SyncFacts(t.Context(), f, 2); err != nil || !written {
		t.Errorf("newer facts: written %v, %v", written, err)
	}
}

func TestRealBoundariesTwice(t *testing.T) {
	store := newStore(t)
	files := boundarytest.Files(t)
	report, err := ingest.Boundaries(t.Context(), store, files, ingest.BoundaryOptions{Source: source})
	if err != nil {
		t.Fatal(err)
	}
	if report.Provinces != 38 || report.Regencies != 514 || report.Changed != 552 {
		t.Errorf("report %+v", report)
	}
	if report.Repairs.RingsDropped < 10 {
		t.Errorf("%d rings dropped; the source has 10 with fewer than 4 points", report.Repairs.RingsDropped)
	}
	// The source has 128,405 edges on the grid; the largest overlap is that of Sorong
	// and Tambrauw.
	borders := report.Borders
	if borders.Faces != 514 || borders.Edges.Before != 128_405 || borders.Gaps.Count < 3000 || borders.Overlaps.Count < 4000 || len(borders.Covered) != 0 ||
		borders.OverlapPairs[0].Code != "96.01" || borders.OverlapPairs[0].Other != "96.04" || math.Abs(borders.OverlapPairs[0].Km2-5043) > 1 {
		t.Errorf("borders %+v", borders)
	}
	if text := report.String(); !strings.Contains(text, "gaps between neighbours") || !strings.Contains(text, "96.01 with 96.04 5042.8 km2") {
		t.Errorf("the report does not tell of the borders:\n%s", text)
	}
	before := version(t, store)
	again, err := ingest.Boundaries(t.Context(), store, files, ingest.BoundaryOptions{Source: source})
	if err != nil || again.Changed != 0 {
		t.Errorf("the second import changed %d, %v", again.Changed, err)
	}
	if version(t, store) != before {
		t.Error("the second import changed the version")
	}
}

func TestWrongBoundariesLeaveNothing(t *testing.T) {
	const good = `{"type":"Feature","id":"51.03","properties":{"name":"Kabupaten Badung"},"geometry":{"type":"Polygon","coordinates":[[[115,-8],[115.2,-8],[115.2,-8.5],[115,-8]]]}}`
	for name, c := range map[string]struct{ bad, says string }{
		"unknown code":      {`{"type":"Feature","id":"99.99","properties":{},"geometry":{"type":"Polygon","coordinates":[[[115,-8],[115.2,-8],[115.2,-8.5],[115,-8]]]}}`, "no region has the code"},
		"levels contradict": {`{"type":"Feature","id":"51","properties":{"name":"Kabupaten Badung"},"geometry":{"type":"Polygon","coordinates":[[[115,-8],[115.2,-8],[115.2,-8.5],[115,-8]]]}}`, "different levels"},
		"swapped":           {`{"type":"Feature","id":"51.04","properties":{},"geometry":{"type":"Polygon","coordinates":[[[-8,115],[-8,115.2],[-8.5,115.2],[-8,115]]]}}`, "swapped"},
		"out of range":      {`{"type":"Feature","id":"51.04","properties":{},"geometry":{"type":"Polygon","coordinates":[[[200,-8],[201,-8],[201,-9],[200,-8]]]}}`, "out of range"},
		"twice":             {good, "second time"},
		"no area":           {`{"type":"Feature","id":"51.04","properties":{},"geometry":{"type":"Polygon","coordinates":[[[115,-8],[116,-8],[115,-8]]]}}`, "no ring"},
	} {
		t.Run(name, func(t *testing.T) {
			store := newStore(t)
			file := filepath.Join(t.TempDir(), "wrong.geojson")
			if err := os.WriteFile(file, []byte(good+"\n"+c.bad), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := ingest.Boundaries(t.Context(), store, []string{file}, ingest.BoundaryOptions{Source: source})
			if sentra.ErrorCode(err) != sentra.CodeBadUserInput || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "feature 2") {
				t.Errorf("got %v", err)
			}
			data, err := store.Load(t.Context())
			if err != nil || len(data.Boundaries) != 0 {
				t.Errorf("%d boundaries are stored, %v; want none", len(data.Boundaries), err)
			}
		})
	}
}

func TestTables(t *testing.T) {
	const designationHead = "region_code,kind,regulation,valid_from,valid_to,confidence,neighbour,source\n"
	const clusterHead = "key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,precision,initial_target,region_note,province_named,source\n"
	const codeHead = "system,value,region_code,valid_from,valid_to,source\n"
	for _, c := range []struct {
		name, kind, file string
		count            int
		says             string
	}{
		{"designation", "d", designationHead + "51.03,BORDER,Perpres 1/2030,2030,,LISTED,AU,https://example.org/a\n", 1, ""},
		{"unknown region", "d", designationHead + "51.03,BORDER,Perpres 1/2030,2030,,LISTED,,s\n99.01,BORDER,Perpres 1/2030,2030,,LISTED,,s\n", 0, "line 3, column 1"},
		{"wrong kind", "d", designationHead + "51.03,POOR,Perpres 1/2030,2030,,LISTED,,s\n", 0, "line 2, column 7"},
		{"wrong date", "d", designationHead + "51.03,BORDER,Perpres 1/2030,20x0,,LISTED,,s\n", 0, "line 2, column 29"},
		{"inverted dates", "d", designationHead + "51.03,BORDER,Perpres 1/2030,2030-05-01,2029-01-01,LISTED,,s\n", 0, "lies before"},
		{"no source", "d", designationHead + "51.03,BORDER,Perpres 1/2030,2030,,LISTED,,\n", 0, "source"},
		{"unknown column", "d", "code\n1\n", 0, "no such column"},
		{"codes", "o", codeHead + "BPS,9408,94.06,,2022-07-24,an example\nBPS,9499,94.06,2022-07-25,,an example\nBPS,94,94,,,another\n", 3, ""},
		{"a code before the split", "o", codeHead + "KEMENDAGRI,91.26,94.06,,2022-07-24,an example\n", 1, ""},
		{"code of no system", "o", codeHead + "FAO,9408,94.06,,,s\n", 0, "line 2, column 1"},
		{"code of no region", "o", codeHead + "BPS,9408,94.06,,,s\nBPS,9999,99.99,,,s\n", 0, "line 3, column 10"},
		{"a regency's code for a province", "o", codeHead + "BPS,9408,94,,,s\n", 0, "line 2, column 5"},
		{"an ISO code for a regency", "o", codeHead + "ISO_3166_2,ID-PT,94.06,,,s\n", 0, "line 2, column 1"},
		{"code without a source", "o", codeHead + "BPS,9408,94.06,,,\n", 0, "source"},
		{"code with no date", "o", codeHead + "BPS,9408,94.06,2022,,s\n", 0, "line 2, column 16"},
		{"code with inverted dates", "o", codeHead + "BPS,9408,94.06,2022-01-02,2022-01-01,s\n", 0, "lies before"},
		{"a code of two regions", "o", codeHead + "BPS,9408,94.06,,2022-01-01,s\nBPS,9408,94.05,2022-01-01,,s\n", 0, "line 3, column 5.value: the BPS code 9408 means 94.06"},
		{"two codes of a region", "o", codeHead + "BPS,9408,94.06,,,s\nBPS,9409,94.06,2022-01-01,,s\n", 0, "line 3, column 10.region_code: 94.06 has the BPS code 9408"},
		{"a code that the facts give to another", "o", codeHead + "KEMENDAGRI,94.05,94.06,2014-07-23,,s\n", 0, "means 94.05"},
		{"cluster", "c", clusterHead + "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03;51.04,115.2,-8.6,POINT,true,,Bali,Somebody\n", 1, ""},
		{"cluster without a place", "c", clusterHead + "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03,,,POINT,,,,s\n", 0, "lon"},
		{"cluster swapped", "c", clusterHead + "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03,-8.6,115.2,POINT,,,,s\n", 0, "swapped"},
		{"cluster of no phase", "c", clusterHead + "x-1,Silver,Perak,silver craft,kerajinan perak,1999,51.03,,,REGENCY,,,,s\n", 0, "not one of 2013-2016, 2017"},
		{"GeoJSON cluster", "c", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Point","coordinates":[115.2,-8.6]},"properties":{"key":"x-2","name_en":"Silver","name_id":"Perak","product_en":"silver craft","product_id":"kerajinan perak","phase":"2017","regions":"51.03","precision":"POINT","initial_target":false,"source":"s"}}]}`, 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := newStore(t)
			before := version(t, store)
			load := ingest.Designations
			switch c.kind {
			case "c":
				load = ingest.Clusters
			case "o":
				load = ingest.Codes
			}
			count, err := load(t.Context(), store, []byte(c.file), "file")
			if c.says == "" {
				if err != nil || count != c.count {
					t.Fatalf("%d rows, %v", count, err)
				}
				after := version(t, store)
				if _, err := load(t.Context(), store, []byte(c.file), "file"); err != nil || version(t, store) != after {
					t.Errorf("a second import changed the version, or failed: %v", err)
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

// Another file with the same codes replaces their periods, leaves other codes alone,
// and survives a newer binary's facts; rejected rows change nothing.
func TestCodesAreReplaced(t *testing.T) {
	store := newStore(t)
	const head = "system,value,region_code,valid_from,valid_to,source\n"
	load := func(rows string) error {
		_, err := ingest.Codes(t.Context(), store, []byte(head+rows), "file")
		return err
	}
	stored := func() string {
		t.Helper()
		data, err := store.Load(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, c := range data.Codes {
			if c.System == sentra.SystemBPS {
				to := "-"
				if c.Validity.To != nil {
					to = c.Validity.To.String()
				}
				out = append(out, c.Value+"="+string(c.Region)+" to "+to)
			}
		}
		return strings.Join(out, ", ")
	}
	for _, step := range []struct{ rows, conflict, want string }{
		{"BPS,9405,94.05,,,a\nBPS,9408,94.06,,,a\n", "", "9405=94.05 to -, 9408=94.06 to -"},
		{"BPS,9408,94.06,,2020-12-31,b\n", "", "9405=94.05 to -, 9408=94.06 to 2020-12-31"},
		{"BPS,9408,94.05,2020-12-31,,b\n", "means 94.06", "9405=94.05 to -, 9408=94.06 to 2020-12-31"},
		{"BPS,9405,94.05,,2020-12-31,b\nBPS,9408,94.05,2021-01-01,,b\n", "", "9405=94.05 to 2020-12-31, 9408=94.05 to -, 9408=94.06 to 2020-12-31"},
	} {
		err := load(step.rows)
		if step.conflict == "" && err != nil || step.conflict != "" && (err == nil || !strings.Contains(err.Error(), step.conflict)) {
			t.Errorf("%q: %v", step.rows, err)
		}
		if got := stored(); got != step.want {
			t.Errorf("%q: stored %s, want %s", step.rows, got, step.want)
		}
	}
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := store.changes.SyncFacts(t.Context(), f, 2); err != nil || !strings.Contains(stored(), "9408=94.05") {
		t.Errorf("after newer facts: %s, %v", stored(), err)
	}
}

// Rules over several rows are enforced by the register.
func TestConstraints(t *testing.T) {
	store := newStore(t)
	day := sentra.MustDate("2016-06-01")
	_, err := store.Apply(t.Context(), register.Put(source), register.Put(sentra.Designation{ID: "another", Region: "94.06", Kind: sentra.Disadvantaged,
		Regulation: "Perpres 131/2015", From: sentra.PartialDate{First: day, Precision: sentra.PrecisionDay}, Confidence: sentra.Listed,
		Sources: []sentra.SourceID{"test"}}))
	if sentra.ErrorCode(err) != sentra.CodeConflict {
		t.Errorf("an overlapping designation: got %v, want CONFLICT", err)
	}
}

// Load is one transaction, which an exceeded deadline cancels.
func TestLoadIsCancelled(t *testing.T) {
	store := newStore(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Load(ctx); sentra.ErrorCode(err) != sentra.CodeDeadlineExceeded && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
