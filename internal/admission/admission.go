// Package admission limits the work in progress, in number and in bytes. Work beyond
// the limits waits in a short queue, and is refused when that is full or takes too long.
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

// ErrBusy is the cause of each UNAVAILABLE of a Gate: trying again later may do.
var ErrBusy = errors.New("no room for more work")

// Limits bound the work under way.
type Limits struct {
	// Places is how many small pieces of work are under way at a time, LargePlaces
	// how many of more than SmallBytes.
	Places, LargePlaces int
	SmallBytes          int64
	// Bytes is what the large ones together may weigh.
	Bytes int64
	// PerClient is how many large ones of one client are under way at a time; 0 for
	// as many as there are places.
	PerClient int
	// Queue is how many wait, as many small as large ones, and Wait how long.
	Queue int
	Wait  time.Duration
}

// Gate lets work in.
type Gate struct {
	limits       Limits
	small, large *lane
	clients      Clients
	refused      atomic.Int64
}

// lane is where small work does not wait for large.
type lane struct {
	places, bytes *semaphore.Weighted
	capacity      int64
	waiting       atomic.Int64
	// working and held tell what is under way, for metrics.
	working, held atomic.Int64
}

func newLane(places int, capacity int64) *lane {
	return &lane{places: semaphore.NewWeighted(int64(places)), bytes: semaphore.NewWeighted(capacity), capacity: capacity}
}

// New makes a gate.
func New(limits Limits) *Gate {
	if limits.PerClient == 0 {
		limits.PerClient = limits.LargePlaces
	}
	return &Gate{limits: limits, small: newLane(limits.Places, int64(limits.Places)*limits.SmallBytes),
		large: newLane(limits.LargePlaces, limits.Bytes), clients: Clients{Places: int64(limits.PerClient)}}
}

// Working tells how many pieces of work are under way, and Waiting how many wait.
func (g *Gate) Working() int64 { return g.small.working.Load() + g.large.working.Load() }

// Waiting tells how many pieces of work wait.
func (g *Gate) Waiting() int64 { return g.small.waiting.Load() + g.large.waiting.Load() }

// Held tells what the large work under way weighs, in bytes.
func (g *Gate) Held() int64 { return g.large.held.Load() }

// Refused tells how much work was refused.
func (g *Gate) Refused() int64 { return g.refused.Load() }

// Ticket is a piece of work that was let in.
type Ticket struct {
	gate   *Gate
	client string

	mu   sync.Mutex
	lane *lane
	// bytes are held in the lane, more in the large one on top of that.
	bytes, more int64
	left        bool
}

// Enter lets in work that weighs so many bytes, of a client that large work is
// counted by. The error is an UNAVAILABLE because of ErrBusy, or ctx's.
func (g *Gate) Enter(ctx context.Context, client string, bytes int64) (*Ticket, error) {
	t := &Ticket{gate: g, client: client}
	if err := t.enter(ctx, bytes); err != nil {
		return nil, err
	}
	return t, nil
}

// enter takes a place for the weight. t holds none yet, or one in the other lane.
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

// wait runs acquire, which may wait, unless too many do already.
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

// Raise makes the work weigh at least so many bytes; it may wait for room, and
// keeps what it has when that is refused.
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

// Need is Raise for work that has begun: it does not wait, since others may wait for
// what it holds.
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

// Done ends the work but for its result, whose bytes are to be sent yet: it gives
// back the place, and holds the bytes until Leave. It gives false where there is no
// room for them; then they should be sent quickly.
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

// Leave ends the work. It may be called again.
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
	// Counted out before others may come in, so that no more than the bound is told.
	l.held.Add(-bytes)
	l.working.Add(-1)
	l.bytes.Release(bytes)
	l.places.Release(1)
}
