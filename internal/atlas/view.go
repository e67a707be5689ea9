package atlas

import (
	"math"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// View is an atlas on one day: what its methods answer holds on that day, which they
// do not take as an argument.
type View struct {
	*Atlas
	Day sentra.Date
	*epoch
}

// epoch is days, to the day before the next one's, on which boundaries stay the same.
type epoch struct {
	from       sentra.Date
	generation *generation
	// geometry is nil where no boundary is loaded.
	geometry *geometry
}

// On returns the view of a day. A day before the record begins is a BAD_USER_INPUT without
// a path: an empty list would be a false answer.
func (a *Atlas) On(day sentra.Date) (View, error) {
	if day < sentra.FirstDay {
		return View{}, sentra.BadInput("", "%s lies before the record: regions are known from %s on", day, sentra.FirstDay)
	}
	return a.on(day), nil
}

// on returns the view of a day of the record's own. It holds no epoch before these are cut.
func (a *Atlas) on(day sentra.Date) View {
	view := View{Atlas: a, Day: day}
	for at := len(a.epochs) - 1; at >= 0 && view.epoch == nil; at-- {
		if a.epochs[at].from <= day {
			view.epoch = a.epochs[at]
		}
	}
	return view
}

// cutEpochs returns the epochs of the generations and geometries.
func (a *Atlas) cutEpochs() []*epoch {
	var days sentra.ChangeDays
	for _, g := range a.generations {
		days.Note(&g.from, nil)
	}
	for _, g := range a.geometries {
		days.NotePeriod(g.validity)
	}
	// Before the record there is no coverage.
	out := []*epoch{{from: math.MinInt32, generation: a.generations[0]}}
	at := 0
	for _, day := range days.Days() {
		for at+1 < len(a.generations) && a.generations[at+1].from <= day {
			at++
		}
		out = append(out, &epoch{day, a.generations[at], a.geometryOf(day)})
	}
	return out
}
