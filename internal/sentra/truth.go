package sentra

// Truth is a value of Kleene's strong three-valued logic: a condition may be true,
// false or, if no loaded data decides it, unknown.
type Truth int8

const (
	False   Truth = -1
	Unknown Truth = 0
	True    Truth = 1
)

// TruthOf returns True or False.
func TruthOf(holds bool) Truth {
	if holds {
		return True
	}
	return False
}

// And is false if either is, else unknown if either is.
func (t Truth) And(other Truth) Truth { return min(t, other) }

// Or is true if either is, else unknown if either is.
func (t Truth) Or(other Truth) Truth { return max(t, other) }

// Not swaps true and false and leaves unknown.
func (t Truth) Not() Truth { return -t }

// Is returns the truth of the statement, or of its negation if wanted is false.
func (t Truth) Is(wanted bool) Truth {
	if wanted {
		return t
	}
	return t.Not()
}
