package locate

import (
	"cmp"
	"context"
	"math"
	"slices"
	"unsafe"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/geo/heap"
	"github.com/sentra-ikm/sentra/internal/geo/hilbert"
	"github.com/sentra-ikm/sentra/internal/geo/predicate"
	"github.com/sentra-ikm/sentra/internal/geo/sphere"
)

// Hit is a face and its distance in metres, 0 inside.
type Hit struct {
	Face   int
	Metres float64
}

// borders measures distances to the edges of faces: runs of consecutive edges in 3D
// boxes, and over the runs a tree packed along a Hilbert curve.
type borders struct {
	runs      []run
	faceRuns  []int32 // face f has runs[faceRuns[f]:faceRuns[f+1]]
	faceBoxes []sphere.Box
	partStart []orb.Point // a vertex of each polygon with edges
	partOf    []int32     // face f has partStart[partOf[f]:partOf[f+1]]
	places    []sphere.Vec
	corners   []orb.Point // the same vertices in degrees
	nodes     []node      // the root is the last
}

// run is edges of one ring: places[first] to places[first+count].
type run struct {
	box          sphere.Box
	face         int32
	first, count int32
}

// node has the children first to first+count: nodes or, with leaf set, runs by way of
// order.
type node struct {
	box          sphere.Box
	first, count int32
}

const (
	runLength = 8
	fanOut    = 8
)

func (b *borders) bytes() int {
	return len(b.runs)*int(unsafe.Sizeof(run{})) + len(b.nodes)*int(unsafe.Sizeof(node{})) +
		len(b.faceBoxes)*int(unsafe.Sizeof(sphere.Box{})) + 4*(len(b.faceRuns)+len(b.partOf)) +
		24*len(b.places) + 16*(len(b.corners)+len(b.partStart))
}

func bordersOf(r *rings, faces int) borders {
	b := borders{faceRuns: make([]int32, faces+1), partOf: make([]int32, faces+1)}
	for range faces {
		b.faceBoxes = append(b.faceBoxes, sphere.EmptyBox())
	}
	for part, face := range r.partFace {
		start, end := r.partFirst[part], r.partFirst[part+1]
		if start == end {
			continue
		}
		b.partStart = append(b.partStart, r.points[start])
		b.partOf[face+1]++
		for e := start; e < end; {
			next := run{box: sphere.EmptyBox(), face: face, first: int32(len(b.places))}
			b.add(r.points[e])
			for {
				to := r.next[e]
				b.add(r.points[to])
				next.box.AddArc(b.places[len(b.places)-2], b.places[len(b.places)-1])
				next.count++
				e++
				if to != e || next.count == runLength { // the ring's last edge goes back
					break
				}
			}
			b.runs = append(b.runs, next)
			b.faceRuns[face+1]++
			b.faceBoxes[face].AddBox(next.box)
		}
	}
	for f := range faces {
		b.faceRuns[f+1] += b.faceRuns[f]
		b.partOf[f+1] += b.partOf[f]
	}
	b.places, b.corners, b.runs = slices.Clip(b.places), slices.Clip(b.corners), slices.Clip(b.runs)
	b.pack()
	return b
}

func (b *borders) add(p orb.Point) {
	b.places, b.corners = append(b.places, sphere.FromPoint(p)), append(b.corners, p)
}

// pack builds the tree from the runs up. Nodes refer to runs as ^run.
func (b *borders) pack() {
	if len(b.runs) == 0 {
		return
	}
	curve := hilbert.Over(orb.MultiPoint(b.corners).Bound())
	type keyed struct{ key, run uint32 }
	order := make([]keyed, len(b.runs))
	for i, r := range b.runs {
		order[i] = keyed{curve.At(b.corners[r.first+r.count/2]), uint32(i)}
	}
	slices.SortFunc(order, func(a, b keyed) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.run, b.run)) })
	// The lowest level has one node per run, so that children are always contiguous.
	for _, k := range order {
		b.nodes = append(b.nodes, node{box: b.runs[k.run].box, first: ^int32(k.run)})
	}
	for from, to := 0, len(b.nodes); to-from > 1; from, to = to, len(b.nodes) {
		for first := from; first < to; first += fanOut {
			parent := node{box: sphere.EmptyBox(), first: int32(first), count: int32(min(fanOut, to-first))}
			for _, child := range b.nodes[first:min(first+fanOut, to)] {
				parent.box.AddBox(child.box)
			}
			b.nodes = append(b.nodes, parent)
		}
	}
	b.nodes = slices.Clip(b.nodes)
}

