package pages

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// listed is the number of rows of a list on a region's page; longer lists have their
// own pages.
const listed = 10

// regionBody is the content of a region's page.
type regionBody struct {
	*frame
	Region *sentra.Region
	Name   string
	Kind   string
	Lead   string
	Status statusBlock
	Map    *miniMap
	Bar    *statusBar
	Spans  []spanRow
	// Grounds are the designations of the region on any day.
	Grounds  []groundRow
	Facts    []fact
	Names    []nameRow
	Codes    []codeRow
	Parents  []parentRow
	Splits   []fact
	Children []childRow
	Clusters clusterBlock
	Country
	Neighbours   []neighbourRow
	NoNeighbours bool
	MapHref      string
	Compare      []link
	Files        []file
	Embed        string
	// Told are the limits of the record and its sources for this page.
	Told []fact
}

// Above is the province of a regency or city; nil for a province.
func (b *regionBody) Above() *link {
	if province := b.Province(b.Region.Code); province != "" && province != b.Region.Code {
		l := b.regionLink(province)
		return &l
	}
	return nil
}

func (b *regionBody) SupportTable() supportTable { return supportTable{b.Request, b.Supports} }

// ClustersTold describes the number of clusters in a sentence or two.
func (b *regionBody) ClustersTold() string {
	var parts []string
	if n := b.Clusters.Count; n > 0 {
		parts = append(parts, b.T("clusters.told", b.Lang.counted("known", n), b.OnDay()))
	} else {
		parts = append(parts, b.T("clusters.told.none", b.OnDay()))
	}
	if n := b.Clusters.Planned; n > 0 {
		parts = append(parts, b.Lang.counted("planned", n))
	}
	if n := b.Clusters.Perhaps; n > 0 {
		parts = append(parts, b.Lang.counted("perhaps", n))
	}
	return strings.Join(parts, " ")
}

// told collects which lists are loaded, and what may be missing.
func (b *regionBody) told(judged *sentra.Affirmative) {
	for i := range judged.Kinds {
		kind := &judged.Kinds[i]
		for _, c := range kind.Coverage {
			text := b.coverageText(c)
			if c.Extent == sentra.ExtentComplete {
				text = b.T("coverage.COMPLETE", b.regulationOf(c), b.whereOf(c))
			}
			b.Told = append(b.Told, fact{Text: b.T("coverage.kind", b.T(string(c.Kind)), text, b.coveragePeriod(c)), Cites: b.cited(c.Sources)})
		}
		if len(kind.Coverage) == 0 {
			b.Told = append(b.Told, fact{Text: b.T("coverage.none", b.T(string(kind.Kind)), b.OnDay())})
		}
	}
	b.Told = append(b.Told, fact{Text: b.T("coverage.clusters")}, fact{Text: b.T("coverage.supports")})
}

func (q *Request) coveragePeriod(c *sentra.DesignationCoverage) string {
	var from, to string
	if c.From != nil {
		from = q.Lang.partial(*c.From)
	}
	if c.To != nil {
		to = q.Date(*c.To)
	}
	return q.Lang.period(from, to)
}

// statusBlock is the affirmative status of a region on the day.
type statusBlock struct {
	Answer, Class string
	// Badge is the confidence, empty if the status is unknown.
	Badge string
	Kinds []kindRow
	// Within describes the regencies of a province, empty for other regions.
	Within string
}

type kindRow struct {
	Kind, Answer, Class, Badge, Reason, Term string
	Cites                                    []int
}

type spanRow struct {
	Period  string
	Current bool
	Answers []answerCell
}

type answerCell struct{ Text, Class string }

type groundRow struct {
	Kind, Regulation, Period, Confidence, Across string
	InForce                                      bool
	Cites                                        []int
}

// fact is a name with a text.
type fact struct {
	Term, Text, Href string
	Cites            []int
}

type nameRow struct {
	Name, Kind, Period, Law, Confidence string
	Cites                               []int
}

type codeRow struct {
	System, Value, Period string
	Current               bool
	Cites                 []int
}

type parentRow struct {
	link
	Period, Law string
	InForce     bool
	Cites       []int
}

type childRow struct {
	Code, Name, Href, Answer, Class string
	Clusters                        int
}

type neighbourRow struct {
	link
	Code                      sentra.RegionCode
	Kilometres, Answer, Class string
}

// file is a link to the same data in another format.
type file struct{ Href, Format, Note string }

// classOf returns the CSS class of an answer.
func classOf(answer sentra.Answer) string {
	switch answer {
	case sentra.Yes:
		return "yes"
	case sentra.No:
		return "no"
	}
	return "unknown"
}

