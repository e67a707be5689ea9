package graph_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// What a unit of cost covers at most, besides a constant for any answer: bytes of the
// answer, and memory allocations. The server's limits rely on it.
const (
	bytesAUnit, bytesOfAny     = 64, 4 << 10
	objectsAUnit, objectsOfAny = 12, 5_000
	memoryAUnit, memoryOfAny   = 512, 1 << 20
)

// quoted returns a GraphQL string literal.
func quoted(text string) string { return string(must(json.Marshal(text))) }

// asker generates random valid queries.
type asker struct {
	*rand.Rand
	schema    *ast.Schema
	fragments map[string]string
	aliases   int
}

func (q *asker) pick(of ...string) string { return of[q.IntN(len(of))] }

// below returns a selection set of a type.
func (q *asker) below(of *ast.Definition, depth int) string {
	var out []string
	for range 1 + q.IntN(4) {
		kinds := q.schema.GetPossibleTypes(of)
		switch {
		case of.Kind != ast.Object:
			kind := kinds[q.IntN(len(kinds))]
			out = append(out, fmt.Sprintf("... on %s %s", kind.Name, q.below(kind, depth)))
		case q.IntN(6) == 0 && depth > 1 && of.Name != "Query":
			name := fmt.Sprintf("F%d", len(q.fragments))
			q.fragments[name] = ""
			q.fragments[name] = fmt.Sprintf("fragment %s on %s %s", name, of.Name, q.below(of, depth-1))
			out = append(out, "..."+name)
		default:
			out = append(out, q.field(of, depth))
		}
	}
	return "{ " + strings.Join(out, " ") + " }"
}

func (q *asker) field(of *ast.Definition, depth int) string {
	var fields []*ast.FieldDefinition
	for _, f := range of.Fields {
		if strings.HasPrefix(f.Name, "_") && f.Name != "__schema" && f.Name != "__type" || f.Name == "officialCode" {
			continue
		}
		kind := q.schema.Types[f.Type.Name()]
		if composite := len(kind.Fields)+len(kind.Types) > 0; !composite || depth > 1 {
			fields = append(fields, f)
		}
	}
	if len(fields) == 0 {
		return "__typename"
	}
	f := fields[q.IntN(len(fields))]
	kind := q.schema.Types[f.Type.Name()]
	var arguments []string
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil || q.IntN(3) == 0 {
			if value := q.value(a.Name, a.Type, 2); value != "" {
				arguments = append(arguments, a.Name+": "+value)
			}
		}
	}
	q.aliases++
	out := fmt.Sprintf("a%d: %s", q.aliases, f.Name)
	if q.IntN(20) == 0 {
		out = strings.Repeat("long", q.IntN(40)) + out
	}
	switch text := strings.Join(arguments, ", "); {
	case f.Name == "regionsAtMany":
		out += "(points: " + q.value("points", f.Arguments.ForName("points").Type, 1) + ")"
	case strings.Contains(text, "first:") && strings.Contains(text, "last:"), strings.Contains(text, "zoom:") && strings.Contains(text, "toleranceMetres:"):
	case text != "":
		out += "(" + text + ")"
	}
	if len(kind.Fields)+len(kind.Types) > 0 {
		out += " " + q.below(kind, depth-1)
	}
	return out
}

