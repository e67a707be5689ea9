// Package admission limits the work in progress, in number and in bytes. Work beyond
// the limits waits in a short queue, and is rejected if the queue is full or the wait
// too long.
package admission

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ErrBusy is the cause of each UNAVAILABLE of a Gate: the client may try again later.
var ErrBusy = errors.New("no room for more work")

// Limits on the work in progress.
type Limits struct {
	// Places is the maximum number of small pieces of work in progress, LargePlaces that
	// of pieces of more than SmallBytes.
	Places, LargePlaces int
	SmallBytes          int64
	// Bytes is the maximum total weight of large work.
	Bytes int64
	// PerClient is the maximum number of large pieces of one client; 0 for as many as
	// there are places.
	PerClient int
	// Queue is the maximum number that wait, separately for small and large work, and
	// Wait the maximum time.
	Queue int
	Wait  time.Duration
}

// Gate admits work within limits.
type Gate struct {
	limits       Limits
	small, large *lane
	clients      Clients
	refused      atomic.Int64
}

// lane has its own limits, so that small work does not wait for large.
type lane struct {
	places, bytes *semaphore.Weighted
	capacity      int64
	waiting       atomic.Int64
	// working and held are for metrics.
	working, held atomic.Int64
}

func newLane(places int, capacity int64) *lane {
	return &lane{places: semaphore.NewWeighted(int64(places)), bytes: semaphore.NewWeighted(capacity), capacity: capacity}
}

// New returns a Gate with the limits.
func New(limits Limits) *Gate {
	if limits.PerClient == 0 {
		limits.PerClient = limits.LargePlaces
	}
	return &Gate{limits: limits, small: newLane(limits.Places, int64(limits.Places)*limits.SmallBytes),
		large: newLane(limits.LargePlaces, limits.Bytes), clients: Clients{Places: int64(limits.PerClient)}}
}

// Working returns the number of pieces of work in progress.
func (g *Gate) Working() int64 { return g.small.working.Load() + g.large.working.Load() }

// Waiting returns the number of pieces of work that wait.
func (g *Gate) Waiting() int64 { return g.small.waiting.Load() + g.large.waiting.Load() }

// Held returns the total weight of large work in bytes.
func (g *Gate) Held() int64 { return g.large.held.Load() }

// Refused returns how many pieces of work were rejected.
func (g *Gate) Refused() int64 { return g.refused.Load() }

// Ticket is an admitted piece of work.
type Ticket struct {
	gate   *Gate
	client string

	mu   sync.Mutex
	lane *lane
	// bytes are held in the lane, and more in the large lane in addition.
	bytes, more int64
	left        bool
}

// Enter admits work with a weight in bytes, for a client whose large work is counted.
// The error is an UNAVAILABLE that wraps ErrBusy, or ctx's.
func (g *Gate) Enter(ctx context.Context, client string, bytes int64) (*Ticket, error) {
	t := &Ticket{gate: g, client: client}
	if err := t.enter(ctx, bytes); err != nil {
		return nil, err
	}
	return t, nil
}

// enter takes a place in the lane for the weight. t has no place yet, or one in the
// other lane.
func (t *Ticket) enter(ctx context.Context, bytes int64) error {
	g := t.gate
	to := g.small
	if bytes > g.limits.SmallBytes {
		to = g.large
	}
	bytes = min(bytes, to.capacity)
	if to == g.small || g.clients.TryAcquire(t.client) {
		if to.places.TryAcquire(1) {
			if to.bytes.TryAcquire(bytes) {
				t.settle(to, bytes)
				return nil
			}
			to.places.Release(1)
		}
		t.leaveClient(to)
	}
	err := g.wait(ctx, to, func(ctx context.Context) error {
		if to == g.large {
			if err := g.clients.Acquire(ctx, t.client); err != nil {
				return err
			}
		}
		if err := to.places.Acquire(ctx, 1); err != nil {
			t.leaveClient(to)
			return err
		}
		if err := to.bytes.Acquire(ctx, bytes); err != nil {
			to.places.Release(1)
			t.leaveClient(to)
			return err
		}
		return nil
	})
	if err == nil {
		t.settle(to, bytes)
	}
	return err
}

