// Package inputfile opens files for import. It recognises a file's format by its
// first bytes, decompresses gzip, and limits what is read from it.
package inputfile

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// DefaultMaxBytes is the default maximum size of a file, uncompressed.
const DefaultMaxBytes = 2 << 30

const (
	// maxRatio is the maximum compression ratio beyond ratioFloor bytes. GeoJSON shrinks
	// by a factor of about 5 and CSV by 5 to 60.
	maxRatio   = 200
	ratioFloor = 64 << 20

	headBytes = 4096
)

// Options limit a file.
type Options struct {
	// MaxBytes is the maximum uncompressed size; 0 for DefaultMaxBytes.
	MaxBytes int64
	// Progress is called as bytes are read, with the stored size of the file, or -1 if
	// that is not known; it may be nil.
	Progress func(read, size int64)
}

func (o Options) maxBytes() int64 {
	if o.MaxBytes > 0 {
		return o.MaxBytes
	}
	return DefaultMaxBytes
}

// File is a file open for reading its uncompressed bytes. A Read fails with the
// context's error once that is done, and with LIMIT_EXCEEDED beyond the limits.
type File struct {
	// Name is for messages.
	Name   string
	Format Format

	ctx     context.Context
	options Options
	stored  *meter // the bytes as stored
	reader  *bufio.Reader
	closers []io.Closer

	at   io.ReaderAt // nil without random access
	size int64

	part *meter // the current part of an archive, or nil
}

// Open opens a file or an http(s) address. Errors are BAD_USER_INPUT for a file that
// does not exist, UNAVAILABLE for an address that does not respond.
func Open(ctx context.Context, path string, options Options) (*File, error) {
	if !strings.HasPrefix(path, "http://") && !strings.HasPrefix(path, "https://") {
		file, err := os.Open(path)
		if err != nil {
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the file %s cannot be opened", path)
		}
		info, err := file.Stat()
		if err == nil && info.IsDir() {
			err = errors.New("it is a folder")
		}
		if err != nil {
			file.Close()
			return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "the file %s cannot be read", path)
		}
		size := int64(-1)
		if info.Mode().IsRegular() {
			size = info.Size()
		}
		return open(ctx, file, size, path, options)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeBadUserInput, err, "%q is not an address", path)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, sentra.Wrap(sentra.CodeUnavailable, err, "%s cannot be fetched", path)
	}
	if response.StatusCode != http.StatusOK {
		response.Body.Close()
		return nil, sentra.Errorf(sentra.CodeUnavailable, "%s answers %s", path, response.Status)
	}
	return open(ctx, response.Body, response.ContentLength, path, options)
}

// FromBytes is Open for data in memory.
func FromBytes(ctx context.Context, data []byte, name string, options Options) (*File, error) {
	return open(ctx, struct {
		*bytes.Reader
		io.Closer
	}{bytes.NewReader(data), io.NopCloser(nil)}, int64(len(data)), name, options)
}

// FromReader is Open for a reader without random access.
func FromReader(ctx context.Context, r io.Reader, name string, options Options) (*File, error) {
	return open(ctx, io.NopCloser(r), -1, name, options)
}

func open(ctx context.Context, r io.ReadCloser, size int64, name string, options Options) (*File, error) {
	f := &File{Name: Printable(name), ctx: ctx, options: options, closers: []io.Closer{r}, size: size}
	f.stored = &meter{ctx: ctx, r: r, name: name, max: options.maxBytes(), size: size, progress: options.Progress}
	f.reader = bufio.NewReaderSize(f.stored, 1<<16)
	if at, ok := r.(io.ReaderAt); ok && size >= 0 {
		f.at = at
	}
	if head, _ := f.reader.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(f.reader)
		if err != nil {
			f.Close()
			return nil, f.readError(sentra.Wrap(sentra.CodeBadUserInput, err, "%s begins as gzip but cannot be unpacked", name), err)
		}
		f.closers = append(f.closers, unpacked)
		f.at = nil
		// The gzip reader has its own buffer: its bytes are counted a little early, which
		// only makes the ratio smaller.
		f.reader = bufio.NewReaderSize(&meter{ctx: ctx, r: unpacked, name: name, max: options.maxBytes(), packed: f.stored}, 1<<16)
	}
	head, err := f.reader.Peek(headBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return nil, f.readError(sentra.Wrap(sentra.CodeBadUserInput, err, "%s cannot be read", name), err)
	}
	f.Format = sniff(head, f.at, size)
	return f, nil
}

