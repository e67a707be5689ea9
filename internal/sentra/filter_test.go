package sentra

import (
	"errors"
	"strings"
	"testing"
)

func TestSupportFilterCheck(t *testing.T) {
	for path, f := range map[string]SupportFilter{
		"":         {FromYear: new(2018), ToYear: new(2018)},
		"fromYear": {FromYear: new(18)},
		"toYear":   {ToYear: new(10000)},
		// The years are in the wrong order.
		"toYear ": {FromYear: new(2020), ToYear: new(2019)},
	} {
		err := f.Check()
		var coded *Error
		if path == "" && err != nil || path != "" && (!errors.As(err, &coded) || coded.Code != CodeBadUserInput || strings.Join(coded.Path, ".") != strings.TrimSpace(path)) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestBoundariesState(t *testing.T) {
	for want, c := range map[BoundariesState]DatasetCounts{
		BoundariesAll:  {Provinces: 1, Regencies: 2, Cities: 3, Boundaries: 6},
		BoundariesSome: {Provinces: 1, Regencies: 2, Cities: 3, Boundaries: 5},
		BoundariesNone: {Provinces: 1, Regencies: 2, Cities: 3},
	} {
		if got := c.BoundariesState(); got != want {
			t.Errorf("%+v: %s, want %s", c, got, want)
		}
		if noted := c.Notes()[0].Key == MessageNoteBoundaries; noted != (want == BoundariesNone) {
			t.Errorf("%s: %q", want, c.Notes())
		}
	}
}
