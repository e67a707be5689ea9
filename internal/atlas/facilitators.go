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
	// in the region itself. It is nil if the source names only a province.
	Metres *float64
}

// FacilitatorsNear is what the record holds about facilitators around a region.
type FacilitatorsNear struct {
	// Within has those within the distance, nearest first, and then those of the
	// region's province whose regency or city no source names.
	Within []FacilitatorsAt
	// Nearest is the nearest at any distance; nil if none has a location.
	Nearest *FacilitatorsAt
}

// Outcome reports whether any are known within the distance. The record is not
// complete, so that it never answers no.
func (n *FacilitatorsNear) Outcome() sentra.Truth {
	if len(n.Within) > 0 && n.Within[0].Metres != nil {
		return sentra.True
	}
	return sentra.Unknown
}

// Reason explains the outcome in one sentence.
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

// facilitatorPlaces has the facilitators known on a day, by location.
type facilitatorPlaces struct {
	View
	placed []placedFacilitators
	// spread has the regencies and cities of provinces with facilitators whose regency
	// or city no source names.
	spread   []placedFacilitators
	ofRegion map[sentra.RegionCode][]*sentra.Facilitators
}

// placedFacilitators are the facilitators of one regency or city.
type placedFacilitators struct {
	code  sentra.RegionCode
	point sphere.Vec
}

// facilitatorPlaces finds the facilitators known on the day, of one kind or of any
// ("").
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

// known reports whether the record has facilitators in a region or within a distance
// of it. It is unknown if some may be there of whom only the province is known.
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

// near returns the facilitators within a distance of a region, and the nearest.
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

// labelPoint returns a region's label point on the day, in degrees (lon, lat).
func (a View) labelPoint(r *sentra.Region) orb.Point {
	if s := a.Shape(r.Code); s != nil {
		return s.Label
	}
	return r.Point
}

// knownBy reports whether a fact about a year was known by the day: from that year on
// or, for a fact without a year, from the date of one of its sources.
func (a View) knownBy(year int, sources []sentra.SourceID) bool {
	if year != 0 {
		return year <= a.Day.Time().Year()
	}
	return slices.ContainsFunc(sources, func(id sentra.SourceID) bool {
		date := a.sources[id].Date
		return date != nil && date.Last() <= a.Day
	})
}
