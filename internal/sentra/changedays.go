package sentra

import "slices"

// ChangeDays collects the days on which something changes. The zero value is empty.
type ChangeDays struct{ days []Date }

// Note adds the first and the last day of a period; nil means unbounded.
func (c *ChangeDays) Note(from, to *Date) {
	if from != nil {
		c.days = append(c.days, *from)
	}
	if to != nil {
		c.days = append(c.days, *to+1)
	}
}

// NotePeriod is Note for a Period.
func (c *ChangeDays) NotePeriod(p Period) { c.Note(p.From, p.To) }

// Days returns FirstDay and the later days on which something changes, ascending.
func (c *ChangeDays) Days() []Date {
	days := append([]Date{FirstDay}, c.days...)
	slices.Sort(days)
	days = slices.Compact(days)
	first, _ := slices.BinarySearch(days, FirstDay)
	return days[first:]
}

// Periods divides the time from FirstDay on into periods in which nothing changes,
// the last of which is unbounded.
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
