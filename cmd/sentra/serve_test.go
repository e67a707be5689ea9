package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/racetest"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "sentra-cmd-")
	if err != nil {
		panic(err)
	}
	// PostgreSQL's account needs access to this folder.
	if err := os.Chmod(dir, 0o755); err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "sentra")
	build := []string{"build", "-o", binary}
	if racetest.Enabled {
		build = append(build, "-race")
	}
	if out, err := exec.Command("go", append(build, ".")...).CombinedOutput(); err != nil {
		panic(string(out))
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

func tempDir(tb testing.TB) string {
	tb.Helper()
	dir, err := os.MkdirTemp(filepath.Dir(binary), "data-")
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// output collects what a program writes while it runs.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(text)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// running is a server under test.
type running struct {
	command *exec.Cmd
	url     string
	output  *output
	took    time.Duration
}

// start starts a server and waits until it is ready.
func start(tb testing.TB, dir string, environment []string, arguments ...string) *running {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	r := &running{url: "http://" + address, output: &output{}}
	r.command = exec.Command(binary, append([]string{"serve", "--data-dir", filepath.Join(dir, "pg"), "--listen", address}, arguments...)...)
	r.command.Env = append(os.Environ(), environment...)
	r.command.Stderr = r.output
	began := time.Now()
	if err := r.command.Start(); err != nil {
		tb.Fatal(err)
	}
	for time.Since(began) < time.Minute {
		if response, err := http.Get(r.url + "/readyz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				r.took = time.Since(began)
				return r
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	_ = r.command.Process.Kill()
	tb.Fatalf("not ready within a minute:\n%s", r.output)
	return nil
}

func (r *running) stop(tb testing.TB) {
	tb.Helper()
	if err := r.command.Process.Signal(syscall.SIGTERM); err != nil {
		tb.Fatal(err)
	}
	if err := r.command.Wait(); err != nil {
		tb.Fatalf("the server did not stop cleanly: %v\n%s", err, r.output)
	}
	if strings.Contains(r.output.String(), "DATA RACE") {
		tb.Fatalf("%s", r.output)
	}
}

func (r *running) get(tb testing.TB, path string) string {
	tb.Helper()
	response, err := http.Get(r.url + path)
	if err != nil {
		tb.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return string(body)
}

const titleQuestion = `/graphql?query=%7Bregions(filter:%7Baffirmative:true,clusters:%7Bprogramme:true%7D%7D,asOf:%222017-12-25%22)%7Bnodes%7Bcode%20boundary(zoom:6)%7D%7D%7D`

// residentMiB is the resident memory of the server without PostgreSQL.
func (r *running) residentMiB(tb testing.TB) int {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.command.Process.Pid))
	if err != nil {
		tb.Fatal(err)
	}
	found := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	kib, err := strconv.Atoi(string(found[1]))
	if err != nil {
		tb.Fatal(err)
	}
	return kib / 1024
}

// From an empty folder to the first answer, through a kill -9, a second server on the
// same folder, and an import while the server runs, to a clean end.
func TestLifeOfAServer(t *testing.T) {
	dir := tempDir(t)
	first := start(t, dir, nil, "--boundaries", boundarytest.Dir(t))
	if got := first.get(t, titleQuestion); !strings.Contains(got, `"code":"94.06"`) || !strings.Contains(got, "MultiPolygon") {
		t.Errorf("the title question: %.300s", got)
	}
	if first.took > 20*time.Second && !racetest.Enabled {
		t.Errorf("ready after %v from an empty folder; the bar is 20 s", first.took)
	}
	if got := first.residentMiB(t); got >= 256 && !racetest.Enabled {
		t.Errorf("%d MiB resident after load; the bar is 256", got)
	}
	t.Logf("empty folder to ready: %v, resident %d MiB", first.took, first.residentMiB(t))

	second := exec.Command(binary, "serve", "--data-dir", filepath.Join(dir, "pg"), "--listen", "127.0.0.1:0")
	if out, err := second.CombinedOutput(); err == nil || !strings.Contains(string(out), "another server uses the data folder") {
		t.Errorf("a second server on the folder: %v\n%s", err, out)
	}

	if err := first.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.command.Wait()
	again := start(t, dir, nil, "--boundaries", "none")
	if got := again.get(t, "/readyz"); !strings.Contains(got, `"boundaries":"ALL"`) {
		t.Errorf("after kill -9: %s", got)
	}

	file := filepath.Join(dir, "clusters.csv")
	row := "key,name_en,name_id,product_en,product_id,phase,regions,lon,lat,precision,initial_target,region_note,province_named,source\n" +
		"x,Silver of Badung,Perak Badung,silver,perak,2017,51.03,115.17,-8.58,POINT,,,Bali,a test\n"
	if err := os.WriteFile(file, []byte(row), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(binary, "import", "clusters", file, "--data-dir", filepath.Join(dir, "pg")).CombinedOutput(); err != nil {
		t.Fatalf("import beside a running server: %v\n%s", err, out)
	}
	// The running server receives the change.
	heard := false
	for range 200 {
		if heard = strings.Contains(again.get(t, `/graphql?query=%7Bclusters%7BtotalCount%7D%7D`), `"totalCount":391`); heard {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if !heard {
		t.Error("the running server did not hear of the import within 4 s")
	}
	again.stop(t)

	filled := start(t, dir, nil)
	t.Logf("filled folder to ready: %v", filled.took)
	if filled.took > 3*time.Second && !racetest.Enabled {
		t.Errorf("ready after %v from a filled folder; the bar is 3 s", filled.took)
	}
	filled.stop(t)
}

// Without a local copy the boundaries are downloaded, here from a mirror; without
// either, the server answers with points and boxes, and says so.
func TestBoundariesFromAMirrorOrNone(t *testing.T) {
	t.Parallel()
	mirror := httptest.NewServer(http.FileServer(http.Dir(filepath.Join(boundarytest.Dir(t), "source"))))
	dir := tempDir(t)
	r := start(t, dir, []string{"SENTRA_BOUNDARIES_URL=" + mirror.URL, "XDG_CACHE_HOME=" + dir}, "--boundaries", "none")
	loaded := false
	for range 300 {
		if loaded = strings.Contains(r.get(t, "/readyz"), `"boundaries":"ALL"`); loaded {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if !loaded {
		t.Errorf("no boundaries from the mirror:\n%s", r.output)
	}
	r.stop(t)
	mirror.Close()

	dir = tempDir(t)
	r = start(t, dir, []string{"SENTRA_BOUNDARIES_URL=" + mirror.URL, "XDG_CACHE_HOME=" + dir}, "--boundaries", "none")
	if got := r.get(t, "/readyz"); !strings.Contains(got, `"boundaries":"NONE"`) || !strings.Contains(got, "points and boxes") {
		t.Errorf("readiness without boundaries: %s", got)
	}
	var answer struct {
		Data struct {
			Region struct {
				Boundary any
				Bbox     struct{ West float64 }
			}
			Dataset struct{ Boundaries string }
		}
	}
	if err := json.Unmarshal([]byte(r.get(t, `/graphql?query=%7Bregion(code:%2294.06%22)%7Bboundary%20bbox%7Bwest%7D%7Ddataset%7Bboundaries%7D%7D`)), &answer); err != nil {
		t.Fatal(err)
	}
	if answer.Data.Region.Boundary != nil || answer.Data.Region.Bbox.West != 135.0198 || answer.Data.Dataset.Boundaries != "NONE" {
		t.Errorf("without boundaries: %+v", answer.Data)
	}
	r.stop(t)
	if !strings.Contains(r.output.String(), "no boundaries are loaded") {
		t.Errorf("the log does not say it:\n%s", r.output)
	}
}

// With only trusted documents, the server answers those in its file and no others.
func TestOnlyTrustedDocuments(t *testing.T) {
	t.Parallel()
	dir := tempDir(t)
	file := filepath.Join(dir, "documents.json")
	if err := os.WriteFile(file, []byte(`{"parent": "{ region(code: \"94.06\") { parent { name } } }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	nowhere := []string{"SENTRA_BOUNDARIES_URL=http://127.0.0.1:1", "XDG_CACHE_HOME=" + dir}
	r := start(t, dir, nowhere, "--boundaries", "none", "--only-trusted", "--trusted-documents", file)
	if got := r.get(t, "/graphql?documentId=parent"); got != `{"data":{"region":{"parent":{"name":"Papua Tengah"}}}}` {
		t.Errorf("a trusted document: %s", got)
	}
	if got := r.get(t, "/graphql?query=%7B__typename%7D"); !strings.Contains(got, "DOCUMENT_NOT_TRUSTED") {
		t.Errorf("another: %s", got)
	}
	r.stop(t)
	if err := os.WriteFile(file, []byte(`{"parent": "{ gone }"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for says, flags := range map[string][]string{
		`trusted document "parent" cannot be answered`: {"--trusted-documents", file},
		"browsers, always or never":                    {"--preflight", "sometimes"},
	} {
		// If it starts nevertheless, stop it with an interrupt.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		failing := exec.CommandContext(ctx, binary, append([]string{"serve", "--data-dir", filepath.Join(dir, "pg"), "--listen", "127.0.0.1:0", "--boundaries", "none"}, flags...)...)
		failing.Cancel = func() error { return failing.Process.Signal(syscall.SIGTERM) }
		failing.Env = append(os.Environ(), nowhere...)
		if out, err := failing.CombinedOutput(); err == nil || !strings.Contains(string(out), says) {
			t.Errorf("%v: %v\n%s", flags, err, out)
		}
		cancel()
	}
}

func BenchmarkStartEmpty(b *testing.B) {
	for b.Loop() {
		r := start(b, tempDir(b), nil, "--boundaries", boundarytest.Dir(b))
		b.ReportMetric(r.took.Seconds(), "s-to-ready")
		b.ReportMetric(float64(r.residentMiB(b)), "MiB")
		r.stop(b)
	}
}

func BenchmarkStartFilled(b *testing.B) {
	dir := tempDir(b)
	start(b, dir, nil, "--boundaries", boundarytest.Dir(b)).stop(b)
	for b.Loop() {
		r := start(b, dir, nil)
		b.ReportMetric(r.took.Seconds(), "s-to-ready")
		b.ReportMetric(float64(r.residentMiB(b)), "MiB")
		r.stop(b)
	}
}
