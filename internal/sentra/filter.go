package sentra

import "github.com/paulmach/orb"

// BBox is a box in degrees; West greater than East means that it crosses the
// antimeridian (RFC 7946, section 5.2).
type BBox struct{ West, South, East, North float64 }

// Near is a circle on the sphere; Radius is in metres.
type Near struct {
	Point  orb.Point
	Radius float64
}

// RegionFilter says which regions to list. Every field that is set must hold.
type RegionFilter struct {
	Codes []RegionCode
	Level Level
	Kinds []RegionKind
	// Parent is a region above.
	Parent RegionCode
	Name   string
	// Designations are the kinds of which at least one must be in force.
	Designations        []DesignationKind
	Affirmative         *bool
	ContainsAffirmative *bool
	HostsClusters       *bool
	Clusters            *ClusterFilter
	BBox                *BBox
	Within              orb.MultiPolygon
	Intersects          orb.MultiPolygon
	// Contains is what regions must hold the whole of.
	Contains orb.MultiPolygon
	Near     *Near
	And, Or  []*RegionFilter
	Not      *RegionFilter
}

// ClusterFilter says which clusters to list. Every field that is set must hold.
type ClusterFilter struct {
	Phase         string
	Product       string
	InitialTarget *bool
	Region        RegionCode
	Regions       *RegionFilter
	BBox          *BBox
	Within        orb.MultiPolygon
	Near          *Near
	And, Or       []*ClusterFilter
	Not           *ClusterFilter
}

// DesignationFilter says which designations to list.
type DesignationFilter struct {
	Kind       DesignationKind
	Region     RegionCode
	Regulation string
	AsOf       *Date
	Confidence Confidence
}
