package httpserver

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/paulmach/orb/maptile"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// tileWeight is the memory that making a tile may need, in bytes.
const tileWeight = 2 << 20

// tile sends one tile, or 204 if it is empty.
func (t *tileRoutes) tile(w http.ResponseWriter, r *http.Request) error {
	at, err := readTile(r)
	if err != nil {
		return err
	}
	q, err := t.ask(r)
	if err != nil {
		return err
	}
	if t.known(w, r, q, "") {
		return nil
	}
	data, kept := t.tiles.Kept(q.builder, at, q.Query)
	if !kept {
		ticket, err := t.work.enter(r.Context(), r, tileWeight)
		if err != nil {
			refuseBusy(w, err)
			return nil
		}
		data, err = t.tiles.Gzipped(r.Context(), q.builder, at, q.Query)
		ticket.Leave()
		if err != nil {
			return err
		}
	}
	if data == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
	// The middleware has already set Vary.
	if accepts(r.Header["Accept-Encoding"], "gzip") {
		// If set before the first byte, the middleware does not compress a second time.
		w.Header().Set("Content-Encoding", "gzip")
		sendWhole(w, r, data)
		return nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read a kept tile: %w", err)
	}
	unpacked, err := io.ReadAll(reader)
	if err != nil {
		return fmt.Errorf("unpack a kept tile: %w", err)
	}
	sendWhole(w, r, unpacked)
	return nil
}

// readTile parses z, x and y of the path.
func readTile(r *http.Request) (maptile.Tile, error) {
	// chi would end {y}.mvt at the first dot, even for 1.5.mvt.
	y, named := strings.CutSuffix(chi.URLParam(r, "y"), ".mvt")
	if !named {
		return maptile.Tile{}, sentra.BadInput("", "the address of a tile is /tiles/{z}/{x}/{y}.mvt")
	}
	number := func(name, text string, most uint64) (uint32, error) {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil || n > most {
			return 0, sentra.BadInput(name, "%s is %.20q; give a whole number from 0 to %d", name, text, most)
		}
		return uint32(n), nil
	}
	z, err := number("z", chi.URLParam(r, "z"), tile.MaxZoom)
	if err != nil {
		return maptile.Tile{}, err
	}
	last := uint64(1)<<z - 1
	x, err := number("x", chi.URLParam(r, "x"), last)
	if err != nil {
		return maptile.Tile{}, err
	}
	row, err := number("y", y, last)
	return maptile.New(x, row, maptile.Zoom(z)), err
}
