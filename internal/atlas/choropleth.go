package atlas

import (
	"context"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// ChoroplethQuestion says what to measure and for which rows.
type ChoroplethQuestion struct {
	By sentra.ChoroplethBy
	// Level is the level of the regions; empty for regencies and cities, and for rows
	// that are not regions.
	Level   sentra.Level
	Measure sentra.ChoroplethMeasure
	// Filter selects the clusters to count; nil for all that are known on the day.
	// Planned clusters count as unknown unless the filter names the status.
	Filter *sentra.ClusterFilter
	// JoinBy is the code that JoinKey returns for regions; empty for the default.
	JoinBy sentra.ChoroplethKey
}

// Choropleth is a measure of the clusters for every region, product or phase.
type Choropleth struct {
	ChoroplethQuestion
	Rows []ChoroplethRow
	// Total is the measure of all clusters, each counted once regardless of the rows.
	Total sentra.Measured
	// Unplaced is the number of clusters that count in the total but in no row, because
	// their region at this level is not known.
	Unplaced int
}

// ChoroplethRow is the measure of one item: Region, Product or Phase is set.
type ChoroplethRow struct {
	Region  *sentra.Region
	Product *sentra.Product
	Phase   *sentra.Phase
	sentra.Measured
	// Share is the value as a share of the total; nil for a measure that is itself a
	// share, without data, and if the total is 0.
	Share *float64
	// Sources returns the sources of the clusters that are counted or unknown, and of
	// their designations where these are measured. For a zero it returns the sources
	// that establish it.
	Sources func() []sentra.SourceID
}

const whileCounted = "while the clusters were counted"

// candidate is a cluster that matches the filter, or may match.
type candidate struct {
	*Cluster
	matches sentra.Truth
}

// Choropleth measures the matching clusters for every region of a level on the day,
// every product or every phase, by code or in the default order. Rows without a
// cluster are included. An invalid query is a BAD_USER_INPUT whose path is asOf, by,
// level, measure or begins with filter.
func (a View) Choropleth(ctx context.Context, q ChoroplethQuestion) (*Choropleth, error) {
	if q.Level != "" && q.By != sentra.ByRegion {
		return nil, sentra.BadInput("level", "a level is for regions; leave it out or ask by REGION")
	}
	if err := sentra.CheckOrder("ChoroplethKey", q.JoinBy, sentra.ChoroplethKeys[:]); err != nil {
		return nil, sentra.In("key", err)
	}
	switch {
	case q.JoinBy != "" && q.JoinBy != sentra.KeyCode && q.By != sentra.ByRegion:
		return nil, sentra.BadInput("key", "a code is for regions; leave it out or ask by REGION")
	case q.JoinBy == sentra.KeyISO && q.Level != sentra.LevelProvince:
		return nil, sentra.BadInput("key", "only provinces have ISO 3166-2 codes; ask for the level PROVINCE")
	}
	out := &Choropleth{}
	// keysOf returns the keys of the rows that a cluster is in, and of the rows that it
	// may be in.
	var keysOf func(c *Cluster) (rows, perhaps []string)
	switch q.By {
	case sentra.ByRegion:
		if q.Level == "" {
			q.Level = sentra.LevelRegency
		}
		for i := range a.Data.Regions {
			if r := &a.Data.Regions[i]; r.Kind.Level() == q.Level && r.Validity.Contains(a.Day) {
				out.Rows = append(out.Rows, ChoroplethRow{Region: r})
			}
		}
		keysOf = func(c *Cluster) (rows, perhaps []string) { return a.regionKeys(c, q) }
	case sentra.ByProduct:
		for i := range a.Data.Products {
			out.Rows = append(out.Rows, ChoroplethRow{Product: &a.Data.Products[i]})
		}
		keysOf = func(c *Cluster) (rows, perhaps []string) { return c.Products, nil }
	case sentra.ByPhase:
		for i := range a.Data.Phases {
			out.Rows = append(out.Rows, ChoroplethRow{Phase: &a.Data.Phases[i]})
		}
		keysOf = func(c *Cluster) (rows, perhaps []string) {
			return slices.DeleteFunc(slices.Clone(c.Phases), func(key string) bool { return !a.phases[key].BegunBy(a.Day) }), nil
		}
	default:
		return nil, sentra.BadInput("by", "%.40s is not a valid ChoroplethBy; give one of %s, %s, %s", q.By, sentra.ByRegion, sentra.ByProduct, sentra.ByPhase)
	}
	out.ChoroplethQuestion = q

	all, err := a.candidates(ctx, q)
	if err != nil {
		return nil, err
	}
	groups := make(map[string][]candidate)
	for i, c := range all {
		if i%256 == 0 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return nil, err
			}
		}
		keys, perhaps := keysOf(c.Cluster)
		for i, key := range keys {
			if !slices.Contains(keys[:i], key) {
				groups[key] = append(groups[key], c)
			}
		}
		for i, key := range perhaps {
			if !slices.Contains(keys, key) && !slices.Contains(perhaps[:i], key) {
				groups[key] = append(groups[key], candidate{c.Cluster, sentra.Unknown})
			}
		}
		if len(keys) == 0 && a.counts(c, q, "") == sentra.True {
			out.Unplaced++
		}
	}
	// The list of the programme's clusters is complete, that of other clusters is not.
	complete := q.Filter.OfProgramme()
	if out.Total, err = a.measure(ctx, all, q, "", complete); err != nil {
		return nil, err
	}
	for i := range out.Rows {
		if err := sentra.Ended(ctx, whileCounted); err != nil {
			return nil, err
		}
		row := &out.Rows[i]
		key := row.Key()
		within := sentra.RegionCode("")
		if row.Region != nil {
			within = row.Region.Code
		}
		if row.Measured, err = a.measure(ctx, groups[key], q, within, complete || q.By == sentra.ByPhase); err != nil {
			return nil, err
		}
		if row.Value != nil && out.Total.Value != nil && *out.Total.Value > 0 && q.Measure != sentra.AffirmativeClusterShare {
			share := *row.Value / *out.Total.Value
			row.Share = &share
		}
		row.Sources = func() []sentra.SourceID {
			switch {
			case len(groups[key]) > 0:
				return a.sourcesOf(groups[key], q)
			case row.Status != sentra.StatusZero:
				return nil
			case complete || q.By == sentra.ByPhase:
				return a.phaseSources()
			}
			return a.judgeSources(within)
		}
	}
	return out, nil
}

