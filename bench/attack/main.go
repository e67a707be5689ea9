// Command attack starts a server of its own and sends it requests meant to overload
// it: documents that take long to validate, long answers, bodies that never end, readers
// that do not read. It prints the cost of each, and the latency of a normal client at the
// same time. All traffic stays on 127.0.0.1 and is bounded in count and time.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	boundaries := flag.String("boundaries", "../shared/boundaries", "folder of the boundaries")
	only := flag.String("only", "", "run only the attacks whose name holds this text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *boundaries, *only, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, boundaries, only string, out io.Writer) error {
	t, err := startTarget(ctx, boundaries)
	if err != nil {
		return err
	}
	defer t.stop()
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "attack\tstatus\tseconds\tCPU seconds\tpeak MiB\tnormal p50\tnormal p99")
	for _, a := range attacks() {
		if !strings.Contains(a.name, only) {
			continue
		}
		row, err := t.measure(ctx, a)
		if err != nil {
			return fmt.Errorf("%s: %w", a.name, err)
		}
		fmt.Fprintln(table, row)
	}
	return table.Flush()
}

// attack is one kind of traffic to the server. It returns a description of the
// result.
type attack struct {
	name string
	send func(ctx context.Context, t *target) string
}

// longest is the maximum duration of an attack.
const longest = 30 * time.Second

// target is the server under attack.
type target struct {
	url, address string
	command      *exec.Cmd
	dir          string
}

func startTarget(ctx context.Context, boundaries string) (*target, error) {
	dir, err := os.MkdirTemp("", "sentra-attack-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	t := &target{dir: dir}
	// PostgreSQL's account needs access to the folder.
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, errors.Join(err, t.stop())
	}
	binary := filepath.Join(dir, "sentra")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/sentra").CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("build the server: %w: %s", err, text), t.stop())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("find a free port: %w", err), t.stop())
	}
	t.address = listener.Addr().String()
	t.url = "http://" + t.address
	listener.Close()
	t.command = exec.Command(binary, "serve", "--data-dir", filepath.Join(dir, "pg"), "--listen", t.address, "--boundaries", boundaries)
	if err := t.command.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start the server: %w", err), t.stop())
	}
	for begun := time.Now(); time.Since(begun) < time.Minute; time.Sleep(50 * time.Millisecond) {
		if response, err := http.Get(t.url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return t, nil
			}
		}
	}
	return nil, errors.Join(errors.New("the server is not ready within a minute"), t.stop())
}

func (t *target) stop() error {
	if t.command != nil && t.command.Process != nil {
		_ = t.command.Process.Signal(syscall.SIGTERM)
		_ = t.command.Wait()
	}
	return os.RemoveAll(t.dir)
}

// measure runs an attack and returns its row of the table.
func (t *target) measure(ctx context.Context, a attack) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	// Reset the peak memory.
	if err := os.WriteFile(t.proc("clear_refs"), []byte("5"), 0); err != nil {
		return "", fmt.Errorf("forget the peak of memory: %w", err)
	}
	before, err := t.processor()
	if err != nil {
		return "", err
	}
	watched, done := context.WithCancel(ctx)
	var felt []time.Duration
	var watching sync.WaitGroup
	watching.Go(func() { felt = t.normalClient(watched) })
	begun := time.Now()
	status := a.send(ctx, t)
	took := time.Since(begun)
	// Let the client send a few queries during even the shortest attack.
	time.Sleep(200 * time.Millisecond)
	done()
	watching.Wait()
	after, err := t.processor()
	if err != nil {
		return "", err
	}
	peak, err := t.peak()
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s\t%s\t%.2f\t%.2f\t%d\t%v\t%v", a.name, status, took.Seconds(), (after - before).Seconds(), peak,
		felt[len(felt)/2].Round(time.Millisecond), felt[len(felt)*99/100].Round(time.Millisecond)), nil
}

func (t *target) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", t.command.Process.Pid, name)
}

// processor is the CPU time that the server has used.
func (t *target) processor() (time.Duration, error) {
	text, err := os.ReadFile(t.proc("stat"))
	if err != nil {
		return 0, fmt.Errorf("read the server's CPU time: %w", err)
	}
	// The name of the program, in parentheses, may contain spaces.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the server's CPU time: %w", err)
		}
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}

// peak is the peak resident memory, in MiB.
func (t *target) peak() (int, error) {
	text, err := os.ReadFile(t.proc("status"))
	if err != nil {
		return 0, fmt.Errorf("read the server's memory: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if after, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.Fields(after)[0])
			return kib >> 10, err
		}
	}
	return 0, errors.New("the kernel tells no peak of memory")
}

// normalClient sends a short query every 25 ms and returns the sorted latencies, ten
// seconds for one without an answer.
func (t *target) normalClient(ctx context.Context) (took []time.Duration) {
	const none = 10 * time.Second
	client := &http.Client{Timeout: none}
	for i := 0; ; i++ {
		begun := time.Now()
		response, err := client.Post(t.url+"/graphql", "application/json",
			bytes.NewReader(body(fmt.Sprintf(`{regionsAt(point:{lon:%g,lat:-7.2}){regency{name}}}`, 106+float64(i%9000)/1000))))
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		if err != nil || response.StatusCode != http.StatusOK {
			took = append(took, none)
		} else {
			took = append(took, time.Since(begun))
		}
		select {
		case <-ctx.Done():
			slices.Sort(took)
			return took
		case <-time.After(25 * time.Millisecond):
		}
	}
}

func body(query string) []byte {
	text, _ := json.Marshal(map[string]string{"query": query})
	return text
}
