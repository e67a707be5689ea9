package pages

import (
	"context"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// clusterBody is the content of a cluster's page.
type clusterBody struct {
	*frame
	Cluster  *atlas.Cluster
	Lead     string
	Row      clusterRow
	Status   string
	Known    string
	Target   string
	Facts    []fact
	Regions  []clusterRegion
	Grounds  []assessmentRow
	Readings []readingRow
	Supports []supportRow
	Events   []eventRow
	Map      *miniMap
	MapHref  string
	Files    []file
	Embed    string
	Beside   []clusterRow
}

// clusterRegion is a region of a cluster, with its status.
type clusterRegion struct {
	link
	Code, Sentence string
	Class          string
}

type readingRow struct {
	Text, On string
	Cites    []int
}

func (b *clusterBody) SupportTable() supportTable { return supportTable{b.Request, b.Supports} }

// beside is the number of clusters of the same product on a cluster's page.
const beside = 8

// Cluster makes the page of a cluster.
func (q *Request) Cluster(ctx context.Context, key string) (*Page, error) {
	c := q.Atlas.Cluster(key)
	if c == nil {
		// Sentra 0.1.0 used the id in addresses, which is the base64 of Cluster:KEY.
		if text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(key, "=")); err == nil {
			if old, found := strings.CutPrefix(string(text), "Cluster:"); found && q.Atlas.Cluster(old) != nil {
				return &Page{Status: http.StatusMovedPermanently, Location: q.page(ClusterPath(old))}, nil
			}
		}
		return q.missingCluster(ctx, key)
	}
	b, regions := q.clusterBody(c)
	f := b.frame
	b.facts()
	var err error
	if b.Map, err = f.clusterMap(ctx, c, regions); err != nil {
		return nil, err
	}
	b.Pictured = b.Map != nil
	for _, reading := range c.Readings {
		row := readingRow{Text: b.Lang.said(reading.Read, reading.ReadID), Cites: f.cited([]sentra.SourceID{reading.Source})}
		if reading.On != nil {
			row.On = f.T("read.on", f.Date(*reading.On))
		}
		b.Readings = append(b.Readings, row)
	}
	for _, s := range f.SupportsOfCluster(c) {
		b.Supports = append(b.Supports, f.supportRow(s))
	}
	b.Events = f.events(func(e *sentra.Event) bool { return slices.Contains(c.Regions, e.Region) && c.OfProgramme() })
	for _, key := range c.Products {
		for other := range f.ClustersOfProduct(key).All {
			if other != c && len(b.Beside) < beside && other.Begins <= f.Day {
				b.Beside = append(b.Beside, f.clusterRow(other))
			}
		}
	}
	b.MapHref = f.mapLink("show", "cluster:"+c.Key)
	b.Files = b.clusterFiles()
	b.Embed = f.embed(b.Title, "show", "cluster:"+c.Key)
	b.Days = f.dayForm(b.turns()...)
	b.Cite = f.citation(b.Title, "sentra-"+c.Key)
	b.LinkedData = b.clusterData()
	b.Body = b
	return b.render("cluster", http.StatusOK)
}

// clusterBody starts the page of a cluster: what and where it is. It also returns
// those of its regions that exist on the day.
func (q *Request) clusterBody(c *atlas.Cluster) (*clusterBody, []*sentra.Region) {
	f := q.newFrame(ClusterPath(c.Key), "clusters")
	b := &clusterBody{frame: f, Cluster: c, Row: f.clusterRow(c)}
	var regions []*sentra.Region
	for _, code := range c.Regions {
		r := q.Atlas.Region(code)
		if r == nil {
			continue
		}
		if q.Exists(code) != nil {
			regions = append(regions, r)
		}
		judged := q.Affirmative(code)
		at := clusterRegion{link: q.regionLink(code), Code: string(code), Class: colourOf(&judged)}
		at.Sentence = q.affirmativeSentence(at.Text, &judged)
		b.Regions = append(b.Regions, at)
	}
	b.Title = b.Row.Name
	if names := b.regionNames(); names != "" && !strings.Contains(b.Title, names) {
		b.Title += ", " + names
	}
	b.Lead = b.lead()
	b.Description = b.Lead
	return b, regions
}

func (b *clusterBody) regionNames() string {
	var names []string
	for _, r := range b.Regions {
		names = append(names, r.Text)
	}
	return b.Lang.list(names)
}

