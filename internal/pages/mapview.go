package pages

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// mapView is a list selected by an address of the map. Its filters have the same
// meaning as on the map's page (web/src/map/view.ts, questions.ts).
type mapView struct {
	// list is clusters, regencies, provinces or screening.
	list string
	// affirmative is ANY, DISADVANTAGED, BORDER, NO, or "".
	affirmative                     string
	hosts, programme, initialTarget *bool
	// products are keys or names, of which one must match.
	products   []string
	province   sentra.RegionCode
	phase      string
	group      sentra.ProductGroup
	fund       sentra.Fund
	confidence sentra.Confidence
	status     sentra.ClusterStatus
	// text is in the name of a region.
	text string
	area *chosenArea
	// money and facilitators are conditions of a screening, weights those of its score.
	money        *sentra.KnownSupport
	facilitators *sentra.KnownFacilitators
	weights      sentra.Weights
}

// mostProducts is the maximum number of products for a picture.
const mostProducts = 20

// filterNames are the parameters of the address that select what is listed.
var filterNames = []string{"list", "affirmative", "hosts", "programme", "initialTarget", "product", "group", "province", "phase", "fund", "confidence", "status", "q", "money", "facilitators", "weights", "bbox", "within", "near"}

// anyFund stands for any fund, or one that no source names.
const anyFund sentra.Fund = "ANY"

var funds = append(sentra.Funds[:], anyFund)

var provinceCode = regexp.MustCompile(`^\d\d$`)

// reader reads parameters, each given at most once, and keeps the first error.
type reader struct {
	query url.Values
	err   error
}

// one returns a parameter, empty if it is not set.
func (r *reader) one(name string) string { return r.upTo(name, longest) }

// upTo returns a parameter of at most a number of letters.
func (r *reader) upTo(name string, longest int) string {
	values := r.query[name]
	switch {
	case r.err != nil || len(values) == 0:
		return ""
	case slices.ContainsFunc(values, func(value string) bool { return value != values[0] }):
		r.err = sentra.BadInput(name, "%s is given %d times", name, len(values))
	case utf8.RuneCountInString(values[0]) > longest:
		r.err = sentra.BadInput(name, "%s has more than %d letters", name, longest)
	}
	return values[0]
}

// choice returns a parameter with one of some values, empty if it is not set.
func (r *reader) choice(name string, known ...string) string {
	value := r.one(name)
	if r.err == nil && value != "" && !slices.Contains(known, value) {
		r.err = sentra.BadInput(name, "%.40q is none of %s", value, strings.Join(known, ", "))
	}
	return value
}

// truth returns a parameter that is true or false, nil if it is not set.
func (r *reader) truth(name string) *bool {
	value := r.choice(name, "true", "false")
	if value == "" {
		return nil
	}
	truth := value == "true"
	return &truth
}

// choiceOf is reader.choice for values of a type.
func choiceOf[T ~string](r *reader, name string, known ...T) T {
	texts := make([]string, len(known))
	for i, one := range known {
		texts[i] = string(one)
	}
	return T(r.choice(name, texts...))
}

