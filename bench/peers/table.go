package main

import (
	"fmt"
	"io"
	"time"
)

// row is one comparison.
type row struct {
	work string
	// sentra and peer are the figures with their units; against is the name of the peer.
	sentra, against, peer string
	// ratio is how many times better Sentra is, 0 if there is no peer.
	ratio float64
	// bar is the target, empty for a figure without one.
	bar   string
	holds bool
}

// table is the whole comparison.
type table struct {
	rows  []row
	notes []string
}

func (t *table) add(r row) { t.rows = append(t.rows, r) }

// faster adds a row of two times with the minimum ratio; 0 for no target.
func (t *table) faster(work string, sentra time.Duration, note, against string, peer time.Duration, least float64) {
	r := row{work: work, sentra: short(sentra) + note, against: against, peer: short(peer), ratio: peer.Seconds() / sentra.Seconds()}
	if least > 0 {
		r.bar, r.holds = fmt.Sprintf("≥ %g×", least), r.ratio >= least
	}
	t.add(r)
}

// under adds a row of two times with a maximum time for Sentra.
func (t *table) under(work string, sentra time.Duration, note, against string, peer, most time.Duration) {
	r := row{work: work, sentra: short(sentra) + note, against: against, bar: "< " + short(most), holds: sentra < most}
	if peer > 0 {
		r.peer, r.ratio = short(peer), peer.Seconds()/sentra.Seconds()
	}
	t.add(r)
}

// bare adds a row without a peer, with or without a target.
func (t *table) bare(work, sentra, bar string, holds bool) {
	t.add(row{work: work, sentra: sentra, bar: bar, holds: holds})
}

// note adds a sentence below the table.
func (t *table) note(format string, arguments ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, arguments...))
}

func (t *table) print(out io.Writer) {
	fmt.Fprint(out, "| work | Sentra | peer | its figure | ratio | bar | |\n| --- | ---: | --- | ---: | ---: | --- | --- |\n")
	for _, r := range t.rows {
		ratio, verdict := "", ""
		if r.ratio > 0 {
			ratio = fmt.Sprintf("%.3g×", r.ratio)
			if r.ratio >= 1000 {
				ratio = fmt.Sprintf("%.0f×", r.ratio)
			}
		}
		if r.bar != "" {
			verdict = "**does not hold**"
			if r.holds {
				verdict = "holds"
			}
		}
		fmt.Fprintf(out, "| %s | %s | %s | %s | %s | %s | %s |\n", r.work, r.sentra, r.against, r.peer, ratio, r.bar, verdict)
	}
	fmt.Fprintln(out)
	for _, note := range t.notes {
		fmt.Fprintf(out, "- %s\n", note)
	}
}

// short formats a time with three digits.
func short(d time.Duration) string {
	switch ns := float64(d.Nanoseconds()); {
	case ns < 1e3:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e6:
		return fmt.Sprintf("%.3g µs", ns/1e3)
	case ns < 1e9:
		return fmt.Sprintf("%.3g ms", ns/1e6)
	default:
		return fmt.Sprintf("%.3g s", ns/1e9)
	}
}
