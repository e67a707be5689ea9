package httpserver

import (
	"encoding/json"
	"net/http"
)

// tileJSON answers with the TileJSON of the tiles that the parameters ask for.
func (t *tileRoutes) tileJSON(w http.ResponseWriter, r *http.Request) error {
	q, err := t.ask(r)
	if err != nil {
		return err
	}
	if t.known(w, r, q) {
		return nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(q.builder.TileJSON(tilesURL(r, q), q.Day, q.Layers))
	return nil
}
