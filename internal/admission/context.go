package admission

import (
	"context"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Answer is the answer that a piece of work is to give, bounded in bytes.
type Answer struct {
	// Ticket is that of the work; nil where it is not counted.
	Ticket *Ticket
	// Limit is the greatest length in bytes.
	Limit int64
	// Copies is how often the answer is in memory while it is made and sent.
	Copies int64
	// Refused is set when no memory was left for the answer.
	Refused bool
}

type answerKey struct{}

// WithAnswer lets what makes the answer find its bounds.
func WithAnswer(ctx context.Context, answer *Answer) context.Context {
	return context.WithValue(ctx, answerKey{}, answer)
}

// AnswerOf returns the bounds of the answer, nil for none.
func AnswerOf(ctx context.Context) *Answer {
	answer, _ := ctx.Value(answerKey{}).(*Answer)
	return answer
}

// Allow reserves memory for an answer of so many bytes, before they are written. The
// error is a LIMIT_EXCEEDED or an UNAVAILABLE.
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
