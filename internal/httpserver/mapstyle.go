package httpserver

import (
	"encoding/json"
	"net/http"
)

// style answers with a MapLibre style for the tiles that the parameters ask for.
func (t *tileRoutes) style(w http.ResponseWriter, r *http.Request) error {
	q, err := t.ask(r)
	if err != nil {
		return err
	}
	if t.known(w, r, q) {
		return nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(q.builder.Style(tilesURL(r, q), q.Day))
	return nil
}
