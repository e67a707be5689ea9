package pages

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"iter"

	"github.com/sentra-ikm/sentra/internal/atlas"
	"github.com/sentra-ikm/sentra/internal/sentra"
)

// sitemapLength is the maximum number of addresses in one file of a sitemap
// (sitemaps.org, protocol 0.9).
const sitemapLength = 50_000

// paths returns the pages for search engines, without their language, as of today.
func paths(a *atlas.Atlas, today sentra.Date) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, path := range []string{"regions", "clusters", "products", "about", "sources", "quality", "developers"} {
			if !yield(path) {
				return
			}
		}
		for i := range a.Data.Regions {
			if r := &a.Data.Regions[i]; r.Validity.Contains(today) && !yield(RegionPath(r.Code)) {
				return
			}
		}
		for i := range a.Data.Products {
			if !yield("products/" + pathSegment(a.Data.Products[i].Key)) {
				return
			}
		}
		for c := range a.Data.Clusters.All {
			if !yield(ClusterPath(c.Key)) {
				return
			}
		}
	}
}

// SitemapFiles is the number of files of the sitemap besides its index: 0 if a single
// file is enough.
func SitemapFiles(a *atlas.Atlas, today sentra.Date) int {
	n := 1 // The map.
	for range paths(a, today) {
		n += len(Langs)
	}
	if n <= sitemapLength {
		return 0
	}
	return (n + sitemapLength - 1) / sitemapLength
}

// Sitemap returns a file of the sitemap, from 1 on; 0 is the only file, or the index
// of all.
func Sitemap(a *atlas.Atlas, base string, today sentra.Date, file int) ([]byte, error) {
	modified := ""
	if !a.Data.UpdatedAt.IsZero() {
		modified = "<lastmod>" + a.Data.UpdatedAt.UTC().Format("2006-01-02T15:04:05Z") + "</lastmod>"
	}
	files := SitemapFiles(a, today)
	if file < 0 || file > max(1, files) {
		return nil, sentra.Errorf(sentra.CodeNotFound, "the sitemap has %d files", files)
	}
	var out bytes.Buffer
	out.WriteString(xml.Header)
	write := func(element, address string) {
		fmt.Fprintf(&out, "<%s><loc>", element)
		_ = xml.EscapeText(&out, []byte(address)) // A buffer never fails.
		fmt.Fprintf(&out, "</loc>%s</%s>\n", modified, element)
	}
	if file == 0 && files > 0 {
		out.WriteString(`<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
		for n := range files {
			write("sitemap", fmt.Sprintf("%s/sitemap-%d.xml", base, n+1))
		}
		out.WriteString("</sitemapindex>\n")
		return out.Bytes(), nil
	}
	out.WriteString(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">` + "\n")
	first, n := 0, 0
	if file > 0 {
		first = (file - 1) * sitemapLength
	}
	add := func(address string) bool {
		if n >= first && n < first+sitemapLength {
			write("url", address)
		}
		n++
		return n < first+sitemapLength
	}
	add(base + "/")
	for path := range paths(a, today) {
		for _, lang := range Langs {
			if !add(fmt.Sprintf("%s/%s/%s", base, lang, path)) {
				break
			}
		}
		if n >= first+sitemapLength {
			break
		}
	}
	out.WriteString("</urlset>\n")
	return out.Bytes(), nil
}

// Robots returns robots.txt: it allows pages, and disallows answers and tiles, of
// which there is no end.
func Robots(base string) []byte {
	return fmt.Appendf(nil, "User-agent: *\nDisallow: /graphql\nDisallow: /tiles/\nDisallow: /glyphs/\nDisallow: /compare\nDisallow: /en/compare\nDisallow: /id/compare\nDisallow: /*?*asOf=\nAllow: /\n\nSitemap: %s/sitemap.xml\n", base)
}
