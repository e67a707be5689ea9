package atlas

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/sentra-ikm/sentra/internal/facts"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// The oracle evaluates filters by their meaning alone: it reads the dataset row by
// row and shares no code with the atlas. Its values are those of Kleene's strong
// logic.
const (
	no      = -1
	unknown = 0
	yes     = 1
)

func either(v ...int) int { return slices.Max(append(v, no)) }
func both(v ...int) int   { return slices.Min(append(v, yes)) }
func value(holds bool) int {
	if holds {
		return yes
	}
	return no
}

func want(wanted bool, v int) int {
	if wanted {
		return v
	}
	return -v
}

// alike is the value that all agree on, or unknown.
func alike(v []int) int {
	if len(v) > 0 && slices.Min(v) == slices.Max(v) {
		return v[0]
	}
	return unknown
}

type oracle struct {
	data *sentra.Dataset
	day  sentra.Date
	// close is set when a number is so near to a limit that the oracle's arithmetic does
	// not decide.
	close    bool
	regions  map[oracleKey]int
	clusters map[oracleKey]int

	// What the dataset says about the day, looked up once.
	present map[sentra.RegionCode]*sentra.Region
	parents map[sentra.RegionCode]sentra.RegionCode
	below   map[sentra.RegionCode][]*sentra.Region
	// later are the members of a province on any day.
	later    map[sentra.RegionCode][]*sentra.Region
	shapes   map[sentra.RegionCode]orb.MultiPolygon
	standing map[standingKey]int
	answers  map[answerKey]int
}

type standingKey struct {
	cluster *sentra.Cluster
	region  sentra.RegionCode
}

type answerKey struct {
	region sentra.RegionCode
	kind   sentra.DesignationKind
}

type oracleKey struct{ filter, item any }

func newOracle(data *sentra.Dataset, day sentra.Date) *oracle {
	o := &oracle{data: data, day: day, regions: map[oracleKey]int{}, clusters: map[oracleKey]int{}, present: map[sentra.RegionCode]*sentra.Region{},
		parents: map[sentra.RegionCode]sentra.RegionCode{}, below: map[sentra.RegionCode][]*sentra.Region{}, shapes: map[sentra.RegionCode]orb.MultiPolygon{},
		standing: map[standingKey]int{}, answers: map[answerKey]int{}, later: map[sentra.RegionCode][]*sentra.Region{}}
	for _, m := range data.Memberships {
		if o.on(m.Validity) {
			o.parents[m.Region] = m.Province
		}
	}
	for i := range data.Regions {
		if r := &data.Regions[i]; o.on(r.Validity) {
			o.present[r.Code] = r
			o.below[o.parents[r.Code]] = append(o.below[o.parents[r.Code]], r)
		}
	}
	for _, m := range data.Memberships {
		if r := o.present[m.Region]; !slices.Contains(o.later[m.Province], r) {
			o.later[m.Province] = append(o.later[m.Province], r)
		}
	}
	for _, b := range data.Boundaries {
		if o.on(b.Validity) {
			o.shapes[b.Region] = b.Shape
		}
	}
	return o
}

func (o *oracle) find(code sentra.RegionCode) *sentra.Region { return o.present[code] }

func (o *oracle) on(p sentra.Period) bool {
	return (p.From == nil || *p.From <= o.day) && (p.To == nil || o.day <= *p.To)
}

// parent is a region's province, or "" for a province.
func (o *oracle) parent(code sentra.RegionCode) sentra.RegionCode { return o.parents[code] }

func (o *oracle) members(province sentra.RegionCode) []*sentra.Region { return o.below[province] }

func (o *oracle) stored(code sentra.RegionCode) orb.MultiPolygon { return o.shapes[code] }

// designated answers for one region and kind.
func (o *oracle) designated(r *sentra.Region, kind sentra.DesignationKind) int {
	key := answerKey{r.Code, kind}
	if _, known := o.answers[key]; !known {
		o.answers[key] = o.judge(r, kind)
	}
	return o.answers[key]
}

func (o *oracle) judge(r *sentra.Region, kind sentra.DesignationKind) int {
	for _, d := range o.data.Designations {
		if d.Region == r.Code && d.Kind == kind && d.From.Last() <= o.day && (d.To == nil || o.day <= *d.To) {
			return yes
		}
	}
	province := r.Code
	if r.Kind != sentra.KindProvince {
		province = o.parent(r.Code)
	}
	for _, c := range o.data.Coverage {
		if c.Kind == kind && c.Extent != sentra.ExtentPartial && (c.Province == "" || c.Province == province) &&
			(len(c.RegionKinds) == 0 || slices.Contains(c.RegionKinds, r.Kind)) &&
			(c.From == nil || c.From.Last() <= o.day) && (c.To == nil || o.day <= *c.To) {
			return no
		}
	}
	return unknown
}

func (o *oracle) affirmative(r *sentra.Region) int {
	return either(o.designated(r, sentra.Disadvantaged), o.designated(r, sentra.Border))
}

// stands reports whether a cluster is in a region for which holds is true.
func (o *oracle) stands(c *sentra.Cluster, holds func(*sentra.Region) int) int {
	result := no
	for _, code := range c.Regions {
		if len(code) == 5 {
			result = either(result, holds(o.find(code)))
			continue
		}
		province, in := o.find(code), o.members(code)
		if province == nil {
			// It was created later, from the province that its members are in on the day.
			in = o.later[code]
			for _, r := range in {
				if province = o.find(o.parent(r.Code)); slices.ContainsFunc(in, func(other *sentra.Region) bool { return o.parent(other.Code) != province.Code }) {
					province = nil
					break
				}
			}
		}
		if slices.ContainsFunc(in, func(r *sentra.Region) bool { return slices.Contains(c.Regions, r.Code) }) {
			continue
		}
		var values []int
		for _, r := range in {
			values = append(values, holds(r))
		}
		result = either(result, alike(values))
		if province != nil {
			result = either(result, holds(province))
		}
	}
	return result
}

