package atlas

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"weak"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// changer makes the next state of a record, which shares with the previous one what
// it does not change, as a store does.
type changer struct {
	*rand.Rand
	made int
}

func (r *changer) next(data *sentra.Dataset) *sentra.Dataset {
	next := *data
	stored := data.Clusters.List()
	var gone, put []*sentra.Cluster
	for range 1 + r.IntN(4) {
		at := r.IntN(len(stored))
		c := *stored[at]
		other := stored[r.IntN(len(stored))]
		if slices.Contains(gone, stored[at]) {
			continue
		}
		r.made++
		switch kind := r.IntN(12); kind {
		case 0:
			gone = append(gone, stored[at])
			continue
		case 1:
			c.Key = fmt.Sprintf("cluster-%02d-%d", r.IntN(100), r.made)
			c.ID = c.Key
			put = append(put, &c)
			continue
		case 2:
			c.Key = fmt.Sprintf("moved-%d", r.made)
		case 3:
			c.NameEN, c.NameID = fmt.Sprintf("Name %d", r.IntN(1000)), other.NameID
		case 4:
			c.Regions = other.Regions
		case 5:
			c.Products = other.Products
		case 6:
			c.Phases = other.Phases
		case 7:
			c.Point = &orb.Point{95 + 30*r.Float64(), -11 + 19*r.Float64()}
		case 8:
			c.Point = nil
		case 9:
			c.Sources = nil
			for range r.IntN(3) {
				c.Sources = append(c.Sources, data.Sources[r.IntN(len(data.Sources))].ID)
			}
		case 10:
			c.Planned = len(c.Phases) == 0 && !c.Planned
		case 11:
			c.Phases, c.Began = nil, 2000+r.IntN(27)
		}
		gone, put = append(gone, stored[at]), append(put, &c)
	}
	next.Clusters = data.Clusters.Replace(gone, put, sentra.CompareClusters)
	switch r.IntN(30) {
	case 0:
		next.Products = slices.Clone(data.Products)
		next.Products[r.IntN(len(next.Products))].NameEN = fmt.Sprintf("product %d", r.made)
	case 1:
		next.Sources = append(slices.Clone(data.Sources), sentra.Source{ID: sentra.SourceID(fmt.Sprint("source-", r.made))})
	case 2:
		next.Events = append(slices.Clone(data.Events), sentra.Event{ID: fmt.Sprint(r.made), Region: data.Regions[r.IntN(len(data.Regions))].Code})
	case 3:
		next.Designations = slices.Delete(slices.Clone(data.Designations), 0, 1)
	case 4:
		next.Phases = slices.Clone(data.Phases)
		next.Phases[0].From.First++
	case 5:
		next.Boundaries = slices.Delete(slices.Clone(data.Boundaries), 0, 1)
	case 6:
		next.Memberships = slices.Clone(data.Memberships)
		next.Memberships[0].Law = fmt.Sprint(r.made)
	case 7, 8:
		next.Sources = slices.Clone(data.Sources)
		day := sentra.FirstDay + sentra.Date(r.IntN(5000))
		next.Sources[r.IntN(len(next.Sources))].Date = &sentra.PartialDate{First: day, Precision: sentra.PrecisionDay}
	case 9:
		next.Supports = append(slices.Clone(data.Supports), sentra.Support{ID: fmt.Sprint(r.made), Fund: sentra.FundDAK, Year: 2016, Region: data.Regions[r.IntN(len(data.Regions))].Code,
			Cluster: stored[r.IntN(len(stored))].ID})
	}
	return &next
}

