package ingest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record reads and changes the record for one author, like a register.Editor.
type Record interface {
	// Load reads the present state.
	Load(ctx context.Context) (*sentra.Dataset, error)
	// LoadWithoutShapes is Load without the shapes of boundaries.
	LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error)
	// Apply makes the commands one change, all or nothing.
	Apply(ctx context.Context, commands ...register.Command) (register.Outcome, error)
	// Preview is Apply, but writes nothing.
	Preview(ctx context.Context, commands ...register.Command) (register.Outcome, error)
}

// BoundaryOptions are options for reading files of boundaries.
type BoundaryOptions struct {
	boundaryfile.Options
	// Source of the boundaries.
	Source sentra.Source
	// MaxBytes is the maximum uncompressed size of a file; 0 for the default.
	MaxBytes int64
	// DryRun validates everything and writes nothing.
	DryRun bool
	// Progress is called with the current task and its progress; it may be nil.
	Progress func(doing string, done, all int)
}

// BoundaryReport is the result of an import of boundaries.
type BoundaryReport struct {
	Files     int
	Provinces int
	Regencies int
	Repairs   geo.Repairs
	// Thinned is the number of boundaries with very many positions, and PositionsThinned
	// the number of positions that were dropped from them because they are within a
	// metre of the line without them.
	Thinned, PositionsThinned int
	// Borders describes the borders between the regencies and cities that are now
	// stored: gaps and overlaps before and after building the coverage.
	Borders coverage.Report
	// Changed is the number of stored boundaries that changed.
	Changed int
	// DryRun means that nothing was written.
	DryRun bool
}

// String formats the report in a few lines.
func (r BoundaryReport) String() string {
	stored := fmt.Sprintf("stored: %d boundaries changed", r.Changed)
	if r.DryRun {
		stored = fmt.Sprintf("%d boundaries would change\ndry run: nothing was written", r.Changed)
	}
	thinned := ""
	if r.Thinned > 0 {
		thinned = fmt.Sprintf("left out: %d positions within a metre of the line without them, of %d boundaries\n", r.PositionsThinned, r.Thinned)
	}
	return fmt.Sprintf(`boundaries read: %d provinces, %d regencies and cities, from %d files
%srepaired: %d rings closed, %d rings rewound, %d rings and %d polygons without area dropped, %d repeated points dropped, %d rings made parts of their own
%s
%s`,
		r.Provinces, r.Regencies, r.Files, thinned, r.Repairs.RingsClosed, r.Repairs.RingsRewound, r.Repairs.RingsDropped,
		r.Repairs.PolygonsDropped, r.Repairs.PointsDropped, r.Repairs.RingsRegrouped, r.Borders, stored)
}

// Boundaries imports files of boundaries, all or nothing. Importing the same files
// again changes nothing. If the files are wrong the error is a *Refusal with all
// faults and their places.
func Boundaries(ctx context.Context, record Record, files []string, options BoundaryOptions) (BoundaryReport, error) {
	report := BoundaryReport{Files: len(files), DryRun: options.DryRun}
	progress := options.Progress
	if progress == nil {
		progress = func(string, int, int) {}
	}
	stored, err := record.Load(ctx)
	if err != nil {
		return report, err
	}
	reader := boundaryReader{options: options, places: newPlaces(stored), imported: make(map[sentra.RegionCode]orb.MultiPolygon), report: &report, ctx: ctx}
	for i, name := range files {
		if err := reader.read(name, progress); err != nil {
			return report, err
		}
		progress("reading", i+1, len(files))
	}
	if err := reader.refusal(); err != nil {
		return report, err
	}
	imported := reader.imported
	for code := range imported {
		if code.Level() == sentra.LevelProvince {
			report.Provinces++
		} else {
			report.Regencies++
		}
	}
	covered, err := cover(ctx, stored, imported)
	if err != nil {
		return report, err
	}
	report.Borders = covered.Report()
	boundaries := placed(stored, imported, options.Source.ID)
	doing, apply := "storing", record.Apply
	if options.DryRun {
		doing, apply = "checking", record.Preview
	}
	progress(doing, 0, len(boundaries))
	outcome, err := apply(ctx, register.Put(options.Source), register.ReplaceBoundaries(boundaries))
	if err != nil {
		return report, err
	}
	report.Changed = outcome.Changed(sentra.KindOfBoundary)
	progress(doing, len(boundaries), len(boundaries))
	return report, nil
}

