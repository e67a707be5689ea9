package graph_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

type neighbours []struct {
	Region         struct{ Code, Name string }
	SharedBorderKm float64
}

func askNeighbours(t *testing.T, level, asOf string) map[string]neighbours {
	t.Helper()
	got := ask(t, shared.url, `query($level: RegionLevel!, $asOf: Date!) { regions(filter: {level: $level}, first: 1000, asOf: $asOf) { nodes { code neighbours { region { code name } sharedBorderKm } } } }`,
		map[string]any{"level": level, "asOf": asOf})
	if len(got.Errors) > 0 {
		t.Fatal(got.Errors)
	}
	var data struct {
		Regions struct {
			Nodes []struct {
				Code       string
				Neighbours neighbours
			}
		}
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatal(err)
	}
	out := make(map[string]neighbours)
	for _, n := range data.Regions.Nodes {
		out[n.Code] = n.Neighbours
	}
	return out
}

// landBorders are today's land borders between provinces, by code, read off a map.
const landBorders = `11-12 12-13 12-14 13-14 13-15 13-17 14-15 15-16 15-17 16-17 16-18 17-18
	31-32 31-36 32-33 32-36 33-34 33-35
	61-62 61-64 62-63 62-64 63-64 64-65
	71-75 72-73 72-74 72-75 72-76 73-74 73-76
	91-94 91-95 92-94 92-96 93-94 93-95 94-95`

func TestProvincesBorderOn(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-24": landBorders,
		// One province of Papua, one of Papua Barat.
		"2017-12-25": landBorders[:strings.Index(landBorders, "91-94")] + "91-92",
	} {
		var got []string
		for code, list := range askNeighbours(t, "PROVINCE", day) {
			for i, n := range list {
				if code < n.Region.Code {
					got = append(got, code+"-"+n.Region.Code)
				}
				if i > 0 && n.SharedBorderKm > list[i-1].SharedBorderKm {
					t.Errorf("%s: the longest border does not come first: %v", code, list)
				}
			}
		}
		slices.Sort(got)
		if wanted := strings.Fields(want); !slices.Equal(got, wanted) {
			t.Errorf("on %s\n%v, want\n%v", day, got, wanted)
		}
	}
}

func TestNeighbours(t *testing.T) {
	regencies := askNeighbours(t, "REGENCY", "2017-12-25")
	for code, want := range map[string][]string{
		// Dogiyai: Nabire, Paniai, Mimika and Deiyai in Papua, Kaimana in Papua Barat.
		"94.06": {"92.08", "94.01", "94.03", "94.04", "94.08"},
		// Yogyakarta lies between Sleman and Bantul.
		"34.71": {"34.02", "34.04"},
		// Blitar and Magelang are enclaves of the regencies with the same name.
		"35.72": {"35.05"},
		"33.71": {"33.08"},
		// Pamekasan is the only neighbour of Sumenep, Bangka of Bangka Barat.
		"35.29": {"35.28"},
		"19.05": {"19.01"},
		// Islands: Rote Ndao, Siak's Kepulauan Meranti, Simeulue, Sabang.
		"53.14": {}, "14.10": {}, "11.09": {}, "11.72": {},
	} {
		got := []string{}
		for _, n := range regencies[code] {
			got = append(got, n.Region.Code)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("neighbours of %s: %v, want %v", code, got, want)
		}
	}
	for code, list := range regencies {
		if list == nil {
			t.Errorf("%s: null, though its boundary is loaded", code)
		}
		for _, n := range list {
			back := slices.IndexFunc(regencies[n.Region.Code], func(m struct {
				Region         struct{ Code, Name string }
				SharedBorderKm float64
			}) bool {
				return m.Region.Code == code
			})
			if back < 0 || math.Abs(regencies[n.Region.Code][back].SharedBorderKm-n.SharedBorderKm) > 1e-6 {
				t.Errorf("%s borders on %s, but not the other way round", code, n.Region.Code)
			}
		}
	}
}

func TestNeighboursInheritTheDay(t *testing.T) {
	got := ask(t, shared.url, `{old: region(code: "92", asOf: "2017-12-25") { neighbours { region { code asOf } } now: neighbours(asOf: "2026-11-24") { region { code asOf } } } wrong: region(code: "92") { neighbours(asOf: "1999-01-01") { region { code } } }}`, nil)
	var data struct {
		Old struct {
			Neighbours, Now []struct{ Region struct{ Code, AsOf string } }
		}
	}
	if err := json.Unmarshal(got.Data, &data); err != nil {
		t.Fatal(err)
	}
	if n := data.Old.Neighbours; len(n) != 1 || n[0].Region.Code != "91" || n[0].Region.AsOf != "2017-12-25" {
		t.Errorf("then: %+v", n)
	}
	if n := data.Old.Now; len(n) != 2 || n[0].Region.Code != "96" || n[1].Region.Code != "94" || n[0].Region.AsOf != "2026-11-24" {
		t.Errorf("now: %+v; want Papua Barat Daya before Papua Tengah", n)
	}
	if len(got.Errors) != 1 || got.Errors[0].Extensions.Code != "BAD_USER_INPUT" {
		t.Errorf("errors %+v; want one of the day 1999-01-01", got.Errors)
	}
}
