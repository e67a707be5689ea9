package sentra

import "time"

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
	Clusters     []Cluster
	Events       []Event
}

// Dataset is one consistent state of the record.
type Dataset struct {
	Facts
	Boundaries []Boundary
	// Version changes whenever anything loaded changes.
	Version   string
	UpdatedAt time.Time
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

// ClusterOrder is an order of a list of clusters.
type ClusterOrder string

const (
	ClustersByPhase    ClusterOrder = "PHASE"
	ClustersByName     ClusterOrder = "NAME"
	ClustersByRegion   ClusterOrder = "REGION"
	ClustersByDistance ClusterOrder = "DISTANCE"
)
