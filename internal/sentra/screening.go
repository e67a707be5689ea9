package sentra

import (
	"maps"
	"slices"
	"strings"
)

// ScreeningElement is an element of the selection criteria on which regions are
// screened.
type ScreeningElement string

const (
	ScreenAPBN            ScreeningElement = "APBN"
	ScreenDeconcentration ScreeningElement = "DECONCENTRATION"
	ScreenDAK             ScreeningElement = "DAK"
	// ScreenClusters: clusters, of a product if one is given.
	ScreenClusters ScreeningElement = "CLUSTERS"
	// ScreenLinkage: linkage between supporting and large industry.
	ScreenLinkage       ScreeningElement = "LINKAGE"
	ScreenDisadvantaged ScreeningElement = "DISADVANTAGED"
	ScreenBorder        ScreeningElement = "BORDER"
)

// ScreeningElements lists every element, by ground.
var ScreeningElements = [...]ScreeningElement{ScreenAPBN, ScreenDeconcentration, ScreenDAK, ScreenClusters, ScreenLinkage, ScreenDisadvantaged, ScreenBorder}

// Name returns the name of the element in fields and columns: dak.
func (e ScreeningElement) Name() string { return strings.ToLower(string(e)) }

// Ground returns the ground that the element belongs to.
func (e ScreeningElement) Ground() GroundKind {
	switch e {
	case ScreenClusters, ScreenLinkage:
		return StrategicTheme
	case ScreenDisadvantaged, ScreenBorder:
		return AffirmativeTheme
	}
	return SupportSource
}

// ScreeningOutcome is the result for an element.
type ScreeningOutcome string

const (
	ScreenedMet      ScreeningOutcome = "MET"
	ScreenedNotMet   ScreeningOutcome = "NOT_MET"
	ScreenedNotKnown ScreeningOutcome = "NOT_KNOWN"
)

// ScreeningOutcomes lists every outcome.
var ScreeningOutcomes = [...]ScreeningOutcome{ScreenedMet, ScreenedNotMet, ScreenedNotKnown}

// OutcomeOf converts a truth to an outcome.
func OutcomeOf(truth Truth) ScreeningOutcome {
	switch truth {
	case True:
		return ScreenedMet
	case False:
		return ScreenedNotMet
	}
	return ScreenedNotKnown
}

// ScreeningOrder is an order of screened regions.
type ScreeningOrder string

const (
	// ScreeningByLower and ScreeningByUpper: by that end of the score, greatest first.
	ScreeningByLower ScreeningOrder = "LOWER"
	ScreeningByUpper ScreeningOrder = "UPPER"
	ScreeningByCode  ScreeningOrder = "CODE"
)

// ScreeningOrders lists every order of screened regions.
var ScreeningOrders = [...]ScreeningOrder{ScreeningByLower, ScreeningByUpper, ScreeningByCode}

// Weights are the weights of elements; the default is 1.
type Weights map[ScreeningElement]float64

// NewWeights returns the weights of elements by their lower-case names, such as dak;
// nil means no weight is given. The error is a BAD_USER_INPUT.
func NewWeights(given map[string]*float64) (Weights, error) {
	weights := make(Weights)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		i := slices.IndexFunc(ScreeningElements[:], func(e ScreeningElement) bool { return e.Name() == name })
		if i < 0 {
			return nil, BadInput("", "there is no element %.40q; write one of GraphQL's ScreeningWeights, such as dak", name)
		}
		if given[name] != nil {
			weights[ScreeningElements[i]] = *given[name]
		}
	}
	return weights, nil
}

const maxWeight = 1000

// Of returns the weight of an element.
func (w Weights) Of(element ScreeningElement) float64 {
	if weight, given := w[element]; given {
		return weight
	}
	return 1
}

// Check validates the weights.
func (w Weights) Check() error {
	var f Faults
	sum := 0.0
	for _, element := range ScreeningElements {
		weight := w.Of(element)
		if !(weight >= 0 && weight <= maxWeight) {
			f.Add(element.Name(), "the weight is %g; give 0 to %d", weight, maxWeight)
		}
		sum += weight
	}
	if sum == 0 {
		f.Add("", "every weight is 0, so that nothing would count")
	}
	return f.Err()
}

// Score is an interval: an unknown element may be met or not.
type Score struct{ Lower, Upper float64 }

// Outcomes are the results for each element, in the order of ScreeningElements.
type Outcomes [len(ScreeningElements)]Truth

// Of returns the result for an element.
func (o *Outcomes) Of(element ScreeningElement) Truth {
	return o[slices.Index(ScreeningElements[:], element)]
}

// Score returns the share of the weights that is certainly met, and the share that
// may be met.
func (w Weights) Score(outcomes *Outcomes) Score {
	var s Score
	sum := 0.0
	for i, element := range ScreeningElements {
		weight := w.Of(element)
		sum += weight
		switch outcomes[i] {
		case True:
			s.Lower, s.Upper = s.Lower+weight, s.Upper+weight
		case Unknown:
			s.Upper += weight
		}
	}
	return Score{s.Lower / sum, s.Upper / sum}
}

// maxWithin is the greatest accepted distance for nearness, in metres.
const maxWithin = 1_000_000

// CheckWithin rejects a distance out of range.
func CheckWithin(metres float64) error {
	if !(metres >= 0 && metres <= maxWithin) {
		return BadInput("withinMetres", "withinMetres is %g; give 0 to %d", metres, maxWithin)
	}
	return nil
}
