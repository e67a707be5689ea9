package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

var database *pgtest.Server

func TestMain(m *testing.M) {
	var err error
	if database, err = pgtest.Start(); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := database.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// benchClusters is the size of the record for the targets.
const benchClusters = 100_000

func openStore(tb testing.TB, url string) *postgres.Store {
	tb.Helper()
	store, err := postgres.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	return store
}

// filled returns a database with the facts, the real boundaries and many clusters in
// the boxes of regencies.
func filled(tb testing.TB, clusters int) string {
	tb.Helper()
	url, err := servertest.Database(tb.Context(), database, boundarytest.Files(tb)...)
	if err != nil {
		tb.Fatal(err)
	}
	store := openStore(tb, url)
	data, err := store.LoadWithoutShapes(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	var regencies []sentra.Region
	for _, r := range data.Regions {
		if r.Code.Level() == sentra.LevelRegency {
			regencies = append(regencies, r)
		}
	}
	random := rand.New(rand.NewPCG(13, 100))
	made := make([]sentra.Cluster, clusters)
	for i := range made {
		r, product := regencies[random.IntN(len(regencies))], data.Products[random.IntN(len(data.Products))]
		made[i] = sentra.Cluster{Key: benchKey(i), NameEN: fmt.Sprintf("%s %d", product.NameEN, i), NameID: fmt.Sprintf("%s %d", product.NameID, i),
			Products: []string{product.Key}, Phases: []string{data.Phases[random.IntN(len(data.Phases))].Key}, Regions: []sentra.RegionCode{r.Code},
			Point: inBox(random, r.Box), Precision: sentra.PrecisionPoint, Sources: []sentra.SourceID{data.Sources[random.IntN(len(data.Sources))].ID}}
	}
	if _, err := app.Register(store).Apply(tb.Context(), register.By{Author: "bench", Reason: "many clusters"}, register.Put(made...)); err != nil {
		tb.Fatal(err)
	}
	return url
}

func benchKey(i int) string { return fmt.Sprintf("bench-%06d", i) }

func inBox(random *rand.Rand, box orb.Bound) *orb.Point {
	return &orb.Point{box.Min[0] + random.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + random.Float64()*(box.Max[1]-box.Min[1])}
}

// follower is a server that follows a database.
type follower struct {
	*app.App
	store   *postgres.Store
	handler http.Handler
}

func follow(tb testing.TB, url string) *follower {
	tb.Helper()
	f := &follower{store: openStore(tb, url)}
	var err error
	if f.App, err = app.New(tb.Context(), app.Config{Store: f.store, HTTP: httpserver.DefaultConfig(), Now: servertest.Clock, BinaryVersion: "bench", Log: slog.New(slog.DiscardHandler)}); err != nil {
		tb.Fatal(err)
	}
	f.handler = f.Server.Handler()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.Follow(ctx, app.Poll)
	}()
	tb.Cleanup(func() { cancel(); <-done })
	// Warm up what is computed on first use.
	for _, q := range questions {
		f.ask(tb, q(rand.New(rand.NewPCG(1, 2))))
	}
	return f
}

// ask answers a GraphQL query.
func (f *follower) ask(tb testing.TB, query string) string {
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		tb.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	f.handler.ServeHTTP(answer, request)
	if text := answer.Body.String(); answer.Code == http.StatusOK && strings.HasPrefix(text, `{"data":{`) {
		return text
	}
	tb.Errorf("%s: %d %.300s", query, answer.Code, answer.Body)
	return ""
}

// questions are the queries of a map and its list, each for another place.
var questions = []func(*rand.Rand) string{
	func(r *rand.Rand) string {
		west, south, width := 95+r.Float64()*40, -10+r.Float64()*14, 0.2+r.Float64()*5
		return fmt.Sprintf(`{clusters(filter:{bbox:{west:%.4f,south:%.4f,east:%.4f,north:%.4f}},first:50){totalCount nodes{key name location{point{lon lat}}}}}`, west, south, west+width, south+width/2)
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf(`{clusters(filter:{near:{point:{lon:%.4f,lat:%.4f},radius:50000}},first:50){totalCount nodes{key name}}}`, 95+r.Float64()*45, -10+r.Float64()*15)
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf(`{cluster(key:%q){name nameId regions{name} products{name}}}`, benchKey(r.IntN(benchClusters)))
	},
	func(r *rand.Rand) string {
		west, south := 95+r.Float64()*40, -10+r.Float64()*14
		return fmt.Sprintf(`{clusters(orderBy:NAME,filter:{bbox:{west:%.4f,south:%.4f,east:%.4f,north:%.4f}},first:20){nodes{key name}}}`, west, south, west+3, south+3)
	},
	func(r *rand.Rand) string {
		return fmt.Sprintf(`{regionsAt(point:{lon:%.4f,lat:%.4f}){regency{code name}}}`, 95+r.Float64()*45, -10+r.Float64()*15)
	},
}

func quantiles(b *testing.B, name string, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, name+"-p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, name+"-p99-ms")
}

// correction corrects one cluster: its name, and sometimes its location and phase.
func correction(data *sentra.Dataset, random *rand.Rand, n int) sentra.Cluster {
	key := benchKey(random.IntN(benchClusters))
	var c sentra.Cluster
	for stored := range data.Clusters.All {
		if stored.Key == key {
			c = *stored
		}
	}
	c.NameEN = fmt.Sprintf("corrected %d", n)
	if n%3 == 0 {
		c.Point = &orb.Point{c.Point[0] + 0.01, c.Point[1]}
	}
	if n%5 == 0 {
		c.Phases = []string{data.Phases[random.IntN(len(data.Phases))].Key}
	}
	return c
}

// BenchmarkCorrection corrects one cluster of 100,000 through a server's register,
// and waits until a query on that server, and on another with the same database,
// shows it: from the beginning of the change (whole), and from its commit.
func BenchmarkCorrection(b *testing.B) {
	url := filled(b, benchClusters)
	first, second := follow(b, url), follow(b, url)
	random := rand.New(rand.NewPCG(7, 7))
	changes := app.Register(first.store)
	var whole, write, here, there []time.Duration
	shows := func(f *follower, c sentra.Cluster, number int64) time.Time {
		if _, err := f.Holder.WaitFor(b.Context(), number); err != nil {
			b.Fatal(err)
		}
		if got := f.ask(b, fmt.Sprintf(`{cluster(key:%q){name}}`, c.Key)); got != fmt.Sprintf(`{"data":{"cluster":{"name":%q}}}`, c.NameEN) {
			b.Fatalf("the server shows %s and not %s", got, c.NameEN)
		}
		return time.Now()
	}
	for n := 0; b.Loop(); n++ {
		c := correction(first.Holder.Atlas().Data, random, n)
		began := time.Now()
		outcome, err := changes.Apply(b.Context(), register.By{Author: "bench", Reason: "a correction"}, register.Put(c))
		if err != nil {
			b.Fatal(err)
		}
		committed := time.Now()
		shown := make(chan time.Time)
		go func() { shown <- shows(second, c, outcome.Number) }()
		seen := shows(first, c, outcome.Number)
		whole, write, here = append(whole, seen.Sub(began)), append(write, committed.Sub(began)), append(here, seen.Sub(committed))
		there = append(there, (<-shown).Sub(began))
	}
	quantiles(b, "whole", whole)
	quantiles(b, "write", write)
	quantiles(b, "seen", here)
	quantiles(b, "second-server", there)
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.HeapAlloc>>20), "MiB-in-use")
}

