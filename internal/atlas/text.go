package atlas

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agnivade/levenshtein"
	"golang.org/x/text/unicode/norm"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Normalise removes the differences between spellings of a name: case, accents,
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

// SearchHit is a search result: one of the three pointers is set.
type SearchHit struct {
	Region  *sentra.Region
	Cluster *Cluster
	Product *sentra.Product
	// Matched is the name or code that matched, and Score how well; 1 is an exact match.
	Matched string
	Score   float64
	// System is the system of the code that matched; "" if a name did.
	System sentra.CodeSystem
}

// similar scores a name against the search text; both are normalised.
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

// otherName is the penalty for a former or variant name of a region.
const otherName = 0.01

// searched yields everything that is searched, with normalised names: regions of any
// day, then clusters and products in their order.
func (a *Atlas) searched(yield func(hit SearchHit, names, normal []string) bool) {
	for i := range a.Data.Regions {
		r := &a.Data.Regions[i]
		names, normal := []string{r.Name}, []string{a.names[r.Code]}
		for _, n := range a.Names(r.Code) {
			names, normal = append(names, n.Name), append(normal, a.country.normal[n])
		}
		if !yield(SearchHit{Region: r}, names, normal) {
			return
		}
	}
	for c := range a.clusterOrder.each {
		names := [2]string{c.NameEN, c.NameID}
		if !yield(SearchHit{Cluster: c}, names[:], c.normalNames()[:]) {
			return
		}
	}
	for i := range a.Data.Products {
		p := &a.Data.Products[i]
		if !yield(SearchHit{Product: p}, []string{p.NameEN, p.NameID}, []string{Normalise(p.NameEN), Normalise(p.NameID)}) {
			return
		}
	}
}

const (
	// longestSearch is the maximum length of a search text in characters.
	longestSearch = 200
	// mostFound is the maximum number of hits.
	mostFound = 100
)

// byCode returns the regions of the day that have a code, in any system, by region. A
// code of another day scores lower.
func (a View) byCode(code string) map[sentra.RegionCode]SearchHit {
	hits := make(map[sentra.RegionCode]SearchHit)
	for _, system := range sentra.CodeSystems {
		for _, c := range a.meanings[codeKey{system, code}] {
			hit := SearchHit{Region: a.Exists(c.Region), Matched: code, Score: 1 - otherName, System: system}
			if c.Validity.Contains(a.Day) {
				hit.Score = 1
			}
			if hit.Region != nil && hit.Score > hits[c.Region].Score {
				hits[c.Region] = hit
			}
		}
	}
	return hits
}

// Search finds regions of the day by name or code, and clusters and products by name,
// best first. A text that is too long or has no letter, or a number out of range, is
// a BAD_USER_INPUT.
func (a View) Search(ctx context.Context, text string, first int) ([]SearchHit, error) {
	wanted := Normalise(text)
	switch length := utf8.RuneCountInString(text); {
	case length > longestSearch:
		return nil, sentra.BadInput("text", "the text has %d characters; at most %d are looked for", length, longestSearch)
	case wanted == "":
		return nil, sentra.BadInput("text", "%.40q has no letter or digit", text)
	case first < 1 || first > mostFound:
		return nil, sentra.BadInput("first", "first is %d; give 1 to %d", first, mostFound)
	}
	const doing = "while names were compared"
	if err := sentra.Ended(ctx, doing); err != nil {
		return nil, err
	}
	var hits []SearchHit
	coded := a.byCode(strings.ToUpper(strings.TrimSpace(text)))
	var err error
	seen := 0
	a.searched(func(hit SearchHit, names, normal []string) bool {
		if seen++; seen%256 == 1 {
			if err = sentra.Ended(ctx, doing); err != nil {
				return false
			}
		}
		if hit.Region != nil && !hit.Region.Validity.Contains(a.Day) {
			return true
		}
		if hit.Region != nil && coded[hit.Region.Code].Region != nil {
			hits = append(hits, coded[hit.Region.Code])
			return true
		}
		for n, name := range normal {
			score := similar(name, wanted)
			if hit.Region != nil && n > 0 && score > 0 {
				score -= otherName
			}
			if score > hit.Score {
				hit.Score, hit.Matched = score, names[n]
			}
		}
		if hit.Score > 0 {
			hits = append(hits, hit)
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(x, y SearchHit) int { return cmp.Compare(y.Score, x.Score) })
	return hits[:min(first, len(hits))], nil
}
