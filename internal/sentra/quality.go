package sentra

// Gap is something that the record lacks for some items.
type Gap string

const (
	GapClusterYear       Gap = "CLUSTER_FIRST_YEAR"
	GapClusterKnownFrom  Gap = "CLUSTER_KNOWN_FROM"
	GapClusterPoint      Gap = "CLUSTER_POINT"
	GapClusterRegency    Gap = "CLUSTER_REGENCY"
	GapClusterFigures    Gap = "CLUSTER_FIGURES"
	GapClusterConfidence Gap = "CLUSTER_CONFIDENCE"
	GapSupportYear       Gap = "SUPPORT_YEAR"
	GapSupportFund       Gap = "SUPPORT_FUND"
	GapSupportAmount     Gap = "SUPPORT_AMOUNT"
	GapFacilitatorsPlace Gap = "FACILITATORS_PLACE"
	// Regencies and cities with no known cluster, with an unknown affirmative status,
	// and without a boundary.
	GapRegencyClusters    Gap = "REGENCY_CLUSTERS"
	GapRegencyAffirmative Gap = "REGENCY_AFFIRMATIVE"
	GapRegencyBoundary    Gap = "REGENCY_BOUNDARY"
)

// Gaps lists every gap.
var Gaps = [...]Gap{GapClusterYear, GapClusterKnownFrom, GapClusterPoint, GapClusterRegency, GapClusterFigures, GapClusterConfidence, GapSupportYear, GapSupportFund, GapSupportAmount, GapFacilitatorsPlace, GapRegencyClusters, GapRegencyAffirmative, GapRegencyBoundary}
