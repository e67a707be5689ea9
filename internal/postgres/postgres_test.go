package postgres_test

import (
	"context"
	"fmt"
	"io/fs"
	neturl "net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/migrations"
)

var (
	server *pgtest.Server
	by     = register.By{Author: "somebody", Reason: "a test"}
)

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

// Several servers that start concurrently on one empty database migrate it once and
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
			_, wrote, err := register.New(store, atlas.Try).SyncFacts(t.Context(), f, 1)
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

// All of the facts are stored and read back.
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
	changes := register.New(store, atlas.Try)
	if _, _, err := changes.SyncFacts(t.Context(), f, 1); err != nil {
		t.Fatal(err)
	}
	heard := make(chan struct{}, 100)
	go store.Changes(t.Context(), time.Hour, func() { heard <- struct{}{} })
	shape := orb.MultiPolygon{{{{135, -4}, {136, -4}, {136, -3}, {135, -4}}}}
	first := sentra.FirstDay
	// The listener needs a moment to start listening; make changes until it is notified.
	for try := range 50 {
		shape[0][0][1][0] = 136 + float64(try)/1000
		if _, err := changes.Apply(t.Context(), by, register.ReplaceBoundaries([]sentra.Boundary{{Region: "94.06", Validity: sentra.Period{From: &first}, Shape: shape,
			Origin: sentra.OriginImported, Source: facts.BoundarySource}})); err != nil {
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
		{"clusters", data.Clusters.Len(), f.Clusters.Len()}, {"events", len(data.Events), len(f.Events)},
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
	if _, err := changes.Apply(t.Context(), by, register.ReplaceBoundaries(overlapping)); sentra.ErrorCode(err) != sentra.CodeConflict {
		t.Errorf("overlapping periods: got %v, want CONFLICT", err)
	}
}

// A server is notified again after its listening connection was killed, and polls in
// the meantime.
func TestChangesOutliveTheirConnection(t *testing.T) {
	url, err := server.NewDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	store := open(t, url)
	if _, err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sqlx.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	listen := func(poll time.Duration) (heard chan string, end func()) {
		ctx, cancel := context.WithCancel(t.Context())
		heard, ended := make(chan string, 1000), make(chan struct{})
		go func() {
			defer close(ended)
			store.Changes(ctx, poll, func() {
				if version, err := store.Version(ctx); err == nil {
					heard <- version
				}
			})
		}()
		return heard, func() {
			cancel()
			select {
			case <-ended:
			case <-time.After(5 * time.Second):
				t.Error("listening does not end with its context")
			}
		}
	}
	made := 0
	// change makes a new version and waits for its notification.
	change := func(heard <-chan string) {
		t.Helper()
		made++
		if _, err := register.New(store, nil).Apply(t.Context(), by, register.Put(sentra.Source{ID: sentra.SourceID(fmt.Sprint("change ", made)), Title: "a change"})); err != nil {
			t.Fatal(err)
		}
		want, err := store.Version(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for late := time.After(10 * time.Second); ; {
			select {
			case got := <-heard:
				if got == want {
					return
				}
			case <-late:
				t.Fatal("a change was not heard of within 10 s")
			}
		}
	}
	kill := func() {
		t.Helper()
		var killed int
		for range 500 {
			// Its last statement was the LISTEN, or the empty one that checks whether it is
			// alive.
			if err := db.Get(&killed, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND query IN ('LISTEN "sentra_dataset"', '')`); err != nil {
				t.Fatal(err)
			}
			if killed == 1 {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Fatalf("%d listening connections killed, want 1", killed)
	}

	// Only by notifications, since the next poll is an hour away.
	heard, end := listen(time.Hour)
	<-heard
	change(heard)
	kill()
	// Changes go unnoticed until the connection is back.
	change(heard)
	kill()
	for len(heard) > 0 {
		<-heard
	}
	<-heard // The new connection is there.
	change(heard)
	end()

	// Only by polls, since no new connection can be made.
	heard, end = listen(50 * time.Millisecond)
	defer end()
	<-heard
	change(heard)
	at, err := neturl.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(at.Path, "/")
	at.Path = "/postgres"
	admin, err := sqlx.Connect("postgres", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	allow := func(allowed bool) {
		t.Helper()
		if _, err := admin.Exec(fmt.Sprintf(`ALTER DATABASE %s ALLOW_CONNECTIONS %t`, name, allowed)); err != nil {
			t.Fatal(err)
		}
	}
	allow(false)
	defer allow(true)
	kill()
	change(heard)
	change(heard)
}