func (t *Ticket) leaveClient(from *lane) {
	if from == t.gate.large {
		t.gate.clients.Release(t.client)
	}
}

func (t *Ticket) settle(in *lane, bytes int64) {
	t.lane, t.bytes = in, bytes
	in.working.Add(1)
	in.held.Add(bytes)
}

// wait runs acquire, which may block, unless too many are waiting already.
func (g *Gate) wait(ctx context.Context, in *lane, acquire func(context.Context) error) error {
	defer in.waiting.Add(-1)
	if in.waiting.Add(1) > int64(g.limits.Queue) {
		return g.busy()
	}
	short, cancel := context.WithTimeout(ctx, g.limits.Wait)
	defer cancel()
	if err := acquire(short); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return g.busy()
	}
	return nil
}

func (g *Gate) busy() error {
	g.refused.Add(1)
	return sentra.Wrap(sentra.CodeUnavailable, ErrBusy, "the server is busy; try again in a few seconds")
}

// Raise increases the weight to at least so many bytes. It may wait, and keeps what
// it has if rejected.
func (t *Ticket) Raise(ctx context.Context, bytes int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	bytes = min(bytes, t.gate.large.capacity)
	if t.left || bytes <= t.bytes {
		return nil
	}
	if t.lane == t.gate.small && bytes > t.gate.limits.SmallBytes {
		from, held := t.lane, t.bytes
		if err := t.enter(ctx, bytes); err != nil {
			return err
		}
		from.release(held)
		return nil
	}
	diff := bytes - t.bytes
	if !t.lane.bytes.TryAcquire(diff) {
		if err := t.gate.wait(ctx, t.lane, func(ctx context.Context) error { return t.lane.bytes.Acquire(ctx, diff) }); err != nil {
			return err
		}
	}
	t.bytes = bytes
	t.lane.held.Add(diff)
	return nil
}

// Need is Raise for work that has begun: it does not wait, because others may wait
// for what it holds.
func (t *Ticket) Need(bytes int64) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	bytes = min(bytes, t.gate.large.capacity)
	diff := bytes - t.bytes - t.more
	if t.left || diff <= 0 {
		return nil
	}
	if !t.gate.large.bytes.TryAcquire(diff) {
		return t.gate.busy()
	}
	t.more += diff
	t.gate.large.held.Add(diff)
	return nil
}

// Done ends the work except for sending its result: it releases the place, and holds
// the unsent bytes until Leave. It returns false if there is no room for them, so
// that they should be sent quickly.
func (t *Ticket) Done(unsent int64) bool {
	t.Leave()
	t.mu.Lock()
	defer t.mu.Unlock()
	if unsent > t.gate.large.capacity || !t.gate.large.bytes.TryAcquire(unsent) {
		return false
	}
	t.more = unsent
	t.gate.large.held.Add(unsent)
	return true
}

// Contended reports whether others wait for what the work holds.
func (t *Ticket) Contended() bool {
	return t.gate.large.waiting.Load() > 0
}

// Leave ends the work. It may be called more than once.
func (t *Ticket) Leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.left {
		t.left = true
		t.lane.release(t.bytes)
		t.leaveClient(t.lane)
	}
	if t.more > 0 {
		t.gate.large.held.Add(-t.more)
		t.gate.large.bytes.Release(t.more)
		t.more = 0
	}
}

func (l *lane) release(bytes int64) {
	// Decrement the metrics first, so that they never exceed the limits.
	l.held.Add(-bytes)
	l.working.Add(-1)
	l.bytes.Release(bytes)
	l.places.Release(1)
}
