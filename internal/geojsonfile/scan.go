package geojsonfile

import (
	"bufio"
	"io"
	"unicode/utf8"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

const (
	// maxText and maxLiteral limit one string and one number, in bytes.
	maxText    = 1 << 20
	maxLiteral = 1000
	// maxBlank is the longest run of white space that is passed on unchanged. A
	// json.Decoder scans a run again for each buffer that it fills.
	maxBlank = 1 << 10
	// maxDepth is the maximum nesting of arrays and objects.
	maxDepth = 64
)

// scanner passes JSON through to a json.Decoder and rejects what would be slow, large
// or silently changed: endless strings and numbers, deep nesting, and invalid UTF-8,
// which encoding/json replaces. It shortens long runs of white space and replaces the
// record separators of RFC 8142 by spaces.
type scanner struct {
	r    *bufio.Reader
	name string

	offset  int64 // bytes read
	dropped int64 // white space that was not passed on
	line    int

	inText, escaped bool
	run             int // length of the current string, literal or white space
	blank           bool
	depth           int
	err             error
}

func newScanner(r io.Reader, name string) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 1<<16), name: name, line: 1}
}

func (s *scanner) fault(format string, args ...any) error {
	return sentra.In(s.place(), sentra.BadInput("", format, args...))
}

// Read copies what is buffered up to the next fault.
func (s *scanner) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(p) < utf8.UTFMax {
		return 0, io.ErrShortBuffer
	}
	n := 0
	for n+utf8.UTFMax <= len(p) {
		if n > 0 && s.r.Buffered() == 0 {
			return n, nil
		}
		b, err := s.r.ReadByte()
		if err != nil {
			s.err = err
			return n, s.err
		}
		s.offset++
		if b == '\n' {
			s.line++
		}
		if b >= utf8.RuneSelf {
			rest, err := s.rune(b)
			if err != nil {
				s.err = err
				return n, err
			}
			if rest == "\ufeff" && s.offset == 3 {
				continue
			}
			n += copy(p[n:], rest)
			s.run, s.blank = s.run+len(rest), false
		} else if keep := s.byte(&b); s.err != nil {
			return n, s.err
		} else if keep {
			p[n] = b
			n++
		} else {
			s.dropped++
		}
		if s.inText && s.run > maxText {
			s.err = s.fault("a string of more than %d bytes", maxText)
			return n, s.err
		}
	}
	return n, nil
}

// rune reads the rest of a multi-byte character.
func (s *scanner) rune(first byte) (string, error) {
	var bytes [utf8.UTFMax]byte
	bytes[0] = first
	size := 1
	for size < utf8.UTFMax && !utf8.FullRune(bytes[:size]) {
		b, err := s.r.ReadByte()
		if err != nil {
			break
		}
		bytes[size] = b
		size++
	}
	s.offset += int64(size - 1)
	if r, length := utf8.DecodeRune(bytes[:size]); r == utf8.RuneError && length <= 1 {
		return "", s.fault("the bytes % X are not UTF-8, which GeoJSON must be; save the file as UTF-8", bytes[:size])
	}
	return string(bytes[:size]), nil
}

// byte tracks the structure and reports whether the byte is passed on.
func (s *scanner) byte(b *byte) bool {
	if s.inText {
		s.run++
		switch {
		case s.escaped:
			s.escaped = false
		case *b == '\\':
			s.escaped = true
		case *b == '"':
			s.inText, s.run = false, 0
		}
		return true
	}
	switch *b {
	case ' ', '\t', '\r', '\n', 0x1e:
		if *b == 0x1e {
			*b = ' '
		}
		if !s.blank {
			s.blank, s.run = true, 0
		}
		s.run++
		return s.run <= maxBlank
	case '"':
		s.inText, s.run = true, 0
	case '{', '[':
		if s.depth++; s.depth > maxDepth {
			s.err = s.fault("arrays and objects nest deeper than %d", maxDepth)
		}
		s.run = 0
	case '}', ']':
		s.depth--
		s.run = 0
	case ',', ':':
		s.run = 0
	default:
		if s.blank {
			s.run = 0
		}
		if s.run++; s.run > maxLiteral {
			s.err = s.fault("a number or word of more than %d bytes", maxLiteral)
		}
	}
	s.blank = false
	return true
}
