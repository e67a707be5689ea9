// Package model holds the Go side of the GraphQL types: views of one atlas on
// one day, whose methods answer the fields. There is one file an entity.
package model
