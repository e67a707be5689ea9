package admission_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestGate(t *testing.T) {
	ctx := context.Background()
	gate := admission.New(admission.Limits{Places: 2, LargePlaces: 2, SmallBytes: 10, Bytes: 100, PerClient: 1, Queue: 1, Wait: 50 * time.Millisecond})
	enter := func(client string, bytes int64) *admission.Ticket {
		t.Helper()
		ticket, err := gate.Enter(ctx, client, bytes)
		if err != nil {
			t.Fatalf("%s with %d bytes: %v", client, bytes, err)
		}
		return ticket
	}
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, admission.ErrBusy) || sentra.ErrorCode(err) != sentra.CodeUnavailable {
			t.Errorf("%s: %v", what, err)
		}
	}
	ana := enter("ana", 60)
	_, err := gate.Enter(ctx, "ana", 20)
	refused("a second large one of the same client", err)
	_, err = gate.Enter(ctx, "budi", 50)
	refused("more bytes than are left", err)
	budi := enter("budi", 40)
	_, err = gate.Enter(ctx, "citra", 11)
	refused("a third large one", err)
	small := enter("ana", 5)
	refused("a small one that turns out to be large", small.Raise(ctx, 50))
	refused("an answer without room", budi.Need(50))
	if !budi.Done(30) || gate.Held() != 90 {
		t.Errorf("%d bytes held", gate.Held())
	}
	// Its place is free, but not all of its bytes.
	_, err = gate.Enter(ctx, "budi", 20)
	refused("while bytes are to be sent", err)
	ana.Leave()
	ana.Leave()
	if err := small.Raise(ctx, 50); err != nil {
		t.Errorf("a small one that turns out to be large, with room: %v", err)
	}
	budi.Leave()
	small.Leave()
	// Work that exceeds the capacity runs alone.
	enter("ana", 1_000_000).Leave()
	ended, end := context.WithCancel(ctx)
	full := enter("ana", 100)
	time.AfterFunc(10*time.Millisecond, end)
	if _, err := gate.Enter(ended, "budi", 100); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that has gone: %v", err)
	}
	full.Leave()
	if gate.Working() != 0 || gate.Waiting() != 0 || gate.Held() != 0 {
		t.Errorf("at the end %d work, %d wait, %d bytes are held", gate.Working(), gate.Waiting(), gate.Held())
	}
}

// In any order of work the limits hold, and everything is released in the end.
func TestGateUnderLoad(t *testing.T) {
	const bytes = 1000
	gate := admission.New(admission.Limits{Places: 3, LargePlaces: 4, SmallBytes: 50, Bytes: bytes, PerClient: 2, Queue: 20, Wait: 20 * time.Millisecond})
	var all sync.WaitGroup
	for worker := range 32 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			for range 100 {
				ticket, err := gate.Enter(context.Background(), string(rune('a'+worker%5)), random.Int64N(600))
				if err != nil {
					continue
				}
				if held := gate.Held(); held > bytes || gate.Working() > 7 {
					t.Errorf("%d bytes held by %d", held, gate.Working())
				}
				_ = ticket.Raise(context.Background(), random.Int64N(800))
				_ = ticket.Need(random.Int64N(300))
				if random.IntN(2) == 0 {
					ticket.Done(random.Int64N(400))
				}
				ticket.Leave()
			}
		})
	}
	all.Wait()
	if gate.Working() != 0 || gate.Waiting() != 0 || gate.Held() != 0 {
		t.Errorf("at the end %d work, %d wait, %d bytes are held", gate.Working(), gate.Waiting(), gate.Held())
	}
	ticket, err := gate.Enter(context.Background(), "a", bytes)
	if err != nil {
		t.Fatalf("all of it, at the end: %v", err)
	}
	ticket.Leave()
}
