package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/sentra-ikm/sentra/internal/sentra"
)

// pageLength is the number of rows per page of a list.
const pageLength = 50

// longest is the maximum length of a search text.
const longest = 100

// regionsBody is the list of regions, by province.
type regionsBody struct {
	*frame
	Search    string
	Found     []childRow
	Provinces []provinceRow
}

type provinceRow struct {
	childRow
	Within  string
	Members []childRow
}

// Regions makes the list of the regions of the day, or of those that match a name.
func (q *Request) Regions(ctx context.Context) (*Page, error) {
	b := &regionsBody{frame: q.newFrame("regions", "regions"), Search: trimmed(q.Query.Get("q"))}
	b.Title, b.Description = q.T("regions.title"), q.T("regions.lead", q.OnDay())
	b.Days = b.dayForm()
	if b.Search != "" {
		b.NoIndex = true
		b.Here = withQuery(b.Here, "q", b.Search)
		if code, err := sentra.ParseRegionCode(b.Search); err == nil && q.Exists(code) != nil {
			return &Page{Status: http.StatusFound, Location: q.page(RegionPath(code))}, nil
		}
		if slices.ContainsFunc(q.Data.Codes, func(c sentra.OfficialCode) bool { return c.Value == b.Search }) {
			return q.elsewhere(ctx, b.Search)
		}
		hits, err := q.Search(ctx, b.Search, 50)
		if err != nil {
			return nil, err
		}
		for _, hit := range hits {
			if hit.Region != nil {
				b.Found = append(b.Found, b.child(hit.Region))
			}
		}
		b.Days.Hidden = []parameter{{"q", b.Search}}
	} else {
		for i := range q.Data.Regions {
			r := &q.Data.Regions[i]
			if r.Kind != sentra.KindProvince || q.Exists(r.Code) == nil {
				continue
			}
			if err := sentra.Ended(ctx, "while the regions were listed"); err != nil {
				return nil, err
			}
			row := provinceRow{childRow: b.child(r)}
			within := q.AffirmativeWithin(r.Code)
			row.Within = q.Lang.counted("affirmative", within.Regions)
			if within.NotCovered > 0 {
				row.Within += q.T("within.more", q.Lang.number(within.NotCovered))
			}
			for _, member := range q.Members(r.Code) {
				row.Members = append(row.Members, b.child(member))
			}
			b.Provinces = append(b.Provinces, row)
		}
	}
	b.Body = b
	return b.render("regions", http.StatusOK)
}

// Legend explains the colours.
func (b *regionsBody) Legend() []legendEntry {
	var out []legendEntry
	for _, class := range []string{"disadvantaged", "border", "both", "no", "unknown"} {
		out = append(out, legendEntry{"swatch " + class, b.T("legend." + class)})
	}
	return out
}

// Counted formats a number of clusters.
func (b *regionsBody) Counted(n int) string {
	if n == 0 {
		return b.T("clusters.none")
	}
	return b.Lang.counted("known", n)
}

// child returns the row of a region.
func (q *Request) child(r *sentra.Region) childRow {
	judged := q.Affirmative(r.Code)
	return childRow{Code: string(r.Code), Name: q.NameOn(r), Href: q.page(RegionPath(r.Code)), Answer: q.statusWords(&judged), Class: colourOf(&judged), Clusters: len(q.ClustersOf(r.Code))}
}

func trimmed(text string) string {
	runes := []rune(text)
	return string(runes[:min(longest, len(runes))])
}

// withQuery adds a parameter to an address.
func withQuery(here, name, value string) string {
	mark := "?"
	if here != "" {
		mark = "&"
	}
	return here + mark + name + "=" + url.QueryEscape(value)
}

// clustersBody is a page of the list of clusters.
type clustersBody struct {
	*frame
	Lead        string
	Search      string
	Region      link
	Rows        []clusterRow
	Count, From int
	NotCovered  int
	Page, Pages int
	Before      *link
	After       *link
	Files       []file
	// Hidden are the parameters that the search form keeps.
	Hidden []parameter
}

