package ogc

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// Site is the API as one request sees it.
type Site struct {
	// Root is the address of the landing page, without a trailing slash.
	Root string
	// View is the atlas on the day of the features. Dated means that the client gave it.
	atlas.View
	Dated bool
	// Detail is the detail of boundaries.
	Detail geo.Detail
	// HTML requests an HTML page.
	HTML bool
	// Tiles describes the vector tiles of the day, with all layers if none are named;
	// addresses contain {z}, {x} and {y}.
	Tiles func(ctx context.Context, layers []string) (tile.TileJSON, error)
	// kept are the parameters that links preserve.
	kept url.Values
	// rest are the parameters that only some resources accept.
	rest url.Values
}

// NewSite reads the parameters that every resource accepts: datetime, zoom and f.
// Some clients, such as GDAL, add those of the original address to every request. day
// is that of the path, nil if it has none; today is the default. The error is a
// BAD_USER_INPUT whose path begins with the parameter.
func NewSite(a *atlas.Atlas, root string, day *sentra.Date, today sentra.Date, parameters url.Values) (*Site, error) {
	s := &Site{Root: root, Dated: day != nil, kept: url.Values{}, rest: url.Values{}}
	seen := today
	if day != nil {
		seen = *day
	}
	for name, values := range parameters {
		// GDAL appends its own parameters to those of a link.
		if len(slices.Compact(slices.Clone(values))) > 1 {
			return nil, sentra.BadInput(name, "the parameter %.40q is given with %d values", name, len(values))
		}
		switch name {
		case "datetime":
			var err error
			if seen, s.Dated, err = parseDatetime(values[0], today); err != nil {
				return nil, sentra.In(name, err)
			}
			s.kept.Set(name, values[0])
		case "zoom":
			s.kept.Set(name, values[0])
		case "f":
			if s.HTML = values[0] == "html"; !s.HTML && values[0] != "json" {
				return nil, sentra.BadInput(name, "there is no format %.40q; give json or html", values[0])
			}
		default:
			s.rest.Set(name, values[0])
		}
	}
	var err error
	if s.Detail, err = parseZoom(s.kept.Get("zoom")); err != nil {
		return nil, err
	}
	s.View, err = a.On(seen)
	return s, sentra.In("datetime", err)
}

func parseZoom(text string) (geo.Detail, error) {
	if text == "" {
		return geo.NewDetail(nil, nil, nil)
	}
	zoom, err := integer("zoom", text)
	if err != nil {
		return geo.Detail{}, err
	}
	return geo.NewDetail(&zoom, nil, nil)
}

// parseDatetime parses the parameter datetime: a day or time, or an interval of them,
// unbounded at an end with ".." or nothing. Features are as of one day: that of the
// time in Jakarta, or the last one of the interval, or today if it is unbounded.
func parseDatetime(text string, today sentra.Date) (day sentra.Date, dated bool, err error) {
	one := func(text string) (sentra.Date, error) {
		if moment, err := time.Parse(time.RFC3339, text); err == nil {
			return sentra.Today(moment), nil
		}
		return sentra.ParseDate(text)
	}
	from, to, interval := strings.Cut(text, "/")
	if !interval {
		day, err = one(text)
		return day, true, err
	}
	open := func(end string) bool { return end == "" || end == ".." }
	begin := sentra.FirstDay
	if !open(from) {
		if begin, err = one(from); err != nil {
			return 0, false, err
		}
	}
	if open(to) {
		// For an interval in the future use its first day.
		return max(today, begin), begin > today, nil
	}
	if day, err = one(to); err == nil && day < begin {
		err = sentra.BadInput("", "the interval ends on %s, before it begins on %s", day, begin)
	}
	return day, true, err
}

// onlyThese rejects parameters that a resource does not accept.
func (s *Site) onlyThese(names ...string) error {
	for name := range s.rest {
		if !slices.Contains(names, name) {
			all := append([]string{"datetime", "zoom", "f"}, names...)
			return &sentra.Error{Code: sentra.CodeBadUserInput, Path: []string{name},
				Message: "there is no parameter " + cut(name) + " here; the parameters are " + strings.Join(all, ", ")}
		}
	}
	return nil
}

func cut(name string) string {
	if len(name) > 40 {
		return name[:40] + "…"
	}
	return name
}