func answerOf(truth sentra.Truth) sentra.Answer {
	switch truth {
	case sentra.True:
		return sentra.Yes
	case sentra.False:
		return sentra.No
	}
	return sentra.NotCovered
}

// colourOf is the CSS class of a region's colour on the maps.
func colourOf(status *sentra.Affirmative) string {
	disadvantaged, border := status.Of(sentra.Disadvantaged).Answer == sentra.Yes, status.Of(sentra.Border).Answer == sentra.Yes
	switch {
	case disadvantaged && border:
		return "both"
	case disadvantaged:
		return "disadvantaged"
	case border:
		return "border"
	}
	return classOf(status.Answer)
}

// Region makes the page of the region with a code. A code of another day or system
// redirects to the region that had it, or leads to a page that lists several.
func (q *Request) Region(ctx context.Context, text string) (*Page, error) {
	code, err := sentra.ParseRegionCode(text)
	if err != nil || q.Atlas.Region(code) == nil {
		return q.elsewhere(ctx, text)
	}
	r := q.Exists(code)
	if r == nil {
		return q.notThen(q.Atlas.Region(code))
	}
	b := &regionBody{frame: q.newFrame(RegionPath(code), "regions"), Region: r, Name: q.NameOn(r), Kind: q.T("kind." + string(r.Kind))}
	b.Title = fmt.Sprintf("%s (%s)", b.Name, code)
	judged := q.Affirmative(code)
	known := q.ClustersOf(code)
	slices.SortStableFunc(known, b.byWeight)
	planned := q.PlannedIn(code)
	b.status(&judged)
	b.Clusters = b.clusterBlock(code, known, planned)
	b.Lead = b.lead(&judged, known)
	b.Description = b.Lead
	if b.Map, err = b.regionMap(ctx, r, append(slices.Clone(known), planned...)); err != nil {
		return nil, err
	}
	b.timeline()
	if err := b.places(); err != nil {
		return nil, err
	}
	b.identity()
	b.Country = b.country(code)
	b.told(&judged)
	b.Pictured = b.Map != nil
	b.MapHref = q.mapLink("list", "regencies", "show", "region:"+string(code))
	if r.Kind == sentra.KindProvince {
		b.MapHref = q.mapLink("list", "regencies", "province", string(code), "show", "region:"+string(code))
	}
	b.comparisons()
	b.Files = q.regionFiles(code)
	b.Embed = q.embed(b.Title, "show", "region:"+string(code))
	b.Days = b.dayForm(q.turns(code)...)
	b.Cite = b.citation(b.Title, "sentra-"+string(code))
	b.LinkedData = b.regionData(r)
	b.Body = b
	return b.render("region", http.StatusOK)
}

// lead summarises the page in a sentence or two.
func (b *regionBody) lead(judged *sentra.Affirmative, known []*atlas.Cluster) string {
	text := b.sentenceOf(b.Region, b.Name) + " " + b.affirmativeSentence(b.Name, judged)
	if b.Region.Kind == sentra.KindProvince {
		if b.Status.Within != "" {
			text = b.sentenceOf(b.Region, b.Name) + " " + b.Status.Within
		}
	}
	return text + " " + b.clustersSentence(known)
}

// sentenceOf says what a region is and where it is.
func (q *Request) sentenceOf(r *sentra.Region, name string) string {
	if r.Kind == sentra.KindProvince {
		n := len(q.Members(r.Code))
		return q.T("lead.province", name, q.Lang.counted("members", n))
	}
	parent := q.Atlas.Region(q.Province(r.Code))
	if parent == nil {
		return q.T("lead.alone."+string(r.Kind), name)
	}
	return q.T("lead."+string(r.Kind), name, q.NameOn(parent))
}

// affirmativeSentence says whether a region is affirmative, and with what confidence.
func (q *Request) affirmativeSentence(name string, judged *sentra.Affirmative) string {
	switch judged.Answer {
	case sentra.Yes:
		var kinds []string
		for _, status := range judged.Kinds {
			if status.Answer == sentra.Yes {
				kinds = append(kinds, q.T("sentence."+string(status.Kind)))
			}
		}
		return q.T("sentence.YES", q.OnDay(), q.Lang.list(kinds))
	case sentra.No:
		return q.T("sentence.NO", q.OnDay())
	}
	return q.T("sentence.NOT_COVERED", q.OnDay())
}

