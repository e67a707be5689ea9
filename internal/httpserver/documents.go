package httpserver

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sentra-ikm/sentra/internal/querycost"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// documents is a gqlgen extension that reads, measures and checks the text of an
// operation, and keeps what is fine. gqlgen would do so by itself, but without a
// bound on time or on errors, and nothing can come in between its steps.
//
// It is gqlgen's cache of documents at the same time: what the extension finds fine
// gqlgen takes from it, as long as the operation lasts.
type documents struct {
	bounds querycost.Bounds
	tokens int
	// deadline gives until when an operation may take.
	deadline func(context.Context) time.Time
	schema   *ast.Schema
	kept     *otter.Cache[string, *document]
}

// document is a text that was read and checked.
type document struct {
	*ast.QueryDocument
	sizes map[*ast.OperationDefinition]querycost.Size
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
	graphql.Cache[*ast.QueryDocument]
} = (*documents)(nil)

const (
	// documentCache bounds the cache of documents in bytes, largestDocument one of
	// its entries.
	documentCache, largestDocument = 32 << 20, 1 << 20
)

func newDocuments(config Config, schema *ast.Schema) *documents {
	return &documents{bounds: querycost.Bounds{Depth: config.MaxDepth, Aliases: config.MaxAliases, Selections: config.MaxSelections,
		Fragments: config.MaxFragments, Operations: config.MaxOperations, Variables: config.MaxVariables, Directives: config.MaxDirectives},
		tokens: config.MaxTokens, deadline: config.deadline, schema: schema,
		kept: otter.Must(&otter.Options[string, *document]{MaximumWeight: documentCache,
			Weigher: func(text string, d *document) uint32 { return uint32(weightOf(text, d)) }})}
}

// weightOf estimates the bytes that a document takes: some hundred for a token.
func weightOf(text string, d *document) int {
	selections := 0
	for _, size := range d.sizes {
		selections += size.Selections
	}
	return 24*len(text) + 300*min(selections, len(text)) + 512
}

// ExtensionName is the extension's name.
func (d *documents) ExtensionName() string { return "SentraDocuments" }

// Validate has nothing to check.
func (d *documents) Validate(graphql.ExecutableSchema) error { return nil }

// What was read for an operation, and all that is wrong with it, are stored beside
// gqlgen's statistics under these names.
const readDocument, readFaults = "SentraDocument", "SentraFaults"

// MutateOperationParameters reads the text, which other extensions may have looked up.
func (d *documents) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	operation := graphql.GetOperationContext(ctx)
	read, known := d.kept.GetIfPresent(params.Query)
	if !known {
		var faults gqlerror.List
		if read, faults = d.read(ctx, params.Query); len(faults) > 0 {
			operation.Stats.SetExtension(readFaults, faults)
			return faults[0]
		}
		if weightOf(params.Query, read) <= largestDocument {
			d.kept.Set(params.Query, read)
		}
	}
	operation.Stats.SetExtension(readDocument, read)
	return nil
}

// boundExecutor is gqlgen's executor over documents that documents reads.
type boundExecutor struct{ *executor.Executor }

// CreateOperationContext tells all that is wrong with a document; an extension can
// tell gqlgen of one error only.
func (e boundExecutor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	operation, faults := e.Executor.CreateOperationContext(ctx, params)
	if all, ok := operation.Stats.GetExtension(readFaults).(gqlerror.List); ok {
		return operation, all
	}
	return operation, faults
}

// read reads, measures and checks a text.
func (d *documents) read(ctx context.Context, text string) (*document, gqlerror.List) {
	ctx, cancel := context.WithDeadline(ctx, d.deadline(ctx))
	defer cancel()
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.tokens)
	if err != nil {
		return nil, gqlerror.List{withCode(err, errcode.ParseFailed)}
	}
	if len(parsed.Operations) == 0 {
		return nil, gqlerror.List{withCode(gqlerror.Errorf("no operation provided"), errcode.ValidationFailed)}
	}
	sizes, err := querycost.Measure(parsed, d.bounds)
	if err != nil {
		return nil, gqlerror.List{withCode(err, "")}
	}
	if faults := querycost.Validate(ctx, d.schema, parsed); len(faults) > 0 {
		for i := range faults {
			faults[i] = withCode(faults[i], errcode.ValidationFailed)
		}
		return nil, faults
	}
	return &document{parsed, sizes}, nil
}

// withCode returns an error as one of GraphQL's, with the code of the domain's error
// in it, or else another.
func withCode(err error, code string) *gqlerror.Error {
	fault := gqlerror.WrapIfUnwrapped(err)
	var coded *sentra.Error
	if errors.As(err, &coded) {
		fault.Message, code = coded.Message, graphqlCodes[coded.Code]
	}
	errcode.Set(fault, code)
	return fault
}

// Get returns gqlgen the document that was read for the operation.
func (d *documents) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	read, ok := graphql.GetOperationContext(ctx).Stats.GetExtension(readDocument).(*document)
	if !ok {
		return nil, false
	}
	return read.QueryDocument, true
}

// Add never keeps a document: gqlgen reads none by itself.
func (d *documents) Add(context.Context, string, *ast.QueryDocument) {}
