package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// graphqlRequest is a GraphQL request whose document is not parsed yet.
type graphqlRequest struct {
	query, operationName string
	// documentID is the id of a trusted document, instead of its text.
	documentID string
	// variables and extensions are JSON objects, or empty.
	variables, extensions json.RawMessage
}

// refusal is the reason why a request does not reach GraphQL.
type refusal struct {
	status  int
	code    sentra.Code
	message string
}

func bad(message string) *refusal {
	return &refusal{http.StatusBadRequest, sentra.CodeBadUserInput, message}
}

// read reads the raw text of a request: the body of a POST or the query of the
// address. A refusal does not echo any of it. A body that arrives too slowly is not
// waited for.
func (t *text) read(w http.ResponseWriter, r *http.Request, work *work) *refusal {
	if r.Method != http.MethodPost {
		t.data = append(t.data[:0], r.URL.RawQuery...)
		return nil
	}
	fault := t.readBody(w, r, work)
	if a := answeringOf(r); a != nil && fault == nil {
		// The next request on this connection has its own deadline. After a refusal the
		// rest of the body is not waited for either.
		a.setReadDeadline(time.Time{})
	}
	return fault
}

// text is the raw text of a request.
type text struct {
	data []byte
	// counted is the number of bytes reserved for it from the memory for bodies.
	counted int64
}

// errNoRoom means that too many request bodies are being received.
var errNoRoom = errors.New("too many request bodies are being received")

// fill reads to the end, of at most limit bytes, and reserves memory; expected is the
// length if known, else -1. Before each read it calls before with the number of bytes
// read so far.
func (t *text) fill(ctx context.Context, from io.Reader, limit, expected int64, work *work, before func(read int64)) error {
	t.data = t.data[:0]
	for {
		if len(t.data) == cap(t.data) {
			// The known length is reserved as the bytes arrive, and not in advance.
			larger := min(max(2*int64(cap(t.data)), 2<<10), limit+1)
			if expected > int64(cap(t.data)) {
				larger = min(larger, expected+1)
			}
			if larger > freeBody {
				if !work.reserveBody(ctx, larger-t.counted) {
					return errNoRoom
				}
				t.counted = larger
			}
			grown := make([]byte, len(t.data), larger)
			copy(grown, t.data)
			t.data = grown
		}
		before(int64(len(t.data)))
		n, err := from.Read(t.data[len(t.data):cap(t.data)])
		t.data = t.data[:len(t.data)+n]
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		case int64(len(t.data)) > limit:
			return &http.MaxBytesError{Limit: limit}
		}
	}
}

// release releases the reserved memory.
func (t *text) release(work *work) {
	if t.counted > 0 {
		work.bodies.Release(t.counted)
		t.counted = 0
	}
}

func (t *text) readBody(w http.ResponseWriter, r *http.Request, work *work) *refusal {
	limit := work.config.MaxBody
	// Types that a browser form can send are rejected, so that no other site can make a
	// visitor's browser send the request.
	if given := r.Header.Get("Content-Type"); given != mediaJSON {
		kind, parameters, err := mime.ParseMediaType(given)
		charset := strings.ToLower(parameters["charset"])
		if err != nil || kind != mediaJSON || charset != "" && charset != "utf-8" {
			return &refusal{http.StatusUnsupportedMediaType, sentra.CodeBadUserInput, "the Content-Type must be application/json in UTF-8"}
		}
	}
	// A compressed body could be much longer than it looks.
	if coding := strings.ToLower(r.Header.Get("Content-Encoding")); coding != "" && coding != "identity" {
		w.Header().Set("Accept-Encoding", "identity")
		return &refusal{http.StatusUnsupportedMediaType, sentra.CodeBadUserInput, "the body must not be compressed: there is no Content-Encoding that is taken"}
	}
	err := t.fill(r.Context(), http.MaxBytesReader(w, r.Body, limit), limit, r.ContentLength, work, work.paceReads(r))
	var tooLong *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLong):
		return &refusal{http.StatusRequestEntityTooLarge, sentra.CodeLimitExceeded, fmt.Sprintf("the request body is longer than the limit of %d bytes", limit)}
	case errors.Is(err, errNoRoom):
		w.Header().Set("Retry-After", retryAfter)
		w.Header().Set("Connection", "close")
		return &refusal{http.StatusServiceUnavailable, sentra.CodeUnavailable, "too many long requests are on their way; try again in a few seconds"}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &refusal{http.StatusRequestTimeout, sentra.CodeDeadlineExceeded, "the request body took too long to come"}
	}
	return bad("the request body cannot be read")
}

