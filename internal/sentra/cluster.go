package sentra

import "github.com/paulmach/orb"

// Product is what clusters make.
type Product struct {
	// Key is a short name in English, stable: "coffee-processing".
	Key string `json:"-"`
	// NameEN and NameID are the names in English and Indonesian.
	NameEN  string     `json:"nameEn"`
	NameID  string     `json:"nameId"`
	Sources []SourceID `json:"sources"`
}

// Phase is a phase of the programme.
type Phase struct {
	Key     string       `json:"-"`
	From    PartialDate  `json:"from"`
	To      *PartialDate `json:"to,omitempty"`
	Sources []SourceID   `json:"sources"`
}

// BegunBy tells whether the phase may have begun by the day. A phase known to
// the year counts from that year's first day.
func (p *Phase) BegunBy(day Date) bool { return p.From.First <= day }

// LocationPrecision tells how exactly a place is known.
type LocationPrecision string

const (
	PrecisionPoint    LocationPrecision = "POINT"
	PrecisionRegency  LocationPrecision = "REGENCY"
	PrecisionProvince LocationPrecision = "PROVINCE"
)

// GroundKind is a ground on which the programme selects a region.
type GroundKind string

const (
	SupportSource    GroundKind = "SUPPORT_SOURCE"
	StrategicTheme   GroundKind = "STRATEGIC_THEME"
	AffirmativeTheme GroundKind = "AFFIRMATIVE_THEME"
)

// GroundKinds lists every ground, in the order in which they are shown.
var GroundKinds = [...]GroundKind{SupportSource, StrategicTheme, AffirmativeTheme}

// SelectionGround is a ground with its elements.
type SelectionGround struct {
	Kind     GroundKind `json:"-"`
	Elements []string   `json:"elements"`
	Sources  []SourceID `json:"sources"`
}

// ClusterGround says whether a cluster is known to have met a ground.
type ClusterGround struct {
	Kind    GroundKind `json:"kind"`
	Met     bool       `json:"met"`
	Sources []SourceID `json:"sources"`
}

// Cluster is a small-industry cluster (sentra IKM) of the programme.
type Cluster struct {
	// ID never changes, also when the cluster moves or gets another key. It is
	// the first key that the cluster had; empty in a cluster that is to be stored
	// under its key.
	ID string `json:"-"`
	// Key is the public name: "2017-94.06-coffee-processing".
	Key    string `json:"key"`
	NameEN string `json:"nameEn"`
	NameID string `json:"nameId"`
	// Products and Phases by key, Regions by code.
	Products []string     `json:"products,omitempty"`
	Phases   []string     `json:"phases,omitempty"`
	Regions  []RegionCode `json:"regions"`
	// RegionNote is what the source says of the place beyond the regions.
	RegionNote    string `json:"regionNote,omitempty"`
	ProvinceNamed string `json:"provinceNamed,omitempty"`
	// Point is the place itself, only when Precision is POINT; (lon, lat) in degrees.
	Point     *orb.Point        `json:"point,omitempty"`
	Precision LocationPrecision `json:"precision"`
	// InitialTarget is nil where the source names no initial targets.
	InitialTarget *bool `json:"initialTarget,omitempty"`
	// Grounds the cluster is known to have met or not; others are not stated.
	Grounds []ClusterGround `json:"grounds,omitempty"`
	Sources []SourceID      `json:"sources"`
}

// MethodStep is a step of the programme's method.
type MethodStep struct {
	Name  string   `json:"name"`
	Parts []string `json:"parts,omitempty"`
}

// EventKind is the kind of a dated event.
type EventKind string

const (
	EventEvaluationMeeting EventKind = "EVALUATION_MEETING"
	EventStudyVisit        EventKind = "STUDY_VISIT"
	EventOutcome           EventKind = "OUTCOME"
	EventLaunch            EventKind = "LAUNCH"
)

// Event is something dated that happened in a region under the programme.
type Event struct {
	// ID is EventID where the source gives none.
	ID      string      `json:"-"`
	Region  RegionCode  `json:"region"`
	Kind    EventKind   `json:"kind"`
	Date    PartialDate `json:"date"`
	Place   string      `json:"place,omitempty"`
	With    string      `json:"with,omitempty"`
	What    string      `json:"what,omitempty"`
	Value   *int        `json:"value,omitempty"`
	Note    string      `json:"note,omitempty"`
	Sources []SourceID  `json:"sources"`
}

// Programme is the programme of the Ministry of Industry and JICA.
type Programme struct {
	NameEN       string   `json:"nameEn"`
	Abbreviation string   `json:"abbreviation,omitempty"`
	Agencies     []string `json:"agencies,omitempty"`
	// Grounds are entities of their own in the record.
	Grounds                []SelectionGround `json:"-"`
	InitialTargetProvinces []string          `json:"initialTargetProvinces,omitempty"`
	AccompanyingMeasures   []string          `json:"accompanyingMeasures,omitempty"`
	MethodStructure        []string          `json:"methodStructure,omitempty"`
	MethodSteps            []MethodStep      `json:"methodSteps,omitempty"`
	MethodSources          []SourceID        `json:"methodSources,omitempty"`
	NotStated              []string          `json:"notStated,omitempty"`
	Sources                []SourceID        `json:"sources"`
}
