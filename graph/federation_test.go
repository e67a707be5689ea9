package graph_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/httpserver"
)

const entities = `query($r: [_Any!]!) { _entities(representations: $r) { __typename
	... on Region { code name asOf parent { code } bpsCode officialCode { system value } }
	... on Cluster { id key nameId asOf regions { parent { code } } }
	... on Product { id key asOf }
	... on Phase { id key asOf }
	... on Source { id title } } }`

func TestEntities(t *testing.T) {
	// The ids are base64 of kind:key or kind@day:key, computed here without Sentra's
	// code.
	const dogiyai = `{"__typename":"Region","code":"94.06","name":"Kabupaten Dogiyai","asOf":%q,"parent":{"code":%q},"bpsCode":%q,"officialCode":{"system":"KEMENDAGRI","value":"94.06"}}`
	const papuaTengah = `{"__typename":"Region","code":"94","name":"Papua Tengah","asOf":"2026-11-24","parent":null,"bpsCode":null,"officialCode":{"system":"KEMENDAGRI","value":"94"}}`
	now, then := fmt.Sprintf(dogiyai, "2026-11-24", "94", "9602"), fmt.Sprintf(dogiyai, "2017-12-25", "91", "9434")
	for _, c := range []struct{ name, representation, want, code, argument, says string }{
		{"by code, today", `{"__typename":"Region","code":"94.06"}`, now, "", "", ""},
		{"by code and day", `{"__typename":"Region","code":"94.06","asOf":"2017-12-25"}`, then, "", "", ""},
		{"a null asOf is today", `{"__typename":"Region","code":"94.06","asOf":null}`, now, "", "", ""},
		{"by system and value", `{"__typename":"Region","officialCode":{"system":"ISO_3166_2","value":"ID-PT"}}`, papuaTengah, "", "", ""},
		{"by system, value and day", `{"__typename":"Region","officialCode":{"system":"KEMENDAGRI","value":"94.06"},"asOf":"2017-12-25"}`, then, "", "", ""},
		{"cluster", `{"__typename":"Cluster","key":"2017-94.06-coffee-processing"}`, `{"__typename":"Cluster","id":"Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n","key":"2017-94.06-coffee-processing","nameId":"Pengolahan kopi, Kabupaten Dogiyai","asOf":"2026-11-24","regions":[{"parent":{"code":"94"}}]}`, "", "", ""},
		{"cluster, a null asOf", `{"__typename":"Cluster","key":"2017-94.06-coffee-processing","asOf":null}`, `{"__typename":"Cluster","id":"Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n","key":"2017-94.06-coffee-processing","nameId":"Pengolahan kopi, Kabupaten Dogiyai","asOf":"2026-11-24","regions":[{"parent":{"code":"94"}}]}`, "", "", ""},
		{"cluster on a day", `{"__typename":"Cluster","key":"2017-94.06-coffee-processing","asOf":"2017-12-25"}`, `{"__typename":"Cluster","id":"Q2x1c3RlckAyMDE3LTEyLTI1OjIwMTctOTQuMDYtY29mZmVlLXByb2Nlc3Npbmc","key":"2017-94.06-coffee-processing","nameId":"Pengolahan kopi, Kabupaten Dogiyai","asOf":"2017-12-25","regions":[{"parent":{"code":"91"}}]}`, "", "", ""},
		{"cluster, today asked for", `{"__typename":"Cluster","key":"2017-94.06-coffee-processing","asOf":"2026-11-24"}`, `{"__typename":"Cluster","id":"Q2x1c3RlckAyMDI2LTExLTI0OjIwMTctOTQuMDYtY29mZmVlLXByb2Nlc3Npbmc","key":"2017-94.06-coffee-processing","nameId":"Pengolahan kopi, Kabupaten Dogiyai","asOf":"2026-11-24","regions":[{"parent":{"code":"94"}}]}`, "", "", ""},
		{"product", `{"__typename":"Product","key":"coffee-processing"}`, `{"__typename":"Product","id":"UHJvZHVjdDpjb2ZmZWUtcHJvY2Vzc2luZw","key":"coffee-processing","asOf":"2026-11-24"}`, "", "", ""},
		{"product on a day", `{"__typename":"Product","key":"coffee-processing","asOf":"2017-12-25"}`, `{"__typename":"Product","id":"UHJvZHVjdEAyMDE3LTEyLTI1OmNvZmZlZS1wcm9jZXNzaW5n","key":"coffee-processing","asOf":"2017-12-25"}`, "", "", ""},
		{"phase", `{"__typename":"Phase","key":"2017"}`, `{"__typename":"Phase","id":"UGhhc2U6MjAxNw","key":"2017","asOf":"2026-11-24"}`, "", "", ""},
		{"phase on a day", `{"__typename":"Phase","key":"2017","asOf":"2017-12-25"}`, `{"__typename":"Phase","id":"UGhhc2VAMjAxNy0xMi0yNToyMDE3","key":"2017","asOf":"2017-12-25"}`, "", "", ""},
		{"source", `{"__typename":"Source","id":"U291cmNlOmlzby0zMTY2LTI"}`, `{"__typename":"Source","id":"U291cmNlOmlzby0zMTY2LTI","title":"ISO 3166-2:ID, country subdivision codes of Indonesia"}`, "", "", ""},

		{"unknown code", `{"__typename":"Region","code":"99.99"}`, "null", "NOT_FOUND", "", `Region {"code":"99.99"}`},
		{"a province before its day", `{"__typename":"Region","code":"94","asOf":"2022-07-24"}`, "null", "NOT_FOUND", "", "2022-07-24"},
		{"a BPS code", `{"__typename":"Region","bpsCode":"9602"}`, now, "", "", ""},
		{"a BPS code and day", `{"__typename":"Region","bpsCode":"9434","asOf":"2017-12-25"}`, then, "", "", ""},
		{"a BPS code of another day", `{"__typename":"Region","bpsCode":"9434"}`, "null", "NOT_FOUND", "", "9434"},
		{"an id of another kind", `{"__typename":"Source","id":"UGhhc2U6MjAxNw"}`, "null", "NOT_FOUND", "", "no Source"},
		{"an id of another kind, on a day", `{"__typename":"Source","id":"U291cmNlQDIwMTctMTItMjU6aXNvLTMxNjYtMg"}`, "null", "NOT_FOUND", "", "no Source"},
		{"a key in the place of an id", `{"__typename":"Source","id":"iso-3166-2"}`, "null", "NOT_FOUND", "", "no Source"},
		{"an id in the place of a key", `{"__typename":"Phase","key":"UGhhc2U6MjAxNw"}`, "null", "NOT_FOUND", "", "no Phase"},
		{"an unknown key", `{"__typename":"Cluster","key":"2017-94.06-tea"}`, "null", "NOT_FOUND", "", "2017-94.06-tea"},

		{"no kind", `{"code":"94.06"}`, "null", "BAD_USER_INPUT", "__typename", "Cluster, Phase, Product, Region, Source"},
		{"another kind", `{"__typename":"Designation","id":"x"}`, "null", "BAD_USER_INPUT", "__typename", "Designation"},
		// The id includes the day, which a partner's key must not.
		{"a cluster by id", `{"__typename":"Cluster","id":"Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n"}`, "null", "BAD_USER_INPUT", "", "`key asOf`"},
		{"no key", `{"__typename":"Region","name":"Kabupaten Dogiyai"}`, "null", "BAD_USER_INPUT", "", "`bpsCode asOf`"},
		{"only a day", `{"__typename":"Region","asOf":"2017-12-25"}`, "null", "BAD_USER_INPUT", "", "none of its keys"},
		{"null key", `{"__typename":"Region","bpsCode":null}`, "null", "BAD_USER_INPUT", "", "none of its keys"},
		{"half a key", `{"__typename":"Region","officialCode":{"system":"BPS"}}`, "null", "BAD_USER_INPUT", "", "none of its keys"},
		{"a number for a code", `{"__typename":"Region","code":94.06}`, "null", "BAD_USER_INPUT", "code", "string"},
		{"no object", `{"__typename":"Region","officialCode":"94"}`, "null", "BAD_USER_INPUT", "officialCode", "object"},
		{"unknown system", `{"__typename":"Region","officialCode":{"system":"FAO","value":"94"}}`, "null", "BAD_USER_INPUT", "officialCode.system", "CodeSystem"},
		{"no date", `{"__typename":"Region","code":"94.06","asOf":"25-12-2017"}`, "null", "BAD_USER_INPUT", "asOf", "not a date"},
		{"before the record", `{"__typename":"Region","code":"94.06","asOf":"2000-01-01"}`, "null", "BAD_USER_INPUT", "asOf", "2014-07-23"},
	} {
		t.Run(c.name, func(t *testing.T) {
			// Each is between two others, which are resolved in any case.
			list := json.RawMessage(`[{"__typename":"Region","code":"94.06"},` + c.representation + `,{"__typename":"Region","officialCode":{"system":"ISO_3166_2","value":"ID-PT"}}]`)
			got := ask(t, shared.url, entities, map[string]any{"r": list})
			if want := `{"_entities":[` + now + `,` + c.want + `,` + papuaTengah + `]}`; string(got.Data) != want {
				t.Errorf("got  %s\nwant %s", got.Data, want)
			}
			if c.code == "" {
				if len(got.Errors) > 0 {
					t.Errorf("errors %+v", got.Errors)
				}
				return
			}
			if len(got.Errors) != 1 {
				t.Fatalf("errors %+v, want one", got.Errors)
			}
			e := got.Errors[0]
			if e.Extensions.Code != c.code || fmt.Sprint(e.Path) != "[_entities 1]" || strings.Join(e.Extensions.Argument, ".") != c.argument || !strings.Contains(e.Message, c.says) {
				t.Errorf("got %+v", e)
			}
		})
	}
}

