package sentra

import (
	"slices"
	"strings"
	"time"
)

// FirstDay is the first day the set of regions is known for: the last change
// in the set of regencies. Source: the facts' province memberships.
var FirstDay = MustDate("2014-07-23")

// Facts is everything that is loaded but the boundaries.
type Facts struct {
	Sources      []Source
	Regions      []Region
	Codes        []OfficialCode
	Memberships  []Membership
	Successions  []Succession
	Designations []Designation
	Coverage     []DesignationCoverage
	Programme    Programme
	Phases       []Phase
	Products     []Product
	// Clusters stand by key. All states of the record that hold the same ones share
	// them, since there may be very many: who changes one makes a new one.
	Clusters     Sorted[Cluster]
	Events       []Event
	Names        []RegionName
	Supports     []Support
	Facilitators []Facilitators
	Counts       []ExternalCount
	Candidates   []Candidate
}

// Dataset is one consistent state of the record.
type Dataset struct {
	Facts
	Boundaries []Boundary
	// Conflicts are facts of the binary against which an agency's word stands.
	Conflicts []Conflict
	// Number is that of the last change; a greater number is a later state.
	Number int64
	// Version is the number with a digest of all changes up to it, "128-1f3a9c77",
	// so that two records that went apart differ.
	Version   string
	UpdatedAt time.Time
}

// DatasetCounts are how many things of each kind are loaded.
type DatasetCounts struct {
	// Provinces, Regencies and Cities are those of a day, Boundaries those of them with one.
	Provinces, Regencies, Cities, Boundaries int
	// Clusters are all of them; PlannedClusters do not stand yet, ProgrammeClusters are
	// those that the programme has developed.
	Clusters, PlannedClusters, ProgrammeClusters int
	Supports, Products, Designations, Sources    int
}

// BoundariesState tells how many of a day's regions have a boundary.
type BoundariesState string

const (
	BoundariesAll  BoundariesState = "ALL"
	BoundariesSome BoundariesState = "SOME"
	BoundariesNone BoundariesState = "NONE"
)

// BoundariesState returns how many of the regions have a boundary.
func (c *DatasetCounts) BoundariesState() BoundariesState {
	switch c.Boundaries {
	case c.Provinces + c.Regencies + c.Cities:
		return BoundariesAll
	case 0:
		return BoundariesNone
	}
	return BoundariesSome
}

// Notes tell what to know of the data before using them.
func (c *DatasetCounts) Notes() []Message {
	var notes []Message
	if c.BoundariesState() == BoundariesNone {
		notes = append(notes, Say(MessageNoteBoundaries))
	}
	return append(notes, Say(MessageNoteRegions, FirstDay), Say(MessageNoteNotCovered), Say(MessageNoteYears), Say(MessageNoteClusters), Say(MessageNotePhases))
}

// DataLicence is a licence that a part of the data is under.
type DataLicence struct {
	// Part says which part, Name which licence; URL is where its text can be
	// read, empty where there is none.
	Part, Name Text
	URL        string
}

// DataLicences returns the licences of all that is loaded.
func DataLicences() []DataLicence {
	return []DataLicence{
		{Part: Text{"boundaries, codes and names of regions: wilayah_boundaries by cahyadsn", "batas, kode, dan nama wilayah: wilayah_boundaries oleh cahyadsn"}, Name: Text{English: "MIT"},
			URL: "https://github.com/cahyadsn/wilayah_boundaries/blob/3c5a796/LICENSE"},
		{Part: Text{"facts of the programme and of designations: each cites its source", "fakta tentang program dan penetapan: masing-masing menyebut sumbernya"},
			Name: Text{"facts and figures; no licence stated by the sources", "fakta dan angka; sumber tidak menyatakan lisensi"}},
	}
}

// RegionOrder is an order of a list of regions.
type RegionOrder string

const (
	RegionsByCode         RegionOrder = "CODE"
	RegionsByName         RegionOrder = "NAME"
	RegionsByClusterCount RegionOrder = "CLUSTER_COUNT"
	RegionsByArea         RegionOrder = "AREA"
	RegionsByDistance     RegionOrder = "DISTANCE"
)

// RegionOrders lists every order of regions.
var RegionOrders = [...]RegionOrder{RegionsByCode, RegionsByName, RegionsByClusterCount, RegionsByArea, RegionsByDistance}

// ClusterOrder is an order of a list of clusters.
type ClusterOrder string

const (
	ClustersByPhase    ClusterOrder = "PHASE"
	ClustersByName     ClusterOrder = "NAME"
	ClustersByRegion   ClusterOrder = "REGION"
	ClustersByDistance ClusterOrder = "DISTANCE"
)

// ClusterOrders lists every order of clusters.
var ClusterOrders = [...]ClusterOrder{ClustersByPhase, ClustersByName, ClustersByRegion, ClustersByDistance}

// CheckOrder refuses an order that is none of those there are; the empty one is the
// usual one. Exports take the order as it is typed; kind is what GraphQL calls it.
// The error is a BAD_USER_INPUT without a path.
func CheckOrder[T ~string](kind string, order T, orders []T) error {
	if order == "" || slices.Contains(orders, order) {
		return nil
	}
	names := make([]string, len(orders))
	for i, name := range orders {
		names[i] = string(name)
	}
	return BadInput("", "%.40s is not a valid %s; give one of %s", string(order), kind, strings.Join(names, ", "))
}
