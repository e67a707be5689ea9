package tile

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt/vectortile"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/lazy"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Builder builds the tiles of one atlas. What tiles share - outlines and borders by
// zoom, values by epoch, results of filters - is computed on first use. It is safe
// for concurrent use.
type Builder struct {
	atlas     *atlas.Atlas
	clusterID func(key string) string
	changes   []sentra.Date
	// Results of filters, evicted by least recent use.
	selections *lru.Cache[filterKey, *selection]
	indexes    *lru.Cache[filterKey, *clusterIndex]
	marks      *lru.Cache[filterKey, *marks]

	spaces sync.Pool

	mu         sync.Mutex
	epochs     map[sentra.Date]*lazy.Value[*epoch]
	partitions []*partition
	// inherited are the partitions of the previous builder.
	inherited []*partition
}

// Numbers of cached filter results: an index grows with the clusters, 40 bytes each;
// a selection is small.
const (
	maxSelections = 256
	maxIndexes    = 16
)

// NewBuilder returns a builder. clusterID returns the id of a cluster for clients,
// from its key.
func NewBuilder(a *atlas.Atlas, clusterID func(key string) string) (*Builder, error) {
	selections, err := lru.New[filterKey, *selection](maxSelections)
	if err != nil {
		return nil, fmt.Errorf("make the cache of selections: %w", err)
	}
	indexes, err := lru.New[filterKey, *clusterIndex](maxIndexes)
	if err != nil {
		return nil, fmt.Errorf("make the cache of cluster indexes: %w", err)
	}
	marks, err := lru.New[filterKey, *marks](maxIndexes)
	if err != nil {
		return nil, fmt.Errorf("make the cache of mark indexes: %w", err)
	}
	return &Builder{atlas: a, clusterID: clusterID, changes: changeDays(a), selections: selections, indexes: indexes, marks: marks, epochs: make(map[sentra.Date]*lazy.Value[*epoch])}, nil
}

// Next returns the builder of the next atlas. It reuses what depends only on
// boundaries that did not change.
func (b *Builder) Next(a *atlas.Atlas) (*Builder, error) {
	next, err := NewBuilder(a, b.clusterID)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	next.inherited = b.partitions
	return next, nil
}

// Query selects the content of tiles.
type Query struct {
	// Day is the day of the content.
	Day sentra.Date
	// Regions restricts provinces, regencies, borders and labels; nil for all.
	Regions *sentra.RegionFilter
	// Clusters restricts the clusters; nil for all whose phase had begun by the day.
	Clusters *sentra.ClusterFilter
	// Layers to build, by name; nil for all.
	Layers []string
}

// selection is the regions that match a filter, by number.
type selection struct {
	// all means that everything matches, and regency and province are nil.
	all               bool
	regency, province []bool
}

func (s *selection) hasRegency(i int32) bool { return s.all || s.regency[i] }

func (s *selection) hasProvince(i int32) bool { return s.all || s.province[i] }

// view is an epoch with the selection of a query.
type view struct {
	on atlas.View
	*epoch
	*selection
	clusters *clusterIndex
}

// view applies a query. An error in a filter is a BAD_USER_INPUT whose path begins
// with asOf, filter or clusterFilter.
func (b *Builder) view(ctx context.Context, q Query) (view, error) {
	on, err := b.atlas.On(q.Day)
	if err != nil {
		return view{}, sentra.In("asOf", err)
	}
	e, err := b.epoch(on).Get(ctx, whileDrawn)
	if err != nil {
		return view{}, err
	}
	selected, err := b.selection(ctx, on, e, q.Regions)
	if err != nil {
		return view{}, err
	}
	clusters, err := b.clusters(ctx, on, q.Clusters)
	if err != nil {
		return view{}, sentra.Renamed("filter", "clusterFilter", err)
	}
	return view{on: on, epoch: e, selection: selected, clusters: clusters}, nil
}

// filterKey is a digest of a filter and its epoch.
type filterKey [sha256.Size]byte

func newFilterKey(epoch sentra.Date, filter any) (filterKey, error) {
	text, err := json.Marshal([]any{epoch, filter})
	if err != nil {
		return filterKey{}, fmt.Errorf("write down a filter: %w", err)
	}
	return sha256.Sum256(text), nil
}

func (b *Builder) selection(ctx context.Context, on atlas.View, e *epoch, filter *sentra.RegionFilter) (*selection, error) {
	if filter == nil {
		return &selection{all: true}, nil
	}
	key, err := newFilterKey(e.start, filter)
	if err != nil {
		return nil, err
	}
	if found, ok := b.selections.Get(key); ok {
		return found, nil
	}
	list, err := on.Regions(ctx, filter, sentra.RegionsByCode)
	if err != nil {
		return nil, err
	}
	kept := make(map[sentra.RegionCode]bool, len(list.Hits))
	for _, hit := range list.Hits {
		kept[hit.Code] = true
	}
	made := &selection{regency: make([]bool, len(e.regencies)), province: make([]bool, len(e.provinces))}
	for i, r := range e.regencies {
		made.regency[i] = kept[r.Code]
	}
	for i, p := range e.provinces {
		made.province[i] = kept[p.Code]
	}
	b.selections.Add(key, made)
	return made, nil
}

