// Package web embeds the built pages: the map, the map for embedding and the
// playground, with all scripts, styles and fonts.
//
// The pages are built by Vite (`make pages`). The package compiles without them; a
// server then says that they are missing.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

//go:embed examples
var examples embed.FS

// Pages returns the built files: index.html (the map), playground.html and assets/.
// If the pages have not been built it contains none. Links between the files are
// relative, so that they can be served under any path.
func Pages() fs.FS { return sub(dist, "dist") }

// Examples returns the playground's example queries: NAME.graphql, whose first
// line is a comment with the title, and NAME.variables.json for those with
// variables.
func Examples() fs.FS { return sub(examples, "examples") }

// sub returns an embedded folder.
func sub(files embed.FS, folder string) fs.FS {
	below, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // Sub fails only on a malformed name.
	}
	return below
}