// address returns the address of a path with the preserved parameters and further
// ones.
func (s *Site) address(path string, more ...string) string {
	query := url.Values{}
	for name, values := range s.kept {
		query[name] = values
	}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	if len(query) == 0 {
		return s.Root + path
	}
	return s.Root + path + "?" + query.Encode()
}

// selfAndPage links to a resource as data and as a page; the requested one is self,
// the other its alternate.
func (s *Site) selfAndPage(path, media, title string, more ...string) []Link {
	self, alternate := "self", "alternate"
	if s.HTML {
		self, alternate = alternate, self
	}
	return []Link{
		{s.address(path, append(slices.Clone(more), "f", "json")...), self, media, title + " as JSON"},
		{s.address(path, append(slices.Clone(more), "f", "html")...), alternate, mediaPage, title + " as a page"},
	}
}

const (
	title       = "Sentra: Indonesia's small-industry clusters and regions"
	description = "Regions and small-industry (IKM) clusters of Indonesia, and what supports them, as of a day, by default today in Jakarta. Give another day in the path, /ogc/2017-12-25, or by datetime. NOT_COVERED is not the same as NO."
)

// Landing is the landing page.
func (s *Site) Landing() (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	links := append(s.selfAndPage("", MediaJSON, "This page"),
		Link{s.address("/api"), "service-desc", MediaOpenAPI, "The API as an OpenAPI document"},
		Link{s.address("/api", "f", "html"), "service-doc", mediaPage, "The API as a page"},
		Link{s.address("/conformance"), "conformance", MediaJSON, "Classes of the standard that are met"},
		Link{s.address("/collections"), "data", MediaJSON, "The collections"},
		Link{s.address("/tiles"), relTilesets, MediaJSON, tilesTitle},
		Link{s.address(matricesPath), relTilingSchemes, MediaJSON, "How the world is cut into tiles"})
	for _, l := range sentra.DataLicences() {
		if l.URL != "" {
			links = append(links, Link{l.URL, "license", mediaPage, l.Part.English + ": " + l.Name.English})
		}
	}
	return &Document{MediaJSON, map[string]any{"title": title, "description": description, "links": links}, Page{Title: title, Description: description, Links: links}}, nil
}

// Conformance lists the conformance classes.
func (s *Site) Conformance() (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	links := s.selfAndPage("/conformance", MediaJSON, "Conformance")
	page := Page{Title: "Conformance", Description: "The classes of the standard that are met.", Links: links}
	for _, class := range conformance {
		page.Links = append(page.Links, Link{Href: class, Title: class})
	}
	return &Document{MediaJSON, map[string]any{"conformsTo": conformance, "links": links}, page}, nil
}

// Collections describes all collections.
func (s *Site) Collections(context.Context) (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	links := s.selfAndPage("/collections", MediaJSON, "The collections")
	page := Page{Title: "Collections", Description: description, Links: slices.Clone(links)}
	var all []collectionJSON
	for _, c := range Collections() {
		all = append(all, s.describe(&c))
		page.Links = append(page.Links, Link{s.address("/collections/"+c.ID, "f", "html"), "item", mediaPage, c.Title + ": " + c.Description})
	}
	return &Document{MediaJSON, map[string]any{"links": links, "collections": all}, page}, nil
}

// Collection describes one, or is NOT_FOUND for an unknown id.
func (s *Site) Collection(_ context.Context, id string) (*Document, error) {
	if err := s.onlyThese(); err != nil {
		return nil, err
	}
	c, err := collection(id)
	if err != nil {
		return nil, err
	}
	described := s.describe(c)
	page := Page{Title: c.Title, Description: c.Description, Links: described.Links, Columns: []string{"property", "type", "what it means"}}
	for _, column := range c.columns() {
		page.Rows = append(page.Rows, PageRow{Cells: []string{column.Name, string(column.Type), column.Description}})
	}
	return &Document{MediaJSON, described, page}, nil
}

// request is the export with the features of a collection.
func (s *Site) request(c *Collection) *export.Request {
	// A format without metadata does not need the sources of all rows.
	r := &export.Request{Layer: c.layer, Format: export.NDJSON, Day: s.Day, Dated: s.Dated, Detail: s.Detail, Geometry: export.Geometries(c.layer, export.GeoJSON)[0]}
	switch {
	case c.layer == export.Regions:
		r.Regions = &sentra.RegionFilter{Level: c.level}
	case c.layer.OfFacts():
		r.Geometry = export.Point
	}
	return r
}
