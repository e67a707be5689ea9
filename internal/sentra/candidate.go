package sentra

import (
	"fmt"
	"slices"
	"strings"
)

// AssessmentOutcome is the result of an assessment of an element.
type AssessmentOutcome string

const (
	AssessmentMet    AssessmentOutcome = "MET"
	AssessmentNotMet AssessmentOutcome = "NOT_MET"
)

// Assessment is somebody's assessment of a candidate on one element of the selection
// criteria. If no source mentions an element there is no assessment of it.
type Assessment struct {
	Ground GroundKind `json:"ground"`
	// Element is named as in the ground; empty for the ground as a whole.
	Element string            `json:"element,omitempty"`
	Outcome AssessmentOutcome `json:"outcome"`
	// Evidence is what the assessment is based on, in words.
	Evidence string `json:"evidence"`
	// By is who made it, empty if not stated; On is when.
	By      string       `json:"by,omitempty"`
	On      *PartialDate `json:"on,omitempty"`
	Sources []SourceID   `json:"sources"`
}

// OfLinkage reports whether the assessment is of the linkage between supporting and
// large industry.
func (a *Assessment) OfLinkage() bool {
	return a.Ground == StrategicTheme && strings.HasPrefix(strings.ToLower(a.Element), "linkage")
}

// DecisionOutcome is the result of a decision on a candidate.
type DecisionOutcome string

const (
	DecisionChosen    DecisionOutcome = "CHOSEN"
	DecisionDeferred  DecisionOutcome = "DEFERRED"
	DecisionNotChosen DecisionOutcome = "NOT_CHOSEN"
)

// Decision is a decision on a candidate.
type Decision struct {
	Outcome DecisionOutcome `json:"outcome"`
	// Reason is empty if the source states none.
	Reason  string       `json:"reason,omitempty"`
	By      string       `json:"by,omitempty"`
	On      *PartialDate `json:"on,omitempty"`
	Sources []SourceID   `json:"sources"`
}

// Candidate is a region that a phase of the programme considered.
type Candidate struct {
	Phase  string     `json:"phase"`
	Region RegionCode `json:"region"`
	// Named is the name of the region in the source.
	Named string `json:"named,omitempty"`
	// InitialTarget is nil if the source names no initial targets.
	InitialTarget *bool        `json:"initialTarget,omitempty"`
	Assessments   []Assessment `json:"assessments,omitempty"`
	// Decision is nil if no source reports one.
	Decision *Decision  `json:"decision,omitempty"`
	Sources  []SourceID `json:"sources"`
}

// EntityID is the phase and the region: "2017:94.06".
func (c *Candidate) EntityID() string { return c.Phase + ":" + string(c.Region) }

// Check validates the candidate by itself.
func (c *Candidate) Check() error {
	var f Faults
	f.need("phase", c.Phase, maxKey)
	f.regionCode("region", c.Region)
	f.text("named", c.Named, maxName)
	for i := range c.Assessments {
		a, at := &c.Assessments[i], fmt.Sprintf("assessments.%d", i)
		oneOf(&f, at+".ground", a.Ground, GroundKinds[:]...)
		f.text(at+".element", a.Element, maxName)
		oneOf(&f, at+".outcome", a.Outcome, AssessmentMet, AssessmentNotMet)
		f.need(at+".evidence", a.Evidence, maxText)
		f.text(at+".by", a.By, maxName)
		if a.On != nil {
			f.partial(at+".on", *a.On)
		}
		f.cited(at+".sources", a.Sources)
		if slices.ContainsFunc(c.Assessments[:i], func(other Assessment) bool {
			return other.Ground == a.Ground && other.Element == a.Element && other.By == a.By
		}) {
			f.Add(at+".element", "%s %.40q is assessed twice", a.Ground, a.Element)
		}
	}
	if d := c.Decision; d != nil {
		oneOf(&f, "decision.outcome", d.Outcome, DecisionChosen, DecisionDeferred, DecisionNotChosen)
		f.text("decision.reason", d.Reason, maxText)
		f.text("decision.by", d.By, maxName)
		if d.On != nil {
			f.partial("decision.on", *d.On)
		}
		f.cited("decision.sources", d.Sources)
	}
	f.cited("sources", c.Sources)
	return f.Err()
}
