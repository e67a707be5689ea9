package ogc

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/export"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Collection is a list of features: a layer of the exports, or part of one.
type Collection struct {
	// ID has no dot, which QGIS would stumble over.
	ID, Title, Description string
	layer                  export.Layer
	// level is that of the regions of it.
	level sentra.Level
}

// Collections gives all collections.
func Collections() []Collection {
	return []Collection{
		{"provinces", "Provinces", "Provinces (provinsi) as of the day, with their boundaries.", export.Regions, sentra.LevelProvince},
		{"regencies", "Regencies and cities", "Regencies (kabupaten) and cities (kota) as of the day, with their boundaries, and whether they are affirmative.", export.Regions, sentra.LevelRegency},
		{"clusters", "Clusters", "Small-industry clusters (sentra IKM), each where it is known to stand.", export.Clusters, ""},
	}
}

// collection finds one by its id; a NOT_FOUND otherwise.
func collection(id string) (*Collection, error) {
	all := Collections()
	i := slices.IndexFunc(all, func(c Collection) bool { return c.ID == id })
	if i < 0 {
		return nil, sentra.Errorf(sentra.CodeNotFound, "there is no collection %.40q", id)
	}
	return &all[i], nil
}

// columns describes the properties of the features.
func (c *Collection) columns() []export.Column {
	if c.layer == export.Clusters {
		return export.ClusterColumns()
	}
	return export.RegionColumns()
}

// queryables gives the properties that a parameter of their name asks for.
func (c *Collection) queryables() []export.Column {
	return slices.DeleteFunc(c.columns(), func(column export.Column) bool {
		// The day is asked for by datetime; nobody asks for the very last digit of a number.
		return column.Optional || column.Name == "asOf" || column.Type == export.Number || column.Type == export.SourceList
	})
}

// country is where Indonesia is, for a collection without a place.
var country = orb.Bound{Min: orb.Point{94.9, -11.1}, Max: orb.Point{141.1, 6.1}}

// bound gives the box around all features of a collection on the day.
func (s *Site) bound(c *Collection) orb.Bound {
	var all *orb.Bound
	extend := func(b orb.Bound) {
		if all == nil {
			all = &b
			return
		}
		*all = all.Union(b)
	}
	if c.layer == export.Clusters {
		for i := range s.Atlas.Data.Clusters {
			extend(s.Atlas.Cluster(s.Atlas.Data.Clusters[i].Key).Place.Bound())
		}
	} else {
		for i := range s.Atlas.Data.Regions {
			r := &s.Atlas.Data.Regions[i]
			if r.Kind.Level() != c.level || s.Atlas.On(s.Day).Exists(r.Code) == nil {
				continue
			}
			if shape := s.Atlas.On(s.Day).Shape(r.Code); shape != nil {
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

// collectionJSON is what the standard calls a collection.
type collectionJSON struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Links       []Link   `json:"links"`
	Extent      extent   `json:"extent"`
	ItemType    string   `json:"itemType"`
	CRS         []string `json:"crs"`
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

func (s *Site) describe(c *Collection) collectionJSON {
	out := collectionJSON{ID: c.ID, Title: c.Title, Description: c.Description, ItemType: "feature", CRS: []string{crs84}}
	bound := s.bound(c)
	out.Extent.Spatial.BBox = [][4]float64{{bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]}}
	out.Extent.Spatial.CRS = crs84
	first := sentra.FirstDay.String() + "T00:00:00Z"
	out.Extent.Temporal.Interval = [][2]*string{{&first, nil}}
	out.Extent.Temporal.TRS = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
	path := "/collections/" + c.ID
	out.Links = append(s.selfAndPage(path, MediaJSON, c.Title),
		Link{s.address(path+"/items", "f", "json"), "items", MediaGeoJSON, c.Title + " as GeoJSON"},
		Link{s.address(path+"/items", "f", "html"), "items", mediaPage, c.Title + " as a page"})
	return out
}
