package httpserver

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"
)

// keptBodies is a cache of response bodies, limited by bytes; the least used are
// evicted. Each body is compressed once for each encoding that a client accepts. A
// key contains everything that a body depends on, so that no entry is ever stale.
type keptBodies struct {
	entries *otter.Cache[bodyKey, *keptBody]
	largest int
	flights flights
}

type bodyKey = [sha256.Size]byte

// keptBody is a cached body with what a route needs to send it.
type keptBody struct {
	answer
	// header has the further headers of an export.
	header http.Header
}

// newKeptBodies returns a cache of at most limit bytes; nil, which caches nothing,
// for 0. A body of more than an eighth of that is not cached.
func newKeptBodies(limit int64) *keptBodies {
	if limit <= 0 {
		return nil
	}
	// An entry takes a few hundred bytes besides its body.
	return &keptBodies{largest: int(limit / 8), entries: otter.Must(&otter.Options[bodyKey, *keptBody]{MaximumWeight: uint64(limit),
		Weigher: func(_ bodyKey, kept *keptBody) uint32 { return uint32(len(kept.body) + 512) }})}
}

func (k *keptBodies) get(key bodyKey) *keptBody {
	if k == nil {
		return nil
	}
	found, _ := k.entries.GetIfPresent(key)
	return found
}

// add caches a body, unless it is too long.
func (k *keptBodies) add(key bodyKey, body *keptBody) {
	if k.keeps(len(body.body)) {
		k.entries.Set(key, body)
	}
}

// keeps reports whether a body of a length is cached.
func (k *keptBodies) keeps(length int) bool { return k != nil && length <= k.largest }

// compressed returns a cached body compressed, or nil if that fails. The first caller
// compresses it for all.
func (k *keptBodies) compressed(key bodyKey, body []byte, encoding string) []byte {
	if !k.keeps(len(body)) {
		return nil
	}
	key = compressedKey(key, encoding)
	if found := k.get(key); found != nil {
		return found.body
	}
	flight, first := k.flights.join(key)
	if !first {
		if <-flight.done; flight.body != nil {
			return flight.body.body
		}
		return nil
	}
	defer k.flights.land(key, flight)
	made, err := compress(body, encoding)
	if err != nil {
		return nil
	}
	flight.body = &keptBody{answer: answer{body: made}}
	k.add(key, flight.body)
	return made
}

func compressedKey(key bodyKey, encoding string) bodyKey {
	return digest(key[:], "compressed", encoding)
}

// flights are bodies being made, so that concurrent requests for the same body wait
// for it instead of making it too.
type flights struct {
	mu    sync.Mutex
	under map[bodyKey]*flight
}

// flight is a body being made. When done is closed, body is set, or nil if it could
// not be made.
type flight struct {
	done chan struct{}
	body *keptBody
}

// await returns the body that another request makes, or nil if there is none within
// the time allowed.
func (f *flight) await(ctx context.Context, allowed time.Duration) *keptBody {
	timeout := time.NewTimer(allowed)
	defer timeout.Stop()
	select {
	case <-f.done:
		return f.body
	case <-timeout.C:
	case <-ctx.Done():
	}
	return nil
}

// join returns the flight of a key. The first caller makes the body and calls land.
func (f *flights) join(key bodyKey) (_ *flight, first bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if found := f.under[key]; found != nil {
		return found, false
	}
	if f.under == nil {
		f.under = make(map[bodyKey]*flight)
	}
	made := &flight{done: make(chan struct{})}
	f.under[key] = made
	return made, true
}

func (f *flights) land(key bodyKey, flight *flight) {
	f.mu.Lock()
	delete(f.under, key)
	f.mu.Unlock()
	close(flight.done)
}
