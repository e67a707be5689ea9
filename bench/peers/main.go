// Command peers measures Sentra against PostGIS, a tuned loop over orb, and
// PostGraphile with PostGIS: the same data, the same machine, one run, alternating.
// It prints one table; every figure in it comes from that run.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

// settings are the amounts to measure.
type settings struct {
	// rounds is the number of measurements of each side; the median counts.
	rounds int
	// load is the duration of one run of the HTTP load generator.
	load time.Duration
	// connections are the numbers of open connections. Everything is measured with the
	// first, throughput and p99 with the others too.
	connections []int
	// points, viewports and clusters are the sizes of the workloads.
	points, viewports, clusters int
	boundaries                  string
	only                        string
	wait                        bool
}

func run(ctx context.Context, arguments []string, out io.Writer) (err error) {
	var s settings
	flags := flag.NewFlagSet("peers", flag.ContinueOnError)
	flags.IntVar(&s.rounds, "rounds", 3, "times each side is measured, in turns; the median counts")
	flags.DurationVar(&s.load, "load", 4*time.Second, "time of one run of the HTTP load generator")
	s.connections = []int{64, 16, 128}
	flags.Func("connections", "numbers of connections of the HTTP load generator, separated by commas (default 64,16,128); everything is measured with the first", func(given string) (err error) {
		s.connections, err = parseCounts(given)
		return err
	})
	fixed := flags.String("serve-fixed", "", "measure nothing: answer every request on this address with one text")
	flags.IntVar(&s.points, "points", 10_000, "random land points")
	flags.IntVar(&s.viewports, "viewports", 1_000, "viewports, and places to search from")
	flags.IntVar(&s.clusters, "clusters", 100_000, "synthetic clusters")
	flags.StringVar(&s.boundaries, "boundaries", "../shared/boundaries", "folder of the boundaries")
	flags.StringVar(&s.only, "only", "", "only these parts, separated by commas: "+strings.Join(partNames(), ", "))
	flags.BoolVar(&s.wait, "wait", false, "measure nothing: fill the database, tell its address and wait for an interrupt")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *fixed != "" {
		return serveFixed(ctx, *fixed)
	}
	log.SetFlags(log.Ltime)
	began := time.Now()
	w, err := newWorld(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.close()) }()

	if s.wait {
		log.Printf("filled: %s", w.server.URL())
		<-ctx.Done()
		return nil
	}
	var table table
	for _, part := range parts {
		if s.only != "" && !contains(strings.Split(s.only, ","), part.name) {
			continue
		}
		log.Printf("measuring: %s", part.name)
		// Garbage of the set-up should not count.
		runtime.GC()
		if err := part.measure(ctx, w, &table); err != nil {
			return fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	fmt.Fprintf(out, "%s\n", machine(ctx, w))
	table.print(out)
	fmt.Fprintf(out, "\nThe run took %v.\n", time.Since(began).Round(time.Second))
	return nil
}

// parseCounts parses positive numbers separated by commas.
func parseCounts(text string) ([]int, error) {
	var counts []int
	for part := range strings.SplitSeq(text, ",") {
		count, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || count < 1 {
			return nil, fmt.Errorf("%q is no number of connections", part)
		}
		counts = append(counts, count)
	}
	return counts, nil
}

// part is one group of the table's rows.
type part struct {
	name    string
	measure func(context.Context, *world, *table) error
}

var parts = []part{
	{"points", measurePoints},
	{"graphql-points", measureGraphQLPoints},
	{"viewports", measureViewports},
	{"nearest", measureNearest},
	{"boundaries", measureBoundaries},
	{"tiles", measureTiles},
	{"http", measureHTTP},
}

func partNames() []string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.name
	}
	return names
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if strings.TrimSpace(item) == wanted {
			return true
		}
	}
	return false
}
