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
