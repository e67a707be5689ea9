package atlas

import (
	"slices"
	"strings"
	"unicode"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Normalise gives a name without what spellings differ in: case, accents,
// hyphens, spaces, and "Kab." for Kabupaten.
func Normalise(name string) string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			w := word.String()
			if w == "kab" {
				w = "kabupaten"
			}
			words = append(words, w)
			word.Reset()
		}
	}
	for _, r := range norm.NFD.String(strings.ToLower(name)) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			word.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || r == '\'' || r == '’':
		default:
			flush()
		}
	}
	flush()
	return strings.Join(words, "")
}

// SearchHit is a thing found: one of the three is set.
type SearchHit struct {
	Region  *sentra.Region
	Cluster *Cluster
	Product *sentra.Product
	// Matched is the name that matched, Score how well: 1 for the very name.
	Matched string
	Score   float64
}

// similar scores a name against the text looked for; both are normalised.
func similar(name, text string) float64 {
	bare := strings.TrimPrefix(strings.TrimPrefix(name, "kabupaten"), "kota")
	bareText := strings.TrimPrefix(strings.TrimPrefix(text, "kabupaten"), "kota")
	switch {
	case name == text:
		return 1
	case bare == text || bareText != "" && bare == bareText && text == bareText:
		return 0.98
	case strings.HasPrefix(name, text) || strings.HasPrefix(bare, text):
		return 0.8 + 0.1*float64(len(text))/float64(len(name))
	case strings.Contains(name, text):
		return 0.6 + 0.1*float64(len(text))/float64(len(name))
	}
	longest := max(len(bare), len(text))
	if longest < 4 {
		return 0
	}
	nearness := 1 - float64(levenshtein.ComputeDistance(bare, text))/float64(longest)
	if nearness < 0.7 {
		return 0
	}
	return nearness * 0.6
}

// Search finds regions of the day, clusters and products by name, best first.
func (a *Atlas) Search(text string, day sentra.Date, limit int) []SearchHit {
	wanted := Normalise(text)
	if wanted == "" {
		return nil
	}
	var hits []SearchHit
	best := func(hit SearchHit, names ...string) {
		for _, name := range names {
			if score := similar(Normalise(name), wanted); score > hit.Score {
				hit.Score, hit.Matched = score, name
			}
		}
		if hit.Score > 0 {
			hits = append(hits, hit)
		}
	}
	for i := range a.Data.Regions {
		if r := &a.Data.Regions[i]; r.Validity.Contains(day) {
			best(SearchHit{Region: r}, r.Name)
		}
	}
	for _, c := range a.clusterOrder {
		best(SearchHit{Cluster: c}, c.NameEN, c.NameID)
	}
	for i := range a.Data.Products {
		p := &a.Data.Products[i]
		best(SearchHit{Product: p}, p.NameEN, p.NameID)
	}
	slices.SortStableFunc(hits, func(x, y SearchHit) int {
		switch {
		case x.Score > y.Score:
			return -1
		case x.Score < y.Score:
			return 1
		}
		return 0
	})
	return hits[:min(limit, len(hits))]
}
