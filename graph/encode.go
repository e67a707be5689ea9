package graph

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// firstPass is the length in bytes up to which an answer is written in one go.
const firstPass = 64 << 10

// buffers are of *measure.
var buffers = sync.Pool{New: func() any { return &measure{} }}

// measure keeps the first bytes of what is written to it and counts the rest.
type measure struct {
	limited
	kept bytes.Buffer
	all  int64
}

// Write keeps or counts the bytes.
func (m *measure) Write(data []byte) (int, error) {
	m.wrote(len(data))
	if m.all += int64(len(data)); m.all <= firstPass {
		m.kept.Write(data)
	}
	return len(data), nil
}

// WriteString is Write for a string.
func (m *measure) WriteString(text string) (int, error) {
	m.wrote(len(text))
	if m.all += int64(len(text)); m.all <= firstPass {
		m.kept.WriteString(text)
	}
	return len(text), nil
}

// stopped is what limited panics with: a Marshaler has no other way to be stopped.
type stopped struct{ err error }

// limited stops the writing of an answer when its context ends.
type limited struct {
	ctx context.Context
	// unchecked is how many bytes were written since the context was looked at.
	unchecked int
}

func (l *limited) wrote(n int) {
	if l.unchecked += n; l.unchecked < firstPass {
		return
	}
	l.unchecked = 0
	if err := sentra.Ended(l.ctx, "while the answer was written"); err != nil {
		panic(stopped{err})
	}
}

// encoded returns the JSON of data, or null and an error where the answer may not be so
// long. A long one is measured first, so that it is in memory once and not, as in a
// buffer that grows, up to three times. What takes longer than ctx is null too.
func encoded(ctx context.Context, data graphql.Marshaler) (answer []byte) {
	defer func() {
		switch recovered := recover().(type) {
		case nil:
		case stopped:
			answer = orNull(ctx, nil, recovered.err)
		default:
			panic(recovered)
		}
	}()
	bounds := admission.AnswerOf(ctx)
	if view, ok := data.(*graphql.FieldSetView); ok {
		// A deferred part gives its fields away as it is written.
		buffer := &bounded{limited: limited{ctx: ctx}, allow: bounds.Allow}
		view.MarshalGQL(buffer)
		return orNull(ctx, buffer.Bytes(), buffer.err)
	}
	m := buffers.Get().(*measure)
	m.limited = limited{ctx: ctx}
	defer func() {
		m.kept.Reset()
		m.all = 0
		m.limited = limited{}
		buffers.Put(m)
	}()
	data.MarshalGQL(m)
	if m.all <= firstPass {
		return bytes.Clone(m.kept.Bytes())
	}
	if err := bounds.Allow(m.all); err != nil {
		return orNull(ctx, nil, err)
	}
	whole := &bounded{limited: limited{ctx: ctx}, Buffer: *bytes.NewBuffer(make([]byte, 0, m.all)), allow: bounds.Allow}
	data.MarshalGQL(whole)
	return whole.Bytes()
}

func orNull(ctx context.Context, data []byte, err error) []byte {
	if err != nil {
		graphql.AddError(ctx, err)
		return []byte("null")
	}
	return data
}

// bounded is a buffer that grows as far as it may.
type bounded struct {
	limited
	bytes.Buffer
	allow func(int64) error
	err   error
}

// Write keeps the bytes, or nothing any more once that are too many.
func (b *bounded) Write(data []byte) (int, error) {
	b.wrote(len(data))
	if b.err == nil && b.Len()+len(data) > b.Cap() {
		b.err = b.allow(int64(2*b.Cap() + len(data)))
	}
	if b.err == nil {
		b.Buffer.Write(data)
	}
	return len(data), nil
}

// WriteString is Write for a string.
func (b *bounded) WriteString(text string) (int, error) { return b.Write([]byte(text)) }
