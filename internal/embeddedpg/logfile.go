package embeddedpg

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

// maxLogFile is the maximum size of PostgreSQL's log before a new file is started.
// One older file is kept.
const maxLogFile = 1 << 20

// logFile is PostgreSQL's log: a file of limited size, and its last lines.
type logFile struct {
	tail

	mu   sync.Mutex
	path string
	file *os.File
	size int64
}

func openLogFile(path string) (*logFile, error) {
	l := &logFile{path: path}
	return l, l.open()
}

func (l *logFile) open() error {
	file, err := os.OpenFile(l.path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return fmt.Errorf("open PostgreSQL's log: %w", err)
	}
	l.file, l.size = file, info.Size()
	return nil
}

// Write never fails: PostgreSQL must not stop because its log cannot be written, for
// example on a full disk. The last lines are in memory anyway.
func (l *logFile) Write(text []byte) (int, error) {
	_, _ = l.tail.Write(text)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file != nil && l.size+int64(len(text)) > maxLogFile {
		l.file.Close()
		l.file = nil
		if os.Rename(l.path, l.path+".1") == nil {
			_ = l.open()
		}
	}
	if l.file != nil {
		n, _ := l.file.Write(text)
		l.size += int64(n)
	}
	return len(text), nil
}

func (l *logFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}

// tailLines is the number of lines in a tail.
const tailLines = 40

// tail holds the last lines written to it.
type tail struct {
	mu      sync.Mutex
	lines   []string
	partial string
	// full is the last line about a full disk, fullAt its time.
	full   string
	fullAt time.Time
}

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := strings.Split(t.partial+string(text), "\n")
	t.partial = lines[len(lines)-1]
	// Limit a line without an end too.
	t.partial = t.partial[max(0, len(t.partial)-4096):]
	t.lines = append(t.lines, lines[:len(lines)-1]...)
	for _, line := range lines[:len(lines)-1] {
		if strings.Contains(line, noSpace) {
			t.full, t.fullAt = strings.TrimSpace(line), time.Now()
		}
	}
	if len(t.lines) > tailLines {
		t.lines = append([]string(nil), t.lines[len(t.lines)-tailLines:]...)
	}
	return len(text), nil
}

func (t *tail) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lines, t.partial = nil, ""
}

// reason returns the lines that say why a program ended: its last ones, and before
// them those about a crash or a full disk.
func (t *tail) reason() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var lines []string
	for _, line := range append(t.lines[:len(t.lines):len(t.lines)], t.partial) {
		// The latter answer clients that wait for the start.
		if line = strings.TrimSpace(line); line != "" && !strings.Contains(line, "starting up") && !strings.Contains(line, "not yet accepting connections") {
			lines = append(lines, line)
		}
	}
	var told []string
	for i, line := range lines {
		if i >= len(lines)-3 || strings.Contains(line, "PANIC:") || strings.Contains(line, noSpace) {
			told = append(told, line)
		}
	}
	return strings.Join(told[max(0, len(told)-6):], "; ")
}

// fullSince returns the last line about a full disk after a time, or "".
func (t *tail) fullSince(moment time.Time) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fullAt.Before(moment) {
		return ""
	}
	return t.full
}

// noSpace is how programs report a full disk.
const noSpace = "No space left on device"
