package sentra

import (
	"cmp"
	"slices"
	"time"

	"github.com/paulmach/orb"
)

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

// BegunBy reports whether the phase may have begun by the day. A phase known to
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
	// ElementsID are the elements in Indonesian, in the same order.
	ElementsID []string   `json:"elementsId,omitempty"`
	Sources    []SourceID `json:"sources"`
}

// ClusterGround says whether a cluster is known to have met a ground.
type ClusterGround struct {
	Kind    GroundKind `json:"kind"`
	Met     bool       `json:"met"`
	Sources []SourceID `json:"sources"`
}

// ClusterStatus tells a cluster that stands from one that is only planned.
type ClusterStatus string

const (
	ClusterExisting ClusterStatus = "EXISTING"
	// ClusterPlanned: it stands in a plan, and no source says that it was made.
	ClusterPlanned ClusterStatus = "PLANNED"
)

// Figures are numbers of a cluster, of one year; they are not to be added to those
// of another year.
type Figures struct {
	// Units are enterprises, Workers people; nil where not given.
	Units   *int `json:"units,omitempty"`
	Workers *int `json:"workers,omitempty"`
	// Year is 0 where the source does not tell it.
	Year int `json:"year,omitempty"`
}

// Reading is what was read in one source.
type Reading struct {
	Source SourceID `json:"source"`
	Read   string   `json:"read"`
	ReadID string   `json:"readId,omitempty"`
	// On is the day it was read, nil where not known.
	On *Date `json:"on,omitempty"`
}

// Cluster is a small-industry cluster (sentra IKM), of the programme or not.
type Cluster struct {
	// ID never changes, also when the cluster moves or gets another key. It is
	// the first key that the cluster had; empty in a cluster that is to be stored
	// under its key.
	ID string `json:"-"`
	// Key is the public name: "2017-94.06-coffee-processing".
	Key    string `json:"key"`
	NameEN string `json:"nameEn"`
	NameID string `json:"nameId"`
	// Products and Phases by key, Regions by code. A cluster without a phase is none
	// of the programme's.
	Products []string     `json:"products,omitempty"`
	Phases   []string     `json:"phases,omitempty"`
	Regions  []RegionCode `json:"regions"`
	// RegionNote is what the source says of the place beyond the regions.
	RegionNote   string `json:"regionNote,omitempty"`
	RegionNoteID string `json:"regionNoteId,omitempty"`
	// Place is the village, district or street in words.
	Place         string `json:"place,omitempty"`
	ProvinceNamed string `json:"provinceNamed,omitempty"`
	// Point is the place itself, only when Precision is POINT; (lon, lat) in degrees.
	Point     *orb.Point        `json:"point,omitempty"`
	Precision LocationPrecision `json:"precision"`
	// InitialTarget is nil where the source names no initial targets.
	InitialTarget *bool `json:"initialTarget,omitempty"`
	// Grounds the cluster is known to have met or not; others are not stated.
	Grounds []ClusterGround `json:"grounds,omitempty"`
	Planned bool            `json:"planned,omitempty"`
	// Began is the year it began, 0 where not known.
	Began   int      `json:"began,omitempty"`
	Figures *Figures `json:"figures,omitempty"`
	// Confidence is empty where nothing was said of it.
	Confidence Confidence `json:"confidence,omitempty"`
	// Readings tell what was read in some of the sources.
	Readings []Reading  `json:"readings,omitempty"`
	Sources  []SourceID `json:"sources"`
}

// Status reports whether the cluster stands or is only planned.
func (c *Cluster) Status() ClusterStatus {
	if c.Planned {
		return ClusterPlanned
	}
	return ClusterExisting
}

// OfProgramme reports whether the programme has developed the cluster.
func (c *Cluster) OfProgramme() bool { return len(c.Phases) > 0 }

// CompareClusters orders clusters by key, as they stand in Facts.
func CompareClusters(a, b *Cluster) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

// NewClusters makes a list of clusters for Facts; they are kept, and brought into order.
func NewClusters(clusters ...*Cluster) Sorted[Cluster] {
	if !slices.IsSortedFunc(clusters, CompareClusters) {
		slices.SortFunc(clusters, CompareClusters)
	}
	return NewSorted(clusters)
}

// KnownFrom returns the first day on which the cluster is known: that of its first
// phase, else of the year it began, else the day by which the earliest source that
// names it had been published, or was read. It is false where nothing tells.
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

// EventKind is the kind of a dated event.
type EventKind string

const (
	EventEvaluationMeeting EventKind = "EVALUATION_MEETING"
	EventStudyVisit        EventKind = "STUDY_VISIT"
	EventOutcome           EventKind = "OUTCOME"
	EventLaunch            EventKind = "LAUNCH"
	// EventDissemination: the concept of developing clusters, or the funds for it, were
	// explained to regions.
	EventDissemination EventKind = "DISSEMINATION"
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
	WhatID  string      `json:"whatId,omitempty"`
	Value   *int        `json:"value,omitempty"`
	Note    string      `json:"note,omitempty"`
	NoteID  string      `json:"noteId,omitempty"`
	Sources []SourceID  `json:"sources"`
}

// Programme is the programme of the Ministry of Industry and JICA. The lists that end in
// ID are those before them in Indonesian, in the same order.
type Programme struct {
	NameEN       string   `json:"nameEn"`
	Abbreviation string   `json:"abbreviation,omitempty"`
	Agencies     []string `json:"agencies,omitempty"`
	// Grounds are entities of their own in the record.
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

// Ground returns what is known of the cluster on a ground; nil where nothing is.
func (c *Cluster) Ground(kind GroundKind) *ClusterGround {
	for i := range c.Grounds {
		if c.Grounds[i].Kind == kind {
			return &c.Grounds[i]
		}
	}
	return nil
}
