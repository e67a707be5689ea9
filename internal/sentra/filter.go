package sentra

import (
	"slices"

	"github.com/paulmach/orb"
)

// BBox is a box in degrees. If West is greater than East it crosses the antimeridian
// (RFC 7946, section 5.2).
type BBox struct{ West, South, East, North float64 }

// Near is a circle on the sphere; Radius is in metres.
type Near struct {
	Point  orb.Point
	Radius float64
}

// RegionFilter selects regions. All fields that are set must hold.
type RegionFilter struct {
	Codes []RegionCode
	Level Level
	Kinds []RegionKind
	// Parent is a region above those listed.
	Parent RegionCode
	Name   string
	// Designations are the kinds of which at least one must be in force.
	Designations        []DesignationKind
	Affirmative         *bool
	ContainsAffirmative *bool
	HostsClusters       *bool
	Clusters            *ClusterFilter
	Supports            *KnownSupport
	Facilitators        *KnownFacilitators
	BBox                *BBox
	Within              orb.MultiPolygon
	Intersects          orb.MultiPolygon
	// Contains is a polygon that regions must contain completely.
	Contains orb.MultiPolygon
	Near     *Near
	And, Or  []*RegionFilter
	Not      *RegionFilter
}

// KnownSupport selects regions that are themselves known to have had such support by
// the day. Others may have had some that is not known.
type KnownSupport struct {
	// Funds that it may come from; nil for any, including one that no source names.
	Funds []Fund
	// FromYear and ToYear limit the year; support without a year matches neither.
	FromYear, ToYear *int
}

// Check validates the condition by itself.
func (k *KnownSupport) Check() error { return checkYears(k.FromYear, k.ToYear) }

// Holds reports whether a support matches.
func (k *KnownSupport) Holds(s *Support) bool {
	return (k.Funds == nil || slices.Contains(k.Funds, s.Fund)) && (k.FromYear == nil || s.Year >= *k.FromYear) && (k.ToYear == nil || s.Year != 0 && s.Year <= *k.ToYear)
}

// KnownFacilitators selects regions by the facilitators that the record has near
// them. The record is not complete, so this is only about what is known.
type KnownFacilitators struct {
	// Metres is the maximum distance between label points; 0 for the region itself.
	Metres float64
	// Kind is the kind of people, "" for any.
	Kind FacilitatorKind
	// Known selects regions with known facilitators if true, and regions without if
	// false.
	Known bool
}

// ClusterFilter selects clusters. All fields that are set must hold.
type ClusterFilter struct {
	Phase         string
	Product       string
	InitialTarget *bool
	// Programme: whether the programme developed the cluster.
	Programme *bool
	// Status is the required status. Without one, planned clusters are listed, but it is
	// unknown whether they exist.
	Status     ClusterStatus
	Confidence []Confidence
	// ProductGroups: the group of the cluster's products (GroupOf) must be one of these.
	ProductGroups []ProductGroup
	// Supported: whether support for the cluster itself is known.
	Supported *bool
	// Funds: support for the cluster itself from one of these must be known.
	Funds   []Fund
	Region  RegionCode
	Regions *RegionFilter
	BBox    *BBox
	Within  orb.MultiPolygon
	Near    *Near
	And, Or []*ClusterFilter
	Not     *ClusterFilter
}

// DesignationFilter selects designations. All fields that are set must hold.
type DesignationFilter struct {
	Kind DesignationKind
	// Region is that of the designation, or one above it today.
	Region RegionCode
	// Regulation is compared case-insensitively.
	Regulation *string
	// AsOf is a day on which the designation is certainly in force.
	AsOf       *Date
	Confidence Confidence
}

// NamesStatus reports whether any part of the filter has a condition on the status,
// so that it concerns planned clusters too.
func (f *ClusterFilter) NamesStatus() bool {
	return f != nil && (f.Status != "" || f.Not.NamesStatus() ||
		slices.ContainsFunc(f.And, (*ClusterFilter).NamesStatus) || slices.ContainsFunc(f.Or, (*ClusterFilter).NamesStatus))
}

// OfProgramme reports whether only clusters of the programme can match. The record
// has all of these, but not all of the country's clusters.
func (f *ClusterFilter) OfProgramme() bool {
	if f == nil {
		return false
	}
	return f.Programme != nil && *f.Programme || f.Phase != "" || f.InitialTarget != nil ||
		slices.ContainsFunc(f.And, (*ClusterFilter).OfProgramme) ||
		len(f.Or) > 0 && !slices.ContainsFunc(f.Or, func(choice *ClusterFilter) bool { return !choice.OfProgramme() })
}

// SupportFilter selects supports. All fields that are set must hold.
type SupportFilter struct {
	// Region is that of the support, or one above it on the day.
	Region  RegionCode
	Cluster string
	Product string
	// FundStated: whether the source names the fund.
	Funds      []Fund
	FundStated *bool
	// FromYear and ToYear limit the year; a support without a year matches neither.
	FromYear, ToYear *int
	Confidence       []Confidence
}

// Check validates the filter by itself.
func (f *SupportFilter) Check() error {
	return checkYears(f.FromYear, f.ToYear)
}

// checkYears rejects limits that are not years or exclude all years.
func checkYears(from, to *int) error {
	for _, bound := range []struct {
		path string
		year *int
	}{{"fromYear", from}, {"toYear", to}} {
		if bound.year != nil && !isYear(*bound.year) {
			return BadInput(bound.path, "%d is not a year of four digits", *bound.year)
		}
	}
	if from != nil && to != nil && *to < *from {
		return BadInput("toYear", "%d lies before fromYear, %d", *to, *from)
	}
	return nil
}
