package tile

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

type label struct {
	// province says whether number is that of a province or a regency.
	province bool
	number   int32
	id       uint64
	// at is on the grid of MaxZoom.
	at      point
	minZoom int
	values  []int32
}

// labelDistance is the minimum distance of labels of one level in units of the tile:
// 96 pixels of a tile of 512.
const labelDistance = 96 * Extent / 512

// Zooms at which labels begin, and from which all are shown.
const (
	firstProvinceLabels, allProvinceLabels = 3, 7
	firstRegencyLabels, allRegencyLabels   = 6, 12
)

// newLabels places and ranks the labels of an epoch. A label appears at the first
// zoom at which it keeps its distance from the earlier ones, larger regions first.
func newLabels(e *epoch, on atlas.View) []label {
	var all []label
	place := func(regions []*sentra.Region, first, last int) {
		type candidate struct {
			number int32
			at     orb.Point
			area   float64
		}
		candidates := make([]candidate, len(regions))
		for i, r := range regions {
			shape := on.Shape(r.Code)
			candidates[i] = candidate{int32(i), shape.Label, shape.AreaKm2}
		}
		// The sort is stable: of two equal regions the lower code comes first.
		slices.SortStableFunc(candidates, func(x, y candidate) int { return cmp.Compare(y.area, x.area) })
		minZooms := make([]int, len(candidates))
		var shown []orb.Point
		for zoom := first; zoom <= last; zoom++ {
			for i, c := range candidates {
				at := toGrid(c.at, zoom)
				if minZooms[i] > 0 || zoom < last && slices.ContainsFunc(shown, func(p orb.Point) bool { return crowds(toGrid(p, zoom), at) }) {
					continue
				}
				minZooms[i] = zoom
				shown = append(shown, c.at)
			}
		}
		for i, c := range candidates {
			r := regions[c.number]
			all = append(all, label{province: r.Kind == sentra.KindProvince, number: c.number, id: featureID(r.Code), at: toGrid(c.at, MaxZoom),
				minZoom: minZooms[i], values: e.table.all(append(nameValues(on, r), number(int64(i+1)), number(int64(minZooms[i]))))})
		}
	}
	provinces := make([]*sentra.Region, len(e.provinces))
	for i, p := range e.provinces {
		provinces[i] = p.Region
	}
	place(provinces, firstProvinceLabels, allProvinceLabels)
	place(e.regencies, firstRegencyLabels, allRegencyLabels)
	return all
}

func crowds(a, b point) bool {
	dx, dy := int64(a.x-b.x), int64(a.y-b.y)
	return dx*dx+dy*dy < labelDistance*labelDistance
}