// value generates a value of an argument or input field; "" for none.
func (q *asker) value(name string, of *ast.Type, depth int) string {
	if of.Elem != nil {
		n := 1 + q.IntN(4)
		if name == "points" || name == "ids" {
			n = 1 + q.IntN(300)
		}
		var out []string
		for range n {
			if value := q.value(name, of.Elem, depth); value != "" {
				out = append(out, value)
			}
		}
		return "[" + strings.Join(out, ", ") + "]"
	}
	switch name {
	case "after", "before":
		return ""
	case "asOf":
		return quoted(q.pick("2014-08-01", "2017-12-25", "2022-07-25", "2026-01-01"))
	case "code", "codes", "region", "parent":
		return quoted(q.pick("94", "94.06", "35", "33.28", "61.71", "11.01", "12"))
	case "phase":
		return quoted(q.pick("2017", "2013-2016"))
	case "product":
		return quoted(q.pick("kopi", "coffee-processing"))
	case "regulation":
		return quoted("Perpres 63/2020")
	case "id", "ids":
		return quoted(q.pick(ids...))
	case "text", "name":
		return quoted(q.pick("Dogiyai", "kopi", "Kota", "a", "Banda", "__Type", "RegionFilter", "Query"))
	case "lon":
		return fmt.Sprintf("%.4f", 95+45*q.Float64())
	case "lat":
		return fmt.Sprintf("%.4f", -10+15*q.Float64())
	case "first", "last":
		return fmt.Sprint([]int{1, 5, 50, 100}[q.IntN(4)])
	case "zoom":
		return fmt.Sprint(q.IntN(15))
	case "precision":
		return fmt.Sprint(q.IntN(8))
	case "toleranceMetres":
		return fmt.Sprint([]int{0, 5, 50, 2000, 30000}[q.IntN(5)])
	case "radius":
		return fmt.Sprint([]int{1000, 100_000, 3_000_000}[q.IntN(3)])
	case "bbox":
		return q.pick(`{west: 95, south: -11, east: 141, north: 6}`, `{west: 110, south: -8, east: 112, north: -6}`)
	case "within", "intersects", "contains":
		var ring []string
		west, south, size, n := 95+30*q.Float64(), -10+10*q.Float64(), 0.5+15*q.Float64(), 2+q.IntN(60)
		for i := range n {
			ring = append(ring, fmt.Sprintf("[%.5f, %.5f]", west+size*float64(i)/float64(n), south-0.1*q.Float64()))
		}
		return fmt.Sprintf(`{type: "Polygon", coordinates: [[%s, [%.5f, %.5f], [%.5f, %.5f], %s]]}`, strings.Join(ring, ", "), west+size, south, west+size, south+size/2, ring[0])
	}
	kind := q.schema.Types[of.NamedType]
	switch kind.Kind {
	case ast.Enum:
		return kind.EnumValues[q.IntN(len(kind.EnumValues))].Name
	case ast.InputObject:
		var out []string
		for _, f := range kind.Fields {
			if f.Type.NonNull || depth > 0 && q.IntN(8) == 0 {
				if value := q.value(f.Name, f.Type, depth-1); value != "" {
					out = append(out, f.Name+": "+value)
				}
			}
		}
		return "{" + strings.Join(out, ", ") + "}"
	}
	switch of.NamedType {
	case "Boolean":
		return q.pick("true", "false")
	case "Int":
		return fmt.Sprint(q.IntN(100))
	case "Float":
		return fmt.Sprint(q.IntN(100))
	}
	return ""
}

// ids has one id of each kind.
var ids []string

func askedAtRandom(schema *ast.Schema, seed uint64) string {
	q := &asker{Rand: rand.New(rand.NewPCG(seed, 7)), schema: schema, fragments: map[string]string{}}
	text := "query " + q.below(schema.Query, 3+q.IntN(5))
	for _, fragment := range q.fragments {
		text += "\n" + fragment
	}
	return text
}

// costed returns a schema and a server for it without the answer cache.
func costed(t testing.TB) (graphql.ExecutableSchema, http.Handler) {
	t.Helper()
	config := app.Config{HTTP: httpserver.DefaultConfig(), Holder: shared.holder, Now: servertest.Clock}
	config.HTTP.AnswerCache = 0
	return graph.NewSchema(&graph.Resolver{Holder: shared.holder, Now: servertest.Clock}), must(app.New(t.Context(), config)).Server.Handler()
}

// costOf returns the cost of a query without variables.
func costOf(t testing.TB, schema graphql.ExecutableSchema, text string) int {
	t.Helper()
	document, faults := gqlparser.LoadQueryWithRules(schema.Schema(), text, nil)
	if len(faults) > 0 {
		t.Fatalf("%v in %s", faults, text)
	}
	return schema.(httpserver.Costed).Cost(t.Context(), document.Operations[0], nil, 1<<40)
}

func post(server http.Handler, text string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(must(json.Marshal(map[string]any{"query": text}))))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	server.ServeHTTP(recorder, request)
	return recorder
}

