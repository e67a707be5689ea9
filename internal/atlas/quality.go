package atlas

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Quality counts the known gaps of the record.
type Quality struct {
	Gaps       []Gap
	Confidence []ConfidenceCount
	Coverage   []ClusterCoverage
}

// Gap is the number of items of a kind that lack something, and of all items of that
// kind.
type Gap struct {
	Gap            sentra.Gap
	Missing, Total int
}

// ConfidenceCount is the number of facts with a level of confidence; "" if none is
// stated.
type ConfidenceCount struct {
	Confidence                       sentra.Confidence
	Clusters, Supports, Designations int
}

// Quality counts the gaps in everything that the record holds, with regions as of the
// day.
func (a View) Quality(ctx context.Context) (*Quality, error) {
	coverage, err := a.ClusterCoverage(ctx)
	if err != nil {
		return nil, err
	}
	out := &Quality{Coverage: coverage}
	missing, total := make(map[sentra.Gap]int), make(map[sentra.Gap]int)
	note := func(gap sentra.Gap, lacking bool) {
		if total[gap]++; lacking {
			missing[gap]++
		}
	}
	counts := make(map[sentra.Confidence]*ConfidenceCount)
	of := func(confidence sentra.Confidence) *ConfidenceCount {
		if counts[confidence] == nil {
			counts[confidence] = &ConfidenceCount{Confidence: confidence}
		}
		return counts[confidence]
	}
	seen := 0
	for c := range a.clusterOrder.each {
		if seen++; seen%256 == 1 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return nil, err
			}
		}
		note(sentra.GapClusterYear, c.Began == 0)
		note(sentra.GapClusterKnownFrom, c.Begins == math.MaxInt32)
		note(sentra.GapClusterPoint, c.Precision != sentra.PrecisionPoint)
		note(sentra.GapClusterRegency, c.Precision == sentra.PrecisionProvince)
		note(sentra.GapClusterFigures, c.Figures == nil)
		note(sentra.GapClusterConfidence, c.Confidence == "")
		of(c.Confidence).Clusters++
	}
	for i := range a.Data.Supports {
		s := &a.Data.Supports[i]
		note(sentra.GapSupportYear, s.Year == 0)
		note(sentra.GapSupportFund, s.Fund == "")
		note(sentra.GapSupportAmount, s.Amount == nil)
		of(s.Confidence).Supports++
	}
	for i := range a.Data.Designations {
		of(a.Data.Designations[i].Confidence).Designations++
	}
	for i := range a.Data.Facilitators {
		note(sentra.GapFacilitatorsPlace, a.Data.Facilitators[i].Region.Level() != sentra.LevelRegency)
	}
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		if err := sentra.Ended(ctx, whileCounted); err != nil {
			return nil, err
		}
		if r.Kind == sentra.KindProvince || !r.Validity.Contains(a.Day) {
			continue
		}
		note(sentra.GapRegencyClusters, a.hosts(r.Code) != sentra.True)
		note(sentra.GapRegencyAffirmative, a.affirmative(r.Code) == sentra.Unknown)
		note(sentra.GapRegencyBoundary, a.Shape(r.Code) == nil)
	}
	for _, gap := range sentra.Gaps {
		out.Gaps = append(out.Gaps, Gap{gap, missing[gap], total[gap]})
	}
	for _, count := range counts {
		out.Confidence = append(out.Confidence, *count)
	}
	slices.SortFunc(out.Confidence, func(x, y ConfidenceCount) int {
		order := []sentra.Confidence{sentra.Listed, sentra.Inferred, sentra.Partial, ""}
		return cmp.Compare(slices.Index(order, x.Confidence), slices.Index(order, y.Confidence))
	})
	return out, nil
}
