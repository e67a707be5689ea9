package export

import (
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/words"
)

// clusterRow is a cluster of the list, with its regions as of a day.
type clusterRow struct {
	atlas.ClusterHit
	atlas     atlas.View
	detail    geo.Detail
	lang      words.Language
	provinces []*sentra.Region
	judged    []sentra.Affirmative
}

func newClusterRow(on atlas.View, hit atlas.ClusterHit, request *Request) *clusterRow {
	r := &clusterRow{ClusterHit: hit, atlas: on, detail: request.Detail, lang: request.Lang}
	var codes []sentra.RegionCode
	for _, code := range hit.Regions {
		codes = union(codes, []sentra.RegionCode{on.Province(code)})
		r.judged = append(r.judged, on.Affirmative(code))
	}
	for _, code := range codes {
		if province := on.Exists(code); province != nil {
			r.provinces = append(r.provinces, province)
		}
	}
	return r
}

func (r *clusterRow) statuses(kind sentra.DesignationKind) []sentra.AffirmativeStatus {
	var out []sentra.AffirmativeStatus
	for i := range r.judged {
		out = append(out, *r.judged[i].Of(kind))
	}
	return out
}

func (r *clusterRow) overall() (sentra.Answer, sentra.Confidence) {
	var all []sentra.AffirmativeStatus
	for i := range r.judged {
		all = append(all, r.judged[i].Kinds...)
	}
	return sentra.AnyOf(all)
}

// codesIn returns the codes of regions in a system on the day.
func (r *clusterRow) codesIn(regions []sentra.RegionCode, system sentra.CodeSystem) []string {
	out := []string{}
	for _, region := range regions {
		if code := r.atlas.CodeOn(region, system); code != "" {
			out = append(out, code)
		}
	}
	return out
}

// figures are the cluster's figures, or empty ones.
func (r *clusterRow) figures() sentra.Figures {
	if r.Figures == nil {
		return sentra.Figures{}
	}
	return *r.Figures
}

