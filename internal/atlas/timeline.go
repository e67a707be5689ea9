package atlas

import (
	"cmp"
	"slices"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// span is a span of days, up to the next span, on which the designation statuses of a
// region do not change. Filters need only these statuses; evidence is computed on
// request.
type span struct {
	from sentra.Date
	// answers are in the order of sentra.DesignationKinds.
	answers [len(sentra.DesignationKinds)]sentra.Truth
}

// StatusSpan is a span of days on which the designation statuses of a region do not
// change.
type StatusSpan struct {
	From sentra.Date
	// To is the last day, nil for the last span.
	To *sentra.Date
	// Kinds is in the order of sentra.DesignationKinds; Affirmative is the status for
	// any kind.
	Kinds       [len(sentra.DesignationKinds)]sentra.Truth
	Affirmative sentra.Truth
}

// StatusSpans returns the designation statuses of a region from the first day of the
// record on, in contiguous spans.
func (a *Atlas) StatusSpans(code sentra.RegionCode) []StatusSpan {
	spans := a.spans[code]
	out := make([]StatusSpan, len(spans))
	for i, s := range spans {
		out[i] = StatusSpan{From: s.from, Kinds: s.answers, Affirmative: a.on(s.from).affirmative(code)}
		if i+1 < len(spans) {
			last := spans[i+1].from - 1
			out[i].To = &last
		}
	}
	return out
}

// timelines computes the spans of every region.
func (a *Atlas) timelines() map[sentra.RegionCode][]span {
	out := make(map[sentra.RegionCode][]span, len(a.regions))
	for code, r := range a.regions {
		var days sentra.ChangeDays
		for _, m := range a.memberships[code] {
			days.NotePeriod(m.Validity)
		}
		for _, d := range a.designations[code] {
			from := d.InForceFrom()
			days.Note(&from, d.To)
		}
		for _, c := range a.coverage {
			days.Note(c.InForceFrom(), c.To)
		}
		var spans []span
		for _, day := range days.Days() {
			s := span{from: day}
			province := a.on(day).Province(code)
			for i, kind := range sentra.DesignationKinds {
				s.answers[i] = sentra.AnswerKind(kind, day, r.Kind, province, a.designations[code], a.coverage).Truth()
			}
			if len(spans) == 0 || spans[len(spans)-1].answers != s.answers {
				spans = append(spans, s)
			}
		}
		out[code] = spans
	}
	return out
}

// designated reports whether a region has a designation of a kind in force on the
// day, or unknown if no loaded list says.
func (a View) designated(code sentra.RegionCode, kind sentra.DesignationKind) sentra.Truth {
	return a.answers(code)[slices.Index(sentra.DesignationKinds[:], kind)]
}

// affirmative reports whether a region has one of any kind.
func (a View) affirmative(code sentra.RegionCode) sentra.Truth {
	any := sentra.False
	for _, truth := range a.answers(code) {
		any = any.Or(truth)
	}
	return any
}

func (a View) answers(code sentra.RegionCode) [len(sentra.DesignationKinds)]sentra.Truth {
	spans := a.spans[code]
	at, found := slices.BinarySearchFunc(spans, a.Day, func(s span, day sentra.Date) int { return cmp.Compare(s.from, day) })
	if !found {
		at--
	}
	if at < 0 {
		return [len(sentra.DesignationKinds)]sentra.Truth{sentra.Unknown, sentra.Unknown}
	}
	return spans[at].answers
}