// begun reports whether a cluster is known on the day: no before its phase, and
// unknown before the first source of any other cluster.
func (o *oracle) begun(c *sentra.Cluster) int {
	if len(c.Phases) > 0 {
		return value(slices.ContainsFunc(o.data.Phases, func(p sentra.Phase) bool { return slices.Contains(c.Phases, p.Key) && p.From.First <= o.day }))
	}
	told := false
	switch {
	case c.Began > 0:
		told = o.day.Time().Year() >= c.Began
	default:
		for _, r := range c.Readings {
			told = told || r.On != nil && *r.On <= o.day
		}
		for _, s := range o.data.Sources {
			told = told || slices.Contains(c.Sources, s.ID) && s.Date != nil && s.Date.Last() <= o.day
		}
	}
	if told {
		return yes
	}
	return unknown
}

// programmeOnly reports whether a filter asks only for clusters of the programme.
func programmeOnly(f *sentra.ClusterFilter) bool {
	if f.Phase != "" || f.InitialTarget != nil || f.Programme != nil && *f.Programme {
		return true
	}
	for _, inner := range f.And {
		if programmeOnly(inner) {
			return true
		}
	}
	for _, inner := range f.Or {
		if !programmeOnly(inner) {
			return false
		}
	}
	return len(f.Or) > 0
}

// asksStatus reports whether a filter has a condition on status anywhere.
func asksStatus(f *sentra.ClusterFilter) bool {
	for _, inner := range append(append(slices.Clone(f.And), f.Or...), f.Not) {
		if inner != nil && asksStatus(inner) {
			return true
		}
	}
	return f.Status != ""
}

// name is a region's name on the day.
func (o *oracle) name(code sentra.RegionCode) string {
	for _, n := range o.data.Names {
		if n.Region == code && n.Kind == sentra.NameFormer && n.To.Last() >= o.day {
			return n.Name
		}
	}
	return o.find(code).Name
}

// standingIn reports whether a cluster is in a region or below it, on any day.
func (o *oracle) standingIn(c *sentra.Cluster, code sentra.RegionCode) int {
	return o.stands(c, func(r *sentra.Region) int { return value(r.Code == code || o.parent(r.Code) == code) })
}

// inside reports whether a cluster known on the day is in a region or below it.
func (o *oracle) inside(c *sentra.Cluster, code sentra.RegionCode) int {
	key := standingKey{c, code}
	v, known := o.standing[key]
	if !known {
		if v = no; o.begun(c) == yes {
			v = o.stands(c, func(r *sentra.Region) int { return value(r.Code == code || o.parent(r.Code) == code) })
		}
		o.standing[key] = v
	}
	return v
}

// extent is a part of a region's area: a triangle, or the bounding box if no boundary
// is loaded.
type extent struct {
	ring  orb.Ring
	exact bool
}

// extents returns the parts of a region's area; whole reports whether all are loaded.
func (o *oracle) extents(r *sentra.Region) (parts []extent, whole bool) {
	add := func(r *sentra.Region) {
		if shape := o.stored(r.Code); shape != nil {
			parts = append(parts, extent{shape[0][0], true})
		} else {
			parts = append(parts, extent{r.Box.ToRing(), false})
		}
	}
	if r.Kind != sentra.KindProvince {
		add(r)
		return parts, parts[0].exact
	}
	members := o.members(r.Code)
	for _, m := range members {
		add(m)
	}
	bare := slices.ContainsFunc(parts, func(e extent) bool { return !e.exact })
	if shape := o.stored(r.Code); bare && shape != nil {
		return []extent{{shape[0][0], true}}, true
	}
	return parts, !bare
}

// cut returns the part of a convex ring that is in a box (Sutherland and Hodgman).
func cut(ring orb.Ring, box orb.Bound) orb.Ring {
	for axis := range 2 {
		for _, side := range []struct{ limit, sign float64 }{{box.Min[axis], 1}, {box.Max[axis], -1}} {
			var out orb.Ring
			in := func(p orb.Point) float64 { return (p[axis] - side.limit) * side.sign }
			for i, b := range ring {
				a := ring[(i+len(ring)-1)%len(ring)]
				if (in(a) >= 0) != (in(b) >= 0) {
					t := in(a) / (in(a) - in(b))
					out = append(out, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])})
				}
				if in(b) >= 0 {
					out = append(out, b)
				}
			}
			ring = out
		}
	}
	return ring
}

// area in the plane, which is good enough for shares of small shapes.
func area(ring orb.Ring) float64 {
	sum := 0.0
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		sum += a[0]*b[1] - b[0]*a[1]
	}
	return math.Abs(sum) / 2
}

// reaches compares with a limit, unless both are too near to each other.
func (o *oracle) reaches(x, limit, doubt float64) bool {
	if math.Abs(x-limit) < doubt {
		o.close = true
	}
	return x >= limit
}

func (o *oracle) meets(r *sentra.Region, b *sentra.BBox) int {
	boxes := []orb.Bound{{Min: orb.Point{b.West, b.South}, Max: orb.Point{b.East, b.North}}}
	if b.West > b.East {
		boxes[0].Max[0] = 180
		boxes = append(boxes, orb.Bound{Min: orb.Point{-180, b.South}, Max: orb.Point{b.East, b.North}})
	}
	parts, _ := o.extents(r)
	result := no
	for _, e := range parts {
		for _, box := range boxes {
			common := area(cut(e.ring, box))
			switch {
			case e.exact:
				result = either(result, value(common > 0))
			case common > area(e.ring)*(1-1e-12):
				result = yes
			case common > 0:
				result = either(result, unknown)
			}
		}
	}
	return result
}

