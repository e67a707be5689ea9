package embeddedpg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lib/pq"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// installation is the PostgreSQL of a folder: what to run, as which account, and
// where.
type installation struct {
	dir, data, binaries string
	account             *account
	password            string
	port                int
	parameters          map[string]string
	log                 *logFile
	// ready is the maximum time of a start, including recovery after a crash.
	ready time.Duration
}

// command returns a command that runs as PostgreSQL's account, in a new
// session so that Ctrl-C in the terminal does not reach it.
func (in *installation) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if in.account != nil {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(in.account.uid), Gid: uint32(in.account.gid)}
	}
	return command
}

// process is a postgres that runs as a child of this program.
type process struct {
	command *exec.Cmd
	// ended is closed when it has ended; err is then its result.
	ended chan struct{}
	err   error
}

// start starts postgres and waits until it responds. On an error nothing is left
// running.
func (in *installation) start(ctx context.Context) (*process, error) {
	in.log.reset()
	arguments := []string{"-D", in.data, "-p", strconv.Itoa(in.port)}
	for name, value := range in.parameters {
		arguments = append(arguments, "-c", name+"="+value)
	}
	// The server outlives ctx: only stop ends it.
	p := &process{command: in.command(context.WithoutCancel(ctx), filepath.Join(in.binaries, "postgres"), arguments...), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = in.log, in.log
	// Its children keep the log open a little longer when it is killed.
	p.command.WaitDelay = 2 * time.Second
	if err := p.command.Start(); err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "PostgreSQL in %s cannot be run", in.binaries)
	}
	go func() {
		p.err = p.command.Wait()
		close(p.ended)
	}()
	if err := in.waitUntilReady(ctx, p); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (in *installation) waitUntilReady(ctx context.Context, p *process) error {
	db, err := sql.Open("postgres", in.url("postgres"))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer db.Close()
	limit, cancel := context.WithTimeout(ctx, in.ready)
	defer cancel()
	for {
		err := db.PingContext(limit)
		if err == nil {
			return nil
		}
		var refused *pq.Error
		if errors.As(err, &refused) && refused.Code.Class() == "28" {
			return sentra.Wrap(sentra.CodeUnavailable, err, "PostgreSQL in %s does not accept the password in %s; restore the file", in.dir, in.passwordFile())
		}
		select {
		case <-p.ended:
			return in.failed("PostgreSQL does not start", in.why(p))
		case <-limit.Done():
			if ctx.Err() != nil {
				return fmt.Errorf("start PostgreSQL: %w", ctx.Err())
			}
			return in.failed("PostgreSQL does not answer", fmt.Sprintf("%v; its log ends with: %s", err, in.log.reason()))
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// why returns the reason in its log why a process ended.
func (in *installation) why(p *process) string {
	how := "it ended by itself"
	if p.err != nil {
		how = p.err.Error()
	}
	if reason := in.log.reason(); reason != "" {
		how += "; its log ends with: " + reason
	}
	return how
}

// failed returns an error of the installation, which is about a full disk if the
// reason is.
func (in *installation) failed(what, reason string) error {
	if strings.Contains(reason, noSpace) {
		return sentra.Errorf(sentra.CodeUnavailable, "the disk of %s is full: make room there, or name another folder with --data-dir (%s)", in.dir, reason)
	}
	return sentra.Errorf(sentra.CodeUnavailable, "%s in %s: %s", what, in.dir, reason)
}

// stop ends the process: cleanly if possible, else by force. It returns how it ended.
func (p *process) stop() error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{
		// What PostgreSQL calls fast and immediate shutdown, and then a kill.
		{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second},
	} {
		select {
		case <-p.ended:
			return p.err
		default:
		}
		if err := p.command.Process.Signal(step.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-p.ended:
			return p.err
		case <-time.After(step.wait):
		}
	}
	return errors.New("the process does not end")
}

// initialise makes the data folder.
func (in *installation) initialise(ctx context.Context) (err error) {
	// initdb reads the password from a file, as the account that runs it.
	passwords, err := os.CreateTemp(in.dir, "initdb-")
	if err != nil {
		return in.failed("the data folder cannot be made", err.Error())
	}
	defer os.Remove(passwords.Name())
	_, err = io.WriteString(passwords, in.password)
	if err == nil && in.account != nil {
		err = passwords.Chown(in.account.uid, in.account.gid)
	}
	if err = errors.Join(err, passwords.Close()); err != nil {
		return in.failed("the data folder cannot be made", err.Error())
	}
	var output tail
	// Without fsync, for a faster first start.
	command := in.command(ctx, filepath.Join(in.binaries, "initdb"), "--pgdata="+in.data, "--username="+role, "--pwfile="+passwords.Name(), "--auth=scram-sha-256",
		"--locale=C", "--encoding=UTF8", "--no-sync")
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		if ctx.Err() != nil {
			return fmt.Errorf("make the data folder: %w", ctx.Err())
		}
		return in.failed("the data folder cannot be made", fmt.Sprintf("initdb: %v; %s", err, output.reason()))
	}
	return nil
}

// stopOrphan stops the PostgreSQL that a killed program left behind. If it has ended
// too, start removes its file.
func (in *installation) stopOrphan(ctx context.Context) {
	_ = in.command(ctx, filepath.Join(in.binaries, "pg_ctl"), "stop", "-w", "-m", "fast", "-D", in.data).Run()
}
