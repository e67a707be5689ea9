// Package ingest turns files into rows of the record: boundaries, clusters and
// designations. It checks everything before anything is written.
package ingest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/boundaryfile"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/geo/coverage"
	"github.com/sentra-ikm/sentra/internal/register"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Record is the record in the hands of who imports, as a register.Editor is.
type Record interface {
	// Load reads the record as it stands.
	Load(ctx context.Context) (*sentra.Dataset, error)
	// LoadWithoutShapes is Load without the shapes of boundaries.
	LoadWithoutShapes(ctx context.Context) (*sentra.Dataset, error)
	// Apply makes commands one change, all or nothing.
	Apply(ctx context.Context, commands ...register.Command) (register.Outcome, error)
}

// BoundaryOptions say how to read files of boundaries.
type BoundaryOptions struct {
	boundaryfile.Options
	// Source of the boundaries.
	Source sentra.Source
	// Progress is called with what is being done and how far it is; may be nil.
	Progress func(doing string, done, all int)
}

// BoundaryReport tells what an import of boundaries did.
type BoundaryReport struct {
	Files     int
	Provinces int
	Regencies int
	Repairs   geo.Repairs
	// Borders tells of the borders between the regencies and cities that are now
	// stored: gaps and overlaps as read, and what the coverage makes of them.
	Borders coverage.Report
	// Unions are boundaries made from those of the members of a province.
	Unions int
	// Changed is the number of stored boundaries that changed.
	Changed int
}

// String tells the report in a few lines.
func (r BoundaryReport) String() string {
	return fmt.Sprintf(`boundaries read: %d provinces, %d regencies and cities, from %d files
repaired: %d rings closed, %d rings rewound, %d rings and %d polygons without area dropped, %d repeated points dropped, %d rings made parts of their own
%s
made as unions of their members: %d boundaries of provinces
stored: %d boundaries changed`,
		r.Provinces, r.Regencies, r.Files, r.Repairs.RingsClosed, r.Repairs.RingsRewound, r.Repairs.RingsDropped,
		r.Repairs.PolygonsDropped, r.Repairs.PointsDropped, r.Repairs.RingsRegrouped, r.Borders, r.Unions, r.Changed)
}

// Boundaries imports files of boundaries: all or nothing. The same files again
// change nothing. A wrong record is a BAD_USER_INPUT that tells its place.
func Boundaries(ctx context.Context, record Record, files []string, options BoundaryOptions) (BoundaryReport, error) {
	report := BoundaryReport{Files: len(files)}
	progress := options.Progress
	if progress == nil {
		progress = func(string, int, int) {}
	}
	stored, err := record.Load(ctx)
	if err != nil {
		return report, err
	}
	regions := make(map[sentra.RegionCode]*sentra.Region)
	for i := range stored.Regions {
		regions[stored.Regions[i].Code] = &stored.Regions[i]
	}
	imported := make(map[sentra.RegionCode]orb.MultiPolygon)
	for i, name := range files {
		if err := readBoundaries(ctx, name, options, regions, imported, &report); err != nil {
			return report, err
		}
		progress("reading", i+1, len(files))
	}
	for code := range imported {
		if code.Level() == sentra.LevelProvince {
			report.Provinces++
		} else {
			report.Regencies++
		}
	}
	boundaries, err := withUnions(ctx, stored, imported, options.Source.ID, &report, progress)
	if err != nil {
		return report, err
	}
	progress("storing", 0, len(boundaries))
	outcome, err := record.Apply(ctx, register.Put(options.Source), register.ReplaceBoundaries(boundaries))
	if err != nil {
		return report, err
	}
	report.Changed = outcome.Changed(sentra.KindOfBoundary)
	progress("storing", len(boundaries), len(boundaries))
	return report, nil
}

func readBoundaries(ctx context.Context, name string, options BoundaryOptions, regions map[sentra.RegionCode]*sentra.Region,
	imported map[sentra.RegionCode]orb.MultiPolygon, report *BoundaryReport) error {
	file, err := boundaryfile.Open(ctx, name)
	if err != nil {
		return err
	}
	defer file.Close()
	return boundaryfile.Read(file, name, options.Options, func(r boundaryfile.Record) error {
		code, err := sentra.ParseRegionCode(r.Code)
		if err != nil {
			return sentra.In(r.Place, err)
		}
		region, known := regions[code]
		if !known {
			return at(r.Place, "code", "no region has the code %s", code)
		}
		if kind, told := kindOfName(r.Name); told && kind.Level() != code.Level() {
			return at(r.Place, "name", "the code %s and the name %q are of different levels", code, r.Name)
		} else if told && kind != region.Kind {
			return at(r.Place, "name", "%s is %q, a %s, but the record has it as a %s", code, r.Name, kind, region.Kind)
		}
		if _, twice := imported[code]; twice {
			return at(r.Place, "code", "the region %s stands in the files a second time", code)
		}
		shape, did, err := geo.Repair(r.Geometry)
		if err != nil {
			return sentra.In(r.Place+", "+string(code), err)
		}
		report.Repairs.Add(did)
		imported[code] = shape
		return nil
	})
}

