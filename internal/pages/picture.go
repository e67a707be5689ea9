package pages

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"maps"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/raster"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// Pictures are for link previews, which do not support SVG: a title, a map, the day
// and the address, as a PNG of the size that sites with previews expect.
const (
	pictureWidth, pictureHeight = 1200, 630
	// The map is between the text above and the line below.
	pictureTop, pictureFoot = 188, 64
	pictureMargin           = 44
)

// country is the box of Indonesia in degrees.
var country = orb.Bound{Min: orb.Point{95, -11.1}, Max: orb.Point{141.1, 6.1}}

// colours are those of the pages in light mode.
var colours = readColours(styleText)

var variable = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]+);`)

// readColours reads the variables of a style sheet; the first definition counts.
func readColours(css string) map[string]color.RGBA {
	out := make(map[string]color.RGBA)
	for _, match := range variable.FindAllStringSubmatch(css, -1) {
		name, value := match[1], match[2]
		if len(value) == 4 {
			value = "#" + strings.Repeat(value[1:2], 2) + strings.Repeat(value[2:3], 2) + strings.Repeat(value[3:4], 2)
		}
		if _, known := out[name]; !known {
			out[name] = raster.Hex(value)
		}
	}
	return out
}

// fill returns the fill of a class of areas.
func fill(class string) image.Image {
	switch class {
	case "both":
		return raster.Stripes{One: colours["disadvantaged"], Other: colours["border"], Period: 12, Width: 6}
	case "open":
		return raster.Stripes{One: colours["land-line"], Other: colours["land"], Period: 16, Width: 3}
	case "unknown":
		return raster.Stripes{One: colours["hatch"], Other: colours["hatch-ground"], Period: 8, Width: 1}
	}
	if fill, ok := scoreFills[class]; ok {
		return fill
	}
	return image.NewUniform(colours[class])
}

// scoreColours are those of the quarters of a score on the map's page, lowest first.
var scoreColours = [...]color.RGBA{raster.Hex("#fbfaf6"), raster.Hex("#a9d5cf"), raster.Hex("#4fa59c"), raster.Hex("#136a63")}

// scoreClass is a class of areas: the quarters in which a score begins and ends. A
// score that begins at a bound is in the quarter above it, one that ends there in the
// quarter below, as on the map's page (web/src/map/grounds.ts).
func scoreClass(score sentra.Score) string {
	const slack, last = 1e-9, len(scoreColours) - 1
	from := min(last, int(score.Lower*float64(len(scoreColours))+slack))
	to := max(from, int(math.Ceil(score.Upper*float64(len(scoreColours))-slack))-1)
	return classOfScores(from, to)
}

func classOfScores(from, to int) string { return fmt.Sprintf("score.%d.%d", from, to) }

// scoreFills has the fill of every class of scores.
var scoreFills = func() map[string]image.Image {
	fills := make(map[string]image.Image)
	for from, lower := range scoreColours {
		fills[classOfScores(from, from)] = image.NewUniform(lower)
		for to, upper := range scoreColours[from+1:] {
			fills[classOfScores(from, from+1+to)] = raster.Stripes{One: upper, Other: lower, Period: 10, Width: 3}
		}
	}
	return fills
}()

// scoreLegend has the classes of scores that a legend explains: one of each quarter,
// and one that spans several.
var scoreLegend = []string{classOfScores(0, 0), classOfScores(1, 1), classOfScores(2, 2), classOfScores(3, 3), classOfScores(0, 3)}

// picture is the content of a picture.
type picture struct {
	title, text string
	bound       orb.Bound
	focus       []*sentra.Region
	// open has the regions that could not be decided; whole means that every region is
	// in focus.
	open     []*sentra.Region
	whole    bool
	clusters []*atlas.Cluster
	// outline is the edge of an area that is selected.
	outline orb.MultiPolygon
	// scores are those of the regions in focus, nil if these are coloured by status.
	scores map[sentra.RegionCode]sentra.Score
	// path is the page of the picture.
	path string
}

// RegionPicture makes the picture of a region's page. Without such a page on the day,
// or without a boundary, there is none.
func (q *Request) RegionPicture(ctx context.Context, text string) (*Page, error) {
	code, err := sentra.ParseRegionCode(text)
	if err != nil {
		return q.NotFound()
	}
	r := q.Exists(code)
	shape := q.Shape(code)
	if r == nil || shape == nil {
		return q.NotFound()
	}
	b := &regionBody{frame: q.newFrame(RegionPath(code), "regions"), Region: r, Name: q.NameOn(r)}
	judged, known := q.Affirmative(code), q.ClustersOf(code)
	slices.SortStableFunc(known, b.byWeight)
	b.status(&judged)
	return q.drawn(ctx, &picture{title: b.Name, text: b.lead(&judged, known), bound: shape.Bound, focus: []*sentra.Region{r}, clusters: append(known, q.PlannedIn(code)...), path: b.Path})
}

// ClusterPicture makes the picture of a cluster's page.
func (q *Request) ClusterPicture(ctx context.Context, key string) (*Page, error) {
	c := q.Atlas.Cluster(key)
	if c == nil {
		return q.NotFound()
	}
	b, regions := q.clusterBody(c)
	p := &picture{title: b.Title, text: b.Lead, focus: regions, clusters: []*atlas.Cluster{c}, path: b.Path}
	for i, r := range regions {
		shape := q.Shape(r.Code)
		if shape == nil {
			return q.NotFound()
		}
		if i == 0 {
			p.bound = shape.Bound
		}
		p.bound = p.bound.Union(shape.Bound)
	}
	if len(regions) == 0 {
		return q.NotFound()
	}
	return q.drawn(ctx, p)
}

// MapPicture makes the picture of the map: the list that its filters select. Without
// filters it is the whole country on the day, with the clusters of the programme and,
// among the affirmative regencies, those that have one.
func (q *Request) MapPicture(ctx context.Context) (*Page, error) {
	v, err := q.mapView()
	if err != nil {
		return nil, err
	}
	if v != nil {
		ctx := atlas.WithPolygons(ctx)
		p, err := q.viewed(ctx, v)
		if err != nil {
			return nil, err
		}
		return q.drawn(ctx, p)
	}
	yes, regencies := true, sentra.LevelRegency
	ofProgramme := &sentra.ClusterFilter{Programme: &yes}
	found, err := q.View.Clusters(ctx, ofProgramme, sentra.ClustersByPhase, true)
	if err != nil {
		return nil, err
	}
	p := &picture{title: q.T("picture.map"), bound: country, whole: true}
	for _, hit := range found.Hits() {
		p.clusters = append(p.clusters, hit.Cluster)
	}
	both, err := q.View.Regions(ctx, &sentra.RegionFilter{Affirmative: &yes, Level: regencies, Clusters: ofProgramme}, sentra.RegionsByCode)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, hit := range both.Hits {
		names = append(names, q.NameOn(hit.Region))
	}
	p.text = q.T("picture.programme", q.OnDay(), q.Lang.number(len(p.clusters)))
	if len(names) > 0 {
		p.text += " " + q.T("picture.hosts", q.Lang.list(names))
	}
	return q.drawn(ctx, p)
}

// rings returns the rings of a shape in pixels.
func (p *fitted) rings(shape orb.MultiPolygon, keep bool) [][]raster.Point {
	var out [][]raster.Point
	for _, polygon := range shape {
		bound := polygon.Bound()
		if !bound.Intersects(p.shown) || !keep && (bound.Max[0]-bound.Min[0])*p.perLon < 1 && (bound.Max[1]-bound.Min[1])*p.perLat < 1 {
			continue
		}
		for _, ring := range polygon {
			var points []raster.Point
			for _, at := range ring {
				points = append(points, p.at(at))
			}
			out = append(out, points)
		}
	}
	return out
}

// fitted converts degrees to pixels in a frame.
type fitted struct {
	west, north, perLon, perLat float64
	top                         int
	shown                       orb.Bound
}

// fit fits a box between the texts of a picture.
func fit(box orb.Bound) *fitted {
	const width, height = pictureWidth, pictureHeight - pictureTop - pictureFoot
	middle := box.Center()
	squeeze := math.Cos(middle[1] * math.Pi / 180)
	scale := min(width/max((box.Max[0]-box.Min[0])*squeeze, 0.02), height/max(box.Max[1]-box.Min[1], 0.02)) / 1.12
	p := &fitted{perLon: scale * squeeze, perLat: scale, top: pictureTop}
	p.west, p.north = middle[0]-width/p.perLon/2, middle[1]+height/p.perLat/2
	p.shown = orb.Bound{Min: orb.Point{p.west, p.north - height/p.perLat}, Max: orb.Point{p.west + width/p.perLon, p.north}}
	return p
}

func (p *fitted) at(point orb.Point) raster.Point {
	return raster.Point{X: (point[0] - p.west) * p.perLon, Y: float64(p.top) + (p.north-point[1])*p.perLat}
}

// drawn draws a picture.
func (q *Request) drawn(ctx context.Context, of *picture) (*Page, error) {
	c := raster.New(pictureWidth, pictureHeight, colours["paper"])
	frame := image.Rect(0, pictureTop, pictureWidth, pictureHeight-pictureFoot)
	c.Rectangle(frame, colours["sea"])
	c.Within(frame)
	shown, err := q.landOn(ctx, c, of)
	if err != nil {
		return nil, err
	}
	c.Within(image.Rect(0, 0, pictureWidth, pictureHeight))
	if err := q.legendOn(c, shown); err != nil {
		return nil, err
	}
	if err := q.wordsOn(c, of); err != nil {
		return nil, err
	}
	body, err := c.PNG()
	if err != nil {
		return nil, err
	}
	return &Page{Status: http.StatusOK, Body: body, Type: "image/png"}, nil
}

// landOn draws the map of a picture, and returns the classes that it shows.
func (q *Request) landOn(ctx context.Context, c *raster.Canvas, of *picture) ([]string, error) {
	p := fit(of.bound)
	tolerance := 111_320 / p.perLat * 0.7
	byClass := make(map[string][][]raster.Point)
	var shown []string
	order := append([]string{"land", "open", "no", "unknown", "border", "disadvantaged", "both"}, slices.Sorted(maps.Keys(scoreFills))...)
	open := q.withMembers(of.open)
	for _, piece := range q.pieces(p.shown, of.focus) {
		if err := sentra.Ended(ctx, "while a picture was drawn"); err != nil {
			return nil, err
		}
		class := "land"
		score, scored := of.scores[piece.region.Code]
		switch {
		case piece.wanted && scored:
			class = scoreClass(score)
		case piece.wanted || of.whole:
			judged := q.Affirmative(piece.region.Code)
			class = colourOf(&judged)
		case open[piece.region.Code]:
			class = "open"
		}
		byClass[class] = append(byClass[class], p.rings(piece.shape.Simplified(tolerance), piece.wanted)...)
	}
	for _, class := range order {
		if err := sentra.Ended(ctx, "while a picture was drawn"); err != nil {
			return nil, err
		}
		if len(byClass[class]) == 0 {
			continue
		}
		if !strings.HasPrefix(class, "score.") {
			shown = append(shown, class)
		}
		c.Area(byClass[class], fill(class))
		line, width := colours["edge"], 1.0
		switch {
		case class == "land" || class == "open":
			line = colours["land-line"]
		case of.bound == country:
			width = 0.4
		}
		c.Lines(byClass[class], width, line)
	}
	if of.scores != nil {
		shown = append(shown, scoreLegend...)
	}
	c.Lines(p.rings(of.outline, true), 2.5, colours["accent"])
	var other, own []raster.Point
	// Draw marks that would hide one another once.
	type place struct {
		x, y      int
		programme bool
	}
	marked := make(map[place]bool)
	for _, cluster := range of.clusters {
		at := p.at(cluster.Place)
		here := place{int(at.X) / 3, int(at.Y) / 3, cluster.OfProgramme()}
		if marked[here] {
			continue
		}
		if marked[here] = true; here.programme {
			own = append(own, at)
		} else {
			other = append(other, at)
		}
	}
	for _, marks := range []struct {
		at    []raster.Point
		class string
	}{{other, "other"}, {own, "mark"}} {
		if len(marks.at) == 0 {
			continue
		}
		shown = append(shown, marks.class)
		c.Circles(marks.at, 8, colours["ring"])
		c.Circles(marks.at, 6, colours[marks.class])
	}
	return shown, nil
}

// legendOn explains the colours of a picture at the right below the map.
func (q *Request) legendOn(c *raster.Canvas, shown []string) error {
	shown = slices.DeleteFunc(slices.Clone(shown), func(class string) bool { return class == "land" })
	letters, x, y := raster.Letters{Size: 17}, float64(pictureWidth-pictureMargin), float64(pictureHeight-36)
	const beside = legendSwatch + legendGap
	day, err := c.Width(q.dayLine(), dayLetters)
	if err != nil {
		return err
	}
	widths, sum := make([]float64, len(shown)), 0.0
	for i, class := range shown {
		if widths[i], err = c.Width(q.legend(class), letters); err != nil {
			return err
		}
		sum += widths[i]
	}
	// With many classes the letters are smaller, so that they end before the day.
	part := min(1, (x-pictureMargin-day-float64(len(shown))*beside)/max(sum, 1))
	letters.Size *= part
	for i, class := range slices.Backward(shown) {
		x -= widths[i] * part
		if err := c.Text(q.legend(class), raster.Point{X: x, Y: y}, letters, colours["ink"]); err != nil {
			return err
		}
		x -= legendSwatch
		if class == "mark" || class == "other" {
			c.Circles([]raster.Point{{X: x + 7, Y: y - 6}}, 6, colours[class])
		} else {
			swatch := [][]raster.Point{{{X: x, Y: y - 13}, {X: x + 15, Y: y - 13}, {X: x + 15, Y: y + 2}, {X: x, Y: y + 2}}}
			c.Area(swatch, fill(class))
			c.Lines(swatch, 1, colours["edge"])
		}
		x -= legendGap
	}
	return nil
}

// The space of a swatch in a legend with that to its text, and the gap between two
// entries.
const legendSwatch, legendGap = 22, 18

// legend explains a class of a picture.
func (q *Request) legend(class string) string {
	if class == "other" {
		class = "mark.other"
	}
	return q.T("legend." + class)
}

// dayLetters are those of the line with the day of a picture.
var dayLetters = raster.Letters{Size: 20, Bold: true}

func (q *Request) dayLine() string { return "Sentra  ·  " + q.OnDay() }

// wordsOn writes the texts above and below the map of a picture.
func (q *Request) wordsOn(c *raster.Canvas, of *picture) error {
	const room = pictureWidth - 2*pictureMargin
	title, text, small := raster.Letters{Size: 46, Bold: true}, raster.Letters{Size: 24}, raster.Letters{Size: 20}
	for title.Size > 30 {
		width, err := c.Width(of.title, title)
		if err != nil {
			return err
		}
		if width <= room {
			break
		}
		title.Size -= 4
	}
	lines, err := c.Wrapped(of.title, title, room, 2)
	if err != nil {
		return err
	}
	y, rest := 66.0, 3
	if len(lines) > 1 {
		y, rest = 46, 2
	}
	for i, line := range lines {
		y += 36 * float64(i)
		if err := c.Text(line, raster.Point{X: pictureMargin, Y: y}, title, colours["ink"]); err != nil {
			return err
		}
	}
	if lines, err = c.Wrapped(of.text, text, room, rest); err != nil {
		return err
	}
	for _, line := range lines {
		y += 34
		if err := c.Text(line, raster.Point{X: pictureMargin, Y: y}, text, colours["quiet"]); err != nil {
			return err
		}
	}
	foot := []struct {
		text   string
		at     raster.Point
		colour color.RGBA
	}{
		{q.dayLine(), raster.Point{X: pictureMargin, Y: pictureHeight - 34}, colours["accent"]},
		{q.T("picture.sources", withoutScheme(q.absolute(q.Lang, of.path, ""))), raster.Point{X: pictureMargin, Y: pictureHeight - 10}, colours["quiet"]},
	}
	for i, line := range foot {
		letters := small
		if i == 0 {
			letters = dayLetters
		}
		kept, err := c.Wrapped(line.text, letters, room, 1)
		if err != nil {
			return err
		}
		for _, part := range kept {
			if err := c.Text(part, line.at, letters, line.colour); err != nil {
				return err
			}
		}
	}
	return nil
}

// withoutScheme is an address without its scheme, as people write it.
func withoutScheme(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(rest, "/")
}
