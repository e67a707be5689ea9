// Package gzipparts writes gzip streams (RFC 1952) that have parts in common. A part
// is compressed when it is first written, and its compressed bytes are cached for
// further streams.
package gzipparts

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"hash/maphash"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/maypok86/otter/v2"
)

const (
	// level takes half the time of the default level, for two percent more bytes of
	// coordinates.
	level = 2
	// buffered is the size of a write in bytes.
	buffered = 64 << 10
)

// Parts caches compressed parts of streams, and evicts those used least. It is safe
// for concurrent use.
type Parts struct {
	kept    *otter.Cache[partKey, []byte]
	seeds   [2]maphash.Seed
	writers sync.Pool
}

// partKey is a keyed digest of a part: 128 bits for which nobody outside can
// construct a collision.
type partKey struct {
	first, second uint64
	length        int
}

// New returns a cache of at most limit bytes.
func New(limit uint64) *Parts {
	return &Parts{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		kept: otter.Must(&otter.Options[partKey, []byte]{MaximumWeight: limit,
			// The entry itself takes about a hundred bytes more.
			Weigher: func(_ partKey, deflated []byte) uint32 { return uint32(len(deflated) + 128) }})}
}

// Stream writes one gzip stream of what write writes. The Writer is valid only during
// the call. The error is that of out or of write.
func (p *Parts) Stream(out io.Writer, write func(w *Writer) error) error {
	w, ok := p.writers.Get().(*Writer)
	if !ok {
		blocks, err := flate.NewWriter(nil, level)
		if err != nil {
			return fmt.Errorf("make a gzip stream: %w", err)
		}
		w = &Writer{parts: p, blocks: blocks, out: bufio.NewWriterSize(nil, buffered)}
	}
	defer func() {
		// Do not keep a reference to the output.
		w.out.Reset(nil)
		p.writers.Put(w)
	}()
	w.out.Reset(out)
	w.blocks.Reset(w.out)
	w.sum, w.length, w.open = 0, 0, false
	// Deflate, without a name or time, unknown operating system.
	_, _ = w.out.Write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
	if err := write(w); err != nil {
		return err
	}
	if err := w.blocks.Close(); err != nil {
		return err
	}
	_, _ = w.out.Write(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, w.sum), w.length))
	return w.out.Flush()
}

// Writer writes to a stream.
type Writer struct {
	parts  *Parts
	blocks *flate.Writer
	out    *bufio.Writer
	// sum and length are those of the uncompressed bytes.
	sum, length uint32
	// open means that bytes were written since the last part.
	open bool
	part bytes.Buffer
}

// Write compresses data.
func (w *Writer) Write(data []byte) (int, error) {
	if len(data) == 0 {
		return 0, nil
	}
	w.count(data)
	w.open = true
	return w.blocks.Write(data)
}

// WritePart writes bytes that other streams contain too. Bytes after a part cannot
// refer to those before it, so that a part should have some thousand bytes at least.
func (w *Writer) WritePart(part []byte) error {
	if w.open {
		if err := w.blocks.Flush(); err != nil {
			return err
		}
		w.blocks.Reset(w.out)
		w.open = false
	}
	w.count(part)
	key := partKey{maphash.Bytes(w.parts.seeds[0], part), maphash.Bytes(w.parts.seeds[1], part), len(part)}
	deflated, found := w.parts.kept.GetIfPresent(key)
	if !found {
		var err error
		if deflated, err = w.deflate(part); err != nil {
			return err
		}
		w.parts.kept.Set(key, deflated)
	}
	_, err := w.out.Write(deflated)
	return err
}

// deflate compresses a part into blocks (RFC 1951) that are valid anywhere in a
// stream: they end at a byte boundary, none is the last, and they refer to nothing
// before them.
func (w *Writer) deflate(part []byte) ([]byte, error) {
	w.part.Reset()
	w.blocks.Reset(&w.part)
	defer w.blocks.Reset(w.out)
	if _, err := w.blocks.Write(part); err != nil {
		return nil, err
	}
	if err := w.blocks.Flush(); err != nil {
		return nil, err
	}
	return bytes.Clone(w.part.Bytes()), nil
}

func (w *Writer) count(data []byte) {
	w.sum = crc32.Update(w.sum, crc32.IEEETable, data)
	w.length += uint32(len(data))
}
