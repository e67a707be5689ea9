// Package querycost bounds what a GraphQL document costs before anything of it
// runs. Measure counts a document that was only parsed, Validate applies the
// validation rules with a bound on time and on errors, and Prices tells what an
// operation costs to answer.
//
// All three take time and memory linear in the document: what is found of a
// fragment is kept, so that a fragment that is spread many times is gone through
// once, and sums that would grow beyond an int stay at its greatest value.
package querycost

import "math"

// add and times are sums and products of counts that stop at the greatest int.
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