// mapView reads the filters of the address; nil if it has none. For an invalid one the
// error names the parameter.
func (q *Request) mapView() (*mapView, error) {
	r := &reader{query: q.Query}
	v := &mapView{
		list:        cmp.Or(r.choice("list", "clusters", "regencies", "provinces", "screening"), "clusters"),
		affirmative: r.choice("affirmative", "ANY", "DISADVANTAGED", "BORDER", "NO"),
		hosts:       r.truth("hosts"), programme: r.truth("programme"), initialTarget: r.truth("initialTarget"),
		province: sentra.RegionCode(r.one("province")), phase: r.one("phase"),
		group: choiceOf(r, "group", sentra.ProductGroups[:]...), fund: choiceOf(r, "fund", funds[:]...),
		confidence: choiceOf(r, "confidence", sentra.Listed, sentra.Inferred, sentra.Partial), status: choiceOf(r, "status", sentra.ClusterExisting, sentra.ClusterPlanned),
		text: r.one("q"), area: r.area(), money: r.money(), facilitators: r.facilitators(),
	}
	for one := range strings.SplitSeq(r.one("product"), ",") {
		if one = strings.TrimSpace(one); one != "" {
			v.products = append(v.products, one)
		}
	}
	if v.list == "screening" {
		v.weights = r.weights()
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := q.check(v); err != nil {
		return nil, err
	}
	if v.list == "clusters" && v.affirmative == "" && v.province == "" && v.text == "" && v.area == nil && v.traits() == nil {
		return nil, nil
	}
	return v, nil
}

// queryOf is the query string for the view on the day.
func (q *Request) queryOf(v *mapView) string { return encoded(q.parametersOf(v)) }

// parametersOf returns the parameters for the view, nil for the whole country, on the
// day.
func (q *Request) parametersOf(v *mapView) url.Values {
	values := url.Values{}
	if q.Dated {
		values.Set("asOf", q.Day.String())
	}
	if v == nil {
		return values
	}
	for _, name := range filterNames {
		if value := q.Query.Get(name); value != "" && (name != "list" || v.list != "clusters") && (name != "weights" || v.list == "screening") {
			values.Set(name, value)
		}
	}
	return values
}

// check rejects values that the record does not have or that have no answer; the
// error names the parameter.
func (q *Request) check(v *mapView) error {
	if len(v.products) > mostProducts {
		return sentra.BadInput("product", "%d products are too many; give at most %d", len(v.products), mostProducts)
	}
	for _, one := range v.products {
		if len(q.ProductsNamed(one)) == 0 {
			return sentra.BadInput("product", "there is no product %.40q", one)
		}
	}
	if v.province != "" && (!provinceCode.MatchString(string(v.province)) || q.Atlas.Region(v.province) == nil) {
		return sentra.BadInput("province", "no province has the code %.40q", string(v.province))
	}
	if v.phase != "" && !slices.ContainsFunc(q.Data.Phases, func(p sentra.Phase) bool { return p.Key == v.phase }) {
		return sentra.BadInput("phase", "there is no phase %.40q", v.phase)
	}
	switch {
	case v.list == "clusters" && v.hosts != nil:
		return sentra.BadInput("hosts", "clusters host none; ask it of regencies or provinces")
	case v.list == "screening" && v.asksForNone():
		return sentra.BadInput("hosts", "a screening takes only true")
	case v.list != "screening" && v.money != nil:
		return sentra.BadInput("money", "only a screening asks for money of a region")
	case v.list != "screening" && v.facilitators != nil:
		return sentra.BadInput("facilitators", "only a screening asks for facilitators near a region")
	}
	// For a province it is known whether it contains an affirmative regency, and the
	// kind only of one that has clusters.
	if v.list == "provinces" && v.designation() != "" && !v.asksForHosts() {
		return sentra.BadInput("affirmative", "a list of provinces takes %s only together with hosts=true", v.affirmative)
	}
	return nil
}

// designation is the required kind of designation of a regency, "" for any.
func (v *mapView) designation() sentra.DesignationKind {
	if v.affirmative == "DISADVANTAGED" || v.affirmative == "BORDER" {
		return sentra.DesignationKind(v.affirmative)
	}
	return ""
}

// traits is the condition on a cluster itself, nil for none.
func (v *mapView) traits() *sentra.ClusterFilter {
	if v.phase == "" && v.programme == nil && v.initialTarget == nil && v.group == "" && v.fund == "" && v.confidence == "" && v.status == "" && len(v.products) == 0 {
		return nil
	}
	f := &sentra.ClusterFilter{Phase: v.phase, Programme: v.programme, InitialTarget: v.initialTarget, Status: v.status}
	if v.group != "" {
		f.ProductGroups = []sentra.ProductGroup{v.group}
	}
	if v.confidence != "" {
		f.Confidence = []sentra.Confidence{v.confidence}
	}
	switch yes := true; v.fund {
	case "":
	case anyFund:
		f.Supported = &yes
	default:
		f.Funds = []sentra.Fund{v.fund}
	}
	if len(v.products) == 1 {
		f.Product = v.products[0]
		return f
	}
	for _, one := range v.products {
		f.Or = append(f.Or, &sentra.ClusterFilter{Product: one})
	}
	return f
}

// asksForHosts reports whether only regions with a cluster are listed. A screening
// must be told so, since its conditions on clusters are those of what it judges.
func (v *mapView) asksForHosts() bool {
	return v.hosts != nil && *v.hosts || v.hosts == nil && v.traits() != nil && v.list != "screening"
}

// asksForNone reports whether regions without clusters are listed, and
// asksForNoneKnown whether those without known ones: only the programme's list is
// complete.
func (v *mapView) asksForNone() bool { return v.hosts != nil && !*v.hosts }

func (v *mapView) asksForNoneKnown() bool {
	return v.asksForNone() && v.phase == "" && v.initialTarget == nil && (v.programme == nil || !*v.programme)
}

// ofStatus restricts a filter to regencies with the required status.
func (v *mapView) ofStatus(f *sentra.RegionFilter) *sentra.RegionFilter {
	yes, no := true, false
	switch kind := v.designation(); {
	case kind != "":
		f.Designations = []sentra.DesignationKind{kind}
	case v.affirmative == "ANY":
		f.Affirmative = &yes
	case v.affirmative == "NO":
		f.Affirmative = &no
	}
	return f
}

// clusterFilter is the filter of the list of clusters.
func (v *mapView) clusterFilter() *sentra.ClusterFilter {
	f := v.traits()
	if f == nil {
		f = &sentra.ClusterFilter{}
	}
	f.Region = v.province
	if v.affirmative != "" || v.text != "" {
		f.Regions = v.ofStatus(&sentra.RegionFilter{Name: v.text})
		if v.affirmative != "" {
			f.Regions.Level = sentra.LevelRegency
		}
	}
	if v.area != nil {
		f.BBox, f.Near, f.Within = v.area.box, v.area.near, v.area.polygon
	}
	return f
}

// counted is the kind of what is listed.
func (v *mapView) counted() string {
	if v.list == "screening" {
		return "regencies"
	}
	return v.list
}

func (v *mapView) level() sentra.Level {
	if v.list == "provinces" {
		return sentra.LevelProvince
	}
	return sentra.LevelRegency
}

// regionFilter is the filter of the list of regions. If they must have no known
// cluster, the regions matching hosts are removed from it.
func (v *mapView) regionFilter() (f, hosts *sentra.RegionFilter) {
	yes, no := true, false
	if v.asksForNoneKnown() {
		hosts = &sentra.RegionFilter{Level: v.level(), Clusters: v.traits()}
		if hosts.Clusters == nil {
			hosts.HostsClusters = &yes
		}
		rest := mapView{list: v.list, affirmative: v.affirmative, province: v.province, text: v.text, area: v.area}
		f, _ = rest.regionFilter()
		return f, hosts
	}
	if v.list == "screening" && !v.asksForHosts() {
		// It judges the clusters with the product, wherever they are.
		rest := *v
		rest.products = nil
		v = &rest
	}
	f = &sentra.RegionFilter{Level: v.level(), Name: v.text, Supports: v.money, Facilitators: v.facilitators}
	if v.list != "provinces" {
		f.Parent = v.province
		v.touching(v.ofStatus(f))
	} else {
		if v.province != "" {
			f.Codes = []sentra.RegionCode{v.province}
		}
		switch {
		case v.affirmative == "NO":
			f.ContainsAffirmative = &no
		case v.affirmative != "" && !v.asksForHosts():
			f.ContainsAffirmative = &yes
		}
		if v.asksForHosts() {
			// The regency with the cluster must also be the one with the status.
			if f.Clusters = v.traits(); v.hostingRegency() != nil {
				if f.Clusters == nil {
					f.Clusters = &sentra.ClusterFilter{}
				}
				f.Clusters.Regions = v.hostingRegency()
			}
			if f.Clusters == nil {
				f.HostsClusters = &yes
			}
			return f, nil
		}
		v.touching(f)
	}
	switch traits := v.traits(); {
	case !v.asksForNone():
		f.HostsClusters, f.Clusters = v.hosts, traits
	case traits != nil:
		f.Not = &sentra.RegionFilter{Clusters: traits}
	default:
		f.HostsClusters = &no
	}
	return f, nil
}

// hostingRegency is the condition on the regency for which a province is listed as a
// host, nil for none.
func (v *mapView) hostingRegency() *sentra.RegionFilter {
	f := v.touching(&sentra.RegionFilter{Level: sentra.LevelRegency})
	switch {
	case v.affirmative != "" && v.affirmative != "NO":
		return v.ofStatus(f)
	case v.area == nil:
		return nil
	}
	return f
}

// touching restricts a filter to regions that touch the area.
func (v *mapView) touching(f *sentra.RegionFilter) *sentra.RegionFilter {
	if v.area != nil {
		f.BBox, f.Near, f.Intersects = v.area.box, v.area.near, v.area.polygon
	}
	return f
}

// markedFilter is the filter of the clusters for which regions are listed. A
// cluster's region is a regency if that is known, so provinces are selected by code.
func (v *mapView) markedFilter(filter *sentra.RegionFilter, listed []*sentra.Region) *sentra.ClusterFilter {
	f := v.traits()
	if f == nil {
		f = &sentra.ClusterFilter{}
	}
	if v.list != "provinces" {
		f.Regions = filter
		return f
	}
	if v.asksForHosts() {
		f.Regions = v.hostingRegency()
	}
	within := &sentra.ClusterFilter{Or: []*sentra.ClusterFilter{}}
	for _, r := range listed {
		within.Or = append(within.Or, &sentra.ClusterFilter{Region: r.Code})
	}
	f.And = []*sentra.ClusterFilter{within}
	return f
}

// fewNames is the maximum number of names listed in a picture.
const fewNames = 6

// viewed returns the picture of a list: its clusters, or its regions among the
// others.
func (q *Request) viewed(ctx context.Context, v *mapView) (*picture, error) {
	p := &picture{title: q.titleOf(v), bound: country}
	province, shape := q.Exists(v.province), q.Shape(v.province)
	if province != nil && shape != nil {
		p.bound = shape.Bound
	}
	if v.area != nil {
		p.outline = v.area.outline()
		p.bound = around(p.outline)
	}
	marked, ofClusters := v.clusterFilter(), v.list == "clusters"
	switch {
	case !ofClusters:
		filter, err := q.listed(ctx, v, p)
		if err != nil {
			return nil, err
		}
		var names []string
		for _, r := range p.focus[:min(len(p.focus), fewNames)] {
			names = append(names, q.NameOn(r))
		}
		p.text = q.counts(v.counted(), names, len(p.focus), len(p.open))
		if v.list == "screening" {
			if p.scores, err = q.scores(ctx, v, filter); err != nil {
				return nil, err
			}
		}
		if v.asksForNone() {
			// There is no cluster to mark.
			return p, nil
		}
		marked = v.markedFilter(filter, p.focus)
	case province != nil:
		p.focus = []*sentra.Region{province}
	default:
		p.whole = true
	}
	list, err := q.View.Clusters(ctx, marked, sentra.ClustersByPhase, true)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, hit := range list.Hits() {
		p.clusters = append(p.clusters, hit.Cluster)
		if len(names) < fewNames {
			names = append(names, q.clusterName(hit.Cluster))
		}
	}
	if ofClusters {
		p.text = q.counts(v.counted(), names, list.Len(), list.NotCovered)
	}
	return p, nil
}

// scores returns the scores of a screening by region.
func (q *Request) scores(ctx context.Context, v *mapView, filter *sentra.RegionFilter) (map[sentra.RegionCode]sentra.Score, error) {
	found, err := q.View.Screen(ctx, atlas.ScreeningQuestion{Product: v.products, Weights: v.weights, Filter: filter, Order: sentra.ScreeningByCode})
	if err != nil {
		return nil, err
	}
	scores := make(map[sentra.RegionCode]sentra.Score, len(found.Rows))
	for _, row := range found.Rows {
		scores[row.Region.Code] = row.Score
	}
	return scores, nil
}

// listed adds the regions of a list to its picture, and returns the filter that
// selects them.
func (q *Request) listed(ctx context.Context, v *mapView, p *picture) (*sentra.RegionFilter, error) {
	filter, hosts := v.regionFilter()
	list, err := q.View.Regions(ctx, filter, sentra.RegionsByCode)
	if err != nil {
		return nil, err
	}
	hosting := make(map[sentra.RegionCode]bool)
	if hosts != nil {
		taken, err := q.View.Regions(ctx, hosts, sentra.RegionsByCode)
		if err != nil {
			return nil, err
		}
		for _, hit := range taken.Hits {
			hosting[hit.Code] = true
		}
	}
	for _, hit := range list.Hits {
		if !hosting[hit.Code] {
			p.focus = append(p.focus, hit.Region)
		}
	}
	for _, r := range list.NotCovered {
		if !hosting[r.Code] {
			p.open = append(p.open, r)
		}
	}
	return filter, nil
}

// counts gives the length of a list, the names if there are few, and the number of
// those that could not be decided.
func (q *Request) counts(list string, names []string, n, open int) string {
	text := q.Lang.counted("view.count."+list, n)
	if n > 0 && n <= fewNames {
		text += ": " + q.Lang.list(names)
	}
	text += "."
	if open > 0 {
		text += " " + q.T("view.open", q.Lang.counted("view.count."+list, open))
	}
	return text
}

// titleOf describes the list of a view as a phrase, exactly as web/src/map/title.ts
// does: both tests read testdata/titles.json.
func (q *Request) titleOf(v *mapView) string {
	clusters := q.clustersPhrase(v)
	province := string(v.province)
	if r := q.Atlas.Region(v.province); r != nil && r.Validity.Contains(q.Today) {
		province = r.Name
	}
	// given returns a text about a value, empty without one.
	given := func(key, value string) string {
		if value == "" {
			return ""
		}
		return q.T(key, value)
	}
	area := func(key string) string {
		if v.area == nil {
			return ""
		}
		return q.T(key)
	}
	var host string
	switch {
	case v.asksForNoneKnown():
		host = q.T("view.host.unknown", clusters)
	case v.asksForNone():
		host = q.T("view.host.none", clusters)
	case v.asksForHosts():
		host = q.T("view.host", clusters)
	}
	// that returns a text about what the listed regions do.
	that := func(does ...string) string {
		does = slices.DeleteFunc(does, func(text string) bool { return text == "" })
		if len(does) == 0 {
			return ""
		}
		return q.T("view.that", q.Lang.list(does))
	}
	var title string
	switch v.list {
	case "clusters":
		if title = clusters; v.affirmative == "" {
			title += given("view.in", province)
		} else {
			title += q.T("view.in."+v.affirmative) + given("view.in.of", province)
		}
		title += given("view.place", v.text) + area("view.within")
	case "regencies", "screening":
		title = q.T("view.regencies"+suffix(v.affirmative), given("view.of", province)) + given("view.text", v.text) +
			that(host, q.moneyPhrase(v.money), q.facilitatorsPhrase(v.facilitators), area("view.touch"))
		if v.list == "screening" {
			title += q.T("view.grounds")
			if !v.asksForHosts() && v.traits() != nil {
				title += q.T("view.grounds.for", clusters)
			}
		}
	case "provinces":
		title = q.T("view.provinces") + given("view.named", province) + given("view.text", v.text)
		one := v.affirmative
		if one == "NO" {
			title += q.T("view.without")
			one = ""
		}
		if v.asksForHosts() {
			if v.affirmative == "NO" {
				title += ","
			}
			does := q.T("view.hosts", clusters)
			if v.area != nil {
				does = q.Lang.list([]string{q.T("view.touches"), does})
			}
			title += q.T("view.with", q.T("view.one"+suffix(one)), does)
			break
		}
		if one != "" {
			one = q.T("view.hold", q.T("view.one"+suffix(one)))
		}
		title += that(one, host, area("view.touch"))
	}
	first, size := utf8.DecodeRuneInString(title)
	return string(unicode.ToUpper(first)) + title[size:]
}

// moneyPhrase describes the money that a region must have had.
func (q *Request) moneyPhrase(money *sentra.KnownSupport) string {
	if money == nil {
		return ""
	}
	fund := anyFund
	if len(money.Funds) > 0 {
		fund = money.Funds[0]
	}
	text := q.T("view.money." + string(fund))
	switch from, to := money.FromYear, money.ToYear; {
	case from != nil && to != nil && *from == *to:
		text += q.T("view.money.in", strconv.Itoa(*from))
	case from != nil && to != nil:
		text += q.T("view.money.in", fmt.Sprintf("%d–%d", *from, *to))
	case from != nil:
		text += q.T("view.money.since", *from)
	case to != nil:
		text += q.T("view.money.by", *to)
	}
	return text
}

// facilitatorsPhrase describes the facilitators that a region must have near it.
func (q *Request) facilitatorsPhrase(near *sentra.KnownFacilitators) string {
	if near == nil {
		return ""
	}
	km := strconv.FormatFloat(near.Metres/1000, 'f', -1, 64)
	if q.Lang == Indonesian {
		km = strings.Replace(km, ".", ",", 1)
	}
	return q.T("view.facilitators."+strconv.FormatBool(near.Known), km)
}

// suffix makes a part of a key, or "" for an empty part.
func suffix(part string) string {
	if part == "" {
		return ""
	}
	return "." + part
}

// clustersPhrase describes the clusters that a view selects.
func (q *Request) clustersPhrase(v *mapView) string {
	var names []string
	for _, one := range v.products {
		if q.View.Product(one) != nil {
			one = strings.ToLower(q.productName(one))
		}
		names = append(names, one)
	}
	var product, programme, phase, target string
	if len(names) > 0 {
		product = q.T("view.product", q.Lang.oneOf(names))
	}
	if v.programme != nil {
		programme = q.T("view.programme." + strconv.FormatBool(*v.programme))
	}
	if v.phase != "" {
		phase = q.T("view.phase", strings.Replace(v.phase, "-", "–", 1))
	}
	if v.initialTarget != nil {
		target = q.T("view.target." + strconv.FormatBool(*v.initialTarget))
	}
	traits := [...]string{4: product}
	for i, trait := range []string{string(v.status), string(v.confidence), string(v.fund), string(v.group)} {
		if trait != "" {
			traits[i] = q.T("view.trait." + trait)
		}
	}
	if q.Lang == Indonesian {
		// They follow the noun, the closest first.
		slices.Reverse(traits[:])
	}
	return q.T("view.clusters", strings.Join(traits[:], ""), programme, phase, target)
}