// Key is the code of the row's region, or the key of its product or phase.
func (r *ChoroplethRow) Key() string {
	switch {
	case r.Region != nil:
		return string(r.Region.Code)
	case r.Product != nil:
		return r.Product.Key
	}
	return r.Phase.Key
}

// JoinKey is what a row is joined by: the requested code of a region, "" if it has
// none on the day, and otherwise Key.
func (a View) JoinKey(c *Choropleth, row *ChoroplethRow) string {
	if row.Region == nil {
		return row.Key()
	}
	return a.CodeOn(row.Region.Code, c.JoinBy.System())
}

// candidates returns the clusters known on the day that match the filter or may
// match: one that was not known yet may have existed already, and a planned one may
// have been realised.
func (a View) candidates(ctx context.Context, q ChoroplethQuestion) ([]candidate, error) {
	test := func(*Cluster) (sentra.Truth, error) { return sentra.True, nil }
	if q.Filter != nil {
		var err error
		if test, err = (&compiler{View: a, ctx: ctx}).cluster(q.Filter); err != nil {
			return nil, sentra.In("filter", err)
		}
	}
	var out []candidate
	seen := 0
	for c := range a.clusterOrder.each {
		if seen++; seen%256 == 1 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return nil, err
			}
		}
		there := a.knows(c)
		if c.Planned && !q.Filter.NamesStatus() {
			there = there.And(sentra.Unknown)
		}
		if there == sentra.False {
			continue
		}
		truth, err := test(c)
		if err != nil {
			return nil, err
		}
		truth = truth.And(there)
		if truth != sentra.False {
			out = append(out, candidate{c, truth})
		}
	}
	return out, nil
}

