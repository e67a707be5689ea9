package graph

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// firstPass is the length in bytes up to which an answer is encoded only once.
const firstPass = 64 << 10

// buffers is a pool of *measure.
var buffers = sync.Pool{New: func() any { return &measure{} }}

// measure buffers the first bytes that are written to it and counts the rest.
type measure struct {
	limited
	kept bytes.Buffer
	all  int64
}

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

// stopped is a panic value of limited: a Marshaler cannot be stopped otherwise.
type stopped struct{ err error }

// limited stops the encoding of an answer when its context ends.
type limited struct {
	ctx context.Context
	// unchecked is the number of bytes written since the context was last checked.
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

// encoded returns the JSON of data, or null and an error if the answer is too long. A
// long one is measured first, so that it is in memory once, and not up to three times
// as in a growing buffer. If ctx ends, the result is null too.
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
		// Encoding a deferred part releases its fields, so it is encoded only once.
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

// bounded is a buffer that grows up to a limit.
type bounded struct {
	limited
	bytes.Buffer
	allow func(int64) error
	err   error
}

// Write appends the bytes, or discards everything once there are too many.
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
