package sentra

import (
	"slices"

	"github.com/paulmach/orb"
)

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
	Supports            *KnownSupport
	Facilitators        *KnownFacilitators
	BBox                *BBox
	Within              orb.MultiPolygon
	Intersects          orb.MultiPolygon
	// Contains is what regions must hold the whole of.
	Contains orb.MultiPolygon
	Near     *Near
	And, Or  []*RegionFilter
	Not      *RegionFilter
}

// KnownSupport asks whether a region itself is known to have had such support by the
// day. Where it is not known it may have had some.
type KnownSupport struct {
	// Funds are those of which it may be, nil for any and for one not told.
	Funds []Fund
	// FromYear and ToYear bound the year; support without a year lies in none.
	FromYear, ToYear *int
}

// Check gives what is wrong with the question in itself.
func (k *KnownSupport) Check() error { return checkYears(k.FromYear, k.ToYear) }

// Holds reports whether a support is such a one.
func (k *KnownSupport) Holds(s *Support) bool {
	return (k.Funds == nil || slices.Contains(k.Funds, s.Fund)) && (k.FromYear == nil || s.Year >= *k.FromYear) && (k.ToYear == nil || s.Year != 0 && s.Year <= *k.ToYear)
}

// KnownFacilitators asks whether the record knows of facilitators near a region. It
// does not hold all, so that it is only asked what it knows.
type KnownFacilitators struct {
	// Metres is how near, from label point to label point; 0 for the region itself.
	Metres float64
	// Kind is the kind of people, "" for any.
	Kind FacilitatorKind
	// Known is what is wanted: that it knows of some, or of none.
	Known bool
}

// ClusterFilter says which clusters to list. Every field that is set must hold.
type ClusterFilter struct {
	Phase         string
	Product       string
	InitialTarget *bool
	// Programme: whether the programme has developed the cluster.
	Programme *bool
	// Status is the status wanted. Where a filter says nothing of it, planned clusters
	// are listed, but it is unknown whether they stand.
	Status     ClusterStatus
	Confidence []Confidence
	// ProductGroups are those of which a cluster must be of one (GroupOf its products).
	ProductGroups []ProductGroup
	// Supported: whether support for the cluster itself is known.
	Supported *bool
	// Funds are those from one of which support for the cluster itself is known.
	Funds   []Fund
	Region  RegionCode
	Regions *RegionFilter
	BBox    *BBox
	Within  orb.MultiPolygon
	Near    *Near
	And, Or []*ClusterFilter
	Not     *ClusterFilter
}

// DesignationFilter says which designations to list. Every field that is set must hold.
type DesignationFilter struct {
	Kind DesignationKind
	// Region is that of the designation, or one above it today.
	Region RegionCode
	// Regulation is compared without regard to case.
	Regulation *string
	// AsOf is a day on which the designation is in force for certain.
	AsOf       *Date
	Confidence Confidence
}

// NamesStatus reports whether some part of the filter speaks of the status, so that
// planned clusters are meant too.
func (f *ClusterFilter) NamesStatus() bool {
	return f != nil && (f.Status != "" || f.Not.NamesStatus() ||
		slices.ContainsFunc(f.And, (*ClusterFilter).NamesStatus) || slices.ContainsFunc(f.Or, (*ClusterFilter).NamesStatus))
}

// OfProgramme reports whether only clusters of the programme can match. Their list is
// complete, and that of all the country's clusters is not.
func (f *ClusterFilter) OfProgramme() bool {
	if f == nil {
		return false
	}
	return f.Programme != nil && *f.Programme || f.Phase != "" || f.InitialTarget != nil ||
		slices.ContainsFunc(f.And, (*ClusterFilter).OfProgramme) ||
		len(f.Or) > 0 && !slices.ContainsFunc(f.Or, func(choice *ClusterFilter) bool { return !choice.OfProgramme() })
}

// SupportFilter says which supports to list. Every field that is set must hold.
type SupportFilter struct {
	// Region is that of the support, or one above it on the day.
	Region  RegionCode
	Cluster string
	Product string
	// Funds are the funds wanted. FundStated: whether the source tells the fund.
	Funds      []Fund
	FundStated *bool
	// FromYear and ToYear bound the year; a support without a year lies in none.
	FromYear, ToYear *int
	Confidence       []Confidence
}

// Check gives what is wrong with the filter in itself.
func (f *SupportFilter) Check() error {
	return checkYears(f.FromYear, f.ToYear)
}

// checkYears refuses bounds that are no years, or that no year lies between.
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
