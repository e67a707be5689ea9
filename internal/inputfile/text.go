package inputfile

import (
	"bytes"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// UTF8 is the default encoding.
const UTF8 = "utf-8"

// Text returns the file's text in UTF-8 without a byte order mark, and the name of
// its encoding. label is an encoding by its WHATWG name, "windows-1252". If it is
// empty, a byte order mark selects UTF-16, and anything else is taken as UTF-8. UTF-8
// is not validated.
func (f *File) Text(label string) (io.Reader, string, error) {
	head := f.Head(4)
	mark := ""
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		mark = "utf-16le"
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		mark = "utf-16be"
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		mark = UTF8
	}
	if label == "" {
		if label = mark; label == "" {
			label = UTF8
		}
	}
	enc, err := htmlindex.Get(strings.TrimSpace(label))
	if err != nil {
		return nil, "", sentra.BadInput("encoding", "the encoding %.40q is not supported; common ones are utf-8, windows-1252, utf-16le and utf-16be", label)
	}
	name, err := htmlindex.Name(enc)
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return nil, "", sentra.BadInput("encoding", "the encoding %.40q is not supported; common ones are utf-8, windows-1252, utf-16le and utf-16be", label)
	}
	if mark != "" && name != mark {
		return nil, "", sentra.BadInput("encoding", "%s begins with the byte order mark of %s and is not %s; leave out --encoding", f.Name, mark, name)
	}
	switch name {
	case UTF8:
		if mark == UTF8 {
			f.reader.Discard(3)
		}
		return f, UTF8, nil
	case "utf-16le":
		enc = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
		if mark == "" {
			enc = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
		}
	case "utf-16be":
		enc = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
		if mark == "" {
			enc = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
		}
	}
	return transform.NewReader(f, enc.NewDecoder()), name, nil
}

// Encoder returns an encoder from UTF-8 to an encoding returned by Text, or nil.
func Encoder(name string) *encoding.Encoder {
	enc, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return enc.NewEncoder()
}