// BenchmarkReadsDuringChanges compares the latency of reads without changes and while
// another process makes 20 changes a second.
func BenchmarkReadsDuringChanges(b *testing.B) {
	url := filled(b, benchClusters)
	server, writer := follow(b, url), openStore(b, url)
	changes := app.Register(writer)
	read := func(span time.Duration) []time.Duration {
		var group sync.WaitGroup
		var mu sync.Mutex
		var all []time.Duration
		until := time.Now().Add(span)
		for reader := range 2 {
			group.Go(func() {
				random := rand.New(rand.NewPCG(uint64(reader), uint64(time.Now().UnixNano())))
				var took []time.Duration
				for time.Now().Before(until) {
					query := questions[random.IntN(len(questions))](random)
					began := time.Now()
					server.ask(b, query)
					took = append(took, time.Since(began))
					time.Sleep(5 * time.Millisecond)
				}
				mu.Lock()
				defer mu.Unlock()
				all = append(all, took...)
			})
		}
		group.Wait()
		return all
	}
	var idle, changing []time.Duration
	var idleUse, changingUse use
	made := 0
	random := rand.New(rand.NewPCG(8, 8))
	change := func(ctx context.Context) {
		correct := correction(server.Holder.Atlas().Data, random, made)
		if _, err := changes.Apply(ctx, register.By{Author: "bench", Reason: "a correction"}, register.Put(correct)); err != nil && ctx.Err() == nil {
			b.Error(err)
		}
		made++
	}
	// The first change reads the whole record.
	change(b.Context())
	var lasted time.Duration
	for b.Loop() {
		// Alternate, so that other load on the machine affects both.
		const span = 2 * time.Second
		idleUse.during(func() { idle = append(idle, read(span)...) })
		ctx, cancel := context.WithCancel(b.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			tick := time.NewTicker(50 * time.Millisecond)
			defer tick.Stop()
			began := time.Now()
			for ctx.Err() == nil {
				change(ctx)
				<-tick.C
			}
			lasted += time.Since(began)
		}()
		changingUse.during(func() { changing = append(changing, read(span)...) })
		cancel()
		<-done
	}
	quantiles(b, "idle", idle)
	quantiles(b, "changing", changing)
	idleUse.report(b, "idle")
	changingUse.report(b, "changing")
	b.ReportMetric(float64(made)/lasted.Seconds(), "changes/s")
}

