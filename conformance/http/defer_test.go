package http_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/httpserver"
)

// A list comes first and its boundaries follow, the same as in a single answer, even
// through compression.
func TestDeferredBoundaries(t *testing.T) {
	url, _ := newWorld(t, true).serve(httpserver.DefaultConfig(), "127.0.0.1:0")
	post := func(query string, header ...string) *http.Response {
		t.Helper()
		body := must(json.Marshal(map[string]string{"query": query}))
		request := must(http.NewRequest("POST", url+"/graphql", bytes.NewReader(body)))
		request.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			request.Header.Set(header[i], header[i+1])
		}
		response, err := http.DefaultTransport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	type node struct {
		Code     string
		Boundary any
	}
	var whole struct {
		Data struct{ Regions struct{ Nodes []node } }
	}
	const list = `{ regions(filter: {level: PROVINCE}, first: 50) { nodes { code name `
	response := post(list + `boundary(toleranceMetres: 200) } } }`)
	if err := json.NewDecoder(response.Body).Decode(&whole); err != nil || len(whole.Data.Regions.Nodes) != 38 {
		t.Fatalf("%v: %d provinces", err, len(whole.Data.Regions.Nodes))
	}
	response.Body.Close()
	for _, encoding := range []string{"identity", "gzip"} {
		t.Run(encoding, func(t *testing.T) {
			start := time.Now()
			// A tolerance that was not requested before: the shapes are not cached.
			response := post(list+`... @defer(label: "shape") { boundary(toleranceMetres: 200) } } } }`, "Accept", "multipart/mixed;deferSpec=20220824, application/json", "Accept-Encoding", encoding)
			defer response.Body.Close()
			kind, parameters, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
			if err != nil || kind != "multipart/mixed" {
				t.Fatalf("Content-Type %s: %v", response.Header.Get("Content-Type"), err)
			}
			var body io.Reader = response.Body
			if encoding == "gzip" {
				if response.Header.Get("Content-Encoding") != "gzip" {
					t.Fatalf("not compressed: %v", response.Header)
				}
				body = must(gzip.NewReader(body))
			}
			parts := multipart.NewReader(body, parameters["boundary"])
			next := func(value any) error {
				part, err := parts.NextPart()
				if err != nil {
					return err
				}
				return json.NewDecoder(part).Decode(value)
			}
			var first struct {
				Data struct {
					Regions struct{ Nodes []map[string]any }
				}
				HasNext bool
			}
			if err := next(&first); err != nil || !first.HasNext || len(first.Data.Regions.Nodes) != 38 {
				t.Fatalf("the first part: %v %+v", err, first)
			}
			listed := time.Since(start)
			for i, got := range first.Data.Regions.Nodes {
				if got["code"] != whole.Data.Regions.Nodes[i].Code || got["name"] == nil || got["boundary"] != nil {
					t.Errorf("entry %d of the first part: %v", i, got)
				}
			}
			shapes := map[int]any{}
			more := true
			for more {
				var part struct {
					Incremental []struct {
						Label  string
						Path   []any
						Data   node
						Errors []any
					}
					HasNext bool
				}
				if err := next(&part); err != nil {
					t.Fatal(err)
				}
				for _, shape := range part.Incremental {
					if len(shape.Path) != 3 || shape.Path[0] != "regions" || shape.Path[1] != "nodes" || shape.Label != "shape" || len(shape.Errors) > 0 {
						t.Fatalf("a part at %v: %s %v", shape.Path, shape.Label, shape.Errors)
					}
					shapes[int(shape.Path[2].(float64))] = shape.Data.Boundary
				}
				more = part.HasNext
			}
			for i, want := range whole.Data.Regions.Nodes {
				if want.Boundary == nil || !reflect.DeepEqual(shapes[i], want.Boundary) {
					t.Errorf("the boundary of %s is another one", want.Code)
				}
			}
			if _, err := parts.NextPart(); err != io.EOF {
				t.Errorf("behind the last part: %v", err)
			}
			t.Logf("the list after %v, the last boundary after %v", listed, time.Since(start))
		})
	}
	// Without multipart/mixed an answer in parts is an error.
	refused := post(list + `... @defer { boundary(zoom: 3) } } } }`)
	defer refused.Body.Close()
	if body := must(io.ReadAll(refused.Body)); refused.StatusCode != http.StatusNotAcceptable || !strings.Contains(string(body), "multipart/mixed") {
		t.Errorf("%s %s", refused.Status, body)
	}
}
