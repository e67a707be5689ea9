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

// textCache is a cache of gqlgen's that is bounded by the bytes of its texts.
type textCache[T any] struct{ entries *otter.Cache[string, T] }

// newTextCache makes a cache that holds at most so many bytes, as weigh tells them.
func newTextCache[T any](limit uint64, weigh func(key string, value T) int) textCache[T] {
	return textCache[T]{otter.Must(&otter.Options[string, T]{MaximumWeight: limit,
		Weigher: func(key string, value T) uint32 { return uint32(min(weigh(key, value), 1<<31)) }})}
}

// Get returns the entry of a key.
func (c textCache[T]) Get(_ context.Context, key string) (T, bool) {
	return c.entries.GetIfPresent(key)
}

// Add keeps an entry, perhaps in place of others.
func (c textCache[T]) Add(_ context.Context, key string, value T) { c.entries.Set(key, value) }

// ReadTrustedDocuments reads a JSON object of ids and the texts of operations,
// {"id": "query …"}, as GraphQL Code Generator's client preset writes it
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

// trustedDocuments is a gqlgen extension that puts the text of a trusted document
// in place of its id and, if only is set, refuses every other text.
type trustedDocuments struct {
	byID  map[string]string
	texts map[string]bool
	only  bool
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = (*trustedDocuments)(nil)

// newTrustedDocuments takes documents by id. One that the schema cannot answer is
// a BAD_USER_INPUT.
func newTrustedDocuments(schema *ast.Schema, documents map[string]string, only bool) (*trustedDocuments, error) {
	t := &trustedDocuments{byID: map[string]string{}, texts: map[string]bool{}, only: only}
	for id, text := range documents {
		if _, err := gqlparser.LoadQueryWithRules(schema, text, rules.NewDefaultRules()); err != nil {
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the trusted document %.100q cannot be answered", id)
		}
		// A hash may be named with its algorithm or without.
		t.byID[id], t.byID[strings.TrimPrefix(id, "sha256:")], t.texts[text] = text, text, true
	}
	return t, nil
}

// ExtensionName is the extension's name.
func (t *trustedDocuments) ExtensionName() string { return "SentraTrustedDocuments" }

// Validate has nothing to check: the documents were checked when they were read.
func (t *trustedDocuments) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters looks the document up by documentId or by the hash of
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
		// Its id need not be the hash that automatic persisted queries ask for.
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
