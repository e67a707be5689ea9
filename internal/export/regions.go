package export

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// regionRow is a region of the list as of a day.
type regionRow struct {
	atlas.RegionHit
	atlas    atlas.View
	detail   geo.Detail
	shape    *atlas.Shape
	province *sentra.Region
	answer   sentra.Affirmative
	within   atlas.AffirmativeWithin
	clusters []*atlas.Cluster
}

func newRegionRow(on atlas.View, hit atlas.RegionHit, request *Request) *regionRow {
	r := &regionRow{RegionHit: hit, atlas: on, detail: request.Detail, shape: on.Shape(hit.Code),
		answer: on.Affirmative(hit.Code), within: on.AffirmativeWithin(hit.Code), clusters: on.ClustersOf(hit.Code)}
	if hit.Kind != sentra.KindProvince {
		r.province = on.Exists(on.Province(hit.Code))
	}
	return r
}

// label is a point inside the boundary, or the source's if no boundary is loaded.
func (r *regionRow) label() orb.Point {
	return r.atlas.LabelPoint(r.Region)
}

func (r *regionRow) statuses(kind sentra.DesignationKind) []sentra.AffirmativeStatus {
	// A subslice, since many columns call this for each row.
	at := slices.IndexFunc(r.answer.Kinds, func(s sentra.AffirmativeStatus) bool { return s.Kind == kind })
	return r.answer.Kinds[at : at+1]
}

func (r *regionRow) overall() (sentra.Answer, sentra.Confidence) {
	return r.answer.Answer, r.answer.Confidence
}

// answerOf converts a truth to an answer.
func answerOf(t sentra.Truth) sentra.Answer {
	switch t {
	case sentra.True:
		return sentra.Yes
	case sentra.False:
		return sentra.No
	}
	return sentra.NotCovered
}

// RegionColumns describes the columns of the regions.
func RegionColumns() []Column { return described(regionColumns()) }

