// Package migrations holds the database's schema, step by step, in the form
// that goose applies.
package migrations

import "embed"

// FS holds the migration files at its root.
//
//go:embed *.sql
var FS embed.FS
