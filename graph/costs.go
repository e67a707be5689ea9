package graph

import (
	"context"
	"encoding/json"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/geo"
	"github.com/sentra-ikm/sentra/internal/querycost"
)

// Cost returns the cost of a valid operation, with its variables coerced. If it
// exceeds most, any value greater than most may be returned. Once ctx has ended the
// result is meaningless.
func (f *federated) Cost(ctx context.Context, operation *ast.OperationDefinition, variables map[string]any, most int) int {
	return f.costs.Of(ctx, operation, variables, most)
}

// lengths returns the present maximum lengths of lists; zero once ctx has ended.
func (r *Resolver) lengths(ctx context.Context) *atlas.Lengths {
	known, err := r.atlas(ctx).Lengths(ctx)
	if err != nil {
		return &atlas.Lengths{}
	}
	return known
}

// Work per unit of cost.
const (
	// namesAUnit is the number of names that a search compares to a text.
	namesAUnit = 50
	// clustersAUnit is the number of clusters for which one part of a filter is
	// evaluated.
	clustersAUnit = 100
)

// costs returns the rules that the schema's directives cannot express, by field:
// costs that depend on the amount of data, and boundaries by their bytes.
func (r *Resolver) costs() map[string]querycost.Rule {
	type arguments = querycost.Arguments
	// loaded returns the present maximum length of a list, but at least the one assumed
	// by the schema; a page is as long as requested.
	loaded := func(assumed int, of func(*atlas.Lengths) int) querycost.Rule {
		return querycost.Rule{Length: func(ctx context.Context, _ arguments) int { return max(assumed, of(r.lengths(ctx))) }}
	}
	page := func(name string, assumed int, of func(*atlas.Lengths) int) querycost.Rule {
		return querycost.Rule{Length: func(ctx context.Context, given arguments) int {
			longest := max(assumed, of(r.lengths(ctx)))
			if first := given.Int(name); first != nil {
				return max(0, min(*first, model.MaxPage, longest))
			}
			return min(longest, model.MaxPage)
		}}
	}
	distinct := func(rule querycost.Rule) querycost.Rule {
		rule.Distinct = true
		return rule
	}
	all := func(assumed int, of func(*atlas.Atlas) int) querycost.Rule {
		return querycost.Rule{Length: func(ctx context.Context, _ arguments) int { return max(assumed, of(r.atlas(ctx))) }}
	}
	cited := loaded(3, func(l *atlas.Lengths) int { return l.Sources })
	sdl := 0
	for _, source := range sources {
		sdl += len(source.Input)
	}
	rules := map[string]querycost.Rule{
		"Query.products":     all(20, func(a *atlas.Atlas) int { return len(a.Data.Products) }),
		"Query.sources":      all(50, func(a *atlas.Atlas) int { return len(a.Data.Sources) }),
		"Query.phases":       all(3, func(a *atlas.Atlas) int { return len(a.Data.Phases) }),
		"Query.designations": all(200, func(a *atlas.Atlas) int { return len(a.Data.Designations) }),
		"Programme.phases":   all(3, func(a *atlas.Atlas) int { return len(a.Data.Phases) }),
		"Programme.events":   all(20, func(a *atlas.Atlas) int { return len(a.Data.Events) }),

		"_Service.sdl": {Weight: func(context.Context, arguments) int { return 1 + sdl/querycost.UnitBytes }},

		"Dataset.designationCoverage": all(15, func(a *atlas.Atlas) int { return len(a.Data.Coverage) }),
		"AffirmativeStatus.coverage":  loaded(8, func(l *atlas.Lengths) int { return l.Coverage }),

		"Query.regionsAt": {Weight: func(_ context.Context, given arguments) int { return 1 + locating(given) }},
		"Query.regionsAtMany": {
			Length: func(_ context.Context, given arguments) int { return given.Len("points") + pointsOf(given) },
			Weight: func(_ context.Context, given arguments) int {
				return 1 + (given.Len("points")+pointsOf(given))*locating(given)
			},
		},
		"Query.nodes": distinct(querycost.Rule{
			Length: func(_ context.Context, given arguments) int { return given.Len("ids") },
			Copies: func(_ context.Context, given arguments) int { return copies(given.Strings("ids")) },
		}),
		"Query._entities": distinct(querycost.Rule{
			Length: func(_ context.Context, given arguments) int { return given.Len("representations") },
			Copies: func(_ context.Context, given arguments) int { return copies(representations(given)) },
		}),
		"Query.search": distinct(querycost.Rule{Weight: func(ctx context.Context, _ arguments) int {
			a := r.atlas(ctx)
			return 1 + (len(a.Data.Regions)+2*a.Data.Clusters.Len()+2*len(a.Data.Products))/namesAUnit
		}}),
		"SearchResult.node": {Distinct: true},
		"Query.clusters": {Weight: func(ctx context.Context, given arguments) int {
			return 1 + given.Given().Fields*r.atlas(ctx).Data.Clusters.Len()/clustersAUnit
		}},
		// Every cluster is counted, and its regions are evaluated if the measure or filter
		// needs it.
		"Query.choropleth": {Weight: func(ctx context.Context, given arguments) int {
			return 20 + (5+given.Given().Fields)*r.atlas(ctx).Data.Clusters.Len()/clustersAUnit
		}},
		// Every cluster is counted once; regions are evaluated for each designation.
		"Query.clusterFacets": {Weight: func(ctx context.Context, given arguments) int {
			return 200 + (5+given.Given().Fields)*r.atlas(ctx).Data.Clusters.Len()/clustersAUnit
		}},
		"ClusterFacet.values": all(30, func(a *atlas.Atlas) int { return len(a.Data.Products) }),
		"Choropleth.rows":     distinct(all(514, func(a *atlas.Atlas) int { return max(len(a.Data.Products), len(a.Data.Phases)) })),

		"ChoroplethRow.region":        {Distinct: true},
		"ChoroplethRow.sources":       loaded(5, func(l *atlas.Lengths) int { return l.RowSources }),
		"RegionConnection.edges":      {Distinct: true},
		"RegionConnection.nodes":      {Distinct: true},
		"RegionConnection.notCovered": {Distinct: true},
		"RegionEdge.node":             {Distinct: true},

		"Region.codes":        loaded(4, func(l *atlas.Lengths) int { return l.Codes }),
		"Region.children":     distinct(loaded(40, func(l *atlas.Lengths) int { return l.Members })),
		"Region.predecessors": loaded(2, func(l *atlas.Lengths) int { return l.Successions }),
		"Region.successors":   loaded(5, func(l *atlas.Lengths) int { return l.Successions }),
		"Region.designations": loaded(4, func(l *atlas.Lengths) int { return l.Designations }),
		"Region.clusterCount": {Weight: func(ctx context.Context, _ arguments) int {
			return 1 + r.lengths(ctx).Clusters/clustersAUnit
		}},
		"Region.neighbours":      {Distinct: true},
		"RegionNeighbour.region": {Distinct: true},
		"Region.nearest": {Distinct: true, Weight: func(_ context.Context, given arguments) int {
			n := 5
			if first := given.Int("first"); first != nil {
				n = max(0, min(*first, 100))
			}
			return 100 + 30*n
		}},
		"RegionDistance.region": {Distinct: true},
		"Region.boundary": {
			Together: func(ctx context.Context, given arguments) (any, func(n int) int) {
				var precision *int
				if given.Field().Arguments.ForName("precision") != nil {
					precision = given.Int("precision")
				}
				detail, err := geo.NewDetail(given.Int("zoom"), given.Float("toleranceMetres"), precision)
				if err != nil {
					// Invalid arguments: nothing is drawn, but there is an error for each.
					return "boundary", func(n int) int { return n }
				}
				a := r.atlas(ctx)
				return detail, func(n int) int {
					// If the time is up, the cost does not matter.
					bytes, _ := a.BoundaryBytes(ctx, n, detail.Tolerance, detail.Places)
					return bytes / querycost.UnitBytes
				}
			},
			Weight: func(context.Context, arguments) int { return 1 },
		},
		"Region.clusters": {
			Length: func(ctx context.Context, given arguments) int {
				longest := max(model.DefaultPage, r.lengths(ctx).Clusters)
				for _, name := range []string{"first", "last"} {
					if n := given.Int(name); n != nil {
						return max(0, min(*n, model.MaxPage, longest))
					}
				}
				return min(model.DefaultPage, max(5, r.lengths(ctx).Clusters))
			},
			Weight: func(ctx context.Context, given arguments) int {
				return 2 + (1+given.Given().Fields)*r.lengths(ctx).Clusters/clustersAUnit
			},
			// The filter is compiled once for all regions of a list.
			Together: func(_ context.Context, given arguments) (any, func(n int) int) {
				sum := given.Given()
				return given.Field(), func(n int) int { return sum.Cost + n*(sum.Fields+sum.Literals/2) }
			},
		},

		"Designation.neighbouringCountries": loaded(3, func(l *atlas.Lengths) int { return l.Countries }),
		"AffirmativeStatus.designations":    loaded(3, func(l *atlas.Lengths) int { return l.Designations }),
		"Cluster.products":                  loaded(1, func(l *atlas.Lengths) int { return l.Products }),
		"Cluster.phases":                    loaded(1, func(l *atlas.Lengths) int { return l.Phases }),
		"Cluster.regions":                   distinct(loaded(1, func(l *atlas.Lengths) int { return l.Regions })),
		"Cluster.events":                    loaded(5, func(l *atlas.Lengths) int { return l.Events }),
		"Product.clusters":                  page("first", 5, func(l *atlas.Lengths) int { return l.ClustersOfProduct }),
		"Phase.clusters":                    page("first", 10, func(l *atlas.Lengths) int { return l.ClustersOfPhase }),
		"Region.names":                      loaded(5, func(l *atlas.Lengths) int { return l.Names }),
		"Region.supports":                   loaded(5, func(l *atlas.Lengths) int { return l.Supports }),
		"Region.facilitators":               loaded(3, func(l *atlas.Lengths) int { return l.Facilitators }),
		"Region.externalCounts":             loaded(3, func(l *atlas.Lengths) int { return l.Counts }),
		"Cluster.readings":                  loaded(2, func(l *atlas.Lengths) int { return l.Readings }),
		"Cluster.supports":                  loaded(3, func(l *atlas.Lengths) int { return l.SupportsOfCluster }),
		"Phase.candidates":                  loaded(10, func(l *atlas.Lengths) int { return l.Candidates }),
		"Candidate.assessments":             loaded(7, func(l *atlas.Lengths) int { return l.Assessments }),
		// Every regency is evaluated on every element, and its clusters are scanned.
		"Query.screening": {Weight: func(ctx context.Context, given arguments) int {
			a := r.atlas(ctx)
			return 100 + given.Given().Fields*len(a.Data.Regions)/namesAUnit + a.Data.Clusters.Len()/clustersAUnit
		}},
		"Screening.products":            all(3, func(a *atlas.Atlas) int { return len(a.Data.Products) }),
		"Screening.rows":                distinct(page("first", 600, func(*atlas.Lengths) int { return 0 })),
		"ScreeningRow.region":           {Distinct: true},
		"ScreeningRow.findings":         {Weight: func(context.Context, arguments) int { return 20 }},
		"ScreeningFinding.supports":     loaded(5, func(l *atlas.Lengths) int { return l.Supports }),
		"ScreeningFinding.clusters":     page("first", 5, func(l *atlas.Lengths) int { return l.Clusters }),
		"ScreeningFinding.designations": loaded(3, func(l *atlas.Lengths) int { return l.Designations }),
		"ScreeningFinding.assessments":  loaded(7, func(l *atlas.Lengths) int { return l.Assessments * max(1, l.Candidates) }),
		"FundYears.years":               loaded(5, func(l *atlas.Lengths) int { return l.Supports }),
		"ScreeningRow.facilitators":     {Weight: func(ctx context.Context, _ arguments) int { return 20 + len(r.atlas(ctx).Data.Facilitators)/20 }},
		"FacilitatorsNear.within":       all(5, func(a *atlas.Atlas) int { return len(a.Data.Facilitators) }),
		"ScreeningRow.nearestClusters": {Length: func(_ context.Context, given arguments) int {
			if first := given.Int("first"); first != nil {
				return max(0, min(*first, 100))
			}
			return 3
		}},
		"Query.facilitators": all(50, func(a *atlas.Atlas) int { return len(a.Data.Facilitators) }),
		"Query.supports": {Weight: func(ctx context.Context, _ arguments) int {
			return 5 + len(r.atlas(ctx).Data.Supports)/clustersAUnit
		}},
		"Region.candidates": all(2, func(a *atlas.Atlas) int { return len(a.Data.Phases) }),
		"Region.events":     all(3, func(a *atlas.Atlas) int { return len(a.Data.Events) }),
		"Query.dataQuality": {Weight: func(ctx context.Context, _ arguments) int {
			return 100 + 3*r.atlas(ctx).Data.Clusters.Len()/clustersAUnit
		}},
		// Every province's clusters are counted.
		"Query.coverage": {Weight: func(ctx context.Context, _ arguments) int {
			return 50 + 2*r.atlas(ctx).Data.Clusters.Len()/clustersAUnit
		}},
	}
	for _, of := range parsedSchema.Types {
		if field := of.Fields.ForName("sources"); field != nil && of.Kind == ast.Object {
			if name := of.Name + ".sources"; rules[name].Length == nil {
				rules[name] = cited
			}
		}
	}
	return rules
}

