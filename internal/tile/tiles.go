package tile

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Tiles returns the tiles of the present atlas, and caches those of plain queries,
// compressed.
type Tiles struct {
	present   func() *atlas.Atlas
	clusterID func(key string) string
	kept      *cache
	// writers is a pool of *gzip.Writer, each of which takes much memory.
	writers sync.Pool

	mu      sync.Mutex
	builder *Builder
	// underWay has the plain tiles that are being made.
	underWay map[cacheKey]*making
}

// DefaultCacheBytes is enough for several thousand tiles.
const DefaultCacheBytes = 32 << 20

// NewTiles returns tiles of the atlas that present returns; clusterID is that of
// NewBuilder, and cacheBytes is the size of the cache.
func NewTiles(present func() *atlas.Atlas, clusterID func(key string) string, cacheBytes int) (*Tiles, error) {
	kept, err := newCache(cacheBytes)
	if err != nil {
		return nil, err
	}
	return &Tiles{present: present, clusterID: clusterID, kept: kept, underWay: make(map[cacheKey]*making)}, nil
}

// Builder returns the builder of the present atlas.
func (t *Tiles) Builder() (*Builder, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	a := t.present()
	if t.builder != nil && t.builder.atlas == a {
		return t.builder, nil
	}
	var made *Builder
	var err error
	if t.builder == nil {
		made, err = NewBuilder(a, t.clusterID)
	} else {
		made, err = t.builder.Next(a)
	}
	if err != nil {
		return nil, err
	}
	t.builder = made
	return made, nil
}

// Kept returns a cached tile of the builder's atlas in the form of Gzipped, or false.
func (t *Tiles) Kept(b *Builder, at maptile.Tile, q Query) ([]byte, bool) {
	key, plain := t.key(b, at, q)
	if !plain {
		return nil, false
	}
	return t.kept.get(key)
}

// key is the cache key of a plain tile; false for one that is not cached.
func (t *Tiles) key(b *Builder, at maptile.Tile, q Query) (cacheKey, bool) {
	if _, err := b.atlas.On(q.Day); err != nil || q.Regions != nil || q.Clusters != nil {
		return cacheKey{}, false
	}
	return cacheKey{version: b.atlas.Data.Version, tile: at, layers: fmt.Sprint(q.Layers), epoch: b.Epoch(q.Day)}, true
}

// Gzipped returns a tile of the builder's atlas like Builder.Build, compressed, or
// nil if it is empty. Tiles without filters are cached, and concurrent requests for
// one make it once.
func (t *Tiles) Gzipped(ctx context.Context, b *Builder, at maptile.Tile, q Query) ([]byte, error) {
	key, plain := t.key(b, at, q)
	if !plain {
		return t.build(ctx, b, at, q)
	}
	if found, ok := t.kept.get(key); ok {
		return found, nil
	}
	return t.once(ctx, key, func(ctx context.Context) ([]byte, error) {
		data, err := t.build(ctx, b, at, q)
		if err == nil {
			t.kept.add(key, data)
		}
		return data, err
	})
}

// making is a tile that is being made as long as somebody waits for it.
type making struct {
	waiting int
	cancel  context.CancelFunc
	// data and err are set when done is closed.
	done chan struct{}
	data []byte
	err  error
}

// once returns the tile for the key that another caller is already making, or makes
// it. It continues when the first caller leaves and others wait, and ends when all
// have left.
func (t *Tiles) once(ctx context.Context, key cacheKey, build func(context.Context) ([]byte, error)) ([]byte, error) {
	t.mu.Lock()
	m := t.underWay[key]
	if m == nil {
		shared, cancel := context.WithCancel(context.WithoutCancel(ctx))
		m = &making{cancel: cancel, done: make(chan struct{})}
		t.underWay[key] = m
		go func() {
			defer close(m.done)
			m.err = panics.Catch(func() (err error) {
				m.data, err = build(shared)
				return err
			})
			cancel()
			t.mu.Lock()
			defer t.mu.Unlock()
			if t.underWay[key] == m {
				delete(t.underWay, key)
			}
		}()
	}
	m.waiting++
	t.mu.Unlock()
	select {
	case <-m.done:
		return m.data, m.err
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if m.waiting--; m.waiting == 0 {
		if t.underWay[key] == m {
			delete(t.underWay, key)
		}
		m.cancel()
	}
	return nil, sentra.Ended(ctx, whileDrawn)
}

func (t *Tiles) build(ctx context.Context, b *Builder, at maptile.Tile, q Query) ([]byte, error) {
	data, err := b.Build(ctx, at, q)
	if err != nil || data == nil {
		return nil, err
	}
	return t.compress(data)
}

// compress compresses the data at the best level: a tile is compressed once and sent
// many times.
func (t *Tiles) compress(data []byte) ([]byte, error) {
	var out bytes.Buffer
	writer, reused := t.writers.Get().(*gzip.Writer)
	if reused {
		writer.Reset(&out)
	} else {
		var err error
		if writer, err = gzip.NewWriterLevel(&out, gzip.BestCompression); err != nil {
			return nil, fmt.Errorf("set up the compression of tiles: %w", err)
		}
	}
	defer t.writers.Put(writer)
	if _, err := writer.Write(data); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	if err := writer.Close(); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	return bytes.Clone(out.Bytes()), nil
}

type cacheKey struct {
	version string
	epoch   sentra.Date
	tile    maptile.Tile
	layers  string
}

// cache is an LRU cache of byte slices, limited by their total size.
type cache struct {
	mu      sync.Mutex
	entries *simplelru.LRU[cacheKey, []byte]
	bytes   int
	limit   int
}

// entryOverhead is the approximate size of an entry besides its bytes.
const entryOverhead = 256

func newCache(limit int) (*cache, error) {
	c := &cache{limit: limit}
	entries, err := simplelru.NewLRU(max(1, limit/entryOverhead), func(_ cacheKey, data []byte) { c.bytes -= len(data) + entryOverhead })
	if err != nil {
		return nil, fmt.Errorf("make the cache of tiles: %w", err)
	}
	c.entries = entries
	return c, nil
}

func (c *cache) get(key cacheKey) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries.Get(key)
}

func (c *cache) add(key cacheKey, data []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries.Contains(key) {
		return
	}
	c.bytes += len(data) + entryOverhead
	c.entries.Add(key, data)
	for c.bytes > c.limit && c.entries.Len() > 0 {
		c.entries.RemoveOldest()
	}
}
