package ogc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// MaxLimit is the maximum number of features per page, DefaultLimit the default.
const MaxLimit, DefaultLimit = 1_000, 100

// Items is a page of features, or a single feature, ready to be written.
type Items struct {
	site       *Site
	collection *Collection
	export     *export.Export
	// rows are the numbers of the page's rows in the export.
	rows []int
	// Matched is the number of features on all pages, NotCovered the number of those
	// that may match.
	Matched, NotCovered int
	// CRS is the URI of the coordinate reference system of the positions.
	CRS   string
	links []Link
	alone bool
}

// Items returns a page of the features of a collection. The error is a BAD_USER_INPUT
// whose path begins with the parameter, or a NOT_FOUND.
func (s *Site) Items(ctx context.Context, id string) (*Items, error) {
	c, err := collection(id)
	if err != nil {
		return nil, err
	}
	names := []string{"limit", "bbox", "after", "filter", "filter-lang", "filter-crs", "crs", "bbox-crs"}
	for _, column := range c.queryables() {
		names = append(names, column.Name)
	}
	if err := s.onlyThese(names...); err != nil {
		return nil, err
	}
	limit := DefaultLimit
	if s.rest.Has("limit") {
		if limit, err = integer("limit", s.rest.Get("limit")); err != nil {
			return nil, err
		}
		if limit < 1 {
			return nil, sentra.BadInput("limit", "a page has at least 1 feature")
		}
		// The standard requires more than the maximum to mean the maximum.
		limit = min(limit, MaxLimit)
	}
	request := s.request(c)
	if request.LatFirst, err = s.crs("crs"); err != nil {
		return nil, err
	}
	latFirst, err := s.crs("bbox-crs")
	if err != nil {
		return nil, err
	}
	// box is for filtering facts here; other layers use an index.
	var box *sentra.BBox
	if s.rest.Has("bbox") {
		if box, err = parseBBox(s.rest.Get("bbox"), latFirst); err != nil {
			return nil, err
		}
		switch c.layer {
		case export.Regions:
			request.Regions.BBox, box = box, nil
		case export.Clusters:
			request.Clusters, box = &sentra.ClusterFilter{BBox: box}, nil
		default:
			if err := geo.CheckBBox(*box); err != nil {
				return nil, named(sentra.In("filter", err))
			}
		}
	}
	all, err := export.New(ctx, s.Atlas, request)
	if err != nil {
		return nil, named(err)
	}
	matches, unknown, err := s.matching(ctx, c, all, box)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(matches, func(i, j int) int { return strings.Compare(all.ID(i), all.ID(j)) })
	page := &Items{site: s, collection: c, export: all, Matched: len(matches), NotCovered: all.NotCovered + unknown, CRS: crsName(request.LatFirst)}
	// The page is found by the last id before it and not by an offset, so that no
	// feature is lost or repeated if the dataset changes between pages.
	if after := s.rest.Get("after"); after != "" {
		matches = slices.DeleteFunc(matches, func(i int) bool { return all.ID(i) <= after })
	}
	page.rows = matches[:min(limit, len(matches))]
	path := "/collections/" + c.ID + "/items"
	var given []string
	for name, values := range s.rest {
		given = append(given, name, values[0])
	}
	page.links = s.selfAndPage(path, MediaGeoJSON, c.Title, given...)
	if len(page.rows) < len(matches) {
		format, media := "json", MediaGeoJSON
		if s.HTML {
			format, media = "html", mediaPage
		}
		given = append(given, "after", all.ID(page.rows[len(page.rows)-1]), "limit", strconv.Itoa(limit))
		page.links = append(page.links, Link{s.address(path, append(given, "f", format)...), "next", media, "The next page"})
	}
	page.links = append(page.links, Link{s.address("/collections/" + c.ID), "collection", MediaJSON, c.Title})
	return page, nil
}

// Item returns one feature, or NOT_FOUND if there is none with the id on the day.
func (s *Site) Item(ctx context.Context, id, feature string) (*Items, error) {
	c, err := collection(id)
	if err != nil {
		return nil, err
	}
	if err := s.onlyThese("crs"); err != nil {
		return nil, err
	}
	request := s.request(c)
	if request.LatFirst, err = s.crs("crs"); err != nil {
		return nil, err
	}
	all, err := export.New(ctx, s.Atlas, request)
	if err != nil {
		return nil, named(err)
	}
	for i := range all.Count {
		if all.ID(i) == feature {
			links := append(s.selfAndPage("/collections/"+c.ID+"/items/"+url.PathEscape(feature), MediaGeoJSON, "This feature"), Link{s.address("/collections/" + c.ID), "collection", MediaJSON, c.Title})
			return &Items{site: s, collection: c, export: all, rows: []int{i}, Matched: 1, CRS: crsName(request.LatFirst), links: links, alone: true}, nil
		}
	}
	return nil, sentra.Errorf(sentra.CodeNotFound, "there is no feature %.60q in %s on %s", feature, c.ID, s.Day)
}

