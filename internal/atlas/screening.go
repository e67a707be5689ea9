package atlas

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"sync"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/pointindex"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ScreeningQuestion asks how regencies and cities meet the programme's selection
// criteria.
type ScreeningQuestion struct {
	// Product restricts the clusters that count to products, by key or name; none for
	// any.
	Product []string
	Weights sentra.Weights
	// Filter selects the regencies and cities; nil for all.
	Filter *sentra.RegionFilter
	Order  sentra.ScreeningOrder
}

// Screening is the screened regencies and cities in the requested order.
type Screening struct {
	ScreeningQuestion
	// Products are the keys of the products whose clusters count; nil for any.
	Products []string
	Rows     []Screened
	// NotCovered is the number of regions that the filter could not decide.
	NotCovered int

	// making is Atlas.firstMaking, if products are given.
	making map[placeOf]sentra.Date
	view   View
	// Needed for few rows, and computed once for all.
	nearby       func() nearbyClusters
	facilitators func() *facilitatorPlaces
}

// Screened is the outcome for a region.
type Screened struct {
	Region   *sentra.Region
	Score    sentra.Score
	Outcomes sentra.Outcomes
}

// mostProducts is the maximum number of products in a screening.
const mostProducts = 20

const whileScreened = "while the regions were screened"

// Screen evaluates every element for regencies and cities. The record does not hold
// all clusters and all funding, so an outcome may be unknown. An invalid query is a
// BAD_USER_INPUT whose path is asOf, product, weights or orderBy, or begins with
// filter.
func (a View) Screen(ctx context.Context, q ScreeningQuestion) (*Screening, error) {
	if err := q.Weights.Check(); err != nil {
		return nil, sentra.In("weights", err)
	}
	if err := sentra.CheckOrder("ScreeningOrder", q.Order, sentra.ScreeningOrders[:]); err != nil {
		return nil, sentra.In("orderBy", err)
	}
	out := &Screening{ScreeningQuestion: q, view: a, facilitators: sync.OnceValue(func() *facilitatorPlaces { return a.facilitatorPlaces("") })}
	out.nearby = sync.OnceValue(func() nearbyClusters { return a.newNearby(out.Products) })
	if len(q.Product) > mostProducts {
		return nil, sentra.BadInput("product", "%d products are too many; give at most %d", len(q.Product), mostProducts)
	}
	for _, name := range q.Product {
		named := a.ProductsNamed(name)
		if len(named) == 0 {
			return nil, sentra.BadInput("product", "there is no product %.40q; the field products lists them", name)
		}
		out.Products = append(out.Products, named...)
	}
	if out.Products = distinct(out.Products); out.Products != nil {
		var err error
		if out.making, err = a.making.Get(ctx, whileScreened); err != nil {
			return nil, err
		}
	}
	list, err := a.Regions(ctx, q.Filter, sentra.RegionsByCode)
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
			row.Outcomes[i] = out.judge(hit.Region, element)
		}
		row.Score = q.Weights.Score(&row.Outcomes)
		out.Rows = append(out.Rows, row)
	}
	// Rows are already ordered by code, and the sorts are stable.
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

// judge evaluates one element for a region.
func (s *Screening) judge(r *sentra.Region, element sentra.ScreeningElement) sentra.Truth {
	a := s.view
	switch element {
	case sentra.ScreenDisadvantaged:
		return a.designated(r.Code, sentra.Disadvantaged)
	case sentra.ScreenBorder:
		return a.designated(r.Code, sentra.Border)
	case sentra.ScreenClusters:
		if s.Products == nil {
			first, known := a.existing.firstBegun.lookup(r.Code)
			return sentra.Unknown.Or(sentra.TruthOf(known && first <= a.Day))
		}
		for _, key := range s.Products {
			if first, known := s.making[placeOf{key, r.Code}]; known && first <= a.Day {
				return sentra.True
			}
		}
	case sentra.ScreenAPBN, sentra.ScreenDeconcentration, sentra.ScreenDAK:
		for _, support := range a.country.supports[r.Code] {
			if support.Fund == sentra.Fund(element) && a.knownBy(support.Year, support.Sources) {
				return sentra.True
			}
		}
	case sentra.ScreenLinkage:
		truth, _ := a.linkage(r)
		return truth
	}
	return sentra.Unknown
}

