package sentra

import "strconv"

// Facet is a property by which the clusters of a filter are counted.
type Facet string

const (
	// FacetProduct has the keys of products as values.
	FacetProduct Facet = "PRODUCT"
	// FacetProductGroup has the groups of products.
	FacetProductGroup Facet = "PRODUCT_GROUP"
	// FacetProvince has the codes of the day's provinces.
	FacetProvince Facet = "PROVINCE"
	// FacetFund has the funds, and FacetAny for support from any fund or from one that
	// no source names.
	FacetFund Facet = "FUND"
	// FacetAffirmative has the kinds of designations of the clusters' regions, FacetAny
	// for any of them and FacetNone for none.
	FacetAffirmative Facet = "AFFIRMATIVE"
	FacetConfidence  Facet = "CONFIDENCE"
	// FacetProgramme has "true" and "false".
	FacetProgramme Facet = "PROGRAMME"
	// FacetPhase has the keys of phases.
	FacetPhase  Facet = "PHASE"
	FacetStatus Facet = "STATUS"
)

// Values of facets that do not name an item.
const (
	FacetAny  = "ANY"
	FacetNone = "NONE"
)

// Facets lists every facet.
var Facets = [...]Facet{FacetProduct, FacetProductGroup, FacetProvince, FacetFund, FacetAffirmative, FacetConfidence, FacetProgramme, FacetPhase, FacetStatus}

// Without returns the filter without its own condition on the facet; conditions in
// its And, Or and Not stay. The filter may be nil.
func (f *ClusterFilter) Without(facet Facet) *ClusterFilter {
	out := ClusterFilter{}
	if f != nil {
		out = *f
	}
	switch facet {
	case FacetProduct:
		out.Product = ""
	case FacetProductGroup:
		out.ProductGroups = nil
	case FacetProvince:
		out.Region = ""
	case FacetFund:
		out.Funds, out.Supported = nil, nil
	case FacetAffirmative:
		if out.Regions != nil {
			regions := *out.Regions
			regions.Designations, regions.Affirmative = nil, nil
			out.Regions = &regions
		}
	case FacetConfidence:
		out.Confidence = nil
	case FacetProgramme:
		out.Programme = nil
	case FacetPhase:
		out.Phase = ""
	case FacetStatus:
		out.Status = ""
	}
	return &out
}

// With returns the filter with a value of the facet in place of its own condition: it
// lists the clusters that are counted for the value.
func (f *ClusterFilter) With(facet Facet, value string) *ClusterFilter {
	out := f.Without(facet)
	yes := true
	switch facet {
	case FacetProduct:
		out.Product = value
	case FacetProductGroup:
		out.ProductGroups = []ProductGroup{ProductGroup(value)}
	case FacetProvince:
		out.Region = RegionCode(value)
	case FacetFund:
		if value == FacetAny {
			out.Supported = &yes
		} else {
			out.Funds = []Fund{Fund(value)}
		}
	case FacetAffirmative:
		if out.Regions == nil {
			out.Regions = &RegionFilter{}
		}
		affirmative := value == FacetAny
		switch value {
		case FacetAny, FacetNone:
			out.Regions.Affirmative = &affirmative
		default:
			out.Regions.Designations = []DesignationKind{DesignationKind(value)}
		}
	case FacetConfidence:
		out.Confidence = []Confidence{Confidence(value)}
	case FacetProgramme:
		programme, _ := strconv.ParseBool(value)
		out.Programme = &programme
	case FacetPhase:
		out.Phase = value
	case FacetStatus:
		out.Status = ClusterStatus(value)
	}
	return out
}
