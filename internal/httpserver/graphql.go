package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// graphqlHandler answers /graphql after the GraphQL-over-HTTP specification:
// answers in one piece itself, since they bear entity tags and are kept, and
// answers in parts through gqlgen's transports.
type graphqlHandler struct {
	config  Config
	exec    boundExecutor
	pin     Pin
	answers *answerCache
	streams *streams
	metrics *metrics
	// texts are of *bytes.Buffer, each used by one request at a time.
	texts sync.Pool
}

// longestOrdered is the length of variables in bytes up to which the same ones in
// another order have the same tag. Longer ones come from programs by POST, where
// encoding them anew would cost more than the tag is ever worth.
const longestOrdered = 8 << 10

// largestTextKept is the greatest capacity of a buffer that is used again, in bytes.
const largestTextKept = 64 << 10

func newGraphQL(config Config, schema graphql.ExecutableSchema, pin Pin, s *streams, log *slog.Logger, m *metrics) (*graphqlHandler, error) {
	if pin == nil {
		pin = func(ctx context.Context) (context.Context, string, time.Time) { return ctx, "", time.Now() }
	}
	if !slices.Contains([]PreflightRule{PreflightBrowsers, PreflightAlways, PreflightNever}, config.Preflight) {
		return nil, sentra.BadInput("preflight", "%q is no rule for preflights; give browsers, always or never", config.Preflight)
	}
	h := &graphqlHandler{config: config, exec: boundExecutor{executor.New(schema)}, pin: pin, answers: newAnswerCache(config.AnswerCache), streams: s, metrics: m,
		texts: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	h.exec.Use(extension.Introspection{})
	if len(config.TrustedDocuments) > 0 || config.OnlyTrusted {
		trusted, err := newTrustedDocuments(schema.Schema(), config.TrustedDocuments, config.OnlyTrusted)
		if err != nil {
			return nil, err
		}
		h.exec.Use(trusted)
	}
	h.exec.Use(extension.AutomaticPersistedQuery{Cache: newTextCache(16<<20, func(hash, text string) int { return len(hash) + len(text) })})
	read := newDocuments(config, schema.Schema())
	h.exec.SetQueryCache(read)
	h.exec.Use(read)
	h.exec.Use(&limits{complexity: config.MaxComplexity})
	h.exec.SetErrorPresenter(presenter(log, m))
	h.exec.SetRecoverFunc(func(_ context.Context, panicked any) error {
		return fmt.Errorf("a resolver panicked: %v", panicked)
	})
	h.exec.AroundOperations(h.around)
	h.exec.AroundRootFields(withDeadline)
	return h, nil
}

// ServeHTTP answers one request, or one connection that stays open.
func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	switch {
	case isWebSocket(r):
		h.websocket(w, r)
		return
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodPost:
		w.Header().Set("Allow", "GET, HEAD, POST, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "GraphQL is asked by GET or POST")
		return
	case h.config.Preflight.mayBeForged(r):
		refuse(w, http.StatusForbidden, sentra.CodeBadUserInput,
			"a browser could have been made to send this unseen: add the header Apollo-Require-Preflight: true, or Content-Type: application/json")
		return
	}
	takes := accept(r.Header)
	if takes.whole != "" {
		w.Header().Set("Content-Type", takes.whole+"; charset=utf-8")
	}
	text := h.texts.Get().(*bytes.Buffer)
	defer func() {
		if text.Cap() <= largestTextKept {
			text.Reset()
			h.texts.Put(text)
		}
	}()
	if fault := readText(w, r, text, h.config.MaxBody, h.config.Timeout); fault != nil {
		refuse(w, fault.status, fault.code, fault.message)
		return
	}
	h.answer(w, r, text.Bytes(), takes)
}

// answer answers what a request asks, given as it came; the text is no longer
// used when answer returns.
func (h *graphqlHandler) answer(w http.ResponseWriter, r *http.Request, text []byte, takes accepted) {
	pinned, version, now := h.pin(context.WithValue(r.Context(), pinnedKey{}, true))
	day := sentra.Today(now).String()
	post := r.Method == http.MethodPost
	key := answerKey(version, day, post, text)
	if takes.whole != "" {
		if kept := h.answers.get(key); kept != nil {
			h.metrics.answers.WithLabelValues("kept").Inc()
			h.send(w, r, takes, kept, now)
			return
		}
	}
	q, fault := parseText(post, text)
	if fault != nil {
		refuse(w, fault.status, fault.code, fault.message)
		return
	}
	params, err := q.params(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "variables and extensions must be JSON objects")
		return
	}
	ctx := graphql.StartOperationTrace(pinned)
	operation, faults := h.exec.CreateOperationContext(ctx, params)
	if len(faults) > 0 {
		h.sendFaults(graphql.WithOperationContext(ctx, operation), w, r, q, takes, faults)
		return
	}
	switch {
	case operation.Operation.Operation == ast.Subscription || takes.whole == "" && takes.events && !defers(operation):
		if !takes.events {
			refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "a subscription is answered over a WebSocket (graphql-transport-ws) or with Accept: text/event-stream")
			return
		}
		h.inParts(w, r, q, "events", transport.SSE{KeepAlivePingInterval: h.config.KeepAlive})
		return
	case defers(operation):
		if !takes.multipart || r.Method != http.MethodPost {
			refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "@defer is answered to a POST with Accept: multipart/mixed")
			return
		}
		fallthrough
	case takes.whole == "" && takes.multipart:
		// gqlgen waits for every deferred part, whatever becomes of the client: its
		// context must not end before the last is made, or it would wait for ever.
		h.inParts(w, r.WithContext(context.WithoutCancel(pinned)), q, "multipart", transport.MultipartMixed{DeliveryTimeout: 5 * time.Millisecond})
		return
	case takes.whole == "":
		refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "answers are application/graphql-response+json or application/json")
		return
	}
	made := &answer{lifetime: lifetimeOf(operation)}
	made.tag = h.tag(operation, q, made.lifetime, version, day)
	// The same question of the same version has the same answer: a client that has
	// it needs no other.
	if notModified(w, r, tagFor(takes.whole, made.tag), h.config.cacheControl(made.lifetime, now)) {
		h.metrics.answers.WithLabelValues("not modified").Inc()
		return
	}
	responses, ctx := h.exec.DispatchOperation(ctx, operation)
	response := responses(ctx)
	if response == nil {
		// The client has gone.
		return
	}
	h.metrics.answers.WithLabelValues("made").Inc()
	if len(response.Errors) > 0 || len(response.Extensions) > 0 {
		w.Header().Del("ETag")
		w.Header().Set("Cache-Control", "no-store")
		write(w, http.StatusOK, response)
		return
	}
	// The data are JSON already; encoding them again would only copy them.
	made.body = make([]byte, 0, len(response.Data)+9)
	made.body = append(append(append(made.body, `{"data":`...), response.Data...), '}')
	h.answers.add(key, made)
	h.send(w, r, takes, made, now)
}

