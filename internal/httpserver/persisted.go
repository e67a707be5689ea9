package httpserver

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// textCache is a cache for gqlgen that is limited by the bytes of its texts.
type textCache[T any] struct{ entries *otter.Cache[string, T] }

// newTextCache returns a cache with a maximum total weight in bytes.
func newTextCache[T any](limit uint64, weigh func(key string, value T) int) textCache[T] {
	return textCache[T]{otter.Must(&otter.Options[string, T]{MaximumWeight: limit,
		Weigher: func(key string, value T) uint32 { return uint32(min(weigh(key, value), 1<<31)) }})}
}

func (c textCache[T]) Get(_ context.Context, key string) (T, bool) {
	return c.entries.GetIfPresent(key)
}

func (c textCache[T]) Add(_ context.Context, key string, value T) { c.entries.Set(key, value) }

// ReadTrustedDocuments reads a JSON object of ids and the texts of operations, {"id":
// "query …"}, as written by the client preset of GraphQL Code Generator
// (persisted-documents.json). The error is a BAD_USER_INPUT.
func ReadTrustedDocuments(path string) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the file of trusted documents cannot be read")
	}
	var out map[string]string
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the file of trusted documents must be a JSON object of ids and documents")
	}
	return out, nil
}

// trustedDocuments is a gqlgen extension that replaces the id of a trusted document
// by its text and, if only is set, rejects every other text.
type trustedDocuments struct {
	byID  map[string]string
	texts map[string]bool
	only  bool
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = (*trustedDocuments)(nil)

// newTrustedDocuments takes documents by id. One that is not valid for the schema is
// a BAD_USER_INPUT.
func newTrustedDocuments(schema *ast.Schema, documents map[string]string, only bool) (*trustedDocuments, error) {
	t := &trustedDocuments{byID: map[string]string{}, texts: map[string]bool{}, only: only}
	for id, text := range documents {
		if _, err := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules()); err != nil {
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the trusted document %.100q cannot be answered", id)
		}
		// A hash may be given with or without its algorithm.
		t.byID[id], t.byID[strings.TrimPrefix(id, "sha256:")], t.texts[text] = text, text, true
	}
	return t, nil
}

func (t *trustedDocuments) ExtensionName() string { return "SentraTrustedDocuments" }

// Validate does nothing: the documents were validated when they were read.
func (t *trustedDocuments) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters looks the document up by documentId or by the hash in
// extensions.persistedQuery.
func (t *trustedDocuments) MutateOperationParameters(_ context.Context, params *graphql.RawParams) *gqlerror.Error {
	id, _ := params.Extensions["documentId"].(string)
	asked := id != ""
	if persisted, ok := params.Extensions["persistedQuery"].(map[string]any); ok && id == "" {
		id, _ = persisted["sha256Hash"].(string)
	}
	text, known := t.byID[strings.TrimPrefix(id, "sha256:")]
	switch {
	case known && params.Query != "" && params.Query != text:
		return coded("DOCUMENT_MISMATCH", "the trusted document with this id has another text")
	case known:
		params.Query = text
		// Its id need not be the hash that automatic persisted queries require.
		delete(params.Extensions, "persistedQuery")
	case t.only && !t.texts[params.Query]:
		return coded("DOCUMENT_NOT_TRUSTED", "this server accepts only trusted documents, and this is not one of them")
	case asked && params.Query == "":
		return coded("DOCUMENT_NOT_FOUND", fmt.Sprintf("there is no trusted document with the id %.100q", id))
	}
	return nil
}

func coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}