// lead summarises the page in a sentence or two.
func (b *clusterBody) lead() string {
	c := b.Cluster
	var products []string
	for _, p := range b.Row.Products {
		products = append(products, strings.ToLower(p.Text[:1])+p.Text[1:])
	}
	where := b.regionNames()
	if len(c.Regions) == 1 {
		if parent := b.Atlas.Region(b.Province(c.Regions[0])); parent != nil && parent.Code != c.Regions[0] {
			where += ", " + b.NameOn(parent)
		}
	}
	kind := "lead.cluster.other"
	switch {
	case c.OfProgramme():
		kind = "lead.cluster.programme"
	case c.Planned:
		kind = "lead.cluster.planned"
	}
	text := b.T(kind, b.Lang.list(products), where)
	if c.OfProgramme() {
		text += " " + b.T("lead.phases", b.Row.Phases)
	}
	if len(b.Regions) == 1 {
		text += " " + b.Regions[0].Sentence
	}
	return text
}

// facts lists the known properties of the cluster.
func (b *clusterBody) facts() {
	c := b.Cluster
	add := func(term, text string, cites ...int) {
		if text != "" {
			b.Facts = append(b.Facts, fact{Term: b.T(term), Text: text, Cites: cites})
		}
	}
	all := b.cited(c.Sources)
	if name := c.NameID; b.Lang == English && name != c.NameEN {
		add("name.id", name)
	} else if b.Lang == Indonesian && name != c.NameEN {
		add("name.en", c.NameEN)
	}
	b.Status = b.T("cluster." + string(c.Status()))
	add("cluster.status", b.Status, all...)
	place := c.Cluster.Place
	add("place", place, all...)
	add("place.note", b.Lang.said(c.RegionNote, c.RegionNoteID))
	if c.ProvinceNamed != "" {
		add("place.named", c.ProvinceNamed)
	}
	add("place.precision", b.T("precision."+string(c.Precision)))
	if c.Began != 0 {
		add("cluster.began", strconv.Itoa(c.Began), all...)
	}
	if c.Begins <= b.Today {
		add("cluster.known", b.Date(c.Begins))
	}
	add("figures", b.Row.Figures, all...)
	add("confidence", b.Row.Confidence)
	if c.OfProgramme() {
		add("phases", b.Row.Phases)
		add("target", b.target(c.InitialTarget))
		for _, kind := range sentra.GroundKinds {
			row := assessmentRow{Ground: b.T("ground." + string(kind)), Outcome: b.T("ground.unknown"), Class: "unknown"}
			for _, met := range c.Grounds {
				if met.Kind == kind {
					row.Outcome, row.Class, row.Cites = b.T("outcome.MET"), "yes", b.cited(met.Sources)
					if !met.Met {
						row.Outcome, row.Class = b.T("outcome.NOT_MET"), "no"
					}
				}
			}
			b.Grounds = append(b.Grounds, row)
		}
	}
	switch {
	case c.Begins <= b.Day:
	case c.OfProgramme():
		b.Known = b.T("cluster.notBegun", b.OnDay())
	default:
		b.Known = b.T("cluster.notKnown", b.OnDay())
	}
}

// turns are days of interest for the cluster.
func (b *clusterBody) turns() []sentra.Date {
	var days []sentra.Date
	if b.Cluster.Begins >= sentra.FirstDay && b.Cluster.Begins <= b.Today {
		days = append(days, b.Cluster.Begins)
	}
	for _, code := range b.Cluster.Regions {
		days = append(days, b.Request.turns(code)...)
	}
	slices.Sort(days)
	days = slices.Compact(days)
	return days[max(0, len(days)-8):]
}

func (b *clusterBody) clusterFiles() []file {
	out := []file{{b.queryLink(clusterQuery, map[string]string{"key": b.Cluster.Key}), "JSON", b.T("file.page")}}
	for _, code := range b.Cluster.Regions {
		filter, note := map[string]any{"region": string(code)}, b.T("file.clustersOf", b.regionLink(code).Text)
		out = append(out, file{b.dataFile("clusters.csv", filter), "CSV", note}, file{b.dataFile("clusters.xlsx", filter), "XLSX", note}, file{b.dataFile("clusters.geojson", filter), "GeoJSON", note})
	}
	return out
}

// clusterData is the page of a cluster as JSON-LD.
func (b *clusterBody) clusterData() object {
	c := b.Cluster
	about := object{"@type": "Place", "name": b.Title, "identifier": c.Key, "url": b.Canonical()}
	if c.Precision == sentra.PrecisionPoint {
		about["geo"] = object{"@type": "GeoCoordinates", "longitude": rounded(c.Place[0]), "latitude": rounded(c.Place[1])}
	}
	var within []object
	for _, code := range c.Regions {
		if r := b.Atlas.Region(code); r != nil {
			within = append(within, b.place(r))
		}
	}
	if within != nil {
		about["containedInPlace"] = within
	}
	var files []object
	for _, code := range c.Regions {
		filter := map[string]any{"region": string(code)}
		files = append(files, b.download("clusters.csv", "text/csv", filter), b.download("clusters.geojson", "application/geo+json", filter))
	}
	return b.dataset(b.Title, b.Description, about, files)
}