// overlap evaluates the polygons of filters, which are boxes here.
func (o *oracle) overlap(r *sentra.Region, f *sentra.RegionFilter) int {
	parts, whole := o.extents(r)
	result := yes
	total, share, most := 0.0, 0.0, 0.0
	judge := func(shape orb.MultiPolygon, of func(box orb.Bound) int) {
		if shape != nil {
			result = both(result, of(shape.Bound()))
		}
	}
	sums := func(box orb.Bound) {
		total, share, most = 0, 0, 0
		for _, e := range parts {
			common := area(cut(e.ring, box))
			total += area(e.ring)
			if most += common; e.exact {
				share += common
			}
		}
	}
	judge(f.Within, func(box orb.Bound) int {
		if sums(box); whole {
			return value(o.reaches(share/total, 0.999, 0.0005))
		}
		var values []int
		for _, e := range parts {
			common := area(cut(e.ring, box)) / area(e.ring)
			switch {
			case e.exact:
				values = append(values, value(o.reaches(common, 0.999, 0.0005)))
			case common == 0:
				values = append(values, no)
			default:
				values = append(values, either(unknown, value(common > 1-1e-9)))
			}
		}
		return alike(values)
	})
	judge(f.Intersects, func(box orb.Bound) int {
		result := no
		for _, e := range parts {
			common := area(cut(e.ring, box)) / area(e.ring)
			switch {
			case common == 0:
			case e.exact:
				result = either(result, value(o.reaches(common, 1e-9, 1e-6)))
			default:
				result = either(result, unknown, value(common > 1-1e-9))
			}
		}
		return result
	})
	judge(f.Contains, func(box orb.Bound) int {
		sums(box)
		size := area(box.ToRing())
		switch {
		case o.reaches(share/size, 0.999, 0.0005):
			return yes
		case !o.reaches(most/size, 0.999, 0.0005):
			return no
		}
		return unknown
	})
	return result
}

// metresTo returns the distances to the nearest and farthest point of a ring, found
// in small steps.
func metresTo(ring orb.Ring, p orb.Point) (nearest, farthest float64) {
	nearest = math.Inf(1)
	for i := 1; i < len(ring); i++ {
		const steps = 40
		for step := range steps + 1 {
			t := float64(step) / steps
			d := orbgeo.DistanceHaversine(p, orb.Point{ring[i-1][0] + t*(ring[i][0]-ring[i-1][0]), ring[i-1][1] + t*(ring[i][1]-ring[i-1][1])})
			nearest, farthest = min(nearest, d), max(farthest, d)
		}
	}
	inside := true
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		inside = inside && (b[0]-a[0])*(p[1]-a[1])-(b[1]-a[1])*(p[0]-a[0]) >= 0
	}
	if inside {
		nearest = 0
	}
	return nearest, farthest
}

// near also returns the distance of a region that is in the circle.
func (o *oracle) near(r *sentra.Region, n *sentra.Near) (int, float64) {
	parts, _ := o.extents(r)
	regions := []*sentra.Region{r}
	if r.Kind == sentra.KindProvince && len(parts) > 1 {
		regions = o.members(r.Code)
	}
	result, metres := no, math.Inf(1)
	for i, e := range parts {
		nearest, farthest := metresTo(e.ring, n.Point)
		// The error of the steps: half a step of an edge.
		doubt := 2000.0
		if !e.exact {
			v := no
			if o.reaches(n.Radius, nearest, doubt) {
				v = unknown
			}
			if o.reaches(n.Radius, farthest, doubt) {
				v, metres = yes, min(metres, orbgeo.DistanceHaversine(n.Point, regions[i].Point))
			}
			result = either(result, v)
			continue
		}
		if o.reaches(n.Radius, nearest, doubt) {
			result, metres = yes, min(metres, nearest)
		}
	}
	return result, metres
}

// told reports whether a fact about a year, 0 for none, is known by the day.
func (o *oracle) told(year int, sources []sentra.SourceID) bool {
	if year > 0 {
		return year <= o.day.Time().Year()
	}
	for _, s := range o.data.Sources {
		if slices.Contains(sources, s.ID) && s.Date != nil && s.Date.Last() <= o.day {
			return true
		}
	}
	return false
}

// label is the label point of a region: the centroid of its triangle, or the
// dataset's point. It is not known if the parts of a province are triangles.
func (o *oracle) label(r *sentra.Region) (orb.Point, bool) {
	shape := o.stored(r.Code)
	if r.Kind == sentra.KindProvince {
		for _, m := range o.members(r.Code) {
			if shape != nil || o.stored(m.Code) != nil {
				return orb.Point{}, false
			}
		}
	}
	return r.Point, shape == nil
}

// facilitated reports whether facilitators are known in a region or near it.
func (o *oracle) facilitated(r *sentra.Region, f *sentra.KnownFacilitators) int {
	result := no
	near := func(at *sentra.Region) int {
		if at.Code == r.Code || o.parent(at.Code) == r.Code {
			return yes
		}
		from, fromKnown := o.label(r)
		to, toKnown := o.label(at)
		// A label point that is not known is at most so far from the box.
		doubt := 1.0
		for point, known := range map[*sentra.Region]bool{r: fromKnown, at: toKnown} {
			if !known {
				doubt += o.reach(point)
			}
		}
		if !fromKnown {
			from = r.Box.Center()
		}
		if !toKnown {
			to = at.Box.Center()
		}
		return value(o.reaches(f.Metres, orbgeo.DistanceHaversine(from, to), doubt))
	}
	for _, one := range o.data.Facilitators {
		at := o.find(one.Region)
		if at == nil || one.Count == 0 || f.Kind != "" && one.Kind != f.Kind || !o.told(one.Year, one.Sources) {
			continue
		}
		if at.Kind != sentra.KindProvince {
			result = either(result, near(at))
			continue
		}
		if at.Code == r.Code {
			return yes
		}
		for _, m := range o.members(at.Code) {
			result = either(result, both(unknown, near(m)))
		}
	}
	return result
}

