package atlas

import "github.com/sentra-ikm/sentra/internal/sentra"

// View is an atlas on one day: what its methods answer holds on that day, which they
// do not take as an argument.
type View struct {
	*Atlas
	Day sentra.Date
}

// On gives the view of a day. Lists and searches refuse a day that CheckDay refuses.
func (a *Atlas) On(day sentra.Date) View { return View{Atlas: a, Day: day} }