func (b *Builder) clusters(ctx context.Context, on atlas.View, filter *sentra.ClusterFilter) (*clusterIndex, error) {
	key, err := newFilterKey(b.Epoch(on.Day), filter)
	if err != nil {
		return nil, err
	}
	if found, ok := b.indexes.Get(key); ok {
		return found, nil
	}
	list, err := on.Clusters(ctx, filter, sentra.ClustersByPhase, true)
	if err != nil {
		return nil, err
	}
	clusters := make([]*atlas.Cluster, 0, list.Len())
	for hit := range list.All() {
		clusters = append(clusters, hit.Cluster)
	}
	made := newClusterIndex(clusters)
	b.indexes.Add(key, made)
	return made, nil
}

// marksOf returns the marks of the clusters that match a query.
func (b *Builder) marksOf(v view, filter *sentra.ClusterFilter) (*marks, error) {
	key, err := newFilterKey(v.start, filter)
	if err != nil {
		return nil, err
	}
	if found, ok := b.marks.Get(key); ok {
		return found, nil
	}
	made := newMarks(v.clusters.clusters, v.on)
	b.marks.Add(key, made)
	return made, nil
}

// Check validates a query as Build does, and returns the view of its day.
func (b *Builder) Check(ctx context.Context, q Query) (atlas.View, error) {
	v, err := b.view(ctx, q)
	return v.on, err
}

// Version is the version of the atlas's dataset.
func (b *Builder) Version() string { return b.atlas.Data.Version }

// Prepare computes what the tiles of a zoom share, which the first tile would do
// otherwise.
func (b *Builder) Prepare(day sentra.Date, zoom int) error {
	on, err := b.atlas.On(day)
	if err != nil {
		return sentra.In("asOf", err)
	}
	e := b.epoch(on).Must()
	l := e.partition.levels[zoom].Must()
	for _, p := range e.provinces {
		l.province(p.shape)
	}
	return nil
}

// Build builds a tile and returns its uncompressed bytes, or nil if it is empty. The
// tile must be valid and not deeper than MaxZoom. An error in the query is a
// BAD_USER_INPUT whose path begins with asOf, filter or clusterFilter.
func (b *Builder) Build(ctx context.Context, t maptile.Tile, q Query) ([]byte, error) {
	v, err := b.view(ctx, q)
	if err != nil {
		return nil, err
	}
	space, _ := b.spaces.Get().(*workspace)
	if space == nil {
		space = &workspace{}
	}
	c := newCutter(t, space)
	defer func() {
		// The encoded tile does not refer to the space, but the messages do.
		clear(space.features)
		*space = workspace{features: space.features[:0], tags: space.tags[:0], used: space.used, commands: c.data[:0], line: c.line[:0], out: c.out[:0]}
		b.spaces.Put(space)
	}()
	var tile vectortile.Tile
	for _, layer := range chosen(q.Layers) {
		w := newLayerWriter(layer, &v.table, space)
		switch layer.Name {
		case LayerProvinces:
			if err := addProvinces(ctx, w, v, c, int(t.Z)); err != nil {
				return nil, err
			}
		case LayerRegencies:
			if err := addRegencies(ctx, w, v, c, int(t.Z)); err != nil {
				return nil, err
			}
		case LayerBorders:
			if err := addBorders(ctx, w, v, c, int(t.Z)); err != nil {
				return nil, err
			}
		case LayerClusters:
			for i, g := range v.clusters.in(t) {
				if i%256 == 0 {
					if err := sentra.Ended(ctx, whileDrawn); err != nil {
						return nil, err
					}
				}
				id, values := b.clusterValues(g, v.on)
				c.origin = point{}
				c.commands.point(g.at)
				w.addValues(id, vectortile.Tile_POINT, values, c.feature())
			}
		case LayerLabels:
			addLabels(w, v, c, t)
		case LayerMarks:
			marks, err := b.marksOf(v, q.Clusters)
			if err != nil {
				return nil, err
			}
			for i, m := range marks.in(t) {
				if i%64 == 0 {
					if err := sentra.Ended(ctx, whileDrawn); err != nil {
						return nil, err
					}
				}
				id, values := b.markValues(m, v.on)
				c.origin = point{}
				c.commands.point(m.at)
				w.addValues(id, vectortile.Tile_POINT, values, c.feature())
			}
		}
		if len(w.message.Features) > 0 {
			tile.Layers = append(tile.Layers, &w.message)
		}
	}
	if len(tile.Layers) == 0 {
		return nil, nil
	}
	data, err := tile.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encode the tile %d/%d/%d: %w", t.Z, t.X, t.Y, err)
	}
	return data, nil
}

