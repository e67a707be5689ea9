package httpserver

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/sentra-ikm/sentra/internal/inputs"
)

// variables is a gqlgen extension that checks the values of variables before
// gqlparser coerces them, which accepts enums in any case and strings for numbers.
type variables struct {
	documents *documents
	schema    *ast.Schema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationParameterMutator
} = (*variables)(nil)

func (v *variables) ExtensionName() string { return "SentraVariables" }

func (v *variables) Validate(schema graphql.ExecutableSchema) error {
	v.schema = schema.Schema()
	return nil
}

// MutateOperationParameters rejects invalid values with BAD_USER_INPUT. The document
// has been parsed and validated before.
func (v *variables) MutateOperationParameters(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	document, ok := v.documents.Get(ctx, params.Query)
	if !ok || len(params.Variables) == 0 {
		return nil
	}
	operation := document.Operations.ForName(params.OperationName)
	if operation == nil {
		return nil
	}
	if err := inputs.Variables(v.schema, operation, params.Variables); err != nil {
		return gqlerror.WrapIfUnwrapped(err)
	}
	return nil
}
