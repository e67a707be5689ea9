package postgres_test

import (
	"io/fs"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/migrations"
)

var server *pgtest.Server

func TestMain(m *testing.M) {
	var err error
	if server, err = pgtest.Start(); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := server.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func open(t *testing.T, url string) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

// Several servers that start at once on one empty database migrate it once and
// write the facts once.
func TestServersStartAtOnce(t *testing.T) {
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	var lock sync.Mutex
	migrated, written := 0, 0
	for range 4 {
		store := open(t, url)
		group.Go(func() {
			steps, err := store.Migrate(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			wrote, err := store.SyncFacts(t.Context(), f, "digest")
			if err != nil {
				t.Error(err)
			}
			lock.Lock()
			defer lock.Unlock()
			migrated += steps
			if wrote {
				written++
			}
		})
	}
	group.Wait()
	all, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	if migrated != len(all) || written != 1 {
		t.Errorf("%d steps migrated, facts written %d times; want each of %d steps and the facts once", migrated, written, len(all))
	}
}

// What is written is read back: the record holds all of the facts.
func TestFactsReadBack(t *testing.T) {
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store := open(t, url)
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	f, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.SyncFacts(t.Context(), f, "digest"); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}, 100)
	go store.Changes(t.Context(), time.Hour, func() { heard <- struct{}{} })
	shape := orb.MultiPolygon{{{{135, -4}, {136, -4}, {136, -3}, {135, -4}}}}
	first := sentra.FirstDay
	// The listener needs a moment to be listening; a change is made until it hears.
	for try := range 50 {
		shape[0][0][1][0] = 136 + float64(try)/1000
		if _, err := store.ReplaceBoundaries(t.Context(), []sentra.Boundary{{Region: "94.06", Validity: sentra.Period{From: &first}, Shape: shape,
			Origin: sentra.OriginImported, Source: facts.BoundarySource}}, nil, nil); err != nil {
			t.Fatal(err)
		}
		select {
		case <-heard:
		case <-time.After(100 * time.Millisecond):
			continue
		}
		break
	}
	data, err := store.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"regions", len(data.Regions), len(f.Regions)}, {"codes", len(data.Codes), len(f.Codes)},
		{"memberships", len(data.Memberships), len(f.Memberships)}, {"successions", len(data.Successions), len(f.Successions)},
		{"designations", len(data.Designations), len(f.Designations)}, {"coverage", len(data.Coverage), len(f.Coverage)},
		{"clusters", len(data.Clusters), len(f.Clusters)}, {"events", len(data.Events), len(f.Events)},
		{"sources", len(data.Sources), len(f.Sources)}, {"boundaries", len(data.Boundaries), 1},
		{"grounds", len(data.Programme.Grounds), 3},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if got := data.Boundaries[0]; !orb.Equal(got.Shape, shape) || got.Source != facts.BoundarySource {
		t.Errorf("the boundary reads back as %v", got)
	}
	for _, d := range data.Designations {
		if len(d.Sources) == 0 {
			t.Errorf("designation %s lost its sources", d.ID)
		}
	}
	overlapping := []sentra.Boundary{
		{Region: "94.06", Validity: sentra.Period{From: &first}, Shape: shape, Origin: sentra.OriginImported, Source: facts.BoundarySource},
	}
	later := first + 10
	overlapping = append(overlapping, overlapping[0])
	overlapping[1].Validity.From = &later
	if _, err := store.ReplaceBoundaries(t.Context(), overlapping, nil, nil); sentra.ErrorCode(err) != sentra.CodeConflict {
		t.Errorf("overlapping periods: got %v, want CONFLICT", err)
	}
}
