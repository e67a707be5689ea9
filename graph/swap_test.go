package graph_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// stepWithoutBoundary is the step of changing at which Dogiyai has no boundary.
const stepWithoutBoundary = 49

// changing is a record that changes with every step: at an odd one it lacks the last
// cluster.
type changing struct {
	data *sentra.Dataset
	step atomic.Int64
}

func (c *changing) Version(context.Context) (string, error) {
	return fmt.Sprintf("step %d", c.step.Load()), nil
}

func (c *changing) Advance(context.Context, *sentra.Dataset) (*sentra.Dataset, []sentra.EntityRef, error) {
	step := c.step.Load()
	data := *c.data
	data.Version = fmt.Sprintf("step %d", step)
	if step%2 == 1 {
		data.Clusters = sentra.NewClusters(data.Clusters.First(data.Clusters.Len() - 1)...)
	}
	if step == stepWithoutBoundary {
		data.Boundaries = slices.DeleteFunc(slices.Clone(data.Boundaries), func(b sentra.Boundary) bool { return b.Region == "94.06" })
	}
	return &data, nil, nil
}

// TestHundredSwaps changes the record a hundred times while clients send queries:
// every answer must arrive, and be from one state of the record.
func TestHundredSwaps(t *testing.T) {
	data, err := shared.store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	record := &changing{data: data}
	holder, err := atlas.NewHolder(t.Context(), record, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{store: shared.store, holder: holder}
	url := w.serve(httpserver.DefaultConfig())
	defer func() {
		for _, stop := range w.close {
			stop()
		}
	}()
	const query = `{ dataset { version } clusters { totalCount } region(code: "94.06") { boundary(zoom: 6) neighbours { region { code } } }
		regionsAt(point: {lon: 135.5, lat: -3.4}) { regency { code } } again: dataset { version } }`
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var asked atomic.Int64
	var seen sync.Map
	var clients sync.WaitGroup
	for range 2 {
		clients.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				response, err := http.Post(url+"/graphql", "application/json", strings.NewReader(string(body)))
				if err != nil {
					t.Errorf("a request was dropped: %v", err)
					return
				}
				var got struct {
					Data struct {
						Dataset, Again struct{ Version string }
						Clusters       struct{ TotalCount int }
						Region         struct {
							Boundary   json.RawMessage
							Neighbours []struct{ Region struct{ Code string } }
						}
						RegionsAt struct{ Regency *struct{ Code string } }
					}
					Errors json.RawMessage
				}
				err = json.NewDecoder(response.Body).Decode(&got)
				response.Body.Close()
				var step int
				if _, scanned := fmt.Sscanf(got.Data.Dataset.Version, "step %d", &step); err != nil || scanned != nil || response.StatusCode != 200 || got.Errors != nil {
					t.Errorf("%s, %v, %v: %s", response.Status, err, scanned, got.Errors)
					return
				}
				clusters, bounded := data.Clusters.Len()-step%2, step != stepWithoutBoundary
				if d := got.Data; d.Again != d.Dataset || d.Clusters.TotalCount != clusters || (string(d.Region.Boundary) != "null") != bounded ||
					(d.Region.Neighbours != nil) != bounded || d.RegionsAt.Regency == nil || d.RegionsAt.Regency.Code != "94.01" {
					t.Errorf("an answer of more than one state: %+v", d)
					return
				}
				asked.Add(1)
				seen.Store(step, true)
				// A swap needs a core too.
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	var slowest time.Duration
	for step := int64(1); step <= 100; step++ {
		record.step.Store(step)
		began := time.Now()
		if err := holder.Refresh(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); step != stepWithoutBoundary && step != stepWithoutBoundary+1 {
			slowest = max(slowest, took)
		}
		// Until a client has seen the new state, or none is left.
		for deadline := time.Now().Add(5 * time.Second); !t.Failed() && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			if _, ok := seen.Load(int(step)); ok {
				break
			}
		}
		if _, ok := seen.Load(int(step)); !ok {
			t.Errorf("nobody was told of step %d", step)
			break
		}
	}
	close(done)
	clients.Wait()
	t.Logf("%d answers over 100 swaps; the slowest swap without a change of boundaries took %v", asked.Load(), slowest)
}
