package graph

import (
	"context"
	"io"

	"github.com/99designs/gqlgen/graphql"
)

// deferredGroup is graphql.NewDeferredGroup only for an object that has deferred
// fields: others, which is nearly all, would throw it away empty.
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

// fewFields is the number of fields up to which looking at each of those before is
// quicker than a map of names.
const fewFields = 24

// marshaledObject returns an object whose fields are made. gqlgen's FieldSet writes one
// as well, but copies each field and keeps a map of the names written, which takes
// more than many an object does itself.
func marshaledObject(fields []graphql.CollectedField, made *graphql.FieldSet) graphql.Marshaler {
	if len(fields) > fewFields || anyDeferred(fields) {
		return made
	}
	return object{fields, made.Values}
}

// object is an object of few fields, none of them deferred.
type object struct {
	fields []graphql.CollectedField
	values []graphql.Marshaler
}

// MarshalGQL writes the object as JSON. What the client called a field is a name of
// GraphQL, in which nothing needs escaping.
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

// written reports whether a field before has the same name: gqlgen collects a field
// twice that is asked of a union and of one of its types.
func (o object) written(i int) bool {
	for j := range i {
		if o.fields[j].Alias == o.fields[i].Alias {
			return true
		}
	}
	return false
}
