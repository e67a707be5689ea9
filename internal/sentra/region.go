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

// ParseRegionCode checks the form of a code, not whether such a region exists. The
// error is a BAD_USER_INPUT without a path.
func ParseRegionCode(text string) (RegionCode, error) {
	if !regionCodeForm.MatchString(text) {
		return "", BadInput("", "%.40q is not a region code; write a province as 94, a regency or city as 94.06", text)
	}
	return RegionCode(text), nil
}

// Level derives the level of the region from the form of the code.
func (c RegionCode) Level() Level {
	if strings.Contains(string(c), ".") {
		return LevelRegency
	}
	return LevelProvince
}

// Level is a level of administration.
type Level string

const (
	LevelProvince Level = "PROVINCE"
	// LevelRegency is for regencies (kabupaten) and cities (kota).
	LevelRegency Level = "REGENCY"
)

// RegionKind is the legal kind of a region.
type RegionKind string

const (
	KindProvince RegionKind = "PROVINCE"
	KindRegency  RegionKind = "REGENCY"
	KindCity     RegionKind = "CITY"
)

// Level returns the level of a kind.
func (k RegionKind) Level() Level {
	if k == KindProvince {
		return LevelProvince
	}
	return LevelRegency
}

// CodeSystem identifies the authority of an official code.
type CodeSystem string

const (
	SystemKemendagri CodeSystem = "KEMENDAGRI"
	SystemBPS        CodeSystem = "BPS"
	SystemISO        CodeSystem = "ISO_3166_2"
	// SystemPCode is for the place codes of OCHA's common operational datasets.
	SystemPCode CodeSystem = "OCHA_PCODE"
)

// Region is a province, regency or city, independent of time.
type Region struct {
	// Code identifies the region in the record: it is its code as of 2025. OfficialCodes
	// have the codes it has on a day.
	Code RegionCode
	Kind RegionKind
	// Name is the official name with the kind ("Kabupaten Dogiyai").
	Name string
	// Point is the source's representative point and Box its bounding box, in degrees
	// (lon, lat). They are used if no boundary is loaded.
	Point orb.Point
	Box   orb.Bound
	// Validity begins on the first day of the record for an older region.
	Validity Period
	Sources  []SourceID
}

// CodeSystems lists every system.
var CodeSystems = [...]CodeSystem{SystemKemendagri, SystemBPS, SystemISO, SystemPCode}

// RegionNameKind is how a name differs from the present one.
type RegionNameKind string

const (
	// NameFormer is a former official name.
	NameFormer RegionNameKind = "FORMER"
	// NameVariant is another spelling or form in official use.
	NameVariant RegionNameKind = "VARIANT"
)

// RegionName is a former or alternative name of a region.
type RegionName struct {
	Region RegionCode     `json:"region"`
	Name   string         `json:"name"`
	Kind   RegionNameKind `json:"kind"`
	// From and To are the period of a former name, both ends inclusive; nil if not
	// known.
	From *PartialDate `json:"from,omitempty"`
	To   *PartialDate `json:"to,omitempty"`
	// Law is the regulation that ended it.
	Law        string     `json:"law,omitempty"`
	Confidence Confidence `json:"confidence"`
	Sources    []SourceID `json:"sources"`
}

// Official reports whether the name was official on the day. If only the year of an
// end is known, it counts to the end of that year; a beginning counts from its first
// day.
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

// OfficialCodeKey is a code without its period.
type OfficialCodeKey struct {
	System CodeSystem
	Value  string
	Region RegionCode
}

// Key returns the code without its period.
func (c OfficialCode) Key() OfficialCodeKey { return OfficialCodeKey{c.System, c.Value, c.Region} }

// Membership places a regency or city in a province for a period.
type Membership struct {
	Region   RegionCode `json:"region"`
	Province RegionCode `json:"province"`
	Validity Period     `json:"validity"`
	// Law (undang-undang) with which the period began; empty if it began before the
	// record.
	Law     string     `json:"law,omitempty"`
	Sources []SourceID `json:"sources"`
}

// Succession records that a province was created from the area of another
// (pemekaran).
type Succession struct {
	Predecessor RegionCode `json:"predecessor"`
	Successor   RegionCode `json:"successor"`
	// Date is the first day of the new province.
	Date    Date       `json:"date"`
	Law     string     `json:"law,omitempty"`
	Sources []SourceID `json:"sources"`
}

// BoundaryOrigin is where a boundary comes from.
type BoundaryOrigin string

const (
	// OriginImported: read from a source.
	OriginImported BoundaryOrigin = "IMPORTED"
	// OriginUnion: the union of the members' boundaries of that day.
	OriginUnion BoundaryOrigin = "UNION"
)

// Boundary is a region's area for a period, in degrees (lon, lat), wound as in RFC
// 7946.
type Boundary struct {
	Region   RegionCode       `json:"region"`
	Validity Period           `json:"validity"`
	Shape    orb.MultiPolygon `json:"-"`
	// Digest is the hash of the shape. A boundary read without its shape has only the
	// digest.
	Digest string         `json:"shape"`
	Origin BoundaryOrigin `json:"origin"`
	Source SourceID       `json:"source"`
}
