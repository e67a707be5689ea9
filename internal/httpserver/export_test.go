package httpserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/app"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// record is only the facts, without boundaries.
type record struct {
	version string
	err     error
}

func (r *record) Version(context.Context) (string, error) { return r.version, r.err }

func (r *record) Advance(context.Context, *sentra.Dataset) (*sentra.Dataset, []sentra.EntityRef, error) {
	brought, err := facts.Load()
	if err != nil {
		return nil, nil, err
	}
	return &sentra.Dataset{Facts: *brought, Version: r.version}, nil, nil
}

// factsServer serves the facts on a day that the test may change.
func factsServer(t testing.TB) (handler http.Handler, holder *atlas.Holder, facts *record, today *sentra.Date) {
	t.Helper()
	facts = &record{version: "one"}
	log := slog.New(slog.DiscardHandler)
	holder, err := atlas.NewHolder(context.Background(), facts, log)
	if err != nil {
		t.Fatal(err)
	}
	now := sentra.MustDate("2026-11-24")
	built, err := app.New(t.Context(), app.Config{Holder: holder, HTTP: httpserver.DefaultConfig(), BinaryVersion: "test",
		Now: func() time.Time { return now.Time() }})
	if err != nil {
		t.Fatal(err)
	}
	return built.Server.Handler(), holder, facts, &now
}

func get(handler http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, request)
	return w
}

func TestExportHeaders(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, c := range []struct{ path, kind, name string }{
		{"/regions.geojson?asOf=2017-12-25", "application/geo+json", "sentra-regions-2017-12-25.geojson"},
		{"/regions.ndjson", "application/x-ndjson", "sentra-regions-2026-11-24.ndjson"},
		{"/regions.csv?asOf=2017-12-25", "text/csv; charset=utf-8; header=present", "sentra-regions-2017-12-25.csv"},
		{"/regions.csv?filter=%7B%22level%22%3A%22PROVINCE%22%7D", "text/csv; charset=utf-8; header=present", "sentra-provinces-2026-11-24.csv"},
		{"/regions.geojson?filter=%7B%22level%22%3A%22REGENCY%22%2C%22parent%22%3A%2233%22%7D", "application/geo+json", "sentra-regencies-2026-11-24.geojson"},
		{"/clusters.geojson", "application/geo+json", "sentra-clusters-2026-11-24.geojson"},
		{"/clusters.csv", "text/csv; charset=utf-8; header=present", "sentra-clusters-2026-11-24.csv"},
		{"/clusters.ndjson", "application/x-ndjson", "sentra-clusters-2026-11-24.ndjson"},
	} {
		whole := get(handler, "GET", c.path)
		head := get(handler, "HEAD", c.path)
		for _, answer := range []*httptest.ResponseRecorder{whole, head} {
			h := answer.Header()
			if answer.Code != 200 || h.Get("Content-Type") != c.kind || h.Get("Content-Disposition") != `attachment; filename="`+c.name+`"` ||
				h.Get("ETag") == "" || h.Get("Cache-Control") != "public, no-cache" || h.Get("Sentra-Dataset-Version") != "one" {
				t.Errorf("%s: %d %v", c.path, answer.Code, h)
			}
		}
		if head.Body.Len() != 0 || whole.Body.Len() == 0 || head.Header().Get("ETag") != whole.Header().Get("ETag") {
			t.Errorf("%s: HEAD has %d bytes and tag %s, GET %d and %s", c.path, head.Body.Len(), head.Header().Get("ETag"), whole.Body.Len(), whole.Header().Get("ETag"))
		}
		again := get(handler, "GET", c.path, "If-None-Match", whole.Header().Get("ETag"))
		if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
			t.Errorf("%s again: %d with %d bytes", c.path, again.Code, again.Body.Len())
		}
	}
	w := get(handler, "GET", "/regions.csv?asOf=2017-12-25&filter="+url.QueryEscape(`{"affirmative":true,"clusters":{"programme":true}}`), "Origin", "https://example.org")
	if h := w.Header(); h.Get("Sentra-Total-Count") != "1" || h.Get("Sentra-Not-Covered-Count") != "5" || h.Get("Sentra-As-Of") != "2017-12-25" ||
		!strings.Contains(h.Get("Access-Control-Expose-Headers"), "Sentra-Not-Covered-Count") {
		t.Errorf("got %v", h)
	}
}

// An entity tag is valid as long as the answer: it changes with the dataset, day,
// route or request, but not with the order of the parameters.
func TestExportTags(t *testing.T) {
	handler, holder, facts, today := factsServer(t)
	tag := func(path string) string { return get(handler, "HEAD", path).Header().Get("ETag") }
	first, dated := tag("/clusters.csv"), tag("/clusters.csv?asOf=2017-12-25")
	if first != tag("/clusters.csv") || tag("/clusters.csv?bom=true&precision=3") != tag("/clusters.csv?precision=3&bom=true") {
		t.Error("the same question has two tags")
	}
	for _, other := range []string{"/clusters.ndjson", "/clusters.csv?bom=true", "/clusters.csv?precision=3", "/clusters.csv?filter=%7B%7D"} {
		if tag(other) == first {
			t.Errorf("%s has the tag of another answer", other)
		}
	}
	*today++
	if tag("/clusters.csv") == first || tag("/clusters.csv?asOf=2017-12-25") != dated {
		t.Error("the next day: tags must change but for an answer to a day")
	}
	facts.version = "two"
	if err := holder.Refresh(context.Background()); err != nil {
		t.Fatal(err)
	}
	if tag("/clusters.csv?asOf=2017-12-25") == dated {
		t.Error("the tag stays after the dataset has changed")
	}
}

