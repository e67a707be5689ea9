package sentra

import "slices"

// DesignationKind is the ground of an affirmative designation.
type DesignationKind string

const (
	// Disadvantaged is a daerah tertinggal.
	Disadvantaged DesignationKind = "DISADVANTAGED"
	// Border is a kawasan perbatasan negara.
	Border DesignationKind = "BORDER"
)

// DesignationKinds lists every kind, in the order in which they are shown.
var DesignationKinds = [...]DesignationKind{Disadvantaged, Border}

// Confidence tells how a fact is known.
type Confidence string

const (
	// Listed: read in a published list or in the text of an article.
	Listed Confidence = "LISTED"
	// Inferred: follows from totals, the next list or the law's own scope.
	Inferred Confidence = "INFERRED"
	// Partial: read in a text cut short or in a neighbouring article.
	Partial Confidence = "PARTIAL"
)

// rank orders confidences, the surest highest.
func (c Confidence) rank() int {
	switch c {
	case Listed:
		return 3
	case Inferred:
		return 2
	case Partial:
		return 1
	}
	return 0
}

// Designation is an affirmative designation of a region by a regulation.
type Designation struct {
	ID         string          `json:"-"`
	Region     RegionCode      `json:"region"`
	Kind       DesignationKind `json:"kind"`
	Regulation string          `json:"regulation"`
	From       PartialDate     `json:"from"`
	To         *Date           `json:"to,omitempty"`
	Confidence Confidence      `json:"confidence"`
	// Countries are the ISO 3166-1 codes across the border, where known.
	Countries []string   `json:"countries,omitempty"`
	Sources   []SourceID `json:"sources"`
}

// InForceFrom is the first day it is in force for certain: a date known only to
// the year counts from that year's end.
func (d *Designation) InForceFrom() Date { return d.From.Last() }

// InForce reports whether the designation is in force for certain on the day.
func (d *Designation) InForce(day Date) bool {
	return d.InForceFrom() <= day && (d.To == nil || day <= *d.To)
}

// CoverageExtent tells what is known of the regions a coverage speaks of.
type CoverageExtent string

const (
	// ExtentComplete: the whole list is loaded; who is not on it is not designated.
	ExtentComplete CoverageExtent = "COMPLETE"
	// ExtentNone: there is no such area there, so that nobody is designated.
	ExtentNone CoverageExtent = "NONE"
	// ExtentPartial: some names are loaded; silence is not a no.
	ExtentPartial CoverageExtent = "PARTIAL"
)

// DesignationCoverage tells which designations of a kind are loaded.
type DesignationCoverage struct {
	Kind DesignationKind `json:"kind"`
	// Province whose regions (and itself) are covered; empty for the whole country.
	Province RegionCode `json:"province,omitempty"`
	// RegionKinds are the kinds of regions covered; empty for all.
	RegionKinds []RegionKind   `json:"regionKinds,omitempty"`
	Extent      CoverageExtent `json:"extent"`
	From        *PartialDate   `json:"from,omitempty"`
	To          *Date          `json:"to,omitempty"`
	Regulation  string         `json:"regulation,omitempty"`
	Confidence  Confidence     `json:"confidence"`
	Note        string         `json:"note"`
	NoteID      string         `json:"noteId,omitempty"`
	Sources     []SourceID     `json:"sources"`
}

// Noted returns the note in both languages.
func (c *DesignationCoverage) Noted() Text { return Text{c.Note, c.NoteID} }

// InForceFrom is the first day the coverage speaks of, nil where it is open. A
// date known only to the year counts from that year's end, as for a designation;
// a partial coverage, which denies nothing, counts from the year's beginning.
func (c *DesignationCoverage) InForceFrom() *Date {
	if c.From == nil {
		return nil
	}
	day := c.From.Last()
	if c.Extent == ExtentPartial {
		day = c.From.First
	}
	return &day
}

// Applies reports whether the coverage speaks of a kind of region and a day, in the
// province the region stands in (the region itself where it is one).
func (c *DesignationCoverage) Applies(of RegionKind, province RegionCode, day Date) bool {
	from := c.InForceFrom()
	return (c.Province == "" || c.Province == province) &&
		(len(c.RegionKinds) == 0 || slices.Contains(c.RegionKinds, of)) &&
		(from == nil || *from <= day) && (c.To == nil || day <= *c.To)
}

// Answer is the answer to whether a region is affirmative.
type Answer string

const (
	Yes        Answer = "YES"
	No         Answer = "NO"
	NotCovered Answer = "NOT_COVERED"
)

// Truth returns the answer as a value of three-valued logic.
func (a Answer) Truth() Truth {
	switch a {
	case Yes:
		return True
	case No:
		return False
	}
	return Unknown
}

// AffirmativeStatus is the answer for one kind, with its evidence.
type AffirmativeStatus struct {
	Kind   DesignationKind
	Answer Answer
	// Confidence is empty when not covered.
	Confidence   Confidence
	Designations []*Designation
	Coverage     []*DesignationCoverage
}