// placeOf is a product and a region.
type placeOf struct {
	product string
	region  sentra.RegionCode
}

// firstMaking returns, for each product and region, the first day on which the region
// is known to have a cluster that makes the product.
func (a *Atlas) firstMaking() map[placeOf]sentra.Date {
	first := make(map[placeOf]sentra.Date)
	for code, clusters := range a.existing.lists.all {
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

// KnownSupports returns the supports of a region itself that are known by the day, by
// year.
func (a View) KnownSupports(r *sentra.Region) []*sentra.Support {
	var out []*sentra.Support
	for _, s := range a.country.supports[r.Code] {
		if a.knownBy(s.Year, s.Sources) {
			out = append(out, s)
		}
	}
	return out
}

// fundedBy returns the supports of a region from one fund.
func (a View) fundedBy(r *sentra.Region, fund sentra.Fund) []*sentra.Support {
	return slices.DeleteFunc(a.KnownSupports(r), func(s *sentra.Support) bool { return s.Fund != fund })
}

// FundYears are the years in which a region had support from a fund, according to the
// sources.
type FundYears struct {
	// Fund is "" if no source names the fund.
	Fund  sentra.Fund
	Years []int
	// NotStated means that some support has no stated year.
	NotStated bool
}

// FundYears returns the years of each fund from which a region had support, as known
// by the day.
func (a View) FundYears(r *sentra.Region) []FundYears {
	var out []FundYears
	for _, fund := range append(slices.Clone(sentra.Funds[:]), "") {
		of := FundYears{Fund: fund}
		supports := a.fundedBy(r, fund)
		for _, s := range supports {
			if s.Year == 0 {
				of.NotStated = true
			} else if !slices.Contains(of.Years, s.Year) {
				of.Years = append(of.Years, s.Year)
			}
		}
		if slices.Sort(of.Years); len(supports) > 0 {
			out = append(out, of)
		}
	}
	return out
}

// linkage returns the assessments of a region's candidacies on linkage by the day,
// and their conclusion, which is unknown if they contradict each other.
func (a View) linkage(r *sentra.Region) (sentra.Truth, []*sentra.Assessment) {
	var told []*sentra.Assessment
	met, not := false, false
	for _, candidate := range a.country.candidatesOf[r.Code] {
		for i := range candidate.Assessments {
			assessment := &candidate.Assessments[i]
			known := assessment.On != nil && assessment.On.Last() <= a.Day || assessment.On == nil && a.knownBy(0, assessment.Sources)
			if !known || !assessment.OfLinkage() {
				continue
			}
			told = append(told, assessment)
			met, not = met || assessment.Outcome == sentra.AssessmentMet, not || assessment.Outcome == sentra.AssessmentNotMet
		}
	}
	switch {
	case met && !not:
		return sentra.True, told
	case not && !met:
		return sentra.False, told
	}
	return sentra.Unknown, told
}

// Facilitators returns the facilitators within a distance of a screened region.
func (s *Screening) Facilitators(row *Screened, metres float64) FacilitatorsNear {
	return s.facilitators().near(row.Region, metres)
}

// ClusterAt is a cluster as seen from a region.
type ClusterAt struct {
	*Cluster
	// Metres is the distance on the sphere from the region's label point to the
	// cluster's location. A cluster without a point is at the label point of its
	// regency.
	Metres float64
}

// NearestClusters returns the n clusters, at most mostNearest, that count, are
// outside a screened region and nearest to it. It leaves out clusters of which only
// the province is known.
func (s *Screening) NearestClusters(row *Screened, n int) []ClusterAt {
	near := s.nearby()
	var out []ClusterAt
	if n = min(n, mostNearest); n == 0 {
		return out
	}
	for place, metres := range near.nearest(s.view.labelPoint(row.Region)) {
		c := near.at(place)
		if c.Planned || c.Begins > s.view.Day || c.Precision == sentra.PrecisionProvince || slices.Contains(c.Regions, row.Region.Code) {
			continue
		}
		if out = append(out, ClusterAt{c, metres}); len(out) == n {
			break
		}
	}
	return out
}

// nearbyClusters finds clusters by distance.
type nearbyClusters struct {
	nearest func(orb.Point) iter.Seq2[int, float64]
	at      func(place int) *Cluster
}

// newNearby indexes the clusters that count. Once all are known and count, the
// atlas's own index serves.
func (a View) newNearby(products []string) nearbyClusters {
	if products == nil && a.Day >= a.allBegun {
		usual := a.orders[sentra.ClustersByPhase].Must()
		return nearbyClusters{func(p orb.Point) iter.Seq2[int, float64] { return usual.index.Nearest(p, pointindex.Everywhere) }, usual.at}
	}
	var counted []*Cluster
	var points []orb.Point
	add := func(c *Cluster) {
		if c.Begins <= a.Day {
			counted, points = append(counted, c), append(points, c.Place)
		}
	}
	if products == nil {
		a.clusterOrder.each(func(c *Cluster) bool {
			add(c)
			return true
		})
	}
	for i, key := range products {
		for c := range a.ClustersOfProduct(key).All {
			if !slices.ContainsFunc(products[:i], func(other string) bool { return slices.Contains(c.Products, other) }) {
				add(c)
			}
		}
	}
	index := pointindex.New(points)
	return nearbyClusters{func(p orb.Point) iter.Seq2[int, float64] { return index.Nearest(p, pointindex.Everywhere) }, func(place int) *Cluster { return counted[place] }}
}

// Evidence is what an outcome is based on.
type Evidence struct {
	Supports     []*sentra.Support
	Clusters     []*Cluster
	Designations []*sentra.Designation
	// Judged is the status for a designation, nil for other elements.
	Judged *sentra.AffirmativeStatus
	// Assessments is only for linkage.
	Assessments []*sentra.Assessment
}

// Evidence returns what the outcome of an element for a screened region is based on.
func (s *Screening) Evidence(row *Screened, element sentra.ScreeningElement) Evidence {
	var e Evidence
	a := s.view
	switch element {
	case sentra.ScreenClusters:
		e.Clusters = slices.DeleteFunc(a.ClustersOf(row.Region.Code), func(c *Cluster) bool { return !s.counts(c) })
	case sentra.ScreenDisadvantaged, sentra.ScreenBorder:
		judged := a.Affirmative(row.Region.Code)
		e.Judged = judged.Of(sentra.DesignationKind(element))
		e.Designations = e.Judged.Designations
	case sentra.ScreenLinkage:
		_, e.Assessments = a.linkage(row.Region)
	case sentra.ScreenAPBN, sentra.ScreenDeconcentration, sentra.ScreenDAK:
		e.Supports = a.fundedBy(row.Region, sentra.Fund(element))
	}
	return e
}

// Sources returns the sources of the evidence.
func (e *Evidence) Sources() []sentra.SourceID {
	var out []sentra.SourceID
	for _, s := range e.Supports {
		out = append(out, s.Sources...)
	}
	for _, c := range e.Clusters {
		out = append(out, c.Sources...)
	}
	if e.Judged != nil {
		out = append(out, e.Judged.Sources()...)
	}
	for _, told := range e.Assessments {
		out = append(out, told.Sources...)
	}
	return out
}

// Reason summarises the evidence for an element on the day.
func (e *Evidence) Reason(element sentra.ScreeningElement, day sentra.Date) sentra.Message {
	switch {
	case e.Judged != nil:
		return e.Judged.Reason(day)
	case element == sentra.ScreenLinkage && len(e.Assessments) > 0:
		return sentra.Say(sentra.MessageAssessed)
	case element == sentra.ScreenLinkage:
		return sentra.Say(sentra.MessageNoLinkage)
	case len(e.Clusters) == 1:
		return sentra.Say(sentra.MessageOneCluster)
	case len(e.Clusters) > 1:
		return sentra.Say(sentra.MessageManyClusters, len(e.Clusters))
	case element == sentra.ScreenClusters:
		return sentra.Say(sentra.MessageNoCluster)
	case len(e.Supports) == 0:
		return sentra.Say(sentra.MessageNoMoney)
	}
	var years []int
	var told sentra.Series
	for _, s := range e.Supports {
		if slices.Contains(years, s.Year) {
			continue
		}
		years = append(years, s.Year)
		if s.Year == 0 {
			told = append(told, sentra.Say(sentra.MessageYearNotTold))
		} else {
			told = append(told, sentra.Say(sentra.MessageYear, strconv.Itoa(s.Year)))
		}
	}
	return sentra.Say(sentra.MessageMoney, told)
}
