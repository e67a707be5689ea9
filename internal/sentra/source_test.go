package sentra_test

import (
	"slices"
	"testing"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

func TestCitations(t *testing.T) {
	got := sentra.Citations(" a.id/b ; totals only (26 in Papua; 7 by subtraction);; a list; it cites no law; c) d; e (f; g")
	if want := []string{"a.id/b", "totals only (26 in Papua; 7 by subtraction)", "a list; it cites no law", "c) d", "e (f; g"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestCited(t *testing.T) {
	for text, want := range map[string]sentra.Source{
		"a.id/b":                       {ID: "cited-a-id-b", URL: "https://a.id/b", Publisher: "a.id"},
		"http://a.id/b?c=1":            {ID: "cited-a-id-b-c-1", URL: "http://a.id/b?c=1", Publisher: "a.id"},
		"a.id/b (date)":                {ID: "cited-a-id-b-date", URL: "https://a.id/b", Publisher: "a.id"},
		"a.id/b (citing C/D), page 2":  {ID: "cited-a-id-b-citing-c-d-page-2"},
		"a.id koreksi/930 (Pasal 28)":  {ID: "cited-a-id-koreksi-930-pasal-28"},
		"totals only (26 in Papua; 7)": {ID: "cited-totals-only-26-in-papua-7"},
	} {
		want.Title = text
		if got := sentra.Cited(text); got != want {
			t.Errorf("%q is %+v, not %+v", text, got, want)
		}
	}
}
