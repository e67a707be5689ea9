package sentra

import "github.com/paulmach/orb"

// Product is what clusters make.
type Product struct {
	// Key is a short name in English, stable: "coffee-processing".
	Key string
	// NameEN and NameID are the names in English and Indonesian.
	NameEN, NameID string
	Sources        []SourceID
}

// Phase is a phase of the programme.
type Phase struct {
	Key     string
	From    PartialDate
	To      *PartialDate
	Sources []SourceID
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

// SelectionGround is a ground with its elements.
type SelectionGround struct {
	Kind     GroundKind
	Elements []string
	Sources  []SourceID
}

// ClusterGround says whether a cluster is known to have met a ground.
type ClusterGround struct {
	Kind    GroundKind
	Met     bool
	Sources []SourceID
}

// Cluster is a small-industry cluster (sentra IKM) of the programme.
type Cluster struct {
	// Key is stable: "2017-94.06-coffee-processing".
	Key            string
	NameEN, NameID string
	// Products and Phases by key, Regions by code.
	Products []string
	Phases   []string
	Regions  []RegionCode
	// RegionNote is what the source says of the place beyond the regions.
	RegionNote    string
	ProvinceNamed string
	// Point is the place itself, only when Precision is POINT; (lon, lat) in degrees.
	Point     *orb.Point
	Precision LocationPrecision
	// InitialTarget is nil where the source names no initial targets.
	InitialTarget *bool
	// Grounds the cluster is known to have met or not; others are not stated.
	Grounds []ClusterGround
	Sources []SourceID
}

// MethodStep is a step of the programme's method.
type MethodStep struct {
	Name  string
	Parts []string
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
	Region  RegionCode
	Kind    EventKind
	Date    PartialDate
	Place   string
	With    string
	What    string
	Value   *int
	Note    string
	Sources []SourceID
}

// Programme is the programme of the Ministry of Industry and JICA.
type Programme struct {
	NameEN                 string
	Abbreviation           string
	Agencies               []string
	Grounds                []SelectionGround
	InitialTargetProvinces []string
	AccompanyingMeasures   []string
	MethodStructure        []string
	MethodSteps            []MethodStep
	MethodSources          []SourceID
	NotStated              []string
	Sources                []SourceID
}
