package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestRoomFor(t *testing.T) {
	for _, c := range []struct{ planned, used, want int64 }{{336, 100, 336}, {336, 224, 336}, {336, 400, 600}, {64, 1000, 1500}} {
		if got := roomFor(c.planned, c.used); got != c.want {
			t.Errorf("%d planned, %d used: got %d, want %d", c.planned, c.used, got, c.want)
		}
	}
}

// changingRecord is a record that differs on each read.
type changingRecord struct{ version int }

func (c *changingRecord) Version(context.Context) (string, error) {
	c.version++
	return fmt.Sprint(c.version), nil
}

func (c *changingRecord) Advance(context.Context, *sentra.Dataset) (*sentra.Dataset, []sentra.EntityRef, error) {
	brought, err := facts.Load()
	if err != nil {
		return nil, nil, err
	}
	return &sentra.Dataset{Facts: *brought, Version: fmt.Sprint(c.version)}, nil, nil
}

// The limit is set again for each dataset, up and down.
func TestMemoryLimitFollowsTheDataset(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	log := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	holder, err := atlas.NewHolder(ctx, &changingRecord{}, log)
	if err != nil {
		t.Fatal(err)
	}
	const planned = 512
	go followDataset(ctx, holder, planned, time.Millisecond, log)
	for _, before := range []int64{1 << 40, 300 << 20} {
		debug.SetMemoryLimit(before)
		followed := false
		for begun := time.Now(); !followed && time.Since(begun) < 10*time.Second; time.Sleep(20 * time.Millisecond) {
			if err := holder.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			followed = debug.SetMemoryLimit(-1) == planned<<20
		}
		if !followed {
			t.Errorf("from %d the limit came to %d", before, debug.SetMemoryLimit(-1))
		}
	}
}