// toRun is the squared chord from a place to the run, or limit if that is less.
func (b *borders) toRun(v *sphere.Vec, r *run, limit float64) float64 {
	for i := r.first; i < r.first+r.count; i++ {
		limit = min(limit, sphere.ToArc(*v, b.places[i], b.places[i+1]))
	}
	return limit
}

// visit is an entry of the search queue: a node, or a face with its distance.
type visit struct {
	chord2 float64
	node   int32
	face   int32 // nobody for a node
}

// before orders by distance; nodes first, since they may contain an equal distance;
// then by face.
func (v visit) before(o visit) bool {
	if v.chord2 != o.chord2 {
		return v.chord2 < o.chord2
	}
	return v.face < o.face
}

// place reports whether the point is a place on earth: finite, with a latitude within
// the poles.
func place(p orb.Point) bool {
	return math.Abs(p[0]) <= 360 && math.Abs(p[1]) <= 90 // NaN fails
}

// Nearest returns the face nearest to the point (degrees) and its distance in metres:
// 0 for the face that Locate returns, the distance to the nearest border at sea, and
// the lowest index if faces are equally near. ok is false if none is within the
// tolerance (metres; +Inf for any), or the point is not a place.
func (x *Index) Nearest(p orb.Point, toleranceMetres float64) (face int, metres float64, ok bool) {
	if !(toleranceMetres >= 0) || !place(p) {
		return int(nobody), 0, false
	}
	if face, ok := x.Locate(p); ok {
		return face, 0, true
	}
	if toleranceMetres == 0 {
		return int(nobody), 0, false
	}
	var buffer [64]visit
	hits := x.search(p, 1, toleranceMetres, nil, nil, buffer[:0])
	if len(hits) == 0 {
		return int(nobody), 0, false
	}
	return hits[0].Face, hits[0].Metres, true
}

// NearestN returns the n faces nearest to the point (degrees), nearest first and
// equally near ones by index; faces that contain the point are at 0. A filter, unless
// nil, selects the faces and is called at most once per face. A point that is not a
// place has none.
func (x *Index) NearestN(p orb.Point, n int, filter func(face int) bool) []Hit {
	if n <= 0 || !place(p) {
		return nil
	}
	return x.search(p, n, math.Inf(1), filter, x.Covering(p, nil), nil)
}

// Within returns the faces within the radius (metres) of the point (degrees),
// nearest first and equally near ones by index.
func (x *Index) Within(p orb.Point, radiusMetres float64) []Hit {
	if !(radiusMetres >= 0) || !place(p) {
		return nil
	}
	return x.search(p, len(x.faces), radiusMetres, nil, x.Covering(p, nil), nil)
}

// search returns n faces within a distance: first those covering the point, then
// the others best first.
func (x *Index) search(p orb.Point, n int, metres float64, filter func(face int) bool, covering []int, room []visit) []Hit {
	const unknown, wanted, done = 0, 1, 2
	state := make([]uint8, len(x.faces))
	want := func(face int) bool {
		if state[face] == unknown {
			state[face] = wanted
			if filter != nil && !filter(face) {
				state[face] = done
			}
		}
		return state[face] == wanted
	}
	var hits []Hit
	for _, face := range covering {
		if want(face) && len(hits) < n {
			hits = append(hits, Hit{Face: face})
		}
		state[face] = done
	}
	if len(hits) == n || len(x.nodes) == 0 {
		return hits
	}
	v := sphere.FromPoint(p)
	limit := sphere.Chord2(metres) * (1 + 1e-12) // metres decide at the end
	queue := heap.Heap[visit]{Before: visit.before, Items: room}
	queue.Push(visit{chord2: math.Inf(-1), node: int32(len(x.nodes) - 1), face: nobody})
	for len(queue.Items) > 0 {
		next := queue.Pop()
		if next.face != nobody {
			if state[next.face] == done {
				continue
			}
			state[next.face] = done
			if way := sphere.Metres(next.chord2); way <= metres {
				if hits = append(hits, Hit{int(next.face), way}); len(hits) == n {
					break
				}
			}
			continue
		}
		parent := &x.nodes[next.node]
		if parent.first < 0 {
			r := &x.runs[^parent.first]
			if !want(int(r.face)) {
				continue
			}
			if way := x.toRun(&v, r, math.Inf(1)); way <= limit {
				queue.Push(visit{chord2: way, face: r.face})
				if n == 1 {
					limit = way
				}
			}
			continue
		}
		for i := parent.first; i < parent.first+parent.count; i++ {
			if low := x.nodes[i].box.To(&v); low <= limit {
				queue.Push(visit{chord2: low, node: i, face: nobody})
			}
		}
	}
	return hits
}

