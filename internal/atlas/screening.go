package atlas

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ScreeningQuestion asks how regencies and cities stand to the grounds on which the
// programme selects.
type ScreeningQuestion struct {
	Day sentra.Date
	// Product is a product by key or name, whose clusters count; "" for any.
	Product string
	Weights sentra.Weights
	// Filter says which regencies and cities; nil for all.
	Filter *sentra.RegionFilter
	Order  sentra.ScreeningOrder
}

// Screening is how regencies and cities stand, in the order asked for.
type Screening struct {
	ScreeningQuestion
	// Products are the keys of the products whose clusters count; nil for any.
	Products []string
	Rows     []Screened
	// NotCovered counts the regions that the filter could not judge.
	NotCovered int

	// making is Atlas.firstMaking, where products are asked for.
	making map[placeOf]sentra.Date
}

// Screened is how a region stands.
type Screened struct {
	Region   *sentra.Region
	Score    sentra.Score
	Outcomes sentra.Outcomes
}

// whileScreened says where a screening stopped.
const whileScreened = "while the regions were screened"

// Screen judges regencies and cities on every element. What the record cannot know is
// unknown: it holds not all clusters and not all money. A wrong question is a
// BAD_USER_INPUT whose path is asOf, product, weights or orderBy, or begins at filter.
func (a *Atlas) Screen(ctx context.Context, q ScreeningQuestion) (*Screening, error) {
	if err := q.Weights.Check(); err != nil {
		return nil, sentra.In("weights", err)
	}
	if err := sentra.CheckOrder("ScreeningOrder", q.Order, sentra.ScreeningOrders[:]); err != nil {
		return nil, sentra.In("orderBy", err)
	}
	out := &Screening{ScreeningQuestion: q}
	if q.Product != "" {
		if out.Products = a.productsNamed(q.Product); len(out.Products) == 0 {
			return nil, sentra.BadInput("product", "there is no product %.40q; the field products lists them", q.Product)
		}
		var err error
		if out.making, err = a.making.Get(ctx, whileScreened); err != nil {
			return nil, err
		}
	}
	list, err := a.On(q.Day).Regions(ctx, q.Filter, sentra.RegionsByCode)
	if err != nil {
		return nil, err
	}
	for _, r := range list.NotCovered {
		if r.Kind != sentra.KindProvince {
			out.NotCovered++
		}
	}
	for _, hit := range list.Hits {
		if hit.Kind == sentra.KindProvince {
			continue
		}
		if err := sentra.Ended(ctx, whileScreened); err != nil {
			return nil, err
		}
		row := Screened{Region: hit.Region}
		for i, element := range sentra.ScreeningElements {
			row.Outcomes[i] = a.screen(hit.Region, element, out)
		}
		row.Score = q.Weights.Score(&row.Outcomes)
		out.Rows = append(out.Rows, row)
	}
	// By code already; the sorts are stable.
	switch q.Order {
	case sentra.ScreeningByUpper:
		slices.SortStableFunc(out.Rows, func(x, y Screened) int {
			return cmp.Or(cmp.Compare(y.Score.Upper, x.Score.Upper), cmp.Compare(y.Score.Lower, x.Score.Lower))
		})
	case sentra.ScreeningByLower, "":
		slices.SortStableFunc(out.Rows, func(x, y Screened) int {
			return cmp.Or(cmp.Compare(y.Score.Lower, x.Score.Lower), cmp.Compare(y.Score.Upper, x.Score.Upper))
		})
	}
	return out, nil
}

// screen judges a region on one element.
func (a *Atlas) screen(r *sentra.Region, element sentra.ScreeningElement, s *Screening) sentra.Truth {
	switch element {
	case sentra.ScreenDisadvantaged:
		return a.On(s.Day).designated(r.Code, sentra.Disadvantaged)
	case sentra.ScreenBorder:
		return a.On(s.Day).designated(r.Code, sentra.Border)
	case sentra.ScreenClusters:
		if s.Products == nil {
			first, known := a.firstBegun.lookup(r.Code)
			return sentra.Unknown.Or(sentra.TruthOf(known && first <= s.Day))
		}
		for _, key := range s.Products {
			if first, known := s.making[placeOf{key, r.Code}]; known && first <= s.Day {
				return sentra.True
			}
		}
	case sentra.ScreenAPBN, sentra.ScreenDeconcentration, sentra.ScreenDAK:
		for range a.On(s.Day).fundedBy(r, sentra.Fund(element)) {
			return sentra.True
		}
	}
	return sentra.Unknown
}

