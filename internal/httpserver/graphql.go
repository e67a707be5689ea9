package httpserver

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"runtime"
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

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// graphqlHandler serves /graphql according to the GraphQL-over-HTTP specification. It
// sends single answers itself, since they have entity tags and are cached, and
// answers in parts through gqlgen's transports.
type graphqlHandler struct {
	config  Config
	exec    boundExecutor
	pin     Pin
	work    *work
	kept    *keptBodies
	streams *streams
	metrics *metrics
	// texts is a pool of *text, each used by one request at a time.
	texts sync.Pool
}

// longestOrdered is the maximum length of variables in bytes for which their order
// does not change the tag. Longer ones come from programs by POST, where encoding
// them again would cost more than the tag is worth.
const longestOrdered = 8 << 10

func newGraphQL(config Config, schema graphql.ExecutableSchema, pin Pin, s *streams, w *work, kept *keptBodies, log *slog.Logger, m *metrics) (*graphqlHandler, error) {
	if pin == nil {
		pin = func(ctx context.Context) (context.Context, string, time.Time) { return ctx, "", time.Now() }
	}
	if !slices.Contains([]PreflightRule{PreflightBrowsers, PreflightAlways, PreflightNever}, config.Preflight) {
		return nil, sentra.BadInput("preflight", "%q is not a preflight rule; give browsers, always or never", config.Preflight)
	}
	h := &graphqlHandler{config: config, exec: boundExecutor{executor.New(schema)}, pin: pin, work: w, kept: kept, streams: s, metrics: m,
		texts: sync.Pool{New: func() any { return new(text) }}}
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
	h.exec.Use(&variables{documents: read})
	h.exec.Use(&limits{complexity: config.MaxComplexity, deadline: config.deadline})
	h.exec.SetErrorPresenter(presenter(log, m))
	// gqlgen's WebSocket sends the text of this error to the client.
	h.exec.SetRecoverFunc(func(ctx context.Context, value any) error {
		log.ErrorContext(ctx, "a resolver panicked", "error", panics.Recovered(value), "path", graphql.GetPath(ctx).String(), "request", requestID(ctx))
		return internalError(ctx)
	})
	h.exec.AroundOperations(h.around)
	h.exec.AroundRootFields(withDeadline)
	return h, nil
}

func (h *graphqlHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	vary(w.Header(), "Accept")
	lang, fault := languageOf(w, r)
	if fault != nil {
		refuse(w, fault.status, fault.code, fault.message)
		return
	}
	r = r.WithContext(words.With(r.Context(), lang))
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
		refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "GraphQL requests use GET or POST")
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
	asked := h.texts.Get().(*text)
	defer func() {
		asked.release(h.work)
		if cap(asked.data) <= freeBody {
			h.texts.Put(asked)
		}
	}()
	if fault := asked.read(w, r, h.work); fault != nil {
		refuse(w, fault.status, fault.code, fault.message)
		return
	}
	h.answer(w, r, asked.data, takes)
}

