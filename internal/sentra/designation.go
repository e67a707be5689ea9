package sentra

import "slices"

// DesignationKind is the kind of an affirmative designation.
type DesignationKind string

const (
	// Disadvantaged is a daerah tertinggal.
	Disadvantaged DesignationKind = "DISADVANTAGED"
	// Border is a kawasan perbatasan negara.
	Border DesignationKind = "BORDER"
)

// DesignationKinds lists every kind in display order.
var DesignationKinds = [...]DesignationKind{Disadvantaged, Border}

// Confidence is how a fact is known.
type Confidence string

const (
	// Listed: read in a published list or in the text of an article.
	Listed Confidence = "LISTED"
	// Inferred: follows from totals, a later list or the law's own scope.
	Inferred Confidence = "INFERRED"
	// Partial: read in a text that is cut short or in a neighbouring article.
	Partial Confidence = "PARTIAL"
)

// rank orders confidences, the highest first.
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
	// Countries are the ISO 3166-1 codes of the countries across the border, if known.
	Countries []string   `json:"countries,omitempty"`
	Sources   []SourceID `json:"sources"`
}

// InForceFrom is the first day on which it is certainly in force: if only the year is
// known, the end of that year.
func (d *Designation) InForceFrom() Date { return d.From.Last() }

// InForce reports whether the designation is certainly in force on the day.
func (d *Designation) InForce(day Date) bool {
	return d.InForceFrom() <= day && (d.To == nil || day <= *d.To)
}

// CoverageExtent is how much is known about the regions of a coverage.
type CoverageExtent string

const (
	// ExtentComplete: the whole list is loaded; a region that is not on it is not
	// designated.
	ExtentComplete CoverageExtent = "COMPLETE"
	// ExtentNone: there is no such area, so that no region is designated.
	ExtentNone CoverageExtent = "NONE"
	// ExtentPartial: some names are loaded; a region that is not listed may be
	// designated.
	ExtentPartial CoverageExtent = "PARTIAL"
)

// DesignationCoverage records which designations of a kind are loaded.
type DesignationCoverage struct {
	Kind DesignationKind `json:"kind"`
	// Province that is covered with its regions; empty for the whole country.
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

// InForceFrom is the first day that the coverage applies to; nil if unbounded. If
// only the year is known, it is the end of that year, as for a designation. For a
// partial coverage, which excludes nothing, it is the beginning of the year.
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

// Applies reports whether the coverage applies to a kind of region on a day, in the
// province that the region is in (a province itself).
func (c *DesignationCoverage) Applies(of RegionKind, province RegionCode, day Date) bool {
	from := c.InForceFrom()
	return (c.Province == "" || c.Province == province) &&
		(len(c.RegionKinds) == 0 || slices.Contains(c.RegionKinds, of)) &&
		(from == nil || *from <= day) && (c.To == nil || day <= *c.To)
}

// Answer says whether a region is affirmative.
type Answer string

const (
	Yes        Answer = "YES"
	No         Answer = "NO"
	NotCovered Answer = "NOT_COVERED"
)

// Truth converts the answer to three-valued logic.
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
	// Confidence is empty if not covered.
	Confidence   Confidence
	Designations []*Designation
	Coverage     []*DesignationCoverage
}

// Affirmative is the answer for any kind on a day.
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

// JudgeKind answers for one kind: YES if a designation is in force, NO if a complete
// coverage (or one without such an area) applies and none is in force, else
// NOT_COVERED. of is the legal kind of the region; designations are those of the
// region, of any kind; province is the one it is in on the day, or itself.
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

// AnswerKind is JudgeKind without the evidence.
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

// Judge answers for any kind: YES if one is, NO only if every kind is covered and
// none is, else NOT_COVERED. A YES has the highest confidence of the kinds, a NO the
// lowest.
func Judge(day Date, of RegionKind, province RegionCode, designations []*Designation, coverage []*DesignationCoverage) Affirmative {
	all := Affirmative{AsOf: day, Kinds: make([]AffirmativeStatus, 0, len(DesignationKinds))}
	for _, kind := range DesignationKinds {
		all.Kinds = append(all.Kinds, JudgeKind(kind, day, of, province, designations, coverage))
	}
	all.Answer, all.Confidence = AnyOf(all.Kinds)
	return all
}

// AnyOf combines several statuses, of the kinds of one region or of one kind in
// several regions, by the rule of Judge. For none it is NOT_COVERED.
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

// Reason explains the answer in one sentence.
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

// Sources returns the sources of the answer: those of the designations for a YES,
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