// reach is the greatest distance of a region's label point from the centre of its
// box.
func (o *oracle) reach(r *sentra.Region) float64 {
	if r.Kind != sentra.KindProvince {
		return orbgeo.DistanceHaversine(r.Box.Min, r.Box.Max)
	}
	return 5e6
}

func (o *oracle) region(f *sentra.RegionFilter, r *sentra.Region) int {
	key := oracleKey{f, r}
	if v, known := o.regions[key]; known {
		return v
	}
	v := yes
	add := func(x int) { v = both(v, x) }
	if f.Codes != nil {
		add(value(slices.Contains(f.Codes, r.Code)))
	}
	if f.Level != "" {
		add(value((len(r.Code) == 2) == (f.Level == sentra.LevelProvince)))
	}
	if f.Kinds != nil {
		add(value(slices.Contains(f.Kinds, r.Kind)))
	}
	if f.Parent != "" {
		add(value(o.parent(r.Code) == f.Parent))
	}
	if f.Name != "" {
		add(value(strings.Contains(strings.ToLower(o.name(r.Code)), f.Name)))
	}
	if f.Designations != nil {
		any := no
		for _, kind := range f.Designations {
			any = either(any, o.designated(r, kind))
		}
		add(any)
	}
	if f.Affirmative != nil {
		add(want(*f.Affirmative, o.affirmative(r)))
	}
	if f.ContainsAffirmative != nil {
		any := o.affirmative(r)
		for _, m := range o.members(r.Code) {
			any = either(any, o.affirmative(m))
		}
		add(want(*f.ContainsAffirmative, any))
	}
	if f.HostsClusters != nil {
		any := unknown
		for c := range o.data.Clusters.All {
			if !c.Planned {
				any = either(any, o.inside(c, r.Code))
			}
		}
		add(want(*f.HostsClusters, any))
	}
	if f.Clusters != nil {
		any := unknown
		if programmeOnly(f.Clusters) {
			any = no
		}
		for c := range o.data.Clusters.All {
			if in := o.inside(c, r.Code); in != no && (!c.Planned || asksStatus(f.Clusters)) {
				any = either(any, both(in, o.cluster(f.Clusters, c)))
			}
		}
		add(any)
	}
	if f.Supports != nil {
		had := unknown
		if f.Supports.Funds != nil && len(f.Supports.Funds) == 0 {
			had = no
		}
		for _, s := range o.data.Supports {
			if s.Region == r.Code && (f.Supports.Funds == nil || slices.Contains(f.Supports.Funds, s.Fund)) && o.told(s.Year, s.Sources) &&
				(f.Supports.FromYear == nil || *f.Supports.FromYear <= s.Year) && (f.Supports.ToYear == nil || s.Year > 0 && s.Year <= *f.Supports.ToYear) {
				had = yes
			}
		}
		add(had)
	}
	if f.Facilitators != nil {
		add(want(f.Facilitators.Known, o.facilitated(r, f.Facilitators)))
	}
	if f.BBox != nil {
		add(o.meets(r, f.BBox))
	}
	if f.Near != nil {
		in, _ := o.near(r, f.Near)
		add(in)
	}
	add(o.overlap(r, f))
	for _, inner := range f.And {
		add(o.region(inner, r))
	}
	if f.Or != nil {
		any := no
		for _, inner := range f.Or {
			any = either(any, o.region(inner, r))
		}
		add(any)
	}
	if f.Not != nil {
		add(-o.region(f.Not, r))
	}
	o.regions[key] = v
	return v
}

func (o *oracle) cluster(f *sentra.ClusterFilter, c *sentra.Cluster) int {
	key := oracleKey{f, c}
	if v, known := o.clusters[key]; known {
		return v
	}
	v := yes
	add := func(x int) { v = both(v, x) }
	if f.Phase != "" {
		add(value(slices.Contains(c.Phases, f.Phase)))
	}
	if f.Product != "" {
		add(value(slices.Contains(c.Products, f.Product)))
	}
	if f.InitialTarget != nil {
		target := unknown
		if c.InitialTarget != nil {
			target = value(*c.InitialTarget)
		}
		if target = want(*f.InitialTarget, target); len(c.Phases) == 0 {
			target = no
		}
		add(target)
	}
	if f.Programme != nil {
		add(want(*f.Programme, value(len(c.Phases) > 0)))
	}
	if f.Status != "" {
		add(want(f.Status == sentra.ClusterPlanned, value(c.Planned)))
	}
	if f.ProductGroups != nil {
		group := sentra.ProductGroup("")
		for _, key := range c.Products {
			for _, p := range o.data.Products {
				if p.Key != key {
					continue
				}
				if group != "" && p.Group() != group {
					group = sentra.ProductsOther
					break
				}
				group = p.Group()
			}
		}
		add(value(slices.Contains(f.ProductGroups, group)))
	}
	if f.Confidence != nil {
		known := value(slices.Contains(f.Confidence, c.Confidence))
		if c.Confidence == "" && len(f.Confidence) > 0 {
			known = unknown
		}
		add(known)
	}
	if f.Supported != nil {
		known := unknown
		for _, s := range o.data.Supports {
			if s.Cluster == c.ID {
				known = yes
			}
		}
		add(want(*f.Supported, known))
	}
	if f.Funds != nil {
		known := unknown
		if len(f.Funds) == 0 {
			known = no
		}
		for _, s := range o.data.Supports {
			if s.Cluster == c.ID && slices.Contains(f.Funds, s.Fund) {
				known = yes
			}
		}
		add(known)
	}
	if f.Region != "" {
		named := value(slices.Contains(c.Regions, f.Region))
		add(either(named, o.stands(c, func(r *sentra.Region) int { return value(r.Code == f.Region || o.parent(r.Code) == f.Region) })))
	}
	if f.Regions != nil {
		add(o.stands(c, func(r *sentra.Region) int { return o.region(f.Regions, r) }))
	}
	at := *c.Point
	if b := f.BBox; b != nil {
		lon := at[0] >= b.West && at[0] <= b.East
		if b.West > b.East {
			lon = at[0] >= b.West || at[0] <= b.East
		}
		add(value(lon && at[1] >= b.South && at[1] <= b.North))
	}
	if f.Within != nil {
		add(value(f.Within.Bound().Contains(at)))
	}
	if f.Near != nil {
		add(value(o.reaches(f.Near.Radius, orbgeo.DistanceHaversine(at, f.Near.Point), 1)))
	}
	for _, inner := range f.And {
		add(o.cluster(inner, c))
	}
	if f.Or != nil {
		any := no
		for _, inner := range f.Or {
			any = either(any, o.cluster(inner, c))
		}
		add(any)
	}
	if f.Not != nil {
		add(-o.cluster(f.Not, c))
	}
	o.clusters[key] = v
	return v
}

