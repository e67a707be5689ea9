// Package playground holds the page on which people explore the API: GraphiQL
// with its explorer, every asset in the binary, and the example queries.
package playground

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"
)

//go:embed assets
var assets embed.FS

//go:embed examples/*.graphql
var examples embed.FS

// Example is a query to start from.
type Example struct {
	// Title is the first line's comment.
	Title string `json:"title"`
	Query string `json:"query"`
}

// Examples gives the example queries, from simple to hard.
func Examples() ([]Example, error) {
	entries, err := fs.ReadDir(examples, "examples")
	if err != nil {
		return nil, fmt.Errorf("list the examples: %w", err)
	}
	var out []Example
	for _, entry := range entries {
		text, err := fs.ReadFile(examples, "examples/"+entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the example %s: %w", entry.Name(), err)
		}
		first, _, _ := strings.Cut(string(text), "\n")
		out = append(out, Example{Title: strings.TrimSpace(strings.TrimPrefix(first, "#")), Query: string(text)})
	}
	return out, nil
}

// Files gives the page with its assets and the examples as examples.json.
func Files() (fs.FS, error) {
	list, err := Examples()
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(list)
	if err != nil {
		return nil, fmt.Errorf("encode the examples: %w", err)
	}
	files := fstest.MapFS{"examples.json": {Data: encoded}}
	entries, err := fs.ReadDir(assets, "assets")
	if err != nil {
		return nil, fmt.Errorf("list the assets: %w", err)
	}
	for _, entry := range entries {
		data, err := fs.ReadFile(assets, "assets/"+entry.Name())
		if err != nil {
			return nil, fmt.Errorf("read the asset %s: %w", entry.Name(), err)
		}
		files[entry.Name()] = &fstest.MapFile{Data: data}
	}
	return files, nil
}