// placeOf is a product and a region.
type placeOf struct {
	product string
	region  sentra.RegionCode
}

// firstMaking gives the first day on which a region is known to have a cluster that
// makes a product, for each of both.
func (a *Atlas) firstMaking() map[placeOf]sentra.Date {
	first := make(map[placeOf]sentra.Date)
	for code, clusters := range a.clustersAt.all {
		for c := range clusters.All {
			for _, key := range c.Products {
				at := placeOf{key, code}
				if day, known := first[at]; !known || c.Begins < day {
					first[at] = c.Begins
				}
			}
		}
	}
	return first
}

func (s *Screening) counts(c *Cluster) bool {
	return s.Products == nil || slices.ContainsFunc(c.Products, func(key string) bool { return slices.Contains(s.Products, key) })
}

// fundedBy gives the supports that a region is known to have had from a fund by the
// day: of its year or an earlier one, else by the date of a source.
func (a View) fundedBy(r *sentra.Region, fund sentra.Fund) []*sentra.Support {
	var out []*sentra.Support
	year := a.Day.Time().Year()
	for _, s := range a.country.supports[r.Code] {
		known := s.Year != 0 && s.Year <= year
		if s.Year == 0 {
			known = slices.ContainsFunc(s.Sources, func(id sentra.SourceID) bool {
				date := a.sources[id].Date
				return date != nil && date.Last() <= a.Day
			})
		}
		if s.Fund == fund && known {
			out = append(out, s)
		}
	}
	return out
}

// Evidence is what an outcome rests on.
type Evidence struct {
	Supports     []*sentra.Support
	Clusters     []*Cluster
	Designations []*sentra.Designation
	// Judged is the judgement of a designation, nil for other elements.
	Judged *sentra.AffirmativeStatus
}

// Evidence gives what the outcome of an element for a screened region rests on.
func (a *Atlas) Evidence(s *Screening, row *Screened, element sentra.ScreeningElement) Evidence {
	var e Evidence
	switch element {
	case sentra.ScreenClusters:
		e.Clusters = slices.DeleteFunc(a.On(s.Day).ClustersOf(row.Region.Code), func(c *Cluster) bool { return !s.counts(c) })
	case sentra.ScreenDisadvantaged, sentra.ScreenBorder:
		judged := a.On(s.Day).Affirmative(row.Region.Code)
		e.Judged = judged.Of(sentra.DesignationKind(element))
		e.Designations = e.Judged.Designations
	case sentra.ScreenAPBN, sentra.ScreenDeconcentration, sentra.ScreenDAK:
		e.Supports = a.On(s.Day).fundedBy(row.Region, sentra.Fund(element))
	}
	return e
}

// Reason says in words what the evidence for an element comes to on the day.
func (e *Evidence) Reason(element sentra.ScreeningElement, day sentra.Date) string {
	switch {
	case e.Judged != nil:
		return e.Judged.Reason(day)
	case element == sentra.ScreenLinkage:
		return "The record holds nothing of linkage between supporting and large industry."
	case len(e.Clusters) == 1:
		return "1 cluster is known."
	case len(e.Clusters) > 1:
		return fmt.Sprintf("%d clusters are known.", len(e.Clusters))
	case element == sentra.ScreenClusters:
		return "No cluster is known, and the record does not hold all of the country's."
	case len(e.Supports) == 0:
		return "No source that was read tells of such money; the record does not hold all of it."
	}
	var years []string
	for _, s := range e.Supports {
		year := "a year that is not told"
		if s.Year != 0 {
			year = fmt.Sprint(s.Year)
		}
		if !slices.Contains(years, year) {
			years = append(years, year)
		}
	}
	return "Sources tell of such money for " + strings.Join(years, ", ") + "."
}
