package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

const (
	leastZoom, mostZoom = 4, 10
	// tilesPerZoom is the number of tiles built per zoom.
	tilesPerZoom = 20
)

//go:embed tiles.sql
var tileTables string

//go:embed tile.sql
var tileStatement string

// tileSample returns tiles with land for every zoom, without duplicates.
func (w *world) tileSample() []maptile.Tile {
	random := random(6)
	var tiles []maptile.Tile
	for zoom := leastZoom; zoom <= mostZoom; zoom++ {
		points, _ := w.faces.landPoints(random, 10*tilesPerZoom)
		var of []maptile.Tile
		for _, p := range points {
			if t := maptile.At(p, maptile.Zoom(zoom)); len(of) < tilesPerZoom && !slices.Contains(of, t) {
				of = append(of, t)
			}
		}
		tiles = append(tiles, of...)
	}
	return tiles
}

// fillTiles stores the layers in PostGIS in Web Mercator: the full shapes, and ones
// simplified in advance for each zoom with Sentra's own tolerance.
func (w *world) fillTiles(ctx context.Context) error {
	if _, err := w.db.ExecContext(ctx, tileTables); err != nil {
		return fmt.Errorf("make the tables of the tiles: %w", err)
	}
	for i := range w.atlas.Data.Regions {
		r := &w.atlas.Data.Regions[i]
		s := w.on.Shape(r.Code)
		if s == nil {
			continue
		}
		judged := w.on.Affirmative(r.Code)
		_, err := w.db.ExecContext(ctx, `INSERT INTO measured.tile_region SELECT $1, replace($1, '.', '')::int, $2, $3, $4, $5, $6, $7, $8, ST_Transform($9::geometry, 3857), ST_Transform($10::geometry, 3857)`,
			string(r.Code), r.Name, string(r.Kind), string(w.on.Province(r.Code)), string(judged.Answer), string(judged.Of(sentra.Disadvantaged).Answer),
			string(judged.Of(sentra.Border).Answer), len(w.on.ClustersOf(r.Code)), wkb(s.Label), wkb(s.Boundary.Shape))
		if err != nil {
			return fmt.Errorf("write the region %s for the tiles: %w", r.Code, err)
		}
	}
	for zoom := leastZoom; zoom <= mostZoom; zoom++ {
		if _, err := w.db.ExecContext(ctx, `INSERT INTO measured.tile_shape SELECT $1, code, coalesce(ST_Simplify(shape, $2), ST_Simplify(shape, $2, true)) FROM measured.tile_region`, zoom, coverage.ZoomTolerance(zoom)); err != nil {
			return fmt.Errorf("simplify the shapes for the tiles of zoom %d: %w", zoom, err)
		}
	}
	if _, err := w.db.ExecContext(ctx, `INSERT INTO measured.tile_shape SELECT -1, code, shape FROM measured.tile_region`); err != nil {
		return fmt.Errorf("write the shapes for the tiles: %w", err)
	}
	if _, err := w.db.ExecContext(ctx, `VACUUM (ANALYZE) measured.tile_region, measured.tile_shape, measured.tile_cluster`); err != nil {
		return fmt.Errorf("analyse the tables of the tiles: %w", err)
	}
	return nil
}

func measureTiles(ctx context.Context, w *world, t *table) error {
	if err := w.fillTiles(ctx); err != nil {
		return err
	}
	builder, err := tile.NewBuilder(w.atlas, func(key string) string { return key })
	if err != nil {
		return err
	}
	query := tile.Query{Day: today, Layers: []string{tile.LayerProvinces, tile.LayerRegencies, tile.LayerClusters, tile.LayerLabels}}
	all := tile.Query{Day: today}
	tiles := w.tileSample()
	// What tiles of a zoom share is computed in advance for Sentra, like the simplified
	// shapes in PostGIS's tables.
	for zoom := leastZoom; zoom <= mostZoom; zoom++ {
		if err := builder.Prepare(today, zoom); err != nil {
			return err
		}
	}
	conn, err := w.peerConnection(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	statement, err := conn.PreparexContext(ctx, tileStatement)
	if err != nil {
		return fmt.Errorf("prepare the query of a tile: %w", err)
	}
	peer := func(m maptile.Tile, shapes int) (data []byte, err error) {
		return data, statement.GetContext(ctx, &data, int(m.Z), int(m.X), int(m.Y), shapes)
	}

	differ, ours, theirs := 0, 0, 0
	for _, m := range tiles {
		got, err := builder.Build(ctx, m, query)
		if err != nil {
			return err
		}
		want, err := peer(m, int(m.Z))
		if err != nil {
			return fmt.Errorf("build the tile %v with PostGIS: %w", m, err)
		}
		ours, theirs = ours+len(got), theirs+len(want)
		gotCodes, err := regenciesIn(got)
		if err != nil {
			return err
		}
		wantCodes, err := regenciesIn(want)
		if err != nil {
			return err
		}
		if !slices.Equal(gotCodes, wantCodes) {
			differ++
		}
	}
	t.note("Tiles: %d of zooms %d to %d, layers provinces, regencies, clusters and labels; %.1f KiB on the mean by Sentra, %.1f by PostGIS (shapes simplified beforehand); for %d the set of regencies differs, by slivers at the tile's edge.",
		len(tiles), leastZoom, mostZoom, float64(ours)/1024/float64(len(tiles)), float64(theirs)/1024/float64(len(tiles)), differ)

	m, err := inTurns(w.settings.rounds,
		side{len(tiles), func(i int) error { _, err := builder.Build(ctx, tiles[i], query); return err }},
		side{len(tiles), func(i int) error { _, err := peer(tiles[i], int(tiles[i].Z)); return err }},
		side{len(tiles), func(i int) error { _, err := peer(tiles[i], -1); return err }},
		side{len(tiles), func(i int) error { _, err := builder.Build(ctx, tiles[i], all); return err }})
	if err != nil {
		return err
	}
	work := fmt.Sprintf("vector tile, cold, z%d-z%d, mean", leastZoom, mostZoom)
	t.faster(work, m[0].mean, "", "PostGIS `ST_AsMVT`, shapes as imported", m[2].mean, 5)
	t.faster(work, m[0].mean, "", "the same, shapes simplified beforehand for each zoom", m[1].mean, 5)
	t.faster(fmt.Sprintf("vector tile, cold, z%d-z%d, p99", leastZoom, mostZoom), m[0].p99, "", "the same", m[1].p99, 0)
	t.bare(work+", with the layer `borders` too", fmt.Sprintf("%s (p99 %s)", short(m[3].mean), short(m[3].p99)), "", false)
	return nil
}

// regenciesIn returns the codes of the regencies in a tile, sorted.
func regenciesIn(data []byte) ([]string, error) {
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		return nil, fmt.Errorf("decode a tile: %w", err)
	}
	var codes []string
	for _, layer := range layers {
		if layer.Name == tile.LayerRegencies {
			for _, f := range layer.Features {
				codes = append(codes, fmt.Sprint(f.Properties["code"]))
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil
}