// tag identifies an answer: it changes with the binary, the dataset, the question
// and, for an answer that depends on today, with the day.
func (h *graphqlHandler) tag(operation *graphql.OperationContext, q *graphqlRequest, l lifetime, version, day string) string {
	if l == lasting {
		day = ""
	}
	variables := []byte(q.variables)
	if len(variables) <= longestOrdered {
		// Encoded from a map, they stand in order whatever the client's was.
		variables, _ = json.Marshal(operation.Variables)
	}
	return etag(h.config.Data.Version, version, day, operation.RawQuery, operation.OperationName, string(variables))
}

// tagFor tells apart the representations of an answer in the two media types.
func tagFor(media, tag string) string {
	if media == mediaGraphQL {
		return tag[:len(tag)-1] + `-g"`
	}
	return tag
}

func (h *graphqlHandler) send(w http.ResponseWriter, r *http.Request, takes accepted, a *answer, now time.Time) {
	if notModified(w, r, tagFor(takes.whole, a.tag), h.config.cacheControl(a.lifetime, now)) {
		return
	}
	// net/http tells the length of an answer that fits its buffer by itself; one
	// header less keeps the map of all of them small.
	if len(a.body) >= 2048 {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	_, _ = w.Write(a.body)
}

// sendFaults answers a question that cannot be answered at all: 400 in the media
// type that has statuses of its own, 200 in the older one, as the specification
// has it.
func (h *graphqlHandler) sendFaults(ctx context.Context, w http.ResponseWriter, r *http.Request, q *graphqlRequest, takes accepted, faults gqlerror.List) {
	response := h.exec.DispatchError(ctx, faults)
	status := http.StatusOK
	switch {
	case r.Method != http.MethodPost && isMutation(q, h.config.MaxTokens):
		w.Header().Set("Allow", "POST")
		status = http.StatusMethodNotAllowed
	case takes.whole != mediaJSON:
		status = http.StatusBadRequest
	}
	w.Header().Set("Cache-Control", "no-store")
	if takes.whole == "" {
		w.Header().Set("Content-Type", mediaJSON+"; charset=utf-8")
	}
	// Nothing was answered, so there is no data, not even null.
	write(w, status, map[string]any{"errors": response.Errors})
}

func write(w http.ResponseWriter, status int, value any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// isMutation tells whether a GET asks for a change. There are none in the schema,
// but the answer to the attempt has a status of its own.
func isMutation(q *graphqlRequest, tokens int) bool {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: q.query}, tokens)
	if err != nil || document == nil {
		return false
	}
	operation := document.Operations.ForName(q.operationName)
	return operation != nil && operation.Operation == ast.Mutation
}

