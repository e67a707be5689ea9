package sentra

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	for _, c := range []struct {
		text, first, last string
		precision         Precision
	}{
		{"2015", "2015-01-01", "2015-12-31", PrecisionYear},
		{"2016-02", "2016-02-01", "2016-02-29", PrecisionMonth},
		{"2017-12-25", "2017-12-25", "2017-12-25", PrecisionDay},
	} {
		d, err := ParsePartialDate(c.text)
		if err != nil || d.First.String() != c.first || d.Last().String() != c.last || d.Precision != c.precision || d.String() != c.text {
			t.Errorf("%s: %+v, %v", c.text, d, err)
		}
	}
	for _, wrong := range []string{"", "2017-02-30", "25-12-2017", "2017-1-1", "0", "2017-12-25T00:00:00Z", strings.Repeat("2017", 1000)} {
		if _, err := ParseDate(wrong); ErrorCode(err) != CodeBadUserInput || len(err.Error()) > 200 {
			t.Errorf("%q: got %v", wrong, err)
		}
	}
	// 18:00 UTC is already the next day in Jakarta.
	if got := Today(time.Date(2022, 7, 24, 18, 0, 0, 0, time.UTC)); got.String() != "2022-07-25" {
		t.Errorf("today in Jakarta: %s", got)
	}
}

func TestKleeneLogic(t *testing.T) {
	for _, c := range []struct{ a, b, and, or Truth }{
		{True, True, True, True}, {True, Unknown, Unknown, True}, {True, False, False, True},
		{Unknown, Unknown, Unknown, Unknown}, {Unknown, False, False, Unknown}, {False, False, False, False},
	} {
		if c.a.And(c.b) != c.and || c.b.And(c.a) != c.and || c.a.Or(c.b) != c.or || c.b.Or(c.a) != c.or {
			t.Errorf("%d, %d", c.a, c.b)
		}
	}
	if Unknown.Not() != Unknown || True.Not() != False {
		t.Error("not")
	}
}

func TestJudge(t *testing.T) {
	day := func(text string) PartialDate {
		d, err := ParsePartialDate(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	from, end := day("2015"), MustDate("2024-12-31")
	coverage := []*DesignationCoverage{
		{Kind: Disadvantaged, Extent: ExtentComplete, To: &end, Confidence: Listed},
		{Kind: Disadvantaged, RegionKinds: []RegionKind{KindCity}, Extent: ExtentNone, Confidence: Inferred},
		{Kind: Border, Province: "61", Extent: ExtentComplete, From: &from, Confidence: Listed},
		{Kind: Border, Province: "33", Extent: ExtentNone, Confidence: Inferred},
		{Kind: Border, Province: "12", Extent: ExtentPartial, Confidence: Partial},
	}
	border := []*Designation{{Kind: Border, From: from, Confidence: Partial}}
	for _, c := range []struct {
		name         string
		day          string
		kind         RegionKind
		province     RegionCode
		designations []*Designation
		answer       Answer
		confidence   Confidence
	}{
		{"every kind covered", "2016-01-01", KindRegency, "61", nil, No, Listed},
		{"as sure as the least sure kind", "2016-01-01", KindRegency, "33", nil, No, Inferred},
		{"part of a list is no no", "2016-01-01", KindRegency, "12", nil, NotCovered, ""},
		{"within the decree's year", "2015-06-01", KindRegency, "61", nil, NotCovered, ""},
		{"designated", "2016-01-01", KindRegency, "12", border, Yes, Partial},
		{"designated, within the decree's year", "2015-12-30", KindRegency, "12", border, NotCovered, ""},
		{"designated, on the year's last day", "2015-12-31", KindRegency, "12", border, Yes, Partial},
		{"a city, in force of a whole list", "2024-12-31", KindCity, "61", nil, No, Listed},
		{"a city, by the law's scope", "2025-01-01", KindCity, "61", nil, No, Inferred},
		{"a regency, after the list", "2025-01-01", KindRegency, "61", nil, NotCovered, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Judge(MustDate(c.day), c.kind, c.province, c.designations, coverage)
			if got.Answer != c.answer || got.Confidence != c.confidence {
				t.Errorf("got %s (%s), want %s (%s)", got.Answer, got.Confidence, c.answer, c.confidence)
			}
		})
	}
}

func FuzzDates(f *testing.F) {
	f.Add("2017-12-25")
	f.Add("2017")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := ParsePartialDate(text); err == nil && d.String() != text {
			t.Errorf("%q reads back as %q", text, d)
		}
	})
}

