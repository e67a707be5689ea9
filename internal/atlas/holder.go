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
	// Advance gives the state after base, in one consistent view, and what differs;
	// base may be nil. changed is nil where everything was read anew.
	Advance(ctx context.Context, base *sentra.Dataset) (next *sentra.Dataset, changed []sentra.EntityRef, err error)
}

// Holder holds the present atlas. Requests take it once and keep it to their end.
type Holder struct {
	record  Record
	log     *slog.Logger
	present atomic.Pointer[Atlas]

	// refreshing lets one refresh run at a time, so that an older state never
	// replaces a newer one.
	refreshing chan struct{}

	mu        sync.Mutex
	changed   chan struct{}
	freshness Freshness
}

// NewHolder makes a holder with the record's present state.
func NewHolder(ctx context.Context, record Record, log *slog.Logger) (*Holder, error) {
	h := &Holder{record: record, log: log, refreshing: make(chan struct{}, 1), changed: make(chan struct{})}
	if err := h.Refresh(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// Atlas returns the present atlas.
func (h *Holder) Atlas() *Atlas { return h.present.Load() }

// Changed returns a channel that is closed when another atlas takes the present
// one's place. Take the channel before the atlas, and no change is missed; who is
// slow finds the newest atlas.
func (h *Holder) Changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// WaitFor waits until the present atlas holds the change of a number, and gives
// it. The error is that of ctx.
func (h *Holder) WaitFor(ctx context.Context, number int64) (*Atlas, error) {
	for {
		changed := h.Changed()
		if present := h.present.Load(); present.Data.Number >= number {
			return present, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, sentra.Wrap(sentra.CodeDeadlineExceeded, ctx.Err(), "change %d is not here yet", number)
		}
	}
}

// Refresh brings the present atlas to the record's present state. On an error the
// present one stays. Of several refreshes at once one runs after the other.
func (h *Holder) Refresh(ctx context.Context) error {
	select {
	case h.refreshing <- struct{}{}:
		defer func() { <-h.refreshing }()
	case <-ctx.Done():
		return sentra.Wrap(sentra.CodeDeadlineExceeded, ctx.Err(), "another refresh is in progress")
	}
	err := h.refresh(ctx)
	h.noteRefresh(err)
	return err
}

func (h *Holder) refresh(ctx context.Context) error {
	version, err := h.record.Version(ctx)
	if err != nil {
		return err
	}
	present := h.present.Load()
	var base *sentra.Dataset
	if present != nil {
		if base = present.Data; base.Version == version {
			return nil
		}
	}
	start := time.Now()
	data, changed, err := h.record.Advance(ctx, base)
	if err != nil || data == base && base != nil {
		return err
	}
	made, err := present.Next(ctx, data)
	if err != nil {
		return err
	}
	h.present.Store(made)
	h.mu.Lock()
	h.freshness.Loaded = time.Now()
	close(h.changed)
	h.changed = make(chan struct{})
	h.mu.Unlock()
	h.log.Info("dataset loaded", "version", data.Version, "changed", len(changed), "whole", changed == nil, "regions", len(data.Regions),
		"boundaries", len(data.Boundaries), "clusters", data.Clusters.Len(), "took", time.Since(start))
	return nil
}