// answer answers a request with the given raw text, which it does not use after it
// returns.
func (h *graphqlHandler) answer(w http.ResponseWriter, r *http.Request, text []byte, takes accepted) {
	pinned, version, now := h.pin(context.WithValue(context.WithValue(r.Context(), pinnedKey{}, true), begunKey{}, time.Now()))
	day, scope := sentra.Today(now).String(), h.config.scopeOf(r)
	post := r.Method == http.MethodPost
	lang := words.Asked(r.Context())
	key := answerKey(version, day, scope, lang, post, text)
	land := func(*keptBody) {}
	if takes.whole != "" && h.kept != nil {
		kept := h.kept.get(key)
		if kept == nil {
			flight, first := h.kept.flights.join(key)
			if first {
				landed := false
				land = func(made *keptBody) {
					if !landed {
						landed, flight.body = true, made
						h.kept.flights.land(key, flight)
					}
				}
				defer land(nil)
			} else {
				kept = flight.await(r.Context(), h.config.Timeout)
			}
		}
		if kept != nil {
			h.metrics.answers.WithLabelValues("kept").Inc()
			h.send(w, r, takes, key, kept, now)
			return
		}
	}
	var ticket *admission.Ticket
	defer func() {
		if ticket != nil {
			ticket.Leave()
		}
	}()
	weight := int64(len(text)) * bytesPerText
	if len(text) > freeBody {
		var err error
		if ticket, err = h.work.enter(r.Context(), r, weight); err != nil {
			refuseBusy(w, err)
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
	kind := operation.Operation.Operation
	if kind == ast.Mutation && !post {
		w.Header().Set("Allow", "POST")
		refuse(w, http.StatusMethodNotAllowed, sentra.CodeBadUserInput, "a mutation needs POST")
		return
	}
	enter := func() error {
		weight = max(weight, int64(costOf(operation))*bytesPerCost)
		if ticket != nil {
			return ticket.Raise(r.Context(), weight)
		}
		var err error
		ticket, err = h.work.enter(r.Context(), r, weight)
		return err
	}
	switch {
	case kind == ast.Subscription || takes.whole == "" && takes.events && !defers(operation):
		if !takes.events {
			refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "a subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream")
			return
		}
		if kind != ast.Subscription {
			if err := enter(); err != nil {
				refuseBusy(w, err)
				return
			}
		}
		h.inParts(w, r, ticket, q, "events", transport.SSE{KeepAlivePingInterval: h.config.KeepAlive})
		return
	case defers(operation):
		if !takes.multipart || r.Method != http.MethodPost {
			refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "@defer needs a POST with Accept: multipart/mixed")
			return
		}
		fallthrough
	case takes.whole == "" && takes.multipart:
		if err := enter(); err != nil {
			refuseBusy(w, err)
			return
		}
		// gqlgen waits for every deferred part, even if the client disconnects: the context
		// must not end before the last one is done, or it would wait forever.
		parts := context.WithValue(context.WithoutCancel(pinned), askerKey{}, r.Context())
		h.inParts(w, r.WithContext(parts), ticket, q, "multipart", transport.MultipartMixed{DeliveryTimeout: 5 * time.Millisecond})
		return
	case takes.whole == "":
		refuse(w, http.StatusNotAcceptable, sentra.CodeBadUserInput, "answers are application/graphql-response+json or application/json")
		return
	}
	made := &keptBody{answer: answer{lifetime: lifetimeOf(operation), scope: scope}}
	if kind == ast.Query {
		made.tag = h.tag(operation, q, made.lifetime, version, day, scope, lang)
		// The same request to the same version has the same answer: do not send it to a
		// client that has it.
		if notModified(w, r, tagFor(takes.whole, made.tag), h.config.cacheControl(made.lifetime, scope, now)) {
			h.metrics.answers.WithLabelValues("not modified").Inc()
			return
		}
	}
	if err := enter(); err != nil {
		w.Header().Del("ETag")
		refuseBusy(w, err)
		return
	}
	bounds := &admission.Answer{Ticket: ticket, Limit: h.config.MaxAnswer, Copies: 2}
	responses, ctx := h.exec.DispatchOperation(admission.WithAnswer(ctx, bounds), operation)
	response := responses(ctx)
	if response == nil {
		// The client has disconnected.
		return
	}
	h.metrics.answers.WithLabelValues("made").Inc()
	if kind != ast.Query || len(response.Errors) > 0 || len(response.Extensions) > 0 {
		land(nil)
		w.Header().Del("ETag")
		w.Header().Set("Cache-Control", "no-store")
		status := http.StatusOK
		if bounds.Refused {
			w.Header().Set("Retry-After", retryAfter)
			status = http.StatusServiceUnavailable
		}
		write(w, status, response)
		return
	}
	length := len(response.Data) + len(dataBefore) + len(dataAfter)
	if length > atOnce {
		a := answeringOf(r)
		if !ticket.Done(int64(length)) && a != nil {
			// While the memory for answers is exhausted, the client must read quickly.
			a.pace = pace{time.Second, contendedRate}
		} else if a != nil {
			a.contended = ticket.Contended
		}
	} else {
		ticket.Leave()
	}
	if length > atOnce && !h.kept.keeps(length) {
		land(nil)
		w.Header().Set("Content-Length", strconv.Itoa(length))
		_, _ = io.WriteString(w, dataBefore)
		writePieces(w, response.Data)
		_, _ = io.WriteString(w, dataAfter)
		return
	}
	// The data is JSON already; encoding it again would only copy it.
	made.body = make([]byte, 0, length)
	made.body = append(append(append(made.body, dataBefore...), response.Data...), dataAfter...)
	h.kept.add(key, made)
	land(made)
	h.send(w, r, takes, key, made, now)
}

// What surrounds the data of an answer without errors.
const dataBefore, dataAfter = `{"data":`, `}`

// askerKey is for the context of a client that gets an answer in parts.
type askerKey struct{}

// tag identifies an answer: it changes with the binary, the dataset, the request, its
// language and, for an answer that depends on today, the day.
func (h *graphqlHandler) tag(operation *graphql.OperationContext, q *graphqlRequest, l lifetime, version, day, scope string, lang words.Language) string {
	if l == lasting {
		day = ""
	}
	variables := []byte(q.variables)
	if len(variables) <= longestOrdered {
		// A map is encoded in the order of its keys.
		variables, _ = json.Marshal(operation.Variables)
	}
	return etag(h.config.Data.Version, version, day, scope, string(lang), operation.RawQuery, operation.OperationName, string(variables))
}

// tagFor distinguishes the representations of an answer in the two media types.
func tagFor(media, tag string) string {
	if media == mediaGraphQL {
		return tag[:len(tag)-1] + `-g"`
	}
	return tag
}

func (h *graphqlHandler) send(w http.ResponseWriter, r *http.Request, takes accepted, key bodyKey, made *keptBody, now time.Time) {
	if notModified(w, r, tagFor(takes.whole, made.tag), h.config.cacheControl(made.lifetime, made.scope, now)) {
		return
	}
	if h.kept.keeps(len(made.body)) {
		h.kept.send(w, r, key, made.body)
		return
	}
	sendWhole(w, r, made.body)
}