func regionColumns() []column[*regionRow] {
	columns := []column[*regionRow]{
		{Column{Name: "code", Type: Text, Description: "The official code of the Ministry of Home Affairs (kode Kemendagri): 94 or 94.06. A text, not a number: 11.10 is not 11.1."},
			func(r *regionRow) any { return string(r.Code) }},
		{Column{Name: "name", Type: Text, Description: "The official name on the day, including the kind."},
			func(r *regionRow) any { return r.atlas.NameOn(r.Region) }},
		{Column{Name: "kind", Type: Text, Values: values([]sentra.RegionKind{sentra.KindProvince, sentra.KindRegency, sentra.KindCity}), Description: "Province (provinsi), regency (kabupaten) or city (kota)."},
			func(r *regionRow) any { return string(r.Kind) }},
		{Column{Name: "level", Type: Text, Values: values([]sentra.Level{sentra.LevelProvince, sentra.LevelRegency}), Description: "The administrative level."},
			func(r *regionRow) any { return string(r.Kind.Level()) }},
		{Column{Name: "asOf", Type: Day, Description: "The day the row answers for."},
			func(r *regionRow) any { return r.atlas.Day.String() }},
		{Column{Name: "parentCode", Type: Text, Nullable: true, Description: "The code of its province on the day; empty for a province."},
			func(r *regionRow) any {
				if r.province == nil {
					return nil
				}
				return string(r.province.Code)
			}},
		{Column{Name: "parentName", Type: Text, Nullable: true, Description: "The name of that province."},
			func(r *regionRow) any {
				if r.province == nil {
					return nil
				}
				return r.atlas.NameOn(r.province)
			}},
		{Column{Name: "bpsCode", Type: Text, Nullable: true, Description: "The code of Statistics Indonesia (BPS) on the day; empty if none is known."},
			func(r *regionRow) any { return optional(r.atlas.CodeOn(r.Code, sentra.SystemBPS)) }},
		{Column{Name: "isoCode", Type: Text, Nullable: true, Description: "The ISO 3166-2 code of a province; empty for a regency or city."},
			func(r *regionRow) any { return optional(r.atlas.CodeOn(r.Code, sentra.SystemISO)) }},
		{Column{Name: "pCode", Type: Text, Nullable: true, Description: "The P-code of OCHA's common operational datasets on the day; empty if none is known."},
			func(r *regionRow) any { return optional(r.atlas.CodeOn(r.Code, sentra.SystemPCode)) }},
		{Column{Name: "validFrom", Type: Day, Description: "First day the region is known to exist; the record begins on 2014-07-23."},
			func(r *regionRow) any { return day(r.Validity.From) }},
		{Column{Name: "validTo", Type: Day, Nullable: true, Description: "Last day of the region; empty while it exists."},
			func(r *regionRow) any { return day(r.Validity.To) }},
	}
	columns = append(columns, affirmativeColumns[*regionRow]("the region")...)
	return append(columns, []column[*regionRow]{
		{Column{Name: "containsAffirmative", Type: Text, Values: answers(), Description: "Whether the region is affirmative or contains a regency or city that is, as in the filter containsAffirmative; a province itself is never affirmative."},
			func(r *regionRow) any { return string(answerOf(r.within.Contains)) }},
		{Column{Name: "affirmativeRegionCount", Type: Integer, Description: "Number of affirmative regencies and cities in the region; for a regency or city 1 or 0. A lower bound if affirmativeNotCoveredCount is not 0."},
			func(r *regionRow) any { return r.within.Regions }},
		{Column{Name: "affirmativeNotCoveredCount", Type: Integer, Description: "Number of regencies and cities in the region for which it is not known whether they are affirmative on the day."},
			func(r *regionRow) any { return r.within.NotCovered }},
		{Column{Name: "affirmativeClusterCount", Type: Integer, Nullable: true, Description: "Number of clusters in an affirmative regency or city of the region, as the choropleth counts them; empty if none is known to be in one, but some may be."},
			func(r *regionRow) any {
				if r.within.Clusters.Value == nil {
					return nil
				}
				return int(*r.within.Clusters.Value)
			}},
		{Column{Name: "clusterCount", Type: Integer, Description: "Number of clusters (sentra IKM) in the region that are known on the day, without planned ones. The record does not hold all of the country's."},
			func(r *regionRow) any { return len(r.clusters) }},
		{Column{Name: "clusters", Type: TextList, Description: "The keys of these clusters."},
			func(r *regionRow) any {
				keys := []string{}
				for _, c := range r.clusters {
					keys = append(keys, c.Key)
				}
				return keys
			}},
		{Column{Name: "clusterSources", Type: SourceList, Description: "Where these clusters were read."},
			func(r *regionRow) any {
				var lists [][]sentra.SourceID
				for _, c := range r.clusters {
					lists = append(lists, c.Sources)
				}
				return union(lists...)
			}},
		{Column{Name: "areaKm2", Type: Number, Nullable: true, Description: "Area of the boundary on the sphere in square kilometres, to the hectare; empty if no boundary is loaded."},
			func(r *regionRow) any {
				if r.shape == nil {
					return nil
				}
				return r.shape.Km2()
			}},
		{Column{Name: "boundaryOrigin", Type: Text, Values: values([]sentra.BoundaryOrigin{sentra.OriginImported, sentra.OriginUnion}), Nullable: true, Description: "The origin of the boundary: read from a source, or the union of the members on that day; empty without one."},
			func(r *regionRow) any {
				if r.shape == nil {
					return nil
				}
				return string(r.shape.Origin)
			}},
		{Column{Name: "lon", Type: Number, Description: "Longitude in degrees of a point well inside the region, for a label."},
			func(r *regionRow) any { return round(r.label().Lon(), r.detail) }},
		{Column{Name: "lat", Type: Number, Description: "Latitude in degrees of that point."},
			func(r *regionRow) any { return round(r.label().Lat(), r.detail) }},
		{Column{Name: "distanceMetres", Type: Number, Optional: true, Description: "Under a near filter: distance in metres on the sphere from its point to the boundary."},
			func(r *regionRow) any { return pointer(r.Metres) }},
		{Column{Name: "overlapShare", Type: Number, Optional: true, Description: "Under a within, intersects or contains filter: the share of the region's area in the polygon, 0 to 1."},
			func(r *regionRow) any { return pointer(r.Share) }},
		{Column{Name: "sources", Type: SourceList, Description: "Where the region's code, name and boundary were read."},
			func(r *regionRow) any { return union(r.Sources) }},
	}...)
}

// regionTable returns the regions as rows.
func regionTable(on atlas.View, list *atlas.RegionList, request *Request) *table {
	var optional []string
	if f := request.Regions; f != nil {
		if f.Near != nil {
			optional = append(optional, "distanceMetres")
		}
		if f.Within != nil || f.Intersects != nil || f.Contains != nil {
			optional = append(optional, "overlapShare")
		}
	}
	columns := given(regionColumns(), optional...)
	t := &table{columns: described(columns), count: len(list.Hits), id: func(i int) string { return string(list.Hits[i].Code) }}
	t.row = func(i int) row {
		r := newRegionRow(on, list.Hits[i], request)
		return row{id: string(r.Code), point: r.label(), shape: r.shape, value: func(c int) any { return columns[c].value(r) }}
	}
	return t
}
