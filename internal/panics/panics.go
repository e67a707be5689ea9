// Package panics converts a panic of a goroutine to an error, so that one bad shape
// or row fails its request and not the whole process.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Error is a recovered panic. Its text is only for the log.
type Error struct {
	Value any
	Stack []byte
}

// Error returns the panic's value and the stack of the goroutine that panicked.
func (e *Error) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap returns the value of the panic if that is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Recovered returns an Error for the result of recover. Call it in the deferred
// function, while the stack is still that of the panic.
func Recovered(value any) *Error { return &Error{Value: value, Stack: debug.Stack()} }

// Catch runs work and returns a panic as an *Error.
func Catch(work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = Recovered(value)
		}
	}()
	return work()
}
