package graph

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// deferredGroup calls graphql.NewDeferredGroup only for an object with deferred
// fields: nearly all others would discard it unused.
func deferredGroup(ctx context.Context, fields []graphql.CollectedField) graphql.DeferredGroup {
	if anyDeferred(fields) {
		return graphql.NewDeferredGroup(ctx)
	}
	return graphql.DeferredGroup{}
}

func anyDeferred(fields []graphql.CollectedField) bool {
	for i := range fields {
		if len(fields[i].Deferrables) > 0 {
			return true
		}
	}
	return false
}

// fewFields is the number of fields up to which a linear search for earlier names is
// faster than a map.
const fewFields = 24

// marshaledObject returns an object with resolved fields. gqlgen's FieldSet could
// marshal it too, but copies each field and keeps a map of the names written, which
// takes more memory than many objects.
func marshaledObject(fields []graphql.CollectedField, made *graphql.FieldSet) graphql.Marshaler {
	if len(fields) > fewFields || anyDeferred(fields) {
		return made
	}
	return object{fields, made.Values}
}

// object is an object with few fields, none of them deferred.
type object struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler
}

// MarshalGQL writes the object as JSON. Names of fields, including aliases, are
// GraphQL names, which need no escaping.
func (o object) MarshalGQL(w io.Writer) {
	_, _ = io.WriteString(w, "{")
	for i := range o.fields {
		if o.written(i) {
			continue
		}
		if i > 0 {
			_, _ = io.WriteString(w, ",")
		}
		_, _ = io.WriteString(w, `"`)
		_, _ = io.WriteString(w, o.fields[i].Alias)
		_, _ = io.WriteString(w, `":`)
		o.values[i].MarshalGQL(w)
	}
	_, _ = io.WriteString(w, "}")
}

// written reports whether an earlier field has the same name: gqlgen collects a field
// twice if it is selected on a union and on one of its types.
func (o object) written(i int) bool {
	for j := range i {
		if o.fields[j].Alias == o.fields[i].Alias {
			return true
		}
	}
	return false
}