// oracleCountry has the facts, with a triangle for each regency's boundary, each in a
// grid cell of its own, some not loaded or not before 2020. Of its clusters the
// regencies, a province, or both are known.
func oracleCountry(t *testing.T, random *rand.Rand) *sentra.Dataset {
	loaded, err := facts.Load()
	if err != nil {
		t.Fatal(err)
	}
	data := &sentra.Dataset{Facts: *loaded}
	ever := func(code sentra.RegionCode) []sentra.RegionCode {
		var out []sentra.RegionCode
		for _, m := range data.Memberships {
			if m.Province == code {
				out = append(out, m.Region)
			}
		}
		return out
	}
	// A third of the provinces is completely loaded, a third partly, a third not at all.
	loadedShare := map[sentra.RegionCode]float64{}
	var provinces, regencies []sentra.RegionCode
	for _, r := range data.Regions {
		if r.Kind == sentra.KindProvince {
			share := []float64{0, 0.7, 1}[random.IntN(3)]
			provinces = append(provinces, r.Code)
			for _, code := range ever(r.Code) {
				if _, set := loadedShare[code]; !set {
					loadedShare[code] = share
				}
			}
		} else {
			regencies = append(regencies, r.Code)
		}
	}
	first, later := sentra.FirstDay, sentra.MustDate("2020-01-01")
	cell := 0
	triangle := func() (orb.MultiPolygon, orb.Bound) {
		west, south := 95+float64(cell%30), -11+float64(cell/30)
		cell++
		corner := func() float64 { return 0.1 + 0.8*random.Float64() }
		for {
			ring := orb.Ring{{west + corner(), south + corner()}, {west + corner(), south + corner()}, {west + corner(), south + corner()}}
			if area(ring) < 0.05 {
				continue
			}
			ring = append(ring, ring[0])
			if ring.Orientation() != orb.CCW {
				ring.Reverse()
			}
			return orb.MultiPolygon{{ring}}, ring.Bound()
		}
	}
	for i := range data.Regions {
		r := &data.Regions[i]
		var shape orb.MultiPolygon
		shape, r.Box = triangle()
		r.Point = r.Box.Center()
		from := &first
		switch {
		case r.Kind == sentra.KindProvince && random.IntN(6) > 0, r.Kind != sentra.KindProvince && random.Float64() >= loadedShare[r.Code]:
			continue
		case random.IntN(20) == 0:
			from = &later
		}
		data.Boundaries = append(data.Boundaries, sentra.Boundary{Region: r.Code, Shape: shape, Validity: sentra.Period{From: from}, Origin: sentra.OriginImported})
	}
	data.Supports = nil
	var clusters []*sentra.Cluster
	days := func() *sentra.Date {
		day := sentra.MustDate(oracleDays[random.IntN(len(oracleDays))]) - 1
		return &day
	}
	for i := range 90 {
		c := sentra.Cluster{ID: fmt.Sprintf("cluster-%02d", i), Key: fmt.Sprintf("cluster-%02d", i), NameEN: fmt.Sprintf("Name %c%d", 'a'+random.IntN(26), i), Precision: sentra.PrecisionPoint,
			Point: &orb.Point{95 + 30*random.Float64(), -11 + 19*random.Float64()}}
		for range 1 + random.IntN(2) {
			list := regencies
			if random.IntN(3) == 0 {
				list = provinces
				if random.IntN(2) == 0 {
					list = []sentra.RegionCode{"91", "92", "93", "94", "95", "96"}
				}
			}
			if code := list[random.IntN(len(list))]; !slices.Contains(c.Regions, code) {
				c.Regions = append(c.Regions, code)
			}
		}
		if code := c.Regions[0]; random.IntN(4) == 0 && len(code) == 5 {
			// Its own province beside it adds no information.
			for _, m := range data.Memberships {
				if m.Region == code && !slices.Contains(c.Regions, m.Province) {
					c.Regions = append(c.Regions, m.Province)
				}
			}
		}
		switch random.IntN(7) {
		case 0:
			c.Began = 2013 + random.IntN(14)
		case 1, 2:
			c.Readings = []sentra.Reading{{On: days()}}
		case 3, 4:
			source := &data.Sources[random.IntN(len(data.Sources))]
			c.Sources = []sentra.SourceID{source.ID}
		}
		c.Confidence = []sentra.Confidence{"", sentra.Listed, sentra.Partial}[random.IntN(3)]
		if random.IntN(4) == 0 {
			data.Supports = append(data.Supports, sentra.Support{ID: c.ID, Cluster: c.ID, Fund: []sentra.Fund{"", sentra.FundAPBN, sentra.FundDAK}[random.IntN(3)]})
		}
		if target := random.IntN(3); target > 0 {
			is := target == 1
			c.InitialTarget = &is
		}
		for _, list := range []int{0, 1} {
			for range 1 + random.IntN(2) {
				if list == 0 {
					if key := data.Products[random.IntN(len(data.Products))].Key; !slices.Contains(c.Products, key) {
						c.Products = append(c.Products, key)
					}
				} else if i%2 == 1 {
					c.Planned = i%8 == 1
				} else if key := data.Phases[random.IntN(len(data.Phases))].Key; !slices.Contains(c.Phases, key) {
					c.Phases = append(c.Phases, key)
				}
			}
		}
		clusters = append(clusters, &c)
	}
	data.Clusters = sentra.NewClusters(clusters...)
	year := func() int { return []int{0, 2014 + random.IntN(13)}[random.IntN(2)] }
	cited := func() []sentra.SourceID {
		return []sentra.SourceID{data.Sources[random.IntN(len(data.Sources))].ID}
	}
	place := func() sentra.RegionCode {
		list := [][]sentra.RegionCode{regencies, regencies, provinces, {""}}[random.IntN(4)]
		return list[random.IntN(len(list))]
	}
	for i := range 120 {
		data.Supports = append(data.Supports, sentra.Support{ID: fmt.Sprint("of a region ", i), Region: place(), Year: year(),
			Fund: []sentra.Fund{"", sentra.FundAPBN, sentra.FundDAK}[random.IntN(3)], Sources: cited()})
	}
	data.Facilitators = nil
	for i := range 25 {
		data.Facilitators = append(data.Facilitators, sentra.Facilitators{ID: fmt.Sprint(i), Region: place(), Year: year(), Count: random.IntN(3), Sources: cited(),
			Kind: []sentra.FacilitatorKind{sentra.FacilitatorTPL, sentra.FacilitatorConsultant}[random.IntN(2)]})
	}
	return data
}