func TestAnyOf(t *testing.T) {
	yes := func(c Confidence) AffirmativeStatus { return AffirmativeStatus{Answer: Yes, Confidence: c} }
	no := func(c Confidence) AffirmativeStatus { return AffirmativeStatus{Answer: No, Confidence: c} }
	open := AffirmativeStatus{Answer: NotCovered}
	for _, c := range []struct {
		statuses   []AffirmativeStatus
		answer     Answer
		confidence Confidence
	}{
		{nil, NotCovered, ""},
		{[]AffirmativeStatus{no(Listed), no(Inferred)}, No, Inferred},
		{[]AffirmativeStatus{no(Listed), open, no(Listed)}, NotCovered, ""},
		{[]AffirmativeStatus{open, yes(Partial), no(Listed)}, Yes, Partial},
		{[]AffirmativeStatus{yes(Partial), yes(Listed), open}, Yes, Listed},
	} {
		if answer, confidence := AnyOf(c.statuses); answer != c.answer || confidence != c.confidence {
			t.Errorf("%+v: %s, %s", c.statuses, answer, confidence)
		}
	}
}

// A YES cites the designations, a NO the coverage, and an open answer the coverage
// that leaves it open.
func TestSourcesOfAnAnswer(t *testing.T) {
	designations := []*Designation{{Sources: []SourceID{"a", "b"}}, {Sources: []SourceID{"b", "c"}}}
	coverage := []*DesignationCoverage{{Extent: ExtentPartial, Sources: []SourceID{"p"}}, {Extent: ExtentComplete, Sources: []SourceID{"q"}}}
	for _, c := range []struct {
		status AffirmativeStatus
		want   []SourceID
	}{
		{AffirmativeStatus{Answer: Yes, Designations: designations, Coverage: coverage}, []SourceID{"a", "b", "c"}},
		{AffirmativeStatus{Answer: No, Coverage: coverage}, []SourceID{"q"}},
		{AffirmativeStatus{Answer: NotCovered, Coverage: coverage[:1]}, []SourceID{"p"}},
		{AffirmativeStatus{Answer: NotCovered}, nil},
	} {
		if got := c.status.Sources(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: got %v, want %v", c.status, got, c.want)
		}
	}
}

func TestTally(t *testing.T) {
	for _, c := range []struct {
		tally        Tally
		count, share ChoroplethStatus
		value, part  float64
	}{
		{Tally{}, StatusZero, StatusNoData, 0, 0},
		{Tally{Open: 2}, StatusNoData, StatusNoData, 0, 0},
		{Tally{Counted: 4}, StatusValue, StatusZero, 4, 0},
		{Tally{Counted: 4, Having: 1}, StatusValue, StatusValue, 4, 0.25},
		{Tally{Counted: 4, Having: 1, Open: 1}, StatusValue, StatusNoData, 4, 0},
	} {
		count, share := c.tally.Count(), c.tally.Share()
		if count.Status != c.count || share.Status != c.share || count.NotCovered != c.tally.Open || share.NotCovered != c.tally.Open {
			t.Errorf("%+v: %+v, %+v", c.tally, count, share)
		}
		if (count.Value == nil) != (c.count == StatusNoData) || count.Value != nil && *count.Value != c.value {
			t.Errorf("%+v: count %v", c.tally, count.Value)
		}
		if (share.Value == nil) != (c.share == StatusNoData) || share.Value != nil && *share.Value != c.part {
			t.Errorf("%+v: share %v", c.tally, share.Value)
		}
	}
}
