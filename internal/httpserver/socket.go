package httpserver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/sync/semaphore"

	"github.com/sentra-ikm/sentra/internal/admission"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	// largestMessage is the maximum length of an answer in a message, event or part.
	largestMessage = 16 << 20
	// copiesOfMessage is the number of copies of an answer that gqlgen has in memory
	// while it encodes the message, event or part around it.
	copiesOfMessage = 5
	// unsentRefusals is the number of operations of a WebSocket beyond its limit whose
	// rejections may wait to be read, before no more messages are read.
	unsentRefusals = 64
)

// socket is a WebSocket: the connection for gqlgen, and the executor that limits the
// operations on it.
type socket struct {
	*graphqlHandler
	client string
	pace   pace

	conn *websocket.Conn
	// message is the last message received.
	message text
	// ticket is for the operation in that message, nil for a short one.
	ticket *admission.Ticket
	// active counts the operations in progress, unfinished those and the rejections that
	// the client has not read yet. Large operations take turns.
	active     atomic.Int64
	unfinished *semaphore.Weighted
	large      *semaphore.Weighted

	// reading is held while a message is read.
	reading sync.Mutex

	mu       sync.Mutex
	silence  *time.Timer
	isClosed bool
}

var (
	_ transport.WebsocketImplementation = (*socket)(nil)
	_ transport.WebsocketConn           = (*socket)(nil)
	_ transport.WebsocketReadDeadliner  = (*socket)(nil)
	_ graphql.GraphExecutor             = (*socket)(nil)
)

func newSocket(h *graphqlHandler, client string) *socket {
	return &socket{graphqlHandler: h, client: client, pace: pace{h.config.Stall, h.config.MinRate},
		unfinished: semaphore.NewWeighted(int64(h.config.MaxSocketOperations) + unsentRefusals), large: semaphore.NewWeighted(1)}
}

// Accept answers the handshake. The origin was checked before.
func (s *socket) Accept(w http.ResponseWriter, r *http.Request, options transport.WebsocketAcceptOptions) (transport.WebsocketConn, error) {
	var err error
	s.conn, err = websocket.Accept(pacedHijack{w, s.pace}, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: options.Subprotocols})
	if err != nil {
		return nil, err
	}
	s.conn.SetReadLimit(-1) // NextReader counts
	return s, nil
}

func (s *socket) Subprotocol() string { return s.conn.Subprotocol() }

// NextReader waits for the next message and reads all of it. After its first byte the
// message must arrive at the minimum pace.
func (s *socket) NextReader() (int, io.Reader, error) {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.release()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	kind, from, err := s.conn.Reader(ctx)
	if err == nil {
		err = s.readMessage(ctx, cancel, from)
	}
	switch {
	case websocket.CloseStatus(err) == websocket.StatusNormalClosure, websocket.CloseStatus(err) == websocket.StatusNoStatusRcvd:
		return int(kind), nil, transport.ErrWebsocketClosed
	case err != nil:
		return int(kind), nil, fmt.Errorf("read a message: %w", err)
	}
	return int(kind), bytes.NewReader(s.message.data), nil
}

func (s *socket) readMessage(ctx context.Context, cancel context.CancelFunc, from io.Reader) error {
	begun := time.Now()
	late := time.AfterFunc(s.pace.stall, cancel)
	defer late.Stop()
	err := s.message.fill(ctx, from, s.config.MaxBody, -1, s.work, func(read int64) { late.Reset(s.pace.left(read, time.Since(begun))) })
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		s.end(websocket.StatusMessageTooBig, "the message is too long")
	case errors.Is(err, errNoRoom):
		s.end(websocket.StatusTryAgainLater, "too many long messages are on their way")
	case err == nil && len(s.message.data) > freeBody:
		late.Stop()
		if s.ticket, err = s.work.gate.Enter(ctx, s.client, int64(len(s.message.data))*bytesPerText); err != nil {
			s.end(websocket.StatusTryAgainLater, "the server is busy")
		}
	}
	return err
}

// release releases what the last message reserved.
func (s *socket) release() {
	s.message.release(s.work)
	if cap(s.message.data) > freeBody {
		s.message.data = nil
	}
	if s.ticket != nil {
		s.ticket.Leave()
		s.ticket = nil
	}
}

// finish releases what the final message reserved.
func (s *socket) finish() {
	s.reading.Lock()
	defer s.reading.Unlock()
	s.release()
}

// WriteJSON sends a message. A client that does not read it at the minimum pace is
// cut off.
func (s *socket) WriteJSON(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	if err := s.conn.Write(context.Background(), websocket.MessageText, data); err != nil {
		// What follows a part of a message would be taken for the rest of it.
		_ = s.conn.CloseNow()
		return fmt.Errorf("send a message: %w", err)
	}
	return nil
}

// pacedHijack is a writer whose connection has write deadlines.
type pacedHijack struct {
	http.ResponseWriter
	pace pace
}

