package atlas

import (
	"cmp"
	"context"
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

// searched is a thing that is looked for by its names.
type searched struct {
	SearchHit
	// names as they stand, and normalised.
	names, normal []string
}

// searchIndex normalises the names of all that is searched: regions of any day,
// then clusters and products in their order.
func (a *Atlas) searchIndex() []searched {
	out := make([]searched, 0, len(a.Data.Regions)+len(a.clusterOrder)+len(a.Data.Products))
	add := func(hit SearchHit, names ...string) {
		normal := make([]string, len(names))
		for i, name := range names {
			normal[i] = Normalise(name)
		}
		out = append(out, searched{hit, names, normal})
	}
	for i := range a.Data.Regions {
		add(SearchHit{Region: &a.Data.Regions[i]}, a.Data.Regions[i].Name)
	}
	for _, c := range a.clusterOrder {
		add(SearchHit{Cluster: c}, c.NameEN, c.NameID)
	}
	for i := range a.Data.Products {
		p := &a.Data.Products[i]
		add(SearchHit{Product: p}, p.NameEN, p.NameID)
	}
	return out
}

// Search finds regions of the day, clusters and products by name, best first.
func (a *Atlas) Search(ctx context.Context, text string, day sentra.Date, limit int) ([]SearchHit, error) {
	wanted := Normalise(text)
	if wanted == "" {
		return nil, nil
	}
	const doing = "while names were compared"
	if err := sentra.Ended(ctx, doing); err != nil {
		return nil, err
	}
	var hits []SearchHit
	names, err := a.searched.Get(ctx, doing)
	if err != nil {
		return nil, err
	}
	for i, one := range names {
		if i%256 == 0 {
			if err := sentra.Ended(ctx, doing); err != nil {
				return nil, err
			}
		}
		if one.Region != nil && !one.Region.Validity.Contains(day) {
			continue
		}
		hit := one.SearchHit
		for n, name := range one.normal {
			if score := similar(name, wanted); score > hit.Score {
				hit.Score, hit.Matched = score, one.names[n]
			}
		}
		if hit.Score > 0 {
			hits = append(hits, hit)
		}
	}
	slices.SortStableFunc(hits, func(x, y SearchHit) int { return cmp.Compare(y.Score, x.Score) })
	return hits[:min(limit, len(hits))], nil
}
