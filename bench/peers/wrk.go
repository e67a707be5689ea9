package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

//go:embed post.lua
var wrkScript string

// load is the result of the HTTP load generator.
type load struct {
	// throughput in answers per second.
	throughput float64
	p50, p99   time.Duration
}

// drive posts bodies to a URL in turn, repeatedly, with an average pause in
// milliseconds before each request of a connection. An answer with a status other
// than 200, or a connection that fails, is an error.
func drive(ctx context.Context, dir, url string, bodies [][]byte, connections, rest int, duration time.Duration) (load, error) {
	script, content := filepath.Join(dir, "post.lua"), filepath.Join(dir, "bodies.jsonl")
	if err := os.WriteFile(script, []byte(wrkScript), 0o600); err != nil {
		return load{}, fmt.Errorf("write the load generator's script: %w", err)
	}
	if err := os.WriteFile(content, bytes.Join(bodies, []byte("\n")), 0o600); err != nil {
		return load{}, fmt.Errorf("write the load generator's request: %w", err)
	}
	command := exec.CommandContext(ctx, "wrk", "--threads", "1", "--connections", strconv.Itoa(connections), "--duration", fmt.Sprintf("%ds", max(1, int(duration.Seconds()))),
		"--timeout", "30s", "--script", script, url, "--", content)
	if rest > 0 {
		command.Args = append(command.Args, strconv.Itoa(rest))
	}
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return load{}, fmt.Errorf("run wrk (`make setup-bench` installs it): %w", err)
	}
	return readLoad(out)
}

// readLoad parses the line of JSON that the script prints at the end.
func readLoad(out []byte) (load, error) {
	var told struct {
		Requests, Microseconds, P50, P99 float64
		Failed                           int
	}
	start := len(out) - 1
	for start > 0 && out[start] != '{' {
		start--
	}
	if start < 0 {
		return load{}, fmt.Errorf("wrk printed nothing")
	}
	if err := json.Unmarshal(out[start:], &told); err != nil {
		return load{}, fmt.Errorf("read what wrk printed, %q: %w", out, err)
	}
	if told.Failed > 0 || told.Requests == 0 {
		return load{}, fmt.Errorf("%d of %.0f requests failed", told.Failed, told.Requests)
	}
	micro := func(v float64) time.Duration { return time.Duration(v * float64(time.Microsecond)) }
	return load{throughput: told.Requests / told.Microseconds * 1e6, p50: micro(told.P50), p99: micro(told.P99)}, nil
}
