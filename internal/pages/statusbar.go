package pages

import (
	"fmt"
	"strconv"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// statusBar is the affirmative status over the years as bars, with a lane for each
// kind. Horizontal positions are in percent, so that letters keep their size at any
// width.
type statusBar struct {
	Title, Description string
	Height             int
	Lanes              []barLane
	Ticks              []barTick
	// Day is the position of the page's day, empty if it is outside the bar.
	Day string
	// Bar, TickEnd and YearLine are the vertical ends of the lanes, the ticks and the
	// years.
	Bar, TickEnd, YearLine int
	// ID makes ids unique among two bars of one page.
	ID string
}

type barLane struct {
	Name     string
	Y        int
	Segments []barSegment
}

type barSegment struct{ X, Width, Class, Title string }

type barTick struct {
	X, Text string
	// Minor ticks have no text on a narrow screen.
	Minor bool
}

const laneHeight, laneGap = 18, 28

// statusBar shows the spans of a region from the beginning of the record to today.
func (f *frame) statusBar(spans []atlas.StatusSpan) *statusBar {
	first, last := sentra.FirstDay, max(f.Today, sentra.FirstDay+1)
	b := &statusBar{Title: f.T("bar.title", f.Date(first), f.Date(last))}
	percent := func(day sentra.Date) float64 { return 100 * float64(day-first) / float64(last-first) }
	write := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }
	for i, kind := range sentra.DesignationKinds {
		lane := barLane{Name: f.T(string(kind)), Y: 18 + i*(laneHeight+laneGap)}
		for at := 0; at < len(spans); {
			end := at + 1
			// Merge spans with the same status of this kind.
			for end < len(spans) && spans[end].Kinds[i] == spans[at].Kinds[i] {
				end++
			}
			from, to, until := spans[at].From, last, last
			if ends := spans[end-1].To; ends != nil && *ends < last {
				to, until = *ends+1, *ends
			}
			answer := answerOf(spans[at].Kinds[i])
			class := classOf(answer)
			if answer == sentra.Yes {
				class = map[sentra.DesignationKind]string{sentra.Disadvantaged: "disadvantaged", sentra.Border: "border"}[kind]
			}
			said := f.T("bar.segment", lane.Name, f.T(string(answer)), f.Lang.period(f.Date(from), f.Date(until)))
			lane.Segments = append(lane.Segments, barSegment{X: write(percent(from)), Width: write(percent(to) - percent(from)), Class: class, Title: said})
			if b.Description != "" {
				b.Description += " "
			}
			b.Description += said + "."
			at = end
		}
		b.Lanes = append(b.Lanes, lane)
	}
	b.Bar = 18 + len(b.Lanes)*(laneHeight+laneGap) - laneGap
	b.TickEnd, b.YearLine, b.Height = b.Bar+6, b.Bar+20, b.Bar+26
	for year := first.Time().Year() + 1; year <= last.Time().Year(); year++ {
		b.Ticks = append(b.Ticks, barTick{X: write(percent(sentra.DateOf(year, 1, 1))), Text: fmt.Sprint(year), Minor: year%2 == 1})
	}
	if f.Day >= first && f.Day <= last {
		b.Day = write(percent(f.Day))
	}
	return b
}
