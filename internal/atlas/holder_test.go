package atlas

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// stepRecord is a record whose number a test sets and whose reads a test releases.
type stepRecord struct {
	mu     sync.Mutex
	number int64
	// reads reports the start of each read; let releases it.
	reads chan int64
	let   chan struct{}
}

func (r *stepRecord) set(number int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.number = number
}

func (r *stepRecord) Version(context.Context) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprint(r.number), nil
}

func (r *stepRecord) Advance(_ context.Context, base *sentra.Dataset) (*sentra.Dataset, []sentra.EntityRef, error) {
	r.mu.Lock()
	number := r.number
	r.mu.Unlock()
	if base != nil && r.reads != nil {
		r.reads <- number
		<-r.let
	}
	return &sentra.Dataset{Number: number, Version: fmt.Sprint(number)}, nil, nil
}

func newStepHolder(t *testing.T, record *stepRecord) *Holder {
	t.Helper()
	holder, err := NewHolder(t.Context(), record, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return holder
}

// A waiter gets the first atlas that includes the change, or a later one.
func TestWaitFor(t *testing.T) {
	record := &stepRecord{number: 1}
	holder := newStepHolder(t, record)
	if a, err := holder.WaitFor(t.Context(), 1); err != nil || a.Data.Number != 1 {
		t.Errorf("for what is there: %v", err)
	}
	found := make(chan int64)
	for _, number := range []int64{2, 3, 5} {
		go func() {
			a, err := holder.WaitFor(t.Context(), number)
			if err != nil || a.Data.Number < number {
				t.Errorf("for change %d: %v", number, err)
			}
			found <- number
		}()
	}
	for _, step := range []struct {
		number int64
		want   []int64
	}{{2, []int64{2}}, {4, []int64{3}}, {5, []int64{5}}} {
		record.set(step.number)
		if err := holder.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, want := range step.want {
			if got := <-found; got != want {
				t.Errorf("at %d who waited for %d went on; want %d", step.number, got, want)
			}
		}
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := holder.WaitFor(short, 6); sentra.ErrorCode(err) != sentra.CodeDeadlineExceeded {
		t.Errorf("for what does not come: %v", err)
	}
}

// Of two concurrent refreshes the second begins when the first has ended, so that an
// older state never replaces a newer one. One that cannot wait gets an error.
func TestRefreshesDoNotCross(t *testing.T) {
	record := &stepRecord{number: 1, reads: make(chan int64), let: make(chan struct{})}
	holder := newStepHolder(t, record)
	record.set(2)
	done := make(chan error, 2)
	go func() { done <- holder.Refresh(t.Context()) }()
	if read := <-record.reads; read != 2 {
		t.Fatalf("the first refresh reads state %d", read)
	}
	record.set(3)
	go func() { done <- holder.Refresh(t.Context()) }()
	select {
	case read := <-record.reads:
		t.Fatalf("the second refresh reads state %d beside the first", read)
	case <-time.After(50 * time.Millisecond):
	}
	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := holder.Refresh(short); sentra.ErrorCode(err) != sentra.CodeDeadlineExceeded {
		t.Errorf("a refresh that may not wait: %v", err)
	}
	record.let <- struct{}{}
	if read := <-record.reads; read != 3 {
		t.Errorf("the second refresh reads state %d", read)
	}
	record.let <- struct{}{}
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if number := holder.Atlas().Data.Number; number != 3 {
		t.Errorf("the present atlas is of change %d", number)
	}
}
