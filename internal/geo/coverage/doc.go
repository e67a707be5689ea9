// Package coverage builds one planar coverage from region shapes that were drawn
// independently, so that neighbours share their border exactly.
//
// Build works on a grid of a millionth of a degree (0.11 m), where every
// geometric test is exact in 64-bit integers:
//
//  1. vertices closer than half of Options.ToleranceMetres are merged, and a
//     vertex that near to an edge is inserted into it;
//  2. edges that cross are cut where they cross, until none cross;
//  3. the cells between the edges are labelled with the faces that cover them.
//     A cell that several faces claim (an overlap) goes to the smallest of them,
//     so that an enclave survives a surrounding face that forgot its hole. A
//     narrow cell that none claims but that faces enclose (a gap) goes to the
//     face with which it has the longest border;
//  4. edges with the same face on both sides are dropped, and the others are
//     chained into arcs. Each arc is stored once, with the face on either side.
//
// # Simplification
//
// The arcs are simplified once for all levels. Vertices are removed one by one,
// the one with the least deviation first, and each records the tolerance from which
// it is gone. Levels are therefore nested, and the level of any tolerance can be
// read off directly. The deviation of a vertex is the largest distance of the full
// line between its two neighbours from the straight edge that would replace it, so
// that no level deviates from the full line by more than its tolerance. A vertex is
// removed only if the triangle of it and its two neighbours contains no other
// vertex of the whole coverage and the new edge does not exist yet. Removing it
// then cannot make borders cross or touch, nor put an island on the wrong side of a
// coast, so every level is a planar coverage like the full one. The simplifiers of
// orb (Douglas and Peucker, Visvalingam) see one line at a time and cannot
// guarantee that. Compared with Douglas and Peucker on each region, this one keeps
// 21 percent more positions at zoom 4, 9 at zoom 6 and 8 at zoom 10.
//
// Islands and lakes are removed as a whole, when their area is less than the square
// of the tolerance. The largest part of a face and parts in which two faces meet
// always stay, so that no region and no union of regions vanishes.
//
// # What the defaults do to the real boundaries
//
// The 514 regencies and cities of the pinned source have 128,405 distinct edges,
// of which 12,659 are used twice: every region was simplified on its own, each
// border to within some 280 m. Without snapping there are 3,736 gaps between
// neighbours, 1,110.6 square kilometres in all, and 4,275 overlaps of 7,306.7.
// Snapping hardly changes that, but loses small islands (parts of regions after
// Build):
//
//	tolerance   gaps, km2       overlaps, km2   shared edges   parts
//	     none   3,736 1,110.6   4,275 7,306.7   24,093         18,709
//	      1 m   3,728 1,110.6   4,267 7,306.7   24,071         18,706
//	      5 m   3,688 1,110.6   4,201 7,306.6   23,998         18,671
//	     20 m   3,469 1,108.7   3,951 7,305.3   23,719         17,734
//	    100 m   2,754 1,084.4   3,132 7,284.5   22,849         10,511
//
// Hence DefaultToleranceMetres is 1, which only removes differences in the last
// decimals, and the cells do the rest: after Build no gap and no overlap is left.
// Overlaps go to the smaller face: regencies drawn without a hole for the city
// within them (Kediri, Bogor, Magelang) get one, and Sorong (96.01), drawn with
// the area of Tambrauw (96.04), shrinks from 12,869 km2 to 7,424.
//
// Gaps between faces are up to 350 m wide (twice the area divided by the
// perimeter). A few wider ones, 525 m to 8 km, are waters or holes of the source.
// DefaultGapMetres of 400 separates the two.
//
// Coordinates are lon, lat in degrees (WGS 84); lengths and areas are measured on
// the sphere of orb.EarthRadius.
package coverage