// boundaryReader reads boundaries and collects their faults.
type boundaryReader struct {
	faults
	options  BoundaryOptions
	places   *places
	imported map[sentra.RegionCode]orb.MultiPolygon
	report   *BoundaryReport
	records  int
	ctx      context.Context
	// Of all boundaries.
	positions int
}

// read reads a file. It returns an error that ends the import without a list of
// faults.
func (b *boundaryReader) read(name string, progress func(string, int, int)) error {
	file, err := boundaryfile.OpenWith(b.ctx, name, inputfile.Options{MaxBytes: b.options.MaxBytes, Progress: func(read, size int64) {
		const mebi = 1 << 20
		if size > 16*mebi {
			progress("reading "+filepath.Base(name)+" (MiB)", int(read/mebi), int(size/mebi))
		}
	}})
	if err != nil {
		return err
	}
	defer file.Close()
	options := b.options.Options
	options.OnFault = func(err error) error {
		b.records++
		b.note(err)
		return nil
	}
	err = boundaryfile.Read(file, name, options, func(r boundaryfile.Record) error {
		b.records++
		err := b.record(r)
		if b.ctx.Err() != nil || sentra.ErrorCode(err) == sentra.CodeLimitExceeded {
			return err
		}
		b.note(err)
		return nil
	})
	var coded *sentra.Error
	if errors.As(err, &coded) && b.ctx.Err() == nil {
		b.records++
		b.note(err)
		return nil
	}
	return err
}

// note collects the fault of the record that was read last.
func (b *boundaryReader) note(err error) {
	var coded *sentra.Error
	if errors.As(err, &coded) {
		b.add(b.records, coded)
	} else if err != nil {
		b.add(b.records, sentra.Wrap(sentra.CodeInternal, err, "the boundary cannot be checked"))
	}
}

// record adds one boundary.
func (b *boundaryReader) record(r boundaryfile.Record) error {
	code, err := b.places.ByCode(sentra.SystemKemendagri, r.Code, 0, false)
	if err != nil {
		return in(r.Place, "code", err)
	}
	region := b.places.Region(code)
	if kind, told := kindOfName(r.Name); told && kind.Level() != code.Level() {
		return at(r.Place, "name", "the code %s and the name %.60q are of different levels", code, r.Name)
	} else if told && kind != region.Kind {
		return at(r.Place, "name", "%s is %.60q, a %s, but the record has it as a %s", code, r.Name, kind, region.Kind)
	}
	if _, twice := b.imported[code]; twice {
		return at(r.Place, "code", "the region %s is in the files a second time", code)
	}
	if before := positions(r.Geometry); before > thinAbove || b.positions+before > thinTotal {
		if r.Geometry, err = thin(b.ctx, r.Geometry); err != nil {
			return err
		}
		b.report.Thinned++
		b.report.PositionsThinned += before - positions(r.Geometry)
	}
	if b.positions += positions(r.Geometry); b.positions > maxPositions {
		return in(r.Place, "geometry", sentra.Errorf(sentra.CodeLimitExceeded, "the boundaries up to here have more than %d positions; simplify them: ogr2ogr -simplify 0.0001 out.geojson", maxPositions))
	}
	shape, did, err := geo.Repair(r.Geometry)
	if err != nil {
		return sentra.In(r.Place+", "+string(code), err)
	}
	if err := checkWhere(region, shape); err != nil {
		return in(r.Place, "geometry", err)
	}
	b.report.Repairs.Add(did)
	b.imported[code] = shape
	return nil
}

// in prepends a place and a column to an error.
func in(place, column string, err error) error {
	var coded *sentra.Error
	if !errors.As(err, &coded) {
		return err
	}
	placed := *coded
	placed.Path = append([]string{place, column}, coded.Path...)
	return &placed
}