// named replaces the name of an export's parameter in an error by that of this API.
func named(err error) error {
	return sentra.Renamed("asOf", "datetime", sentra.Renamed("filter", "bbox", err))
}

// crs parses a parameter with a coordinate reference system, and reports whether
// latitude comes first in it.
func (s *Site) crs(name string) (latFirst bool, err error) {
	switch given := s.rest.Get(name); {
	case !s.rest.Has(name) || given == crs84:
		return false, nil
	case given == epsg4326:
		return true, nil
	default:
		return false, sentra.BadInput(name, "the coordinate reference system %.80q is not supported; give %s or %s", given, crs84, epsg4326)
	}
}

func crsName(latFirst bool) string {
	if latFirst {
		return epsg4326
	}
	return crs84
}

// matching returns the rows that have the requested values (in a list, one of its
// values), match the filter and are in the box, if any; and the number of rows that
// may match the filter.
func (s *Site) matching(ctx context.Context, c *Collection, all *export.Export, box *sentra.BBox) (rows []int, unknown int, err error) {
	type wanted struct {
		column int
		value  string
	}
	var values []wanted
	for i, column := range all.Columns() {
		if s.rest.Has(column.Name) {
			if err := check(column, s.rest.Get(column.Name)); err != nil {
				return nil, 0, err
			}
			values = append(values, wanted{i, s.rest.Get(column.Name)})
		}
	}
	test, err := s.filterTest(ctx, c, all.Columns())
	if err != nil {
		return nil, 0, err
	}
	rows = make([]int, 0, all.Count)
	for i := range all.Count {
		if err := sentra.Ended(ctx, "while features were filtered"); err != nil {
			return nil, 0, err
		}
		if len(values) == 0 && test == nil && box == nil {
			rows = append(rows, i)
			continue
		}
		row := all.Row(i)
		if slices.ContainsFunc(values, func(w wanted) bool { return !has(row.Value(w.column), w.value) }) {
			continue
		}
		if box != nil {
			if place, known := row.Place(); !known || !geo.InBBox(*box, place) {
				continue
			}
		}
		truth := sentra.True
		if test != nil {
			truth = test(row)
		}
		switch truth {
		case sentra.True:
			rows = append(rows, i)
		case sentra.Unknown:
			unknown++
		}
	}
	return rows, unknown, nil
}

// check rejects a value that a column can never have.
func check(column export.Column, value string) error {
	switch {
	case column.Values != nil && !slices.Contains(column.Values, value):
		return sentra.BadInput(column.Name, "%.40q is not one of %s", value, strings.Join(column.Values, ", "))
	case column.Type == export.Integer:
		_, err := integer(column.Name, value)
		return err
	case column.Type == export.Boolean && value != "true" && value != "false":
		return sentra.BadInput(column.Name, "%.40q is neither true nor false", value)
	case column.Type == export.Day:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return sentra.BadInput(column.Name, "%.40q is not a date; write YYYY-MM-DD", value)
		}
	}
	return nil
}

func has(value any, wanted string) bool {
	switch v := value.(type) {
	case nil:
		return false
	case []string:
		return slices.Contains(v, wanted)
	}
	return fmt.Sprint(value) == wanted
}

func integer(name, text string) (int, error) {
	number, err := strconv.Atoi(text)
	if err != nil {
		return 0, sentra.BadInput(name, "%.40q is not a whole number", text)
	}
	return number, nil
}

// parseBBox parses west,south,east,north in degrees, or with two heights between,
// which are ignored because nothing here has a height. If west is greater than east
// the box crosses the antimeridian. latFirst means that latitudes come before
// longitudes.
func parseBBox(text string, latFirst bool) (*sentra.BBox, error) {
	var numbers []float64
	for part := range strings.SplitSeq(text, ",") {
		number, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
			return nil, sentra.BadInput("bbox", "%.40q is not a number; give west,south,east,north in degrees", part)
		}
		numbers = append(numbers, number)
	}
	switch len(numbers) {
	case 4:
	case 6:
		numbers = []float64{numbers[0], numbers[1], numbers[3], numbers[4]}
	default:
		return nil, sentra.BadInput("bbox", "bbox has %d numbers; give west,south,east,north in degrees", len(numbers))
	}
	return boxOf([4]float64(numbers), latFirst), nil
}