// year returns nil for an unknown year.
func year(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// ClusterColumns describes the columns of the clusters.
func ClusterColumns() []Column { return described(clusterColumns()) }

func clusterColumns() []column[*clusterRow] {
	list := func(r *clusterRow, keys []string, name func(key string) string) any {
		out := []string{}
		for _, key := range keys {
			out = append(out, name(key))
		}
		return out
	}
	regions := func(regions []*sentra.Region, name func(*sentra.Region) string) any {
		out := []string{}
		for _, region := range regions {
			out = append(out, name(region))
		}
		return out
	}
	code := func(r *sentra.Region) string { return string(r.Code) }
	columns := []column[*clusterRow]{
		{Column{Name: "key", Type: Text, Description: "Short name, stable."},
			func(r *clusterRow) any { return r.Key }},
		{Column{Name: "name", Type: Text, Description: "The product and the place, in English; for a cluster outside the programme, its name."},
			func(r *clusterRow) any { return r.NameEN }},
		{Column{Name: "nameId", Type: Text, Description: "The product and the place, in Indonesian; for a cluster outside the programme, its name."},
			func(r *clusterRow) any { return r.NameID }},
		{Column{Name: "products", Type: TextList, Description: "What the cluster makes: the products' keys."},
			func(r *clusterRow) any { return union(r.Products) }},
		{Column{Name: "productGroup", Type: Text, Values: values(sentra.ProductGroups[:]), Description: "The group of its products; OTHER also if they are of several groups."},
			func(r *clusterRow) any { return string(r.atlas.GroupOf(r.Cluster)) }},
		{Column{Name: "productNames", Type: TextList, Description: "The products' names in English."},
			func(r *clusterRow) any {
				return list(r, r.Products, func(key string) string { return r.atlas.Product(key).NameEN })
			}},
		{Column{Name: "productNamesId", Type: TextList, Description: "The products' names in Indonesian, as the source has them."},
			func(r *clusterRow) any {
				return list(r, r.Products, func(key string) string { return r.atlas.Product(key).NameID })
			}},
		{Column{Name: "phases", Type: TextList, Description: "The phases of the programme in which it was developed; empty for a cluster outside the programme."},
			func(r *clusterRow) any { return union(r.Phases) }},
		{Column{Name: "status", Type: Text, Values: values([]sentra.ClusterStatus{sentra.ClusterExisting, sentra.ClusterPlanned}), Description: "Whether it exists or is only planned."},
			func(r *clusterRow) any { return string(r.Status()) }},
		{Column{Name: "confidence", Type: Text, Nullable: true, Values: values([]sentra.Confidence{sentra.Listed, sentra.Inferred, sentra.Partial}), Description: "How the cluster is known; empty if not stated."},
			func(r *clusterRow) any { return optional(string(r.Confidence)) }},
		{Column{Name: "firstYear", Type: Integer, Nullable: true, Description: "The year it began; empty where not known."},
			func(r *clusterRow) any { return year(r.Began) }},
		{Column{Name: "knownFrom", Type: Day, Nullable: true, Description: "The first day on which the cluster is known; for a cluster outside the programme, it is not known whether it existed before that day."},
			func(r *clusterRow) any {
				if from, known := r.KnownFrom(r.atlas.Phase, r.atlas.Source); known {
					return from.String()
				}
				return nil
			}},
		{Column{Name: "place", Type: Text, Nullable: true, Description: "Village, district or street in words."},
			func(r *clusterRow) any { return optional(r.Cluster.Cluster.Place) }},
		{Column{Name: "units", Type: Integer, Nullable: true, Description: "Number of enterprises in figuresYear; do not add figures of different years."},
			func(r *clusterRow) any { return pointer(r.figures().Units) }},
		{Column{Name: "workers", Type: Integer, Nullable: true, Description: "Number of workers in figuresYear."},
			func(r *clusterRow) any { return pointer(r.figures().Workers) }},
		{Column{Name: "figuresYear", Type: Integer, Nullable: true, Description: "The year of units and workers; empty if the source does not say."},
			func(r *clusterRow) any { return year(r.figures().Year) }},
		{Column{Name: "asOf", Type: Day, Description: "The day the row answers for."},
			func(r *clusterRow) any { return r.atlas.Day.String() }},
		{Column{Name: "regionCodes", Type: TextList, Description: "The official codes (kode Kemendagri) of the regencies and cities it is in."},
			func(r *clusterRow) any {
				return list(r, values(r.Regions), func(code string) string { return code })
			}},
		{Column{Name: "regionNames", Type: TextList, Description: "Their names."},
			func(r *clusterRow) any {
				return list(r, values(r.Regions), func(code string) string { return r.atlas.NameOn(r.atlas.Region(sentra.RegionCode(code))) })
			}},
		{Column{Name: "regionBpsCodes", Type: TextList, Description: "Their codes of Statistics Indonesia (BPS) on the day, of those that have one."},
			func(r *clusterRow) any { return r.codesIn(r.Regions, sentra.SystemBPS) }},
		{Column{Name: "regionPCodes", Type: TextList, Description: "Their P-codes of OCHA on the day, of those that have one."},
			func(r *clusterRow) any { return r.codesIn(r.Regions, sentra.SystemPCode) }},
		{Column{Name: "regionNote", Type: Text, Nullable: true, Description: "What the source says about the place beyond the regions named."},
			func(r *clusterRow) any {
				return optional(r.lang.Of(sentra.Text{English: r.RegionNote, Indonesian: r.RegionNoteID}))
			}},
		{Column{Name: "provinceCodes", Type: TextList, Description: "The codes of the provinces of these on the day."},
			func(r *clusterRow) any { return regions(r.provinces, code) }},
		{Column{Name: "provinceNames", Type: TextList, Description: "Their names."},
			func(r *clusterRow) any {
				return regions(r.provinces, func(p *sentra.Region) string { return r.atlas.NameOn(p) })
			}},
		{Column{Name: "provinceIsoCodes", Type: TextList, Description: "Their codes of ISO 3166-2 on the day."},
			func(r *clusterRow) any {
				var codes []sentra.RegionCode
				for _, province := range r.provinces {
					codes = append(codes, province.Code)
				}
				return r.codesIn(codes, sentra.SystemISO)
			}},
		{Column{Name: "provinceNamed", Type: Text, Nullable: true, Description: "The province as the source names it, which may since have been split."},
			func(r *clusterRow) any { return optional(r.ProvinceNamed) }},
		{Column{Name: "lon", Type: Number, Description: "Longitude of the location in degrees."},
			func(r *clusterRow) any { return round(r.Place.Lon(), r.detail) }},
		{Column{Name: "lat", Type: Number, Description: "Latitude of the location in degrees."},
			func(r *clusterRow) any { return round(r.Place.Lat(), r.detail) }},
		{Column{Name: "locationPrecision", Type: Text, Values: values([]sentra.LocationPrecision{sentra.PrecisionPoint, sentra.PrecisionRegency, sentra.PrecisionProvince}), Description: "The precision of the location: the place itself, or the label point of its regency or province."},
			func(r *clusterRow) any { return string(r.Precision) }},
		{Column{Name: "locationSources", Type: SourceList, Description: "Where the location was read: with the cluster, or with the region whose label point it is."},
			func(r *clusterRow) any {
				if r.Point != nil || len(r.Regions) == 0 {
					return union(r.Sources)
				}
				return union(r.atlas.Region(r.Regions[0]).Sources)
			}},
		{Column{Name: "initialTarget", Type: Boolean, Nullable: true, Description: "Whether it was an initial target of its phase; empty if the source names none."},
			func(r *clusterRow) any { return pointer(r.InitialTarget) }},
	}
	columns = append(columns, affirmativeColumns[*clusterRow]("one of the cluster's regions")...)
	return append(columns, []column[*clusterRow]{
		{Column{Name: "distanceMetres", Type: Number, Optional: true, Description: "Under a near filter: distance in metres on the sphere from its point to the location."},
			func(r *clusterRow) any { return pointer(r.Metres) }},
		{Column{Name: "sources", Type: SourceList, Description: "Where the cluster was read."},
			func(r *clusterRow) any { return union(r.Sources) }},
	}...)
}

// clusterTable returns the clusters as rows.
func clusterTable(on atlas.View, list *atlas.ClusterList, request *Request) *table {
	var optional []string
	if f := request.Clusters; f != nil && f.Near != nil {
		optional = append(optional, "distanceMetres")
	}
	columns := given(clusterColumns(), optional...)
	hits := list.Hits()
	t := &table{columns: described(columns), count: len(hits), id: func(i int) string { return hits[i].Key }}
	t.row = func(i int) row {
		r := newClusterRow(on, hits[i], request)
		return row{id: r.Key, point: r.Place, value: func(c int) any { return columns[c].value(r) }}
	}
	return t
}
