package admission

import (
	"context"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Answer limits the size of an answer while it is produced.
type Answer struct {
	// Ticket is that of the work; nil if it is not counted.
	Ticket *Ticket
	// Limit is the maximum length in bytes.
	Limit int64
	// Copies is the number of copies of the answer in memory while it is made and sent.
	Copies int64
	// Refused is set if there was no memory for the answer.
	Refused bool
}

type answerKey struct{}

// WithAnswer passes the limits to the code that produces the answer.
func WithAnswer(ctx context.Context, answer *Answer) context.Context {
	return context.WithValue(ctx, answerKey{}, answer)
}

// AnswerOf returns the limits of the answer, or nil.
func AnswerOf(ctx context.Context) *Answer {
	answer, _ := ctx.Value(answerKey{}).(*Answer)
	return answer
}

// Allow reserves memory for an answer before it is written. The error is a
// LIMIT_EXCEEDED or an UNAVAILABLE.
func (a *Answer) Allow(bytes int64) error {
	if a == nil {
		return nil
	}
	if bytes > a.Limit {
		return sentra.Errorf(sentra.CodeLimitExceeded, "the answer has more than %d bytes; ask for fewer regions at a time, a lower zoom or a greater toleranceMetres", a.Limit)
	}
	if a.Ticket == nil {
		return nil
	}
	err := a.Ticket.Need(bytes * a.Copies)
	a.Refused = err != nil
	return err
}
