// Package model has the Go types of the GraphQL schema: views of one atlas on one
// day, whose methods resolve the fields. There is one file per entity.
package model
