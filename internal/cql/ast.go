// Package cql parses filters in the text encoding of the Common Query Language (OGC
// 21-065, CQL2): comparisons, LIKE, BETWEEN, IN, IS NULL, AND, OR, NOT, CASEI, lists
// (A_CONTAINS and the other array operators) and S_INTERSECTS with a point, box or
// polygon. It does not know which properties exist: it returns the filter as a tree.
package cql

import "github.com/paulmach/orb"

// Node is a part of a filter that is true, false or unknown for a feature: And, Or,
// Not, Constant, Compare, Like, Between, In, IsNull, List or Intersects.
type Node interface{ node() }

// And holds if all of its parts do, Or if one does, and Not if its part does not.
type (
	And []Node
	Or  []Node
	Not struct{ Of Node }
)

// Constant is TRUE or FALSE.
type Constant bool

// Property is a property of a feature, by name. Fold means case-insensitive (CASEI).
type Property struct {
	Name string
	Fold bool
}

// Value is a string, a number or a truth value; a DATE is the string of its day.
type Value struct {
	// Of is a string, float64 or bool.
	Of any
	// Date means that it was written as DATE('...').
	Date bool
}

// Operator compares two values.
type Operator string

// Comparison operators.
const (
	Equal        Operator = "="
	Unequal      Operator = "<>"
	Less         Operator = "<"
	LessEqual    Operator = "<="
	Greater      Operator = ">"
	GreaterEqual Operator = ">="
)

// Compare compares a property with a value.
type Compare struct {
	Property
	Operator Operator
	Value    Value
}

// Like compares a string with a pattern, in which % matches any characters and _ one,
// and \ escapes the next character.
type Like struct {
	Property
	Pattern string
}

// Between holds from Low to High, inclusive.
type Between struct {
	Property
	Low, High Value
}

// In holds for one of the values.
type In struct {
	Property
	Values []Value
}

// IsNull holds if the property is missing.
type IsNull struct{ Property }

// ListOperator compares two lists as sets.
type ListOperator string

// List operators.
const (
	ListEquals      ListOperator = "A_EQUALS"
	ListContains    ListOperator = "A_CONTAINS"
	ListContainedBy ListOperator = "A_CONTAINEDBY"
	ListOverlaps    ListOperator = "A_OVERLAPS"
)

// List compares a property that is a list with a list of values.
type List struct {
	Property
	Operator ListOperator
	Values   []Value
}

// Intersects holds if a feature's geometry shares a point with another, of which one
// field is set. Positions are as written, x before y.
type Intersects struct {
	Property
	// Box is west, south, east, north; a point is a box without extent.
	Box      *[4]float64
	Polygons orb.MultiPolygon
}

func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (Constant) node()   {}
func (Compare) node()    {}
func (Like) node()       {}
func (Between) node()    {}
func (In) node()         {}
func (IsNull) node()     {}
func (List) node()       {}
func (Intersects) node() {}
