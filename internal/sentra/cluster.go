package sentra

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

// Product is a product that clusters make.
type Product struct {
	// Key is a short, stable English name: "coffee-processing".
	Key string `json:"-"`
	// NameEN and NameID are the English and Indonesian names.
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

// BegunBy reports whether the phase may have begun by the day. A phase of which only
// the year is known counts from the first day of that year.
func (p *Phase) BegunBy(day Date) bool { return p.From.First <= day }

// LocationPrecision is how exactly a location is known.
type LocationPrecision string

const (
	PrecisionPoint    LocationPrecision = "POINT"
	PrecisionRegency  LocationPrecision = "REGENCY"
	PrecisionProvince LocationPrecision = "PROVINCE"
)

// GroundKind is a criterion by which the programme selects regions.
type GroundKind string

const (
	SupportSource    GroundKind = "SUPPORT_SOURCE"
	StrategicTheme   GroundKind = "STRATEGIC_THEME"
	AffirmativeTheme GroundKind = "AFFIRMATIVE_THEME"
)

// GroundKinds lists every ground in display order.
var GroundKinds = [...]GroundKind{SupportSource, StrategicTheme, AffirmativeTheme}

// SelectionGround is a ground with its elements.
type SelectionGround struct {
	Kind     GroundKind `json:"-"`
	Elements []string   `json:"elements"`
	// ElementsID are the elements in Indonesian, in the same order.
	ElementsID []string   `json:"elementsId,omitempty"`
	Sources    []SourceID `json:"sources"`
}

// ClusterGround records whether a cluster met a ground.
type ClusterGround struct {
	Kind    GroundKind `json:"kind"`
	Met     bool       `json:"met"`
	Sources []SourceID `json:"sources"`
}

// ClusterStatus distinguishes existing from planned clusters.
type ClusterStatus string

const (
	ClusterExisting ClusterStatus = "EXISTING"
	// ClusterPlanned: only in a plan, and no source says that it was realised.
	ClusterPlanned ClusterStatus = "PLANNED"
)

// Figures are a cluster's numbers for one year. They cannot be added to those of
// another year.
type Figures struct {
	// Units are enterprises, Workers people; nil if not given.
	Units   *int `json:"units,omitempty"`
	Workers *int `json:"workers,omitempty"`
	// Year is 0 if the source does not state it.
	Year int `json:"year,omitempty"`
}

// Reading is what one source says.
type Reading struct {
	Source SourceID `json:"source"`
	Read   string   `json:"read"`
	ReadID string   `json:"readId,omitempty"`
	// On is the day it was read; nil if not known.
	On *Date `json:"on,omitempty"`
}

// Cluster is a small-industry cluster (sentra IKM), of the programme or not.
type Cluster struct {
	// ID never changes, even if the cluster moves or its key changes. It is the first
	// key that the cluster had. It is empty in a cluster that is to be stored under its
	// key.
	ID string `json:"-"`
	// Key is the public name: "2017-94.06-coffee-processing".
	Key    string `json:"key"`
	NameEN string `json:"nameEn"`
	NameID string `json:"nameId"`
	// Products and Phases by key, Regions by code. A cluster without a phase does not
	// belong to the programme.
	Products []string     `json:"products,omitempty"`
	Phases   []string     `json:"phases,omitempty"`
	Regions  []RegionCode `json:"regions"`
	// RegionNote is what the source says about the location beyond the regions.
	RegionNote   string `json:"regionNote,omitempty"`
	RegionNoteID string `json:"regionNoteId,omitempty"`
	// Place is the village, district or street in words.
	Place         string `json:"place,omitempty"`
	ProvinceNamed string `json:"provinceNamed,omitempty"`
	// Point is the exact location, set only if Precision is POINT; (lon, lat) in
	// degrees.
	Point     *orb.Point        `json:"point,omitempty"`
	Precision LocationPrecision `json:"precision"`
	// InitialTarget is nil if the source names no initial targets.
	InitialTarget *bool `json:"initialTarget,omitempty"`
	// Grounds that the cluster is known to have met or not met.
	Grounds []ClusterGround `json:"grounds,omitempty"`
	Planned bool            `json:"planned,omitempty"`
	// Began is the year it began; 0 if not known.
	Began   int      `json:"began,omitempty"`
	Figures *Figures `json:"figures,omitempty"`
	// Confidence is empty if not stated.
	Confidence Confidence `json:"confidence,omitempty"`
	// Readings are what some of the sources say.
	Readings []Reading  `json:"readings,omitempty"`
	Sources  []SourceID `json:"sources"`
}

// Status reports whether the cluster exists or is only planned.
func (c *Cluster) Status() ClusterStatus {
	if c.Planned {
		return ClusterPlanned
	}
	return ClusterExisting
}

// OfProgramme reports whether the programme has developed the cluster.
func (c *Cluster) OfProgramme() bool { return len(c.Phases) > 0 }

// CompareClusters orders clusters by key, as in Facts.
func CompareClusters(a, b *Cluster) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// NewClusters returns a list of clusters for Facts. It keeps the slice and sorts it.
func NewClusters(clusters ...*Cluster) Sorted[Cluster] {
	if !slices.IsSortedFunc(clusters, CompareClusters) {
		slices.SortFunc(clusters, CompareClusters)
	}
	return NewSorted(clusters)
}

// KnownFrom returns the first day on which the cluster is known: that of its first
// phase, else of the year it began, else the day by which the earliest source that
// names it had been published or was read. It is false if there is none of these.
func (c *Cluster) KnownFrom(phase func(key string) *Phase, source func(SourceID) *Source) (Date, bool) {
	var from *Date
	earliest := func(day Date) {
		if from == nil || day < *from {
			from = &day
		}
	}
	for _, key := range c.Phases {
		earliest(phase(key).From.First)
	}
	if from == nil && c.Began != 0 {
		earliest(DateOf(c.Began, time.January, 1))
	}
	if from == nil {
		for _, id := range c.Sources {
			if s := source(id); s.Date != nil {
				earliest(s.Date.Last())
			}
		}
		for i := range c.Readings {
			if c.Readings[i].On != nil {
				earliest(*c.Readings[i].On)
			}
		}
	}
	if from == nil {
		return 0, false
	}
	return *from, true
}

// MethodStep is a step of the programme's method.
type MethodStep struct {
	Name    string   `json:"name"`
	NameID  string   `json:"nameId,omitempty"`
	Parts   []string `json:"parts,omitempty"`
	PartsID []string `json:"partsId,omitempty"`
}

// EventKind is the kind of an Event.
type EventKind string

const (
	EventEvaluationMeeting EventKind = "EVALUATION_MEETING"
	EventStudyVisit        EventKind = "STUDY_VISIT"
	EventOutcome           EventKind = "OUTCOME"
	EventLaunch            EventKind = "LAUNCH"
	// EventDissemination: the concept of developing clusters, or its funding, was
	// explained to regions.
	EventDissemination EventKind = "DISSEMINATION"
)

// Event is a dated event in a region under the programme.
type Event struct {
	// ID is EventID if the source has none.
	ID      string      `json:"-"`
	Region  RegionCode  `json:"region"`
	Kind    EventKind   `json:"kind"`
	Date    PartialDate `json:"date"`
	Place   string      `json:"place,omitempty"`
	With    string      `json:"with,omitempty"`
	What    string      `json:"what,omitempty"`
	WhatID  string      `json:"whatId,omitempty"`
	Value   *int        `json:"value,omitempty"`
	Note    string      `json:"note,omitempty"`
	NoteID  string      `json:"noteId,omitempty"`
	Sources []SourceID  `json:"sources"`
}

// Programme is the programme of the Ministry of Industry and JICA. Lists whose names
// end in ID are the Indonesian versions of those before them, in the same order.
type Programme struct {
	NameEN       string   `json:"nameEn"`
	Abbreviation string   `json:"abbreviation,omitempty"`
	Agencies     []string `json:"agencies,omitempty"`
	// Grounds are separate entities in the record.
	Grounds                []SelectionGround `json:"-"`
	InitialTargetProvinces []string          `json:"initialTargetProvinces,omitempty"`
	AccompanyingMeasures   []string          `json:"accompanyingMeasures,omitempty"`
	AccompanyingMeasuresID []string          `json:"accompanyingMeasuresId,omitempty"`
	MethodStructure        []string          `json:"methodStructure,omitempty"`
	MethodStructureID      []string          `json:"methodStructureId,omitempty"`
	MethodSteps            []MethodStep      `json:"methodSteps,omitempty"`
	MethodSources          []SourceID        `json:"methodSources,omitempty"`
	NotStated              []string          `json:"notStated,omitempty"`
	NotStatedID            []string          `json:"notStatedId,omitempty"`
	Sources                []SourceID        `json:"sources"`
}

// Ground returns the cluster's entry for a ground, or nil.
func (c *Cluster) Ground(kind GroundKind) *ClusterGround {
	for i := range c.Grounds {
		if c.Grounds[i].Kind == kind {
			return &c.Grounds[i]
		}
	}
	return nil
}