// A thousand representations, one of them unknown, are resolved from one atlas, with
// few concurrent goroutines.
func TestManyEntities(t *testing.T) {
	list := make([]map[string]string, 1000)
	for i := range list {
		list[i] = map[string]string{"__typename": "Region", "code": []string{"94.06", "35.76"}[i%2]}
	}
	list[500]["code"] = "99.99"
	var most atomic.Int64
	before, stop := runtime.NumGoroutine(), make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
				most.Store(max(most.Load(), int64(runtime.NumGoroutine())))
			}
		}
	}()
	got := ask(t, shared.url, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Region { code name affirmative { answer } clusters { nodes { name } } } } }`, map[string]any{"r": list})
	close(stop)
	var data struct {
		Entities []*struct{ Code, Name string } `json:"_entities"`
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatalf("%v, errors %+v", err, got.Errors)
	}
	for i, entity := range data.Entities {
		if i == 500 {
			if entity != nil {
				t.Errorf("500: %+v", entity)
			}
		} else if entity == nil || entity.Code != list[i]["code"] {
			t.Errorf("%d: %+v, want %v", i, entity, list[i])
		}
	}
	if len(data.Entities) != 1000 || len(got.Errors) != 1 || fmt.Sprint(got.Errors[0].Path) != "[_entities 500]" {
		t.Errorf("%d entities, errors %+v", len(data.Entities), got.Errors)
	}
	if grown := int(most.Load()) - before; grown > 50 {
		t.Errorf("%d goroutines more while a thousand representations were answered", grown)
	}
}

// Boundaries, which are resolved for a whole list in one call, belong to the right
// regions even if some entries of the list are null.
func TestEntitiesWithBoundaries(t *testing.T) {
	got := ask(t, shared.url, `query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Region { boundary(zoom: 2, precision: 2) } }
		a: region(code: "94.06") { boundary(zoom: 2, precision: 2) } b: region(code: "35.76") { boundary(zoom: 2, precision: 2) } }`,
		map[string]any{"r": json.RawMessage(`[{"__typename":"Region","code":"99.99"},{"__typename":"Region","code":"94.06"},{"__typename":"Phase","key":"2017"},{"__typename":"Region"},{"__typename":"Region","code":"35.76"}]`)})
	type region struct{ Boundary json.RawMessage }
	var data struct {
		Entities []*region `json:"_entities"`
		A, B     region
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatalf("%v, errors %+v", err, got.Errors)
	}
	e := data.Entities
	if e[0] != nil || e[3] != nil || len(data.A.Boundary) < 50 || string(e[1].Boundary) != string(data.A.Boundary) || string(e[4].Boundary) != string(data.B.Boundary) {
		t.Errorf("got %s", got.Data)
	}
}

func TestTooManyEntities(t *testing.T) {
	list := make([]map[string]string, 1001)
	for i := range list {
		list[i] = map[string]string{"__typename": "Region", "code": "94.06"}
	}
	const query = `query($r: [_Any!]!) { ...all } fragment all on Query { _entities(representations: $r) { ... on Region { code } } }`
	few := shared.serveAs(app.Config{HTTP: httpserver.DefaultConfig(), MaxRepresentations: 2})
	for _, c := range []struct {
		url   string
		count int
		says  string
	}{{shared.url, 1000, ""}, {shared.url, 1001, "1001 representations are too many; at most 1000"}, {few, 2, ""}, {few, 3, "at most 2"}} {
		got := ask(t, c.url, query, map[string]any{"r": list[:c.count]})
		if c.says == "" {
			if len(got.Errors) > 0 || strings.Count(string(got.Data), "94.06") != c.count {
				t.Errorf("%d: errors %+v", c.count, got.Errors)
			}
			continue
		}
		if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "LIMIT_EXCEEDED" || !strings.Contains(got.Errors[0].Message, c.says) || string(got.Data) != "null" {
			t.Errorf("%d: %s %+v", c.count, got.Data, got.Errors)
		}
	}
}

// A representation that is not an object is rejected as a client error.
func TestRepresentationThatIsNoObject(t *testing.T) {
	for _, list := range []string{`[{"__typename":"Region","code":"94.06"},"94.06"]`, `[5]`, `null`, `"x"`} {
		got := ask(t, shared.url, entities, map[string]any{"r": json.RawMessage(list)})
		if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
			t.Errorf("%s: %s %+v", list, got.Data, got.Errors)
		}
	}
}

// The SDL has everything that a gateway needs: the link, the keys and nothing of the
// generator's.
func TestServiceSDL(t *testing.T) {
	got := ask(t, shared.url, `{_service { sdl }}`, nil)
	var service struct {
		Service struct{ SDL string } `json:"_service"`
	}
	if err := json.Unmarshal(got.Data, &service); err != nil {
		t.Fatal(err)
	}
	sdl := service.Service.SDL
	for _, part := range []string{"https://specs.apollo.dev/federation/v2.9", `@key(fields: "bpsCode asOf")`, `@key(fields: "officialCode { system value } asOf")`, "type PageInfo @shareable", "type Query {"} {
		if !strings.Contains(sdl, part) {
			t.Errorf("the SDL lacks %s", part)
		}
	}
	for _, part := range []string{"_Entity", "_Any", "_Service", "RegionRepresentation", "FindRegion"} {
		if strings.Contains(sdl, part) {
			t.Errorf("the SDL shows %s", part)
		}
	}
	if got := ask(t, shared.url, `{__schema { types { name } }}`, nil); strings.Contains(string(got.Data), "RegionRepresentation") || strings.Contains(string(got.Data), `"Entity"`) {
		t.Errorf("introspection shows what is the generator's: %s", got.Data)
	}
}

// Whatever a gateway sends, each representation gets an entity, or null and one
// client error: two thousand random lists.
func TestAnyRepresentations(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	pick := func(of ...any) any { return of[chance.IntN(len(of))] }
	for range 2000 {
		list := make([]any, 1+chance.IntN(5))
		for i := range list {
			representation := map[string]any{}
			for _, part := range []struct {
				field  string
				values []any
			}{
				{"__typename", []any{"Region", "Region", "Cluster", "Phase", "Product", "Source", "Entity", "_Entity", "Designation", "", nil, 5}},
				{"code", []any{"94.06", "94", "99.99", "", nil, 94.06, []any{"94"}}},
				{"bpsCode", []any{"0001", "", nil, true}},
				{"officialCode", []any{map[string]any{"system": "ISO_3166_2", "value": "ID-PT"}, map[string]any{"system": "BPS"}, map[string]any{"system": 1, "value": nil}, map[string]any{}, []any{}, "94", nil}},
				{"asOf", []any{"2017-12-25", "2030-01-01", "2000-01-01", "yesterday", "", nil, 7}},
				{"id", []any{"UGhhc2U6MjAxNw", "Q2x1c3RlcjoyMDE3LTk0LjA2LWNvZmZlZS1wcm9jZXNzaW5n", "2017", "", nil, 3}},
				{"key", []any{"2017", "coffee-processing", "", nil, map[string]any{}}},
			} {
				if part.field == "__typename" || chance.IntN(3) == 0 {
					representation[part.field] = pick(part.values...)
				}
			}
			list[i] = representation
		}
		got := ask(t, shared.url, entities, map[string]any{"r": list})
		var data struct {
			Entities []json.RawMessage `json:"_entities"`
		}
		if err := json.Unmarshal(got.Data, &data); err != nil {
			t.Fatalf("%v: %v %+v", list, err, got.Errors)
		}
		failed := make(map[string]int)
		for _, e := range got.Errors {
			failed[fmt.Sprint(e.Path)]++
			if e.Extensions.Code != "BAD_USER_INPUT" && e.Extensions.Code != "NOT_FOUND" {
				t.Errorf("%v: %+v", list, e)
			}
		}
		if len(data.Entities) != len(list) {
			t.Fatalf("%v: %d entities", list, len(data.Entities))
		}
		for i, entity := range data.Entities {
			want := 0
			if string(entity) == "null" {
				want = 1
			}
			if failed[fmt.Sprintf("[_entities %d]", i)] != want {
				t.Errorf("%v: %s with errors %+v", list[i], entity, got.Errors)
			}
		}
	}
}

func BenchmarkThousandEntities(b *testing.B) {
	list := make([]map[string]string, 1000)
	for i := range list {
		list[i] = map[string]string{"__typename": "Region", "code": []string{"94.06", "35.76"}[i%2]}
	}
	for b.Loop() {
		ask(b, shared.url, `query($r: [_Any!]!) { _entities(representations: $r) { ... on Region { code name } } }`, map[string]any{"r": list})
	}
}
