// Package lazy computes values on first use; a caller whose context ends stops
// waiting.
package lazy

import (
	"context"
	"sync"
	"time"

	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Value is computed once, on first use, in its own goroutine. The computation
// continues when a caller leaves, since others may be waiting too, so the amount of
// work must be bounded.
type Value[T any] struct {
	made  func() T
	begin sync.Once
	done  chan struct{}
	value T
	fault error
}

// New returns a value computed by made.
func New[T any](made func() T) *Value[T] {
	return &Value[T]{made: made, done: make(chan struct{})}
}

// Of returns a value that is already computed.
func Of[T any](value T) *Value[T] {
	v := &Value[T]{done: make(chan struct{}), value: value}
	close(v.done)
	return v
}

// Made returns the value if it has been computed, without a panic.
func (v *Value[T]) Made() (value T, ok bool) {
	select {
	case <-v.done:
		return v.value, v.fault == nil
	default:
		return value, false
	}
}

// look is the interval at which a waiting caller checks its context for an error:
// that of a deferred part of an answer is never done, but can have an error.
const look = 20 * time.Millisecond

// Get returns the value, and waits for it until ctx ends. The error is that of
// sentra.Ended; doing says what could not be done. A panic during the computation is
// raised in every caller.
func (v *Value[T]) Get(ctx context.Context, doing string) (T, error) {
	select {
	case <-v.done:
	default:
		if err := v.wait(ctx, doing); err != nil {
			var none T
			return none, err
		}
	}
	if v.fault != nil {
		panic(v.fault)
	}
	return v.value, nil
}

func (v *Value[T]) wait(ctx context.Context, doing string) error {
	if err := sentra.Ended(ctx, doing); err != nil {
		return err
	}
	v.begin.Do(func() {
		go func() {
			defer close(v.done)
			v.fault = panics.Catch(func() error {
				v.value = v.made()
				return nil
			})
		}()
	})
	again := time.NewTicker(look)
	defer again.Stop()
	for {
		select {
		case <-v.done:
			return nil
		case <-ctx.Done():
		case <-again.C:
		}
		if err := sentra.Ended(ctx, doing); err != nil {
			return err
		}
	}
}

// Must returns the value, however long it takes.
func (v *Value[T]) Must() T {
	value, err := v.Get(context.Background(), "")
	if err != nil {
		// Unreachable: this context does not end.
		panic(err)
	}
	return value
}
