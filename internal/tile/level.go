package tile

import (
	"runtime"
	"slices"
	"sync"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/panics"
)

// outline is an area on the grid of a zoom.
type outline struct {
	bound box
	parts []part
}

// part is a polygon of an outline: closed rings, the exterior first, wound as in RFC
// 7946 (counterclockwise on the screen for the exterior).
type part struct {
	bound box
	rings [][]point
	// stub marks a part that replaces an area smaller than the grid.
	stub bool
}

// newOutline rounds an area to the grid. Parts without area at this zoom are dropped,
// but the largest stays, if necessary as a square of one unit.
func newOutline(shape orb.MultiPolygon, zoom int) *outline {
	o := &outline{bound: emptyBox(), parts: make([]part, 0, len(shape))}
	for _, polygon := range shape {
		exterior := quantise(polygon[0], zoom)
		// Rounding may also invert a sliver, which would then overlap its neighbour.
		if exterior == nil || area2(exterior) > 0 {
			continue
		}
		p := part{bound: emptyBox(), rings: make([][]point, 1, len(polygon))}
		p.rings[0] = exterior
		for _, corner := range exterior {
			p.bound.add(corner)
		}
		for _, hole := range polygon[1:] {
			if ring := quantise(hole, zoom); ring != nil && area2(ring) > 0 {
				p.rings = append(p.rings, ring)
			}
		}
		o.parts = append(o.parts, p)
	}
	if len(o.parts) == 0 && len(shape) > 0 {
		largest := slices.MaxFunc(shape, func(x, y orb.Polygon) int {
			if planar.Area(x[0]) < planar.Area(y[0]) {
				return -1
			}
			return 1
		})
		at := toGrid(largest.Bound().Center(), zoom)
		o.parts = []part{{bound: box{at.x, at.y, at.x + 1, at.y + 1}, stub: true,
			rings: [][]point{{at, {at.x, at.y + 1}, {at.x + 1, at.y + 1}, {at.x + 1, at.y}, at}}}}
	}
	for _, p := range o.parts {
		o.bound.join(p.bound)
	}
	return o
}

// stretch is a line of a border with the box around it.
type stretch struct {
	bound box
	line  []point
}

// border is everything that two regencies share, or the coast of one.
type border struct {
	// left and right are the numbers of the regencies beside the lines, the lower number
	// on the left; right is none at a coast.
	left, right int32
	bound       box
	stretches   []stretch
}

const none = int32(-1)

// level has all outlines and borders at one zoom.
type level struct {
	zoom int
	// outlines of the regencies, by number.
	outlines []*outline
	borders  []border

	mu        sync.Mutex
	provinces map[*atlas.Shape]*outline
}

func newLevel(regencies []*atlas.Shape, zoom int) *level {
	l := &level{zoom: zoom, outlines: make([]*outline, len(regencies)), provinces: make(map[*atlas.Shape]*outline)}
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, s := range regencies {
		work.Go(func() error {
			return panics.Catch(func() error {
				l.outlines[i] = newOutline(simplified(s, zoom), zoom)
				return nil
			})
		})
	}
	if err := work.Wait(); err != nil {
		// The error can only be a panic, which belongs on the caller's goroutine.
		panic(err)
	}
	l.borders = findBorders(l.outlines)
	return l
}

// simplified returns a shape with the detail that is visible at a zoom.
func simplified(s *atlas.Shape, zoom int) orb.MultiPolygon {
	return s.Simplified(coverage.ZoomTolerance(zoom))
}

// province returns the outline of a province.
func (l *level) province(s *atlas.Shape) *outline {
	l.mu.Lock()
	defer l.mu.Unlock()
	if found := l.provinces[s]; found != nil {
		return found
	}
	made := newOutline(simplified(s, l.zoom), l.zoom)
	l.provinces[s] = made
	return made
}

// edge is a side of a ring without its direction.
type edge struct{ low, high point }

func edgeBetween(a, b point) (e edge, upward bool) {
	if a.x < b.x || a.x == b.x && a.y < b.y {
		return edge{a, b}, true
	}
	return edge{b, a}, false
}

// findBorders finds the borders that outlines share. It uses the rounded rings and
// not the source's, so that a border is exactly what is drawn on both sides.
func findBorders(outlines []*outline) []border {
	// The owners of an edge in either direction.
	type sides [2]int32
	edges := make(map[edge]sides)
	eachRing := func(visit func(regency int32, ring []point)) {
		for i, o := range outlines {
			for _, p := range o.parts {
				if p.stub {
					continue
				}
				for _, ring := range p.rings {
					visit(int32(i), ring)
				}
			}
		}
	}
	direction := func(upward bool) int {
		if upward {
			return 1
		}
		return 0
	}
	eachRing(func(regency int32, ring []point) {
		for i := 1; i < len(ring); i++ {
			e, upward := edgeBetween(ring[i-1], ring[i])
			held, found := edges[e]
			if !found {
				held = sides{none, none}
			}
			if side := direction(upward); held[side] == none {
				held[side] = regency
			}
			edges[e] = held
		}
	})

	type pair struct{ left, right int32 }
	index := make(map[pair]int)
	var borders []border
	var line []point
	eachRing(func(regency int32, ring []point) {
		// across is the regency beyond an edge. It is nobody for an edge that the lower
		// neighbour contributes, or with the same regency on both sides.
		const nobody = int32(-2)
		across := func(i int) int32 {
			e, upward := edgeBetween(ring[i-1], ring[i])
			held := edges[e]
			own, other := held[direction(upward)], held[direction(!upward)]
			if own != regency || other == regency || other != none && other < regency {
				return nobody
			}
			return other
		}
		emit := func(line []point, other int32) {
			at, found := index[pair{regency, other}]
			if !found {
				at = len(borders)
				index[pair{regency, other}] = at
				borders = append(borders, border{left: regency, right: other, bound: emptyBox()})
			}
			s := stretch{bound: emptyBox(), line: slices.Clone(line)}
			for _, p := range line {
				s.bound.add(p)
			}
			borders[at].bound.join(s.bound)
			borders[at].stretches = append(borders[at].stretches, s)
		}
		edgesOfRing := len(ring) - 1
		// Begin where the neighbour changes, so that no border is cut in two.
		start := 0
		for start < edgesOfRing && across(start+1) == across((start+edgesOfRing-1)%edgesOfRing+1) {
			start++
		}
		start %= edgesOfRing
		line = line[:0]
		present := nobody
		for k := range edgesOfRing {
			i := (start+k)%edgesOfRing + 1
			other := across(i)
			if other != present {
				if len(line) > 0 {
					emit(line, present)
				}
				line, present = line[:0], other
			}
			if other != nobody {
				if len(line) == 0 {
					line = append(line, ring[i-1])
				}
				line = append(line, ring[i])
			}
		}
		if len(line) > 0 {
			emit(line, present)
		}
	})
	return borders
}
