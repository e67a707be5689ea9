package pages

import (
	"context"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// miniMap is a small map as SVG: a region with its surroundings.
type miniMap struct {
	Width, Height int
	// ID makes ids unique among two maps of one page.
	ID     string
	Title  string
	Areas  []mapArea
	Marks  []mapMark
	Labels []mapLabel
	Legend []legendEntry

	// names are the regions that get a label, the largest first, and around their
	// surroundings.
	names, around []*sentra.Region
}

// mapArea is a region; Path is the d attribute of its path.
type mapArea struct {
	Path, Class string
}

// mapMark is a mark for clusters; Count is empty for one.
type mapMark struct {
	X, Y   int
	Radius int
	Class  string
	Title  string
	Count  string
}

type mapLabel struct {
	X, Y  int
	Text  string
	Class string
}

// legendEntry is a colour with its meaning.
type legendEntry struct{ Class, Text string }

const (
	// mapWidth is the width of a map in its own units, of which two are about a pixel.
	mapWidth = 1280
	// mapBytes is the maximum total length of the paths of a map.
	mapBytes = 11_000
)

// lettering is the size of the letters of a map in its units, and their average
// width.
type lettering struct{ height, width int }

// On a narrow screen the style sheet has larger letters; labels without room then are
// hidden there.
var narrow, wide = lettering{46, 25}, lettering{36, 19}

// projection converts degrees to map units: equirectangular, true to scale at the
// middle of the box.
type projection struct {
	west, north, perLon, perLat float64
	width, height               int
	// shift is added to longitudes; metres is the length of a unit.
	metres float64
}

// newProjection fits a box with a margin.
func newProjection(box orb.Bound) projection {
	middle := box.Center()
	squeeze := math.Cos(middle[1] * math.Pi / 180)
	width, height := max((box.Max[0]-box.Min[0])*squeeze, 0.02), max(box.Max[1]-box.Min[1], 0.02)
	// Limit the aspect ratio.
	ratio := min(max(height/width, 0.55), 1)
	margin := 1.3
	w := max(width, height/ratio) * margin
	h := w * ratio
	scale := mapWidth / w
	return projection{west: middle[0] - w/squeeze/2, north: middle[1] + h/2, perLon: scale * squeeze, perLat: scale, width: mapWidth, height: int(h * scale),
		metres: 111_320 / scale}
}

func (p *projection) at(point orb.Point) (x, y float64) {
	return (point[0] - p.west) * p.perLon, (p.north - point[1]) * p.perLat
}

// box is the area of the map in degrees.
func (p *projection) box() orb.Bound {
	return orb.Bound{Min: orb.Point{p.west, p.north - float64(p.height)/p.perLat}, Max: orb.Point{p.west + float64(p.width)/p.perLon, p.north}}
}

// path returns a shape as the d attribute of a path. Islands too small to be visible
// are left out, except for the largest part if keep is set; what is outside the map
// is drawn without detail.
func (p *projection) path(shape orb.MultiPolygon, keep bool) string {
	out := make([]byte, 0, 512)
	shown := p.box()
	largest, most := 0, 0.0
	for i, polygon := range shape {
		if b := polygon.Bound(); (b.Max[0]-b.Min[0])*(b.Max[1]-b.Min[1]) > most {
			largest, most = i, (b.Max[0]-b.Min[0])*(b.Max[1]-b.Min[1])
		}
	}
	for i, polygon := range shape {
		bound := polygon.Bound()
		if !bound.Intersects(shown) {
			continue
		}
		small := (bound.Max[0]-bound.Min[0])*p.perLon < 4 && (bound.Max[1]-bound.Min[1])*p.perLat < 4
		if small && !(keep && i == largest) {
			continue
		}
		for _, ring := range polygon {
			out = p.ring(out, ring)
		}
	}
	return string(out)
}

// outside returns a bit set of the sides of the map beyond which a point is.
func (p *projection) outside(x, y float64) (sides int) {
	if x < 0 {
		sides |= 1
	}
	if x > float64(p.width) {
		sides |= 2
	}
	if y < 0 {
		sides |= 4
	}
	if y > float64(p.height) {
		sides |= 8
	}
	return sides
}

func (p *projection) ring(out []byte, ring orb.Ring) []byte {
	var lastX, lastY int
	drawn, beyond := 0, 0
	n := len(ring) - 1
	for i := range n {
		x, y := p.at(ring[i])
		// What stays beyond one side of the map becomes a straight line there.
		side := p.outside(x, y)
		if beyond &= side; beyond != 0 && drawn > 0 && i+1 < n {
			if nextX, nextY := p.at(ring[i+1]); beyond&p.outside(nextX, nextY) != 0 {
				continue
			}
		}
		beyond = side
		X, Y := int(math.Round(x)), int(math.Round(y))
		switch {
		case drawn == 0:
			out = append(out, 'M')
			out = strconv.AppendInt(out, int64(X), 10)
			out = append(out, ' ')
			out = strconv.AppendInt(out, int64(Y), 10)
			out = append(out, 'l')
		case X == lastX && Y == lastY:
			continue
		default:
			dx, dy := X-lastX, Y-lastY
			if drawn > 1 && dx >= 0 {
				out = append(out, ' ')
			}
			out = strconv.AppendInt(out, int64(dx), 10)
			if dy >= 0 {
				out = append(out, ' ')
			}
			out = strconv.AppendInt(out, int64(dy), 10)
		}
		lastX, lastY = X, Y
		drawn++
	}
	if drawn == 1 {
		return append(out, "0 0z"...)
	}
	return append(out, 'z')
}

// regionMap draws a region with its clusters; nil if no boundary is loaded.
func (f *frame) regionMap(ctx context.Context, r *sentra.Region, clusters []*atlas.Cluster) (*miniMap, error) {
	shape := f.Shape(r.Code)
	if shape == nil {
		return nil, nil
	}
	m, p, err := f.land(ctx, shape.Bound, []*sentra.Region{r})
	if err != nil {
		return nil, err
	}
	m.Title = f.T("map.title", f.NameOn(r), f.OnDay())
	f.mark(m, p, clusters)
	f.label(m, p)
	m.legend(f)
	return m, nil
}

// clusterMap draws the location of a cluster.
func (f *frame) clusterMap(ctx context.Context, c *atlas.Cluster, regions []*sentra.Region) (*miniMap, error) {
	var bound orb.Bound
	first := true
	for _, r := range regions {
		shape := f.Shape(r.Code)
		if shape == nil {
			return nil, nil
		}
		if first {
			bound, first = shape.Bound, false
		} else {
			bound = bound.Union(shape.Bound)
		}
	}
	if first {
		return nil, nil
	}
	m, p, err := f.land(ctx, bound, regions)
	if err != nil {
		return nil, err
	}
	m.Title = f.T("map.cluster", f.clusterName(c), f.OnDay())
	f.mark(m, p, []*atlas.Cluster{c})
	f.label(m, p)
	m.legend(f)
	return m, nil
}

// piece is a regency or city on a map; wanted if it is a subject of the map.
type piece struct {
	region *sentra.Region
	shape  *atlas.Shape
	wanted bool
}

// pieces returns the regencies and cities in a box, the subjects of the map last, so
// that they are on top.
func (q *Request) pieces(shown orb.Bound, focus []*sentra.Region) []piece {
	inFocus := q.withMembers(focus)
	var out, wanted []piece
	for i := range q.Data.Regions {
		r := &q.Data.Regions[i]
		if r.Kind == sentra.KindProvince || q.Exists(r.Code) == nil {
			continue
		}
		s := q.Shape(r.Code)
		switch {
		case s == nil || !s.Bound.Intersects(shown):
		case inFocus[r.Code]:
			wanted = append(wanted, piece{r, s, true})
		default:
			out = append(out, piece{r, s, false})
		}
	}
	return append(out, wanted...)
}

// withMembers returns the codes of regions and of the regencies and cities in them.
func (q *Request) withMembers(regions []*sentra.Region) map[sentra.RegionCode]bool {
	out := make(map[sentra.RegionCode]bool, len(regions))
	for _, r := range regions {
		out[r.Code] = true
		for _, member := range q.Members(r.Code) {
			out[member.Code] = true
		}
	}
	return out
}

// land draws regions in the colours of their status, with their surroundings. It
// simplifies as much as necessary to stay short.
func (f *frame) land(ctx context.Context, bound orb.Bound, focus []*sentra.Region) (*miniMap, *projection, error) {
	p := newProjection(bound)
	m := &miniMap{Width: p.width, Height: p.height}
	pieces := f.pieces(p.box(), focus)
	for tolerance := p.metres * 2.2; ; tolerance *= 1.4 {
		m.Areas = m.Areas[:0]
		length := 0
		for _, piece := range pieces {
			if err := sentra.Ended(ctx, "while a map was drawn"); err != nil {
				return nil, nil, err
			}
			area := mapArea{Class: "land", Path: p.path(piece.shape.Simplified(tolerance), piece.wanted)}
			if area.Path == "" {
				continue
			}
			if piece.wanted {
				judged := f.Affirmative(piece.region.Code)
				area.Class = "focus " + colourOf(&judged)
			}
			length += len(area.Path)
			m.Areas = append(m.Areas, area)
		}
		if length <= mapBytes || tolerance > 200_000 {
			break
		}
	}
	m.names = focus
	if len(focus) == 1 && focus[0].Kind == sentra.KindProvince {
		m.names = f.Members(focus[0].Code)
	}
	var around []*sentra.Region
	for _, piece := range pieces {
		if !piece.wanted {
			around = append(around, piece.region)
		}
	}
	byArea := func(x, y *sentra.Region) int { return compareArea(f.Shape(y.Code), f.Shape(x.Code)) }
	slices.SortStableFunc(m.names, byArea)
	slices.SortStableFunc(around, byArea)
	m.around = around
	return m, &p, nil
}

func compareArea(x, y *atlas.Shape) int {
	switch {
	case x == nil || y == nil || x.AreaKm2 == y.AreaKm2:
		return 0
	case x.AreaKm2 < y.AreaKm2:
		return -1
	}
	return 1
}

// box is the area of an item on a map.
type box struct{ left, top, right, bottom int }

func (b box) meets(c box) bool {
	return b.left < c.right && c.left < b.right && b.top < c.bottom && c.top < b.bottom
}

// label places names on the map where there is room: beside the marks, the subjects
// of the map first, and before all others those that have room even with the larger
// letters.
func (f *frame) label(m *miniMap, p *projection) {
	var marks []box
	for _, k := range m.Marks {
		marks = append(marks, box{k.X - k.Radius, k.Y - k.Radius, k.X + k.Radius, k.Y + k.Radius})
	}
	type name struct {
		text, class string
		x, y        int
	}
	var names []name
	add := func(regions []*sentra.Region, class string) {
		for _, r := range regions {
			if s := f.Shape(r.Code); s != nil {
				x, y := p.at(s.Label)
				names = append(names, name{bare(f.NameOn(r)), class, int(x), int(y)})
			}
		}
	}
	class := "name"
	if len(m.names) > 1 {
		class = "member"
	}
	add(m.names, class)
	// Only a map with few names of its own gets those of its surroundings.
	if len(m.names) <= 3 {
		add(m.around, "beside")
	}
	place := func(letters lettering, taken []box, n name) (box, int, bool) {
		half := len([]rune(n.text)) * letters.width / 2
		for _, y := range []int{n.y + letters.height/3, n.y - letters.height*3/4, n.y + letters.height*5/4} {
			at := box{n.x - half, y - letters.height, n.x + half, y + letters.height/4}
			if at.left < 4 || at.right > m.Width-4 || at.top < 4 || at.bottom > m.Height-4 {
				continue
			}
			if !slices.ContainsFunc(taken, at.meets) && !slices.ContainsFunc(marks, at.meets) {
				return at, y, true
			}
		}
		return box{}, 0, false
	}
	var large, all []box
	var left []name
	for _, n := range names {
		at, y, ok := place(narrow, large, n)
		if !ok {
			left = append(left, n)
			continue
		}
		large, all = append(large, at), append(all, at)
		m.Labels = append(m.Labels, mapLabel{X: n.x, Y: y, Text: n.text, Class: n.class})
	}
	for _, n := range left {
		if at, y, ok := place(wide, all, n); ok {
			all = append(all, at)
			m.Labels = append(m.Labels, mapLabel{X: n.x, Y: y, Text: n.text, Class: n.class + " tight"})
		}
	}
}

// bare is a name without its kind, as on maps.
func bare(name string) string {
	for _, kind := range []string{"Kabupaten Administrasi ", "Kota Administrasi ", "Kabupaten ", "Kota "} {
		if rest, found := strings.CutPrefix(name, kind); found {
			return rest
		}
	}
	return name
}

// mark places clusters on the map; those at one place are one mark with their number.
func (f *frame) mark(m *miniMap, p *projection, clusters []*atlas.Cluster) {
	// Clusters of the programme have their own marks.
	type place struct {
		x, y      int
		programme bool
	}
	at := make(map[place][]*atlas.Cluster)
	var order []place
	for _, c := range clusters {
		x, y := p.at(c.Place)
		// Places that are indistinguishable at this scale are one.
		key := place{int(x) / 24, int(y) / 24, c.OfProgramme()}
		if at[key] == nil {
			order = append(order, key)
		}
		at[key] = append(at[key], c)
	}
	slices.SortStableFunc(order, func(x, y place) int {
		switch {
		case x.programme == y.programme:
			return 0
		case y.programme:
			return -1
		}
		return 1
	})
	for _, key := range order {
		here := at[key]
		x, y := p.at(here[0].Place)
		if key.programme && at[place{key.x, key.y, false}] != nil {
			x, y = x-30, y-30
		}
		one := mapMark{X: int(x), Y: int(y), Radius: 15, Class: "mark", Title: f.clusterName(here[0])}
		if len(here) > 1 {
			one.Count, one.Radius = strconv.Itoa(len(here)), min(24+4*len(strconv.Itoa(len(here))), 40)
			one.Title = f.Lang.counted("known", len(here))
		}
		if !key.programme {
			one.Class += " other"
		}
		if !slices.ContainsFunc(here, func(c *atlas.Cluster) bool { return !c.Planned }) {
			one.Class += " planned"
		}
		m.Marks = append(m.Marks, one)
	}
}

// legend explains the colours that the map uses.
func (m *miniMap) legend(f *frame) {
	for _, class := range []string{"disadvantaged", "border", "both", "no", "unknown"} {
		if slices.ContainsFunc(m.Areas, func(a mapArea) bool { return a.Class == "focus "+class }) {
			m.Legend = append(m.Legend, legendEntry{"swatch " + class, f.T("legend." + class)})
		}
	}
	for _, class := range []string{"mark", "mark other", "mark planned", "mark other planned"} {
		if slices.ContainsFunc(m.Marks, func(k mapMark) bool { return k.Class == class }) {
			key := "legend." + strings.ReplaceAll(class, " ", ".")
			if class == "mark other planned" {
				key = "legend.mark.planned"
			}
			m.Legend = append(m.Legend, legendEntry{class, f.T(key)})
		}
	}
}

func (m *miniMap) ViewBox() template.HTMLAttr {
	return template.HTMLAttr(fmt.Sprintf(`viewBox="0 0 %d %d"`, m.Width, m.Height))
}
