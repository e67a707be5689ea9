package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// tolerance of the boundaries over HTTP, in metres.
const tolerance = 1000

// question is a query for Sentra and one for PostGraphile, with the same fields.
type question struct {
	name                 string
	sentra, postgraphile string
	// same is the key of the values in the answers that must be equal; the paths lead to
	// the lists.
	sentraPath, peerPath []string
	key                  string
	// codes means that the query is repeated with every region's code.
	codes bool
	// The minimum ratios of throughput and p99 for the server with default settings; 0
	// for rows without a target.
	throughput, p99 float64
}

var questions = []question{
	{name: "the title question",
		sentra:       `{ regions(filter: {affirmative: true, clusters: {programme: true}}, asOf: "2017-12-25") { totalCount nodes { code name kind parent { code name } } } }`,
		postgraphile: `{ affirmativeRegionsHostingClusters(asOf: "2017-12-25") { totalCount nodes { code name kind parent(asOf: "2017-12-25") { code name } } } }`,
		sentraPath:   []string{"regions", "nodes"}, peerPath: []string{"affirmativeRegionsHostingClusters", "nodes"}, key: "code", throughput: 5, p99: 10},
	{name: "50 clusters with regions",
		sentra:       `{ clusters(first: 50) { nodes { name location { point { lon lat } } regions { code name kind } } } }`,
		postgraphile: `{ clustersList(first: 50, orderBy: POSITION_ASC) { name place { longitude: x latitude: y } regionsList { code name kind } } }`,
		sentraPath:   []string{"clusters", "nodes"}, peerPath: []string{"clustersList"}, key: "name", throughput: 5, p99: 10},
	{name: fmt.Sprintf("514 regions with boundaries at %d m", tolerance),
		sentra:       fmt.Sprintf(`{ regions(filter: {level: REGENCY}, first: 514) { nodes { code name boundary(toleranceMetres: %d) } } }`, tolerance),
		postgraphile: fmt.Sprintf(`{ regenciesList { code name boundary: boundaryByRegionCode { simplified(toleranceMetres: %d) } } }`, tolerance),
		sentraPath:   []string{"regions", "nodes"}, peerPath: []string{"regenciesList"}, key: "code", throughput: 5, p99: 10},
	{name: "the same against shapes simplified and stored beforehand",
		sentra:       fmt.Sprintf(`{ regions(filter: {level: REGENCY}, first: 514) { nodes { code name boundary(toleranceMetres: %d) } } }`, tolerance),
		postgraphile: `{ regenciesList { code name boundary: boundaryByRegionCode { stored } } }`,
		sentraPath:   []string{"regions", "nodes"}, peerPath: []string{"regenciesList"}, key: "code"},
	{name: "one region by code, every region in turn", codes: true,
		sentra:       `query($code: String!) { region(code: $code) { code name kind areaKm2 labelPoint { lon lat } parent { code name } } }`,
		postgraphile: `query($code: String!) { region(code: $code) { code name kind areaKm2 labelPoint { longitude: x latitude: y } parent: regionByProvinceCode { code name } } }`,
		sentraPath:   []string{"region"}, peerPath: []string{"region"}, key: "code", throughput: 5, p99: 10},
}

// process is a server started for measurements.
type process struct {
	command *exec.Cmd
	url     string
	// log has its output, shown only if it does not start.
	log *os.File
}

// start runs a server and waits until it answers the query {__typename}.
func (w *world) start(ctx context.Context, url, name string, arguments []string, environment ...string) (*process, error) {
	log, err := os.CreateTemp(w.dir, "log-")
	if err != nil {
		return nil, fmt.Errorf("make the log of %s: %w", name, err)
	}
	command := exec.CommandContext(ctx, name, arguments...)
	command.Env = append(os.Environ(), environment...)
	command.Stdout, command.Stderr = log, log
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 20 * time.Second
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{command: command, url: url, log: log}
	for range 300 {
		if _, err = ask(url, []byte(`{"query": "{ __typename }"}`)); err == nil {
			return p, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), p.stop())
		case <-time.After(100 * time.Millisecond):
		}
	}
	said, _ := os.ReadFile(log.Name())
	return nil, errors.Join(fmt.Errorf("%s does not answer: %w\n%s", name, err, said), p.stop())
}

