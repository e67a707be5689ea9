package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"testing"

	"github.com/99designs/gqlgen/graphql"
)

// TestMarshalList: entries are in order, each with its index in its path; one that
// panics is null, and so are those left when the time is up.
func TestMarshalList(t *testing.T) {
	number := func(i int) graphql.Marshaler {
		return graphql.WriterFunc(func(w io.Writer) { _, _ = io.WriteString(w, strconv.Itoa(10*i)) })
	}
	for _, c := range []struct {
		name, want string
		entry      func(ctx context.Context, cancel func(), i int) graphql.Marshaler
		paths      []string
	}{
		{"three", "[0,10,20]", func(_ context.Context, _ func(), i int) graphql.Marshaler { return number(i) }, nil},
		{"one panics", "[0,null,20]", func(_ context.Context, _ func(), i int) graphql.Marshaler {
			if i == 1 {
				panic("no")
			}
			return number(i)
		}, []string{"[1]"}},
		{"an error of one's own", "[0,10,20]", func(ctx context.Context, _ func(), i int) graphql.Marshaler {
			if i == 2 {
				graphql.AddErrorf(ctx, "wrong")
			}
			return number(i)
		}, []string{"[2]"}},
		{"cut short", "[0,null,null]", func(_ context.Context, cancel func(), i int) graphql.Marshaler {
			cancel()
			return number(i)
		}, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(graphql.WithResponseContext(t.Context(), graphql.DefaultErrorPresenter, graphql.DefaultRecover))
			defer cancel()
			list := marshalList(ctx, 3, 0, false, func(ctx context.Context, i int) graphql.Marshaler { return c.entry(ctx, cancel, i) })
			var out bytes.Buffer
			list.MarshalGQL(&out)
			if out.String() != c.want {
				t.Errorf("got %s, want %s", out.String(), c.want)
			}
			errors := graphql.GetErrors(ctx)
			if len(errors) != len(c.paths) {
				t.Fatalf("got the errors %v, want %d", errors, len(c.paths))
			}
			for i, path := range c.paths {
				if got := errors[i].Path.String(); got != path {
					t.Errorf("the error stands at %q, want %q", got, path)
				}
			}
		})
	}
}

// TestMarshalLongList: a list divided among processors has every entry once and in
// its place, and an error has the path of its entry.
func TestMarshalLongList(t *testing.T) {
	for _, length := range []int{0, 1, 63, 64, 127, 128, 129, 1000} {
		ctx := graphql.WithResponseContext(t.Context(), graphql.DefaultErrorPresenter, graphql.DefaultRecover)
		list := marshalList(ctx, length, 0, false, func(ctx context.Context, i int) graphql.Marshaler {
			if i == length-1 {
				graphql.AddErrorf(ctx, "the last")
			}
			return graphql.MarshalInt(i)
		})
		var out bytes.Buffer
		list.MarshalGQL(&out)
		want := make([]int, length)
		for i := range want {
			want[i] = i
		}
		wanted, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if out.String() != string(wanted) {
			t.Errorf("%d entries: %.200s", length, out.String())
		}
		if errors := graphql.GetErrors(ctx); length > 0 && (len(errors) != 1 || errors[0].Path.String() != fmt.Sprintf("[%d]", length-1)) {
			t.Errorf("%d entries: the errors %v", length, errors)
		}
	}
}