// use is the memory use of a time span.
type use struct {
	lasted      time.Duration
	bytes       uint64
	collections uint32
}

func (u *use) during(work func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	work()
	u.lasted += time.Since(began)
	runtime.ReadMemStats(&after)
	u.bytes += after.TotalAlloc - before.TotalAlloc
	u.collections += after.NumGC - before.NumGC
}

func (u *use) report(b *testing.B, name string) {
	b.ReportMetric(float64(u.bytes)/1e6/u.lasted.Seconds(), name+"-MB/s")
	b.ReportMetric(float64(u.collections)/u.lasted.Seconds(), name+"-GC/s")
}

// BenchmarkStart opens a filled database, prepares it and builds the application:
// what a server does before it is ready, except for starting PostgreSQL.
func BenchmarkStart(b *testing.B) {
	url := filled(b, benchClusters)
	for b.Loop() {
		store, err := postgres.Open(b.Context(), url)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		if _, _, err := app.PrepareToServe(b.Context(), store); err != nil {
			b.Fatal(err)
		}
		prepared := time.Now()
		data, err := store.Load(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		loaded := time.Now()
		if _, err := atlas.New(data); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(prepared.Sub(began).Milliseconds()), "prepare-ms")
		b.ReportMetric(float64(loaded.Sub(prepared).Milliseconds()), "load-ms")
		b.ReportMetric(float64(time.Since(loaded).Milliseconds()), "index-ms")
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMemory measures the memory per cluster: the heap of the record and the
// atlas with many more clusters, less that without.
func BenchmarkMemory(b *testing.B) {
	held := func(url string) float64 {
		store := openStore(b, url)
		data, err := store.Load(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		a, err := atlas.New(data)
		if err != nil {
			b.Fatal(err)
		}
		// A list that needs the indexes that are built lazily.
		on, err := a.On(sentra.Today(time.Now()))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := on.ClusterFacets(b.Context(), nil, false); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		runtime.KeepAlive(a)
		return float64(stats.HeapAlloc)
	}
	few, many := filled(b, 0), filled(b, benchClusters)
	for b.Loop() {
		without := held(few)
		b.ReportMetric((held(many)-without)/benchClusters, "B/cluster")
	}
}
