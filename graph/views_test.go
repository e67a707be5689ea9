package graph_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// id computes an id like Sentra, without its code: day is "" for today's.
func id(kind, day, key string) string {
	if day != "" {
		kind += "@" + day
	}
	return base64.RawURLEncoding.EncodeToString([]byte(kind + ":" + key))
}

// Two days of an item have two ids, wherever the day was given, and each id returns
// what it was returned for.
func TestIDsNameTheView(t *testing.T) {
	const then, coffee = "2017-12-25", "2017-94.06-coffee-processing"
	for _, c := range []struct {
		name, query string
		want        []string // the ids in the order of the answer
	}{
		{"no day", `{region(code: "94.06") { id parent { id } ancestors { id } } }`,
			[]string{id("Region", "", "94.06"), id("Region", "", "94"), id("Region", "", "94")}},
		{"a day and what it leads to", `{region(code: "94.06", asOf: "2017-12-25") { id parent { id } ancestors { id } clusters { edges { node { id regions { id } products { id } phases { id } } } nodes { id } } designations { id region { id } } } }`,
			[]string{id("Region", then, "94.06"), id("Region", then, "91"), id("Region", then, "91"), id("Cluster", then, coffee), id("Region", then, "94.06"), id("Product", then, "coffee-processing"),
				id("Phase", then, "2017"), id("Cluster", then, coffee), id("Designation", then, "94.06-disadvantaged-perpres-131-2015"), id("Region", then, "94.06")}},
		{"today asked for", `{region(code: "94.06", asOf: "2026-11-24") { id parent { id } } }`, []string{id("Region", "2026-11-24", "94.06"), id("Region", "2026-11-24", "94")}},
		{"a null for a day", `{region(code: "94.06", asOf: null) { id parent(asOf: null) { id } } }`, []string{id("Region", "", "94.06"), id("Region", "", "94")}},
		{"another day below", `{region(code: "94.06") { id parent(asOf: "2017-12-25") { id parent { id } children { id } } } }`, nil},
		{"the days of a law", `{region(code: "94") { id predecessors { region { id } } } then: region(code: "91", asOf: "2017-12-25") { successors { region { id } } } }`,
			[]string{id("Region", "", "94"), id("Region", "2022-07-24", "91"), id("Region", "2022-07-25", "93"), id("Region", "2022-07-25", "94"), id("Region", "2022-07-25", "95")}},
		{"regions of a cluster on another day", `{cluster(key: "2017-94.06-coffee-processing") { id regions(asOf: "2017-12-25") { id } } }`, []string{id("Cluster", "", coffee), id("Region", then, "94.06")}},
		{"a cluster by key and day", `{cluster(key: "2017-94.06-coffee-processing", asOf: "2017-12-25") { id regions { id } } }`, []string{id("Cluster", then, coffee), id("Region", then, "94.06")}},
		{"a cluster by id", fmt.Sprintf(`{cluster(id: %q) { id } then: cluster(id: %q) { id } other: cluster(id: %q, asOf: "2020-01-01") { id } given: cluster(id: %q, asOf: "2020-01-01") { id }}`,
			id("Cluster", "", coffee), id("Cluster", then, coffee), id("Cluster", then, coffee), id("Cluster", "", coffee)),
			[]string{id("Cluster", "", coffee), id("Cluster", then, coffee), id("Cluster", "2020-01-01", coffee), id("Cluster", "2020-01-01", coffee)}},
		{"a place", `{regionsAt(point: {lon: 135.9, lat: -4.1}, asOf: "2017-12-25") { province { id } regency { id } } regionsAtMany(points: [{lon: 135.9, lat: -4.1}]) { province { id } regency { id } } }`,
			[]string{id("Region", then, "91"), id("Region", then, "94.06"), id("Region", "", "94"), id("Region", "", "94.06")}},
		{"a list", `{regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { nodes { id } } clusters(filter: {product: "kopi", programme: true}, asOf: "2017-12-25") { nodes { id } } now: clusters(filter: {product: "kopi", programme: true}) { nodes { id } } }`,
			[]string{id("Region", then, "94.06"), id("Cluster", then, coffee), id("Cluster", "", coffee)}},
		{"a search", `{search(text: "Dogiyai", first: 1) { node { ... on Region { id } } } }`, []string{id("Region", "", "94.06")}},
		{"designations in force on a day", `{designations(filter: {asOf: "2017-12-25", region: "94.06"}) { id region { id } } now: designations(filter: {region: "94.06", regulation: "Perpres 131/2015"}) { id region { id } } }`,
			[]string{id("Designation", then, "94.06-disadvantaged-perpres-131-2015"), id("Region", then, "94.06"), id("Designation", "", "94.06-disadvantaged-perpres-131-2015"), id("Region", "", "94.06")}},
		{"ids of days in a filter", fmt.Sprintf(`{clusters(filter: {phase: %q, product: %q}) { nodes { id } } }`, id("Phase", then, "2017"), id("Product", then, "coffee-processing")), []string{id("Cluster", "", coffee)}},
		{"a map", `{choropleth(by: PHASE, asOf: "2017-12-25") { rows { phase { id } } } products: choropleth(by: PRODUCT, filter: {product: "kopi"}, asOf: "2017-12-25") { rows { product { id } } } }`, nil},
		{"a source", `{region(code: "94.06", asOf: "2017-12-25") { sources { id } } now: region(code: "94.06") { sources { id } } }`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ask(t, shared.url, c.query, nil)
			if len(got.Errors) > 0 {
				t.Fatalf("errors %+v", got.Errors)
			}
			found := idsIn(string(got.Data))
			if c.want != nil && !slices.Equal(found, c.want) {
				t.Errorf("%s\ngot  %q\nwant %q", got.Data, decoded(found), decoded(c.want))
			}
			switch c.name {
			case "another day below":
				for i, text := range decoded(found) {
					if strings.HasPrefix(text, "Region@2017-12-25:") != (i > 0) {
						t.Errorf("%d: %s", i, text)
					}
				}
				if len(found) < 20 {
					t.Errorf("%d regions in Papua", len(found))
				}
			case "a map":
				for _, text := range decoded(found) {
					if !strings.HasPrefix(text, "Phase@2017-12-25:") && !strings.HasPrefix(text, "Product@2017-12-25:") {
						t.Error(text)
					}
				}
			case "a source":
				if half := len(found) / 2; half == 0 || !slices.Equal(found[:half], found[half:]) {
					t.Errorf("got %q", decoded(found))
				}
			}
		})
	}
}

