package atlas

import (
	"cmp"
	"context"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/locate"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// generation is an index of the boundaries of regencies and cities over the days on
// which they do not change, with faces ordered by code.
type generation struct {
	from  sentra.Date
	index *locate.Index
	// Regions of the faces, and their shapes.
	regions []*sentra.Region
	shapes  []*Shape
	faces   map[sentra.RegionCode]int
	// bare has the regencies and cities without a boundary.
	bare []*sentra.Region
}

// generationsOf finds the days on which boundaries change, and indexes the boundaries
// of each span between. It reuses the indexes of equal shapes from the previous
// atlas, if any.
func (a *Atlas) generationsOf(previous *Atlas) []*generation {
	var days sentra.ChangeDays
	for i := range a.Data.Regions {
		if r := &a.Data.Regions[i]; r.Kind.Level() == sentra.LevelRegency {
			days.NotePeriod(r.Validity)
			for _, s := range a.shapes[r.Code] {
				days.NotePeriod(s.Validity)
			}
		}
	}
	var out, known []*generation
	if previous != nil {
		known = previous.generations
	}
	for _, day := range days.Days() {
		g := &generation{from: day, faces: make(map[sentra.RegionCode]int)}
		for i := range a.Data.Regions {
			r := &a.Data.Regions[i]
			if r.Kind.Level() != sentra.LevelRegency || !r.Validity.Contains(day) {
				continue
			}
			if s := a.on(day).Shape(r.Code); s != nil {
				g.regions, g.shapes = append(g.regions, r), append(g.shapes, s)
			} else {
				g.bare = append(g.bare, r)
			}
		}
		// On a shared border the lowest face wins, which must be that of the lowest code.
		slices.SortFunc(g.regions, func(x, y *sentra.Region) int { return cmp.Compare(x.Code, y.Code) })
		slices.SortFunc(g.shapes, func(x, y *Shape) int { return cmp.Compare(x.Region, y.Region) })
		for i, r := range g.regions {
			g.faces[r.Code] = i
		}
		g.indexed(known)
		out, known = append(out, g), append(slices.Clip(known), g)
	}
	return out
}

// indexed builds the index, or takes it from a generation with the same shapes.
func (g *generation) indexed(known []*generation) {
	for _, other := range known {
		if slices.Equal(other.shapes, g.shapes) {
			g.index = other.index
			return
		}
	}
	faces := make([]locate.Face, len(g.shapes))
	for i, s := range g.shapes {
		faces[i] = locate.Face{Code: string(s.Region), Shape: s.Boundary.Shape}
	}
	g.index = locate.New(faces)
}

// facesOf returns the faces that make up a region on the day: its own, or those of a
// province's members. ok is false if one of them has no boundary.
func (a View) facesOf(r *sentra.Region, g *generation) (faces []int, ok bool) {
	if r.Kind.Level() == sentra.LevelRegency {
		face, ok := g.faces[r.Code]
		return []int{face}, ok
	}
	for _, member := range a.Members(r.Code) {
		face, ok := g.faces[member.Code]
		if !ok {
			return nil, false
		}
		faces = append(faces, face)
	}
	return faces, len(faces) > 0
}

// Place is the result of a point query.
type Place struct {
	Point             orb.Point
	Province, Regency *sentra.Region
	// Metres is the distance to the regency or city, 0 if the point is inside or there
	// is none.
	Metres float64
}

// At returns the province and the regency or city that contain the point on the day.
// If several boundaries contain it, as on a shared border, the lowest code wins. If
// none does, the nearest one within a tolerance in metres is returned. An invalid
// argument is a BAD_USER_INPUT.
func (a View) At(p orb.Point, tolerance float64) (Place, error) {
	place := Place{Point: p}
	if err := geo.CheckPoint(p); err != nil {
		return place, sentra.In("point", err)
	}
	if !(tolerance >= 0 && tolerance <= 1_000_000) {
		return place, sentra.BadInput("toleranceMetres", "a tolerance of %g metres is out of range; give 0 to 1,000,000", tolerance)
	}
	g := a.generation
	if face, metres, ok := g.index.Nearest(p, tolerance); ok {
		// Derive the province from the regency, so that both levels always agree.
		place.Regency, place.Metres = g.regions[face], metres
		place.Province = a.Exists(a.Province(place.Regency.Code))
		return place, nil
	}
	if len(g.bare) > 0 || len(g.regions) == 0 {
		// A province may have a boundary although its members have none.
		for i := range a.Data.Regions {
			r := &a.Data.Regions[i]
			if r.Kind != sentra.KindProvince || !r.Validity.Contains(a.Day) {
				continue
			}
			if s := a.Shape(r.Code); s != nil && s.Bound.Contains(p) && geo.Contains(s.Boundary.Shape, p) {
				place.Province = r
				break
			}
		}
	}
	return place, nil
}

// RegionDistance is a region and its distance from another.
type RegionDistance struct {
	*sentra.Region
	Metres float64
}

// mostNearest is the maximum number of nearest regions.
const mostNearest = 100

// NearestRegions returns the n regions of a level that are nearest to a region on the
// day, by distance and then by code, since all neighbours are at 0. Distances in
// metres are between boundaries, for a province to its nearest member, and to the
// representative point if no boundary is loaded. The region itself, its members and
// its province are left out. An n that is not 1 to 100 is a BAD_USER_INPUT at first.
func (a View) NearestRegions(ctx context.Context, r *sentra.Region, n int, level sentra.Level) ([]RegionDistance, error) {
	if n < 1 || n > mostNearest {
		return nil, sentra.BadInput("first", "first is %d; give 1 to %d", n, mostNearest)
	}
	const doing = "while distances were measured"
	if err := sentra.Ended(ctx, doing); err != nil {
		return nil, err
	}
	g := a.generation
	wanted := func(other *sentra.Region) bool {
		return other != nil && other != r && other.Kind.Level() == level && other.Validity.Contains(a.Day) &&
			a.Province(other.Code) != r.Code && a.Province(r.Code) != other.Code
	}
	own, measured := a.facesOf(r, g)
	// group maps a face to the index of its region of the level, or to -1.
	group := make([]int, len(g.regions))
	for face := range group {
		group[face] = -1
	}
	var out []RegionDistance
	for i := range a.Data.Regions {
		other := &a.Data.Regions[i]
		if !wanted(other) {
			continue
		}
		if faces, ok := a.facesOf(other, g); ok {
			for _, face := range faces {
				group[face] = i
			}
			continue
		}
		metres := geo.Distance(r.Point, other.Point)
		if measured {
			metres = g.index.DistanceToFaces(other.Point, own)
		}
		out = append(out, RegionDistance{other, metres})
	}
	if measured {
		hits, err := g.index.NearestGroups(ctx, own, n, func(face int) int { return group[face] })
		if err != nil {
			return nil, sentra.Ended(ctx, doing)
		}
		for _, hit := range hits {
			out = append(out, RegionDistance{&a.Data.Regions[hit.Face], hit.Metres})
		}
	} else {
		for _, hit := range g.index.NearestN(r.Point, len(group), func(face int) bool { return group[face] >= 0 }) {
			other := &a.Data.Regions[group[hit.Face]]
			if !slices.ContainsFunc(out, func(d RegionDistance) bool { return d.Region == other }) {
				out = append(out, RegionDistance{other, hit.Metres})
			}
		}
	}
	slices.SortFunc(out, func(x, y RegionDistance) int {
		return cmp.Or(cmp.Compare(x.Metres, y.Metres), cmp.Compare(x.Code, y.Code))
	})
	return out[:min(n, len(out))], nil
}
