package register_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// A change whose documents are too many to hold in memory can be stored, shown and
// reverted like any other.
func TestChangeOfManyDocuments(t *testing.T) {
	const rows = 15_000
	onEach(t, func(w *world) {
		w.bring(shipped(w), 1)
		many := func(note string) []sentra.Cluster {
			list := make([]sentra.Cluster, rows)
			list[0] = *shipped(w).Clusters.First(1)[0]
			for i := range list {
				list[i] = list[0]
				list[i].ID, list[i].Key, list[i].RegionNote = "", fmt.Sprintf("many-%05d", i), strings.Repeat(note, 2500)
			}
			return list
		}
		check := func(outcome register.Outcome, added, deleted bool) {
			w.Helper()
			count := 0
			for i := range outcome.Items {
				item := &outcome.Items[i]
				if item.Entity.Kind != sentra.KindOfCluster {
					continue
				}
				count++
				before, after, err := item.Documents()
				if err != nil {
					w.Fatal(err)
				}
				if item.Added() != added || item.Deleted() != deleted || (before == nil) != added || (after == nil) != deleted {
					w.Fatalf("%s: added %v, deleted %v, %d and %d bytes", item.Key, item.Added(), item.Deleted(), len(before), len(after))
				}
				if !added && !bytes.Contains(before, []byte(item.Key)) || !deleted && !bytes.Contains(after, []byte(item.Key)) {
					w.Fatalf("%s has the documents of another", item.Key)
				}
			}
			if count != rows {
				w.Errorf("%d items", count)
			}
		}
		last := fmt.Sprintf("many-%05d", rows-1)
		check(w.apply(register.Put(many("a")...)), true, false)
		check(w.apply(register.Put(many("b")...)), false, false)
		if got := cluster(w.load(), last); got == nil || got.RegionNote != strings.Repeat("b", 2500) {
			w.Errorf("stored: %.200v", got)
		}
		keys := make([]string, rows)
		for i := range keys {
			keys[i] = fmt.Sprintf("many-%05d", i)
		}
		deletion := w.apply(register.Delete(sentra.KindOfCluster, keys...))
		check(deletion, false, true)
		outcome, err := w.changes.Revert(w.Context(), by, deletion.Number)
		if err != nil {
			w.Fatal(err)
		}
		check(outcome, true, false)
		if got := cluster(w.load(), last); got == nil || got.RegionNote != strings.Repeat("b", 2500) {
			w.Errorf("brought back: %.200v", got)
		}

		ctx, cancel := context.WithCancel(w.Context())
		cancel()
		if _, err := w.changes.Apply(ctx, by, register.Put(many("c")...)); !errors.Is(err, context.Canceled) {
			w.Errorf("a change that was stopped: %v", err)
		}
	})
}
