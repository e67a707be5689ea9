package download

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/sentra-ikm/sentra/internal/boundarytest"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

func source(t *testing.T) string {
	t.Helper()
	return filepath.Join(boundarytest.Dir(t), "source")
}

func TestMirror(t *testing.T) {
	requests := 0
	files := http.FileServer(http.Dir(source(t)))
	mirror := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		files.ServeHTTP(w, r)
	}))
	defer mirror.Close()
	f := Fetcher{Base: mirror.URL, CacheDir: t.TempDir()}
	if got := len(Pinned()); got != 46 {
		t.Fatalf("%d pinned files, want 46: 38 of regencies and 8 of provinces", got)
	}
	for range 2 {
		paths, err := f.Fetch(t.Context(), Pinned())
		if err != nil || len(paths) != 46 {
			t.Fatalf("%d files, %v", len(paths), err)
		}
	}
	if requests != 46 {
		t.Errorf("%d requests, want 46: the second time the cache serves", requests)
	}
}

func TestResumesACutTransfer(t *testing.T) {
	name := filepath.Join(source(t), "kab/wilayah_boundaries_kab_51.sql")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var ranges []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ranges = append(ranges, r.Header.Get("Range"))
		if len(ranges) == 1 {
			w.Header().Set("Content-Length", "27989")
			w.Write(whole[:10000])
			panic(http.ErrAbortHandler)
		}
		http.ServeFile(w, r, name)
	}))
	defer server.Close()
	var one []File
	for _, file := range Pinned() {
		if file.Path == "kab/wilayah_boundaries_kab_51.sql" {
			one = append(one, file)
		}
	}
	if _, err := (Fetcher{Base: server.URL, CacheDir: t.TempDir()}).Fetch(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if len(ranges) != 2 || ranges[1] == "" {
		t.Errorf("ranges asked for: %q; want the second to resume", ranges)
	}
}

func TestRefusals(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/wrong" {
			w.Write([]byte("not the file"))
			return
		}
		http.NotFound(w, r)
	}))
	defer server.Close()
	f := Fetcher{Base: server.URL, CacheDir: t.TempDir()}
	if _, err := f.Fetch(t.Context(), []File{{Path: "wrong", SHA256: "00"}}); sentra.ErrorCode(err) != sentra.CodeConflict {
		t.Errorf("wrong digest: got %v", err)
	}
	if _, err := f.Fetch(t.Context(), []File{{Path: "missing", SHA256: "00"}}); sentra.ErrorCode(err) != sentra.CodeUnavailable {
		t.Errorf("missing: got %v", err)
	}
}