// sendFaults answers an invalid request: 400 in the newer media type, 200 in the
// older one, as the specification requires.
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
	// Nothing was executed, so there is no data, not even null.
	write(w, status, map[string]any{"errors": response.Errors})
}

func write(w http.ResponseWriter, status int, value any) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// isMutation reports whether the request is for a mutation, which a GET must not run.
// The schema has none, but the attempt has its own status.
func isMutation(q *graphqlRequest, tokens int) bool {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: q.query}, tokens)
	if err != nil || document == nil {
		return false
	}
	operation := document.Operations.ForName(q.operationName)
	return operation != nil && operation.Operation == ast.Mutation
}

// defers reports whether an operation has an active @defer.
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

// inParts sends the answer through a streaming transport.
func (h *graphqlHandler) inParts(w http.ResponseWriter, r *http.Request, ticket *admission.Ticket, q *graphqlRequest, name string, parts graphql.Transport) {
	body, err := q.body()
	if err != nil {
		refuse(w, http.StatusBadRequest, sentra.CodeBadUserInput, "extensions must be a JSON object")
		return
	}
	h.streams.serve(w, r, name, func(w http.ResponseWriter, r *http.Request) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		ctx := context.WithValue(r.Context(), inPartsKey{}, name)
		ctx = admission.WithAnswer(ctx, &admission.Answer{Ticket: ticket, Limit: min(h.config.MaxAnswer, largestMessage), Copies: copiesOfMessage})
		parts.Do(w, r.WithContext(graphql.StartOperationTrace(ctx)), h.exec)
	})
}

// inPartsKey is for how an operation is answered in parts, pinnedKey means that it
// already has its state of the dataset.
type (
	inPartsKey struct{}
	pinnedKey  struct{}
)

// around limits every operation: it gives a query a deadline and one state of the
// dataset, and a subscription one of a limited number of places.
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
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{coded(graphqlCodes[sentra.CodeBadUserInput], "@defer needs a POST with Accept: multipart/mixed")}})
	}
	if ctx.Value(pinnedKey{}) == nil {
		ctx, _, _ = h.pin(ctx)
	}
	given := deadline{until: h.config.deadline(ctx), turns: make(chan struct{}, runtime.GOMAXPROCS(0))}
	if inParts {
		given.asker, _ = ctx.Value(askerKey{}).(context.Context)
	}
	return next(context.WithValue(ctx, deadlineKey{}, given))
}

// begunKey is for the time at which a request began to be answered.
type begunKey struct{}

// deadline returns the deadline of an operation, which includes the time for parsing
// and for waiting for a place. On a WebSocket each operation has its own.
func (c Config) deadline(ctx context.Context) time.Time {
	begun, ok := ctx.Value(begunKey{}).(time.Time)
	if !ok {
		begun = time.Now()
	}
	return begun.Add(c.Timeout)
}

type deadlineKey struct{}

// deadline is the deadline of an operation.
type deadline struct {
	until time.Time
	// asker is the context of a client that gets an answer in parts, else nil.
	asker context.Context
	// turns limits the root fields that are resolved concurrently. gqlgen starts all of
	// them, even a thousand aliases: each would hold memory, and none would be done in
	// time.
	turns chan struct{}
}

// withDeadline sets a deadline on the context of resolvers, and so of their SQL. The
// request's own context stays open, since gqlgen sends no answer at all, not even an
// error, once that has ended.
func withDeadline(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	given, ok := ctx.Value(deadlineKey{}).(deadline)
	if !ok {
		return next(ctx)
	}
	if given.asker != nil {
		ctx = overdue{ctx, given.until, given.asker}
	} else {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, given.until)
		defer cancel()
	}
	given.turns <- struct{}{}
	defer func() { <-given.turns }()
	// With many root fields some have not started when the time is up.
	if err := sentra.Ended(ctx, "before the field was asked for"); err != nil {
		if root := graphql.GetRootFieldContext(ctx); root != nil {
			ctx = graphql.WithPathContext(ctx, graphql.NewPathWithField(root.Field.Alias))
		}
		graphql.AddError(ctx, err)
		return graphql.Null
	}
	return next(ctx)
}

// overdue is a context that has an error after its deadline and when the client has
// disconnected, but is never done: the resolvers of deferred parts outlive the root
// field, and gqlgen waits forever for a part whose context is done.
type overdue struct {
	context.Context
	until time.Time
	asker context.Context
}

func (o overdue) Deadline() (time.Time, bool) { return o.until, true }

func (o overdue) Done() <-chan struct{} { return nil }

func (o overdue) Err() error {
	// gqlgen resolves all deferred parts concurrently. Yield, so that one that sees the
	// client gone does not wait for the time slices of all others.
	runtime.Gosched()
	if time.Now().After(o.until) {
		return context.DeadlineExceeded
	}
	return o.asker.Err()
}