// locating is the cost of a point query.
func locating(given querycost.Arguments) int {
	if tolerance := given.Float("toleranceMetres"); tolerance != nil && *tolerance > 0 {
		return 8
	}
	return 2
}

// pointsOf returns the number of points of a GeoJSON MultiPoint.
func pointsOf(given querycost.Arguments) int {
	value, literal := given.Value("multiPoint")
	if literal != nil {
		for _, child := range literal.Children {
			if child.Name == "coordinates" && child.Value.Kind == ast.Variable {
				// At most as many as all values of the arguments.
				return given.Given().Values
			}
			if child.Name == "coordinates" {
				return len(child.Value.Children)
			}
		}
		return 0
	}
	object, _ := value.(map[string]any)
	coordinates, _ := object["coordinates"].([]any)
	return len(coordinates)
}

// representations returns the representations of a gateway as strings, for
// comparison.
func representations(given querycost.Arguments) []string {
	value, literal := given.Value("representations")
	if literal != nil {
		out := make([]string, len(literal.Children))
		for i, child := range literal.Children {
			out[i] = child.Value.String()
		}
		return out
	}
	list, _ := value.([]any)
	out := make([]string, len(list))
	for i, one := range list {
		text, err := json.Marshal(one)
		if err != nil {
			return nil
		}
		out[i] = string(text)
	}
	return out
}

// copies returns the number of occurrences of the most frequent text.
func copies(texts []string) int {
	seen, most := make(map[string]int, len(texts)), 1
	for _, text := range texts {
		seen[text]++
		most = max(most, seen[text])
	}
	return most
}
