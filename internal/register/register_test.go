package register_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var server *pgtest.Server

func TestMain(m *testing.M) {
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

// world is a record under test.
type world struct {
	*testing.T
	record  register.Record
	changes *register.Register
}

// onEach runs a test on a record in memory and on one in PostgreSQL.
func onEach(t *testing.T, test func(w *world)) {
	t.Run("memory", func(t *testing.T) {
		record := &register.Memory{}
		test(&world{t, record, register.New(record, atlas.Try)})
	})
	t.Run("postgres", func(t *testing.T) {
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
		test(&world{t, store, register.New(store, atlas.Try)})
	})
}

func (w *world) load() *sentra.Dataset {
	w.Helper()
	data, err := w.record.Load(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return data
}

func (w *world) bring(f *sentra.Facts, number int) (register.Outcome, bool) {
	w.Helper()
	outcome, written, err := w.changes.SyncFacts(w.Context(), f, number)
	if err != nil {
		w.Fatal(err)
	}
	return outcome, written
}

func (w *world) apply(commands ...register.Command) register.Outcome {
	w.Helper()
	outcome, err := w.changes.Apply(w.Context(), by, commands...)
	if err != nil {
		w.Fatal(err)
	}
	return outcome
}

func (w *world) importFile(load func(context.Context, ingest.Record, []byte, string) (int, error), lines ...string) {
	w.Helper()
	if _, err := load(w.Context(), w.changes.Edit("an agency", "a test"), []byte(strings.Join(lines, "\n")+"\n"), "file"); err != nil {
		w.Fatal(err)
	}
}

var by = register.By{Author: "an agency", Reason: "a test"}

// state is a dataset as text, without number, version and time.
func state(data *sentra.Dataset) string {
	bare := *data
	bare.Number, bare.Version, bare.UpdatedAt = 0, "", time.Time{}
	text, err := json.MarshalIndent([]any{bare, bare.Clusters.List()}, "", " ")
	if err != nil {
		panic(err)
	}
	var ids []string
	for c := range bare.Clusters.All {
		ids = append(ids, c.ID)
	}
	shapes := make([]int, len(bare.Boundaries))
	for i := range bare.Boundaries {
		shapes[i] = len(bare.Boundaries[i].Shape)
	}
	return fmt.Sprint(string(text), ids, shapes)
}

func cluster(data *sentra.Dataset, key string) *sentra.Cluster {
	for c := range data.Clusters.All {
		if c.Key == key {
			return c
		}
	}
	return nil
}

func source(data *sentra.Dataset, id string) *sentra.Source {
	for i := range data.Sources {
		if string(data.Sources[i].ID) == id {
			return &data.Sources[i]
		}
	}
	return nil
}

func shipped(t testing.TB) *sentra.Facts {
	t.Helper()
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The record holds the facts unchanged, and no two of them conflict.
func TestFactsReadBackEqual(t *testing.T) {
	onEach(t, func(w *world) {
		f := shipped(w)
		outcome, written := w.bring(f, 1)
		if !written || outcome.Number != 1 || len(outcome.Conflicts) != 0 {
			w.Errorf("written %v, number %d, conflicts %+v", written, outcome.Number, outcome.Conflicts)
		}
		want, err := register.Documents(f)
		if err != nil {
			w.Fatal(err)
		}
		data := w.load()
		got, err := register.Documents(&data.Facts)
		if err != nil {
			w.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			w.Errorf("%d documents read back, want %d, or some differ", len(got), len(want))
		}
		if len(got) != len(f.Sources)+len(f.Regions)+len(f.Codes)+len(f.Memberships)+len(f.Successions)+len(f.Designations)+len(f.Coverage)+
			len(f.Phases)+len(f.Products)+f.Clusters.Len()+len(f.Programme.Grounds)+len(f.Events)+
			len(f.Names)+len(f.Supports)+len(f.Facilitators)+len(f.Counts)+len(f.Candidates)+1 {
			w.Errorf("%d documents for the facts: two of them share an id", len(got))
		}
	})
}

// Programs of different versions use one record: the newer facts stay, whichever
// starts last, and nothing flips.
func TestOlderProgramLeavesNewerFacts(t *testing.T) {
	onEach(t, func(w *world) {
		older, newer := shipped(w), shipped(w)
		newer.Products[0].NameEN = "a better name"
		for i, step := range []struct {
			facts   *sentra.Facts
			number  int
			written bool
		}{{older, 1, true}, {newer, 2, true}, {older, 1, false}, {newer, 2, false}, {older, 1, false}} {
			outcome, written := w.bring(step.facts, step.number)
			if written != step.written || outcome.Number != int64(min(i+1, 2)) {
				w.Errorf("step %d: written %v, number %d", i, written, outcome.Number)
			}
		}
		if data := w.load(); !slices.ContainsFunc(data.Products, func(p sentra.Product) bool { return p.NameEN == "a better name" }) {
			w.Error("the older program's facts stand")
		}
	})
}

// What an agency corrected stays. If the program's version is new too, it is a
// conflict until somebody decides. What is no longer shipped is withdrawn.
func TestFactsAndCorrections(t *testing.T) {
	onEach(t, func(w *world) {
		first := shipped(w)
		gone, kept := *first.Clusters.First(1)[0], *first.Clusters.First(1)[0]
		gone.ID, gone.Key = "gone", "gone"
		kept.ID, kept.Key = "kept", "kept"
		brought := kept
		first.Clusters = sentra.NewClusters(append(first.Clusters.List(), &gone, &brought)...)
		w.bring(first, 1)

		data := w.load()
		some := data.Clusters.First(4)
		silent, disputed, deleted := *some[1], *some[2], *some[3]
		silent.NameEN, disputed.NameEN = "silent correction", "disputed correction"
		kept.NameEN = "kept by the agency"
		w.apply(register.Put(silent, disputed, kept), register.Delete(sentra.KindOfCluster, deleted.Key))

		second := shipped(w)
		for c := range second.Clusters.All {
			switch c.Key {
			case silent.Key:
				// The program's version did not change.
			case disputed.Key, deleted.Key:
				c.NameEN = "the program's new word"
			default:
				c.RegionNote = "new"
			}
		}
		outcome, _ := w.bring(second, 2)
		var about []string
		for _, c := range outcome.Conflicts {
			about = append(about, c.Entity.String())
		}
		want := []string{"cluster/" + disputed.Key, "cluster/" + deleted.Key, "cluster/kept"}
		slices.Sort(want)
		if !slices.Equal(about, want) {
			w.Errorf("conflicts about %v, want %v", about, want)
		}
		data = w.load()
		if !reflect.DeepEqual(data.Conflicts, outcome.Conflicts) {
			w.Errorf("the record lists %+v", data.Conflicts)
		}
		for key, name := range map[string]string{silent.Key: "silent correction", disputed.Key: "disputed correction", "kept": "kept by the agency"} {
			if c := cluster(data, key); c == nil || c.NameEN != name {
				w.Errorf("%s is %+v, want the name %q", key, c, name)
			}
		}
		for _, key := range []string{"gone", deleted.Key} {
			if cluster(data, key) != nil {
				w.Errorf("%s is still there", key)
			}
		}
		for c := range second.Clusters.All {
			if c.RegionNote == "new" && cluster(data, c.Key).RegionNote != "new" {
				w.Errorf("%s did not follow the program", c.Key)
			}
		}

		// The same version again, in newer facts, keeps open conflicts and opens none.
		third := shipped(w)
		third.Clusters = second.Clusters
		third.Phases[0].Sources = append(slices.Clone(third.Phases[0].Sources), third.Sources[0].ID)
		if outcome, _ := w.bring(third, 3); len(outcome.Conflicts) != 3 {
			w.Errorf("%d conflicts after the same word again, want 3", len(outcome.Conflicts))
		}
		// Putting the entity again settles the conflict.
		w.apply(register.Put(disputed), register.Delete(sentra.KindOfCluster, "kept"))
		if data := w.load(); len(data.Conflicts) != 1 {
			w.Errorf("conflicts after a decision: %+v", data.Conflicts)
		}
		fourth := *third
		fourth.Phases = shipped(w).Phases
		if outcome, _ := w.bring(&fourth, 4); len(outcome.Conflicts) != 1 {
			w.Errorf("conflicts after newer facts: %+v", outcome.Conflicts)
		}
	})
}

const clusterHead = "key,name_en,name_id,product_en,product_id,phase,regions,precision,source"

// A second import of a key replaces products, regions, phases and sources, and
// removes nothing from a source that it cites with less detail.
func TestSecondImportCorrects(t *testing.T) {
	onEach(t, func(w *world) {
		w.bring(shipped(w), 1)
		w.importFile(ingest.Clusters, clusterHead, "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03;51.04,REGENCY,first list")
		before := cluster(w.load(), "x-1")
		w.importFile(ingest.Clusters, clusterHead, "x-1,Gold,Emas,gold craft,kerajinan emas,2013-2016,51.05,REGENCY,second list")
		got := cluster(w.load(), "x-1")
		if !slices.Equal(got.Regions, []sentra.RegionCode{"51.05"}) || !slices.Equal(got.Products, []string{"gold-craft"}) ||
			!slices.Equal(got.Phases, []string{"2013-2016"}) || !slices.Equal(got.Sources, []sentra.SourceID{"cited-second-list"}) || got.NameEN != "Gold" || got.ID != before.ID {
			w.Errorf("after the second import: %+v", got)
		}
		number := w.load().Number
		w.importFile(ingest.Clusters, clusterHead, "x-1,Gold,Emas,gold craft,kerajinan emas,2013-2016,51.05,REGENCY,second list")
		if again := w.load().Number; again != number {
			w.Errorf("the same import made change %d after %d", again, number)
		}
	})
}

func TestSourcesAreMerged(t *testing.T) {
	onEach(t, func(w *world) {
		f := shipped(w)
		w.bring(f, 1)
		var address *sentra.Source
		for i := range f.Designations {
			s := source(w.load(), string(f.Designations[i].Sources[0]))
			if s.URL != "" && s.Publisher != "" {
				address = s
				break
			}
		}
		if address == nil {
			w.Fatal("no designation cites an address")
		}
		const head = "region_code,kind,regulation,valid_from,confidence,source"
		for i, citation := range []string{address.Title, address.URL, strings.ToUpper(address.Title[:1]) + address.Title[1:], string(source(w.load(), "jica").Title)} {
			w.importFile(ingest.Designations, head, fmt.Sprintf(`51.0%d,BORDER,Perpres 1/2030,2030,LISTED,"%s"`, i+1, citation))
		}
		data := w.load()
		if got := source(data, string(address.ID)); !reflect.DeepEqual(got, address) {
			w.Errorf("the source became %+v, was %+v", got, address)
		}
		if len(data.Sources) != len(f.Sources) {
			w.Errorf("%d sources, want the %d there were", len(data.Sources), len(f.Sources))
		}
		// An agency's additions are stored, and newer facts leave them alone.
		w.apply(register.Put(sentra.Source{ID: address.ID, Title: address.Title, Licence: "public domain"}))
		f.Sources[slices.IndexFunc(f.Sources, func(s sentra.Source) bool { return s.ID == address.ID })].Publisher = "a new publisher"
		if outcome, _ := w.bring(f, 2); len(outcome.Conflicts) != 0 {
			w.Errorf("conflicts %+v", outcome.Conflicts)
		}
		if got := source(w.load(), string(address.ID)); got.Licence != "public domain" || got.Publisher != "a new publisher" || got.URL != address.URL {
			w.Errorf("the source became %+v", got)
		}
	})
}

// Codes that an agency loaded and a newer program ships do not prevent a start.
func TestCodesShippedLater(t *testing.T) {
	onEach(t, func(w *world) {
		// A program without BPS codes, and later one with a few.
		older := shipped(w)
		older.Codes = slices.DeleteFunc(older.Codes, func(c sentra.OfficialCode) bool { return c.System == sentra.SystemBPS })
		w.bring(older, 1)
		const head = "system,value,region_code,valid_from,valid_to,source"
		w.importFile(ingest.Codes, head, "BPS,9408,94.06,,2022-07-24,an agency", "BPS,9405,94.05,,,an agency", "BPS,9410,94.03,,,an agency")
		newer := shipped(w)
		newer.Codes = slices.DeleteFunc(newer.Codes, func(c sentra.OfficialCode) bool { return c.System == sentra.SystemBPS })
		code := func(value, region string, from *sentra.Date) sentra.OfficialCode {
			return sentra.OfficialCode{System: sentra.SystemBPS, Value: value, Region: sentra.RegionCode(region), Validity: sentra.Period{From: from}, Sources: []sentra.SourceID{facts.BoundarySource}}
		}
		first := sentra.FirstDay
		newer.Codes = append(newer.Codes, code("9408", "94.06", &first), code("9405", "94.05", nil), code("9411", "94.03", nil), code("9401", "94.01", nil))
		outcome, written := w.bring(newer, 2)
		if !written {
			w.Fatal("the facts were not written")
		}
		var got []string
		for _, c := range w.load().Codes {
			if c.System == sentra.SystemBPS {
				got = append(got, c.EntityID())
			}
		}
		slices.Sort(got)
		if want := []string{"BPS:9401:94.01", "BPS:9405:94.05", "BPS:9408:94.06", "BPS:9410:94.03"}; !slices.Equal(got, want) {
			w.Errorf("codes %v, want %v", got, want)
		}
		// Only 94.03 has another code in the agency's file than in the program.
		if len(outcome.Conflicts) != 1 || outcome.Conflicts[0].Entity.ID != "BPS:9411:94.03" {
			w.Errorf("conflicts %+v", outcome.Conflicts)
		}
	})
}

func TestDeleteAndRevert(t *testing.T) {
	onEach(t, func(w *world) {
		w.bring(shipped(w), 1)
		start := state(w.load())
		w.importFile(ingest.Clusters, clusterHead, "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03,REGENCY,a list", "x-2,Gold,Emas,gold,emas,2017,51.04,REGENCY,a list")
		imported := w.load()
		if _, err := w.changes.Apply(w.Context(), by, register.Delete(sentra.KindOfCluster, "x-1", "x-9")); sentra.ErrorCode(err) != sentra.CodeNotFound || !strings.Contains(err.Error(), "x-9") {
			w.Errorf("deleting what is not there: %v", err)
		}
		if _, err := w.changes.Apply(w.Context(), by, register.Delete(sentra.KindOfProduct, "gold")); sentra.ErrorCode(err) != sentra.CodeConflict || !strings.Contains(err.Error(), "cluster/x-2") {
			w.Errorf("deleting what is in use: %v", err)
		}
		w.apply(register.Delete(sentra.KindOfCluster, "x-1"))
		// Change 2, the import, cannot be reverted: x-1 has been deleted since.
		if _, err := w.changes.Revert(w.Context(), by, imported.Number); sentra.ErrorCode(err) != sentra.CodeConflict || !strings.Contains(err.Error(), "cluster/x-1") || !strings.Contains(err.Error(), "change 3") {
			w.Errorf("undoing what was changed again: %v", err)
		}
		if _, err := w.changes.Revert(w.Context(), by, 3); err != nil {
			w.Fatal(err)
		}
		if got := w.load(); state(got) != state(imported) || got.Number != 4 {
			w.Error("undoing the deletion does not bring back what there was")
		}
		if _, err := w.changes.Revert(w.Context(), by, imported.Number); err != nil {
			w.Fatal(err)
		}
		if state(w.load()) != start {
			w.Error("undoing everything does not bring back the beginning")
		}
		if _, err := w.changes.Revert(w.Context(), by, 99); sentra.ErrorCode(err) != sentra.CodeNotFound {
			w.Errorf("undoing what never was: %v", err)
		}
	})
}

// DeleteOthers deletes what an earlier import added; the program's facts stay.
func TestDeleteOthers(t *testing.T) {
	onEach(t, func(w *world) {
		f := shipped(w)
		w.bring(f, 1)
		w.importFile(ingest.Clusters, clusterHead, "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03,REGENCY,a list", "x-2,Gold,Emas,gold,emas,2017,51.04,REGENCY,a list")
		x2 := *cluster(w.load(), "x-2")
		w.apply(register.Put(x2), register.DeleteOthers(sentra.KindOfCluster))
		data := w.load()
		if cluster(data, "x-1") != nil || cluster(data, "x-2") == nil || data.Clusters.Len() != f.Clusters.Len()+1 {
			w.Errorf("%d clusters are left", data.Clusters.Len())
		}
	})
}

// A cluster whose key changes stays the same cluster.
func TestRenamedClusterKeepsItsID(t *testing.T) {
	onEach(t, func(w *world) {
		w.bring(shipped(w), 1)
		w.importFile(ingest.Clusters, clusterHead, "x-1,Silver,Perak,silver craft,kerajinan perak,2017,51.03,REGENCY,a list")
		moved := *cluster(w.load(), "x-1")
		moved.Key, moved.Regions = "x-moved", []sentra.RegionCode{"51.04"}
		w.apply(register.Put(moved))
		got := cluster(w.load(), "x-moved")
		if got == nil || got.ID != "x-1" || cluster(w.load(), "x-1") != nil {
			w.Fatalf("moved to %+v", got)
		}
		// Another cluster may take over the key; it has another id.
		w.importFile(ingest.Clusters, clusterHead, "x-1,Tin,Timah,tin,timah,2017,51.03,REGENCY,a list")
		if got := cluster(w.load(), "x-1"); got.ID == "x-1" {
			w.Errorf("two clusters have the id %s", got.ID)
		}
		clash := *cluster(w.load(), "x-1")
		clash.Key = "x-moved"
		if _, err := w.changes.Apply(w.Context(), by, register.Put(clash)); sentra.ErrorCode(err) != sentra.CodeConflict {
			w.Errorf("two clusters with one key: %v", err)
		}
	})
}

// A random history: the changes in sequence lead to the present state, and reverting
// them from last to first leads back to the beginning.
func TestHistory(t *testing.T) {
	onEach(t, func(w *world) {
		f := shipped(w)
		w.bring(f, 1)
		random := rand.New(rand.NewPCG(1, 2))
		states := []string{"", state(w.load())}
		bases := []*sentra.Dataset{nil, w.load()}
		keys := []string{"a", "b", "c", "d"}
		first := sentra.FirstDay
		w.apply(register.Put(sentra.Source{ID: "s", Title: "s"}))
		states, bases = append(states, state(w.load())), append(bases, w.load())
		for range 30 {
			var commands []register.Command
			for range 1 + random.IntN(3) {
				key := keys[random.IntN(len(keys))]
				switch random.IntN(4) {
				case 0:
					if cluster(w.load(), key) != nil {
						commands = append(commands[:0], register.Delete(sentra.KindOfCluster, key))
					}
				case 1:
					east := 115 + random.Float64()
					commands = append(commands, register.ReplaceBoundaries([]sentra.Boundary{{Region: "51.03", Validity: sentra.Period{From: &first}, Origin: sentra.OriginImported, Source: "s",
						Shape: orb.MultiPolygon{{{{115, -8.6}, {east, -8.6}, {east, -8}, {115, -8.6}}}}}}))
				default:
					place := orb.Point{115 + random.Float64(), -8.5}
					commands = append(commands, register.Put(sentra.Cluster{Key: key, NameEN: fmt.Sprint(random.IntN(3)), NameID: "n", Regions: []sentra.RegionCode{"51.03"},
						Phases: []string{"2017"}, Precision: sentra.PrecisionPoint, Point: &place, Sources: []sentra.SourceID{"s"}}))
				}
			}
			before := w.load().Number
			if w.apply(commands...); w.load().Number > before {
				states, bases = append(states, state(w.load())), append(bases, w.load())
			}
		}
		if store, ok := w.record.(*postgres.Store); ok {
			// From any older state the changes since lead to the present one.
			for number, base := range bases {
				next, changed, err := store.Advance(w.Context(), base)
				if err != nil {
					w.Fatal(err)
				}
				if state(next) != states[len(states)-1] || next.Version != w.load().Version || base != nil && changed == nil {
					w.Errorf("from change %d on another state comes out", number)
				}
			}
			var documents []register.Document
			for number := range int64(len(states)) {
				if number == 0 {
					continue
				}
				change, err := store.Change(w.Context(), number)
				if err != nil {
					w.Fatal(err)
				}
				for _, item := range change.Items {
					documents = append(documents, register.Document{Kind: item.Entity.Kind, ID: item.Entity.ID, Content: item.After})
				}
				replayed, err := register.Advance(&sentra.Dataset{}, documents)
				if err != nil {
					w.Fatal(err)
				}
				for i := range replayed.Boundaries {
					replayed.Boundaries[i].Shape = make(orb.MultiPolygon, 1)
				}
				if got, want := withoutShapes(state(replayed)), withoutShapes(states[number]); got != want {
					w.Errorf("the changes up to %d lead to another state", number)
				}
			}
		}
		for number := int64(len(states) - 1); number > 1; number-- {
			if _, err := w.changes.Revert(w.Context(), by, number); err != nil {
				w.Fatalf("undo change %d: %v", number, err)
			}
			if state(w.load()) != states[number-1] {
				w.Errorf("undoing change %d does not lead back", number)
			}
		}
	})
}

func withoutShapes(state string) string { return state[:strings.LastIndex(state, "[")] }