// DistanceToFace returns the metres from the point (degrees) to the face, 0
// inside; +Inf for a face without edges, NaN for a point that is not a place.
func (x *Index) DistanceToFace(p orb.Point, face int) float64 {
	return x.DistanceToFaces(p, []int{face})
}

// DistanceToFaces returns the metres from the point (degrees) to the nearest of
// the faces, as DistanceToFace does for one.
func (x *Index) DistanceToFaces(p orb.Point, faces []int) float64 {
	if !place(p) {
		return math.NaN()
	}
	var buffer [8]int
	for _, face := range x.Covering(p, buffer[:0]) {
		if slices.Contains(faces, face) {
			return 0
		}
	}
	v, best := sphere.FromPoint(p), math.Inf(1)
	for _, face := range faces {
		runs := x.runs[x.faceRuns[face]:x.faceRuns[face+1]]
		for i := range runs {
			if runs[i].box.To(&v) < best {
				best = x.toRun(&v, &runs[i], best)
			}
		}
	}
	if math.IsInf(best, 1) {
		return best
	}
	return sphere.Metres(best)
}

// DistanceBetween returns the least distance between two faces in metres: 0 if they
// touch, overlap or one contains the other, and +Inf if one has no edges.
func (x *Index) DistanceBetween(a, b int) float64 {
	chord2 := x.between(a, b, math.Inf(1))
	if math.IsInf(chord2, 1) {
		return chord2
	}
	return sphere.Metres(chord2)
}

// between is the squared chord between two faces, or +Inf if it is above limit.
func (x *Index) between(a, b int, limit float64) float64 {
	if x.faceRuns[a] == x.faceRuns[a+1] || x.faceRuns[b] == x.faceRuns[b+1] {
		return math.Inf(1)
	}
	if a == b || x.faceBoxes[a].ToBox(&x.faceBoxes[b]) <= 0 && (x.partIn(a, b) || x.partIn(b, a)) {
		return 0
	}
	// Take runs of a, nearest to b's box first, and for each those of b that may still
	// be nearer.
	type near struct {
		low float64
		run *run
	}
	sorted := func(face int, box *sphere.Box) []near {
		runs := x.runs[x.faceRuns[face]:x.faceRuns[face+1]]
		list := make([]near, 0, len(runs))
		for i := range runs {
			if low := runs[i].box.ToBox(box); low <= limit {
				list = append(list, near{low, &runs[i]})
			}
		}
		slices.SortFunc(list, func(a, b near) int { return cmp.Compare(a.low, b.low) })
		return list
	}
	best, found := limit, false
	from := sorted(a, &x.faceBoxes[b])
	to := sorted(b, &x.faceBoxes[a])
	for _, f := range from {
		if f.low > best {
			break
		}
		for _, t := range to {
			if t.low > best {
				break
			}
			if f.run.box.ToBox(&t.run.box) > best {
				continue
			}
			if way := x.betweenRuns(f.run, t.run); way <= best {
				best, found = way, true
				if best == 0 {
					return 0
				}
			}
		}
	}
	if !found {
		return math.Inf(1)
	}
	return best
}

// partIn reports whether a polygon of face a is in face b, tested at one vertex.
func (x *Index) partIn(a, b int) bool {
	var buffer [8]int
	for _, p := range x.partStart[x.partOf[a]:x.partOf[a+1]] {
		if slices.Contains(x.Covering(p, buffer[:0]), b) {
			return true
		}
	}
	return false
}

