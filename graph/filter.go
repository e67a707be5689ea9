package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/inputs"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ParseRegionFilter parses the JSON object of a RegionFilter, as in a GraphQL
// variable; nil for null. It is coerced and validated against the schema, so that
// URLs and the command line accept what GraphQL accepts. The error is a
// BAD_USER_INPUT with GraphQL's message and the path from the filter down:
// filter.bbox.west.
func ParseRegionFilter(text string) (*sentra.RegionFilter, error) {
	return parseFilter(text, "RegionFilter", func(ctx context.Context, ec *executionContext, value any) (*sentra.RegionFilter, error) {
		filter, err := ec.unmarshalInputRegionFilter(ctx, value)
		return &filter, err
	})
}

// ParseClusterFilter is ParseRegionFilter for a ClusterFilter.
func ParseClusterFilter(text string) (*sentra.ClusterFilter, error) {
	return parseFilter(text, "ClusterFilter", func(ctx context.Context, ec *executionContext, value any) (*sentra.ClusterFilter, error) {
		filter, err := ec.unmarshalInputClusterFilter(ctx, value)
		return &filter, err
	})
}

// ParseSupportFilter is ParseRegionFilter for a SupportFilter.
func ParseSupportFilter(text string) (*sentra.SupportFilter, error) {
	return parseFilter(text, "SupportFilter", func(ctx context.Context, ec *executionContext, value any) (*sentra.SupportFilter, error) {
		filter, err := ec.unmarshalInputSupportFilter(ctx, value)
		return &filter, err
	})
}

func parseFilter[T any](text, inputType string, read func(context.Context, *executionContext, any) (*T, error)) (*T, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, sentra.BadInput("filter", "the filter is not JSON; write the object that GraphQL takes, with its names in quotes: %s", jsonFault(err))
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, sentra.BadInput("filter", "there is data after the JSON object")
	}
	execution := newExecutionContext(nil, &executableSchema{Resolvers: &Resolver{}}, nil)
	schema := execution.Schema()
	variable := &ast.VariableDefinition{Variable: "filter", Type: ast.NamedType(inputType, nil), Definition: schema.Types[inputType]}
	operation := &ast.OperationDefinition{VariableDefinitions: ast.VariableDefinitionList{variable}}
	values := map[string]any{"filter": value}
	if err := inputs.Variables(schema, operation, values); err != nil {
		return nil, err
	}
	coerced, err := validator.VariableValues(schema, operation, values)
	if err != nil {
		return nil, filterFault(err)
	}
	if coerced["filter"] == nil {
		return nil, nil
	}
	ctx := graphql.WithPathContext(context.Background(), graphql.NewPathWithField("filter"))
	filter, err := read(ctx, execution, coerced["filter"])
	if err != nil {
		return nil, filterFault(err)
	}
	return filter, nil
}

// jsonFault describes an error in a JSON text without quoting it.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Sprintf("%s, at byte %d", syntax, syntax.Offset)
	}
	return "it ends too soon"
}

// filterFault converts an error of gqlgen or gqlparser to one of the domain: their
// path, then that of the coded error inside.
func filterFault(err error) error {
	var fault *gqlerror.Error
	var coded *sentra.Error
	errors.As(err, &coded)
	if !errors.As(err, &fault) {
		return err
	}
	out := sentra.BadInput("", "%s", fault.Message)
	for i, element := range fault.Path {
		switch e := element.(type) {
		case ast.PathName:
			// gqlparser puts "variable" before the name of a variable.
			if i > 0 || e != "variable" {
				out.Path = append(out.Path, string(e))
			}
		case ast.PathIndex:
			out.Path = append(out.Path, fmt.Sprint(int(e)))
		}
	}
	if coded != nil {
		out.Code, out.Message, out.Err = coded.Code, coded.Message, coded.Err
		out.Path = append(out.Path, coded.Path...)
	}
	return out
}

// RegionFilter returns the resolver for fields that have another type in the domain;
// the methods below do the same for other inputs.
func (r *Resolver) RegionFilter() RegionFilterResolver { return regionFilterResolver{} }

func (r *Resolver) ClusterFilter() ClusterFilterResolver { return clusterFilterResolver{} }

func (r *Resolver) SupportFilter() SupportFilterResolver { return supportFilterResolver{} }

func (r *Resolver) NearInput() NearInputResolver { return nearResolver{} }

type (
	regionFilterResolver  struct{}
	clusterFilterResolver struct{}
	supportFilterResolver struct{}
	nearResolver          struct{}
)

// Name rejects an empty text, which in the domain means any name.
func (regionFilterResolver) Name(ctx context.Context, f *sentra.RegionFilter, name *string) error {
	if name != nil && *name == "" {
		return graphql.ErrorOnPath(ctx, sentra.BadInput("", "the name is empty"))
	}
	f.Name = value(name)
	return nil
}

func (regionFilterResolver) Designation(_ context.Context, f *sentra.RegionFilter, kind *model.DesignationFilterKind) error {
	switch {
	case kind == nil:
	case *kind == model.DesignationFilterKindAny:
		f.Designations = sentra.DesignationKinds[:]
	default:
		f.Designations = []sentra.DesignationKind{sentra.DesignationKind(*kind)}
	}
	return nil
}

func (clusterFilterResolver) Phase(ctx context.Context, f *sentra.ClusterFilter, phase *string) error {
	return readKey(ctx, &f.Phase, "Phase", phase)
}

func (clusterFilterResolver) Product(ctx context.Context, f *sentra.ClusterFilter, product *string) error {
	return readKey(ctx, &f.Product, "Product", product)
}

func (supportFilterResolver) Cluster(ctx context.Context, f *sentra.SupportFilter, cluster *string) error {
	return readKey(ctx, &f.Cluster, "Cluster", cluster)
}

func (supportFilterResolver) Product(ctx context.Context, f *sentra.SupportFilter, product *string) error {
	return readKey(ctx, &f.Product, "Product", product)
}

func (nearResolver) Point(_ context.Context, near *sentra.Near, point *model.PointInput) error {
	near.Point = point.Orb()
	return nil
}

// readKey reads a key or an id of a kind. It rejects an empty one, which in the
// domain means none.
func readKey(ctx context.Context, key *string, kind string, given *string) error {
	if given == nil {
		return nil
	}
	if *key = model.KeyOf(kind, *given); *key == "" {
		return graphql.ErrorOnPath(ctx, sentra.BadInput("", "the %s is empty", strings.ToLower(kind)))
	}
	return nil
}
