// Package coverage makes one planar coverage out of region shapes that were
// drawn apart from each other, so that neighbours share their border exactly.
//
// Build works on a grid of a millionth of a degree (0.11 m), where every
// geometric test is exact in 64-bit integers:
//
//  1. vertices closer than half of Options.ToleranceMetres become one, and a
//     vertex as near to an edge is put into that edge;
//  2. edges that cross are cut where they cross, until none cross;
//  3. the cells between the edges are labelled with the faces that cover them.
//     A cell that several faces claim (an overlap) goes to the smallest of them,
//     so that an enclave survives a surrounding face that forgot its hole. A
//     narrow cell that none claims but that faces enclose (a gap) goes to the
//     face with which it has the longest border;
//  4. edges with the same face on both sides fall away, and what is left is
//     chained into arcs. Each arc is stored once, with the face on either side.
//
// # Simplification
//
// It is worked out on the arcs, once for all levels: vertices are taken away one
// after the other, the least missed first, and each remembers the tolerance from
// which it goes; levels are nested, and one for any tolerance is there at once. A
// vertex is missed by as much as the full line between its two neighbours strays
// from the straight edge that would replace it, so that a level never strays
// farther from the full line than its tolerance. It goes only when the triangle
// between it and its two neighbours holds no other vertex of the whole coverage
// and the edge that replaces it is not there yet. Taking it away then cannot make
// borders cross or touch, nor put an island on the wrong side of a coast, so
// every level is a planar coverage like the full one. The simplifiers of orb
// (Douglas and Peucker's, Visvalingam's) see one line at a time and cannot
// promise that. Against Douglas and Peucker's on every region apart, it keeps 21
// percent more positions at zoom 4, 9 at zoom 6 and 8 at zoom 10.
//
// Islands and lakes go as a whole, when their area is less than the square of the
// tolerance; never the largest part of a face, nor a part in which two faces
// meet, so that no region and no union of regions vanishes.
//
// # What the defaults do to the real boundaries
//
// The 514 regencies and cities of the pinned source have 128,405 distinct edges,
// of which 12,659 are used twice: every region was simplified on its own, each
// border to within some 280 m. Without snapping, 3,736 gaps of 1,110.6 square
// kilometres lie between neighbours, and 4,275 overlaps of 7,306.7. Snapping
// hardly changes that, but costs small islands (parts of regions after Build):
//
//	tolerance   gaps, km2       overlaps, km2   shared edges   parts
//	     none   3,736 1,110.6   4,275 7,306.7   24,093         18,709
//	      1 m   3,728 1,110.6   4,267 7,306.7   24,071         18,706
//	      5 m   3,688 1,110.6   4,201 7,306.6   23,998         18,671
//	     20 m   3,469 1,108.7   3,951 7,305.3   23,719         17,734
//	    100 m   2,754 1,084.4   3,132 7,284.5   22,849         10,511
//
// Hence DefaultToleranceMetres is 1, which only mends what differs in the last
// decimals, and the cells do the rest: after Build no gap and no overlap is left.
// Overlaps go to the smaller face: regencies drawn without a hole for the city
// within them (Kediri, Bogor, Magelang) get one, and Sorong (96.01), drawn with
// the area of Tambrauw (96.04), comes down from 12,869 km2 to 7,424.
//
// Between faces the gaps are up to 350 m wide (twice the area by the perimeter);
// then come a few of 525 m to 8 km, which are waters or holes of the source.
// DefaultGapMetres of 400 stands between.
//
// Coordinates are lon, lat in degrees (WGS 84); lengths and areas are taken on
// the sphere of orb.EarthRadius.
package coverage