// readError returns the underlying error if it has a code, else other.
func (f *File) readError(other, err error) error {
	var coded *sentra.Error
	if f.ctx.Err() != nil {
		return f.ctx.Err()
	}
	if errors.As(err, &coded) {
		return err
	}
	return other
}

// Read reads the uncompressed bytes.
func (f *File) Read(p []byte) (int, error) { return f.reader.Read(p) }

// Head returns up to n unread bytes without consuming them, n at most 4096.
func (f *File) Head(n int) []byte {
	head, _ := f.reader.Peek(n)
	return head
}

// Context is the one that the file was opened with.
func (f *File) Context() context.Context { return f.ctx }

// MaxBytes is the maximum uncompressed size.
func (f *File) MaxBytes() int64 { return f.options.maxBytes() }

// At returns random access and the size, for archives; nil for a reader without
// random access.
func (f *File) At() (io.ReaderAt, int64) { return f.at, f.size }

// Close closes what Open opened.
func (f *File) Close() error {
	var all error
	for i := len(f.closers) - 1; i >= 0; i-- {
		all = errors.Join(all, f.closers[i].Close())
	}
	return all
}

// Meter limits r like the file itself: it is a part of an archive, with a stored
// size.
func (f *File) Meter(r io.Reader, size int64) io.Reader {
	f.part = &meter{ctx: f.ctx, r: r, name: f.Name, max: f.options.maxBytes(), size: size, progress: f.options.Progress}
	return f.part
}

// Share returns the share of the file, or of its current part, that was read: 0 to 1,
// or 0 if its size is not known.
func (f *File) Share() float64 {
	m := f.stored
	if f.part != nil {
		m = f.part
	}
	if m.size <= 0 {
		return 0
	}
	return min(1, float64(m.n)/float64(m.size))
}

// CheckRatio rejects data whose compression ratio is too high.
func (f *File) CheckRatio(unpacked, stored int64) error { return checkRatio(f.Name, unpacked, stored) }

func checkRatio(name string, unpacked, stored int64) error {
	if unpacked > ratioFloor && unpacked > maxRatio*max(stored, 1) {
		return sentra.Errorf(sentra.CodeLimitExceeded, "%s unpacks to more than %d times its size, as no file of rows or boundaries does: refused as a compression bomb", name, maxRatio)
	}
	return nil
}

// TooLarge is the error for a file that exceeds its limit.
func (f *File) TooLarge() error { return tooLarge(f.Name, f.options.maxBytes()) }

func tooLarge(name string, limit int64) error {
	return sentra.Errorf(sentra.CodeLimitExceeded, "%s holds more than %s, unpacked; raise the limit with --max-size if that is right", name, Size(limit))
}

// meter counts and limits what is read, and stops when the context is done.
type meter struct {
	ctx      context.Context
	r        io.Reader
	name     string
	n, max   int64
	packed   *meter // the compressed input of this one
	size     int64
	progress func(read, size int64)
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.packed != nil && damaged(err) {
		err = sentra.Wrap(sentra.CodeBadUserInput, err, "%s is damaged or cut short: what gzip packed in it cannot be unpacked to its end; download or copy it again", m.name)
	}
	m.n += int64(n)
	if m.n > m.max {
		return 0, tooLarge(m.name, m.max)
	}
	if m.packed != nil {
		if err := checkRatio(m.name, m.n, m.packed.n); err != nil {
			return 0, err
		}
	}
	if m.progress != nil {
		m.progress(m.n, m.size)
	}
	return n, err
}

// damaged reports whether an error means invalid gzip data.
func damaged(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

// Size formats a number of bytes for people.
func Size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.4g GiB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.4g MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}

// Printable removes characters that would move a terminal's cursor: a file name may
// contain anything.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsGraphic(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
