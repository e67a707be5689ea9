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

// tile answers with one tile: 204 when nothing is in it.
func (t *tileRoutes) tile(w http.ResponseWriter, r *http.Request) error {
	at, err := readTile(r)
	if err != nil {
		return err
	}
	q, err := t.ask(r)
	if err != nil {
		return err
	}
	if t.known(w, r, q) {
		return nil
	}
	data, err := t.tiles.Gzipped(r.Context(), q.builder, at, q.Query)
	if err != nil {
		return err
	}
	if data == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	w.Header().Set("Content-Type", "application/vnd.mapbox-vector-tile")
	// The middleware has set Vary already.
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		// Set before the first byte, the encoding keeps the middleware from
		// compressing a second time.
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data)
		return nil
	}
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("read a kept tile: %w", err)
	}
	_, _ = io.Copy(w, reader)
	return nil
}

// readTile reads z, x and y of the path.
func readTile(r *http.Request) (maptile.Tile, error) {
	// chi would end {y}.mvt at the first dot, also at that of 1.5.mvt.
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

// acceptsGzip tells whether a client takes gzip by its Accept-Encoding (RFC 9110, section 12.5.3).
func acceptsGzip(headers []string) bool {
	any := false
	for _, header := range headers {
		for _, one := range strings.Split(header, ",") {
			coding, parameters, _ := strings.Cut(one, ";")
			quality := 1.0
			if q, found := strings.CutPrefix(strings.ReplaceAll(parameters, " ", ""), "q="); found {
				quality, _ = strconv.ParseFloat(q, 64)
			}
			switch strings.ToLower(strings.TrimSpace(coding)) {
			case "gzip", "x-gzip":
				return quality > 0
			case "*":
				any = quality > 0
			}
		}
	}
	return any
}