func TestExportRefuses(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	for _, c := range []struct{ path, argument, says string }{
		{"/regions.geojson?colour=red", "colour", "the parameters are"},
		{"/regions.geojson?filter=" + url.QueryEscape(`{"bbox":{"west":"x","south":1,"east":2,"north":3}}`), "filter.bbox.west", "is not a valid Float"},
		{"/regions.geojson?filter=" + url.QueryEscape(`{"bbox":{"west":1,"south":3,"east":2,"north":1}}`), "filter.bbox.south", "north of"},
		{"/regions.csv?filter=" + url.QueryEscape(`{"parent":"99"}`), "filter.parent", "no region"},
		{"/regions.csv?asOf=2001-01-01", "asOf", "2014-07-23"},
		{"/regions.csv?orderBy=name", "orderBy", "not a valid RegionOrder"},
		{"/regions.csv?orderBy=DISTANCE", "orderBy", "near"},
		{"/clusters.ndjson?filter=" + url.QueryEscape(`{"phase":"1999"}`), "filter.phase", "the phases are"},
		{"/clusters.csv?orderBy=AREA", "orderBy", "not a valid ClusterOrder"},
		{"/regions.geojson?zoom=99", "zoom", "0 to 14"},
		{"/regions.geojson?filter=%zz", "", "not correctly encoded"},
	} {
		for _, tag := range []string{"", "*"} {
			w := get(handler, "GET", c.path, "If-None-Match", tag)
			var answer struct {
				Errors []struct {
					Message    string
					Extensions struct {
						Code     string
						Argument []string
					}
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || len(answer.Errors) != 1 {
				t.Fatalf("%s: %v, %s", c.path, err, w.Body)
			}
			e := answer.Errors[0]
			if w.Code != 400 || e.Extensions.Code != "BAD_USER_INPUT" || strings.Join(e.Extensions.Argument, ".") != c.argument || !strings.Contains(e.Message, c.says) ||
				w.Header().Get("Content-Disposition") != "" || w.Header().Get("ETag") != "" {
				t.Errorf("%s: %d %+v", c.path, w.Code, e)
			}
		}
	}
	if w := get(handler, "GET", "/clusters.topojson"); w.Code != 404 {
		t.Errorf("clusters have no TopoJSON: %d", w.Code)
	}
	if w := get(handler, "POST", "/clusters.csv"); w.Code != 405 {
		t.Errorf("POST: %d", w.Code)
	}
}

// counting counts the bytes of every flush.
type counting struct {
	http.ResponseWriter
	bytes   int
	flushed []int
}

func (c *counting) Write(data []byte) (int, error) {
	c.bytes += len(data)
	return len(data), nil
}

func (c *counting) Flush() { c.flushed = append(c.flushed, c.bytes) }

// A new answer is sent in pieces, the header first, compressed or not.
func TestExportStreams(t *testing.T) {
	for _, encoding := range []string{"identity", "gzip", "zstd", "br"} {
		// The first answer is streamed, and cached for the next.
		handler, _, _, _ := factsServer(t)
		for _, path := range []string{"/regions.csv", "/regions.ndjson", "/regions.geojson"} {
			request := httptest.NewRequest("GET", path, nil)
			request.Header.Set("Accept-Encoding", encoding)
			w := &counting{ResponseWriter: httptest.NewRecorder()}
			handler.ServeHTTP(w, request)
			if got := w.Header().Get("Content-Encoding"); got != strings.TrimPrefix(encoding, "identity") {
				t.Errorf("%s: encoding %q", path, got)
			}
			if len(w.flushed) < 8 || w.flushed[0] > w.bytes/2 {
				t.Errorf("%s %s: %d bytes, flushed at %v", path, encoding, w.bytes, w.flushed)
			}
		}
	}
}

type broken struct {
	http.ResponseWriter
	left int
}

func (b *broken) Write(data []byte) (int, error) {
	if b.left -= len(data); b.left < 0 {
		return 0, errors.New("broken pipe")
	}
	return len(data), nil
}

// An answer that fails halfway is cut off: half a file must not look complete.
func TestExportIsCutWhenItFails(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	defer func() {
		if panicked := recover(); panicked != http.ErrAbortHandler {
			t.Errorf("the handler ended with %v", panicked)
		}
	}()
	handler.ServeHTTP(&broken{httptest.NewRecorder(), 100_000}, httptest.NewRequest("GET", "/regions.csv", nil))
}

// Over a real connection the client also learns that the answer is incomplete.
func TestExportIsCutOnTheWire(t *testing.T) {
	handler, _, _, _ := factsServer(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithCancel(r.Context())
		handler.ServeHTTP(&cancelling{ResponseWriter: w, cancel: cancel}, r.WithContext(ctx))
	}))
	defer server.Close()
	response, err := http.Get(server.URL + "/regions.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("%d bytes were taken for the whole file", len(body))
	}
}

// cancelling cancels the request after its third piece.
type cancelling struct {
	http.ResponseWriter
	pieces int
	cancel func()
}

func (c *cancelling) Write(data []byte) (int, error) {
	if c.pieces++; c.pieces == 3 {
		c.cancel()
	}
	return c.ResponseWriter.Write(data)
}

func (c *cancelling) Unwrap() http.ResponseWriter { return c.ResponseWriter }
