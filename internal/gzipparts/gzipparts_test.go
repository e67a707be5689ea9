package gzipparts

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math/rand/v2"
	"os/exec"
	"sync"
	"testing"
)

// text returns repetitive bytes, like rows.
func text(random *rand.Rand, length int) []byte {
	words := []string{`"code":"11.01",`, `"name":"Kabupaten Aceh Selatan",`, "97.649967", "2.67612", "],[", "\x00\xff", "ä"}
	var out []byte
	for len(out) < length {
		out = append(out, words[random.IntN(len(words))]...)
	}
	return out[:length]
}

// piece is a write, as a part or not.
type piece struct {
	data []byte
	part bool
}

func stream(parts *Parts, out io.Writer, pieces []piece) error {
	return parts.Stream(out, func(w *Writer) (err error) {
		for _, p := range pieces {
			if p.part {
				err = w.WritePart(p.data)
			} else {
				_, err = w.Write(p.data)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// unpacked decompresses a stream, without continuing to a second one.
func unpacked(t *testing.T, packed []byte) []byte {
	t.Helper()
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	reader.Multistream(false)
	got, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// Whatever is written is decompressed unchanged, by this and another program, whether
// its parts are new or cached.
func TestStreams(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	parts := New(1 << 20)
	for _, c := range []struct {
		name string
		// Lengths of writes; negative ones are of parts.
		lengths []int
	}{
		{"nothing", nil},
		{"plain", []int{10}},
		{"plain, long", []int{300_000, 70_000}},
		{"a part alone", []int{-5_000}},
		{"parts after each other", []int{-5_000, -70_000, -1}},
		{"between", []int{1_000, -5_000, 1_000, -40, 1_000}},
		{"many", []int{1_100, -7_400, 1_100, -7_400, 1_100, -200_000, 1_100, -7_400, 2}},
		{"with writes of nothing", []int{0, -10, 0, -10, 0}},
		{"more than is kept", []int{-3_000_000, 10, -3_000_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var pieces []piece
			var want []byte
			for _, length := range c.lengths {
				p := piece{text(random, max(length, -length)), length < 0}
				pieces, want = append(pieces, p), append(want, p.data...)
			}
			var first []byte
			for range 3 {
				var out bytes.Buffer
				if err := stream(parts, &out, pieces); err != nil {
					t.Fatal(err)
				}
				if got := unpacked(t, out.Bytes()); !bytes.Equal(got, want) {
					t.Errorf("read back %d bytes of %d", len(got), len(want))
				}
				if first == nil {
					first = out.Bytes()
				} else if !bytes.Equal(first, out.Bytes()) {
					t.Error("a part that was kept is another")
				}
			}
			unpack := exec.Command("gzip", "-dc")
			unpack.Stdin = bytes.NewReader(first)
			if got, err := unpack.Output(); err != nil || !bytes.Equal(got, want) {
				t.Errorf("gzip reads %d bytes of %d: %v", len(got), len(want), err)
			}
		})
	}
}

// Concurrent streams share their parts, even when most are evicted.
func TestConcurrentStreams(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	all := make([][]byte, 40)
	for i := range all {
		all[i] = text(random, 1_000+200*i)
	}
	parts := New(20 << 10)
	var group sync.WaitGroup
	for seed := range uint64(4) {
		group.Go(func() {
			random := rand.New(rand.NewPCG(5, seed))
			for range 50 {
				var pieces []piece
				var want, out bytes.Buffer
				for range 20 {
					p := piece{all[random.IntN(len(all))], random.IntN(3) > 0}
					pieces = append(pieces, p)
					want.Write(p.data)
				}
				if err := stream(parts, &out, pieces); err != nil {
					t.Error(err)
					return
				}
				if got := unpacked(t, out.Bytes()); !bytes.Equal(got, want.Bytes()) {
					t.Error("another stream came out")
				}
			}
		})
	}
	group.Wait()
}

var errFull = errors.New("full")

// bounded accepts a limited number of bytes.
type bounded struct{ left int }

func (b *bounded) Write(data []byte) (int, error) {
	if b.left -= len(data); b.left < 0 {
		return 0, errFull
	}
	return len(data), nil
}

// Write errors are returned, and so are those of the function; the next stream is
// complete again.
func TestErrors(t *testing.T) {
	random := rand.New(rand.NewPCG(6, 7))
	parts := New(1 << 20)
	pieces := []piece{{text(random, 500_000), false}, {text(random, 9_000), true}, {text(random, 500_000), false}}
	var whole bytes.Buffer
	if err := stream(parts, &whole, pieces); err != nil {
		t.Fatal(err)
	}
	for _, room := range []int{0, 9, whole.Len() / 2, whole.Len() - 1} {
		if err := stream(parts, &bounded{room}, pieces); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
	if err := parts.Stream(io.Discard, func(*Writer) error { return io.ErrUnexpectedEOF }); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the function's error becomes %v", err)
	}
	var again bytes.Buffer
	if err := stream(parts, &again, pieces); err != nil || !bytes.Equal(again.Bytes(), whole.Bytes()) {
		t.Errorf("after errors: %d bytes, %v", again.Len(), err)
	}
}
