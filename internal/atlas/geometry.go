package atlas

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/panics"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// geometry is the boundaries of the regencies and cities over a span of days on which
// they do not change, as one planar coverage.
type geometry struct {
	validity sentra.Period
	coverage *coverage.Coverage
	// digest identifies equal boundaries in another atlas.
	digest [sha256.Size]byte
	// shapes has the shapes of regencies and cities, and of provinces that are unions of
	// them; before has those of the previous atlas with the same boundaries.
	shapes, before map[shapeKey]*Shape
	// sources of the boundaries.
	sources   map[sentra.RegionCode]sentra.SourceID
	encodings *encodings
}

// Coverage returns the coverage of the boundaries of regencies and cities on the day,
// whose faces carry their codes. It is nil if no boundary is loaded.
func (a View) Coverage() *coverage.Coverage {
	if a.geometry != nil {
		return a.geometry.coverage
	}
	return nil
}

// geometryOf returns the geometry of a day, or nil if no boundary is loaded.
func (a *Atlas) geometryOf(day sentra.Date) *geometry {
	for _, g := range a.geometries {
		if g.validity.Contains(day) {
			return g
		}
	}
	return nil
}

// draw makes the shapes of all regions, reusing the geometries of the previous atlas
// whose boundaries did not change.
func (a *Atlas) draw(ctx context.Context, previous *Atlas) error {
	var days sentra.ChangeDays
	for i := range a.Data.Boundaries {
		if b := &a.Data.Boundaries[i]; b.Region.Level() == sentra.LevelRegency {
			days.NotePeriod(b.Validity)
		}
	}
	for _, span := range days.Periods() {
		g := &geometry{validity: span, sources: make(map[sentra.RegionCode]sentra.SourceID)}
		present := a.on(*span.From).regenciesOn()
		if len(present) == 0 {
			continue
		}
		for _, b := range present {
			g.sources[b.Region] = b.Source
		}
		g.digest = digestOf(present)
		if err := g.cover(ctx, present, previous); err != nil {
			return err
		}
		a.geometries = append(a.geometries, g)
	}
	plans := a.shapePlans()
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	made := make([]*Shape, len(plans))
	kept := newEncodings()
	for i := range plans {
		work.Go(func() error {
			return panics.Catch(func() (err error) {
				made[i], err = plans[i].make(kept)
				return err
			})
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for i, p := range plans {
		if p.geometry != nil {
			p.geometry.shapes[p.key] = made[i]
		}
		a.shapes[p.boundary.Region] = append(a.shapes[p.boundary.Region], made[i])
	}
	for _, g := range a.geometries {
		g.before = nil
	}
	return nil
}

// regenciesOn returns the stored boundaries of regencies and cities on a day, by code.
func (a View) regenciesOn() []*sentra.Boundary {
	var out []*sentra.Boundary
	for i := range a.Data.Boundaries {
		if b := &a.Data.Boundaries[i]; b.Region.Level() == sentra.LevelRegency && b.Validity.Contains(a.Day) {
			out = append(out, b)
		}
	}
	slices.SortFunc(out, func(x, y *sentra.Boundary) int { return cmp.Compare(x.Region, y.Region) })
	return out
}

func digestOf(boundaries []*sentra.Boundary) (digest [sha256.Size]byte) {
	hash := sha256.New()
	var buffer []byte
	number := func(n uint64) { buffer = binary.LittleEndian.AppendUint64(buffer, n) }
	for _, b := range boundaries {
		buffer = append(buffer[:0], b.Region...)
		number(uint64(len(b.Shape)))
		for _, polygon := range b.Shape {
			number(uint64(len(polygon)))
			for _, ring := range polygon {
				number(uint64(len(ring)))
				for _, p := range ring {
					number(math.Float64bits(p[0]))
					number(math.Float64bits(p[1]))
				}
			}
		}
		hash.Write(buffer)
	}
	hash.Sum(digest[:0])
	return digest
}

// cover builds the coverage, or takes it and its shapes from the previous atlas.
func (g *geometry) cover(ctx context.Context, present []*sentra.Boundary, previous *Atlas) error {
	g.shapes = make(map[shapeKey]*Shape)
	if previous != nil {
		for _, old := range previous.geometries {
			if old.digest == g.digest {
				g.coverage, g.before, g.encodings = old.coverage, old.shapes, old.encodings
				return nil
			}
		}
	}
	g.encodings = newEncodings()
	faces := make([]coverage.Face, len(present))
	for i, b := range present {
		faces[i] = coverage.Face{Code: string(b.Region), Shape: b.Shape}
	}
	made, err := coverage.Build(ctx, faces, coverage.Options{})
	if err != nil {
		return fmt.Errorf("cover the regencies and cities of %s: %w", *g.validity.From, err)
	}
	g.coverage = made
	return nil
}

// face returns the face of a region. There is none if nothing of the region is left
// in the coverage.
func (g *geometry) face(code sentra.RegionCode) (int, bool) {
	face, ok := g.coverage.Face(string(code))
	return face, ok && !slices.Contains(g.coverage.Report().Covered, string(code))
}
