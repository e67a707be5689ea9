package sentra

import "time"

// Date is a civil day, counted from 1970-01-01. It has no time of day and no
// zone, so that two days compare with < and ==.
type Date int32

// jakarta is Western Indonesian Time (WIB), the zone of the regulations.
var jakarta = time.FixedZone("WIB", 7*60*60)

// DateOf returns the date of a year, month and day, normalised like time.Date.
func DateOf(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Today returns the current day in Jakarta at the time now.
func Today(now time.Time) Date {
	year, month, day := now.In(jakarta).Date()
	return DateOf(year, month, day)
}

// DayEnd returns the time at which the current day in Jakarta ends.
func DayEnd(now time.Time) time.Time {
	year, month, day := now.In(jakarta).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, jakarta)
}

// ParseDate reads "2017-12-25". The error is a BAD_USER_INPUT without a path.
func ParseDate(text string) (Date, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, BadInput("", "%.40q is not a date; write YYYY-MM-DD, for example 2017-12-25", text)
	}
	return Date(t.Unix() / 86400), nil
}

// MustDate is ParseDate for literals in code; it panics if the text is invalid.
func MustDate(text string) Date {
	d, err := ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// Time returns midnight UTC of the day.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String returns "2017-12-25".
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText returns "2017-12-25".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2017-12-25".
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Period is a span of days, both ends inclusive. A nil From or To means that the
// beginning or end is not known.
type Period struct {
	From *Date `json:"from,omitempty"`
	To   *Date `json:"to,omitempty"`
}

// Contains reports whether the day is in the period.
func (p Period) Contains(day Date) bool {
	return (p.From == nil || *p.From <= day) && (p.To == nil || day <= *p.To)
}

// Overlaps reports whether some day is in both periods.
func (p Period) Overlaps(q Period) bool {
	return (p.From == nil || q.To == nil || *p.From <= *q.To) && (q.From == nil || p.To == nil || *q.From <= *p.To)
}

// Precision is how exactly the date of a source is known.
type Precision string

const (
	PrecisionDay   Precision = "DAY"
	PrecisionMonth Precision = "MONTH"
	PrecisionYear  Precision = "YEAR"
)

// PartialDate is a date as given by a source: a day, a month or only a year.
type PartialDate struct {
	// First is the first day it may mean.
	First     Date
	Precision Precision
}

// ParsePartialDate reads "2017-12-25", "2017-12" or "2017".
func ParsePartialDate(text string) (PartialDate, error) {
	for _, form := range []struct {
		layout    string
		precision Precision
	}{{time.DateOnly, PrecisionDay}, {"2006-01", PrecisionMonth}, {"2006", PrecisionYear}} {
		if t, err := time.Parse(form.layout, text); err == nil {
			return PartialDate{First: DateOf(t.Date()), Precision: form.precision}, nil
		}
	}
	return PartialDate{}, BadInput("", "%.40q is not a date; write YYYY, YYYY-MM or YYYY-MM-DD", text)
}

// Last is the last day it may mean: the end of the year or month.
func (p PartialDate) Last() Date {
	t := p.First.Time()
	switch p.Precision {
	case PrecisionYear:
		return DateOf(t.Year(), time.December, 31)
	case PrecisionMonth:
		return DateOf(t.Year(), t.Month()+1, 0)
	}
	return p.First
}

// String returns the date with the precision of the source.
func (p PartialDate) String() string {
	switch p.Precision {
	case PrecisionYear:
		return p.First.Time().Format("2006")
	case PrecisionMonth:
		return p.First.Time().Format("2006-01")
	}
	return p.First.String()
}

// MarshalText returns the form of String.
func (p PartialDate) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads "2017-12-25", "2017-12" or "2017".
func (p *PartialDate) UnmarshalText(text []byte) error {
	parsed, err := ParsePartialDate(string(text))
	if err != nil {
		return err
	}
	*p = parsed
	return nil
}
