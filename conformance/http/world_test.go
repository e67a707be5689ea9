// Package http_test tests Sentra's GraphQL over HTTP from outside: with independent
// audits and clients, and with a cache in front.
package http_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/ingest"
	"github.com/sentra-ikm/sentra/internal/pgtest"
	"github.com/sentra-ikm/sentra/internal/postgres"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

var database *pgtest.Server

func TestMain(m *testing.M) {
	database = must(pgtest.Start())
	code := m.Run()
	if err := database.Stop(); err != nil {
		panic(err)
	}
	os.Exit(code)
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// world is a complete Sentra with its own database, whose notifications it receives.
type world struct {
	t      *testing.T
	store  *postgres.Store
	holder *atlas.Holder
	// url is the address of the database.
	url string
}

// newWorld makes one with the facts and, on request, the boundaries of the provinces.
func newWorld(t *testing.T, boundaries bool) *world {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var files []string
	if boundaries {
		files = boundarytest.Files(t)[:1]
	}
	w := &world{t: t, url: must(servertest.Database(ctx, database, files...))}
	w.store = must(postgres.Open(ctx, w.url))
	// Each server started by serve uses the same holder.
	built := must(app.New(ctx, app.Config{Store: w.store, HTTP: httpserver.DefaultConfig()}))
	w.holder = built.Holder
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		built.Follow(ctx, time.Minute)
	}()
	t.Cleanup(func() {
		stop()
		<-listening
		w.store.Close()
	})
	return w
}

// serve serves on a free port, or on the given address, and returns its address and a
// function that stops it like the command.
func (w *world) serve(config httpserver.Config, address string) (url string, stop func() error) {
	w.t.Helper()
	server := must(app.New(context.Background(), app.Config{Store: w.store, Holder: w.holder, HTTP: config, BinaryVersion: "test",
		Log: slog.New(slog.NewTextHandler(w.t.Output(), nil))})).Server
	var listener net.Listener
	for range 50 {
		var err error
		if listener, err = net.Listen("tcp", address); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if listener == nil {
		w.t.Fatalf("cannot listen on %s", address)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx, listener) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-done
	}
	w.t.Cleanup(func() { _ = stop() })
	return "http://" + listener.Addr().String(), stop
}

// addCluster imports one more cluster, which makes a new version of the dataset, and
// waits until the server has received it from the database.
func (w *world) addCluster(key string) {
	w.t.Helper()
	row := "key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,precision,initial_target,region_note,province_named,source\n" +
		key + ",Silver of Badung,Perak Badung,silver,perak,2017,51.03,115.17,-8.58,POINT,,,Bali,a test\n"
	if _, err := ingest.Clusters(context.Background(), app.Register(w.store).Edit("test", "one more"), []byte(row), "clusters.csv"); err != nil {
		w.t.Fatal(err)
	}
	version := must(w.store.Version(context.Background()))
	for range 500 {
		if w.holder.Atlas().Data.Version == version {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Fatal("the server did not hear of the change within 10 s")
}

// node starts a script of this folder. It needs the folder's npm packages.
func node(t *testing.T, script string, arguments ...string) *exec.Cmd {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("the npm packages are missing: run make setup-test")
	}
	command := exec.Command("node", append([]string{filepath.Join(".", script)}, arguments...)...)
	return command
}

// lines starts a command and returns its output, line by line.
func lines(t *testing.T, command *exec.Cmd) (next func() string) {
	t.Helper()
	var trouble bytes.Buffer
	command.Stderr = &trouble
	out := must(command.StdoutPipe())
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	printed := make(chan string, 100)
	go func() {
		defer close(printed)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			printed <- scanner.Text()
		}
		_ = command.Wait()
	}()
	t.Cleanup(func() {
		_ = command.Process.Kill()
		for range printed {
		}
	})
	return func() string {
		t.Helper()
		select {
		case line, ok := <-printed:
			if !ok {
				t.Fatalf("the client ended: %s", trouble.String())
			}
			return line
		case <-time.After(20 * time.Second):
			t.Fatal("the client printed nothing for 20 s")
		}
		return ""
	}
}

// event is the line that a client prints for the dataset's version and clusters.
func event(version string, clusters int) string {
	return fmt.Sprintf(`{"data":{"datasetChanged":{"version":"%s","counts":{"clusters":%d}}}}`, version, clusters)
}
