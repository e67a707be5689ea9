package tile

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// label is a region's label.
type label struct {
	region  *sentra.Region
	at      orb.Point
	rank    int
	minZoom int
}

// labelDistance is how near two labels of one level may come, in units of the
// tile: 96 pixels of a tile of 512.
const labelDistance = 96 * Extent / 512

// Zooms at which labels begin, and by which all are there.
const (
	firstProvinceLabels, allProvinceLabels = 3, 7
	firstRegencyLabels, allRegencyLabels   = 6, 12
)

// newLabels places and ranks the labels of an epoch. A label comes at the first
// zoom at which it keeps its distance from those that came before, the larger
// regions first.
func (b *Builder) newLabels(e *epoch, day sentra.Date) []label {
	var all []label
	place := func(regions []*sentra.Region, first, last int) {
		labels := make([]label, len(regions))
		areas := make(map[sentra.RegionCode]float64, len(regions))
		for i, r := range regions {
			labels[i] = label{region: r, at: r.Point}
			if shape := b.atlas.Shape(r.Code, day); shape != nil {
				labels[i].at, areas[r.Code] = shape.Label, shape.AreaKm2
			}
		}
		slices.SortFunc(labels, func(x, y label) int {
			return cmp.Or(cmp.Compare(areas[y.region.Code], areas[x.region.Code]), cmp.Compare(x.region.Code, y.region.Code))
		})
		for i := range labels {
			labels[i].rank, labels[i].minZoom = i+1, last
		}
		placed := make([]bool, len(labels))
		for zoom := first; zoom < last; zoom++ {
			var shown []point
			for i := range labels {
				if placed[i] {
					shown = append(shown, toGrid(labels[i].at, zoom))
				}
			}
			for i := range labels {
				at := toGrid(labels[i].at, zoom)
				if placed[i] || slices.ContainsFunc(shown, func(p point) bool { return crowds(p, at) }) {
					continue
				}
				placed[i], labels[i].minZoom = true, zoom
				shown = append(shown, at)
			}
		}
		all = append(all, labels...)
	}
	var provinces []*sentra.Region
	for _, p := range e.provinces {
		provinces = append(provinces, p.Region)
	}
	place(provinces, firstProvinceLabels, allProvinceLabels)
	place(e.regencies, firstRegencyLabels, allRegencyLabels)
	return all
}

func crowds(a, b point) bool {
	dx, dy := int64(a.x-b.x), int64(a.y-b.y)
	return dx*dx+dy*dy < labelDistance*labelDistance
}