func (p *process) stop() error {
	defer p.log.Close()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop %s: %w", p.command.Path, err)
	}
	var ended *exec.ExitError
	if err := p.command.Wait(); err != nil && !errors.As(err, &ended) {
		return fmt.Errorf("wait for %s: %w", p.command.Path, err)
	}
	return nil
}

// freeAddress returns an unused loopback address.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().String(), nil
}

func (w *world) startSentra(ctx context.Context, flags ...string) (*process, error) {
	binary := filepath.Join(w.dir, "sentra")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/sentra")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, fmt.Errorf("build Sentra: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return w.start(ctx, "http://"+address+"/graphql", binary, append([]string{"serve", "--listen", address}, flags...), "SENTRA_DATABASE_URL="+w.server.URL())
}

// postgraphileFolder has PostGraphile, its plugin and a script to start it.
const postgraphileFolder = "bench/peers/postgraphile"

func (w *world) startPostGraphile(ctx context.Context) (*process, error) {
	if _, err := os.Stat(filepath.Join(postgraphileFolder, "node_modules")); err != nil {
		return nil, fmt.Errorf("PostGraphile is not installed; run `make setup-bench`: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("read the address %s: %w", address, err)
	}
	return w.start(ctx, "http://"+address+"/graphql", "node", []string{filepath.Join(postgraphileFolder, "server.mjs"), w.server.URL(), port, strconv.Itoa(runtime.NumCPU())},
		"NODE_ENV=production")
}

// pick follows a path in an answer and returns the values of a key, sorted.
func pick(data json.RawMessage, path []string, key string) ([]string, error) {
	for _, name := range path {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, fmt.Errorf("read %s of an answer: %w", name, err)
		}
		data = object[name]
	}
	if len(data) > 0 && data[0] == '{' {
		data = slices.Concat([]byte("["), data, []byte("]"))
	}
	var list []map[string]any
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("read the list of an answer: %w", err)
	}
	var values []string
	for _, item := range list {
		values = append(values, fmt.Sprint(item[key]))
	}
	slices.Sort(values)
	return values, nil
}

func measureHTTP(ctx context.Context, w *world, t *table) (err error) {
	if err := w.storeSimplified(ctx); err != nil {
		return err
	}
	keeping, err := w.startSentra(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, keeping.stop()) }()
	making, err := w.startSentra(ctx, "--answer-cache", "0")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, making.stop()) }()
	peer, err := w.startPostGraphile(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, peer.stop()) }()
	idle := memory(keeping.command.Process.Pid)
	if err := w.floor(ctx, t); err != nil {
		return err
	}
	for _, q := range questions {
		if err := w.compare(ctx, q, keeping, making, peer, t); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	postgres, err := w.postgresMemory()
	if err != nil {
		return err
	}
	theirs := memory(peer.command.Process.Pid)
	for _, s := range []struct {
		name string
		*process
	}{{"", keeping}, {", every answer made anew", making}} {
		ours := memory(s.command.Process.Pid)
		t.add(row{work: "HTTP: peak memory under these loads" + s.name, sentra: mebibytes(ours), against: "PostGraphile's processes, without PostgreSQL", peer: mebibytes(theirs), ratio: theirs / ours})
	}
	t.note("Memory: Sentra's process held at most %s when it was ready, before any question. PostgreSQL, which answers every question of PostGraphile and none of Sentra's, held %s at the end (proportional set size, shared buffers included).", mebibytes(idle), mebibytes(postgres))
	return nil
}

