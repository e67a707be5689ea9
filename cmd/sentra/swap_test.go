package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// swaps is the number of dataset changes under load.
const swaps = 100

// While the record changes a hundred times - through the database, its notification
// and a new atlas each - no request is dropped or fails, every answer is from one
// dataset, and no client sees an older one after a newer.
func TestSwapsDropNoRequest(t *testing.T) {
	_ = boundarytest.Dir(t)
	server, err := servertest.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	var background sync.WaitGroup
	listening, endListening := context.WithCancel(ctx)
	background.Go(func() {
		// Polling is so rare that every change comes by notification.
		server.Store.Changes(listening, time.Hour, func() {
			if err := server.Holder.Refresh(listening); err != nil && listening.Err() == nil {
				t.Errorf("refresh: %v", err)
			}
		})
	})

	loading, endLoading := context.WithCancel(ctx)
	var load sync.WaitGroup
	var asked atomic.Int64
	// keep runs a client until the load ends; ask returns the number of clusters that it
	// saw.
	keep := func(what string, ask func() (int, error)) {
		load.Go(func() {
			last := 0
			for loading.Err() == nil {
				clusters, err := ask()
				if err != nil {
					t.Errorf("%s: %v", what, err)
					return
				}
				if clusters < last {
					t.Errorf("%s: %d clusters after %d", what, clusters, last)
					return
				}
				last = clusters
				asked.Add(1)
				// Load, but not so much that the swaps starve.
				time.Sleep(10 * time.Millisecond)
			}
			if last == 0 {
				t.Errorf("%s never saw a cluster", what)
			}
		})
	}
	get := func(path string) ([]byte, error) {
		response, err := http.Get(server.URL + path)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err == nil && response.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %s: %.200s", response.Status, body)
		}
		return body, err
	}
	question := "/graphql?query=" + url.QueryEscape(`{dataset{counts{clusters}} clusters{totalCount} regions(filter:{hostsClusters:true,level:REGENCY},first:600){totalCount nodes{code boundary(zoom:4)}}}`)
	for range 2 {
		keep("GraphQL", func() (int, error) {
			body, err := get(question)
			if err != nil {
				return 0, err
			}
			var answer struct {
				Data struct {
					Dataset  struct{ Counts struct{ Clusters int } }
					Clusters struct{ TotalCount int }
					Regions  struct{ TotalCount int }
				}
				Errors []any
			}
			if err := json.Unmarshal(body, &answer); err != nil || len(answer.Errors) > 0 {
				return 0, fmt.Errorf("%v: %.200s", err, body)
			}
			if answer.Data.Dataset.Counts.Clusters != answer.Data.Clusters.TotalCount || answer.Data.Regions.TotalCount == 0 {
				return 0, fmt.Errorf("not of one dataset: %.200s", body)
			}
			return answer.Data.Clusters.TotalCount, nil
		})
	}
	for _, path := range []string{"/tiles/0/0/0.mvt", "/tiles/0/0/0.mvt?layers=clusters,borders&filter=" + url.QueryEscape(`{"hostsClusters":true}`)} {
		keep("tiles", func() (int, error) {
			body, err := get(path)
			if err != nil {
				return 0, err
			}
			layers, err := mvt.Unmarshal(body)
			if err != nil {
				return 0, err
			}
			sum := 0
			for _, layer := range layers {
				for _, f := range layer.Features {
					if layer.Name == "clusters" {
						sum += int(f.Properties["count"].(float64))
					}
				}
			}
			return sum, nil
		})
	}
	changing := maptile.At(orb.Point{115.17, -8.58}, 8)
	for i := range 2 {
		keep("deep tiles", func() (int, error) {
			_, err := get(fmt.Sprintf("/tiles/%d/%d/%d.mvt", changing.Z, changing.X+uint32(i), changing.Y))
			return 1, err
		})
	}

	base := server.Holder.Atlas().ClustersWith(func(*atlas.Cluster) bool { return true })
	template := *base[0].Cluster
	changes := app.Register(server.Store).Edit("test", "swap")
	for i := range swaps {
		next := template
		next.ID = ""
		next.Key = fmt.Sprintf("swap-%03d", i)
		next.NameEN = fmt.Sprintf("Swap %d", i)
		next.Regions = []sentra.RegionCode{"51.03"}
		next.Precision = sentra.PrecisionPoint
		next.Point = &orb.Point{115.1 + float64(i)*0.001, -8.6}
		before := server.Holder.Atlas()
		if _, err := changes.Apply(ctx, register.Put(next)); err != nil {
			t.Fatalf("swap %d: %v", i, err)
		}
		for server.Holder.Atlas() == before {
			if ctx.Err() != nil {
				t.Fatalf("swap %d of %d was not heard of in time", i, swaps)
			}
			time.Sleep(time.Millisecond)
		}
	}
	endLoading()
	load.Wait()
	endListening()
	background.Wait()
	if got := len(server.Holder.Atlas().ClustersWith(func(*atlas.Cluster) bool { return true })); got != len(base)+swaps {
		t.Errorf("%d clusters in the end, want %d", got, len(base)+swaps)
	}
	t.Logf("%d requests were answered during %d swaps", asked.Load(), swaps)
	if asked.Load() < swaps {
		t.Errorf("only %d requests were asked", asked.Load())
	}
}
