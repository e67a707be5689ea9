package tile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/pmtiles"
)

// WriteArchive writes all non-empty tiles of the zooms from 0 to maxZoom as a PMTiles
// archive. One goroutine per processor builds them, and a temporary file stores them.
// progress, if not nil, is called with the number of tiles tried. An error in the
// query is a BAD_USER_INPUT as in Build.
func (t *Tiles) WriteArchive(ctx context.Context, w io.Writer, q Query, maxZoom int, progress func(done, all int)) (err error) {
	b, err := t.Builder()
	if err != nil {
		return err
	}
	on, err := b.Check(ctx, q)
	if err != nil {
		return err
	}
	described := b.TileJSON("", on, q.Layers)
	archive, err := pmtiles.NewWriter()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, archive.Close()) }()
	all := tilesOver(described.Bounds, maxZoom)
	const atOnce = 256
	for first := 0; first < len(all); first += atOnce {
		part := all[first:min(first+atOnce, len(all))]
		made := make([][]byte, len(part))
		group, making := errgroup.WithContext(ctx)
		group.SetLimit(runtime.GOMAXPROCS(0))
		for i := range part {
			group.Go(func() (err error) {
				if err := making.Err(); err != nil {
					return err
				}
				made[i], err = t.build(making, b, part[i].Tile, q)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			return fmt.Errorf("make tiles: %w", err)
		}
		for i, data := range made {
			if data == nil {
				continue
			}
			if err := archive.Add(part[i].id, data); err != nil {
				return err
			}
		}
		if progress != nil {
			progress(first+len(part), len(all))
		}
	}
	return archive.Write(w, pmtiles.Info{MaxZoom: maxZoom, Bounds: described.Bounds, Center: described.Center, Metadata: map[string]any{
		"name": described.Name, "description": described.Description, "attribution": described.Attribution, "type": "overlay", "vector_layers": described.VectorLayers,
		"asOf": q.Day.String(), "datasetVersion": b.Version(),
	}})
}

// numbered is a tile with its position in an archive.
type numbered struct {
	maptile.Tile
	id uint64
}

// tilesOver returns the tiles of a box and their neighbours, which its buffers may
// reach into, by their position in an archive.
func tilesOver(bounds [4]float64, maxZoom int) (out []numbered) {
	for z := range maptile.Zoom(maxZoom + 1) {
		last := uint32(1)<<z - 1
		northWest, southEast := maptile.At(orb.Point{bounds[0], bounds[3]}, z), maptile.At(orb.Point{bounds[2], bounds[1]}, z)
		for x := max(northWest.X, 1) - 1; x <= min(southEast.X+1, last); x++ {
			for y := max(northWest.Y, 1) - 1; y <= min(southEast.Y+1, last); y++ {
				out = append(out, numbered{maptile.New(x, y, z), pmtiles.ID(uint32(z), x, y)})
			}
		}
	}
	slices.SortFunc(out, func(a, b numbered) int { return cmp.Compare(a.id, b.id) })
	return out
}
