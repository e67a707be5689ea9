// Package querycost limits the cost of a GraphQL document before any of it runs.
// Measure counts a document that was only parsed, Validate applies the validation
// rules with a limit on time and on errors, and Costs computes the cost of an
// operation.
//
// All three take time and memory linear in the document: the result for a fragment is
// memoized, so that a fragment that is spread many times is visited once, and sums
// saturate at the maximum of an int.
package querycost

import "math"

// add and times saturate at the maximum of an int.
func add(a, b int) int {
	if a > math.MaxInt-b {
		return math.MaxInt
	}
	return a + b
}

func times(a, b int) int {
	if a != 0 && b > math.MaxInt/a {
		return math.MaxInt
	}
	return a * b
}