// storeSimplified adds the shapes at that tolerance to PostGraphile's database as a
// column.
func (w *world) storeSimplified(ctx context.Context) error {
	_, err := w.db.ExecContext(ctx, fmt.Sprintf(`SET search_path = peer, public; ALTER TABLE boundary ADD stored json; ALTER TABLE boundary ALTER stored SET STORAGE EXTERNAL;
		UPDATE boundary b SET stored = boundary_simplified(b, %d); RESET search_path`, tolerance))
	if err == nil {
		_, err = w.db.ExecContext(ctx, `VACUUM (FULL, ANALYZE) peer.boundary`)
	}
	if err != nil {
		return fmt.Errorf("store the simplified shapes: %w", err)
	}
	return nil
}

// driven is one server under load.
type driven struct {
	name, url, query string
	path             []string
	bodies           [][]byte
	found            []string
	size             int
	// connections are the numbers of connections to use; full are the runs at maximum
	// speed, by connections, and even those at a fixed rate.
	connections []int
	full        map[int][]load
	even        []load
}

// prepare makes the requests, and sends the first to check its answer.
func (d *driven) prepare(q question, codes []sentra.RegionCode) error {
	if !q.codes {
		codes = codes[:1]
	}
	for _, code := range codes {
		var variables map[string]any
		if q.codes {
			variables = map[string]any{"code": code}
		}
		body, err := requestBody(d.query, variables)
		if err != nil {
			return err
		}
		d.bodies = append(d.bodies, body)
	}
	data, err := ask(d.url, d.bodies[0])
	if err != nil {
		return err
	}
	d.size = len(data)
	d.found, err = pick(data, d.path, q.key)
	return err
}

// middle returns the medians over runs.
func middle(runs []load) load {
	return load{throughput: median(runs, func(l load) float64 { return l.throughput }),
		p50: median(runs, func(l load) time.Duration { return l.p50 }), p99: median(runs, func(l load) time.Duration { return l.p99 })}
}

func (w *world) compare(ctx context.Context, q question, keeping, making, peer *process, t *table) error {
	shipped := &driven{name: "", url: keeping.url, query: q.sentra, path: q.sentraPath}
	anew := &driven{name: ", every answer made anew", url: making.url, query: q.sentra, path: q.sentraPath}
	theirs := &driven{url: peer.url, query: q.postgraphile, path: q.peerPath}
	sides := []*driven{shipped, anew, theirs}
	usual, connections := w.settings.connections[:1], w.settings.connections
	if q.throughput == 0 {
		connections = usual
	}
	shipped.connections, anew.connections, theirs.connections = connections, usual, connections
	var codes []sentra.RegionCode
	for i := range w.atlas.Data.Regions {
		codes = append(codes, w.atlas.Data.Regions[i].Code)
	}
	for _, s := range sides {
		s.full = make(map[int][]load)
		if err := s.prepare(q, codes); err != nil {
			return err
		}
		if !slices.Equal(s.found, shipped.found) {
			return fmt.Errorf("the answers differ: Sentra's %.200v, the other's %.200v", shipped.found, s.found)
		}
	}
	log.Printf("driving: %s", q.name)
	run := func(s *driven, connections, rest int, duration time.Duration) (load, error) {
		return drive(ctx, w.dir, s.url, s.bodies, connections, rest, duration)
	}
	for _, s := range sides {
		if _, err := run(s, usual[0], 0, time.Second); err != nil {
			return err
		}
	}
	for range w.settings.rounds {
		for _, n := range connections {
			for _, s := range sides {
				if !slices.Contains(s.connections, n) {
					continue
				}
				seen, err := run(s, n, 0, w.settings.load)
				if err != nil {
					return err
				}
				s.full[n] = append(s.full[n], seen)
			}
		}
	}
	// At maximum speed both cores are busy with server and load generator, and the p99
	// is mostly waiting for a core. At half of PostGraphile's throughput it measures the
	// servers.
	rest := max(1, int(float64(usual[0])/(middle(theirs.full[usual[0]]).throughput/2)*1000))
	for range w.settings.rounds {
		for _, s := range sides {
			seen, err := run(s, usual[0], rest, w.settings.load)
			if err != nil {
				return err
			}
			s.even = append(s.even, seen)
		}
	}
	for _, s := range []*driven{shipped, anew} {
		work := "HTTP: " + q.name + s.name
		throughput, slowest := 0.0, 0.0
		if s == shipped {
			throughput, slowest = q.throughput, q.p99
		}
		for _, n := range s.connections {
			our, their := middle(s.full[n]), middle(theirs.full[n])
			with := fmt.Sprintf("%s, %d connections", work, n)
			r := row{work: with + ", answers a second", sentra: fmt.Sprintf("%.0f", our.throughput), against: "PostGraphile", peer: fmt.Sprintf("%.0f", their.throughput), ratio: our.throughput / their.throughput}
			if throughput > 0 {
				r.bar, r.holds = fmt.Sprintf("≥ %g×", throughput), r.ratio >= throughput
			}
			t.add(r)
			t.faster(with+", p99", our.p99, fmt.Sprintf(" (p50 %s)", short(our.p50)), "PostGraphile", their.p99, slowest)
		}
		ourEven, theirEven := middle(s.even), middle(theirs.even)
		t.faster(fmt.Sprintf("%s, p99 at the same %.0f a second", work, ourEven.throughput), ourEven.p99, "", "PostGraphile", theirEven.p99, slowest)
	}
	t.note("HTTP: %s: both answer with the same %d; %d bytes by Sentra, %d by PostGraphile.", q.name, len(shipped.found), shipped.size, theirs.size)
	return nil
}