// idsIn returns the values of "id" in a JSON text, in order.
func idsIn(text string) []string {
	var out []string
	for _, part := range strings.Split(text, `"id":"`)[1:] {
		value, _, _ := strings.Cut(part, `"`)
		out = append(out, value)
	}
	return out
}

func decoded(ids []string) []string {
	out := make([]string, len(ids))
	for i, text := range ids {
		out[i] = string(must(base64.RawURLEncoding.DecodeString(text)))
	}
	return out
}

// A text that is not an id is rejected by each field that takes one, and an id of
// nothing gives null.
func TestWrongIDs(t *testing.T) {
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	const notID, early = "is not an id", "lies before the record"
	for _, c := range []struct{ name, id, says string }{
		{"empty", "", notID},
		{"a key", "2017-94.06-coffee-processing", notID},
		{"no kind", encode("94.06"), notID},
		{"padded", base64.URLEncoding.EncodeToString([]byte("Region:94.06x")), notID},
		{"bits that mean nothing", "UmVnaW9uOjk0LjA3"[:15] + "3x", notID},
		{"a line break within", "UmVnaW9u\nOjk0LjA2", notID},
		{"no day", encode("Region@:94.06"), notID},
		{"no such day", encode("Region@2017-02-29:94.06"), notID},
		{"a day in other words", encode("Region@2017-2-9:94.06"), notID},
		{"two days", encode("Region@2017-12-25@2017-12-26:94.06"), notID},
		{"a time of day", encode("Region@2017-12-25T00:00:00:94.06"), notID},
		{"before the record", encode("Region@2014-07-22:94.06"), early},
		{"a cluster before the record", encode("Cluster@0001-01-01:2017-94.06-coffee-processing"), early},
		{"an unknown kind", encode("Village:94.06"), ""},
		{"an unknown kind on a day", encode("Village@2017-12-25:94.06"), ""},
		{"an unknown code", encode("Region:99.99"), ""},
		{"an unknown key on a day", encode("Cluster@2017-12-25:tea"), ""},
		{"a source on a day", encode("Source@2017-12-25:iso-3166-2"), ""},
		{"a day in the place of the key", encode("Region:94.06@2017-12-25"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, field := range []struct{ query, data, argument string }{
				{`query($id: ID!) { node(id: $id) { id } }`, `{"node":null}`, "id"},
				{`query($id: ID!) { cluster(id: $id) { id } }`, `{"cluster":null}`, "id"},
				{`query($id: ID!) { nodes(ids: ["UmVnaW9uOjk0LjA2", $id]) { id } }`, `{"nodes":[{"id":"UmVnaW9uOjk0LjA2"},null]}`, "ids.1"},
			} {
				got := ask(t, shared.url, field.query, map[string]any{"id": c.id})
				if c.says == "" {
					if string(got.Data) != field.data || len(got.Errors) > 0 {
						t.Errorf("%s: %s %+v", field.query, got.Data, got.Errors)
					}
					continue
				}
				if len(got.Errors) != 1 {
					t.Fatalf("%s: %s %+v", field.query, got.Data, got.Errors)
				}
				if e := got.Errors[0]; e.Extensions.Code != "BAD_USER_INPUT" || strings.Join(e.Extensions.Argument, ".") != field.argument || !strings.Contains(e.Message, c.says) {
					t.Errorf("%s: %+v", field.query, e)
				}
			}
		})
	}
}

