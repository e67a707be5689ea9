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

// limitMemory sets the soft memory limit of the Go runtime, in MiB. Without one the
// heap may grow to twice what is in use, even if that is much.
func limitMemory(mebibytes int64) {
	if mebibytes > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(mebibytes << 20)
	}
}

// makeRoom sets the limit again for the loaded dataset: the planned one, or more if
// the dataset needs most of that. A limit below what is in use would only keep the
// garbage collector running.
func makeRoom(planned int64, log *slog.Logger) {
	if planned <= 0 {
		return
	}
	// Twice, because what finalizers release is collected by the second run.
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

// roomFor returns the limit for the memory in use, in MiB.
func roomFor(planned, used int64) int64 { return max(planned, used*3/2) }

// roomEvery is the minimum interval between measurements of the memory in use, which
// cost two garbage collections each. Many small changes need no more room than one.
const roomEvery = 10 * time.Second

// followDataset sets the memory limit for the dataset, and again after it was
// replaced, until ctx ends, but at most once per interval.
func followDataset(ctx context.Context, holder *atlas.Holder, planned int64, every time.Duration, log *slog.Logger) {
	for {
		// Take the channel before the work, so that no change during it is missed.
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
