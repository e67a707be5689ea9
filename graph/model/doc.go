// Package model holds the Go side of the GraphQL types: views of one atlas on
// one day, whose methods resolve the fields. There is one file per entity.
package model