// checkWhere rejects a shape that is not where its region is: farther than nearby
// from the region's bounding box, or from its representative point by more than half
// the box's diagonal (at least 25 km). It also rejects one that extends beyond the
// box by more than the box's diagonal (at least 100 km), such as the shape of a
// province with the code of a regency.
func checkWhere(region *sentra.Region, shape orb.MultiPolygon) error {
	bound := shape.Bound()
	between := func(low, high, otherLow, otherHigh float64) (float64, float64) {
		switch {
		case high < otherLow:
			return high, otherLow
		case low > otherHigh:
			return low, otherHigh
		}
		middle := (max(low, otherLow) + min(high, otherHigh)) / 2
		return middle, middle
	}
	var from, to orb.Point
	for axis := range 2 {
		from[axis], to[axis] = between(bound.Min[axis], bound.Max[axis], region.Box.Min[axis], region.Box.Max[axis])
	}
	if apart := geo.Distance(from, to); apart > nearby {
		return sentra.BadInput("", "the shape lies %.0f km from %s (%s), which lies between %v and %v degrees east, %v and %v north; is the code right?",
			apart/1000, region.Name, region.Code, region.Box.Min[0], region.Box.Max[0], region.Box.Min[1], region.Box.Max[1])
	}
	most := max(25_000, geo.Distance(region.Box.Min, region.Box.Max)/2)
	if away := geo.DistanceTo(shape, region.Point); away > most {
		return sentra.BadInput("", "the shape lies %.0f km from the middle of %s (%s), %v, %v; is the code right?", away/1000, region.Name, region.Code, region.Point[0], region.Point[1])
	}
	most = max(100_000, geo.Distance(region.Box.Min, region.Box.Max))
	for _, corner := range []orb.Point{bound.Min, bound.Max, bound.LeftTop(), bound.RightBottom()} {
		if beyond := distanceToBox(region.Box, corner); beyond > most {
			return sentra.BadInput("", "the shape reaches %.0f km beyond %s (%s), which lies between %v and %v degrees east, %v and %v north; is it that of a larger region?",
				beyond/1000, region.Name, region.Code, region.Box.Min[0], region.Box.Max[0], region.Box.Min[1], region.Box.Max[1])
		}
	}
	return nil
}

// kindOfName returns the kind that is part of a name.
func kindOfName(name string) (sentra.RegionKind, bool) {
	lower := strings.ToLower(name)
	switch {
	case strings.HasPrefix(lower, "kabupaten ") || strings.HasPrefix(lower, "kab. "):
		return sentra.KindRegency, true
	case strings.HasPrefix(lower, "kota "):
		return sentra.KindCity, true
	case strings.HasPrefix(lower, "provinsi "):
		return sentra.KindProvince, true
	}
	return "", false
}

// placed dates the imported shapes: that of a province is valid for its present
// members. With former members it is their union, which the atlas computes.
func placed(stored *sentra.Dataset, imported map[sentra.RegionCode]orb.MultiPolygon, source sentra.SourceID) []sentra.Boundary {
	var out []sentra.Boundary
	for i := range stored.Regions {
		region := &stored.Regions[i]
		shape, now := imported[region.Code]
		if !now {
			continue
		}
		validity := region.Validity
		if region.Kind == sentra.KindProvince {
			var days sentra.ChangeDays
			for _, m := range stored.Memberships {
				if m.Province == region.Code {
					days.NotePeriod(m.Validity)
				}
			}
			periods := days.Periods()
			validity = periods[len(periods)-1]
		}
		out = append(out, sentra.Boundary{Region: region.Code, Shape: shape, Validity: validity, Origin: sentra.OriginImported, Source: source})
	}
	return out
}

// cover builds a coverage of the boundaries of regencies and cities: the imported
// ones, and the stored ones that they do not replace.
func cover(ctx context.Context, stored *sentra.Dataset, imported map[sentra.RegionCode]orb.MultiPolygon) (*coverage.Coverage, error) {
	shapes := maps.Clone(imported)
	for i := range stored.Boundaries {
		b := &stored.Boundaries[i]
		if _, now := imported[b.Region]; !now && b.Validity.To == nil && b.Origin == sentra.OriginImported {
			shapes[b.Region] = b.Shape
		}
	}
	var faces []coverage.Face
	for code, shape := range shapes {
		if code.Level() == sentra.LevelRegency {
			faces = append(faces, coverage.Face{Code: string(code), Shape: shape})
		}
	}
	covered, err := coverage.Build(ctx, faces, coverage.Options{})
	if err != nil {
		return nil, fmt.Errorf("draw the borders of regencies and cities together: %w", err)
	}
	return covered, nil
}
