package httpserver

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// compressedFrom is the minimum length in bytes of a body that is compressed.
const compressedFrom = 1024

// encodings are the supported content encodings, the fastest first.
var encodings = []string{"zstd", "br", encodingGzip}

const encodingGzip = "gzip"

// encodingFor returns the content encoding to use for a client, empty for none (RFC
// 9110, section 12.5.3).
func encodingFor(header http.Header) string {
	given := header["Accept-Encoding"]
	if len(given) == 0 {
		return ""
	}
	for _, encoding := range encodings {
		if accepts(given, encoding) {
			return encoding
		}
	}
	return ""
}

// accepts reports whether Accept-Encoding allows an encoding.
func accepts(headers []string, encoding string) bool {
	any := false
	for _, header := range headers {
		for one := range strings.SplitSeq(header, ",") {
			coding, parameters, _ := strings.Cut(one, ";")
			quality := 1.0
			if q, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q="); found {
				quality, _ = strconv.ParseFloat(q, 64)
			}
			switch coding = strings.ToLower(strings.TrimSpace(coding)); {
			case coding == encoding, encoding == encodingGzip && coding == "x-gzip":
				return quality > 0
			case coding == "*":
				any = quality > 0
			}
		}
	}
	return any
}

// compress compresses a body for the cache, whose clients share it.
func compress(body []byte, encoding string) ([]byte, error) {
	var out bytes.Buffer
	var writer io.WriteCloser
	var err error
	switch encoding {
	case "zstd":
		writer, err = zstd.NewWriter(&out, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20))
	case "br":
		writer = brotli.NewWriterLevel(&out, 5)
	case encodingGzip:
		writer = gzip.NewWriter(&out)
	default:
		return nil, fmt.Errorf("compress as %q: there is no such way", encoding)
	}
	if err == nil {
		_, err = writer.Write(body)
	}
	if err == nil {
		err = writer.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress as %s: %w", encoding, err)
	}
	return bytes.Clone(out.Bytes()), nil
}

// send sends a cached body, compressed if the client accepts that.
func (k *keptBodies) send(w http.ResponseWriter, r *http.Request, key bodyKey, body []byte) {
	if len(body) >= compressedFrom && r.Header.Get("Range") == "" {
		if encoding := encodingFor(r.Header); encoding != "" {
			if compressed := k.compressed(key, body, encoding); compressed != nil {
				// If set before the first byte, the middleware does not compress again.
				w.Header().Set("Content-Encoding", encoding)
				w.Header().Del("Accept-Ranges")
				body = compressed
			}
		}
	}
	sendWhole(w, r, body)
}

// sendWhole sends a body of known length, or for HEAD only its length.
func sendWhole(w http.ResponseWriter, r *http.Request, body []byte) {
	// net/http sets the length of an answer that fits its buffer; one header less keeps
	// the header map small.
	if head := r.Method == http.MethodHead; head || len(body) >= 2048 {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		if head {
			return
		}
	}
	writePieces(w, body)
}

// writePieces writes in pieces, because the compression middleware would copy a large
// write.
func writePieces(w io.Writer, body []byte) {
	for len(body) > 0 {
		// Compression is CPU-bound; let other goroutines run. Not after the last piece:
		// the client would have the answer, and its next request would wait for them.
		runtime.Gosched()
		n, err := w.Write(body[:min(len(body), atOnce)])
		if err != nil {
			return
		}
		body = body[n:]
	}
}
