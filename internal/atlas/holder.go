package atlas

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record is where an atlas is made from.
type Record interface {
	// Version changes with any change of the record.
	Version(ctx context.Context) (string, error)
	// Load reads the record in one consistent view.
	Load(ctx context.Context) (*sentra.Dataset, error)
}

// Holder holds the present atlas. Requests take it once and keep it to their end.
type Holder struct {
	record  Record
	log     *slog.Logger
	present atomic.Pointer[Atlas]

	mu      sync.Mutex
	changed chan struct{}
}

// NewHolder makes a holder with the record's present state.
func NewHolder(ctx context.Context, record Record, log *slog.Logger) (*Holder, error) {
	h := &Holder{record: record, log: log, changed: make(chan struct{})}
	if err := h.Refresh(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// Atlas gives the present atlas.
func (h *Holder) Atlas() *Atlas { return h.present.Load() }

// Changed gives a channel that is closed when another atlas takes the present
// one's place. Take the channel before the atlas, and no change is missed; who is
// slow finds the newest atlas.
func (h *Holder) Changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// Refresh makes the present atlas anew if the record's version is another. On an
// error the present one stays.
func (h *Holder) Refresh(ctx context.Context) error {
	version, err := h.record.Version(ctx)
	if err != nil {
		return err
	}
	if present := h.present.Load(); present != nil && present.Data.Version == version {
		return nil
	}
	start := time.Now()
	data, err := h.record.Load(ctx)
	if err != nil {
		return err
	}
	made, err := h.present.Load().Next(ctx, data)
	if err != nil {
		return err
	}
	h.present.Store(made)
	h.mu.Lock()
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	h.log.Info("dataset loaded", "version", data.Version, "regions", len(data.Regions), "boundaries", len(data.Boundaries),
		"clusters", len(data.Clusters), "took", time.Since(start))
	return nil
}
