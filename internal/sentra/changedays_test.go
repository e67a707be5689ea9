package sentra

import (
	"fmt"
	"testing"
)

func TestChangeDays(t *testing.T) {
	day := func(text string) *Date {
		if text == "" {
			return nil
		}
		d := MustDate(text)
		return &d
	}
	for _, c := range []struct {
		noted [][2]string
		want  string
	}{
		{nil, "[2014-07-23..]"},
		{[][2]string{{"", ""}, {"2000-01-01", ""}, {"", "2014-07-22"}}, "[2014-07-23..]"},
		{[][2]string{{"2020-01-01", "2021-12-31"}, {"2022-01-01", ""}, {"", "2019-12-31"}}, "[2014-07-23..2019-12-31 2020-01-01..2021-12-31 2022-01-01..]"},
		{[][2]string{{"1999-01-01", "2014-07-23"}}, "[2014-07-23..2014-07-23 2014-07-24..]"},
	} {
		var days ChangeDays
		for _, noted := range c.noted {
			days.Note(day(noted[0]), day(noted[1]))
		}
		var got []string
		for _, p := range days.Periods() {
			text := p.From.String() + ".."
			if p.To != nil {
				text += p.To.String()
			}
			got = append(got, text)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%v: got %v, want %s", c.noted, got, c.want)
		}
	}
}
