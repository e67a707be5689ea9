package httpserver_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// stubSchema is a schema with mutations, which Sentra's does not have yet, and fields
// that wait, panic and cost as much as a test wants.
type stubSchema struct {
	schema *ast.Schema
	// release lets wait return, one at a time; begun reports each field that waits.
	release, begun chan struct{}

	mu   sync.Mutex
	runs map[string]int
}

const stubSDL = `
type Query { fast(n: Int): String wait(n: Int): String large(n: Int): String panics: String whose: String }
type Mutation { change(n: Int): String }
type Subscription { events: String }
`

func newStubSchema() *stubSchema {
	return &stubSchema{schema: gqlparser.MustLoadSchema(&ast.Source{Input: stubSDL}), release: make(chan struct{}), begun: make(chan struct{}, 1000), runs: map[string]int{}}
}

func (s *stubSchema) Schema() *ast.Schema { return s.schema }

// Complexity is not used: the server calls Cost.
func (s *stubSchema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

// Cost makes the field large large work.
func (s *stubSchema) Cost(_ context.Context, operation *ast.OperationDefinition, _ map[string]any, _ int) int {
	if operation.SelectionSet[0].(*ast.Field).Name == "large" {
		return 10_000
	}
	return 1
}

// Exec answers with the name of the field, and for whose with the caller's scope.
func (s *stubSchema) Exec(ctx context.Context) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	field := operation.Operation.SelectionSet[0].(*ast.Field)
	var once sync.Once
	return func(ctx context.Context) (response *graphql.Response) {
		once.Do(func() {
			s.mu.Lock()
			s.runs[field.Name]++
			s.mu.Unlock()
			text := field.Name
			switch field.Name {
			case "wait", "large":
				s.begun <- struct{}{}
				select {
				case <-s.release:
				case <-ctx.Done():
				}
			case "panics":
				panic("the secret of the resolver")
			case "whose":
				text = operation.Headers.Get("X-Viewer")
			}
			response = &graphql.Response{Data: fmt.Appendf(nil, `{%q:%q}`, field.Alias, text)}
		})
		return response
	}
}

func (s *stubSchema) ran(field string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.runs[field]
}

// ready is a backend that is ready.
type ready struct{}

func (ready) Readiness(context.Context) (httpserver.Readiness, error) {
	return httpserver.Readiness{Status: "ready"}, nil
}

// stubServer serves the stub. log receives the server's log.
func stubServer(t testing.TB, change func(*httpserver.Config)) (server *httpserver.Server, schema *stubSchema, log *syncBuffer) {
	t.Helper()
	schema, log = newStubSchema(), &syncBuffer{}
	config := httpserver.DefaultConfig()
	if change != nil {
		change(&config)
	}
	server, err := httpserver.New(config, schema, nil, ready{}, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	return server, schema, log
}

// syncBuffer is a buffer for concurrent use.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(data []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(data)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// metric reads a metric of a handler.
func metric(handler http.Handler, name string) string {
	return (&graphqlServer{Handler: handler}).count(name)
}
