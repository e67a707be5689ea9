package graph_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/graph"
	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/httpserver"
	"github.com/sentra-ikm/sentra/internal/sentra"
	"github.com/sentra-ikm/sentra/internal/servertest"
)

// manyClusters gives the dataset with so many clusters more, all over the country.
func manyClusters(t *testing.T, n int) *sentra.Dataset {
	t.Helper()
	data := *must(shared.store.Load(t.Context()))
	clusters := data.Clusters
	data.Clusters = append([]sentra.Cluster{}, clusters...)
	for i := range n {
		c := clusters[i%len(clusters)]
		c.Key = fmt.Sprintf("%s-%d", c.Key, i)
		c.NameEN, c.NameID = fmt.Sprintf("%s %d", c.NameEN, i), fmt.Sprintf("%s %d", c.NameID, i)
		c.Point = &orb.Point{95 + 46*float64(i%997)/997, -11 + 17*float64(i%499)/499}
		data.Clusters = append(data.Clusters, c)
	}
	return &data
}

// TestDeadlineReachesEverything asks every root field for something slow under a
// deadline: it comes back soon after, with an answer or DEADLINE_EXCEEDED.
func TestDeadlineReachesEverything(t *testing.T) {
	holder, err := atlas.NewHolder(t.Context(), &changing{data: manyClusters(t, 100_000)}, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	w := &world{store: shared.store, holder: holder}
	defer func() {
		for _, stop := range w.close {
			stop()
		}
	}()
	config := httpserver.DefaultConfig()
	config.AnswerCache, config.MaxComplexity = 0, math.MaxInt
	const allowed, slack = 200 * time.Millisecond, 800 * time.Millisecond
	config.Timeout = allowed
	url := w.serve(config)
	times := func(n int, each string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "a%d: %s ", i, each)
		}
		return "{ " + text.String() + "}"
	}
	var near []string
	for i := range 200 {
		near = append(near, fmt.Sprintf("{near: {point: {lon: %d, lat: -2}, radius: 3000000}}", 95+i%40))
	}
	var ring []string
	for i := range 800 {
		turn := 2 * math.Pi * float64(i) / 800
		radius := 20 * (1 - 0.3*float64(i%2))
		ring = append(ring, fmt.Sprintf("[%.4f, %.4f]", 118+radius*math.Cos(turn), -2+radius/2*math.Sin(turn)))
	}
	polygon := fmt.Sprintf(`{type: "Polygon", coordinates: [[%s, %s]]}`, strings.Join(ring, ", "), ring[0])
	points := strings.Repeat("{lon: 118, lat: -2}", 3000)
	// What each root field is asked for; a new field needs a case of its own.
	slow := map[string][]string{
		"region": {times(900, `region(code: "94") { nearest(first: 100) { region { name } } children { neighbours { region { name } } } }`)},
		"regions": {
			`{ regions(filter: {or: [` + strings.Join(near, ", ") + `]}) { totalCount } }`,
			`{ regions(filter: {within: ` + polygon + `}) { totalCount } }`,
			`{ regions(first: 1000) { nodes { boundary nearest(first: 100) { distanceMetres } } } }`,
			times(300, `regions(first: 1000) { nodes { clusters(first: 50) { nodes { name } } } }`),
		},
		"regionsAt":     {times(900, `regionsAt(point: {lon: 118, lat: -2}, toleranceMetres: 1000000) { regency { nearest(first: 100) { distanceMetres } } }`)},
		"regionsAtMany": {`{ regionsAtMany(points: [` + points + `], toleranceMetres: 1000000) { regency { name neighbours { region { name } } } } }`},
		"cluster":       {times(900, `cluster(key: "none") { name }`)},
		"clusters": {
			times(100, `clusters(filter: {regions: {affirmative: true}}, first: 1000) { nodes { name regions { name affirmative { answer } } } }`),
			`{ clusters(filter: {not: {within: ` + polygon + `}}, first: 1000) { totalCount } }`,
			`{ clusters(filter: {regions: {or: [` + strings.Join(near, ", ") + `]}}) { totalCount } }`,
		},
		"choropleth":   {times(100, `choropleth(by: REGION, measure: AFFIRMATIVE_CLUSTER_SHARE) { rows { value sources { title } } }`), times(100, `choropleth(by: PHASE, measure: AFFIRMATIVE_CLUSTER_COUNT) { rows { value } }`)},
		"products":     {times(300, `products { clusters { name regions { name } } }`)},
		"programme":    {times(900, `programme { events { region { nearest(first: 100) { distanceMetres } } } }`)},
		"phases":       {times(300, `phases { clusters { name regions { name } } }`)},
		"designations": {times(300, `designations { region { nearest(first: 100) { distanceMetres } } }`)},
		"sources":      {times(900, `sources { title }`)},
		"search":       {times(900, `search(text: "Dogiyaj kopi") { score }`)},
		"dataset":      {times(900, `dataset { designationCoverage { sources { title } } }`)},
		"node":         {times(900, `node(id: "none") { id }`)},
		"nodes":        {times(100, `nodes(ids: [`+strings.Repeat(`"none" `, 100)+`]) { id }`)},
		"_service":     {times(50, `_service { sdl }`)},
		"_entities":    {times(100, `_entities(representations: [`+strings.Repeat(`{__typename: "Region", code: "94"} `, 20)+`]) { ... on Region { nearest(first: 100) { distanceMetres } } }`)},
	}
	schema := graph.NewSchema(&graph.Resolver{Holder: holder, Now: servertest.Clock}).Schema()
	for _, field := range schema.Query.Fields {
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		if len(slow[field.Name]) == 0 {
			t.Errorf("Query.%s has no case here", field.Name)
		}
		for i, query := range slow[field.Name] {
			t.Run(fmt.Sprintf("%s %d", field.Name, i), func(t *testing.T) {
				started := time.Now()
				got := ask(t, url, query, nil)
				took := time.Since(started)
				codes := map[string]int{}
				for _, fault := range got.Errors {
					codes[fault.Extensions.Code]++
				}
				t.Logf("%v, %d bytes, errors %v", took, len(got.Data), codes)
				if took > allowed+slack {
					t.Errorf("took %v: %.300s", took, must(json.Marshal(got.Errors)))
				}
				for code := range codes {
					if code != "DEADLINE_EXCEEDED" && code != "NOT_FOUND" && code != "BAD_USER_INPUT" {
						t.Errorf("code %s", code)
					}
				}
			})
		}
	}
}
