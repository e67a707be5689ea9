package sentra

import (
	"regexp"
	"strings"

	"github.com/paulmach/orb"
)

// RegionCode is an official code of the Ministry of Home Affairs (kode
// Kemendagri) as of 2025: "94" for a province, "94.06" for a regency or city.
type RegionCode string

var regionCodeForm = regexp.MustCompile(`^[0-9]{2}(\.[0-9]{2})?$`)

// ParseRegionCode checks the form of a code, not whether a region has it. The
// error is a BAD_USER_INPUT without a path.
func ParseRegionCode(text string) (RegionCode, error) {
	if !regionCodeForm.MatchString(text) {
		return "", BadInput("", "%.40q is not a region code; write a province as 94, a regency or city as 94.06", text)
	}
	return RegionCode(text), nil
}

// Level tells from the form of the code which level the region stands on.
func (c RegionCode) Level() Level {
	if strings.Contains(string(c), ".") {
		return LevelRegency
	}
	return LevelProvince
}

// Level is a level of the administration.
type Level string

const (
	LevelProvince Level = "PROVINCE"
	// LevelRegency holds the regencies (kabupaten) and cities (kota).
	LevelRegency Level = "REGENCY"
)

// RegionKind is what a region is by law.
type RegionKind string

const (
	KindProvince RegionKind = "PROVINCE"
	KindRegency  RegionKind = "REGENCY"
	KindCity     RegionKind = "CITY"
)

// Level returns the level a kind stands on.
func (k RegionKind) Level() Level {
	if k == KindProvince {
		return LevelProvince
	}
	return LevelRegency
}

// CodeSystem names who gave an official code.
type CodeSystem string

const (
	SystemKemendagri CodeSystem = "KEMENDAGRI"
	SystemBPS        CodeSystem = "BPS"
	SystemISO        CodeSystem = "ISO_3166_2"
	// SystemPCode are the place codes of OCHA's common operational datasets.
	SystemPCode CodeSystem = "OCHA_PCODE"
)

// Region is a province, regency or city, apart from time.
type Region struct {
	// Code is the region's identity in the record, by which all else refers to
	// it: its code as of 2025. Which code it has on a day is told by its
	// OfficialCodes.
	Code RegionCode
	Kind RegionKind
	// Name is the official one with its kind ("Kabupaten Dogiyai").
	Name string
	// Point is the source's representative point and Box its bounding box, in
	// degrees (lon, lat); they serve where no boundary is loaded.
	Point orb.Point
	Box   orb.Bound
	// Validity begins on the first day of the record for a region that is older.
	Validity Period
	Sources  []SourceID
}

// CodeSystems lists every system.
var CodeSystems = [...]CodeSystem{SystemKemendagri, SystemBPS, SystemISO, SystemPCode}

// RegionNameKind tells what a name other than today's is.
type RegionNameKind string

const (
	// NameFormer was the official name.
	NameFormer RegionNameKind = "FORMER"
	// NameVariant is a spelling or form in official use beside the official name.
	NameVariant RegionNameKind = "VARIANT"
)

// RegionName is a name that a region had or is called by, beside its name of today.
type RegionName struct {
	Region RegionCode     `json:"region"`
	Name   string         `json:"name"`
	Kind   RegionNameKind `json:"kind"`
	// From and To are when a former name was in force, both ends inclusive; nil where
	// not known.
	From *PartialDate `json:"from,omitempty"`
	To   *PartialDate `json:"to,omitempty"`
	// Law is the regulation that ended it.
	Law        string     `json:"law,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// Official reports whether the name was the official one on the day. An end known to
// the year counts to that year's end, a beginning from its first day.
func (n *RegionName) Official(day Date) bool {
	return n.Kind == NameFormer && (n.From == nil || n.From.First <= day) && n.To != nil && day <= n.To.Last()
}

// OfficialCode is a region's code in one system.
type OfficialCode struct {
	Region   RegionCode `json:"region"`
	System   CodeSystem `json:"system"`
	Value    string     `json:"value"`
	Validity Period     `json:"validity"`
	Sources  []SourceID `json:"sources"`
}

// OfficialCodeKey is what a code says apart from when: that a region has it.
type OfficialCodeKey struct {
	System CodeSystem
	Value  string
	Region RegionCode
}

// Key returns what the code says apart from when.
func (c OfficialCode) Key() OfficialCodeKey { return OfficialCodeKey{c.System, c.Value, c.Region} }

// Membership places a regency or city in a province for a period.
type Membership struct {
	Region   RegionCode `json:"region"`
	Province RegionCode `json:"province"`
	Validity Period     `json:"validity"`
	// Law (undang-undang) that began the period; empty where it began before the record.
	Law     string     `json:"law,omitempty"`
	Sources []SourceID `json:"sources"`
}

// Succession tells that one province was made out of another's area (pemekaran).
type Succession struct {
	Predecessor RegionCode `json:"predecessor"`
	Successor   RegionCode `json:"successor"`
	// Date is the first day of the new order.
	Date    Date       `json:"date"`
	Law     string     `json:"law,omitempty"`
	Sources []SourceID `json:"sources"`
}

// BoundaryOrigin tells how a boundary came about.
type BoundaryOrigin string

const (
	// OriginImported: read from a source.
	OriginImported BoundaryOrigin = "IMPORTED"
	// OriginUnion: the union of the members' boundaries of that day.
	OriginUnion BoundaryOrigin = "UNION"
)

// Boundary is a region's area for a period, in degrees (lon, lat), wound to RFC 7946.
type Boundary struct {
	Region   RegionCode       `json:"region"`
	Validity Period           `json:"validity"`
	Shape    orb.MultiPolygon `json:"-"`
	// Digest names the shape by its content; a boundary that was read without its
	// shape has only the digest.
	Digest string         `json:"shape"`
	Origin BoundaryOrigin `json:"origin"`
	Source SourceID       `json:"source"`
}