// filterMaker generates filters with any fields.
type filterMaker struct {
	*rand.Rand
	data *sentra.Dataset
}

func (m filterMaker) flag() *bool {
	is := m.IntN(2) == 0
	return &is
}

func (m filterMaker) point() orb.Point { return orb.Point{94 + 32*m.Float64(), -12 + 20*m.Float64()} }

func (m filterMaker) code() sentra.RegionCode {
	return m.data.Regions[m.IntN(len(m.data.Regions))].Code
}

func (m filterMaker) province() sentra.RegionCode {
	return []sentra.RegionCode{"11", "33", "64", "72", "91", "92", "94", "96"}[m.IntN(8)]
}

func (m filterMaker) box() *sentra.BBox {
	a, b := m.point(), m.point()
	return &sentra.BBox{West: a[0], East: b[0], South: min(a[1], b[1]), North: max(a[1], b[1])}
}

func (m filterMaker) polygon() orb.MultiPolygon {
	p, size := m.point(), math.Pow(10, -1.5+2.5*m.Float64())
	return orb.MultiPolygon{{orb.Bound{Min: p, Max: orb.Point{p[0] + size, p[1] + size*m.Float64()}}.ToRing()}}
}

func (m filterMaker) circle() *sentra.Near {
	return &sentra.Near{Point: m.point(), Radius: math.Pow(10, 4.5+2*m.Float64())}
}

func (m filterMaker) region(depth int) *sentra.RegionFilter {
	f := &sentra.RegionFilter{}
	for range 1 + m.IntN(2) {
		switch m.IntN(20) {
		case 18:
			f.Supports = &sentra.KnownSupport{Funds: [][]sentra.Fund{nil, {sentra.FundDAK}, {sentra.FundAPBN, sentra.FundDeconcentration}, {}}[m.IntN(4)]}
			if year := 2014 + m.IntN(12); m.IntN(2) == 0 {
				f.Supports.FromYear = &year
			}
		case 19:
			f.Facilitators = &sentra.KnownFacilitators{Metres: []float64{0, 0, 30_000, 400_000}[m.IntN(4)], Known: m.IntN(2) == 0,
				Kind: []sentra.FacilitatorKind{"", sentra.FacilitatorTPL, sentra.FacilitatorConsultant}[m.IntN(3)]}
		case 0:
			f.Codes = []sentra.RegionCode{}
			for range m.IntN(12) {
				f.Codes = append(f.Codes, m.code())
			}
		case 1:
			f.Level = []sentra.Level{sentra.LevelProvince, sentra.LevelRegency}[m.IntN(2)]
		case 2:
			f.Kinds = []sentra.RegionKind{[]sentra.RegionKind{sentra.KindCity, sentra.KindRegency, sentra.KindProvince}[m.IntN(3)]}
		case 3:
			f.Parent = m.province()
		case 4:
			f.Name = []string{"kota", "pa", "barat", "o"}[m.IntN(4)]
		case 5:
			f.Designations = []sentra.DesignationKind{[]sentra.DesignationKind{sentra.Disadvantaged, sentra.Border}[m.IntN(2)]}
		case 6:
			f.Designations = sentra.DesignationKinds[:]
		case 7, 8:
			f.Affirmative = m.flag()
		case 9:
			f.ContainsAffirmative = m.flag()
		case 10:
			f.HostsClusters = m.flag()
		case 11:
			if depth > 0 {
				f.Clusters = m.cluster(depth - 1)
			}
		case 12:
			f.BBox = m.box()
		case 13:
			f.Near = m.circle()
		case 14:
			f.Within = m.polygon()
		case 15:
			f.Intersects = m.polygon()
		case 16:
			f.Contains = m.polygon()
		case 17:
			f.BBox, f.Affirmative = m.box(), m.flag()
		}
	}
	if depth > 0 {
		switch m.IntN(6) {
		case 0, 1:
			f.Not = m.region(depth - 1)
		case 2:
			f.Or = []*sentra.RegionFilter{m.region(depth - 1), m.region(depth - 1)}
		case 3:
			f.And = []*sentra.RegionFilter{m.region(depth - 1), m.region(depth - 1)}
		}
	}
	return f
}

