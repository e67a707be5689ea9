package model

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// relay is the algorithm of the Relay Cursor Connections specification over all keys:
// cut after after and before before, then take the first or last. Whether there are
// more refers to the whole list.
func relay(keys []string, p Page) (page []string, next, previous bool) {
	from, to := 0, len(keys)
	if p.After != nil {
		from = slices.IndexFunc(keys, func(key string) bool { return cursor(key) == *p.After }) + 1
	}
	if p.Before != nil {
		to = max(from, slices.IndexFunc(keys, func(key string) bool { return cursor(key) == *p.Before }))
	}
	switch {
	case p.Last != nil:
		from = max(from, to-*p.Last)
	case p.First != nil:
		to = min(to, from+*p.First)
	default:
		to = min(to, from+DefaultPage)
	}
	return keys[from:to], to < len(keys), from > 0
}

// TestPagesAfterRelay requests random pages of lists that are produced lazily, by
// rank and by distance, and of lists in memory.
func TestPagesAfterRelay(t *testing.T) {
	first := sentra.FirstDay
	data := &sentra.Dataset{}
	data.Phases = []sentra.Phase{{Key: "2017", From: sentra.PartialDate{First: first}}}
	random := rand.New(rand.NewPCG(1, 2))
	var clusters []*sentra.Cluster
	for i := range 70 {
		// On a coarse lattice, so that many are equally far from a point.
		p := orb.Point{100 + float64(random.IntN(5)), float64(random.IntN(5))}
		clusters = append(clusters, &sentra.Cluster{Key: fmt.Sprintf("k%d", i), NameEN: fmt.Sprint(random.IntN(20)),
			Phases: []string{"2017"}, Point: &p, Precision: sentra.PrecisionPoint})
	}
	data.Clusters = sentra.NewClusters(clusters...)
	a, err := atlas.New(data)
	if err != nil {
		t.Fatal(err)
	}
	on, err := a.On(first)
	if err != nil {
		t.Fatal(err)
	}
	wide := &sentra.Near{Point: orb.Point{102, 2}, Radius: 300_000}
	for name, filter := range map[string]*sentra.ClusterFilter{
		"all":                  nil,
		"box":                  {BBox: &sentra.BBox{West: 101, South: 0, East: 103, North: 3}},
		"none":                 {BBox: &sentra.BBox{West: 10, South: 0, East: 11, North: 3}},
		"near":                 {Near: wide},
		"near, judged":         {Near: wide, Not: &sentra.ClusterFilter{Phase: "2017", Not: &sentra.ClusterFilter{}}},
		"judged one after one": {Or: []*sentra.ClusterFilter{{BBox: &sentra.BBox{West: 101, South: 0, East: 103, North: 3}}}},
	} {
		for _, order := range []sentra.ClusterOrder{"", sentra.ClustersByPhase, sentra.ClustersByName} {
			list, err := on.Clusters(t.Context(), filter, order, false)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var keys []string
			for hit := range list.All() {
				keys = append(keys, hit.Key)
			}
			if name != "none" && len(keys) < 5 {
				t.Fatalf("%s: only %d clusters", name, len(keys))
			}
			for range 300 {
				var p Page
				cut := func() *string {
					if len(keys) == 0 || random.IntN(2) == 0 {
						return nil
					}
					c := cursor(keys[random.IntN(len(keys))])
					return &c
				}
				p.After, p.Before = cut(), cut()
				size := random.IntN(len(keys) + 3)
				switch random.IntN(3) {
				case 0:
					p.First = &size
				case 1:
					p.Last = &size
				}
				want, next, previous := relay(keys, p)
				page, err := NewClusterConnection(&View{View: on}, list, p)
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				var got []string
				for _, edge := range page.Edges {
					got = append(got, edge.Node.cluster.Key)
				}
				info := page.PageInfo
				if !slices.Equal(got, want) || info.HasNextPage != next || info.HasPreviousPage != previous || page.TotalCount != len(keys) {
					t.Fatalf("%s by %q, page %s: got %v, next %v, previous %v, want %v, %v, %v", name, order, shown(p), got, info.HasNextPage, info.HasPreviousPage, want, next, previous)
				}
				if len(want) == 0 && (info.StartCursor != nil || info.EndCursor != nil) ||
					len(want) > 0 && (*info.StartCursor != cursor(want[0]) || *info.EndCursor != cursor(want[len(want)-1])) {
					t.Fatalf("%s, page %s: cursors %v and %v", name, shown(p), info.StartCursor, info.EndCursor)
				}
			}
			// A cluster that is not in the list, and one that does not exist.
			for _, key := range []string{"k0", "no such cluster"} {
				if slices.Contains(keys, key) {
					continue
				}
				c := cursor(key)
				if _, err := NewClusterConnection(&View{View: on}, list, Page{After: &c}); sentra.ErrorCode(err) != sentra.CodeBadUserInput {
					t.Errorf("%s: after %s: %v", name, key, err)
				}
			}
		}
	}
}

func shown(p Page) string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		return *s
	}
	number := func(n *int) string {
		if n == nil {
			return "-"
		}
		return fmt.Sprint(*n)
	}
	return fmt.Sprintf("first %s after %s last %s before %s", number(p.First), text(p.After), number(p.Last), text(p.Before))
}
