// Package panics turns a panic of a goroutine into an error, so that one bad shape
// or row fails its request and not the whole process.
package panics

import (
	"fmt"
	"runtime/debug"
)

// Error is a recovered panic. Its text is for the log: clients must not see it.
type Error struct {
	Value any
	Stack []byte
}

// Error returns the panic's value and the stack of the goroutine that panicked.
func (e *Error) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Unwrap gives the value of the panic where that is an error.
func (e *Error) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Recovered makes an Error of what recover gave. Call it in the deferred function,
// while the stack is still that of the panic.
func Recovered(value any) *Error { return &Error{Value: value, Stack: debug.Stack()} }

// Catch runs work. A panic in it is given as an *Error.
func Catch(work func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = Recovered(value)
		}
	}()
	return work()
}
