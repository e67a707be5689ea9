package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"

	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tablefile"
)

// Column is a column of a kind of table.
type Column struct {
	// Name is the column's own name, which is used in files written by Sentra.
	Name string
	// Headers are other names of the column, mostly Indonesian. Case, spaces and
	// punctuation are ignored.
	Headers []string
	// Required columns must be in the file, or be set for all rows.
	Required bool
	// NotStored columns are validated and used, but not stored.
	NotStored bool
	// About describes the content.
	About string
}

// Schema is the columns of a kind of table.
type Schema struct {
	// Kind is the argument of the command: "clusters".
	Kind    string
	Columns []Column
	// AnyOf are groups of columns of which a file needs at least one each.
	AnyOf [][]string

	index    map[string]int // by name
	byHeader map[string]int // by header as headerKey gives it
}

// Names lists the columns.
func (s *Schema) Names() []string {
	names := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		names[i] = c.Name
	}
	return names
}

// ignored are headers of columns without information, such as a row's number.
var ignored = []string{"no", "nomor", "no urut", "nomor urut", "#"}

func newSchema(kind string, anyOf [][]string, columns ...Column) *Schema {
	s := &Schema{Kind: kind, Columns: columns, AnyOf: anyOf, index: make(map[string]int), byHeader: make(map[string]int)}
	for i, c := range columns {
		s.index[c.Name] = i
		for _, header := range append([]string{c.Name}, c.Headers...) {
			key := headerKey(header)
			if other, twice := s.byHeader[key]; twice && other != i {
				panic(fmt.Sprintf("ingest: the header %q means %s and %s", header, columns[other].Name, c.Name))
			}
			s.byHeader[key] = i
		}
	}
	return s
}

// headerKey removes from a header what is ignored: case, spaces and punctuation.
func headerKey(header string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(header), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#'
	}), " ")
}

// nearest returns the most similar header, with its column.
func (s *Schema) nearest(header string) string {
	key := headerKey(header)
	if key == "" || len(key) > 100 {
		return ""
	}
	best, distance := "", 1+len(key)/3
	for _, known := range slices.Sorted(maps.Keys(s.byHeader)) {
		if d := levenshtein.ComputeDistance(key, known); d < distance {
			best, distance = fmt.Sprintf("; the nearest is %q (%s)", known, s.Columns[s.byHeader[known]].Name), d
		}
	}
	return best
}

// ParseMapping parses pairs "Nama Sentra=name_id": a header and the column that it
// means, or "-" for a column to skip. It skips empty pairs and those that begin with
// #.
func ParseMapping(pairs []string) (map[string]string, error) {
	mapping := make(map[string]string)
	for _, pair := range pairs {
		if pair = strings.TrimSpace(pair); pair == "" || strings.HasPrefix(pair, "#") {
			continue
		}
		at := strings.LastIndex(pair, "=")
		if at < 1 || strings.TrimSpace(pair[at+1:]) == "" {
			return nil, sentra.BadInput("map", "%s is not a mapping; write HEADER=COLUMN", tablefile.Quote(pair))
		}
		header, column := headerKey(pair[:at]), strings.TrimSpace(pair[at+1:])
		if before, twice := mapping[header]; twice && before != column {
			return nil, sentra.BadInput("map", "the header %s is mapped to %s and to %s", tablefile.Quote(pair[:at]), before, tablefile.Quote(column))
		}
		mapping[header] = column
	}
	return mapping, nil
}

// headers finds the columns of a file's header.
type headers struct {
	schema  *Schema
	mapping map[string]string // header as headerKey gives it to column, or "-"
	set     map[string]string // column to the value for all rows

	names  []string // the file's name of each column; "" for one it does not have
	places []string
	unread []string // columns that were ignored
}