// writer generates random queries. A field with an argument has an alias that
// includes it, so that what a client would cache under one name has one value.
type writer struct {
	schema *ast.Schema
	chance *rand.Rand
	days   []string
}

// rootArguments are the arguments of the root fields that require some.
var rootArguments = map[string][]string{
	"region":        {`code: "94.06"`, `code: "91"`, `code: "12"`, `code: "61.01"`},
	"regions":       {`first: 4`, `first: 3, filter: {affirmative: true, hostsClusters: true}`, `first: 2, filter: {parent: "94"}`, `first: 2, filter: {level: PROVINCE, containsAffirmative: true}`},
	"regionsAt":     {`point: {lon: 135.9, lat: -4.1}`, `point: {lon: 100, lat: -10}, toleranceMetres: 1000000`},
	"regionsAtMany": {`points: [{lon: 135.9, lat: -4.1}, {lon: 119.87, lat: -0.9}]`},
	"cluster":       {`key: "2017-94.06-coffee-processing"`, `key: "2013-2016-72.71-rattan-furniture"`},
	"clusters":      {`first: 3`, `filter: {product: "kopi"}`, `filter: {regions: {affirmative: true}}`},
	"choropleth":    {`by: PHASE`, `by: PRODUCT, measure: AFFIRMATIVE_CLUSTER_COUNT`, `by: REGION, level: PROVINCE`},
	"designations":  {`filter: {region: "94.06"}`, `filter: {asOf: "2017-12-25", region: "94"}`, `filter: {asOf: "2022-01-01", kind: BORDER, region: "61"}`},
	"search":        {`text: "dogiyai", first: 3`, `text: "kopi", first: 3`},
	"products":      {""}, "phases": {""}, "programme": {""}, "dataset": {""}, "sources": {""},
}

func (w *writer) pick(of []string) string { return of[w.chance.IntN(len(of))] }

// query returns a query of some root fields, each on several days.
func (w *writer) query(depth int) string {
	var out strings.Builder
	for i := range 2 {
		name := w.pick(slices.Sorted(maps.Keys(rootArguments)))
		field := w.schema.Query.Fields.ForName(name)
		for j, day := range append([]string{""}, w.days...) {
			arguments := []string{w.pick(rootArguments[name])}
			if day != "" {
				if field.Arguments.ForName("asOf") == nil {
					continue
				}
				arguments = append(arguments, `asOf: "`+day+`"`)
			}
			fmt.Fprintf(&out, "r%d%d: %s%s %s\n", i, j, name, inBrackets(arguments), w.selection(w.schema.Types[field.Type.Name()], depth))
		}
	}
	return "{" + out.String() + "}"
}

func inBrackets(arguments []string) string {
	if all := strings.Trim(strings.Join(arguments, ", "), ", "); all != "" {
		return "(" + all + ")"
	}
	return ""
}

