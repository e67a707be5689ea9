package panics_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/sentra-ikm/sentra/internal/panics"
)

func TestCatch(t *testing.T) {
	if err := panics.Catch(func() error { return io.EOF }); err != io.EOF {
		t.Errorf("an error: got %v", err)
	}
	if err := panics.Catch(func() error { return nil }); err != nil {
		t.Errorf("no error: got %v", err)
	}
	var caught *panics.Error
	err := panics.Catch(func() error { panic(io.ErrUnexpectedEOF) })
	if !errors.As(err, &caught) || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), "panics_test.go") {
		t.Errorf("a panic with an error: got %v", err)
	}
	err = panics.Catch(func() error { var none []int; return errors.New(string(rune(none[0]))) })
	if !errors.As(err, &caught) || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("a runtime panic: got %v", err)
	}
}