// Clusters makes one page of the list of the clusters known on the day, of a region
// if one is given, or of those that match a name.
func (q *Request) Clusters(ctx context.Context) (*Page, error) {
	b := &clustersBody{frame: q.newFrame("clusters", "clusters"), Search: trimmed(q.Query.Get("q")), Page: 1}
	b.Title = q.T("clusters.list")
	filter := &sentra.ClusterFilter{}
	if given := q.Query.Get("region"); given != "" {
		code, err := sentra.ParseRegionCode(given)
		if err != nil {
			return nil, sentra.In("region", err)
		}
		r := q.Atlas.Region(code)
		if r == nil {
			return q.elsewhere(ctx, given)
		}
		filter.Region = code
		b.Region = q.regionLink(code)
		b.Title = q.T("clusters.in", b.Region.Text)
		b.Here = withQuery(b.Here, "region", given)
		b.Hidden = append(b.Hidden, parameter{"region", given})
	}
	if given := q.Query.Get("page"); given != "" {
		n, err := strconv.Atoi(given)
		if err != nil || n < 1 {
			return nil, sentra.BadInput("page", "%.20q is not a page number", given)
		}
		b.Page = n
	}
	if b.Search != "" {
		b.NoIndex = true
		hits, err := q.Search(ctx, b.Search, 200)
		if err != nil {
			return nil, err
		}
		for _, hit := range hits {
			if c := hit.Cluster; c != nil && len(b.Rows) < pageLength && c.Begins <= q.Day && (filter.Region == "" || slices.Contains(c.Regions, filter.Region)) {
				b.Rows = append(b.Rows, b.clusterRow(c))
			}
		}
		b.Count, b.Pages, b.Page, b.From = len(b.Rows), 1, 1, 1
	} else {
		list, err := q.View.Clusters(ctx, filter, sentra.ClustersByPhase, true)
		if err != nil {
			return nil, err
		}
		b.Count, b.NotCovered = list.Len(), list.NotCovered
		b.Pages = max(1, (b.Count+pageLength-1)/pageLength)
		if b.Page > b.Pages {
			return q.NotFound()
		}
		b.From = (b.Page-1)*pageLength + 1
		at := 0
		for hit := range list.All() {
			if at++; at < b.From {
				continue
			}
			if at >= b.From+pageLength {
				break
			}
			b.Rows = append(b.Rows, b.clusterRow(hit.Cluster))
		}
		here := b.Here
		address := func(n int) string {
			if n == 1 {
				return b.undated("clusters") + here
			}
			return b.undated("clusters") + withQuery(here, "page", strconv.Itoa(n))
		}
		if b.Page > 1 {
			b.Before = &link{Href: address(b.Page - 1), Text: q.T("page.before")}
			b.Here = withQuery(b.Here, "page", strconv.Itoa(b.Page))
		}
		if b.Page < b.Pages {
			b.After = &link{Href: address(b.Page + 1), Text: q.T("page.after")}
		}
		exported := map[string]any{}
		if filter.Region != "" {
			exported["region"] = string(filter.Region)
		}
		for _, format := range []string{"csv", "xlsx", "geojson"} {
			b.Files = append(b.Files, file{q.dataFile("clusters."+format, exported), map[string]string{"csv": "CSV", "xlsx": "XLSX", "geojson": "GeoJSON"}[format], q.T("file.clusters")})
		}
	}
	if b.Region.Text != "" {
		b.Lead = q.T("clusters.lead.in", q.Lang.counted("known", b.Count), b.Region.Text, q.OnDay())
	} else {
		b.Lead = q.T("clusters.lead", q.Lang.counted("known", b.Count), q.OnDay())
	}
	b.Description = b.Lead
	b.Days = b.dayForm()
	b.Days.Hidden = b.Hidden
	if b.Search != "" {
		b.Days.Hidden = append(slices.Clone(b.Hidden), parameter{"q", b.Search})
	}
	b.Body = b
	return b.render("clusters", http.StatusOK)
}

func (b *clustersBody) Table() clusterTable {
	return clusterTable{b.Request, b.Rows, true}
}

// productsBody is the list of products, or one product.
type productsBody struct {
	*frame
	Lead string
	// Products is for the list, Rows for one product.
	Products []productRow
	Other    string
	Cites    []int
	Rows     []clusterRow
	MoreRows int
	MapHref  string
}

func (b *productsBody) Table() clusterTable { return clusterTable{b.Request, b.Rows, true} }

type productRow struct {
	link
	Clusters int
}

// Products makes the list of products.
func (q *Request) Products(ctx context.Context) (*Page, error) {
	b := &productsBody{frame: q.newFrame("products", "products")}
	b.Title, b.Lead = q.T("products.title"), q.T("products.lead", q.OnDay())
	b.Description = b.Lead
	for i := range q.Data.Products {
		if err := sentra.Ended(ctx, "while the products were listed"); err != nil {
			return nil, err
		}
		key := q.Data.Products[i].Key
		n := 0
		for c := range q.ClustersOfProduct(key).All {
			if c.Begins <= q.Day {
				n++
			}
		}
		b.Products = append(b.Products, productRow{link{Href: q.page("products/" + pathSegment(key)), Text: q.productName(key)}, n})
	}
	slices.SortStableFunc(b.Products, func(x, y productRow) int { return cmp.Compare(x.Text, y.Text) })
	b.Days = b.dayForm()
	b.Body = b
	return b.render("products", http.StatusOK)
}

// Product makes the page of a product.
func (q *Request) Product(ctx context.Context, key string) (*Page, error) {
	p := q.View.Product(key)
	if p == nil {
		return q.failure(http.StatusNotFound, q.T("missing.title"), q.T("missing.product"), append([]link{{Href: q.page("products"), Text: q.T("products.title")}}, q.starts()...)...)
	}
	b := &productsBody{frame: q.newFrame("products/"+pathSegment(key), "products")}
	b.Title = q.productName(key)
	if b.Other = p.NameID; q.Lang == Indonesian {
		b.Other = p.NameEN
	}
	b.Cites = b.cited(p.Sources)
	n := 0
	for c := range q.ClustersOfProduct(key).All {
		if c.Begins > q.Day {
			continue
		}
		if n++; len(b.Rows) < 2*pageLength {
			b.Rows = append(b.Rows, b.clusterRow(c))
		}
	}
	b.MoreRows = n - len(b.Rows)
	b.Lead = q.T("product.lead", q.Lang.counted("known", n), q.OnDay())
	b.Description = b.Title + ": " + b.Lead
	b.MapHref = q.mapLink("product", key)
	b.Days = b.dayForm()
	b.Cite = b.citation(b.Title, "sentra-"+key)
	b.Body = b
	return b.render("products", http.StatusOK)
}
