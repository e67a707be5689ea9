package coverage

import (
	"fmt"
	"strings"
)

// largestPairs is how many pairs of overlapping faces a report names.
const largestPairs = 10

// Areas counts pieces of the plane.
type Areas struct {
	Count int
	Km2   float64
}

func (a *Areas) add(squareMetres float64) {
	a.Count++
	a.Km2 += squareMetres / 1e6
}

// Overlap is an area that two faces both claim.
type Overlap struct {
	Code, Other string
	Km2         float64
}

// Change is a count before Build and after it.
type Change struct{ Before, After int }

// Report is what Build found and changed.
type Report struct {
	Faces, Arcs int
	// Edges counts distinct edges. SharedEdges counts edges with a face on both sides,
	// and before Build edges that two rings use.
	Edges, SharedEdges Change
	// Gaps and Overlaps are those found between faces after snapping. Each was assigned
	// to one face, so that none is left.
	Gaps, Overlaps Areas
	// OverlapPairs are the largest overlaps, largest first.
	OverlapPairs []Overlap
	// Waters are areas without a face that faces enclose and that are not gaps, because
	// they are wide or within one face. They are not changed.
	Waters Areas
	// RingsDropped counts rings with fewer than three positions on the grid.
	RingsDropped int
	// Covered has the codes of faces that are left without an area, because smaller
	// faces cover them completely or they have none on the grid.
	Covered []string
}

// String formats the report in a few lines.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "borders: %d of %d edges shared between %d regions, %d of %d before; %d arcs\n",
		r.SharedEdges.After, r.Edges.After, r.Faces, r.SharedEdges.Before, r.Edges.Before, r.Arcs)
	fmt.Fprintf(&b, "gaps between neighbours: %d of %.1f km2 before, none after; %d waters of %.1f km2 stay open\n",
		r.Gaps.Count, r.Gaps.Km2, r.Waters.Count, r.Waters.Km2)
	fmt.Fprintf(&b, "overlaps of neighbours: %d of %.1f km2 before, none after", r.Overlaps.Count, r.Overlaps.Km2)
	for i, o := range r.OverlapPairs[:min(3, len(r.OverlapPairs))] {
		lead := "; "
		if i == 0 {
			lead = "; the largest: "
		}
		fmt.Fprintf(&b, "%s%s with %s %.1f km2", lead, o.Code, o.Other, o.Km2)
	}
	if len(r.Covered) > 0 {
		fmt.Fprintf(&b, "\nleft without an area: %s", strings.Join(r.Covered, ", "))
	}
	return b.String()
}