// shortName is the name of a cluster without the region, which is part of the names
// of programme clusters.
func (q *Request) shortName(c *atlas.Cluster) string {
	name := q.clusterName(c)
	for _, code := range c.Regions {
		if r := q.Atlas.Region(code); r != nil {
			name = strings.TrimSuffix(strings.TrimSuffix(name, ", "+r.Name), ", "+q.NameOn(r))
		}
	}
	return name
}

// clustersSentence names the clusters, as far as there is room in a sentence.
func (q *Request) clustersSentence(known []*atlas.Cluster) string {
	if len(known) == 0 {
		return q.T("sentence.clusters.none")
	}
	var names []string
	for _, c := range known[:min(3, len(known))] {
		names = append(names, q.shortName(c))
	}
	if more := len(known) - len(names); more > 0 {
		names = append(names, q.Lang.counted("more", more))
	}
	return q.T("sentence.clusters", q.Lang.counted("known", len(known)), q.Lang.list(names))
}

// status fills in the status of the region on the day.
func (b *regionBody) status(judged *sentra.Affirmative) {
	b.Status = statusBlock{Answer: b.T(string(judged.Answer)), Class: classOf(judged.Answer), Badge: b.badge(judged.Confidence)}
	for i := range judged.Kinds {
		kind := &judged.Kinds[i]
		b.Status.Kinds = append(b.Status.Kinds, kindRow{Kind: b.T(string(kind.Kind)), Term: strings.ToLower(string(kind.Kind)), Answer: b.T(string(kind.Answer)), Class: classOf(kind.Answer),
			Badge: b.badge(kind.Confidence), Reason: b.reason(kind), Cites: b.cited(kind.Sources())})
	}
	if b.Region.Kind == sentra.KindProvince {
		within := b.AffirmativeWithin(b.Region.Code)
		// Provinces are hardly ever designated themselves, so the status is that of the
		// regencies in them.
		answer := answerOf(within.Contains)
		b.Status.Answer, b.Status.Class, b.Status.Badge = b.T(string(answer)), classOf(answer), ""
		switch {
		case within.Regions > 0 && within.NotCovered > 0:
			b.Status.Within = b.T("within.some", b.OnDay(), b.Lang.counted("members", within.Regions), b.Lang.number(within.NotCovered))
		case within.Regions > 0:
			b.Status.Within = b.T("within.all", b.OnDay(), b.Lang.counted("members", within.Regions))
		case within.NotCovered > 0:
			b.Status.Within = b.T("within.unknown", b.OnDay(), b.Lang.counted("members", within.NotCovered))
		default:
			b.Status.Within = b.T("within.none", b.OnDay())
		}
	}
}

// badge describes a confidence in a word or two.
func (q *Request) badge(c sentra.Confidence) string {
	if c == "" {
		return ""
	}
	return q.T("badge." + string(c))
}

// reason explains a status.
func (q *Request) reason(s *sentra.AffirmativeStatus) string {
	switch s.Answer {
	case sentra.Yes:
		names := make([]string, len(s.Designations))
		for i, d := range s.Designations {
			names[i] = d.Regulation
		}
		return q.T("reason.YES", q.Lang.list(names), q.OnDay())
	case sentra.No:
		for _, c := range s.Coverage {
			if c.Extent != sentra.ExtentPartial {
				return q.coverageText(c)
			}
		}
	}
	for _, c := range s.Coverage {
		return q.coverageText(c)
	}
	return q.T("reason.none", q.OnDay())
}

// whereOf names the area of a coverage.
func (q *Request) whereOf(c *sentra.DesignationCoverage) string {
	if r := q.Atlas.Region(c.Province); r != nil {
		return q.NameOn(r)
	}
	return q.T("country")
}

func (q *Request) regulationOf(c *sentra.DesignationCoverage) string {
	if c.Regulation == "" {
		return q.T("regulation.some")
	}
	return c.Regulation
}

// coverageText describes, for a region that is on no list, which lists of its area
// are loaded.
func (q *Request) coverageText(c *sentra.DesignationCoverage) string {
	where, regulation := q.whereOf(c), q.regulationOf(c)
	switch {
	case c.Extent == sentra.ExtentComplete:
		return q.T("reason.COMPLETE", regulation, where)
	case c.Extent == sentra.ExtentPartial:
		return q.T("reason.PARTIAL", regulation, where)
	case len(c.RegionKinds) > 0:
		return q.T("reason.NONE.kinds")
	}
	return q.T("reason.NONE", where)
}