func (w *writer) selection(of *ast.Definition, depth int) string {
	if of.IsAbstractType() {
		var out strings.Builder
		out.WriteString("{ __typename")
		for _, member := range w.schema.PossibleTypes[of.Name] {
			fmt.Fprintf(&out, " ... on %s %s", member.Name, w.selection(member, depth))
		}
		return out.String() + " }"
	}
	var out strings.Builder
	out.WriteString("{ __typename")
	for _, field := range of.Fields {
		kind := w.schema.Types[field.Type.Name()]
		// Types of a union may have fields with the same name and different types.
		name := fmt.Sprintf("%s_%s: %[1]s", field.Name, of.Name)
		switch {
		case strings.HasPrefix(field.Name, "__") || field.Name == "boundary":
		case field.Name == "id":
			out.WriteString(" id")
		case kind.IsLeafType():
			out.WriteString(" " + name)
		case kind.Name == "Source":
			if w.chance.IntN(8) == 0 {
				out.WriteString(" " + name + " { __typename id title }")
			}
		case depth == 0:
			// Select only the id of items at the maximum depth.
			if kind.Fields.ForName("id") != nil && field.Arguments.ForName("first") == nil {
				out.WriteString(" " + name + " { __typename id }")
			}
		case w.chance.IntN(3) > 0:
			out.WriteString(" " + name + w.selection(kind, depth-1))
			if day := w.pick(w.days); field.Arguments.ForName("asOf") != nil && w.chance.IntN(2) == 0 {
				fmt.Fprintf(&out, " %s_%s_%s: %[1]s(asOf: %[4]q) %[5]s", field.Name, of.Name, strings.ReplaceAll(day, "-", ""), day, w.selection(kind, depth-1))
			}
		}
	}
	return out.String() + " }"
}

// kept is a normalised client cache: for each id, the values of its fields.
type kept map[string]map[string]string

// keep caches an answer and returns what represents it in the fields of another: the
// id of an item with one, else the whole value. It reports each field of an id whose
// value differs from the cached one.
func (k kept) keep(report func(id, field, before, now string), value any) any {
	switch v := value.(type) {
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = k.keep(report, element)
		}
		return out
	case map[string]any:
		fields := make(map[string]any)
		for name, of := range v {
			fields[name] = k.keep(report, of)
		}
		id, has := v["id"].(string)
		if !has {
			return fields
		}
		if k[id] == nil {
			k[id] = make(map[string]string)
		}
		for name := range v {
			now := string(must(json.Marshal(fields[name])))
			if before, known := k[id][name]; known && !agree(before, now) {
				report(id, name, before, now)
			}
			k[id][name] = now
		}
		return map[string]any{"id": id}
	}
	return value
}

// agree reports whether two answers agree in the fields that both have: objects
// without an id may have been selected with different fields.
func agree(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return same(x, y)
}

func same(a, b any) bool {
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !same(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok {
			return false
		}
		for name := range x {
			if other, both := y[name]; both && !same(x[name], other) {
				return false
			}
		}
		return true
	}
	return a == b
}