// betweenRuns is the squared chord between two runs: 0 if edges meet, else the least
// from an end of one edge to another edge.
func (x *Index) betweenRuns(r, s *run) float64 {
	best := math.Inf(1)
	for i := r.first; i < r.first+r.count; i++ {
		for j := s.first; j < s.first+s.count; j++ {
			if predicate.SegmentsMeet(x.corners[i], x.corners[i+1], x.corners[j], x.corners[j+1]) {
				return 0
			}
			best = min(best,
				sphere.ToArc(x.places[i], x.places[j], x.places[j+1]),
				sphere.ToArc(x.places[i+1], x.places[j], x.places[j+1]),
				sphere.ToArc(x.places[j], x.places[i], x.places[i+1]),
				sphere.ToArc(x.places[j+1], x.places[i], x.places[i+1]))
		}
	}
	return best
}

// NearestFaces returns the n faces nearest to a face, without the face itself,
// nearest first and equally near ones (neighbours are all at 0) by index. A filter,
// unless nil, selects the faces and is called once per face.
func (x *Index) NearestFaces(face, n int, filter func(face int) bool) []Hit {
	hits, _ := x.NearestGroups(context.Background(), []int{face}, n, func(other int) int {
		if other == face || filter != nil && !filter(other) {
			return -1
		}
		return other
	})
	return hits
}

// NearestGroups returns the n groups of faces nearest to some faces, nearest first
// and equally near ones by number; the distance of a group is that of its nearest
// face. group returns the number of a face's group, which Hit.Face then has, or a
// negative number to leave the face out; it is called once per face. The error is the
// context's.
func (x *Index) NearestGroups(ctx context.Context, from []int, n int, group func(face int) int) ([]Hit, error) {
	// One candidate per face, not per pair of faces: a province has dozens of faces.
	type candidate struct {
		low                   float64
		closest, other, group int32 // closest of those looked from, by their boxes
	}
	candidates := make([]candidate, 0, len(x.faces))
	for other := range x.faces {
		g := group(other)
		if g < 0 || x.faceRuns[other] == x.faceRuns[other+1] {
			continue
		}
		c := candidate{math.Inf(1), nobody, int32(other), int32(g)}
		for _, face := range from {
			if x.faceRuns[face] < x.faceRuns[face+1] {
				if low := x.faceBoxes[face].ToBox(&x.faceBoxes[other]); low < c.low {
					c.low, c.closest = low, int32(face)
				}
			}
		}
		if c.closest != nobody {
			candidates = append(candidates, c)
		}
	}
	slices.SortFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.low, b.low) })
	type found struct {
		chord2 float64
		group  int
	}
	compare := func(a, b found) int { return cmp.Or(cmp.Compare(a.chord2, b.chord2), cmp.Compare(a.group, b.group)) }
	var nearest []found // sorted, at most n
	for _, p := range candidates {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		limit := math.Inf(1)
		if len(nearest) >= n {
			if n <= 0 || p.low > nearest[n-1].chord2 {
				break
			}
			limit = nearest[n-1].chord2
		}
		known := slices.IndexFunc(nearest, func(f found) bool { return f.group == int(p.group) })
		if known >= 0 {
			limit = nearest[known].chord2
		}
		if p.low > limit {
			continue
		}
		chord2 := x.between(int(p.closest), int(p.other), limit)
		for _, face := range from {
			nearer := min(limit, chord2)
			if nearer == 0 || face == int(p.closest) || x.faceBoxes[face].ToBox(&x.faceBoxes[p.other]) > nearer {
				continue
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			chord2 = min(chord2, x.between(face, int(p.other), nearer))
		}
		if math.IsInf(chord2, 1) || known >= 0 && chord2 >= limit {
			continue
		}
		if known >= 0 {
			nearest = slices.Delete(nearest, known, known+1)
		}
		at, _ := slices.BinarySearchFunc(nearest, found{chord2, int(p.group)}, compare)
		if nearest = slices.Insert(nearest, at, found{chord2, int(p.group)}); len(nearest) > n {
			nearest = nearest[:n]
		}
	}
	hits := make([]Hit, len(nearest))
	for i, f := range nearest {
		hits[i] = Hit{f.group, sphere.Metres(f.chord2)}
	}
	return hits, nil
}
