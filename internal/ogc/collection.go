package ogc

import (
	"context"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/tile"
)

// Collection is a collection of features: a layer of the exports, or part of one.
type Collection struct {
	// ID has no dot, which QGIS cannot handle.
	ID, Title, Description string
	layer                  export.Layer
	// level is the level of its regions.
	level sentra.Level
	// tiles is the layer of the vector tiles that shows it.
	tiles string
	// example is a filter.
	example string
}

// Collections returns all collections.
func Collections() []Collection {
	return []Collection{
		{"provinces", "Provinces", "Provinces (provinsi) as of the day, with their boundaries.", export.Regions, sentra.LevelProvince, tile.LayerProvinces, "clusterCount > 10 AND containsAffirmative = 'YES'"},
		{"regencies", "Regencies and cities", "Regencies (kabupaten) and cities (kota) as of the day, with their boundaries, and whether they are affirmative.", export.Regions, sentra.LevelRegency, tile.LayerRegencies, "affirmative = 'YES' AND NOT S_INTERSECTS(geometry, BBOX(130, -10, 141, 1))"},
		{"clusters", "Clusters", "Small-industry clusters (sentra IKM), each where it is known to stand.", export.Clusters, "", tile.LayerClusters, "A_CONTAINS(products, ('batik')) AND units >= 50"},
		{"supports", "Supports", "Money for small industry as sources tell it, of all years: each at the label point of its region as of the day, or without a geometry for the whole country. Sources that contradict each other have a feature each.", export.Supports, "", "", "fund = 'DAK' AND year BETWEEN 2016 AND 2019"},
		{"facilitators", "Facilitators", "How many people helped small industry as sources tell it, of all years: each at the label point of the region as of the day, or without a geometry for the whole country.", export.Facilitators, "", "", "kind = 'TPL' AND count >= 10"},
		{"candidates", "Candidates", "Regions that phases of the programme considered, with what was found and decided: each at the label point of the region as of the day.", export.Candidates, "", "", "decision = 'CHOSEN'"},
	}
}

// collection returns a collection by its id, or NOT_FOUND.
func collection(id string) (*Collection, error) {
	all := Collections()
	i := slices.IndexFunc(all, func(c Collection) bool { return c.ID == id })
	if i < 0 {
		return nil, sentra.Errorf(sentra.CodeNotFound, "there is no collection %.40q", id)
	}
	return &all[i], nil
}

// columns are the properties of the features.
func (c *Collection) columns() []export.Column {
	return c.layer.Columns()
}

// queryables returns the properties that have a parameter of their name.
func (c *Collection) queryables() []export.Column {
	return slices.DeleteFunc(c.columns(), func(column export.Column) bool {
		// The day has the parameter datetime, and nobody compares floating-point numbers
		// for equality.
		return column.Optional || column.Name == "asOf" || column.Type == export.Number || column.Type == export.SourceList
	})
}

// meeting returns the ids of the regions or clusters that meet a box or polygons, of
// which one is given: true, or unknown if no boundary decides.
func (c *Collection) meeting(ctx context.Context, s *Site, box *sentra.BBox, polygons orb.MultiPolygon) (map[string]sentra.Truth, error) {
	out := make(map[string]sentra.Truth)
	if c.layer == export.Regions {
		list, err := s.Regions(ctx, &sentra.RegionFilter{Level: c.level, BBox: box, Intersects: polygons}, "")
		if err != nil {
			return nil, err
		}
		for _, hit := range list.Hits {
			out[string(hit.Code)] = sentra.True
		}
		for _, region := range list.NotCovered {
			out[string(region.Code)] = sentra.Unknown
		}
		return out, nil
	}
	list, err := s.Clusters(ctx, &sentra.ClusterFilter{BBox: box, Within: polygons}, "", s.Dated)
	if err != nil {
		return nil, err
	}
	for _, hit := range list.Hits() {
		out[hit.Key] = sentra.True
	}
	return out, nil
}

// country is the bounding box of Indonesia, for collections without locations.
var country = orb.Bound{Min: orb.Point{94.9, -11.1}, Max: orb.Point{141.1, 6.1}}

