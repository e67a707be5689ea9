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

// documents is a gqlgen extension that parses, measures and validates the text of an
// operation, and caches valid documents. gqlgen would do this itself, but without a
// limit on time or errors, and without hooks between the steps.
//
// It also acts as gqlgen's document cache, from which gqlgen takes the parsed
// document of the operation.
type documents struct {
	bounds querycost.Bounds
	tokens int
	// deadline returns the deadline of an operation.
	deadline func(context.Context) time.Time
	schema   *ast.Schema
	kept     *otter.Cache[string, *document]
}

// document is a parsed and validated text.
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
	// documentCache is the size of the document cache in bytes, largestDocument the
	// maximum size of an entry.
	documentCache, largestDocument = 32 << 20, 1 << 20
)

func newDocuments(config Config, schema *ast.Schema) *documents {
	return &documents{bounds: querycost.Bounds{Depth: config.MaxDepth, Aliases: config.MaxAliases, Selections: config.MaxSelections,
		Fragments: config.MaxFragments, Operations: config.MaxOperations, Variables: config.MaxVariables, Directives: config.MaxDirectives},
		tokens: config.MaxTokens, deadline: config.deadline, schema: schema,
		kept: otter.Must(&otter.Options[string, *document]{MaximumWeight: documentCache,
			Weigher: func(text string, d *document) uint32 { return uint32(weightOf(text, d)) }})}
}

// weightOf estimates the memory of a document in bytes: some hundred per token.
func weightOf(text string, d *document) int {
	selections := 0
	for _, size := range d.sizes {
		selections += size.Selections
	}
	return 24*len(text) + 300*min(selections, len(text)) + 512
}

func (d *documents) ExtensionName() string { return "SentraDocuments" }

func (d *documents) Validate(graphql.ExecutableSchema) error { return nil }

// Extensions of gqlgen's statistics that have the parsed document of an operation,
// and its errors.
const readDocument, readFaults = "SentraDocument", "SentraFaults"

// MutateOperationParameters parses the text, which other extensions may have looked
// up.
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

// boundExecutor is gqlgen's executor for documents parsed by documents.
type boundExecutor struct{ *executor.Executor }

// CreateOperationContext reports all errors of a document, since an extension can
// only return one.
func (e boundExecutor) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	operation, faults := e.Executor.CreateOperationContext(ctx, params)
	if all, ok := operation.Stats.GetExtension(readFaults).(gqlerror.List); ok {
		return operation, all
	}
	return operation, faults
}

// read parses, measures and validates a text.
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

// withCode returns an error as a GraphQL error, with the code of the domain error
// that it wraps, or else with code.
func withCode(err error, code string) *gqlerror.Error {
	fault := gqlerror.WrapIfUnwrapped(err)
	var coded *sentra.Error
	if errors.As(err, &coded) {
		fault.Message, code = coded.Message, graphqlCodes[coded.Code]
	}
	errcode.Set(fault, code)
	return fault
}

// Get returns the document that was parsed for the operation.
func (d *documents) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	read, ok := graphql.GetOperationContext(ctx).Stats.GetExtension(readDocument).(*document)
	if !ok {
		return nil, false
	}
	return read.QueryDocument, true
}

// Add does nothing: gqlgen parses no documents itself.
func (d *documents) Add(context.Context, string, *ast.QueryDocument) {}
