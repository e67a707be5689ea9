package httpserver

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestIDOf returns the id that a client or proxy gave the request, or a new one.
func requestIDOf(r *http.Request) string {
	if given := r.Header.Get("X-Request-Id"); given != "" && saneID.MatchString(given) {
		return given
	}
	var random [8]byte
	_, _ = rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

// requestID returns the id of the request that a context belongs to.
func requestID(ctx context.Context) string {
	if a, ok := ctx.Value(answeringKey{}).(*answering); ok {
		return a.requestID
	}
	return ""
}

// pace is the minimum speed at which a client must send and receive.
type pace struct {
	// stall is the longest pause, and rate the minimum average in bytes per second
	// beyond that.
	stall time.Duration
	rate  int64
}

// left returns the time allowed for the next bytes, given the time the client took
// for those so far.
func (p pace) left(bytes int64, taken time.Duration) time.Duration {
	all := p.stall + time.Duration(bytes)*time.Second/time.Duration(p.rate)
	return min(p.stall, all-taken)
}

// answering is the writer of a request. It records the status and does not wait for a
// client that no longer reads.
type answering struct {
	http.ResponseWriter
	requestID string
	pace      pace
	status    int
	// stays means that the connection stays open, so that its duration is not measured.
	stays bool
	// written is in bytes, and waited is the time the client took for those beyond the
	// first. late is set once the deadline differs from that of the server.
	written int64
	waited  time.Duration
	late    bool
	// contended, if not nil, reports whether other requests wait for memory that this
	// answer holds.
	contended func() bool
}

type answeringKey struct{}

const (
	// atOnce is the maximum size of one write.
	atOnce = 64 << 10
	// untimed is how much is written under the server's own deadline: net/http buffers
	// that much anyway.
	untimed = 4 << 10
	// contendedRate is the minimum rate in bytes per second while others wait for the
	// memory that an answer holds.
	contendedRate = 1 << 20
)

func (a *answering) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write fails with os.ErrDeadlineExceeded if the client is too slow.
func (a *answering) Write(data []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	if !a.stays && a.written+int64(len(data)) <= untimed {
		n, err := a.ResponseWriter.Write(data)
		a.written += int64(n)
		return n, err
	}
	done := 0
	for {
		piece := data[done:min(len(data), done+atOnce)]
		n, err := a.timed(func() (int, error) { return a.ResponseWriter.Write(piece) })
		if done += n; err != nil || done == len(data) {
			return done, err
		}
	}
}

func (a *answering) Flush() {
	flush := func() (int, error) { return 0, http.NewResponseController(a.ResponseWriter).Flush() }
	if a.stays || a.late {
		_, _ = a.timed(flush)
		return
	}
	_, _ = flush()
}

// timed writes under a deadline.
func (a *answering) timed(write func() (int, error)) (int, error) {
	p := a.pace
	if a.contended != nil && a.contended() {
		p.rate = max(p.rate, contendedRate)
	}
	left := p.stall
	if !a.stays {
		left = p.left(a.written, a.waited)
	}
	begun := time.Now()
	a.setWriteDeadline(begun.Add(left))
	n, err := write()
	a.written += int64(n)
	a.waited += time.Since(begun)
	return n, err
}

func (a *answering) setWriteDeadline(until time.Time) {
	if timed, ok := a.ResponseWriter.(interface{ SetWriteDeadline(time.Time) error }); ok {
		a.late = true
		_ = timed.SetWriteDeadline(until)
	}
}

// finish sets a deadline for what net/http still has to send.
func (a *answering) finish(r *http.Request) {
	if !a.late {
		return
	}
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.WriteTimeout == 0 {
		// Without a WriteTimeout nothing would reset the deadline for the next request on
		// the connection.
		a.setWriteDeadline(time.Time{})
		return
	}
	a.setWriteDeadline(time.Now().Add(a.pace.stall))
}

// Unwrap is for http.ResponseController.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// observe assigns request ids, and counts and times answers.
func observe(log *slog.Logger, m *metrics, p pace) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			start := time.Now()
			m.flight.Inc()
			defer m.flight.Dec()
			a := &answering{ResponseWriter: w, requestID: requestIDOf(r), pace: p}
			w.Header()["X-Request-Id"] = []string{a.requestID}
			ctx := context.WithValue(r.Context(), answeringKey{}, a)
			if r.Body != nil && r.Body != http.NoBody {
				// Whether or not the body is read, do not wait for its end.
				a.setReadDeadline(start.Add(p.stall))
				if r.Method != http.MethodPost {
					w.Header()["Connection"] = []string{"close"}
				}
			}
			next.ServeHTTP(a, r.WithContext(ctx))
			a.finish(r)
			route := chi.RouteContext(ctx).RoutePattern()
			took := time.Since(start)
			if a.status == 0 {
				// net/http sends it if a handler writes nothing.
				a.status = http.StatusOK
			}
			if !a.stays {
				m.requests.WithLabelValues(route, strconv.Itoa(a.status)).Observe(took.Seconds())
			}
			if log.Enabled(ctx, slog.LevelDebug) {
				log.DebugContext(ctx, "request", "method", r.Method, "route", route, "status", a.status, "took", took, "request", a.requestID)
			}
		})
	}
}

func (a *answering) setReadDeadline(until time.Time) {
	if timed, ok := a.ResponseWriter.(interface{ SetReadDeadline(time.Time) error }); ok {
		_ = timed.SetReadDeadline(until)
	}
}

// answeringOf returns the writer of a request; nil in tests without one.
func answeringOf(r *http.Request) *answering {
	a, _ := r.Context().Value(answeringKey{}).(*answering)
	return a
}

func recoverPanics(log *slog.Logger) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				value := recover()
				if value == nil {
					return
				}
				if value == http.ErrAbortHandler {
					panic(value)
				}
				log.ErrorContext(r.Context(), "a handler panicked", "error", panics.Recovered(value), "path", r.URL.Path, "request", requestID(r.Context()))
				if a := answeringOf(r); a != nil && a.status != 0 {
					// An answer that was partly sent must not look complete.
					panic(http.ErrAbortHandler)
				}
				for _, name := range []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Length", "Content-Type", "ETag"} {
					w.Header().Del(name)
				}
				refuse(w, http.StatusInternalServerError, sentra.CodeInternal, "internal error")
			}()
			next.ServeHTTP(w, r)
		})
	}
}