// bound returns the bounding box of all features of a collection on the day.
func (s *Site) bound(c *Collection) orb.Bound {
	var all *orb.Bound
	extend := func(b orb.Bound) {
		if all == nil {
			all = &b
			return
		}
		*all = all.Union(b)
	}
	switch c.layer {
	case export.Clusters:
		for c := range s.Data.Clusters.All {
			extend(s.Cluster(c.Key).Place.Bound())
		}
	case export.Regions:
		for i := range s.Data.Regions {
			r := &s.Data.Regions[i]
			if r.Kind.Level() != c.level || s.Exists(r.Code) == nil {
				continue
			}
			if shape := s.Shape(r.Code); shape != nil {
				extend(shape.Bound)
			} else {
				extend(r.Point.Bound())
			}
		}
	}
	if all == nil {
		return country
	}
	return *all
}

// collectionJSON is a collection in the form of the standard.
type collectionJSON struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Links       []Link   `json:"links"`
	Extent      extent   `json:"extent"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
	StorageCRS  string   `json:"storageCrs"`
}

type extent struct {
	Spatial struct {
		BBox [][4]float64 `json:"bbox"`
		CRS  string       `json:"crs"`
	} `json:"spatial"`
	Temporal struct {
		Interval [][2]*string `json:"interval"`
		TRS      string       `json:"trs"`
	} `json:"temporal"`
}

// Queryables describes the properties for filters as a JSON Schema, or is NOT_FOUND
// for an unknown collection.
func (s *Site) Queryables(id string) (*Document, error) {
	c, err := collection(id)
	if err == nil {
		err = s.onlyThese()
	}
	if err != nil {
		return nil, err
	}
	path := "/collections/" + c.ID + "/queryables"
	properties := object{geometryName: object{"title": "Geometry", "format": "geometry-any", "x-ogc-role": "primary-geometry"}}
	page := Page{Title: c.Title + ": what a filter may ask for", Description: "The parameter filter takes CQL2 text, such as " + c.example + ".",
		Links: append(s.selfAndPage(path, MediaSchema, "These properties"), Link{s.address("/collections/" + c.ID), "collection", MediaJSON, c.Title}), Columns: []string{"property", "type", "what it means"}}
	for _, column := range c.columns() {
		if !filterable(column) {
			continue
		}
		described := queryable(column)
		described["title"], described["description"] = column.Name, column.Description
		properties[column.Name] = described
		page.Rows = append(page.Rows, PageRow{Cells: []string{column.Name, string(column.Type), column.Description}})
	}
	return &Document{MediaSchema, object{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": s.Root + path, "type": "object", "title": c.Title,
		"description": c.Description, "properties": properties, "additionalProperties": false}, page}, nil
}

func (s *Site) describe(c *Collection) collectionJSON {
	out := collectionJSON{ID: c.ID, Title: c.Title, Description: c.Description, ItemType: "feature", CRS: []string{crs84, epsg4326}, StorageCRS: crs84}
	bound := s.bound(c)
	out.Extent.Spatial.BBox = [][4]float64{{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}}
	out.Extent.Spatial.CRS = crs84
	first := sentra.FirstDay.String() + "T00:00:00Z"
	out.Extent.Temporal.Interval = [][2]*string{{&first, nil}}
	out.Extent.Temporal.TRS = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
	path := "/collections/" + c.ID
	out.Links = append(s.selfAndPage(path, MediaJSON, c.Title),
		Link{s.address(path+"/items", "f", "json"), "items", MediaGeoJSON, c.Title + " as GeoJSON"},
		Link{s.address(path+"/items", "f", "html"), "items", mediaPage, c.Title + " as a page"},
		Link{s.address(path + "/queryables"), relQueryables, MediaSchema, "Properties that a filter may ask for"})
	if c.tiles != "" {
		out.Links = append(out.Links, Link{s.address(path + "/tiles"), relTilesets, MediaJSON, c.Title + " as vector tiles"})
	}
	return out
}