func addProvinces(ctx context.Context, w *layerWriter, v view, c *cutter, zoom int) error {
	l, err := v.partition.level(ctx, zoom)
	if err != nil {
		return err
	}
	for i, p := range v.provinces {
		if err := sentra.Ended(ctx, whileDrawn); err != nil {
			return err
		}
		if v.hasProvince(int32(i)) {
			w.add(featureID(p.Code), vectortile.Tile_POLYGON, v.provinceValues[i], c.area(l.province(p.shape)))
		}
	}
	return nil
}

func addRegencies(ctx context.Context, w *layerWriter, v view, c *cutter, zoom int) error {
	l, err := v.partition.level(ctx, zoom)
	if err != nil {
		return err
	}
	for i, r := range v.regencies {
		if err := sentra.Ended(ctx, whileDrawn); err != nil {
			return err
		}
		if v.hasRegency(int32(i)) {
			w.add(featureID(r.Code), vectortile.Tile_POLYGON, v.regencyValues[i], c.area(l.outlines[i]))
		}
	}
	return nil
}

// addBorders adds the borders of the selected regencies, and of the selected
// provinces those that bound them.
func addBorders(ctx context.Context, w *layerWriter, v view, c *cutter, zoom int) error {
	l, err := v.partition.level(ctx, zoom)
	if err != nil {
		return err
	}
	for i := range l.borders {
		if err := sentra.Ended(ctx, whileDrawn); err != nil {
			return err
		}
		border := &l.borders[i]
		if !border.bound.meets(c.window) {
			continue
		}
		left, right := border.left, border.right
		kept := v.hasRegency(left) || right != none && v.hasRegency(right)
		values := []int32{v.levels.regency, v.regencyValues[left][0], none}
		id := featureID(v.regencies[left].Code) * 10_000
		if right == none {
			values[0] = v.levels.coast
		} else {
			values[2] = v.regencyValues[right][0]
			id += featureID(v.regencies[right].Code)
		}
		inProvince := func(regency int32) bool {
			return regency != none && v.provinceOf[regency] != none && v.hasProvince(v.provinceOf[regency])
		}
		if right == none || v.provinceOf[left] != v.provinceOf[right] {
			if right != none {
				values[0] = v.levels.province
			}
			kept = kept || inProvince(left) || inProvince(right)
		}
		if kept {
			w.add(id, vectortile.Tile_LINESTRING, values, c.border(border))
		}
	}
	return nil
}

func addLabels(w *layerWriter, v view, c *cutter, t maptile.Tile) {
	c.origin = c.corner
	shift := MaxZoom - int(t.Z)
	for i := range v.labels {
		l := &v.labels[i]
		at := point{l.at.x >> shift, l.at.y >> shift}
		if l.minZoom > int(t.Z) || at.x>>extentBits != int32(t.X) || at.y>>extentBits != int32(t.Y) {
			continue
		}
		if l.province && v.hasProvince(l.number) || !l.province && v.hasRegency(l.number) {
			c.commands.point(at)
			w.add(l.id, vectortile.Tile_POINT, l.values, c.feature())
		}
	}
}

// area returns the commands for the part of an area in the window.
func (c *cutter) area(o *outline) []uint32 {
	if !o.bound.meets(c.window) {
		return nil
	}
	for i := range o.parts {
		p := &o.parts[i]
		if !p.bound.meets(c.window) {
			continue
		}
		if c.window.holds(p.bound) {
			c.origin = c.corner
			for r, ring := range p.rings {
				c.commands.ring(ring, r == 0)
			}
			continue
		}
		c.origin = point{}
		for r, ring := range p.rings {
			inside := c.cutRing(ring)
			if inside != nil {
				c.commands.ring(inside, r == 0)
			} else if r == 0 {
				break
			}
		}
	}
	return c.feature()
}

// border returns the commands for the part of a border in the window.
func (c *cutter) border(b *border) []uint32 {
	for i := range b.stretches {
		s := &b.stretches[i]
		if !s.bound.meets(c.window) {
			continue
		}
		if c.window.holds(s.bound) {
			c.origin = c.corner
			c.commands.line(s.line)
			continue
		}
		c.origin = point{}
		c.cutLine(s.line)
	}
	return c.feature()
}

// bounds returns a box around all content of tiles, in degrees.
func (b *Builder) bounds(on atlas.View) orb.Bound {
	bound, empty := orb.Bound{}, true
	for _, s := range b.epoch(on).Must().partition.shapes {
		if empty {
			bound, empty = s.Bound, false
		} else {
			bound = bound.Union(s.Bound)
		}
	}
	return bound
}