// PartWriter writes parts that repeat between pages separately from the rest.
type PartWriter interface {
	io.Writer
	WritePart(part []byte) error
}

// partFrom is the minimum length in bytes of a feature that is written as a part by
// itself. For the regencies with full boundaries this adds an eighth to the size, and
// leaves few bytes to compress for a page like one before; at zoom 5 it changes little.
const partFrom = 6 << 10

// Rows returns the number of features on the page.
func (p *Items) Rows() int { return len(p.rows) }

// WriteJSON writes the page as a GeoJSON FeatureCollection, feature by feature, or
// the single feature as a Feature. now is the time of the answer.
func (p *Items) WriteJSON(ctx context.Context, w io.Writer, now time.Time) error {
	links, err := json.Marshal(p.links)
	if err != nil {
		return fmt.Errorf("encode the links: %w", err)
	}
	parts, inParts := w.(PartWriter)
	out := make([]byte, 0, 2*chunk)
	if p.alone {
		out = p.export.Row(p.rows[0]).AppendFeature(out)
		out = append(bytes.TrimSuffix(out, []byte("}")), `,"links":`...)
		_, err = w.Write(append(append(out, links...), "}\n"...))
		return err
	}
	out = fmt.Appendf(out, `{"type":"FeatureCollection","links":%s,"timeStamp":%q,"numberMatched":%d,"numberReturned":%d,"notCoveredCount":%d,"asOf":%q,"datasetVersion":%q,"features":[`,
		links, now.UTC().Format(time.RFC3339), p.Matched, len(p.rows), p.NotCovered, p.site.Day, p.site.Data.Version)
	separator := "\n"
	// afterPart means that all bytes written since the first part were in parts. What
	// follows a part cannot refer to bytes before it, and may as well be a part itself.
	afterPart := false
	write := func(data []byte) error {
		if afterPart && len(data) > 0 {
			return parts.WritePart(data)
		}
		_, err := w.Write(data)
		return err
	}
	for _, i := range p.rows {
		if err := sentra.Ended(ctx, "while features were written"); err != nil {
			return err
		}
		before := len(out)
		out = p.export.Row(i).AppendFeature(append(out, separator...))
		separator = ",\n"
		switch {
		case inParts && len(out)-before >= partFrom:
			if err = write(out[:before]); err == nil {
				err = parts.WritePart(out[before:])
			}
			out, afterPart = out[:0], true
		case len(out) >= chunk:
			err = write(out)
			out = out[:0]
		}
		if err != nil {
			return err
		}
	}
	_, err = w.Write(append(out, "\n]}\n"...))
	return err
}

// chunk is the approximate size of a write in bytes.
const chunk = 32 << 10

// Page returns the features as an HTML page: a table, or all properties of one.
func (p *Items) Page() Page {
	page := Page{Title: p.collection.Title, Links: p.links}
	columns := p.export.Columns()
	if p.alone {
		row := p.export.Row(p.rows[0])
		page.Title = fmt.Sprintf("%s: %s", p.collection.Title, p.export.ID(p.rows[0]))
		page.Description = fmt.Sprintf("As of %s.", p.site.Day)
		page.Columns = []string{"property", "value", "what it means"}
		for i, column := range columns {
			page.Rows = append(page.Rows, PageRow{Cells: []string{column.Name, p.cell(row.Value(i)), column.Description}})
		}
		return page
	}
	page.Description = fmt.Sprintf("%d of %d as of %s.", len(p.rows), p.Matched, p.site.Day)
	if p.NotCovered > 0 {
		page.Description += fmt.Sprintf(" For %d more it is not known whether they match.", p.NotCovered)
	}
	page.Columns = export.NarrowColumns(p.collection.layer)
	for _, i := range p.rows {
		row := p.export.Row(i)
		var cells []string
		for _, name := range page.Columns {
			at := slices.IndexFunc(columns, func(c export.Column) bool { return c.Name == name })
			cells = append(cells, p.cell(row.Value(at)))
		}
		page.Rows = append(page.Rows, PageRow{Href: p.site.address("/collections/"+p.collection.ID+"/items/"+url.PathEscape(p.export.ID(i)), "f", "html"), Cells: cells})
	}
	return page
}

// cell formats a value for readers.
func (p *Items) cell(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []string:
		return strings.Join(v, "; ")
	case []sentra.SourceID:
		titles := make([]string, len(v))
		for i, id := range v {
			titles[i] = p.site.Source(id).Title
		}
		return strings.Join(titles, "; ")
	}
	return fmt.Sprint(value)
}
