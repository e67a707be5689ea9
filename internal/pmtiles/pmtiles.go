// Package pmtiles writes archives of vector tiles in the PMTiles format, version 3:
// one file that maps read with range requests, without a tile server. PMTiles' own Go
// library depends on the client libraries of every cloud.
package pmtiles

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// MediaType is the media type of an archive.
const MediaType = "application/vnd.pmtiles"

// Info is the metadata of an archive.
type Info struct {
	MinZoom, MaxZoom int
	// Bounds are west, south, east, north and Center lon, lat and zoom, in degrees.
	Bounds [4]float64
	Center [3]float64
	// Metadata is marshalled as a JSON object; for vector tiles it has vector_layers.
	Metadata any
}

// Writer collects tiles, in order, in a temporary file.
type Writer struct {
	file     *os.File
	entries  []entry
	offsets  map[[sha256.Size]byte]uint64
	size     uint64
	tiles    uint64
	contents uint64
}

// entry is a run of tiles with the same content, or a leaf directory.
type entry struct {
	id, offset  uint64
	length, run uint32
}

// NewWriter starts an archive. Close removes the temporary file.
func NewWriter() (*Writer, error) {
	file, err := os.CreateTemp("", "sentra-*.tiles")
	if err != nil {
		return nil, fmt.Errorf("make a file for tiles: %w", err)
	}
	return &Writer{file: file, offsets: make(map[[sha256.Size]byte]uint64)}, nil
}

// Close removes the temporary file.
func (w *Writer) Close() error {
	return errors.Join(w.file.Close(), os.Remove(w.file.Name()))
}

// ID returns the number of a tile: zoom by zoom, each along a Hilbert curve.
func ID(z, x, y uint32) uint64 {
	id := (uint64(1)<<(2*z) - 1) / 3
	for s := uint32(1) << z >> 1; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		id += uint64(s) * uint64(s) * uint64((3*rx)^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = s-1-x&(s-1), s-1-y&(s-1)
			}
			x, y = y, x
		}
	}
	return id
}

// Add adds a gzipped tile whose id is higher than all before.
func (w *Writer) Add(id uint64, tile []byte) error {
	if n := len(w.entries); n > 0 && id < w.entries[n-1].id+uint64(w.entries[n-1].run) {
		return fmt.Errorf("add tile %d: it comes before one already there", id)
	}
	w.tiles++
	sum := sha256.Sum256(tile)
	offset, known := w.offsets[sum]
	if !known {
		offset = w.size
		if _, err := w.file.Write(tile); err != nil {
			return fmt.Errorf("keep tile %d: %w", id, err)
		}
		w.offsets[sum] = offset
		w.size += uint64(len(tile))
		w.contents++
	}
	if n := len(w.entries); n > 0 && w.entries[n-1].offset == offset && w.entries[n-1].id+uint64(w.entries[n-1].run) == id {
		w.entries[n-1].run++
		return nil
	}
	w.entries = append(w.entries, entry{id: id, offset: offset, length: uint32(len(tile)), run: 1})
	return nil
}

const (
	headerLength = 127
	// rootLimit is the maximum size of header and root directory.
	rootLimit = 16 << 10
	gzipped   = 2
	mvt       = 1
)

// Write writes the archive: header, root directory, metadata, leaf directories, tiles.
func (w *Writer) Write(out io.Writer, info Info) error {
	metadata, err := json.Marshal(info.Metadata)
	if err == nil {
		metadata, err = compress(metadata)
	}
	if err != nil {
		return fmt.Errorf("encode the metadata: %w", err)
	}
	root, leaves, err := directories(w.entries)
	if err != nil {
		return fmt.Errorf("encode the directories: %w", err)
	}
	header := make([]byte, 0, headerLength)
	header = append(header, "PMTiles\x03"...)
	at := uint64(headerLength)
	for _, length := range []uint64{uint64(len(root)), uint64(len(metadata)), uint64(len(leaves)), w.size} {
		header = binary.LittleEndian.AppendUint64(header, at)
		header = binary.LittleEndian.AppendUint64(header, length)
		at += length
	}
	for _, count := range []uint64{w.tiles, uint64(len(w.entries)), w.contents} {
		header = binary.LittleEndian.AppendUint64(header, count)
	}
	header = append(header, 1, gzipped, gzipped, mvt, byte(info.MinZoom), byte(info.MaxZoom))
	degrees := func(d float64) {
		header = binary.LittleEndian.AppendUint32(header, uint32(int32(math.Round(d*1e7))))
	}
	for _, d := range info.Bounds {
		degrees(d)
	}
	header = append(header, byte(info.Center[2]))
	degrees(info.Center[0])
	degrees(info.Center[1])
	for _, part := range [][]byte{header, root, metadata, leaves} {
		if _, err := out.Write(part); err != nil {
			return fmt.Errorf("write the archive: %w", err)
		}
	}
	if _, err := io.Copy(out, io.NewSectionReader(w.file, 0, int64(w.size))); err != nil {
		return fmt.Errorf("write the tiles: %w", err)
	}
	return nil
}

// directories returns the root directory, and leaf directories if the root alone
// would be too long.
func directories(entries []entry) (root, leaves []byte, err error) {
	if root, err = encode(entries); err != nil || len(root) <= rootLimit-headerLength {
		return root, nil, err
	}
	for size := 4096; ; size *= 2 {
		leaves = nil
		var pointers []entry
		for first := 0; first < len(entries); first += size {
			leaf, err := encode(entries[first:min(first+size, len(entries))])
			if err != nil {
				return nil, nil, err
			}
			pointers = append(pointers, entry{id: entries[first].id, offset: uint64(len(leaves)), length: uint32(len(leaf))})
			leaves = append(leaves, leaf...)
		}
		if root, err = encode(pointers); err != nil || len(root) <= rootLimit-headerLength {
			return root, leaves, err
		}
	}
}

// encode encodes a directory: the columns of its entries one after another.
func encode(entries []entry) ([]byte, error) {
	out := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		out = binary.AppendUvarint(out, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		out = binary.AppendUvarint(out, uint64(e.run))
	}
	for _, e := range entries {
		out = binary.AppendUvarint(out, uint64(e.length))
	}
	for i, e := range entries {
		// 0 means that it follows the previous one.
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			out = append(out, 0)
		} else {
			out = binary.AppendUvarint(out, e.offset+1)
		}
	}
	return compress(out)
}

func compress(data []byte) ([]byte, error) {
	var out bytes.Buffer
	writer := gzip.NewWriter(&out)
	if _, err := writer.Write(data); err != nil {
		return nil, err
	}
	if err := writer.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