func (m filterMaker) cluster(depth int) *sentra.ClusterFilter {
	f := &sentra.ClusterFilter{}
	for range 1 + m.IntN(2) {
		switch m.IntN(17) {
		case 16:
			f.Funds = []sentra.Fund{sentra.FundDeconcentration, sentra.FundAPBN, sentra.FundDAK}[m.IntN(4):]
		case 11, 12:
			f.Programme = m.flag()
		case 13:
			f.Status = []sentra.ClusterStatus{sentra.ClusterExisting, sentra.ClusterPlanned}[m.IntN(2)]
		case 14:
			f.Confidence = []sentra.Confidence{sentra.Listed, sentra.Inferred}[m.IntN(3):]
		case 15:
			f.Supported = m.flag()
		case 0:
			f.Phase = m.data.Phases[m.IntN(len(m.data.Phases))].Key
		case 1:
			if p := m.data.Products[m.IntN(len(m.data.Products))]; m.IntN(2) == 0 {
				f.Product = p.Key
			} else {
				f.ProductGroups = []sentra.ProductGroup{p.Group()}
			}
		case 2, 3:
			f.InitialTarget = m.flag()
		case 4:
			if f.Region = m.province(); m.IntN(2) == 0 {
				f.Region = m.code()
			}
		case 5, 6, 7:
			if depth > 0 {
				f.Regions = m.region(depth - 1)
			}
		case 8:
			f.BBox = m.box()
		case 9:
			f.Within = m.polygon()
		case 10:
			f.Near = m.circle()
		}
	}
	if depth > 0 {
		switch m.IntN(6) {
		case 0, 1:
			f.Not = m.cluster(depth - 1)
		case 2:
			f.Or = []*sentra.ClusterFilter{m.cluster(depth - 1), m.cluster(depth - 1)}
		case 3:
			f.And = []*sentra.ClusterFilter{m.cluster(depth - 1), m.cluster(depth - 1)}
		}
	}
	return f
}

var oracleDays = []string{"2014-07-23", "2015-11-03", "2015-12-31", "2016-12-31", "2017-01-01", "2017-12-25", "2020-02-01", "2021-06-01",
	"2022-07-24", "2022-07-25", "2022-12-08", "2023-01-01", "2025-06-30", "2026-11-27"}

// TestFiltersAgainstOracle generates filters with every field of both kinds and
// expects what the oracle says about each region and each cluster: those listed, in
// order, and those not covered. It does the same for the counts of a choropleth.
func TestFiltersAgainstOracle(t *testing.T) {
	const countries, filters = 3, 200
	met := map[string]int{}
	for country := range countries {
		random := rand.New(rand.NewPCG(uint64(country), 2026))
		data := oracleCountry(t, random)
		a := must(New(data))
		oracles := map[sentra.Date]*oracle{}
		maker := filterMaker{random, data}
		for i := range filters {
			day := sentra.MustDate(oracleDays[i%len(oracleDays)])
			if oracles[day] == nil {
				oracles[day] = newOracle(data, day)
			}
			o := oracles[day]
			o.close = false
			clear(o.regions)
			clear(o.clusters)
			if i%2 == 0 {
				checkRegions(t, a, o, maker.region(3), random, met)
			} else {
				checkClusters(t, a, o, maker.cluster(3), random, met)
			}
			if t.Failed() {
				t.Fatalf("country %d, filter %d", country, i)
			}
		}
	}
	t.Logf("met %v", met)
	for _, what := range []string{"region no", "region unknown", "region yes", "cluster no", "cluster unknown", "cluster yes"} {
		if met[what] < 1000 {
			t.Errorf("%s: met %d times", what, met[what])
		}
	}
	if met["close"] > countries*filters/4 {
		t.Errorf("%d filters were too close to call", met["close"])
	}
}

var valueNames = map[int]string{no: "no", unknown: "unknown", yes: "yes"}

func checkRegions(t *testing.T, a *Atlas, o *oracle, f *sentra.RegionFilter, random *rand.Rand, met map[string]int) {
	t.Helper()
	var hits, open []sentra.RegionCode
	for i := range o.data.Regions {
		r := &o.data.Regions[i]
		if !o.on(r.Validity) {
			continue
		}
		v := o.region(f, r)
		met["region "+valueNames[v]]++
		switch v {
		case yes:
			hits = append(hits, r.Code)
		case unknown:
			open = append(open, r.Code)
		}
	}
	if o.close {
		met["close"]++
		return
	}
	order := []sentra.RegionOrder{"", sentra.RegionsByCode, sentra.RegionsByName, sentra.RegionsByClusterCount, sentra.RegionsByArea}[random.IntN(5)]
	list, err := a.on(o.day).Regions(t.Context(), f, order)
	if err != nil {
		t.Fatalf("%s: %v", o.day, err)
	}
	var got, gotOpen []sentra.RegionCode
	for _, hit := range list.Hits {
		got = append(got, hit.Code)
		if f.Near == nil {
			continue
		}
		if _, metres := o.near(hit.Region, f.Near); math.Abs(metres-*hit.Metres) > 2000 {
			t.Errorf("%s is %g metres away, want %g", hit.Code, *hit.Metres, metres)
		}
	}
	for _, r := range list.NotCovered {
		gotOpen = append(gotOpen, r.Code)
	}
	if order == "" && f.Near != nil {
		if !slices.IsSortedFunc(list.Hits, func(x, y RegionHit) int {
			return cmp.Or(cmp.Compare(*x.Metres, *y.Metres), cmp.Compare(x.Code, y.Code))
		}) {
			t.Errorf("not by distance")
		}
		slices.Sort(got)
		slices.Sort(hits)
	}
	slices.SortStableFunc(hits, func(x, y sentra.RegionCode) int {
		switch order {
		case sentra.RegionsByName:
			plain := strings.NewReplacer(" ", "", "-", "", "'", "", ".", "")
			return strings.Compare(plain.Replace(strings.ToLower(o.name(x))), plain.Replace(strings.ToLower(o.name(y))))
		case sentra.RegionsByClusterCount:
			return cmp.Compare(o.count(y), o.count(x))
		case sentra.RegionsByArea:
			return cmp.Compare(o.size(y), o.size(x))
		}
		return 0
	})
	if !slices.Equal(got, hits) || !slices.Equal(gotOpen, open) {
		t.Errorf("%s, %s by %q:\ngot  %v, open %v\nwant %v, open %v", o.day, describe(f), order, got, gotOpen, hits, open)
	}
}