// Affirmative is the answer over all kinds on a day.
type Affirmative struct {
	AsOf       Date
	Answer     Answer
	Confidence Confidence
	// Kinds holds one status of each kind, in the order of DesignationKinds.
	Kinds []AffirmativeStatus
}

// Of returns the status of one kind.
func (a *Affirmative) Of(kind DesignationKind) *AffirmativeStatus {
	for i := range a.Kinds {
		if a.Kinds[i].Kind == kind {
			return &a.Kinds[i]
		}
	}
	return &AffirmativeStatus{Kind: kind, Answer: NotCovered}
}

// JudgeKind answers for one kind: YES when a designation is in force, NO when a
// complete coverage (or one that knows of no such area) applies and none is,
// else NOT_COVERED. of is what the region is by law; designations are its own, of
// any kind; province is the one it stands in on the day, or itself.
func JudgeKind(kind DesignationKind, day Date, of RegionKind, province RegionCode, designations []*Designation, coverage []*DesignationCoverage) AffirmativeStatus {
	status := AffirmativeStatus{Kind: kind, Answer: NotCovered}
	for _, d := range designations {
		if d.Kind == kind && d.InForce(day) {
			status.Answer = Yes
			status.Designations = append(status.Designations, d)
			if d.Confidence.rank() > status.Confidence.rank() {
				status.Confidence = d.Confidence
			}
		}
	}
	for _, c := range coverage {
		if c.Kind != kind || !c.Applies(of, province, day) {
			continue
		}
		status.Coverage = append(status.Coverage, c)
		if status.Answer != Yes && c.Extent != ExtentPartial {
			status.Answer = No
			if c.Confidence.rank() > status.Confidence.rank() {
				status.Confidence = c.Confidence
			}
		}
	}
	return status
}

// AnswerKind returns the answer of JudgeKind without its evidence.
func AnswerKind(kind DesignationKind, day Date, of RegionKind, province RegionCode, designations []*Designation, coverage []*DesignationCoverage) Answer {
	for _, d := range designations {
		if d.Kind == kind && d.InForce(day) {
			return Yes
		}
	}
	for _, c := range coverage {
		if c.Kind == kind && c.Extent != ExtentPartial && c.Applies(of, province, day) {
			return No
		}
	}
	return NotCovered
}

// Judge answers over all kinds: YES if any kind is, NO only if every kind is
// covered and none is, else NOT_COVERED. A yes is as sure as its surest kind, a
// no as its least sure.
func Judge(day Date, of RegionKind, province RegionCode, designations []*Designation, coverage []*DesignationCoverage) Affirmative {
	all := Affirmative{AsOf: day, Kinds: make([]AffirmativeStatus, 0, len(DesignationKinds))}
	for _, kind := range DesignationKinds {
		all.Kinds = append(all.Kinds, JudgeKind(kind, day, of, province, designations, coverage))
	}
	all.Answer, all.Confidence = AnyOf(all.Kinds)
	return all
}

// AnyOf answers for several statuses together, of the kinds of one region or of
// one kind in several regions, by the rule of Judge. For none at all it is
// NOT_COVERED.
func AnyOf(statuses []AffirmativeStatus) (Answer, Confidence) {
	if len(statuses) == 0 {
		return NotCovered, ""
	}
	answer, confidence := No, Confidence("")
	for _, status := range statuses {
		switch {
		case status.Answer == Yes:
			if answer != Yes || status.Confidence.rank() > confidence.rank() {
				confidence = status.Confidence
			}
			answer = Yes
		case answer == Yes:
		case status.Answer == NotCovered:
			answer, confidence = NotCovered, ""
		case answer == No:
			if confidence == "" || status.Confidence.rank() < confidence.rank() {
				confidence = status.Confidence
			}
		}
	}
	return answer, confidence
}

// Reason tells an answer in one sentence.
func (s *AffirmativeStatus) Reason(day Date) Message {
	switch s.Answer {
	case Yes:
		var names Joined
		for _, d := range s.Designations {
			names = append(names, d.Regulation)
		}
		return Say(MessageDesignated, names, day)
	case No:
		for _, c := range s.Coverage {
			if c.Extent != ExtentPartial {
				return Say(MessageSentence, c.Noted())
			}
		}
	}
	for _, c := range s.Coverage {
		return Say(MessageSentence, c.Noted())
	}
	return Say(MessageNoList, day)
}

// Sources returns where the answer was read: its designations' sources for a yes,
// else those of the coverage that applies.
func (s *AffirmativeStatus) Sources() []SourceID {
	var out []SourceID
	add := func(ids []SourceID) {
		for _, id := range ids {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	if s.Answer == Yes {
		for _, d := range s.Designations {
			add(d.Sources)
		}
		return out
	}
	for _, c := range s.Coverage {
		if s.Answer == NotCovered || c.Extent != ExtentPartial {
			add(c.Sources)
		}
	}
	return out
}
