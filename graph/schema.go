package graph

import (
	"github.com/99designs/gqlgen/graphql"

	"github.com/sentra-ikm/sentra/graph/model"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// NewSchema gives the executable schema, with the price of its fields: a list
// costs its page size times an entry, a boundary as much as twenty fields.
func NewSchema(resolver *Resolver) graphql.ExecutableSchema {
	config := Config{Resolvers: resolver, Schema: describedSchema()}
	c := &config.Complexity
	c.Query.Regions = func(child int, _ *model.RegionFilter, _ *sentra.RegionOrder, first *int, _ *string, last *int, _ *string, _ *sentra.Date) int {
		return pagePrice(child, first, last)
	}
	c.Query.Clusters = func(child int, _ *model.ClusterFilter, _ *sentra.ClusterOrder, first *int, _ *string, last *int, _ *string, _ *sentra.Date) int {
		return pagePrice(child, first, last)
	}
	c.Region.Clusters = func(child int, _ *model.ClusterFilter, _ *sentra.ClusterOrder, first *int, _ *string, last *int, _ *string) int {
		// A region holds few clusters; half a page is already a generous guess.
		return 1 + pagePrice(child, first, last)/10
	}
	c.Region.Boundary = func(_ int, _ *int, _ *float64, _ *int) int { return 20 }
	c.Region.Neighbours = func(child int, _ *sentra.Date) int { return 1 + 6*child }
	// Distances between boundaries are work, as much as ten fields.
	c.Region.Nearest = func(child int, first *int, _ *sentra.Level, _ *sentra.Date) int {
		return 10 + model.NearestSize(first)*child
	}
	c.Region.Children = func(child int, _ *sentra.Date) int { return 1 + 20*child }
	c.Query.RegionsAtMany = func(child int, points []*model.PointInput, multiPoint model.MultiPoint, _ *float64, _ *sentra.Date) int {
		return 1 + (len(points)+len(multiPoint))*child
	}
	c.Query.Nodes = func(child int, ids []string) int { return 1 + len(ids)*child }
	c.Dataset.Conflicts = func(child int) int { return 1 + 100*child }
	c.Query.Search = func(child int, _ string, first *int) int { return 1 + max(1, value(first))*child }
	c.Choropleth.Rows = func(child int) int { return 1 + 514*child }
	c.Query.Products = func(child int) int { return 1 + 20*child }
	c.Query.Sources = func(child int) int { return 1 + 50*child }
	c.Query.Designations = func(child int, _ *model.DesignationFilter) int { return 1 + 200*child }
	c.Product.Clusters = func(child int) int { return 1 + 5*child }
	c.Phase.Clusters = func(child int) int { return 1 + 10*child }
	// An entity costs what an entry of a list does.
	c.Query.__resolve_entities = func(child int, representations []map[string]any) int { return 1 + len(representations)*child }
	schema, err := newFederated(NewExecutableSchema(config), resolver)
	if err != nil {
		// Only a schema whose keys do not parse gets here, and that is not compiled.
		panic(err)
	}
	return schema
}

func pagePrice(child int, first, last *int) int {
	size := model.DefaultPage
	if first != nil {
		size = *first
	} else if last != nil {
		size = *last
	}
	return 1 + max(0, min(size, model.MaxPage))*child
}
