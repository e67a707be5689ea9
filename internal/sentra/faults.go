package sentra

import (
	"fmt"
	"strings"
)

// maxFaults is the maximum number of faults in one error.
const maxFaults = 20

// Errors are several faults of one input.
type Errors []*Error

// Error returns one line per fault.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, fault := range e {
		lines[i] = fault.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the faults, so that errors.As finds the first.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, fault := range e {
		all[i] = fault
	}
	return all
}

// Faults collects the faults of an input. The zero value is empty.
type Faults struct {
	list Errors
	more int
}

// Add adds a fault at a path.
func (f *Faults) Add(path string, format string, args ...any) {
	f.AddError(BadInput(path, format, args...))
}

// AddError adds an Error, or each of Errors.
func (f *Faults) AddError(err error) {
	switch err := err.(type) {
	case nil:
	case Errors:
		for _, one := range err {
			f.AddError(one)
		}
	case *Error:
		if len(f.list) < maxFaults {
			f.list = append(f.list, err)
		} else {
			f.more++
		}
	default:
		f.AddError(&Error{Code: CodeInternal, Message: "check the input", Err: err})
	}
}

// Err returns nil if there is no fault, the fault itself if there is one, and Errors
// otherwise.
func (f *Faults) Err() error {
	switch len(f.list) {
	case 0:
		return nil
	case 1:
		return f.list[0]
	}
	if f.more > 0 {
		return append(f.list[:len(f.list):len(f.list)], &Error{Code: f.list[0].Code, Message: fmt.Sprintf("and %d more", f.more)})
	}
	return f.list
}