// An id means one thing: a client with a normalised cache never receives two values
// for one field of an id, with generated queries for several days together and one
// after the other, and each id returns by node what it was returned for.
func TestOneIDOneView(t *testing.T) {
	config := httpserver.DefaultConfig()
	config.MaxComplexity, config.MaxTokens, config.MaxDepth, config.MaxAliases, config.Timeout = 1<<40, 1<<20, 100, 1<<20, time.Minute
	url := shared.serve(config)
	w := &writer{schema: graph.NewSchema(&graph.Resolver{}).Schema(), chance: rand.New(rand.NewPCG(11, 1)),
		days: []string{"2017-12-25", "2022-07-25", today.Format(time.DateOnly)}}
	memory, seen := kept{}, make(map[string]int)
	learn := func(query string, variables map[string]any) {
		t.Helper()
		got := ask(t, url, query, variables)
		if len(got.Errors) > 0 {
			t.Fatalf("%.2000s\nerrors %+v", query, got.Errors[0])
		}
		var data map[string]any
		if err := json.Unmarshal(got.Data, &data); err != nil {
			t.Fatal(err)
		}
		memory.keep(func(id, field, before, now string) {
			t.Errorf("%s has of %q two answers:\n%.300s\n%.300s", decoded([]string{id}), field, before, now)
		}, data)
	}
	for range 24 {
		learn(w.query(2), nil)
		if t.Failed() {
			return
		}
	}
	all := slices.Sorted(maps.Keys(memory))
	for _, text := range decoded(all) {
		kind, _, _ := strings.Cut(text, ":")
		bare, _, dated := strings.Cut(kind, "@")
		seen[fmt.Sprint(bare, " ", dated)]++
	}
	for _, kind := range []string{"Region", "Cluster", "Product", "Phase", "Designation"} {
		if seen[kind+" true"] < 5 || seen[kind+" false"] < 2 {
			t.Errorf("%s: %d on days asked for, %d today: too few to tell", kind, seen[kind+" true"], seen[kind+" false"])
		}
	}
	if seen["Source true"] > 0 || seen["Source false"] == 0 {
		t.Errorf("sources %v", seen)
	}
	for part := range slices.Chunk(all, 200) {
		learn(`query($ids: [ID!]!) { nodes(ids: $ids) `+w.selection(w.schema.Types["Node"], 1)+` }`, map[string]any{"ids": part})
		got := ask(t, url, `query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": part})
		if found := idsIn(string(got.Data)); !slices.Equal(found, part) {
			t.Errorf("nodes gives %d of %d ids, or others", len(found), len(part))
		}
	}
	t.Logf("%d ids: %v", len(all), seen)
}

// The counts of the programme's clusters, by hand from programme.json: coffee of
// Dogiyai is the one in an affirmative regency on 2017-12-25, Samosir's and Palu's
// two are open.
func TestClusterFacets(t *testing.T) {
	got := ask(t, shared.url, `{ clusterFacets(asOf: "2017-12-25", filter: {programme: true, regions: {affirmative: true}}) { asOf totalCount notCoveredCount facets { kind values { value name count notCoveredCount } } } }`, nil)
	var answer struct {
		ClusterFacets struct {
			AsOf                        string
			TotalCount, NotCoveredCount int
			Facets                      []struct {
				Kind   string
				Values []struct {
					Value                  string
					Name                   *string
					Count, NotCoveredCount int
				}
			}
		}
	}
	if err := json.Unmarshal(got.Data, &answer); err != nil {
		t.Fatal(err)
	}
	facets := answer.ClusterFacets
	counts := map[string][2]int{}
	for _, facet := range facets.Facets {
		for _, v := range facet.Values {
			counts[facet.Kind+" "+v.Value] = [2]int{v.Count, v.NotCoveredCount}
			if v.Value == "coffee-processing" && *v.Name != "coffee processing" || v.Value == "91" && *v.Name != "Papua" {
				t.Errorf("%s is called %s", v.Value, *v.Name)
			}
		}
	}
	want := map[string][2]int{"PRODUCT coffee-processing": {1, 0}, "PROVINCE 91": {1, 0}, "AFFIRMATIVE DISADVANTAGED": {1, 0}, "PROGRAMME true": {1, 3}, "PHASE 2017": {1, 0}, "PHASE 2013-2016": {0, 3}}
	for what, count := range want {
		if counts[what] != count {
			t.Errorf("%s: %v, want %v", what, counts[what], count)
		}
	}
	if facets.TotalCount != 1 || facets.NotCoveredCount != 3 || facets.AsOf != "2017-12-25" || len(got.Errors) > 0 {
		t.Errorf("%d and %d on %s, %v", facets.TotalCount, facets.NotCoveredCount, facets.AsOf, got.Errors)
	}
}

// Everything about one region in one query: Dogiyai is a candidate of 2017 and on the
// list of 2025; Tegal's meeting is in programme.json, Meranti's support in
// dak_ikm.csv.
func TestProfile(t *testing.T) {
	for code, want := range map[string][]string{
		"94.06": {`"candidates":[{"named":`, `"bpsCode":"9602"`, `"screening":{"lower"`, `"designations":[{"kind":"DISADVANTAGED","regulation":"Perpres 12/2025"`},
		"33.28": {`"kind":"EVALUATION_MEETING","date":"2015-09-30"`},
		"14.10": {`"amountIdr":"20800000000"`, `"fundYears":[{"fund":"DAK","years":[2018`},
		"94":    {`"screening":null`, `"isoCode":"ID-PT"`},
	} {
		got := ask(t, shared.url, profileQuery, map[string]any{"code": code})
		for _, text := range want {
			if !strings.Contains(string(got.Data), text) {
				t.Errorf("%s: no %s in %.3000s", code, text, got.Data)
			}
		}
		if len(got.Errors) > 0 {
			t.Errorf("%s: %+v", code, got.Errors)
		}
	}
}
