package atlas

import (
	"math"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// View is an atlas on one day, to which the results of all its methods apply.
type View struct {
	*Atlas
	Day sentra.Date
	*epoch
}

// epoch is a span of days, up to the next epoch, on which boundaries do not change.
type epoch struct {
	from       sentra.Date
	generation *generation
	// geometry is nil if no boundary is loaded.
	geometry *geometry
}

// On returns the view of a day. A day before the record begins is a BAD_USER_INPUT
// without a path, because an empty list would be wrong.
func (a *Atlas) On(day sentra.Date) (View, error) {
	if day < sentra.FirstDay {
		return View{}, sentra.BadInput("", "%s lies before the record: regions are known from %s on", day, sentra.FirstDay)
	}
	return a.on(day), nil
}

// on returns the view of a day that the record contains. It has no epoch until
// cutEpochs has run.
func (a *Atlas) on(day sentra.Date) View {
	view := View{Atlas: a, Day: day}
	for at := len(a.epochs) - 1; at >= 0 && view.epoch == nil; at-- {
		if a.epochs[at].from <= day {
			view.epoch = a.epochs[at]
		}
	}
	return view
}

// cutEpochs merges the spans of generations and geometries into epochs.
func (a *Atlas) cutEpochs() []*epoch {
	var days sentra.ChangeDays
	for _, g := range a.generations {
		days.Note(&g.from, nil)
	}
	for _, g := range a.geometries {
		days.NotePeriod(g.validity)
	}
	// Before the record begins there is no coverage.
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
