package httpserver

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// graphqlCodes is the only table that maps the domain's codes to extensions.code.
var graphqlCodes = map[sentra.Code]string{
	sentra.CodeBadUserInput:     "BAD_USER_INPUT",
	sentra.CodeNotFound:         "NOT_FOUND",
	sentra.CodeConflict:         "CONFLICT",
	sentra.CodeLimitExceeded:    "LIMIT_EXCEEDED",
	sentra.CodeDeadlineExceeded: "DEADLINE_EXCEEDED",
	sentra.CodeCancelled:        "CANCELLED",
	sentra.CodeUnavailable:      "UNAVAILABLE",
	sentra.CodeInternal:         "INTERNAL",
}

// inputRules are the validation rules about arguments: their errors concern the
// client's input and not the form of the query.
var inputRules = map[string]bool{"KnownArgumentNames": true, "ValuesOfCorrectType": true, "ProvidedRequiredArguments": true, "UniqueInputFieldNames": true}

// presenter converts errors to what the client sees: a coded error with its message
// and the path of the argument, a syntax or validation error as reported by the
// parser, and otherwise only that an internal error happened.
func presenter(log *slog.Logger, metrics *metrics) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		out := present(ctx, err, log)
		code, _ := out.Extensions["code"].(string)
		metrics.errors.WithLabelValues(code).Inc()
		return out
	}
}

func present(ctx context.Context, err error, log *slog.Logger) *gqlerror.Error {
	var fault *gqlerror.Error
	errors.As(err, &fault)
	var coded *sentra.Error
	if !errors.As(err, &coded) {
		if errors.Is(err, context.DeadlineExceeded) {
			coded = sentra.Errorf(sentra.CodeDeadlineExceeded, "the time limit was exceeded")
		} else if errors.Is(err, context.Canceled) {
			coded = sentra.Errorf(sentra.CodeCancelled, "the request was cancelled")
		} else if fault != nil && fault.Err == nil {
			return presentQueryFault(fault)
		} else {
			log.ErrorContext(ctx, "internal error", "error", err, "path", graphql.GetPath(ctx).String(), "request", requestID(ctx))
			return internalError(ctx)
		}
	}
	if coded.Err != nil && coded.Code != sentra.CodeDeadlineExceeded && coded.Code != sentra.CodeCancelled {
		// With one error per late field, log only their number.
		log.InfoContext(ctx, "request refused", "error", coded, "request", requestID(ctx))
	}
	out := &gqlerror.Error{Message: coded.Message, Extensions: map[string]any{"code": graphqlCodes[coded.Code]}}
	var argument []string
	if field := graphql.GetFieldContext(ctx); field != nil {
		out.Path = field.Path()
	} else {
		out.Path = graphql.GetPath(ctx)
	}
	if fault != nil {
		out.Locations = fault.Locations
		// An argument that cannot be parsed adds its own path to that of the field.
		if len(fault.Path) > len(out.Path) {
			for _, element := range fault.Path[len(out.Path):] {
				switch e := element.(type) {
				case ast.PathName:
					argument = append(argument, string(e))
				case ast.PathIndex:
					argument = append(argument, itoa(int(e)))
				}
			}
		}
	}
	if argument = append(argument, coded.Path...); len(argument) > 0 {
		out.Extensions["argument"] = argument
	}
	return out
}

// internalError is what the client sees of an internal error.
func internalError(ctx context.Context) *gqlerror.Error {
	return &gqlerror.Error{Message: "internal error", Path: graphql.GetPath(ctx),
		Extensions: map[string]any{"code": graphqlCodes[sentra.CodeInternal], "requestId": requestID(ctx)}}
}

func presentQueryFault(fault *gqlerror.Error) *gqlerror.Error {
	if fault.Extensions["code"] == graphqlCodes[sentra.CodeInternal] {
		return fault
	}
	if fault.Extensions == nil {
		fault.Extensions = map[string]any{}
	}
	if len(fault.Path) > 1 && fault.Path[0] == ast.PathName("variable") {
		argument := []string{}
		for _, element := range fault.Path[1:] {
			switch e := element.(type) {
			case ast.PathName:
				argument = append(argument, string(e))
			case ast.PathIndex:
				argument = append(argument, itoa(int(e)))
			}
		}
		fault.Extensions["code"], fault.Extensions["argument"] = graphqlCodes[sentra.CodeBadUserInput], argument
		fault.Path = nil
	} else if inputRules[fault.Rule] {
		fault.Extensions["code"] = graphqlCodes[sentra.CodeBadUserInput]
	} else if _, told := fault.Extensions["code"]; !told {
		fault.Extensions["code"] = "GRAPHQL_VALIDATION_FAILED"
	}
	return fault
}

// statuses is the only table that maps the domain's codes to HTTP statuses, for
// routes other than GraphQL.
var statuses = map[sentra.Code]int{
	sentra.CodeBadUserInput:     http.StatusBadRequest,
	sentra.CodeNotFound:         http.StatusNotFound,
	sentra.CodeConflict:         http.StatusConflict,
	sentra.CodeLimitExceeded:    http.StatusUnprocessableEntity,
	sentra.CodeDeadlineExceeded: http.StatusServiceUnavailable,
	sentra.CodeCancelled:        http.StatusServiceUnavailable,
	sentra.CodeUnavailable:      http.StatusServiceUnavailable,
	sentra.CodeInternal:         http.StatusInternalServerError,
}

// refuseError answers a request outside GraphQL with the same error that GraphQL
// would return: code, message and, as argument, the parameter with the path inside
// it.
func refuseError(w http.ResponseWriter, r *http.Request, err error, log *slog.Logger) {
	coded := visible(r, err, log)
	extensions := map[string]any{"code": graphqlCodes[coded.Code]}
	if len(coded.Path) > 0 {
		extensions["argument"] = coded.Path
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(statuses[coded.Code])
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{"message": coded.Message, "extensions": extensions}}})
}

// visible returns an error that a client may see, which is a generic one for an
// internal error.
func visible(r *http.Request, err error, log *slog.Logger) *sentra.Error {
	var found *sentra.Error
	switch {
	case errors.As(err, &found):
		return found
	case errors.Is(err, context.DeadlineExceeded):
		return sentra.Errorf(sentra.CodeDeadlineExceeded, "the time limit was exceeded")
	case errors.Is(err, context.Canceled):
		return sentra.Errorf(sentra.CodeCancelled, "the request was cancelled")
	}
	log.ErrorContext(r.Context(), "internal error", "error", err, "path", r.URL.Path, "request", requestID(r.Context()))
	return sentra.Errorf(sentra.CodeInternal, "internal error")
}

// refuse answers a request that does not reach GraphQL, in application/json unless
// another type was set.
func refuse(w http.ResponseWriter, status int, code sentra.Code, message string) {
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{
		"message": message, "extensions": map[string]any{"code": graphqlCodes[code]}}}})
}