func (o *oracle) count(code sentra.RegionCode) int {
	n := 0
	for c := range o.data.Clusters.All {
		if !c.Planned && o.inside(c, code) == yes {
			n++
		}
	}
	return n
}

func (o *oracle) size(code sentra.RegionCode) float64 {
	parts, whole := o.extents(o.find(code))
	sum := 0.0
	for _, e := range parts {
		if whole {
			sum += math.Abs(orbgeo.Area(e.ring))
		}
	}
	return sum
}

func checkClusters(t *testing.T, a *Atlas, o *oracle, f *sentra.ClusterFilter, random *rand.Rand, met map[string]int) {
	t.Helper()
	begun := random.IntN(2) == 0
	var hits []*sentra.Cluster
	open := 0
	// The expected choropleth of all begun clusters, and of one region.
	region := o.find([]sentra.RegionCode{"33", "91", "92", "33.01", "91.03", "94.06", "64.03"}[random.IntN(7)])
	total, row := [3]int{}, [3]int{}
	var within [3][]string
	for c := range o.data.Clusters.All {
		v := o.cluster(f, c)
		met["cluster "+valueNames[v]]++
		in := o.inside(c, region.Code)
		there := o.begun(c)
		if c.Planned && !asksStatus(f) {
			there = both(there, unknown)
		}
		total[both(v, there)+1]++
		row[both(v, there, o.standingIn(c, region.Code))+1]++
		if in == yes {
			within[v+1] = append(within[v+1], c.Key)
		}
		if begun {
			v = both(v, o.begun(c))
		}
		switch v {
		case yes:
			hits = append(hits, c)
		case unknown:
			open++
		}
	}
	if o.close {
		met["close"]++
		return
	}
	orders := []sentra.ClusterOrder{"", sentra.ClustersByPhase, sentra.ClustersByName, sentra.ClustersByRegion}
	order := orders[random.IntN(len(orders))]
	list, err := a.on(o.day).Clusters(t.Context(), f, order, begun)
	if err != nil {
		t.Fatalf("%s: %v", o.day, err)
	}
	metres := func(c *sentra.Cluster) float64 { return orbgeo.DistanceHaversine(*c.Point, f.Near.Point) }
	slices.SortFunc(hits, func(x, y *sentra.Cluster) int {
		usual := cmp.Or(cmp.Compare(value(len(x.Phases) == 0), value(len(y.Phases) == 0)), slices.Compare(x.Phases, y.Phases), slices.Compare(x.Regions, y.Regions), slices.Compare(x.Products, y.Products), cmp.Compare(x.Key, y.Key))
		switch {
		case order == "" && f.Near != nil:
			return cmp.Or(cmp.Compare(metres(x), metres(y)), usual)
		case order == sentra.ClustersByName:
			return cmp.Or(cmp.Compare(strings.ToLower(x.NameEN), strings.ToLower(y.NameEN)), usual)
		case order == sentra.ClustersByRegion:
			return cmp.Or(slices.Compare(x.Regions, y.Regions), cmp.Compare(x.NameEN, y.NameEN), usual)
		}
		return usual
	})
	var got, wanted []string
	for hit := range list.All() {
		got = append(got, hit.Key)
	}
	for _, c := range hits {
		wanted = append(wanted, c.Key)
	}
	if !slices.Equal(got, wanted) || list.Len() != len(wanted) || list.NotCovered != open {
		t.Errorf("%s, %+v by %q:\ngot  %v, %d open\nwant %v, %d open", o.day, f, order, got, list.NotCovered, wanted, open)
	}

	inRegion, err := filterClusters(t.Context(), a, a.on(o.day).ListedIn(region.Code), f, "", o.day)
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	for hit := range inRegion.All() {
		got = append(got, hit.Key)
	}
	slices.Sort(got)
	if !slices.Equal(got, within[yes+1]) || inRegion.NotCovered != len(within[unknown+1]) {
		t.Errorf("%s, %+v in %s: got %v, %d open, want %v and %v", o.day, f, region.Code, got, inRegion.NotCovered, within[yes+1], within[unknown+1])
	}

	measured, err := a.on(o.day).Choropleth(t.Context(), ChoroplethQuestion{By: sentra.ByRegion, Level: region.Kind.Level(), Measure: sentra.ClusterCount, Filter: f})
	if err != nil {
		t.Fatal(err)
	}
	same := func(m sentra.Measured, counts [3]int) bool {
		count := 0.0
		if m.Value != nil {
			count = *m.Value
		}
		return int(count) == counts[yes+1] && m.NotCovered == counts[unknown+1] && (m.Status == sentra.StatusNoData) == (count == 0 && (m.NotCovered > 0 || !programmeOnly(f)))
	}
	if !same(measured.Total, total) {
		t.Errorf("%s, %+v: total %+v, want %v", o.day, f, measured.Total, total)
	}
	for i := range measured.Rows {
		if r := &measured.Rows[i]; r.Region.Code == region.Code && !same(r.Measured, row) {
			t.Errorf("%s, %+v: %s has %+v, want %v", o.day, f, region.Code, r.Measured, row)
		}
	}
}

// describe prints a filter with what its pointers refer to.
func describe(f *sentra.RegionFilter) string {
	text := fmt.Sprintf("%+v", *f)
	for _, inner := range append(append(slices.Clone(f.And), f.Or...), f.Not) {
		if inner != nil {
			text += " / " + describe(inner)
		}
	}
	if f.Clusters != nil {
		text += fmt.Sprintf(" / clusters %+v", *f.Clusters)
	}
	return text
}
