package main

import (
	"context"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/sentra-ikm/sentra/internal/atlas"
)

// limitMemory sets the soft limit of the Go runtime, in MiB. Without one the
// collector lets the heap grow to twice what is in use, also when that is much.
func limitMemory(mebibytes int64) {
	if mebibytes > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mebibytes << 20)
	}
}

// makeRoom sets the limit anew for the dataset that is loaded: the planned one, or
// more where the dataset takes most of that. Below what is in use, it would only
// keep the collector running.
func makeRoom(planned int64, log *slog.Logger) {
	if planned <= 0 {
		return
	}
	// Twice: what finalizers release is collected by the second run.
	runtime.GC()
	runtime.GC()
	var used runtime.MemStats
	runtime.ReadMemStats(&used)
	needed := roomFor(planned, int64(used.HeapAlloc>>20))
	if needed > planned {
		log.Info("the dataset takes more memory than planned for", "planned MiB", planned, "now MiB", needed)
	}
	limitMemory(needed)
}

// roomFor returns the limit for what is in use, in MiB.
func roomFor(planned, used int64) int64 { return max(planned, used*3/2) }

// roomEvery is the least time between two looks at the memory in use, which cost two
// collections each: many small changes need no more room than one.
const roomEvery = 10 * time.Second

// followDataset raises the memory limit for the dataset, and again after others were
// swapped in, until ctx ends; no more often than every so long.
func followDataset(ctx context.Context, holder *atlas.Holder, planned int64, every time.Duration, log *slog.Logger) {
	for {
		// Taken before the work, so that no swap during it is missed.
		changed, rested := holder.Changed(), time.After(every)
		makeRoom(planned, log)
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
		select {
		case <-rested:
		case <-ctx.Done():
			return
		}
	}
}
