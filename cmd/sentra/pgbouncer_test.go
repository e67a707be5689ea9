package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/sentra-ikm/sentra/internal/pgtest"
)

// pgBouncer starts a PgBouncer in transaction mode in front of the database at an
// address, until the test ends, and returns its address.
func pgBouncer(t *testing.T, database string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := listener.Addr().(*net.TCPAddr).Port
	listener.Close()
	at := parsed(t, database)
	dir := tempDir(t)
	password, _ := at.User.Password()
	settings := fmt.Sprintf(`[databases]
* = host=%s port=%s
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = %d
unix_socket_dir =
pool_mode = transaction
default_pool_size = 3
auth_type = trust
auth_file = %s/users
ignore_startup_parameters = extra_float_digits
`, at.Hostname(), at.Port(), port, dir)
	for name, text := range map[string]string{"pgbouncer.ini": settings, "users": fmt.Sprintf("%q %q\n", at.User.Username(), password)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("/usr/sbin/pgbouncer", filepath.Join(dir, "pgbouncer.ini"))
	var output bytes.Buffer
	command.Stderr = &output
	if os.Getuid() == 0 {
		// PgBouncer refuses to run as root.
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		uid, _ := strconv.Atoi(nobody.Uid)
		gid, _ := strconv.Atoi(nobody.Gid)
		command.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait()
		if t.Failed() {
			t.Logf("PgBouncer: %s", output.String())
		}
	})
	at.Host = net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if connection, err := net.Dial("tcp", at.Host); err == nil {
			connection.Close()
			return at.String()
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatal("PgBouncer does not listen")
		}
	}
}

// Behind PgBouncer in transaction mode, which passes no notifications, a change shows
// within 2 s too: the record is polled, or the database itself sends notifications.
func TestPgBouncer(t *testing.T) {
	t.Parallel()
	_, _, filled := database(t, pgtest.Start)
	pooled := pgBouncer(t, filled)
	t.Run("polled", func(t *testing.T) { readersSee(t, pooled, filled) })
	t.Run("listening to the database", func(t *testing.T) { readersSee(t, pooled, filled, "--listen-url", filled) })
	t.Run("changed through it", func(t *testing.T) { readersSee(t, pooled, pooled) })
}
