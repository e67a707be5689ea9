package sentra

import (
	"fmt"
	"hash/fnv"

	"github.com/shopspring/decimal"
)

// Fund is the fund that support came from.
type Fund string

const (
	// FundAPBN is the state budget (APBN) spent by the ministry itself.
	FundAPBN Fund = "APBN"
	// FundDeconcentration: funds of the ministry that are spent by a province (dana
	// dekonsentrasi).
	FundDeconcentration Fund = "DECONCENTRATION"
	// FundDAK is the special allocation fund (dana alokasi khusus).
	FundDAK Fund = "DAK"
)

// Funds lists every fund.
var Funds = [...]Fund{FundAPBN, FundDeconcentration, FundDAK}

// Support is funding for small industry as reported by one source. If sources
// contradict each other there are several, which must not be added.
type Support struct {
	// ID is SupportID if the source has none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode `json:"region,omitempty"`
	// Cluster is the id of the supported cluster, Product the key of its product; empty
	// if not stated.
	Cluster string `json:"cluster,omitempty"`
	Product string `json:"product,omitempty"`
	// Fund is empty if the source does not name it.
	Fund Fund `json:"fund,omitempty"`
	// Year is the budget year; 0 if the source does not state it, and Purpose then says
	// so.
	Year int `json:"year,omitempty"`
	// Amount is in rupiah, exact; nil if the source has none.
	Amount *decimal.Decimal `json:"amount,omitempty"`
	Place  string           `json:"place,omitempty"`
	// Purpose is what it was for, and anything else the source says.
	Purpose    string     `json:"purpose,omitempty"`
	PurposeID  string     `json:"purposeId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// FacilitatorKind is the kind of people who help a cluster.
type FacilitatorKind string

const (
	// FacilitatorTPL are field extension workers (tenaga penyuluh lapangan).
	FacilitatorTPL FacilitatorKind = "TPL"
	// FacilitatorConsultant is for consultants, such as those assigned to a cluster.
	FacilitatorConsultant FacilitatorKind = "CONSULTANT"
)

// Facilitators is the number of people of a kind who worked in a region in a year,
// without names. Different sources count different things.
type Facilitators struct {
	// ID is FacilitatorsID if the source has none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode      `json:"region,omitempty"`
	Kind   FacilitatorKind `json:"kind"`
	// Year is 0 if the source does not state it.
	Year  int `json:"year,omitempty"`
	Count int `json:"count"`
	// Note is what the source says about those counted.
	Note       string     `json:"note,omitempty"`
	NoteID     string     `json:"noteId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// ExternalCount is the number of clusters that another body counts in a region. It
// shows how complete the record is.
type ExternalCount struct {
	// ID is ExternalCountID if the source has none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode `json:"region,omitempty"`
	// By is who counted, such as "BPS"; empty if the source does not say.
	By string `json:"by,omitempty"`
	// Year is 0 if the source does not state it.
	Year  int `json:"year,omitempty"`
	Count int `json:"count"`
	// Note is what was counted, if not all clusters of the region.
	Note       string     `json:"note,omitempty"`
	NoteID     string     `json:"noteId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// where returns a region's code, or a word for the whole country, for use in an id.
func where(code RegionCode) string {
	if code == "" {
		return "all"
	}
	return string(code)
}

// yearOf formats a year for use in an id.
func yearOf(year int) string {
	if year == 0 {
		return "undated"
	}
	return fmt.Sprint(year)
}

// told returns a hash of a text and its sources for use in an id.
func told(text string, sources []SourceID) string {
	hash := fnv.New32a()
	fmt.Fprint(hash, text, sources)
	return fmt.Sprintf("%08x", hash.Sum32())
}

// SupportID is the id of support whose source has none: what was given where and
// when, and who reports it.
func SupportID(s *Support) string {
	return where(s.Region) + "-" + yearOf(s.Year) + "-" + Slug(fmt.Sprint(s.Fund, " ", s.Product, " ", told(s.Place, s.Sources)))
}

// FacilitatorsID is the id of a count of facilitators whose source has none.
func FacilitatorsID(f *Facilitators) string {
	return where(f.Region) + "-" + yearOf(f.Year) + "-" + Slug(fmt.Sprint(f.Kind, " ", told(f.Note, f.Sources)))
}

// ExternalCountID is the id of a count whose source has none.
func ExternalCountID(c *ExternalCount) string {
	return where(c.Region) + "-" + yearOf(c.Year) + "-" + Slug(fmt.Sprint(c.By, " ", told(c.Note, c.Sources)))
}

// isYear reports whether a number is a four-digit year.
func isYear(year int) bool { return year >= 1000 && year <= 9999 }

// year checks a year; 0 means none.
func (f *Faults) year(path string, year int) {
	if year != 0 && !isYear(year) {
		f.Add(path, "%d is not a year of four digits", year)
	}
}

func (f *Faults) count(path string, n int) {
	if n < 0 {
		f.Add(path, "%d is less than 0", n)
	}
}

// anywhere checks a region's code, which is empty for the whole country.
func (f *Faults) anywhere(path string, code RegionCode) {
	if code != "" {
		f.regionCode(path, code)
	}
}

// Check validates the support by itself.
func (s *Support) Check() error {
	var f Faults
	f.need("id", s.ID, maxText)
	f.anywhere("region", s.Region)
	f.text("cluster", s.Cluster, maxKey)
	f.text("product", s.Product, maxKey)
	if s.Fund != "" {
		oneOf(&f, "fund", s.Fund, Funds[:]...)
	}
	f.year("year", s.Year)
	if s.Year == 0 && s.Purpose == "" {
		f.Add("year", "a year is missing; if the source states none, say so in purpose")
	}
	if s.Amount != nil {
		switch {
		case !s.Amount.Equal(s.Amount.Truncate(2)):
			f.Add("amount", "%.40s is no amount of rupiah, which have at most two decimals", s.Amount)
		case s.Amount.IsNegative():
			f.Add("amount", "%.40s is less than 0", s.Amount)
		case s.Amount.NumDigits() > maxDigits:
			f.Add("amount", "the amount has more than %d digits", maxDigits)
		}
	}
	f.text("place", s.Place, maxName)
	f.text("purpose", s.Purpose, maxText)
	f.text("purposeId", s.PurposeID, maxText)
	oneOf(&f, "confidence", s.Confidence, Listed, Inferred, Partial)
	f.cited("sources", s.Sources)
	return f.Err()
}

// maxDigits is the maximum number of digits of an amount.
const maxDigits = 30

// Check validates the count of facilitators by itself.
func (c *Facilitators) Check() error {
	var f Faults
	f.need("id", c.ID, maxText)
	f.anywhere("region", c.Region)
	oneOf(&f, "kind", c.Kind, FacilitatorTPL, FacilitatorConsultant)
	f.year("year", c.Year)
	f.count("count", c.Count)
	f.text("note", c.Note, maxText)
	f.text("noteId", c.NoteID, maxText)
	oneOf(&f, "confidence", c.Confidence, Listed, Inferred, Partial)
	f.cited("sources", c.Sources)
	return f.Err()
}

// Check validates the count by itself.
func (c *ExternalCount) Check() error {
	var f Faults
	f.need("id", c.ID, maxText)
	f.anywhere("region", c.Region)
	f.text("by", c.By, maxName)
	f.year("year", c.Year)
	f.count("count", c.Count)
	f.text("note", c.Note, maxText)
	f.text("noteId", c.NoteID, maxText)
	oneOf(&f, "confidence", c.Confidence, Listed, Inferred, Partial)
	f.cited("sources", c.Sources)
	return f.Err()
}