// defers tells whether an operation has an active @defer.
func defers(operation *graphql.OperationContext) bool {
	active := func(directives ast.DirectiveList) bool {
		given := directives.ForName("defer")
		if given == nil {
			return false
		}
		condition := given.Arguments.ForName("if")
		if condition == nil {
			return true
		}
		value, err := condition.Value.Value(operation.Variables)
		on, isBool := value.(bool)
		return err == nil && (on || !isBool)
	}
	var within func(set ast.SelectionSet) bool
	within = func(set ast.SelectionSet) bool {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if within(s.SelectionSet) {
					return true
				}
			case *ast.InlineFragment:
				if active(s.Directives) || within(s.SelectionSet) {
					return true
				}
			case *ast.FragmentSpread:
				if active(s.Directives) {
					return true
				}
			}
		}
		return false
	}
	for _, fragment := range operation.Doc.Fragments {
		if within(fragment.SelectionSet) {
			return true
		}
	}
	return within(operation.Operation.SelectionSet)
}

// inParts answers through a transport that writes bit by bit.
func (h *graphqlHandler) inParts(w http.ResponseWriter, r *http.Request, q *graphqlRequest, name string, parts graphql.Transport) {
	body, err := q.body()
	if err != nil {
		refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "extensions must be a JSON object")
		return
	}
	h.streams.serve(w, r, name, func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		parts.Do(w, r.WithContext(graphql.StartOperationTrace(context.WithValue(r.Context(), inPartsKey{}, name))), h.exec)
	})
}

// inPartsKey holds how an operation is answered in parts, pinnedKey that it was
// given its state of the dataset already.
type (
	inPartsKey struct{}
	pinnedKey  struct{}
)

// around gives every operation its limits: a query a deadline and one state of
// the dataset, a subscription one of the places there are.
func (h *graphqlHandler) around(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	operation := graphql.GetOperationContext(ctx)
	if operation.Operation.Operation == ast.Subscription {
		if !h.streams.subscribe(ctx) {
			return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded(graphqlCodes[sentra.CodeLimitExceeded], "too many subscriptions are open; try again later")}})
		}
		return next(ctx)
	}
	inParts := ctx.Value(inPartsKey{}) == "multipart"
	if defers(operation) && !inParts {
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded(graphqlCodes[sentra.CodeBadUserInput], "@defer is answered to a POST with Accept: multipart/mixed")}})
	}
	if ctx.Value(pinnedKey{}) == nil {
		ctx, _, _ = h.pin(ctx)
	}
	return next(context.WithValue(ctx, deadlineKey{}, deadline{until: time.Now().Add(h.config.Timeout), inParts: inParts}))
}

type deadlineKey struct{}

// deadline is until when an operation may take.
type deadline struct {
	until   time.Time
	inParts bool
}

// withDeadline ends the context of resolvers, and so of their SQL, in time. The
// request's own context stays open, since gqlgen gives no answer at all, not even
// an error, once that has ended.
func withDeadline(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	given, ok := ctx.Value(deadlineKey{}).(deadline)
	switch {
	case !ok:
		return next(ctx)
	case given.inParts:
		return next(overdue{ctx, given.until})
	}
	ctx, cancel := context.WithDeadline(ctx, given.until)
	defer cancel()
	return next(ctx)
}

// overdue is a context that has an error after its deadline, but never ends: the
// resolvers of deferred parts outlive the root field, and gqlgen waits for ever
// for a part whose context has ended.
type overdue struct {
	context.Context
	until time.Time
}

func (o overdue) Deadline() (time.Time, bool) { return o.until, true }

func (o overdue) Done() <-chan struct{} { return nil }

func (o overdue) Err() error {
	if time.Now().After(o.until) {
		return context.DeadlineExceeded
	}
	return nil
}