func newHeaders(schema *Schema, options TableOptions) (*headers, error) {
	h := &headers{schema: schema, mapping: options.Map, set: make(map[string]string), names: make([]string, len(schema.Columns)), places: make([]string, len(schema.Columns))}
	for _, header := range slices.Sorted(maps.Keys(options.Map)) {
		if column := options.Map[header]; column != "-" {
			if _, known := schema.index[column]; !known {
				return nil, sentra.BadInput("map", "there is no column %.40q; the columns are %s", column, strings.Join(schema.Names(), ", "))
			}
		}
	}
	for _, column := range slices.Sorted(maps.Keys(options.Set)) {
		if _, known := schema.index[column]; !known {
			return nil, sentra.BadInput("set", "there is no column %.40q; the columns are %s", column, strings.Join(schema.Names(), ", "))
		}
		cleaned, fault := tablefile.Clean(options.Set[column])
		if fault != "" {
			return nil, sentra.BadInput("set", "%s: %s", column, fault)
		}
		h.set[column] = cleaned
	}
	return h, nil
}

// column returns the index of the column that a header means, or -1 for one to skip.
func (h *headers) column(header, place string) (int, error) {
	key := headerKey(header)
	index, known := h.schema.byHeader[key]
	if column, mapped := h.mapping[key]; mapped {
		index, known = h.schema.index[column], true
		if column == "-" {
			index = -1
		}
	} else if !known && slices.Contains(ignored, key) {
		index, known = -1, true
	}
	switch {
	case key == "":
		return -1, at(place, "", "a column has the header %s; give it a name", tablefile.Quote(header))
	case !known:
		return -1, at(place, tablefile.Quote(header), "there is no such column%s; the columns are %s. Say what a header means with --map \"HEADER=COLUMN\", or ignore it with --map \"HEADER=-\"; if the header is further down, give its line with --header-row",
			h.schema.nearest(header), strings.Join(h.schema.Names(), ", "))
	case index < 0:
		h.unread = append(h.unread, header)
		return -1, nil
	case h.names[index] != "":
		name := h.schema.Columns[index].Name
		if h.names[index] == header {
			return -1, at(place, name, "the file has the column twice: %s at %s too; which one is right?", tablefile.Quote(header), h.places[index])
		}
		return -1, at(place, name, "the header %s means the column %s, as %s at %s does; ignore one of them with --map \"HEADER=-\"",
			tablefile.Quote(header), name, tablefile.Quote(h.names[index]), h.places[index])
	}
	if value, set := h.set[h.schema.Columns[index].Name]; set {
		return -1, at(place, h.schema.Columns[index].Name, "the file has the column, and --set gives it the value %s for all rows; give one of them", tablefile.Quote(value))
	}
	h.names[index], h.places[index] = header, place
	return index, nil
}

// has reports whether rows have a value of a column.
func (h *headers) has(column string) bool {
	_, set := h.set[column]
	return set || h.names[h.schema.index[column]] != ""
}

// missing returns the columns that the schema requires and the file lacks.
func (h *headers) missing() []string {
	var out []string
	for _, c := range h.schema.Columns {
		if c.Required && !h.has(c.Name) {
			out = append(out, described(c))
		}
	}
	for _, group := range h.schema.AnyOf {
		if !slices.ContainsFunc(group, h.has) {
			out = append(out, "one of "+strings.Join(group, ", "))
		}
	}
	return out
}

// described formats a column with its most common header.
func described(c Column) string {
	if len(c.Headers) == 0 {
		return c.Name
	}
	return fmt.Sprintf("%s (%q)", c.Name, c.Headers[0])
}

// Describe lists the columns for people, one per line.
func (s *Schema) Describe() string {
	width := 0
	for _, c := range s.Columns {
		width = max(width, len(c.Name))
	}
	var text strings.Builder
	for _, c := range s.Columns {
		also := ""
		if len(c.Headers) > 0 {
			also = "; also: " + strings.Join(c.Headers, ", ")
		}
		fmt.Fprintf(&text, "  %-*s  %s%s\n", width, c.Name, cmp.Or(c.About, c.Name), also)
	}
	return text.String()
}
