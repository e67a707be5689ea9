package sentra

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Code classifies an Error by what the client can do about it. The values are part of
// the public API, as extensions.code.
type Code string

const (
	// CodeBadUserInput: the request or file is wrong; Path names the part.
	CodeBadUserInput Code = "BAD_USER_INPUT"
	// CodeNotFound: the requested item does not exist.
	CodeNotFound Code = "NOT_FOUND"
	// CodeConflict: the change contradicts stored data.
	CodeConflict Code = "CONFLICT"
	// CodeLimitExceeded: the request is valid but exceeds a limit.
	CodeLimitExceeded Code = "LIMIT_EXCEEDED"
	// CodeDeadlineExceeded: the request took too long.
	CodeDeadlineExceeded Code = "DEADLINE_EXCEEDED"
	// CodeCancelled: the client has disconnected or cancelled the request.
	CodeCancelled Code = "CANCELLED"
	// CodeUnavailable: a dependency of Sentra cannot be reached.
	CodeUnavailable Code = "UNAVAILABLE"
	// CodeInternal: a bug or failure in Sentra; details are only in the log.
	CodeInternal Code = "INTERNAL"
)

// Error is the error type of every error that clients may see. Message is written for
// the client; Err, the cause, is only for the log.
type Error struct {
	Code    Code
	Message string
	// Path is the argument, field or place in a file that is at fault, outermost first,
	// for example ["filter", "bbox"].
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

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// BadInput returns a BAD_USER_INPUT at path (dotted, "filter.bbox"; may be empty).
func BadInput(path, format string, args ...any) *Error {
	e := &Error{Code: CodeBadUserInput, Message: fmt.Sprintf(format, args...)}
	if path != "" {
		e.Path = strings.Split(path, ".")
	}
	return e
}

// Errorf returns an Error with a code. It has no cause: use Wrap for that, so that no
// internal text becomes part of Message.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Wrap returns an Error with a code and a cause that only the log shows.
func Wrap(code Code, cause error, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Err: cause}
}

// In returns err with path prepended to its own, in each of Errors. It returns an
// error of another type unchanged.
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

// Renamed returns err with the first element of its path changed from from to to. It
// returns an error of another type unchanged.
func Renamed(from, to string, err error) error {
	var coded *Error
	if !errors.As(err, &coded) || len(coded.Path) == 0 || coded.Path[0] != from {
		return err
	}
	renamed := *coded
	renamed.Path = append([]string{to}, coded.Path[1:]...)
	return &renamed
}

// Ended returns nil until ctx ends. Then it returns a DEADLINE_EXCEEDED or, if the
// client has disconnected, a CANCELLED error; doing says where the work stopped:
// "while the regions were filtered".
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