// paceReads returns a function that sets the deadline of the next read of a body.
func (w *work) paceReads(r *http.Request) func(read int64) {
	a := answeringOf(r)
	begun := time.Now()
	return func(read int64) {
		// The first read has the initial deadline of every body.
		if a != nil && read > 0 {
			now := time.Now()
			a.setReadDeadline(now.Add(min(a.pace.left(read, now.Sub(begun)), w.config.Timeout-now.Sub(begun))))
		}
	}
}

// parseText parses the raw text.
func parseText(post bool, text []byte) (*graphqlRequest, *refusal) {
	if post {
		return parseBody(text)
	}
	return parseAddress(string(text))
}

func parseBody(text []byte) (*graphqlRequest, *refusal) {
	var given struct {
		Query         *string         `json:"query"`
		OperationName *string         `json:"operationName"`
		DocumentID    *string         `json:"documentId"`
		Variables     json.RawMessage `json:"variables"`
		Extensions    json.RawMessage `json:"extensions"`
	}
	if err := json.Unmarshal(text, &given); err != nil {
		switch {
		case !json.Valid(text):
			return nil, bad("the request body is not valid JSON")
		case !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")):
			return nil, bad("the request body must be one JSON object; lists of operations are not supported")
		}
		return nil, bad("query, operationName and documentId must be strings")
	}
	if given.Query == nil && given.DocumentID == nil && len(given.Extensions) == 0 {
		return nil, bad("query is missing")
	}
	part := func(t *string) string {
		if t == nil {
			return ""
		}
		return *t
	}
	q := &graphqlRequest{query: part(given.Query), operationName: part(given.OperationName), documentID: part(given.DocumentID),
		variables: given.Variables, extensions: given.Extensions}
	return q, q.check()
}

// parseAddress parses the query of an address.
func parseAddress(text string) (*graphqlRequest, *refusal) {
	given, err := url.ParseQuery(text)
	if err != nil {
		return nil, bad("the address cannot be read")
	}
	q := &graphqlRequest{query: given.Get("query"), operationName: given.Get("operationName"), documentID: given.Get("documentId"),
		variables: json.RawMessage(given.Get("variables")), extensions: json.RawMessage(given.Get("extensions"))}
	if q.query == "" && q.documentID == "" && len(q.extensions) == 0 {
		return nil, bad("the parameter query is missing")
	}
	return q, q.check()
}

func (q *graphqlRequest) check() *refusal {
	for _, part := range []struct {
		name string
		text *json.RawMessage
	}{{"variables", &q.variables}, {"extensions", &q.extensions}} {
		switch trimmed := bytes.TrimSpace(*part.text); {
		case len(trimmed) == 0 || string(trimmed) == "null":
			*part.text = nil
		case manyValues(trimmed):
			return &refusal{http.StatusRequestEntityTooLarge, sentra.CodeLimitExceeded, fmt.Sprintf("%s have more values than the limit of %d", part.name, maxValues)}
		case trimmed[0] != '{' || !json.Valid(trimmed):
			return bad(part.name + " must be a JSON object")
		}
	}
	return nil
}

// maxValues is the maximum number of values in variables, including nested ones: the
// polygon with most positions has some 300,000. Each takes some 50 bytes once parsed.
const maxValues = 400_000

// manyValues reports whether a JSON text has more values than maxValues, without
// parsing it: the first value of a list or object follows a bracket, and every other
// one a comma.
func manyValues(text []byte) bool {
	if len(text) <= maxValues {
		return false
	}
	values, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == '[' || c == '{'):
			values++
		}
	}
	return values > maxValues
}

