package httpserver

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// work limits concurrent work: operations and tiles, exports, and bodies being
// received. Cached answers are not limited.
type work struct {
	config  Config
	gate    *admission.Gate
	exports *admission.Gate
	bodies  *semaphore.Weighted
	// pieces are the free buffers of limitedCopy.
	pieces sync.Pool
}

const (
	// bytesPerCost is the memory that an operation may need per unit of its cost: its
	// answer twice, and the objects that it is made of. TestCostCoversWork of package
	// graph checks it against what random queries allocate, which was at most 352.
	bytesPerCost = 512
	// bytesPerText is the memory that a document and its variables may need for each of
	// their bytes once parsed.
	bytesPerText = 16
	// freeBody is how much of a body is read without being counted. Most bodies are
	// shorter.
	freeBody = 16 << 10
	// retryAfter is the Retry-After of a refusal, in seconds.
	retryAfter = "2"
)

func newWork(config Config, registry *prometheus.Registry) *work {
	// An export needs little memory, but its client may be slow.
	exports := config.Work
	exports.LargePlaces = max(2, 4*config.Work.LargePlaces)
	exports.PerClient = max(1, exports.LargePlaces/2)
	exports.SmallBytes, exports.Bytes = 1, 1<<40
	w := &work{config: config, gate: admission.New(config.Work), exports: admission.New(exports), bodies: semaphore.NewWeighted(max(1, config.MaxBodies)),
		pieces: sync.Pool{New: func() any { return new(piece) }}}
	gauge := func(name, help string, value func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	registry.MustRegister(
		gauge("sentra_work_in_progress", "Operations, tiles and exports under way.", func() int64 { return w.gate.Working() + w.exports.Working() }),
		gauge("sentra_work_waiting", "Operations, tiles and exports that wait for a place.", func() int64 { return w.gate.Waiting() + w.exports.Waiting() }),
		gauge("sentra_work_bytes", "Memory set aside for the large operations under way, in bytes.", w.gate.Held),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "sentra_work_refused_total", Help: "Operations, tiles and exports refused for want of room."},
			func() float64 { return float64(w.gate.Refused() + w.exports.Refused()) }))
	return w
}

// client returns the address that a request is attributed to.
func (w *work) client(r *http.Request) string { return clientOf(r, w.config.TrustedProxies) }

// enter admits work of a request that may need a number of bytes.
func (w *work) enter(ctx context.Context, r *http.Request, bytes int64) (*admission.Ticket, error) {
	return w.gate.Enter(ctx, w.client(r), bytes)
}

// reserveBody reserves memory for more bytes of bodies; it may wait a short while.
func (w *work) reserveBody(ctx context.Context, bytes int64) bool {
	if w.bodies.TryAcquire(bytes) {
		return true
	}
	short, cancel := context.WithTimeout(ctx, w.config.Work.Wait)
	defer cancel()
	return w.bodies.Acquire(short, bytes) == nil
}

// busy reports whether an error is a refusal for overload, and sets Retry-After.
func busy(w http.ResponseWriter, err error) bool {
	if !errors.Is(err, admission.ErrBusy) {
		return false
	}
	w.Header().Set("Retry-After", retryAfter)
	return true
}

// refuseBusy answers a request that was not admitted.
func refuseBusy(w http.ResponseWriter, err error) {
	if busy(w, err) {
		var coded *sentra.Error
		errors.As(err, &coded)
		refuse(w, http.StatusServiceUnavailable, coded.Code, coded.Message)
		return
	}
	// The client has disconnected.
	refuse(w, http.StatusServiceUnavailable, sentra.CodeDeadlineExceeded, "the time limit was exceeded")
}