// TestCostCoversWork asserts, for random queries over the real dataset, that their
// answers and allocations do not exceed what their cost covers.
func TestCostCoversWork(t *testing.T) {
	schema, server := costed(t)
	for _, field := range []string{`regions(first: 3) { nodes { id } }`, `clusters(first: 3) { nodes { id } }`, `products { id }`, `sources { id }`, `phases { id }`, `designations { id }`} {
		var got struct {
			Data map[string]json.RawMessage
		}
		if err := json.Unmarshal(post(server, "{"+field+"}").Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(got.Data[strings.FieldsFunc(field, func(r rune) bool { return r == '(' || r == ' ' })[0]]), `"id":"`)[1:] {
			ids = append(ids, part[:strings.IndexByte(part, '"')])
		}
	}
	asked, refused, worst := 0, 0, 0.0
	for seed := range uint64(1500) {
		text := askedAtRandom(schema.Schema(), seed)
		if strings.Contains(text, "__schema") || strings.Contains(text, "__type(") {
			// Queries that nest too deeply are invalid.
			if _, faults := gqlparser.LoadQueryWithRules(schema.Schema(), text, nil); len(faults) > 0 {
				continue
			}
		}
		cost := costOf(t, schema, text)
		if cost > httpserver.DefaultConfig().MaxComplexity {
			refused++
			continue
		}
		if cost > 60_000 && seed%8 != 0 {
			continue
		}
		var before, after runtime.MemStats
		var answer *httptest.ResponseRecorder
		var took time.Duration
		for range 4 {
			runtime.ReadMemStats(&before)
			started := time.Now()
			answer = post(server, text)
			took = time.Since(started)
			runtime.ReadMemStats(&after)
			// Values that are computed once, perhaps concurrently, do not count for a query:
			// then it is run again.
			if int(after.TotalAlloc-before.TotalAlloc) < cost*memoryAUnit+memoryOfAny && int(after.Mallocs-before.Mallocs) <= cost*objectsAUnit+objectsOfAny {
				break
			}
		}
		size, objects, memory := answer.Body.Len(), int(after.Mallocs-before.Mallocs), int(after.TotalAlloc-before.TotalAlloc)
		worst = max(worst, float64(memory-memoryOfAny)/float64(cost))
		asked++
		if os.Getenv("SENTRA_PRICES") != "" {
			fmt.Printf("%8d units %10d in memory %8.1f B/unit %9d bytes %6.1f B/unit %9d objects %6.1f/unit %8v %6.2f µs/unit %.200q\n", cost, memory, float64(memory-memoryOfAny)/float64(cost), size, float64(size-bytesOfAny)/float64(cost), objects, float64(objects-objectsOfAny)/float64(cost), took, float64(took.Microseconds()-2000)/float64(cost), text)
		}
		if size > cost*bytesAUnit+bytesOfAny || objects > cost*objectsAUnit+objectsOfAny || memory > cost*memoryAUnit+memoryOfAny {
			t.Errorf("seed %d: cost %d, %d bytes, %d objects, %d bytes in memory: %.2000s", seed, cost, size, objects, memory, text)
		}
		if strings.Contains(answer.Body.String(), "LIMIT_EXCEEDED") {
			t.Errorf("seed %d, cost %d: %.300s\n%s", seed, cost, answer.Body, text)
		}
	}
	t.Logf("at most %.0f bytes of memory a unit", worst)
	if asked < 1000 || refused == 0 {
		t.Errorf("%d queries were answered, %d were too costly", asked, refused)
	}
}

// TestIntrospectionHasACost asserts that the queries of tools pass, and that aliases
// and nesting cost what they return.
func TestIntrospectionHasACost(t *testing.T) {
	schema, server := costed(t)
	files := must(filepath.Glob("testdata/introspection/*.graphql"))
	if len(files) < 3 {
		t.Fatalf("only %d queries of tools", len(files))
	}
	for _, file := range files {
		text := string(must(os.ReadFile(file)))
		cost, answer := costOf(t, schema, text), post(server, text).Body
		t.Logf("%s: cost %d, %d bytes", file, cost, answer.Len())
		if strings.Contains(answer.String(), `"errors"`) || answer.Len() > cost*bytesAUnit+bytesOfAny || cost > answer.Len() {
			t.Errorf("%s: cost %d, %d bytes: %.300s", file, cost, answer.Len(), answer)
		}
	}
	many := func(n int, each string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, each, i)
		}
		return text.String()
	}
	for name, text := range map[string]string{
		"types by name": "{" + many(900, `a%d:__type(name:"Region"){fields{name description args{name description type{name}}}}`) + "}",
		"a service":     "{_service{sdl}}",
		"a type":        `{__type(name:"Region"){name description fields{name type{name ofType{name}}}}}`,
	} {
		cost, answer := costOf(t, schema, text), post(server, text).Body
		if answer.Len() > cost*bytesAUnit+bytesOfAny || strings.Contains(answer.String(), `"errors"`) {
			t.Errorf("%s: cost %d, %d bytes", name, cost, answer.Len())
		}
	}
	for name, text := range map[string]string{
		"20 x 20 aliases": "{" + many(20, "a%d:__schema{...S}") + "}fragment S on __Schema{" + many(20, "b%d:types{...T}") + "}fragment T on __Type{name description fields{name description}}",
		"40 x 40 aliases": "{" + many(40, "a%d:__schema{...S}") + "}fragment S on __Schema{" + many(40, "b%d:types{name kind description}") + "}",
		"1,000 aliases":   "{" + many(1000, "a%d:__schema{...S}") + "}fragment S on __Schema{types{name description fields{name}}}",
	} {
		got := post(server, text)
		if !strings.Contains(got.Body.String(), "LIMIT_EXCEEDED") {
			t.Errorf("%s: %d bytes: %.200s", name, got.Body.Len(), got.Body)
		}
	}
}
