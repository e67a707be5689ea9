package sentra

import (
	"maps"
	"slices"
	"strings"
)

// ScreeningElement is an element of the grounds of selection on which regions are
// screened.
type ScreeningElement string

const (
	ScreenAPBN            ScreeningElement = "APBN"
	ScreenDeconcentration ScreeningElement = "DECONCENTRATION"
	ScreenDAK             ScreeningElement = "DAK"
	// ScreenClusters: clusters, of a product where one is asked for.
	ScreenClusters ScreeningElement = "CLUSTERS"
	// ScreenLinkage: linkage between supporting and large industry.
	ScreenLinkage       ScreeningElement = "LINKAGE"
	ScreenDisadvantaged ScreeningElement = "DISADVANTAGED"
	ScreenBorder        ScreeningElement = "BORDER"
)

// ScreeningElements lists every element, by ground.
var ScreeningElements = [...]ScreeningElement{ScreenAPBN, ScreenDeconcentration, ScreenDAK, ScreenClusters, ScreenLinkage, ScreenDisadvantaged, ScreenBorder}

// Name returns the element as fields and columns are named: dak.
func (e ScreeningElement) Name() string { return strings.ToLower(string(e)) }

// Ground returns the ground that the element is of.
func (e ScreeningElement) Ground() GroundKind {
	switch e {
	case ScreenClusters, ScreenLinkage:
		return StrategicTheme
	case ScreenDisadvantaged, ScreenBorder:
		return AffirmativeTheme
	}
	return SupportSource
}

// ScreeningOutcome is what a screening finds of an element.
type ScreeningOutcome string

const (
	ScreenedMet      ScreeningOutcome = "MET"
	ScreenedNotMet   ScreeningOutcome = "NOT_MET"
	ScreenedNotKnown ScreeningOutcome = "NOT_KNOWN"
)

// ScreeningOutcomes lists every outcome.
var ScreeningOutcomes = [...]ScreeningOutcome{ScreenedMet, ScreenedNotMet, ScreenedNotKnown}

// OutcomeOf returns the outcome that a truth is.
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
	// ScreeningByLower and ScreeningByUpper: by that end of the score, the greatest first.
	ScreeningByLower ScreeningOrder = "LOWER"
	ScreeningByUpper ScreeningOrder = "UPPER"
	ScreeningByCode  ScreeningOrder = "CODE"
)

// ScreeningOrders lists every order of screened regions.
var ScreeningOrders = [...]ScreeningOrder{ScreeningByLower, ScreeningByUpper, ScreeningByCode}

// Weights are how much elements count; one that is not there counts 1.
type Weights map[ScreeningElement]float64

// NewWeights returns the weights of elements by their names in lower case, such as dak; nil
// is as none. The error is a BAD_USER_INPUT.
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

// maxWeight is the greatest weight of an element.
const maxWeight = 1000

// Of returns the weight of an element.
func (w Weights) Of(element ScreeningElement) float64 {
	if weight, given := w[element]; given {
		return weight
	}
	return 1
}

// Check gives what is wrong with the weights.
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

// Score is an interval: what is not known may be met or not.
type Score struct{ Lower, Upper float64 }

// Outcomes are what was found of each element, in the order of ScreeningElements.
type Outcomes [len(ScreeningElements)]Truth

// Of returns what was found of an element.
func (o *Outcomes) Of(element ScreeningElement) Truth {
	return o[slices.Index(ScreeningElements[:], element)]
}

// Score returns the share of the weights that is met for certain, and that which is not
// known to be missing.
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

// maxWithin is the greatest distance at which something counts as near, in metres.
const maxWithin = 1_000_000

// CheckWithin refuses a distance at which nothing can be near.
func CheckWithin(metres float64) error {
	if !(metres >= 0 && metres <= maxWithin) {
		return BadInput("withinMetres", "withinMetres is %g; give 0 to %d", metres, maxWithin)
	}
	return nil
}