// timeline shows the status over the years.
func (b *regionBody) timeline() {
	spans := b.spansOf(b.Region)
	b.Bar = b.statusBar(spans)
	for _, s := range spans {
		row := spanRow{Period: b.Lang.span(sentra.Period{From: &s.From, To: s.To}), Current: s.From <= b.Day && (s.To == nil || b.Day <= *s.To)}
		for _, truth := range append([]sentra.Truth{s.Affirmative}, s.Kinds[:]...) {
			answer := answerOf(truth)
			row.Answers = append(row.Answers, answerCell{b.T(string(answer)), classOf(answer)})
		}
		b.Spans = append(b.Spans, row)
	}
	for _, d := range b.AllDesignations(b.Region.Code) {
		var to string
		if d.To != nil {
			to = b.Date(*d.To)
		}
		b.Grounds = append(b.Grounds, groundRow{Kind: b.T(string(d.Kind)), Regulation: d.Regulation, Period: b.Lang.period(b.Lang.partial(d.From), to),
			Confidence: b.T("confidence." + string(d.Confidence)), Across: strings.Join(d.Countries, ", "), InForce: d.InForce(b.Day), Cites: b.cited(d.Sources)})
	}
}

// spansOf returns the spans of a region's status while the region exists.
func (q *Request) spansOf(r *sentra.Region) []atlas.StatusSpan {
	var out []atlas.StatusSpan
	for _, s := range q.StatusSpans(r.Code) {
		if from := r.Validity.From; from != nil && s.From < *from {
			if s.To != nil && *s.To < *from {
				continue
			}
			s.From = *from
		}
		if s.From > q.Today {
			continue
		}
		out = append(out, s)
	}
	return out
}

// turns are days of interest for a region: today and the first day of each span.
func (q *Request) turns(code sentra.RegionCode) []sentra.Date {
	var days []sentra.Date
	for _, s := range q.spansOf(q.Atlas.Region(code)) {
		days = append(days, s.From)
	}
	for i := range q.Data.Memberships {
		if m := &q.Data.Memberships[i]; (m.Region == code || m.Province == code) && m.Validity.From != nil && *m.Validity.From > sentra.FirstDay && *m.Validity.From <= q.Today {
			days = append(days, *m.Validity.From)
		}
	}
	slices.Sort(days)
	days = slices.Compact(days)
	// The programme's clusters were published at the end of 2017, in a period with a
	// complete list.
	return days[max(0, len(days)-8):]
}

// places finds the regions above, below and beside the region.
func (b *regionBody) places() error {
	code := b.Region.Code
	for i := range b.Data.Memberships {
		m := &b.Data.Memberships[i]
		if m.Region != code {
			continue
		}
		b.Parents = append(b.Parents, parentRow{link: b.regionLink(m.Province), Period: b.Lang.span(m.Validity), Law: m.Law, InForce: m.Validity.Contains(b.Day), Cites: b.cited(m.Sources)})
	}
	for i := range b.Data.Successions {
		s := &b.Data.Successions[i]
		switch code {
		case s.Successor:
			l, err := b.regionLinkOn(s.Predecessor, s.Date-1)
			if err != nil {
				return err
			}
			b.Splits = append(b.Splits, fact{Term: b.T("split.from"), Text: b.T("split.text", l.Text, b.Date(s.Date), s.Law), Href: l.Href, Cites: b.cited(s.Sources)})
		case s.Predecessor:
			l, err := b.regionLinkOn(s.Successor, max(s.Date, b.Day))
			if err != nil {
				return err
			}
			b.Splits = append(b.Splits, fact{Term: b.T("split.into"), Text: b.T("split.text", l.Text, b.Date(s.Date), s.Law), Href: l.Href, Cites: b.cited(s.Sources)})
		}
	}
	for _, member := range b.Members(code) {
		judged := b.Affirmative(member.Code)
		b.Children = append(b.Children, childRow{Code: string(member.Code), Name: b.NameOn(member), Href: b.page(RegionPath(member.Code)),
			Answer: b.statusWords(&judged), Class: colourOf(&judged), Clusters: len(b.ClustersOf(member.Code))})
	}
	neighbours, known := b.View.Neighbours(b.Region)
	b.NoNeighbours = !known
	for _, n := range neighbours {
		judged := b.Affirmative(n.Code)
		b.Neighbours = append(b.Neighbours, neighbourRow{link: b.regionLink(n.Code), Code: n.Code, Kilometres: b.kilometres(n.Metres), Answer: b.statusWords(&judged), Class: colourOf(&judged)})
	}
	return nil
}

