package ogc

import (
	_ "embed"
	"html/template"
	"io"
)

// Page is the content of an HTML page.
type Page struct {
	Title, Description string
	Links              []Link
	// Columns and Rows are a table, if there are columns.
	Columns []string
	Rows    []PageRow
}

// PageRow is a row of a table; Href, if not empty, is the link of its first cell.
type PageRow struct {
	Href  string
	Cells []string
}

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// Style is the only style sheet of the pages, which is inlined.
const Style = `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#33302b;background:#fff}` +
	`table{border-collapse:collapse;display:block;overflow-x:auto}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd}a{color:#0b5394}`

// Write writes the page as HTML.
func (p Page) Write(w io.Writer) error {
	return pageTemplate.Execute(w, struct {
		Page
		Style template.CSS
	}{p, template.CSS(Style)})
}
