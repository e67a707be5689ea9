package ingest

import (
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// citations converts cells with citations to sources.
type citations struct {
	known *sentra.Bibliography
	added []sentra.Source
	lists map[string][]sentra.SourceID // by cell
}

func newCitations(data *sentra.Dataset) *citations {
	return &citations{known: sentra.NewBibliography(data.Sources), lists: make(map[string][]sentra.SourceID)}
}

// of returns the sources of a row.
func (c *citations) of(row *row) []sentra.SourceID {
	cell := row.text("source")
	if ids, known := c.lists[cell]; known {
		return ids
	}
	if cell = row.need("source", maxText); cell == "" {
		return nil
	}
	for _, text := range sentra.Citations(cell) {
		if sentra.Slug(text) == "" {
			row.fault("source", "%s names no source: it has no letter a-z or digit", tablefile.Quote(text))
			return nil
		}
		if len([]rune(text)) > maxName {
			row.fault("source", "the source %s has more than %d characters", tablefile.Quote(text), maxName)
			return nil
		}
	}
	ids, added := c.known.Cite(cell)
	if len(ids) == 0 {
		row.fault("source", "a source is missing")
		return nil
	}
	c.added = append(c.added, added...)
	c.lists[cell] = ids
	return ids
}
