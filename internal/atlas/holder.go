package atlas

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record is the store that atlases are built from.
type Record interface {
	// Version changes with any change of the record.
	Version(ctx context.Context) (string, error)
	// Advance returns the state after base, in one consistent view, and the differences.
	// base may be nil. changed is nil if everything was read again.
	Advance(ctx context.Context, base *sentra.Dataset) (next *sentra.Dataset, changed []sentra.EntityRef, err error)
}

// Holder holds the present atlas. A request takes it once and uses it to its end.
type Holder struct {
	record  Record
	log     *slog.Logger
	present atomic.Pointer[Atlas]

	// refreshing serialises refreshes, so that an older state never replaces a newer
	// one.
	refreshing chan struct{}

	mu        sync.Mutex
	changed   chan struct{}
	freshness Freshness
}

// NewHolder returns a holder with the record's present state.
func NewHolder(ctx context.Context, record Record, log *slog.Logger) (*Holder, error) {
	h := &Holder{record: record, log: log, refreshing: make(chan struct{}, 1), changed: make(chan struct{})}
	if err := h.Refresh(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// Atlas returns the present atlas.
func (h *Holder) Atlas() *Atlas { return h.present.Load() }

// Changed returns a channel that is closed when another atlas replaces the present
// one. Take the channel before the atlas to miss no change. A slow reader finds the
// newest atlas.
func (h *Holder) Changed() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.changed
}

// WaitFor waits until the present atlas includes the change with a number, and
// returns that atlas. The error is that of ctx.
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

// Refresh brings the present atlas up to date with the record. On an error the
// present one stays. Concurrent refreshes run one after the other.
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