func at(place, column, format string, args ...any) error {
	return &sentra.Error{Code: sentra.CodeBadUserInput, Message: fmt.Sprintf(format, args...), Path: []string{place, column}}
}

// kindOfName tells the kind that a name itself names.
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

// epoch is a span of days over which a province had the same members.
type epoch struct {
	validity sentra.Period
	members  []sentra.RegionCode
}

// epochs gives the spans of a province, oldest first.
func epochs(memberships []sentra.Membership, province sentra.RegionCode) []epoch {
	var starts []sentra.Date
	for _, m := range memberships {
		if m.Province != province {
			continue
		}
		starts = append(starts, *m.Validity.From)
		if m.Validity.To != nil {
			starts = append(starts, *m.Validity.To+1)
		}
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	var out []epoch
	for i, start := range starts {
		e := epoch{validity: sentra.Period{From: &starts[i]}}
		if i+1 < len(starts) {
			last := starts[i+1] - 1
			e.validity.To = &last
		}
		for _, m := range memberships {
			if m.Province == province && m.Validity.Contains(start) {
				e.members = append(e.members, m.Region)
			}
		}
		if len(e.members) > 0 {
			out = append(out, e)
		}
	}
	return out
}

// withUnions places the imported shapes in time. A province's shape stands for
// its present members; for an older set of members, and where none was
// imported, it is the union of the members.
func withUnions(ctx context.Context, stored *sentra.Dataset, imported map[sentra.RegionCode]orb.MultiPolygon, source sentra.SourceID,
	report *BoundaryReport, progress func(string, int, int)) ([]sentra.Boundary, error) {
	present := make(map[sentra.RegionCode]sentra.Boundary)
	for _, b := range stored.Boundaries {
		if b.Validity.To == nil && b.Origin == sentra.OriginImported {
			present[b.Region] = b
		}
	}
	for code, shape := range imported {
		present[code] = sentra.Boundary{Region: code, Shape: shape, Origin: sentra.OriginImported, Source: source}
	}
	covered, err := cover(ctx, present)
	if err != nil {
		return nil, err
	}
	report.Borders = covered.Report()
	var out []sentra.Boundary
	for i, region := range stored.Regions {
		if region.Kind != sentra.KindProvince {
			if b, ok := present[region.Code]; ok {
				if _, now := imported[region.Code]; now {
					b.Validity = region.Validity
					out = append(out, b)
				}
			}
			continue
		}
		spans := epochs(stored.Memberships, region.Code)
		_, touched := imported[region.Code]
		for _, span := range spans {
			touched = touched || slices.ContainsFunc(span.members, func(code sentra.RegionCode) bool {
				_, now := imported[code]
				return now
			})
		}
		if !touched {
			continue
		}
		for _, span := range spans {
			if b, ok := present[region.Code]; ok && span.validity.To == nil {
				b.Validity = span.validity
				out = append(out, b)
				continue
			}
			faces := make([]int, 0, len(span.members))
			for _, code := range span.members {
				if face, ok := covered.Face(string(code)); ok {
					faces = append(faces, face)
				}
			}
			if len(faces) < len(span.members) {
				// Part of the area is missing: a union would be a lie.
				continue
			}
			report.Unions++
			out = append(out, sentra.Boundary{Region: region.Code, Validity: span.validity, Shape: covered.Shape(faces, 0), Origin: sentra.OriginUnion, Source: source})
		}
		progress("uniting", i+1, len(stored.Regions))
	}
	return out, nil
}

// cover makes a coverage of the present boundaries of regencies and cities.
func cover(ctx context.Context, present map[sentra.RegionCode]sentra.Boundary) (*coverage.Coverage, error) {
	var faces []coverage.Face
	for code, b := range present {
		if code.Level() == sentra.LevelRegency {
			faces = append(faces, coverage.Face{Code: string(code), Shape: b.Shape})
		}
	}
	covered, err := coverage.Build(ctx, faces, coverage.Options{})
	if err != nil {
		return nil, fmt.Errorf("draw the borders of regencies and cities together: %w", err)
	}
	return covered, nil
}
