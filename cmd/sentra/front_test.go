package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/pgtest"
)

// fetch returns the status and body of a GET.
func fetch(t *testing.T, url string, header ...string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// A database that stops responding but still accepts connections is reported by
// /readyz, a metric and the log, while answers from memory continue; when it responds
// again the server follows it. The metrics have their own address.
func TestSilentDatabase(t *testing.T) {
	t.Parallel()
	_, _, filled := database(t, pgtest.Start)
	at := parsed(t, filled)
	proxy, err := pgtest.StartProxy(at.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	at.Host = proxy.Addr().String()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	metrics := listener.Addr().String()
	listener.Close()
	server := start(t, tempDir(t), nil, "--database-url", at.String(), "--refresh-timeout", "1s", "--metrics-addr", metrics)
	defer server.stop(t)
	state := func() (int, httpserver.Readiness) {
		var state httpserver.Readiness
		status, text := fetch(t, server.url+"/readyz")
		if err := json.Unmarshal([]byte(text), &state); err != nil {
			t.Fatal(err, text)
		}
		return status, state
	}
	if status, got := state(); status != http.StatusOK || got.Stale {
		t.Errorf("at first: %d %+v", status, got)
	}
	if status, body := fetch(t, server.url+"/metrics"); status != http.StatusNotFound {
		t.Errorf("/metrics of the API: %d %.100s", status, body)
	}
	if status, body := fetch(t, "http://"+metrics+"/graphql?query={__typename}"); status != http.StatusNotFound {
		t.Errorf("the API beside the metrics: %d %.100s", status, body)
	}
	proxy.Silence(true)
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		asked := time.Now()
		status, got := state()
		if took := time.Since(asked); took > 6*time.Second {
			t.Errorf("/readyz took %v", took)
		}
		if status == http.StatusServiceUnavailable && got.Stale && got.LastError != "" && got.DatasetCheckedSecondsAgo > 0 {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("silent for 20 s: %d %+v\n%s", status, got, server.output)
		}
	}
	if status, body := fetch(t, server.url+"/graphql?query={region(code:%2294%22){name}}"); status != http.StatusOK || !strings.Contains(body, "Papua") {
		t.Errorf("what is in memory: %d %s", status, body)
	}
	if _, body := fetch(t, "http://"+metrics+"/metrics"); !strings.Contains(body, "sentra_dataset_refresh_failures_total") || strings.Contains(body, "sentra_dataset_refresh_failures_total 0") {
		t.Error("no failure is counted")
	}
	if !strings.Contains(server.output.String(), "could not be refreshed") {
		t.Errorf("the log: %s", server.output)
	}
	proxy.Silence(false)
	for begun := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		status, got := state()
		if status == http.StatusOK && !got.Stale && got.LastError == "" {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("20 s after it spoke again: %d %+v\n%s", status, got, server.output)
		}
	}
}

// Behind a trusted proxy each client has its own places; a client that is not trusted
// cannot pretend to be another.
func TestTrustedProxy(t *testing.T) {
	_, _, filled := database(t, pgtest.Start)
	for _, c := range []struct {
		name      string
		arguments []string
		want      int
	}{
		{"trusted", []string{"--trusted-proxy", "127.0.0.0/8"}, http.StatusOK},
		{"not trusted", []string{"--trusted-proxy", "10.0.0.1"}, http.StatusServiceUnavailable},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := start(t, tempDir(t), nil, append(c.arguments, "--database-url", filled, "--max-client-streams", "1")...)
			defer server.stop(t)
			for i, client := range []string{"192.0.2.1", "192.0.2.2"} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.url+"/graphql?query=subscription{datasetChanged{version}}", nil)
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Accept", "text/event-stream")
				request.Header.Set("X-Forwarded-For", client)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if want := []int{http.StatusOK, c.want}[i]; response.StatusCode != want {
					t.Errorf("client %d: %s, want %d", i, response.Status, want)
				}
			}
		})
	}
	if _, problems, err := sentraRun(t, "serve", "--trusted-proxy", "everybody"); err == nil || !strings.Contains(problems, "trusted-proxy: ") {
		t.Errorf("%v %s", err, problems)
	}
}
