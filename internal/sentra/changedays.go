package sentra

import "slices"

// ChangeDays are the days on which something changes; the zero value has none.
type ChangeDays struct{ days []Date }

// Note notes what holds from one day, nil for ever before, to another, nil for ever
// after.
func (c *ChangeDays) Note(from, to *Date) {
	if from != nil {
		c.days = append(c.days, *from)
	}
	if to != nil {
		c.days = append(c.days, *to+1)
	}
}

// NotePeriod is Note for a period.
func (c *ChangeDays) NotePeriod(p Period) { c.Note(p.From, p.To) }

// Days returns FirstDay and the days behind it on which something changes, upwards.
func (c *ChangeDays) Days() []Date {
	days := append([]Date{FirstDay}, c.days...)
	slices.Sort(days)
	days = slices.Compact(days)
	first, _ := slices.BinarySearch(days, FirstDay)
	return days[first:]
}

// Periods cuts time from FirstDay on into periods in which nothing changes, the last
// of which has no end.
func (c *ChangeDays) Periods() []Period {
	days := c.Days()
	out := make([]Period, len(days))
	for i := range days {
		out[i].From = &days[i]
		if i+1 < len(days) {
			last := days[i+1] - 1
			out[i].To = &last
		}
	}
	return out
}