// answers collects the results that depend on clusters.
func answers(t *testing.T, a *Atlas, random *rand.Rand) map[string]any {
	t.Helper()
	out := make(map[string]any)
	maker := filterMaker{random, a.Data}
	keys := func(clusters []*Cluster) []string {
		var keys []string
		for _, c := range clusters {
			keys = append(keys, fmt.Sprint(c.Key, c.ID, c.Place, c.Begins, c.NameEN))
		}
		return keys
	}
	for n := range 6 {
		var filter *sentra.ClusterFilter
		switch n {
		case 1:
			filter = &sentra.ClusterFilter{BBox: maker.box()}
		case 2:
			filter = &sentra.ClusterFilter{Near: maker.circle()}
		case 3, 4, 5:
			filter = maker.cluster(2)
		}
		for _, order := range []sentra.ClusterOrder{"", sentra.ClustersByName, sentra.ClustersByRegion} {
			list, err := a.on(today).Clusters(t.Context(), filter, order, n%2 == 0)
			if err != nil {
				t.Fatal(err)
			}
			var hits []string
			for mark, hit := range list.After(nil) {
				found, ok := list.Find(hit.Key)
				if !ok || found != mark {
					t.Fatalf("%s stands at %v and is found at %v, %v", hit.Key, mark, found, ok)
				}
				hits = append(hits, hit.Key)
				if len(hits)%7 == 3 {
					for _, behind := range list.After(&mark) {
						hits = append(hits, "before "+behind.Key)
						break
					}
					for _, before := range list.Before(&mark) {
						hits = append(hits, "behind "+before.Key)
						break
					}
				}
			}
			out[fmt.Sprint("list ", n, order)] = []any{hits, list.Len(), list.NotCovered}
		}
	}
	for i := range a.Data.Regions {
		code := a.Data.Regions[i].Code
		for _, day := range []sentra.Date{christmas, today} {
			// The order of these is not defined.
			in := keys(a.on(day).ClustersOf(code))
			slices.Sort(in)
			planned := keys(a.on(day).PlannedIn(code))
			slices.Sort(planned)
			out[fmt.Sprint(code, day)] = []any{in, planned, a.on(day).hosts(code)}
		}
	}
	for i := range a.Data.Products {
		out["product "+a.Data.Products[i].Key] = keys(a.ClustersOfProduct(a.Data.Products[i].Key).List())
	}
	for i := range a.Data.Phases {
		out["phase "+a.Data.Phases[i].Key] = keys(a.ClustersOfPhase(a.Data.Phases[i].Key).List())
	}
	for c := range a.Data.Clusters.All {
		out["cluster "+c.Key] = keys([]*Cluster{a.Cluster(c.Key)})
	}
	var found []string
	for _, hit := range must(a.on(today).Search(t.Context(), "name 12", 30)) {
		found = append(found, fmt.Sprint(hit.Matched, hit.Score, hit.Cluster != nil && hit.Cluster == a.Cluster(hit.Cluster.Key)))
	}
	out["search"], out["lengths"], out["all begun"] = found, *must(a.Lengths(t.Context())), a.allBegun
	for name, of := range map[string]*clustersByRegion{"existing": &a.existing, "of the programme": &a.ofProgramme, "planned": &a.planned} {
		out["first begun "+name] = maps.Collect(of.firstBegun.all)
	}
	for i := range a.Data.Supports {
		if c := a.ClusterOf(&a.Data.Supports[i]); c != nil {
			out["support "+a.Data.Supports[i].ID] = keys([]*Cluster{c})
		}
	}
	for _, product := range []string{"", "coffee-processing"} {
		for _, row := range must(a.on(christmas).Screen(t.Context(), ScreeningQuestion{Product: products(product)})).Rows {
			out["screened "+product+string(row.Region.Code)] = row.Score
		}
	}
	out["counts"] = must(a.on(christmas).Choropleth(t.Context(), ChoroplethQuestion{By: sentra.ByRegion, Level: sentra.LevelProvince, Measure: sentra.ClusterCount})).Total
	return out
}

// After any sequence of changes an atlas answers like a newly built one, whether its
// indexes were built in between or not, and also after many edits.
func TestNextAgainstNew(t *testing.T) {
	for seed := range uint64(2) {
		r := &changer{Rand: rand.New(rand.NewPCG(seed, 5))}
		data := oracleCountry(t, r.Rand)
		a := must(New(data))
		for step := range 200 {
			changed := r.next(a.Data)
			next, err := a.Next(t.Context(), changed)
			if err != nil {
				t.Fatal(err)
			}
			a = next
			if step%20 > 1 {
				continue
			}
			questions := r.Uint64()
			got, want := answers(t, a, rand.New(rand.NewPCG(questions, 1))), answers(t, must(New(changed)), rand.New(rand.NewPCG(questions, 1)))
			for about, answer := range want {
				if !reflect.DeepEqual(got[about], answer) {
					t.Fatalf("seed %d, after %d changes: %s: got %v, want %v", seed, step+1, about, got[about], answer)
				}
			}
			slots := make(map[int32]bool)
			for c := range a.clusterOrder.each {
				if slots[c.slot] || c.slot >= a.slots {
					t.Fatalf("the slot %d is taken or too great", c.slot)
				}
				slots[c.slot] = true
			}
		}
	}
}

// An atlas that is no longer used is garbage collected, whatever later atlases share
// with it.
func TestAtlasesGo(t *testing.T) {
	r := &changer{Rand: rand.New(rand.NewPCG(1, 5))}
	a := must(New(oracleCountry(t, r.Rand)))
	var old []weak.Pointer[Atlas]
	for range 30 {
		old = append(old, weak.Make(a))
		_ = answers(t, a, r.Rand)
		_ = must(a.BoundaryBytes(t.Context(), 3, 100, 3))
		a = must(a.Next(t.Context(), r.next(a.Data)))
	}
	runtime.GC()
	runtime.GC()
	left := 0
	for _, pointer := range old {
		if pointer.Value() != nil {
			left++
		}
	}
	if left > 0 {
		t.Errorf("%d of 30 atlases before are still in memory", left)
	}
	runtime.KeepAlive(a)
}
