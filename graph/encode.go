package graph

import (
	"bytes"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/admission"
)

// firstPass is the length in bytes up to which an answer is written in one go.
const firstPass = 64 << 10

// buffers are of *measure.
var buffers = sync.Pool{New: func() any { return &measure{} }}

// measure keeps the first bytes of what is written to it and counts the rest.
type measure struct {
	kept bytes.Buffer
	all  int64
}

// Write keeps or counts the bytes.
func (m *measure) Write(data []byte) (int, error) {
	if m.all += int64(len(data)); m.all <= firstPass {
		m.kept.Write(data)
	}
	return len(data), nil
}

// WriteString is Write for a string.
func (m *measure) WriteString(text string) (int, error) {
	if m.all += int64(len(text)); m.all <= firstPass {
		m.kept.WriteString(text)
	}
	return len(text), nil
}

// encoded gives the JSON of data, or null and an error where the answer may not be so
// long. A long one is measured first, so that it is in memory once and not, as in a
// buffer that grows, up to three times.
func encoded(ctx context.Context, data graphql.Marshaler) []byte {
	bounds := admission.AnswerOf(ctx)
	if view, ok := data.(*graphql.FieldSetView); ok {
		// A deferred part gives its fields away as it is written.
		buffer := &bounded{allow: bounds.Allow}
		view.MarshalGQL(buffer)
		return orNull(ctx, buffer.Bytes(), buffer.err)
	}
	m := buffers.Get().(*measure)
	defer func() {
		m.kept.Reset()
		m.all = 0
		buffers.Put(m)
	}()
	data.MarshalGQL(m)
	if m.all <= firstPass {
		return bytes.Clone(m.kept.Bytes())
	}
	if err := bounds.Allow(m.all); err != nil {
		return orNull(ctx, nil, err)
	}
	whole := bytes.NewBuffer(make([]byte, 0, m.all))
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
	bytes.Buffer
	allow func(int64) error
	err   error
}

// Write keeps the bytes, or nothing any more once that are too many.
func (b *bounded) Write(data []byte) (int, error) {
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
