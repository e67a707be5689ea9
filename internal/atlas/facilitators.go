package atlas

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/sphere"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// FacilitatorsAt is a count of facilitators as seen from a region.
type FacilitatorsAt struct {
	*sentra.Facilitators
	// Metres is the distance on the sphere between the label points of both regions, 0
	// in the region itself; nil where the source names its province only.
	Metres *float64
}

// FacilitatorsNear is what the record knows of facilitators around a region.
type FacilitatorsNear struct {
	// Within are those within the distance, the nearest first; then those of the region's
	// province of which no source says where in it.
	Within []FacilitatorsAt
	// Nearest is the nearest of all, however far; nil where none is placed.
	Nearest *FacilitatorsAt
}

// Outcome reports whether some are known within the distance. That the record knows of
// none is no sign that there are none.
func (n *FacilitatorsNear) Outcome() sentra.Truth {
	if len(n.Within) > 0 && n.Within[0].Metres != nil {
		return sentra.True
	}
	return sentra.Unknown
}

// Reason tells why, in one sentence.
func (n *FacilitatorsNear) Reason(metres float64) sentra.Message {
	switch {
	case n.Outcome() == sentra.True:
		return sentra.Say(sentra.MessageFacilitatorsWithin, sentra.Kilometres(metres/1000))
	case len(n.Within) > 0:
		return sentra.Say(sentra.MessageFacilitatorsProvince)
	case n.Nearest != nil:
		return sentra.Say(sentra.MessageFacilitatorsNearest, sentra.Kilometres(*n.Nearest.Metres/1000))
	}
	return sentra.Say(sentra.MessageFacilitatorsNone)
}

// facilitatorPlaces are the facilitators that the record knows of on a day.
type facilitatorPlaces struct {
	View
	placed []placedFacilitators
	// spread are the regencies and cities of provinces with facilitators of which no source
	// says in which of them.
	spread   []placedFacilitators
	ofRegion map[sentra.RegionCode][]*sentra.Facilitators
}

// placedFacilitators are those of a regency or city.
type placedFacilitators struct {
	code  sentra.RegionCode
	point sphere.Vec
}

// facilitatorPlaces finds the facilitators known on the day, of a kind or of any ("").
func (a View) facilitatorPlaces(kind sentra.FacilitatorKind) *facilitatorPlaces {
	out := &facilitatorPlaces{View: a, ofRegion: make(map[sentra.RegionCode][]*sentra.Facilitators)}
	for i := range a.Data.Facilitators {
		f := &a.Data.Facilitators[i]
		if f.Region == "" || f.Count == 0 || kind != "" && f.Kind != kind || a.Exists(f.Region) == nil || !a.knownBy(f.Year, f.Sources) {
			continue
		}
		if len(out.ofRegion[f.Region]) == 0 {
			at := func(r *sentra.Region) placedFacilitators {
				return placedFacilitators{r.Code, sphere.FromPoint(a.labelPoint(r))}
			}
			if f.Region.Level() == sentra.LevelRegency {
				out.placed = append(out.placed, at(a.regions[f.Region]))
			}
			for _, member := range a.Members(f.Region) {
				out.spread = append(out.spread, at(member))
			}
		}
		out.ofRegion[f.Region] = append(out.ofRegion[f.Region], f)
	}
	return out
}

// known reports whether the record knows of facilitators in a region or within a distance
// of it; unknown where those may be that it knows to be somewhere in a province.
func (p *facilitatorPlaces) known(r *sentra.Region, metres float64) sentra.Truth {
	if len(p.ofRegion[r.Code]) > 0 {
		return sentra.True
	}
	from, within := sphere.FromPoint(p.labelPoint(r)), sphere.Chord2(metres)
	near := func(at placedFacilitators) bool {
		return at.code == r.Code || p.Province(at.code) == r.Code || sphere.Between(from, at.point) <= within
	}
	switch {
	case slices.ContainsFunc(p.placed, near):
		return sentra.True
	case slices.ContainsFunc(p.spread, near):
		return sentra.Unknown
	}
	return sentra.False
}

// near returns those within a distance of a region, and the nearest.
func (p *facilitatorPlaces) near(r *sentra.Region, metres float64) FacilitatorsNear {
	var all []FacilitatorsAt
	from := sphere.FromPoint(p.labelPoint(r))
	for i := range p.placed {
		far := 0.0
		if p.placed[i].code != r.Code {
			far = sphere.Metres(sphere.Between(from, p.placed[i].point))
		}
		for _, f := range p.ofRegion[p.placed[i].code] {
			all = append(all, FacilitatorsAt{f, &far})
		}
	}
	slices.SortStableFunc(all, func(x, y FacilitatorsAt) int {
		return cmp.Or(cmp.Compare(*x.Metres, *y.Metres), cmp.Compare(x.ID, y.ID))
	})
	out := FacilitatorsNear{}
	for _, f := range all {
		if *f.Metres <= metres {
			out.Within = append(out.Within, f)
		}
	}
	if len(all) > 0 {
		out.Nearest = &all[0]
	}
	for _, f := range p.ofRegion[p.Province(r.Code)] {
		out.Within = append(out.Within, FacilitatorsAt{Facilitators: f})
	}
	return out
}

// labelPoint returns the point of a region on the day that stands for it, in degrees
// (lon, lat).
func (a View) labelPoint(r *sentra.Region) orb.Point {
	if s := a.Shape(r.Code); s != nil {
		return s.Label
	}
	return r.Point
}

// knownBy reports whether what sources tell of a year is known by the day: of its year or
// an earlier one or, without a year, by the date of a source.
func (a View) knownBy(year int, sources []sentra.SourceID) bool {
	if year != 0 {
		return year <= a.Day.Time().Year()
	}
	return slices.ContainsFunc(sources, func(id sentra.SourceID) bool {
		date := a.sources[id].Date
		return date != nil && date.Last() <= a.Day
	})
}