// floor measures the p99 that this machine has whatever the server does: with a
// program that always returns the same text, under the same load.
func (w *world) floor(ctx context.Context, t *table) (err error) {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	fixed, err := w.start(ctx, "http://"+address+"/graphql", self, []string{"-serve-fixed", address})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, fixed.stop()) }()
	body, err := requestBody(`{ __typename }`, nil)
	if err != nil {
		return err
	}
	for _, connections := range w.settings.connections {
		var runs []load
		for range w.settings.rounds {
			seen, err := drive(ctx, w.dir, fixed.url, [][]byte{body}, connections, 0, w.settings.load)
			if err != nil {
				return err
			}
			runs = append(runs, seen)
		}
		seen := middle(runs)
		t.note("HTTP: a Go program that answers every request with one text of 30 bytes, driven alike with %d connections: %.0f answers a second, p50 %s, p99 %s.",
			connections, seen.throughput, short(seen.p50), short(seen.p99))
	}
	return nil
}

// serveFixed answers every request with one text, until ctx ends.
func serveFixed(ctx context.Context, address string) error {
	server := &http.Server{Addr: address, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"data":{"__typename":"Fixed"}}`)
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("answer with one text: %w", err)
	}
	return nil
}

// memory returns the peak resident size, in bytes, of a process and its children
// (VmHWM).
func memory(pid int) float64 {
	var total float64
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmHWM:" {
			kilobytes, _ := strconv.ParseFloat(fields[1], 64)
			total += kilobytes * 1024
		}
	}
	for _, child := range childrenOf(pid) {
		total += memory(child)
	}
	return total
}

// childrenOf returns the child processes of a process.
func childrenOf(pid int) []int {
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	var children []int
	for _, list := range lists {
		content, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		for _, field := range strings.Fields(string(content)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}

// postgresMemory returns the proportional set size, in bytes, of PostgreSQL's
// processes, which counts shared memory once.
func (w *world) postgresMemory() (float64, error) {
	file, err := os.ReadFile(filepath.Join(w.dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find PostgreSQL's process: %w", err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	postmaster, err := strconv.Atoi(first)
	if err != nil {
		return 0, fmt.Errorf("read PostgreSQL's process id: %w", err)
	}
	var total float64
	for _, pid := range append(childrenOf(postmaster), postmaster) {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(rollup)) {
			if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "Pss:" {
				kilobytes, _ := strconv.ParseFloat(fields[1], 64)
				total += kilobytes * 1024
			}
		}
	}
	return total, nil
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%.0f MiB", bytes/(1<<20)) }
