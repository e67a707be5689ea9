package graph

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// An object is marshalled like gqlgen's own FieldSet, whatever its fields.
func TestMarshaledObject(t *testing.T) {
	many := make([]string, fewFields+1)
	for i := range many {
		many[i] = fmt.Sprintf("f%d", i)
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{nil, `{}`},
		{[]string{"code"}, `{"code":0}`},
		{[]string{"code", "_x1", "name"}, `{"code":0,"_x1":1,"name":2}`},
		// A union's __typename and that of one of its types.
		{[]string{"__typename", "code", "__typename", "name"}, `{"__typename":0,"code":1,"name":3}`},
		{many, ""},
		{append(many, "f3"), ""},
	} {
		fields := make([]graphql.CollectedField, len(c.names))
		for i, name := range c.names {
			fields[i] = graphql.CollectedField{Field: &ast.Field{Alias: name, Name: "field"}}
		}
		set := graphql.NewFieldSet(fields)
		for i := range fields {
			set.Values[i] = graphql.MarshalInt(i)
		}
		var theirs, ours bytes.Buffer
		set.MarshalGQL(&theirs)
		marshaledObject(fields, set).MarshalGQL(&ours)
		if ours.String() != theirs.String() || c.want != "" && ours.String() != c.want {
			t.Errorf("%v: %s, want %s; gqlgen writes %s", c.names, ours.String(), c.want, theirs.String())
		}
	}
}
