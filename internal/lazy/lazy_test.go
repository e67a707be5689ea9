package lazy_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// overdue is a context that has an error but is never done.
type overdue struct{ context.Context }

func (overdue) Err() error { return context.DeadlineExceeded }

func TestValue(t *testing.T) {
	ready := make(chan struct{})
	var made atomic.Int32
	value := lazy.New(func() int {
		<-ready
		return int(made.Add(1))
	})
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := value.Get(short, "while it was made"); sentra.ErrorCode(err) != sentra.CodeDeadlineExceeded || err.Error() == "" {
		t.Errorf("while it is made: %v", err)
	}
	if _, err := value.Get(overdue{t.Context()}, "while it was made"); sentra.ErrorCode(err) != sentra.CodeDeadlineExceeded {
		t.Errorf("with a context that never ends: %v", err)
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got, err := value.Get(t.Context(), ""); got != 1 || err != nil {
				t.Errorf("got %d, %v", got, err)
			}
		})
	}
	close(ready)
	all.Wait()
	// A computed value is returned even with an ended context.
	if got, err := value.Get(short, ""); got != 1 || err != nil {
		t.Errorf("afterwards: %d, %v", got, err)
	}
	faulty := lazy.New(func() int { panic(io.ErrUnexpectedEOF) })
	for range 2 {
		func() {
			defer func() {
				if err, _ := recover().(error); !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("a panic: %v", err)
				}
			}()
			faulty.Must()
		}()
	}
}
