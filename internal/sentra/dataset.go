package sentra

import (
	"slices"
	"strings"
	"time"
)

// FirstDay is the first day for which the set of regions is known: the day of the
// last change in the set of regencies. Source: the facts' province memberships.
var FirstDay = MustDate("2014-07-23")

// Facts is everything that is loaded except the boundaries.
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
	// Clusters are ordered by key. There may be very many, so all states of the record
	// share those that do not change: replace a cluster to change it.
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
	// Conflicts are facts of the binary that are overridden by an agency.
	Conflicts []Conflict
	// Number is that of the last change. A higher number is a later state.
	Number int64
	// Version is the number with a digest of all changes up to it, "128-1f3a9c77", so
	// that records that diverged have different versions.
	Version   string
	UpdatedAt time.Time
}

// DatasetCounts is the number of loaded items of each kind.
type DatasetCounts struct {
	// Provinces, Regencies and Cities are those of a day, Boundaries the number of them
	// that have one.
	Provinces, Regencies, Cities, Boundaries int
	// Clusters counts all of them, PlannedClusters those that do not exist yet, and
	// ProgrammeClusters those developed by the programme.
	Clusters, PlannedClusters, ProgrammeClusters int
	Supports, Products, Designations, Sources    int
}

// BoundariesState says how many of a day's regions have a boundary.
type BoundariesState string

const (
	BoundariesAll  BoundariesState = "ALL"
	BoundariesSome BoundariesState = "SOME"
	BoundariesNone BoundariesState = "NONE"
)

// BoundariesState summarises Boundaries.
func (c *DatasetCounts) BoundariesState() BoundariesState {
	switch c.Boundaries {
	case c.Provinces + c.Regencies + c.Cities:
		return BoundariesAll
	case 0:
		return BoundariesNone
	}
	return BoundariesSome
}

// Notes are remarks to read before using the data.
func (c *DatasetCounts) Notes() []Message {
	var notes []Message
	if c.BoundariesState() == BoundariesNone {
		notes = append(notes, Say(MessageNoteBoundaries))
	}
	return append(notes, Say(MessageNoteRegions, FirstDay), Say(MessageNoteNotCovered), Say(MessageNoteYears), Say(MessageNoteClusters), Say(MessageNotePhases))
}

// DataLicence is the licence of a part of the data.
type DataLicence struct {
	// Part is what it covers, and Name its name; URL is the address of its text, empty
	// if there is none.
	Part, Name Text
	URL        string
}

// DataLicences returns the licences of everything that is loaded.
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

// CheckOrder rejects an unknown order; the empty one is the default. Exports pass the
// order as typed; kind is its name in GraphQL. The error is a BAD_USER_INPUT without
// a path.
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
