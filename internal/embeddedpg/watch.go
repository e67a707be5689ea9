package embeddedpg

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Server is a PostgreSQL that is restarted when it ends by itself.
type Server struct {
	in   *installation
	lock *os.File
	log  *slog.Logger

	cancel context.CancelFunc
	// done is closed when nothing runs any more; err is then the result.
	done chan struct{}
	err  error
}

// steady is how long PostgreSQL must run before the pauses between restarts are
// reset.
const steady = time.Minute

// watch keeps PostgreSQL running, with restarts, until Stop.
func watch(in *installation, p *process, lock *os.File, log *slog.Logger) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{in: in, lock: lock, log: log, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = s.keep(ctx, p)
	}()
	return s
}

// keep returns when ctx ends and the process with it.
func (s *Server) keep(ctx context.Context, p *process) error {
	pauses := &backoff.ExponentialBackOff{InitialInterval: 500 * time.Millisecond, Multiplier: 2, RandomizationFactor: 0.2, MaxInterval: 30 * time.Second}
	pauses.Reset()
	for began := time.Now(); ; began = time.Now() {
		select {
		case <-ctx.Done():
			if err := p.stop(); err != nil {
				return s.in.failed("PostgreSQL did not end cleanly", s.in.why(p))
			}
			if full := s.in.log.fullSince(time.Now().Add(-steady)); full != "" {
				return s.in.failed("PostgreSQL failed", full)
			}
			return nil
		case <-p.ended:
		}
		if time.Since(began) > steady {
			pauses.Reset()
		}
		why := s.in.why(p)
		for p = nil; p == nil; {
			trouble := s.in.failed("PostgreSQL ended", why)
			pause := pauses.NextBackOff()
			s.log.Error("the embedded PostgreSQL ended; it is started again", "folder", s.in.dir, "reason", why, "after", pause.Round(time.Millisecond))
			select {
			case <-ctx.Done():
				return trouble
			case <-time.After(pause):
			}
			var err error
			if p, err = s.in.start(ctx); err != nil {
				if ctx.Err() != nil {
					return trouble
				}
				why = err.Error()
			}
		}
		s.log.Info("the embedded PostgreSQL runs again", "folder", s.in.dir)
	}
}

// Stop ends PostgreSQL cleanly and unlocks the folder. If it is not running because
// it ended by itself, or its disk was full within the last minute, the error says so.
func (s *Server) Stop() error {
	s.cancel()
	<-s.done
	return errors.Join(s.err, s.in.log.Close(), s.lock.Close())
}