// params returns the request in gqlgen's form.
func (q *graphqlRequest) params(r *http.Request) (*graphql.RawParams, error) {
	out := &graphql.RawParams{Query: q.query, OperationName: q.operationName, Headers: r.Header}
	for _, part := range []struct {
		from json.RawMessage
		to   *map[string]any
	}{{q.variables, &out.Variables}, {q.extensions, &out.Extensions}} {
		if len(part.from) == 0 {
			continue
		}
		decoder := json.NewDecoder(bytes.NewReader(part.from))
		decoder.UseNumber()
		if err := decoder.Decode(part.to); err != nil {
			return nil, fmt.Errorf("read variables and extensions: %w", err)
		}
	}
	if q.documentID != "" {
		if out.Extensions == nil {
			out.Extensions = map[string]any{}
		}
		out.Extensions["documentId"] = q.documentID
	}
	return out, nil
}

// body returns the request as the body of a POST, for transports that read one.
func (q *graphqlRequest) body() ([]byte, error) {
	extensions := map[string]any{}
	if len(q.extensions) > 0 {
		if err := json.Unmarshal(q.extensions, &extensions); err != nil {
			return nil, fmt.Errorf("read the extensions: %w", err)
		}
	}
	if q.documentID != "" {
		extensions["documentId"] = q.documentID
	}
	return json.Marshal(map[string]any{"query": q.query, "operationName": q.operationName, "variables": q.variables, "extensions": extensions})
}

const (
	mediaJSON      = "application/json"
	mediaGraphQL   = "application/graphql-response+json"
	mediaEvents    = "text/event-stream"
	mediaMultipart = "multipart/mixed"
)

// accepted is what a client accepts: a media type for a single answer, empty if it
// accepts neither, and whether it accepts answers in parts.
type accepted struct {
	whole             string
	events, multipart bool
}

// accept parses the Accept header. Without one, and for */*, the answer is
// application/json, as the GraphQL-over-HTTP specification requires.
func accept(header http.Header) accepted {
	given := strings.Join(header.Values("Accept"), ",")
	if strings.TrimSpace(given) == "" {
		return accepted{whole: mediaJSON}
	}
	type choice struct {
		media  string
		weight float64
	}
	var choices []choice
	for part := range strings.SplitSeq(given, ",") {
		media, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, err := strconv.ParseFloat(parameters["q"], 64); err == nil {
			weight = q
		}
		if weight > 0 {
			choices = append(choices, choice{media, weight})
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	var out accepted
	for _, c := range choices {
		switch c.media {
		case mediaEvents:
			out.events = true
		case mediaMultipart:
			out.multipart = true
		case mediaGraphQL, mediaJSON:
			if out.whole == "" {
				out.whole = c.media
			}
		case "*/*", "application/*":
			if out.whole == "" {
				out.whole = mediaJSON
			}
		}
	}
	return out
}

// PreflightRule selects the GET requests that must prove that no other site sent
// them. A POST always must, by its Content-Type.
type PreflightRule string

const (
	// PreflightBrowsers selects requests that the browser marks as sent by another site.
	PreflightBrowsers PreflightRule = "browsers"
	// PreflightAlways selects every GET.
	PreflightAlways PreflightRule = "always"
	// PreflightNever selects none.
	PreflightNever PreflightRule = "never"
)

// mayBeForged reports whether another site could have made a browser send the request
// without a preflight: it has no header that would require one.
func (p PreflightRule) mayBeForged(r *http.Request) bool {
	if p == PreflightNever || r.Method == http.MethodPost || r.Header.Get("Apollo-Require-Preflight") != "" || r.Header.Get("X-Apollo-Operation-Name") != "" {
		return false
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err == nil &&
		!slices.Contains([]string{"text/plain", "multipart/form-data", "application/x-www-form-urlencoded"}, kind) {
		return false
	}
	if p == PreflightAlways {
		return true
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "cross-site", "same-site":
		// The user sees the result of following a link.
		return r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"
	}
	return false
}