// statusWords names the kinds that a region is known to have, else the answer.
func (q *Request) statusWords(judged *sentra.Affirmative) string {
	var kinds []string
	for _, status := range judged.Kinds {
		if status.Answer == sentra.Yes {
			kinds = append(kinds, q.T(string(status.Kind)))
		}
	}
	if len(kinds) > 0 {
		return strings.Join(kinds, ", ")
	}
	return q.T("short." + string(judged.Answer))
}

func (q *Request) kilometres(metres float64) string {
	if metres < 9950 {
		text := fmt.Sprintf("%.1f km", metres/1000)
		if q.Lang == Indonesian {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text
	}
	return q.Lang.number(int(metres/1000+0.5)) + " km"
}

// regionLink leads to the page of a region on the day of this one.
func (q *Request) regionLink(code sentra.RegionCode) link {
	r := q.Atlas.Region(code)
	if r == nil {
		return link{Text: string(code)}
	}
	return link{Href: q.page(RegionPath(code)), Text: q.NameOn(r)}
}

// regionLinkOn leads to the page of a region on another day.
func (q *Request) regionLinkOn(code sentra.RegionCode, day sentra.Date) (link, error) {
	r := q.Atlas.Region(code)
	if r == nil {
		return link{Text: string(code)}, nil
	}
	on, err := q.On(day)
	if err != nil {
		return link{}, err
	}
	return link{Href: q.on(RegionPath(code), day), Text: on.NameOn(r)}, nil
}

// identity lists names, codes and measurements.
func (b *regionBody) identity() {
	r := b.Region
	b.Facts = append(b.Facts, fact{Term: b.T("kind"), Text: b.Kind})
	if s := b.Shape(r.Code); s != nil {
		b.Facts = append(b.Facts, fact{Term: b.T("area"), Text: b.Lang.number(int(s.AreaKm2+0.5)) + " km²", Cites: b.cited([]sentra.SourceID{s.Source})})
	}
	if from := r.Validity.From; from != nil {
		text := b.T("exists.from", b.Date(*from))
		if *from <= sentra.FirstDay {
			text = b.T("exists.before", b.Date(sentra.FirstDay))
		}
		b.Facts = append(b.Facts, fact{Term: b.T("exists"), Text: text, Cites: b.cited(r.Sources)})
	}
	b.Names = append(b.Names, nameRow{Name: r.Name, Kind: b.T("name.now"), Period: b.T("today"), Cites: b.cited(r.Sources)})
	for _, n := range b.View.Names(r.Code) {
		var from, to string
		if n.From != nil {
			from = b.Lang.partial(*n.From)
		}
		if n.To != nil {
			to = b.Lang.partial(*n.To)
		}
		period := b.Lang.period(from, to)
		if from == "" && to == "" {
			period = ""
		}
		b.Names = append(b.Names, nameRow{Name: n.Name, Kind: b.T("name." + string(n.Kind)), Period: period, Law: n.Law, Confidence: b.T("confidence." + string(n.Confidence)), Cites: b.cited(n.Sources)})
	}
	for _, c := range b.View.Codes(r.Code) {
		b.Codes = append(b.Codes, codeRow{System: b.T("system." + string(c.System)), Value: c.Value, Period: b.Lang.span(c.Validity), Current: c.Validity.Contains(b.Day), Cites: b.cited(c.Sources)})
	}
	order := func(s string) int {
		return slices.IndexFunc(sentra.CodeSystems[:], func(c sentra.CodeSystem) bool { return b.T("system."+string(c)) == s })
	}
	slices.SortStableFunc(b.Codes, func(x, y codeRow) int { return cmp.Compare(order(x.System), order(y.System)) })
}

// comparisons link to pages that compare this one with another.
func (b *regionBody) comparisons() {
	code := string(b.Region.Code)
	if b.Dated && b.Day != b.Today {
		b.Compare = append(b.Compare, link{Href: fmt.Sprintf("%s?a=%s&asOf=%s&b=%s&asOfB=%s", b.undated("compare"), code, b.Day, code, b.Today), Text: b.T("compare.today", b.OnDay())})
	} else {
		b.Compare = append(b.Compare, link{Href: fmt.Sprintf("%s?a=%s&asOf=%s&b=%s", b.undated("compare"), code, "2017-12-25", code), Text: b.T("compare.today", b.Date(sentra.MustDate("2017-12-25")))})
	}
	for _, n := range b.Neighbours[:min(3, len(b.Neighbours))] {
		href := fmt.Sprintf("%s?a=%s&b=%s", b.undated("compare"), code, n.Code)
		if b.Dated {
			href += "&asOf=" + b.Day.String()
		}
		b.Compare = append(b.Compare, link{Href: href, Text: b.T("compare.with", n.Text)})
	}
}
