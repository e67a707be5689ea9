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
	// FundDeconcentration: funds of the ministry that a province spends (dana dekonsentrasi).
	FundDeconcentration Fund = "DECONCENTRATION"
	// FundDAK is the special allocation fund (dana alokasi khusus).
	FundDAK Fund = "DAK"
)

// Funds lists every fund.
var Funds = [...]Fund{FundAPBN, FundDeconcentration, FundDAK}

// Support is money for small industry, as one source tells of it. Sources that
// contradict each other make several, which are not to be added.
type Support struct {
	// ID is SupportID where the source gives none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode `json:"region,omitempty"`
	// Cluster is the id of the cluster it was for, Product the key of its product;
	// empty where not said.
	Cluster string `json:"cluster,omitempty"`
	Product string `json:"product,omitempty"`
	// Fund is empty where the source does not tell it.
	Fund Fund `json:"fund,omitempty"`
	// Year is the budget year, 0 where the source does not tell it; Purpose then says so.
	Year int `json:"year,omitempty"`
	// Amount is in rupiah, exact; nil where the source names none.
	Amount *decimal.Decimal `json:"amount,omitempty"`
	Place  string           `json:"place,omitempty"`
	// Purpose is what it was for, and what else the source says of it.
	Purpose    string     `json:"purpose,omitempty"`
	PurposeID  string     `json:"purposeId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// FacilitatorKind is what kind of people help a cluster.
type FacilitatorKind string

const (
	// FacilitatorTPL are field extension workers (tenaga penyuluh lapangan).
	FacilitatorTPL FacilitatorKind = "TPL"
	// FacilitatorConsultant are consultants, such as those placed in a cluster.
	FacilitatorConsultant FacilitatorKind = "CONSULTANT"
)

// Facilitators is how many people of a kind worked in a region in a year, without
// names. Counts of different sources count different things.
type Facilitators struct {
	// ID is FacilitatorsID where the source gives none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode      `json:"region,omitempty"`
	Kind   FacilitatorKind `json:"kind"`
	// Year is 0 where the source does not tell it.
	Year  int `json:"year,omitempty"`
	Count int `json:"count"`
	// Note is what the source says of those counted.
	Note       string     `json:"note,omitempty"`
	NoteID     string     `json:"noteId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// ExternalCount is how many clusters somebody else counts in a region: the measure
// of how much of the country the record holds.
type ExternalCount struct {
	// ID is ExternalCountID where the source gives none.
	ID string `json:"-"`
	// Region is empty for the whole country.
	Region RegionCode `json:"region,omitempty"`
	// By is who counted, such as "BPS"; empty where the source does not tell.
	By string `json:"by,omitempty"`
	// Year is 0 where the source does not tell it.
	Year  int `json:"year,omitempty"`
	Count int `json:"count"`
	// Note is what was counted, where that is not all clusters of the region.
	Note       string     `json:"note,omitempty"`
	NoteID     string     `json:"noteId,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// where returns a region's code, or a word for the whole country.
func where(code RegionCode) string {
	if code == "" {
		return "all"
	}
	return string(code)
}

// yearOf returns a year as it stands in an id.
func yearOf(year int) string {
	if year == 0 {
		return "undated"
	}
	return fmt.Sprint(year)
}

// told gives, as it stands in an id, what a source says and which it is.
func told(text string, sources []SourceID) string {
	hash := fnv.New32a()
	fmt.Fprint(hash, text, sources)
	return fmt.Sprintf("%08x", hash.Sum32())
}

// SupportID is the identity of support where its source gives none: what was given
// where and when, and who says so.
func SupportID(s *Support) string {
	return where(s.Region) + "-" + yearOf(s.Year) + "-" + Slug(fmt.Sprint(s.Fund, " ", s.Product, " ", told(s.Place, s.Sources)))
}

// FacilitatorsID is the identity of a count of facilitators where its source gives none.
func FacilitatorsID(f *Facilitators) string {
	return where(f.Region) + "-" + yearOf(f.Year) + "-" + Slug(fmt.Sprint(f.Kind, " ", told(f.Note, f.Sources)))
}

// ExternalCountID is the identity of a count where its source gives none.
func ExternalCountID(c *ExternalCount) string {
	return where(c.Region) + "-" + yearOf(c.Year) + "-" + Slug(fmt.Sprint(c.By, " ", told(c.Note, c.Sources)))
}

// isYear reports whether a number is a year of four digits.
func isYear(year int) bool { return year >= 1000 && year <= 9999 }

// year checks a year; 0 is none.
func (f *Faults) year(path string, year int) {
	if year != 0 && !isYear(year) {
		f.Add(path, "%d is not a year of four digits", year)
	}
}

// count checks a number of things.
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

// Check gives what is wrong with the support in itself.
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
		f.Add("year", "a year is missing; where the source tells none, purpose says so")
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

// maxDigits is the greatest number of digits of an amount.
const maxDigits = 30

// Check gives what is wrong with the count of facilitators in itself.
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

// Check gives what is wrong with the count in itself.
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
