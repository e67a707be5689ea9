package http_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// startNginx starts nginx as a cache in front of Sentra and returns its address.
func startNginx(t *testing.T, sentra string) string {
	t.Helper()
	if _, err := exec.LookPath("nginx"); err != nil {
		t.Fatal("nginx is missing: run make setup-test")
	}
	// nginx's workers run as another account and need access.
	dir := must(os.MkdirTemp("", "sentra-nginx-"))
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	address := listener.Addr().String()
	listener.Close()
	config := string(must(os.ReadFile("nginx.conf")))
	config = strings.NewReplacer("LISTEN;", address+";", "http://SENTRA", sentra, "FOLDER", dir).Replace(config)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("nginx", "-c", file, "-p", dir)
	command.Stderr = t.Output()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	for range 200 {
		if connection, err := net.Dial("tcp", address); err == nil {
			connection.Close()
			return "http://" + address
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("nginx does not listen")
	return ""
}

// aged is the time after which nginx, which counts whole seconds, considers an answer
// with a lifetime of one second stale.
const aged = 2100 * time.Millisecond

// A cache in front answers most requests by itself, revalidates stale answers with
// the entity tag, and shows a change of the record.
func TestCacheInFront(t *testing.T) {
	w := newWorld(t, false)
	config := httpserver.DefaultConfig()
	config.MaxAge = time.Second
	direct, _ := w.serve(config, "127.0.0.1:0")
	front := startNginx(t, direct)
	get := func(parameters url.Values, header ...string) (status, body string, answer *http.Response) {
		t.Helper()
		request := must(http.NewRequest("GET", front+"/graphql?"+parameters.Encode(), nil))
		request.Header.Set("Accept-Encoding", "identity")
		for i := 0; i+1 < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		answer, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var reader io.Reader = answer.Body
		if answer.Header.Get("Content-Encoding") == "gzip" {
			reader = must(gzip.NewReader(reader))
		}
		return answer.Header.Get("X-Cache"), string(must(io.ReadAll(reader))), answer
	}
	expect := func(what string, parameters url.Values, status, body string, header ...string) {
		t.Helper()
		if gotStatus, got, _ := get(parameters, header...); gotStatus != status || !strings.Contains(got, body) {
			t.Errorf("%s: %s %.200s, want %s with %s", what, gotStatus, got, status, body)
		}
	}
	clusters := url.Values{"query": {"{clusters{totalCount}}"}}
	expect("the first time", clusters, "MISS", `{"data":{"clusters":{"totalCount":390}}}`)
	expect("the second time", clusters, "HIT", `"totalCount":390`)
	current := []string{"Accept", "application/graphql-response+json"}
	expect("in another media type", clusters, "MISS", `"totalCount":390`, current...)
	if status, _, answer := get(clusters, current...); status != "HIT" || !strings.HasPrefix(answer.Header.Get("Content-Type"), "application/graphql-response+json") {
		t.Errorf("in another media type again: %s %v", status, answer.Header)
	}
	expect("in another language", clusters, "MISS", `"totalCount":390`, "Accept-Language", "id")
	time.Sleep(aged)
	expect("aged and the same", clusters, "REVALIDATED", `"totalCount":390`)
	w.addCluster("a")
	time.Sleep(aged)
	expect("aged and another", clusters, "EXPIRED", `"totalCount":391`)
	expect("the second time after", clusters, "HIT", `"totalCount":391`)

	past := url.Values{"query": {`{regions(asOf:"2017-12-25"){totalCount nodes{code name sources{title}}}}`}}
	expect("of a day, compressed", past, "MISS", `"totalCount":`, "Accept-Encoding", "gzip")
	if status, body, answer := get(past, "Accept-Encoding", "gzip"); status != "HIT" || answer.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(body, `"11"`) {
		t.Errorf("compressed again: %s %v", status, answer.Header)
	}
	time.Sleep(aged)
	expect("of a day, later", past, "HIT", `"totalCount":`, "Accept-Encoding", "gzip")

	wrong := url.Values{"query": {"{regions(first:-1){totalCount}}"}}
	expect("an error", wrong, "MISS", "BAD_USER_INPUT")
	expect("an error again", wrong, "MISS", "BAD_USER_INPUT")

	const query = `{dataset{regionsFrom}}`
	sum := sha256.Sum256([]byte(query))
	extensions := `{"persistedQuery":{"version":1,"sha256Hash":"` + hex.EncodeToString(sum[:]) + `"}}`
	byHash := url.Values{"extensions": {extensions}}
	expect("an unknown hash", byHash, "MISS", "PERSISTED_QUERY_NOT_FOUND")
	expect("its query", url.Values{"query": {query}, "extensions": {extensions}}, "MISS", "2014-07-23")
	expect("a known hash", byHash, "MISS", "2014-07-23")
	expect("a known hash again", byHash, "HIT", "2014-07-23")
}
