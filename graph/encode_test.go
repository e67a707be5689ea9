package graph

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// endless is an answer that never ends by itself.
type endless struct{}

func (endless) MarshalGQL(w io.Writer) {
	for {
		_, _ = io.WriteString(w, "[1,2,3]")
	}
}

// Encoding an answer ends with the request's context.
func TestEncodingEndsWithItsContext(t *testing.T) {
	deadline, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	left, leave := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, leave)
	for name, c := range map[string]struct {
		ctx  context.Context
		code sentra.Code
	}{
		"the deadline comes": {deadline, sentra.CodeDeadlineExceeded},
		"the client leaves":  {left, sentra.CodeCancelled},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := graphql.WithResponseContext(c.ctx, graphql.DefaultErrorPresenter, graphql.DefaultRecover)
			begun := time.Now()
			if got := string(encoded(ctx, endless{})); got != "null" {
				t.Errorf("the answer is %.20s", got)
			}
			if took := time.Since(begun); took > time.Second {
				t.Errorf("it took %v", took)
			}
			errs := graphql.GetErrors(ctx)
			if len(errs) != 1 || sentra.ErrorCode(errs[0].Err) != c.code {
				t.Errorf("the errors are %v", errs)
			}
		})
	}
}
