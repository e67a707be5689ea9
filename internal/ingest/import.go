// Package ingest converts files to commands for the record: tables of clusters,
// designations, official codes, funds, facilitators and candidates, and boundaries.
// It validates everything before anything is written, and reports all faults of a
// file together.
package ingest

import (
	"context"
	"fmt"
	"time"

	"github.com/sentra-ikm/sentra/internal/inputfile"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Table imports a table, all or nothing, and reports what happens to each row. If the
// file is wrong the error is a *Refusal, and the report is returned too.
func Table(ctx context.Context, record Record, schema *Schema, file *inputfile.File, options TableOptions) (*Report, error) {
	data, err := record.LoadWithoutShapes(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the record: %w", err)
	}
	switch schema {
	case ClusterSchema:
		return importClusters(ctx, record, file, data, options)
	case DesignationSchema:
		return importDesignations(ctx, record, file, data, options)
	case CoverageSchema:
		return importCoverage(ctx, record, file, data, options)
	case SupportSchema:
		return importSupports(ctx, record, file, data, options)
	case FacilitatorSchema:
		return importFacilitators(ctx, record, file, data, options)
	case CandidateSchema:
		return importCandidates(ctx, record, file, data, options)
	case CodeSchema:
		return importCodes(ctx, record, file, data, options)
	}
	return nil, fmt.Errorf("there is no table of %s", schema.Kind)
}

// Clusters imports a file of clusters from memory, all or nothing, and returns their
// number.
func Clusters(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, ClusterSchema, data, name)
}

// Designations is Clusters for designations.
func Designations(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, DesignationSchema, data, name)
}

// Codes is Clusters for official codes.
func Codes(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, CodeSchema, data, name)
}

// Supports is Clusters for supports.
func Supports(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, SupportSchema, data, name)
}

// FacilitatorCounts is Clusters for counts of facilitators.
func FacilitatorCounts(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, FacilitatorSchema, data, name)
}

// Candidates is Clusters for candidates of a phase.
func Candidates(ctx context.Context, record Record, data []byte, name string) (int, error) {
	return importBytes(ctx, record, CandidateSchema, data, name)
}

func importBytes(ctx context.Context, record Record, schema *Schema, data []byte, name string) (int, error) {
	file, err := inputfile.FromBytes(ctx, data, name, inputfile.Options{})
	if err != nil {
		return 0, err
	}
	defer file.Close()
	report, err := Table(ctx, record, schema, file, TableOptions{Today: sentra.Today(time.Now())})
	if err != nil {
		return 0, err
	}
	return report.Rows, nil
}
