package graph_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// imported are files of an agency, each valid by itself in any order.
var imported = []struct {
	load func(context.Context, ingest.Record, []byte, string) (int, error)
	file string
}{
	{ingest.Clusters, "key,name_en,name_id,product_en,product_id,phase,regions,precision,source\n" +
		"x-1,Silver of Badung,Perak Badung,silver jewellery,perhiasan perak,2017,51.03,REGENCY,first source\n" +
		"x-2,Coffee of Palu,Kopi Palu,coffee processing,pengolahan kopi,2017,72.71,REGENCY,first source;second source\n"},
	{ingest.Designations, "region_code,kind,regulation,valid_from,valid_to,confidence,source\n" +
		"51.03,BORDER,Perpres 1/2030,2030,,LISTED,second source\n51.04,BORDER,Perpres 1/2030,2030,,LISTED,second source\n"},
	{ingest.Codes, "system,value,region_code,valid_from,valid_to,source\nBPS,9434,94.06,,2022-12-31,third source\nBPS,7271,72.71,,,first source\n"},
}

// An id depends only on the item: two databases, filled in opposite orders, one of
// them twice and by an older and a newer binary, have the same ids for the same
// items, and each id finds its item.
func TestIDsOfTwoDatabases(t *testing.T) {
	server := must(pgtest.Start())
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	fill := func(backwards bool) *postgres.Store {
		t.Helper()
		store := must(postgres.Open(t.Context(), must(server.NewDatabase(t.Context()))))
		must(store.Migrate(t.Context()))
		changes := app.Register(store)
		sync := func(brought *sentra.Facts, number int) {
			t.Helper()
			if _, _, err := changes.SyncFacts(t.Context(), brought, number); err != nil {
				t.Fatal(err)
			}
		}
		brought, files, rounds := must(facts.Load()), slices.Clone(imported), 1
		if backwards {
			slices.Reverse(brought.Sources)
			slices.Reverse(brought.Regions)
			slices.Reverse(brought.Codes)
			slices.Reverse(brought.Designations)
			slices.Reverse(brought.Products)
			slices.Reverse(brought.Events)
			slices.Reverse(brought.Names)
			slices.Reverse(brought.Supports)
			slices.Reverse(brought.Facilitators)
			slices.Reverse(brought.Counts)
			slices.Reverse(brought.Candidates)
			slices.Reverse(files)
			rounds = 2
		}
		for round := range rounds {
			sync(brought, round+1)
			for _, f := range files {
				lines := strings.SplitAfter(strings.TrimSpace(f.file), "\n")
				if backwards {
					lines[len(lines)-1] += "\n"
					slices.Reverse(lines[1:])
				}
				must(f.load(t.Context(), changes.Edit("test", "import"), []byte(strings.Join(lines, "")), "file"))
			}
		}
		return store
	}
	// ids maps each id to an external description of its item.
	ids := func(store *postgres.Store) map[string]string {
		t.Helper()
		w := &world{store: store, holder: must(atlas.NewHolder(t.Context(), store, slog.New(slog.NewTextHandler(io.Discard, nil))))}
		w.url = w.serve(httpserver.DefaultConfig())
		defer func() {
			for _, f := range w.close {
				f()
			}
			store.Close()
		}()
		got := ask(t, w.url, `{ regions(first: 1000) { nodes { __typename id name } } clusters(first: 1000) { nodes { __typename id name: nameId } } products { __typename id name: nameId }
			phases { __typename id name: key } sources { __typename id name: title } designations { __typename id name: regulation region { code } }
			regionsThen: regions(first: 1000, asOf: "2017-12-25") { nodes { __typename id name asOf } } clustersThen: clusters(first: 1000, asOf: "2017-12-25") { nodes { __typename id name: nameId asOf } }
			designationsThen: designations(filter: {asOf: "2017-12-25"}) { __typename id name: regulation region { code asOf } } }`, nil)
		type node struct {
			Typename string `json:"__typename"`
			ID, Name string
			AsOf     string
			Region   struct{ Code, AsOf string }
		}
		type list struct{ Nodes []node }
		var data struct {
			Regions, Clusters, RegionsThen, ClustersThen              list
			Products, Phases, Sources, Designations, DesignationsThen []node
		}
		if err := json.Unmarshal(got.Data, &data); err != nil {
			t.Fatalf("%v, errors %+v", err, got.Errors)
		}
		all := slices.Concat(data.Regions.Nodes, data.Clusters.Nodes, data.Products, data.Phases, data.Sources, data.Designations)
		today := len(all)
		all = slices.Concat(all, data.RegionsThen.Nodes, data.ClustersThen.Nodes, data.DesignationsThen)
		meaning, kinds := make(map[string]string), make(map[string]int)
		for i, n := range all {
			meaning[n.ID] = strings.Join([]string{n.Typename, n.Name, n.Region.Code, n.AsOf, n.Region.AsOf}, " ")
			if i < today {
				kinds[n.Typename]++
			}
			if _, err := base64.RawURLEncoding.DecodeString(n.ID); err != nil {
				t.Errorf("%s: %v", n.ID, err)
			}
		}
		if len(meaning) != len(all) {
			t.Errorf("%d ids for %d things", len(meaning), len(all))
		}
		// Two clusters and two designations are imported. In 2017 168 clusters of the facts
		// were known.
		facts := must(facts.Load())
		if len(data.RegionsThen.Nodes) != 548 || len(data.ClustersThen.Nodes) != 168+2 || len(data.DesignationsThen) < 122 {
			t.Errorf("in 2017: %d regions, %d clusters, %d designations", len(data.RegionsThen.Nodes), len(data.ClustersThen.Nodes), len(data.DesignationsThen))
		}
		if kinds["Region"] != 552 || kinds["Cluster"] != facts.Clusters.Len()+2 || kinds["Designation"] != len(facts.Designations)+2 || kinds["Phase"] != 2 || kinds["Product"] < 10 || kinds["Source"] < 10 {
			t.Errorf("kinds %v", kinds)
		}
		for part := range slices.Chunk(slices.Sorted(maps.Keys(meaning)), 1000) {
			got := ask(t, w.url, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, map[string]any{"ids": part})
			var found struct{ Nodes []node }
			if err := json.Unmarshal(got.Data, &found); err != nil {
				t.Fatalf("%v, errors %+v", err, got.Errors)
			}
			for i, id := range part {
				if n := found.Nodes[i]; n.ID != id || !strings.HasPrefix(meaning[id], n.Typename+" ") {
					t.Errorf("%s, %s, gives %+v", id, meaning[id], n)
				}
			}
		}
		return meaning
	}
	forwards, backwards := ids(fill(false)), ids(fill(true))
	if !maps.Equal(forwards, backwards) {
		for id, what := range forwards {
			if backwards[id] != what {
				t.Errorf("%s is %s, in the other database %q", id, what, backwards[id])
			}
		}
		t.Errorf("%d ids, in the other database %d", len(forwards), len(backwards))
	}
}
