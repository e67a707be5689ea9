package sentra

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Code classes an Error by what the asker can do about it. The values are
// part of the public contract: they reach clients as extensions.code.
type Code string

const (
	// CodeBadUserInput: the request or file is wrong; Path names the part.
	CodeBadUserInput Code = "BAD_USER_INPUT"
	// CodeNotFound: the thing named does not exist.
	CodeNotFound Code = "NOT_FOUND"
	// CodeConflict: the change contradicts what is stored.
	CodeConflict Code = "CONFLICT"
	// CodeLimitExceeded: the request is well formed but asks for more than allowed.
	CodeLimitExceeded Code = "LIMIT_EXCEEDED"
	// CodeDeadlineExceeded: the answer exceeded its time limit.
	CodeDeadlineExceeded Code = "DEADLINE_EXCEEDED"
	// CodeCancelled: the asker has gone or taken the request back.
	CodeCancelled Code = "CANCELLED"
	// CodeUnavailable: something Sentra depends on cannot be reached now.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeInternal: a fault of ours; details stay in the log.
	CodeInternal Code = "INTERNAL"
)

// Error is the one error type that crosses package borders with a meaning.
// Message is written for the asker; Err, the cause, is for the log only.
type Error struct {
	Code    Code
	Message string
	// Path names the argument, field or place in a file that is at fault,
	// outermost first, for example ["filter", "bbox"].
	Path []string
	Err  error
}

// Error returns code, path, message and cause, for logs and the command line.
func (e *Error) Error() string {
	var text strings.Builder
	if len(e.Path) > 0 {
		text.WriteString(strings.Join(e.Path, "."))
		text.WriteString(": ")
	}
	text.WriteString(e.Message)
	if e.Err != nil {
		text.WriteString(": ")
		text.WriteString(e.Err.Error())
	}
	return text.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// BadInput reports input that is wrong at path (dotted, "filter.bbox"; may be empty).
func BadInput(path, format string, args ...any) *Error {
	e := &Error{Code: CodeBadUserInput, Message: fmt.Sprintf(format, args...)}
	if path != "" {
		e.Path = strings.Split(path, ".")
	}
	return e
}

// Errorf makes an Error of a code; a %w operand becomes its hidden cause only
// when passed through Wrap, so that no internal text slips into Message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap makes an Error of a code around a cause that stays in the log.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// In gives err with path put before its own path, in each of Errors. An error of
// another type is given back unchanged.
func In(path string, err error) error {
	var several Errors
	if errors.As(err, &several) {
		inner := make(Errors, len(several))
		for i, one := range several {
			inner[i] = one.in(path)
		}
		return inner
	}
	var coded *Error
	if !errors.As(err, &coded) {
		return err
	}
	return coded.in(path)
}

func (e *Error) in(path string) *Error {
	inner := *e
	inner.Path = append(strings.Split(path, "."), e.Path...)
	return &inner
}

// ErrorCode returns the code of err: CodeInternal for an error without one, ""
// for nil.
func ErrorCode(err error) Code {
	if err == nil {
		return ""
	}
	var coded *Error
	if errors.As(err, &coded) {
		return coded.Code
	}
	return CodeInternal
}

// Renamed gives err with the first element of its path, where that is from,
// changed to to. An error of another type is given back unchanged.
func Renamed(from, to string, err error) error {
	var coded *Error
	if !errors.As(err, &coded) || len(coded.Path) == 0 || coded.Path[0] != from {
		return err
	}
	renamed := *coded
	renamed.Path = append([]string{to}, coded.Path[1:]...)
	return &renamed
}

// Ended gives nil while ctx goes on. Once it has ended it gives a
// DEADLINE_EXCEEDED or, where the asker has gone, a CANCELLED; doing says where
// the work stopped: "while the regions were filtered".
func Ended(ctx context.Context, doing string) error {
	err := ctx.Err()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return Wrap(CodeCancelled, err, "the request was cancelled %s", doing)
	}
	return Wrap(CodeDeadlineExceeded, err, "the time limit was exceeded %s", doing)
}
