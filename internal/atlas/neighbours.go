package atlas

import (
	"cmp"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Neighbour is a region that shares a border with another.
type Neighbour struct {
	*sentra.Region
	// Metres is the length of the shared border on the sphere, in full detail.
	Metres float64
}

// Neighbours returns the regions of the same level that share a border with a region
// on the day, longest border first. ok is false if no boundary is loaded for the
// region or one of its members.
func (a View) Neighbours(r *sentra.Region) (neighbours []Neighbour, ok bool) {
	s, g := a.Shape(r.Code), a.geometry
	if s == nil || s.coverage == nil || g == nil {
		return nil, false
	}
	metres := make(map[sentra.RegionCode]float64)
	for _, face := range s.faces {
		for _, border := range g.coverage.Neighbours(face) {
			code := sentra.RegionCode(g.coverage.Code(border.Face))
			if r.Kind == sentra.KindProvince {
				code = a.Province(code)
			}
			if code != r.Code && code != "" {
				metres[code] += border.Metres
			}
		}
	}
	for code, length := range metres {
		if other := a.Exists(code); other != nil {
			neighbours = append(neighbours, Neighbour{Region: other, Metres: length})
		}
	}
	slices.SortFunc(neighbours, func(x, y Neighbour) int {
		return cmp.Or(cmp.Compare(y.Metres, x.Metres), cmp.Compare(x.Code, y.Code))
	})
	return neighbours, true
}