func (p pacedHijack) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffers, err := http.NewResponseController(p.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	paced := &pacedConn{Conn: connection, pace: p.pace}
	return paced, bufio.NewReadWriter(buffers.Reader, bufio.NewWriterSize(paced, 4<<10)), nil
}

// pacedConn is a connection whose writes have deadlines.
type pacedConn struct {
	net.Conn
	pace pace
}

// Write measures each call anew: how quickly the client read before says nothing
// about now.
func (c *pacedConn) Write(data []byte) (int, error) {
	done, waited := 0, time.Duration(0)
	for {
		begun := time.Now()
		if err := c.SetWriteDeadline(begun.Add(c.pace.left(int64(done), waited))); err != nil {
			return done, err
		}
		n, err := c.Conn.Write(data[done:min(len(data), done+atOnce)])
		waited += time.Since(begun)
		if done += n; err != nil || done == len(data) {
			return done, err
		}
	}
}

// WriteClose closes the connection with a reason.
func (s *socket) WriteClose(code int, message string) error {
	s.end(websocket.StatusCode(code), message)
	return nil
}

// end closes the connection in the background, since a client may take some seconds
// to agree.
func (s *socket) end(code websocket.StatusCode, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.isClosed {
		return
	}
	s.isClosed = true
	s.stopSilence()
	go func() { _ = s.conn.Close(code, reason) }()
}

// Close closes the connection immediately, unless it is closing already.
func (s *socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopSilence()
	if s.isClosed {
		return nil
	}
	s.isClosed = true
	return s.conn.CloseNow()
}

// SetReadDeadline closes the connection at a time, or never for the zero time.
func (s *socket) SetReadDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopSilence()
	if !at.IsZero() {
		s.silence = time.AfterFunc(time.Until(at), func() { _ = s.conn.CloseNow() })
	}
	return nil
}

func (s *socket) stopSilence() {
	if s.silence != nil {
		s.silence.Stop()
	}
}

// CreateOperationContext parses an operation. While too many wait to be answered it
// waits, and nothing more is read.
func (s *socket) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	if err := s.unfinished.Acquire(ctx, 1); err != nil {
		return &graphql.OperationContext{}, gqlerror.List{gqlerror.Wrap(err)}
	}
	operation, faults := s.exec.CreateOperationContext(ctx, params)
	if len(faults) > 0 {
		s.unfinished.Release(1)
		return operation, faults
	}
	if s.ticket != nil {
		operation.Stats.SetExtension(ticketExtension, s.ticket)
		s.ticket = nil
	}
	return operation, nil
}

// ticketExtension is the name of the extension with the ticket for an operation's
// text.
const ticketExtension = "SentraTicket"

// DispatchOperation runs a parsed operation, or rejects it if too much is in
// progress. gqlgen ends ctx with the operation.
func (s *socket) DispatchOperation(ctx context.Context, operation *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	context.AfterFunc(ctx, func() { s.unfinished.Release(1) })
	ticket, _ := operation.Stats.GetExtension(ticketExtension).(*admission.Ticket)
	if ticket != nil {
		context.AfterFunc(ctx, ticket.Leave)
	}
	refuse := func(code sentra.Code, message string) (graphql.ResponseHandler, context.Context) {
		fault := coded(graphqlCodes[code], message)
		if code == sentra.CodeUnavailable {
			fault.Extensions["retryAfter"] = json.Number(retryAfter)
		}
		s.metrics.errors.WithLabelValues(graphqlCodes[code]).Inc()
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{fault}}), ctx
	}
	context.AfterFunc(ctx, func() { s.active.Add(-1) })
	if s.active.Add(1) > int64(s.config.MaxSocketOperations) {
		return refuse(sentra.CodeLimitExceeded, fmt.Sprintf("more than %d operations are in progress on this connection", s.config.MaxSocketOperations))
	}
	if operation.Operation.Operation == ast.Subscription {
		return s.exec.DispatchOperation(ctx, operation)
	}
	weight := int64(costOf(operation)) * bytesPerCost
	if weight > s.config.Work.SmallBytes {
		// Until the last large answer has been read, the next one would only take memory.
		if err := s.large.Acquire(ctx, 1); err != nil {
			return graphql.OneShot(nil), ctx
		}
		context.AfterFunc(ctx, func() { s.large.Release(1) })
	}
	var err error
	if ticket != nil {
		err = ticket.Raise(ctx, weight)
	} else if ticket, err = s.work.gate.Enter(ctx, s.client, weight); err == nil {
		context.AfterFunc(ctx, ticket.Leave)
	}
	var busy *sentra.Error
	if errors.As(err, &busy) {
		return refuse(busy.Code, busy.Message)
	} else if err != nil {
		return graphql.OneShot(nil), ctx
	}
	return s.exec.DispatchOperation(admission.WithAnswer(ctx, &admission.Answer{Ticket: ticket, Limit: min(s.config.MaxAnswer, largestMessage), Copies: copiesOfMessage}), operation)
}

func (s *socket) DispatchError(ctx context.Context, list gqlerror.List) *graphql.Response {
	return s.exec.DispatchError(ctx, list)
}