// regionKeys returns the codes of the rows that a cluster is in, and of those that it
// may be in: a cluster of which only the province is known may be in any of its
// regencies.
func (a View) regionKeys(c *Cluster, q ChoroplethQuestion) (rows, perhaps []string) {
	add := func(to *[]string, code sentra.RegionCode) {
		if q.Level == sentra.LevelProvince {
			code = a.Province(code)
		}
		if code != "" && a.Exists(code) != nil {
			*to = append(*to, string(code))
		}
	}
	for _, code := range c.Regions {
		if code.Level() == sentra.LevelRegency {
			add(&rows, code)
			continue
		}
		at, regencies := a.possibleRegions(code)
		switch {
		case namesOneOf(c, regencies):
		case q.Level == sentra.LevelProvince && at != "":
			add(&rows, at)
		default:
			for _, r := range regencies {
				add(&perhaps, r.Code)
			}
		}
	}
	return rows, perhaps
}

// affirmativeIn reports whether a cluster is in an affirmative region within a
// region, or anywhere ("").
func (a View) affirmativeIn(c *Cluster, within sentra.RegionCode) sentra.Truth {
	truth, _ := a.standsIn(c, func(r *sentra.Region) (sentra.Truth, error) {
		if within != "" && r.Code != within && a.Province(r.Code) != within {
			return sentra.False, nil
		}
		return a.affirmative(r.Code), nil
	})
	return truth
}

// counts reports whether a cluster is counted by the measure.
func (a View) counts(c candidate, q ChoroplethQuestion, within sentra.RegionCode) sentra.Truth {
	if q.Measure == sentra.AffirmativeClusterCount {
		return c.matches.And(a.affirmativeIn(c.Cluster, within))
	}
	return c.matches
}

// measure measures clusters within a region, or anywhere (""). complete means that no
// clusters exist besides those in the record.
func (a View) measure(ctx context.Context, clusters []candidate, q ChoroplethQuestion, within sentra.RegionCode, complete bool) (sentra.Measured, error) {
	tally := sentra.Tally{Incomplete: !complete}
	if within != "" && q.Measure == sentra.AffirmativeClusterCount && a.containsAffirmative(within) == sentra.False {
		// Whatever clusters there are, none is in an affirmative region.
		tally.Incomplete = false
	}
	products := make(map[string]bool)
	for i, c := range clusters {
		if i%256 == 0 {
			if err := sentra.Ended(ctx, whileCounted); err != nil {
				return sentra.Measured{}, err
			}
		}
		switch a.counts(c, q, within) {
		case sentra.True:
			tally.Counted++
			for _, key := range c.Products {
				products[key] = true
			}
		case sentra.Unknown:
			tally.Open++
			continue
		}
		if q.Measure == sentra.AffirmativeClusterShare {
			switch a.affirmativeIn(c.Cluster, within) {
			case sentra.True:
				tally.Having++
			case sentra.Unknown:
				tally.Open++
			}
		}
	}
	switch q.Measure {
	case sentra.AffirmativeClusterShare:
		return tally.Share(), nil
	case sentra.ProductCount:
		tally.Counted = len(products)
	}
	return tally.Count(), nil
}

// sourcesOf returns the sources of what was measured.
func (a View) sourcesOf(clusters []candidate, q ChoroplethQuestion) []sentra.SourceID {
	var out []sentra.SourceID
	known := make(map[sentra.SourceID]bool)
	add := func(ids []sentra.SourceID) {
		for _, id := range ids {
			if !known[id] {
				known[id] = true
				out = append(out, id)
			}
		}
	}
	judged := make(map[sentra.RegionCode]bool)
	for _, c := range clusters {
		add(c.Sources)
		if q.Measure != sentra.AffirmativeClusterCount && q.Measure != sentra.AffirmativeClusterShare {
			continue
		}
		for _, code := range c.Regions {
			if !judged[code] {
				judged[code] = true
				add(a.judgeSources(code))
			}
		}
	}
	return out
}

// judgeSources returns the sources that decide whether a region is affirmative.
func (a View) judgeSources(code sentra.RegionCode) []sentra.SourceID {
	var out []sentra.SourceID
	of := a.Affirmative(code)
	for i := range of.Kinds {
		out = append(out, of.Kinds[i].Sources()...)
	}
	return out
}

// phaseSources returns the sources of the programme's phases, which list all of its
// clusters.
func (a View) phaseSources() []sentra.SourceID {
	var out []sentra.SourceID
	for i := range a.Data.Phases {
		for _, id := range a.Data.Phases[i].Sources {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}
