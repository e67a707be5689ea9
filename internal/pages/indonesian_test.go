package pages

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// englishWords are words that no Indonesian sentence contains: they reveal a text
// that was not translated.
var englishWords = regexp.MustCompile(`(?i)\b(the|and|of|is|are|was|were|with|without|from|not|nor|only|whether|which|that|this|these|those|known|unknown|none|where|when|been|has|have|had|its|their|there|by|for|in|on|at|year|month|years|region|regions|cluster|clusters|province|regency|city|source|sources|makers|weavers|village|built|named|listed|covered|decree|list|silence|loaded|record)\b`)

// foreign reports whether a part of a page is in no language or that of a source: its
// title, programs, addresses, the link to the other language.
func foreign(node *html.Node) bool {
	switch node.Data {
	case "code", "pre", "script", "style", "textarea", "head", "svg":
		return true
	}
	class := attribute(node, "class")
	return attribute(node, "lang") == "en" || slices.Contains(strings.Fields(class), "sources") || slices.Contains(strings.Fields(class), "citation") || slices.Contains(strings.Fields(class), "tongue") || slices.Contains(strings.Fields(class), "code")
}

// Pages in Indonesian have no English words: for regions and clusters of all kinds,
// on days of all lists, whatever the record or its sources say.
func TestIndonesianThroughout(t *testing.T) {
	a := factsAtlas(t, nil)
	addresses := []string{"/id/regions", "/id/clusters", "/id/products", "/id/about", "/id/quality", "/id/products/coffee-processing", "/id/compare?a=94.06&b=53.17&asOf=2017-12-25", "/id/regions?q=xyzzy", "/id/clusters?region=94"}
	for _, day := range []string{"2014-08-01", "2015-11-04", "2017-12-25", "2020-03-01", "2024-12-31", "2026-11-24"} {
		for _, code := range []string{"91", "94.06", "53.17", "13.01", "17", "17.05", "34", "34.02", "61", "64.71", "72", "72.71", "33.28", "35.75", "73.71", "31.71", "92", "14.10"} {
			addresses = append(addresses, "/id/regions/"+code+"?asOf="+day)
		}
	}
	// Names are not translated.
	names := []string{"one village one product", ""}
	for i := range a.Data.Names {
		names = append(names, a.Data.Names[i].Name, "")
	}
	n := 0
	for c := range a.Data.Clusters.All {
		if c.NameEN != c.NameID {
			names = append(names, c.NameEN, "")
		}
		if n++; c.OfProgramme() || n%9 == 0 {
			addresses = append(addresses, "/id/clusters/"+c.Key)
		}
	}
	named := strings.NewReplacer(names...)
	for _, address := range addresses {
		page := ask(t, a, address)
		if page.Location != "" {
			continue
		}
		root, err := html.Parse(strings.NewReader(string(page.Body)))
		if err != nil {
			t.Fatal(err)
		}
		var walk func(*html.Node)
		walk = func(node *html.Node) {
			if node.Type == html.TextNode {
				if found := englishWords.FindString(named.Replace(node.Data)); found != "" {
					t.Errorf("%s: %q in %q", address, found, strings.TrimSpace(node.Data))
				}
				return
			}
			if node.Type == html.ElementNode && foreign(node) {
				return
			}
			for child := range node.ChildNodes() {
				walk(child)
			}
		}
		walk(root)
	}
}
