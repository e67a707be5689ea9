package sentra

import (
	"regexp"
	"slices"
	"strings"
)

// SourceID identifies a Source; it is stable across imports.
type SourceID string

// Source is a publication that facts were read in.
type Source struct {
	ID    SourceID `json:"-"`
	Title string   `json:"title"`
	// TitleID is the title in Indonesian, if it is a description that is not the
	// source's own.
	TitleID   string       `json:"titleId,omitempty"`
	Publisher string       `json:"publisher,omitempty"`
	Date      *PartialDate `json:"date,omitempty"`
	URL       string       `json:"url,omitempty"`
	Licence   string       `json:"licence,omitempty"`
}

// Titled returns the title in both languages.
func (s *Source) Titled() Text { return Text{s.Title, s.TitleID} }

// Merge returns the source updated from other. Fields that are empty in other stay,
// so that a shorter citation removes nothing. A bare citation, as made by Cited, only
// fills empty fields.
func (s Source) Merge(other Source) Source {
	bare := other == Cited(other.Title)
	if other.TitleID != "" || other.Title != "" && other.Title != s.Title && !bare {
		s.TitleID = other.TitleID
	}
	for _, field := range []struct {
		mine *string
		told string
	}{{&s.Title, other.Title}, {&s.Publisher, other.Publisher}, {&s.URL, other.URL}, {&s.Licence, other.Licence}} {
		if field.told != "" && (*field.mine == "" || !bare) {
			*field.mine = field.told
		}
	}
	if other.Date != nil {
		s.Date = other.Date
	}
	return s
}

var notInSlug = regexp.MustCompile(`[^a-z0-9]+`)

// Slug converts a text to a key: lower case, words joined by hyphens.
func Slug(text string) string {
	return strings.Trim(notInSlug.ReplaceAllString(strings.ToLower(text), "-"), "-")
}

// isRemark matches a clause about the previous source: "it cites no regulation".
var isRemark = regexp.MustCompile(`^(it|they|this|which) `)

// Citations splits a cell into its sources at semicolons. What is in parentheses
// belongs to the source, "totals (26 in Papua; 7 in Maluku)", and so does a remark on
// it, "a list; it cites no regulation".
func Citations(cell string) []string {
	var out []string
	depth, from := 0, 0
	take := func(to int) {
		text := strings.TrimSpace(cell[from:to])
		switch {
		case text == "":
		case len(out) > 0 && isRemark.MatchString(text):
			out[len(out)-1] += "; " + text
		default:
			out = append(out, text)
		}
		from = to + 1
	}
	for at, char := range cell {
		switch {
		case char == '(':
			depth++
		case char == ')':
			depth = max(0, depth-1)
		case char == ';' && depth == 0:
			take(at)
		}
	}
	take(len(cell))
	return out
}

var (
	looksLikeURL = regexp.MustCompile(`^(https?://)?[a-z0-9.-]+\.[a-z]{2,}/\S+$`)
	// remarked matches an address followed by a remark in parentheses.
	remarked = regexp.MustCompile(`^(\S+) \([^()]+\)$`)
)

// CitedID is the id of a source that is known only by its citation. An address has
// the same id with and without its scheme.
func CitedID(text string) SourceID {
	if looksLikeURL.MatchString(text) {
		_, after, found := strings.Cut(text, "://")
		if found {
			text = after
		}
	}
	return SourceID("cited-" + Slug(text))
}

// Cited returns the source of one citation, which is a title or an address such as
// "a.id/b", "https://a.id/b" or "a.id/b (its date)".
func Cited(text string) Source {
	s := Source{ID: CitedID(text), Title: text}
	address := text
	if match := remarked.FindStringSubmatch(text); match != nil {
		address = match[1]
	}
	if looksLikeURL.MatchString(address) {
		s.URL = address
		if !strings.Contains(address, "://") {
			s.URL = "https://" + address
		}
		s.Publisher = strings.SplitN(strings.SplitN(s.URL, "://", 2)[1], "/", 2)[0]
	}
	return s
}

// Bibliography finds sources by their citations.
type Bibliography struct {
	byID    map[SourceID]bool
	byURL   map[string]SourceID
	byTitle map[string]SourceID
}

// NewBibliography returns a Bibliography of sources.
func NewBibliography(sources []Source) *Bibliography {
	b := &Bibliography{byID: make(map[SourceID]bool), byURL: make(map[string]SourceID), byTitle: make(map[string]SourceID)}
	for i := range sources {
		b.add(&sources[i])
	}
	return b
}

func (b *Bibliography) add(s *Source) {
	b.byID[s.ID] = true
	if key := addressKey(s.URL); key != "" && b.byURL[key] == "" {
		b.byURL[key] = s.ID
	}
	if key := titleKey(s.Title); b.byTitle[key] == "" {
		b.byTitle[key] = s.ID
	}
}

func addressKey(url string) string {
	if _, after, found := strings.Cut(url, "://"); found {
		url = after
	}
	return strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(url), "www."), "/")
}

func titleKey(title string) string { return strings.Join(strings.Fields(strings.ToLower(title)), " ") }

// Cite returns the ids of the sources cited in a cell, and those of the sources that
// are new, which it adds. A source already known by its id, address or title keeps
// its id.
func (b *Bibliography) Cite(cell string) (ids []SourceID, added []Source) {
	for _, text := range Citations(cell) {
		s := Cited(text)
		id := s.ID
		if !b.byID[id] {
			if known := b.byURL[addressKey(s.URL)]; s.URL != "" && known != "" {
				id = known
			} else if known := b.byTitle[titleKey(text)]; known != "" {
				id = known
			} else {
				b.add(&s)
				added = append(added, s)
			}
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids, added
}
