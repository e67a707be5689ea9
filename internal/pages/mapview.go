package pages

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// mapView is a list selected by an address of the map. Its filters have the same
// meaning as on the map's page (web/src/map/view.ts, questions.ts).
type mapView struct {
	// list is clusters, regencies or provinces.
	list string
	// affirmative is ANY, DISADVANTAGED, BORDER, NO, or "".
	affirmative      string
	hosts, programme *bool
	// products are keys or names, of which one must match.
	products []string
	province sentra.RegionCode
	phase    string
}

// mostProducts is the maximum number of products for a picture.
const mostProducts = 20

// otherFilters are filters of the map's page that pictures and previews do not
// support.
var otherFilters = []string{"group", "initialTarget", "fund", "confidence", "status", "q", "money", "facilitators", "weights", "bbox", "within", "near"}

var provinceCode = regexp.MustCompile(`^\d\d$`)

// reader reads parameters, each given at most once, and keeps the first error.
type reader struct {
	query url.Values
	err   error
}

// one returns a parameter, empty if it is not set.
func (r *reader) one(name string) string {
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

// mapView reads the filters of the address; nil if it has none. For an invalid one,
// or one that a picture does not support, the error names the parameter.
func (q *Request) mapView() (*mapView, error) {
	for _, name := range otherFilters {
		if slices.ContainsFunc(q.Query[name], func(value string) bool { return value != "" }) {
			return nil, sentra.BadInput(name, "a picture does not show this filter")
		}
	}
	r := &reader{query: q.Query}
	v := &mapView{
		list:        cmp.Or(r.choice("list", "clusters", "regencies", "provinces"), "clusters"),
		affirmative: r.choice("affirmative", "ANY", "DISADVANTAGED", "BORDER", "NO"),
		hosts:       r.truth("hosts"), programme: r.truth("programme"),
		province: sentra.RegionCode(r.one("province")), phase: r.one("phase"),
	}
	for one := range strings.SplitSeq(r.one("product"), ",") {
		if one = strings.TrimSpace(one); one != "" {
			v.products = append(v.products, one)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	if err := q.check(v); err != nil {
		return nil, err
	}
	if v.list == "clusters" && v.affirmative == "" && v.province == "" && v.traits() == nil {
		return nil, nil
	}
	return v, nil
}

// queryOf is the query string for the view on the day.
func (q *Request) queryOf(v *mapView) string {
	values := url.Values{}
	put := func(name, value string) {
		if value != "" {
			values.Set(name, value)
		}
	}
	if v.list != "clusters" {
		put("list", v.list)
	}
	put("affirmative", v.affirmative)
	if v.hosts != nil {
		put("hosts", strconv.FormatBool(*v.hosts))
	}
	if v.programme != nil {
		put("programme", strconv.FormatBool(*v.programme))
	}
	put("product", strings.Join(v.products, ","))
	put("province", string(v.province))
	put("phase", v.phase)
	if q.Dated {
		put("asOf", q.Day.String())
	}
	return encoded(values)
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
	if v.list == "clusters" && v.hosts != nil {
		return sentra.BadInput("hosts", "clusters host none; ask it of regencies or provinces")
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
	if v.phase == "" && v.programme == nil && len(v.products) == 0 {
		return nil
	}
	f := &sentra.ClusterFilter{Phase: v.phase, Programme: v.programme}
	if len(v.products) == 1 {
		f.Product = v.products[0]
		return f
	}
	for _, one := range v.products {
		f.Or = append(f.Or, &sentra.ClusterFilter{Product: one})
	}
	return f
}

// asksForHosts reports whether only regions with a cluster are listed.
func (v *mapView) asksForHosts() bool {
	return v.hosts != nil && *v.hosts || v.hosts == nil && v.traits() != nil
}

// asksForNone reports whether regions without clusters are listed, and
// asksForNoneKnown whether those without known ones: only the programme's list is
// complete.
func (v *mapView) asksForNone() bool { return v.hosts != nil && !*v.hosts }

func (v *mapView) asksForNoneKnown() bool {
	return v.asksForNone() && v.phase == "" && (v.programme == nil || !*v.programme)
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
	if v.affirmative != "" {
		f.Regions = v.ofStatus(&sentra.RegionFilter{Level: sentra.LevelRegency})
	}
	return f
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
		rest := *v
		rest.hosts, rest.products, rest.programme = nil, nil, nil
		f, _ = rest.regionFilter()
		return f, hosts
	}
	f = &sentra.RegionFilter{Level: v.level()}
	if v.list == "regencies" {
		f.Parent = v.province
		v.ofStatus(f)
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
	if v.affirmative == "" || v.affirmative == "NO" {
		return nil
	}
	return v.ofStatus(&sentra.RegionFilter{Level: sentra.LevelRegency})
}

// markedFilter is the filter of the clusters for which regions are listed. A
// cluster's region is a regency if that is known, so provinces are selected by code.
func (v *mapView) markedFilter(filter *sentra.RegionFilter, listed []*sentra.Region) *sentra.ClusterFilter {
	f := v.traits()
	if f == nil {
		f = &sentra.ClusterFilter{}
	}
	if v.list == "regencies" {
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
		p.text = q.counts(v.list, names, len(p.focus), len(p.open))
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
		p.text = q.counts(v.list, names, list.Len(), list.NotCovered)
	}
	return p, nil
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
	// in returns a text about the province, empty if none is selected.
	in := func(key string) string {
		if province == "" {
			return ""
		}
		return q.T(key, province)
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
	var title string
	switch v.list {
	case "clusters":
		if title = clusters; v.affirmative == "" {
			title += in("view.in")
		} else {
			title += q.T("view.in."+v.affirmative) + in("view.in.of")
		}
	case "regencies":
		title = q.T("view.regencies"+suffix(v.affirmative), in("view.of"))
		if host != "" {
			title += q.T("view.that", host)
		}
	case "provinces":
		title = q.T("view.provinces") + in("view.named")
		one := v.affirmative
		if one == "NO" {
			title += q.T("view.without")
			one = ""
		}
		if v.asksForHosts() {
			if v.affirmative == "NO" {
				title += ","
			}
			title += q.T("view.with", q.T("view.one"+suffix(one)), clusters)
			break
		}
		var does []string
		if one != "" {
			does = append(does, q.T("view.hold", q.T("view.one"+suffix(one))))
		}
		if host != "" {
			does = append(does, host)
		}
		if len(does) > 0 {
			title += q.T("view.that", q.Lang.list(does))
		}
	}
	first, size := utf8.DecodeRuneInString(title)
	return string(unicode.ToUpper(first)) + title[size:]
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
	if n := len(names); n > 1 {
		names = append(names[:n-2], names[n-2]+" "+q.T("or")+" "+names[n-1])
	}
	var product, programme, phase string
	if len(names) > 0 {
		product = q.T("view.product", strings.Join(names, ", "))
	}
	if v.programme != nil {
		programme = q.T("view.programme." + strconv.FormatBool(*v.programme))
	}
	if v.phase != "" {
		phase = q.T("view.phase", strings.Replace(v.phase, "-", "–", 1))
	}
	return q.T("view.clusters", product, programme, phase)
}
